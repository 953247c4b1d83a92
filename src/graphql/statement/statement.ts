import { ownChannel, visibleTo } from '../../access/viewer.ts';
import { aggregatePage } from '../../data/hq/aggregate.ts';
import {
  type InvoiceRow,
  invoicePage,
  invoicesWhere,
  type JournalEntryRow,
  journalEntryPage,
  journalTotals,
} from '../../data/hq/journal.ts';
import { salesOrderPage } from '../../data/hq/sales-order.ts';
import {
  type StatementFilter,
  type StatementRow,
  statementEventPage,
  statementPage,
  statementStates,
  statementsWhere,
} from '../../data/hq/statement.ts';
import { newestInvoices, type ShiftCountRow, shiftCountsOf, statesReached } from '../../data/hq/statement-view.ts';
import { tenders } from '../../data/transaction-rows.ts';
import { atMost } from '../bounded.ts';
import { builder } from '../builder.ts';
import { channelField, channelOf } from '../channel/channel.ts';
import { Customer } from '../customer/customer.ts';
import { isFirst, keysetConnection, LARGEST_PAGE, listById, numberKey } from '../keyset.ts';
import { firstLoader, groupLoader, rowLoader } from '../loader.ts';
import { Totals } from '../money.ts';
import { SalesOrder, SalesOrderConnection } from '../order/sales-order.ts';
import { RetailTransaction, received, receivedPage, TransactionConnection } from '../order/transaction.ts';
import { ofChannel } from '../scopes.ts';
import {
  AccountBalance,
  Aggregate,
  AggregateConnection,
  Detail,
  Event,
  Invoice,
  InvoiceConnection,
  Journal,
  JournalEntry,
  LedgerAccount,
  order,
  type StateDetail,
  Statement,
  StatementState,
  StatementType,
  TenderCount,
} from './parts.ts';

/** When a statement reached its states. */
const reached = groupLoader<number, Awaited<ReturnType<typeof statesReached>>[number]>(
  (ids, { hq }) => hq.read((db) => statesReached(db, ids)),
  ({ statement_id }) => statement_id,
);

const balances = groupLoader<number, Awaited<ReturnType<typeof journalTotals>>[number]>(
  (ids, { hq }) => hq.read((db) => journalTotals(db, ids)),
  ({ statement_id }) => statement_id,
);

const tenderCounts = groupLoader<number, ShiftCountRow>(
  (ids, { hq }) => hq.read((db) => shiftCountsOf(db, ids)),
  ({ statement_id }) => statement_id,
);

/** The invoice of a sales order. */
const invoiceOf = rowLoader<number, InvoiceRow>(
  async (orders, { hq, viewer }) =>
    visibleTo(viewer, await hq.read((db) => invoicesWhere(db, { sales_order: [...orders] }))),
  ({ sales_order }) => sales_order,
);

/** The newest invoices of a customer. */
const newestOf = firstLoader<{ customer: string; limit: number }, InvoiceRow>(
  (keys, limit, { hq, viewer }) =>
    hq.read((db) => newestInvoices(db, [...new Set(keys.map(({ customer }) => customer))], limit, ownChannel(viewer))),
  ({ customer }) => customer,
  ({ customer_uuid }, { customer }) => customer_uuid === customer,
);

Statement.implement({
  description:
    'The books of a channel for a business day: its sales become sales orders, invoices and journals (TRANSACTIONAL), its counted shifts differences (FINANCIAL).',
  fields: (t) => ({
    statementId: t.exposeString('statement_id', { description: 'Its number, e.g. `ST00000042`.' }),
    type: t.expose('type', { type: StatementType, description: 'Sales or shifts.' }),
    channel: channelField(t, 'Of which channel.'),
    businessDate: t.expose('business_date', { type: 'Date', description: 'Of which business day.' }),
    state: t.field({
      type: StatementState,
      description: 'The last state it reached.',
      resolve: ({ state }) => state,
    }),
    errorCode: t.exposeString('error_code', { nullable: true, description: 'Why it did not go on, for programs.' }),
    error: t.exposeString('error', { nullable: true, description: 'Why it did not go on, for people.' }),
    transactionCount: t.expose('transaction_count', {
      type: 'BigInt',
      description: 'How many sales, or shifts, it holds.',
    }),
    totals: t.field({
      type: Totals,
      description:
        'Sums of its sales; 0 until it is calculated. Of a financial statement, `total` is what was expected of the tenders that were counted, and `paid` what was counted.',
      resolve: (row) => row,
    }),
    stateDetails: t.field({
      type: [Detail],
      ...atMost(statementStates.length),
      description: 'All 13 states in their order, each done, failed or not run.',
      resolve: async (row, _args, context) => detailsOf(row, await reached(context).load(row.id)),
    }),
    events: t.connection(
      {
        type: Event,
        description: 'What happened to it, oldest first.',
        resolve: ({ id }, args, { hq }) => listById(hq, args, (db, page) => statementEventPage(db, id, page)),
      },
      { name: 'StatementEventConnection' },
      { name: 'StatementEventEdge' },
    ),
    transactions: t.connection(
      {
        type: RetailTransaction,
        description: 'The sales in it, in the order they arrived.',
        resolve: ({ id }, args, context) => receivedPage(context, args, { statement_id: id }),
      },
      TransactionConnection,
    ),
    aggregatedTransactions: t.connection(
      {
        type: Aggregate,
        description: 'Its sales put together by customer and day.',
        resolve: ({ id }, args, { hq }) =>
          listById(hq, args, (db, page) => aggregatePage(db, { statement_id: id }, page)),
      },
      AggregateConnection,
    ),
    salesOrders: t.connection(
      {
        type: SalesOrder,
        description: 'The sales orders it made.',
        resolve: ({ id }, args, { hq }) =>
          listById(hq, args, (db, page) => salesOrderPage(db, { statement_id: id }, page)),
      },
      SalesOrderConnection,
    ),
    invoices: t.connection(
      {
        type: Invoice,
        description: 'The invoices it made.',
        resolve: ({ id }, args, { hq }) =>
          listById(hq, args, (db, page) => invoicePage(db, { statement_id: id }, page)),
      },
      InvoiceConnection,
    ),
    journalEntries: t.connection(
      {
        type: JournalEntry,
        description: 'What it posted.',
        args: {
          journal: t.arg({ type: Journal, description: 'Only in this journal.' }),
          account: t.arg({ type: LedgerAccount, description: 'Only to this account.' }),
        },
        resolve: ({ id }, args, { hq }) =>
          keysetConnection<number, JournalEntryRow>(
            { args, keyFrom: numberKey },
            (row) => row.id,
            (page) =>
              hq.read((db) =>
                journalEntryPage(
                  db,
                  { statement_id: id, journal: args.journal ?? undefined, account: args.account ?? undefined },
                  page,
                ),
              ),
          ),
      },
      { name: 'JournalEntryConnection' },
      { name: 'JournalEntryEdge' },
    ),
    balances: t.field({
      type: [AccountBalance],
      ...atMost(LARGEST_PAGE),
      description: 'What it posted, summed by journal and account: in each journal debits and credits are equal.',
      resolve: async ({ id, currency }, _args, context) =>
        (await balances(context).load(id)).map((row) => ({ ...row, currency })),
    }),
    tenderCounts: t.field({
      type: [TenderCount],
      ...atMost(tenders.length),
      description: 'Of a financial statement: what was counted against what was expected, by shift and tender.',
      resolve: async ({ id, currency }, _args, context) =>
        (await tenderCounts(context).load(id)).map((row) => ({ ...row, currency })),
    }),
    createdAt: t.expose('created_at', { type: 'DateTime', description: 'When it was started.' }),
    calculatedAt: t.expose('calculated_at', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was calculated.',
    }),
    postedAt: t.expose('posted_at', { type: 'DateTime', nullable: true, description: 'When it was posted.' }),
  }),
});

function detailsOf(statement: StatementRow, reached: readonly { state: string; at: string }[]): StateDetail[] {
  const last = order.indexOf(statement.state);
  return order.map((state, index) => {
    const failed = index === last + 1 && statement.error_code !== null;
    return {
      state,
      status: index <= last ? 'DONE' : failed ? 'FAILED' : 'NOT_RUN',
      at: index <= last ? (reached.find((row) => row.state === state)?.at ?? null) : null,
      error: failed ? statement.error : null,
    };
  });
}

builder.queryFields((t) => ({
  statement: t.field({
    type: Statement,
    nullable: true,
    description: 'A statement by its number; null when there is none.',
    args: { statementId: t.arg.string({ required: true, description: 'Its number, e.g. `ST00000042`.' }) },
    resolve: async (_root, { statementId }, { hq, viewer }) => {
      const found = await hq.read((db) => statementsWhere(db, { statement_id: statementId }));
      return visibleTo(viewer, found)[0] ?? null;
    },
  }),
  statements: t.connection(
    {
      type: Statement,
      nullable: true,
      description: 'Statements, newest first, that match all that is given.',
      args: {
        channel: t.arg.string({ description: 'Only of this channel.' }),
        type: t.arg({ type: StatementType, description: 'Only of this type.' }),
        businessDate: t.arg({ type: 'Date', description: 'Only of this business day.' }),
        states: t.arg({ type: [StatementState], description: 'Only in one of these states.' }),
        failed: t.arg.boolean({
          description: 'True: only those that stopped at an error. False: only those that did not.',
        }),
      },
      authScopes: ofChannel,
      resolve: (_root, args, context) => {
        const channel = channelOf(context, args.channel);
        const filter: StatementFilter = {
          channel,
          type: args.type ?? undefined,
          business_date: args.businessDate ?? undefined,
          state: args.states?.length ? args.states : undefined,
        };
        return listById(
          context.hq,
          args,
          (db, page) => statementPage(db, filter, page, { failed: args.failed }),
          'newest first',
        );
      },
    },
    { name: 'StatementConnection' },
    { name: 'StatementEdge' },
  ),
  invoice: t.field({
    type: Invoice,
    nullable: true,
    description: 'An invoice by its number; null when there is none.',
    args: { invoiceId: t.arg.string({ required: true, description: 'Its number, e.g. `INV000000042`.' }) },
    resolve: async (_root, { invoiceId }, { hq, viewer }) => {
      const found = await hq.read((db) => invoicesWhere(db, { invoice_id: invoiceId }));
      return visibleTo(viewer, found)[0] ?? null;
    },
  }),
}));

builder.objectField(SalesOrder, 'invoice', (t) =>
  t.field({
    type: Invoice,
    nullable: true,
    description: 'Its invoice; null while it is not invoiced.',
    resolve: ({ id }, _args, context) => invoiceOf(context).load(id),
  }),
);

builder.objectField(RetailTransaction, 'statement', (t) =>
  t.field({
    type: Statement,
    nullable: true,
    description: 'The statement that holds it (sales).',
    resolve: async (row, _args, context) => (await received(context).load(row))?.statement_id ?? null,
  }),
);

builder.objectField(Customer, 'invoices', (t) =>
  t.connection(
    {
      type: Invoice,
      description: 'Its invoices, newest first.',
      resolve: ({ uuid }, args, context) =>
        keysetConnection<number, InvoiceRow>(
          { args, keyFrom: numberKey, descending: true },
          ({ id }) => id,
          (page) =>
            isFirst(page, 'newest first')
              ? newestOf(context).load({ customer: uuid, limit: page.limit })
              : context.hq.read((db) =>
                  invoicePage(db, { customer_uuid: uuid, channel: ownChannel(context.viewer) }, page),
                ),
        ),
    },
    InvoiceConnection,
  ),
);
