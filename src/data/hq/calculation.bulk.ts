import type { EntityManager } from 'typeorm';
import { names, rows } from '../columns.ts';
import { listed } from '../dialect/expressions.ts';
import { sql } from '../sql.ts';
import { totalNames } from '../transaction-facts.ts';
import type { Actor } from './audit.ts';
import { takeNumbers } from './number-sequence.bulk.ts';
import { formatted, type NumberSequence } from './number-sequence.ts';
import { addEvents, type ChannelDay, channelDay } from './statement.bulk.ts';
import {
  calculationStates,
  Statement,
  type StatementState,
  type StatementType,
  statementNumbers,
} from './statement.ts';

interface Candidate extends Pick<Statement, 'channel' | 'businessDate' | 'currency'> {
  count: number;
  /** Its statement that is not being posted yet. */
  id: number | null;
  state: StatementState | null;
}

/** Sales, or shifts, that no statement has. Partial indexes keep the cost proportional to what is left; SQLite uses one only if the query repeats its condition. */
const unclaimed: Record<StatementType, { from: string; condition: string }> = {
  TRANSACTIONAL: {
    from: 'retail_transaction',
    condition: `l.status = 'SUCCEEDED' and l.kind = 'CASH_AND_CARRY' and l.statement_id is null`,
  },
  FINANCIAL: { from: 'shift', condition: `l.state = 'CLOSED' and l.statement_id is null` },
};

/**
 * Starts statements for the days that have something to post, the largest first. One whose posting has not begun takes what is new: it is
 * started again. Answers what remains when numbers ran out.
 */
export async function startStatements(
  tx: EntityManager,
  type: StatementType,
  days: readonly ChannelDay[],
  who: Actor,
): Promise<{ started: number; exhausted: NumberSequence | null }> {
  // Taking no number first keeps two runs apart on PostgreSQL.
  await takeNumbers(tx, statementNumbers, 0);
  const { from, condition } = unclaimed[type];
  const found = await sql<Candidate>(
    tx,
    `select d.channel, d.business_date as "businessDate", d.currency, d.count, s.id, s.state from (
       select l.channel, l.business_date, l.currency, count(*) as count
       from ${rows(tx, channelDay, '$1')} cross join ${from} l
       where l.channel = x.channel and l.business_date <= x.until and ${condition} group by l.channel, l.business_date, l.currency) as d
     left join statement s on s.channel = d.channel and s.business_date = d.business_date and s.currency = d.currency and s.type = $2
       and s.state in (${calculating})
     order by d.count desc, d.channel, d.business_date, d.currency`,
    [JSON.stringify(days), type],
  );
  await reopen(tx, found, who);
  const fresh = found.filter(({ id }) => id === null);
  if (fresh.length === 0) return { started: 0, exhausted: null };
  const { first, taken, sequence } = await takeNumbers(tx, statementNumbers, fresh.length);
  if (taken > 0) {
    const amounts = [...totalNames, 'expected', 'counted'] as const;
    const fields = [...starting, ...amounts];
    const nothing = Object.fromEntries(amounts.map((name) => [name, 0]));
    const started = fresh.slice(0, taken).map(({ channel, businessDate, currency, count }, place) => ({
      statementId: formatted(sequence, first + place),
      ...{ type, channel, businessDate, currency, state: 'STARTED', progress: 0, transactionCount: count, ...nothing },
      ...{ createdAt: who.at, updatedAt: who.at },
    }));
    const added = await sql<{ id: number }>(
      tx,
      `insert into statement (${names(tx, Statement, fields)}) select ${names(tx, Statement, fields)}
       from ${rows(tx, Statement, '$1', fields)} order by x.statement_id returning id`,
      [JSON.stringify(started)],
    );
    await addEvents(
      tx,
      added.map(({ id }) => ({ statementId: id, event: 'STARTED', state: 'STARTED' })),
      who,
    );
  }
  return { started: taken, exhausted: taken < fresh.length ? sequence : null };
}

const starting = [
  ...(['statementId', 'type', 'channel', 'businessDate', 'currency', 'state', 'progress', 'transactionCount'] as const),
  ...(['createdAt', 'updatedAt'] as const),
];

/** As the index `statement_being_calculated` has it. */
const calculating = calculationStates.map((state) => `'${state}'`).join(', ');

async function reopen(tx: EntityManager, found: readonly Candidate[], who: Actor): Promise<void> {
  const more = found.flatMap(({ id, state }) => (state === 'MARKED' || state === 'CALCULATED' ? id! : []));
  if (more.length === 0) return;
  const reopened = await sql<{ id: number }>(
    tx,
    `update statement set state = 'STARTED', error_code = null, error = null, calculated_at = null, updated_at = $1
     where id in ${listed(tx, '$2', 'bigint')} and state in ('MARKED', 'CALCULATED') returning id`,
    [who.at, JSON.stringify(more)],
  );
  await addEvents(
    tx,
    reopened.map(({ id }) => ({ statementId: id, event: 'REOPENED', state: 'STARTED' })),
    who,
  );
}

/**
 * Assigns up to `limit` sales to these statements and returns how many. Fewer than the limit: none are left. The sales are taken in the order of
 * their arrival, whatever their statements, so that those stored side by side are written together.
 */
export async function markSales(
  tx: EntityManager,
  statements: readonly number[],
  limit: number,
  at: string,
): Promise<number> {
  const marked = await sql(
    tx,
    `update retail_transaction set statement_id = m.statement_id, modified_at = $1
     from (select l.sequence, s.id as statement_id from statement s cross join retail_transaction l
           where s.id in ${listed(tx, '$2', 'bigint')} and l.channel = s.channel and l.business_date = s.business_date and l.currency = s.currency
             and ${unclaimed.TRANSACTIONAL.condition} order by l.sequence limit $3) as m
     where retail_transaction.sequence = m.sequence and retail_transaction.status = 'SUCCEEDED' and retail_transaction.statement_id is null
     returning retail_transaction.sequence`,
    [at, JSON.stringify(statements), limit],
  );
  return marked.length;
}

/** Lets go what statements have marked. */
export async function releaseMarked(tx: EntityManager, statement: number, at: string): Promise<void> {
  await sql(
    tx,
    'update retail_transaction set statement_id = null, aggregate_id = null, modified_at = $1 where statement_id = $2',
    [at, statement],
  );
  await sql(tx, 'delete from tender_count where statement_id = $1', [statement]);
  await sql(tx, 'update shift set statement_id = null where statement_id = $1', [statement]);
}
