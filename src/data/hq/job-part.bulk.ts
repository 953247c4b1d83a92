import type { EntityManager } from 'typeorm';
import { columnsOf, insertAll } from '../columns.ts';
import { one, sql } from '../sql.ts';
import { JobPart } from './job-part.ts';
import type { JobRun, Step } from './job-run.ts';

/** Splits a run: one statement for any number of channel databases. */
export const insertParts = (
  tx: EntityManager,
  runId: number,
  parts: readonly { channelDatabase: string; steps: Step[] }[],
): Promise<void> =>
  insertAll(
    tx,
    JobPart,
    parts.map((part) => ({
      ...part,
      ...{ runId, state: 'QUEUED' as const, crashes: 0, fence: 0, worker: null, orphaned: false, revision: 1 },
    })),
  );

/** SQL: nobody works on a part that is not done. */
const isFree = `(state = 'QUEUED' or orphaned)`;
/** SQL: the part may be what killed its worker. */
const isSuspicious = '(orphaned or crashes > 0)';
/** SQL: parts of this run are begun. */
const isBeingShared = `exists (select 1 from job_run where id = $1 and state in ('QUEUED', 'RUNNING') and not cancel_requested)`;

/** Whether there is a part of the run to take, and whether it may kill its worker: those come last. */
export const nextPart = (db: EntityManager, runId: number): Promise<{ isSuspicious: boolean } | undefined> =>
  one(
    db,
    `select ${isSuspicious} as "isSuspicious" from job_part where run_id = $1 and ${isFree} and ${isBeingShared}
     order by ${isSuspicious} limit 1`,
    [runId],
  );

/** Takes a part of a run that nobody works on. Two workers never hold one part, and the fence keeps whoever held it before from writing. */
export function claimPart(
  tx: EntityManager,
  runId: number,
  suspicious: boolean,
  worker: string,
): Promise<JobPart | undefined> {
  return one(
    tx,
    `update job_part set state = 'RUNNING', fence = fence + 1, worker = $2, crashes = crashes + case when orphaned then 1 else 0 end,
       orphaned = false, revision = revision + 1
     where run_id = $1 and channel_database = (
       select channel_database from job_part where run_id = $1 and ${isFree} and ${isSuspicious} = $3 and ${isBeingShared}
       order by (steps->0->'progress'->>'total')::bigint desc, channel_database limit 1 for update skip locked)
     returning ${columns(tx)}`,
    [runId, worker, suspicious],
  );
}

/** Changes a part while this fence holds it. Undefined: another worker has it now, or the run has ended, and this one stops. */
export function changeHeldPart(
  tx: EntityManager,
  { runId, channelDatabase, fence }: Pick<JobPart, 'runId' | 'channelDatabase' | 'fence'>,
  { state, steps, crashes }: Pick<JobPart, 'state' | 'steps' | 'crashes'>,
): Promise<{ cancelRequested: boolean } | undefined> {
  return one(
    tx,
    `update job_part set state = $1, steps = $2, crashes = $3, revision = revision + 1
     where run_id = $4 and channel_database = $5 and fence = $6 and state = 'RUNNING'
     returning (select cancel_requested from job_run where id = run_id) as "cancelRequested"`,
    [state, JSON.stringify(steps), crashes, runId, channelDatabase, fence],
  );
}

/** Where a run stands that has been split. */
export interface Sharing {
  fence: number;
  state: JobRun['state'];
  cancelRequested: boolean;
  /** The number of parts that workers hold, and of those that nobody has taken. */
  held: number;
  free: number;
}

export const sharingOf = (db: EntityManager, runId: number): Promise<Sharing | undefined> =>
  one(
    db,
    `select r.fence, r.state, r.cancel_requested as "cancelRequested",
       (select count(*) from job_part where run_id = $1 and state = 'RUNNING' and not orphaned) as held,
       (select count(*) from job_part where run_id = $1 and ${isFree}) as free
     from job_run r where r.id = $1`,
    [runId],
  );

/** Ends the parts of a run, and returns them as they were. Whoever works on one can write nothing more. */
export const takeParts = (tx: EntityManager, runId: number): Promise<JobPart[]> =>
  sql(tx, `delete from job_part where run_id = $1 returning ${columns(tx)}`, [runId]);

/** PostgreSQL's driver returns booleans and JSON as they are. */
const columns = (db: EntityManager): string =>
  columnsOf(db, JobPart)
    .map(({ name, path }) => `${name} as "${path[0]}"`)
    .join(', ');
