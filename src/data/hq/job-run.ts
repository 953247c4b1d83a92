import { Column, Entity, type EntityManager, In, MoreThanOrEqual, PrimaryGeneratedColumn } from 'typeorm';
import { hasCome, horizonOf, LONGEST_LEASE, LONGEST_PAUSE } from '../clock.ts';
import { columnOf } from '../columns.ts';
import { dialectOf } from '../dialect/dialect.ts';
import { one, skipLocked, sql } from '../sql.ts';

export const runStates = ['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED'] as const;
export type RunState = (typeof runStates)[number];
export const stepStates = ['WAITING', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED'] as const;
export type StepState = (typeof stepStates)[number];
export const causes = ['OPERATOR', 'SCHEDULE', 'LIVE'] as const;
export type Cause = (typeof causes)[number];

export interface Progress {
  phase: string;
  done: number;
  total: number;
  failed: number;
  ratePerSecond: number | null;
  eta: string | null;
}

/** What went wrong with one channel database, while the others went on. */
export interface StepFailure {
  /** Null: the step as a whole. */
  channelDatabase: string | null;
  code: string;
  message: string;
}

export interface Step {
  job: string;
  state: StepState;
  startedAt: string | null;
  finishedAt: string | null;
  progress: Progress;
  failures: StepFailure[];
}

/** What a run was asked beyond its channels. */
export interface JobArguments {
  /** Statements up to this business day; without it up to the day that it is in each channel. */
  businessDate?: string;
}

/** A job, or a chain of jobs, asked for once. Added by who asks for it, and changed by the worker that holds it. */
@Entity('job_run')
export class JobRun {
  @PrimaryGeneratedColumn({ type: 'bigint' }) id!: number;
  @Column({ type: 'text' }) job!: string;
  /** Runs with the same scope never run at once: asking again answers the one that is under way. */
  @Column({ type: 'text' }) scope!: string;
  /** Null means all channels. */
  @Column({ type: 'json', nullable: true }) channels!: string[] | null;
  @Column({ type: 'json', nullable: true }) arguments!: JobArguments | null;
  @Column({ type: 'text' }) requestedBy!: string;
  @Column({ type: 'text' }) cause!: Cause;
  @Column({ type: 'text' }) state!: RunState;
  @Column({ type: 'json' }) steps!: Step[];
  /** How often a worker took it up. */
  @Column({ type: 'integer' }) attempt!: number;
  /** How often it was retried since it last moved anything: after an unexpected error, or for a database that was unavailable. */
  @Column({ type: 'integer' }) retries!: number;
  /** How often its process died while it was under way, since it last moved anything. */
  @Column({ type: 'integer' }) crashes!: number;
  /** What remains to be done concerns only these channel databases, because they were unavailable; null: all. */
  @Column({ type: 'json', nullable: true }) onlyDatabases!: string[] | null;
  /** Counts the workers that held it. Only the newest may write. */
  @Column({ type: 'bigint' }) fence!: number;
  @Column({ type: 'text', nullable: true }) worker!: string | null;
  @Column({ type: 'text' }) dueAt!: string;
  @Column({ type: 'text', nullable: true }) leaseUntil!: string | null;
  @Column({ type: 'boolean' }) cancelRequested!: boolean;
  /** Grows with every change, so that a reader can tell whether it has seen this state. */
  @Column({ type: 'bigint' }) revision!: number;
  @Column({ type: 'text', nullable: true }) errorCode!: string | null;
  @Column({ type: 'text', nullable: true }) error!: string | null;
  @Column({ type: 'text' }) createdAt!: string;
  @Column({ type: 'text', nullable: true }) startedAt!: string | null;
  @Column({ type: 'text', nullable: true }) finishedAt!: string | null;
}

export const jobRunsById = (db: EntityManager, ids: readonly number[]) =>
  db.find(JobRun, { where: { id: In([...ids]) } });

export const jobRunById = (db: EntityManager, id: number) => db.findOneBy(JobRun, { id });

/** Adds a run, or answers the one with this scope that is waiting or under way. */
export async function insertRun(
  tx: EntityManager,
  run: Pick<JobRun, 'job' | 'scope' | 'channels' | 'arguments' | 'requestedBy' | 'cause' | 'steps' | 'createdAt'>,
): Promise<{ run: JobRun; joined: boolean }> {
  const [added] = await sql<{ id: number }>(
    tx,
    `insert into job_run (job, scope, channels, arguments, requested_by, cause, state, steps, attempt, retries, crashes, fence, due_at, cancel_requested, revision, created_at)
     values ($1, $2, $3, $4, $5, $6, 'QUEUED', $7, 0, 0, 0, 0, $8, false, 1, $9)
     on conflict (scope) where state in ('QUEUED', 'RUNNING') do nothing returning id`,
    [
      run.job,
      run.scope,
      run.channels && JSON.stringify(run.channels),
      run.arguments && JSON.stringify(run.arguments),
      run.requestedBy,
      run.cause,
      JSON.stringify(run.steps),
      run.createdAt,
      run.createdAt,
    ],
  );
  if (added) return { run: (await jobRunById(tx, added.id))!, joined: false };
  const [active] = await sql<{ id: number }>(
    tx,
    `select id from job_run where scope = $1 and state in ('QUEUED', 'RUNNING')`,
    [run.scope],
  );
  // On PostgreSQL the run that stood in the way may have ended in between.
  return active ? { run: (await jobRunById(tx, active.id))!, joined: true } : insertRun(tx, run);
}

/** Nobody works on it: it waits, or its worker has died. */
const isUnheld = (now: string, horizon: string) =>
  `(state = 'QUEUED' or lease_until is null or ${hasCome('lease_until', now, horizon)})`;

const isClaimable = `state in ('QUEUED', 'RUNNING') and ${hasCome('due_at', '$1', '$2')} and ${isUnheld('$1', '$3')}`;
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
  const found = await one<{ id: number; state: RunState; worker: string | null; crashes: number }>(
    tx,
    `select id, state, worker, crashes from job_run where ${isClaimable} order by due_at, id limit 1 ${skipLocked(tx)}`,
    claimable(now),
  );
  if (!found) return null;
  const hasDied = found.state === 'RUNNING';
  if ((hasDied || found.crashes > 0) && !alone) return null;
  await sql(
    tx,
    `update job_run set state = 'RUNNING', attempt = attempt + 1, crashes = crashes + ${hasDied ? 1 : 0}, fence = fence + 1, worker = $1, lease_until = $2,
       started_at = coalesce(started_at, $3), revision = revision + 1 where id = $4`,
    [worker, leaseUntil, now, found.id],
  );
  return { run: (await jobRunById(tx, found.id))!, takenFrom: hasDied ? found.worker : null };
}

/** What a worker may change about a run that it holds. */
export type Held = Partial<
  Pick<
    JobRun,
    | 'scope'
    | 'state'
    | 'steps'
    | 'retries'
    | 'crashes'
    | 'onlyDatabases'
    | 'dueAt'
    | 'leaseUntil'
    | 'errorCode'
    | 'error'
    | 'finishedAt'
  >
>;

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

/**
 * At the start of the one process that an embedded database belongs to: whatever is under way has lost its worker, and is taken up at once.
 * Nothing on PostgreSQL, where another process may be at work; there the leases tell.
 */
export async function endLeasesOfLastProcess(tx: EntityManager): Promise<void> {
  if (!dialectOf(tx).embedded) return;
  await sql(tx, `update job_run set lease_until = null where state = 'RUNNING'`);
}

/** Cancels at once a run that nobody works on, and asks a running one to stop after its batch. False: it had ended already. */
export async function requestCancel(tx: EntityManager, id: number, now: string): Promise<boolean> {
  const ends = isUnheld('$1', '$2');
  const row = await one(
    tx,
    `update job_run set cancel_requested = true, revision = revision + 1,
       finished_at = case when ${ends} then $1 else finished_at end, state = case when ${ends} then 'CANCELLED' else state end
     where id = $3 and state in ('QUEUED', 'RUNNING') returning id`,
    [now, horizonOf(now, LONGEST_LEASE), id],
  );
  return row !== undefined;
}

export const changeSteps = (tx: EntityManager, id: number, steps: Step[]) => tx.update(JobRun, { id }, { steps });

/** Queues an ended run again; it goes on where it stopped. False when it is not FAILED or CANCELLED, or a newer one is under way. */
export async function requeue(
  tx: EntityManager,
  { id, scope, steps }: Pick<JobRun, 'id' | 'scope' | 'steps'>,
  now: string,
): Promise<boolean> {
  const row = await one(
    tx,
    `update job_run set state = 'QUEUED', scope = $1, steps = $2, due_at = $3, cancel_requested = false, retries = 0, crashes = 0, only_databases = null,
       error_code = null, error = null, finished_at = null, revision = revision + 1
     where id = $4 and state in ('FAILED', 'CANCELLED') and not exists (
       select 1 from job_run other where other.scope = $1 and other.state in ('QUEUED', 'RUNNING')) returning id`,
    [scope, JSON.stringify(steps), now, id],
  );
  return row !== undefined;
}

export type CrashedRun = Pick<JobRun, 'channels' | 'finishedAt'>;

/** Runs of a job that have failed since `from` because they crashed the process. Said word for word, the condition finds its index. */
export const crashedRuns = (db: EntityManager, job: string, from: string): Promise<CrashedRun[]> =>
  db
    .createQueryBuilder(JobRun, 'run')
    .select(['run.id', 'run.channels', 'run.finishedAt'])
    .where(`run.errorCode = 'RUN_CRASHED' and run.job = :job and run.finishedAt >= :from`, { job, from })
    .getMany();

/** Whether another run with this scope is waiting or under way. */
export async function isScopeTaken(tx: EntityManager, { id, scope }: Pick<JobRun, 'id' | 'scope'>): Promise<boolean> {
  const other = await one(
    tx,
    `select id from job_run where scope = $1 and id <> $2 and state in ('QUEUED', 'RUNNING')`,
    [scope, id],
  );
  return other !== undefined;
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
  const ids = gone.map(({ id }) => id).join(', ');
  await sql(tx, `delete from upload_session where run_id in (${ids})`);
  await sql(tx, `delete from download_session where run_id in (${ids})`);
  await sql(tx, `delete from job_failure where run_id in (${ids})`);
  await sql(tx, `delete from job_run where id in (${ids})`);
}

/** Runs that wait, run, or have ended since `from`; at most `limit`, oldest first. */
export const recentRuns = async (db: EntityManager, from: string, limit: number): Promise<JobRun[]> => {
  const [active, ended] = await Promise.all([
    db.find(JobRun, { where: { state: In(['QUEUED', 'RUNNING']) }, order: { id: 'desc' }, take: limit }),
    db.find(JobRun, { where: { finishedAt: MoreThanOrEqual(from) }, order: { id: 'desc' }, take: limit }),
  ]);
  const byId = new Map([...active, ...ended].map((run) => [run.id, run]));
  return [...byId.values()].sort((one, other) => one.id - other.id);
};
