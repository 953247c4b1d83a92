import { randomUUID } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import type { Database } from '../../../src/data/database.ts';
import { DatabaseUnavailable } from '../../../src/errors.ts';
import { aBody, aClock, appendOperation, createCustomer, run, withChannels } from '../../support/actions.ts';
import type { Answer, Headquarters } from '../../support/headquarters.ts';
import { statementsOf } from '../../support/statements.ts';

const fields = `pendingCustomers oldestPendingSince failedOperations waitingOperations lastUploadAt lastDownloadAt feedSequence
  channelDatabaseError { errorCode message } headquartersError { errorCode message }`;

const statistics = async (hq: Headquarters, code = 'houston'): Promise<Answer> =>
  (await hq.query(`query ($code: String!) { channel(code: $code) { statistics { ${fields} } } }`, { code })).channel
    .statistics;

/** Makes a database unavailable until the returned function is called. */
function unavailable(database: Database): () => void {
  const spy = vi.spyOn(database, 'read').mockRejectedValue(new DatabaseUnavailable(database.name));
  return () => spy.mockRestore();
}

test('statistics follow customers from their creation to their account IDs', async () => {
  const time = aClock('2026-11-22T10:00:00.000Z');
  const hq = await withChannels(['houston', 'dallas'], { clock: time.clock }, { channelDatabase: 'texas' });
  const nothing = {
    pendingCustomers: 0,
    oldestPendingSince: null,
    failedOperations: 0,
    waitingOperations: 0,
    lastUploadAt: null,
    lastDownloadAt: null,
    feedSequence: 0,
    channelDatabaseError: null,
    headquartersError: null,
  };
  expect(await statistics(hq)).toEqual(nothing);

  await createCustomer(hq);
  time.set('2026-11-22T10:01:00.000Z');
  await createCustomer(hq);
  const pending = { pendingCustomers: 2, oldestPendingSince: '2026-11-22T10:00:00.000Z' };
  expect(await statistics(hq)).toEqual({ ...nothing, ...pending });
  expect(await statistics(hq, 'dallas')).toEqual(nothing);

  time.set('2026-11-22T10:02:00.000Z');
  await run(hq, 'P_JOB');
  const lastUploadAt = '2026-11-22T10:02:00.000Z';
  expect(await statistics(hq)).toEqual({ ...nothing, ...pending, lastUploadAt });

  await run(hq, 'SYNCHRONIZE_CUSTOMERS');
  expect(await statistics(hq)).toEqual({ ...nothing, ...pending, lastUploadAt });

  time.set('2026-11-22T10:03:00.000Z');
  await run(hq, 'DOWNLOAD_1010');
  const done = { ...nothing, lastUploadAt, lastDownloadAt: '2026-11-22T10:03:00.000Z' };
  expect(await statistics(hq)).toEqual({ ...done, feedSequence: 2 });
  expect(await statistics(hq, 'dallas')).toEqual(done);

  // A run with nothing to do is no upload and no download.
  time.set('2026-11-22T10:04:00.000Z');
  await run(hq);
  expect(await statistics(hq)).toEqual({ ...done, feedSequence: 2 });
});

test('an operation that was set aside counts as failed, and those behind it as waiting, until it is corrected', async () => {
  const hq = await withChannels(['houston', 'dallas']);
  const uuid = randomUUID();
  await appendOperation(hq, 'houston', { uuid, payload: { customer: aBody({ email: 'nonsense' }) } });
  for (let edit = 0; edit < 2; edit++)
    await appendOperation(hq, 'houston', {
      id: randomUUID(),
      uuid,
      kind: 'UPDATE_CUSTOMER',
      payload: { customer: { phone: '555 0109' } },
    });
  await run(hq);
  expect(await statistics(hq)).toMatchObject({ failedOperations: 1, waitingOperations: 2 });
  expect(await statistics(hq, 'dallas')).toMatchObject({ failedOperations: 0, waitingOperations: 0 });

  const { customerOperations } = await hq.query(
    '{ customerOperations(filter: { states: [FAILED] }) { nodes { id } } }',
  );
  await hq.query(
    'mutation ($input: CorrectCustomerOperationInput!) { correctCustomerOperation(input: $input) { ... on CustomerOperation { id } } }',
    { input: { id: customerOperations.nodes[0].id, email: 'ada@example.com' } },
  );
  await run(hq);
  expect(await statistics(hq)).toMatchObject({ failedOperations: 0, waitingOperations: 0 });
});

test('the cursor of the feed starts it where the statistics end', async () => {
  const hq = await withChannels(['houston']);
  const cursor = async () =>
    (await hq.query('{ channel(code: "houston") { statistics { feedCursor } } }')).channel.statistics.feedCursor;
  const empty = await cursor();
  const first = await createCustomer(hq);
  await run(hq);
  const after = await cursor();
  const second = await createCustomer(hq);
  await run(hq);

  const feedAfter = async (after: string) =>
    (
      await hq
        .subscribe<Answer>(
          'subscription ($after: String) { accountIdsSynced(channel: "houston", after: $after) { customers { uuid sequence } } }',
          { after },
        )
        .next()
    ).accountIdsSynced.customers;
  expect(await feedAfter(empty)).toEqual([
    { uuid: first, sequence: 1 },
    { uuid: second, sequence: 2 },
  ]);
  expect(await feedAfter(after)).toEqual([{ uuid: second, sequence: 2 }]);
});

test('a page of channels costs one statement per database', async () => {
  const codes = Array.from({ length: 100 }, (_, index) => `c${index}`);
  const hq = await withChannels(codes, {}, { channelDatabase: 'shared' });
  const shared = await hq.channels.databaseOf('c0');
  const statements = statementsOf(hq.hq, shared);
  const { a, b } = await hq.query(
    `{ a: channels(first: 100) { nodes { code statistics { ${fields} } } } b: channels(last: 5) { nodes { statistics { feedCursor } } } }`,
  );
  expect(a.nodes).toHaveLength(100);
  expect(b.nodes).toHaveLength(5);
  expect(statements).toHaveLength(2);
});

test('while a channel database is unavailable, only what it would say is null, and the reason is given', async () => {
  const hq = await withChannels(['houston', 'paris']);
  await createCustomer(hq);
  await createCustomer(hq, { channel: 'paris' });
  await run(hq, 'P_JOB');
  const recover = unavailable(await hq.channels.databaseOf('paris'));

  const { channels } = await hq.query(`{ channels { nodes { code statistics { ${fields} feedCursor } } } }`);
  expect(channels.nodes).toMatchObject([
    { code: 'houston', statistics: { pendingCustomers: 1, channelDatabaseError: null } },
    {
      code: 'paris',
      statistics: {
        pendingCustomers: null,
        oldestPendingSince: null,
        lastDownloadAt: null,
        feedSequence: null,
        feedCursor: null,
        failedOperations: 0,
        lastUploadAt: expect.stringMatching(/Z$/),
        channelDatabaseError: {
          errorCode: 'DATABASE_UNAVAILABLE',
          message: expect.stringContaining('channel database paris'),
        },
        headquartersError: null,
      },
    },
  ]);
  recover();
  expect(await statistics(hq, 'paris')).toMatchObject({ pendingCustomers: 1, channelDatabaseError: null });
});

test('while headquarters is unavailable, a channel still knows what is pending', async () => {
  const hq = await withChannels(['houston']);
  await createCustomer(hq);
  unavailable(hq.hq);
  expect(await statistics(hq)).toMatchObject({
    pendingCustomers: 1,
    failedOperations: null,
    waitingOperations: null,
    lastUploadAt: null,
    channelDatabaseError: null,
    headquartersError: { errorCode: 'DATABASE_UNAVAILABLE', message: expect.stringContaining('headquarters') },
  });
});

test('a channel database that hangs delays the answer by two seconds, and takes nothing else with it', async () => {
  const hq = await withChannels(['houston', 'paris']);
  const paris = await hq.channels.databaseOf('paris');
  vi.spyOn(paris, 'read').mockReturnValue(new Promise(() => {}));
  const { channels } = await hq.query(
    '{ channels { nodes { statistics { pendingCustomers channelDatabaseError { errorCode } } } } }',
  );
  expect(channels.nodes).toEqual([
    { statistics: { pendingCustomers: 0, channelDatabaseError: null } },
    { statistics: { pendingCustomers: null, channelDatabaseError: { errorCode: 'DATABASE_UNAVAILABLE' } } },
  ]);
});

test('an unexpected error is an error of one field, and the other channels are answered', async () => {
  const hq = await withChannels(['houston', 'paris']);
  const paris = await hq.channels.databaseOf('paris');
  vi.spyOn(paris, 'read').mockRejectedValue(new Error('a bug'));
  const { data, errors } = await hq.ask('{ channels { nodes { code statistics { pendingCustomers } } } }');
  expect(data.channels.nodes).toEqual([
    { code: 'houston', statistics: { pendingCustomers: 0 } },
    { code: 'paris', statistics: null },
  ]);
  expect(errors).toMatchObject([{ path: ['channels', 'nodes', 1, 'statistics'], extensions: { code: 'INTERNAL' } }]);
});
