import type { EntityManager } from 'typeorm';
import { type Actor, audit, type Change } from '../data/hq/audit.ts';
import { releaseSalesOrder, type SalesOrder, salesOrdersWhere } from '../data/hq/sales-order.ts';
import { retryTransactions } from '../data/hq/transaction.bulk.ts';
import { changeTransaction, type RetailTransaction, transactionsWhere } from '../data/hq/transaction.ts';
import type { Tender, TransactionBody, TransactionLine, TransactionPayment } from '../data/transaction-facts.ts';
import { InvalidInput, NotFound, WrongState } from '../errors.ts';
import { latestDay } from './business-day.ts';
import { throwFirst } from './issue.ts';
import { decimalOf, minorUnits, quantityOf, thousandths } from './money.ts';
import { businessDateIssues, issuesOfTransaction, lineOf, totalsOf } from './transaction-rules.ts';

/*
 * What a person does with a transaction that cannot go on by itself. Every change is checked like a new transaction, and kept in the audit
 * trail; the jobs leave a transaction alone while it is being edited.
 */

interface LineChange {
  line: number;
  sku?: string | null;
  quantity?: string | null;
  unitPrice?: string | null;
  discount?: string | null;
  tax?: string | null;
  voided?: boolean | null;
}

interface PaymentChange {
  line: number;
  tender?: Tender | null;
  amount?: string | null;
}

/** What is left out stays. A line or payment whose number is new is added; a line is taken out by voiding it. */
interface TransactionChange {
  customerUuid?: string | null;
  deliveryAddressUuid?: string | null;
  businessDate?: string | null;
  lines?: readonly LineChange[] | null;
  payments?: readonly PaymentChange[] | null;
}

/** Where a person may take hold of a transaction: nothing has been made of it yet. */
const untouched = (transaction: RetailTransaction): boolean =>
  ['NONE', 'WAITING', 'FAILED'].includes(transaction.status) ||
  (transaction.kind === 'CASH_AND_CARRY' && transaction.status === 'SUCCEEDED' && transaction.statementId === null);

/** Takes a transaction out of the jobs until it is saved or released. */
export async function beginEditing(tx: EntityManager, sequence: number, who: Actor): Promise<RetailTransaction> {
  const transaction = await found(tx, sequence);
  if (!untouched(transaction)) throw wrong('edited', transaction);
  return changed(
    tx,
    transaction,
    { status: 'EDITING', statusBeforeEditing: transaction.status },
    who,
    'beginEditingTransaction',
  );
}

/** Gives a transaction back to the jobs as it was. */
export async function releaseEditing(tx: EntityManager, sequence: number, who: Actor): Promise<RetailTransaction> {
  const transaction = await found(tx, sequence);
  if (transaction.status !== 'EDITING') throw wrong('released', transaction);
  const status = transaction.statusBeforeEditing ?? 'NONE';
  return changed(tx, transaction, { status, statusBeforeEditing: null }, who, 'releaseTransaction');
}

/**
 * Saves a correction: the transaction as changed must keep every rule. It is due again; with `hold` the sales order that comes of it
 * is on hold until it is released.
 */
export async function editTransaction(
  tx: EntityManager,
  sequence: number,
  change: TransactionChange,
  hold: boolean,
  who: Actor,
): Promise<RetailTransaction> {
  const transaction = await found(tx, sequence);
  if (transaction.status !== 'EDITING' && !untouched(transaction)) throw wrong('edited', transaction);
  const before = transaction.payload;
  const body = withChange(before, change);
  throwFirst(issuesOfTransaction(body));
  throwFirst(businessDateIssues(body.businessDate, latestDay(transaction.receivedAt)));
  if (hold && body.kind === 'CASH_AND_CARRY') throw new InvalidInput(['hold'], 'is for orders');
  const differences = differencesOf(before, body);
  if (differences.length === 0) throw new InvalidInput([], 'nothing to change was given');
  return changed(
    tx,
    transaction,
    {
      status: 'NONE',
      statusBeforeEditing: null,
      tryCount: 0,
      nextTryAt: null,
      errorCode: null,
      error: null,
      validationErrors: null,
      payload: body,
      corrected: true,
      hold,
      customerUuid: body.customerUuid,
      deliveryAddressUuid: body.deliveryAddressUuid,
      businessDate: body.businessDate,
    },
    who,
    'editTransaction',
    differences,
  );
}

/** Marks a transaction so that nothing is ever made of it. */
export async function voidTransaction(
  tx: EntityManager,
  sequence: number,
  reason: string,
  who: Actor,
): Promise<RetailTransaction> {
  const transaction = await found(tx, sequence);
  if (transaction.status !== 'EDITING' && !untouched(transaction)) throw wrong('voided', transaction);
  return changed(
    tx,
    transaction,
    { status: 'VOIDED', nextTryAt: null, statusBeforeEditing: null },
    who,
    'voidTransaction',
    [['reason', null, reason]],
  );
}

/** Lets a failed transaction be tried again as if for the first time. */
export async function retryTransaction(tx: EntityManager, sequence: number, who: Actor): Promise<RetailTransaction> {
  const transaction = await found(tx, sequence);
  if (transaction.status !== 'FAILED') throw wrong('retried', transaction);
  await retryTransactions(tx, { sequence }, who.at);
  await audit(tx, who, 'retryTransaction', subjectOf(sequence));
  return found(tx, sequence);
}

/** Lets all failed transactions (of a channel, or of all: null) be tried again. */
export async function retryAllTransactions(
  tx: EntityManager,
  channel: string | null,
  who: Actor,
): Promise<{ count: number; channels: string[] }> {
  const retried = await retryTransactions(tx, { channel }, who.at);
  await audit(tx, who, 'retryFailedTransactions', `channel:${channel ?? '*'}`, [[null, null, retried.length]]);
  return { count: retried.length, channels: [...new Set(retried.map((row) => row.channel))] };
}

/** Releases a sales order that was put on hold. */
export async function releaseHold(tx: EntityManager, id: number, who: Actor): Promise<SalesOrder> {
  const [order] = await salesOrdersWhere(tx, { id });
  if (!order) throw new NotFound('sales order');
  if (order.holdCode === null) throw new WrongState('This sales order is not on hold.');
  await releaseSalesOrder(tx, id);
  await audit(tx, who, 'releaseSalesOrder', `sales-order:${id}`, [['holdCode', order.holdCode, null]]);
  return { ...order, holdCode: null };
}

async function found(tx: EntityManager, sequence: number): Promise<RetailTransaction> {
  const [transaction] = await transactionsWhere(tx, { sequence });
  if (!transaction) throw new NotFound('transaction');
  return transaction;
}

const wrong = (what: string, { status, statementId }: RetailTransaction) =>
  new WrongState(
    `This transaction cannot be ${what}: it is ${status}${statementId === null ? '' : ' and part of a statement'}.`,
  );

/** Changes a transaction that is still as it was read, with its audit entries. */
async function changed(
  tx: EntityManager,
  transaction: RetailTransaction,
  change: Parameters<typeof changeTransaction>[2],
  who: Actor,
  action: string,
  changes?: readonly Change[],
): Promise<RetailTransaction> {
  const { sequence } = transaction;
  if (!(await changeTransaction(tx, transaction, { ...change, modifiedAt: who.at }))) {
    throw new WrongState('This transaction has changed in the meantime; look at it again.');
  }
  await audit(tx, who, action, subjectOf(sequence), changes);
  return found(tx, sequence);
}

const subjectOf = (sequence: number) => `transaction:${sequence}`;

function withChange(before: TransactionBody, change: TransactionChange): TransactionBody {
  const { currency } = before;
  const changes = new Map((change.lines ?? []).map((line, index) => [line.line, { ...line, index }]));
  const blank = { sku: '', name: null, quantity: 0, unitPrice: 0, discount: 0, tax: 0, voided: false };
  const known = Array.isArray(before.lines) ? before.lines : [];
  const all = [
    ...known,
    ...[...changes.keys()]
      .filter((line) => !known.some((one) => one.line === line))
      .map((line) => ({ ...blank, line }) as TransactionLine),
  ];
  const amount = (text: string | null | undefined, otherwise: number, path: (string | number)[]) =>
    text === null || text === undefined
      ? otherwise
      : valueOr(minorUnits(text, currency), path, `an amount in ${currency}`);
  const lines = all.map((line) => {
    const wanted = changes.get(line.line);
    if (!wanted) return line;
    const at = (field: string) => ['lines', wanted.index, field];
    return lineOf(
      {
        ...line,
        sku: wanted.sku?.trim() ?? line.sku,
        quantity:
          wanted.quantity === null || wanted.quantity === undefined
            ? line.quantity
            : valueOr(thousandths(wanted.quantity), at('quantity'), 'a quantity of at most three decimals'),
        unitPrice: amount(wanted.unitPrice, line.unitPrice, at('unitPrice')),
        discount: amount(wanted.discount, line.discount, at('discount')),
        tax: amount(wanted.tax, line.tax, at('tax')),
        voided: wanted.voided ?? line.voided,
      },
      before.pricesIncludeTax,
    );
  });
  const paid = new Map((Array.isArray(before.payments) ? before.payments : []).map((one) => [one.line, one]));
  for (const [index, { line, tender, amount: text }] of (change.payments ?? []).entries()) {
    const payment: TransactionPayment = paid.get(line) ?? { line, tender: 'CASH', amount: 0 };
    const value = amount(text, payment.amount, ['payments', index, 'amount']);
    paid.set(line, { line, tender: tender ?? payment.tender, amount: value });
  }
  const payments = [...paid.values()];
  const body: TransactionBody = {
    ...before,
    customerUuid: change.customerUuid === undefined ? before.customerUuid : change.customerUuid,
    deliveryAddressUuid:
      change.deliveryAddressUuid === undefined ? before.deliveryAddressUuid : change.deliveryAddressUuid,
    businessDate: change.businessDate ?? before.businessDate,
    lines,
    payments,
  };
  return { ...body, ...totalsOf(lines, Array.isArray(before.charges) ? before.charges : [], payments) };
}

function valueOr(value: number | undefined, path: (string | number)[], what: string): number {
  if (value === undefined) throw new InvalidInput(path, `must be ${what}`);
  return value;
}

/** One entry per field that differs, e.g. `lines.2.unitPrice`. */
function differencesOf(before: TransactionBody, after: TransactionBody) {
  const one = fieldsOf(before);
  const other = fieldsOf(after);
  return [...new Set([...one.keys(), ...other.keys()])]
    .map((field): Change => [field, one.get(field) ?? null, other.get(field) ?? null])
    .filter(([, was, is]) => was !== is);
}

function fieldsOf(body: TransactionBody): Map<string, string | null> {
  const money = (value: number) => decimalOf(value, body.currency);
  const fields = new Map<string, string | null>([
    ['customerUuid', body.customerUuid],
    ['deliveryAddressUuid', body.deliveryAddressUuid],
    ['businessDate', body.businessDate],
    ['gross', money(body.gross)],
  ]);
  for (const line of Array.isArray(body.lines) ? body.lines : []) {
    const at = `lines.${line.line}`;
    fields.set(`${at}.sku`, line.sku).set(`${at}.quantity`, quantityOf(line.quantity));
    fields.set(`${at}.unitPrice`, money(line.unitPrice)).set(`${at}.discount`, money(line.discount));
    fields.set(`${at}.tax`, money(line.tax)).set(`${at}.voided`, String(line.voided));
  }
  for (const payment of Array.isArray(body.payments) ? body.payments : []) {
    fields.set(`payments.${payment.line}.tender`, payment.tender);
    fields.set(`payments.${payment.line}.amount`, money(payment.amount));
  }
  return fields;
}
