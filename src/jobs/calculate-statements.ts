import { startStatements } from '../data/hq/calculation.bulk.ts';
import { statementNumbers, statementTypes } from '../data/hq/statement.ts';
import { calculateBatch, markBatch } from '../domain/calculation.ts';
import { proveHeadquarters } from '../domain/rewound.ts';
import { NumberSequenceExhausted } from '../errors.ts';
import { defineJob, type JobContext } from '../queue/job.ts';
import { daysOf, groupsOf, together, whoOf } from './statement-groups.ts';

/**
 * Calculate statements: gathers the sales that passed validation, and the shifts that were closed, in statements, one for each channel,
 * business day and currency, within headquarters.
 *
 * One transaction starts the statements, one marks a batch of sales, one adds up a group of statements. A crash leaves statements in the
 * state that they had reached, and the next run goes on there. Sales that arrive for a day whose statement is not being posted yet join
 * it; once its posting has begun they get a statement of their own, whatever becomes of the other.
 */
export const calculateStatements = defineJob({
  name: 'calculate-statements',
  title: 'Calculate statements',
  description: 'Makes statements of sales that passed validation and of shifts that are closed.',
  starts: 'Calculates statements.',
  async run(context) {
    const days = daysOf(context);
    await context.isolated(null, async () => {
      await proveHeadquarters(context, context.channelDatabases());
      let exhausted: NumberSequenceExhausted | undefined;
      for (const type of statementTypes) {
        const { exhausted: sequence } = await context.batch(async (tx) => ({
          done: 0,
          result: await startStatements(tx, type, days, whoOf(context)),
        }));
        if (sequence) exhausted = new NumberSequenceExhausted(statementNumbers, sequence.largest);
      }
      await calculateAll(context, days);
      if (exhausted) throw exhausted;
    });
  },
});

async function calculateAll(context: JobContext, days: ReturnType<typeof daysOf>): Promise<void> {
  let left = 0;
  for await (const group of groupsOf(context, days, ['STARTED']))
    for (const { type, transactionCount: count } of group) left += type === 'TRANSACTIONAL' ? count : 0;
  context.expect('marking sales', left);
  const failed = new Set<number>();
  for await (const group of groupsOf(context, days, ['STARTED', 'MARKED'])) {
    const ids = group.map(({ id }) => id);
    await together(context, ids, failed, async (some) => {
      for (let more = true; more; ) {
        more = await context.batch(async (tx) => {
          const { done, more: left } = await markBatch(tx, some, context.batchSize, whoOf(context));
          return { done, result: left };
        });
      }
    });
    await together(context, ids, failed, (some) =>
      context.batch(async (tx) => {
        await calculateBatch(tx, some, whoOf(context));
        return { done: 0, moved: true, result: undefined };
      }),
    );
  }
}
