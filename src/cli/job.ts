import {
  CancelJobRunDocument,
  JobRunsDocument,
  RetryJobRunDocument,
  RunCalculateStatementsDocument,
  RunConversionDocument,
  RunDownload1010Document,
  RunEndOfDayDocument,
  type RunJobInput,
  type RunPartsFragment,
  RunPJobDocument,
  RunPostStatementsDocument,
  RunSynchronizeCustomersDocument,
  RunSynchronizeOrdersDocument,
  RunValidateTransactionsDocument,
  WatchJobRunDocument,
} from '../../schema/operations.ts';
import { type Client, orRefused } from './client.ts';
import { ended, progressBars, showRun, titles } from './progress.ts';

/** By the name that the shell knows a job by: how it is started. */
const starts = {
  'p-job': async (client, input) => orRefused((await client.request(RunPJobDocument, { input })).runPJob),
  'synchronize-customers': async (client, input) =>
    orRefused((await client.request(RunSynchronizeCustomersDocument, { input })).runSynchronizeCustomers),
  'synchronize-orders': async (client, input) =>
    orRefused((await client.request(RunSynchronizeOrdersDocument, { input })).runSynchronizeOrders),
  'validate-transactions': async (client, input) =>
    orRefused((await client.request(RunValidateTransactionsDocument, { input })).runValidateTransactions),
  'calculate-statements': async (client, input) =>
    orRefused((await client.request(RunCalculateStatementsDocument, { input })).runCalculateStatements),
  'post-statements': async (client, input) =>
    orRefused((await client.request(RunPostStatementsDocument, { input })).runPostStatements),
  'download-1010': async (client, input) =>
    orRefused((await client.request(RunDownload1010Document, { input })).runDownload1010),
  conversion: async (client, input) =>
    orRefused((await client.request(RunConversionDocument, { input })).runConversion),
  'end-of-day': async (client, input) => orRefused((await client.request(RunEndOfDayDocument, { input })).runEndOfDay),
} satisfies Record<string, (client: Client, input: RunJobInput) => Promise<RunPartsFragment>>;

export type JobName = keyof typeof starts;
export const jobNames = Object.keys(starts) as JobName[];

export const startRun = (client: Client, job: JobName, input: RunJobInput): Promise<RunPartsFragment> =>
  starts[job](client, input);

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
  options: { channel?: string[]; businessDate?: string; watch?: boolean },
): Promise<void> {
  const run = await startRun(client, name, {
    channels: options.channel ?? null,
    businessDate: options.businessDate ?? null,
  });
  console.log(`${titles[run.job]} ${run.id}: ${run.state}`);
  if (!options.watch) return;
  const last = await watchRun(client, run.id);
  console.log(ended(last));
  if (last.state !== 'SUCCEEDED') process.exitCode = 1;
}

export async function listRuns(client: Client, first: number): Promise<void> {
  const { jobRuns } = await client.request(JobRunsDocument, { first });
  for (const { node } of jobRuns!.edges) {
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
