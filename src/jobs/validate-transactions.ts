import { stillDueTransactions } from '../data/hq/transaction.bulk.ts';
import { type CheckedSale, checkedSales, validateSales } from '../domain/validation.ts';
import { defineJob, type JobContext } from '../queue/job.ts';
import { workThroughDue } from './due-transactions.ts';

/**
 * Validate store transactions: checks the sales that channels uploaded, so that statements can take them, within headquarters.
 *
 * One transaction is one batch: the customers and addresses that its sales name, synchronized first, and the result of each sale. A crash
 * leaves whole batches or nothing of them. A sale whose customer has not arrived waits, one that breaks a rule is set aside with all that
 * is wrong with it, and one that makes the database refuse a batch is found by halving the batch: only those stay out of statements.
 */
export const validateTransactions = defineJob({
  name: 'validate-transactions',
  title: 'Validate transactions',
  description: 'Validate store transactions: checks uploaded sales, their customers and addresses first.',
  starts: 'Starts Validate store transactions.',
  run: (context) =>
    workThroughDue(context, {
      family: 'sales',
      phase: 'validating sales',
      check: checkedSales,
      batch: (due, channel) => validateBatch(context, channel, due),
    }),
});

function validateBatch(context: JobContext, channel: string, due: readonly CheckedSale[]): Promise<void> {
  const now = context.now();
  const { timeZone } = context.channels.get(channel);
  return context.batch(async (tx) => {
    const sales = await stillDueTransactions(tx, due);
    const { done, failed } = await validateSales(tx, { code: channel, timeZone }, sales, now);
    return { done, failed, moved: sales.length > 0, result: undefined };
  });
}
