import type { EntityManager } from 'typeorm';
import { fieldsOf, insertInto, names, rows, shapeOf, unpacked } from '../columns.ts';
import { listed } from '../dialect/expressions.ts';
import { sql } from '../sql.ts';
import { LineFacts, totalNames } from '../transaction-facts.ts';
import { SalesOrder, SalesOrderLine } from './sales-order.ts';

/** The lines of a payload, unpacked. */
export const linesIn = (db: EntityManager, payload: string) => {
  const fields = fieldsOf(db, SalesOrderLine, LineFacts);
  const shape = { ...shapeOf(db, SalesOrderLine, fields), voided: 'boolean' } as const;
  return { fields, ...unpacked(db, shape, payload, 'lines', { list: true }) };
};

/** Makes the sales orders of these transactions, which must be correct, with their lines. What a channel sent goes from table to table. */
export async function insertSalesOrders(
  tx: EntityManager,
  orders: readonly { sequence: number; salesOrderId: string }[],
  at: string,
): Promise<void> {
  await sql(
    tx,
    `${insertInto(tx, SalesOrder, {
      salesOrderId: 'x.sales_order_id',
      origin: `'ORDER'`,
      transactionSequence: 't.sequence',
      channel: 't.channel',
      customerUuid: 't.customer_uuid',
      accountId: 'c.account_id',
      deliveryAddressUuid: 't.delivery_address_uuid',
      businessDate: 't.business_date',
      currency: 't.currency',
      ...Object.fromEntries(totalNames.map((name) => [name, `cast(t.payload->>'${name}' as bigint)`])),
      status: `'OPEN'`,
      holdCode: `case when t.hold then coalesce(s.hold_code, 'ORDER_SYNC') end`,
      createdAt: '$1',
    })}
     from ${rows(tx, { sequence: 'bigint', salesOrderId: 'text' }, '$2')} cross join retail_transaction t
       join customer c on c.uuid = t.customer_uuid left join statement_settings s on s.channel = t.channel
     where t.sequence = x.sequence order by x.sales_order_id`,
    [at, JSON.stringify(orders)],
  );
  const { fields, join, field } = linesIn(tx, 't.payload');
  await sql(
    tx,
    `insert into sales_order_line (sales_order, ${names(tx, SalesOrderLine, fields)}) select o.id, ${fields.map(field).join(', ')}
     from sales_order o cross join retail_transaction t ${join}
     where o.transaction_sequence in ${listed(tx, '$1', 'bigint')} and t.sequence = o.transaction_sequence and ${field('voided')} = false`,
    [JSON.stringify(orders.map(({ sequence }) => sequence))],
  );
}
