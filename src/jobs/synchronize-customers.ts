import type { EntityManager } from 'typeorm';
import { type CustomerOperation, countDue, dueOperations, failOperations } from '../data/hq/operation.ts';
import { afterPassingFailure, resolveOperations } from '../domain/resolve.ts';
import { DatabaseUnavailable, DomainError } from '../errors.ts';
import { Cancelled, type Job, type JobContext, Released } from '../queue/job.ts';
import { refuseRewoundHeadquarters } from './rewound.ts';

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
    await refuseRewoundHeadquarters(context);
    const channels = context.channelCodes();
    context.expect('assigning account IDs', await context.hq.read((db) => countDue(db, channels, context.now())));
    // Numbers that ran out stop this step and not the next: 1010 still brings down what was assigned.
    await context.isolated(null, async () => {
      for (const channel of channels) {
        while (await synchronizeBatch(context, channel, context.batchSize)) {}
      }
    });
  },
};

/** False when nothing is due. A batch that the database refuses is tried in halves, down to the operation that is at fault. */
async function synchronizeBatch(context: JobContext, channel: string, size: number): Promise<boolean> {
  let due: CustomerOperation[] = [];
  const now = context.now();
  const batch = (work: (tx: EntityManager) => Promise<{ done: number; failed: number }>) =>
    context.batch(async (tx) => ({ ...(await work(tx)), result: undefined }));
  try {
    // A look without a transaction first: most channels have nothing to do.
    if ((await context.hq.read((db) => countDue(db, [channel], now))) === 0) return false;
    await batch(async (tx) => {
      due = await dueOperations(tx, channel, now, size);
      if (due.length === 0) return { done: 0, failed: 0 };
      const { synced, failed, numbersLeft } = await resolveOperations(tx, due, now);
      if (numbersLeft !== null) context.log.warn({ numbersLeft }, 'the number sequence of customer accounts runs low');
      return { done: synced, failed };
    });
    return due.length > 0;
  } catch (error) {
    const passedAlong =
      error instanceof Cancelled ||
      error instanceof Released ||
      error instanceof DomainError ||
      error instanceof DatabaseUnavailable;
    if (passedAlong || due.length === 0) throw error;
    if (due.length > 1) {
      await synchronizeBatch(context, channel, Math.ceil(due.length / 2));
      return true;
    }
    context.log.error({ err: error, operation: due[0]!.sequence }, 'an operation was refused by the database');
    const failure = afterPassingFailure(
      due[0]!,
      { code: 'INTERNAL', message: 'The database refused this operation; see the log of headquarters.' },
      now,
    );
    await batch(async (tx) => {
      await failOperations(tx, [failure], now);
      return { done: 0, failed: failure.state === 'FAILED' ? 1 : 0 };
    });
    return true;
  }
}
