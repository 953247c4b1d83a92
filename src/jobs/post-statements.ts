import type { StatementSummary, statementsIn } from '../data/hq/statement.bulk.ts';
import { postBatch, postingSteps, stateBefore, stepOf } from '../domain/posting.ts';
import { proveHeadquarters } from '../domain/rewound.ts';
import { defineJob, type JobContext } from '../queue/job.ts';
import { daysOf, groupsOf, together, whoOf } from './statement-groups.ts';

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
  async run(context) {
    const days = daysOf(context);
    const states = postingSteps.map((_, index) => stateBefore(index + 1));
    await context.isolated(null, async () => {
      await proveHeadquarters(context, context.channelDatabases());
      await expectAll(context, days, states);
      for await (const group of groupsOf(context, days, states)) await postGroup(context, group);
    });
  },
});

/** Counts each sale once per state it still has to reach. */
async function expectAll(
  context: JobContext,
  days: ReturnType<typeof daysOf>,
  states: Parameters<typeof statementsIn>[2],
): Promise<void> {
  let left = 0;
  for await (const group of groupsOf(context, days, states))
    for (const { transactionCount: count, state } of group) left += count * (postingSteps.length - stepOf(state));
  context.expect('posting sales, each through up to 10 states', left);
}

async function postGroup(context: JobContext, group: readonly StatementSummary[]): Promise<void> {
  const failed = new Set<number>();
  for (let step = 1; step <= postingSteps.length; step++) {
    const ids = group.filter(({ state }) => stepOf(state) < step).map(({ id }) => id);
    await together(context, ids, failed, async (some) => {
      for (let more = true; more; ) {
        const ids = some.filter((id) => !failed.has(id));
        const { failures, left } = await context.batch(async (tx) => {
          const { done, failures, more: left } = await postBatch(tx, ids, step, context.batchSize, whoOf(context));
          return { done, failed: failures.length, result: { failures, left } };
        });
        for (const { id } of failures) failed.add(id);
        more = left;
      }
    });
  }
}
