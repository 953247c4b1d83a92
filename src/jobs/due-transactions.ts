import {
  countDueTransactions,
  type DueTransaction,
  dueTransactions,
  type Family,
  setBack,
  wakeTransactions,
} from '../data/hq/transaction.bulk.ts';
import { setbackAfter } from '../domain/order.ts';
import { proveHeadquarters } from '../domain/rewound.ts';
import type { JobContext } from '../queue/job.ts';
import { inHalves } from './halves.ts';

interface Work<Checked extends DueTransaction> {
  family: Family;
  /** What is done, for people who watch. */
  phase: string;
  /** Looks at what channels sent, before the transaction that works on it: it is half of the work, and others may write meanwhile. */
  check: (due: DueTransaction[]) => Checked[];
  /** One transaction of a batch, of one channel. */
  batch: (due: readonly Checked[], channel: string) => Promise<void>;
}

/**
 * Works through what is due, channel by channel and batch by batch, what has waited and may go on included. A transaction that makes the
 * database refuse its batch is found by halving the batch, and tried again later, a few times.
 */
export async function workThroughDue<Checked extends DueTransaction>(
  context: JobContext,
  work: Work<Checked>,
): Promise<void> {
  const { family, phase } = work;
  const channels = context.channelCodes();
  await context.batch(async (tx) => {
    await wakeTransactions(tx, family, channels, context.now());
    return { done: 0, result: undefined };
  });
  context.expect(phase, await context.hq.read((db) => countDueTransactions(db, family, channels)));
  // Numbers that ran out, or must not be given, stop this step and not the next.
  await context.isolated(null, async () => {
    await proveHeadquarters(context, context.channelDatabases());
    for (const channel of channels) await workThrough(context, channel, work);
  });
}

async function workThrough<Checked extends DueTransaction>(
  context: JobContext,
  channel: string,
  { family, check, batch }: Work<Checked>,
): Promise<void> {
  const next = (after: number) =>
    context.hq.read((db) => dueTransactions(db, family, channel, context.batchSize, after)).then(check);
  let reads = next(0);
  for (;;) {
    const due = await reads;
    if (due.length === 0) return;
    // The next batch is read and checked while the database stores this one.
    reads = next(due.at(-1)!.sequence);
    reads.catch(() => {});
    await inHalves(
      due,
      (some) => batch(some, channel),
      (transaction, error) => refused(context, transaction, error),
    );
  }
}

async function refused(context: JobContext, transaction: DueTransaction, error: unknown): Promise<void> {
  context.log.error({ err: error, transaction: transaction.sequence }, 'a transaction was refused by the database');
  const now = context.now();
  const message = 'The database refused this transaction; see the log of headquarters.';
  const setback = setbackAfter(transaction, { code: 'INTERNAL', message }, now);
  await context.batch(async (tx) => {
    await setBack(tx, [setback], now);
    return { done: 0, failed: setback.nextTryAt === null ? 1 : 0, result: undefined };
  });
}
