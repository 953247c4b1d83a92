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
import type { KeysetPage } from '../keyset-page.ts';
import { firstOfEach, keysetPage, type Listed, rowsWhere, type Where } from '../legacy.ts';
import { listed, rows, sql, unpacked } from '../sql.ts';
import { lineColumns, type TransactionLine, TransactionTotals, totalColumns } from '../transaction-rows.ts';

export const salesOrderStatuses = ['OPEN', 'INVOICED', 'CANCELLED'] as const;
export type SalesOrderStatus = (typeof salesOrderStatuses)[number];

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
  @Column({ type: 'text', nullable: true }) cancelledAt!: string | null;
  @OneToMany('sales_order_line', 'order') lines!: SalesOrderLine[];
}

/** A line of a sales order. Written with its order. */
@Entity('sales_order_line')
export class SalesOrderLine {
  /** The `id` of its order. */
  @PrimaryColumn({ type: 'bigint' }) salesOrder!: number;
  @PrimaryColumn({ type: 'integer' }) line!: number;
  @Column({ type: 'text' }) sku!: string;
  @Column({ type: 'text', nullable: true }) name!: string | null;
  /** Thousandths; negative: a return. */
  @Column({ type: 'bigint' }) quantity!: number;
  @Column({ type: 'bigint' }) unitPrice!: number;
  @Column({ type: 'bigint' }) discount!: number;
  @Column({ type: 'bigint' }) tax!: number;
  @Column({ type: 'bigint' }) net!: number;
  @Column({ type: 'bigint' }) gross!: number;
  @ManyToOne(() => SalesOrder, 'lines', { createForeignKeyConstraints: false })
  @JoinColumn({ name: 'sales_order' })
  order!: Relation<SalesOrder>;
}

/** Made of one order of a channel (ORDER), or of the sales of a statement (STATEMENT). Amounts are minor units of `currency`. */
export interface SalesOrderRow extends TransactionTotals {
  id: number;
  sales_order_id: string;
  source: 'ORDER' | 'STATEMENT';
  transaction_sequence: number | null;
  aggregate_id: number | null;
  statement_id: number | null;
  channel: string;
  customer_uuid: string | null;
  account_id: string | null;
  delivery_address_uuid: string | null;
  business_date: string;
  currency: string;
  status: SalesOrderStatus;
  hold_code: string | null;
  created_at: string;
  cancelled_at: string | null;
}

const totals = Object.keys(totalColumns);

/** Makes the sales orders of these transactions, which must be sound, with their lines. What a channel sent goes from table to table. */
export async function insertSalesOrders(
  tx: EntityManager,
  orders: readonly { sequence: number; sales_order_id: string }[],
  at: string,
): Promise<void> {
  await sql(
    tx,
    `insert into sales_order (sales_order_id, source, transaction_sequence, channel, customer_uuid, account_id, delivery_address_uuid, business_date, currency,
       ${totals.join(', ')}, status, hold_code, created_at)
     select x.sales_order_id, 'ORDER', t.sequence, t.channel, t.customer_uuid, c.account_id, t.delivery_address_uuid, t.business_date, t.currency,
       ${totals.map((name) => `cast(t.payload->>'${name}' as bigint)`).join(', ')}, 'OPEN', case when t.hold then coalesce(s.hold_code, 'ORDER_SYNC') end, $1
     from ${rows(tx, { sequence: 'bigint', sales_order_id: 'text' }, '$2')} cross join retail_transaction t
       join customer c on c.uuid = t.customer_uuid left join statement_settings s on s.channel = t.channel
     where t.sequence = x.sequence order by x.sales_order_id`,
    [at, JSON.stringify(orders)],
  );
  const names = Object.keys(lineColumns).filter((name) => name !== 'voided');
  const { join, field } = unpacked(tx, lineColumns, 't.payload', 'lines', { list: true });
  await sql(
    tx,
    `insert into sales_order_line (sales_order, ${names.join(', ')}) select o.id, ${names.map(field).join(', ')}
     from sales_order o cross join retail_transaction t ${join}
     where o.transaction_sequence in ${listed(tx, '$1', 'bigint')} and t.sequence = o.transaction_sequence and ${field('voided')} = false`,
    [JSON.stringify(orders.map(({ sequence }) => sequence))],
  );
}

export interface SalesOrderLineRow extends Omit<TransactionLine, 'voided'> {
  sales_order: number;
}

export const salesOrders: Listed = {
  name: 'sales_order',
  key: 'id',
  columns: {
    id: 'bigint',
    sales_order_id: 'text',
    source: 'text',
    transaction_sequence: 'bigint',
    aggregate_id: 'bigint',
    statement_id: 'bigint',
    channel: 'text',
    customer_uuid: 'text',
    account_id: 'text',
    delivery_address_uuid: 'text',
    business_date: 'text',
    currency: 'text',
    ...totalColumns,
    status: 'text',
    hold_code: 'text',
    created_at: 'text',
    cancelled_at: 'text',
  },
};

export interface SalesOrderFilter {
  channel?: string | undefined;
  customer_uuid?: string | undefined;
  status?: readonly SalesOrderStatus[] | undefined;
  source?: 'ORDER' | 'STATEMENT' | undefined;
  business_date?: string | undefined;
  statement_id?: number | undefined;
}

export const salesOrderPage = (
  db: EntityManager,
  filter: SalesOrderFilter,
  page: KeysetPage,
  { held }: { held?: boolean | null } = {},
) =>
  keysetPage<SalesOrderRow>(
    db,
    salesOrders,
    { ...filter },
    page,
    typeof held === 'boolean' ? [`hold_code is ${held ? 'not ' : ''}null`] : [],
  );

export const salesOrdersWhere = (db: EntityManager, where: Where) => rowsWhere<SalesOrderRow>(db, salesOrders, where);

/** The newest sales orders of each of these customers. */
export const newestSalesOrders = (
  db: EntityManager,
  customers: readonly string[],
  limit: number,
  channel: string | undefined,
) => firstOfEach<SalesOrderRow>(db, salesOrders, 'customer_uuid', customers, limit, true, { channel });

export const linesOfSalesOrders = (db: EntityManager, orders: readonly number[]) =>
  sql<SalesOrderLineRow>(
    db,
    `select sales_order, line, sku, name, quantity, unit_price, discount, tax, net, gross from sales_order_line
     where sales_order in ${listed(db, '$1', 'bigint')} order by sales_order, line`,
    [JSON.stringify(orders)],
  );

/** Lets an order that was held go on; answers the hold code it had. */
export const releaseSalesOrder = (tx: EntityManager, id: number) =>
  sql(tx, `update sales_order set hold_code = null where id = $1 and hold_code is not null returning id`, [id]);
