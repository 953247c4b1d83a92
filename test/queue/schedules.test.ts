import { expect, test } from 'vitest';
import { aClock, accountIds, ask, createCustomer, withChannels } from '../support/actions.ts';
import { type Headquarters, onPostgres, startHeadquarters } from '../support/headquarters.ts';

const parts =
  'id job cron timeZone enabled missedRuns nextRunAt lastRunAt lastRun { state cause requestedBy } channels { code }';
const schedules = async (hq: Headquarters) => (await hq.query(`{ schedules { nodes { ${parts} } } }`)).schedules.nodes;
const create = async (hq: Headquarters, input: Record<string, unknown>) =>
  (
    await hq.query(
      `mutation ($input: CreateScheduleInput!) { createSchedule(input: $input) { __typename ... on Schedule { ${parts} } ... on Failure { errorCode path } } }`,
      { input },
    )
  ).createSchedule;
const update = async (hq: Headquarters, input: Record<string, unknown>) =>
  (
    await hq.query(
      `mutation ($input: UpdateScheduleInput!) { updateSchedule(input: $input) { __typename ... on Schedule { ${parts} } ... on Failure { errorCode path } } }`,
      { input },
    )
  ).updateSchedule;

/** Without the schedules that a new headquarters comes with. */
async function withoutSchedules(start: string, channels: string[] = []) {
  const time = aClock(start);
  const hq = await withChannels(channels, { clock: time.clock });
  for (const { id } of await schedules(hq))
    await hq.query('mutation ($id: ID!) { deleteSchedule(input: { id: $id }) { __typename } }', { id });
  return { hq, time };
}

test('a new headquarters converts every five minutes, then synchronizes orders, and says when next', async () => {
  const hq = await withChannels([], { clock: aClock('2026-11-22T10:02:30.000Z').clock });
  expect(await schedules(hq)).toEqual([
    {
      id: expect.any(String),
      job: 'CONVERSION',
      cron: '*/5 * * * *',
      timeZone: 'UTC',
      enabled: true,
      missedRuns: 'RUN_ONCE',
      nextRunAt: '2026-11-22T10:05:00.000Z',
      lastRunAt: null,
      lastRun: null,
      channels: null,
    },
    expect.objectContaining({
      job: 'SYNCHRONIZE_ORDERS',
      cron: '1-59/5 * * * *',
      nextRunAt: '2026-11-22T10:06:00.000Z',
    }),
  ]);
});

test('a schedule that is due starts one run, and none before or after', async () => {
  const time = aClock('2026-11-22T10:02:30.000Z');
  const hq = await withChannels(['houston'], { clock: time.clock });
  const uuid = await createCustomer(hq);
  expect(await hq.scheduler.runDue()).toBe(0);
  time.set('2026-11-22T10:05:00.000Z');
  expect(await hq.scheduler.runDue()).toBe(1);
  expect(await hq.scheduler.runDue()).toBe(0);
  await hq.worker.drain();
  expect((await accountIds(hq)).get(uuid)).toBe('C00000001');
  expect(await schedules(hq)).toMatchObject([
    {
      nextRunAt: '2026-11-22T10:10:00.000Z',
      lastRunAt: '2026-11-22T10:05:00.000Z',
      lastRun: { state: 'SUCCEEDED', cause: 'SCHEDULE', requestedBy: 'schedule 1' },
    },
    { job: 'SYNCHRONIZE_ORDERS', lastRunAt: null },
  ]);
});

test.skipIf(!onPostgres)('two servers that look at the same moment start one run', async () => {
  const time = aClock('2026-11-22T10:02:30.000Z');
  const one = await withChannels([], { clock: time.clock });
  const other = await startHeadquarters({ config: one.config, clock: time.clock });
  time.set('2026-11-22T10:05:01.000Z');
  const started = await Promise.all([one.scheduler.runDue(), other.scheduler.runDue(), one.scheduler.runDue()]);
  expect(started.reduce((sum, count) => sum + count, 0)).toBe(1);
  expect((await one.query('{ jobRuns { edges { node { id } } } }')).jobRuns.edges).toHaveLength(1);
});

test('a schedule for some channels runs for those, and joins a run that is under way for them', async () => {
  const { hq, time } = await withoutSchedules('2026-11-22T10:02:30.000Z', ['houston', 'dallas']);
  await create(hq, { job: 'P_JOB', channels: ['dallas'], cron: '0 12 * * *' });
  time.set('2026-11-22T12:00:00.000Z');
  const { id } = await ask(hq, 'P_JOB', ['dallas']);
  await hq.scheduler.runDue();
  const { jobRuns } = await hq.query('{ jobRuns { edges { node { id job channels { code } } } } }');
  expect(jobRuns.edges).toEqual([{ node: { id, job: 'P_JOB', channels: [{ code: 'dallas' }] } }]);
});

test('times that were missed run once, or not at all, as the schedule says', async () => {
  const { hq, time } = await withoutSchedules('2026-11-22T10:00:30.000Z');
  await create(hq, { job: 'P_JOB', cron: '0 * * * *', missedRuns: 'RUN_ONCE' });
  await create(hq, { job: 'DOWNLOAD_1010', cron: '0 * * * *', missedRuns: 'SKIP' });
  time.set('2026-11-22T15:20:00.000Z');
  expect(await hq.scheduler.runDue()).toBe(1);
  expect(await schedules(hq)).toMatchObject([
    { job: 'P_JOB', nextRunAt: '2026-11-22T16:00:00.000Z', lastRunAt: '2026-11-22T15:20:00.000Z' },
    { job: 'DOWNLOAD_1010', nextRunAt: '2026-11-22T16:00:00.000Z', lastRunAt: null, lastRun: null },
  ]);
  time.set('2026-11-22T16:00:30.000Z');
  expect(await hq.scheduler.runDue()).toBe(2);
});

test('a pattern is read in its time zone, and follows it over the change of the clocks', async () => {
  const { hq, time } = await withoutSchedules('2026-03-06T20:00:00.000Z');
  await create(hq, { job: 'CONVERSION', cron: '0 9 * * *', timeZone: 'America/Chicago' });
  const seen: string[] = [];
  for (let day = 0; day < 3; day++) {
    const [{ nextRunAt }] = await schedules(hq);
    seen.push(nextRunAt);
    time.set(nextRunAt);
    expect(await hq.scheduler.runDue()).toBe(1);
    await hq.worker.drain();
  }
  // Clocks go forward on 8 March: nine o'clock is an hour earlier in UTC.
  expect(seen).toEqual(['2026-03-07T15:00:00.000Z', '2026-03-08T14:00:00.000Z', '2026-03-09T14:00:00.000Z']);
});

test('an hour that does not exist is not skipped for the day, and one that comes twice runs once', async () => {
  const { hq, time } = await withoutSchedules('2026-03-28T12:00:00.000Z');
  await create(hq, { job: 'CONVERSION', cron: '30 2 * * *', timeZone: 'Europe/Berlin' });
  const timesBetween = async (from: string, to: string) => {
    time.set(from);
    const [{ id }] = await schedules(hq);
    await update(hq, { id, enabled: true });
    const seen: string[] = [];
    for (let [{ nextRunAt }] = await schedules(hq); nextRunAt < to; [{ nextRunAt }] = await schedules(hq)) {
      seen.push(nextRunAt);
      time.set(nextRunAt);
      await hq.scheduler.runDue();
    }
    return seen;
  };
  expect(await timesBetween('2026-03-29T00:00:00.000Z', '2026-03-30T00:00:00.000Z')).toHaveLength(1);
  expect(await timesBetween('2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z')).toHaveLength(1);
});

test('a schedule is created, changed, switched off and on, and deleted', async () => {
  const { hq, time } = await withoutSchedules('2026-11-22T10:00:30.000Z', ['houston']);
  const created = await create(hq, { job: 'SYNCHRONIZE_CUSTOMERS', channels: ['houston'], cron: '15 * * * *' });
  expect(created).toMatchObject({
    enabled: true,
    missedRuns: 'RUN_ONCE',
    timeZone: 'UTC',
    nextRunAt: '2026-11-22T10:15:00.000Z',
    channels: [{ code: 'houston' }],
  });
  const { id } = created;
  expect(await update(hq, { id, cron: '45 * * * *' })).toMatchObject({
    nextRunAt: '2026-11-22T10:45:00.000Z',
    channels: [{ code: 'houston' }],
  });
  expect(await update(hq, { id, channels: null, missedRuns: 'SKIP' })).toMatchObject({
    channels: null,
    missedRuns: 'SKIP',
    cron: '45 * * * *',
  });
  expect(await update(hq, { id, enabled: false })).toMatchObject({ enabled: false, nextRunAt: null });
  time.set('2026-11-22T12:00:00.000Z');
  expect(await hq.scheduler.runDue()).toBe(0);
  expect(await update(hq, { id, enabled: true })).toMatchObject({ nextRunAt: '2026-11-22T12:45:00.000Z' });
  expect(
    await hq.query('mutation ($id: ID!) { deleteSchedule(input: { id: $id }) { ... on Schedule { id } } }', { id }),
  ).toEqual({ deleteSchedule: { id } });
  expect(await schedules(hq)).toEqual([]);
  expect(await update(hq, { id, enabled: true })).toMatchObject({ __typename: 'NotFound' });
});

test('a pattern or channel that is wrong is refused with its path, and changes nothing', async () => {
  const { hq } = await withoutSchedules('2026-11-22T10:00:30.000Z');
  const { id } = await create(hq, { job: 'P_JOB', cron: '0 * * * *' });
  for (const [change, failure] of [
    [{ cron: 'every day' }, { errorCode: 'INVALID_INPUT', path: ['cron'] }],
    [{ cron: '61 * * * *' }, { errorCode: 'INVALID_INPUT', path: ['cron'] }],
    [{ cron: '* *' }, { errorCode: 'INVALID_INPUT', path: ['cron'] }],
    [{ channels: ['nowhere'] }, { errorCode: 'CHANNEL_NOT_FOUND' }],
  ] as const) {
    expect(
      await create(hq, { ...{ job: 'P_JOB', cron: '0 * * * *' }, ...change }),
      JSON.stringify(change),
    ).toMatchObject(failure);
    expect(await update(hq, { id, ...change }), JSON.stringify(change)).toMatchObject(failure);
  }
  expect(await schedules(hq)).toMatchObject([{ cron: '0 * * * *', timeZone: 'UTC', channels: null }]);
});

test('there are at most a hundred schedules', async () => {
  const { hq } = await withoutSchedules('2026-11-22T10:00:30.000Z');
  await Promise.all(Array.from({ length: 100 }, () => create(hq, { job: 'P_JOB', cron: '0 3 * * *' })));
  const answers = await create(hq, { job: 'P_JOB', cron: '0 3 * * *' });
  expect(answers).toMatchObject({ __typename: 'InvalidInput' });
  expect((await hq.query('{ schedules { totalCount } }')).schedules.totalCount).toBe(100);
});

test('an end of day is scheduled like any job, in the time zone of its channels', async () => {
  const { hq, time } = await withoutSchedules('2026-11-22T10:02:30.000Z', ['houston']);
  expect(
    await create(hq, { job: 'END_OF_DAY', channels: ['houston'], cron: '30 22 * * *', timeZone: 'America/Chicago' }),
  ).toMatchObject({ nextRunAt: '2026-11-23T04:30:00.000Z' });
  time.set('2026-11-23T04:30:00.000Z');
  expect(await hq.scheduler.runDue()).toBe(1);
  await hq.worker.drain();
  const { jobRuns } = await hq.query('{ jobRuns { edges { node { job state steps { job } } } } }');
  expect(jobRuns.edges[0].node).toMatchObject({ job: 'END_OF_DAY', state: 'SUCCEEDED' });
  expect(jobRuns.edges[0].node.steps).toHaveLength(8);
});
