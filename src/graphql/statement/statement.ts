import { ownChannel, visibleTo } from '../../access/viewer.ts';
import { aggregatePage } from '../../data/hq/aggregate.ts';
import {
  type Invoice as InvoiceRow,
  invoicePage,
  invoicesWhere,
  type JournalTotal,
  journalEntryPage,
  journalTotals,
  newestInvoices,
} from '../../data/hq/journal.ts';
import { salesOrderPage } from '../../data/hq/sales-order.ts';
import {
  type ShiftCount,
  type Statement as StatementRow,
  type StateReached,
  shiftCountsOf,
  statementEventPage,
  statementPage,
  statementStates,
  statementsWhere,
  statesReached,
} from '../../data/hq/statement.ts';
import { tenders } from '../../data/transaction-rows.ts';
import { atMost } from '../bounded.ts';
import { builder } from '../builder.ts';
import { channelField, channelOf } from '../channel/channel.ts';
import { Customer } from '../customer/customer.ts';
import { LARGEST_PAGE, listById, listOfEach } from '../keyset.ts';
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
const reached = groupLoader<number, StateReached>(
  (ids, { hq }) => hq.read((db) => statesReached(db, ids)),
  ({ statementId }) => statementId,
);

const balances = groupLoader<number, JournalTotal>(
  (ids, { hq }) => hq.read((db) => journalTotals(db, ids)),
  ({ statementId }) => statementId,
);

const tenderCounts = groupLoader<number, ShiftCount>(
  (ids, { hq }) => hq.read((db) => shiftCountsOf(db, ids)),
  ({ statementId }) => statementId,
);

/** The invoice of a sales order. */
const invoiceOf = rowLoader<number, InvoiceRow>(
  async (orders, { hq, viewer }) =>
    visibleTo(viewer, await hq.read((db) => invoicesWhere(db, { salesOrder: [...orders] }))),
  ({ salesOrder }) => salesOrder,
);

/** The newest invoices of a customer. */
const newestOf = firstLoader<{ customer: string; limit: number }, InvoiceRow>(
  (keys, limit, { hq, viewer }) =>
    hq.read((db) => newestInvoices(db, [...new Set(keys.map(({ customer }) => customer))], limit, ownChannel(viewer))),
  ({ customer }) => customer,
  ({ customerUuid }) => customerUuid ?? '',
);

Statement.implement({
  description:
    'The books of a channel for a business day: its sales become sales orders, invoices and journals (TRANSACTIONAL), its counted shifts differences (FINANCIAL).',
  fields: (t) => ({
    statementId: t.exposeString('statementId', { description: 'Its number, e.g. `ST00000042`.' }),
    type: t.expose('type', { type: StatementType, description: 'Sales or shifts.' }),
    channel: channelField(t, 'Of which channel.'),
    businessDate: t.expose('businessDate', { type: 'Date', description: 'Of which business day.' }),
    state: t.field({
      type: StatementState,
      description: 'The last state it reached.',
      resolve: ({ state }) => state,
    }),
    errorCode: t.exposeString('errorCode', { nullable: true, description: 'Why it did not go on, for programs.' }),
    error: t.exposeString('error', { nullable: true, description: 'Why it did not go on, for people.' }),
    transactionCount: t.expose('transactionCount', {
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
        resolve: ({ id }, args, context) => receivedPage(context, args, { statementId: id }),
      },
      TransactionConnection,
    ),
    aggregatedTransactions: t.connection(
      {
        type: Aggregate,
        description: 'Its sales put together by customer and day.',
        resolve: ({ id }, args, { hq }) =>
          listById(hq, args, (db, page) => aggregatePage(db, { statementId: id }, page)),
      },
      AggregateConnection,
    ),
    salesOrders: t.connection(
      {
        type: SalesOrder,
        description: 'The sales orders it made.',
        resolve: ({ id }, args, { hq }) =>
          listById(hq, args, (db, page) => salesOrderPage(db, { statementId: id }, page)),
      },
      SalesOrderConnection,
    ),
    invoices: t.connection(
      {
        type: Invoice,
        description: 'The invoices it made.',
        resolve: ({ id }, args, { hq }) => listById(hq, args, (db, page) => invoicePage(db, { statementId: id }, page)),
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
        resolve: ({ id }, { journal, account, ...args }, { hq }) =>
          listById(hq, args, (db, page) =>
            journalEntryPage(
              db,
              { statementId: id, journal: journal ?? undefined, account: account ?? undefined },
              page,
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
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was started.' }),
    calculatedAt: t.expose('calculatedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was calculated.',
    }),
    postedAt: t.expose('postedAt', { type: 'DateTime', nullable: true, description: 'When it was posted.' }),
  }),
});

function detailsOf(statement: StatementRow, reached: readonly { state: string; at: string }[]): StateDetail[] {
  const last = order.indexOf(statement.state);
  return order.map((state, index) => {
    const failed = index === last + 1 && statement.errorCode !== null;
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
      const found = await hq.read((db) => statementsWhere(db, { statementId: statementId }));
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
        const filter = {
          channel,
          type: args.type ?? undefined,
          businessDate: args.businessDate ?? undefined,
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
      const found = await hq.read((db) => invoicesWhere(db, { invoiceId: invoiceId }));
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
    resolve: async (row, _args, context) => (await received(context).load(row))?.statementId ?? null,
  }),
);

builder.objectField(Customer, 'invoices', (t) =>
  t.connection(
    {
      type: Invoice,
      description: 'Its invoices, newest first.',
      resolve: ({ uuid }, args, context) =>
        listOfEach<InvoiceRow>(
          args,
          'newest first',
          ({ id }) => id,
          (limit) => newestOf(context).load({ customer: uuid, limit }),
          (page) =>
            context.hq.read((db) => invoicePage(db, { customerUuid: uuid, channel: ownChannel(context.viewer) }, page)),
        ),
    },
    InvoiceConnection,
  ),
);
