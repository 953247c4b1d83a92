import { receiveTransactions } from '../../data/hq/transaction.bulk.ts';
import type { Kind } from './kind.ts';

/** Synchronize orders and Validate transactions check and apply what this receives. */
export const recordTransaction: Kind = { name: 'RECORD_TRANSACTION', receive: receiveTransactions };
