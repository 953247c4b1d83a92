import { brandWithType, type OutputType, type SchemaTypes } from '@pothos/core';
import type { EntityManager } from 'typeorm';
import type { RetailTransaction as Received } from '../../data/hq/transaction.ts';
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
import { atMost } from '../arguments.ts';
import { builder } from '../builder.ts';
import { Tender } from '../till/shift.ts';
import { type OperatorMutation, operatorAction, retryFailed, type Types, type Who } from '../vocabulary.ts';
import { type By, receivedBy, TransactionBy } from './by.ts';
import { fromHeadquarters } from './loaders.ts';
import { Order, Sale, typeOf } from './transaction.ts';

/*
 * How operators correct orders and sales that cannot continue.
 */

const which = (t: PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>) =>
  t.field({ type: TransactionBy, required: true, description: 'The order or sale, which headquarters has received.' });

const TransactionInput = builder.inputType('TransactionInput', {
  description: 'An order or a sale at headquarters.',
  fields: (t) => ({ transaction: which(t) }),
});

const VoidInput = builder.inputType('VoidTransactionInput', {
  description: 'The transaction to void, and the reason.',
  fields: (t) => ({
    transaction: which(t),
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
  description: 'Changes to a payment. An unused line number adds a payment.',
  fields: (t) => ({
    line: t.int({ required: true, description: 'The line number.' }),
    tender: t.field({ type: Tender, description: 'The means of payment. Default for a new payment: CASH.' }),
    amount: t.field({ type: 'Decimal', description: 'The amount; negative if paid back.' }),
  }),
});

const EditInput = builder.inputType('EditTransactionInput', {
  description: 'Corrections to an order or a sale. Omitted fields keep their values; totals are recalculated.',
  fields: (t) => ({
    transaction: which(t),
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
        'Whether to put the resulting sales order on hold until it is released with `releaseSalesOrder`. For orders only. Default: false.',
    }),
  }),
});

/** A mutation of one transaction at headquarters. Live conversion is notified afterward, because the transaction may be due. */
const correction = <Input extends { transaction: By }>(
  name: string,
  {
    run,
    check,
    ...options
  }: Omit<OperatorMutation<typeof Order, Input>, 'type'> & {
    /** Throws if the input alone is invalid. */
    check?: (input: Input) => void;
    run: (tx: EntityManager, sequence: number, who: Who, input: Input) => Promise<Received>;
  },
) =>
  operatorAction(name, {
    ...options,
    type: Order,
    orType: Sale,
    run: async (input, who, { hq, notice }) => {
      check?.(input);
      const transaction = await hq.write(async (tx) => {
        const { sequence } = await receivedBy(tx, input.transaction);
        return run(tx, sequence, who, input);
      });
      if (transaction.status === 'NONE') notice(transaction.channel);
      const row = fromHeadquarters(transaction);
      brandWithType(row, typeOf(row) as OutputType<SchemaTypes>);
      return row;
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
  run: (tx, sequence, who, { transaction: _, hold, ...change }) =>
    editTransaction(tx, sequence, change, hold ?? false, who),
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
