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
import { countWhere, firstOfEach, type KeysetPage, keysetPage, rowsWhere, type Where } from '../keyset-page.ts';
import { LineFacts, TransactionTotals } from '../transaction-facts.ts';

export type SalesOrderStatus = 'OPEN' | 'INVOICED' | 'CANCELED';
export type SalesOrderOrigin = 'ORDER' | 'STATEMENT';

/** The statuses that a sales order of each origin can have. */
const statusesOf: Record<SalesOrderOrigin, readonly SalesOrderStatus[]> = {
  ORDER: ['OPEN', 'CANCELED'],
  STATEMENT: ['OPEN', 'INVOICED'],
};

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
  @Column({ type: 'text' }) origin!: SalesOrderOrigin;
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

export interface SalesOrderFilter
  extends Pick<Where<SalesOrder>, 'channel' | 'customerUuid' | 'statementId' | 'businessDate' | 'createdAt'> {
  origin?: SalesOrderOrigin | undefined;
  status?: readonly SalesOrderStatus[] | undefined;
  /** Keeps those on hold, or the others. */
  held?: boolean | undefined;
}

/** The origins and statuses that a filter selects, one by one: each has its place in the indexes by time. */
export const selectedStatuses = ({ origin, status }: Pick<SalesOrderFilter, 'origin' | 'status'>) =>
  (origin ? [origin] : (Object.keys(statusesOf) as SalesOrderOrigin[])).flatMap((origin) =>
    statusesOf[origin]
      .filter((one) => status?.includes(one) ?? true)
      .map((one) => `origin = '${origin}' and status = '${one}'`),
  );

export const salesOrderPage = (db: EntityManager, filter: SalesOrderFilter, page: KeysetPage) => {
  const { held, origin, status, ...where } = filter;
  // Sorted, the parts say which origins and statuses there are.
  const chosen = page.sort && !filter.customerUuid ? where : { ...where, origin, status };
  return keysetPage(db, SalesOrder, 'id', chosen, page, {
    conditions: onHold(held),
    ...(page.sort && { parts: selectedStatuses(filter), few: ofCustomer(filter) }),
  });
};

export const countSalesOrders = (db: EntityManager, filter: SalesOrderFilter) => {
  const { held, ...where } = filter;
  return countWhere(db, SalesOrder, where, { conditions: onHold(held), few: ofCustomer(filter) });
};

const ofCustomer = ({ customerUuid }: SalesOrderFilter) => (customerUuid ? { where: { customerUuid } } : undefined);

const onHold = (held: boolean | undefined) => (held === undefined ? [] : [`hold_code is ${held ? 'not ' : ''}null`]);

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
