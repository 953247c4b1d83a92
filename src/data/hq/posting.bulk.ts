import type { EntityManager } from 'typeorm';
import { listed, matching } from '../dialect/expressions.ts';
import { sql } from '../sql.ts';
import { totalNames } from '../transaction-facts.ts';
import { changeStatuses } from './transaction-feed.ts';

/** Aggregates of a batch, in the order in which they get their numbers. */
interface Chunk {
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
  // With `=` for a single statement, its aggregates come in index order, however many there are.
  const [where, given] =
    statements.length === 1
      ? ['statement_id = $1', statements[0]]
      : [`statement_id in ${listed(tx, '$1', 'bigint')}`, JSON.stringify(statements)];
  const found = await sql<{ id: number; transactions: number; lines: number }>(
    tx,
    `select id, transaction_count as transactions, line_count as lines from aggregated_transaction
     where ${where} and step = $2 order by statement_id, id limit $3`,
    [given, step, limit],
  );
  const chunk: Chunk = { ids: [], transactions: 0 };
  let carried = 0;
  for (const { id, transactions, lines } of found) {
    if (carried > 0 && carried + lines + transactions > weight) break;
    carried += lines + transactions;
    chunk.ids.push(id);
    chunk.transactions += transactions;
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
  return found.map(({ id }) => id);
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

/** The sales of these aggregates are posted. */
export const finishSales = (tx: EntityManager, ids: readonly number[], at: string) =>
  changeStatuses(
    tx,
    `update retail_transaction set status = 'POSTED', modified_at = $1
     where sequence in (select t.sequence from aggregated_transaction a ${matching(tx, 'retail_transaction', 't', 't.aggregate_id = a.id')}
       where a.id in ${listed(tx, '$2', 'bigint')}) returning sequence`,
    [at, JSON.stringify(ids)],
  );

/** The statements whose sales are no longer those that they were calculated with. */
export const withChangedSales = (tx: EntityManager, statements: readonly number[]) =>
  sql<{ id: number }>(
    tx,
    `select s.id from statement s left join retail_transaction t on t.statement_id = s.id
     where s.id in ${listed(tx, '$1', 'bigint')} and s.type = 'TRANSACTIONAL'
     group by s.id having s.transaction_count <> count(t.sequence)
       or ${totalNames.map((name) => `s.${name} <> coalesce(sum(t.${name}), 0)`).join(' or ')} order by s.id`,
    [JSON.stringify(statements)],
  );

/** The statements whose sales contradict their parts. */
export const withContradictingTotals = (tx: EntityManager, statements: readonly number[]) =>
  sql<{ id: number }>(
    tx,
    `select id from statement where id in ${listed(tx, '$1', 'bigint')} and type = 'TRANSACTIONAL' and gross <> net + tax + charge order by id`,
    [JSON.stringify(statements)],
  );

/** The statements with customers who have no account ID, and how many. */
export const withUnknownCustomers = (tx: EntityManager, statements: readonly number[]) =>
  sql<{ id: number; count: number }>(
    tx,
    `select t.statement_id as id, count(distinct t.customer_uuid) as count from retail_transaction t left join customer c on c.uuid = t.customer_uuid
     where t.statement_id in ${listed(tx, '$1', 'bigint')} and t.customer_uuid is not null and c.account_id is null
     group by t.statement_id order by t.statement_id`,
    [JSON.stringify(statements)],
  );

/** The statements whose counts differ from what was expected by more than the settings of their channel allow. */
export const withCountingDifferences = (tx: EntityManager, statements: readonly number[]) =>
  sql<{ id: number }>(
    tx,
    `select s.id from statement s join statement_settings m on m.channel = s.channel join tender_count c on c.statement_id = s.id and c.counted is not null
     where s.id in ${listed(tx, '$1', 'bigint')} and s.type = 'FINANCIAL'
     group by s.id, m.maximum_counting_difference having sum(abs(c.counted - c.expected)) > m.maximum_counting_difference order by s.id`,
    [JSON.stringify(statements)],
  );
