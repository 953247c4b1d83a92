import { randomUUID } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import {
  aClock,
  acceptLastNames,
  accountIds,
  ask,
  createCustomer,
  refuseLastName,
  run,
  runById,
  tamper,
  withChannels,
} from '../support/actions.ts';
import { type Headquarters, onPostgres, startHeadquarters } from '../support/headquarters.ts';
import { receivedOf } from '../support/sales.ts';

const TWO_HOURS = 7_200_000;

const cancel = async (hq: Headquarters, id: string) =>
  (
    await hq.query(
      'mutation ($id: ID!) { cancelJobRun(input: { id: $id }) { __typename ... on JobRun { state } ... on Failure { message } } }',
      { id },
    )
  ).cancelJobRun;

async function withClock() {
  const time = aClock('2026-11-22T10:00:30.000Z');
  const hq = await withChannels(['houston'], { clock: time.clock });
  const uuid = await createCustomer(hq);
  /** Does something while the clock is two hours ahead. */
  const ahead = async <T>(work: () => Promise<T>): Promise<T> => {
    time.pass(TWO_HOURS);
    const result = await work();
    time.pass(-TWO_HOURS);
    return result;
  };
  return { hq, time, uuid, ahead };
}

/** Leaves the run as a worker does that has died (`orphaned`), or that is at work. */
const holdRun = (hq: Headquarters, { orphaned }: { orphaned: boolean }) =>
  tamper(
    hq.hq,
    `update job_run set state = 'RUNNING', attempt = 1, fence = 1, worker = 'another one', orphaned = ${orphaned},
       steps = ${onPostgres ? 'replace(steps::text, \'"state":"WAITING"\', \'"state":"RUNNING"\')::json' : 'replace(steps, \'"state":"WAITING"\', \'"state":"RUNNING"\')'}`,
  );

describe('a clock that jumps two hours ahead and back', () => {
  test('leaves no run waiting', async () => {
    const { hq, uuid, ahead } = await withClock();
    const { id } = await ahead(() => ask(hq, 'CONVERSION'));
    await hq.worker.drain();
    expect(await runById(hq, id)).toMatchObject({ state: 'SUCCEEDED' });
    expect((await accountIds(hq)).get(uuid)).toBe('C00000001');
  });

  test('leaves no retry waiting', async () => {
    const { hq, ahead } = await withClock();
    const { all } = hq.channels;
    hq.channels.all = () => {
      throw new Error('a bug');
    };
    const { id } = await ahead(() => run(hq));
    hq.channels.all = all;
    await hq.worker.drain();
    expect(await runById(hq, id)).toMatchObject({ state: 'SUCCEEDED', attempt: 2 });
  });

  test('leaves no operation and no order waiting for its next try', async () => {
    const { hq, uuid, ahead } = await withClock();
    const order = randomUUID();
    await hq.query('mutation ($input: CreateOrderInput!) { createOrder(input: $input) { __typename } }', {
      input: {
        channel: 'houston',
        uuid: order,
        lines: [{ sku: 'A', quantity: 1, unitPrice: 5 }],
        total: 5,
        customerUuid: uuid,
      },
    });
    await refuseLastName(hq, 'Byron');
    await ahead(() => run(hq));
    await tamper(
      hq.hq,
      `update retail_transaction set status = 'FAILED', error_code = 'INTERNAL', next_try_at = '2026-11-22T12:00:35.000Z'`,
    );
    await acceptLastNames(hq);
    await run(hq);
    expect((await accountIds(hq)).get(uuid)).toBe('C00000001');
    await run(hq, 'SYNCHRONIZE_ORDERS');
    expect((await receivedOf(hq)).map(({ status }) => status)).toEqual(['SYNCHRONIZED']);
  });

  test('leaves no schedule with its next time two hours ahead', async () => {
    const { hq, time, ahead } = await withClock();
    await tamper(hq.hq, `delete from schedule where job <> 'conversion'`);
    const next = async () => (await hq.query('{ schedules { nodes { nextRunAt } } }')).schedules.nodes[0].nextRunAt;
    expect(await ahead(() => hq.scheduler.runDue())).toBe(1);
    expect(await next()).toBe('2026-11-22T12:05:00.000Z');
    expect(await hq.scheduler.runDue()).toBe(0);
    expect(await next()).toBe('2026-11-22T10:05:00.000Z');
    time.set('2026-11-22T10:05:00.000Z');
    expect(await hq.scheduler.runDue()).toBe(1);
  });

  test('leaves no schedule with its next time two hours ahead when the server is started again', async () => {
    const { hq, ahead } = await withClock();
    await ahead(() => hq.scheduler.runDue());
    const again = await hq.restart();
    const { schedules } = await again.query('{ schedules { nodes { nextRunAt } } }');
    expect(schedules.nodes).toEqual([
      { nextRunAt: '2026-11-22T10:05:00.000Z' },
      { nextRunAt: '2026-11-22T10:01:00.000Z' },
    ]);
  });
});

test('a schedule whose next time is right keeps it at every look', async () => {
  const { hq, time } = await withClock();
  await tamper(hq.hq, `update schedule set cron = '30 22 * * 6', next_run_at = '2026-11-28T22:30:00.000Z'`);
  for (let hour = 0; hour < 48; hour++) {
    time.pass(3_600_000);
    await hq.scheduler.runDue();
  }
  expect((await hq.query('{ schedules { nodes { nextRunAt } } }')).schedules.nodes).toEqual([
    { nextRunAt: '2026-11-28T22:30:00.000Z' },
    { nextRunAt: '2026-11-28T22:30:00.000Z' },
  ]);
});

describe('canceling a run', () => {
  test('whose worker died ends it at once', async () => {
    const { hq, uuid } = await withClock();
    const { id } = await ask(hq, 'CONVERSION');
    await holdRun(hq, { orphaned: true });
    expect(await cancel(hq, id)).toEqual({ __typename: 'JobRun', state: 'CANCELED' });
    expect(await runById(hq, id)).toMatchObject({
      state: 'CANCELED',
      finishedAt: '2026-11-22T10:00:30.000Z',
      steps: [{ state: 'CANCELED' }, { state: 'CANCELED' }, { state: 'CANCELED' }],
    });
    expect(await run(hq)).toMatchObject({ state: 'SUCCEEDED' });
    expect((await accountIds(hq)).get(uuid)).toBe('C00000001');
  });

  test('that a worker holds asks it to stop', async () => {
    const { hq } = await withClock();
    const { id } = await ask(hq, 'CONVERSION');
    await holdRun(hq, { orphaned: false });
    expect(await cancel(hq, id)).toEqual({ __typename: 'JobRun', state: 'RUNNING' });
  });
});

/** A run that the process before this one had begun. */
async function orphaned(): Promise<{ hq: Headquarters; id: string }> {
  const before = await withChannels(['houston'], {}, { liveConversion: false });
  const { id } = await ask(before, 'CONVERSION');
  await holdRun(before, { orphaned: false });
  await before.stop();
  return { hq: await startHeadquarters({ config: before.config, background: true }), id };
}

test.skipIf(onPostgres)('a single process resumes at its start what the last one had begun', async () => {
  const { hq, id } = await orphaned();
  await vi.waitFor(async () => expect(await runById(hq, id)).toMatchObject({ state: 'SUCCEEDED', attempt: 2 }), 5_000);
});
