import {
  type JobName as JobNameValue,
  RunJobDocument,
  type RunJobInput,
  type RunPartsFragment,
  WatchJobRunDocument,
} from '../../schema/operations.ts';
import { enumValueOf, type JobName } from '../jobs/index.ts';
import { type Client, orRefused } from './client.ts';
import { progressBars, showRun } from './progress.ts';

/** Starts a job, or joins the run already in progress. */
export async function startRun(
  client: Client,
  job: JobName,
  options: Omit<RunJobInput, 'job'>,
): Promise<RunPartsFragment> {
  const input = { job: enumValueOf(job) as JobNameValue, ...options };
  return orRefused((await client.request(RunJobDocument, { input })).runJob);
}

/** Shows a run until it ends and returns its final state. */
export async function watchRun(client: Client, id: string, bars = progressBars()): Promise<RunPartsFragment> {
  let last: RunPartsFragment | undefined;
  try {
    for await (const { jobRun } of client.subscribe(WatchJobRunDocument, { id })) {
      last = jobRun;
      showRun(bars, jobRun);
    }
  } finally {
    bars.stop();
  }
  if (!last) throw new Error('The subscription to the run ended before its first event.');
  return last;
}
