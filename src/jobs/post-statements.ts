import type { StatementSummary } from '../data/hq/statement.bulk.ts';
import { nextStep, postBatch, statesToPost } from '../domain/posting.ts';
import { proveHeadquarters } from '../domain/rewound.ts';
import { defineJob, type JobContext } from '../queue/job.ts';
import { stopsRun } from './halves.ts';
import { daysOf, groupsOf, MOST_BATCHES, together, whoOf } from './statement-groups.ts';

/** What each posting step does, in order. */
const phases = {
  CHECKING: 'Checking that statements still have the totals that were calculated.',
  AGGREGATING: 'Aggregating sales by customer.',
  CREATING_AGGREGATED_ORDERS: 'Creating sales orders from aggregated sales.',
  INVOICING: 'Invoicing the sales orders and posting the revenue.',
  POSTING_DISCOUNTS: 'Posting discounts, so that revenue is at list price.',
  POSTING_INCOME_AND_EXPENSES: 'Posting charges and payment differences.',
  LINKING_VOUCHERS: 'Linking payments to the invoices that they settle.',
  POSTING_PAYMENTS: 'Posting payments, which settle the invoices, and what was counted in tills.',
  POSTING_GIFT_CARDS: 'Posting payments by gift card.',
  FINISHING: 'Proving that the books balance.',
} satisfies Record<string, string>;

const phaseOf = (step: number): string => Object.keys(phases)[step - 1]!;

/**
 * Post statements: takes calculated statements through the ten posting states at headquarters, turning their sales into sales orders,
 * invoices, and journals.
 *
 * One transaction takes a few batches of sales, from one or more statements, through one or more states. A crash leaves only whole batches,
 * and the next run continues where it stopped, with the same numbers. If the database refuses anything, the same is done again with one batch
 * in a transaction, so that a statement that fails keeps the last state it reached, with the reason; the others continue, and the next run
 * retries it.
 */
export const postStatements = defineJob({
  name: 'post-statements',
  title: 'Post statements',
  description: 'Posts calculated statements: creates sales orders, invoices, and journals.',
  takesBusinessDate: true,
  unit: 'STATEMENTS',
  phases,
  async run(context) {
    const days = daysOf(context);
    await context.isolated(null, async () => {
      await proveHeadquarters(context, context.channelDatabases());
      let left = 0;
      for await (const group of groupsOf(context, days, statesToPost)) left += group.length;
      context.expect(phaseOf(1), left);
      for await (const group of groupsOf(context, days, statesToPost)) await postGroup(context, group);
    });
  },
});

async function postGroup(context: JobContext, group: readonly StatementSummary[]): Promise<void> {
  const failed = new Set<number>();
  const post = async (ids: readonly number[], batches: number) => {
    const limits = { size: context.batchSize, most: (batches - 1) * context.batchSize + 1 };
    context.enter(phaseOf(Math.min(...group.map(({ state }) => nextStep(state)))));
    for (let next: number | undefined = 1; next !== undefined; ) {
      const some = ids.filter((id) => !failed.has(id));
      const result = await context.batch(async (tx) => {
        const { posted, failures, moved, next } = await postBatch(tx, some, limits, whoOf(context));
        return { done: posted, failed: failures.length, moved, result: { failures, next } };
      });
      for (const { id } of result.failures) failed.add(id);
      next = result.next;
      if (next !== undefined) context.enter(phaseOf(next));
    }
  };
  const ids = group.map(({ id }) => id);
  try {
    await post(ids, MOST_BATCHES);
  } catch (error) {
    if (stopsRun(error)) throw error;
    await together(context, ids, failed, (some) => post(some, 1));
  }
}
