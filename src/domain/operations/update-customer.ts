import { changeCustomers } from '../../data/hq/customer.ts';
import { receiveOperations } from '../../data/hq/operation.ts';
import { issuesOf, textOf } from '../rules.ts';
import type { Kind } from './kind.ts';

export const updateCustomer: Kind = {
  name: 'UPDATE_CUSTOMER',
  description: 'A customer was changed.',
  receive: receiveOperations,
  check: ({ payload, received_at: receivedAt }) => textOf(issuesOf(payload, receivedAt, null)),
  apply: changeCustomers,
};
