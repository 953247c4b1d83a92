import { expect, test, vi } from 'vitest';
import { DatabaseUnavailable } from '../../src/errors.ts';
import { aClock, ask, createCustomer, createCustomers, run, tamper, withChannels } from '../support/actions.ts';
import { type Answer, onPostgres } from '../support/headquarters.ts';

const INFO = 30;
const WARN = 40;

/** A system whose log is captured. */
async function logged(channels = ['houston'], background = false) {
  const lines: string[] = [];
  const time = aClock('2026-11-22T10:00:00.000Z');
  const hq = await withChannels(channels, { clock: time.clock, logLines: lines, background });
  const log = (): Answer[] => lines.map((line) => JSON.parse(line));
  return { hq, time, log, lines };
}

test('a run leaves a line when it starts and one when it ends, with its duration and counts', async () => {
  const { hq, log } = await logged();
  await createCustomers(hq, 3);
  await run(hq);
  expect(log()).toMatchObject([
    { level: INFO, run: 1, job: 'conversion', cause: 'OPERATOR', channels: null, attempt: 1, msg: 'job run started' },
    {
      level: INFO,
      run: 1,
      job: 'conversion',
      state: 'SUCCEEDED',
      ms: expect.any(Number),
      steps: [
        { job: 'p-job', done: 3, failed: 0 },
        { job: 'synchronize-customers', done: 3, failed: 0 },
        { job: 'download-1010', done: 3, failed: 0 },
      ],
      msg: 'job run ended',
    },
  ]);
});

test('a run that fails leaves its code and reason in the log', async () => {
  const { hq, log } = await logged();
  await createCustomer(hq);
  await run(hq);
  await tamper(await hq.channels.databaseOf('houston'), 'update self set last_counter = 0', 'delete from operation');
  await run(hq, 'P_JOB');
  expect(log().slice(2)).toMatchObject([
    { run: 2, job: 'p-job', msg: 'job run started' },
    {
      level: WARN,
      run: 2,
      job: 'p-job',
      code: 'CHANNEL_DATABASE_REWOUND',
      reason: expect.stringContaining('Adopt it'),
      msg: 'job run failed',
    },
  ]);
});

test('a run that is retried says why and when', async () => {
  const { hq, log } = await logged();
  const { all } = hq.channels;
  hq.channels.all = () => {
    throw new Error('a bug');
  };
  await run(hq, 'P_JOB');
  hq.channels.all = all;
  expect(log()).toMatchObject([
    { run: 1, attempt: 1, msg: 'job run started' },
    { level: 50, run: 1, msg: 'unexpected error in a job run' },
    { level: WARN, run: 1, code: 'INTERNAL', dueAt: '2026-11-22T10:00:02.000Z', msg: 'job run will be retried' },
  ]);
});

test('a run that is taken over names the worker that died', async () => {
  const { hq, time, log } = await logged();
  await ask(hq, 'P_JOB');
  await tamper(
    hq.hq,
    `update job_run set state = 'RUNNING', attempt = 1, fence = 1, worker = 'the dead one', orphaned = true`,
  );
  time.pass(5_000);
  await hq.worker.drain();
  expect(log()).toMatchObject([
    {
      level: WARN,
      run: 1,
      job: 'p-job',
      attempt: 2,
      takenFrom: 'the dead one',
      msg: expect.stringMatching('taken over'),
    },
    { run: 1, state: 'SUCCEEDED', msg: 'job run ended' },
  ]);
});

test('a schedule that was missed leaves a line, whether it runs now or not', async () => {
  const { hq, time, log } = await logged();
  await tamper(hq.hq, `update schedule set missed_runs = 'SKIP' where job = 'synchronize-orders'`);
  time.pass(3_600_000);
  await hq.scheduler.runDue();
  expect(log()).toMatchObject([
    {
      level: WARN,
      job: 'conversion',
      dueAt: '2026-11-22T10:05:00.000Z',
      missedRuns: 'RUN_ONCE',
      msg: 'missed a scheduled run',
    },
    { level: WARN, job: 'synchronize-orders', dueAt: '2026-11-22T10:01:00.000Z', missedRuns: 'SKIP' },
  ]);
});

test('what runs and schedules leave in the log names no customer and no operator', async () => {
  const { hq, time, lines } = await logged();
  await createCustomer(hq, { name: { first: 'Planted', last: 'Name' }, email: 'planted@example.com' });
  await run(hq);
  time.pass(3_600_000);
  await hq.scheduler.runDue();
  await hq.worker.drain();
  expect(lines.length).toBeGreaterThan(5);
  expect(lines.join('')).not.toMatch(/planted|operator/);
});

// With PostgreSQL, test/queue/nodes.test.ts.
test.skipIf(onPostgres)('while headquarters is away the log says so once, and once when it is back', async () => {
  const { hq, log } = await logged(['houston'], true);
  const { read } = hq.hq;
  let asked = 0;
  hq.hq.read = () => {
    asked++;
    return Promise.reject(new DatabaseUnavailable('headquarters'));
  };
  hq.dispatcher.wake();
  await vi.waitFor(() => expect(asked).toBeGreaterThan(6), { timeout: 10_000 });
  hq.hq.read = read;
  const messages = () =>
    log()
      .map(({ msg }) => msg)
      .filter((msg) => /claim|schedules/.test(msg))
      .sort();
  const expected = [
    'checking schedules works again',
    'claiming runs works again',
    'could not check schedules',
    'could not claim runs',
  ];
  await vi.waitFor(() => expect(messages()).toEqual(expected), { timeout: 10_000 });
});
