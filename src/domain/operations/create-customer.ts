import { storeCustomers } from '../../data/hq/customer.bulk.ts';
import { receiveOperations } from '../../data/hq/operation.bulk.ts';
import { textOf } from '../issue.ts';
import { issuesOf } from '../rules.ts';
import type { Kind } from './kind.ts';

export const createCustomer: Kind = {
  name: 'CREATE_CUSTOMER',
  description: 'A customer was created.',
  receive: receiveOperations,
  creates: true,
  check: ({ payload, receivedAt }) =>
    textOf(issuesOf(payload, receivedAt)) ??
    (payload.customer ? undefined : 'The operation does not contain a customer.'),
  apply: storeCustomers,
};
