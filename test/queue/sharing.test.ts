import { describe, expect, test } from 'vitest';
import { DatabaseUnavailable } from '../../src/errors.ts';
import { jobs } from '../../src/jobs/index.ts';
import { defineJob, type Job, type JobContext, Released } from '../../src/queue/job.ts';
import { Worker } from '../../src/queue/worker.ts';
import {
  aClock,
  accountIds,
  ask,
  countOf,
  countsOf,
  createCustomers,
  rowsOf,
  run,
  runById,
  tamper,
  withChannels,
} from '../support/actions.ts';
import { type Answer, type Headquarters, type Options, onPostgres } from '../support/headquarters.ts';
import { statementsOf } from '../support/statements.ts';

/*
 * Several workers share a run: here those of one process, in test/crash/ those of several.
 */

const codes = ['austin', 'berlin', 'dallas', 'houston', 'paris', 'tokyo'];
const EACH = 25;
const ALL = codes.length * EACH;

/** Channels whose customers wait for a conversion. */
async function waiting(options: Options = {}): Promise<Headquarters> {
  const hq = await withChannels(codes, { settings: { BATCH_SIZE: '10' }, ...options });
  for (const channel of codes) await createCustomers(hq, EACH, { channel });
  return hq;
}

/** A worker that shares runs with others; `takes` counts what it took. */
function workerOf(hq: Headquarters, all: readonly Job[] = jobs, invite: (runId: number) => void = () => {}) {
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const dispatcher = Object.assign(Object.create(hq.dispatcher), { invite: async (runId: number) => invite(runId) });
  const { hq: database, channels, nudges } = hq;
  const now = () => new Date().toISOString();
  const surroundings = { hq: database, channels, nudges, dispatcher, log, now, batchSize: 10 };
  const takes = { count: 0 };
  const worker = new Worker({ surroundings, jobs: all, name: () => `worker ${++takes.count}` });
  return Object.assign(worker, { takes });
}

/** A job that does this with each channel database. */
const jobThat = (work: (context: JobContext, channelDatabase: string) => Promise<void>) =>
  defineJob({
    ...{ name: 'p-job', title: '', description: '', unit: 'OPERATIONS', phases: {} },
    perChannelDatabase: true,
    async run(context) {
      for (const name of context.channelDatabases()) await work(context, name);
    },
  });

const one = (context: JobContext) => context.batch(async () => ({ done: 1, result: undefined }));
const numberOf = (id: string) => Number(Buffer.from(id, 'base64').toString().split(':')[1]);
const partsOf = (hq: Headquarters) =>
  rowsOf(hq.hq, 'select channel_database, state, crashes from job_part order by channel_database');

/** Resolves when it is told to. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

/** Leaves a part as a process does that dies: nobody holds it, and this worker cannot write it any more. */
async function die(hq: Headquarters, name: string): Promise<never> {
  await tamper(hq.hq, `update job_part set fence = fence + 1, orphaned = true where channel_database = '${name}'`);
  throw new Released();
}

describe.skipIf(!onPostgres)('workers that share a run (PostgreSQL only)', () => {
  test('convert each channel database once, and the progress of the run is theirs together', async () => {
    const hq = await waiting();
    const helpers = [workerOf(hq), workerOf(hq)];
    const helping: Promise<void>[] = [];
    const worker = workerOf(hq, jobs, (id) => void helping.push(...helpers.map((helper) => helper.help(id))));
    const { id } = await ask(hq, 'CONVERSION');
    const events = hq.subscribe(
      'subscription ($id: ID!) { jobRun(id: $id) { state progress { done total } steps { job state progress { done total failed } } } }',
      { id },
    );
    await worker.drain();
    await Promise.all(helping);
    const ended = await runById(hq, id);
    expect(ended).toMatchObject({ state: 'SUCCEEDED', attempt: 1 });
    expect(countsOf(ended)).toEqual(Array(3).fill({ done: ALL, failed: 0 }));
    expect(ended.steps.map(({ progress: { total } }: Answer) => total)).toEqual([ALL, ALL, ALL]);
    const databases = (sessions: Answer[]) => sessions.map(({ channelDatabase: name, rows }) => [name, rows]).sort();
    expect(databases(ended.uploadSessions)).toEqual(codes.map((code) => [code, EACH]));
    expect(databases(ended.downloadSessions)).toEqual(codes.map((code) => [code, EACH]));
    for (const { takes } of [worker, ...helpers]) expect(takes.count).toBeGreaterThan(0);
    const given = (await Promise.all(codes.map((code) => accountIds(hq, code)))).flatMap((ids) => [...ids.values()]);
    expect(given.sort()).toEqual(Array.from({ length: ALL }, (_, index) => `C${String(index + 1).padStart(8, '0')}`));
    expect(await countOf(hq.hq, 'job_part')).toBe(0);

    const seen: Answer[] = [];
    do seen.push((await events.next()).jobRun);
    while (seen.at(-1).state !== 'SUCCEEDED');
    const uploaded = seen.map(({ steps }) => steps[0].progress.done);
    expect(uploaded).toEqual(uploaded.toSorted((a: number, b: number) => a - b));
    // How much there is was known before the first part began.
    expect(new Set(seen.map(({ progress }) => progress.total).filter((total) => total > 0))).toEqual(new Set([ALL]));
  });

  test('leave a run alone that is about one channel database that has something to do, or live', async () => {
    const hq = await withChannels(codes);
    await createCustomers(hq, 2, { channel: 'dallas' });
    const statements = statementsOf(hq.hq);
    expect(await run(hq)).toMatchObject({ state: 'SUCCEEDED' });
    for (const channel of codes) await createCustomers(hq, 1, { channel });
    await hq.live.convert(codes);
    expect(await Promise.all(codes.map((code) => accountIds(hq, code).then(({ size }) => size)))).toEqual([
      ...[1, 1, 3, 1, 1, 1],
    ]);
    expect(statements.filter(({ text }) => /insert into job_part/.test(text))).toEqual([]);
  });

  test('begin nothing more when the run is canceled, and what was done counts', async () => {
    const hq = await waiting();
    const [both, canceled] = [gate(), gate()];
    let under = 0;
    const job = jobThat(async (context) => {
      await one(context);
      if (++under === 2) both.open();
      await canceled.opened;
      await one(context);
    });
    const helper = workerOf(hq, [job]);
    const worker = workerOf(hq, [job], (id) => void helper.help(id));
    const { id } = await ask(hq, 'P_JOB');
    const drained = worker.drain();
    await both.opened;
    const { cancelJobRun } = await hq.query(
      'mutation ($id: ID!) { cancelJobRun(input: { id: $id }) { ... on JobRun { state progress { done total } } } }',
      { id },
    );
    expect(cancelJobRun).toEqual({ state: 'RUNNING', progress: { done: 2, total: ALL } });
    canceled.open();
    await drained;
    // The batch under way is done; the next one is not begun.
    expect(await runById(hq, id)).toMatchObject({
      state: 'CANCELED',
      steps: [{ state: 'CANCELED', progress: { done: 4 } }],
    });
    expect(await partsOf(hq)).toEqual([]);
    expect(under).toBe(2);
  });

  test('a canceled run that nobody holds any more ends at once, and who works on a part of it writes nothing more', async () => {
    const hq = await waiting();
    const [begun, canceled] = [gate(), gate()];
    let parts = 0;
    let written = 0;
    const job = jobThat(async (context) => {
      await one(context);
      if (++parts === 2) begun.open();
      await canceled.opened;
      await one(context);
      written++;
    });
    const helper = workerOf(hq, [job]);
    let helped: Promise<void> | undefined;
    const worker = workerOf(hq, [job], (id) => {
      helped = helper.help(id);
    });
    const { id } = await ask(hq, 'P_JOB');
    const drained = worker.drain();
    await begun.opened;
    await tamper(hq.hq, 'update job_run set orphaned = true');
    await hq.query('mutation ($id: ID!) { cancelJobRun(input: { id: $id }) { __typename } }', { id });
    expect(await runById(hq, id)).toMatchObject({
      state: 'CANCELED',
      steps: [{ state: 'CANCELED', progress: { done: 2 } }],
    });
    canceled.open();
    await Promise.all([drained, helped]);
    expect(written).toBe(0);
    expect(await partsOf(hq)).toEqual([]);
  });

  test('retry only a channel database that is unavailable', async () => {
    const time = aClock(new Date().toISOString());
    const hq = await waiting({ clock: time.clock });
    const { open } = hq.channels;
    await Promise.all(codes.map((code) => hq.channels.databaseOf(code)));
    expect(await run(hq, 'SYNCHRONIZE_CUSTOMERS')).toMatchObject({ state: 'SUCCEEDED' });
    hq.channels.open = (name) =>
      name === 'dallas'
        ? Promise.reject(new DatabaseUnavailable('channel database dallas'))
        : open.call(hq.channels, name);
    const { id } = await ask(hq, 'CONVERSION');
    await hq.worker.drain();
    const failure = { channelDatabase: 'dallas', errorCode: 'DATABASE_UNAVAILABLE' };
    expect(await runById(hq, id)).toMatchObject({
      state: 'QUEUED',
      steps: [{ failures: [failure], progress: { done: ALL - EACH } }, {}, { failures: [failure] }],
    });
    hq.channels.open = open;
    time.pass(60_000);
    await hq.worker.drain();
    const ended = await runById(hq, id);
    expect(ended).toMatchObject({ state: 'SUCCEEDED' });
    expect(countsOf(ended)).toEqual(Array(3).fill({ done: ALL, failed: 0 }));
  });

  test('a part that has killed its worker twice fails for its channel database alone, and the others are done', async () => {
    const hq = await waiting();
    const alone: boolean[] = [];
    let under = 0;
    const job = jobThat(async (context, name) => {
      under++;
      try {
        if (name === 'dallas') alone.push(under === 1);
        if (name === 'dallas') await die(hq, name);
        await one(context);
      } finally {
        under--;
      }
    });
    const helper = workerOf(hq, [job]);
    const worker = workerOf(hq, [job], (id) => void helper.help(id));
    const { id } = await ask(hq, 'P_JOB');
    await worker.drain();
    expect(await runById(hq, id)).toMatchObject({
      state: 'FAILED',
      errorCode: 'RUN_CRASHED',
      error: expect.stringContaining('Failed channel databases: dallas; the others are done.'),
      steps: [
        { state: 'FAILED', failures: [{ channelDatabase: 'dallas', errorCode: 'RUN_CRASHED' }], progress: { done: 5 } },
      ],
    });
    expect(alone).toHaveLength(2);
  });

  test('a part goes on elsewhere when its worker dies, as often as it gets further', async () => {
    const hq = await waiting();
    let deaths = 0;
    const job = jobThat(async (context, name) => {
      await one(context);
      if (name === 'dallas' && ++deaths < 5) await die(hq, name);
    });
    const ended = await (async () => {
      const { id } = await ask(hq, 'P_JOB');
      await workerOf(hq, [job]).drain();
      return runById(hq, id);
    })();
    expect(ended).toMatchObject({ state: 'SUCCEEDED', steps: [{ progress: { done: 5 + 5, total: 10 } }] });
  });

  test('whoever takes over a run goes on with its parts, and leaves alone those that others hold', async () => {
    const hq = await waiting();
    const [held, go] = [gate(), gate()];
    const seen: string[] = [];
    const job = jobThat(async (context, name) => {
      seen.push(name);
      await one(context);
    });
    const slow = jobThat(async (context, name) => {
      await job.run(context);
      held.open();
      await go.opened;
      if (name) await one(context);
    });
    const helper = workerOf(hq, [slow]);
    const first = workerOf(hq, [jobThat(async () => held.opened.then(() => Promise.reject(new Released())))], (id) => {
      void helper.help(id);
    });
    const { id } = await ask(hq, 'P_JOB');
    const drained = first.drain();
    await held.opened;
    // The first worker dies, with the part that it had begun.
    await tamper(hq.hq, 'update job_run set fence = fence + 1, orphaned = true');
    const second = workerOf(hq, [job]);
    const over = second.take(numberOf(id));
    await expect.poll(async () => (await partsOf(hq)).filter(({ state }) => state !== 'ENDED').length).toBe(1);
    expect(await runById(hq, id)).toMatchObject({ state: 'RUNNING', attempt: 2, steps: [{ progress: { done: 6 } }] });
    go.open();
    await Promise.all([over, drained.catch(() => {})]);
    expect(await runById(hq, id)).toMatchObject({ state: 'SUCCEEDED', steps: [{ progress: { done: 7, total: 7 } }] });
    expect(seen.sort()).toEqual(codes);
  });

  test('a worker that stops gives its parts back, and the next one continues with them', async () => {
    const hq = await waiting();
    const begun = gate();
    const first = workerOf(hq, [
      jobThat(async (context) => {
        for (;;) {
          await one(context);
          begun.open();
        }
      }),
    ]);
    const { id } = await ask(hq, 'P_JOB');
    const taken = first.take(numberOf(id));
    await begun.opened;
    await first.stop();
    await taken;
    expect((await partsOf(hq)).map(({ state, crashes }) => ({ state, crashes }))).toEqual(
      codes.map(() => ({ state: 'QUEUED', crashes: 0 })),
    );
    expect(await runById(hq, id)).toMatchObject({ state: 'QUEUED', steps: [{ state: 'RUNNING' }] });
    let continued = 0;
    await workerOf(hq, [jobThat(async () => void continued++)]).drain();
    expect(await runById(hq, id)).toMatchObject({ state: 'SUCCEEDED', attempt: 2 });
    expect(continued).toBe(codes.length);
  });
});
