import { expect, test } from 'vitest';
import { type Books, faultsOfBooks } from '../../src/demo/books.ts';
import type { DemoOrder } from '../../src/demo/orders.ts';

const parts = { channel: 'houston', businessDate: '2015-01-01', customerUuid: 'ada', addressUuid: 'home', lines: [] };
const order: DemoOrder = { ...parts, uuid: 'order', kind: 'ONLINE_ORDER', total: 69_910 };
const sale: DemoOrder = { ...parts, uuid: 'sale', kind: 'CASH_AND_CARRY', total: 3_499 };
const usd = (amount: string) => ({ total: { amount, currency: 'USD' } });
const known = { confirmationNumber: '', customerUuid: 'ada', error: null };

const client = {
  code: 'houston',
  recorded: new Map([order, sale].map((one) => [one.uuid, one])),
  received: new Map([['ada', { accountId: 'C1', at: 0 }]]),
  shifts: 1,
};

/** The books of one order and one sale, as they should be. */
const books = () => ({
  received: new Map([
    [
      'houston',
      [
        {
          ...known,
          uuid: 'order',
          kind: order.kind,
          status: 'SYNCHRONIZED',
          totals: usd('699.10'),
          salesOrder: of('SO1'),
        },
        { ...known, uuid: 'sale', kind: sale.kind, status: 'POSTED', totals: usd('34.99'), salesOrder: of('SO2') },
      ],
    ],
  ]),
  salesOrders: [
    { ...of('SO1'), origin: 'ORDER', totals: usd('699.10'), invoice: null },
    { ...of('SO2'), origin: 'STATEMENT', totals: usd('34.99'), invoice: { invoiceId: 'INV1' } },
  ],
  statements: [
    { statementId: 'ST1', type: 'TRANSACTIONAL', state: 'POSTED', transactionCount: 1, totals: usd('34.99') },
    {
      statementId: 'ST2',
      type: 'FINANCIAL',
      state: 'POSTED',
      shiftCount: 1,
      expected: usd('134.99').total,
      counted: usd('134.99').total,
      difference: usd('0.00').total,
    },
  ],
  attention: { total: 0, items: [] },
});
const of = (salesOrderId: string) => ({ salesOrderId, accountId: 'C1' });

/** Each of these must be found. */
const spoilt: [string, (all: ReturnType<typeof books>) => unknown][] = [
  ['an order is there twice', ({ received }) => of1(received).push(of1(received)[0]!)],
  ['an order is not there', ({ received }) => of1(received).shift()],
  ['a sale is not posted', ({ received }) => Object.assign(of1(received)[1]!, { status: 'FAILED' })],
  ['an order has no sales order', ({ received }) => Object.assign(of1(received)[0]!, { salesOrder: null })],
  [
    'an order went to another account',
    ({ received }) => Object.assign(of1(received)[0]!, { salesOrder: { salesOrderId: 'SO1', accountId: 'C2' } }),
  ],
  ['a sales order is there twice', ({ salesOrders }) => salesOrders.push(salesOrders[0]!)],
  [
    'a cent is missing in a sales order',
    ({ salesOrders }) => Object.assign(salesOrders[0]!, { totals: usd('699.09') }),
  ],
  [
    'an amount is in another currency',
    ({ statements }) => {
      statements[0]!.totals!.total.currency = 'CAD';
    },
  ],
  ['a sale has no invoice', ({ salesOrders }) => Object.assign(salesOrders[1]!, { invoice: null })],
  ['a statement is not posted', ({ statements }) => Object.assign(statements[0]!, { state: 'CALCULATED' })],
  [
    'less was counted than expected',
    ({ statements }) => Object.assign(statements[1]!, { counted: usd('134.98').total, difference: usd('-0.01').total }),
  ],
  ['something needs a person', ({ attention }) => Object.assign(attention, { total: 1 })],
];
const of1 = (received: ReturnType<typeof books>['received']) => received.get('houston')!;

const faults = (all: ReturnType<typeof books>) => faultsOfBooks(all as unknown as Books, [client], [order, sale]);

test('books in which everything is there once have no fault', () => {
  expect(faults(books())).toEqual([]);
});

test.each(spoilt)('the demo finds that %s', (_what, spoil) => {
  const all = books();
  spoil(all);
  expect(faults(all)).not.toEqual([]);
});

test('the demo finds that an order was never recorded', () => {
  expect(faultsOfBooks(books() as unknown as Books, [client], [order, sale, { ...order, uuid: 'other' }])).not.toEqual(
    [],
  );
});
