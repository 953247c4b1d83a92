import type { EntityManager } from 'typeorm';
import { takeNumbers } from '../data/hq/number-sequence.bulk.ts';
import { formatted } from '../data/hq/number-sequence.ts';
import { insertSalesOrders } from '../data/hq/sales-order.bulk.ts';
import { salesOrder } from '../data/hq/sales-order.ts';
import { type DueTransaction, type Setback, setBack, succeed } from '../data/hq/transaction.bulk.ts';
import { NumberSequenceExhausted } from '../errors.ts';
import { latestDay } from './business-day.ts';
import { resolveReferences } from './references.ts';
import { businessDateViolations, violationsOfTransaction } from './transaction-rules.ts';
import { textOf } from './violations.ts';

/** An order and the rule that it breaks, if any. */
export interface CheckedOrder extends DueTransaction {
  invalid: string | undefined;
}

/** Checks orders before the transaction that synchronizes them. */
export const checkedOrders = (orders: DueTransaction[]): CheckedOrder[] =>
  orders.map((order) => Object.assign(order, { invalid: invalidity(order) }));

function invalidity({ payload, receivedAt }: DueTransaction): string | undefined {
  return (
    textOf(violationsOfTransaction(payload)) ??
    textOf(businessDateViolations(payload.businessDate, latestDay(receivedAt)))
  );
}

/**
 * Creates sales orders from orders. Synchronizes their customers and addresses first, then assigns each order a number, all in the caller's
 * transaction. An order that cannot continue is set aside with the reason, without affecting its neighbors.
 * Throws NumberSequenceExhausted, without changing anything, if no numbers are left.
 */
export async function synchronizeOrders(
  tx: EntityManager,
  orders: readonly CheckedOrder[],
  now: string,
): Promise<{ done: number; failed: number; waiting: number }> {
  const setbacks = orders.flatMap(setbacksOf);
  const wrong = new Set(setbacks.map(({ sequence }) => sequence));
  const correct = orders.filter(({ sequence }) => !wrong.has(sequence));
  const obstacles = await resolveReferences(tx, correct, now);
  setbacks.push(...obstacles.values());
  const ready = correct.filter(({ sequence }) => !obstacles.has(sequence));

  let done = 0;
  if (ready.length > 0) {
    const { taken, first, sequence } = await takeNumbers(tx, salesOrder, ready.length);
    if (taken === 0 && setbacks.length === 0) throw new NumberSequenceExhausted(salesOrder, sequence.largest);
    done = taken;
    const numbered = ready
      .slice(0, taken)
      .map((order, index) => ({ sequence: order.sequence, salesOrderId: formatted(sequence, first + index) }));
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
  return { done, failed, waiting: setbacks.length - failed };
}

function setbacksOf({ sequence, duplicate, invalid }: CheckedOrder): Setback[] {
  const error = 'Another channel database already sent a transaction with this UUID.';
  if (duplicate) return [{ sequence, status: 'FAILED', errorCode: 'DUPLICATE_TRANSACTION', error }];
  return invalid ? [{ sequence, status: 'FAILED', errorCode: 'INVALID_INPUT', error: invalid }] : [];
}
