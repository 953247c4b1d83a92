import * as z from 'zod';
import {
  type TransactionBody,
  type TransactionCharge,
  type TransactionLine,
  type TransactionPayment,
  type TransactionTotals,
  tenders,
  transactionKinds,
} from '../data/transaction-facts.ts';
import type { Path, Violation } from '../errors.ts';
import { businessDays, outside } from './business-day.ts';
import { decimalOf, MOST, quantityOf, timesQuantity } from './money.ts';
import { calendarDay, currencyCode, plainText, uuidRule } from './rules.ts';
import { violationsIn } from './violations.ts';

/*
 * One set of rules for transactions, applied twice: in the channel when a transaction is recorded, and at headquarters before it is processed,
 * because other software may write to a channel database. The shape is checked first, so that TypeScript and SQL can calculate with it. The
 * arithmetic is checked separately, because headquarters reports the errors of a sale by named rules.
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
    .max(most, `must have at most ${most} ${what}`)
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

/** Checks types, lengths, and bounds, without which nothing can be unpacked or calculated. Empty if all are valid; paths name properties. */
export function shapeViolations(body: unknown): Violation[] {
  const { setAside: reason } = (body ?? {}) as { setAside?: unknown };
  if (typeof reason === 'string') return [{ path: [], message: reason }];
  return violationsIn(shape, body);
}

const orNull = <Rule extends z.ZodType>(rule: Rule) => rule.nullable().catch(null);
const orZero = amount.catch(0);
const validRows = <Row extends z.ZodType>(row: Row) =>
  z
    .array(z.unknown())
    .catch([])
    .transform((all) => all.flatMap((value) => row.safeParse(value).data ?? []) as z.output<Row>[]);

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
  lines: validRows(line),
  charges: validRows(charge),
  payments: validRows(payment),
  net: orZero,
  discount: orZero,
  tax: orZero,
  charge: orZero,
  gross: orZero,
  paid: orZero,
  quantity: orZero,
});

/** As much of a transaction as can be shown, whatever other software wrote. Invalid values are left out. */
export const readable = (body: unknown): TransactionBody =>
  shapeViolations(body).length === 0 ? (body as TransactionBody) : (legible.safeParse(body).data ?? legible.parse({}));

/**
 * All rules that a transaction breaks; empty if it is valid. `unread` are violations that were found before, at amounts that could not be read.
 * What cannot be calculated with is left out of calculations, so that one wrong line does not hide another.
 */
export function violationsOfTransaction(body: unknown, unread: readonly Violation[] = []): Violation[] {
  const found = [...unread, ...shapeViolations(body)];
  const broken = new Set(found.map(({ path }) => path.join('.')));
  const isSound = (...path: Path) =>
    broken.size === 0 || !path.some((_, index) => broken.has(path.slice(0, index + 1).join('.')));
  return broken.has('') ? found : [...found, ...arithmeticViolations(body as TransactionBody, isSound)];
}

/** The rules about amounts and related fields that a transaction breaks, as far as its fields are sound. */
function arithmeticViolations(body: TransactionBody, isSound: (...path: Path) => boolean): Violation[] {
  const found: Violation[] = [];
  const report = (path: Path, message: string) => found.push({ path, message });
  const areSound = (fields: readonly string[], ...path: Path) => fields.every((field) => isSound(...path, field));
  const isOrder = body.kind !== 'CASH_AND_CARRY';
  if (isOrder && body.customerUuid === null) report(['customerUuid'], 'an order needs a customer');
  if (body.deliveryAddressUuid !== null && body.customerUuid === null)
    report(['deliveryAddressUuid'], 'requires a customer');
  if (!areSound(['kind', 'currency', 'pricesIncludeTax', 'lines', 'charges', 'payments'])) return found;

  let calculable = true;
  if (body.lines.every((line) => line?.voided)) report(['lines'], 'must have a line that is not voided');
  for (const [index, line] of body.lines.entries()) {
    if (!areSound(lineAmounts, 'lines', index)) {
      calculable = false;
      continue;
    }
    for (const [field, rule] of lineRules(line, body)) report(['lines', index, field], rule);
    if (isOrder && !line.voided && line.quantity < 0)
      report(['lines', index, 'quantity'], 'must be positive in an order: a return is a sale with a negative quantity');
  }
  for (const [index, charge] of body.charges.entries())
    if (!areSound(['amount', 'tax'], 'charges', index)) calculable = false;
    else if (contradicts(charge.tax, charge.amount))
      report(['charges', index, 'tax'], 'must have the sign of the amount');
  for (const index of body.payments.keys()) if (!isSound('payments', index, 'amount')) calculable = false;
  if (!calculable) return found;

  const totals = totalsOf(body.lines, body.charges, body.payments);
  for (const [name, total] of Object.entries(totals) as [keyof TransactionTotals, number][]) {
    if (!isSound(name)) continue;
    if (Math.abs(total) > MOST) report([name], 'is too large');
    else if (body[name] !== total) {
      const shown = name === 'quantity' ? quantityOf(total) : decimalOf(total, body.currency);
      report([name], `must be ${shown}, the total of the parts`);
    }
  }
  return found;
}

/** The fields of a line that are calculated with. */
const lineAmounts = ['quantity', 'unitPrice', 'discount', 'tax', 'net', 'gross', 'voided'] as const;

/** What is wrong with a business date when it is `today`. The books take what was sold up to then. */
export function businessDateViolations(day: string, today: string): Violation[] {
  const message = outside(day, businessDays(today));
  return message === undefined ? [] : [{ path: ['businessDate'], message, rule: 'RANGE' }];
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
      yield [field, `must be ${decimalOf(value, currency)} for this price, quantity, discount, and tax`];
  }
}

const contradicts = (value: number, sign: number): boolean => value !== 0 && Math.sign(value) !== Math.sign(sign);

/** A line with its net and gross amounts. A price that includes tax is a gross price, otherwise a net price. */
export function lineOf(line: Omit<TransactionLine, 'net' | 'gross'>, pricesIncludeTax: boolean): TransactionLine {
  const amount = timesQuantity(line.unitPrice, line.quantity) - line.discount;
  const [net, gross] = pricesIncludeTax ? [amount - line.tax, amount] : [amount, amount + line.tax];
  return { ...line, net, gross };
}

/** The totals of everything that is not voided. */
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
  all.reduce((total, row) => total + row[name], 0);
