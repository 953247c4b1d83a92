import type { EntityManager } from 'typeorm';
import type { TransactionRow } from '../../data/channel/transaction.ts';
import { AuditEntry } from '../../data/hq/audit.ts';
import {
  type RetailTransaction as Received,
  type TransactionStatus,
  transactionsWhere,
} from '../../data/hq/transaction.ts';
import { validationRules } from '../../data/hq/validation.ts';
import { keysetPage } from '../../data/keyset-page.ts';
import { plainText } from '../../domain/rules.ts';
import {
  beginEditing,
  editTransaction,
  releaseEditing,
  retryAllTransactions,
  retryTransaction,
  voidTransaction,
} from '../../domain/transaction-edit.ts';
import { MOST_LINES, MOST_PAYMENTS } from '../../domain/transaction-rules.ts';
import { ChannelNotFound, InvalidInput, NotFound, WrongState } from '../../errors.ts';
import { atMost } from '../bounded.ts';
import { builder } from '../builder.ts';
import { channelOf } from '../channel/channel.ts';
import type { Context } from '../context.ts';
import { Audit, AuditEntryConnection } from '../customer/operation.ts';
import { listById } from '../keyset.ts';
import { ofChannel } from '../scopes.ts';
import { Tender } from '../till/shift.ts';
import { enumOf, idInput, type OperatorMutation, operatorAction, type Who } from '../vocabulary.ts';
import { SalesOrder, salesOrderOfAggregate, salesOrderOfTransaction } from './sales-order.ts';
import {
  bySequence,
  fromHeadquarters,
  RetailTransaction,
  received,
  receivedPage,
  TransactionConnection,
  TransactionKind,
} from './transaction.ts';

/*
 * What headquarters knows of a transaction, and what its people do with one that cannot go on by itself.
 */

const Status = enumOf<TransactionStatus | 'NOT_UPLOADED'>(
  'TransactionStatus',
  'Where an order or a sale stands at headquarters.',
  {
    NOT_UPLOADED: 'It has not reached headquarters (or headquarters does not answer).',
    NONE: 'Received, and not attempted yet: the next Synchronize orders (orders) or validation (sales) takes it.',
    WAITING: 'Its customer or address has not reached headquarters. It uses up no retries and goes on by itself.',
    FAILED: 'Set aside; `error` says why. With `nextTryAt` it is tried again by itself, otherwise a person is needed.',
    EDITING: 'A person is correcting it; jobs leave it alone.',
    SUCCEEDED: 'An order has its sales order; a sale has passed validation.',
    POSTED: 'A sale that is part of a posted statement.',
    VOIDED: 'Marked by a person so that nothing is made of it.',
    CANCELLED: 'Cancelled by its channel.',
  },
);

const ValidationError = builder.objectRef<{ rule: string; message: string }>('ValidationError').implement({
  description: 'A rule that a sale breaks.',
  fields: (t) => ({
    rule: t.exposeString('rule', { description: 'Which rule.' }),
    message: t.exposeString('message', { description: 'How it is broken.' }),
  }),
});

/** Resolves to what headquarters says of a transaction, or to `otherwise` if it has none. */
const atHeadquarters =
  <Name extends keyof Received, Otherwise>(name: Name, otherwise: Otherwise) =>
  async (row: TransactionRow, _args: object, context: Context) =>
    (await received(context).load(row))?.[name] ?? otherwise;

builder.objectFields(RetailTransaction, (t) => ({
  status: t.field({
    type: Status,
    description: 'Where it stands at headquarters.',
    resolve: atHeadquarters('status', 'NOT_UPLOADED'),
  }),
  errorCode: t.string({
    nullable: true,
    description: 'Why it waits or failed, for programs.',
    resolve: atHeadquarters('errorCode', null),
  }),
  error: t.string({
    nullable: true,
    description: 'Why it waits or failed, for people.',
    resolve: atHeadquarters('error', null),
  }),
  validationErrors: t.field({
    type: [ValidationError],
    ...atMost(validationRules.length),
    description: 'The rules that a sale breaks; empty when it breaks none, or was not validated.',
    resolve: atHeadquarters('validationErrors', []),
  }),
  tryCount: t.int({
    description: 'How often it failed for a passing reason. Waiting does not count.',
    resolve: atHeadquarters('tryCount', 0),
  }),
  nextTryAt: t.field({
    type: 'DateTime',
    nullable: true,
    description: 'When it is tried again by itself.',
    resolve: atHeadquarters('nextTryAt', null),
  }),
  corrected: t.boolean({
    description: 'Whether an operator corrected what the channel sent.',
    resolve: atHeadquarters('corrected', false),
  }),
  receivedAt: t.field({
    type: 'DateTime',
    nullable: true,
    description: 'When headquarters received it.',
    resolve: atHeadquarters('receivedAt', null),
  }),
  modifiedAt: t.field({
    type: 'DateTime',
    nullable: true,
    description: 'When its status at headquarters changed last.',
    resolve: atHeadquarters('modifiedAt', null),
  }),
  salesOrder: t.field({
    type: SalesOrder,
    nullable: true,
    description: 'The sales order that was made of it: of an order itself, or with other sales by a statement.',
    resolve: async (row, _args, context) => {
      const found = await received(context).load(row);
      if (!found) return null;
      return found.aggregateId === null
        ? salesOrderOfTransaction(context).load(found.sequence)
        : salesOrderOfAggregate(context).load(found.aggregateId);
    },
  }),
  auditTrail: t.connection(
    {
      type: Audit,
      nullable: true,
      description: 'What operators did to it, oldest first.',
      authScopes: { operator: 'reading the audit trail' },
      resolve: async (row, args, context) => {
        const sequence = (await received(context).load(row))?.sequence ?? 0;
        const where = { subject: `transaction:${sequence}` };
        return listById(context.hq, args, (db, page) => keysetPage(db, AuditEntry, 'id', where, page));
      },
    },
    AuditEntryConnection,
  ),
}));

builder.objectField(SalesOrder, 'transaction', (t) =>
  t.field({
    type: RetailTransaction,
    nullable: true,
    description: 'The order that it was made of; null when a statement made it of several sales.',
    resolve: async ({ transactionSequence: sequence }, _args, context) => {
      const row = sequence === null ? null : await bySequence(context).load(sequence);
      return row && fromHeadquarters(row);
    },
  }),
);

builder.queryField('receivedTransactions', (t) =>
  t.connection(
    {
      type: RetailTransaction,
      nullable: true,
      description:
        'Orders and sales as headquarters received them, newest first. `statuses: [FAILED]` lists what was set aside.',
      args: {
        channel: t.arg.string({ description: 'Only of this channel.' }),
        kinds: t.arg({ type: [TransactionKind], description: 'Only of one of these kinds.' }),
        statuses: t.arg({ type: [Status], description: 'Only with one of these statuses.' }),
        customerUuid: t.arg({ type: 'UUID', description: 'Only of this customer.' }),
        businessDate: t.arg({ type: 'Date', description: 'Only of this business date.' }),
      },
      authScopes: ofChannel,
      resolve: (_root, args, context) => {
        const statuses = args.statuses?.filter((status): status is TransactionStatus => status !== 'NOT_UPLOADED');
        const filter = {
          channel: channelOf(context, args.channel),
          kind: args.kinds?.length ? args.kinds : undefined,
          status: args.statuses?.length ? statuses : undefined,
          customerUuid: args.customerUuid ?? undefined,
          businessDate: args.businessDate ?? undefined,
        };
        return receivedPage(context, args, filter, 'newest first');
      },
    },
    TransactionConnection,
  ),
);

const TransactionInput = idInput<string>('TransactionInput', RetailTransaction, 'Which transaction.');

const VoidInput = builder.inputType('VoidTransactionInput', {
  description: 'Which transaction, and why.',
  fields: (t) => ({
    id: t.globalID({ for: [RetailTransaction], required: true, description: 'Its global ID.' }),
    reason: t.string({ required: true, description: 'Why; at most 200 characters. It is kept in the audit trail.' }),
  }),
});

const LineChange = builder.inputType('TransactionLineChange', {
  description: 'What to change of a line. A line whose number is new is added.',
  fields: (t) => ({
    line: t.int({ required: true, description: 'Its number.' }),
    sku: t.string({ description: 'Stock keeping unit.' }),
    quantity: t.field({ type: 'Decimal', description: 'How many.' }),
    unitPrice: t.field({ type: 'Decimal', description: 'Price of one.' }),
    discount: t.field({ type: 'Decimal', description: 'What the whole line is reduced by.' }),
    tax: t.field({ type: 'Decimal', description: 'Tax of the whole line.' }),
    voided: t.boolean({ description: 'True takes the line out.' }),
  }),
});

const PaymentChange = builder.inputType('TransactionPaymentChange', {
  description: 'What to change of a payment. A payment whose number is new is added.',
  fields: (t) => ({
    line: t.int({ required: true, description: 'Its number.' }),
    tender: t.field({ type: Tender, description: 'What was paid with.' }),
    amount: t.field({ type: 'Decimal', description: 'How much.' }),
  }),
});

const EditInput = builder.inputType('EditTransactionInput', {
  description: 'The correction; what is left out stays. Totals are calculated anew.',
  fields: (t) => ({
    id: t.globalID({ for: [RetailTransaction], required: true, description: 'Which transaction, by its global ID.' }),
    customerUuid: t.field({ type: 'UUID', description: 'Whose it is.' }),
    deliveryAddressUuid: t.field({ type: 'UUID', description: 'Where it is delivered to.' }),
    businessDate: t.field({ type: 'Date', description: 'Its day in the books.' }),
    lines: t.field({ type: [LineChange], description: 'Lines to change.', ...atMost(MOST_LINES) }),
    payments: t.field({ type: [PaymentChange], description: 'Payments to change.', ...atMost(MOST_PAYMENTS) }),
    hold: t.boolean({
      description: 'Whether the sales order that comes of it is put on hold, until releaseSalesOrder. Default false.',
    }),
  }),
});

const RetryAllInput = builder.inputType('RetryFailedTransactionsInput', {
  description: 'Which transactions.',
  fields: (t) => ({ channel: t.string({ description: 'Only of this channel. Default: of all.' }) }),
});

const Retried = builder.objectRef<{ count: number }>('RetriedTransactions').implement({
  description: 'Failed transactions that will be tried again.',
  fields: (t) => ({ count: t.exposeInt('count', { description: 'How many.' }) }),
});

/** What operators do to one transaction as headquarters has it. Live conversion then hears of it, because it may be due. */
const correction = <Input extends { id: { id: string } }>(
  name: string,
  {
    run,
    check,
    ...options
  }: Omit<OperatorMutation<typeof RetailTransaction, Input>, 'type'> & {
    /** Throws what is wrong with the input by itself. */
    check?: (input: Input) => void;
    run: (tx: EntityManager, sequence: number, who: Who, input: Input) => Promise<Received>;
  },
) =>
  operatorAction(name, {
    ...options,
    type: RetailTransaction,
    run: async (input, who, { hq, notice }) => {
      check?.(input);
      const [channel = '', uuid = ''] = input.id.id.split('/');
      const transaction = await hq.write(async (tx) => {
        const [found] = await transactionsWhere(tx, { channel, uuid });
        if (!found) throw new NotFound('transaction');
        return run(tx, found.sequence, who, input);
      });
      if (transaction.status === 'NONE') notice(transaction.channel);
      return fromHeadquarters(transaction);
    },
  });

correction('beginEditingTransaction', {
  input: TransactionInput,
  description:
    'Takes a transaction out of the jobs while somebody corrects it: its status is EDITING. Nothing must have been made of it yet.',
  may: 'editing transactions',
  failures: [NotFound, WrongState],
  run: beginEditing,
});

correction('releaseTransaction', {
  input: TransactionInput,
  description: 'Gives a transaction that is being edited back to the jobs as it was.',
  may: 'editing transactions',
  failures: [NotFound, WrongState],
  run: releaseEditing,
});

correction('editTransaction', {
  input: EditInput,
  inputDescription: 'The correction.',
  description:
    'Corrects a transaction. As changed it must keep every rule; it is due again then. Each changed field is kept in the audit trail.',
  may: 'editing transactions',
  failures: [InvalidInput, NotFound, WrongState],
  run: (tx, sequence, who, { id: _, hold, ...change }) => editTransaction(tx, sequence, change, hold ?? false, who),
});

correction('voidTransaction', {
  input: VoidInput,
  inputDescription: 'Which one, and why.',
  description: 'Marks a transaction so that nothing is ever made of it.',
  may: 'voiding transactions',
  failures: [InvalidInput, NotFound, WrongState],
  check: ({ reason }) => {
    const wrong = plainText(200).min(1, 'must not be empty').safeParse(reason.trim()).error;
    if (wrong) throw new InvalidInput(['reason'], wrong.issues[0]!.message);
  },
  run: (tx, sequence, who, { reason }) => voidTransaction(tx, sequence, reason.trim(), who),
});

correction('retryTransaction', {
  input: TransactionInput,
  description: 'Lets a failed transaction be tried again, as if for the first time.',
  may: 'retrying transactions',
  failures: [NotFound, WrongState],
  run: retryTransaction,
});

operatorAction('retryFailedTransactions', {
  type: Retried,
  input: RetryAllInput,
  inputDescription: 'Which ones.',
  description: 'Lets all failed transactions, or those of a channel, be tried again.',
  may: 'retrying transactions',
  failures: [ChannelNotFound],
  run: async (input, who, { hq, channels, notice }) => {
    if (input.channel) channels.get(input.channel);
    const retried = await hq.write((tx) => retryAllTransactions(tx, input.channel || null, who));
    for (const code of retried.channels) notice(code);
    return { count: retried.count };
  },
});
