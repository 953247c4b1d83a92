import type { EntityManager } from 'typeorm';
import type { AddressFacts, CustomerFacts } from '../data/customer-facts.ts';
import { audit, type Change } from '../data/hq/audit.ts';
import { customerBodies } from '../data/hq/customer.bulk.ts';
import { releaseWaiting, retryOperations } from '../data/hq/operation.bulk.ts';
import { type CustomerOperation, correctOperation, operationBySequence } from '../data/hq/operation.ts';
import { InvalidInput, NotFound, WrongState } from '../errors.ts';
import { type Given, given } from './customer.ts';
import { throwFirst } from './issue.ts';
import { kindOf } from './operations/index.ts';
import { addressFacts, customerFacts, issuesOf, searchKeys } from './rules.ts';

/** Lets a failed operation be tried again, and what waited behind it follow. */
export async function retryOne(
  tx: EntityManager,
  sequence: number,
  actor: string,
  at: string,
): Promise<CustomerOperation> {
  const operation = await failed(tx, sequence);
  await again(tx, operation);
  await audit(tx, { actor, at }, 'retryCustomerOperation', subjectOf(sequence));
  return (await operationBySequence(tx, sequence))!;
}

/** Lets all failed operations (of a channel, or of all: null) be tried again. */
export async function retryAll(
  tx: EntityManager,
  channel: string | null,
  actor: string,
  at: string,
): Promise<{ count: number; channels: string[] }> {
  const retried = await retryOperations(tx, { channel });
  await releaseWaiting(tx, [...new Set(retried.map(({ customerUuid }) => customerUuid))]);
  const subject = `channel:${channel ?? '*'}`;
  await audit(tx, { actor, at }, 'retryFailedCustomerOperations', subject, [[null, null, retried.length]]);
  return { count: retried.length, channels: [...new Set(retried.map((row) => row.channel))] };
}

/** Which address, by its UUID, and what to change of it. */
type AddressCorrection = Given<Omit<AddressFacts, 'uuid' | 'position'>> & { id: string };

/**
 * Replaces values of a failed operation, which must then keep the rules, and lets it be tried again. An operation that changes a customer
 * takes values also of fields that it did not name.
 */
export async function correct(
  tx: EntityManager,
  sequence: number,
  { customer = {}, addresses = [] }: { customer?: Given<CustomerFacts>; addresses?: readonly AddressCorrection[] },
  actor: string,
  at: string,
): Promise<CustomerOperation> {
  const operation = await failed(tx, sequence);
  const { payload: before } = operation;
  const values = given(customerFacts, customer);
  const isEmpty = Object.keys(values).length === 0;
  if (isEmpty && addresses.length === 0) throw new InvalidInput([], 'nothing to correct was given');
  if (!isEmpty && !before.customer) throw new InvalidInput([], 'this operation says nothing but addresses');
  const stored = kindOf(operation)?.creates
    ? undefined
    : ((await customerBodies(tx, [operation.customerUuid])).get(operation.customerUuid) ?? null);
  const change = before.customer && { ...before.customer, ...values };
  // The customer as it will be: nothing overtakes a failed operation.
  const after = { ...stored, ...change } as CustomerFacts;
  const known = Array.isArray(before.addresses) ? before.addresses : [];
  const corrected = addresses.map(({ id, ...change }, index) => {
    const place = known.findIndex((address) => address?.uuid === id);
    if (place === -1) throw new InvalidInput(['addresses', index, 'id'], 'is no address of this operation');
    return { place, values: given<AddressFacts>(addressFacts, change) };
  });
  const payload = {
    ...before,
    ...(change && { customer: { ...change, ...searchKeys(after) } }),
    ...(before.addresses && {
      addresses: known.map((address, place) => ({
        ...address,
        ...Object.assign({}, ...corrected.filter((one) => one.place === place).map((one) => one.values)),
      })),
    }),
  };
  throwFirst(issuesOf(payload, operation.receivedAt, stored));
  await correctOperation(tx, sequence, payload);
  await again(tx, operation);
  await audit(tx, { actor, at }, 'correctCustomerOperation', subjectOf(sequence), [
    ...changesOf('', { ...stored, ...before.customer }, payload.customer, values),
    ...corrected.flatMap(({ place, values }) =>
      changesOf(`addresses.${place}.`, known[place], payload.addresses?.[place], values),
    ),
  ]);
  return (await operationBySequence(tx, sequence))!;
}

function changesOf(at: string, before: object | undefined, after: object | undefined, values: object) {
  const text = (row: object | undefined, field: string) => {
    const value = (row as Record<string, unknown> | undefined)?.[field];
    return value === null || value === undefined ? null : String(value);
  };
  return Object.keys(values)
    .map((field): Change => [`${at}${field}`, text(before, field), text(after, field)])
    .filter(([, was, is]) => was !== is);
}

async function failed(tx: EntityManager, sequence: number): Promise<CustomerOperation> {
  const operation = await operationBySequence(tx, sequence);
  if (!operation) throw new NotFound('customer operation');
  if (operation.state !== 'FAILED')
    throw new WrongState(`Only a failed operation can be retried or corrected: it is ${operation.state}.`);
  return operation;
}

async function again(tx: EntityManager, { sequence, customerUuid }: CustomerOperation): Promise<void> {
  await retryOperations(tx, { sequence });
  await releaseWaiting(tx, [customerUuid]);
}

const subjectOf = (sequence: number) => `customer-operation:${sequence}`;
