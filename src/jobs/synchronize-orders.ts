import { stillDueTransactions } from '../data/hq/transaction.bulk.ts';
import { type CheckedOrder, checkedOrders, synchronizeOrders as synchronize } from '../domain/order.ts';
import { defineJob, type JobContext } from '../queue/job.ts';
import { workThroughDue } from './due-transactions.ts';

/**
 * Synchronize orders: turns uploaded orders into sales orders at headquarters.
 *
 * One transaction is one batch: the customers and addresses its orders refer to, with account IDs where they have none; numbers; sales
 * orders with their lines; and the orders' new states. A crash leaves only whole batches. An order that breaks a rule is set aside, one
 * whose customer has not arrived waits, and one that makes the database refuse a batch is found by halving the batch.
 */
export const synchronizeOrders = defineJob({
  name: 'synchronize-orders',
  title: 'Synchronize orders',
  description:
    'Synchronize orders: turns uploaded orders into sales orders, synchronizing their customers and addresses first.',
  unit: 'ORDERS',
  phases: { CREATING_SALES_ORDERS: 'Creating sales orders, with account IDs for their customers.' },
  run: (context) =>
    workThroughDue(context, {
      family: 'orders',
      phase: 'CREATING_SALES_ORDERS',
      check: checkedOrders,
      batch: (due) => synchronizeBatch(context, due),
    }),
});

function synchronizeBatch(context: JobContext, due: readonly CheckedOrder[]): Promise<void> {
  const now = context.now();
  return context.batch(async (tx) => {
    const orders = await stillDueTransactions(tx, due);
    const { done, failed, waiting } = await synchronize(tx, orders, now);
    return { done, failed, waiting, moved: done + failed + waiting > 0, result: undefined };
  });
}
