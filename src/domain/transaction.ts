import { createHash, randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { appendOperations } from '../data/channel/operation.bulk.ts';
import { lockLog, takeCounters } from '../data/channel/operation.ts';
import { type ChannelShift, channelShiftsByUuid } from '../data/channel/shift.ts';
import { insertTransactions } from '../data/channel/transaction.bulk.ts';
import {
  channelTransactionsByUuid,
  knownTransactions,
  markCancelled,
  type RecordedTransaction,
} from '../data/channel/transaction.ts';
import type { Channel } from '../data/hq/channel.ts';
import type { Tender, TransactionBody, TransactionKind } from '../data/transaction-facts.ts';
import { type DomainError, InvalidInput, NotFound, TransactionExists, WrongState } from '../errors.ts';
import { dayIn } from './business-day.ts';
import { trimmed, uuidFrom } from './customer.ts';
import { type Issue, issuesWith, throwFirst } from './issue.ts';
import { decimalOf, minorDigits, minorUnits, thousandths } from './money.ts';
import { currencyCode } from './rules.ts';
import { businessDate, businessDateIssues, issuesOfTransaction, lineOf, totalsOf } from './transaction-rules.ts';

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
  id?: string | null;
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
interface PreparedTransaction {
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

/** Checks and calculates without storing anything. Throws InvalidInput, which names the field. */
export function prepareTransaction(channel: Recording, input: TransactionInput, at: string): PreparedTransaction {
  const uuid = uuidFrom(input.id, ['id']);
  const currency = checkedCurrency(input.currency ?? channel.currency);
  const today = dayIn(channel.timeZone, at);
  const body = bodyFrom(input, { reference: referenceOf(uuid), currency, today });
  throwFirst(issuesOfTransaction(body), inputPath);
  throwFirst(businessDateIssues(body.businessDate, today));
  mustAddUp(body, input.total);
  const dateOfShift = !input.businessDate;
  const hashed = dateOfShift ? { ...body, businessDate: null } : body;
  const bodyHash = createHash('sha256').update(JSON.stringify(hashed)).digest('base64url');
  return { uuid, channel: channel.code, body, dateOfShift, bodyHash, at };
}

/**
 * Records orders and sales in their channel and appends each to the log. The UUID is the idempotency key: sending it again returns the stored
 * transaction, or TransactionExists if the data differs. One database transaction, with six statements for any number of orders and sales.
 * Headquarters may be down. Their customers and addresses need not be in this database.
 */
export async function recordTransactions(
  tx: EntityManager,
  transactions: PreparedTransaction[],
): Promise<(DomainError | { uuid: string; created: boolean; body: TransactionBody })[]> {
  // On PostgreSQL the lock keeps two writers of one UUID apart, and a sale from the closing of its shift.
  const first = await lockLog(tx);
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
      return same ? { uuid, created: false, body } : new TransactionExists(uuid);
    }
    const recorded = withShift(transaction, shifts);
    if (recorded instanceof Error) return recorded;
    known.set(uuid, transaction);
    added.push({ ...transaction, body: recorded });
    return { uuid, created: true, body: recorded };
  });
  if (added.length === 0) return results;

  await takeCounters(tx, added.length);
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
  { channel, uuid, received, at }: { channel: string; uuid: string; received: number | null; at: string },
): Promise<{ order: RecordedTransaction; cancelled: boolean }> {
  const counter = await lockLog(tx);
  const [order] = await channelTransactionsByUuid(tx, [uuid]);
  if (order?.channel !== channel) throw new NotFound('order');
  if (order.body.kind === 'CASH_AND_CARRY')
    throw new WrongState(
      'A sale cannot be canceled. Record a return instead, which is a sale with negative quantities.',
    );
  if (order.cancelledAt !== null) return { order, cancelled: false };
  if (received !== null && order.counter <= received)
    throw new WrongState('The order has already reached headquarters. Edit or void it there.');
  await takeCounters(tx, 1);
  await markCancelled(tx, uuid, at);
  await appendOperations(tx, [
    {
      counter,
      id: randomUUID(),
      channel,
      customerUuid: null,
      kind: 'CANCEL_ORDER',
      payload: { transactionUuid: uuid, cancelledAt: at },
      createdAt: at,
    },
  ]);
  return { order: { ...order, cancelledAt: at }, cancelled: true };
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
): TransactionBody {
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
        quantity: quantityFrom(line.quantity, at('quantity')),
        unitPrice: amountFrom(line.unitPrice, currency, at('unitPrice')),
        discount: amountFrom(line.discount ?? '0', currency, at('discount')),
        tax: amountFrom(line.tax ?? '0', currency, at('tax')),
        voided: line.voided ?? false,
      },
      pricesIncludeTax,
    );
  });
  const charges = charged.map(({ code, amount, tax }, index) => ({
    line: index + 1,
    code: code.trim(),
    amount: amountFrom(amount, currency, ['charges', index, 'amount']),
    tax: amountFrom(tax ?? '0', currency, ['charges', index, 'tax']),
  }));
  const payments = paid.map(({ tender, amount }, index) => ({
    line: index + 1,
    tender,
    amount: amountFrom(amount, currency, ['payments', index, 'amount']),
  }));
  return {
    kind: input.kind,
    reference,
    customerUuid: optionalUuid(input.customerUuid, ['customerUuid']),
    deliveryAddressUuid: optionalUuid(input.deliveryAddressUuid, ['deliveryAddressUuid']),
    businessDate: input.businessDate ?? today,
    currency,
    pricesIncludeTax: pricesIncludeTax,
    shiftUuid: optionalUuid(input.shiftUuid, ['shiftUuid']),
    register: trimmed(input.register),
    staff: trimmed(input.staff),
    lines,
    charges,
    payments,
    ...totalsOf(lines, charges, payments),
  };
}

/** The total from the client must match the calculated total. A sale is paid in full; an order may be paid earlier or later. */
function mustAddUp({ kind, gross, paid, currency }: TransactionBody, total: string): void {
  const right = decimalOf(gross, currency);
  if (amountFrom(total, currency, ['total']) !== gross)
    throw new InvalidInput(['total'], `must be ${right}, the total of lines, taxes, and charges`);
  const shown = decimalOf(paid, currency);
  if (kind === 'CASH_AND_CARRY' && paid !== gross)
    throw new InvalidInput(['payments'], `must add up to ${right} for a sale, not ${shown}`);
  if (kind !== 'CASH_AND_CARRY' && (paid < 0 || paid > gross))
    throw new InvalidInput(['payments'], `must add up to between 0 and ${right}, not ${shown}`);
}

export function checkedBusinessDate(value: string | null | undefined, today: string): string {
  if (value === null || value === undefined) return today;
  throwFirst(issuesWith(businessDate, value, ['businessDate']));
  throwFirst(businessDateIssues(value, today));
  return value;
}

export function checkedCurrency(currency: string): string {
  throwFirst(issuesWith(currencyCode, currency, ['currency']));
  return currency;
}

export function amountFrom(text: string, currency: string, path: (string | number)[]): number {
  const value = minorUnits(text, currency);
  if (value === undefined) {
    const digits = minorDigits(currency);
    const rule = digits === 0 ? 'without decimals' : `with at most ${digits} decimals`;
    throw new InvalidInput(path, `must be an amount in ${currency} ${rule}, at most one trillion minor units`);
  }
  return value;
}

function quantityFrom(text: string, path: (string | number)[]): number {
  const value = thousandths(text);
  if (value === undefined) throw new InvalidInput(path, 'must be a quantity with at most 3 decimals');
  return value;
}

const optionalUuid = (value: string | null | undefined, path: (string | number)[]): string | null =>
  value === null || value === undefined ? null : uuidFrom(value, path);

/** The input field that a calculated amount of a line comes from. */
const causeOf: Record<string, string> = { net: 'unitPrice', gross: 'unitPrice' };

/** The input field that a total is calculated from. */
const inputPath = (path: Issue['path']) =>
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
