import { changeCustomers } from '../../data/hq/customer.bulk.ts';
import { receiveOperations } from '../../data/hq/operation.bulk.ts';
import { textOf } from '../issue.ts';
import { issuesOf } from '../rules.ts';
import type { Kind } from './kind.ts';

export const updateCustomer: Kind = {
  name: 'UPDATE_CUSTOMER',
  description: 'A customer was changed.',
  receive: receiveOperations,
  check: ({ payload, receivedAt }) => textOf(issuesOf(payload, receivedAt, null)),
  apply: changeCustomers,
};
