import type { EntityManager } from 'typeorm';
import { NumberSequenceExhausted } from '../../errors.ts';
import { listed, matching, sql } from '../sql.ts';
import { insertAggregateOrders } from './aggregate.ts';
import { insertInvoices, invoiceNumbers, linkPayments, type Posting, postInvoices, postPayments } from './journal.ts';
import { formatted, takeNumbers } from './number-sequence.ts';
import { salesOrder } from './sales-order.ts';
import { type StatementFailure, stepOf, totalNames } from './statement.ts';

/** Aggregates of a batch, in the order in which they get their numbers. */
export interface Chunk {
  ids: number[];
  transactions: number;
}

/**
 * The next aggregates of these statements that have done step `step`: at most `limit` of them, and so many that their lines and sales
 * come to about `weight`.
 */
export async function aggregatesAt(
  tx: EntityManager,
  statements: readonly number[],
  step: number,
  limit: number,
  weight: number,
): Promise<Chunk> {
  // One statement is said with `=`, so that its aggregates come in the order of the index, however many there are.
  const [where, given] =
    statements.length === 1
      ? ['statement_id = $1', statements[0]]
      : [`statement_id in ${listed(tx, '$1', 'bigint')}`, JSON.stringify(statements)];
  const found = await sql<{ id: number; transaction_count: number; line_count: number }>(
    tx,
    `select id, transaction_count, line_count from aggregated_transaction where ${where} and step = $2 order by statement_id, id limit $3`,
    [given, step, limit],
  );
  const chunk: Chunk = { ids: [], transactions: 0 };
  let carried = 0;
  for (const { id, transaction_count: transactions, line_count: lines } of found) {
    if (carried > 0 && carried + Number(lines) + Number(transactions) > weight) break;
    carried += Number(lines) + Number(transactions);
    chunk.ids.push(Number(id));
    chunk.transactions += Number(transactions);
  }
  return chunk;
}

/** Notes that these aggregates have done a step. */
export const stepAggregates = (tx: EntityManager, ids: readonly number[], step: number) =>
  sql(tx, `update aggregated_transaction set step = $1 where id in ${listed(tx, '$2', 'bigint')}`, [
    step,
    JSON.stringify(ids),
  ]);

/** Of these statements those with no aggregate that has only done step `step`. */
export async function withoutAggregatesAt(
  tx: EntityManager,
  statements: readonly number[],
  step: number,
): Promise<number[]> {
  const found = await sql<{ id: number }>(
    tx,
    `select s.id from statement s where s.id in ${listed(tx, '$1', 'bigint')}
       and not exists (select 1 from aggregated_transaction a where a.statement_id = s.id and a.step = $2) order by s.id`,
    [JSON.stringify(statements), step],
  );
  return found.map(({ id }) => Number(id));
}

/** Of these statements those with an aggregate that has done step `step`. */
export async function withAggregatesAt(
  tx: EntityManager,
  statements: readonly number[],
  step: number,
): Promise<Set<number>> {
  const none = await withoutAggregatesAt(tx, statements, step);
  return new Set(statements.filter((id) => !none.includes(id)));
}

const invoiced: Posting[] = [
  ['ACCOUNTS_RECEIVABLE', 'i.gross'],
  ['REVENUE', '-i.net'],
  ['SALES_TAX', '-i.tax'],
  ['CHARGES_CLEARING', '-i.charge'],
];

const discounted: Posting[] = [
  ['DISCOUNTS', 'i.discount'],
  ['REVENUE', '-i.discount'],
];

const earned: Posting[] = [
  ['CHARGES_CLEARING', 'i.charge'],
  ['CHARGE_INCOME', '-i.charge'],
  ['ROUNDING_DIFFERENCE', 'i.gross - i.paid'],
  ['ACCOUNTS_RECEIVABLE', 'i.paid - i.gross'],
];

/** What each step from CUSTOMER_ORDER_CREATED on makes of aggregates. */
const steps: Record<number, (tx: EntityManager, ids: readonly number[], at: string) => Promise<unknown>> = {
  [stepOf('CUSTOMER_ORDER_CREATED')]: async (tx, ids, at) =>
    insertAggregateOrders(tx, await numbered(tx, salesOrder, ids, 'sales_order_id'), at),
  [stepOf('CUSTOMER_ORDER_INVOICED')]: async (tx, ids, at) => {
    await insertInvoices(tx, await numbered(tx, invoiceNumbers, ids, 'invoice_id'), at);
    await postInvoices(tx, ids, 'SALES', invoiced, at);
  },
  [stepOf('DISCOUNTS_POSTED')]: (tx, ids, at) => postInvoices(tx, ids, 'DISCOUNTS', discounted, at),
  [stepOf('INCOME_EXPENSE_POSTED')]: (tx, ids, at) => postInvoices(tx, ids, 'INCOME_EXPENSE', earned, at),
  [stepOf('VOUCHERS_LINKED')]: (tx, ids) => linkPayments(tx, ids),
  [stepOf('PAYMENTS_POSTED')]: (tx, ids, at) => postPayments(tx, ids, 'PAYMENTS', at),
  [stepOf('GIFT_CARDS_POSTED')]: (tx, ids, at) => postPayments(tx, ids, 'GIFT_CARDS', at),
  [stepOf('POSTED')]: (tx, ids, at) => finishSales(tx, ids, at),
};

/** Takes these aggregates through a step. Throws NumberSequenceExhausted when not each of them gets its number. */
export const takeStep = (tx: EntityManager, step: number, ids: readonly number[], at: string): Promise<unknown> =>
  steps[step]!(tx, ids, at);

async function numbered<Name extends string>(
  tx: EntityManager,
  sequenceName: string,
  ids: readonly number[],
  name: Name,
): Promise<({ id: number } & Record<Name, string>)[]> {
  const { first, taken, sequence } = await takeNumbers(tx, sequenceName, ids.length);
  if (taken < ids.length) throw new NumberSequenceExhausted(sequenceName, sequence.largest);
  return ids.map((id, place) => ({ id, [name]: formatted(sequence, first + place) })) as ({ id: number } & Record<
    Name,
    string
  >)[];
}

const finishSales = (tx: EntityManager, ids: readonly number[], at: string) =>
  sql(
    tx,
    `update retail_transaction set status = 'POSTED', modified_at = $1
     where sequence in (select t.sequence from aggregated_transaction a ${matching(tx, 'retail_transaction', 't', 't.aggregate_id = a.id')}
       where a.id in ${listed(tx, '$2', 'bigint')})`,
    [at, JSON.stringify(ids)],
  );

/** What is wrong with these statements before anything is made of them. */
export async function checkStatements(tx: EntityManager, statements: readonly number[]): Promise<StatementFailure[]> {
  const ids = JSON.stringify(statements);
  const changed = await sql<{ id: number; transaction_count: number; transactions: number }>(
    tx,
    `select s.id, s.transaction_count, count(t.sequence) as transactions from statement s left join retail_transaction t on t.statement_id = s.id
     where s.id in ${listed(tx, '$1', 'bigint')} and s.type = 'TRANSACTIONAL'
     group by s.id having s.transaction_count <> count(t.sequence)
       or ${totalNames.map((name) => `s.${name} <> coalesce(sum(t.${name}), 0)`).join(' or ')} order by s.id`,
    [ids],
  );
  const odd = await sql<{ id: number }>(
    tx,
    `select id from statement where id in ${listed(tx, '$1', 'bigint')} and type = 'TRANSACTIONAL' and gross <> net + tax + charge order by id`,
    [ids],
  );
  const nameless = await sql<{ id: number; customers: number }>(
    tx,
    `select t.statement_id as id, count(distinct t.customer_uuid) as customers from retail_transaction t left join customer c on c.uuid = t.customer_uuid
     where t.statement_id in ${listed(tx, '$1', 'bigint')} and t.customer_uuid is not null and c.account_id is null
     group by t.statement_id order by t.statement_id`,
    [ids],
  );
  const uncounted = await sql<{ id: number; difference: number; most: number }>(
    tx,
    `select s.id, cast(sum(abs(c.counted - c.expected)) as bigint) as difference, m.maximum_counting_difference as most
     from statement s join statement_settings m on m.channel = s.channel join tender_count c on c.statement_id = s.id and c.counted is not null
     where s.id in ${listed(tx, '$1', 'bigint')} and s.type = 'FINANCIAL'
     group by s.id, m.maximum_counting_difference having sum(abs(c.counted - c.expected)) > m.maximum_counting_difference order by s.id`,
    [ids],
  );
  const found = new Map<number, StatementFailure>();
  const say = (id: number, error_code: string, error: string) => {
    if (!found.has(Number(id))) found.set(Number(id), { id: Number(id), error_code, error });
  };
  for (const { id } of changed)
    say(
      id,
      'STATEMENT_TOTALS_CHANGED',
      'The sales of this statement are not those it was calculated with. Clear it and calculate again.',
    );
  for (const { id } of odd) say(id, outOfBalance.error_code, outOfBalance.error);
  for (const { id, customers } of nameless)
    say(id, 'CUSTOMER_WITHOUT_ACCOUNT', `Customers of this statement have no account ID: ${customers}.`);
  for (const { id } of uncounted)
    say(
      id,
      'COUNTING_DIFFERENCE',
      'What was counted differs from what was expected by more than the settings allow. Look at the counts, then allow the difference or clear the statement.',
    );
  return [...found.values()];
}

export const outOfBalance = {
  error_code: 'STATEMENT_OUT_OF_BALANCE',
  error:
    'The amounts of this statement do not balance: a sale says something else than its parts. Look at the rules that are switched off.',
};
