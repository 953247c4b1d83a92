import { receiveCancellations } from '../../data/hq/transaction.bulk.ts';
import type { Kind } from './kind.ts';

export const cancelOrder: Kind = {
  name: 'CANCEL_ORDER',
  description: 'An order was canceled. Listed only if headquarters could not accept the cancellation.',
  receive: receiveCancellations,
};
