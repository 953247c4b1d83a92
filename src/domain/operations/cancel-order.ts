import { receiveCancellations } from '../../data/hq/transaction.bulk.ts';
import type { Kind } from './kind.ts';

export const cancelOrder: Kind = {
  name: 'CANCEL_ORDER',
  description: 'An order was canceled. It is here only when headquarters could not take it.',
  receive: receiveCancellations,
};
