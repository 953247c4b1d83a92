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
import { selected } from '../columns.ts';
import { listed } from '../dialect/expressions.ts';
import { countWhere, type KeysetPage, keysetPage, rowsWhere, type Where } from '../keyset-page.ts';
import { sql } from '../sql.ts';
import { TransactionTotals } from '../transaction-facts.ts';
import type { AggregatedTransaction } from './aggregate.ts';
import type { Invoice } from './journal.ts';
import { TenderCount } from './shift.ts';

/*
 * Statements: the sales of a channel on a business date that are posted together. They are made and moved in sets, many at a time, and each
 * keeps its own state. What is left to do is a query on the state, so that everything can stop anywhere and go on.
 */

/** TRANSACTIONAL takes sales, any time of the day; FINANCIAL takes closed shifts. */
export const statementTypes = ['TRANSACTIONAL', 'FINANCIAL'] as const;
export type StatementType = (typeof statementTypes)[number];

/** The GraphQL type of a statement, which is part of its global ID. */
export const statementNodes = { TRANSACTIONAL: 'TransactionalStatement', FINANCIAL: 'FinancialStatement' } as const;

/** In the order in which calculation reaches them. */
export const calculationStates = ['STARTED', 'MARKED', 'CALCULATED'] as const;

/** In the order in which posting reaches them; the first is number 1. */
export const postingStates = [
  'CHECKED',
  'AGGREGATED',
  'SALES_ORDERS_CREATED',
  'SALES_ORDERS_INVOICED',
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

/** The state that was reached, or what else happened. */
export type StatementEventType =
  | StatementState
  | 'REOPENED'
  | 'FAILED'
  | 'REGENERATED'
  | 'AGGREGATED_TRANSACTION_DELETED';

export const statementNumbers = 'statement';

/**
 * The sales of a channel on a business date that are posted together. Added by calculation and moved on by posting; operators clear it or
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
  /** The last aggregate, or on the way to POSTED the last sale, that is done on the way to the next state; 0: none. */
  @Column({ type: 'bigint' }) progress!: number;
  /** Why it did not reach the next one; the next attempt goes on there. */
  @Column({ type: 'text', nullable: true }) errorCode!: string | null;
  @Column({ type: 'text', nullable: true }) error!: string | null;
  /** Sales, or (FINANCIAL) shifts. */
  @Column({ type: 'bigint' }) transactionCount!: number;
  /** FINANCIAL: what was expected of the tenders that were counted. */
  @Column({ type: 'bigint' }) expected!: number;
  /** FINANCIAL: what was counted. */
  @Column({ type: 'bigint' }) counted!: number;
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
  @Column({ type: 'text' }) event!: StatementEventType;
  /** The state that it had then. */
  @Column({ type: 'text', nullable: true }) state!: StatementState | null;
  @Column({ type: 'text', nullable: true }) detail!: string | null;
  @ManyToOne(() => Statement, 'events', { createForeignKeyConstraints: false })
  @JoinColumn({ name: 'statement_id' })
  statement!: Relation<Statement>;
}

export interface StatementFilter extends Where<Statement> {
  /** Whether it stopped at an error. */
  failed?: boolean | undefined;
}

const stopped = (failed: boolean | undefined) =>
  failed === undefined ? [] : [`error_code is ${failed ? 'not ' : ''}null`];

export const statementPage = (db: EntityManager, { failed, ...where }: StatementFilter, page: KeysetPage) =>
  keysetPage(db, Statement, 'id', where, page, { conditions: stopped(failed) });

export const countStatements = (db: EntityManager, { failed, ...where }: StatementFilter) =>
  countWhere(db, Statement, where, { conditions: stopped(failed) });

export const statementsWhere = (db: EntityManager, where: Where<Statement>) => rowsWhere(db, Statement, 'id', where);

export const statementEventPage = (db: EntityManager, statementId: number, page: KeysetPage) =>
  keysetPage(db, StatementEvent, 'id', { statementId }, page);

export const countStatementEvents = (db: EntityManager, statementId: number) =>
  countWhere(db, StatementEvent, { statementId });

/** Sets a statement to a state by hand, and removes its error. */
export const setStatementState = (tx: EntityManager, id: number, state: StatementState, at: string) =>
  tx.update(Statement, { id }, { state, errorCode: null, error: null, updatedAt: at });

/** When a statement reached a state. */
export type StateReached = Pick<StatementEvent, 'statementId' | 'at'> & { state: StatementState };

/** When each of these statements reached its states; a state that was reached again counts from the last time. */
export const statesReached = (db: EntityManager, statements: readonly number[]) =>
  sql<StateReached>(
    db,
    `select statement_id as "statementId", state, max(at) as at from statement_event
     where statement_id in ${listed(db, '$1', 'bigint')} and event = state group by statement_id, state`,
    [JSON.stringify(statements)],
  );

/** A count, with its shift. */
export interface ShiftCount extends TenderCount {
  channel: string;
  shiftUuid: string;
  register: string;
}

export const shiftCountsOf = (db: EntityManager, statements: readonly number[]) =>
  sql<ShiftCount>(
    db,
    `select ${selected(db, TenderCount, 't', ['statementId', 'shiftId', 'tender', 'starting', 'expected', 'counted'])},
       s.channel, s.uuid as "shiftUuid", s.register
     from tender_count t join shift s on s.id = t.shift_id where t.statement_id in ${listed(db, '$1', 'bigint')}
     order by t.statement_id, t.shift_id, t.tender`,
    [JSON.stringify(statements)],
  );
