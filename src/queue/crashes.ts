import type { Database } from '../data/database.ts';
import { type CrashedRun, crashedRuns } from '../data/hq/job-run.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const LONGEST = 60 * MINUTE;

/**
 * Answers which runs of a job must not start by themselves now, because one like them crashed the process: otherwise live conversion or a
 * schedule would start the next one at once, and the process would never stay up. They are held back for 2 minutes after the first such run
 * of a day and twice as long after each further one, an hour at most. Operators are not held back.
 *
 * A run for several channels is like every run that has one of them. A run for one channel is like runs for that channel only: so it shows
 * which of several has the record that crashes the process.
 */
export async function heldBack(
  hq: Database,
  job: string,
  now: string,
): Promise<(channels: readonly string[] | null) => boolean> {
  const crashes = await hq.read((db) => crashedRuns(db, job, new Date(Date.parse(now) - DAY).toISOString()));
  return (channels) => {
    const alike = crashes.filter((crashed) => isLike(crashed, channels));
    const newest = Math.max(...alike.map(({ finishedAt }) => Date.parse(finishedAt!)));
    return alike.length > 0 && Date.parse(now) < newest + Math.min(MINUTE * 2 ** alike.length, LONGEST);
  };
}

function isLike({ channels: crashed }: CrashedRun, channels: readonly string[] | null): boolean {
  if (channels?.length === 1) return crashed?.length === 1 && crashed[0] === channels[0];
  return crashed === null || channels === null || channels.some((code) => crashed.includes(code));
}
