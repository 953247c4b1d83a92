import { expect, test } from 'vitest';
import { postingStates } from '../../src/data/hq/statement.ts';
import { lineOf } from '../../src/domain/transaction-rules.ts';
import { aClock, ask, countsOf, createCustomer, run, tamper, withChannels } from '../support/actions.ts';
import { onPostgres } from '../support/headquarters.ts';
import {
  balances,
  books,
  cents,
  lines,
  manySales,
  orderLinesOf,
  ordersOf,
  paidBy,
  partsOf,
  posted,
  saleOf,
  sell,
  settle,
  statementsOf,
  uneven,
  validated,
} from '../support/sales.ts';
import { transactionsOf } from '../support/statements.ts';

/** Ends a changed text that is to be JSON again. */
const onJson = onPostgres ? '::json' : '';

/** Whose sales were gathered, and how many, in the order of their sales orders. */
const gathered =
  '... on TransactionalStatement { aggregatedTransactions(first: 100) { edges { node { customer { uuid } transactionCount } } } }';

test('sales of a day go from upload to posted books that balance to the cent', async () => {
  const hq = await withChannels(['houston']);
  const sale = await sell(hq, {
    lines: lines({ quantity: 2_000, discount: 500, tax: 1_609 }, { sku: 'HL-1', quantity: 1_500, unitPrice: 333 }),
    charges: [{ line: 1, code: 'FREIGHT', amount: 999, tax: 82 }],
    // 195.00 + 16.09 + 5.00 (4.995) + 9.99 + 0.82
    payments: paidBy(['CASH', 20_000], ['GIFT_CARD', 2_690]),
  });
  await sell(hq);

  expect(countsOf(await validated(hq))).toEqual([{ done: 2, failed: 0 }]);
  expect(await run(hq, 'CALCULATE_STATEMENTS')).toMatchObject({ state: 'SUCCEEDED' });
  expect(await statementsOf(hq)).toEqual([
    {
      statementId: 'ST00000001',
      type: 'TRANSACTIONAL',
      channel: 'houston',
      businessDate: '2026-11-21',
      currency: 'USD',
      state: 'CALCULATED',
      errorCode: null,
      error: null,
      transactionCount: 2,
      total: 32_690,
      paid: 32_690,
    },
  ]);
  expect(countsOf(await run(hq, 'POST_STATEMENTS'))).toEqual([{ done: 1, failed: 0 }]);

  expect(await statementsOf(hq)).toMatchObject([{ state: 'POSTED', errorCode: null }]);
  expect(await saleOf(hq, sale)).toMatchObject({ status: 'POSTED' });
  expect(await ordersOf(hq)).toMatchObject([
    { salesOrderId: 'SO000000001', accountId: null, total: 32_690, status: 'INVOICED' },
  ]);
  expect(await uneven(hq)).toEqual([]);
  expect(await balances(hq)).toEqual({
    TENDER_CASH: 20_000,
    TENDER_CARD: 10_000,
    GIFT_CARD_LIABILITY: 2_690,
    DISCOUNTS: 500,
    REVENUE: -30_500,
    SALES_TAX: -1_691,
    CHARGE_INCOME: -999,
  });
  expect((await partsOf(hq, 'events(first: 100) { edges { node { event } } }')).map(({ event }) => event)).toEqual([
    'STARTED',
    'MARKED',
    'CALCULATED',
    'CHECKED',
    'AGGREGATED',
    'SALES_ORDERS_CREATED',
    'SALES_ORDERS_INVOICED',
    'DISCOUNTS_POSTED',
    'INCOME_EXPENSE_POSTED',
    'VOUCHERS_LINKED',
    'PAYMENTS_POSTED',
    'GIFT_CARDS_POSTED',
    'POSTED',
  ]);
});

test('the statements of a quiet day go through all their states in few transactions', async () => {
  const hq = await withChannels(['houston']);
  for (const businessDate of ['2026-11-19', '2026-11-20', '2026-11-21']) await sell(hq, { businessDate });
  await validated(hq);
  await run(hq, 'CALCULATE_STATEMENTS');
  const transactions = transactionsOf(hq.hq);
  await run(hq, 'POST_STATEMENTS');
  // The run itself is stored, claimed, and settled.
  expect(transactions()).toBeLessThanOrEqual(5);
  const events = await partsOf(hq, 'events(first: 100) { edges { node { event } } }');
  const reached = events.map(({ event }) => event).filter((event) => postingStates.includes(event));
  expect(reached).toEqual([...postingStates, ...postingStates, ...postingStates]);
});

test('sales are gathered by customer: named ones have orders of their own, all others one', async () => {
  const hq = await withChannels(['houston']);
  const [ada, mary] = [await createCustomer(hq), await createCustomer(hq, { name: { first: 'Mary', last: 'Lamb' } })];
  for (const customer of [ada, null, mary, ada, null]) await sell(hq, { customerUuid: customer });
  await posted(hq);

  const orders = await ordersOf(hq);
  expect(orders.map(({ accountId, total }) => [accountId, total]).sort()).toEqual([
    [null, 20_000],
    ['C00000001', 20_000],
    ['C00000002', 10_000],
  ]);
  // Two bicycles for one price are one line.
  const ofAda = orders.find(({ accountId }) => accountId === 'C00000001')!;
  expect(await orderLinesOf(hq, ofAda.salesOrderId)).toMatchObject([{ sku: 'BK-1', quantity: '2', total: 20_000 }]);
  expect(await balances(hq)).toEqual({ TENDER_CARD: 50_000, REVENUE: -50_000 });
});

test('sales that name nobody are posted for the default customer of the channel', async () => {
  const hq = await withChannels(['houston']);
  const walkIn = await createCustomer(hq, { name: { first: 'Walk', last: 'In' } });
  await run(hq, 'CONVERSION');
  await settle(hq, { defaultCustomerUuid: walkIn });
  await sell(hq);
  await posted(hq);
  expect(await ordersOf(hq)).toMatchObject([{ accountId: 'C00000001', total: 10_000 }]);
});

test('a return posts on the other side, and debits and credits are never negative', async () => {
  const hq = await withChannels(['houston']);
  await sell(hq, { lines: lines({ tax: 825 }) });
  await sell(hq, {
    lines: lines({ quantity: -2_000, discount: -1_000, tax: -1_568 }),
    charges: [{ line: 1, code: 'FEE', amount: -100, tax: 0 }],
    payments: paidBy(['GIFT_CARD', -20_668]),
  });
  await posted(hq);

  expect(await statementsOf(hq)).toMatchObject([{ state: 'POSTED', total: 10_825 - 20_668 }]);
  expect(await balances(hq)).toEqual({
    TENDER_CARD: 10_825,
    GIFT_CARD_LIABILITY: -20_668,
    REVENUE: 10_000,
    DISCOUNTS: -1_000,
    SALES_TAX: 743,
    CHARGE_INCOME: 100,
  });
  expect(await uneven(hq)).toEqual([]);
  const entries = await partsOf(
    hq,
    'journalEntries(first: 100) { edges { node { debit { amount } credit { amount } } } }',
  );
  for (const { debit, credit } of entries) {
    expect(Math.min(cents(debit), cents(credit))).toBe(0);
    expect(Math.max(cents(debit), cents(credit))).toBeGreaterThan(0);
  }
  expect(entries.length).toBeGreaterThan(0);
});

test('an anonymous sale and one that names the default customer share an order, and their place among the others does not depend on the database', async () => {
  const hq = await withChannels(['houston'], { settings: { BATCH_SIZE: '2' } });
  const names = ['10000000-0000-4000-8000-000000000000', '20000000-0000-4000-8000-000000000000'];
  const [walkIn, ada] = [
    await createCustomer(hq, { uuid: names[1], name: { first: 'Walk', last: 'In' } }),
    await createCustomer(hq, { uuid: names[0] }),
  ];
  await run(hq, 'CONVERSION');
  await settle(hq, { defaultCustomerUuid: walkIn });
  for (const customer of [null, walkIn, ada, null, ada, walkIn]) await sell(hq, { customerUuid: customer });
  await posted(hq);
  expect(await partsOf(hq, gathered)).toEqual([
    { customer: { uuid: ada }, transactionCount: 2 },
    { customer: { uuid: walkIn }, transactionCount: 4 },
  ]);
});

test('without a default customer, sales that name nobody come first on either database', async () => {
  const hq = await withChannels(['houston'], { settings: { BATCH_SIZE: '2' } });
  const ada = await createCustomer(hq);
  for (const customer of [ada, null, ada, null, null]) await sell(hq, { customerUuid: customer });
  await posted(hq);
  expect(await partsOf(hq, gathered)).toEqual([
    { customer: null, transactionCount: 3 },
    { customer: { uuid: ada }, transactionCount: 2 },
  ]);
});

test('returns are never put together with sales, nor prices with tax with prices without', async () => {
  const hq = await withChannels(['houston'], { settings: { BATCH_SIZE: '2' } });
  const taxed = (quantity: number) => ({
    pricesIncludeTax: true,
    lines: [
      lineOf(
        { line: 1, sku: 'BK-1', name: null, quantity, unitPrice: 10_000, discount: 0, tax: quantity, voided: false },
        true,
      ),
    ],
  });
  const kinds = [{}, { lines: lines({ quantity: -1_000 }) }, taxed(1_000), taxed(-1_000)];
  for (const kind of [...kinds, ...kinds]) await sell(hq, kind);
  await posted(hq);
  expect(await statementsOf(hq)).toMatchObject([{ state: 'POSTED', transactionCount: 8 }]);
  expect(
    await partsOf(
      hq,
      '... on TransactionalStatement { aggregatedTransactions { edges { node { isReturn pricesIncludeTax transactionCount totals { total { amount } } } } } }',
    ),
  ).toEqual([
    { isReturn: false, pricesIncludeTax: false, transactionCount: 2, totals: { total: { amount: '200.00' } } },
    { isReturn: false, pricesIncludeTax: true, transactionCount: 2, totals: { total: { amount: '200.00' } } },
    { isReturn: true, pricesIncludeTax: false, transactionCount: 2, totals: { total: { amount: '-200.00' } } },
    { isReturn: true, pricesIncludeTax: true, transactionCount: 2, totals: { total: { amount: '-200.00' } } },
  ]);
});

test('what an exchange took back is a line of its own beside what was sold at the same price', async () => {
  const hq = await withChannels(['houston']);
  await sell(hq, { lines: lines({ quantity: 3_000 }) });
  await sell(hq, { lines: lines({ quantity: -1_000 }, { sku: 'BK-2', quantity: 2_000 }) });
  await posted(hq);
  expect(await ordersOf(hq)).toHaveLength(1);
  expect(await orderLinesOf(hq)).toMatchObject([
    { line: 1, sku: 'BK-1', quantity: '3' },
    { line: 2, sku: 'BK-1', quantity: '-1' },
    { line: 3, sku: 'BK-2', quantity: '2' },
  ]);
});

test('a channel may have each return in an order of its own', async () => {
  const hq = await withChannels(['houston']);
  await settle(hq, { aggregateReturns: false });
  for (const quantity of [1_000, -1_000, 3_000, -1_000]) await sell(hq, { lines: lines({ quantity }) });
  await posted(hq);
  expect((await ordersOf(hq)).map(({ total }) => total)).toEqual([40_000, -10_000, -10_000]);
});

test('no sales order gathers more lines than the limit, and no sale is split', async () => {
  const hq = await withChannels(['houston'], { settings: { BATCH_SIZE: '2' } });
  await settle(hq, { aggregationLineLimit: 4 });
  for (const count of [2, 1, 2, 3, 6, 1])
    await sell(hq, { lines: lines(...Array.from({ length: count }, () => ({}))) });
  await posted(hq);
  expect(
    await partsOf(
      hq,
      '... on TransactionalStatement { aggregatedTransactions(first: 100) { edges { node { transactionCount lineCount } } } }',
    ),
  ).toEqual([
    { transactionCount: 2, lineCount: 3 },
    { transactionCount: 1, lineCount: 2 },
    { transactionCount: 1, lineCount: 3 },
    { transactionCount: 1, lineCount: 6 },
    { transactionCount: 1, lineCount: 1 },
  ]);
});

test('batches of any size make the same books', async () => {
  const posting = async (batchSize: string) => {
    const hq = await withChannels(['houston'], { settings: { BATCH_SIZE: batchSize } });
    await settle(hq, { aggregationLineLimit: 5, aggregateReturns: false });
    await manySales(hq);
    await posted(hq);
    return books(hq);
  };
  const whole = await posting('1000');
  expect(whole.statements).toMatchObject([{ state: 'POSTED' }, { state: 'POSTED' }]);
  expect(await posting('3')).toEqual(whole);
});

test('what was paid too little or too much, within the allowed difference, is posted as such', async () => {
  const hq = await withChannels(['houston']);
  await settle(hq, { maximumPaymentDifference: 5 });
  await sell(hq, { payments: paidBy(['CASH', 9_997]) });
  await sell(hq, { payments: paidBy(['CASH', 10_005]) });
  const short = await sell(hq, { payments: paidBy(['CASH', 9_994]) });
  await posted(hq);

  expect(await saleOf(hq, short)).toMatchObject({ status: 'FAILED', errorCode: 'VALIDATION_ERROR' });
  expect(await balances(hq)).toEqual({ TENDER_CASH: 20_002, REVENUE: -20_000, ROUNDING_DIFFERENCE: -2 });
});

test('running each job a second time changes nothing', async () => {
  const hq = await withChannels(['houston']);
  await manySales(hq);
  await posted(hq);
  const before = await books(hq);
  await posted(hq);
  expect(await books(hq)).toEqual(before);
});

test('sales that arrive during the day join the statement until it is posted, and the next one then', async () => {
  const hq = await withChannels(['houston']);
  await sell(hq);
  await validated(hq);
  await run(hq, 'CALCULATE_STATEMENTS');
  await sell(hq);
  await validated(hq);
  await run(hq, 'CALCULATE_STATEMENTS');
  expect(await statementsOf(hq)).toMatchObject([{ state: 'CALCULATED', transactionCount: 2 }]);

  await run(hq, 'POST_STATEMENTS');
  await sell(hq);
  await posted(hq);
  expect(await statementsOf(hq)).toMatchObject([
    { statementId: 'ST00000001', state: 'POSTED', transactionCount: 2 },
    { statementId: 'ST00000002', state: 'POSTED', transactionCount: 1 },
  ]);
});

test('statements are calculated and posted up to the business day asked for, by default the one that it is in the channel', async () => {
  const { clock } = aClock('2026-11-22T03:00:00.000Z');
  const hq = await withChannels(['houston'], { clock });
  for (const day of ['2026-11-20', '2026-11-21']) await sell(hq, { businessDate: day });
  await validated(hq);
  // A day that had not come when it was received: as an operator may correct it.
  await sell(hq, { businessDate: '2026-11-21' });
  await validated(hq);
  await tamper(hq.hq, `update retail_transaction set business_date = '2026-11-22' where sequence = 3`);

  await ask(hq, 'CALCULATE_STATEMENTS', undefined, '2026-11-20');
  await hq.worker.drain();
  expect(await statementsOf(hq)).toMatchObject([{ businessDate: '2026-11-20' }]);
  // Nine in the evening of the 21st in Houston.
  await run(hq, 'CALCULATE_STATEMENTS');
  expect((await statementsOf(hq)).map(({ businessDate }) => businessDate)).toEqual(['2026-11-20', '2026-11-21']);
  await ask(hq, 'POST_STATEMENTS', undefined, '2026-11-20');
  await hq.worker.drain();
  expect((await statementsOf(hq)).map(({ state }) => state)).toEqual(['POSTED', 'CALCULATED']);
});

test('each channel, day and currency has a statement of its own, the largest first', async () => {
  const hq = await withChannels(['houston', 'paris']);
  await sell(hq);
  for (const _ of [1, 2]) await sell(hq, {}, 'paris');
  await sell(hq, { currency: 'EUR' });
  await sell(hq, { businessDate: '2026-11-20' });
  await posted(hq);
  expect(await statementsOf(hq)).toMatchObject([
    { channel: 'paris', businessDate: '2026-11-21', currency: 'USD', transactionCount: 2, state: 'POSTED' },
    { channel: 'houston', businessDate: '2026-11-20', currency: 'USD', transactionCount: 1, state: 'POSTED' },
    { channel: 'houston', businessDate: '2026-11-21', currency: 'EUR', transactionCount: 1, state: 'POSTED' },
    { channel: 'houston', businessDate: '2026-11-21', currency: 'USD', transactionCount: 1, state: 'POSTED' },
  ]);
});

test('a sale whose customer failed stays out, and joins the next statement when the customer was mended', async () => {
  const hq = await withChannels(['houston']);
  const uuid = await createCustomer(hq);
  await tamper(
    await hq.channels.databaseOf('houston'),
    `update operation set payload = replace(cast(payload as text), 'PERSON', 'GHOST')${onJson}`,
  );
  const named = await sell(hq, { customerUuid: uuid });
  const other = await sell(hq);
  await posted(hq);
  expect(await saleOf(hq, named)).toMatchObject({ status: 'FAILED', errorCode: 'ASYNC_CUSTOMER_SYNC_FAILED' });
  expect(await saleOf(hq, other)).toMatchObject({ status: 'POSTED' });

  await tamper(
    hq.hq,
    `update customer_operation set state = 'PENDING', try_count = 0, payload = replace(cast(payload as text), 'GHOST', 'PERSON')${onJson}`,
  );
  await posted(hq);
  expect(await saleOf(hq, named)).toMatchObject({ status: 'POSTED', errorCode: null });
  expect(await ordersOf(hq)).toMatchObject([{ accountId: null }, { accountId: 'C00000001' }]);
});

test('amounts that somebody changed behind our back stop their statement before it is posted, and no other', async () => {
  const hq = await withChannels(['houston']);
  await sell(hq, { businessDate: '2026-11-19' });
  await sell(hq, { businessDate: '2026-11-20' });
  await sell(hq);
  await validated(hq);
  await run(hq, 'CALCULATE_STATEMENTS');
  await tamper(
    hq.hq,
    `update retail_transaction set paid = paid - 1 where business_date = '2026-11-19'`,
    `update statement set paid = paid - 1 where business_date = '2026-11-19'`,
    `update retail_transaction set gross = gross - 1 where business_date = '2026-11-20'`,
    `update statement set gross = gross - 1 where business_date = '2026-11-20'`,
  );
  await run(hq, 'POST_STATEMENTS');
  const found = await statementsOf(hq);
  expect(Object.fromEntries(found.map((row) => [row.businessDate, [row.state, row.errorCode]]))).toEqual({
    '2026-11-19': ['GIFT_CARDS_POSTED', 'STATEMENT_OUT_OF_BALANCE'],
    '2026-11-20': ['CALCULATED', 'STATEMENT_OUT_OF_BALANCE'],
    '2026-11-21': ['POSTED', null],
  });
});
