import { type EntityManager, In } from 'typeorm';
import { hasCome, horizonOf, LONGEST_LEASE, LONGEST_PAUSE } from '../clock.ts';
import { columnOf, insertRows, selected } from '../columns.ts';
import { skipLocked } from '../dialect/expressions.ts';
import { one, sql } from '../sql.ts';
import { JobFailure } from './job-failure.ts';
import { activeRun, type Held, isActive, isUnheld, JobRun, jobRunById } from './job-run.ts';
import { DownloadSession, UploadSession } from './session.ts';

/** Adds a run, or returns the one with this scope that is queued or running. */
export async function insertRun(
  tx: EntityManager,
  run: Pick<JobRun, 'job' | 'scope' | 'channels' | 'arguments' | 'requestedBy' | 'cause' | 'steps' | 'createdAt'>,
): Promise<{ run: JobRun; joined: boolean }> {
  const counts = { attempt: 0, retries: 0, crashes: 0, fence: 0, revision: 1 };
  const row = { ...run, ...counts, state: 'QUEUED', dueAt: run.createdAt, cancelRequested: false };
  const added = await one<{ id: number }>(
    tx,
    `${insertRows(tx, JobRun, Object.keys(row) as (keyof typeof row)[])} on conflict (scope) where ${isActive} do nothing returning id`,
    [JSON.stringify([row])],
  );
  if (added) return { run: (await jobRunById(tx, added.id))!, joined: false };
  const active = await activeRun(tx, run.scope);
  // On PostgreSQL the run that stood in the way may have ended in between.
  return active ? { run: active, joined: true } : insertRun(tx, run);
}

const isClaimable = `${isActive} and ${hasCome('due_at', '$1', '$2')} and ${isUnheld('$1', '$3')}`;
const claimable = (now: string) => [now, horizonOf(now, LONGEST_PAUSE), horizonOf(now, LONGEST_LEASE)];

/** Whether a worker would find a run: a look that costs no write. */
export async function anyDue(db: EntityManager, now: string): Promise<boolean> {
  const due = await one(db, `select id from job_run where ${isClaimable} limit 1`, claimable(now));
  return due !== undefined;
}

/**
 * Takes the oldest run that is due, or one whose worker died; null when there is none. `takenFrom` names the worker that died. Two workers
 * never share a run: the row is locked from the look to the claim. One whose worker died may be what killed it, so it is taken only by a worker
 * that does nothing else (`alone`), and others wait for it meanwhile: another run is not taken for the culprit.
 */
export async function claimRun(
  tx: EntityManager,
  worker: string,
  now: string,
  leaseUntil: string,
  alone: boolean,
): Promise<{ run: JobRun; takenFrom: string | null } | null> {
  const found = await one<Pick<JobRun, 'id' | 'state' | 'worker' | 'crashes' | 'startedAt'>>(
    tx,
    `select ${selected(tx, JobRun, 'job_run', ['id', 'state', 'worker', 'crashes', 'startedAt'])} from job_run
     where ${isClaimable} order by due_at, id limit 1 ${skipLocked(tx)}`,
    claimable(now),
  );
  if (!found) return null;
  const hasDied = found.state === 'RUNNING';
  if ((hasDied || found.crashes > 0) && !alone) return null;
  await tx.update(
    JobRun,
    { id: found.id },
    {
      state: 'RUNNING',
      attempt: () => 'attempt + 1',
      crashes: found.crashes + (hasDied ? 1 : 0),
      fence: () => 'fence + 1',
      worker,
      leaseUntil,
      startedAt: found.startedAt ?? now,
      revision: () => 'revision + 1',
    },
  );
  return { run: (await jobRunById(tx, found.id))!, takenFrom: hasDied ? found.worker : null };
}

/** Changes a run while this fence holds it. Undefined: another worker has it now, and this one stops. */
export async function changeHeld(
  tx: EntityManager,
  { id, fence }: Pick<JobRun, 'id' | 'fence'>,
  change: Held,
): Promise<{ cancelRequested: boolean } | undefined> {
  const columns = Object.entries(change) as [keyof Held, unknown][];
  const assignments = columns
    .map(([property], index) => `${columnOf(tx, JobRun, property).name} = $${index + 1}`)
    .join(', ');
  const row = await one<{ cancel_requested: boolean | number }>(
    tx,
    `update job_run set ${assignments}, revision = revision + 1
     where id = $${columns.length + 1} and fence = $${columns.length + 2} and state = 'RUNNING' returning cancel_requested`,
    [...columns.map(([, value]) => (typeof value === 'object' && value ? JSON.stringify(value) : value)), id, fence],
  );
  return row && { cancelRequested: Boolean(row.cancel_requested) };
}

/** Forgets ended runs and their sessions: all from before `before`, and live ones that did their work beyond the newest `keepLive`. */
export async function forgetRuns(tx: EntityManager, before: string, keepLive: number): Promise<void> {
  const old = `select id from job_run where finished_at < $1`;
  const live = `select id from job_run where cause = 'LIVE' and state = 'SUCCEEDED' and id <=
    (select id from job_run where cause = 'LIVE' order by id desc limit 1 offset $2)`;
  const gone = await sql<{ id: number }>(tx, `select id from (${old} union all ${live}) as gone limit 5000`, [
    before,
    keepLive,
  ]);
  if (gone.length === 0) return;
  const ids = gone.map(({ id }) => id);
  for (const ofRun of [UploadSession, DownloadSession, JobFailure]) await tx.delete(ofRun, { runId: In(ids) });
  await tx.delete(JobRun, ids);
}
