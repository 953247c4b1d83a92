import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { aBody, appendOperation, createCustomer, run, tamper, withChannels } from '../../support/actions.ts';
import type { Answer, Headquarters } from '../../support/headquarters.ts';
import { receivedOf } from '../../support/sales.ts';
import { aLine, appendTransaction, aTransaction } from '../../support/transactions.ts';

const anOrder = (customerUuid: string, more = {}) =>
  aTransaction('ONLINE_ORDER', { customerUuid: customerUuid, ...more });

/** Uploads and synchronizes what the channels have. */
async function synchronize(hq: Headquarters) {
  await run(hq, 'P_JOB');
  await run(hq, 'SYNCHRONIZE_ORDERS');
}

const parts = `id uuid ... on Order { status } error { errorCode message } tryCount corrected totals { total { amount currency } }
  salesOrder { id salesOrderId holdCode accountId lines { sku quantity unitPrice { amount } } customer { uuid } order { uuid } }`;

const transaction = async (hq: Headquarters, uuid: string): Promise<Answer> =>
  (await hq.query(`query ($uuid: UUID!) { transaction(by: { uuid: $uuid }) { ${parts} } }`, { uuid })).transaction;

async function change(hq: Headquarters, field: string, input: Record<string, unknown>): Promise<Answer> {
  const type = `${field[0]!.toUpperCase()}${field.slice(1)}Input`;
  const named = ['beginEditingTransaction', 'releaseTransaction', 'retryTransaction'].includes(field)
    ? 'TransactionInput'
    : type;
  const data = await hq.query(
    `mutation ($input: ${named}!) { ${field}(input: $input) { __typename ... on Order { ${parts} } ... on Failure { errorCode message path } } }`,
    { input },
  );
  return data[field];
}

/** An order that was uploaded with totals that do not add up. */
async function aFailedOrder(hq: Headquarters) {
  const customer = await createCustomer(hq);
  const uuid = await appendTransaction(hq, 'houston', anOrder(customer, { gross: 1 }));
  await synchronize(hq);
  return transaction(hq, uuid);
}

test('an order is reachable from its customer, and its customer and transaction from the order', async () => {
  const hq = await withChannels(['houston']);
  const customer = await createCustomer(hq);
  const uuid = await appendTransaction(hq, 'houston', anOrder(customer));
  await synchronize(hq);

  expect(await transaction(hq, uuid)).toMatchObject({
    status: 'SYNCHRONIZED',
    totals: { total: { amount: '100.00', currency: 'USD' } },
    salesOrder: {
      salesOrderId: 'SO000000001',
      accountId: 'C00000001',
      lines: [{ sku: 'BK-1', quantity: '1', unitPrice: { amount: '100.00' } }],
      customer: { uuid: customer },
      order: { uuid },
    },
  });
  const { customer: found } = await hq.query(
    `query ($uuid: UUID!) { customer(by: { uuid: $uuid }) { salesOrders(first: 5) { edges { node { salesOrderId totals { total { amount } } } } } } }`,
    { uuid: customer },
  );
  expect(found.salesOrders.edges).toEqual([
    { node: { salesOrderId: 'SO000000001', totals: { total: { amount: '100.00' } } } },
  ]);
});

test('orders and transactions are listed by channel, status and customer, newest first', async () => {
  const hq = await withChannels(['houston', 'paris']);
  const customer = await createCustomer(hq);
  for (const channel of ['houston', 'paris', 'houston']) await appendTransaction(hq, channel, anOrder(customer));
  await appendTransaction(hq, 'paris', anOrder(customer, { gross: 1 }));
  await synchronize(hq);

  const { salesOrders, paris, failed } = await hq.query(`{
    salesOrders(first: 2) { edges { node { salesOrderId } } pageInfo { hasNextPage } }
    paris: salesOrders(filter: { channel: "paris", statuses: [OPEN], origin: ORDER, onHold: false }) { edges { node { salesOrderId } } }
    failed: orders(filter: { statuses: [FAILED] }) { edges { node { channel { code } error { errorCode } } } }
  }`);
  expect(salesOrders.edges.length).toBe(2);
  expect(salesOrders.pageInfo.hasNextPage).toBe(true);
  expect(paris.edges.length).toBe(1);
  expect(failed.edges).toEqual([{ node: { channel: { code: 'paris' }, error: { errorCode: 'INVALID_INPUT' } } }]);
});

test('a failed order that is corrected becomes a sales order, and the audit trail says who changed what', async () => {
  const hq = await withChannels(['houston']);
  const { id, uuid } = await aFailedOrder(hq);
  expect(
    await change(hq, 'editTransaction', {
      transaction: { id },
      lines: [{ line: 1, unitPrice: '90.5' }],
      payments: [{ line: 1, amount: '90.50' }],
    }),
  ).toMatchObject({
    status: 'RECEIVED',
    corrected: true,
    totals: { total: { amount: '90.50' } },
  });
  await synchronize(hq);

  expect(await transaction(hq, uuid)).toMatchObject({
    status: 'SYNCHRONIZED',
    salesOrder: { holdCode: null, lines: [{ unitPrice: { amount: '90.50' } }] },
  });
  const { transaction: audited } = await hq.query(
    `query ($uuid: UUID!) { transaction(by: { uuid: $uuid }) { auditTrail(first: 10) { edges { node { action field oldValue newValue actor } } } } }`,
    { uuid },
  );
  expect(audited.auditTrail.edges.map(({ node }: Answer) => node)).toEqual([
    { action: 'EDIT_TRANSACTION', field: 'gross', oldValue: '0.01', newValue: '90.50', actor: 'operator' },
    {
      action: 'EDIT_TRANSACTION',
      field: 'lines.1.unitPrice',
      oldValue: '100.00',
      newValue: '90.50',
      actor: 'operator',
    },
    {
      action: 'EDIT_TRANSACTION',
      field: 'payments.1.amount',
      oldValue: '100.00',
      newValue: '90.50',
      actor: 'operator',
    },
  ]);
});

test('a correction must keep the rules, or nothing changes', async () => {
  const hq = await withChannels(['houston']);
  const { id, uuid } = await aFailedOrder(hq);
  expect(
    await change(hq, 'editTransaction', { transaction: { id }, lines: [{ line: 1, quantity: '-1' }] }),
  ).toMatchObject({
    errorCode: 'INVALID_INPUT',
  });
  expect(
    await change(hq, 'editTransaction', { transaction: { id }, lines: [{ line: 1, unitPrice: '1.005' }] }),
  ).toMatchObject({
    errorCode: 'INVALID_INPUT',
    path: ['lines', '0', 'unitPrice'],
  });
  expect(await transaction(hq, uuid)).toMatchObject({ status: 'FAILED', corrected: false });
});

test('every violation of a correction is named where the correction has it', async () => {
  const hq = await withChannels(['houston']);
  const customerUuid = await createCustomer(hq);
  const lines = [aLine(), aLine({ line: 2 }), aLine({ line: 3, unitPrice: -1 })];
  const uuid = await appendTransaction(hq, 'houston', anOrder(customerUuid, { lines }));
  await synchronize(hq);
  const { editTransaction } = await hq.query(
    `mutation ($input: EditTransactionInput!) { editTransaction(input: $input) { ... on InvalidInput { violations { path message } } } }`,
    {
      input: {
        transaction: { uuid },
        lines: [
          { line: 2, quantity: '-1' },
          { line: 1, unitPrice: '1.005' },
          { line: 4, sku: 'A' },
        ],
        payments: [{ line: 1, amount: '0.001' }],
        businessDate: '2199-01-01',
      },
    },
  );
  const found = editTransaction.violations.map(({ path, message }: Answer) => `${path.join('.')}: ${message}`);
  const amount = 'must be an amount in USD with at most 2 decimals, at most one trillion minor units';
  expect(found.toSorted()).toEqual([
    expect.stringMatching(/^businessDate: must not be after/),
    'lines.0.quantity: must be positive in an order: a return is a sale with a negative quantity',
    `lines.1.unitPrice: ${amount}`,
    'lines.2.quantity: must not be 0',
    'lines: line 3: unitPrice: must not be negative: a return has a negative quantity',
    `payments.0.amount: ${amount}`,
  ]);
});

test('a corrected order is put on hold by choice, until it is released', async () => {
  const hq = await withChannels(['houston']);
  const { id, uuid } = await aFailedOrder(hq);
  await change(hq, 'editTransaction', { transaction: { id }, businessDate: '2026-11-20', hold: true });
  await synchronize(hq);
  const { salesOrder } = await transaction(hq, uuid);
  expect(salesOrder.holdCode).toBe('ORDER_SYNC');

  const { releaseSalesOrder } = await hq.query(
    `mutation ($id: ID!) { releaseSalesOrder(input: { id: $id }) { ... on SalesOrder { holdCode } } }`,
    { id: salesOrder.id },
  );
  expect(releaseSalesOrder).toEqual({ holdCode: null });
});

test('an order that somebody is editing is left alone by the jobs until it is saved or released', async () => {
  const hq = await withChannels(['houston']);
  const customer = await createCustomer(hq);
  const uuid = await appendTransaction(hq, 'houston', anOrder(customer));
  await run(hq, 'P_JOB');
  const { id } = await transaction(hq, uuid);
  expect(await change(hq, 'beginEditingTransaction', { transaction: { id } })).toMatchObject({ status: 'EDITING' });
  await synchronize(hq);
  expect(await transaction(hq, uuid)).toMatchObject({ status: 'EDITING', salesOrder: null });
  expect(await change(hq, 'retryTransaction', { transaction: { id } })).toMatchObject({ errorCode: 'WRONG_STATE' });

  expect(await change(hq, 'releaseTransaction', { transaction: { id } })).toMatchObject({ status: 'RECEIVED' });
  await synchronize(hq);
  expect(await transaction(hq, uuid)).toMatchObject({ status: 'SYNCHRONIZED' });
  expect(await change(hq, 'editTransaction', { transaction: { id }, businessDate: '2026-11-20' })).toMatchObject({
    errorCode: 'WRONG_STATE',
  });
});

test('a voided order never becomes a sales order', async () => {
  const hq = await withChannels(['houston']);
  const { id, uuid } = await aFailedOrder(hq);
  expect(await change(hq, 'voidTransaction', { transaction: { id }, reason: ' ' })).toMatchObject({
    errorCode: 'INVALID_INPUT',
  });
  expect(await change(hq, 'voidTransaction', { transaction: { id }, reason: 'entered twice' })).toMatchObject({
    status: 'VOIDED',
  });
  await synchronize(hq);
  expect(await transaction(hq, uuid)).toMatchObject({ status: 'VOIDED', salesOrder: null });
  expect(await change(hq, 'retryTransaction', { transaction: { id } })).toMatchObject({ errorCode: 'WRONG_STATE' });
});

test('all failed orders of a channel are retried at once', async () => {
  const hq = await withChannels(['houston']);
  await aFailedOrder(hq);
  await aFailedOrder(hq);
  const { retryFailedTransactions } = await hq.query(
    `mutation { retryFailedTransactions(input: { channel: "houston" }) { ... on RetriedTransactions { count } } }`,
  );
  expect(retryFailedTransactions.count).toBe(2);
  expect((await receivedOf(hq)).map(({ status }) => status)).toEqual(['RECEIVED', 'RECEIVED']);
});

const attentionDocument = `attention { total counts { kind count } items(first: 10) { nodes { kind subject name reason message toDo channel { code } } } }`;

test('one question answers everything that needs a person, worst first, with what to do', async () => {
  const hq = await withChannels(['houston']);
  expect((await hq.query(`{ ${attentionDocument} }`)).attention).toEqual({
    total: 0,
    counts: [],
    items: { nodes: [] },
  });

  const failed = await aFailedOrder(hq);
  await appendOperation(hq, 'houston', { uuid: randomUUID(), payload: { customer: aBody({ email: 'nobody' }) } });
  await appendTransaction(hq, 'houston', anOrder(randomUUID(), { lines: [aLine()] }));
  await run(hq);
  await run(hq, 'SYNCHRONIZE_ORDERS');
  await tamper(hq.hq, `update number_sequence set largest = 500 where name = 'invoice'`);

  const { attention } = await hq.query(`{ ${attentionDocument} }`);
  // What has waited for a moment only waits normally.
  expect(attention.counts).toEqual([
    { kind: 'NUMBER_SEQUENCE_LOW', count: 1 },
    { kind: 'CUSTOMER_OPERATION_FAILED', count: 1 },
    { kind: 'TRANSACTION_FAILED', count: 1 },
  ]);
  expect(attention.items.nodes[2]).toMatchObject({
    subject: failed.id,
    reason: 'INVALID_INPUT',
    channel: { code: 'houston' },
  });
  for (const { subject } of attention.items.nodes.filter((item: Answer) => item.subject)) {
    expect((await hq.query(`query ($id: ID!) { node(id: $id) { id } }`, { id: subject })).node).toEqual({
      id: subject,
    });
  }
});

test('the subscription tells what needs a person as it is now, and again when it is mended', async () => {
  const hq = await withChannels(['houston']);
  const { id } = await aFailedOrder(hq);
  const attention = hq.subscribe<Answer>(
    `subscription { attention(filter: { channel: "houston" }) { total counts { kind count } } }`,
  );
  expect((await attention.next()).attention).toEqual({ total: 1, counts: [{ kind: 'TRANSACTION_FAILED', count: 1 }] });
  await change(hq, 'voidTransaction', { transaction: { id }, reason: 'entered twice' });
  expect((await attention.next()).attention).toEqual({ total: 0, counts: [] });
});

test('a page of orders with customers, lines and transactions costs the same number of statements however long it is', async () => {
  const hq = await withChannels(['houston']);
  const { statementsOf } = await import('../../support/statements.ts');
  const customer = await createCustomer(hq);
  for (let index = 0; index < 12; index++) await appendTransaction(hq, 'houston', anOrder(customer));
  await synchronize(hq);
  const document = (first: number) =>
    `{ salesOrders(first: ${first}) { edges { node { customer { uuid salesOrders(first: 2) { edges { node { id } } } } lines { sku } order { uuid status } } } } }`;
  const seen = statementsOf(hq.hq);
  await hq.query(document(2));
  const few = seen.length;
  await hq.query(document(12));
  expect(seen.length - few).toBe(few);
});
