import type { EntityManager } from 'typeorm';
import type { TransactionRow } from '../../data/channel/transaction.ts';
import {
  type RetailTransaction as Received,
  type TransactionStatus,
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
import { violationsIn } from '../../domain/violations.ts';
import { InvalidInput, mustBeValid, NotFound, WrongState } from '../../errors.ts';
import { atMost, requiredId } from '../arguments.ts';
import { auditTrail } from '../audit/audit.ts';
import { builder } from '../builder.ts';
import { channelOf } from '../channel/channel.ts';
import type { Context } from '../context.ts';
import { ProcessingError } from '../failures.ts';
import { ofChannel } from '../scopes.ts';
import { Tender } from '../till/shift.ts';
import {
  enumOf,
  idInput,
  type OperatorMutation,
  operatorAction,
  retryFailed,
  type Types,
  type Who,
} from '../vocabulary.ts';
import { bySequence, fromHeadquarters, received } from './loaders.ts';
import { SalesOrder, salesOrderOfAggregate, salesOrderOfTransaction } from './sales-order.ts';
import { RetailTransaction, receivedPage, TransactionConnection, TransactionKind } from './transaction.ts';

/*
 * What headquarters knows about a transaction, and how operators correct one that cannot continue.
 */

const Status = enumOf<TransactionStatus | 'NOT_UPLOADED'>(
  'TransactionStatus',
  'The status of an order or a sale at headquarters.',
  {
    NOT_UPLOADED: 'It has not reached headquarters, or headquarters does not answer.',
    NONE: 'Received but not processed yet. The next Synchronize orders (for an order) or validation (for a sale) processes it.',
    WAITING: 'Waiting for its customer or address to reach headquarters. Uses no retries and continues automatically.',
    FAILED:
      'Set aside; `error` gives the reason. It is retried automatically if `nextTryAt` is set, and needs a person otherwise.',
    EDITING: 'An operator is correcting it. Jobs skip it.',
    SUCCEEDED: 'An order has its sales order; a sale has passed validation.',
    POSTED: 'A sale is part of a posted statement.',
    VOIDED: 'An operator voided it, so it is never processed.',
    CANCELED: 'Its channel canceled it.',
  },
);

const ValidationError = builder.objectRef<{ rule: string; message: string }>('ValidationError').implement({
  description: 'A rule that a sale breaks.',
  fields: (t) => ({
    rule: t.exposeString('rule', { description: 'The name of the rule.' }),
    message: t.exposeString('message', { description: 'How the sale breaks the rule.' }),
  }),
});

/** Resolves to a column of a transaction at headquarters, or to `otherwise` if headquarters does not have the transaction. */
const atHeadquarters =
  <Name extends keyof Received, Otherwise>(name: Name, otherwise: Otherwise) =>
  async (row: TransactionRow, _args: object, context: Context) =>
    (await received(context).load(row))?.[name] ?? otherwise;

const known = (
  t: PothosSchemaTypes.ObjectFieldBuilder<Types, TransactionRow>,
  type: 'String' | 'DateTime',
  name: 'errorCode' | 'error' | 'nextTryAt' | 'receivedAt' | 'modifiedAt',
  description: string,
) => t.field({ type, nullable: true, description, resolve: atHeadquarters(name, null) });

builder.objectFields(RetailTransaction, (t) => ({
  status: t.field({
    type: Status,
    description: 'The status at headquarters.',
    resolve: atHeadquarters('status', 'NOT_UPLOADED'),
  }),
  error: t.field({
    type: ProcessingError,
    nullable: true,
    description: 'Why it is waiting or failed.',
    resolve: async (row, _args, context) => {
      const found = await received(context).load(row);
      return found?.errorCode ? found : null;
    },
  }),
  validationErrors: t.field({
    type: [ValidationError],
    ...atMost(validationRules.length),
    description: 'The rules that a sale breaks. Empty if it breaks none or has not been validated.',
    resolve: atHeadquarters('validationErrors', []),
  }),
  tryCount: t.int({
    description: 'The number of temporary failures. Waiting does not count.',
    resolve: atHeadquarters('tryCount', 0),
  }),
  nextTryAt: known(t, 'DateTime', 'nextTryAt', 'When it is retried automatically. Null if it is not.'),
  corrected: t.boolean({
    description: 'Whether an operator corrected what the channel sent.',
    resolve: atHeadquarters('corrected', false),
  }),
  receivedAt: known(t, 'DateTime', 'receivedAt', 'When headquarters received it. Null until then.'),
  modifiedAt: known(t, 'DateTime', 'modifiedAt', 'When its status at headquarters last changed.'),
  salesOrder: t.field({
    type: SalesOrder,
    nullable: true,
    description:
      'The sales order created from it. A statement creates one sales order from several sales. Null until it is created.',
    resolve: async (row, _args, context) => {
      const found = await received(context).load(row);
      if (!found) return null;
      return found.aggregateId === null
        ? salesOrderOfTransaction(context).load(found.sequence)
        : salesOrderOfAggregate(context).load(found.aggregateId);
    },
  }),
  auditTrail: auditTrail(t, 'transaction', ({ channel, uuid }) => `RetailTransaction:${channel}/${uuid}`),
}));

builder.objectField(SalesOrder, 'transaction', (t) =>
  t.field({
    type: RetailTransaction,
    nullable: true,
    description: 'The order that it was created from. Null if a statement created it from sales.',
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
        'The orders and sales that headquarters received, newest first. `statuses: [FAILED]` lists those that were set aside.',
      args: {
        channel: t.arg.string({ description: 'Only transactions of this channel.' }),
        kinds: t.arg({ type: [TransactionKind], description: 'Only transactions of these kinds.' }),
        statuses: t.arg({ type: [Status], description: 'Only transactions with one of these statuses.' }),
        customerUuid: t.arg({ type: 'UUID', description: 'Only transactions of this customer.' }),
        businessDate: t.arg({ type: 'LocalDate', description: 'Only transactions of this business date.' }),
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
        return receivedPage(context, args, filter, 'DESC');
      },
    },
    TransactionConnection,
  ),
);

const TransactionInput = idInput<string>('TransactionInput', RetailTransaction, 'A transaction at headquarters.');

const VoidInput = builder.inputType('VoidTransactionInput', {
  description: 'The transaction to void, and the reason.',
  fields: (t) => ({
    id: t.field(requiredId(RetailTransaction, 'The `id` of the transaction.')),
    reason: t.string({ required: true, description: 'The reason, for the audit trail; at most 200 characters.' }),
  }),
});

const LineChange = builder.inputType('TransactionLineChange', {
  description: 'Changes to a line. An unused line number adds a line.',
  fields: (t) => ({
    line: t.int({ required: true, description: 'The line number.' }),
    sku: t.string({ description: 'The stock keeping unit of the product.' }),
    quantity: t.field({ type: 'Decimal', description: 'The quantity, with at most 3 decimals.' }),
    unitPrice: t.field({ type: 'Decimal', description: 'The price of one unit.' }),
    discount: t.field({ type: 'Decimal', description: 'The discount on the whole line.' }),
    tax: t.field({ type: 'Decimal', description: 'The tax on the whole line.' }),
    voided: t.boolean({ description: 'True voids the line; false restores it.' }),
  }),
});

const PaymentChange = builder.inputType('TransactionPaymentChange', {
  description: 'Changes to a payment. An unused number adds a payment.',
  fields: (t) => ({
    line: t.int({ required: true, description: 'The number of the payment.' }),
    tender: t.field({ type: Tender, description: 'The means of payment. Default for a new payment: CASH.' }),
    amount: t.field({ type: 'Decimal', description: 'The amount; negative if paid back.' }),
  }),
});

const EditInput = builder.inputType('EditTransactionInput', {
  description: 'Corrections to a transaction. Omitted fields keep their values; totals are recalculated.',
  fields: (t) => ({
    id: t.field(requiredId(RetailTransaction, 'The `id` of the transaction.')),
    customerUuid: t.field({ type: 'UUID', description: 'The UUID of the customer.' }),
    deliveryAddressUuid: t.field({ type: 'UUID', description: 'The UUID of the customer’s address to deliver to.' }),
    businessDate: t.field({ type: 'LocalDate', description: 'The day on which it enters the books.' }),
    lines: t.field({ type: [LineChange], description: 'The lines to change or add.', ...atMost(MOST_LINES) }),
    payments: t.field({
      type: [PaymentChange],
      description: 'The payments to change or add.',
      ...atMost(MOST_PAYMENTS),
    }),
    hold: t.boolean({
      description:
        'Whether to put the resulting sales order on hold until releaseSalesOrder. For orders only. Default: false.',
    }),
  }),
});

/** A mutation of one transaction at headquarters. Live conversion is notified afterward, because the transaction may be due. */
const correction = <Input extends { id: string }>(
  name: string,
  {
    run,
    check,
    ...options
  }: Omit<OperatorMutation<typeof RetailTransaction, Input>, 'type'> & {
    /** Throws if the input alone is invalid. */
    check?: (input: Input) => void;
    run: (tx: EntityManager, sequence: number, who: Who, input: Input) => Promise<Received>;
  },
) =>
  operatorAction(name, {
    ...options,
    type: RetailTransaction,
    run: async (input, who, { hq, notice }) => {
      check?.(input);
      const [channel = '', uuid = ''] = input.id.split('/');
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
  inputDescription: 'The transaction to edit.',
  description:
    'Makes jobs skip a transaction while an operator corrects it. Its status becomes EDITING. It must not have a sales order or be part of a statement.',
  may: 'editing transactions',
  failures: [NotFound, WrongState],
  run: beginEditing,
});

correction('releaseTransaction', {
  input: TransactionInput,
  inputDescription: 'The transaction to release.',
  description:
    'Ends editing without a change: the transaction returns to its previous status, and jobs process it again.',
  may: 'editing transactions',
  failures: [NotFound, WrongState],
  run: releaseEditing,
});

correction('editTransaction', {
  input: EditInput,
  inputDescription: 'The transaction and its corrections.',
  description:
    'Corrects a transaction, which is then processed again. The result must follow every rule. The audit trail records each changed field.',
  may: 'editing transactions',
  failures: [InvalidInput, NotFound, WrongState],
  run: (tx, sequence, who, { id: _, hold, ...change }) => editTransaction(tx, sequence, change, hold ?? false, who),
});

correction('voidTransaction', {
  input: VoidInput,
  inputDescription: 'The transaction to void, and the reason.',
  description: 'Voids a transaction, so that it is never processed.',
  may: 'voiding transactions',
  failures: [InvalidInput, NotFound, WrongState],
  check: ({ reason }) =>
    mustBeValid(violationsIn(plainText(200).min(1, 'must not be empty'), reason.trim(), ['reason'])),
  run: (tx, sequence, who, { reason }) => voidTransaction(tx, sequence, reason.trim(), who),
});

correction('retryTransaction', {
  input: TransactionInput,
  inputDescription: 'The transaction to retry.',
  description: 'Retries a failed transaction from scratch.',
  may: 'retrying transactions',
  failures: [NotFound, WrongState],
  run: retryTransaction,
});

retryFailed('Transactions', 'RetriedTransactions', 'transactions', retryAllTransactions);
