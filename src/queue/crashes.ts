import { later } from '../data/clock.ts';
import type { Database } from '../data/database.ts';
import { type CrashedRun, crashedRuns } from '../data/hq/job-run.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const LONGEST = 60 * MINUTE;

/**
 * Returns a test for runs of a job that must not start automatically now, because a similar run crashed the process. Otherwise live
 * conversion or a schedule would immediately start the next one, and the process would never stay up. The delay is 2 minutes after the first
 * crash of a day and doubles with each further crash, up to an hour. Runs started by operators are not held back.
 *
 * A run for several channels is similar to every run that shares one of them. A run for one channel is similar only to runs for that
 * channel, which reveals the channel whose record crashes the process.
 */
export async function heldBack(
  hq: Database,
  job: string,
  now: string,
): Promise<(channels: readonly string[] | null) => boolean> {
  const crashes = await hq.read((db) => crashedRuns(db, job, later(now, -DAY)));
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
