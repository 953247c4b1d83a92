import type { TransactionStatus } from '../data/hq/transaction.ts';
import type { TransactionKind } from '../data/transaction-facts.ts';

/*
 * The statuses of orders and sales as people know them. What headquarters stores is shared by both, so that one statement moves either; here is
 * what it means for each.
 */

const shared = {
  NONE: 'RECEIVED',
  WAITING: 'WAITING',
  FAILED: 'FAILED',
  EDITING: 'EDITING',
  VOIDED: 'VOIDED',
} as const;

/** The status of an order by what headquarters stores. */
const ofOrders = { ...shared, SUCCEEDED: 'SYNCHRONIZED', CANCELED: 'CANCELED' } as const;
/** The status of a sale by what headquarters stores. */
const ofSales = { ...shared, SUCCEEDED: 'VALIDATED', POSTED: 'POSTED' } as const;

/** PENDING: headquarters does not have it, or does not answer. */
export type OrderStatus = 'PENDING' | (typeof ofOrders)[keyof typeof ofOrders];
export type SaleStatus = 'PENDING' | (typeof ofSales)[keyof typeof ofSales];

export const isSale = ({ kind }: { kind: TransactionKind }): boolean => kind === 'CASH_AND_CARRY';

export const orderStatusOf = (stored: TransactionStatus): OrderStatus => ofOrders[stored as keyof typeof ofOrders];
export const saleStatusOf = (stored: TransactionStatus): SaleStatus => ofSales[stored as keyof typeof ofSales];

/** The status of a transaction that headquarters has received. */
export type ReceivedStatus = Exclude<OrderStatus | SaleStatus, 'PENDING'>;

export const statusOf = (received: { kind: TransactionKind; status: TransactionStatus }): ReceivedStatus =>
  (isSale(received) ? saleStatusOf(received.status) : orderStatusOf(received.status)) as ReceivedStatus;

const stored = new Map<string, string>(
  [...Object.entries(ofOrders), ...Object.entries(ofSales)].map(([from, to]) => [to, from]),
);

/** What headquarters stores for a status; undefined for PENDING. */
export const storedAs = (status: OrderStatus | SaleStatus) => stored.get(status) as TransactionStatus | undefined;
