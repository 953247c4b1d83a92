import type { EntityManager } from 'typeorm';
import { elements } from '../columns.ts';
import { elapsed, listed } from '../dialect/expressions.ts';
import { sql } from '../sql.ts';

/** How often a job or chain ran in a period, with what outcome, and how long it took. */
export interface JobFigures {
  job: string;
  succeededRuns: number;
  failedRuns: number;
  canceledRuns: number;
  /** Milliseconds of the successful ones; null if there are none. */
  medianDuration: number | null;
  percentile95Duration: number | null;
  /** Null for chains, whose jobs count different things. */
  recordsProcessed: number | null;
  recordsFailed: number | null;
  /** The newest run that succeeded, and the newest that failed. */
  lastSuccess: number | null;
  lastFailure: number | null;
}

const step = { job: 'text', state: 'text', startedAt: 'text', finishedAt: 'text', progress: 'json' } as const;

/**
 * The figures of every job and chain that ended since `from`, in one statement. A job counts wherever it ran, alone or as a step; a step that never
 * started does not count. 20,000 conversions take 1 to 2 s on a busy machine, so callers limit the period.
 */
export function jobFigures(db: EntityManager, from: string, chains: readonly string[]): Promise<JobFigures[]> {
  const { join, field } = elements(db, step, 'e.steps');
  const progress = (name: string) => `cast(${field('progress')} ->> '${name}' as bigint)`;
  const isChain = `e.job in ${listed(db, '$2')}`;
  const countOf = (state: string) => `count(case when state = '${state}' then 1 end)`;
  const succeededAt = (place: string) => `max(case when state = 'SUCCEEDED' and place = ${place} then duration end)`;
  const newestOf = (state: string) => `max(case when state = '${state}' and newest = 1 then run end)`;
  return sql(
    db,
    `with ended as (select id, job, state, steps, started_at, finished_at from job_run where finished_at >= $1),
       executed as (
         select e.id as run, e.job, e.state, e.started_at, e.finished_at, cast(null as bigint) as done, cast(null as bigint) as failed
         from ended e where ${isChain}
         union all
         select e.id, e.job, e.state, e.started_at, e.finished_at, ${progress('done')}, ${progress('failed')}
         from ended e ${join} where not ${isChain}
         union all
         select e.id, ${field('job')}, ${field('state')}, ${field('startedAt')}, ${field('finishedAt')}, ${progress('done')}, ${progress('failed')}
         from ended e ${join} where ${isChain} and ${field('state')} in ('SUCCEEDED', 'FAILED', 'CANCELED')),
       timed as (select run, job, state, finished_at, done, failed, ${elapsed(db, 'started_at', 'finished_at')} as duration from executed),
       ranked as (
         select *, count(*) over (partition by job, state) as executions,
           row_number() over (partition by job, state order by duration) as place,
           row_number() over (partition by job, state order by finished_at desc, run desc) as newest
         from timed)
     select job, ${countOf('SUCCEEDED')} as "succeededRuns", ${countOf('FAILED')} as "failedRuns", ${countOf('CANCELED')} as "canceledRuns",
       ${succeededAt('(executions + 1) / 2')} as "medianDuration", ${succeededAt('(95 * executions + 99) / 100')} as "percentile95Duration",
       cast(sum(done) as bigint) as "recordsProcessed", cast(sum(failed) as bigint) as "recordsFailed",
       ${newestOf('SUCCEEDED')} as "lastSuccess", ${newestOf('FAILED')} as "lastFailure"
     from ranked group by job`,
    [from, JSON.stringify(chains)],
  );
}
