import type { Kind } from './kind.ts';
import { updateCustomer } from './update-customer.ts';

/** An edit that brings addresses. */
export const addAddress: Kind = { ...updateCustomer, name: 'ADD_ADDRESS', description: 'An address was added.' };
