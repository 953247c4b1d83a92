import { visibleTo } from '../../access/viewer.ts';
import { aggregatePage, countAggregates } from '../../data/hq/aggregate.ts';
import {
  countInvoices,
  countJournalEntries,
  invoicePage,
  type JournalTotal,
  journalEntryPage,
  journalTotals,
} from '../../data/hq/journal.ts';
import { salesOrderPage } from '../../data/hq/sales-order.ts';
import {
  countStatementEvents,
  countStatements,
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
import type { Violation } from '../../errors.ts';
import { atMost, globalId } from '../arguments.ts';
import { builder } from '../builder.ts';
import { channelField, channelOf } from '../channel/channel.ts';
import { errorField } from '../failures.ts';
import {
  conditionsOf,
  DateRange,
  DateTimeRange,
  LARGEST_PAGE,
  listById,
  newestFirst,
  orderInput,
  rangesOf,
} from '../keyset.ts';
import { groupLoader } from '../loader.ts';
import { amount, Money, money, Totals } from '../money.ts';
import { SaleConnection, salesPage } from '../order/lists.ts';
import { received } from '../order/loaders.ts';
import { SalesOrder, SalesOrderConnection } from '../order/sales-order.ts';
import { Sale } from '../order/transaction.ts';
import { ofFilter } from '../scopes.ts';
import { interfaceFields, type Types, valueOrNull } from '../vocabulary.ts';
import {
  AccountBalance,
  Aggregate,
  AggregateConnection,
  Detail,
  Event,
  FinancialStatement,
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
  TransactionalStatement,
  typeOf,
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

const JournalEntryFilter = builder.inputType('JournalEntryFilter', {
  description: 'Limits a list of journal lines to those that match every field.',
  fields: (t) => ({
    postingType: t.field({ type: PostingType, description: 'Only lines of this posting type.' }),
    account: t.field({ type: LedgerAccount, description: 'Only lines that debit or credit this account.' }),
  }),
});

Statement.implement({
  description:
    'The books of a channel for a business date and a currency. A transactional statement posts sales, a financial statement the counting differences of closed shifts.',
  interfaces: [builder.nodeInterfaceRef()],
  resolveType: typeOf,
  fields: interfaceFields((t: PothosSchemaTypes.ObjectFieldBuilder<Types, StatementRow>) => ({
    statementId: t.exposeString('statementId', { description: 'The statement number, such as `ST00000042`.' }),
    type: t.expose('type', { type: StatementType, description: 'Whether it posts sales or shifts.' }),
    channel: channelField(t, 'The channel whose sales or shifts it posts.'),
    businessDate: t.expose('businessDate', {
      type: 'LocalDate',
      description: 'The day of its sales or shifts, in the time zone of the channel.',
    }),
    currency: t.expose('currency', { type: 'Currency', description: 'The currency of all its amounts.' }),
    state: t.field({
      type: StatementState,
      description: 'The last state that it reached.',
      resolve: ({ state }) => state,
    }),
    error: errorField(
      t,
      'Why it did not reach its next state. Null if nothing stopped it. The next attempt resumes there.',
    ),
    stateDetails: t.field({
      type: [Detail],
      ...atMost(statementStates.length),
      description: 'All 13 states in order, each with its status.',
      resolve: async (row, _args, context) => detailsOf(row, await reached(context).load(row.id)),
    }),
    events: t.connection(
      {
        type: Event,
        description: 'What happened to it, oldest first.',
        resolve: ({ id }, args, { hq }) =>
          listById(hq, args, (db, page) => statementEventPage(db, id, page), {
            count: (db) => countStatementEvents(db, id),
          }),
      },
      { name: 'StatementEventConnection' },
      { name: 'StatementEventEdge' },
    ),
    journalEntries: t.connection(
      {
        type: JournalEntry,
        description: 'The debits and credits that it posted, in order.',
        args: { filter: t.arg({ type: JournalEntryFilter, description: 'The lines to list. Default: all.' }) },
        resolve: ({ id }, { filter, ...args }, { hq }) => {
          const where = { statementId: id, ...conditionsOf(filter) };
          return listById(hq, args, (db, page) => journalEntryPage(db, where, page), {
            count: (db) => countJournalEntries(db, where),
          });
        },
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
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was started.' }),
    calculatedAt: valueOrNull(t, 'DateTime', 'calculatedAt', 'When its amounts were added up. Null until then.'),
    postedAt: valueOrNull(t, 'DateTime', 'postedAt', 'When it was posted completely. Null until then.'),
  })),
});

TransactionalStatement.implement({
  description:
    'Turns validated sales into sales orders, invoices, and journal entries. A channel may have several for a business date, because sales that are validated later get another one.',
  interfaces: [Statement],
  fields: (t) => ({
    transactionCount: t.expose('transactionCount', { type: 'BigInt', description: 'The number of its sales.' }),
    totals: t.field({
      type: Totals,
      description: 'The totals of its sales. 0 until it is calculated.',
      resolve: (row) => row,
    }),
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
        description: 'Its sales, aggregated by customer and business date.',
        resolve: ({ id }, args, { hq }) =>
          listById(hq, args, (db, page) => aggregatePage(db, { statementId: id }, page), {
            count: (db) => countAggregates(db, { statementId: id }),
          }),
      },
      AggregateConnection,
    ),
    salesOrders: t.connection(
      {
        type: SalesOrder,
        description: 'The sales orders it created, one for each aggregated transaction.',
        resolve: ({ id }, args, { hq }) =>
          listById(hq, args, (db, page) => salesOrderPage(db, { statementId: id }, page)),
      },
      SalesOrderConnection,
    ),
    invoices: t.connection(
      {
        type: Invoice,
        description: 'The invoices it created, one for each sales order.',
        resolve: ({ id }, args, { hq }) =>
          listById(hq, args, (db, page) => invoicePage(db, { statementId: id }, page), {
            count: (db) => countInvoices(db, { statementId: id }),
          }),
      },
      InvoiceConnection,
    ),
  }),
});

FinancialStatement.implement({
  description:
    'Compares what was counted in closed shifts with what was expected, and posts the differences to the account OVER_SHORT.',
  interfaces: [Statement],
  fields: (t) => ({
    shiftCount: t.expose('transactionCount', { type: 'BigInt', description: 'The number of its shifts.' }),
    expected: amount(
      t,
      'expected',
      'The starting amounts and payments of all tenders that were counted. 0 until it is calculated.',
    ),
    counted: amount(t, 'counted', 'The amounts that were counted. 0 until it is calculated.'),
    difference: t.field({
      type: Money,
      description: 'Counted less expected: negative if money is missing.',
      resolve: ({ counted, expected, currency }) => money(counted - expected, currency),
    }),
    tenderCounts: t.field({
      type: [TenderCount],
      ...atMost(LARGEST_PAGE),
      description: 'The amounts counted and expected, by shift and tender.',
      resolve: async ({ id, currency }, _args, context) =>
        (await tenderCounts(context).load(id)).map((row) => ({ ...row, currency })),
    }),
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

const StatementBy = builder.inputType('StatementBy', {
  description: 'Identifies a statement in one of two ways.',
  isOneOf: true,
  fields: (t) => ({
    statementId: t.string({ description: 'The statement number, such as `ST00000042`.' }),
    id: t.field(globalId([TransactionalStatement, FinancialStatement], 'The global ID.')),
  }),
});

const StatementFilter = builder.inputType('StatementFilter', {
  description: 'Limits a list of statements to those that match every field.',
  fields: (t) => ({
    channel: t.string({ description: 'Only statements of the channel with this code.' }),
    type: t.field({ type: StatementType, description: 'Only statements of this type.' }),
    states: t.field({ type: [StatementState], description: 'Only statements in one of these states.' }),
    failed: t.boolean({ description: 'True for only statements that an error stopped, false for only the others.' }),
    businessDate: t.field({ type: DateRange, description: 'Only statements of these business dates.' }),
    createdAt: t.field({ type: DateTimeRange, description: 'Only statements that were started in this period.' }),
  }),
});

const StatementOrder = orderInput('Statement', {
  CREATED_AT: { by: 'createdAt', description: 'When the statement was started.' },
  BUSINESS_DATE: { by: 'businessDate', description: 'The business date of the statement.' },
});

/** The states in which a statement has no error. */
const final: readonly string[] = ['POSTED', 'CLEARED'];

builder.queryFields((t) => ({
  statement: t.field({
    type: Statement,
    nullable: true,
    description: 'A statement by its number or global ID. Null if there is none.',
    args: { by: t.arg({ type: StatementBy, required: true, description: 'The number or global ID.' }) },
    resolve: async (_root, { by: { id, statementId } }, { hq, viewer }) => {
      const which = statementId ? { statementId } : { id: id ?? 0 };
      return visibleTo(viewer, await hq.read((db) => statementsWhere(db, which)))[0] ?? null;
    },
  }),
  statements: t.connection(
    {
      type: Statement,
      nullable: true,
      description: 'Statements, of a channel or of all channels.',
      args: {
        filter: t.arg({ type: StatementFilter, description: 'The statements to list. Default: all.' }),
        orderBy: t.arg({ type: StatementOrder, description: 'The order of the list. Default: newest first.' }),
      },
      authScopes: ofFilter,
      resolve: async (_root, { filter, orderBy, ...args }, context) => {
        const { channel, type, states: state, failed, ...ranges } = conditionsOf(filter);
        const found: Violation[] = [];
        if (failed && state?.every((one) => final.includes(one)))
          found.push({
            path: ['filter', 'failed'],
            message: 'cannot be true for statements that are POSTED or CLEARED',
          });
        const where = {
          channel: await channelOf(context, channel),
          ...{ type, state, failed },
          ...rangesOf(ranges, ['businessDate', 'createdAt'], found),
        };
        return listById(context.hq, args, (db, page) => statementPage(db, where, page), {
          orderBy: orderBy ?? newestFirst,
          count: (db) => countStatements(db, where),
        });
      },
    },
    { name: 'StatementConnection' },
    { name: 'StatementEdge' },
  ),
}));

builder.objectField(Sale, 'statement', (t) =>
  t.field({
    type: TransactionalStatement,
    nullable: true,
    description: 'The statement that the sale is in; null while no statement has taken it.',
    resolve: async (row, _args, context) => (await received(context).load(row))?.statementId ?? null,
  }),
);
