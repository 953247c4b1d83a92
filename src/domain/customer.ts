import { createHash, randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import {
  changeCustomer,
  insertAddresses,
  insertCustomers,
  lockCustomer,
  storedCustomers,
} from '../data/channel/customer.ts';
import { appendOperations, lockLog, takeCounters } from '../data/channel/operation.ts';
import { addressesOf, customersByUuid } from '../data/customer-page.ts';
import type { AddressPurpose, AddressRow, CustomerBody, CustomerType } from '../data/customer-rows.ts';
import { CustomerExists, CustomerNotFound, type DomainError, InvalidInput } from '../errors.ts';
import { changesBetween, type Issue, issuesOf, MOST_ADDRESSES, searchKeys, uuidRule } from './rules.ts';

export interface AddressInput {
  id?: string | null;
  purpose?: AddressPurpose | null;
  name?: string | null;
  street?: string | null;
  street2?: string | null;
  city?: string | null;
  state?: string | null;
  postalCode?: string | null;
  country: string;
}

export interface CustomerInput {
  id?: string | null;
  type?: CustomerType | null;
  name?: { title?: string | null; first?: string | null; middle?: string | null; last?: string | null } | null;
  organizationName?: string | null;
  email?: string | null;
  phone?: string | null;
  language?: string | null;
  currency?: string | null;
  birthDate?: string | null;
  addresses?: readonly AddressInput[] | null;
}

/** A customer ready to be stored: checked, with its UUID and those of its addresses. */
export interface PreparedCustomer {
  uuid: string;
  channel: string;
  body: CustomerBody;
  addresses: AddressRow[];
  /** Tells whether a repeat with the same UUID says the same. */
  bodyHash: string;
  at: string;
}

/** Checks the input. Throws InvalidInput, which names the field; nothing is stored. */
export function prepareCustomer(channel: string, input: CustomerInput, at: string): PreparedCustomer {
  const uuid = uuidFrom(input.id, ['id']);
  const body = bodyFrom(input);
  const addresses = (input.addresses ?? []).map((address, index) =>
    addressFrom(address, index, body, ['addresses', index, 'id']),
  );
  throwFirst(issuesOf({ customer: { ...body, ...searchKeys(body) }, addresses }, at));
  if (new Set(addresses.map((address) => address.uuid)).size < addresses.length) {
    throw new InvalidInput(['addresses'], 'two addresses have the same id');
  }
  const said = {
    body,
    addresses: addresses.map((address, index) => ({ ...address, uuid: input.addresses![index]!.id ?? null })),
  };
  const bodyHash = createHash('sha256').update(JSON.stringify(said)).digest('base64url');
  return { uuid, channel, body, addresses, bodyHash, at };
}

/**
 * Creates customers in their channel, asynchronously: each has its permanent UUID at once, and its account ID follows (jobs/).
 * The UUID is the idempotency key: the same one with the same data answers the stored customer, with other data CustomerExists.
 * One transaction on the channel database, in five statements for any number of customers; headquarters may be down.
 */
export async function createCustomers(
  tx: EntityManager,
  customers: PreparedCustomer[],
): Promise<(DomainError | { uuid: string; created: boolean })[]> {
  // Most batches hold no repeat, so the lock comes first: it keeps two writers of one UUID apart on PostgreSQL.
  const first = await lockLog(tx);
  const known = new Map(
    (
      await storedCustomers(
        tx,
        customers.map(({ uuid }) => uuid),
      )
    ).map(({ uuid, channel, body_hash: bodyHash }) => [uuid, { channel, bodyHash }]),
  );
  const added: PreparedCustomer[] = [];
  const results = customers.map((customer) => {
    const stored = known.get(customer.uuid);
    if (!stored) {
      known.set(customer.uuid, customer);
      added.push(customer);
      return { uuid: customer.uuid, created: true };
    }
    const same = stored.channel === customer.channel && stored.bodyHash === customer.bodyHash;
    return same ? { uuid: customer.uuid, created: false } : new CustomerExists(customer.uuid);
  });
  if (added.length === 0) return results;

  await takeCounters(tx, added.length);
  await insertCustomers(
    tx,
    added.map(({ uuid, channel, body, bodyHash, at }, index) => ({
      uuid,
      channel,
      body_hash: bodyHash,
      ...body,
      ...searchKeys(body),
      counter: first + index,
      created_at: at,
      updated_at: at,
    })),
  );
  const addresses = added.flatMap(({ uuid, addresses }) =>
    addresses.map((address) => ({ customer_uuid: uuid, ...address })),
  );
  if (addresses.length > 0) await insertAddresses(tx, addresses);
  await appendOperations(
    tx,
    added.map(({ uuid, channel, body, addresses, at }, index) => ({
      counter: first + index,
      id: uuid,
      channel,
      customer_uuid: uuid,
      kind: 'CREATE_CUSTOMER' as const,
      payload: { customer: { ...body, ...searchKeys(body) }, addresses },
      created_at: at,
    })),
  );
  return results;
}

/**
 * Changes a customer of this channel, pending or not; what is left out stays. The change is a new row of the log, never an edit of an old
 * one, and says only what it changes, so that it undoes nothing that headquarters corrected. One that changes nothing is no operation.
 */
export async function updateCustomer(
  tx: EntityManager,
  {
    channel,
    uuid,
    change,
    at,
  }: { channel: string; uuid: string; change: Omit<CustomerInput, 'id' | 'type' | 'addresses'>; at: string },
): Promise<void> {
  const counter = await lockLog(tx);
  await ownCustomer(tx, channel, uuid);
  const [row] = await customersByUuid(tx, [uuid]);
  const before = bodyOf(row!);
  const name = change.name === null ? { title: null, first: null, middle: null, last: null } : (change.name ?? {});
  const body: CustomerBody = {
    ...before,
    ...given({ title: name.title, first_name: name.first, middle_name: name.middle, last_name: name.last }),
    ...given({
      organization_name: change.organizationName,
      email: change.email,
      phone: change.phone,
      language: change.language,
      currency: change.currency,
      birth_date: change.birthDate,
    }),
  };
  throwFirst(issuesOf({ customer: body }, at));
  const customer = changesBetween(before, body);
  if (Object.keys(customer).length === 0) return;
  await takeCounters(tx, 1);
  await changeCustomer(tx, uuid, { ...customer, counter, updated_at: at });
  await appendOperations(tx, [
    {
      counter,
      id: randomUUID(),
      channel,
      customer_uuid: uuid,
      kind: 'UPDATE_CUSTOMER',
      payload: { customer },
      created_at: at,
    },
  ]);
}

/** Adds an address to a customer of this channel, pending or not. The address's UUID is the idempotency key. */
export async function addAddress(
  tx: EntityManager,
  { channel, uuid, address, at }: { channel: string; uuid: string; address: AddressInput; at: string },
): Promise<void> {
  const first = await lockLog(tx);
  await ownCustomer(tx, channel, uuid);
  const [row] = await customersByUuid(tx, [uuid]);
  const addresses = (await addressesOf(tx, [uuid])).get(uuid) ?? [];
  const added = addressFrom(address, addresses.length, bodyOf(row!), ['address', 'id']);
  throwFirst(
    issuesOf({ addresses: [added] }, at).map(({ path, rule }) => ({ path: ['address', ...path.slice(2)], rule })),
  );
  const known = addresses.find((other) => other.uuid === added.uuid);
  if (known) {
    if (JSON.stringify({ ...known, position: 0 }) === JSON.stringify({ ...added, position: 0 })) return;
    throw new InvalidInput(['address', 'id'], 'this UUID belongs to another address of the customer');
  }
  if (addresses.length >= MOST_ADDRESSES)
    throw new InvalidInput(['address'], `a customer has at most ${MOST_ADDRESSES} addresses`);
  await takeCounters(tx, 1);
  await changeCustomer(tx, uuid, { counter: first, updated_at: at });
  await insertAddresses(tx, [{ customer_uuid: uuid, ...added }]);
  await appendOperations(tx, [
    {
      counter: first,
      id: added.uuid,
      channel,
      customer_uuid: uuid,
      kind: 'ADD_ADDRESS',
      payload: { addresses: [added] },
      created_at: at,
    },
  ]);
}

async function ownCustomer(tx: EntityManager, channel: string, uuid: string): Promise<void> {
  const customer = await lockCustomer(tx, uuid);
  if (customer?.channel !== channel) throw new CustomerNotFound();
}

export const bodyOf = ({
  type,
  title,
  first_name,
  middle_name,
  last_name,
  organization_name,
  ...row
}: CustomerBody): CustomerBody => ({
  type,
  title,
  first_name,
  middle_name,
  last_name,
  organization_name,
  email: row.email,
  phone: row.phone,
  language: row.language,
  currency: row.currency,
  birth_date: row.birth_date,
});

const bodyFrom = (input: CustomerInput): CustomerBody => ({
  type: input.type ?? 'PERSON',
  title: trimmed(input.name?.title),
  first_name: trimmed(input.name?.first),
  middle_name: trimmed(input.name?.middle),
  last_name: trimmed(input.name?.last),
  organization_name: trimmed(input.organizationName),
  email: trimmed(input.email),
  phone: trimmed(input.phone),
  language: trimmed(input.language),
  currency: trimmed(input.currency),
  birth_date: trimmed(input.birthDate),
});

/** A person's address is a home, an organization's a place of business, unless the purpose is given. */
const addressFrom = (
  address: AddressInput,
  position: number,
  owner: CustomerBody,
  idPath: (string | number)[],
): AddressRow => ({
  uuid: uuidFrom(address.id, idPath),
  position,
  purpose: address.purpose ?? (owner.type === 'PERSON' ? 'HOME' : 'BUSINESS'),
  name: trimmed(address.name),
  street: trimmed(address.street),
  street2: trimmed(address.street2),
  city: trimmed(address.city),
  state: trimmed(address.state),
  postal_code: trimmed(address.postalCode),
  country: address.country.trim(),
});

/** Empty text is no text. */
export const trimmed = (value: string | null | undefined): string | null => value?.trim() || null;

/** What was given, null included; what was left out is left out. */
const given = (change: Record<string, string | null | undefined>): Partial<CustomerBody> =>
  Object.fromEntries(
    Object.entries(change)
      .filter(([, value]) => value !== undefined)
      .map(([column, value]) => [column, trimmed(value)]),
  );

export function uuidFrom(value: string | null | undefined, path: (string | number)[]): string {
  if (value === null || value === undefined) return randomUUID();
  const uuid = value.toLowerCase();
  if (!uuidRule.safeParse(uuid).success) throw new InvalidInput(path, 'must be a UUID');
  return uuid;
}

const inputPath: Record<string, string[]> = {
  title: ['name', 'title'],
  first_name: ['name', 'first'],
  middle_name: ['name', 'middle'],
  last_name: ['name', 'last'],
  organization_name: ['organizationName'],
  birth_date: ['birthDate'],
  postal_code: ['postalCode'],
  uuid: ['id'],
};

/** The failure a client sees names its own fields, not our columns. */
export function throwFirst(issues: Issue[]): void {
  const [issue] = issues;
  if (issue)
    throw new InvalidInput(
      issue.path.flatMap((part) => inputPath[part] ?? [part]),
      issue.rule,
    );
}
