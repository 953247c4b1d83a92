import { createHash, randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { appendOperations } from '../data/channel/operation.bulk.ts';
import { lockLog, returnCounters, takeCounters } from '../data/channel/operation.ts';
import { type ChannelShift, channelShiftsByUuid } from '../data/channel/shift.ts';
import { insertTransactions } from '../data/channel/transaction.bulk.ts';
import {
  channelTransaction,
  knownTransactions,
  markCanceled,
  type RecordedTransaction,
  type TransactionKey,
} from '../data/channel/transaction.ts';
import type { Channel } from '../data/hq/channel.ts';
import type { Tender, TransactionBody, TransactionKind } from '../data/transaction-facts.ts';
import {
  atPath,
  type DomainError,
  mustBeValid,
  NotFound,
  type Path,
  UuidConflict,
  type Violation,
  WrongState,
} from '../errors.ts';
import { bodyHash } from './body-hash.ts';
import { dayIn } from './business-day.ts';
import { trimmed } from './customer.ts';
import { decimalOf, minorDigits, minorUnits, thousandths } from './money.ts';
import { currencyCode } from './rules.ts';
import {
  businessDate,
  businessDateViolations,
  lineOf,
  totalsOf,
  violationsOfTransaction,
} from './transaction-rules.ts';
import { isSale } from './transaction-status.ts';
import { violationsIn } from './violations.ts';

/** Amounts and quantities are decimal text, exact. */
interface LineInput {
  sku: string;
  name?: string | null;
  quantity: string;
  unitPrice: string;
  discount?: string | null;
  tax?: string | null;
  voided?: boolean | null;
}

interface ChargeInput {
  code: string;
  amount: string;
  tax?: string | null;
}

interface PaymentInput {
  tender: Tender;
  amount: string;
}

export interface TransactionInput {
  uuid?: string | null;
  kind: TransactionKind;
  customerUuid?: string | null;
  deliveryAddressUuid?: string | null;
  businessDate?: string | null;
  currency?: string | null;
  pricesIncludeTax?: boolean | null;
  shiftUuid?: string | null;
  register?: string | null;
  staff?: string | null;
  lines: readonly LineInput[];
  charges?: readonly ChargeInput[] | null;
  payments?: readonly PaymentInput[] | null;
  /** The amount due, as calculated by the client. */
  total: string;
}

/** A checked and calculated transaction, ready to be stored. */
export interface PreparedTransaction {
  uuid: string;
  channel: string;
  body: TransactionBody;
  /** No business date was given, so the shift's applies if there is a shift. */
  dateOfShift: boolean;
  /** Tells whether a repeat with the same UUID has the same data. */
  bodyHash: string;
  at: string;
}

export type Recording = Pick<Channel, 'code' | 'currency' | 'timeZone'>;

/** Checks and calculates without storing anything. Throws InvalidInput, which names every invalid field. */
export function prepareTransaction(channel: Recording, input: TransactionInput, at: string): PreparedTransaction {
  const uuid = input.uuid ?? randomUUID();
  const found: Violation[] = [];
  const currency = currencyFrom(input.currency ?? channel.currency, channel.currency, found);
  const today = dayIn(channel.timeZone, at);
  const body = bodyFrom(input, { reference: referenceOf(uuid), currency, today }, found);
  const total = amountFrom(input.total, currency, ['total'], found);
  const violations = ofInput(violationsOfTransaction(body, found));
  violations.push(...businessDateViolations(body.businessDate, today));
  // The sums make sense only with amounts that could be read.
  if (found.length === 0) violations.push(...sumViolations(body, total));
  mustBeValid(violations);
  const dateOfShift = !input.businessDate;
  const hash = bodyHash(dateOfShift ? { ...body, businessDate: null } : body);
  return { uuid, channel: channel.code, body, dateOfShift, bodyHash: hash, at };
}

/**
 * Records orders and sales in their channel and appends each to the log. The UUID is the idempotency key: sending it again returns the stored
 * transaction, or UuidConflict if the data differs. One database transaction, with five statements for any number of orders and sales.
 * Headquarters may be down. Their customers and addresses need not be in this database.
 */
export async function recordTransactions(
  tx: EntityManager,
  transactions: PreparedTransaction[],
): Promise<(DomainError | { uuid: string; created: boolean; body: TransactionBody })[]> {
  // On PostgreSQL the lock keeps two writers of one UUID apart, and a sale from the closing of its shift.
  const first = await lockLog(tx, transactions.length);
  const uuids = transactions.map(({ uuid }) => uuid);
  const known = new Map<string, Pick<PreparedTransaction, 'channel' | 'bodyHash'>>(
    (await knownTransactions(tx, uuids)).map((stored) => [stored.uuid, stored]),
  );
  const shifts = await shiftsOf(tx, transactions);
  const added: PreparedTransaction[] = [];
  const results = transactions.map((transaction) => {
    const { uuid, channel, bodyHash, body } = transaction;
    const stored = known.get(uuid);
    if (stored) {
      const same = stored.channel === channel && stored.bodyHash === bodyHash;
      return same ? { uuid, created: false, body } : new UuidConflict(uuid, 'transaction');
    }
    const recorded = withShift(transaction, shifts);
    if (recorded instanceof Error) return recorded;
    known.set(uuid, transaction);
    added.push({ ...transaction, body: recorded });
    return { uuid, created: true, body: recorded };
  });
  const unused = transactions.length - added.length;
  if (unused > 0) await returnCounters(tx, unused);
  if (added.length === 0) return results;

  const rows = added.map(({ uuid, channel, body, bodyHash, at }, index) => ({
    uuid,
    channel,
    body,
    bodyHash,
    counter: first + index,
    createdAt: at,
  }));
  await insertTransactions(tx, rows);
  await appendOperations(
    tx,
    rows.map(({ uuid, channel, body, counter, createdAt }) => ({
      counter,
      id: uuid,
      channel,
      customerUuid: body.customerUuid,
      kind: 'RECORD_TRANSACTION' as const,
      payload: body,
      createdAt,
    })),
  );
  return results;
}

/**
 * Cancels an order of this channel that has not reached headquarters. `received` is the counter up to which headquarters has received this
 * database's log; null if headquarters does not answer. In that case, the cancellation is accepted as a separate operation, and headquarters
 * cancels the sales order if there is one. An order that is already canceled is returned unchanged.
 */
export async function cancelOrder(
  tx: EntityManager,
  { channel, key, received, at }: { channel: string; key: TransactionKey; received: number | null; at: string },
): Promise<{ order: RecordedTransaction; canceled: boolean }> {
  const counter = await lockLog(tx);
  const order = await channelTransaction(tx, channel, key);
  if (!order) throw new NotFound('order');
  if (isSale(order.body))
    throw new WrongState(
      'A sale cannot be canceled. Record a return instead, which is a sale with negative quantities.',
    );
  if (order.canceledAt !== null) return { order, canceled: false };
  if (received !== null && order.counter <= received)
    throw new WrongState('The order has already reached headquarters. Edit or void it there.');
  await takeCounters(tx, 1);
  await markCanceled(tx, order.uuid, at);
  await appendOperations(tx, [
    {
      counter,
      id: randomUUID(),
      channel,
      customerUuid: null,
      kind: 'CANCEL_ORDER',
      payload: { transactionUuid: order.uuid, canceledAt: at },
      createdAt: at,
    },
  ]);
  return { order: { ...order, canceledAt: at }, canceled: true };
}

/** The shifts of new transactions, in one statement. */
async function shiftsOf(
  tx: EntityManager,
  transactions: readonly PreparedTransaction[],
): Promise<Map<string, ChannelShift>> {
  const named = transactions.flatMap(({ body }) => (body.shiftUuid === null ? [] : [body.shiftUuid]));
  if (named.length === 0) return new Map();
  return new Map((await channelShiftsByUuid(tx, [...new Set(named)])).map((shift) => [shift.uuid, shift]));
}

/** A transaction in a shift has the shift's register and, by default, its business date. */
function withShift(
  { body, channel, dateOfShift }: PreparedTransaction,
  shifts: ReadonlyMap<string, ChannelShift>,
): TransactionBody | DomainError {
  if (body.shiftUuid === null) return body;
  const shift = shifts.get(body.shiftUuid);
  if (shift?.channel !== channel) return new WrongState('The channel has no shift with this UUID.');
  if (shift.state !== 'OPEN')
    return new WrongState(`The shift is ${shift.state}. Only an open shift can record transactions.`);
  if (body.register !== null && body.register !== shift.register)
    return new WrongState(`The shift is at register ${shift.register}, not at ${body.register}.`);
  if (body.currency !== shift.currency)
    return new WrongState(`The shift is in ${shift.currency}, not in ${body.currency}.`);
  return {
    ...body,
    register: shift.register,
    businessDate: dateOfShift ? shift.businessDate : body.businessDate,
  };
}

/**
 * The confirmation number: twelve characters that are easy to read out, without I, L, O, and U. It is derived from the UUID, so a repeat has the
 * same one.
 */
function referenceOf(uuid: string): string {
  const hash = createHash('sha256').update(uuid).digest();
  const characters = Array.from({ length: 12 }, (_, index) => CROCKFORD[hash[index]! % 32]);
  return [0, 4, 8].map((from) => characters.slice(from, from + 4).join('')).join('-');
}

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

function bodyFrom(
  input: TransactionInput,
  { reference, currency, today }: { reference: string; currency: string; today: string },
  found: Violation[],
): TransactionBody {
  const amount = (text: string, path: Path) => amountFrom(text, currency, path, found);
  const charged = input.charges ?? [];
  const paid = input.payments ?? [];
  const pricesIncludeTax = input.pricesIncludeTax ?? false;
  const lines = input.lines.map((line, index) => {
    const at = (field: string) => ['lines', index, field];
    return lineOf(
      {
        line: index + 1,
        sku: line.sku.trim(),
        name: trimmed(line.name),
        quantity: quantityFrom(line.quantity, at('quantity'), found),
        unitPrice: amount(line.unitPrice, at('unitPrice')),
        discount: amount(line.discount ?? '0', at('discount')),
        tax: amount(line.tax ?? '0', at('tax')),
        voided: line.voided ?? false,
      },
      pricesIncludeTax,
    );
  });
  const charges = charged.map((charge, index) => ({
    line: index + 1,
    code: charge.code.trim(),
    amount: amount(charge.amount, ['charges', index, 'amount']),
    tax: amount(charge.tax ?? '0', ['charges', index, 'tax']),
  }));
  const payments = paid.map((payment, index) => ({
    line: index + 1,
    tender: payment.tender,
    amount: amount(payment.amount, ['payments', index, 'amount']),
  }));
  return {
    kind: input.kind,
    reference,
    customerUuid: input.customerUuid ?? null,
    deliveryAddressUuid: input.deliveryAddressUuid ?? null,
    businessDate: input.businessDate ?? today,
    currency,
    pricesIncludeTax: pricesIncludeTax,
    shiftUuid: input.shiftUuid ?? null,
    register: trimmed(input.register),
    staff: trimmed(input.staff),
    lines,
    charges,
    payments,
    ...totalsOf(lines, charges, payments),
  };
}

/** The total from the client must match the calculated total. A sale is paid in full; an order may be paid earlier or later. */
function sumViolations({ kind, gross, paid, currency }: TransactionBody, total: number): Violation[] {
  const right = decimalOf(gross, currency);
  const shown = decimalOf(paid, currency);
  const found: Violation[] = [];
  if (total !== gross)
    found.push({ path: ['total'], message: `must be ${right}, the total of lines, taxes, and charges` });
  if (kind === 'CASH_AND_CARRY' && paid !== gross)
    found.push({ path: ['payments'], message: `must add up to ${right} for a sale, not ${shown}` });
  if (kind !== 'CASH_AND_CARRY' && (paid < 0 || paid > gross))
    found.push({ path: ['payments'], message: `must add up to between 0 and ${right}, not ${shown}` });
  return found;
}

/** The business date in an input, or today. Like the functions below, it appends what is wrong to `found`. */
export function businessDateFrom(value: string | null | undefined, today: string, found: Violation[]): string {
  if (value === null || value === undefined) return today;
  found.push(...violationsIn(businessDate, value, ['businessDate']), ...businessDateViolations(value, today));
  return value;
}

/** A currency that exists, or `otherwise`. */
export function currencyFrom(currency: string, otherwise: string, found: Violation[]): string {
  const wrong = violationsIn(currencyCode, currency, ['currency']);
  found.push(...wrong);
  return wrong.length > 0 ? otherwise : currency;
}

/** An amount in minor units; 0 if the text is not an amount in this currency. */
export function amountFrom(text: string, currency: string, path: Path, found: Violation[]): number {
  const value = minorUnits(text, currency);
  if (value === undefined) {
    const digits = minorDigits(currency);
    const decimals = digits === 0 ? 'without decimals' : `with at most ${digits} decimals`;
    const message = `must be an amount in ${currency} ${decimals}, at most one trillion minor units`;
    found.push({ path, message, rule: 'FORMAT' });
  }
  return value ?? 0;
}

/** A quantity in thousandths; 0 if the text is not a quantity. */
export function quantityFrom(text: string, path: Path, found: Violation[]): number {
  const value = thousandths(text);
  if (value === undefined) found.push({ path, message: 'must be a quantity with at most 3 decimals', rule: 'FORMAT' });
  return value ?? 0;
}

/** The input field that a calculated amount of a line comes from. */
const causeOf: Record<string, string> = { net: 'unitPrice', gross: 'unitPrice' };

/** Violations with the paths of the input fields that calculated amounts come from, each once. */
export function ofInput(violations: readonly Violation[]): Violation[] {
  const moved = violations.map((violation) => ({ ...violation, path: inputPath(violation.path) }));
  return [...new Map(moved.map((violation) => [atPath(violation.path, violation.message), violation])).values()];
}

/** The input field that a total is calculated from. */
const inputPath = (path: Path) =>
  path.length === 1 ? path.map((part) => sumOf[part] ?? part) : path.map((part) => causeOf[part] ?? part);

const sumOf: Record<string, string> = {
  net: 'lines',
  discount: 'lines',
  quantity: 'lines',
  tax: 'lines',
  gross: 'lines',
  charge: 'charges',
  paid: 'payments',
};
