import type { TransactionRow } from '../../data/channel/transaction.ts';
import type { RetailTransaction as Received } from '../../data/hq/transaction.ts';
import { validationRules } from '../../data/hq/validation.ts';
import {
  type OrderStatus as OrderStatusName,
  orderStatusOf,
  type SaleStatus as SaleStatusName,
  saleStatusOf,
} from '../../domain/transaction-status.ts';
import { atMost } from '../arguments.ts';
import { auditTrail } from '../audit/audit.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { ProcessingError } from '../failures.ts';
import { enumOf, type Types } from '../vocabulary.ts';
import { bySequence, fromHeadquarters, received } from './loaders.ts';
import { SalesOrder, salesOrderOfAggregate, salesOrderOfTransaction } from './sales-order.ts';
import { Order, RetailTransaction, Sale, typeOf } from './transaction.ts';
import { ValidationError } from './validation.ts';

/*
 * What headquarters knows about orders and sales. A channel that shows its own sees it too, while headquarters answers.
 */

/** The statuses that mean the same wherever they are shown. */
export const meanings = {
  PENDING: 'Recorded in its channel, but not uploaded yet. Also shown while headquarters does not answer.',
  WAITING: 'Waiting for its customer or address to reach headquarters. Uses no retries and continues automatically.',
  FAILED:
    'Set aside; `error` gives the reason. It is retried automatically if `nextTryAt` is set, and needs a person otherwise.',
  EDITING: 'An operator is correcting it. Jobs skip it.',
  VOIDED: 'An operator voided it, so it is never processed.',
  SYNCHRONIZED: 'It has its sales order.',
  VALIDATED: 'It has passed validation, so that a statement can take it.',
  POSTED: 'Its statement is posted.',
};

export const OrderStatus = enumOf<OrderStatusName>('OrderStatus', 'How far an order has come.', {
  PENDING: meanings.PENDING,
  RECEIVED: 'Headquarters has received it. The next run of Synchronize orders processes it.',
  WAITING: meanings.WAITING,
  FAILED: meanings.FAILED,
  EDITING: meanings.EDITING,
  SYNCHRONIZED: meanings.SYNCHRONIZED,
  CANCELED: 'Its channel canceled it.',
  VOIDED: meanings.VOIDED,
});

export const SaleStatus = enumOf<SaleStatusName>('SaleStatus', 'How far a sale has come.', {
  PENDING: meanings.PENDING,
  RECEIVED: 'Headquarters has received it. The next run of Validate store transactions checks it.',
  WAITING: meanings.WAITING,
  FAILED: meanings.FAILED,
  EDITING: meanings.EDITING,
  VALIDATED: meanings.VALIDATED,
  POSTED: meanings.POSTED,
  VOIDED: meanings.VOIDED,
});

/** Resolves to a column of a transaction at headquarters, or to `otherwise` if headquarters does not have the transaction. */
const atHeadquarters =
  <Name extends keyof Received, Otherwise>(name: Name, otherwise: Otherwise) =>
  async (row: TransactionRow, _args: object, context: Context) =>
    (await received(context).load(row))?.[name] ?? otherwise;

const known = (
  t: PothosSchemaTypes.InterfaceFieldBuilder<Types, TransactionRow>,
  name: 'nextTryAt' | 'receivedAt' | 'modifiedAt',
  description: string,
) => t.field({ type: 'DateTime', nullable: true, description, resolve: atHeadquarters(name, null) });

builder.interfaceFields(RetailTransaction, (t) => ({
  error: t.field({
    type: ProcessingError,
    nullable: true,
    description: 'Why it is waiting or failed.',
    resolve: async (row, _args, context) => {
      const found = await received(context).load(row);
      return found?.errorCode ? found : null;
    },
  }),
  tryCount: t.int({
    description: 'The number of temporary failures. Waiting does not count.',
    resolve: atHeadquarters('tryCount', 0),
  }),
  nextTryAt: known(t, 'nextTryAt', 'When it is retried automatically. Null if it is not.'),
  corrected: t.boolean({
    description: 'Whether an operator corrected what the channel sent.',
    resolve: atHeadquarters('corrected', false),
  }),
  receivedAt: known(t, 'receivedAt', 'When headquarters received it. Null until then.'),
  modifiedAt: known(t, 'modifiedAt', 'When its status at headquarters last changed.'),
  salesOrder: t.field({
    type: SalesOrder,
    nullable: true,
    description:
      'The sales order created from it: of its own for an order, and shared with other sales of a statement for a sale. Null until it is created.',
    resolve: async (row, _args, context) => {
      const found = await received(context).load(row);
      if (!found) return null;
      return found.aggregateId === null
        ? salesOrderOfTransaction(context).load(found.sequence)
        : salesOrderOfAggregate(context).load(found.aggregateId);
    },
  }),
  // The helper is typed for objects; interfaces have fields of the same kind.
  auditTrail: auditTrail<TransactionRow>(
    t as never,
    'transaction',
    (row) => `${typeOf(row)}:${row.channel}/${row.uuid}`,
  ),
}));

const aliased = 'In a list of both, select it with an alias, because orders and sales have different statuses.';

builder.objectField(Order, 'status', (t) =>
  t.field({
    type: OrderStatus,
    description: `How far the order has come. ${aliased}`,
    resolve: async (row, _args, context) => {
      if (row.canceledAt !== null) return 'CANCELED';
      const found = await received(context).load(row);
      return found ? orderStatusOf(found.status) : 'PENDING';
    },
  }),
);

builder.objectFields(Sale, (t) => ({
  status: t.field({
    type: SaleStatus,
    description: `How far the sale has come. ${aliased}`,
    resolve: async (row, _args, context) => {
      const found = await received(context).load(row);
      return found ? saleStatusOf(found.status) : 'PENDING';
    },
  }),
  validationErrors: t.field({
    type: [ValidationError],
    ...atMost(validationRules.length),
    description: 'The rules that the sale breaks. Empty if it breaks none or has not been validated.',
    resolve: atHeadquarters('validationErrors', []),
  }),
}));

builder.objectField(SalesOrder, 'order', (t) =>
  t.field({
    type: Order,
    nullable: true,
    description: 'The order that it was created from. Null if a statement created it from sales.',
    resolve: async ({ transactionSequence: sequence }, _args, context) => {
      const row = sequence === null ? null : await bySequence(context).load(sequence);
      return row && fromHeadquarters(row);
    },
  }),
);
