import DataLoader from 'dataloader';
import type { Viewer } from '../../access/viewer.ts';
import type { Database } from '../../data/database.ts';
import { type AggregateRow, aggregatesWhere } from '../../data/hq/aggregate.ts';
import { type InvoiceRow, invoicesWhere, journalTotals } from '../../data/hq/journal.ts';
import { type StatementRow, statementsWhere } from '../../data/hq/statement.ts';
import { newestInvoices, type ShiftCountRow, shiftCountsOf, statesReached } from '../../data/hq/statement-view.ts';

/** What lists of statements ask for again and again, asked once. A channel's client sees what is of its channel. */
export interface StatementLoaders {
  statement: DataLoader<number, StatementRow | null>;
  aggregate: DataLoader<number, AggregateRow | null>;
  invoice: DataLoader<number, InvoiceRow | null>;
  invoiceOfSalesOrder: DataLoader<number, InvoiceRow | null>;
  /** The newest invoices of a customer. */
  invoices: DataLoader<{ customer: string; limit: number }, InvoiceRow[], string>;
  /** When a statement reached its states. */
  statesReached: DataLoader<number, Map<string, string>>;
  balances: DataLoader<number, Awaited<ReturnType<typeof journalTotals>>>;
  tenderCounts: DataLoader<number, ShiftCountRow[]>;
}

export function statementLoaders(hq: Database, viewer: Viewer): StatementLoaders {
  const channel = viewer.kind === 'channel' ? viewer.channel : undefined;
  const byKey = <Row extends { channel: string }>(
    read: (keys: readonly number[]) => Promise<Row[]>,
    keyOf: (row: Row) => number,
  ) =>
    new DataLoader<number, Row | null>(async (keys) => {
      const found = new Map((await read(keys)).map((row) => [Number(keyOf(row)), row]));
      return keys.map((key) => {
        const row = found.get(key);
        return row && (channel === undefined || row.channel === channel) ? row : null;
      });
    });
  const byStatement = <Row extends { statement_id: number }>(read: (ids: readonly number[]) => Promise<Row[]>) =>
    new DataLoader<number, Row[]>(async (ids) => {
      const found = await read(ids);
      return ids.map((id) => found.filter(({ statement_id }) => Number(statement_id) === id));
    });
  return {
    statement: byKey(
      (ids) => hq.read((db) => statementsWhere(db, { id: [...ids] })),
      ({ id }) => id,
    ),
    aggregate: byKey(
      (ids) => hq.read((db) => aggregatesWhere(db, { id: [...ids] })),
      ({ id }) => id,
    ),
    invoice: byKey(
      (ids) => hq.read((db) => invoicesWhere(db, { id: [...ids] })),
      ({ id }) => id,
    ),
    invoiceOfSalesOrder: byKey(
      (orders) => hq.read((db) => invoicesWhere(db, { sales_order: [...orders] })),
      ({ sales_order }) => sales_order,
    ),
    invoices: new DataLoader(
      async (keys) => {
        const most = Math.max(...keys.map(({ limit }) => limit));
        const customers = [...new Set(keys.map(({ customer }) => customer))];
        const found = await hq.read((db) => newestInvoices(db, customers, most, channel));
        return keys.map(({ customer, limit }) =>
          found.filter(({ customer_uuid }) => customer_uuid === customer).slice(0, limit),
        );
      },
      { cacheKeyFn: ({ customer, limit }) => `${customer}:${limit}` },
    ),
    statesReached: new DataLoader(async (ids) => {
      const found = await hq.read((db) => statesReached(db, ids));
      return ids.map(
        (id) => new Map(found.filter((row) => Number(row.statement_id) === id).map(({ state, at }) => [state, at])),
      );
    }),
    balances: byStatement((ids) => hq.read((db) => journalTotals(db, ids))),
    tenderCounts: byStatement((ids) => hq.read((db) => shiftCountsOf(db, ids))),
  };
}
