import { stillDueTransactions } from '../data/hq/transaction.bulk.ts';
import { type CheckedSale, checkedSales, validateSales } from '../domain/validation.ts';
import { defineJob, type JobContext } from '../queue/job.ts';
import { workThroughDue } from './due-transactions.ts';

/**
 * Validate store transactions: checks uploaded sales at headquarters, so that statements can take them.
 *
 * One transaction is one batch: the customers and addresses its sales refer to, synchronized first, and the result for each sale. A crash
 * leaves only whole batches. A sale whose customer has not arrived waits, one that breaks rules is set aside with every reason, and one
 * that makes the database refuse a batch is found by halving the batch. Only these stay out of statements.
 */
export const validateTransactions = defineJob({
  name: 'validate-transactions',
  title: 'Validate transactions',
  description: 'Validate store transactions: checks uploaded sales, synchronizing their customers and addresses first.',
  unit: 'SALES',
  phases: { VALIDATING: 'Checking sales, with account IDs for their customers.' },
  run: (context) =>
    workThroughDue(context, {
      family: 'sales',
      phase: 'VALIDATING',
      check: checkedSales,
      batch: (due, channel) => validateBatch(context, channel, due),
    }),
});

function validateBatch(context: JobContext, channel: string, due: readonly CheckedSale[]): Promise<void> {
  const now = context.now();
  const { timeZone } = context.channels.get(channel);
  return context.batch(async (tx) => {
    const sales = await stillDueTransactions(tx, due);
    const counts = await validateSales(tx, { code: channel, timeZone }, sales, now);
    return { ...counts, moved: sales.length > 0, result: undefined };
  });
}
