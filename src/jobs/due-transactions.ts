import {
  countDueTransactions,
  type DueTransaction,
  dueTransactions,
  setBack,
  wakeTransactions,
} from '../data/hq/transaction.bulk.ts';
import type { Family } from '../data/transaction-facts.ts';
import { retryLater } from '../domain/retry.ts';
import { proveHeadquarters } from '../domain/rewound.ts';
import type { JobContext } from '../queue/job.ts';
import { inHalves } from './halves.ts';

interface Work<Checked extends DueTransaction> {
  family: Family;
  /** What the job is doing, shown as progress. */
  phase: string;
  /** Checks what channels sent. It runs before the transaction starts: it is half of the work, and others can write meanwhile. */
  check: (due: DueTransaction[]) => Checked[];
  /** Processes a batch of one channel in one transaction. */
  batch: (due: readonly Checked[], channel: string) => Promise<void>;
}

/**
 * Processes due retail transactions, including waiting ones that may continue, channel by channel in batches. If the database refuses a
 * batch, the transaction at fault is found by halving the batch and retried later, a few times.
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
  // If numbers have run out or must not be assigned, this step stops but the next one runs.
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
  context.log.error({ err: error, transaction: transaction.sequence }, 'the database refused a transaction');
  const now = context.now();
  const message = 'The database refused this transaction. See the headquarters log.';
  const retry = retryLater(transaction, 'INTERNAL', message, now);
  await context.batch(async (tx) => {
    await setBack(tx, [{ ...retry, status: 'FAILED', counts: true }], now);
    const failed = retry.nextTryAt === null ? 1 : 0;
    return { done: 0, failed, waiting: 1 - failed, result: undefined };
  });
}
