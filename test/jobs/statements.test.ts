import { expect, test } from 'vitest';
import { countsOf, createCustomer, rowsOf, run, withChannels } from '../support/actions.ts';
import {
  balances,
  books,
  lines,
  ordersOf,
  paidBy,
  posted,
  saleOf,
  sell,
  statementsOf,
  uneven,
  validated,
} from '../support/sales.ts';

test('sales of a day go from upload to posted books that balance to the cent', async () => {
  const hq = await withChannels(['houston']);
  const sale = await sell(hq, {
    lines: lines({ quantity: 2_000, discount: 500, tax: 1_609 }, { sku: 'HL-1', quantity: 1_500, unit_price: 333 }),
    charges: [{ line: 1, code: 'FREIGHT', amount: 999, tax: 82 }],
    // 195.00 + 16.09 + 5.00 (4.995) + 9.99 + 0.82
    payments: paidBy(['CASH', 20_000], ['GIFT_CARD', 2_690]),
  });
  await sell(hq);

  expect(countsOf(await validated(hq))).toEqual([{ done: 2, failed: 0 }]);
  expect(await run(hq, 'runCalculateStatements')).toMatchObject({ state: 'SUCCEEDED' });
  expect(await statementsOf(hq)).toEqual([
    {
      statement_id: 'ST00000001',
      type: 'TRANSACTIONAL',
      channel: 'houston',
      business_date: '2026-11-21',
      state: 'CALCULATED',
      error_code: null,
      transaction_count: 2,
      gross: 32_690,
      paid: 32_690,
    },
  ]);
  expect(await run(hq, 'runPostStatements')).toMatchObject({ state: 'SUCCEEDED' });

  expect(await statementsOf(hq)).toMatchObject([{ state: 'POSTED', error_code: null }]);
  expect(await saleOf(hq, sale)).toMatchObject({ status: 'POSTED' });
  expect(await ordersOf(hq)).toEqual([
    { sales_order_id: 'SO000000001', account_id: null, gross: 32_690, status: 'INVOICED' },
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
  expect((await rowsOf(hq.hq, 'select event from statement_event order by id')).map(({ event }) => event)).toEqual([
    'STARTED',
    'MARKED',
    'CALCULATED',
    'CHECKED',
    'AGGREGATED',
    'CUSTOMER_ORDER_CREATED',
    'CUSTOMER_ORDER_INVOICED',
    'DISCOUNTS_POSTED',
    'INCOME_EXPENSE_POSTED',
    'VOUCHERS_LINKED',
    'PAYMENTS_POSTED',
    'GIFT_CARDS_POSTED',
    'POSTED',
  ]);
});
