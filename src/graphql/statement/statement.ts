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
import { tenders } from '../../data/transaction-facts.ts';
import { atMost } from '../arguments.ts';
import { builder } from '../builder.ts';
import { channelField, channelOf } from '../channel/channel.ts';
import { Customer } from '../customer/customer.ts';
import { errorField } from '../failures.ts';
import { LARGEST_PAGE, listById, listOfEach } from '../keyset.ts';
import { firstLoader, groupLoader, rowLoader } from '../loader.ts';
import { Totals } from '../money.ts';
import { SaleConnection, salesPage } from '../order/lists.ts';
import { received } from '../order/loaders.ts';
import { SalesOrder, SalesOrderConnection } from '../order/sales-order.ts';
import { Sale } from '../order/transaction.ts';
import { ofChannel } from '../scopes.ts';
import { valueOrNull } from '../vocabulary.ts';
import {
  AccountBalance,
  Aggregate,
  AggregateConnection,
  Detail,
  Event,
  Invoice,
  InvoiceConnection,
  JournalEntry,
  LedgerAccount,
  order,
  PostingType,
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

/** The newest invoices of each customer. */
const newestOf = firstLoader<{ customer: string; limit: number }, InvoiceRow>(
  (keys, limit, { hq, viewer }) =>
    hq.read((db) => newestInvoices(db, [...new Set(keys.map(({ customer }) => customer))], limit, ownChannel(viewer))),
  ({ customer }) => customer,
  ({ customerUuid }) => customerUuid ?? '',
);

Statement.implement({
  description:
    'The books of a channel for a business date and a currency. A TRANSACTIONAL statement turns sales into sales orders, invoices, and journals; a FINANCIAL statement posts the counting differences of closed shifts.',
  fields: (t) => ({
    statementId: t.exposeString('statementId', { description: 'The statement number, such as `ST00000042`.' }),
    type: t.expose('type', { type: StatementType, description: 'Whether it posts sales or shifts.' }),
    channel: channelField(t, 'The channel it belongs to.'),
    businessDate: t.expose('businessDate', { type: 'LocalDate', description: 'The business date it covers.' }),
    state: t.field({
      type: StatementState,
      description: 'The last state reached.',
      resolve: ({ state }) => state,
    }),
    error: errorField(t, 'The error that stopped it; null if none did.'),
    transactionCount: t.expose('transactionCount', {
      type: 'BigInt',
      description: 'Number of sales or, in a financial statement, shifts.',
    }),
    totals: t.field({
      type: Totals,
      description:
        'Totals of its sales; 0 until calculated. In a financial statement, `total` is the amount expected for the tenders that were counted, and `paid` is the amount counted.',
      resolve: (row) => row,
    }),
    stateDetails: t.field({
      type: [Detail],
      ...atMost(statementStates.length),
      description: 'All 13 states in order, each with its status.',
      resolve: async (row, _args, context) => detailsOf(row, await reached(context).load(row.id)),
    }),
    events: t.connection(
      {
        type: Event,
        description: 'The event log, oldest first.',
        resolve: ({ id }, args, { hq }) => listById(hq, args, (db, page) => statementEventPage(db, id, page)),
      },
      { name: 'StatementEventConnection' },
      { name: 'StatementEventEdge' },
    ),
    transactions: t.connection(
      {
        type: Sale,
        description: 'The sales it contains, in order of arrival.',
        resolve: ({ id }, args, context) => salesPage(context, args, { statementId: id }),
      },
      SaleConnection,
    ),
    aggregatedTransactions: t.connection(
      {
        type: Aggregate,
        description: 'Its sales, aggregated by customer and day.',
        resolve: ({ id }, args, { hq }) =>
          listById(hq, args, (db, page) => aggregatePage(db, { statementId: id }, page)),
      },
      AggregateConnection,
    ),
    salesOrders: t.connection(
      {
        type: SalesOrder,
        description: 'The sales orders it created.',
        resolve: ({ id }, args, { hq }) =>
          listById(hq, args, (db, page) => salesOrderPage(db, { statementId: id }, page)),
      },
      SalesOrderConnection,
    ),
    invoices: t.connection(
      {
        type: Invoice,
        description: 'The invoices it created.',
        resolve: ({ id }, args, { hq }) => listById(hq, args, (db, page) => invoicePage(db, { statementId: id }, page)),
      },
      InvoiceConnection,
    ),
    journalEntries: t.connection(
      {
        type: JournalEntry,
        description: 'The journal lines it posted.',
        args: {
          postingType: t.arg({ type: PostingType, description: 'Only lines of this posting type.' }),
          account: t.arg({ type: LedgerAccount, description: 'Only lines that post to this account.' }),
        },
        resolve: ({ id }, { postingType, account, ...args }, { hq }) =>
          listById(hq, args, (db, page) =>
            journalEntryPage(
              db,
              { statementId: id, postingType: postingType ?? undefined, account: account ?? undefined },
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
      description: 'What it posted, totaled by posting type and account. For each posting type, debits equal credits.',
      resolve: async ({ id, currency }, _args, context) =>
        (await balances(context).load(id)).map((row) => ({ ...row, currency })),
    }),
    tenderCounts: t.field({
      type: [TenderCount],
      ...atMost(tenders.length),
      description:
        'In a financial statement, the amounts counted and expected, by shift and tender; empty in a transactional statement.',
      resolve: async ({ id, currency }, _args, context) =>
        (await tenderCounts(context).load(id)).map((row) => ({ ...row, currency })),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the statement was created.' }),
    calculatedAt: valueOrNull(t, 'DateTime', 'calculatedAt', 'When it was calculated; null until then.'),
    postedAt: valueOrNull(t, 'DateTime', 'postedAt', 'When it was posted; null until then.'),
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
      errorCode: failed ? statement.errorCode : null,
      error: failed ? statement.error : null,
    };
  });
}

builder.queryFields((t) => ({
  statement: t.field({
    type: Statement,
    nullable: true,
    description: 'A statement by its number; null if there is none.',
    args: {
      statementId: t.arg.string({ required: true, description: 'The statement number, such as `ST00000042`.' }),
    },
    resolve: async (_root, { statementId }, { hq, viewer }) => {
      const found = await hq.read((db) => statementsWhere(db, { statementId: statementId }));
      return visibleTo(viewer, found)[0] ?? null;
    },
  }),
  statements: t.connection(
    {
      type: Statement,
      nullable: true,
      description: 'Statements that match all of the given filters, newest first.',
      args: {
        channel: t.arg.string({ description: 'Only statements of this channel.' }),
        type: t.arg({ type: StatementType, description: 'Only statements of this type.' }),
        businessDate: t.arg({ type: 'LocalDate', description: 'Only statements of this business date.' }),
        states: t.arg({ type: [StatementState], description: 'Only statements in one of these states.' }),
        failed: t.arg.boolean({
          description: 'True for only statements stopped by an error, false for only the others.',
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
        return listById(context.hq, args, (db, page) => statementPage(db, filter, page, { failed: args.failed }), {
          orderBy: 'DESC',
        });
      },
    },
    { name: 'StatementConnection' },
    { name: 'StatementEdge' },
  ),
  invoice: t.field({
    type: Invoice,
    nullable: true,
    description: 'An invoice by its number; null if there is none.',
    args: { invoiceId: t.arg.string({ required: true, description: 'The invoice number, such as `INV000000042`.' }) },
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
    description: 'The invoice; null until the sales order is invoiced.',
    resolve: ({ id }, _args, context) => invoiceOf(context).load(id),
  }),
);

builder.objectField(Sale, 'statement', (t) =>
  t.field({
    type: Statement,
    nullable: true,
    description: 'The statement that the sale is in; null while no statement has taken it.',
    resolve: async (row, _args, context) => (await received(context).load(row))?.statementId ?? null,
  }),
);

builder.objectField(Customer, 'invoices', (t) =>
  t.connection(
    {
      type: Invoice,
      description: 'The customer’s invoices, newest first.',
      resolve: ({ uuid }, args, context) =>
        listOfEach<InvoiceRow>(
          args,
          'DESC',
          ({ id }) => id,
          (limit) => newestOf(context).load({ customer: uuid, limit }),
          (page) =>
            context.hq.read((db) => invoicePage(db, { customerUuid: uuid, channel: ownChannel(context.viewer) }, page)),
        ),
    },
    InvoiceConnection,
  ),
);
