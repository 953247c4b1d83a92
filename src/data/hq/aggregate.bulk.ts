import type { EntityManager } from 'typeorm';
import { assignments, copied, insertInto, packed, readPacked, rows, shapeOf } from '../columns.ts';
import { listed, matching } from '../dialect/expressions.ts';
import { single, sql } from '../sql.ts';
import { totalNames } from '../transaction-facts.ts';
import { AggregatedTransaction } from './aggregate.ts';
import { linesIn } from './sales-order.bulk.ts';
import { SalesOrder, SalesOrderLine } from './sales-order.ts';
import { changeStatuses } from './transaction-feed.ts';

/** What sales of an aggregate have in common. */
const shared = ['statementId', 'customerUuid', 'isReturn', 'pricesIncludeTax'] as const;
const counts = ['transactionCount', 'lineCount', ...totalNames] as const;

/** A sale that is in no aggregate yet. Its customer is the one that it names, or the default one of the channel. */
export interface LooseSale extends Pick<AggregatedTransaction, (typeof shared)[number] | (typeof totalNames)[number]> {
  sequence: number;
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
  // With `=` for a single statement, its sales come in index order, however many there are.
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
  const shape = {
    sequence: 'bigint',
    lines: 'bigint',
    ...shapeOf(tx, AggregatedTransaction, [...shared, ...totalNames]),
  } as const;
  const { found } = await single<{ found: string }>(
    tx,
    `with next as materialized (
       select l.*, coalesce(l.customer_uuid, m.default_customer_uuid) as customer from (${first('null')} union all ${first('not null')}) as l
       join statement s on s.id = l.statement_id left join statement_settings m on m.channel = s.channel)
     select ${packed(tx, shape, 'x', { order: order('x', `coalesce(x.customer_uuid, '')`) })} as found from (
       select n.sequence, n.statement_id, n.customer as customer_uuid, n.is_return, n.prices_include_tax,
         t.line_count as lines, ${totalNames.map((name) => `t.${name}`).join(', ')}
       from (select * from next n order by ${order('n', `coalesce(n.customer, '')`)} limit $2) as n
         ${matching(tx, 'retail_transaction', 't', 't.sequence = n.sequence')}) as x`,
    [given, limit],
  );
  return JSON.parse(found);
}

/** An aggregate that takes more sales, or (`id` null) that is to be made. */
export interface OpenAggregate extends Pick<AggregatedTransaction, (typeof shared)[number] | (typeof counts)[number]> {
  id: number | null;
  sales: number[];
}

/** The last aggregate of each of these statements: the only one that may take more. */
export async function lastAggregates(tx: EntityManager, statements: readonly number[]): Promise<OpenAggregate[]> {
  const found = await readPacked(
    tx,
    AggregatedTransaction,
    `select a.* from statement s join aggregated_transaction a on a.id = (
       select max(b.id) from aggregated_transaction b where b.statement_id = s.id)
     where s.id in ${listed(tx, '$1', 'bigint')}`,
    [JSON.stringify(statements)],
    { fields: ['id', ...shared, ...counts] },
  );
  return found.map((aggregate) => ({ ...aggregate, sales: [] }));
}

/** Stores aggregates, new ones in the order given, and stamps their sales with them. */
export async function storeAggregates(tx: EntityManager, aggregates: readonly OpenAggregate[]): Promise<void> {
  const known = aggregates.filter(({ id }) => id !== null);
  if (known.length > 0) {
    await sql(
      tx,
      `update aggregated_transaction set ${assignments(tx, AggregatedTransaction, counts, 'x')}
       from ${rows(tx, AggregatedTransaction, '$1', ['id', ...counts])} where aggregated_transaction.id = x.id`,
      [JSON.stringify(known.map(({ sales, ...row }) => row))],
    );
  }
  const fresh = aggregates.filter(({ id }) => id === null);
  const given = { place: 'bigint', ...shapeOf(tx, AggregatedTransaction, [...shared, ...counts]) } as const;
  const made = await sql<{ id: number }>(
    tx,
    `${insertInto(tx, AggregatedTransaction, {
      ...copied('x', [...shared, ...counts]),
      ...copied('s', ['channel', 'businessDate', 'currency']),
      accountId: 'c.account_id',
    })}
     from ${rows(tx, given, '$1')} join statement s on s.id = x.statement_id left join customer c on c.uuid = x.customer_uuid
     order by x.place returning id`,
    [JSON.stringify(fresh.map(({ sales, ...row }, place) => ({ ...row, place })))],
  );
  const ids = made.map(({ id }) => id).sort((a, b) => a - b);
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
  orders: readonly { id: number; number: string }[],
  at: string,
): Promise<void> {
  await sql(
    tx,
    `${insertInto(tx, SalesOrder, {
      salesOrderId: 'x.number',
      origin: `'STATEMENT'`,
      aggregateId: 'a.id',
      ...copied('a', [
        'statementId',
        'channel',
        'customerUuid',
        'accountId',
        'businessDate',
        'currency',
        ...totalNames,
      ]),
      status: `'OPEN'`,
      createdAt: '$1',
    })}
     from ${rows(tx, { id: 'bigint', number: 'text' }, '$2')} cross join aggregated_transaction a where a.id = x.id order by a.id`,
    [at, JSON.stringify(orders)],
  );
  const { join, field } = linesIn(tx, 'found.payload');
  const summed = ['quantity', 'discount', 'tax', 'net', 'gross'] as const;
  await sql(
    tx,
    // What is unpacked is found first: PostgreSQL would unpack every sale that there is, and then look which of them are meant.
    `with found as materialized (
       select o.id, t.payload from sales_order o ${matching(tx, 'retail_transaction', 't', 't.aggregate_id = o.aggregate_id')}
       where o.aggregate_id in ${listed(tx, '$1', 'bigint')})
     ${insertInto(tx, SalesOrderLine, {
       salesOrder: 'x.id',
       line: 'row_number() over (partition by x.id order by x.sku, x.unit_price, x.quantity < 0)',
       ...copied('x', ['sku', 'name', 'unitPrice', ...summed]),
     })}
     from (select found.id, ${field('sku')} as sku, max(${field('name')}) as name, cast(${field('unitPrice')} as bigint) as unit_price,
             ${summed.map((name) => `cast(sum(cast(${field(name)} as bigint)) as bigint) as ${name}`).join(', ')}
           from found ${join} where ${field('voided')} = false
           group by found.id, ${field('sku')}, cast(${field('unitPrice')} as bigint), cast(${field('quantity')} as bigint) < 0) as x`,
    [JSON.stringify(orders.map(({ id }) => id))],
  );
}

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
  await changeStatuses(
    tx,
    `update retail_transaction set statement_id = null, aggregate_id = null, status = 'NONE', modified_at = $1 where aggregate_id = $2
     returning sequence`,
    [at, id],
  );
  await sql(tx, 'delete from aggregated_transaction where id = $1', [id]);
}
