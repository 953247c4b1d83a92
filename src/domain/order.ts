import type { EntityManager } from 'typeorm';
import { formatted, takeNumbers } from '../data/hq/number-sequence.ts';
import { insertSalesOrders } from '../data/hq/sales-order.bulk.ts';
import { salesOrder } from '../data/hq/sales-order.ts';
import { type DueTransaction, type Setback, setBack, succeed } from '../data/hq/transaction.bulk.ts';
import { NumberSequenceExhausted } from '../errors.ts';
import { businessDays, latestDay, outside } from './business-day.ts';
import { resolveReferences } from './references.ts';
import { backoff, MOST_TRIES } from './resolve.ts';
import { issuesOfTransaction } from './transaction-rules.ts';

export interface Synchronized {
  /** Orders that have their sales order now. */
  done: number;
  failed: number;
  waiting: number;
  /** Orders for which no number was left; they are due still. */
  unnumbered: number;
}

/** An order that may have been checked already: null, nothing is wrong with what it says. */
export interface CheckedOrder extends DueTransaction {
  invalid?: string | null;
}

/** Checks what orders say, before the transaction that synchronizes them. */
export const checkedOrders = (orders: DueTransaction[]): CheckedOrder[] =>
  orders.map((order) => Object.assign(order, { invalid: invalidity(order) ?? null }));

function invalidity({ payload, receivedAt }: DueTransaction): string | undefined {
  const [issue] = issuesOfTransaction(payload);
  if (issue) return [issue.path.join('.'), issue.rule].filter(Boolean).join(': ');
  const wrong = outside(payload.businessDate, businessDays(latestDay(receivedAt)));
  return wrong && `businessDate: ${wrong}`;
}

/**
 * Makes sales orders of orders: their customers and addresses are synchronized first, then each gets its number from the sequence, all in
 * the caller's transaction. An order that cannot go on is set aside with the reason and its neighbours go on.
 * Throws NumberSequenceExhausted when not one number is left for those who could go on; nothing is changed then.
 */
export async function synchronizeOrders(
  tx: EntityManager,
  orders: readonly CheckedOrder[],
  now: string,
): Promise<Synchronized> {
  const setbacks: Setback[] = [];
  const sound = orders.filter((order) => {
    const reason = reasonAgainst(order);
    if (reason)
      setbacks.push({ sequence: order.sequence, status: 'FAILED', nextTryAt: null, counts: false, ...reason });
    return !reason;
  });
  const obstacles = await resolveReferences(tx, sound, now, ({ uuid }) => `order ${uuid}`);
  for (const [sequence, { state: status, errorCode, error }] of obstacles)
    setbacks.push({ sequence, status, nextTryAt: null, counts: false, errorCode, error });
  const ready = sound.filter(({ sequence }) => !obstacles.has(sequence));

  let taken = 0;
  if (ready.length > 0) {
    const numbers = await takeNumbers(tx, salesOrder, ready.length);
    taken = numbers.taken;
    if (taken === 0 && setbacks.length === 0) throw new NumberSequenceExhausted(salesOrder, numbers.sequence.largest);
    const numbered = ready.slice(0, taken).map(({ sequence }, index) => ({
      sequence,
      salesOrderId: formatted(numbers.sequence, numbers.first + index),
    }));
    if (taken > 0) {
      await insertSalesOrders(tx, numbered, now);
      await succeed(
        tx,
        numbered.map(({ sequence }) => sequence),
        now,
      );
    }
  }
  if (setbacks.length > 0) await setBack(tx, setbacks, now);
  const failed = setbacks.filter(({ status }) => status === 'FAILED').length;
  return { done: taken, failed, waiting: setbacks.length - failed, unnumbered: ready.length - taken };
}

function reasonAgainst(order: CheckedOrder): { errorCode: string; error: string } | undefined {
  if (order.duplicate) return duplicate;
  const invalid = order.invalid === undefined ? invalidity(order) : order.invalid;
  return invalid ? { errorCode: 'INVALID_INPUT', error: invalid } : undefined;
}

export const duplicate = {
  errorCode: 'DUPLICATE_TRANSACTION',
  error: 'Another channel database sent a transaction with this UUID before.',
};

/** How long a transaction that met a passing failure waits for its next try, and when it is set aside for a person. */
export function setbackAfter(
  { sequence, tryCount: tries }: Pick<DueTransaction, 'sequence' | 'tryCount'>,
  error: { code: string; message: string },
  now: string,
): Setback {
  return {
    sequence,
    status: 'FAILED',
    nextTryAt: tries + 1 < MOST_TRIES ? backoff(tries, now) : null,
    errorCode: error.code,
    error: error.message,
    counts: true,
  };
}
