import { changeCustomers } from '../../data/hq/customer.bulk.ts';
import { receiveOperations } from '../../data/hq/operation.bulk.ts';
import { violationsOf } from '../rules.ts';
import { textOf } from '../violations.ts';
import type { Kind } from './kind.ts';

export const updateCustomer: Kind = {
  name: 'UPDATE_CUSTOMER',
  description: 'A customer was changed.',
  receive: receiveOperations,
  check: ({ payload, receivedAt }) => textOf(violationsOf(payload, receivedAt, null)),
  apply: changeCustomers,
};
