import { expect, test } from 'vitest';
import type { JobName } from '../../schema/operations.ts';
import { ask, countsOf, rowsOf, run, tamper, withChannels } from '../support/actions.ts';
import {
  accept,
  books,
  manySales,
  ordersOf,
  partsOf,
  posted,
  type Refusal,
  refuse,
  sell,
  settle,
  statementsOf,
  validated,
} from '../support/sales.ts';

/** What fails on the way to each state, and the state that the statements are in then. */
const failures: [string, string, Refusal][] = [
  ['MARKED', 'STARTED', { table: 'retail_transaction', when: 'row.statement_id is not null' }],
  ['CALCULATED', 'MARKED', { table: 'statement', when: 'row.gross <> 0' }],
  ['CHECKED', 'CALCULATED', { table: 'statement', when: `row.state = 'CHECKED'` }],
  ['AGGREGATED', 'CHECKED', { table: 'aggregated_transaction', when: 'row.line_count > 1' }],
  ['SALES_ORDERS_CREATED', 'AGGREGATED', { table: 'sales_order', when: `row.status = 'OPEN'` }],
  ['SALES_ORDERS_INVOICED', 'SALES_ORDERS_CREATED', { table: 'invoice', when: 'row.gross <> 0' }],
  ['DISCOUNTS_POSTED', 'SALES_ORDERS_INVOICED', { table: 'journal_entry', when: `row.account = 'DISCOUNTS'` }],
  ['INCOME_EXPENSE_POSTED', 'DISCOUNTS_POSTED', { table: 'journal_entry', when: `row.account = 'CHARGE_INCOME'` }],
  ['VOUCHERS_LINKED', 'INCOME_EXPENSE_POSTED', { table: 'settlement', when: `row.tender = 'GIFT_CARD'` }],
  ['PAYMENTS_POSTED', 'VOUCHERS_LINKED', { table: 'journal_entry', when: `row.account = 'TENDER_CASH'` }],
  ['GIFT_CARDS_POSTED', 'PAYMENTS_POSTED', { table: 'journal_entry', when: `row.account = 'GIFT_CARD_LIABILITY'` }],
  ['POSTED', 'GIFT_CARDS_POSTED', { table: 'retail_transaction', when: `row.status = 'POSTED'` }],
];

test('a statement that fails on the way to a state goes on there, to the same books as one that was never interrupted', async () => {
  const hq = await withChannels(['houston'], { settings: { BATCH_SIZE: '3' } });
  await settle(hq, { aggregationLineLimit: 4 });
  await manySales(hq);
  await posted(hq);
  const uninterrupted = await books(hq);

  const interrupted = await withChannels(['houston'], { settings: { BATCH_SIZE: '3' } });
  await settle(interrupted, { aggregationLineLimit: 4 });
  await manySales(interrupted);
  await validated(interrupted);
  for (const [, state, refusal] of failures) {
    await refuse(interrupted, refusal);
    await run(interrupted, 'CALCULATE_STATEMENTS');
    await run(interrupted, 'POST_STATEMENTS');
    expect(await statementsOf(interrupted)).toMatchObject([
      { state, errorCode: 'INTERNAL' },
      { state, errorCode: 'INTERNAL' },
    ]);
    await accept(interrupted, refusal);
  }
  await run(interrupted, 'POST_STATEMENTS');
  expect(await books(interrupted)).toEqual(uninterrupted);
});

test('a failing statement does not stop another, and does not lose what it reached', async () => {
  const hq = await withChannels(['houston']);
  for (const day of ['2026-11-18', '2026-11-19', '2026-11-20', '2026-11-21']) await sell(hq, { businessDate: day });
  const refusal = { table: 'invoice', when: `row.invoice_date = '2026-11-19'` };
  await refuse(hq, refusal);
  await validated(hq);
  await run(hq, 'CALCULATE_STATEMENTS');
  expect(countsOf(await run(hq, 'POST_STATEMENTS'))).toEqual([{ done: 3, failed: 1 }]);
  const failed = { state: 'SALES_ORDERS_CREATED', errorCode: 'INTERNAL' };
  const done = { state: 'POSTED', errorCode: null };
  expect(await statementsOf(hq)).toMatchObject([done, failed, done, done]);
  expect(await rowsOf(hq.hq, `select state, detail from statement_event where event = 'FAILED'`)).toEqual([
    {
      state: 'SALES_ORDERS_CREATED',
      detail: 'INTERNAL: The database refused this statement. See the headquarters log.',
    },
  ]);

  await accept(hq, refusal);
  await run(hq, 'POST_STATEMENTS');
  expect(await statementsOf(hq)).toMatchObject([done, done, done, done]);
  // No number was lost.
  const invoices = await partsOf(
    hq,
    '... on TransactionalStatement { invoices { edges { node { invoiceDate invoiceId } } } }',
  );
  expect(Object.fromEntries(invoices.map(({ invoiceDate, invoiceId }) => [invoiceDate, invoiceId]))).toEqual({
    '2026-11-18': 'INV000000001',
    '2026-11-19': 'INV000000004',
    '2026-11-20': 'INV000000002',
    '2026-11-21': 'INV000000003',
  });
  expect(invoices).toHaveLength(4);
});

test.each([
  ['sales-order', 'AGGREGATED'],
  ['invoice', 'SALES_ORDERS_CREATED'],
])('a statement for which the sequence %s has no numbers says so, and goes on when it was extended', async (name, state) => {
  const hq = await withChannels(['houston']);
  await tamper(hq.hq, `update number_sequence set largest = 1 where name = '${name}'`);
  for (const day of ['2026-11-20', '2026-11-21']) await sell(hq, { businessDate: day });
  expect(await posted(hq)).toMatchObject({ state: 'SUCCEEDED' });
  expect(await statementsOf(hq)).toMatchObject([
    { state: 'POSTED', errorCode: null },
    { state, errorCode: 'NUMBER_SEQUENCE_EXHAUSTED' },
  ]);

  await tamper(hq.hq, `update number_sequence set largest = 9 where name = '${name}'`);
  await run(hq, 'POST_STATEMENTS');
  expect(await statementsOf(hq)).toMatchObject([{ state: 'POSTED' }, { state: 'POSTED', errorCode: null }]);
  expect(await ordersOf(hq)).toMatchObject([
    { salesOrderId: 'SO000000001', invoiceId: 'INV000000001' },
    { salesOrderId: 'SO000000002', invoiceId: 'INV000000002' },
  ]);
});

test('statements for which no number is left are calculated after the sequence was extended', async () => {
  const hq = await withChannels(['houston']);
  await tamper(hq.hq, `update number_sequence set largest = 1 where name = 'statement'`);
  for (const day of ['2026-11-20', '2026-11-21']) await sell(hq, { businessDate: day });
  await validated(hq);
  expect(await run(hq, 'CALCULATE_STATEMENTS')).toMatchObject({
    state: 'FAILED',
    errorCode: 'NUMBER_SEQUENCE_EXHAUSTED',
  });
  expect(await statementsOf(hq)).toMatchObject([{ statementId: 'ST00000001', state: 'CALCULATED' }]);

  await tamper(hq.hq, `update number_sequence set largest = 99 where name = 'statement'`);
  await posted(hq);
  expect(await statementsOf(hq)).toMatchObject([
    { statementId: 'ST00000001', state: 'POSTED' },
    { statementId: 'ST00000002', state: 'POSTED' },
  ]);
});

test('two runs that work on the same statements at the same time make the same books as one', async () => {
  const alone = await withChannels(['houston'], { settings: { BATCH_SIZE: '3' } });
  await manySales(alone);
  await posted(alone);
  const hq = await withChannels(['houston'], { settings: { BATCH_SIZE: '3' } });
  await manySales(hq);
  const atOnce = async (job: JobName) => {
    await ask(hq, job);
    await ask(hq, job, ['houston']);
    await Promise.all([hq.worker.drain(), hq.worker.drain()]);
  };
  await run(hq, 'P_JOB');
  await atOnce('VALIDATE_TRANSACTIONS');
  await atOnce('CALCULATE_STATEMENTS');
  await atOnce('POST_STATEMENTS');
  const { jobRuns } = await hq.query('{ jobRuns(first: 10) { edges { node { state error { message } } } } }');
  for (const { node } of jobRuns.edges) expect(node).toEqual({ state: 'SUCCEEDED', error: null });
  expect(await books(hq)).toEqual(await books(alone));
});
