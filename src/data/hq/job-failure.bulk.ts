import type { EntityManager } from 'typeorm';
import { assignments, copied, insertInto, rows } from '../columns.ts';
import { listed } from '../dialect/expressions.ts';
import { single, sql } from '../sql.ts';
import { JobFailure } from './job-failure.ts';
import type { Held, JobRun } from './job-run.ts';

const reasonColumns = { place: 'bigint', job: 'text', channelDatabase: 'text', code: 'text', message: 'text' } as const;

/** When the newest run ended that left one of these jobs failing for a channel; null if none of them fails. */
export async function lastFailure(db: EntityManager, channel: string, jobs: readonly string[]): Promise<string | null> {
  const { at } = await single<{ at: string | null }>(
    db,
    `select max(r.finished_at) as at from job_failure f join job_run r on r.id = f.run_id where f.channel = $1 and f.job in ${listed(db, '$2')}`,
    [channel, JSON.stringify(jobs)],
  );
  return at;
}

/**
 * Notes what became of the steps of a run that has ended, in the transaction that ends it. A step that failed as a whole failed for each
 * channel of the run, and one that failed with a channel database for the channels in it. Steps that were not done change nothing; of a
 * run that failed before any was, the first one failed.
 */
export async function noteOutcomes(
  tx: EntityManager,
  { id, channels }: Pick<JobRun, 'id' | 'channels'>,
  { state, steps = [], errorCode, error }: Held,
  at: string,
): Promise<void> {
  const failed = steps.find((step) => step.state === 'FAILED') ?? steps.find((step) => step.state !== 'SUCCEEDED');
  const outcomes = steps.flatMap((step) => {
    if (step.state === 'SUCCEEDED') return [{ job: step.job, reasons: [] }];
    if (step.state !== 'FAILED' && (state !== 'FAILED' || step !== failed)) return [];
    const whole = { channelDatabase: null, code: errorCode ?? 'INTERNAL', message: error ?? '' };
    return [{ job: step.job, reasons: step.failures.length > 0 ? step.failures : [whole] }];
  });
  if (outcomes.length === 0) return;
  // A job that is in a chain twice counts as it ended the second time.
  const byJob = new Map(outcomes.map(({ job, reasons }) => [job, reasons]));
  const failures = [...byJob].flatMap(([job, reasons]) => reasons.map((reason) => ({ job, ...reason })));
  // A channel that does not exist has no database.
  const covered = `covered(channel, channel_database) as (${
    channels === null
      ? 'select code, channel_database from channel'
      : `select named.value, c.channel_database from ${listed(tx, '$1')} as named left join channel c on c.code = named.value`
  })`;
  const given = channels === null ? [] : [JSON.stringify(channels)];
  const parameter = (number: number) => `$${given.length + number}`;
  const concerns = `case when x.code = 'CHANNEL_NOT_FOUND' then c.channel_database is null
    when x.channel_database is null then c.channel_database is not null else x.channel_database = c.channel_database end`;
  const found = JSON.stringify(failures.map((failure, place) => ({ place, ...failure })));
  await sql(
    tx,
    `with ${covered}
     delete from job_failure where job in ${listed(tx, parameter(1))} and channel in (select channel from covered) and not exists (
       select 1 from ${rows(tx, reasonColumns, parameter(2))} cross join covered c
       where x.job = job_failure.job and c.channel = job_failure.channel and ${concerns})`,
    [...given, JSON.stringify([...byJob.keys()]), found],
  );
  if (failures.length === 0) return;
  await sql(
    tx,
    `with ${covered}
     ${insertInto(tx, JobFailure, {
       ...copied('f', ['job', 'channel', 'isWhole', 'code', 'message']),
       runId: parameter(1),
       since: parameter(2),
     })} from (
       select x.job, c.channel, x.channel_database is null as is_whole, x.code, x.message,
         row_number() over (partition by x.job, c.channel order by x.place) as nth
       from ${rows(tx, reasonColumns, parameter(3))} cross join covered c where ${concerns}) as f
     where f.nth = 1
     on conflict (job, channel) do update set ${assignments(tx, JobFailure, ['runId', 'isWhole', 'code', 'message'])}`,
    [...given, id, at, found],
  );
}
