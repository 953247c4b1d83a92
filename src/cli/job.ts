import { CancelJobRunDocument, JobRunsDocument, RetryJobRunDocument } from '../../schema/operations.ts';
import { type Client, orRefused } from '../client/client.ts';
import { ended, titleOf } from '../client/progress.ts';
import { startRun, watchRun } from '../client/runs.ts';
import type { JobName } from '../jobs/index.ts';

/** `hq job <name>`: starts a job, or joins the run in progress. The exit code is 1 if a watched run does not succeed. */
export async function job(
  client: Client,
  name: JobName,
  options: { channel?: string[]; businessDate?: string; watch?: boolean },
): Promise<void> {
  const run = await startRun(client, name, {
    channels: options.channel ?? null,
    businessDate: options.businessDate ?? null,
  });
  console.log(`${titleOf(run.job)} ${run.id}: ${run.state}`);
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
    console.log(`${id}  ${titleOf(job).padEnd(22)} ${state.padEnd(10)} ${cause.padEnd(9)} ${createdAt}  ${done}`);
  }
}

export async function cancelRun(client: Client, id: string): Promise<void> {
  const run = orRefused((await client.request(CancelJobRunDocument, { input: { id } })).cancelJobRun);
  console.log(
    `${titleOf(run.job)} ${run.id}: ${run.state === 'RUNNING' ? 'stops after the current batch' : run.state}`,
  );
}

export async function retryRun(client: Client, id: string): Promise<void> {
  const run = orRefused((await client.request(RetryJobRunDocument, { input: { id } })).retryJobRun);
  console.log(`${titleOf(run.job)} ${run.id}: ${run.state}`);
}
