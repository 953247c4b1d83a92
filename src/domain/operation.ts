import type { EntityManager } from 'typeorm';
import type { AddressFacts, CustomerFacts } from '../data/customer-facts.ts';
import { audit, type Change, channelSubject } from '../data/hq/audit.ts';
import { customerBodies } from '../data/hq/customer.bulk.ts';
import { releaseWaiting, retryOperations } from '../data/hq/operation.bulk.ts';
import { type CustomerOperation, correctOperation, operationBySequence } from '../data/hq/operation.ts';
import { atPath, InvalidInput, mustBeValid, NotFound, type Violation, WrongState } from '../errors.ts';
import { type Given, given } from './customer.ts';
import { kindOf } from './operations/index.ts';
import { addressFacts, customerFacts, violationsOf } from './rules.ts';

/** Retries a failed operation, and releases the operations that were waiting for it. */
export async function retryOne(
  tx: EntityManager,
  sequence: number,
  actor: string,
  at: string,
): Promise<CustomerOperation> {
  const operation = await failed(tx, sequence);
  await again(tx, operation);
  await audit(tx, { actor, at }, 'RETRY_CUSTOMER_OPERATION', subjectOf(operation));
  return (await operationBySequence(tx, sequence))!;
}

/** Retries all failed operations of a channel, or of all channels if it is null. */
export async function retryAll(
  tx: EntityManager,
  channel: string | null,
  actor: string,
  at: string,
): Promise<{ count: number; channels: string[] }> {
  const retried = await retryOperations(tx, { channel });
  await releaseWaiting(tx, [...new Set(retried.map(({ customerUuid }) => customerUuid))]);
  await audit(tx, { actor, at }, 'RETRY_FAILED_CUSTOMER_OPERATIONS', channelSubject(channel), [
    [null, null, retried.length],
  ]);
  return { count: retried.length, channels: [...new Set(retried.map((row) => row.channel))] };
}

/** The UUID of an address and its changes. */
type AddressCorrection = Given<Omit<AddressFacts, 'uuid' | 'position'>> & { uuid: string };

/**
 * Replaces values of a failed operation, which must then follow the rules, and retries it. An operation that changes a customer also accepts
 * values for fields that it did not contain.
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
  if (isEmpty && addresses.length === 0) throw new InvalidInput([], 'contains no corrections');
  if (!isEmpty && !before.customer) throw new InvalidInput([], 'this operation contains only addresses');
  const stored = kindOf(operation)?.creates
    ? undefined
    : ((await customerBodies(tx, [operation.customerUuid])).get(operation.customerUuid) ?? null);
  const change = before.customer && { ...before.customer, ...values };
  const known = Array.isArray(before.addresses) ? before.addresses : [];
  const unknown: Violation[] = [];
  const corrected = addresses.map(({ uuid, ...change }, index) => {
    const place = known.findIndex((address) => address?.uuid === uuid);
    if (place === -1)
      unknown.push({ path: ['addresses', index, 'uuid'], message: 'is not an address in this operation' });
    return { place, values: given<AddressFacts>(addressFacts, change) };
  });
  const payload = {
    ...before,
    ...(change && { customer: change }),
    ...(before.addresses && {
      addresses: known.map((address, place) => ({
        ...address,
        ...Object.assign({}, ...corrected.filter((address) => address.place === place).map(({ values }) => values)),
      })),
    }),
  };
  /** The place of the input, or the address itself if the input does not correct it. */
  const atInput = (violation: Violation): Violation => {
    const [list, place, ...field] = violation.path;
    if (list !== 'addresses' || typeof place !== 'number') return violation;
    const index = corrected.findIndex((address) => address.place === place);
    if (index !== -1) return { ...violation, path: [list, index, ...field] };
    const message = `must correct the address ${known[place]?.uuid}: ${atPath(field, violation.message)}`;
    return { ...violation, path: [list], message };
  };
  mustBeValid([...unknown, ...violationsOf(payload, operation.receivedAt, stored).map(atInput)]);
  await correctOperation(tx, sequence, payload);
  await again(tx, operation);
  await audit(tx, { actor, at }, 'CORRECT_CUSTOMER_OPERATION', subjectOf(operation), [
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
    throw new WrongState(`This operation is ${operation.state}. Only a failed operation can be retried or corrected.`);
  return operation;
}

async function again(tx: EntityManager, { sequence, customerUuid }: CustomerOperation): Promise<void> {
  await retryOperations(tx, { sequence });
  await releaseWaiting(tx, [customerUuid]);
}

const subjectOf = ({ sequence, channel }: CustomerOperation) => ({
  type: 'CustomerOperation',
  key: sequence,
  name: `Customer operation ${sequence} of ${channel}`,
});
