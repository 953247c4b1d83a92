import type { EntityManager } from 'typeorm';
import { listed } from '../dialect/expressions.ts';
import { sql } from '../sql.ts';
import { totalNames } from '../transaction-facts.ts';
import type { StatementProgress } from './statement.bulk.ts';
import { changeStatuses } from './transaction-feed.ts';

/** Aggregates of a batch, in the order in which they get their numbers. */
interface NextAggregates {
  ids: number[];
  transactions: number;
  /** The statements that have no more. */
  over: number[];
  progress: StatementProgress[];
}

/**
 * The next aggregates of these statements, which are in order: at most `limit` of them, and so many that their lines and sales come to about
 * `weight`.
 */
export async function nextAggregates(
  tx: EntityManager,
  statements: readonly { id: number }[],
  limit: number,
  weight: number,
): Promise<NextAggregates> {
  // With `=` for a single statement, its aggregates come in index order, however many there are.
  const [where, given] =
    statements.length === 1
      ? ['s.id = $1', statements[0]!.id]
      : [`s.id in ${listed(tx, '$1', 'bigint')}`, JSON.stringify(statements.map(({ id }) => id))];
  const found = await sql<{ id: number; statement: number; transactions: number; lines: number }>(
    tx,
    `select a.id, s.id as statement, a.transaction_count as transactions, a.line_count as lines
     from statement s cross join aggregated_transaction a where ${where} and a.statement_id = s.id and a.id > s.progress
     order by s.id, a.id limit $2`,
    [given, limit + 1],
  );
  const taken = found.slice(0, limit);
  const ids: number[] = [];
  let transactions = 0;
  let carried = 0;
  for (const { id, transactions: sales, lines } of taken) {
    if (carried > 0 && carried + lines + sales > weight) break;
    carried += lines + sales;
    transactions += sales;
    ids.push(id);
  }
  const last = found[ids.length - 1];
  const next = found[ids.length];
  return {
    ids,
    transactions,
    over: statements.flatMap(({ id }) => (next === undefined || id < next.statement ? [id] : [])),
    progress:
      next !== undefined && last?.statement === next.statement ? [{ id: next.statement, progress: last.id }] : [],
  };
}

/** Posts the next sales of these statements, at most `limit`, and returns them in the order of their arrival. */
export async function finishSales(
  tx: EntityManager,
  statements: readonly number[],
  limit: number,
  at: string,
): Promise<number[]> {
  const next = await sql<{ sequence: number }>(
    tx,
    `select t.sequence from statement s cross join retail_transaction t
     where s.id in ${listed(tx, '$1', 'bigint')} and t.statement_id = s.id and t.sequence > s.progress order by t.sequence limit $2`,
    [JSON.stringify(statements), limit],
  );
  const sequences = next.map(({ sequence }) => sequence);
  await changeStatuses(
    tx,
    `update retail_transaction set status = 'POSTED', modified_at = $1 where sequence in ${listed(tx, '$2', 'bigint')} returning sequence`,
    [at, JSON.stringify(sequences)],
  );
  return sequences;
}

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
