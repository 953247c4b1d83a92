import { expect, test } from 'vitest';
import type { TransactionBody } from '../../src/data/transaction-facts.ts';
import { MOST } from '../../src/domain/money.ts';
import {
  lineOf,
  readable,
  shapeViolations,
  totalsOf,
  violationsOfTransaction,
} from '../../src/domain/transaction-rules.ts';
import type { Violation } from '../../src/errors.ts';

const customer = '00000000-0000-4000-8000-000000000001';

function aBody(change: Partial<TransactionBody> = {}, pricesIncludeTax = false): TransactionBody {
  const given = {
    line: 1,
    sku: 'BK-1',
    name: null,
    quantity: 3_000,
    unitPrice: 1_999,
    discount: 99,
    tax: 471,
    voided: false,
  };
  const lines = change.lines ?? [lineOf(given, pricesIncludeTax)];
  const charges = change.charges ?? [{ line: 1, code: 'FREIGHT', amount: 500, tax: 40 }];
  const payments = change.payments ?? [{ line: 1, tender: 'CARD' as const, amount: 6_909 }];
  return {
    kind: 'ONLINE_ORDER',
    reference: '7K3M-9QXT-2BFD',
    customerUuid: customer,
    deliveryAddressUuid: null,
    businessDate: '2026-11-22',
    currency: 'USD',
    pricesIncludeTax: pricesIncludeTax,
    shiftUuid: null,
    register: null,
    staff: null,
    lines,
    charges,
    payments,
    ...totalsOf(lines, charges, payments),
    ...change,
  };
}

const aLine = (change: Record<string, unknown> = {}) => ({ ...aBody().lines[0]!, ...change });
const said = (violations: readonly Violation[]) =>
  violations.map(({ path, message }) => `${path.join('.')}: ${message}`);

test('a price without tax is a net price, and one with tax a gross price', () => {
  expect(aBody().lines[0]).toMatchObject({ net: 5_898, gross: 6_369 });
  expect(aBody({}, true).lines[0]).toMatchObject({ net: 5_427, gross: 5_898 });
});

test('the totals are the sums of lines, charges and payments', () => {
  const { net, discount, tax, charge, gross, paid, quantity } = aBody();
  expect({ net, discount, tax, charge, gross, paid, quantity }).toEqual({
    net: 5_898,
    discount: 99,
    tax: 511,
    charge: 500,
    gross: 6_909,
    paid: 6_909,
    quantity: 3_000,
  });
  expect(violationsOfTransaction(aBody())).toEqual([]);
});

test('a voided line counts nowhere', () => {
  const { lines } = aBody();
  const body = aBody({ lines: [...lines, { ...lines[0]!, line: 2, voided: true }] });
  expect(body).toMatchObject({ net: 5_898, quantity: 3_000, gross: 6_909 });
  expect(violationsOfTransaction(body)).toEqual([]);
});

test.each([
  ['nothing', null],
  ['a text', 'x'],
  ['a list', []],
  ['an empty object', {}],
])('%s is no transaction, and can be shown all the same', (_name, body) => {
  expect(shapeViolations(body)).not.toEqual([]);
  expect(readable(body)).toMatchObject({ lines: [], payments: [], gross: 0, customerUuid: null });
});

test.each<[string, Record<string, unknown>, string]>([
  ['an unknown kind', { kind: 'GIFT' }, 'kind'],
  ['a day that does not exist', { businessDate: '2026-02-30' }, 'businessDate'],
  ['an unknown currency', { currency: 'ZZZ' }, 'currency'],
  ['a fraction of a cent', { gross: 1.5 }, 'gross'],
  ['an amount as text', { net: '5898' }, 'net'],
  ['an amount without bounds', { paid: MOST + 1 }, 'paid'],
  ['lines that are no list', { lines: 'many' }, 'lines'],
  ['a line number twice', { lines: [aLine(), aLine()] }, 'lines'],
  ['a line number too high', { lines: [aLine({ line: 2 })] }, 'lines'],
  ['a price as text', { lines: [aLine({ unitPrice: '19.99' })] }, 'lines.0.unitPrice'],
  ['a SKU that is too long', { lines: [aLine({ sku: 'x'.repeat(61) })] }, 'lines.0.sku'],
  ['a SKU with a line break', { lines: [aLine({ sku: 'a\nb' })] }, 'lines.0.sku'],
  ['an unknown tender', { payments: [{ line: 1, tender: 'SHELLS', amount: 1 }] }, 'payments.0.tender'],
  ['a customer that is no UUID', { customerUuid: 'C00000001' }, 'customerUuid'],
])('%s is a matter of shape', (_name, change, path) => {
  const body = { ...aBody(), ...change };
  expect(shapeViolations(body).map((issue) => issue.path.join('.'))).toContain(path);
  expect(readable(body)).toMatchObject({ reference: '7K3M-9QXT-2BFD' });
});

test('1,001 lines are too many', () => {
  const lines = Array.from({ length: 1_001 }, (_, index) => aLine({ line: index + 1 }));
  expect(said(shapeViolations({ ...aBody(), lines }))).toEqual(['lines: must have at most 1000 lines']);
});

test.each<[string, Partial<TransactionBody>, string]>([
  ['a quantity of 0', { lines: [aLine({ quantity: 0 })] }, 'lines.0.quantity: must not be 0'],
  [
    'a negative price',
    { lines: [aLine({ unitPrice: -1 })] },
    'lines.0.unitPrice: must not be negative: a return has a negative quantity',
  ],
  [
    'a discount against the quantity',
    { lines: [aLine({ discount: -1 })] },
    'lines.0.discount: must have the sign of the quantity',
  ],
  ['a tax against the quantity', { lines: [aLine({ tax: -1 })] }, 'lines.0.tax: must have the sign of the quantity'],
  [
    'more discount than price',
    { lines: [aLine({ discount: 5_998 })] },
    'lines.0.discount: must not be more than the price of the line',
  ],
  [
    'a net amount that is not so',
    { lines: [aLine({ net: 5_899 })] },
    'lines.0.net: must be 58.98 for this price, quantity, discount, and tax',
  ],
  [
    'a return in an order',
    { lines: [aLine({ quantity: -1 })] },
    'lines.0.quantity: must be positive in an order: a return is a sale with a negative quantity',
  ],
  ['only voided lines', { lines: [aLine({ voided: true })] }, 'lines: must have a line that is not voided'],
  ['no lines', { lines: [] }, 'lines: must have a line that is not voided'],
  ['an order of nobody', { customerUuid: null }, 'customerUuid: an order needs a customer'],
  [
    'an address of nobody',
    { customerUuid: null, deliveryAddressUuid: customer },
    'deliveryAddressUuid: requires a customer',
  ],
  [
    'a tax against the charge',
    { charges: [{ line: 1, code: 'FREIGHT', amount: 5, tax: -1 }] },
    'charges.0.tax: must have the sign of the amount',
  ],
  ['a sum that is not so', { gross: 6_910 }, 'gross: must be 69.09, the total of the parts'],
  ['a quantity that is not so', { quantity: 1 }, 'quantity: must be 3, the total of the parts'],
])('%s is a matter of arithmetic', (_name, change, issue) => {
  const body = aBody(change);
  expect(shapeViolations(body)).toEqual([]);
  expect(said(violationsOfTransaction(body))).toContain(issue);
});

test('amounts whose product is too large are refused, not rounded', () => {
  const lines = [lineOf({ ...aLine(), unitPrice: MOST, quantity: MOST, discount: 0, tax: 0 }, false)];
  const body = { ...aBody(), lines };
  expect(violationsOfTransaction(body).length).toBeGreaterThan(0);
});

test('what is sound of a transaction is shown, and the rest is left out', () => {
  const lines = [aLine(), { line: 2, sku: 7 }] as unknown as TransactionBody['lines'];
  expect(readable({ ...aBody(), lines, currency: 12 })).toMatchObject({ currency: 'XXX', lines: [{ sku: 'BK-1' }] });
});
