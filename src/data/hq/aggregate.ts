import {
  Column,
  Entity,
  type EntityManager,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import { countWhere, type KeysetPage, keysetPage, rowsWhere, type Where } from '../keyset-page.ts';
import { TransactionTotals } from '../transaction-facts.ts';
import { Statement } from './statement.ts';

/** Sales of one customer on one day that become one sales order. Written by the posting of its statement. */
@Entity('aggregated_transaction')
export class AggregatedTransaction extends TransactionTotals {
  @PrimaryGeneratedColumn({ type: 'bigint' }) id!: number;
  @Column({ type: 'bigint' }) statementId!: number;
  @Column({ type: 'text' }) channel!: string;
  /** The customer that the sales name, or the default one of the channel; null when there is none. */
  @Column({ type: 'text', nullable: true }) customerUuid!: string | null;
  @Column({ type: 'text', nullable: true }) accountId!: string | null;
  @Column({ type: 'text' }) businessDate!: string;
  @Column({ type: 'text' }) currency!: string;
  /** Returns are never gathered with sales. */
  @Column({ type: 'boolean' }) isReturn!: boolean;
  /** Prices with tax are never gathered with prices without. */
  @Column({ type: 'boolean' }) pricesIncludeTax!: boolean;
  @Column({ type: 'bigint' }) transactionCount!: number;
  @Column({ type: 'bigint' }) lineCount!: number;
  @ManyToOne(() => Statement, 'aggregates', { createForeignKeyConstraints: false })
  @JoinColumn({ name: 'statement_id' })
  statement!: Relation<Statement>;
}

export const aggregatePage = (db: EntityManager, where: Where<AggregatedTransaction>, page: KeysetPage) =>
  keysetPage(db, AggregatedTransaction, 'id', where, page);

export const countAggregates = (db: EntityManager, where: Where<AggregatedTransaction>) =>
  countWhere(db, AggregatedTransaction, where);

export const aggregatesWhere = (db: EntityManager, where: Where<AggregatedTransaction>) =>
  rowsWhere(db, AggregatedTransaction, 'id', where);
