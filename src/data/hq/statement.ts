import {
  Column,
  Entity,
  type EntityManager,
  JoinColumn,
  ManyToOne,
  OneToMany,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import type { KeysetPage } from '../keyset-page.ts';
import { keysetPage, type Listed, rowsWhere, type Where } from '../legacy.ts';
import { forUpdate, listed, rows, sql } from '../sql.ts';
import { TransactionTotals, totalColumns } from '../transaction-rows.ts';
import type { AggregatedTransaction } from './aggregate.ts';
import type { Invoice } from './journal.ts';

/*
 * Statements: the sales of a channel on a business day that are posted together. They are made and moved in sets, many at a time, and each
 * keeps its own state. What is left to do is a query on the state, so that everything can stop anywhere and go on.
 */

/** TRANSACTIONAL takes sales, any time of the day; FINANCIAL takes closed shifts. */
export const statementTypes = ['TRANSACTIONAL', 'FINANCIAL'] as const;
export type StatementType = (typeof statementTypes)[number];

/** In the order in which calculation reaches them. */
export const calculationStates = ['STARTED', 'MARKED', 'CALCULATED'] as const;
/** Those states for SQL, as the index `statement_being_calculated` says them. */
export const calculating = calculationStates.map((state) => `'${state}'`).join(', ');

/** In the order in which posting reaches them; the first is number 1. */
export const postingStates = [
  'CHECKED',
  'AGGREGATED',
  'CUSTOMER_ORDER_CREATED',
  'CUSTOMER_ORDER_INVOICED',
  'DISCOUNTS_POSTED',
  'INCOME_EXPENSE_POSTED',
  'VOUCHERS_LINKED',
  'PAYMENTS_POSTED',
  'GIFT_CARDS_POSTED',
  'POSTED',
] as const;
export type PostingState = (typeof postingStates)[number];

export const statementStates = [...calculationStates, ...postingStates, 'CLEARED'] as const;
export type StatementState = (typeof statementStates)[number];

export const statementNumbers = 'statement';

/**
 * The sales of a channel on a business day that are posted together. Added by calculation and moved on by posting; operators clear it or
 * set it back.
 */
@Entity('statement')
export class Statement extends TransactionTotals {
  @PrimaryGeneratedColumn({ type: 'bigint' }) id!: number;
  /** From its number sequence, e.g. `ST00000042`. */
  @Column({ type: 'text' }) statementId!: string;
  @Column({ type: 'text' }) type!: StatementType;
  @Column({ type: 'text' }) channel!: string;
  @Column({ type: 'text' }) businessDate!: string;
  @Column({ type: 'text' }) currency!: string;
  /** The last one that it reached. */
  @Column({ type: 'text' }) state!: StatementState;
  /** Why it did not reach the next one; the next attempt goes on there. */
  @Column({ type: 'text', nullable: true }) errorCode!: string | null;
  @Column({ type: 'text', nullable: true }) error!: string | null;
  /** Sales, or (FINANCIAL) shifts. Of a FINANCIAL statement `gross` is what was expected of the tenders that were counted, and `paid` what was counted. */
  @Column({ type: 'bigint' }) transactionCount!: number;
  @Column({ type: 'text' }) createdAt!: string;
  @Column({ type: 'text', nullable: true }) calculatedAt!: string | null;
  @Column({ type: 'text', nullable: true }) postedAt!: string | null;
  @Column({ type: 'text' }) updatedAt!: string;
  @OneToMany('aggregated_transaction', 'statement') aggregates!: AggregatedTransaction[];
  @OneToMany('invoice', 'statement') invoices!: Invoice[];
  @OneToMany('statement_event', 'statement') events!: StatementEvent[];
}

/** Something that happened to a statement: a state that it reached, a failure, or what a person did. Written with what it reports. */
@Entity('statement_event')
export class StatementEvent {
  @PrimaryGeneratedColumn({ type: 'bigint' }) id!: number;
  @Column({ type: 'bigint' }) statementId!: number;
  @Column({ type: 'text' }) at!: string;
  @Column({ type: 'text' }) actor!: string;
  /** The state that was reached, or `FAILED`, `REOPENED`, `CLEARED`, `REGENERATED`, `ORDER_DELETED`. */
  @Column({ type: 'text' }) event!: string;
  /** The state that it had then. */
  @Column({ type: 'text', nullable: true }) state!: StatementState | null;
  @Column({ type: 'text', nullable: true }) detail!: string | null;
  @ManyToOne(() => Statement, 'events', { createForeignKeyConstraints: false })
  @JoinColumn({ name: 'statement_id' })
  statement!: Relation<Statement>;
}

export interface StatementRow extends TransactionTotals {
  id: number;
  statement_id: string;
  type: StatementType;
  channel: string;
  business_date: string;
  currency: string;
  /** The last one that it reached. */
  state: StatementState;
  /** Why it did not reach the next one; the next attempt goes on there. */
  error_code: string | null;
  error: string | null;
  /** Sales, or (FINANCIAL) shifts. Of a FINANCIAL statement `gross` is what was expected of the tenders that were counted, and `paid` what was counted. */
  transaction_count: number;
  created_at: string;
  calculated_at: string | null;
  posted_at: string | null;
  updated_at: string;
}

export const statements: Listed = {
  name: 'statement',
  key: 'id',
  columns: {
    id: 'bigint',
    statement_id: 'text',
    type: 'text',
    channel: 'text',
    business_date: 'text',
    currency: 'text',
    state: 'text',
    error_code: 'text',
    error: 'text',
    transaction_count: 'bigint',
    ...totalColumns,
    created_at: 'text',
    calculated_at: 'text',
    posted_at: 'text',
    updated_at: 'text',
  },
};

export interface StatementFilter {
  channel?: string | undefined;
  type?: StatementType | undefined;
  state?: readonly StatementState[] | undefined;
  business_date?: string | undefined;
  currency?: string | undefined;
  statement_id?: string | undefined;
}

/** A page of statements; `failed` keeps those that stopped at an error, or those that did not. */
export const statementPage = (
  db: EntityManager,
  filter: StatementFilter,
  page: KeysetPage,
  { failed }: { failed?: boolean | null | undefined } = {},
) =>
  keysetPage<StatementRow>(
    db,
    statements,
    { ...filter },
    page,
    typeof failed === 'boolean' ? [`error_code is ${failed ? 'not ' : ''}null`] : [],
  );

export const statementsWhere = (db: EntityManager, where: Where) => rowsWhere<StatementRow>(db, statements, where);

/** Something that happened to a statement: a state that it reached, a failure, or what a person did. */
export interface StatementEventRow {
  id: number;
  statement_id: number;
  at: string;
  actor: string;
  /** The state that was reached, or `FAILED`, `REOPENED`, `CLEARED`, `REGENERATED`, `ORDER_DELETED`. */
  event: string;
  /** The state that it had then. */
  state: StatementState | null;
  detail: string | null;
}

export const statementEvents: Listed = {
  name: 'statement_event',
  key: 'id',
  columns: {
    id: 'bigint',
    statement_id: 'bigint',
    at: 'text',
    actor: 'text',
    event: 'text',
    state: 'text',
    detail: 'text',
  },
};

export const statementEventPage = (db: EntityManager, statement: number, page: KeysetPage) =>
  keysetPage<StatementEventRow>(db, statementEvents, { statement_id: statement }, page);

export interface Moment {
  actor: string;
  at: string;
}

export const addEvents = (
  tx: EntityManager,
  events: readonly { statement_id: number; event: string; state: StatementState | null; detail?: string | null }[],
  { actor, at }: Moment,
) =>
  events.length === 0
    ? Promise.resolve([])
    : sql(
        tx,
        `insert into statement_event (statement_id, at, actor, event, state, detail)
         select x.statement_id, $1, $2, x.event, x.state, x.detail
         from ${rows(tx, { statement_id: 'bigint', event: 'text', state: 'text', detail: 'text' }, '$3')} order by x.statement_id`,
        [at, actor, JSON.stringify(events)],
      );

/** A statement that a job works on. */
export type Worked = Pick<
  StatementRow,
  'id' | 'type' | 'channel' | 'state' | 'business_date' | 'currency' | 'transaction_count'
>;

const worked = 'id, type, channel, state, business_date, currency, transaction_count';

const numbered = (found: Worked[]): Worked[] =>
  found.map((row) => ({ ...row, id: Number(row.id), transaction_count: Number(row.transaction_count) }));

/** Statements of these channels, each up to its day, in one of these states; in the order of their numbers. */
export async function statementsToWork(
  db: EntityManager,
  days: readonly { channel: string; until: string }[],
  states: readonly StatementState[],
  after = 0,
  limit = 200,
): Promise<Worked[]> {
  return numbered(
    await sql<Worked>(
      db,
      `select ${worked
        .split(', ')
        .map((name) => `s.${name}`)
        .join(', ')} from ${rows(db, { channel: 'text', until: 'text' }, '$1')} cross join statement s
       where s.channel = x.channel and s.state not in ('POSTED', 'CLEARED') and s.state in ${listed(db, '$2')} and s.business_date <= x.until and s.id > $3
       order by s.id limit $4`,
      [JSON.stringify(days), JSON.stringify(states), after, limit],
    ),
  );
}

/** Of these statements those that are in this state, kept so until the transaction ends. */
export async function holdStatements(
  tx: EntityManager,
  ids: readonly number[],
  state: StatementState,
): Promise<Worked[]> {
  return numbered(
    await sql<Worked>(
      tx,
      `select ${worked} from statement where id in ${listed(tx, '$1', 'bigint')} and state = $2 order by id ${forUpdate(tx)}`,
      [JSON.stringify(ids), state],
    ),
  );
}

/** Moves statements on: their errors are over. */
export async function moveStatements(
  tx: EntityManager,
  ids: readonly number[],
  state: StatementState,
  moment: Moment,
): Promise<void> {
  if (ids.length === 0) return;
  const time = { CALCULATED: 'calculated_at = $2, ', POSTED: 'posted_at = $2, ' }[state as string] ?? '';
  await sql(
    tx,
    `update statement set state = $1, ${time}updated_at = $2, error_code = null, error = null where id in ${listed(tx, '$3', 'bigint')}`,
    [state, moment.at, JSON.stringify(ids)],
  );
  await addEvents(
    tx,
    ids.map((id) => ({ statement_id: id, event: state, state })),
    moment,
  );
}

export interface StatementFailure {
  id: number;
  error_code: string;
  error: string;
}

/** Says why statements did not reach their next state. They stay at the last one. */
export async function failStatements(
  tx: EntityManager,
  failures: readonly StatementFailure[],
  moment: Moment,
): Promise<void> {
  if (failures.length === 0) return;
  const found = await sql<{ id: number; state: StatementState }>(
    tx,
    `update statement set error_code = x.error_code, error = x.error, updated_at = $1
     from ${rows(tx, { id: 'bigint', error_code: 'text', error: 'text' }, '$2')}
     where statement.id = x.id and statement.state not in ('POSTED', 'CLEARED') returning statement.id, statement.state`,
    [moment.at, JSON.stringify(failures)],
  );
  const states = new Map(found.map(({ id, state }) => [Number(id), state]));
  await addEvents(
    tx,
    failures
      .filter(({ id }) => states.has(id))
      .map(({ id, error_code, error }) => ({
        statement_id: id,
        event: 'FAILED',
        state: states.get(id)!,
        detail: `${error_code}: ${error}`,
      })),
    moment,
  );
}

/** Sets a statement to a state by hand; what went wrong before is over. */
export const turnBack = (tx: EntityManager, id: number, state: StatementState, at: string) =>
  sql(tx, 'update statement set state = $1, error_code = null, error = null, updated_at = $2 where id = $3', [
    state,
    at,
    id,
  ]);

/** Counts a statement's sales again, when some left it. */
export const recount = (tx: EntityManager, ids: readonly number[]) =>
  sql(
    tx,
    `update statement set transaction_count = x.transactions, ${totalNames.map((name) => `${name} = x.${name}`).join(', ')}
     from (select s.id, count(t.sequence) as transactions, ${totalNames.map((name) => `coalesce(cast(sum(t.${name}) as bigint), 0) as ${name}`).join(', ')}
           from statement s left join retail_transaction t on t.statement_id = s.id
           where s.id in ${listed(tx, '$1', 'bigint')} group by s.id) as x
     where statement.id = x.id`,
    [JSON.stringify(ids)],
  );

export const totalNames = Object.keys(totalColumns) as (keyof TransactionTotals)[];
