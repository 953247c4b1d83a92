import { expect, test, vi } from 'vitest';
import { proveHeadquarters } from '../../src/domain/rewound.ts';
import { DatabaseUnavailable } from '../../src/errors.ts';
import type { Job, JobContext } from '../../src/queue/job.ts';
import { Worker } from '../../src/queue/worker.ts';
import {
  aClock,
  accountIds,
  ask,
  createCustomer,
  customer,
  rowsOf,
  run,
  runById,
  tamper,
  withChannels,
} from '../support/actions.ts';
import type { Answer, Headquarters } from '../support/headquarters.ts';

/** Makes a channel database unavailable; answers how to bring it back. */
function takeDown(hq: Headquarters, name: string): () => void {
  const { open, known } = hq.channels;
  hq.channels.known = (names, format) =>
    known.call(
      hq.channels,
      names.filter((database) => database !== name),
      format,
    );
  hq.channels.open = (database) =>
    database === name
      ? Promise.reject(new DatabaseUnavailable(`channel database ${name}`))
      : open.call(hq.channels, database);
  return () => {
    Object.assign(hq.channels, { open, known });
  };
}

/** All channel databases have answered since the start, so that numbers are given while one of them is down. */
const prove = (hq: Headquarters) =>
  proveHeadquarters({
    hq: hq.hq,
    channels: hq.channels,
    log: { warn: () => {} },
    now: () => '2026-11-22T10:00:00.000Z',
  });

const idsOf = async (hq: Headquarters, channel: string) => [...(await accountIds(hq, channel)).values()];
const unavailable = (name: string) => ({ channelDatabase: name, errorCode: 'DATABASE_UNAVAILABLE' });

/** A conversion of houston and dallas that waits for the database of dallas. */
async function waitingForDallas() {
  const time = aClock('2026-11-22T10:00:00.000Z');
  const hq = await withChannels(['houston', 'dallas'], { clock: time.clock });
  await createCustomer(hq);
  await createCustomer(hq, { channel: 'dallas' });
  await prove(hq);
  const bringUp = takeDown(hq, 'dallas');
  const waiting = await run(hq);
  return { hq, time, bringUp, waiting };
}

test('a run waits for a channel database that is briefly unavailable, and the other channels are done meanwhile', async () => {
  const { hq, time, bringUp, waiting } = await waitingForDallas();
  expect(waiting).toMatchObject({
    state: 'QUEUED',
    attempt: 1,
    finishedAt: null,
    error: null,
    steps: [
      { state: 'WAITING', failures: [unavailable('dallas')], progress: { done: 1 } },
      { state: 'WAITING', failures: [], progress: { done: 1 } },
      { state: 'WAITING', failures: [unavailable('dallas')], progress: { done: 1 } },
    ],
  });
  bringUp();
  expect([await idsOf(hq, 'houston'), await idsOf(hq, 'dallas')]).toEqual([['C00000001'], [null]]);

  await createCustomer(hq);
  time.pass(1_999);
  await hq.worker.drain();
  expect(await runById(hq, waiting.id)).toMatchObject({ state: 'QUEUED', attempt: 1 });
  time.pass(1);
  await hq.worker.drain();
  expect(await runById(hq, waiting.id)).toMatchObject({
    state: 'SUCCEEDED',
    attempt: 2,
    errorCode: null,
    steps: Array.from({ length: 3 }, () => ({ state: 'SUCCEEDED', failures: [], progress: { done: 2, total: 2 } })),
  });
  // Only what had failed was done again: the new customer of houston waits for the next run.
  expect([await idsOf(hq, 'houston'), await idsOf(hq, 'dallas')]).toEqual([['C00000001', null], ['C00000002']]);
});

test('a run waits for channel databases that keep numbers from being given', async () => {
  const time = aClock();
  const hq = await withChannels(['houston', 'dallas'], { clock: time.clock });
  await createCustomer(hq);
  const bringUp = takeDown(hq, 'dallas');
  const { id } = await run(hq, 'CONVERSION', ['houston']);
  expect(await runById(hq, id)).toMatchObject({
    state: 'QUEUED',
    steps: [{ state: 'SUCCEEDED' }, { state: 'WAITING', failures: [{ errorCode: 'HEADQUARTERS_UNPROVEN' }] }, {}],
  });
  bringUp();
  time.pass(2_000);
  await hq.worker.drain();
  expect(await runById(hq, id)).toMatchObject({ state: 'SUCCEEDED', attempt: 2 });
  expect(await idsOf(hq, 'houston')).toEqual(['C00000001']);
});

test('a run fails when a channel database stays unavailable through five attempts with growing pauses', async () => {
  const { hq, time, waiting } = await waitingForDallas();
  const pauses: number[] = [];
  for (let left = 10; left > 0; left--) {
    const [{ state, due_at: due }] = await rowsOf(hq.hq, 'select state, due_at from job_run');
    if (state !== 'QUEUED') break;
    pauses.push(Date.parse(due) - Date.parse(time.now()));
    time.set(due);
    await hq.worker.drain();
  }
  expect(pauses).toEqual([2_000, 4_000, 8_000, 16_000]);
  expect(await runById(hq, waiting.id)).toMatchObject({
    state: 'FAILED',
    attempt: 5,
    errorCode: 'DATABASE_UNAVAILABLE',
    error: expect.stringContaining('(Failed channel databases: dallas; the others are done.)'),
  });
});

test('a failure that a retry cannot mend is reported although the retry succeeds', async () => {
  const time = aClock();
  const hq = await withChannels(['houston', 'dallas'], { clock: time.clock });
  await createCustomer(hq);
  await run(hq, 'P_JOB');
  await tamper(await hq.channels.databaseOf('houston'), 'update self set last_counter = 0', 'delete from operation');
  const uuid = await createCustomer(hq, { channel: 'dallas' });
  await prove(hq);
  const bringUp = takeDown(hq, 'dallas');
  const { id } = await run(hq);
  bringUp();
  time.pass(2_000);
  await hq.worker.drain();
  const rewound = { channelDatabase: 'houston', errorCode: 'CHANNEL_DATABASE_REWOUND' };
  expect(await runById(hq, id)).toMatchObject({
    state: 'FAILED',
    attempt: 2,
    errorCode: 'CHANNEL_DATABASE_REWOUND',
    steps: [{ state: 'FAILED', failures: [rewound] }, { state: 'SUCCEEDED' }, { state: 'SUCCEEDED' }],
  });
  expect((await accountIds(hq, 'dallas')).get(uuid)).toMatch(/^C/);
});

test('while a run waits for a channel database, asking for its channels joins it and asking for others does not', async () => {
  const { hq, waiting } = await waitingForDallas();
  expect((await ask(hq, 'CONVERSION', ['dallas'])).id).toBe(waiting.id);
  const other = await run(hq, 'CONVERSION', ['houston']);
  expect(other).toMatchObject({ state: 'SUCCEEDED' });
  expect((await ask(hq, 'CONVERSION')).id).not.toBe(waiting.id);
});

test('a schedule for all channels is not held up by a run that waits for one of them', async () => {
  const { hq, time, waiting } = await waitingForDallas();
  const uuid = await createCustomer(hq);
  await tamper(hq.hq, `update schedule set next_run_at = '${time.now()}'`);
  await hq.scheduler.runDue();
  await hq.worker.drain();
  expect((await accountIds(hq)).get(uuid)).toBe('C00000002');
  expect(await runById(hq, waiting.id)).toMatchObject({ state: 'QUEUED', attempt: 1 });
});

test('runs that wait for the same channel database do not stand in each other’s way', async () => {
  const { hq, time, bringUp, waiting } = await waitingForDallas();
  const second = await run(hq);
  expect(second).toMatchObject({ state: 'QUEUED', attempt: 1 });
  expect(second.id).not.toBe(waiting.id);
  bringUp();
  time.pass(2_000);
  await hq.worker.drain();
  for (const { id } of [waiting, second]) expect(await runById(hq, id)).toMatchObject({ state: 'SUCCEEDED' });
});

test('a run that failed because a channel database stayed unavailable is retried for all its channels', async () => {
  const { hq, time, bringUp, waiting } = await waitingForDallas();
  for (let attempt = 0; attempt < 5; attempt++) {
    time.pass(60_000);
    await hq.worker.drain();
  }
  bringUp();
  const uuid = await createCustomer(hq);
  await hq.query('mutation ($id: ID!) { retryJobRun(input: { id: $id }) { __typename } }', { id: waiting.id });
  expect((await ask(hq, 'CONVERSION')).id).toBe(waiting.id);
  await hq.worker.drain();
  expect(await runById(hq, waiting.id)).toMatchObject({ state: 'SUCCEEDED' });
  expect((await accountIds(hq)).get(uuid)).toMatch(/^C/);
});

test('live conversion goes on for other channels while a channel database is unavailable', async () => {
  const hq = await withChannels(['houston', 'dallas'], { background: true });
  await prove(hq);
  takeDown(hq, 'dallas');
  hq.dispatcher.notice('dallas');
  const live = async () =>
    (
      await hq.query(
        '{ jobRuns(filter: { causes: [LIVE] }) { edges { node { state steps { failures { channelDatabase } } } } } }',
      )
    ).jobRuns.edges
      .map(({ node }: Answer) => node)
      .filter(({ steps }: Answer) => steps[0].failures.length > 0);
  await vi.waitFor(async () => expect(await live()).toMatchObject([{ state: 'QUEUED' }]), 5_000);
  const uuid = await createCustomer(hq);
  await vi.waitFor(async () => expect(await customer(hq, uuid, 'houston')).toMatchObject({ syncStatus: 'SYNCED' }), {
    timeout: 5_000,
  });
  expect(await live()).toMatchObject([{ state: expect.stringMatching(/QUEUED|RUNNING/) }]);
});

/** A worker of its own that knows one job. */
const workerFor = (hq: Headquarters, clock: { now: () => string }, work: (context: JobContext) => Promise<void>) => {
  const silent = { info: () => {}, warn: () => {}, error: () => {} };
  const { hq: database, channels, nudges, dispatcher } = hq;
  const job: Job = { name: 'p-job', title: '', description: '', unit: 'OPERATIONS', phases: {}, run: work };
  return new Worker({
    surroundings: { hq: database, channels, nudges, dispatcher, log: silent, now: clock.now, batchSize: 10 },
    name: () => 'a worker',
    jobs: [job],
  });
};

test('an error that comes back after every batch that does nothing fails the run after five attempts', async () => {
  const time = aClock();
  const hq = await withChannels(['houston'], { clock: time.clock });
  const worker = workerFor(hq, time, async (context) => {
    await context.batch(async () => ({ done: 0, result: undefined }));
    throw new Error('a bug');
  });
  const { id } = await ask(hq, 'P_JOB');
  for (let attempt = 0; attempt < 7; attempt++) {
    await worker.drain();
    time.pass(120_000);
  }
  expect(await runById(hq, id)).toMatchObject({ state: 'FAILED', attempt: 5 });
});

test('a run that moves something in every attempt is retried as often as it takes', async () => {
  const time = aClock();
  const hq = await withChannels(['houston'], { clock: time.clock });
  let left = 8;
  const worker = workerFor(hq, time, async (context) => {
    await context.batch(async () => ({ done: 1, result: undefined }));
    if (--left > 0) throw new Error('a passing one');
  });
  const { id } = await ask(hq, 'P_JOB');
  for (let attempt = 0; attempt < 8; attempt++) {
    await worker.drain();
    time.pass(2_000);
  }
  expect(await runById(hq, id)).toMatchObject({ state: 'SUCCEEDED', attempt: 8 });
});
