import DataLoader from 'dataloader';
import type { Viewer } from '../../access/viewer.ts';
import { customersByUuid } from '../../data/customer-page.ts';
import type { Database } from '../../data/database.ts';
import {
  linesOfSalesOrders,
  newestSalesOrders,
  type SalesOrderLineRow,
  type SalesOrderRow,
  salesOrdersWhere,
} from '../../data/hq/sales-order.ts';
import { type HqTransaction, transactionsWhere } from '../../data/hq/transaction.ts';
import { whenUnavailable } from '../../errors.ts';
import { type FoundCustomer, foundIn } from '../customer/loaders.ts';

/** What lists of orders ask for again and again, asked once. A channel's client sees what is of its channel. */
export interface OrderLoaders {
  hqCustomer: DataLoader<string, FoundCustomer | null>;
  /** What headquarters has of a channel's transaction; null when it was not uploaded, or headquarters does not answer. */
  hqTransaction: DataLoader<{ channel: string; uuid: string }, HqTransaction | null, string>;
  transaction: DataLoader<number, HqTransaction | null>;
  salesOrder: DataLoader<number, SalesOrderRow | null>;
  salesOrderOfTransaction: DataLoader<number, SalesOrderRow | null>;
  salesOrderOfAggregate: DataLoader<number, SalesOrderRow | null>;
  salesOrderLines: DataLoader<number, SalesOrderLineRow[]>;
  /** The newest sales orders of a customer. */
  salesOrders: DataLoader<{ customer: string; limit: number }, SalesOrderRow[], string>;
}

export function orderLoaders(hq: Database, viewer: Viewer): OrderLoaders {
  const channel = viewer.kind === 'channel' ? viewer.channel : undefined;
  const mine = <Row extends { channel: string }>(row: Row | undefined) =>
    row && (channel === undefined || row.channel === channel) ? row : null;
  const salesOrdersBy = (column: 'id' | 'transaction_sequence' | 'aggregate_id') =>
    new DataLoader(async (keys: readonly number[]) => {
      const found = await hq.read((db) => salesOrdersWhere(db, { [column]: [...keys] }));
      const byKey = new Map(found.map((row) => [Number(row[column]), row]));
      return keys.map((key) => mine(byKey.get(key)));
    });
  return {
    hqCustomer: new DataLoader(async (uuids) => {
      const found = foundIn(hq, await hq.read((db) => customersByUuid(db, uuids)));
      const byUuid = new Map(found.map((row) => [row.uuid, row]));
      return uuids.map((uuid) => mine(byUuid.get(uuid)));
    }),
    hqTransaction: new DataLoader(
      async (keys) => {
        const uuids = [...new Set(keys.map(({ uuid }) => uuid))];
        const found = await hq.read((db) => transactionsWhere(db, { uuid: uuids })).catch(whenUnavailable([]));
        const byKey = new Map(found.map((row) => [keyOf(row), row]));
        return keys.map((key) => byKey.get(keyOf(key)) ?? null);
      },
      { cacheKeyFn: keyOf },
    ),
    transaction: new DataLoader(async (sequences) => {
      const found = await hq.read((db) => transactionsWhere(db, { sequence: [...sequences] }));
      const bySequence = new Map(found.map((row) => [row.sequence, row]));
      return sequences.map((sequence) => mine(bySequence.get(sequence)));
    }),
    salesOrder: salesOrdersBy('id'),
    salesOrderOfTransaction: salesOrdersBy('transaction_sequence'),
    salesOrderOfAggregate: salesOrdersBy('aggregate_id'),
    salesOrderLines: new DataLoader(async (orders) => {
      const found = await hq.read((db) => linesOfSalesOrders(db, orders));
      const byOrder = new Map<number, SalesOrderLineRow[]>();
      for (const line of found)
        byOrder.set(Number(line.sales_order), [...(byOrder.get(Number(line.sales_order)) ?? []), line]);
      return orders.map((order) => byOrder.get(order) ?? []);
    }),
    salesOrders: new DataLoader(
      async (keys) => {
        const most = Math.max(...keys.map(({ limit }) => limit));
        const customers = [...new Set(keys.map(({ customer }) => customer))];
        const found = await hq.read((db) => newestSalesOrders(db, customers, most, channel));
        return keys.map(({ customer, limit }) =>
          found.filter(({ customer_uuid }) => customer_uuid === customer).slice(0, limit),
        );
      },
      { cacheKeyFn: ({ customer, limit }) => `${customer}:${limit}` },
    ),
  };
}

const keyOf = ({ channel, uuid }: { channel: string; uuid: string }) => `${channel}:${uuid}`;
