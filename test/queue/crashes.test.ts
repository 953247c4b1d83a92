import { expect, test, vi } from 'vitest';
import type { JobName } from '../../schema/operations.ts';
import { EmbeddedDispatcher } from '../../src/queue/embedded.ts';
import { type Job, type JobContext, Released } from '../../src/queue/job.ts';
import { Worker } from '../../src/queue/worker.ts';
import { aClock, ask, createChannel, runById, runsOf, tamper, withChannels } from '../support/actions.ts';
import { type Answer, type Headquarters, startHeadquarters } from '../support/headquarters.ts';

/** A worker of its own that knows one job. */
function workerFor(hq: Headquarters, work: (context: JobContext) => Promise<void>): Worker {
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const { hq: database, channels, nudges, dispatcher } = hq;
  const now = () => new Date().toISOString();
  const job: Job = { name: 'p-job', title: '', description: '', unit: 'OPERATIONS', phases: {}, run: work };
  const surroundings = { hq: database, channels, nudges, dispatcher, log, now, batchSize: 10 };
  return new Worker({ surroundings, jobs: [job], name: () => 'a worker' });
}

/** Leaves a run as a process does that dies: nobody holds it, and this worker cannot write it any more. */
async function die(hq: Headquarters, { run }: JobContext): Promise<never> {
  await tamper(hq.hq, `update job_run set fence = fence + 1, orphaned = true where id = ${run.id}`);
  throw new Released();
}

/** A run of a job that crashed the process twice, at this time. */
async function crashedRun(hq: Headquarters, job: JobName, at: string, channels?: string[]) {
  const { id } = await ask(hq, job, channels);
  await tamper(
    hq.hq,
    `update job_run set state = 'FAILED', error_code = 'RUN_CRASHED', finished_at = '${at}' where state = 'QUEUED'`,
  );
  return id;
}

test('a run that has crashed the process twice fails with a reason instead of being resumed a third time', async () => {
  const hq = await withChannels(['houston']);
  let attempts = 0;
  const worker = workerFor(hq, (context) => {
    attempts++;
    return die(hq, context);
  });
  const { id } = await ask(hq, 'P_JOB');
  await worker.drain();
  expect(attempts).toBe(2);
  expect(await runById(hq, id)).toMatchObject({
    state: 'FAILED',
    errorCode: 'RUN_CRASHED',
    error: expect.stringContaining('retry the run'),
    finishedAt: expect.any(String),
  });
  const attention = async () =>
    (await hq.query('{ attention { items { nodes { kind reason message } } } }')).attention.items.nodes;
  expect(await attention()).toMatchObject([
    { kind: 'JOB_FAILED', reason: 'RUN_CRASHED', message: expect.stringContaining('p-job failed for houston: ') },
  ]);

  await hq.query('mutation ($id: ID!) { retryJobRun(input: { id: $id }) { __typename } }', { id });
  await hq.worker.drain();
  expect(await runById(hq, id)).toMatchObject({ state: 'SUCCEEDED', errorCode: null });
  expect(await attention()).toEqual([]);
});

test('a run whose process is killed again and again goes on as long as it gets further each time', async () => {
  const hq = await withChannels(['houston']);
  let left = 6;
  const worker = workerFor(hq, async (context) => {
    await context.batch(async () => ({ done: 1, result: undefined }));
    if (--left > 0) await die(hq, context);
  });
  const { id } = await ask(hq, 'P_JOB');
  await worker.drain();
  expect(await runById(hq, id)).toMatchObject({ state: 'SUCCEEDED', attempt: 6, steps: [{ progress: { done: 6 } }] });
});

test('after a crash, runs that were under way are resumed one at a time, so that only the culprit is blamed', async () => {
  const hq = await withChannels(['houston', 'dallas', 'austin']);
  for (const code of ['houston', 'dallas', 'austin']) await ask(hq, 'P_JOB', [code]);
  await tamper(hq.hq, `update job_run set state = 'RUNNING', attempt = 1 where id <= 2`);
  let under = 0;
  const most: Record<string, number> = {};
  const worker = workerFor(hq, async ({ run, hq: database }) => {
    under++;
    await database.read((db) => db.query('select 1'));
    most[run.channels![0]!] = under;
    under--;
  });
  const nothing = async () => {};
  const now = () => new Date().toISOString();
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const dispatcher = new EmbeddedDispatcher({ hq: hq.hq, now, log }, 2);
  await dispatcher.start({
    take: (id) => worker.take(id),
    startScheduled: nothing,
    convert: async () => ({ again: [], after: 0, orders: false }),
    synchronizeOrders: async () => undefined,
    release: () => worker.release(),
    help: (id) => worker.help(id),
  });
  await vi.waitFor(
    async () => expect(new Set((await runsOf(hq)).map(({ state }) => state))).toEqual(new Set(['SUCCEEDED'])),
    10_000,
  );
  await dispatcher.stop();
  expect(most).toEqual({ houston: 1, dallas: 1, austin: 1 });
});

test('a schedule does not start a job again that has crashed the process, until some time has passed', async () => {
  const time = aClock('2026-11-22T10:04:30.000Z');
  const lines: string[] = [];
  const hq = await withChannels(['houston'], { clock: time.clock, logLines: lines });
  await tamper(hq.hq, `delete from schedule where job <> 'conversion'`);
  await crashedRun(hq, 'CONVERSION', time.now());
  time.set('2026-11-22T10:05:00.000Z');
  expect(await hq.scheduler.runDue()).toBe(0);
  expect(lines.map((line) => JSON.parse(line).msg)).toContain(
    'held back a scheduled run because its job crashed the process',
  );
  time.set('2026-11-22T10:10:00.000Z');
  expect(await hq.scheduler.runDue()).toBe(1);

  // The next crashes hold it back for 4, 8 … minutes.
  await crashedRun(hq, 'CONVERSION', time.now());
  await crashedRun(hq, 'CONVERSION', time.now(), ['houston']);
  time.set('2026-11-22T10:15:00.000Z');
  expect(await hq.scheduler.runDue()).toBe(0);
  time.set('2026-11-22T10:20:00.000Z');
  expect(await hq.scheduler.runDue()).toBe(1);
});

test('live conversion goes on, one channel at a time, without the channel that has crashed the process', async () => {
  const idle = await withChannels([]);
  for (const code of ['houston', 'dallas', 'austin']) await createChannel(idle, code);
  const at = new Date().toISOString();
  await crashedRun(idle, 'CONVERSION', at, ['houston', 'dallas']);
  await crashedRun(idle, 'CONVERSION', at, ['dallas']);
  await idle.stop();
  const hq = await startHeadquarters({ config: idle.config, background: true });
  const live = async () =>
    (
      await hq.query(
        '{ jobRuns(filter: { causes: [LIVE], jobs: [CONVERSION] }) { edges { node { state channels { code } } } } }',
      )
    ).jobRuns.edges
      .map(({ node }: Answer) => ({ state: node.state, channels: node.channels.map(({ code }: Answer) => code) }))
      .reverse();
  const ended = (code: string) => ({ state: 'SUCCEEDED', channels: [code] });
  await vi.waitFor(async () => expect(await live()).toEqual([ended('austin'), ended('houston')]), 10_000);
});
