import { type CustomerOperationRow, countDue, dueOperations, failOperations, stillDue } from '../data/hq/operation.ts';
import { afterPassingFailure, type Checked, checked, resolveOperations } from '../domain/resolve.ts';
import { proveHeadquarters } from '../domain/rewound.ts';
import type { Job, JobContext } from '../queue/job.ts';
import { passesAlong } from './halves.ts';

/**
 * Synchronize customers and channel requests: gives uploaded customers their account IDs, within headquarters.
 *
 * One transaction is one batch: account IDs taken from the sequence, customers, addresses and the operations' new states. A crash
 * leaves whole batches or nothing of them. An operation that breaks a rule is set aside; one that makes the database refuse a batch is
 * found by halving the batch, so that its neighbours go on.
 */
export const synchronizeCustomers: Job = {
  name: 'synchronize-customers',
  title: 'Synchronize customers and channel requests',
  description:
    'Turns uploaded customer operations into headquarters customers and gives each new customer its account ID.',
  async run(context) {
    const channels = context.channelCodes();
    context.expect('assigning account IDs', await context.hq.read((db) => countDue(db, channels, context.now())));
    // Numbers that ran out, or must not be given, stop this step and not the next: 1010 still brings down what was assigned.
    await context.isolated(null, async () => {
      await proveHeadquarters(context, context.channelDatabases());
      await synchronizeAll(context, channels);
    });
  },
};

async function synchronizeAll(context: JobContext, channels: string[]): Promise<void> {
  let reads = nextDue(context, channels, beginning);
  for (;;) {
    const { due, next } = await reads;
    if (due.length === 0) return;
    // The next batch is read and checked while the database stores this one.
    reads = nextDue(context, channels, next);
    reads.catch(() => {});
    // What was left of this batch, or waited for it, comes before what follows it.
    if (!(await synchronizeBatch(context, due))) reads = nextDue(context, channels, beginning);
  }
}

/** Behind the operation numbered `after`, in the channel with this index. */
interface Place {
  channel: number;
  after: number;
}

const beginning: Place = { channel: 0, after: 0 };

/** The next batch of operations that are due, channel by channel, and where the one after it begins. */
async function nextDue(context: JobContext, channels: string[], from: Place): Promise<{ due: Checked[]; next: Place }> {
  const due: CustomerOperationRow[] = [];
  let { channel, after } = from;
  for (; channel < channels.length; channel++, after = 0) {
    const limit = context.batchSize - due.length;
    const code = channels[channel]!;
    const { operations, more } = await context.hq.read((db) => dueOperations(db, code, context.now(), limit, after));
    due.push(...operations);
    if (more) return { due: checked(due), next: { channel, after: operations.at(-1)!.sequence } };
  }
  return { due: checked(due), next: { channel, after } };
}

/**
 * False when some of the batch are still due, or others may be due because of it. A batch that the database refuses is tried in
 * halves, down to the operation that is at fault.
 */
async function synchronizeBatch(context: JobContext, due: Checked[]): Promise<boolean> {
  const now = context.now();
  try {
    return await context.batch(async (tx) => {
      const operations = await stillDue(tx, due, now);
      const { synced, failed, numbersLeft } = await resolveOperations(tx, operations, now);
      if (numbersLeft !== null) context.log.warn({ numbersLeft }, 'the number sequence of customer accounts runs low');
      const retried = operations.some(({ try_count: tries }) => tries > 0);
      return { done: synced, failed, result: synced + failed === due.length && !retried };
    });
  } catch (error) {
    if (passesAlong(error)) throw error;
    if (due.length > 1) {
      const half = Math.ceil(due.length / 2);
      return (await synchronizeBatch(context, due.slice(0, half))) && synchronizeBatch(context, due.slice(half));
    }
    context.log.error({ err: error, operation: due[0]!.sequence }, 'an operation was refused by the database');
    const failure = afterPassingFailure(
      due[0]!,
      { code: 'INTERNAL', message: 'The database refused this operation; see the log of headquarters.' },
      now,
    );
    await context.batch(async (tx) => {
      await failOperations(tx, [failure], now);
      return { done: 0, failed: failure.state === 'FAILED' ? 1 : 0, result: undefined };
    });
    return true;
  }
}
