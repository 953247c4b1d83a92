import { z } from 'zod';
import {
  type TransactionBody,
  type TransactionCharge,
  type TransactionLine,
  type TransactionPayment,
  type TransactionTotals,
  tenders,
  transactionKinds,
} from '../data/transaction-facts.ts';
import { businessDays, outside } from './business-day.ts';
import { type Issue, issuesWith } from './issue.ts';
import { decimalOf, MOST, quantityOf, timesQuantity } from './money.ts';
import { calendarDay, currencyCode, plainText, uuidRule } from './rules.ts';

/*
 * One set of rules for a transaction, applied twice: in the channel when it is recorded, and at headquarters before anything is made of it,
 * because a channel database may hold what other software wrote. The shape comes first: only what has it can be calculated with, here and
 * in SQL. The arithmetic is checked apart from it, because headquarters reports what is wrong with a sale by named rules.
 */

export const MOST_LINES = 1_000;
export const MOST_PAYMENTS = 100;
export const MOST_CHARGES = 100;

const whole = (what: string) =>
  z.int(`must be a whole number of ${what}`).min(-MOST, 'is too large').max(MOST, 'is too large');
const amount = whole('minor units');
const quantity = whole('thousandths');

const text = (longest: number) => plainText(longest).refine((value) => value.trim() !== '', 'must not be empty');
const number = z.int('must be a whole number').min(1, 'must be 1 or more');

export const businessDate = calendarDay('2026-11-22');
export const registerCode = text(40);
export const staffCode = text(100);

const line = z.object({
  line: number,
  sku: text(60),
  name: plainText(200).nullable(),
  quantity,
  unitPrice: amount,
  discount: amount,
  tax: amount,
  net: amount,
  gross: amount,
  voided: z.boolean(),
});

const charge = z.object({
  line: number,
  code: plainText(40).regex(/^[A-Za-z][A-Za-z0-9_-]*$/, 'must be a code such as FREIGHT'),
  amount,
  tax: amount,
});

const tender = z.enum(tenders);
const payment = z.object({ line: number, tender, amount });

/** Numbered 1, 2, 3 …, each once. */
const numbered = <Row extends z.ZodType<{ line: number }>>(row: Row, most: number, what: string) =>
  z
    .array(row)
    .max(most, `must not be more than ${most} ${what}`)
    .refine(
      (all) => new Set(all.map(({ line }) => line)).size === all.length && all.every(({ line }) => line <= all.length),
      'must be numbered 1, 2, 3 …, each once',
    );

const shape = z.object({
  kind: z.enum(transactionKinds),
  reference: text(60),
  customerUuid: uuidRule.nullable(),
  deliveryAddressUuid: uuidRule.nullable(),
  businessDate: businessDate,
  currency: currencyCode,
  pricesIncludeTax: z.boolean(),
  shiftUuid: uuidRule.nullable(),
  register: registerCode.nullable(),
  staff: staffCode.nullable(),
  lines: numbered(line, MOST_LINES, 'lines'),
  charges: numbered(charge, MOST_CHARGES, 'charges'),
  payments: numbered(payment, MOST_PAYMENTS, 'payments'),
  net: amount,
  discount: amount,
  tax: amount,
  charge: amount,
  gross: amount,
  paid: amount,
  quantity,
});

/** Whether this can be unpacked and calculated with at all: types, lengths and bounds. Empty when all is well; paths name properties. */
export function shapeIssues(body: unknown): Issue[] {
  const { setAside: reason } = (body ?? {}) as { setAside?: unknown };
  if (typeof reason === 'string') return [{ path: [], rule: reason }];
  return issuesWith(shape, body);
}

const orNull = <Rule extends z.ZodType>(rule: Rule) => rule.nullable().catch(null);
const orZero = amount.catch(0);
const sound = <Row extends z.ZodType>(row: Row) =>
  z
    .array(z.unknown())
    .catch([])
    .transform((all) => all.flatMap((one) => row.safeParse(one).data ?? []) as z.output<Row>[]);

const legible = z.object({
  kind: shape.shape.kind.catch('ONLINE_ORDER'),
  reference: z.string().catch(''),
  customerUuid: orNull(uuidRule),
  deliveryAddressUuid: orNull(uuidRule),
  businessDate: z.string().catch(''),
  currency: currencyCode.catch('XXX'),
  pricesIncludeTax: z.boolean().catch(false),
  shiftUuid: orNull(uuidRule),
  register: orNull(z.string()),
  staff: orNull(z.string()),
  lines: sound(line),
  charges: sound(charge),
  payments: sound(payment),
  net: orZero,
  discount: orZero,
  tax: orZero,
  charge: orZero,
  gross: orZero,
  paid: orZero,
  quantity: orZero,
});

/** As much of a transaction as can be shown, whatever other software wrote: what is not sound is left out. */
export const readable = (body: unknown): TransactionBody =>
  shapeIssues(body).length === 0 ? (body as TransactionBody) : (legible.safeParse(body).data ?? legible.parse({}));

/** What is wrong with the numbers, and with what belongs together, of a transaction whose shape is sound. */
function arithmeticIssues(body: TransactionBody): Issue[] {
  const found: Issue[] = [];
  const say = (path: Issue['path'], rule: string) => found.push({ path, rule });
  const isOrder = body.kind !== 'CASH_AND_CARRY';
  if (isOrder && body.customerUuid === null) say(['customerUuid'], 'an order needs its customer');
  if (body.deliveryAddressUuid !== null && body.customerUuid === null)
    say(['deliveryAddressUuid'], 'is an address of a customer, so the customer is needed');
  if (body.lines.every(({ voided }) => voided)) say(['lines'], 'must have a line that is not voided');
  for (const [index, line] of body.lines.entries()) {
    for (const [field, rule] of lineRules(line, body)) say(['lines', index, field], rule);
    if (isOrder && !line.voided && line.quantity < 0)
      say(['lines', index, 'quantity'], 'must be positive in an order: a return is a sale with a negative quantity');
  }
  for (const [index, { amount, tax }] of body.charges.entries())
    if (contradicts(tax, amount)) say(['charges', index, 'tax'], 'must have the sign of the amount');
  const totals = totalsOf(body.lines, body.charges, body.payments);
  for (const [name, total] of Object.entries(totals) as [keyof TransactionTotals, number][]) {
    if (Math.abs(total) > MOST) say([name], 'is too large');
    else if (body[name] !== total) {
      const shown = name === 'quantity' ? quantityOf(total) : decimalOf(total, body.currency);
      say([name], `must be ${shown}, the sum of the parts`);
    }
  }
  return found;
}

/** What is wrong, and where; empty when all is well. */
export function issuesOfTransaction(body: unknown): Issue[] {
  const found = shapeIssues(body);
  return found.length > 0 ? found : arithmeticIssues(body as TransactionBody);
}

/** What is wrong with a business date when it is `today`. The books take what was sold up to then. */
export function businessDateIssues(day: string, today: string): Issue[] {
  const rule = outside(day, businessDays(today));
  return rule === undefined ? [] : [{ path: ['businessDate'], rule }];
}

function* lineRules(
  line: TransactionLine,
  { pricesIncludeTax, currency }: Pick<TransactionBody, 'pricesIncludeTax' | 'currency'>,
): Iterable<[keyof TransactionLine, string]> {
  if (!line.voided && line.quantity === 0) yield ['quantity', 'must not be 0'];
  if (line.unitPrice < 0) yield ['unitPrice', 'must not be negative: a return has a negative quantity'];
  if (contradicts(line.discount, line.quantity)) yield ['discount', 'must have the sign of the quantity'];
  if (contradicts(line.tax, line.quantity)) yield ['tax', 'must have the sign of the quantity'];
  if (Math.abs(line.discount) > Math.abs(timesQuantity(line.unitPrice, line.quantity)))
    yield ['discount', 'must not be more than the price of the line'];
  const { net, gross } = lineOf(line, pricesIncludeTax);
  for (const [field, value] of [
    ['net', net],
    ['gross', gross],
  ] as const) {
    if (Math.abs(value) > MOST) yield [field, 'is too large'];
    else if (line[field] !== value)
      yield [field, `must be ${decimalOf(value, currency)}, as price, quantity and tax say`];
  }
}

const contradicts = (value: number, sign: number): boolean => value !== 0 && Math.sign(value) !== Math.sign(sign);

/** A line with its net and gross amounts. A price that includes tax is a gross price, another one a net price. */
export function lineOf(line: Omit<TransactionLine, 'net' | 'gross'>, pricesIncludeTax: boolean): TransactionLine {
  const amount = timesQuantity(line.unitPrice, line.quantity) - line.discount;
  const [net, gross] = pricesIncludeTax ? [amount - line.tax, amount] : [amount, amount + line.tax];
  return { ...line, net, gross };
}

/** The sums of what is not voided. */
export function totalsOf(
  lines: readonly TransactionLine[],
  charges: readonly TransactionCharge[],
  payments: readonly TransactionPayment[],
): TransactionTotals {
  const sold = lines.filter(({ voided }) => !voided);
  const net = sum(sold, 'net');
  const tax = sum(sold, 'tax') + sum(charges, 'tax');
  const charge = sum(charges, 'amount');
  return {
    net,
    discount: sum(sold, 'discount'),
    tax,
    charge,
    gross: net + tax + charge,
    paid: sum(payments, 'amount'),
    quantity: sum(sold, 'quantity'),
  };
}

const sum = <Name extends string>(all: readonly { [name in Name]: number }[], name: Name): number =>
  all.reduce((total, one) => total + one[name], 0);
