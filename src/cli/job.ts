import {
  CancelJobRunDocument,
  JobRunsDocument,
  RetryJobRunDocument,
  RunConversionDocument,
  RunDownload1010Document,
  type RunPartsFragment,
  RunPJobDocument,
  RunSynchronizeCustomersDocument,
  WatchJobRunDocument,
} from '../../schema/operations.ts';
import { type Client, orRefused } from './client.ts';
import { ended, progressBars, showRun, titles } from './progress.ts';

export const jobNames = ['p-job', 'synchronize-customers', 'download-1010', 'conversion'] as const;
export type JobName = (typeof jobNames)[number];

const starts: Record<JobName, (client: Client, channels: string[] | null) => Promise<RunPartsFragment>> = {
  'p-job': async (client, channels) =>
    orRefused((await client.request(RunPJobDocument, { input: { channels } })).runPJob),
  'synchronize-customers': async (client, channels) =>
    orRefused((await client.request(RunSynchronizeCustomersDocument, { input: { channels } })).runSynchronizeCustomers),
  'download-1010': async (client, channels) =>
    orRefused((await client.request(RunDownload1010Document, { input: { channels } })).runDownload1010),
  conversion: async (client, channels) =>
    orRefused((await client.request(RunConversionDocument, { input: { channels } })).runConversion),
};

export const startRun = (client: Client, job: JobName, channels: string[] | null): Promise<RunPartsFragment> =>
  starts[job](client, channels);

/** Shows a run until it has ended; answers its final state. */
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
  if (!last) throw new Error('The stream of the run ended before its first event.');
  return last;
}

/** `hq job <name>`: starts a job or joins the one under way. The exit code is 1 when a watched run does not succeed. */
export async function job(
  client: Client,
  name: JobName,
  options: { channel?: string[]; watch?: boolean },
): Promise<void> {
  const run = await startRun(client, name, options.channel ?? null);
  console.log(`${titles[run.job]} ${run.id}: ${run.state}`);
  if (!options.watch) return;
  const last = await watchRun(client, run.id);
  console.log(ended(last));
  if (last.state !== 'SUCCEEDED') process.exitCode = 1;
}

export async function listRuns(client: Client, first: number): Promise<void> {
  const { jobRuns } = await client.request(JobRunsDocument, { first });
  for (const { node } of jobRuns.edges) {
    const { id, job, state, cause, createdAt, steps } = node;
    const done = steps.map(({ progress }) => `${progress.done}/${progress.total}`).join(' ');
    console.log(`${id}  ${titles[job].padEnd(22)} ${state.padEnd(10)} ${cause.padEnd(9)} ${createdAt}  ${done}`);
  }
}

export async function cancelRun(client: Client, id: string): Promise<void> {
  const run = orRefused((await client.request(CancelJobRunDocument, { input: { id } })).cancelJobRun);
  console.log(
    `${titles[run.job]} ${run.id}: ${run.state === 'RUNNING' ? 'stops after the batch that is under way' : run.state}`,
  );
}

export async function retryRun(client: Client, id: string): Promise<void> {
  const run = orRefused((await client.request(RetryJobRunDocument, { input: { id } })).retryJobRun);
  console.log(`${titles[run.job]} ${run.id}: ${run.state}`);
}
