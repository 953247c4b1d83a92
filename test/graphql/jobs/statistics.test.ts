import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  aBody,
  aClock,
  appendOperation,
  ask,
  createCustomer,
  run,
  tamper,
  withChannels,
} from '../../support/actions.ts';
import type { Answer, Headquarters } from '../../support/headquarters.ts';
import { statementsOf } from '../../support/statements.ts';

const HOUR = 3_600_000;

const statistics = async (hq: Headquarters, since?: string): Promise<Record<string, Answer>> => {
  const { jobStatistics } = await hq.query(
    `query ($since: DateTime) { jobStatistics(since: $since) {
      job succeededRuns failedRuns canceledRuns medianSeconds percentile95Seconds unit recordsProcessed recordsFailed
      lastSuccess { id } lastFailure { id } } }`,
    { since },
  );
  return Object.fromEntries(jobStatistics.map(({ job, ...figures }: Answer) => [job, figures]));
};

const unused = {
  succeededRuns: 0,
  failedRuns: 0,
  canceledRuns: 0,
  medianSeconds: null,
  percentile95Seconds: null,
  recordsProcessed: 0,
  recordsFailed: 0,
  lastSuccess: null,
  lastFailure: null,
};

test('a job counts wherever it ran, with its records; a chain counts its runs', async () => {
  const hq = await withChannels(['houston']);
  await createCustomer(hq);
  await createCustomer(hq);
  await appendOperation(hq, 'houston', { uuid: randomUUID(), payload: { customer: aBody({ email: 'nonsense' }) } });
  const conversion = await run(hq);
  await createCustomer(hq);
  const alone = await run(hq, 'P_JOB');
  const canceled = await ask(hq, 'DOWNLOAD_1010');
  await hq.query('mutation ($id: ID!) { cancelJobRun(input: { id: $id }) { __typename } }', { id: canceled.id });
  await ask(hq, 'SYNCHRONIZE_ORDERS');

  const { P_JOB, SYNCHRONIZE_CUSTOMERS, SYNCHRONIZE_ORDERS, DOWNLOAD_1010, CONVERSION, END_OF_DAY } =
    await statistics(hq);
  const seconds = { medianSeconds: expect.any(Number), percentile95Seconds: expect.any(Number) };
  const succeeded = { ...unused, ...seconds, succeededRuns: 1, lastSuccess: { id: conversion.id } };
  expect(P_JOB).toEqual({
    ...succeeded,
    succeededRuns: 2,
    unit: 'OPERATIONS',
    recordsProcessed: 4,
    lastSuccess: { id: alone.id },
  });
  expect(SYNCHRONIZE_CUSTOMERS).toEqual({ ...succeeded, unit: 'OPERATIONS', recordsProcessed: 2, recordsFailed: 1 });
  expect(DOWNLOAD_1010).toEqual({ ...succeeded, canceledRuns: 1, unit: 'CUSTOMERS', recordsProcessed: 2 });
  // It is still queued.
  expect(SYNCHRONIZE_ORDERS).toEqual({ ...unused, unit: 'ORDERS' });
  const ofChain = { unit: null, recordsProcessed: null, recordsFailed: null };
  expect(CONVERSION).toEqual({ ...succeeded, ...ofChain });
  expect(END_OF_DAY).toEqual({ ...unused, ...ofChain });
});

test('a chain that failed counts for the job that failed, and not for those that never started', async () => {
  const hq = await withChannels(['houston']);
  await createCustomer(hq);
  await run(hq);
  const houston = await hq.channels.databaseOf('houston');
  await tamper(houston, 'update self set last_counter = last_counter - 1');
  const failed = await run(hq);
  expect(failed.state).toBe('FAILED');

  const { P_JOB, CONVERSION } = await statistics(hq);
  for (const figures of [P_JOB, CONVERSION])
    expect(figures).toMatchObject({ succeededRuns: 1, failedRuns: 1, lastFailure: { id: failed.id } });
});

/** Runs of the P-job that ended one after the other, each after this many seconds. */
async function withDurations(
  durations: readonly number[],
): Promise<{ hq: Headquarters; time: ReturnType<typeof aClock> }> {
  const time = aClock('2026-11-22T10:00:00.000Z');
  const hq = await withChannels(['houston'], { clock: time.clock });
  for (const [index, seconds] of durations.entries()) {
    await run(hq, 'P_JOB');
    const startedAt = new Date(Date.parse(time.now()) - seconds * 1_000).toISOString();
    await tamper(hq.hq, `update job_run set started_at = '${startedAt}' where id = ${index + 1}`);
  }
  return { hq, time };
}

test('durations are the median and the 95th percentile of the successful runs', async () => {
  const { hq } = await withDurations([9, 1, 2, 3.5, 4, 5, 6, 7, 8, 600]);
  expect((await statistics(hq)).P_JOB).toMatchObject({ medianSeconds: 5, percentile95Seconds: 600 });
  await tamper(hq.hq, `update job_run set state = 'FAILED' where id = 10`);
  expect((await statistics(hq)).P_JOB).toMatchObject({ medianSeconds: 5, percentile95Seconds: 9, failedRuns: 1 });
  await tamper(hq.hq, `update job_run set state = 'FAILED' where id <> 4`);
  expect((await statistics(hq)).P_JOB).toMatchObject({ medianSeconds: 3.5, percentile95Seconds: 3.5 });
});

test('only runs that ended since a time count, by default of the last 24 hours, and at most of 7 days', async () => {
  const { hq, time } = await withDurations([1]);
  const at = time.now();
  const succeeded = async (since?: string) => (await statistics(hq, since)).P_JOB.succeededRuns;
  expect(await succeeded()).toBe(1);
  expect(await succeeded(at)).toBe(1);
  expect(await succeeded('2026-11-22T10:00:00.001Z')).toBe(0);
  time.pass(24 * HOUR + 1);
  expect(await succeeded()).toBe(0);
  expect(await succeeded(at)).toBe(1);
  time.pass(6 * 24 * HOUR);
  const { errors } = await hq.ask('query ($at: DateTime) { jobStatistics(since: $at) { job } }', { at });
  expect(errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT', path: ['since'] } }]);
});

test('the statistics of all jobs, with their last runs, are two statements', async () => {
  const { hq } = await withDurations([1, 2]);
  await run(hq, 'CONVERSION');
  const statements = statementsOf(hq.hq);
  await statistics(hq);
  expect(statements).toHaveLength(2);
});
