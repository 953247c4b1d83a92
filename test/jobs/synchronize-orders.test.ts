import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  aBody,
  aClock,
  appendOperation,
  ask,
  countOf,
  countsOf,
  createCustomer,
  customer,
  operationsOf,
  run,
  tamper,
  withChannels,
} from '../support/actions.ts';
import { type Headquarters, onPostgres } from '../support/headquarters.ts';
import { orderLinesOf, ordersOf, receivedOf, saleOf } from '../support/sales.ts';
import { aLine, appendTransaction, aTransaction } from '../support/transactions.ts';

const anOrder = (customerUuid: string, more = {}) =>
  aTransaction('ONLINE_ORDER', { customerUuid: customerUuid, ...more });

async function synchronized(hq: Headquarters) {
  await run(hq, 'P_JOB');
  return run(hq, 'SYNCHRONIZE_ORDERS');
}

test('an order for a pending customer becomes a sales order, and its customer gets an account ID in the same transaction', async () => {
  const hq = await withChannels(['houston']);
  const uuid = await createCustomer(hq);
  const address = (await customer(hq, uuid, 'houston')).addresses[0].uuid;
  const order = await appendTransaction(
    hq,
    'houston',
    anOrder(uuid, {
      deliveryAddressUuid: address,
      lines: [
        aLine({ discount: 500, tax: 825 }),
        aLine({ line: 2, sku: 'HL-1', quantity: 2_500, unitPrice: 333 }),
        aLine({ line: 3, voided: true }),
      ],
    }),
  );

  expect(countsOf(await synchronized(hq))).toEqual([{ done: 1, failed: 0 }]);

  expect(await saleOf(hq, order)).toMatchObject({ status: 'SYNCHRONIZED', errorCode: null });
  expect(await ordersOf(hq)).toMatchObject([
    // 100.00 - 5.00 + 8.25 and 2.5 times 3.33, rounded: 8.33.
    {
      salesOrderId: 'SO000000001',
      customerUuid: uuid,
      accountId: 'C00000001',
      total: 11_158,
      holdCode: null,
      status: 'OPEN',
    },
  ]);
  expect(await orderLinesOf(hq)).toEqual([
    { line: 1, sku: 'BK-1', quantity: '1', net: 9_500, tax: 825, total: 10_325 },
    { line: 2, sku: 'HL-1', quantity: '2.5', net: 833, tax: 0, total: 833 },
  ]);
  expect((await operationsOf(hq, uuid)).map(({ synchronizedBy }) => synchronizedBy)).toEqual([{ uuid: order }]);
  expect((await customer(hq, uuid)).accountId).toBe('C00000001');
});

test('an address that has the UUID of its customer is uploaded, and an order that names it is synchronized', async () => {
  const hq = await withChannels(['houston']);
  const uuid = await createCustomer(hq, { addresses: [] });
  const { addCustomerAddress: added } = await hq.query(
    'mutation ($input: AddCustomerAddressInput!) { addCustomerAddress(input: $input) { __typename ... on Failure { message } } }',
    { input: { channel: 'houston', customer: { uuid }, address: { uuid: uuid, city: 'Paris', country: 'FR' } } },
  );
  expect(added).toEqual({ __typename: 'Customer' });
  const order = await appendTransaction(hq, 'houston', anOrder(uuid, { deliveryAddressUuid: uuid }));

  await synchronized(hq);

  expect(await saleOf(hq, order)).toMatchObject({ status: 'SYNCHRONIZED', errorCode: null });
  expect((await customer(hq, uuid)).addresses).toMatchObject([{ uuid, city: 'Paris' }]);
});

test('running Synchronize orders twice changes nothing the second time', async () => {
  const hq = await withChannels(['houston']);
  await appendTransaction(hq, 'houston', anOrder(await createCustomer(hq)));
  await synchronized(hq);
  const before = await ordersOf(hq);

  expect(countsOf(await synchronized(hq))).toEqual([{ done: 0, failed: 0 }]);
  expect(await ordersOf(hq)).toEqual(before);
});

test('an order that arrives before its customer waits, uses up no retries, and completes by itself', async () => {
  const hq = await withChannels(['houston', 'paris']);
  const uuid = randomUUID();
  const order = await appendTransaction(hq, 'houston', anOrder(uuid));
  for (const _ of [1, 2, 3, 4]) await synchronized(hq);
  expect(await saleOf(hq, order)).toMatchObject({
    status: 'WAITING',
    errorCode: 'ASYNC_CUSTOMER_NOT_UPLOADED',
    tryCount: 0,
    nextTryAt: null,
  });

  await createCustomer(hq, { uuid: uuid, channel: 'paris' });
  await synchronized(hq);

  expect(await saleOf(hq, order)).toMatchObject({ status: 'SYNCHRONIZED', errorCode: null });
  expect(await ordersOf(hq)).toMatchObject([{ customerUuid: uuid, accountId: 'C00000001' }]);
});

test('an order that arrives before its delivery address waits for it', async () => {
  const hq = await withChannels(['houston']);
  const uuid = await createCustomer(hq);
  const address = randomUUID();
  const order = await appendTransaction(hq, 'houston', anOrder(uuid, { deliveryAddressUuid: address }));
  await synchronized(hq);
  expect(await saleOf(hq, order)).toMatchObject({ status: 'WAITING', errorCode: 'ASYNC_ADDRESS_NOT_UPLOADED' });

  await hq.query(`mutation ($input: AddCustomerAddressInput!) { addCustomerAddress(input: $input) { __typename } }`, {
    input: { channel: 'houston', customer: { uuid }, address: { uuid: address, city: 'Houston', country: 'US' } },
  });
  await synchronized(hq);

  expect(await saleOf(hq, order)).toMatchObject({ status: 'SYNCHRONIZED' });
});

test('an order whose customer cannot be synchronized is set aside, others go on, and it completes when the customer is mended', async () => {
  const hq = await withChannels(['houston']);
  const bad = randomUUID();
  await appendOperation(hq, 'houston', { uuid: bad, payload: { customer: aBody({ email: 'nobody' }) } });
  const order = await appendTransaction(hq, 'houston', anOrder(bad));
  const good = await appendTransaction(hq, 'houston', anOrder(await createCustomer(hq)));

  expect(countsOf(await synchronized(hq))).toEqual([{ done: 1, failed: 1 }]);
  expect(await saleOf(hq, good)).toMatchObject({ status: 'SYNCHRONIZED' });
  expect(await saleOf(hq, order)).toMatchObject({
    status: 'FAILED',
    errorCode: 'ASYNC_CUSTOMER_SYNC_FAILED',
    tryCount: 0,
  });

  const { customerOperations } = await hq.query(
    '{ customerOperations(filter: { states: [FAILED] }) { edges { node { id } } } }',
  );
  const { id } = customerOperations.edges[0].node;
  await hq.query(
    `mutation ($input: CorrectCustomerOperationInput!) { correctCustomerOperation(input: $input) { __typename } }`,
    { input: { id, email: 'ada@example.com' } },
  );
  await synchronized(hq);

  expect(await saleOf(hq, order)).toMatchObject({ status: 'SYNCHRONIZED', errorCode: null });
});

test('two orders for one new customer, at the same time as the customer job: one account ID', async () => {
  const hq = await withChannels(['houston']);
  const uuid = await createCustomer(hq);
  for (const _ of [1, 2]) await appendTransaction(hq, 'houston', anOrder(uuid));
  await run(hq, 'P_JOB');
  await ask(hq, 'SYNCHRONIZE_ORDERS');
  await ask(hq, 'SYNCHRONIZE_CUSTOMERS');
  await Promise.all([hq.worker.drain(), hq.worker.drain()]);

  expect((await ordersOf(hq)).map((row) => row.accountId)).toEqual(['C00000001', 'C00000001']);
  expect(await countOf(hq.hq, 'customer')).toBe(1);
  const { numberSequences } = await hq.query('{ numberSequences { name nextNumber } }');
  expect(numberSequences).toContainEqual({ name: 'customer-account', nextNumber: 2 });
});

test.each([
  ['totals that do not add up', anOrder(randomUUID(), { gross: 1 }), /gross/],
  ['no lines', { ...anOrder(randomUUID()), lines: [] }, /lines/],
  ['lines that are no list', { ...anOrder(randomUUID()), lines: 'many' }, /lines/],
  ['an amount that is no number', { ...anOrder(randomUUID()), net: 'much' }, /net/],
  ['no customer', aTransaction('CUSTOMER_ORDER'), /customer/],
  ['an unknown kind', { kind: 'GIFT' }, /kind/],
])('an order with %s is set aside with the reason, and its neighbours go on', async (_what, payload, reason) => {
  const hq = await withChannels(['houston']);
  const bad = await appendTransaction(hq, 'houston', payload);
  const good = await appendTransaction(hq, 'houston', anOrder(await createCustomer(hq)));
  await synchronized(hq);

  expect(await saleOf(hq, good)).toMatchObject({ status: 'SYNCHRONIZED' });
  expect(await saleOf(hq, bad)).toMatchObject({ status: 'FAILED', errorCode: 'INVALID_INPUT', nextTryAt: null });
  expect((await saleOf(hq, bad)).error).toMatch(reason);
});

test('an order that the database refuses is tried three times with growing pauses, then waits for a person', async () => {
  const time = aClock();
  const hq = await withChannels(['houston'], { clock: time.clock });
  const uuid = await createCustomer(hq);
  const good = await appendTransaction(hq, 'houston', anOrder(uuid));
  const bad = await appendTransaction(hq, 'houston', anOrder(uuid, { lines: [aLine({ unitPrice: 66_600 })] }));
  await tamper(
    hq.hq,
    onPostgres
      ? 'alter table sales_order add constraint refused check (gross <> 66600)'
      : `create trigger refused before insert on sales_order when new.gross = 66600 begin select raise(abort, 'refused'); end`,
  );
  await synchronized(hq);
  expect(await saleOf(hq, good)).toMatchObject({ status: 'SYNCHRONIZED' });
  expect(await saleOf(hq, bad)).toMatchObject({
    status: 'FAILED',
    tryCount: 1,
    errorCode: 'INTERNAL',
    nextTryAt: '2026-11-22T10:00:35.000Z',
  });

  time.pass(5_000);
  await synchronized(hq);
  expect(await saleOf(hq, bad)).toMatchObject({ tryCount: 2, nextTryAt: '2026-11-22T10:00:55.000Z' });
  time.pass(20_000);
  await synchronized(hq);
  expect(await saleOf(hq, bad)).toMatchObject({ status: 'FAILED', tryCount: 3, nextTryAt: null });
  time.pass(3_600_000);
  await synchronized(hq);
  expect(await saleOf(hq, bad)).toMatchObject({ tryCount: 3 });
});

test('numbers that ran out stop the job with a clear error; after an extension every order gets its number, in order', async () => {
  const hq = await withChannels(['houston']);
  const uuid = await createCustomer(hq);
  for (const _ of [1, 2, 3]) await appendTransaction(hq, 'houston', anOrder(uuid));
  await tamper(hq.hq, `update number_sequence set largest = 2 where name = 'sales-order'`);
  await synchronized(hq);
  expect((await ordersOf(hq)).map((row) => row.salesOrderId)).toEqual(['SO000000001', 'SO000000002']);
  expect(await synchronized(hq)).toMatchObject({ state: 'FAILED', errorCode: 'NUMBER_SEQUENCE_EXHAUSTED' });

  await hq.query(`mutation { updateNumberSequence(input: { name: "sales-order", largest: 1000 }) { __typename } }`);
  expect(await synchronized(hq)).toMatchObject({ state: 'SUCCEEDED' });
  expect((await ordersOf(hq)).map((row) => row.salesOrderId)).toEqual(['SO000000001', 'SO000000002', 'SO000000003']);
});

test('account IDs that ran out let orders of known customers go on', async () => {
  const hq = await withChannels(['houston']);
  const known = await createCustomer(hq);
  await run(hq);
  await tamper(hq.hq, `update number_sequence set largest = 1 where name = 'customer-account'`);
  const waiting = await appendTransaction(hq, 'houston', anOrder(await createCustomer(hq)));
  const ready = await appendTransaction(hq, 'houston', anOrder(known));
  await synchronized(hq);
  expect(await saleOf(hq, ready)).toMatchObject({ status: 'SYNCHRONIZED' });
  expect(await saleOf(hq, waiting)).toMatchObject({
    status: 'WAITING',
    errorCode: 'NUMBER_SEQUENCE_EXHAUSTED',
    tryCount: 0,
  });

  await tamper(hq.hq, `update number_sequence set largest = 10 where name = 'customer-account'`);
  await synchronized(hq);
  expect(await saleOf(hq, waiting)).toMatchObject({ status: 'SYNCHRONIZED' });
});

test('a transaction that two channel databases sent with the same UUID is made a sales order once', async () => {
  const hq = await withChannels(['houston', 'paris']);
  const uuid = await createCustomer(hq);
  const order = await appendTransaction(hq, 'houston', anOrder(uuid));
  await synchronized(hq);
  await appendTransaction(hq, 'paris', anOrder(uuid), order);
  await synchronized(hq);

  expect((await ordersOf(hq)).length).toBe(1);
  expect(await receivedOf(hq)).toMatchObject([
    { channel: 'houston', status: 'SYNCHRONIZED', errorCode: null },
    { channel: 'paris', status: 'FAILED', errorCode: 'DUPLICATE_TRANSACTION' },
  ]);
});

test('a cancellation takes the order out of the jobs, or cancels the sales order that exists already', async () => {
  const hq = await withChannels(['houston']);
  const uuid = await createCustomer(hq);
  const cancel = (order: string) =>
    appendOperation(hq, 'houston', {
      uuid,
      id: randomUUID(),
      kind: 'CANCEL_ORDER',
      payload: { transactionUuid: order },
    });
  const early = await appendTransaction(hq, 'houston', anOrder(uuid));
  await cancel(early);
  const late = await appendTransaction(hq, 'houston', anOrder(uuid));
  await synchronized(hq);
  await cancel(late);
  await synchronized(hq);

  expect(await saleOf(hq, early)).toMatchObject({ status: 'CANCELED' });
  expect(await saleOf(hq, late)).toMatchObject({ status: 'CANCELED' });
  expect(await ordersOf(hq)).toMatchObject([{ salesOrderId: 'SO000000001', status: 'CANCELED' }]);
});
