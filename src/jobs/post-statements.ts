import type { StatementSummary } from '../data/hq/statement.bulk.ts';
import { postBatch, postingSteps, stateBefore, stepOf } from '../domain/posting.ts';
import { proveHeadquarters } from '../domain/rewound.ts';
import { defineJob, type JobContext } from '../queue/job.ts';
import { daysOf, groupsOf, together, whoOf } from './statement-groups.ts';

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
 * One transaction takes a batch of sales, from one or more statements, through one state. A crash leaves only whole batches, and the next
 * run continues where it stopped, with the same numbers. A statement that fails keeps the last state it reached, with the reason; the
 * others continue, and the next run retries it.
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
    const states = postingSteps.map((_, index) => stateBefore(index + 1));
    await context.isolated(null, async () => {
      await proveHeadquarters(context, context.channelDatabases());
      let left = 0;
      for await (const group of groupsOf(context, days, states)) left += group.length;
      context.expect(phaseOf(1), left);
      for await (const group of groupsOf(context, days, states)) await postGroup(context, group);
    });
  },
});

async function postGroup(context: JobContext, group: readonly StatementSummary[]): Promise<void> {
  const failed = new Set<number>();
  for (let step = 1; step <= postingSteps.length; step++) {
    context.enter(phaseOf(step));
    const ids = group.filter(({ state }) => stepOf(state) < step).map(({ id }) => id);
    await together(context, ids, failed, async (some) => {
      for (let more = true; more; ) {
        const ids = some.filter((id) => !failed.has(id));
        const { failures, left } = await context.batch(async (tx) => {
          const {
            moved,
            over,
            failures,
            more: left,
          } = await postBatch(tx, ids, step, context.batchSize, whoOf(context));
          const done = step === postingSteps.length ? over : 0;
          return { done, failed: failures.length, moved, result: { failures, left } };
        });
        for (const { id } of failures) failed.add(id);
        more = left;
      }
    });
  }
}
