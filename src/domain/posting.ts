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
  finishSales,
  nextAggregates,
  withChangedSales,
  withContradictingTotals,
  withCountingDifferences,
  withUnknownCustomers,
} from '../data/hq/posting.bulk.ts';
import { salesOrder } from '../data/hq/sales-order.ts';
import {
  failStatements,
  lockStatements,
  moveStatements,
  type StatementFailure,
  type StatementProgress,
  type StatementSummary,
  storeProgress,
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

/** Statements of one state, and the approximate number of sales to process. */
interface Batch {
  tx: EntityManager;
  statements: readonly StatementSummary[];
  size: number;
  at: string;
}

interface Outcome {
  /** The number of sales that were processed. */
  done: number;
  /** The statements that completed the step. */
  over: readonly number[];
  failures: readonly StatementFailure[];
  /** How far the others have come, if they have begun. */
  progress: readonly StatementProgress[];
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
  { state: 'POSTED', run: finish, wholeGroup: true },
];

/** The states in which a step starts, in order. */
export const statesToPost: readonly StatementState[] = [
  'CALCULATED',
  ...postingSteps.slice(0, -1).map(({ state }) => state),
];

/** The number of the step that starts in this state. */
export const nextStep = (state: StatementState): number => statesToPost.indexOf(state) + 1;

interface Posted {
  /** Whether anything was done. */
  moved: boolean;
  /** The number of statements that were posted. */
  posted: number;
  failures: readonly StatementFailure[];
  /** The first step that is left to do; undefined when each statement is posted or has failed. */
  next: number | undefined;
}

/**
 * Takes statements through the posting steps in the caller's transaction, in batches of about `size` sales: always the first step that any of
 * them has not completed, until `most` sales have been through a step, one that goes through two steps counted twice. A statement enters a state
 * when all its sales have completed the step. One that must not continue keeps its state and gets the reason. The rows say what is left, so the
 * same call continues wherever the previous one stopped.
 */
export async function postBatch(
  tx: EntityManager,
  ids: readonly number[],
  { size, most }: { size: number; most: number },
  who: Actor,
): Promise<Posted> {
  let left = await lockStatements(tx, ids, statesToPost);
  const moved = left.length > 0;
  const failures: StatementFailure[] = [];
  let posted = 0;
  for (let spent = 0; left.length > 0 && spent < most; ) {
    const step = firstStep(left);
    const { state, run, wholeGroup } = postingSteps[step - 1]!;
    const here = left.filter((statement) => nextStep(statement.state) === step);
    const outcome = await run({ tx, statements: wholeGroup ? here : firstOf(here, size), size, at: who.at });
    await moveStatements(tx, outcome.over, state, who);
    await storeProgress(tx, outcome.progress);
    await failStatements(tx, outcome.failures, who);
    spent += Math.max(outcome.done, outcome.over.length, 1);
    failures.push(...outcome.failures);
    if (state === 'POSTED') posted += outcome.over.length;
    left = left.flatMap((statement) => after(statement, state, outcome));
  }
  return { moved, posted, failures, next: left.length > 0 ? firstStep(left) : undefined };
}

const firstStep = (statements: readonly StatementSummary[]): number =>
  Math.min(...statements.map(({ state }) => nextStep(state)));

/** The statement after a step, if there is anything left to do with it. */
function after(statement: StatementSummary, state: PostingState, { over, progress, failures }: Outcome) {
  const { id } = statement;
  if (failures.some((failure) => failure.id === id)) return [];
  if (over.includes(id)) return state === 'POSTED' ? [] : [{ ...statement, state, progress: 0 }];
  const far = progress.find((row) => row.id === id);
  return [far ? { ...statement, ...far } : statement];
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
    progress: [],
  };
}

async function aggregate({ tx, statements, size }: Batch): Promise<Outcome> {
  // For several statements, more than their sales in total, so that none of them has any left.
  const limit = Math.max(size, statements.length > 1 ? countOf(statements) + 1 : 0);
  const done = await aggregateSales(tx, statements, limit);
  return { done, over: done < limit ? idsOf(statements) : [], failures: [], progress: [] };
}

/** A step that processes the next aggregates of its statements. */
function forAggregates(work: (tx: EntityManager, ids: readonly number[], at: string) => Promise<unknown>) {
  return async ({ tx, statements, size, at }: Batch): Promise<Outcome> => {
    const { ids, transactions, over, progress } = await nextAggregates(tx, statements, size, size * 4);
    if (ids.length > 0) await work(tx, ids, at);
    return { done: transactions, over, failures: [], progress };
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
  const postPayments = forAggregates((_, ids) => postSettlements(tx, ids, payments, at));
  const outcome = await postPayments({
    ...batch,
    statements: statements.filter(({ type }) => type === 'TRANSACTIONAL'),
  });
  return { ...outcome, over: [...financial, ...outcome.over] };
}

/**
 * Proves that the books of each statement balance before its first sale is posted. The sales of all statements are posted in the order of their
 * arrival, so that those stored side by side are written together.
 */
async function finish({ tx, statements, size, at }: Batch): Promise<Outcome> {
  const fresh = idsOf(statements.filter(({ progress }) => progress === 0));
  const wrong = fresh.length === 0 ? [] : await unbalanced(tx, fresh, clearingAccounts);
  const { errorCode, error } = outOfBalance;
  const failures = wrong.map((id) => ({ id, errorCode, error: error() }));
  const sound = idsOf(statements).filter((id) => !wrong.includes(id));
  const done = await finishSales(tx, sound, size, at);
  return done.length === size
    ? { done: size, over: [], failures, progress: sound.map((id) => ({ id, progress: done.at(-1)! })) }
    : { done: done.length, over: sound, failures, progress: [] };
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
