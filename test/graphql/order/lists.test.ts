import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { DatabaseUnavailable } from '../../../src/errors.ts';
import { aClock, createCustomer, run, withChannels } from '../../support/actions.ts';
import type { Answer, Headquarters } from '../../support/headquarters.ts';
import { statementsOf } from '../../support/statements.ts';

const mutate = async (hq: Headquarters, field: string, type: string, input: object): Promise<Answer> => {
  const data = await hq.query(
    `mutation ($input: ${type}!) { ${field}(input: $input) { ... on Node { id } ... on RetailTransaction { uuid } ... on Failure { message } } }`,
    { input },
  );
  if (data[field].message) throw new Error(data[field].message);
  return data[field];
};
const goods = {
  lines: [{ sku: 'A', quantity: '1', unitPrice: '5' }],
  payments: [{ tender: 'CARD', amount: '5' }],
  total: '5',
};
const order = async (hq: Headquarters, more: object = {}): Promise<string> =>
  (
    await mutate(hq, 'createOrder', 'CreateOrderInput', {
      channel: 'houston',
      customerUuid: randomUUID(),
      ...goods,
      ...more,
    })
  ).uuid;
const sell = async (hq: Headquarters, more: object = {}): Promise<string> =>
  (await mutate(hq, 'recordSale', 'RecordSaleInput', { channel: 'houston', ...goods, ...more })).uuid;

/** The UUIDs of a list. */
const list = async (hq: Headquarters, field: string, args = ''): Promise<string[]> =>
  (await hq.query(`{ list: ${field}${args && `(${args})`} { nodes { uuid } } }`)).list.nodes.map(
    ({ uuid }: Answer) => uuid,
  );

/** What is wrong with a list. */
const refused = async (hq: Headquarters, field: string, args: string): Promise<Answer> =>
  (await hq.ask(`{ ${field}(${args}) { nodes { id } } }`)).errors?.[0].extensions.path;

/** Noon in Houston. */
const noon = () => aClock('2026-11-22T18:00:00.000Z');

test('orders and sales are listed together and apart, by what is asked, in a channel and at headquarters', async () => {
  const { clock, pass } = noon();
  const hq = await withChannels(['houston', 'dallas'], { clock }, { channelDatabase: 'texas' });
  const customerUuid = await createCustomer(hq);
  const online = await order(hq, { customerUuid, businessDate: '2026-11-20' });
  pass(60_000);
  const sale = await sell(hq, { businessDate: '2026-11-21' });
  pass(60_000);
  const inStore = await order(hq, { kind: 'CUSTOMER_ORDER', customerUuid, businessDate: '2026-11-22' });
  pass(60_000);
  const elsewhere = await sell(hq, { channel: 'dallas' });
  await run(hq, 'P_JOB');

  for (const source of ['CHANNEL', 'HEADQUARTERS']) {
    const houston = (field: string, filter = '', more = '') =>
      list(hq, field, `source: ${source}, filter: { channel: "houston" ${filter} } ${more}`);
    expect(await houston('transactions')).toEqual([inStore, sale, online]);
    expect(await houston('transactions', '', 'orderBy: { field: CREATED_AT, direction: ASC }')).toEqual([
      online,
      sale,
      inStore,
    ]);
    expect(await houston('orders')).toEqual([inStore, online]);
    expect(await houston('sales')).toEqual([sale]);
    expect(await houston('orders', 'kinds: [CUSTOMER_ORDER]')).toEqual([inStore]);
    expect(await houston('transactions', `customerUuid: "${customerUuid}"`)).toEqual([inStore, online]);
    expect(await houston('transactions', 'businessDate: { from: "2026-11-21", to: "2026-11-21" }')).toEqual([sale]);
    const { list: all } = await hq.query(
      `{ list: transactions(source: ${source}, filter: { channel: "houston" }) { totalCount nodes { createdAt } } }`,
    );
    expect(all.totalCount).toBe(3);
    const [, second] = all.nodes.map(({ createdAt }: Answer) => createdAt);
    expect(await houston('transactions', `createdAt: { from: "${second}" }`)).toEqual([inStore, sale]);
    expect(await houston('transactions', `createdAt: { before: "${second}" }`)).toEqual([online]);
  }
  expect(await list(hq, 'transactions')).toEqual([elsewhere, inStore, sale, online]);
  expect(await list(hq, 'sales')).toEqual([elsewhere, sale]);
});

test('pages of orders and sales together visit each once, from both ends', async () => {
  const hq = await withChannels(['houston'], noon());
  const made: string[] = [];
  for (let n = 0; n < 7; n++) made.push(n % 3 === 0 ? await order(hq) : await sell(hq));
  await run(hq, 'P_JOB');
  for (const source of ['CHANNEL', 'HEADQUARTERS'])
    for (const [direction, expected] of [
      ['ASC', made],
      ['DESC', made.toReversed()],
    ] as const)
      for (const backward of [false, true]) {
        const seen: string[][] = [];
        let cursor: string | null = null;
        do {
          const page: string = backward
            ? `last: 2, before: ${JSON.stringify(cursor)}`
            : `first: 2, after: ${JSON.stringify(cursor)}`;
          const { transactions: found }: Answer = await hq.query(
            `{ transactions(source: ${source}, filter: { channel: "houston" }, orderBy: { field: CREATED_AT, direction: ${direction} }, ${page}) {
               nodes { uuid } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
          );
          seen.push(found.nodes.map(({ uuid }: Answer) => uuid));
          const { hasNextPage, hasPreviousPage, startCursor, endCursor } = found.pageInfo;
          cursor = backward ? (hasPreviousPage ? startCursor : null) : hasNextPage ? endCursor : null;
        } while (cursor !== null);
        expect((backward ? seen.toReversed() : seen).flat()).toEqual(expected);
      }
});

test('an order goes from PENDING to SYNCHRONIZED, and a sale from PENDING to POSTED', async () => {
  const hq = await withChannels(['houston'], noon());
  const customerUuid = await createCustomer(hq);
  const created = await order(hq, { customerUuid });
  const sold = await sell(hq);
  const statuses = async () => {
    const { a, b } = await hq.query(
      `{ a: transaction(by: { uuid: "${created}" }) { ... on Order { status } } b: transaction(by: { uuid: "${sold}" }) { ... on Sale { status } } }`,
    );
    return [a.status, b.status];
  };
  const waiting = (field: string, status: string, source = 'HEADQUARTERS') =>
    list(hq, field, `source: ${source}, filter: { channel: "houston", statuses: [${status}] }`);
  expect(await statuses()).toEqual(['PENDING', 'PENDING']);
  expect([await waiting('orders', 'PENDING', 'CHANNEL'), await waiting('sales', 'PENDING', 'CHANNEL')]).toEqual([
    [created],
    [sold],
  ]);
  await run(hq, 'P_JOB');
  expect(await statuses()).toEqual(['RECEIVED', 'RECEIVED']);
  expect([await waiting('orders', 'PENDING', 'CHANNEL'), await waiting('sales', 'PENDING', 'CHANNEL')]).toEqual([
    [],
    [],
  ]);
  expect([await waiting('orders', 'RECEIVED'), await waiting('sales', 'RECEIVED')]).toEqual([[created], [sold]]);
  await run(hq, 'SYNCHRONIZE_ORDERS');
  await run(hq, 'VALIDATE_TRANSACTIONS');
  expect(await statuses()).toEqual(['SYNCHRONIZED', 'VALIDATED']);
  expect([await waiting('orders', 'SYNCHRONIZED'), await waiting('sales', 'VALIDATED')]).toEqual([[created], [sold]]);
  await run(hq, 'CALCULATE_STATEMENTS');
  await run(hq, 'POST_STATEMENTS');
  expect(await statuses()).toEqual(['SYNCHRONIZED', 'POSTED']);
  expect([await waiting('orders', 'RECEIVED'), await waiting('sales', 'POSTED')]).toEqual([[], [sold]]);
});

test('an order that its channel canceled is CANCELED at once, also while headquarters is down', async () => {
  const hq = await withChannels(['houston'], noon());
  const [kept, canceled] = [await order(hq), await order(hq)];
  const { read } = hq.hq;
  hq.hq.read = () => Promise.reject(new DatabaseUnavailable('headquarters'));
  await mutate(hq, 'cancelOrder', 'CancelOrderInput', { channel: 'houston', transaction: { uuid: canceled } });
  const { orders } = await hq.query('{ orders(filter: { channel: "houston" }) { nodes { uuid status } } }');
  expect(orders.nodes).toEqual([
    { uuid: canceled, status: 'CANCELED' },
    { uuid: kept, status: 'PENDING' },
  ]);
  const of = (statuses: string) => list(hq, 'orders', `filter: { channel: "houston", statuses: [${statuses}] }`);
  expect([await of('CANCELED'), await of('PENDING'), await of('PENDING, CANCELED')]).toEqual([
    [canceled],
    [kept],
    [canceled, kept],
  ]);
  hq.hq.read = read;
  await run(hq, 'P_JOB');
  expect(await list(hq, 'orders', 'filter: { statuses: [CANCELED] }')).toEqual([canceled]);
});

test('a filter that nothing can match is refused, with its place', async () => {
  const hq = await withChannels(['houston']);
  expect(await refused(hq, 'orders', 'filter: { statuses: [PENDING] }')).toEqual(['filter', 'statuses']);
  expect(await refused(hq, 'sales', 'filter: { channel: "houston", statuses: [FAILED] }')).toEqual([
    'filter',
    'statuses',
  ]);
  expect(await refused(hq, 'orders', 'filter: { statuses: [] }')).toEqual(['filter', 'statuses']);
  expect(await refused(hq, 'orders', 'filter: { kinds: [] }')).toEqual(['filter', 'kinds']);
  expect(await refused(hq, 'transactions', 'filter: { businessDate: { from: "2026-11-20" } }')).toEqual([
    'filter',
    'channel',
  ]);
  expect(await refused(hq, 'transactions', 'source: CHANNEL')).toEqual(['filter', 'channel']);
  expect(await refused(hq, 'salesOrders', 'filter: { origin: ORDER, statuses: [INVOICED] }')).toEqual([
    'filter',
    'statuses',
  ]);
  expect(await refused(hq, 'salesOrders', 'filter: { origin: STATEMENT, onHold: true }')).toEqual(['filter', 'onHold']);
  expect(await refused(hq, 'salesOrders', 'filter: { statuses: [] }')).toEqual(['filter', 'statuses']);
});

test('sales orders are listed by status, origin, day, and time', async () => {
  const hq = await withChannels(['houston', 'dallas'], noon());
  const customerUuid = await createCustomer(hq);
  await order(hq, { customerUuid, businessDate: '2026-11-20' });
  await order(hq, { customerUuid, channel: 'dallas' });
  await sell(hq, { customerUuid });
  await run(hq, 'END_OF_DAY');
  const found = async (filter: string) => {
    const { salesOrders } = await hq.query(
      `{ salesOrders(filter: { ${filter} }, orderBy: { field: CREATED_AT, direction: ASC }) { totalCount nodes { origin channel { code } } } }`,
    );
    expect(salesOrders.totalCount).toBe(salesOrders.nodes.length);
    return salesOrders.nodes.map(({ origin, channel }: Answer) => `${origin} ${channel.code}`);
  };
  expect((await found('')).toSorted()).toEqual(['ORDER dallas', 'ORDER houston', 'STATEMENT houston']);
  expect((await found('statuses: [OPEN]')).toSorted()).toEqual(['ORDER dallas', 'ORDER houston']);
  expect(await found('statuses: [INVOICED]')).toEqual(['STATEMENT houston']);
  expect(await found('origin: STATEMENT')).toEqual(['STATEMENT houston']);
  expect(await found('channel: "houston", origin: ORDER, onHold: false')).toEqual(['ORDER houston']);
  expect(await found('onHold: true')).toEqual([]);
  expect(await found('channel: "houston", businessDate: { to: "2026-11-20" }')).toEqual(['ORDER houston']);
  expect(await found('createdAt: { before: "2026-11-22T00:00:00Z" }')).toEqual([]);
  expect(await found(`customerUuid: "${customerUuid}", createdAt: { from: "2026-11-22T00:00:00Z" }`)).toHaveLength(3);
});

test('a mixed list costs the same number of statements whatever its size', async () => {
  const hq = await withChannels(['houston']);
  const seen = statementsOf(hq.hq, await hq.channels.databaseOf('houston'));
  const both = async () => {
    await order(hq);
    await sell(hq);
    await run(hq, 'P_JOB');
    await run(hq, 'SYNCHRONIZE_ORDERS');
    seen.length = 0;
    const { transactions } = await hq.query(
      `{ transactions { nodes { ... on Order { orderStatus: status } ... on Sale { saleStatus: status statement { id } validationErrors { rule } }
           error { message } salesOrder { salesOrderId } } } }`,
    );
    return { rows: transactions.nodes.length, statements: seen.length };
  };
  const few = await both();
  for (let n = 0; n < 3; n++) await both();
  expect(await both()).toEqual({ rows: 10, statements: few.statements });
});
