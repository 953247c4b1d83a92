import { startStatements } from '../data/hq/calculation.bulk.ts';
import { statementNumbers, statementTypes } from '../data/hq/statement.ts';
import { calculateBatch, markBatch } from '../domain/calculation.ts';
import { proveHeadquarters } from '../domain/rewound.ts';
import { NumberSequenceExhausted } from '../errors.ts';
import { defineJob, type JobContext } from '../queue/job.ts';
import { daysOf, groupsOf, MOST_BATCHES, together, whoOf } from './statement-groups.ts';

/**
 * Calculate statements: groups validated sales and closed shifts into statements at headquarters, one per channel, business date, and
 * currency.
 *
 * One transaction starts the statements, one marks a few batches of sales, one totals a group of statements. A crash leaves each statement in the
 * state it had reached, and the next run continues there. A sale joins the statement of its day until posting of that statement begins;
 * later sales get a statement of their own, whatever happens to the first.
 */
export const calculateStatements = defineJob({
  name: 'calculate-statements',
  title: 'Calculate statements',
  description: 'Groups validated sales and closed shifts into statements and calculates them.',
  takesBusinessDate: true,
  unit: 'STATEMENTS',
  phases: {
    MARKING: 'Assigning sales and shifts to statements.',
    CALCULATING: 'Adding up the assigned sales and shifts.',
  },
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
  for await (const group of groupsOf(context, days, ['STARTED', 'MARKED'])) left += group.length;
  context.expect('MARKING', left);
  const size = MOST_BATCHES * context.batchSize;
  const failed = new Set<number>();
  for await (const group of groupsOf(context, days, ['STARTED', 'MARKED'])) {
    const ids = group.map(({ id }) => id);
    context.enter('MARKING');
    await together(context, ids, failed, async (some) => {
      for (let more = true; more; ) {
        more = await context.batch(async (tx) => {
          const { done, more: left } = await markBatch(tx, some, size, whoOf(context));
          return { done: 0, moved: done > 0, result: left };
        });
      }
    });
    context.enter('CALCULATING');
    await together(context, ids, failed, (some) =>
      context.batch(async (tx) => ({ done: await calculateBatch(tx, some, whoOf(context)), result: undefined })),
    );
  }
}
