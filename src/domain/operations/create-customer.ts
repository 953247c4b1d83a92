import { storeCustomers } from '../../data/hq/customer.bulk.ts';
import { receiveOperations } from '../../data/hq/operation.bulk.ts';
import { violationsOf } from '../rules.ts';
import { textOf } from '../violations.ts';
import type { Kind } from './kind.ts';

export const createCustomer: Kind = {
  name: 'CREATE_CUSTOMER',
  description: 'A customer was created.',
  receive: receiveOperations,
  creates: true,
  check: ({ payload, receivedAt }) =>
    textOf(violationsOf(payload, receivedAt)) ??
    (payload.customer ? undefined : 'The operation does not contain a customer.'),
  apply: storeCustomers,
};
