import type { EntityManager } from 'typeorm';
import { type Actor, type AuditAction, audit, type Change, channelSubject } from '../data/hq/audit.ts';
import { releaseSalesOrder, type SalesOrder, salesOrdersWhere } from '../data/hq/sales-order.ts';
import { retryTransactions } from '../data/hq/transaction.bulk.ts';
import { changeTransaction, type RetailTransaction, transactionsWhere } from '../data/hq/transaction.ts';
import type { Tender, TransactionBody, TransactionLine, TransactionPayment } from '../data/transaction-facts.ts';
import { atPath, InvalidInput, mustBeValid, NotFound, type Path, type Violation, WrongState } from '../errors.ts';
import { latestDay } from './business-day.ts';
import { decimalOf, quantityOf } from './money.ts';
import { amountFrom, ofInput, quantityFrom } from './transaction.ts';
import { businessDateViolations, lineOf, totalsOf, violationsOfTransaction } from './transaction-rules.ts';
import { isSale, orderStatusOf, saleStatusOf } from './transaction-status.ts';

/*
 * How operators correct transactions that cannot continue. Every change is checked like a new transaction and recorded in the audit trail. Jobs
 * skip a transaction while it is being edited.
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

/** Omitted fields keep their values. An unused number adds a line or payment. To remove a line, void it. */
interface TransactionChange {
  customerUuid?: string | null;
  deliveryAddressUuid?: string | null;
  businessDate?: string | null;
  lines?: readonly LineChange[] | null;
  payments?: readonly PaymentChange[] | null;
}

/** Whether a transaction may be edited: it has no sales order and is not part of a statement. */
const untouched = (transaction: RetailTransaction): boolean =>
  ['NONE', 'WAITING', 'FAILED'].includes(transaction.status) ||
  (transaction.kind === 'CASH_AND_CARRY' && transaction.status === 'SUCCEEDED' && transaction.statementId === null);

/** Makes jobs skip a transaction until it is saved or released. */
export async function beginEditing(tx: EntityManager, sequence: number, who: Actor): Promise<RetailTransaction> {
  const transaction = await transactionBy(tx, sequence);
  if (!untouched(transaction)) throw wrong('edited', transaction);
  return changed(
    tx,
    transaction,
    { status: 'EDITING', statusBeforeEditing: transaction.status },
    who,
    'BEGIN_EDITING_TRANSACTION',
  );
}

/** Returns a transaction to the jobs unchanged. */
export async function releaseEditing(tx: EntityManager, sequence: number, who: Actor): Promise<RetailTransaction> {
  const transaction = await transactionBy(tx, sequence);
  if (transaction.status !== 'EDITING') throw wrong('released', transaction);
  const status = transaction.statusBeforeEditing ?? 'NONE';
  return changed(tx, transaction, { status, statusBeforeEditing: null }, who, 'RELEASE_TRANSACTION');
}

/**
 * Saves a correction, which must follow every rule. The transaction is due again. With `hold`, the resulting sales order is on hold until it is
 * released.
 */
export async function editTransaction(
  tx: EntityManager,
  sequence: number,
  change: TransactionChange,
  hold: boolean,
  who: Actor,
): Promise<RetailTransaction> {
  const transaction = await transactionBy(tx, sequence);
  if (transaction.status !== 'EDITING' && !untouched(transaction)) throw wrong('edited', transaction);
  const before = transaction.payload;
  const found: Violation[] = [];
  const body = withChange(before, change, found);
  const violations = ofInput(violationsOfTransaction(body, found)).map((violation) =>
    ofChange(violation, body, change),
  );
  violations.push(...businessDateViolations(body.businessDate, latestDay(transaction.receivedAt)));
  if (hold && isSale(body)) violations.push({ path: ['hold'], message: 'is only for orders' });
  mustBeValid(violations);
  const differences = differencesOf(before, body);
  if (differences.length === 0) throw new InvalidInput([], 'contains no changes');
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
    'EDIT_TRANSACTION',
    differences,
  );
}

/** Voids a transaction, so that it is never processed. */
export async function voidTransaction(
  tx: EntityManager,
  sequence: number,
  reason: string,
  who: Actor,
): Promise<RetailTransaction> {
  const transaction = await transactionBy(tx, sequence);
  if (transaction.status !== 'EDITING' && !untouched(transaction)) throw wrong('voided', transaction);
  return changed(
    tx,
    transaction,
    { status: 'VOIDED', nextTryAt: null, statusBeforeEditing: null },
    who,
    'VOID_TRANSACTION',
    [['reason', null, reason]],
  );
}

/** Retries a failed transaction from scratch. */
export async function retryTransaction(tx: EntityManager, sequence: number, who: Actor): Promise<RetailTransaction> {
  const transaction = await transactionBy(tx, sequence);
  if (transaction.status !== 'FAILED') throw wrong('retried', transaction);
  await retryTransactions(tx, { sequence }, who.at);
  await audit(tx, who, 'RETRY_TRANSACTION', transactionSubject(transaction));
  return transactionBy(tx, sequence);
}

/** Retries all failed transactions of a channel, or of all channels if it is null. */
export async function retryAllTransactions(
  tx: EntityManager,
  channel: string | null,
  who: Actor,
): Promise<{ count: number; channels: string[] }> {
  const retried = await retryTransactions(tx, { channel }, who.at);
  await audit(tx, who, 'RETRY_FAILED_TRANSACTIONS', channelSubject(channel), [[null, null, retried.length]]);
  return { count: retried.length, channels: [...new Set(retried.map((row) => row.channel))] };
}

/** Releases a sales order that was put on hold. */
export async function releaseHold(tx: EntityManager, id: number, who: Actor): Promise<SalesOrder> {
  const [order] = await salesOrdersWhere(tx, { id });
  if (!order) throw new NotFound('sales order');
  if (order.holdCode === null) throw new WrongState('This sales order is not on hold.');
  await releaseSalesOrder(tx, id);
  const subject = { type: 'SalesOrder', key: id, name: `Sales order ${order.salesOrderId}` };
  await audit(tx, who, 'RELEASE_SALES_ORDER', subject, [['holdCode', order.holdCode, null]]);
  return { ...order, holdCode: null };
}

async function transactionBy(tx: EntityManager, sequence: number): Promise<RetailTransaction> {
  const [transaction] = await transactionsWhere(tx, { sequence });
  if (!transaction) throw new NotFound('transaction');
  return transaction;
}

const wrong = (what: string, transaction: RetailTransaction) => {
  const { status, statementId } = transaction;
  const [noun, shown] = isSale(transaction) ? ['sale', saleStatusOf(status)] : ['order', orderStatusOf(status)];
  return new WrongState(
    `This ${noun} cannot be ${what}: it is ${shown}${statementId === null ? '' : ' and part of a statement'}.`,
  );
};

/** Changes a transaction and writes its audit entries. Throws WrongState if it has changed since it was read. */
async function changed(
  tx: EntityManager,
  transaction: RetailTransaction,
  change: Parameters<typeof changeTransaction>[2],
  who: Actor,
  action: AuditAction,
  changes?: readonly Change[],
): Promise<RetailTransaction> {
  if (!(await changeTransaction(tx, transaction, { ...change, modifiedAt: who.at }))) {
    throw new WrongState('This transaction has changed in the meantime. Reload it and try again.');
  }
  await audit(tx, who, action, transactionSubject(transaction), changes);
  return transactionBy(tx, transaction.sequence);
}

/** What the audit trail calls a transaction. */
export function transactionSubject(transaction: RetailTransaction) {
  const { channel, uuid, reference } = transaction;
  const type = isSale(transaction) ? 'Sale' : 'Order';
  return { type, key: `${channel}/${uuid}`, name: `${type} ${reference}` };
}

function withChange(before: TransactionBody, change: TransactionChange, found: Violation[]): TransactionBody {
  const { currency } = before;
  const changes = new Map((change.lines ?? []).map((line) => [line.line, line]));
  const blank = { sku: '', name: null, quantity: 0, unitPrice: 0, discount: 0, tax: 0, voided: false };
  const known = Array.isArray(before.lines) ? before.lines : [];
  const all = [
    ...known,
    ...[...changes.keys()]
      .filter((line) => !known.some((existing) => existing.line === line))
      .map((line) => ({ ...blank, line }) as TransactionLine),
  ];
  const amount = (text: string | null | undefined, otherwise: number, path: Path) =>
    text === null || text === undefined ? otherwise : amountFrom(text, currency, path, found);
  const lines = all.map((line, index) => {
    const wanted = changes.get(line.line);
    if (!wanted) return line;
    const at = (field: string) => ['lines', index, field];
    return lineOf(
      {
        ...line,
        sku: wanted.sku?.trim() ?? line.sku,
        quantity:
          wanted.quantity === null || wanted.quantity === undefined
            ? line.quantity
            : quantityFrom(wanted.quantity, at('quantity'), found),
        unitPrice: amount(wanted.unitPrice, line.unitPrice, at('unitPrice')),
        discount: amount(wanted.discount, line.discount, at('discount')),
        tax: amount(wanted.tax, line.tax, at('tax')),
        voided: wanted.voided ?? line.voided,
      },
      before.pricesIncludeTax,
    );
  });
  const payments: TransactionPayment[] = Array.isArray(before.payments) ? [...before.payments] : [];
  for (const { line, tender, amount: text } of change.payments ?? []) {
    const known = payments.findIndex((payment) => payment.line === line);
    const index = known < 0 ? payments.length : known;
    const payment = payments[index] ?? { line, tender: 'CASH', amount: 0 };
    const value = amount(text, payment.amount, ['payments', index, 'amount']);
    payments[index] = { line, tender: tender ?? payment.tender, amount: value };
  }
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

/** A violation with its path in the change; or, in a line or payment that the change leaves alone, with the number of that in its message. */
function ofChange(violation: Violation, body: TransactionBody, change: TransactionChange): Violation {
  const { path, message } = violation;
  const [list, index, ...field] = path;
  if ((list !== 'lines' && list !== 'payments') || typeof index !== 'number') return violation;
  const line = body[list][index]?.line;
  const changed = change[list]?.findIndex((one) => one.line === line) ?? -1;
  return changed < 0
    ? { ...violation, path: [list], message: `line ${line}: ${atPath(field, message)}` }
    : { ...violation, path: [list, changed, ...field] };
}

/** One entry per field that differs, such as `lines.2.unitPrice`. */
function differencesOf(before: TransactionBody, after: TransactionBody) {
  const old = fieldsOf(before);
  const changed = fieldsOf(after);
  return [...new Set([...old.keys(), ...changed.keys()])]
    .map((field): Change => [field, old.get(field) ?? null, changed.get(field) ?? null])
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
