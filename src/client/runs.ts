import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import {
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
import { progressBars, showRun } from './progress.ts';

/** The mutation that starts each job, by the job's name on the command line. */
const mutations = {
  'p-job': RunPJobDocument,
  'synchronize-customers': RunSynchronizeCustomersDocument,
  'synchronize-orders': RunSynchronizeOrdersDocument,
  'validate-transactions': RunValidateTransactionsDocument,
  'calculate-statements': RunCalculateStatementsDocument,
  'post-statements': RunPostStatementsDocument,
  'download-1010': RunDownload1010Document,
  conversion: RunConversionDocument,
  'end-of-day': RunEndOfDayDocument,
};

export type JobName = keyof typeof mutations;
export const jobNames = Object.keys(mutations) as JobName[];

type Started = ({ __typename: 'JobRun' } & RunPartsFragment) | { __typename: 'Failure'; code: string };

/** Starts a job, or joins the run that is already under way. */
export async function startRun(client: Client, job: JobName, input: RunJobInput): Promise<RunPartsFragment> {
  const document = mutations[job] as TypedDocumentNode<Record<string, Started>, { input: RunJobInput }>;
  const [answer] = Object.values(await client.request(document, { input }));
  return orRefused(answer!);
}

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
