import type { EntityManager } from 'typeorm';
import { assignments, insertAll, rows, selected } from '../columns.ts';
import { forUpdate, listed } from '../dialect/expressions.ts';
import { sql } from '../sql.ts';
import { totalNames } from '../transaction-facts.ts';
import type { Actor } from './audit.ts';
import { Statement, StatementEvent, type StatementState } from './statement.ts';

const summary = ['id', 'type', 'channel', 'state', 'businessDate', 'currency', 'transactionCount', 'progress'] as const;

/** What a job needs to know of a statement. */
export type StatementSummary = Pick<Statement, (typeof summary)[number]>;

/** Up to which business date a channel's statements are calculated or posted. */
export interface ChannelDay {
  channel: string;
  until: string;
}

export const channelDay = { channel: 'text', until: 'text' } as const;

/** Statements of these channels, each up to its day, in one of these states; in the order of their numbers. */
export const statementsIn = (
  db: EntityManager,
  days: readonly ChannelDay[],
  states: readonly StatementState[],
  after = 0,
  limit = 200,
) =>
  sql<StatementSummary>(
    db,
    `select ${selected(db, Statement, 's', summary)} from ${rows(db, channelDay, '$1')} cross join statement s
     where s.channel = x.channel and s.state not in ('POSTED', 'CLEARED') and s.state in ${listed(db, '$2')} and s.business_date <= x.until and s.id > $3
     order by s.id limit $4`,
    [JSON.stringify(days), JSON.stringify(states), after, limit],
  );

/** The statements that are in one of these states, in order, locked until the transaction ends. */
export const lockStatements = (tx: EntityManager, ids: readonly number[], states: readonly StatementState[]) =>
  sql<StatementSummary>(
    tx,
    `select ${selected(tx, Statement, 's', summary)} from statement s
     where s.id in ${listed(tx, '$1', 'bigint')} and s.state in ${listed(tx, '$2')} order by s.id ${forUpdate(tx)}`,
    [JSON.stringify(ids), JSON.stringify(states)],
  );

export const addEvents = (
  tx: EntityManager,
  events: readonly (Pick<StatementEvent, 'statementId' | 'event' | 'state'> & { detail?: string | null })[],
  who: Actor,
) =>
  insertAll(
    tx,
    StatementEvent,
    events.map((event) => ({ detail: null, ...event, ...who })),
    ['statementId', 'at', 'actor', 'event', 'state', 'detail'],
  );

/** Moves statements on and removes their errors. */
export async function moveStatements(
  tx: EntityManager,
  ids: readonly number[],
  state: StatementState,
  who: Actor,
): Promise<void> {
  if (ids.length === 0) return;
  const time = { CALCULATED: 'calculated_at = $2, ', POSTED: 'posted_at = $2, ' }[state as string] ?? '';
  await sql(
    tx,
    `update statement set state = $1, progress = 0, ${time}updated_at = $2, error_code = null, error = null where id in ${listed(tx, '$3', 'bigint')}`,
    [state, who.at, JSON.stringify(ids)],
  );
  await addEvents(
    tx,
    ids.map((statementId) => ({ statementId, event: state, state })),
    who,
  );
}

export type StatementProgress = Pick<Statement, 'id' | 'progress'>;

/** Stores how far statements have come on the way to their next state. */
export async function storeProgress(tx: EntityManager, progress: readonly StatementProgress[]): Promise<void> {
  if (progress.length === 0) return;
  await sql(
    tx,
    `update statement set progress = x.progress from ${rows(tx, Statement, '$1', ['id', 'progress'])} where statement.id = x.id`,
    [JSON.stringify(progress)],
  );
}

export interface StatementFailure {
  id: number;
  errorCode: string;
  error: string;
}

/** Records why statements did not reach their next state. They stay in the last one. */
export async function failStatements(
  tx: EntityManager,
  failures: readonly StatementFailure[],
  who: Actor,
): Promise<void> {
  if (failures.length === 0) return;
  const failed = await sql<Pick<Statement, 'id' | 'state'>>(
    tx,
    `update statement set ${assignments(tx, Statement, ['errorCode', 'error'], 'x')}, updated_at = $1
     from ${rows(tx, Statement, '$2', ['id', 'errorCode', 'error'])}
     where statement.id = x.id and statement.state not in ('POSTED', 'CLEARED') returning statement.id, statement.state`,
    [who.at, JSON.stringify(failures)],
  );
  const states = new Map(failed.map(({ id, state }) => [id, state]));
  await addEvents(
    tx,
    failures.flatMap(({ id, errorCode, error }) => {
      const state = states.get(id);
      return state ? [{ statementId: id, event: 'FAILED', state, detail: `${errorCode}: ${error}` }] : [];
    }),
    who,
  );
}

/** Adds up the sales of statements. */
export const addUpSales = (tx: EntityManager, ids: readonly number[]) =>
  sql(
    tx,
    `update statement set transaction_count = x.transactions, ${assignments(tx, Statement, totalNames, 'x')}
     from (select s.id, count(t.sequence) as transactions, ${totalNames.map((name) => `coalesce(cast(sum(t.${name}) as bigint), 0) as ${name}`).join(', ')}
           from statement s left join retail_transaction t on t.statement_id = s.id
           where s.id in ${listed(tx, '$1', 'bigint')} group by s.id) as x
     where statement.id = x.id`,
    [JSON.stringify(ids)],
  );
