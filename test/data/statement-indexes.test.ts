import type { EntityManager } from 'typeorm';
import { expect, test } from 'vitest';
import type { Database } from '../../src/data/database.ts';
import {
  dropAggregate,
  dropAggregates,
  insertAggregateOrders,
  lastAggregates,
  looseSales,
  storeAggregates,
} from '../../src/data/hq/aggregate.bulk.ts';
import { aggregatePage, countAggregates } from '../../src/data/hq/aggregate.ts';
import { attentionCounts, attentionPage } from '../../src/data/hq/attention.ts';
import { markSales, releaseMarked, startStatements } from '../../src/data/hq/calculation.bulk.ts';
import {
  insertInvoices,
  linkPayments,
  postInvoices,
  postSettlements,
  postTenderCounts,
  unbalanced,
} from '../../src/data/hq/journal.bulk.ts';
import {
  countInvoices,
  countJournalEntries,
  invoicePage,
  invoicesWhere,
  journalEntryPage,
  journalTotals,
  newestInvoices,
} from '../../src/data/hq/journal.ts';
import {
  finishSales,
  nextAggregates,
  withChangedSales,
  withContradictingTotals,
  withCountingDifferences,
  withUnknownCustomers,
} from '../../src/data/hq/posting.bulk.ts';
import {
  countSalesOrders,
  linesOfSalesOrders,
  newestSalesOrders,
  salesOrderPage,
} from '../../src/data/hq/sales-order.ts';
import { markShifts, paidInShifts, storeTenderCounts, uncheckedInShifts } from '../../src/data/hq/shift.bulk.ts';
import {
  addUpSales,
  failStatements,
  lockStatements,
  moveStatements,
  statementsIn,
  storeProgress,
} from '../../src/data/hq/statement.bulk.ts';
import {
  countStatementEvents,
  countStatements,
  shiftCountsOf,
  statementEventPage,
  statementPage,
  statesReached,
} from '../../src/data/hq/statement.ts';
import {
  anyToTry,
  countDueTransactions,
  dueTransactions,
  wakeTransactions,
} from '../../src/data/hq/transaction.bulk.ts';
import { transactionPage } from '../../src/data/hq/transaction.ts';
import { transactionFeedFrom } from '../../src/data/hq/transaction-feed.bulk.ts';
import { statusesChanged, transactionFeedEntry } from '../../src/data/hq/transaction-feed.ts';
import { knownShifts, revalidate } from '../../src/data/hq/validation.bulk.ts';
import { sql } from '../../src/data/sql.ts';
import { clearingAccounts, countingDifferences, payments, sales } from '../../src/domain/double-entry.ts';
import { withChannels } from '../support/actions.ts';
import { onPostgres } from '../support/headquarters.ts';
import { type Statement, statementsOf } from '../support/statements.ts';

const at = '2026-11-22T10:00:00.000Z';
const who = { actor: 'tester', at };
const uuid = '7f3c1a52-1b7c-4c1e-9d38-2f4c8a6f0b11';
const days = [{ channel: 'houston', until: '2026-11-22' }];
const page = { limit: 20, descending: true };
const byTime = { ...page, sort: { by: 'createdAt' } };
const newest = { ...page, sort: { by: 'createdAt', before: at }, before: 50_000 };
const ids = [1, 2];
const uuids = [uuid];
const attention = {
  waitingSince: at,
  dayAgo: at,
  today: [{ channel: 'houston', today: '2026-11-22' }],
  movers: [{ what: 'customers' as const, job: 'conversion' }],
  observed: [],
};

/** Tables that grow with every sale. */
const big: Record<string, string[]> = {
  retail_transaction: ['l', 't'],
  transaction_feed: ['f'],
  shift: ['s'],
  statement: ['s'],
  statement_event: [],
  aggregated_transaction: ['a', 'b'],
  sales_order: ['o'],
  sales_order_line: [],
  invoice: ['i'],
  journal_entry: [],
  settlement: ['s'],
  tender_count: ['c'],
};

const gathered = {
  ...{
    id: 1,
    statementId: 1,
    customerUuid: null,
    isReturn: false,
    pricesIncludeTax: false,
    transactionCount: 1,
    lineCount: 1,
    sales: [1],
  },
  ...{ net: 0, discount: 0, tax: 0, charge: 0, gross: 0, paid: 0, quantity: 0 },
};

const queries: Record<string, (tx: EntityManager) => Promise<unknown>> = {
  'start statements of sales': (tx) => startStatements(tx, 'TRANSACTIONAL', days, who),
  'start statements of shifts': (tx) => startStatements(tx, 'FINANCIAL', days, who),
  'statements to work on': (tx) => statementsIn(tx, days, ['STARTED', 'MARKED']),
  'lock statements': (tx) => lockStatements(tx, ids, ['STARTED']),
  'move statements': (tx) => moveStatements(tx, ids, 'MARKED', who),
  'fail statements': (tx) => failStatements(tx, [{ id: 1, errorCode: 'X', error: 'x' }], who),
  'mark sales': (tx) => markSales(tx, ids, 1_000, at),
  'mark shifts': (tx) => markShifts(tx, ids),
  'add up sales': (tx) => addUpSales(tx, ids),
  'what was paid in shifts': (tx) => paidInShifts(tx, ids),
  'what was not checked in shifts': (tx) => uncheckedInShifts(tx, ids),
  'store counts': (tx) => storeTenderCounts(tx, ids, []),
  'changed sales': (tx) => withChangedSales(tx, ids),
  'contradicting totals': (tx) => withContradictingTotals(tx, ids),
  'unknown customers': (tx) => withUnknownCustomers(tx, ids),
  'counting differences': (tx) => withCountingDifferences(tx, ids),
  'sales of one statement to gather': (tx) => looseSales(tx, [1], 1_000),
  'sales of statements to gather': (tx) => looseSales(tx, ids, 1_000),
  'last aggregates': (tx) => lastAggregates(tx, ids),
  'store aggregates': (tx) => storeAggregates(tx, [gathered]),
  'aggregates of one statement': (tx) => nextAggregates(tx, [{ id: 1 }], 1_000, 4_000),
  'aggregates of statements': (tx) => nextAggregates(tx, [{ id: 1 }, { id: 2 }], 1_000, 4_000),
  'progress of statements': (tx) => storeProgress(tx, [{ id: 1, progress: 1 }]),
  'sales orders': (tx) => insertAggregateOrders(tx, [{ id: 1, number: 'SO1' }], at),
  invoices: (tx) => insertInvoices(tx, [{ id: 1, number: 'INV1' }], at),
  'journal of invoices': (tx) => postInvoices(tx, ids, sales, at),
  'journal of payments': (tx) => postSettlements(tx, ids, payments, at),
  'journal of differences': (tx) => postTenderCounts(tx, ids, countingDifferences, at),
  'link payments': (tx) => linkPayments(tx, ids),
  balance: (tx) => unbalanced(tx, ids, clearingAccounts),
  'post sales': (tx) => finishSales(tx, ids, 1_000, at),
  'release sales': (tx) => releaseMarked(tx, 1, at),
  'order made': (tx) => countSalesOrders(tx, { statementId: 1 }),
  'invoice of an aggregate': (tx) => invoicesWhere(tx, { aggregateId: 1 }),
  'drop aggregates': (tx) => dropAggregates(tx, 1),
  'drop an aggregate': (tx) => dropAggregate(tx, 1, at),
  'validate again': (tx) => revalidate(tx, { sequences: ids }, at),
  'known shifts': (tx) => knownShifts(tx, [uuid]),
  'statements of a channel': (tx) => statementPage(tx, { channel: 'houston' }, newest),
  'statements of some days': (tx) => statementPage(tx, { businessDate: { from: '2026-11-21' } }, newest),
  'statements by business date': (tx) =>
    statementPage(tx, { businessDate: { from: '2026-11-21' } }, { ...page, sort: { by: 'businessDate' } }),
  'statements started in a period': (tx) => statementPage(tx, { createdAt: { from: at } }, newest),
  'statements in a state': (tx) => statementPage(tx, { state: ['CLEARED'] }, newest),
  'statements that failed': (tx) => statementPage(tx, { failed: true }, newest),
  'how many statements a channel has': (tx) => countStatements(tx, { channel: 'houston' }),
  'invoices of a channel': (tx) => invoicePage(tx, { channel: 'houston' }, newest),
  'invoices created in a period': (tx) => invoicePage(tx, { createdAt: { from: at } }, newest),
  'how many invoices a statement has': (tx) => countInvoices(tx, { statementId: 1 }),
  'how many entries a statement has': (tx) => countJournalEntries(tx, { statementId: 1 }),
  'how many aggregates a statement has': (tx) => countAggregates(tx, { statementId: 1 }),
  'how many events a statement has': (tx) => countStatementEvents(tx, 1),
  'events of a statement': (tx) => statementEventPage(tx, 1, page),
  'states of statements': (tx) => statesReached(tx, ids),
  'aggregates of a statement': (tx) => aggregatePage(tx, { statementId: 1 }, page),
  'invoices of a statement': (tx) => invoicePage(tx, { statementId: 1 }, page),
  'invoices of a customer': (tx) => invoicePage(tx, { customerUuid: uuid }, page),
  'entries of a statement': (tx) => journalEntryPage(tx, { statementId: 1 }, page),
  'entries of an aggregate': (tx) => journalEntryPage(tx, { aggregateId: 1 }, page),
  'totals of journals': (tx) => journalTotals(tx, ids),
  'counts of statements': (tx) => shiftCountsOf(tx, ids),
  'newest invoices of customers': (tx) => newestInvoices(tx, uuids, 20, 'houston'),
  'newest sales orders of customers': (tx) => newestSalesOrders(tx, uuids, 20, undefined),
  'lines of sales orders': (tx) => linesOfSalesOrders(tx, ids),
  'sales orders of a statement': (tx) => salesOrderPage(tx, { statementId: 1 }, page),
  'what needs a person': (tx) => attentionPage(tx, attention, { limit: 20, descending: false }),
  'how much needs a person': (tx) => attentionCounts(tx, attention),
  'orders that are due': (tx) => dueTransactions(tx, 'orders', 'houston', 20),
  'sales that are due': (tx) => dueTransactions(tx, 'sales', 'houston', 20),
  'how many are due': (tx) => countDueTransactions(tx, 'orders', ['houston']),
  'wake what waits': (tx) => wakeTransactions(tx, 'sales', ['houston'], at),
  'what follows a cursor of the feed': (tx) => transactionFeedFrom(tx, 'houston', 50_000, 100),
  'what a cursor of the feed points to': (tx) => transactionFeedEntry(tx, 'houston', 50_000),
  'add to the feed': async (tx) => statusesChanged(tx, ids),
  'any order to try': (tx) => anyToTry(tx, 'orders', ['houston'], at),
  'orders and sales of a day': (tx) =>
    transactionPage(tx, { channel: 'houston', businessDate: { from: '2026-11-22', to: '2026-11-22' } }, byTime),
  'orders that failed': (tx) => transactionPage(tx, { channel: 'houston', status: ['FAILED'] }, byTime, 'orders'),
  'orders received or voided': (tx) => transactionPage(tx, { status: ['NONE', 'VOIDED'] }, byTime, 'orders'),
  'validated sales': (tx) => transactionPage(tx, { status: ['SUCCEEDED'] }, byTime, 'sales'),
  'transactions of a customer in a channel': (tx) =>
    transactionPage(tx, { channel: 'houston', customerUuid: uuid }, byTime),
  'transactions of a shift': (tx) => transactionPage(tx, { channel: 'houston', shiftUuid: uuid }, byTime),
  'sales orders of a channel': (tx) => salesOrderPage(tx, { channel: 'houston' }, byTime),
  'sales orders on hold': (tx) => salesOrderPage(tx, { held: true }, byTime),
  'sales orders of a customer in a channel': (tx) =>
    salesOrderPage(tx, { channel: 'houston', customerUuid: uuid }, byTime),
};

test('no statement about orders, sales and their books reads a big table from end to end', async () => {
  const { hq } = await withChannels(['houston']);
  const asked = statementsOf(hq);
  const scans: Record<string, string[]> = {};
  for (const [name, query] of Object.entries(queries)) {
    asked.length = 0;
    await hq.write(query);
    const made = asked.filter(({ text }) => /^\s*(select|insert|update|delete|with)/i.test(text));
    expect(made.length, name).toBeGreaterThan(0);
    for (const statement of made) {
      const found = await fullScans(hq, statement);
      if (found.length > 0) scans[name] = found;
    }
  }
  expect(scans).toEqual({});
});

async function fullScans(database: Database, { text, parameters }: Statement): Promise<string[]> {
  if (onPostgres) {
    const plan = await database.write(async (tx) => {
      await sql(tx, 'set local enable_seqscan = off');
      return sql(tx, `explain (format json) ${text}`, parameters);
    });
    return [...JSON.stringify(plan).matchAll(/"Node Type":"Seq Scan"[^{}]*?"Relation Name":"(\w+)"/g)]
      .map(([, table]) => table!)
      .filter((table) => table in big);
  }
  // An alias stands for another relation in some statements: only those of a big table count.
  const names = Object.entries(big).flatMap(([table, aliases]) => [
    table,
    ...aliases.filter((alias) => new RegExp(`\\b${table} ${alias}\\b`).test(text)),
  ]);
  const plan = await database.read((db) => sql<{ detail: string }>(db, `explain query plan ${text}`, parameters));
  return (
    plan
      .map(({ detail }) => detail)
      .filter((detail) => names.includes(/^SCAN (\w+)/.exec(detail)?.[1] ?? ''))
      // All of an index that holds only what is looked for.
      .filter((detail) => !/USING (COVERING )?INDEX (order_due|sale_due|sale_validated)/.test(detail))
  );
}
