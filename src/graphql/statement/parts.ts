import { type AggregatedTransaction, aggregatesWhere } from '../../data/hq/aggregate.ts';
import {
  type Account,
  accounts,
  type Invoice as InvoiceRow,
  invoicesWhere,
  type JournalEntry as JournalEntryRow,
  type PostingType as PostingTypeName,
} from '../../data/hq/journal.ts';
import {
  calculationStates,
  postingStates,
  type ShiftCount,
  type StatementState as State,
  type StatementEvent,
  type StatementEventType as StatementEventName,
  type Statement as StatementRow,
  statementNodes,
  statementsWhere,
} from '../../data/hq/statement.ts';
import { builder } from '../builder.ts';
import { customerOf } from '../customer/customer.ts';
import { errorField } from '../failures.ts';
import { rowLoader } from '../loader.ts';
import { amount, amountOrNull, Money, money, Totals } from '../money.ts';
import { SaleConnection, salesPage } from '../order/lists.ts';
import { SalesOrder, salesOrderOfAggregate } from '../order/sales-order.ts';
import { Sale } from '../order/transaction.ts';
import { Shift, shiftOf, Tender } from '../till/shift.ts';
import { channelNode, enumOf, numberId, recordOf, valueOrNull } from '../vocabulary.ts';

export const order: readonly State[] = [...calculationStates, ...postingStates];

export const StatementState = enumOf<State>(
  'StatementState',
  'A statement’s progress: three calculation states and ten posting states. A statement that fails stays in the last state it reached, and the next attempt resumes there.',
  {
    STARTED: 'The statement has been created and has its number.',
    MARKED: 'The sales (or shifts) are assigned to this statement; no other statement takes them.',
    CALCULATED: 'The totals (or the counted and expected amounts) are known.',
    CHECKED: 'The totals are verified, and every customer named in a sale has an account ID.',
    AGGREGATED: 'The sales are aggregated by customer and business date. Each group will be a sales order.',
    SALES_ORDERS_CREATED: 'Each aggregated transaction has its sales order.',
    SALES_ORDERS_INVOICED: 'Each sales order has its invoice, which is posted (posting type SALES).',
    DISCOUNTS_POSTED: 'Discounts are posted (posting type DISCOUNTS).',
    INCOME_EXPENSE_POSTED: 'Charges and payment differences are posted (posting type INCOME_EXPENSE).',
    VOUCHERS_LINKED: 'Payments are linked to the invoices they settle.',
    PAYMENTS_POSTED:
      'Payments are posted (posting type PAYMENTS), or in a financial statement, counting differences (posting type DIFFERENCE).',
    GIFT_CARDS_POSTED: 'Gift card payments are posted (posting type GIFT_CARDS).',
    POSTED: 'Final: debits equal credits, and the sales are POSTED.',
    CLEARED: 'Cleared before anything was posted; its sales can join another statement.',
  },
);

export const StatementType = enumOf('StatementType', 'What a statement posts.', {
  TRANSACTIONAL: 'Validated sales, at any time of the day (trickle feed).',
  FINANCIAL: 'Closed shifts: the difference between the amounts counted and expected.',
});

export interface StateDetail {
  state: State;
  status: 'DONE' | 'FAILED' | 'NOT_RUN';
  at: string | null;
  errorCode: string | null;
  error: string | null;
}

export const Detail = builder.objectRef<StateDetail>('StatementStateDetail').implement({
  description: 'One of a statement’s 13 states, and whether the statement has reached it.',
  fields: (t) => ({
    state: t.expose('state', { type: StatementState, description: 'One of the 13 states.' }),
    phase: t.field({
      type: enumOf('StatementPhase', 'The part of end of day that reaches a state.', {
        CALCULATION: 'Assigns sales or shifts to the statement and adds them up: the first three states.',
        POSTING: 'Puts them into the books: the other ten states.',
      }),
      description: 'Whether calculation or posting reaches the state.',
      resolve: ({ state }) =>
        (calculationStates as readonly State[]).includes(state) ? ('CALCULATION' as const) : ('POSTING' as const),
    }),
    status: t.expose('status', {
      type: enumOf('StatementStateStatus', 'Whether a statement has reached a state.', {
        DONE: 'Reached.',
        FAILED: 'The last attempt to reach it failed; the next attempt resumes here.',
        NOT_RUN: 'Not attempted yet.',
      }),
      description: 'Whether the statement has reached this state.',
    }),
    at: valueOrNull(t, 'DateTime', 'at', 'When the statement reached this state; null if it has not.'),
    error: errorField(t, 'Why the last attempt to reach this state failed; null unless the status is FAILED.'),
  }),
});

const EventType = enumOf<StatementEventName>('StatementEventType', 'What happened to a statement.', {
  STARTED: 'The statement was created for sales or shifts that were in no statement.',
  MARKED: 'The statement took its sales or shifts.',
  CALCULATED: 'The amounts were added up.',
  CHECKED: 'The amounts were verified again, and the customers were found.',
  AGGREGATED: 'The sales were aggregated by customer and business date.',
  SALES_ORDERS_CREATED: 'The sales orders were created.',
  SALES_ORDERS_INVOICED: 'The sales orders were invoiced.',
  DISCOUNTS_POSTED: 'Discounts were posted.',
  INCOME_EXPENSE_POSTED: 'Charges and payment differences were posted.',
  VOUCHERS_LINKED: 'Payments were linked to invoices.',
  PAYMENTS_POSTED: 'Payments, or counting differences, were posted.',
  GIFT_CARDS_POSTED: 'Gift card payments were posted.',
  POSTED: 'The statement became final.',
  REOPENED:
    'More sales or shifts of the same business date arrived before posting began, so the statement was started again.',
  FAILED: 'The statement failed to reach its next state. `detail` says why.',
  CLEARED: 'The statement was given up: an operator cleared it, or it lost its last sale.',
  REGENERATED: 'An operator had its sales aggregated again (`regenerateAggregatedTransactions`).',
  AGGREGATED_TRANSACTION_DELETED: 'An operator removed some of its sales (`deleteAggregatedTransaction`).',
});

export const Event = builder.objectRef<StatementEvent>('StatementEvent').implement({
  description: 'Something that happened to a statement: a state that it reached, a failure, or what an operator did.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'When it happened.' }),
    actor: t.exposeString('actor', { description: 'The operator or process that caused it.' }),
    event: t.expose('event', {
      type: EventType,
      description: 'What happened: a state that was reached, or something else.',
    }),
    detail: valueOrNull(
      t,
      'String',
      'detail',
      'For FAILED, the error code and message. For AGGREGATED_TRANSACTION_DELETED, which one it was. Otherwise null.',
    ),
  }),
});

export const PostingType = enumOf<PostingTypeName>(
  'PostingType',
  'What a statement posts. For each posting type of a statement, debits equal credits, to the minor unit.',
  {
    SALES: 'Invoices: revenue, sales tax, and charges, and what customers owe for them.',
    DISCOUNTS: 'Discounts, so that revenue is at list price.',
    INCOME_EXPENSE: 'Charges, and differences between the amounts due and paid.',
    PAYMENTS: 'Payments of invoices, by tender.',
    GIFT_CARDS: 'Payments of invoices by gift card.',
    DIFFERENCE: 'In a financial statement, amounts counted less amounts expected, by tender.',
  },
);

export const LedgerAccount = enumOf(
  'LedgerAccount',
  'An account of the general ledger that statements post to.',
  accounts,
);

export const JournalEntry = builder.objectRef<JournalEntryRow>('JournalEntry').implement({
  description: 'A journal line: a debit or a credit of one account.',
  fields: (t) => ({
    postingType: t.expose('postingType', { type: PostingType, description: 'What the line is for.' }),
    account: t.expose('account', { type: LedgerAccount, description: 'The account debited or credited.' }),
    debit: amount(t, 'debit', 'Amount debited; 0 for a credit.'),
    credit: amount(t, 'credit', 'Amount credited; 0 for a debit.'),
    businessDate: t.expose('businessDate', { type: 'LocalDate', description: 'The business date it is posted for.' }),
    tender: t.field({
      type: Tender,
      nullable: true,
      description: 'The tender of a payment or a counting difference; null for other lines.',
      resolve: ({ tender }) => tender as typeof Tender.$inferType | null,
    }),
    invoice: recordOf(t, Invoice, 'invoice', 'The invoice the line was posted for; null if there is none.'),
  }),
});

interface Balance {
  postingType: PostingTypeName;
  account: Account;
  debit: number;
  credit: number;
  currency: string;
}

export const AccountBalance = builder.objectRef<Balance>('AccountBalance').implement({
  description: 'The totals that a statement posted to one account for one posting type.',
  fields: (t) => ({
    postingType: t.expose('postingType', { type: PostingType, description: 'What the total is for.' }),
    account: t.expose('account', { type: LedgerAccount, description: 'The account posted to.' }),
    debit: amount(t, 'debit', 'Sum of the debits.'),
    credit: amount(t, 'credit', 'Sum of the credits.'),
  }),
});

export const TenderCount = builder.objectRef<ShiftCount & { currency: string }>('TenderCount').implement({
  description: 'The amounts counted and expected for one tender of one shift.',
  fields: (t) => ({
    shift: t.field({
      type: Shift,
      nullable: true,
      description: 'The shift, read from its channel; null if the channel does not have it.',
      resolve: ({ channel, shiftUuid: uuid }, _args, context) => shiftOf(context).load({ channel, uuid }),
    }),
    register: t.exposeString('register', { description: 'The register of the shift.' }),
    tender: t.field({
      type: Tender,
      description: 'The tender counted.',
      resolve: ({ tender }) => tender as typeof Tender.$inferType,
    }),
    starting: amount(t, 'starting', 'The amount at the start of the shift.'),
    expected: amount(t, 'expected', 'The starting amount plus payments.'),
    counted: amountOrNull(
      t,
      'counted',
      'The amount counted; null if this tender was not counted (only cash and checks must be). Negative if more was refunded than paid.',
    ),
    difference: t.field({
      type: Money,
      nullable: true,
      description:
        'Counted less expected; negative if money is missing. Null if the tender was not counted, in which case nothing is posted for it.',
      resolve: (row) => (row.counted === null ? null : money(row.counted - row.expected, row.currency)),
    }),
  }),
});

export const Statement = builder.interfaceRef<StatementRow>('Statement');

const statementNode = (type: StatementRow['type']) =>
  channelNode<StatementRow, number>(statementNodes[type], {
    parse: numberId,
    keyOf: ({ id }) => id,
    read: (db, ids) => statementsWhere(db, { id: [...ids], type }),
  });

export const TransactionalStatement = statementNode('TRANSACTIONAL');
export const FinancialStatement = statementNode('FINANCIAL');

export const typeOf = ({ type }: StatementRow) => statementNodes[type];

export const Invoice = channelNode<InvoiceRow, number>('Invoice', {
  parse: numberId,
  keyOf: ({ id }) => id,
  read: (db, ids) => invoicesWhere(db, { id: [...ids] }),
});
Invoice.implement({
  description: 'The invoice of a sales order, created by a statement.',
  fields: (t) => ({
    invoiceId: t.exposeString('invoiceId', { description: 'The invoice number, such as `INV000000042`.' }),
    salesOrder: recordOf(t, SalesOrder, 'salesOrder', 'The sales order it invoices.'),
    statement: recordOf(t, TransactionalStatement, 'statementId', 'The statement that created the invoice.'),
    customer: customerOf(t, 'customerUuid', 'The customer invoiced; null for anonymous sales.'),
    accountId: valueOrNull(t, 'String', 'accountId', 'The account ID invoiced; null for anonymous sales.'),
    invoiceDate: t.expose('invoiceDate', {
      type: 'LocalDate',
      description: 'The business date of the sales it invoices.',
    }),
    totals: t.field({
      type: Totals,
      description: 'The amounts due and paid. They are those of the sales order.',
      resolve: (row) => row,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the statement created it.' }),
  }),
});
export const InvoiceConnection = builder.connectionObject(
  { type: Invoice, name: 'InvoiceConnection' },
  { name: 'InvoiceEdge' },
);

const statementOf = rowLoader<number, StatementRow>(
  (ids, { hq }) => hq.read((db) => statementsWhere(db, { id: [...ids] })),
  ({ id }) => id,
);

export const Aggregate = channelNode<AggregatedTransaction, number>('AggregatedTransaction', {
  parse: numberId,
  keyOf: ({ id }) => id,
  read: (db, ids) => aggregatesWhere(db, { id: [...ids] }),
});
Aggregate.implement({
  description: 'Sales of one customer and one business date that become one sales order. A sale is never split.',
  fields: (t) => ({
    statement: recordOf(t, TransactionalStatement, 'statementId', 'The statement that aggregated the sales.'),
    customer: customerOf(t, 'customerUuid', 'The customer; null for anonymous sales.'),
    accountId: valueOrNull(t, 'String', 'accountId', 'The customer’s account ID; null for anonymous sales.'),
    businessDate: t.expose('businessDate', { type: 'LocalDate', description: 'The business date of the sales.' }),
    isReturn: t.exposeBoolean('isReturn', {
      description: 'Whether it contains returns, which were refunded. Returns are never aggregated with sales.',
    }),
    pricesIncludeTax: t.exposeBoolean('pricesIncludeTax', {
      description:
        'Whether prices include tax. Sales with prices that include tax are never aggregated with sales whose prices do not.',
    }),
    transactionCount: t.expose('transactionCount', { type: 'BigInt', description: 'Number of sales.' }),
    lineCount: t.expose('lineCount', { type: 'BigInt', description: 'Number of lines in these sales.' }),
    totals: t.field({ type: Totals, description: 'The totals of these sales.', resolve: (row) => row }),
    state: t.field({
      type: StatementState,
      description: 'The last posting state that it reached with its statement.',
      resolve: async ({ statementId }, _args, context) => {
        const { state } = (await statementOf(context).load(statementId))!;
        return state === 'CHECKED' ? 'AGGREGATED' : state;
      },
    }),
    salesOrder: t.field({
      type: SalesOrder,
      nullable: true,
      description: 'The sales order created from it; null until it is created.',
      resolve: ({ id }, _args, context) => salesOrderOfAggregate(context).load(id),
    }),
    transactions: t.connection(
      {
        type: Sale,
        description: 'The aggregated sales, in order of arrival.',
        resolve: ({ id }, args, context) => salesPage(context, args, { aggregateId: id }),
      },
      SaleConnection,
    ),
  }),
});
export const AggregateConnection = builder.connectionObject(
  { type: Aggregate, name: 'AggregatedTransactionConnection' },
  { name: 'AggregatedTransactionEdge' },
);
