import { expect, test } from 'vitest';
import type { Database } from '../../src/data/database.ts';
import { forgetRuns } from '../../src/data/hq/job-run.bulk.ts';
import { orphanRuns } from '../../src/data/hq/run-worker.ts';
import {
  aClock,
  accountIds,
  ask,
  countOf,
  createCustomers,
  rowsOf,
  run,
  runById,
  runsOf,
  withChannels,
} from '../support/actions.ts';
import { type Answer, type Headquarters, onPostgres, startHeadquarters } from '../support/headquarters.ts';

/** Embedded databases belong to one process. */
const ofTwoServers = test.skipIf(!onPostgres);

const cancel = async (hq: Headquarters, id: string) =>
  (
    await hq.query(
      'mutation ($id: ID!) { cancelJobRun(input: { id: $id }) { __typename ... on JobRun { state cancelRequested } ... on Failure { errorCode message } } }',
      { id },
    )
  ).cancelJobRun;

const retry = async (hq: Headquarters, id: string) =>
  (
    await hq.query(
      'mutation ($id: ID!) { retryJobRun(input: { id: $id }) { __typename ... on JobRun { id state } ... on Failure { errorCode message } } }',
      { id },
    )
  ).retryJobRun;

/** Holds what reaches a method of a database, from its `nth` call on, until it is let go. */
function hold(database: Database, method: 'read' | 'write', nth = 1) {
  const real = database[method].bind(database) as (work: Answer) => Promise<Answer>;
  let calls = 0;
  let go = () => {};
  let reach = () => {};
  const gone = new Promise<void>((resolve) => {
    go = resolve;
  });
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  Object.assign(database, {
    [method]: async (work: Answer) => {
      if (++calls >= nth) {
        reach();
        await gone;
      }
      return real(work);
    },
  });
  return {
    reached,
    letGo: () => {
      Object.assign(database, { [method]: real });
      go();
    },
  };
}

/** A P-job that has uploaded some of ten customers and is held in the middle. */
async function heldInTheMiddle() {
  const hq = await withChannels(['houston'], { settings: { BATCH_SIZE: '2' } });
  await createCustomers(hq, 10);
  const { id } = await ask(hq, 'CONVERSION');
  const held = hold(await hq.channels.databaseOf('houston'), 'read', 5);
  const draining = hq.worker.drain();
  await held.reached;
  return { hq, id, held, draining };
}

test('a run that waits is canceled at once and does nothing', async () => {
  const hq = await withChannels(['houston']);
  await createCustomers(hq, 2);
  const { id } = await ask(hq, 'CONVERSION');
  expect(await cancel(hq, id)).toEqual({ __typename: 'JobRun', state: 'CANCELED', cancelRequested: true });
  await hq.worker.drain();
  expect(await runById(hq, id)).toMatchObject({ state: 'CANCELED', startedAt: null, finishedAt: expect.any(String) });
  expect(await countOf(hq.hq, 'customer_operation')).toBe(0);
});

test('a run that is canceled while it works stops after its batch, says what was done, and a retry goes on there', async () => {
  const { hq, id, held, draining } = await heldInTheMiddle();
  expect(await cancel(hq, id)).toMatchObject({ state: 'RUNNING', cancelRequested: true });
  held.letGo();
  await draining;

  const ended = await runById(hq, id);
  const done = ended.steps[0].progress.done;
  expect(ended).toMatchObject({
    state: 'CANCELED',
    error: null,
    // What a package brings is applied with it.
    steps: [
      { state: 'CANCELED', progress: { total: 10 } },
      { state: 'CANCELED', progress: { done } },
      { state: 'WAITING' },
    ],
  });
  expect(done).toBeGreaterThan(0);
  expect(done).toBeLessThan(10);
  expect(await countOf(hq.hq, 'customer_operation')).toBe(done);
  expect(ended.uploadSessions).toMatchObject([{ status: 'CANCELED', rows: done, firstCounter: 1, lastCounter: done }]);

  expect(await retry(hq, id)).toMatchObject({ id, state: 'QUEUED' });
  await hq.worker.drain();
  expect(await runById(hq, id)).toMatchObject({
    state: 'SUCCEEDED',
    cancelRequested: false,
    steps: [{ progress: { done: 10, total: 10 } }, { progress: { done: 10 } }, { progress: { done: 10 } }],
    uploadSessions: [{ status: 'CANCELED' }, { status: 'APPLIED', firstCounter: done + 1, lastCounter: 10 }],
  });
});

ofTwoServers('a run that was asked to stop while its worker was dead stops before it does anything more', async () => {
  const time = aClock();
  const { dead, other, id, held, dying } = await withDeadWorker(time, 2);
  expect(await cancel(other, id)).toMatchObject({ state: 'RUNNING', cancelRequested: true });
  await other.hq.write((tx) => orphanRuns(tx));
  await other.worker.drain();
  expect(await runById(other, id)).toMatchObject({
    state: 'CANCELED',
    attempt: 2,
    steps: [{ progress: { done: 0 } }, {}, {}],
  });
  expect(await countOf(dead.hq, 'customer_operation')).toBe(0);
  held.letGo();
  await dying;
  expect(await countOf(other.hq, 'customer_operation')).toBe(0);
});

test('a run that has ended cannot be canceled, one that succeeded cannot be retried', async () => {
  const hq = await withChannels(['houston']);
  const { id } = await run(hq);
  expect(await cancel(hq, id)).toMatchObject({
    __typename: 'WrongState',
    errorCode: 'WRONG_STATE',
    message: expect.stringContaining('SUCCEEDED'),
  });
  expect(await retry(hq, id)).toMatchObject({
    __typename: 'WrongState',
    message: expect.stringContaining('SUCCEEDED'),
  });
});

test('a run is not retried while the same job is under way for the same channels', async () => {
  const hq = await withChannels(['houston']);
  const { id } = await ask(hq, 'CONVERSION');
  await cancel(hq, id);
  const newer = await ask(hq, 'CONVERSION');
  expect(newer.id).not.toBe(id);
  expect(await retry(hq, id)).toMatchObject({
    __typename: 'WrongState',
    message: expect.stringContaining('already queued or running'),
  });
  await hq.worker.drain();
  expect(await retry(hq, id)).toMatchObject({ __typename: 'JobRun', state: 'QUEUED' });
});

/** Two servers on the same databases: the first stalls at its `nth` write (the claim is one, each package one), and others believe that it has died. */
async function withDeadWorker({ clock }: ReturnType<typeof aClock>, nth: number) {
  const dead = await withChannels(['houston'], { clock, settings: { BATCH_SIZE: '2' } });
  const other = await startHeadquarters({ config: dead.config, clock });
  await createCustomers(dead, 10);
  const { id } = await ask(dead, 'CONVERSION');
  const held = hold(dead.hq, 'write', nth);
  const dying = dead.worker.drain();
  await held.reached;
  return { dead, other, id, held, dying };
}

ofTwoServers(
  'a worker that lost its run writes nothing more, and the one that took over does all of it once',
  async () => {
    const time = aClock();
    const { other, id, held, dying } = await withDeadWorker(time, 3);

    await other.worker.drain();
    expect(await runById(other, id)).toMatchObject({ state: 'RUNNING', attempt: 1 });
    await other.hq.write((tx) => orphanRuns(tx));
    await other.worker.drain();
    const taken = await runById(other, id);
    expect(taken).toMatchObject({
      state: 'SUCCEEDED',
      attempt: 2,
      steps: [{ progress: { done: 10 } }, { progress: { done: 10 } }, { progress: { done: 10 } }],
    });

    const before = await rowsOf(other.hq, 'select * from job_run');
    held.letGo();
    await dying;
    expect(await rowsOf(other.hq, 'select * from job_run')).toEqual(before);
    expect(await countOf(other.hq, 'customer_operation')).toBe(10);
    expect([...(await accountIds(other)).values()].toSorted()).toEqual(
      Array.from({ length: 10 }, (_, index) => `C${String(index + 1).padStart(8, '0')}`),
    );
    expect(taken.uploadSessions.reduce((sum: number, { rows }: { rows: number }) => sum + rows, 0)).toBe(10);
  },
);

ofTwoServers(
  'a worker that wakes up while another one is in the middle of its run writes nothing into it',
  async () => {
    const time = aClock();
    const { dead, other, id, held, dying } = await withDeadWorker(time, 3);
    await other.hq.write((tx) => orphanRuns(tx));
    const working = hold(other.hq, 'write', 3);
    const taken = other.worker.drain();
    await working.reached;
    const before = [await rowsOf(other.hq, 'select * from job_run'), await countOf(other.hq, 'customer_operation')];
    expect(before).toMatchObject([[{ state: 'RUNNING', attempt: 2 }], expect.any(Number)]);

    held.letGo();
    await dying;
    expect([await rowsOf(dead.hq, 'select * from job_run'), await countOf(dead.hq, 'customer_operation')]).toEqual(
      before,
    );
    working.letGo();
    await taken;
    expect(await runById(other, id)).toMatchObject({ state: 'SUCCEEDED', attempt: 2 });
    expect(await countOf(other.hq, 'customer_operation')).toBe(10);
  },
);

ofTwoServers('sessions that a dead worker left open are ended when its run is taken over', async () => {
  const time = aClock();
  const { other, id, held, dying } = await withDeadWorker(time, 4);
  expect((await runById(other, id)).uploadSessions).toMatchObject([{ status: 'STARTED', finishedAt: null }]);
  time.pass(60_000);
  await other.hq.write((tx) => orphanRuns(tx));
  await other.worker.drain();
  expect((await runById(other, id)).uploadSessions).toMatchObject([
    { status: 'CANCELED', finishedAt: time.now() },
    { status: 'APPLIED' },
  ]);
  held.letGo();
  await dying;
});

test('a server that is stopped in the middle of a run leaves it to the next one, which goes on at once', async () => {
  const { clock, pass } = aClock();
  const hq = await withChannels(
    ['houston'],
    { clock, background: true, settings: { BATCH_SIZE: '2' } },
    { liveConversion: false },
  );
  await createCustomers(hq, 10);
  const held = hold(await hq.channels.databaseOf('houston'), 'read', 5);
  const { id } = await ask(hq, 'CONVERSION');
  await held.reached;
  const release = hq.worker.release.bind(hq.worker);
  hq.worker.release = () => {
    const released = release();
    held.letGo();
    return released;
  };
  await hq.stop();

  pass(10);
  const next = await startHeadquarters({ config: hq.config, clock });
  expect(await runById(next, id)).toMatchObject({ state: 'QUEUED', attempt: 1 });
  const uploaded = await countOf(next.hq, 'customer_operation');
  expect(uploaded).toBeLessThan(10);
  await next.worker.drain();
  expect(await runById(next, id)).toMatchObject({
    state: 'SUCCEEDED',
    attempt: 2,
    steps: [{ progress: { done: 10, failed: 0 } }, { progress: { done: 10 } }, { progress: { done: 10 } }],
    uploadSessions: [
      { status: 'CANCELED', rows: uploaded },
      { status: 'APPLIED', rows: 10 - uploaded },
    ],
  });
  expect([...(await accountIds(next)).values()].filter(Boolean)).toHaveLength(10);
});

test('an unexpected error is tried again with growing pauses, and goes through when its cause is gone', async () => {
  const time = aClock('2026-11-22T10:00:00.000Z');
  const hq = await withChannels(['houston'], { clock: time.clock });
  await createCustomers(hq, 3);
  const { all } = hq.channels;
  hq.channels.all = () => {
    throw new Error('a bug');
  };
  const { id } = await ask(hq, 'CONVERSION');
  await hq.worker.drain();
  expect(await runById(hq, id)).toMatchObject({ state: 'QUEUED', attempt: 1, error: null });
  expect(await rowsOf(hq.hq, 'select due_at from job_run')).toEqual([{ due_at: '2026-11-22T10:00:02.000Z' }]);
  await hq.worker.drain();
  expect(await runById(hq, id)).toMatchObject({ attempt: 1 });
  time.pass(2_000);
  await hq.worker.drain();
  expect(await rowsOf(hq.hq, 'select due_at from job_run')).toEqual([{ due_at: '2026-11-22T10:00:06.000Z' }]);

  hq.channels.all = all;
  time.pass(4_000);
  await hq.worker.drain();
  expect(await runById(hq, id)).toMatchObject({ state: 'SUCCEEDED', attempt: 3 });
});

test('an unexpected error that stays fails the run after five attempts, without its details', async () => {
  const time = aClock();
  const hq = await withChannels(['houston'], { clock: time.clock });
  hq.channels.all = () => {
    throw new Error('a secret detail');
  };
  const { id } = await ask(hq, 'CONVERSION');
  for (let attempt = 0; attempt < 6; attempt++) {
    await hq.worker.drain();
    time.pass(120_000);
  }
  expect(await runById(hq, id)).toMatchObject({
    state: 'FAILED',
    attempt: 5,
    errorCode: 'INTERNAL',
    error: 'Unexpected error. See the headquarters log.',
    steps: [{ state: 'FAILED' }, { state: 'WAITING' }, { state: 'WAITING' }],
  });
});

test('old runs are forgotten with their sessions; those that wait or ended lately stay', async () => {
  const time = aClock('2026-01-01T00:00:00.000Z');
  const hq = await withChannels(['houston'], { clock: time.clock });
  await createCustomers(hq, 1);
  await run(hq);
  time.set('2026-03-01T00:00:00.000Z');
  await createCustomers(hq, 1);
  const recent = await run(hq);
  const waiting = await ask(hq, 'P_JOB');
  await hq.hq.write((tx) => forgetRuns(tx, '2026-02-01T00:00:00.000Z', 1_000));
  const { jobRuns, uploadSessions, downloadSessions } = await hq.query(
    '{ jobRuns { edges { node { id } } } uploadSessions { edges { node { id } } } downloadSessions { edges { node { id } } } }',
  );
  expect(jobRuns.edges.map(({ node }: Answer) => node.id)).toEqual([waiting.id, recent.id]);
  expect(uploadSessions.edges).toHaveLength(1);
  expect(downloadSessions.edges).toHaveLength(1);
});

test('of live runs that did their work only the newest are kept', async () => {
  const hq = await withChannels(['houston']);
  await ask(hq, 'CONVERSION');
  for (let count = 0; count < 5; count++) await run(hq, 'P_JOB');
  await hq.hq.write((tx) => tx.query(`update job_run set cause = 'LIVE' where job = 'p-job'`));
  await hq.hq.write((tx) => forgetRuns(tx, '2000-01-01T00:00:00.000Z', 2));
  expect((await runsOf(hq)).map(({ cause }) => cause).toSorted()).toEqual(['LIVE', 'LIVE', 'OPERATOR']);
});
