import { Kind, visit } from 'graphql';
import {
  RunConversionDocument,
  type RunJobInput,
  type RunPartsFragment,
  WatchJobRunDocument,
} from '../../schema/operations.ts';
import { type JobName, mutationOf } from '../jobs/index.ts';
import { type Client, orRefused } from './client.ts';
import { progressBars, showRun } from './progress.ts';

/** The document that starts a job: the conversion's document with this job's mutation, aliased to the same name. */
const documentFor = (job: JobName): typeof RunConversionDocument =>
  visit(RunConversionDocument, {
    Field: (field) =>
      field.name.value === mutationOf('conversion')
        ? { ...field, alias: field.name, name: { kind: Kind.NAME, value: mutationOf(job) } }
        : undefined,
  });

/** Starts a job, or joins the run already in progress. */
export async function startRun(client: Client, job: JobName, input: RunJobInput): Promise<RunPartsFragment> {
  const { runConversion: run } = await client.request(documentFor(job), { input });
  return orRefused(run);
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
