import type { EntityManager } from 'typeorm';
import { listed, rows, sql } from '../sql.ts';
import { formatted, type NumberSequence, takeNumbers } from './number-sequence.ts';
import { addEvents, calculating, type Moment, type StatementType, statementNumbers } from './statement.ts';

/** Up to which business day a channel's statements are calculated. */
export interface ChannelDay {
  channel: string;
  until: string;
}

interface Candidate {
  channel: string;
  business_date: string;
  currency: string;
  count: number;
  statement_id: number | null;
  state: string | null;
}

/** Sales, or shifts, that no statement has. Partial indexes keep what they cost to what is left; SQLite uses one whose condition is said. */
const left: Record<StatementType, { from: string; condition: string }> = {
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
  moment: Moment,
): Promise<{ started: number; exhausted: NumberSequence | null }> {
  // Taking no number first keeps two runs apart on PostgreSQL.
  await takeNumbers(tx, statementNumbers, 0);
  const { from, condition } = left[type];
  const found = await sql<Candidate>(
    tx,
    `select d.channel, d.business_date, d.currency, d.count, s.id as statement_id, s.state from (
       select l.channel, l.business_date, l.currency, count(*) as count
       from ${rows(tx, { channel: 'text', until: 'text' }, '$1')} cross join ${from} l
       where l.channel = x.channel and l.business_date <= x.until and ${condition} group by l.channel, l.business_date, l.currency) as d
     left join statement s on s.channel = d.channel and s.business_date = d.business_date and s.currency = d.currency and s.type = $2
       and s.state in (${calculating})
     order by d.count desc, d.channel, d.business_date, d.currency`,
    [JSON.stringify(days), type],
  );
  await reopen(tx, found, moment);
  const fresh = found.filter(({ statement_id: id }) => id === null);
  if (fresh.length === 0) return { started: 0, exhausted: null };
  const { first, taken, sequence } = await takeNumbers(tx, statementNumbers, fresh.length);
  const added = fresh
    .slice(0, taken)
    .map((day, place) => ({ ...day, place, statement_id: formatted(sequence, first + place) }));
  if (added.length > 0) {
    const columns = {
      place: 'bigint',
      statement_id: 'text',
      channel: 'text',
      business_date: 'text',
      currency: 'text',
      count: 'bigint',
    } as const;
    const made = await sql<{ id: number }>(
      tx,
      `insert into statement (statement_id, type, channel, business_date, currency, state, transaction_count, net, discount, tax, charge, gross, paid, quantity, created_at, updated_at)
       select x.statement_id, $1, x.channel, x.business_date, x.currency, 'STARTED', x.count, 0, 0, 0, 0, 0, 0, 0, $2, $2
       from ${rows(tx, columns, '$3')} order by x.place returning id`,
      [type, moment.at, JSON.stringify(added)],
    );
    await addEvents(
      tx,
      made.map(({ id }) => ({ statement_id: Number(id), event: 'STARTED', state: 'STARTED' as const })),
      moment,
    );
  }
  return { started: taken, exhausted: taken < fresh.length ? sequence : null };
}

async function reopen(tx: EntityManager, found: readonly Candidate[], moment: Moment): Promise<void> {
  const more = found.flatMap(({ statement_id: id, state }) =>
    id !== null && (state === 'MARKED' || state === 'CALCULATED') ? Number(id) : [],
  );
  if (more.length === 0) return;
  const reopened = await sql<{ id: number }>(
    tx,
    `update statement set state = 'STARTED', error_code = null, error = null, calculated_at = null, updated_at = $1
     where id in ${listed(tx, '$2', 'bigint')} and state in ('MARKED', 'CALCULATED') returning id`,
    [moment.at, JSON.stringify(more)],
  );
  await addEvents(
    tx,
    reopened.map(({ id }) => ({ statement_id: Number(id), event: 'REOPENED', state: 'STARTED' as const })),
    moment,
  );
}

/** Stamps up to `limit` sales with these statements; answers how many. Fewer than the limit: no more are left. */
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
             and ${left.TRANSACTIONAL.condition} limit $3) as m
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
