import type { Kind } from './kind.ts';
import { updateCustomer } from './update-customer.ts';

/** A change that adds addresses. */
export const addAddress: Kind = { ...updateCustomer, name: 'ADD_ADDRESS', description: 'An address was added.' };
