import type { EntityManager } from 'typeorm';
import { insertAggregateOrders } from '../data/hq/aggregate.bulk.ts';
import type { Actor } from '../data/hq/audit.ts';
import {
  insertInvoices,
  linkPayments,
  postInvoices,
  postSettlements,
  postTenderCounts,
  unbalanced,
} from '../data/hq/journal.bulk.ts';
import { invoiceNumbers } from '../data/hq/journal.ts';
import { takeNumbers } from '../data/hq/number-sequence.bulk.ts';
import { formatted } from '../data/hq/number-sequence.ts';
import {
  aggregatesAt,
  finishSales,
  stepAggregates,
  withAggregatesAt,
  withChangedSales,
  withContradictingTotals,
  withCountingDifferences,
  withoutAggregatesAt,
  withUnknownCustomers,
} from '../data/hq/posting.bulk.ts';
import { salesOrder } from '../data/hq/sales-order.ts';
import {
  failStatements,
  lockStatements,
  moveStatements,
  type StatementFailure,
  type StatementSummary,
} from '../data/hq/statement.bulk.ts';
import type { PostingState, postingStates, StatementState } from '../data/hq/statement.ts';
import { NumberSequenceExhausted } from '../errors.ts';
import { aggregateSales } from './aggregation.ts';
import {
  clearingAccounts,
  countingDifferences,
  discounts,
  giftCards,
  incomeAndExpense,
  payments,
  sales,
} from './double-entry.ts';

/** Statements in the state before step number `step`, and the approximate number of sales per transaction. */
interface Batch {
  tx: EntityManager;
  statements: readonly StatementSummary[];
  step: number;
  size: number;
  at: string;
}

interface Outcome {
  /** The number of sales that completed the step. */
  done: number;
  /** The statements that completed the step. */
  over: readonly number[];
  failures: readonly StatementFailure[];
}

/** The compiler checks that there is a step for each state, in order. */
type Steps<States extends readonly PostingState[]> = { [Place in keyof States]: Step<States[Place]> };

interface Step<State> {
  state: State;
  run: (batch: Batch) => Promise<Outcome>;
  /** The step processes all statements of a group at once, however many sales they have. */
  wholeGroup?: true;
}

/** The posting states in order, each with the step that leads to it. The first is step number 1. */
export const postingSteps: Steps<typeof postingStates> = [
  { state: 'CHECKED', run: check, wholeGroup: true },
  { state: 'AGGREGATED', run: aggregate },
  { state: 'SALES_ORDERS_CREATED', run: forAggregates(createOrders) },
  { state: 'SALES_ORDERS_INVOICED', run: forAggregates(invoice) },
  { state: 'DISCOUNTS_POSTED', run: forAggregates((tx, ids, at) => postInvoices(tx, ids, discounts, at)) },
  { state: 'INCOME_EXPENSE_POSTED', run: forAggregates((tx, ids, at) => postInvoices(tx, ids, incomeAndExpense, at)) },
  { state: 'VOUCHERS_LINKED', run: forAggregates(linkPayments) },
  { state: 'PAYMENTS_POSTED', run: postPaymentsAndCounts },
  { state: 'GIFT_CARDS_POSTED', run: forAggregates((tx, ids, at) => postSettlements(tx, ids, giftCards, at)) },
  { state: 'POSTED', run: finish },
];

/** 1 for CHECKED … 10 for POSTED; 0 before posting. */
export const stepOf = (state: StatementState): number => postingSteps.findIndex((step) => step.state === state) + 1;

/** The state in which step number `step` starts. */
export const stateBefore = (step: number): StatementState =>
  step === 1 ? 'CALCULATED' : postingSteps[step - 2]!.state;

interface Posted {
  /** Whether anything was done. */
  moved: boolean;
  /** The number of statements that completed the step. */
  over: number;
  failures: readonly StatementFailure[];
  /** Whether there are statements left that neither completed the step nor failed. */
  more: boolean;
}

/**
 * Takes the next batch of about `size` sales through posting step number `step`, in the caller's transaction. A statement enters the new state
 * when all its sales have completed the step. One that must not continue keeps its state and gets the reason. A query finds what is left, so the
 * same call continues wherever the previous one stopped.
 */
export async function postBatch(
  tx: EntityManager,
  ids: readonly number[],
  step: number,
  size: number,
  who: Actor,
): Promise<Posted> {
  const locked = await lockStatements(tx, ids, stateBefore(step));
  if (locked.length === 0) return { moved: false, over: 0, failures: [], more: false };
  const { state, run, wholeGroup } = postingSteps[step - 1]!;
  const statements = wholeGroup ? locked : firstOf(locked, size);
  const { done, over, failures } = await run({ tx, statements, step, size, at: who.at });
  await moveStatements(tx, over, state, who);
  await failStatements(tx, failures, who);
  const moved = done + over.length + failures.length > 0;
  return { moved, over: over.length, failures, more: over.length + failures.length < locked.length };
}

/** The first statements, at least one, with about `size` sales in total. */
export function firstOf<Statement extends Pick<StatementSummary, 'transactionCount'>>(
  statements: readonly Statement[],
  size: number,
): Statement[] {
  let sum = 0;
  const count = statements.findIndex(({ transactionCount: more }, index) => {
    sum += more;
    return index > 0 && sum > size;
  });
  return count === -1 ? [...statements] : statements.slice(0, count);
}

const idsOf = (statements: readonly StatementSummary[]) => statements.map(({ id }) => id);

const countOf = (statements: readonly StatementSummary[]) =>
  statements.reduce((sum, { transactionCount: count }) => sum + count, 0);

interface Check {
  find: (tx: EntityManager, statements: readonly number[]) => Promise<{ id: number; count?: number }[]>;
  errorCode: string;
  error: (count?: number) => string;
}

const outOfBalance = {
  errorCode: 'STATEMENT_OUT_OF_BALANCE',
  error: () =>
    'The amounts of this statement do not balance: the totals of a sale differ from its parts. Check the validation rules that are switched off.',
};

/** The checks of a statement before it is posted. The first that fails gives the reason. */
const checks: readonly Check[] = [
  {
    find: withChangedSales,
    errorCode: 'STATEMENT_TOTALS_CHANGED',
    error: () => 'The sales of this statement have changed since it was calculated. Clear it and calculate again.',
  },
  { find: withContradictingTotals, ...outOfBalance },
  {
    find: withUnknownCustomers,
    errorCode: 'CUSTOMER_WITHOUT_ACCOUNT',
    error: (customers) => `Customers of this statement have no account ID: ${customers}.`,
  },
  {
    find: withCountingDifferences,
    errorCode: 'COUNTING_DIFFERENCE',
    error: () =>
      'The counted and expected amounts differ by more than the settings allow. Check the counts, then allow the difference or clear the statement.',
  },
];

async function check({ tx, statements }: Batch): Promise<Outcome> {
  const failures = new Map<number, StatementFailure>();
  for (const { find, errorCode, error } of checks)
    for (const { id, count } of await find(tx, idsOf(statements)))
      if (!failures.has(id)) failures.set(id, { id, errorCode, error: error(count) });
  const passed = statements.filter(({ id }) => !failures.has(id));
  return {
    done: countOf(passed.filter(({ type }) => type === 'TRANSACTIONAL')),
    over: idsOf(passed),
    failures: [...failures.values()],
  };
}

async function aggregate({ tx, statements, step, size }: Batch): Promise<Outcome> {
  // For several statements, more than their sales in total, so that none of them has any left.
  const limit = Math.max(size, statements.length > 1 ? countOf(statements) + 1 : 0);
  const done = await aggregateSales(tx, statements, limit, step);
  return { done, over: done < limit ? idsOf(statements) : [], failures: [] };
}

/** A step that processes the next aggregates of its statements. */
function forAggregates(work: (tx: EntityManager, ids: readonly number[], at: string) => Promise<unknown>) {
  return async ({ tx, statements, step, size, at }: Batch): Promise<Outcome> => {
    const ids = idsOf(statements);
    const chunk = await aggregatesAt(tx, ids, step - 1, size, size * 4);
    if (chunk.ids.length > 0) {
      await work(tx, chunk.ids, at);
      await stepAggregates(tx, chunk.ids, step);
    }
    return { done: chunk.transactions, over: await withoutAggregatesAt(tx, ids, step - 1), failures: [] };
  };
}

async function createOrders(tx: EntityManager, ids: readonly number[], at: string): Promise<void> {
  await insertAggregateOrders(tx, await numbered(tx, salesOrder, ids), at);
}

async function invoice(tx: EntityManager, ids: readonly number[], at: string): Promise<void> {
  await insertInvoices(tx, await numbered(tx, invoiceNumbers, ids), at);
  await postInvoices(tx, ids, sales, at);
}

async function postPaymentsAndCounts(batch: Batch): Promise<Outcome> {
  const { tx, statements, at } = batch;
  const financial = idsOf(statements.filter(({ type }) => type === 'FINANCIAL'));
  if (financial.length > 0) await postTenderCounts(tx, financial, countingDifferences, at);
  return forAggregates((_, ids) => postSettlements(tx, ids, payments, at))(batch);
}

/** Proves that the books balance, once per statement, before its first sale is posted. */
async function finish(batch: Batch): Promise<Outcome> {
  const { tx, statements, step } = batch;
  const begun = await withAggregatesAt(tx, idsOf(statements), step);
  const fresh = idsOf(statements).filter((id) => !begun.has(id));
  const wrong = fresh.length === 0 ? [] : await unbalanced(tx, fresh, clearingAccounts);
  const outcome = await forAggregates(finishSales)({
    ...batch,
    statements: statements.filter(({ id }) => !wrong.includes(id)),
  });
  const { errorCode, error } = outOfBalance;
  return { ...outcome, failures: wrong.map((id) => ({ id, errorCode, error: error() })) };
}

/** Assigns each of these aggregates a number. Throws NumberSequenceExhausted if there are not enough. */
async function numbered(
  tx: EntityManager,
  sequenceName: string,
  ids: readonly number[],
): Promise<{ id: number; number: string }[]> {
  const { first, taken, sequence } = await takeNumbers(tx, sequenceName, ids.length);
  if (taken < ids.length) throw new NumberSequenceExhausted(sequenceName, sequence.largest);
  return ids.map((id, place) => ({ id, number: formatted(sequence, first + place) }));
}
