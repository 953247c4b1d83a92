import { expect, test } from 'vitest';
import { start } from '../../src/queue/queue.ts';
import { accountIds, createCustomer, run, runById, tamper, withChannels } from '../support/actions.ts';
import type { Headquarters } from '../support/headquarters.ts';

/** As if another server had created the channel: this one does not know it yet. */
const forget = (hq: Headquarters, code: string) =>
  (hq.channels as unknown as { settings: Map<string, unknown> }).settings.delete(code);

const queue = async (hq: Headquarters, channels: string[]) => {
  const options = { ...hq, now: () => '2026-11-22T10:00:00.000Z' };
  const steps = ['p-job', 'synchronize-customers', 'download-1010'];
  const request = { job: 'conversion', steps, channels, requestedBy: 'a test', cause: 'OPERATOR' as const };
  const { run } = await start(options, request);
  return Buffer.from(`JobRun:${run.id}`).toString('base64');
};

test('a run that names a channel which another server has created converts it', async () => {
  const hq = await withChannels(['houston', 'dallas']);
  const uuid = await createCustomer(hq, { channel: 'dallas' });
  forget(hq, 'dallas');
  const id = await queue(hq, ['dallas']);
  await hq.worker.drain();
  expect(await runById(hq, id)).toMatchObject({ state: 'SUCCEEDED', channels: [{ code: 'dallas' }] });
  expect((await accountIds(hq, 'dallas')).get(uuid)).toBe('C00000001');
});

test('a run for all channels includes those that another server has created', async () => {
  const hq = await withChannels(['houston', 'dallas']);
  const uuid = await createCustomer(hq, { channel: 'dallas' });
  forget(hq, 'dallas');
  expect(await run(hq)).toMatchObject({ state: 'SUCCEEDED' });
  expect((await accountIds(hq, 'dallas')).get(uuid)).toBe('C00000001');
});

test('a run that names a channel which does not exist fails and names it; its other channels are done', async () => {
  const hq = await withChannels(['houston']);
  const uuid = await createCustomer(hq);
  const id = await queue(hq, ['houston', 'nowhere']);
  await hq.worker.drain();
  const failure = { channelDatabase: null, errorCode: 'CHANNEL_NOT_FOUND', message: 'There is no channel "nowhere".' };
  expect(await runById(hq, id)).toMatchObject({
    state: 'FAILED',
    errorCode: 'CHANNEL_NOT_FOUND',
    error: 'There is no channel "nowhere".',
    steps: Array.from({ length: 3 }, () => ({ state: 'FAILED', failures: [failure], progress: { done: 1 } })),
  });
  expect((await accountIds(hq)).get(uuid)).toBe('C00000001');
});

test('a schedule whose only channel does not exist any more reports it instead of success', async () => {
  const hq = await withChannels(['houston']);
  await tamper(
    hq.hq,
    `update schedule set channels = '["nowhere"]', next_run_at = '2026-01-01T00:00:00.000Z' where job = 'synchronize-orders'`,
    `delete from schedule where job <> 'synchronize-orders'`,
  );
  expect(await hq.scheduler.runDue()).toBe(1);
  await hq.worker.drain();
  const { schedules } = await hq.query('{ schedules { nodes { lastRun { state error { errorCode message } } } } }');
  expect(schedules.nodes).toEqual([
    {
      lastRun: {
        state: 'FAILED',
        error: { errorCode: 'CHANNEL_NOT_FOUND', message: 'There is no channel "nowhere".' },
      },
    },
  ]);
});
