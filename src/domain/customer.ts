import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { addAddresses, insertCustomers, replaceAddresses, storedCustomers } from '../data/channel/customer.bulk.ts';
import { changeCustomer, lockCustomer } from '../data/channel/customer.ts';
import { appendOperations } from '../data/channel/operation.bulk.ts';
import { lockLog, returnCounters, takeCounters } from '../data/channel/operation.ts';
import { addressesOf } from '../data/customer-addresses.ts';
import type { AddressFacts, CustomerFacts } from '../data/customer-facts.ts';
import { storeWords } from '../data/customer-search.ts';
import { customersByUuid } from '../data/customers.ts';
import { inherited } from '../data/hq/settings.bulk.ts';
import {
  CustomerNotFound,
  type DomainError,
  InvalidInput,
  mustBeValid,
  UuidConflict,
  type Violation,
} from '../errors.ts';
import { bodyHash } from './body-hash.ts';
import { addressFacts, changesBetween, customerFacts, MOST_ADDRESSES, violationsOf } from './rules.ts';
import { indexWords, searchWords } from './search.ts';

/** Values as clients send them. Omitted fields keep their values or get defaults; null means no value. */
export type Given<Facts> = { [Name in keyof Facts]?: Facts[Name] | null | undefined };

/** The columns of a person's name, mapped to the fields of the one object that clients send and read. */
export const nameParts = { title: 'title', firstName: 'first', middleName: 'middle', lastName: 'last' } as const;
type NamePart = (typeof nameParts)[keyof typeof nameParts];

interface AddressInput extends Given<Omit<AddressFacts, 'uuid' | 'position'>> {
  uuid?: string | null;
  country: string;
}

export interface CustomerInput extends Given<Omit<CustomerFacts, keyof typeof nameParts>> {
  uuid?: string | null;
  name?: { [Part in NamePart]?: string | null } | null;
  addresses?: readonly AddressInput[] | null;
}

/** A checked customer, ready to be stored, with UUIDs for it and its addresses. */
export interface PreparedCustomer {
  uuid: string;
  channel: string;
  body: CustomerFacts;
  addresses: AddressFacts[];
  /** Tells whether a repeat with the same UUID has the same data. */
  bodyHash: string;
  at: string;
}

/**
 * Checks the input without storing anything. What it omits and the default customer of the channel `supplies` is taken from there. Throws
 * InvalidInput, which names every invalid field.
 */
export function prepareCustomer(
  channel: string,
  input: CustomerInput,
  at: string,
  supplies: Given<Pick<CustomerFacts, (typeof inherited)[number]>> = {},
): PreparedCustomer {
  const uuid = input.uuid ?? randomUUID();
  const body = { ...noFacts, ...given(customerFacts, factsOf(input)) };
  const addresses = (input.addresses ?? []).map((address, index) => addressFrom(address, index, body));
  mustBeValid(violationsOf({ customer: body, addresses }, at).map(atInput));
  const sent = addresses.map((address, index) => ({ ...address, uuid: input.addresses![index]!.uuid }));
  // A repeat is the same customer even if the default customer has changed meanwhile.
  const hash = bodyHash({ body, addresses: sent });
  for (const fact of inherited) if (input[fact] === undefined) body[fact] = supplies[fact] ?? null;
  return { uuid, channel, body, addresses, bodyHash: hash, at };
}

/** Whether a customer with a UUID that is stored already is the stored one, sent again. */
export const isRepeat = (
  stored: { channel: string; bodyHash: string | null },
  { channel, bodyHash }: PreparedCustomer,
): boolean => stored.channel === channel && stored.bodyHash === bodyHash;

/**
 * Creates customers in their channel, asynchronously: each has its permanent UUID immediately and gets its account ID later (jobs/).
 * The UUID is the idempotency key: sending it again returns the stored customer, or UuidConflict if the data differs.
 * One transaction on the channel database, with six statements for any number of customers. Headquarters may be down.
 */
export async function createCustomers(
  tx: EntityManager,
  customers: PreparedCustomer[],
): Promise<(DomainError | { uuid: string; created: boolean })[]> {
  // Most batches contain no repeat, so the lock comes first. It keeps two writers of one UUID apart on PostgreSQL.
  const first = await lockLog(tx, customers.length);
  const known = new Map(
    (
      await storedCustomers(
        tx,
        customers.map(({ uuid }) => uuid),
      )
    ).map(({ uuid, channel, bodyHash }) => [uuid, { channel, bodyHash }]),
  );
  const added: PreparedCustomer[] = [];
  const results = customers.map((customer) => {
    const stored = known.get(customer.uuid);
    if (!stored) {
      known.set(customer.uuid, customer);
      added.push(customer);
      return { uuid: customer.uuid, created: true };
    }
    return isRepeat(stored, customer)
      ? { uuid: customer.uuid, created: false }
      : new UuidConflict(customer.uuid, 'customer');
  });
  const unused = customers.length - added.length;
  if (unused > 0) await returnCounters(tx, unused);
  if (added.length === 0) return results;

  await insertCustomers(
    tx,
    added.map(({ uuid, channel, body, bodyHash, at }, index) => ({
      uuid,
      channel,
      bodyHash,
      ...body,
      counter: first + index,
      createdAt: at,
      updatedAt: at,
    })),
  );
  const addresses = added.flatMap(({ uuid, addresses }) =>
    addresses.map((address) => ({ customerUuid: uuid, ...address })),
  );
  if (addresses.length > 0) await addAddresses(tx, addresses);
  await storeWords(
    tx,
    added.map(({ uuid, body, addresses }) => ({ uuid, words: searchWords(body, addresses) })),
  );
  await appendOperations(
    tx,
    added.map(({ uuid, channel, body, addresses, at }, index) => ({
      counter: first + index,
      id: uuid,
      channel,
      customerUuid: uuid,
      kind: 'CREATE_CUSTOMER' as const,
      payload: { customer: body, addresses },
      createdAt: at,
    })),
  );
  return results;
}

/**
 * Changes a customer of this channel, pending or not; omitted fields keep their values. The change becomes a new row of the log, with only the
 * fields that changed, so that it undoes no correction by headquarters. If nothing changed, no row is written.
 */
export async function updateCustomer(
  tx: EntityManager,
  {
    channel,
    uuid,
    change,
    at,
  }: { channel: string; uuid: string; change: Omit<CustomerInput, 'uuid' | 'type' | 'addresses'>; at: string },
): Promise<void> {
  const counter = await lockLog(tx);
  await ownCustomer(tx, channel, uuid);
  const [row] = await customersByUuid(tx, [uuid]);
  const before = bodyOf(row!);
  const body = { ...before, ...given(customerFacts, factsOf(change)) };
  mustBeValid(violationsOf({ customer: body }, at).map(atInput));
  const customer = changesBetween(before, body);
  if (Object.keys(customer).length === 0) return;
  await takeCounters(tx, 1);
  await changeCustomer(tx, uuid, { ...customer, counter, updatedAt: at });
  await indexWords(tx, [uuid]);
  await appendOperations(tx, [
    {
      counter,
      id: randomUUID(),
      channel,
      customerUuid: uuid,
      kind: 'UPDATE_CUSTOMER',
      payload: { customer },
      createdAt: at,
    },
  ]);
}

/** Adds an address to a customer of this channel, pending or not. The address's UUID is the idempotency key. */
export const addAddress = (
  tx: EntityManager,
  { address, ...which }: WhichCustomer & { address: AddressInput },
): Promise<void> =>
  changeAddress(tx, which, 'ADD_ADDRESS', (addresses, owner) => {
    const added = addressFrom(address, (addresses.at(-1)?.position ?? -1) + 1, owner);
    const known = addresses.find((other) => other.uuid === added.uuid);
    if (known) {
      if (addressFacts.every((name) => placing.has(name) || known[name] === added[name])) return undefined;
      throw new InvalidInput(['address', 'uuid'], 'belongs to another address of the customer', 'UNIQUE');
    }
    if (addresses.length >= MOST_ADDRESSES)
      throw new InvalidInput(['address'], `a customer has at most ${MOST_ADDRESSES} addresses`, 'LENGTH');
    return added;
  });

/** Changes an address of a customer of this channel. Omitted fields keep their values; null clears them. */
export const updateAddress = (
  tx: EntityManager,
  { address: { uuid, ...change }, ...which }: WhichCustomer & { address: Given<AddressFacts> & { uuid: string } },
): Promise<void> =>
  changeAddress(tx, which, 'UPDATE_ADDRESS', (addresses) => {
    const path = ['address', 'uuid'];
    const known = among(addresses, uuid, path);
    if (known.deactivatedAt !== null) throw new InvalidInput(path, 'is a deactivated address');
    const changed = { ...known, ...given<AddressFacts>(addressFacts, change) };
    return addressFacts.every((name) => known[name] === changed[name]) ? undefined : changed;
  });

/** Deactivates an address of a customer of this channel. What refers to it keeps it. Does nothing to one that is deactivated. */
export const deactivateAddress = (
  tx: EntityManager,
  { addressUuid, ...which }: WhichCustomer & { addressUuid: string },
): Promise<void> =>
  changeAddress(tx, which, 'DEACTIVATE_ADDRESS', (addresses) => {
    const known = among(addresses, addressUuid, ['addressUuid']);
    return known.deactivatedAt === null ? { ...known, deactivatedAt: which.at } : undefined;
  });

/** A customer of a channel, and when it is changed. */
interface WhichCustomer {
  channel: string;
  uuid: string;
  at: string;
}

/** What tells when and where an address is in use, and not what it is. */
const placing = new Set<keyof AddressFacts>(['position', 'deactivatedAt']);

/** Stores the address that `change` makes of the customer's addresses, and appends the operation; undefined: there is nothing to do. */
async function changeAddress(
  tx: EntityManager,
  { channel, uuid, at }: WhichCustomer,
  kind: 'ADD_ADDRESS' | 'UPDATE_ADDRESS' | 'DEACTIVATE_ADDRESS',
  change: (addresses: readonly AddressFacts[], owner: CustomerFacts) => AddressFacts | undefined,
): Promise<void> {
  const counter = await lockLog(tx);
  await ownCustomer(tx, channel, uuid);
  const [row] = await customersByUuid(tx, [uuid]);
  const { id, ...owner } = row!;
  const address = change((await addressesOf(tx, [id])).map(factsOfAddress), owner);
  if (!address) return;
  mustBeValid(
    violationsOf({ addresses: [address] }, at).map(({ path, ...rule }) => ({
      ...rule,
      path: ['address', ...path.slice(2)],
    })),
  );
  await takeCounters(tx, 1);
  await changeCustomer(tx, uuid, { counter, updatedAt: at });
  const isNew = kind === 'ADD_ADDRESS';
  await (isNew ? addAddresses : replaceAddresses)(tx, [{ customerUuid: uuid, ...address }]);
  await indexWords(tx, [uuid]);
  const operationId = isNew ? address.uuid : randomUUID();
  const payload = { addresses: [address] };
  await appendOperations(tx, [{ counter, id: operationId, channel, customerUuid: uuid, kind, payload, createdAt: at }]);
}

const factsOfAddress = (row: AddressFacts) =>
  Object.fromEntries(addressFacts.map((name) => [name, row[name]])) as unknown as AddressFacts;

function among(addresses: readonly AddressFacts[], uuid: string, path: string[]): AddressFacts {
  const known = addresses.find((address) => address.uuid === uuid);
  if (!known) throw new InvalidInput(path, 'is not an address of the customer');
  return known;
}

async function ownCustomer(tx: EntityManager, channel: string, uuid: string): Promise<void> {
  const customer = await lockCustomer(tx, uuid);
  if (customer?.channel !== channel) throw new CustomerNotFound();
}

const bodyOf = (row: CustomerFacts) =>
  Object.fromEntries(customerFacts.map((name) => [name, row[name]])) as unknown as CustomerFacts;

/** The defaults of a new customer. */
const noFacts = {
  ...(Object.fromEntries(customerFacts.map((name) => [name, null])) as unknown as CustomerFacts),
  type: 'PERSON' as const,
};

/** The columns in an input. If the name is null, so are all its parts. */
function factsOf({ name, ...facts }: CustomerInput): Given<CustomerFacts> {
  const found: Given<CustomerFacts> = facts;
  for (const [fact, part] of partsOfNames) found[fact] = name === null ? null : name?.[part];
  return found;
}

const partsOfNames = Object.entries(nameParts) as [keyof typeof nameParts, NamePart][];

/** The default purpose is HOME for a person and BUSINESS for an organization. */
const addressFrom = ({ uuid, ...address }: AddressInput, position: number, owner: CustomerFacts): AddressFacts => ({
  ...noAddress,
  purpose: owner.type === 'PERSON' ? 'HOME' : 'BUSINESS',
  ...given<AddressFacts>(addressFacts, address),
  country: address.country.trim(),
  uuid: uuid ?? randomUUID(),
  position,
});

const noAddress = Object.fromEntries(addressFacts.map((name) => [name, null])) as unknown as AddressFacts;

/** The given values, including null, in the order of their rules. Empty text becomes null; a choice that is null counts as omitted. */
export function given<Facts extends object>(
  names: readonly (keyof Facts & string)[],
  values: Given<Facts>,
): Partial<Facts> {
  const found: Record<string, string | null> = {};
  for (const name of names) {
    const value = values[name] as string | null | undefined;
    if (value !== undefined && !(value === null && choices.has(name))) found[name] = trimmed(value);
  }
  return found as Partial<Facts>;
}

const choices = new Set<string>(['type', 'purpose']);

/** Trimmed text; null if it is empty. */
export const trimmed = (value: string | null | undefined): string | null => value?.trim() || null;

/** The input paths of columns that have other names in the input. */
const inputPaths: Record<string, string[]> = {
  ...Object.fromEntries(Object.entries(nameParts).map(([fact, part]) => [fact, ['name', part]])),
};

const atInput = ({ path, ...rule }: Violation): Violation => ({
  ...rule,
  path: path.flatMap((part) => inputPaths[part] ?? [part]),
});
