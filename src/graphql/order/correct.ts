import type { EntityManager, FindOptionsWhere } from 'typeorm';
import { mustOperate, mustUse } from '../../access/viewer.ts';
import { entityPage } from '../../data/entity-page.ts';
import { AuditEntry } from '../../data/hq/audit.ts';
import {
  type HqTransaction,
  type TransactionFilter,
  type TransactionStatus,
  transactionPage,
  transactionsWhere,
} from '../../data/hq/transaction.ts';
import { validationRules } from '../../data/hq/validation.ts';
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
import { namedChannels } from '../channel/channel.ts';
import type { Context } from '../context.ts';
import { Audit, AuditEntryConnection } from '../customer/operation.ts';
import { keysetConnection, listById, numberKey } from '../keyset.ts';
import { Tender } from '../till/shift.ts';
import { enumOf } from '../vocabulary.ts';
import { SalesOrder } from './sales-order.ts';
import { fromHeadquarters, RetailTransaction, TransactionConnection, TransactionKind } from './transaction.ts';

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

builder.objectFields(RetailTransaction, (t) => ({
  status: t.field({
    type: Status,
    description: 'Where it stands at headquarters.',
    resolve: async (row, _args, { loaders }) => (await loaders.hqTransaction.load(row))?.status ?? 'NOT_UPLOADED',
  }),
  errorCode: t.string({
    nullable: true,
    description: 'Why it waits or failed, for programs.',
    resolve: async (row, _args, { loaders }) => (await loaders.hqTransaction.load(row))?.error_code ?? null,
  }),
  error: t.string({
    nullable: true,
    description: 'Why it waits or failed, for people.',
    resolve: async (row, _args, { loaders }) => (await loaders.hqTransaction.load(row))?.error ?? null,
  }),
  validationErrors: t.field({
    type: [ValidationError],
    ...atMost(validationRules.length),
    description: 'The rules that a sale breaks; empty when it breaks none, or was not validated.',
    resolve: async (row, _args, { loaders }) => (await loaders.hqTransaction.load(row))?.validation_errors ?? [],
  }),
  tryCount: t.int({
    description: 'How often it failed for a passing reason. Waiting does not count.',
    resolve: async (row, _args, { loaders }) => (await loaders.hqTransaction.load(row))?.try_count ?? 0,
  }),
  nextTryAt: t.field({
    type: 'DateTime',
    nullable: true,
    description: 'When it is tried again by itself.',
    resolve: async (row, _args, { loaders }) => (await loaders.hqTransaction.load(row))?.next_try_at ?? null,
  }),
  corrected: t.boolean({
    description: 'Whether an operator corrected what the channel sent.',
    resolve: async (row, _args, { loaders }) => Boolean((await loaders.hqTransaction.load(row))?.corrected),
  }),
  receivedAt: t.field({
    type: 'DateTime',
    nullable: true,
    description: 'When headquarters received it.',
    resolve: async (row, _args, { loaders }) => (await loaders.hqTransaction.load(row))?.received_at ?? null,
  }),
  modifiedAt: t.field({
    type: 'DateTime',
    nullable: true,
    description: 'When its status at headquarters changed last.',
    resolve: async (row, _args, { loaders }) => (await loaders.hqTransaction.load(row))?.modified_at ?? null,
  }),
  salesOrder: t.field({
    type: SalesOrder,
    nullable: true,
    description: 'The sales order that was made of it: of an order itself, or with other sales by a statement.',
    resolve: async (row, _args, { loaders }) => {
      const received = await loaders.hqTransaction.load(row);
      if (!received) return null;
      return received.aggregate_id === null
        ? loaders.salesOrderOfTransaction.load(received.sequence)
        : loaders.salesOrderOfAggregate.load(received.aggregate_id);
    },
  }),
  auditTrail: t.connection(
    {
      type: Audit,
      nullable: true,
      description: 'What operators did to it, oldest first (operators).',
      resolve: async (row, args, { hq, viewer, loaders }) => {
        mustOperate(viewer, 'reading the audit trail');
        const received = await loaders.hqTransaction.load(row);
        const where: FindOptionsWhere<AuditEntry> = { subject: `transaction:${received?.sequence ?? 0}` };
        return listById(hq, args, (db, page) => entityPage(db, AuditEntry, 'id', where, page));
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
    resolve: async ({ transaction_sequence: sequence }, _args, { loaders }) => {
      const row = sequence === null ? null : await loaders.transaction.load(sequence);
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
      resolve: async (_root, args, { hq, viewer, channels }) => {
        const channel = args.channel ?? (viewer.kind === 'channel' ? viewer.channel : undefined);
        if (channel !== undefined) {
          mustUse(viewer, channel);
          channels.get(channel);
        }
        const statuses = args.statuses?.filter((status): status is TransactionStatus => status !== 'NOT_UPLOADED');
        const filter: TransactionFilter = {
          channel,
          kind: args.kinds?.length ? args.kinds : undefined,
          status: args.statuses?.length ? statuses : undefined,
          customer_uuid: args.customerUuid ?? undefined,
          business_date: args.businessDate ?? undefined,
        };
        const connection = await keysetConnection<number, HqTransaction>(
          { args, keyFrom: numberKey, descending: true },
          ({ sequence }) => sequence,
          (page) => hq.read((db) => transactionPage(db, filter, page)),
        );
        return {
          ...connection,
          edges: connection.edges.map((edge) => edge && { ...edge, node: fromHeadquarters(edge.node) }),
        };
      },
    },
    TransactionConnection,
  ),
);

const one = (id: { id: string }) => {
  const [channel = '', uuid = ''] = id.id.split('/');
  return { channel, uuid };
};

/** Does something to one transaction as headquarters has it, and tells live conversion that it may be due. */
async function act(
  context: Context,
  id: { id: string },
  what: string,
  action: (tx: EntityManager, sequence: number, who: { actor: string; at: string }) => Promise<HqTransaction>,
) {
  const { viewer, hq, now, notice } = context;
  mustOperate(viewer, what);
  const transaction = await hq.write(async (tx) => {
    const [found] = await transactionsWhere(tx, one(id));
    if (!found) throw new NotFound('transaction');
    return action(tx, found.sequence, { actor: viewer.name, at: now() });
  });
  if (transaction.status === 'NONE') notice(transaction.channel);
  return fromHeadquarters(transaction);
}

const TransactionInput = builder.inputType('TransactionInput', {
  description: 'Which transaction.',
  fields: (t) => ({ id: t.globalID({ for: [RetailTransaction], required: true, description: 'Its global ID.' }) }),
});

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

builder.mutationFields((t) => ({
  beginEditingTransaction: t.field({
    type: RetailTransaction,
    description:
      'Takes a transaction out of the jobs while somebody corrects it (operators): its status is EDITING. Nothing must have been made of it yet.',
    errors: { types: [NotFound, WrongState] },
    args: { input: t.arg({ type: TransactionInput, required: true, description: 'Which one.' }) },
    resolve: (_root, { input }, context) => act(context, input.id, 'editing transactions', beginEditing),
  }),
  releaseTransaction: t.field({
    type: RetailTransaction,
    description: 'Gives a transaction that is being edited back to the jobs as it was (operators).',
    errors: { types: [NotFound, WrongState] },
    args: { input: t.arg({ type: TransactionInput, required: true, description: 'Which one.' }) },
    resolve: (_root, { input }, context) => act(context, input.id, 'editing transactions', releaseEditing),
  }),
  editTransaction: t.field({
    type: RetailTransaction,
    description:
      'Corrects a transaction (operators). As changed it must keep every rule; it is due again then. Each changed field is kept in the audit trail.',
    errors: { types: [InvalidInput, NotFound, WrongState] },
    args: { input: t.arg({ type: EditInput, required: true, description: 'The correction.' }) },
    resolve: (_root, { input: { id, hold, ...change } }, context) =>
      act(context, id, 'editing transactions', (tx, sequence, who) =>
        editTransaction(tx, sequence, change, hold ?? false, who),
      ),
  }),
  voidTransaction: t.field({
    type: RetailTransaction,
    description: 'Marks a transaction so that nothing is ever made of it (operators).',
    errors: { types: [InvalidInput, NotFound, WrongState] },
    args: { input: t.arg({ type: VoidInput, required: true, description: 'Which one, and why.' }) },
    resolve: (_root, { input: { id, reason } }, context) => {
      const said = reason.trim();
      const wrong = plainText(200).min(1, 'must not be empty').safeParse(said).error;
      if (wrong) throw new InvalidInput(['reason'], wrong.issues[0]!.message);
      return act(context, id, 'voiding transactions', (tx, sequence, who) => voidTransaction(tx, sequence, said, who));
    },
  }),
  retryTransaction: t.field({
    type: RetailTransaction,
    description: 'Lets a failed transaction be tried again, as if for the first time (operators).',
    errors: { types: [NotFound, WrongState] },
    args: { input: t.arg({ type: TransactionInput, required: true, description: 'Which one.' }) },
    resolve: (_root, { input }, context) => act(context, input.id, 'retrying transactions', retryTransaction),
  }),
  retryFailedTransactions: t.field({
    type: Retried,
    description: 'Lets all failed transactions, or those of a channel, be tried again (operators).',
    errors: { types: [ChannelNotFound] },
    args: { input: t.arg({ type: RetryAllInput, required: true, description: 'Which ones.' }) },
    resolve: async (_root, { input }, context) => {
      const { viewer, hq, now, notice } = context;
      mustOperate(viewer, 'retrying transactions');
      const [channel = null] = namedChannels(context, input.channel ? [input.channel] : null) ?? [];
      const who = { actor: viewer.name, at: now() };
      const { count, channels } = await hq.write((tx) => retryAllTransactions(tx, channel, who));
      for (const code of channels) notice(code);
      return { count };
    },
  }),
}));
