import { expect, test, vi } from 'vitest';
import { DatabaseUnavailable } from '../../../src/errors.ts';
import { topics } from '../../../src/events/nudges.ts';
import { createCustomer, createCustomers, run, withChannels } from '../../support/actions.ts';
import type { Answer, Headquarters } from '../../support/headquarters.ts';
import { statementsOf } from '../../support/statements.ts';

const watch = (hq: Headquarters, channel = 'houston') => {
  const stream = hq.subscribe<Answer>(
    'subscription ($channel: String!) { channelActivity(channel: $channel) { pendingCustomers feedSequence lastUploadAt channelDatabaseError { errorCode } } }',
    { channel },
  );
  return { ...stream, next: async () => (await stream.next()).channelActivity };
};

/** Reads events until one matches. */
async function until(stream: { next: () => Promise<Answer> }, matches: (event: Answer) => boolean): Promise<Answer> {
  for (;;) {
    const event = await stream.next();
    if (matches(event)) return event;
  }
}

test('the first event is the current state, and changes follow', async () => {
  const hq = await withChannels(['houston', 'dallas']);
  const stream = watch(hq);
  expect(await stream.next()).toEqual({
    pendingCustomers: 0,
    feedSequence: 0,
    lastUploadAt: null,
    channelDatabaseError: null,
  });
  await createCustomer(hq, { channel: 'dallas' });
  await createCustomer(hq);
  expect(await stream.next()).toMatchObject({ pendingCustomers: 1 });
  await run(hq, 'P_JOB');
  expect(await stream.next()).toMatchObject({ pendingCustomers: 1, lastUploadAt: expect.any(String) });
  await run(hq, 'SYNCHRONIZE_CUSTOMERS');
  await run(hq, 'DOWNLOAD_1010');
  expect(await until(stream, ({ feedSequence }) => feedSequence === 1)).toMatchObject({ pendingCustomers: 0 });
});

test('whatever changes the statistics of a channel wakes those who watch it, and not those who watch another', async () => {
  const hq = await withChannels(['houston', 'dallas']);
  const nudged = new Set<string>();
  for (const channel of ['houston', 'dallas'])
    hq.nudges.subscribe(topics.channelActivity(channel), () => nudged.add(channel));
  const nudgedBy = async (work: Promise<unknown>) => {
    await work;
    const found = [...nudged];
    nudged.clear();
    return found;
  };
  expect(await nudgedBy(createCustomer(hq))).toEqual(['houston']);
  expect(await nudgedBy(run(hq, 'P_JOB'))).toEqual(['houston']);
  expect(await nudgedBy(run(hq, 'SYNCHRONIZE_CUSTOMERS'))).toEqual(['houston']);
  expect(await nudgedBy(run(hq, 'DOWNLOAD_1010'))).toEqual(['houston']);
  expect(await nudgedBy(run(hq))).toEqual([]);
});

test('only a change is an event, and it comes at once', async () => {
  const hq = await withChannels(['houston']);
  const statements = statementsOf(await hq.channels.databaseOf('houston'));
  const stream = watch(hq);
  await stream.next();
  const readAgain = () => expect(statements.filter(({ text }) => text.includes('pendingCustomers')).length).toBe(2);
  await vi.waitFor(readAgain, { timeout: 4_000 });

  const begun = performance.now();
  await createCustomer(hq);

  expect(await stream.next()).toMatchObject({ pendingCustomers: 1 });
  // The next poll would be five seconds later.
  expect(performance.now() - begun).toBeLessThan(2_500);
});

test('many changes are few events, and the last one is of the final state', async () => {
  const hq = await withChannels(['houston']);
  const stream = watch(hq);
  await stream.next();
  const begun = performance.now();
  await createCustomers(hq, 100);
  let events = 1;
  await until(stream, ({ pendingCustomers }) => ++events > 0 && pendingCustomers === 100);
  expect(events).toBeLessThanOrEqual(3 + (performance.now() - begun) / 250);
});

test('those who watch the same channel share one reading', async () => {
  const hq = await withChannels(['houston']);
  const statements = statementsOf(await hq.channels.databaseOf('houston'));
  const streams = Array.from({ length: 20 }, () => watch(hq));
  for (const stream of streams) expect(await stream.next()).toMatchObject({ pendingCustomers: 0 });
  const reads = statements.filter(({ text }) => text.includes('pendingCustomers'));
  expect(reads.length).toBeLessThan(5);
});

test('a channel database that becomes unavailable is an event, and so is its return', async () => {
  const hq = await withChannels(['houston']);
  const stream = watch(hq);
  await stream.next();
  const database = await hq.channels.databaseOf('houston');
  const spy = vi.spyOn(database, 'read').mockRejectedValue(new DatabaseUnavailable(database.name));
  hq.nudges.publish(topics.channelActivity('houston'));
  expect(await stream.next()).toMatchObject({
    pendingCustomers: null,
    channelDatabaseError: { errorCode: 'DATABASE_UNAVAILABLE' },
  });
  spy.mockRestore();
  hq.nudges.publish(topics.channelActivity('houston'));
  expect(await stream.next()).toMatchObject({ pendingCustomers: 0, channelDatabaseError: null });
});

test('a channel that does not exist is refused', async () => {
  const hq = await withChannels([]);
  await expect(watch(hq, 'nowhere').next()).rejects.toMatchObject([{ extensions: { code: 'CHANNEL_NOT_FOUND' } }]);
});
