import { mustUse } from '../../access/viewer.ts';
import { aggregatePage } from '../../data/hq/aggregate.ts';
import {
  type InvoiceRow,
  invoicePage,
  invoicesWhere,
  type JournalEntryRow,
  journalEntryPage,
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
import { tenders } from '../../data/transaction-rows.ts';
import { atMost } from '../bounded.ts';
import { builder } from '../builder.ts';
import { channelField } from '../channel/channel.ts';
import { Customer } from '../customer/customer.ts';
import { keysetConnection, LARGEST_PAGE, listById, numberKey } from '../keyset.ts';
import { Totals } from '../money.ts';
import { SalesOrder, SalesOrderConnection } from '../order/sales-order.ts';
import { RetailTransaction, TransactionConnection } from '../order/transaction.ts';
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
  transactionsWith,
} from './parts.ts';

builder.node(Statement, {
  description:
    'The books of a channel for a business day: its sales become sales orders, invoices and journals (TRANSACTIONAL), its counted shifts differences (FINANCIAL).',
  id: { resolve: ({ id }) => id },
  loadOne: (id, { loaders }) => (/^\d{1,15}$/.test(id) ? loaders.statement.load(Number(id)) : null),
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
      resolve: async (row, _args, { loaders }) => detailsOf(row, await loaders.statesReached.load(row.id)),
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
        resolve: ({ id }, args, context) => transactionsWith(context, { statement_id: id }, args),
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
      resolve: async ({ id, currency }, _args, { loaders }) =>
        (await loaders.balances.load(id)).map((row) => ({ ...row, currency })),
    }),
    tenderCounts: t.field({
      type: [TenderCount],
      ...atMost(tenders.length),
      description: 'Of a financial statement: what was counted against what was expected, by shift and tender.',
      resolve: async ({ id, currency }, _args, { loaders }) =>
        (await loaders.tenderCounts.load(id)).map((row) => ({ ...row, currency })),
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

function detailsOf(statement: StatementRow, reached: Map<string, string>): StateDetail[] {
  const last = order.indexOf(statement.state);
  return order.map((state, index) => {
    const failed = index === last + 1 && statement.error_code !== null;
    return {
      state,
      status: index <= last ? 'DONE' : failed ? 'FAILED' : 'NOT_RUN',
      at: index <= last ? (reached.get(state) ?? null) : null,
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
      const [found] = await hq.read((db) => statementsWhere(db, { statement_id: statementId }));
      return found && (viewer.kind === 'operator' || viewer.channel === found.channel) ? found : null;
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
      resolve: (_root, args, { hq, viewer, channels }) => {
        const channel = args.channel ?? (viewer.kind === 'channel' ? viewer.channel : undefined);
        if (channel !== undefined) {
          mustUse(viewer, channel);
          channels.get(channel);
        }
        const filter: StatementFilter = {
          channel,
          type: args.type ?? undefined,
          business_date: args.businessDate ?? undefined,
          state: args.states?.length ? args.states : undefined,
        };
        return listById(
          hq,
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
      const [found] = await hq.read((db) => invoicesWhere(db, { invoice_id: invoiceId }));
      return found && (viewer.kind === 'operator' || viewer.channel === found.channel) ? found : null;
    },
  }),
}));

builder.objectField(SalesOrder, 'invoice', (t) =>
  t.field({
    type: Invoice,
    nullable: true,
    description: 'Its invoice; null while it is not invoiced.',
    resolve: ({ id }, _args, { loaders }) => loaders.invoiceOfSalesOrder.load(id),
  }),
);

builder.objectField(RetailTransaction, 'statement', (t) =>
  t.field({
    type: Statement,
    nullable: true,
    description: 'The statement that holds it (sales).',
    resolve: async (row, _args, { loaders }) => {
      const id = (await loaders.hqTransaction.load(row))?.statement_id ?? null;
      return id === null ? null : loaders.statement.load(id);
    },
  }),
);

builder.objectField(Customer, 'invoices', (t) =>
  t.connection(
    {
      type: Invoice,
      description: 'Its invoices, newest first.',
      resolve: ({ uuid }, args, { hq, loaders, viewer }) =>
        keysetConnection<number, InvoiceRow>(
          { args, keyFrom: numberKey, descending: true },
          ({ id }) => id,
          (page) =>
            page.after === undefined && page.before === undefined && page.descending
              ? loaders.invoices.load({ customer: uuid, limit: page.limit })
              : hq.read((db) =>
                  invoicePage(
                    db,
                    { customer_uuid: uuid, channel: viewer.kind === 'channel' ? viewer.channel : undefined },
                    page,
                  ),
                ),
        ),
    },
    InvoiceConnection,
  ),
);
