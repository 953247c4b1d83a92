import type { Kind } from './kind.ts';
import { updateCustomer } from './update-customer.ts';

/*
 * Changes of addresses, which an operation contains as they are after it: those that the customer has are replaced.
 */

export const addAddress: Kind = { ...updateCustomer, name: 'ADD_ADDRESS', description: 'An address was added.' };

export const updateAddress: Kind = {
  ...updateCustomer,
  name: 'UPDATE_ADDRESS',
  description: 'An address was changed.',
};

export const deactivateAddress: Kind = {
  ...updateCustomer,
  name: 'DEACTIVATE_ADDRESS',
  description: 'An address was deactivated.',
};
