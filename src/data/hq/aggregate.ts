import {
  Column,
  Entity,
  type EntityManager,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import type { KeysetPage } from '../keyset-page.ts';
import { keysetPage, type Listed, rowsWhere, type Where } from '../legacy.ts';
import { listed, matching, one, rows, sql, unpacked } from '../sql.ts';
import { lineColumns, TransactionTotals, totalColumns } from '../transaction-rows.ts';
import { Statement, totalNames } from './statement.ts';

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
  /** The number of the last posting state that it went through: 2 is AGGREGATED. */
  @Column({ type: 'integer' }) step!: number;
  @ManyToOne(() => Statement, 'aggregates', { createForeignKeyConstraints: false })
  @JoinColumn({ name: 'statement_id' })
  statement!: Relation<Statement>;
}

/** Sales of one customer on one day that become one sales order. */
export interface AggregateRow extends TransactionTotals {
  id: number;
  statement_id: number;
  channel: string;
  /** The customer that the sales name, or the default one of the channel; null when there is none. */
  customer_uuid: string | null;
  account_id: string | null;
  business_date: string;
  currency: string;
  /** Returns are never gathered with sales. */
  is_return: boolean;
  /** Prices with tax are never gathered with prices without. */
  prices_include_tax: boolean;
  transaction_count: number;
  line_count: number;
  /** The number of the last posting state that it went through. */
  step: number;
}

export const aggregates: Listed = {
  name: 'aggregated_transaction',
  key: 'id',
  columns: {
    id: 'bigint',
    statement_id: 'bigint',
    channel: 'text',
    customer_uuid: 'text',
    account_id: 'text',
    business_date: 'text',
    currency: 'text',
    is_return: 'boolean',
    prices_include_tax: 'boolean',
    transaction_count: 'bigint',
    line_count: 'bigint',
    ...totalColumns,
    step: 'bigint',
  },
};

/** SQLite answers 0 and 1. */
const withFlags = <Row extends AggregationFlags>(found: Row[]): Row[] =>
  found.map((row) => ({
    ...row,
    is_return: Boolean(row.is_return),
    prices_include_tax: Boolean(row.prices_include_tax),
  }));

export interface AggregateFilter {
  statement_id?: number | undefined;
  channel?: string | undefined;
  customer_uuid?: string | undefined;
}

export const aggregatePage = async (db: EntityManager, filter: AggregateFilter, page: KeysetPage) =>
  withFlags(await keysetPage<AggregateRow>(db, aggregates, { ...filter }, page));

export const aggregatesWhere = async (db: EntityManager, where: Where) =>
  withFlags(await rowsWhere<AggregateRow>(db, aggregates, where));

interface AggregationFlags {
  is_return: boolean;
  prices_include_tax: boolean;
}

/** A sale that is in no aggregate yet. */
export interface LooseSale extends TransactionTotals, AggregationFlags {
  sequence: number;
  statement_id: number;
  /** The customer that it names, or the default one of the channel. */
  customer_uuid: string | null;
  lines: number;
}

/**
 * The first sales of these statements that are in no aggregate yet: statement by statement, customer by customer (the default one of the
 * channel is the customer of those that name none), and what may share an aggregate together, in the order of arrival.
 */
export async function looseSales(
  tx: EntityManager,
  statements: readonly number[],
  limit: number,
): Promise<LooseSale[]> {
  // One statement is said with `=`, so that its sales come in the order of the index, however many there are.
  const [where, given] =
    statements.length === 1
      ? ['t.statement_id = $1', statements[0]]
      : [`t.statement_id in ${listed(tx, '$1', 'bigint')}`, JSON.stringify(statements)];
  const order = (of: string, customer: string) =>
    `${of}.statement_id, ${customer}, ${of}.is_return, ${of}.prices_include_tax, ${of}.sequence`;
  // Those who name nobody and those who name somebody each come in the order of the index, however many there are. Then they are merged.
  const first = (named: 'null' | 'not null') =>
    `select * from (
       select t.sequence, t.statement_id, t.customer_uuid, t.is_return, t.prices_include_tax from retail_transaction t
       where ${where} and t.customer_uuid is ${named} and t.statement_id is not null and t.aggregate_id is null
       order by ${order('t', 't.customer_uuid')} limit $2) as x`;
  const found = await sql<LooseSale>(
    tx,
    `with next as materialized (
       select l.*, coalesce(l.customer_uuid, m.default_customer_uuid) as customer from (${first('null')} union all ${first('not null')}) as l
       join statement s on s.id = l.statement_id left join statement_settings m on m.channel = s.channel)
     select n.sequence, n.statement_id, n.customer as customer_uuid, n.is_return, n.prices_include_tax,
       json_array_length(t.payload->'lines') as lines, ${totalNames.map((name) => `t.${name}`).join(', ')}
     from (select * from next n order by ${order('n', `coalesce(n.customer, '')`)} limit $2) as n
       ${matching(tx, 'retail_transaction', 't', 't.sequence = n.sequence')}
     order by ${order('n', `coalesce(n.customer, '')`)}`,
    [given, limit],
  );
  return withFlags(
    found.map((row) => ({ ...row, sequence: Number(row.sequence), statement_id: Number(row.statement_id) })),
  );
}

/** An aggregate that takes more sales, or (`id` null) that is to be made. */
export interface Gathered extends TransactionTotals, AggregationFlags {
  id: number | null;
  statement_id: number;
  customer_uuid: string | null;
  transaction_count: number;
  line_count: number;
  sales: number[];
}

/** The last aggregate of each of these statements: the only one that may take more. */
export async function lastAggregates(tx: EntityManager, statements: readonly number[]): Promise<Gathered[]> {
  const found = await sql<Omit<Gathered, 'sales'>>(
    tx,
    `select a.id, a.statement_id, a.customer_uuid, a.is_return, a.prices_include_tax, a.transaction_count, a.line_count, ${totalNames.map((name) => `a.${name}`).join(', ')}
     from statement s join aggregated_transaction a on a.id = (
       select max(b.id) from aggregated_transaction b where b.statement_id = s.id)
     where s.id in ${listed(tx, '$1', 'bigint')}`,
    [JSON.stringify(statements)],
  );
  return withFlags(
    found.map((row) => ({ ...row, id: Number(row.id), statement_id: Number(row.statement_id), sales: [] })),
  );
}

const gatheredColumns = {
  id: 'bigint',
  place: 'bigint',
  statement_id: 'bigint',
  customer_uuid: 'text',
  is_return: 'boolean',
  prices_include_tax: 'boolean',
  transaction_count: 'bigint',
  line_count: 'bigint',
  ...totalColumns,
} as const;

/** Stores aggregates, new ones in the order given at step `step`, and stamps their sales with them. */
export async function storeAggregates(tx: EntityManager, gathered: readonly Gathered[], step: number): Promise<void> {
  const known = gathered.filter(({ id }) => id !== null);
  const counts = ['transaction_count', 'line_count', ...totalNames];
  if (known.length > 0) {
    await sql(
      tx,
      `update aggregated_transaction set ${counts.map((name) => `${name} = x.${name}`).join(', ')}
       from ${rows(tx, gatheredColumns, '$1')} where aggregated_transaction.id = x.id`,
      [JSON.stringify(known.map(({ sales, ...row }) => row))],
    );
  }
  const fresh = gathered.filter(({ id }) => id === null);
  const made = await sql<{ id: number }>(
    tx,
    `insert into aggregated_transaction (statement_id, channel, customer_uuid, account_id, business_date, currency, is_return, prices_include_tax, ${counts.join(', ')}, step)
     select s.id, s.channel, x.customer_uuid, c.account_id, s.business_date, s.currency, x.is_return, x.prices_include_tax, ${counts.map((name) => `x.${name}`).join(', ')}, $2
     from ${rows(tx, gatheredColumns, '$1')} join statement s on s.id = x.statement_id left join customer c on c.uuid = x.customer_uuid
     order by x.place returning id`,
    [JSON.stringify(fresh.map(({ sales, ...row }, place) => ({ ...row, place }))), step],
  );
  const ids = made.map(({ id }) => Number(id)).sort((one, other) => one - other);
  const stamps = [
    ...known.map(({ id, sales }) => ({ id: id!, sales })),
    ...fresh.map(({ sales }, place) => ({ id: ids[place]!, sales })),
  ].flatMap(({ id, sales }) => sales.map((sequence) => ({ sequence, id })));
  await sql(
    tx,
    `update retail_transaction set aggregate_id = x.id from ${rows(tx, { sequence: 'bigint', id: 'bigint' }, '$1')}
     where retail_transaction.sequence = x.sequence`,
    [JSON.stringify(stamps)],
  );
}

/**
 * Makes the sales orders of these aggregates; their lines are the aggregates' lines, summed by product and price. What an exchange took
 * back stays apart from what was sold.
 */
export async function insertAggregateOrders(
  tx: EntityManager,
  orders: readonly { id: number; sales_order_id: string }[],
  at: string,
): Promise<void> {
  const totals = totalNames.map((name) => `a.${name}`).join(', ');
  await sql(
    tx,
    `insert into sales_order (sales_order_id, source, aggregate_id, statement_id, channel, customer_uuid, account_id, business_date, currency,
       ${totalNames.join(', ')}, status, created_at)
     select x.sales_order_id, 'STATEMENT', a.id, a.statement_id, a.channel, a.customer_uuid, a.account_id, a.business_date, a.currency, ${totals}, 'OPEN', $1
     from ${rows(tx, { id: 'bigint', sales_order_id: 'text' }, '$2')} cross join aggregated_transaction a where a.id = x.id order by a.id`,
    [at, JSON.stringify(orders)],
  );
  const { join, field } = unpacked(tx, lineColumns, 'found.payload', 'lines', { list: true });
  const summed = ['quantity', 'discount', 'tax', 'net', 'gross'];
  await sql(
    tx,
    // What is unpacked is found first: PostgreSQL would unpack every sale that there is, and then look which of them are meant.
    `with found as materialized (
       select o.id, t.payload from sales_order o ${matching(tx, 'retail_transaction', 't', 't.aggregate_id = o.aggregate_id')}
       where o.aggregate_id in ${listed(tx, '$1', 'bigint')})
     insert into sales_order_line (sales_order, line, sku, name, unit_price, ${summed.join(', ')})
     select x.id, row_number() over (partition by x.id order by x.sku, x.unit_price, x.quantity < 0), x.sku, x.name, x.unit_price, ${summed.map((name) => `x.${name}`).join(', ')}
     from (select found.id, ${field('sku')} as sku, max(${field('name')}) as name, cast(${field('unit_price')} as bigint) as unit_price,
             ${summed.map((name) => `cast(sum(cast(${field(name)} as bigint)) as bigint) as ${name}`).join(', ')}
           from found ${join} where ${field('voided')} = false
           group by found.id, ${field('sku')}, cast(${field('unit_price')} as bigint), cast(${field('quantity')} as bigint) < 0) as x`,
    [JSON.stringify(orders.map(({ id }) => id))],
  );
}

/** Whether something was made of aggregates of this statement: one has gone beyond step `step`. */
export const anyAggregateBeyond = async (db: EntityManager, statement: number, step: number): Promise<boolean> =>
  (await one(db, 'select id from aggregated_transaction where statement_id = $1 and step > $2 limit 1', [
    statement,
    step,
  ])) !== undefined;

/** Forgets the aggregates of a statement; its sales are loose again. */
export async function dropAggregates(tx: EntityManager, statement: number): Promise<void> {
  await sql(
    tx,
    'update retail_transaction set aggregate_id = null where statement_id = $1 and aggregate_id is not null',
    [statement],
  );
  await sql(tx, 'delete from aggregated_transaction where statement_id = $1', [statement]);
}

/** Forgets an aggregate and its sales order; its sales leave the statement, to be validated again. */
export async function dropAggregate(tx: EntityManager, id: number, at: string): Promise<void> {
  await sql(
    tx,
    'delete from sales_order_line where sales_order in (select id from sales_order where aggregate_id = $1)',
    [id],
  );
  await sql(tx, 'delete from sales_order where aggregate_id = $1', [id]);
  await sql(
    tx,
    `update retail_transaction set statement_id = null, aggregate_id = null, status = 'NONE', modified_at = $1 where aggregate_id = $2`,
    [at, id],
  );
  await sql(tx, 'delete from aggregated_transaction where id = $1', [id]);
}
