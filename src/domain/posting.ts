import type { EntityManager } from 'typeorm';
import { postDifferences, unbalanced } from '../data/hq/journal.ts';
import {
  aggregatesAt,
  checkStatements,
  outOfBalance,
  stepAggregates,
  takeStep,
  withAggregatesAt,
  withoutAggregatesAt,
} from '../data/hq/posting.ts';
import {
  failStatements,
  holdStatements,
  type Moment,
  moveStatements,
  postingStates,
  type StatementFailure,
  stateBefore,
  stepOf,
  type Worked,
} from '../data/hq/statement.ts';
import { aggregateSales } from './aggregation.ts';

export interface Posted {
  /** Sales (or shifts) that went through the step. */
  done: number;
  failures: StatementFailure[];
  /** Whether statements are left that have not done the step, and did not fail. */
  more: boolean;
}

/**
 * Takes the next batch of these statements through posting state number `step`, in the caller's transaction: about `size` sales. A
 * statement is in its new state when nothing of it is left; one that must not go on keeps its state and gets the reason. What is left is
 * a query, so that the same call goes on wherever the one before it stopped.
 */
export async function postBatch(
  tx: EntityManager,
  ids: readonly number[],
  step: number,
  size: number,
  moment: Moment,
): Promise<Posted> {
  const held = await holdStatements(tx, ids, stateBefore(step));
  if (held.length === 0) return { done: 0, failures: [], more: false };
  const taken = step === stepOf('CHECKED') ? held : firstOf(held, size);
  const { done, over, failures } = await advance(tx, taken, step, size, moment);
  await moveStatements(tx, over, postingStates[step - 1]!, moment);
  await failStatements(tx, failures, moment);
  const counted = taken
    .filter(({ id, type }) => over.includes(id) && (type === 'FINANCIAL' || step === stepOf('CHECKED')))
    .reduce((sum, one) => sum + one.transaction_count, 0);
  return { done: done + counted, failures, more: over.length + failures.length < held.length };
}

/** The first statements, with about `size` sales together; at least one. */
export function firstOf<Statement extends Pick<Worked, 'transaction_count'>>(
  statements: readonly Statement[],
  size: number,
): Statement[] {
  let sales = 0;
  const count = statements.findIndex(({ transaction_count: more }, index) => {
    sales += more;
    return index > 0 && sales > size;
  });
  return count === -1 ? [...statements] : statements.slice(0, count);
}

async function advance(
  tx: EntityManager,
  taken: readonly Worked[],
  step: number,
  size: number,
  { at }: Moment,
): Promise<{ done: number; over: number[]; failures: StatementFailure[] }> {
  const ids = taken.map(({ id }) => id);
  if (step === stepOf('CHECKED')) {
    const failures = await checkStatements(tx, ids);
    return { done: 0, over: ids.filter((id) => !failures.some((one) => one.id === id)), failures };
  }
  if (step === stepOf('AGGREGATED')) {
    // One more than those of the statements that were taken together: then none of them has any left.
    const limit = Math.max(size, taken.length > 1 ? taken.reduce((sum, one) => sum + one.transaction_count, 1) : 0);
    const done = await aggregateSales(tx, taken, limit);
    return { done, over: done < limit ? ids : [], failures: [] };
  }
  const financial = taken.filter(({ type }) => type === 'FINANCIAL').map(({ id }) => id);
  if (step === stepOf('PAYMENTS_POSTED') && financial.length > 0) await postDifferences(tx, financial, at);
  const failures = step === stepOf('POSTED') ? await balanced(tx, ids, step) : [];
  const sound = ids.filter((id) => !failures.some((one) => one.id === id));
  if (sound.length === 0) return { done: 0, over: [], failures };
  const chunk = await aggregatesAt(tx, sound, step - 1, size, size * 4);
  if (chunk.ids.length > 0) {
    await takeStep(tx, step, chunk.ids, at);
    await stepAggregates(tx, chunk.ids, step);
  }
  return { done: chunk.transactions, over: await withoutAggregatesAt(tx, sound, step - 1), failures };
}

/** The books are looked at once, before the first of a statement's sales is posted. */
async function balanced(tx: EntityManager, ids: readonly number[], step: number): Promise<StatementFailure[]> {
  const begun = await withAggregatesAt(tx, ids, step);
  const fresh = ids.filter((id) => !begun.has(id));
  return fresh.length === 0 ? [] : (await unbalanced(tx, fresh)).map((id) => ({ id, ...outOfBalance }));
}
