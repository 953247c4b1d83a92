import { type EntityManager, In } from 'typeorm';
import { hasCome, horizonOf, LONGEST_PAUSE } from '../clock.ts';
import { columnOf, insertRows } from '../columns.ts';
import { one, single, sql } from '../sql.ts';
import { JobFailure } from './job-failure.ts';
import { JobPart } from './job-part.ts';
import { activeRun, type Held, isActive, isUnheld, JobRun, jobRunById } from './job-run.ts';
import { DownloadSession, UploadSession } from './session.ts';

/** Adds a run, or returns the one with this scope that is queued or running. A `worker` holds it from the start. */
export async function insertRun(
  tx: EntityManager,
  run: Pick<JobRun, 'job' | 'scope' | 'channels' | 'arguments' | 'requestedBy' | 'cause' | 'steps' | 'createdAt'>,
  worker: string | null = null,
): Promise<{ run: JobRun; joined: boolean }> {
  const claims = worker === null ? 0 : 1;
  const row: Omit<JobRun, 'id'> = {
    ...run,
    state: worker === null ? 'QUEUED' : 'RUNNING',
    attempt: claims,
    retries: 0,
    crashes: 0,
    onlyDatabases: null,
    fence: claims,
    worker,
    dueAt: run.createdAt,
    orphaned: false,
    cancelRequested: false,
    revision: 1,
    errorCode: null,
    error: null,
    startedAt: worker === null ? null : run.createdAt,
    finishedAt: null,
  };
  const added = await one<{ id: number }>(
    tx,
    `${insertRows(tx, JobRun, Object.keys(row) as (keyof typeof row)[])} on conflict (scope) where ${isActive} do nothing returning id`,
    [JSON.stringify([row])],
  );
  if (added) return { run: { ...row, id: added.id }, joined: false };
  const active = await activeRun(tx, run.scope);
  // On PostgreSQL the run that stood in the way may have ended in between.
  return active ? { run: active, joined: true } : insertRun(tx, run, worker);
}

const isDue = hasCome('due_at', '$1', '$2');

/** The runs that a worker may take now, those due first first; at most `limit`. */
export const dueRuns = async (db: EntityManager, now: string, limit: number): Promise<number[]> => {
  const due = await sql<{ id: number }>(
    db,
    `select id from job_run where ${isActive} and ${isDue} and ${isUnheld} order by due_at, id limit $3`,
    [now, horizonOf(now, LONGEST_PAUSE), limit],
  );
  return due.map(({ id }) => id);
};

/** When the next run that waits becomes due; null if none waits. */
export const nextDueRun = async (db: EntityManager, now: string): Promise<string | null> => {
  const next = await single<{ due_at: string | null }>(
    db,
    `select min(due_at) as due_at from job_run where ${isActive} and state = 'QUEUED' and due_at > $1`,
    [now],
  );
  return next.due_at;
};

/**
 * Takes a run, unless it has ended or another worker holds it: then null. Two workers never hold one run, and the fence keeps whoever held it
 * before from writing. `takenFrom` names the worker that died.
 */
export async function claimRun(
  tx: EntityManager,
  id: number,
  worker: string,
  now: string,
): Promise<{ run: JobRun; takenFrom: string | null } | null> {
  const before = await jobRunById(tx, id);
  if (!before) return null;
  const { affected } = await tx
    .createQueryBuilder()
    .update(JobRun)
    .set({
      state: 'RUNNING',
      attempt: () => 'attempt + 1',
      // Once it is split, its parts are to blame.
      crashes: () =>
        'case when orphaned and not exists (select 1 from job_part where run_id = id) then crashes + 1 else crashes end',
      fence: () => 'fence + 1',
      worker,
      orphaned: false,
      startedAt: () => 'coalesce(started_at, :now)',
      revision: () => 'revision + 1',
    })
    .where(`id = :id and fence = :fence and ${isActive} and ${isUnheld}`, { id, fence: before.fence, now })
    .execute();
  if (affected !== 1) return null;
  return { run: (await jobRunById(tx, id))!, takenFrom: before.orphaned ? before.worker : null };
}

/** Changes a run while this fence holds it, and lets its revision grow. Undefined: another worker has it now, and this one stops. */
export async function changeHeld(
  tx: EntityManager,
  { id, fence }: Pick<JobRun, 'id' | 'fence'>,
  change: Held,
  growth = 1,
): Promise<{ cancelRequested: boolean } | undefined> {
  const columns = Object.entries(change) as [keyof Held, unknown][];
  const assignments = columns
    .map(([property], index) => `${columnOf(tx, JobRun, property).name} = $${index + 1}`)
    .join(', ');
  const row = await one<{ cancel_requested: boolean | number }>(
    tx,
    `update job_run set ${assignments}, revision = revision + $${columns.length + 1}
     where id = $${columns.length + 2} and fence = $${columns.length + 3} and state = 'RUNNING' returning cancel_requested`,
    [
      ...columns.map(([, value]) => (typeof value === 'object' && value ? JSON.stringify(value) : value)),
      growth,
      id,
      fence,
    ],
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
  for (const ofRun of [UploadSession, DownloadSession, JobFailure, JobPart]) await tx.delete(ofRun, { runId: In(ids) });
  await tx.delete(JobRun, ids);
}
