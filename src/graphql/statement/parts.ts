import { type AggregatedTransaction, aggregatesWhere } from '../../data/hq/aggregate.ts';
import {
  type Account,
  accounts,
  type Invoice as InvoiceRow,
  invoicesWhere,
  type JournalEntry as JournalEntryRow,
  type Journal as JournalName,
} from '../../data/hq/journal.ts';
import {
  calculationStates,
  postingStates,
  type ShiftCount,
  type StatementState as State,
  type StatementEvent,
  type Statement as StatementRow,
  statementsWhere,
} from '../../data/hq/statement.ts';
import { builder } from '../builder.ts';
import { Customer } from '../customer/customer.ts';
import { hqCustomer } from '../customer/loaders.ts';
import { amount, amountOrNull, Money, money, Totals } from '../money.ts';
import { SalesOrder, salesOrderOfAggregate } from '../order/sales-order.ts';
import { RetailTransaction, receivedPage, TransactionConnection } from '../order/transaction.ts';
import { Shift, shiftOf, Tender } from '../till/shift.ts';
import { channelNode, enumOf, numberId } from '../vocabulary.ts';

export const order: readonly State[] = [...calculationStates, ...postingStates];

export const StatementState = enumOf<State>(
  'StatementState',
  'How far a statement is: three states of calculation and ten of posting. An error leaves it in the state before; the next attempt resumes there.',
  {
    STARTED: 'It exists and has its number.',
    MARKED: 'Sales (or shifts) are stamped with it; no other statement takes them.',
    CALCULATED: 'Its sums are known (or what was counted against what was expected).',
    CHECKED: 'Its sums still hold, and every named customer has an account ID.',
    AGGREGATED: 'Sales are put together by customer and day.',
    CUSTOMER_ORDER_CREATED: 'Each aggregate has its sales order.',
    CUSTOMER_ORDER_INVOICED: 'Each sales order has its invoice; journal SALES.',
    DISCOUNTS_POSTED: 'Discounts are posted; journal DISCOUNTS.',
    INCOME_EXPENSE_POSTED: 'Charges and payment differences are posted; journal INCOME_EXPENSE.',
    VOUCHERS_LINKED: 'Payments are linked to the invoices that they settle.',
    PAYMENTS_POSTED: 'Payments are posted, journal PAYMENTS; counted differences too, journal DIFFERENCE.',
    GIFT_CARDS_POSTED: 'Payments by gift card are posted; journal GIFT_CARDS.',
    POSTED: 'Final: all balances, and its sales are POSTED.',
    CLEARED: 'Given up before anything was posted; its sales are free for another statement.',
  },
);

export const StatementType = enumOf('StatementType', 'What a statement is about.', {
  TRANSACTIONAL: 'Sales that passed validation, at any time of the day (trickle feed).',
  FINANCIAL: 'Closed shifts: what was counted against what was expected.',
});

export interface StateDetail {
  state: State;
  status: 'DONE' | 'FAILED' | 'NOT_RUN';
  at: string | null;
  error: string | null;
}

export const Detail = builder.objectRef<StateDetail>('StatementStateDetail').implement({
  description: 'One of the 13 states, and whether a statement has passed it.',
  fields: (t) => ({
    state: t.expose('state', { type: StatementState, description: 'Which.' }),
    phase: t.field({
      type: enumOf('StatementPhase', 'Part of a statement’s way.', {
        CALCULATION: 'The first three states.',
        POSTING: 'The other ten.',
      }),
      description: 'Calculation or posting.',
      resolve: ({ state }) =>
        (calculationStates as readonly State[]).includes(state) ? ('CALCULATION' as const) : ('POSTING' as const),
    }),
    status: t.expose('status', {
      type: enumOf('StatementStateStatus', 'Whether a state was reached.', {
        DONE: 'Reached.',
        FAILED: 'The last attempt failed to reach it; the next one resumes here.',
        NOT_RUN: 'Still to come.',
      }),
      description: 'Done, failed, or not run.',
    }),
    at: t.expose('at', { type: 'DateTime', nullable: true, description: 'When it was reached.' }),
    error: t.exposeString('error', { nullable: true, description: 'Why it was not reached.' }),
  }),
});

export const Event = builder.objectRef<StatementEvent>('StatementEvent').implement({
  description: 'Something that happened to a statement.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'When.' }),
    actor: t.exposeString('actor', { description: 'By whom or what.' }),
    event: t.exposeString('event', {
      description: 'What: a state that it reached, ERROR, or what somebody did with it, e.g. CLEARED.',
    }),
    detail: t.exposeString('detail', { nullable: true, description: 'More about it.' }),
  }),
});

export const Journal = enumOf(
  'Journal',
  'A journal of a statement. The debits and credits of each are equal, to the minor unit.',
  {
    SALES: 'Invoices.',
    DISCOUNTS: 'Discounts, so that revenue shows list prices.',
    INCOME_EXPENSE: 'Charges, and differences between sum and payment.',
    PAYMENTS: 'Payments by tender.',
    GIFT_CARDS: 'Payments by gift card.',
    DIFFERENCE: 'What was counted less what was expected, by tender.',
  },
);

export const LedgerAccount = enumOf('LedgerAccount', 'An account of the books.', accounts);

export const JournalEntry = builder.objectRef<JournalEntryRow>('JournalEntry').implement({
  description: 'A line of a journal: a debit or a credit of an account.',
  fields: (t) => ({
    journal: t.expose('journal', { type: Journal, description: 'In which journal.' }),
    account: t.expose('account', { type: LedgerAccount, description: 'Which account.' }),
    debit: amount(t, 'debit', 'Debit; 0 for a credit.'),
    credit: amount(t, 'credit', 'Credit; 0 for a debit.'),
    businessDate: t.expose('businessDate', { type: 'Date', description: 'Its day.' }),
    tender: t.field({
      type: Tender,
      nullable: true,
      description: 'For payments and differences: the tender.',
      resolve: ({ tender }) => tender as typeof Tender.$inferType | null,
    }),
    invoice: t.field({
      type: Invoice,
      nullable: true,
      description: 'The invoice that it belongs to.',
      resolve: ({ invoice }) => invoice,
    }),
  }),
});

interface Balance {
  journal: JournalName;
  account: Account;
  debit: number;
  credit: number;
  currency: string;
}

export const AccountBalance = builder.objectRef<Balance>('AccountBalance').implement({
  description: 'What a statement posted to an account in a journal.',
  fields: (t) => ({
    journal: t.expose('journal', { type: Journal, description: 'In which journal.' }),
    account: t.expose('account', { type: LedgerAccount, description: 'Which account.' }),
    debit: amount(t, 'debit', 'Sum of debits.'),
    credit: amount(t, 'credit', 'Sum of credits.'),
  }),
});

export const TenderCount = builder.objectRef<ShiftCount & { currency: string }>('TenderCount').implement({
  description: 'What was counted of a tender in a shift, against what was expected.',
  fields: (t) => ({
    shift: t.field({
      type: Shift,
      nullable: true,
      description: 'Which shift, as its channel has it.',
      resolve: ({ channel, shiftUuid: uuid }, _args, context) => shiftOf(context).load({ channel, uuid }),
    }),
    register: t.exposeString('register', { description: 'At which register.' }),
    tender: t.field({
      type: Tender,
      description: 'Which tender.',
      resolve: ({ tender }) => tender as typeof Tender.$inferType,
    }),
    starting: amount(t, 'starting', 'At the beginning.'),
    expected: amount(t, 'expected', 'Starting amount and payments.'),
    counted: amountOrNull(
      t,
      'counted',
      'What was counted; null when nobody counted it, which only cash and checks require. Negative when more was paid back than paid.',
    ),
    difference: t.field({
      type: Money,
      nullable: true,
      description:
        'Counted less expected: negative when something is missing. Null when it was not counted: then nothing is posted for it.',
      resolve: (row) => (row.counted === null ? null : money(row.counted - row.expected, row.currency)),
    }),
  }),
});

export const Statement = channelNode<StatementRow, number>('Statement', {
  parse: numberId,
  keyOf: ({ id }) => id,
  read: (db, ids) => statementsWhere(db, { id: [...ids] }),
});

export const Invoice = channelNode<InvoiceRow, number>('Invoice', {
  parse: numberId,
  keyOf: ({ id }) => id,
  read: (db, ids) => invoicesWhere(db, { id: [...ids] }),
});
Invoice.implement({
  description: 'An invoice of a sales order.',
  fields: (t) => ({
    invoiceId: t.exposeString('invoiceId', { description: 'Its number, e.g. `INV000000042`.' }),
    salesOrder: t.field({
      type: SalesOrder,
      nullable: true,
      description: 'What it invoices.',
      resolve: ({ salesOrder }) => salesOrder,
    }),
    statement: t.field({
      type: Statement,
      nullable: true,
      description: 'The statement that made it.',
      resolve: ({ statementId }) => statementId,
    }),
    customer: t.field({
      type: Customer,
      nullable: true,
      description: 'Who is invoiced; null for customers who gave no name.',
      resolve: (row, _args, context) => (row.customerUuid === null ? null : hqCustomer(context).load(row.customerUuid)),
    }),
    accountId: t.exposeString('accountId', { nullable: true, description: 'The account ID that is invoiced.' }),
    invoiceDate: t.expose('invoiceDate', { type: 'Date', description: 'Its day.' }),
    totals: t.field({ type: Totals, description: 'Its sums.', resolve: (row) => row }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
  }),
});
export const InvoiceConnection = builder.connectionObject(
  { type: Invoice, name: 'InvoiceConnection' },
  { name: 'InvoiceEdge' },
);

export const Aggregate = channelNode<AggregatedTransaction, number>('AggregatedTransaction', {
  parse: numberId,
  keyOf: ({ id }) => id,
  read: (db, ids) => aggregatesWhere(db, { id: [...ids] }),
});
Aggregate.implement({
  description: 'Sales of one customer on one day that become one sales order. A sale is never split.',
  fields: (t) => ({
    statement: t.field({
      type: Statement,
      nullable: true,
      description: 'Of which statement.',
      resolve: ({ statementId }) => statementId,
    }),
    customer: t.field({
      type: Customer,
      nullable: true,
      description: 'Of which customer; null for customers who gave no name.',
      resolve: (row, _args, context) => (row.customerUuid === null ? null : hqCustomer(context).load(row.customerUuid)),
    }),
    accountId: t.exposeString('accountId', { nullable: true, description: 'The customer’s account ID.' }),
    businessDate: t.expose('businessDate', { type: 'Date', description: 'Of which day.' }),
    isReturn: t.exposeBoolean('isReturn', {
      description: 'Whether it holds returns, for which money was paid back; they are never put together with sales.',
    }),
    pricesIncludeTax: t.exposeBoolean('pricesIncludeTax', {
      description:
        'Whether its prices include tax; sales whose prices do are never put together with sales whose prices do not.',
    }),
    transactionCount: t.expose('transactionCount', { type: 'BigInt', description: 'How many sales.' }),
    lineCount: t.expose('lineCount', { type: 'BigInt', description: 'How many lines they have.' }),
    totals: t.field({ type: Totals, description: 'Their sums.', resolve: (row) => row }),
    state: t.field({
      type: StatementState,
      description: 'The last posting state that it went through.',
      resolve: ({ step }) => postingStates[step - 1]!,
    }),
    salesOrder: t.field({
      type: SalesOrder,
      nullable: true,
      description: 'What was made of it.',
      resolve: ({ id }, _args, context) => salesOrderOfAggregate(context).load(id),
    }),
    transactions: t.connection(
      {
        type: RetailTransaction,
        description: 'The sales in it, in the order they arrived.',
        resolve: ({ id }, args, context) => receivedPage(context, args, { aggregateId: id }),
      },
      TransactionConnection,
    ),
  }),
});
export const AggregateConnection = builder.connectionObject(
  { type: Aggregate, name: 'AggregatedTransactionConnection' },
  { name: 'AggregatedTransactionEdge' },
);
