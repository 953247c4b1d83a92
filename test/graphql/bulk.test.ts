import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { tokenFor } from '../../src/access/viewer.ts';
import { sql } from '../../src/data/sql.ts';
import { createChannel, withChannels } from '../support/actions.ts';
import { type Answer, aChannel, aCustomer, createChannelDocument, type Headquarters } from '../support/headquarters.ts';
import { transactionsOf } from '../support/statements.ts';

const createCustomers = `mutation ($input: CreateCustomersInput!) { createCustomers(input: $input) {
  __typename
  ... on CreatedCustomers { results {
    __typename
    ... on Customer { uuid displayName accountLabel channel { code } addresses { city } }
    ... on Failure { errorCode path }
  } }
  ... on Failure { errorCode path }
} }`;

const recordSales = `mutation ($input: RecordSalesInput!) { recordSales(input: $input) {
  ... on RecordedSales { results { __typename ... on Sale { uuid totals { total { amount } } } ... on Failure { errorCode path } } }
} }`;

const createOrders = `mutation ($input: CreateOrdersInput!) { createOrders(input: $input) {
  ... on CreatedOrders { results { __typename ... on Order { uuid channel { code } } ... on Failure { errorCode path } } }
} }`;

const create = async (hq: Headquarters, customers: object[]): Promise<Answer[]> =>
  (await hq.query(createCustomers, { input: { customers } })).createCustomers.results;

const named = (last: string, more: object = {}) => aCustomer({ name: { first: 'Ada', last }, ...more });

const sold = (more: object = {}) => ({
  channel: 'houston',
  uuid: randomUUID(),
  customerUuid: randomUUID(),
  lines: [{ sku: 'A', quantity: '1', unitPrice: '5' }],
  payments: [{ tender: 'CARD', amount: '5' }],
  total: '5',
  ...more,
});

/** UUIDs in the log of a channel database, in the order of their counters. */
async function logged(hq: Headquarters, channel: string): Promise<string[]> {
  const database = await hq.channels.databaseOf(channel);
  const rows = await database.read((db) => sql<{ id: string }>(db, 'select id from operation order by counter'));
  return rows.map(({ id }) => id);
}

test('a thousand customers are created in one transaction, with one result each, in order', async () => {
  const hq = await withChannels(['houston']);
  const transactions = transactionsOf(await hq.channels.databaseOf('houston'));
  const customers = Array.from({ length: 1_000 }, (_, index) => named(`N${index}`));
  const results = await create(hq, customers);

  expect(results.map(({ uuid }) => uuid)).toEqual(customers.map(({ uuid }) => uuid));
  expect(results[999]).toEqual({
    __typename: 'Customer',
    uuid: customers[999]!.uuid,
    displayName: 'Ada N999',
    accountLabel: 'Pending sync',
    channel: { code: 'houston' },
    addresses: [{ city: 'London' }],
  });
  expect(transactions()).toBe(1);
  expect(await logged(hq, 'houston')).toEqual(customers.map(({ uuid }) => uuid));
});

test('customers of several channels are stored in their own databases, each with its result in its place', async () => {
  const hq = await withChannels(['houston', 'dallas']);
  await hq.query(createChannelDocument, { input: aChannel('austin', { channelDatabase: 'houston' }) });
  const channels = ['dallas', 'houston', 'austin', 'dallas', 'houston'];
  const customers = channels.map((channel, index) => named(`N${index}`, { channel }));
  const results = await create(hq, customers);

  expect(results.map(({ uuid, channel }) => [uuid, channel.code])).toEqual(
    customers.map(({ uuid, channel }) => [uuid, channel]),
  );
  const of = (...codes: string[]) => customers.filter(({ channel }) => codes.includes(channel)).map(({ uuid }) => uuid);
  expect(await logged(hq, 'dallas')).toEqual(of('dallas'));
  expect(await logged(hq, 'houston')).toEqual(of('houston', 'austin'));
});

test('a customer that is refused changes nothing about the others', async () => {
  const hq = await withChannels(['houston']);
  const [again, taken] = [named('Again'), named('Taken')];
  await create(hq, [again, taken]);
  const results = await create(hq, [
    named('First'),
    named('Nowhere', { channel: 'nowhere' }),
    named('', { name: null }),
    named('half \ud800 a character'),
    named('Crowd', { addresses: Array.from({ length: 101 }, () => ({ country: 'GB' })) }),
    again,
    { ...taken, email: 'other@example.com' },
    named('Last'),
    named('Last again', { uuid: undefined }),
  ]);
  expect(results.map(({ __typename, displayName, path }) => displayName ?? [__typename, path])).toEqual([
    'Ada First',
    ['ChannelNotFound', null],
    ['InvalidInput', ['name', 'last']],
    ['InvalidInput', ['name', 'last']],
    ['InvalidInput', ['addresses']],
    'Ada Again',
    ['UuidConflict', ['uuid']],
    'Ada Last',
    'Ada Last again',
  ]);
  expect(await logged(hq, 'houston')).toHaveLength(5);
});

test('one UUID twice in a mutation is one customer, or a conflict', async () => {
  const hq = await withChannels(['houston']);
  const one = named('One');
  const results = await create(hq, [one, one, { ...one, email: null }]);
  expect(results.map(({ __typename }) => __typename)).toEqual(['Customer', 'Customer', 'UuidConflict']);
  expect(await logged(hq, 'houston')).toEqual([one.uuid]);
});

test('sending a mutation again creates nothing, and answers what is stored', async () => {
  const hq = await withChannels(['houston']);
  const customers = [named('A'), named('B')];
  const [sales, orders] = [
    [sold(), sold()],
    [sold(), sold()],
  ];
  const send = async () => [
    await create(hq, customers),
    await hq.query(recordSales, { input: { sales } }),
    await hq.query(createOrders, { input: { orders } }),
  ];
  const first = await send();
  expect(await send()).toEqual(first);
  expect(await logged(hq, 'houston')).toEqual([...customers, ...sales, ...orders].map(({ uuid }) => uuid));
});

test('sales and orders have one result each, in order', async () => {
  const hq = await withChannels(['houston', 'dallas']);
  const inputs = [sold(), sold({ total: '6' }), sold({ channel: 'dallas' }), sold({ shiftUuid: randomUUID() })];
  const [sales] = [(await hq.query(recordSales, { input: { sales: inputs } })).recordSales.results];
  expect(sales).toEqual([
    { __typename: 'Sale', uuid: inputs[0]!.uuid, totals: { total: { amount: '5.00' } } },
    { __typename: 'InvalidInput', errorCode: 'INVALID_INPUT', path: expect.any(Array) },
    { __typename: 'Sale', uuid: inputs[2]!.uuid, totals: { total: { amount: '5.00' } } },
    { __typename: 'WrongState', errorCode: 'WRONG_STATE', path: null },
  ]);
  const orders = [sold(), sold({ channel: 'nowhere' }), sold({ channel: 'dallas' })];
  expect((await hq.query(createOrders, { input: { orders } })).createOrders.results).toMatchObject([
    { __typename: 'Order', uuid: orders[0]!.uuid, channel: { code: 'houston' } },
    { __typename: 'ChannelNotFound' },
    { __typename: 'Order', uuid: orders[2]!.uuid, channel: { code: 'dallas' } },
  ]);
});

test('more than a thousand are refused as a whole, and none is no mistake', async () => {
  const hq = await withChannels(['houston']);
  const customers = Array.from({ length: 1_001 }, () => named('N', { addresses: [] }));
  const { createCustomers: refused } = await hq.query(createCustomers, { input: { customers } });
  expect(refused).toEqual({ __typename: 'InvalidInput', errorCode: 'INVALID_INPUT', path: ['customers'] });
  expect(await logged(hq, 'houston')).toEqual([]);
  expect(await create(hq, [])).toEqual([]);
});

test('a channel creates nothing for another one', async () => {
  const secret = 'a secret of at least thirty-two characters';
  const hq = await withChannelsAndTokens(secret);
  const token = await tokenFor(secret, { kind: 'channel', channel: 'houston' }, '1h');
  const input = { customers: [named('Own'), named('Foreign', { channel: 'dallas' })] };
  const { createCustomers: refused } = await hq.query(createCustomers, { input }, { authorization: `Bearer ${token}` });
  expect(refused).toEqual({ __typename: 'Forbidden', errorCode: 'FORBIDDEN', path: null });
  expect(await logged(hq, 'houston')).toEqual([]);
});

async function withChannelsAndTokens(secret: string): Promise<Headquarters> {
  const hq = await withChannels([], { settings: { TOKEN_SECRET: secret } });
  const headers = { authorization: `Bearer ${await tokenFor(secret, { kind: 'operator', name: 'Olga' }, '1h')}` };
  for (const code of ['houston', 'dallas']) await hq.query(createChannelDocument, { input: aChannel(code) }, headers);
  return hq;
}

test('three such mutations fit into an operation, a fourth is too expensive', async () => {
  const hq = await withChannels(['houston']);
  const asked = (times: number) =>
    hq.ask(
      `mutation ($input: CreateCustomersInput!) { ${Array.from({ length: times }, (_, index) => `c${index}: createCustomers(input: $input) { __typename }`).join(' ')} }`,
      { input: { customers: [named('N', { uuid: undefined })] } },
    );
  expect((await asked(3)).errors).toBeUndefined();
  expect((await asked(4)).errors).toMatchObject([{ extensions: { code: 'OPERATION_TOO_EXPENSIVE' } }]);
  expect(await logged(hq, 'houston')).toHaveLength(3);
});

test('while a channel database is unavailable, the mutation fails, and can be sent again', async () => {
  const hq = await withChannels(['houston', 'dallas']);
  await createChannel(hq, 'austin');
  const database = await hq.channels.databaseOf('dallas');
  const { write } = database;
  database.write = () => Promise.reject(new Error('the disk is full'));
  const customers = ['houston', 'dallas', 'austin'].map((channel) => named(channel, { channel }));
  const { data, errors } = await hq.ask(createCustomers, { input: { customers } });
  expect(data).toEqual({ createCustomers: null });
  expect(errors).toMatchObject([{ path: ['createCustomers'], extensions: { code: 'INTERNAL' } }]);

  database.write = write;
  expect((await create(hq, customers)).map(({ uuid }) => uuid)).toEqual(customers.map(({ uuid }) => uuid));
  for (const { channel, uuid } of customers) expect(await logged(hq, channel)).toEqual([uuid]);
});

test('live conversion hears of channels that have something new', async () => {
  const hq = await withChannels(['houston', 'dallas'], { background: true });
  const [a, b] = [named('A'), named('B', { channel: 'dallas' })];
  const feeds = ['houston', 'dallas'].map((channel) =>
    hq.subscribe('subscription ($channel: String!) { accountIdsSynced(channel: $channel) { customers { uuid } } }', {
      channel,
    }),
  );
  await create(hq, [a, b]);
  const [first, second] = await Promise.all(feeds.map((feed) => feed.next()));
  expect(first.accountIdsSynced.customers).toEqual([{ uuid: a.uuid }]);
  expect(second.accountIdsSynced.customers).toEqual([{ uuid: b.uuid }]);
});
