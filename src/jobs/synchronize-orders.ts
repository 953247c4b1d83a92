import {
  countDueTransactions,
  type DueTransaction,
  dueTransactions,
  setBack,
  stillDueTransactions,
  wakeTransactions,
} from '../data/hq/transaction.ts';
import { type CheckedOrder, checkedOrders, setbackAfter, synchronizeOrders as synchronize } from '../domain/order.ts';
import type { Job, JobContext } from '../queue/job.ts';
import { inHalves } from './halves.ts';
import { refuseRewoundHeadquarters } from './rewound.ts';

/**
 * Synchronize orders: makes sales orders of the orders that channels uploaded, within headquarters.
 *
 * One transaction is one batch: the customers and addresses that its orders reference, with account IDs where they have none, numbers,
 * sales orders with their lines, and the orders' new states. A crash leaves whole batches or nothing of them. An order that breaks a rule
 * is set aside; one whose customer has not arrived waits; one that makes the database refuse a batch is found by halving the batch.
 */
export const synchronizeOrders: Job = {
  name: 'synchronize-orders',
  title: 'Synchronize orders',
  description:
    'Turns uploaded orders into sales orders; customers and addresses that they reference are synchronized first.',
  async run(context) {
    await refuseRewoundHeadquarters(context);
    const channels = context.channelCodes();
    await context.batch(async (tx) => {
      await wakeTransactions(tx, 'orders', channels, context.now());
      return { done: 0, result: undefined };
    });
    context.expect('making sales orders', await context.hq.read((db) => countDueTransactions(db, 'orders', channels)));
    await context.isolated(null, async () => {
      for (const channel of channels) await synchronizeChannel(context, channel);
    });
  },
};

async function synchronizeChannel(context: JobContext, channel: string): Promise<void> {
  const next = (after: number) =>
    context.hq
      .read((db) => dueTransactions(db, 'orders', channel, context.batchSize, after))
      .then((due): CheckedOrder[] => checkedOrders(due));
  let reads = next(0);
  for (;;) {
    const due = await reads;
    if (due.length === 0) return;
    // The next batch is read and checked while the database stores this one.
    reads = next(due.at(-1)!.sequence);
    reads.catch(() => {});
    await inHalves(
      due,
      (orders) => synchronizeBatch(context, orders),
      (order, error) => refused(context, order, error),
    );
  }
}

function synchronizeBatch(context: JobContext, due: readonly CheckedOrder[]): Promise<void> {
  const now = context.now();
  return context.batch(async (tx) => {
    const orders = await stillDueTransactions(tx, due);
    const { done, failed } = await synchronize(tx, orders, now);
    return { done, failed, result: undefined };
  });
}

/** The database refused this one order: it is tried again later, a few times. */
async function refused(context: JobContext, order: DueTransaction, error: unknown): Promise<void> {
  context.log.error({ err: error, transaction: order.sequence }, 'an order was refused by the database');
  const now = context.now();
  const setback = setbackAfter(
    order,
    { code: 'INTERNAL', message: 'The database refused this order; see the log of headquarters.' },
    now,
  );
  await context.batch(async (tx) => {
    await setBack(tx, [setback], now);
    return { done: 0, failed: setback.next_try_at === null ? 1 : 0, result: undefined };
  });
}
