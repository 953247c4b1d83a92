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
  rowsOf,
  run,
  tamper,
  withChannels,
} from '../support/actions.ts';
import { type Headquarters, onPostgres } from '../support/headquarters.ts';
import { aLine, appendTransaction, aTransaction } from '../support/transactions.ts';

const anOrder = (customerUuid: string, more = {}) =>
  aTransaction('ONLINE_ORDER', { customerUuid: customerUuid, ...more });

const statusOf = async (hq: Headquarters, uuid: string) =>
  (
    await rowsOf(hq.hq, 'select status, error_code, try_count, next_try_at from retail_transaction where uuid = $1', [
      uuid,
    ])
  )[0];

const salesOrders = (hq: Headquarters) =>
  rowsOf(
    hq.hq,
    'select sales_order_id, customer_uuid, account_id, gross, hold_code, status from sales_order order by id',
  );

async function synchronized(hq: Headquarters) {
  await run(hq, 'runPJob');
  return run(hq, 'runSynchronizeOrders');
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

  expect(await statusOf(hq, order)).toMatchObject({ status: 'SUCCEEDED', error_code: null });
  expect(await salesOrders(hq)).toEqual([
    // 100.00 - 5.00 + 8.25 and 2.5 times 3.33, rounded: 8.33.
    {
      sales_order_id: 'SO000000001',
      customer_uuid: uuid,
      account_id: 'C00000001',
      gross: 11_158,
      hold_code: null,
      status: 'OPEN',
    },
  ]);
  expect(
    await rowsOf(hq.hq, 'select line, sku, quantity, net, tax, gross from sales_order_line order by line'),
  ).toEqual([
    { line: 1, sku: 'BK-1', quantity: 1_000, net: 9_500, tax: 825, gross: 10_325 },
    { line: 2, sku: 'HL-1', quantity: 2_500, net: 833, tax: 0, gross: 833 },
  ]);
  expect(await rowsOf(hq.hq, 'select synchronized_by from customer_operation')).toEqual([
    { synchronized_by: `order ${order}` },
  ]);
  expect((await customer(hq, uuid)).accountId).toBe('C00000001');
});

test('an address that has the UUID of its customer is uploaded, and an order that names it is synchronized', async () => {
  const hq = await withChannels(['houston']);
  const uuid = await createCustomer(hq, { addresses: [] });
  const { addCustomerAddress: added } = await hq.query(
    'mutation ($input: AddCustomerAddressInput!) { addCustomerAddress(input: $input) { __typename ... on Failure { message } } }',
    { input: { channel: 'houston', uuid, address: { id: uuid, city: 'Paris', country: 'FR' } } },
  );
  expect(added).toEqual({ __typename: 'Customer' });
  const order = await appendTransaction(hq, 'houston', anOrder(uuid, { deliveryAddressUuid: uuid }));

  await synchronized(hq);

  expect(await statusOf(hq, order)).toMatchObject({ status: 'SUCCEEDED', error_code: null });
  expect((await customer(hq, uuid)).addresses).toMatchObject([{ uuid, city: 'Paris' }]);
});

test('running Synchronize orders twice changes nothing the second time', async () => {
  const hq = await withChannels(['houston']);
  await appendTransaction(hq, 'houston', anOrder(await createCustomer(hq)));
  await synchronized(hq);
  const before = await salesOrders(hq);

  expect(countsOf(await synchronized(hq))).toEqual([{ done: 0, failed: 0 }]);
  expect(await salesOrders(hq)).toEqual(before);
});

test('an order that arrives before its customer waits, uses up no retries, and completes by itself', async () => {
  const hq = await withChannels(['houston', 'paris']);
  const uuid = randomUUID();
  const order = await appendTransaction(hq, 'houston', anOrder(uuid));
  for (const _ of [1, 2, 3, 4]) await synchronized(hq);
  expect(await statusOf(hq, order)).toEqual({
    status: 'WAITING',
    error_code: 'ASYNC_CUSTOMER_NOT_UPLOADED',
    try_count: 0,
    next_try_at: null,
  });

  await createCustomer(hq, { id: uuid, channel: 'paris' });
  await synchronized(hq);

  expect(await statusOf(hq, order)).toMatchObject({ status: 'SUCCEEDED', error_code: null });
  expect(await salesOrders(hq)).toMatchObject([{ customer_uuid: uuid, account_id: 'C00000001' }]);
});

test('an order that arrives before its delivery address waits for it', async () => {
  const hq = await withChannels(['houston']);
  const uuid = await createCustomer(hq);
  const address = randomUUID();
  const order = await appendTransaction(hq, 'houston', anOrder(uuid, { deliveryAddressUuid: address }));
  await synchronized(hq);
  expect(await statusOf(hq, order)).toMatchObject({ status: 'WAITING', error_code: 'ASYNC_ADDRESS_NOT_UPLOADED' });

  await hq.query(`mutation ($input: AddCustomerAddressInput!) { addCustomerAddress(input: $input) { __typename } }`, {
    input: { channel: 'houston', uuid, address: { id: address, city: 'Houston', country: 'US' } },
  });
  await synchronized(hq);

  expect(await statusOf(hq, order)).toMatchObject({ status: 'SUCCEEDED' });
});

test('an order whose customer cannot be synchronized is set aside, others go on, and it completes when the customer is mended', async () => {
  const hq = await withChannels(['houston']);
  const bad = randomUUID();
  await appendOperation(hq, 'houston', { uuid: bad, payload: { customer: aBody({ email: 'nobody' }) } });
  const order = await appendTransaction(hq, 'houston', anOrder(bad));
  const good = await appendTransaction(hq, 'houston', anOrder(await createCustomer(hq)));

  expect(countsOf(await synchronized(hq))).toEqual([{ done: 1, failed: 1 }]);
  expect(await statusOf(hq, good)).toMatchObject({ status: 'SUCCEEDED' });
  expect(await statusOf(hq, order)).toMatchObject({
    status: 'FAILED',
    error_code: 'ASYNC_CUSTOMER_SYNC_FAILED',
    try_count: 0,
  });

  const { customerOperations } = await hq.query('{ customerOperations(states: [FAILED]) { edges { node { id } } } }');
  const { id } = customerOperations.edges[0].node;
  await hq.query(
    `mutation ($input: CorrectCustomerOperationInput!) { correctCustomerOperation(input: $input) { __typename } }`,
    { input: { id, email: 'ada@example.com' } },
  );
  await synchronized(hq);

  expect(await statusOf(hq, order)).toMatchObject({ status: 'SUCCEEDED', error_code: null });
});

test('two orders for one new customer, at the same time as the customer job: one account ID', async () => {
  const hq = await withChannels(['houston']);
  const uuid = await createCustomer(hq);
  for (const _ of [1, 2]) await appendTransaction(hq, 'houston', anOrder(uuid));
  await run(hq, 'runPJob');
  await ask(hq, 'runSynchronizeOrders');
  await ask(hq, 'runSynchronizeCustomers');
  await Promise.all([hq.worker.drain(), hq.worker.drain()]);

  expect((await salesOrders(hq)).map((row) => row.account_id)).toEqual(['C00000001', 'C00000001']);
  expect(await countOf(hq.hq, 'customer')).toBe(1);
  expect(await rowsOf(hq.hq, `select next_number from number_sequence where name = 'customer-account'`)).toEqual([
    { next_number: 2 },
  ]);
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

  expect(await statusOf(hq, good)).toMatchObject({ status: 'SUCCEEDED' });
  expect(await statusOf(hq, bad)).toMatchObject({ status: 'FAILED', error_code: 'INVALID_INPUT', next_try_at: null });
  expect((await rowsOf(hq.hq, 'select error from retail_transaction where uuid = $1', [bad]))[0].error).toMatch(reason);
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
  expect(await statusOf(hq, good)).toMatchObject({ status: 'SUCCEEDED' });
  expect(await statusOf(hq, bad)).toMatchObject({
    status: 'FAILED',
    try_count: 1,
    error_code: 'INTERNAL',
    next_try_at: '2026-11-22T10:00:35.000Z',
  });

  time.pass(5_000);
  await synchronized(hq);
  expect(await statusOf(hq, bad)).toMatchObject({ try_count: 2, next_try_at: '2026-11-22T10:00:55.000Z' });
  time.pass(20_000);
  await synchronized(hq);
  expect(await statusOf(hq, bad)).toMatchObject({ status: 'FAILED', try_count: 3, next_try_at: null });
  time.pass(3_600_000);
  await synchronized(hq);
  expect(await statusOf(hq, bad)).toMatchObject({ try_count: 3 });
});

test('numbers that ran out stop the job with a clear error; after an extension every order gets its number, in order', async () => {
  const hq = await withChannels(['houston']);
  const uuid = await createCustomer(hq);
  for (const _ of [1, 2, 3]) await appendTransaction(hq, 'houston', anOrder(uuid));
  await tamper(hq.hq, `update number_sequence set largest = 2 where name = 'sales-order'`);
  await synchronized(hq);
  expect((await salesOrders(hq)).map((row) => row.sales_order_id)).toEqual(['SO000000001', 'SO000000002']);
  expect(await synchronized(hq)).toMatchObject({ state: 'FAILED', errorCode: 'NUMBER_SEQUENCE_EXHAUSTED' });

  await hq.query(`mutation { updateNumberSequence(input: { name: "sales-order", largest: 1000 }) { __typename } }`);
  expect(await synchronized(hq)).toMatchObject({ state: 'SUCCEEDED' });
  expect((await salesOrders(hq)).map((row) => row.sales_order_id)).toEqual([
    'SO000000001',
    'SO000000002',
    'SO000000003',
  ]);
});

test('account IDs that ran out let orders of known customers go on', async () => {
  const hq = await withChannels(['houston']);
  const known = await createCustomer(hq);
  await run(hq);
  await tamper(hq.hq, `update number_sequence set largest = 1 where name = 'customer-account'`);
  const waiting = await appendTransaction(hq, 'houston', anOrder(await createCustomer(hq)));
  const ready = await appendTransaction(hq, 'houston', anOrder(known));
  await synchronized(hq);
  expect(await statusOf(hq, ready)).toMatchObject({ status: 'SUCCEEDED' });
  expect(await statusOf(hq, waiting)).toMatchObject({
    status: 'WAITING',
    error_code: 'NUMBER_SEQUENCE_EXHAUSTED',
    try_count: 0,
  });

  await tamper(hq.hq, `update number_sequence set largest = 10 where name = 'customer-account'`);
  await synchronized(hq);
  expect(await statusOf(hq, waiting)).toMatchObject({ status: 'SUCCEEDED' });
});

test('a transaction that two channel databases sent with the same UUID is made a sales order once', async () => {
  const hq = await withChannels(['houston', 'paris']);
  const uuid = await createCustomer(hq);
  const order = await appendTransaction(hq, 'houston', anOrder(uuid));
  await synchronized(hq);
  await appendTransaction(hq, 'paris', anOrder(uuid), order);
  await synchronized(hq);

  expect((await salesOrders(hq)).length).toBe(1);
  expect(await rowsOf(hq.hq, 'select channel, status, error_code from retail_transaction order by sequence')).toEqual([
    { channel: 'houston', status: 'SUCCEEDED', error_code: null },
    { channel: 'paris', status: 'FAILED', error_code: 'DUPLICATE_TRANSACTION' },
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

  expect(await statusOf(hq, early)).toMatchObject({ status: 'CANCELLED' });
  expect(await statusOf(hq, late)).toMatchObject({ status: 'CANCELLED' });
  expect(await salesOrders(hq)).toMatchObject([{ sales_order_id: 'SO000000001', status: 'CANCELLED' }]);
});
