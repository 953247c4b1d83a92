import {
  Column,
  Entity,
  type EntityManager,
  JoinColumn,
  ManyToOne,
  OneToMany,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import { firstOfEach, type KeysetPage, keysetPage, rowsWhere, type Where } from '../keyset-page.ts';
import { LineFacts, TransactionTotals } from '../transaction-facts.ts';

type SalesOrderStatus = 'OPEN' | 'INVOICED' | 'CANCELED';

export const salesOrder = 'sales-order';

/**
 * What headquarters delivers or has sold. Made from one order of a channel (ORDER) by Synchronize orders, or from an aggregate of a
 * statement's sales (STATEMENT) by its posting. Amounts are minor units of `currency`.
 */
@Entity('sales_order')
export class SalesOrder extends TransactionTotals {
  @PrimaryGeneratedColumn({ type: 'bigint' }) id!: number;
  /** From its number sequence, e.g. `SO000000042`. */
  @Column({ type: 'text' }) salesOrderId!: string;
  @Column({ type: 'text' }) source!: 'ORDER' | 'STATEMENT';
  @Column({ type: 'bigint', nullable: true }) transactionSequence!: number | null;
  @Column({ type: 'bigint', nullable: true }) aggregateId!: number | null;
  @Column({ type: 'bigint', nullable: true }) statementId!: number | null;
  @Column({ type: 'text' }) channel!: string;
  @Column({ type: 'text', nullable: true }) customerUuid!: string | null;
  @Column({ type: 'text', nullable: true }) accountId!: string | null;
  @Column({ type: 'text', nullable: true }) deliveryAddressUuid!: string | null;
  @Column({ type: 'text' }) businessDate!: string;
  @Column({ type: 'text' }) currency!: string;
  @Column({ type: 'text' }) status!: SalesOrderStatus;
  /** Why it is held; null: it is not. */
  @Column({ type: 'text', nullable: true }) holdCode!: string | null;
  @Column({ type: 'text' }) createdAt!: string;
  @Column({ type: 'text', nullable: true }) canceledAt!: string | null;
  @OneToMany('sales_order_line', 'order') lines!: SalesOrderLine[];
}

/** A line of a sales order. Written with its order. */
@Entity('sales_order_line')
export class SalesOrderLine extends LineFacts {
  /** The `id` of its order. */
  @PrimaryColumn({ type: 'bigint' }) salesOrder!: number;
  @ManyToOne(() => SalesOrder, 'lines', { createForeignKeyConstraints: false })
  @JoinColumn({ name: 'sales_order' })
  order!: Relation<SalesOrder>;
}

/** A page of sales orders; `held` keeps those on hold, or the others. */
export const salesOrderPage = (
  db: EntityManager,
  filter: Where<SalesOrder>,
  page: KeysetPage,
  { held }: { held?: boolean | null } = {},
) =>
  keysetPage(db, SalesOrder, 'id', filter, page, {
    conditions: typeof held === 'boolean' ? [`hold_code is ${held ? 'not ' : ''}null`] : [],
  });

export const salesOrdersWhere = (db: EntityManager, where: Where<SalesOrder>) => rowsWhere(db, SalesOrder, 'id', where);

/** The newest sales orders of each of these customers. */
export const newestSalesOrders = (
  db: EntityManager,
  customers: readonly string[],
  limit: number,
  channel: string | undefined,
) => firstOfEach(db, SalesOrder, 'id', 'customerUuid', customers, { limit, descending: true }, { where: { channel } });

export const linesOfSalesOrders = (db: EntityManager, orders: readonly number[]) =>
  rowsWhere(db, SalesOrderLine, 'line', { salesOrder: orders });

/** Ends the hold of a sales order. */
export const releaseSalesOrder = (tx: EntityManager, id: number) => tx.update(SalesOrder, { id }, { holdCode: null });
