import type { AddressFacts, CustomerFacts } from './customer-facts.ts';
import type { ShiftFacts, TransactionBody } from './transaction-facts.ts';

/** The payload of a customer operation: the whole customer when it creates one, otherwise only what it changes; and addresses that it adds or replaces. */
export interface OperationPayload {
  customer?: Partial<CustomerFacts>;
  addresses?: AddressFacts[];
  /** Why headquarters did not take the operation; there is nothing else then. */
  setAside?: string;
}

/** The payload of each kind of operation in a channel's log. */
export interface Payloads {
  CREATE_CUSTOMER: OperationPayload;
  UPDATE_CUSTOMER: OperationPayload;
  ADD_ADDRESS: OperationPayload;
  UPDATE_ADDRESS: OperationPayload;
  DEACTIVATE_ADDRESS: OperationPayload;
  /** The operation's id is the transaction's UUID. */
  RECORD_TRANSACTION: TransactionBody;
  CANCEL_ORDER: { transactionUuid: string; canceledAt: string };
  RECORD_SHIFT: ShiftFacts & { uuid: string };
}

export type OperationKind = keyof Payloads;

interface Traits {
  /** It changes a customer, which it must name. */
  ofCustomer: boolean;
  /** Its own table at headquarters keeps one that was set aside; of other kinds, `customer_operation` does, where people see it. */
  keepsSetAside: boolean;
}

/** How the log is packed and received, by kind. What headquarters does with each kind is in domain/operations/. */
const operationKinds: Readonly<Record<OperationKind, Traits>> = {
  CREATE_CUSTOMER: { ofCustomer: true, keepsSetAside: true },
  UPDATE_CUSTOMER: { ofCustomer: true, keepsSetAside: true },
  ADD_ADDRESS: { ofCustomer: true, keepsSetAside: true },
  UPDATE_ADDRESS: { ofCustomer: true, keepsSetAside: true },
  DEACTIVATE_ADDRESS: { ofCustomer: true, keepsSetAside: true },
  RECORD_TRANSACTION: { ofCustomer: false, keepsSetAside: true },
  CANCEL_ORDER: { ofCustomer: false, keepsSetAside: false },
  RECORD_SHIFT: { ofCustomer: false, keepsSetAside: false },
};

/** An operation in a package. `setAside` is the reason why its payload was left out. */
export const packedOperation = {
  counter: 'bigint',
  id: 'text',
  channel: 'text',
  customerUuid: 'text',
  kind: 'text',
  payload: 'json',
  createdAt: 'text',
  setAside: 'text',
} as const;

/** The key under which package counts have operations that were set aside, unless their own kind keeps them. */
export const SET_ASIDE = 'SET_ASIDE';

/** The kinds with a trait; all kinds without one. */
export const kindsWith = (trait?: keyof Traits): string[] =>
  Object.entries(operationKinds).flatMap(([kind, traits]) => (trait === undefined || traits[trait] ? [kind] : []));

/** The same as a list in SQL, for `in`. */
export const kindsIn = (trait?: keyof Traits): string =>
  `(${kindsWith(trait)
    .map((kind) => `'${kind}'`)
    .join(', ')})`;

/** How the log counts an operation of this kind that is set aside. */
export const countedAs = (kind: string): string =>
  operationKinds[kind as OperationKind]?.keepsSetAside ? kind : SET_ASIDE;
