import { expect, test } from 'vitest';
import {
  clearStatement,
  deleteAggregatedTransaction,
  regenerateAggregatedTransactions,
  revalidateTransactions,
  updateStatementSettings,
} from '../../src/domain/statement.ts';
import { createCustomer, rowsOf, run, tamper, withChannels } from '../support/actions.ts';
import type { Headquarters } from '../support/headquarters.ts';
import {
  accept,
  balances,
  ordersOf,
  partsOf,
  posted,
  type Refusal,
  refuse,
  saleOf,
  sell,
  settle,
  statementsOf,
  uneven,
  validated,
} from '../support/sales.ts';

const who = { actor: 'ada', at: '2026-11-22T12:00:00.000Z' };

const idOf = async (hq: Headquarters, table = 'statement') =>
  Number((await rowsOf(hq.hq, `select id from ${table} order by id`))[0].id);

const audit = (hq: Headquarters) =>
  rowsOf(hq.hq, `select actor, action, subject, old_value, new_value from audit_entry where actor = 'ada' order by id`);

/** A system whose statement stopped because of this. */
async function stopped(refusal: Refusal, count = 2): Promise<Headquarters> {
  const hq = await withChannels(['houston']);
  await refuse(hq, refusal);
  for (let n = 0; n < count; n++) await sell(hq);
  await posted(hq);
  await accept(hq, refusal);
  return hq;
}

const noOrders: Refusal = { table: 'sales_order', when: 'row.gross <> 0' };
const noInvoices: Refusal = { table: 'invoice', when: 'row.gross <> 0' };

test('a calculated statement can be cleared: its sales can be corrected and join the next one', async () => {
  const hq = await withChannels(['houston']);
  const uuid = await sell(hq);
  await validated(hq);
  await run(hq, 'CALCULATE_STATEMENTS');
  const id = await idOf(hq);

  const cleared = await hq.hq.write((tx) => clearStatement(tx, id, who));
  expect(cleared).toMatchObject({ state: 'CLEARED', errorCode: null });
  expect(await saleOf(hq, uuid)).toMatchObject({ status: 'VALIDATED', statement: null });
  expect(await audit(hq)).toEqual([
    {
      actor: 'ada',
      action: 'CLEAR_STATEMENT',
      subject: `TransactionalStatement:${id}`,
      old_value: 'CALCULATED',
      new_value: 'CLEARED',
    },
  ]);
  expect(await rowsOf(hq.hq, `select actor, state from statement_event where event = 'CLEARED'`)).toEqual([
    { actor: 'ada', state: 'CLEARED' },
  ]);
  await posted(hq);
  expect(await statementsOf(hq)).toMatchObject([{ state: 'CLEARED' }, { state: 'POSTED', transactionCount: 1 }]);
});

test('a statement that is being posted, was posted or was cleared cannot be cleared', async () => {
  const hq = await stopped(noOrders);
  const id = await idOf(hq);
  const clear = () => hq.hq.write((tx) => clearStatement(tx, id, who));
  await expect(clear()).rejects.toMatchObject({ code: 'WRONG_STATE', message: expect.stringContaining('AGGREGATED') });
  await run(hq, 'POST_STATEMENTS');
  await expect(clear()).rejects.toMatchObject({ code: 'WRONG_STATE' });
  await tamper(hq.hq, `update statement set state = 'CLEARED'`);
  await expect(clear()).rejects.toMatchObject({ code: 'WRONG_STATE' });
  await expect(hq.hq.write((tx) => clearStatement(tx, 999, who))).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('aggregates can be made anew by other settings while there is no sales order', async () => {
  const hq = await stopped(noOrders, 3);
  expect(
    await partsOf(hq, '... on TransactionalStatement { aggregatedTransactions { edges { node { lineCount } } } }'),
  ).toEqual([{ lineCount: 3 }]);
  await settle(hq, { aggregationLineLimit: 2 });
  const statement = await idOf(hq);
  const again = await hq.hq.write((tx) => regenerateAggregatedTransactions(tx, statement, who));
  expect(again).toMatchObject({ state: 'CHECKED', errorCode: null });
  await run(hq, 'POST_STATEMENTS');
  expect((await ordersOf(hq)).map(({ total }) => total)).toEqual([20_000, 10_000]);
  expect(await statementsOf(hq)).toMatchObject([{ state: 'POSTED' }]);
});

test('aggregates stay when sales orders were made of them', async () => {
  const hq = await stopped(noInvoices);
  const id = await idOf(hq);
  await expect(hq.hq.write((tx) => regenerateAggregatedTransactions(tx, id, who))).rejects.toMatchObject({
    code: 'WRONG_STATE',
  });
  // Even when only some were, and the statement has not reached the state.
  await tamper(hq.hq, `update statement set state = 'AGGREGATED'`);
  await expect(hq.hq.write((tx) => regenerateAggregatedTransactions(tx, id, who))).rejects.toMatchObject({
    code: 'WRONG_STATE',
  });
});

test('the order of an aggregate that is not invoiced can be deleted: its sales join the next statement', async () => {
  const hq = await withChannels(['houston']);
  const ada = await createCustomer(hq);
  await refuse(hq, noInvoices);
  const [named, other] = [await sell(hq, { customerUuid: ada }), await sell(hq)];
  await posted(hq);
  await accept(hq, noInvoices);
  const aggregateOf = async (uuid: string) =>
    (await rowsOf(hq.hq, 'select aggregate_id from retail_transaction where uuid = $1', [uuid]))[0].aggregate_id;
  const aggregate = Number(await aggregateOf(named));

  const left = await hq.hq.write((tx) => deleteAggregatedTransaction(tx, aggregate, who));
  expect(left).toMatchObject({
    state: 'SALES_ORDERS_CREATED',
    errorCode: null,
    transactionCount: 1,
    gross: 10_000,
  });
  expect(await saleOf(hq, named)).toMatchObject({ status: 'RECEIVED', statement: null });
  expect(await aggregateOf(named)).toBeNull();
  expect(await ordersOf(hq)).toMatchObject([{ accountId: null }]);
  expect(await audit(hq)).toMatchObject([
    {
      action: 'DELETE_AGGREGATED_TRANSACTION',
      subject: 'TransactionalStatement:1',
      old_value: String(aggregate),
      new_value: null,
    },
  ]);

  await run(hq, 'POST_STATEMENTS');
  expect(await saleOf(hq, other)).toMatchObject({ status: 'POSTED' });
  await posted(hq);
  expect(await saleOf(hq, named)).toMatchObject({ status: 'POSTED' });
  expect(await statementsOf(hq)).toMatchObject([{ transactionCount: 1 }, { transactionCount: 1, state: 'POSTED' }]);
  expect(await balances(hq)).toEqual({ TENDER_CARD: 20_000, REVENUE: -20_000 });
  expect(await uneven(hq)).toEqual([]);
});

test('an order that was invoiced cannot be deleted', async () => {
  const hq = await stopped({ table: 'settlement', when: 'row.amount <> 0' });
  const aggregate = await idOf(hq, 'aggregated_transaction');
  const remove = () => hq.hq.write((tx) => deleteAggregatedTransaction(tx, aggregate, who));
  await expect(remove()).rejects.toMatchObject({ code: 'WRONG_STATE', message: expect.stringContaining('invoiced') });
  await run(hq, 'POST_STATEMENTS');
  await expect(remove()).rejects.toMatchObject({ code: 'WRONG_STATE' });
  expect(await statementsOf(hq)).toMatchObject([{ state: 'POSTED' }]);
});

test('a statement whose sales changed behind its back says so, and can be cleared and calculated again', async () => {
  const hq = await withChannels(['houston']);
  await sell(hq);
  await validated(hq);
  await run(hq, 'CALCULATE_STATEMENTS');
  await tamper(hq.hq, 'update retail_transaction set gross = gross + 1, net = net + 1');
  await run(hq, 'POST_STATEMENTS');
  expect(await statementsOf(hq)).toMatchObject([{ state: 'CALCULATED', errorCode: 'STATEMENT_TOTALS_CHANGED' }]);
  const statement = await idOf(hq);
  await hq.hq.write((tx) => clearStatement(tx, statement, who));
  await hq.hq.write((tx) => revalidateTransactions(tx, { sequences: [1] }, who));
  await posted(hq);
  expect(await statementsOf(hq)).toMatchObject([{ state: 'CLEARED' }, { state: 'POSTED' }]);
});

test('only sales that failed validation or are in no statement are validated again', async () => {
  const hq = await withChannels(['houston', 'paris']);
  await sell(hq);
  await posted(hq);
  const free = await sell(hq);
  const wrong = await sell(hq, { gross: 1 });
  const elsewhere = await sell(hq, {}, 'paris');
  await validated(hq);
  expect(await hq.hq.write((tx) => revalidateTransactions(tx, { channel: 'houston' }, who))).toBe(2);
  expect(await saleOf(hq, free)).toMatchObject({ status: 'RECEIVED' });
  expect(await saleOf(hq, wrong)).toMatchObject({ status: 'RECEIVED' });
  expect(await saleOf(hq, elsewhere)).toMatchObject({ status: 'VALIDATED' });
});

test('settings are checked, kept and audited; what is left out stays', async () => {
  const hq = await withChannels(['houston']);
  const update = (change: Parameters<typeof updateStatementSettings>[2]) =>
    hq.hq.write((tx) => updateStatementSettings(tx, 'houston', change, who));
  expect(await update({ maximumPaymentDifference: 5 })).toEqual({
    channel: 'houston',
    defaultCustomerUuid: null,
    maximumPaymentDifference: 5,
    maximumCountingDifference: null,
    aggregationLineLimit: 1_000,
    aggregateReturns: true,
    holdCode: 'ORDER_SYNC',
  });
  expect(await update({ aggregateReturns: false, maximumCountingDifference: 0 })).toMatchObject({
    maximumPaymentDifference: 5,
    aggregateReturns: false,
    maximumCountingDifference: 0,
  });
  expect(await audit(hq)).toMatchObject([
    { subject: 'Channel:houston', old_value: '0', new_value: '5' },
    { old_value: null, new_value: '0' },
    { old_value: 'true', new_value: 'false' },
  ]);
  for (const [change, path] of [
    [{ maximumPaymentDifference: -1 }, 'maximumPaymentDifference'],
    [{ aggregationLineLimit: 0 }, 'aggregationLineLimit'],
    [{ holdCode: 'no code' }, 'holdCode'],
    [{ defaultCustomerUuid: '7f3c1a52-1b7c-4c1e-9d38-2f4c8a6f0b11' }, 'defaultCustomerUuid'],
  ] as const)
    await expect(update(change)).rejects.toMatchObject({ code: 'INVALID_INPUT', inputPath: [path] });
});
