import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { appendOperations } from '../../src/data/channel/operation.bulk.ts';
import {
  aBody,
  accountIds,
  appendOperation,
  countOf,
  countsOf,
  createCustomer,
  createCustomers,
  operationsOf,
  rowsOf,
  run,
  tamper,
  withChannels,
} from '../support/actions.ts';
import { type Answer, onPostgres } from '../support/headquarters.ts';
import { failed, receivedOperations } from '../support/operations.ts';
import { receivedOf } from '../support/sales.ts';
import { appendTransaction, aTransaction } from '../support/transactions.ts';

const anAddress = (position = 0, uuid: string = randomUUID()) => ({
  uuid,
  position,
  purpose: 'HOME',
  name: null,
  street: null,
  street2: null,
  city: null,
  state: null,
  postalCode: null,
  country: 'US',
});
const addresses = (count: number) => Array.from({ length: count }, (_, position) => anAddress(position));

test('an operation with more addresses than a customer may have is set aside, and its neighbors go on', async () => {
  const hq = await withChannels(['houston']);
  await createCustomer(hq);
  const uuid = randomUUID();
  await appendOperation(hq, 'houston', { uuid, payload: { customer: aBody(), addresses: addresses(101) } });
  await createCustomer(hq);
  expect(countsOf(await run(hq))[1]).toEqual({ done: 2, failed: 1 });
  expect(await failed(hq)).toMatchObject([
    { customerUuid: uuid, errorCode: 'INVALID_INPUT', error: 'addresses: must have at most 100 items' },
  ]);
});

test('addresses that other software adds one by one end at the maximum; one that is replaced adds nothing', async () => {
  const hq = await withChannels(['houston']);
  const uuid = randomUUID();
  const first = addresses(99);
  await appendOperation(hq, 'houston', { uuid, payload: { customer: aBody(), addresses: first } });
  const add = (address: object) =>
    appendOperation(hq, 'houston', { uuid, kind: 'ADD_ADDRESS', id: randomUUID(), payload: { addresses: [address] } });
  await add(anAddress(99));
  await add({ ...first[0]!, city: 'Austin' });
  await add(anAddress(100));
  await run(hq);
  expect((await operationsOf(hq, uuid)).map(({ state, error }: Answer) => [state, error?.message ?? null])).toEqual([
    ['SYNCED', null],
    ['SYNCED', null],
    ['SYNCED', null],
    ['FAILED', 'addresses: must have at most 100 items'],
  ]);
});

const tooLarge = 'The operation is larger than 1 MB.';
const padding = (bytes: number) => ({ note: 'x'.repeat(bytes) });

test('an operation that is too large arrives as a failed one with the reason, in its place, and its neighbors go on', async () => {
  const hq = await withChannels(['houston']);
  const before = await createCustomers(hq, 3);
  const large = randomUUID();
  await appendOperation(hq, 'houston', { uuid: large, payload: { customer: aBody(), addresses: addresses(6_000) } });
  await appendOperation(hq, 'houston', {
    uuid: large,
    kind: 'UPDATE_CUSTOMER',
    id: randomUUID(),
    payload: { customer: { phone: '555 0109' } },
  });
  const sale = await appendTransaction(hq, 'houston', { ...aTransaction('CASH_AND_CARRY'), ...padding(1_100_000) });
  const shift = randomUUID();
  await appendOperation(hq, 'houston', { uuid: shift, kind: 'RECORD_SHIFT', payload: padding(1_100_000) });
  const after = await createCustomers(hq, 3);

  const ended = await run(hq);
  expect(ended).toMatchObject({ state: 'SUCCEEDED', uploadSessions: [{ rows: 10, packages: 1, status: 'APPLIED' }] });
  expect(countsOf(ended)[1]).toEqual({ done: 6, failed: 0 });
  const known = await accountIds(hq);
  expect([...before, ...after].map((uuid) => known.get(uuid))).not.toContain(null);
  expect((await operationsOf(hq, before[0]!)).map(({ state }) => state)).toEqual(['SYNCED']);
  expect(await receivedOperations(hq)).toMatchObject([
    ...before.map((uuid) => ({ state: 'SYNCED', customerUuid: uuid })),
    { replicationCounter: 4, kind: 'CREATE_CUSTOMER', state: 'FAILED', error: tooLarge, customerUuid: large },
    { replicationCounter: 5, kind: 'UPDATE_CUSTOMER', state: 'WAITING', customerUuid: large },
    { replicationCounter: 7, kind: 'RECORD_SHIFT', state: 'FAILED', error: tooLarge, customerUuid: shift },
    ...after.map((uuid) => ({ state: 'SYNCED', customerUuid: uuid })),
  ]);
  expect(
    await rowsOf(hq.hq, 'select status, error_code, error, counter from retail_transaction where uuid = $1', [sale]),
  ).toMatchObject([{ status: 'FAILED', error_code: 'INVALID_INPUT', error: tooLarge, counter: 6 }]);

  const seen = await failed(hq);
  expect(seen.map(({ kind, errorCode }: Answer) => [kind, errorCode]).sort()).toEqual([
    ['CREATE_CUSTOMER', 'INVALID_INPUT'],
    ['RECORD_SHIFT', 'INVALID_INPUT'],
  ]);
  // A retry fails for the same reason.
  await hq.query('mutation { retryFailedCustomerOperations(input: {}) { __typename } }');
  await hq.query('mutation { retryFailedTransactions(input: {}) { __typename } }');
  await run(hq, 'SYNCHRONIZE_CUSTOMERS');
  await run(hq, 'SYNCHRONIZE_ORDERS');
  expect((await failed(hq)).map(({ error }: Answer) => error)).toEqual([tooLarge, tooLarge]);
  expect((await receivedOf(hq)).map(({ error }) => error)).toEqual([tooLarge]);
});

test('packages are cut by bytes as well as by rows, on every way, and nothing is lost', async () => {
  const hq = await withChannels(['houston', 'dallas']);
  const uuids = Array.from({ length: 11 }, () => randomUUID());
  for (const uuid of uuids)
    await appendOperation(hq, 'houston', { uuid, payload: { customer: aBody(), ...padding(900_000) } });
  const orders: string[] = [];
  for (const customerUuid of uuids)
    orders.push(
      await appendTransaction(hq, 'houston', aTransaction('ONLINE_ORDER', { customerUuid, ...padding(900_000) })),
    );
  const [last] = await createCustomers(hq, 1, { channel: 'dallas' });
  const ended = await run(hq, 'P_JOB');
  const houston = ended.uploadSessions.find(
    ({ channelDatabase }: { channelDatabase: string }) => channelDatabase === 'houston',
  );
  expect(houston).toMatchObject({ rows: 22, packages: 5, status: 'APPLIED' });

  expect(countsOf(await run(hq, 'SYNCHRONIZE_ORDERS'))).toEqual([{ done: 11, failed: 0 }]);
  expect(countsOf(await run(hq))[1]).toEqual({ done: 1, failed: 0 });
  expect((await operationsOf(hq, last!)).map(({ state }) => state)).toEqual(['SYNCED']);
  expect(await countOf(hq.hq, 'customer')).toBe(12);
  expect(await countOf(hq.hq, 'sales_order')).toBe(orders.length);
});

test('operations larger together than a package are all synchronized, channel by channel', async () => {
  const hq = await withChannels(['houston', 'dallas']);
  for (const channel of [
    'houston',
    'dallas',
    'houston',
    'dallas',
    'houston',
    'dallas',
    'houston',
    'houston',
    'houston',
  ])
    await appendOperation(hq, channel, { uuid: randomUUID(), payload: { customer: aBody(), ...padding(1_000_000) } });
  expect(countsOf(await run(hq))[1]).toEqual({ done: 9, failed: 0 });
});

test('whole customers come back to a channel in packages that are cut by their addresses', async () => {
  const hq = await withChannels(['houston']);
  for (let index = 0; index < 60; index++)
    await appendOperation(hq, 'houston', {
      uuid: randomUUID(),
      payload: { customer: aBody(), addresses: addresses(100) },
    });
  const ended = await run(hq);
  expect(ended).toMatchObject({ state: 'SUCCEEDED', downloadSessions: [{ rows: 60, packages: 2, status: 'APPLIED' }] });
  const channel = await hq.channels.databaseOf('houston');
  expect(await countOf(channel, 'customer')).toBe(60);
  expect(await countOf(channel, 'customer_address')).toBe(6_000);
  expect(await countOf(channel, 'feed')).toBe(60);
});

test('an operation that makes headquarters refuse its package is found by halving and set aside; the others go on', async () => {
  const hq = await withChannels(['houston']);
  await tamper(
    hq.hq,
    onPostgres
      ? `alter table customer_operation add constraint refused check (payload::text not like '%Unstorable%')`
      : `create trigger refused before insert on customer_operation when new.payload like '%Unstorable%' begin select raise(abort, 'refused'); end`,
  );
  const before = await createCustomers(hq, 7);
  const uuid = await createCustomer(hq, { name: { last: 'Unstorable' } });
  const after = await createCustomers(hq, 9);
  const ended = await run(hq);
  expect(ended).toMatchObject({ state: 'SUCCEEDED', uploadSessions: [{ rows: 17, status: 'APPLIED' }] });
  expect(await failed(hq)).toMatchObject([
    { customerUuid: uuid, errorCode: 'INVALID_INPUT', error: expect.stringContaining('refused this operation') },
  ]);
  const known = await accountIds(hq);
  expect([...before, ...after].map((one) => known.get(one))).not.toContain(null);
});

test('what other software wrote and headquarters cannot hold does not stop the log', async () => {
  const hq = await withChannels(['houston']);
  const nameless = randomUUID();
  await tamper(
    await hq.channels.databaseOf('houston'),
    `update self set last_counter = last_counter + 2`,
    `insert into operation (counter, id, channel, kind, payload, created_at) values (1, '${nameless}', 'houston', 'CREATE_CUSTOMER', '{}', '')`,
    // PostgreSQL stores a NUL in JSON, and cannot read it.
    `insert into operation (counter, id, channel, kind, payload, created_at) values (2, 'x', 'houston', 'RECORD_TRANSACTION', '{"kind":"\\u0000"}', '')`,
  );
  const uuid = await createCustomer(hq);
  const ended = await run(hq);
  expect(ended).toMatchObject({ state: 'SUCCEEDED', uploadSessions: [{ rows: 3, status: 'APPLIED' }] });
  expect(await failed(hq)).toMatchObject([{ customerUuid: nameless, error: 'The operation names no customer.' }]);
  await run(hq, 'SYNCHRONIZE_ORDERS');
  expect((await receivedOf(hq)).map(({ status }) => status)).toEqual(['FAILED']);
  expect((await accountIds(hq)).get(uuid)).toBe('C00000001');
});

test('what is larger than 1 MB is not recorded', async () => {
  const hq = await withChannels(['houston']);
  const channel = await hq.channels.databaseOf('houston');
  const record = (bytes: number) =>
    channel.write((tx) =>
      appendOperations(tx, [
        {
          counter: 1,
          id: 'x',
          channel: 'houston',
          customerUuid: null,
          kind: 'RECORD_TRANSACTION',
          payload: { ...aTransaction('CASH_AND_CARRY'), ...padding(bytes) },
          createdAt: '',
        },
      ]),
    );
  await expect(record(1_100_000)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  expect(await countOf(channel, 'operation')).toBe(0);
  await record(1_000_000);
});
