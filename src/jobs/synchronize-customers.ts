import { countDue, type DueOperation, dueOperations, failOperations, stillDue } from '../data/hq/operation.bulk.ts';
import { type Checked, checked, resolveOperations } from '../domain/resolve.ts';
import { retryLater } from '../domain/retry.ts';
import { proveHeadquarters } from '../domain/rewound.ts';
import { defineJob, type JobContext } from '../queue/job.ts';
import { inHalves } from './halves.ts';

/**
 * Synchronize customers and channel requests: assigns account IDs to uploaded customers at headquarters.
 *
 * One transaction is one batch: account IDs from the number sequence, customers, addresses, and the operations' new states. A crash leaves
 * only whole batches. An operation that breaks a rule is set aside; one that makes the database refuse a batch is found by halving the
 * batch, so that the others continue.
 */
export const synchronizeCustomers = defineJob({
  name: 'synchronize-customers',
  title: 'Synchronize customers',
  description: 'Synchronize customers and channel requests: assigns account IDs to uploaded customers.',
  unit: 'OPERATIONS',
  perChannelDatabase: true,
  phases: { ASSIGNING_ACCOUNT_IDS: 'Applying customer operations, which gives new customers their account IDs.' },
  // Before any of them gets a number, because one may know that headquarters is too old.
  beforeSharing: (context) => proveHeadquarters(context, context.channelDatabases()),
  async run(context) {
    const channels = context.channelCodes();
    const first = await nextDue(context, channels, beginning);
    const isEverything = first.next.channel === channels.length;
    const count = () => context.hq.read((db) => countDue(db, channels, context.now()));
    context.expect('ASSIGNING_ACCOUNT_IDS', isEverything ? first.due.length : await count());
    // If numbers have run out or must not be assigned, this step stops but the next one runs: 1010 still delivers what was assigned.
    await context.isolated(null, async () => {
      if (!context.isProven) await proveHeadquarters(context, context.channelDatabases());
      await synchronizeAll(context, channels, first);
    });
  },
});

/** What the P-job has done of this job. */
export const assigning = { job: synchronizeCustomers.name, phase: 'ASSIGNING_ACCOUNT_IDS' };

async function synchronizeAll(context: JobContext, channels: string[], first: Due): Promise<void> {
  let reads = Promise.resolve(first);
  for (;;) {
    const { due, next } = await reads;
    if (due.length === 0) return;
    // The next batch is read and checked while the database stores this one.
    reads = nextDue(context, channels, next);
    reads.catch(() => {});
    const isDone = await inHalves(
      due,
      (some) => synchronizeBatch(context, some),
      (operation, error) => refused(context, operation, error),
    );
    for (const name of new Set(due.map(({ channelDatabase }) => channelDatabase))) context.announceChannels(name);
    // The rest of this batch, and what was waiting for it, comes before what follows it.
    if (!isDone) reads = nextDue(context, channels, beginning);
  }
}

/** After the operation numbered `after`, in the channel with this index. */
interface Place {
  channel: number;
  after: number;
}

const beginning: Place = { channel: 0, after: 0 };

/** A batch of due operations, and where the batch after it begins. */
interface Due {
  due: Checked[];
  next: Place;
}

/** The next batch, channel by channel. */
async function nextDue(context: JobContext, channels: string[], from: Place): Promise<Due> {
  const due: DueOperation[] = [];
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

/** Returns false if part of the batch is still due, or if other operations may have become due because of it. */
function synchronizeBatch(context: JobContext, due: readonly Checked[]): Promise<boolean> {
  const now = context.now();
  return context.batch(async (tx) => {
    const operations = await stillDue(tx, due, now);
    const { synced, failed, numbersLeft } = await resolveOperations(tx, operations, now);
    noteNumbersLeft(context, numbersLeft);
    const retried = operations.some(({ tryCount: tries }) => tries > 0);
    return { done: synced, failed, result: synced + failed === due.length && !retried };
  });
}

export function noteNumbersLeft(context: JobContext, numbersLeft: number | null): void {
  if (numbersLeft !== null)
    context.log.warn({ numbersLeft }, 'the number sequence for customer accounts is running low');
}

async function refused(context: JobContext, operation: Checked, error: unknown): Promise<void> {
  context.log.error({ err: error, operation: operation.sequence }, 'the database refused an operation');
  const now = context.now();
  const message = 'The database refused this operation. See the headquarters log.';
  const retry = retryLater(operation, 'INTERNAL', message, now);
  const state = retry.nextTryAt === null ? 'FAILED' : 'PENDING';
  await context.batch(async (tx) => {
    await failOperations(tx, [{ ...retry, state }], now);
    const failed = state === 'FAILED' ? 1 : 0;
    return { done: 0, failed, waiting: 1 - failed, result: undefined };
  });
}
