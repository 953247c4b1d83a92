import type { EntityManager } from 'typeorm';
import type { AddressRow, CustomerBody } from '../data/customer-rows.ts';
import { audit, type Change } from '../data/hq/audit.ts';
import { customerBodies } from '../data/hq/customer.ts';
import {
  type CustomerOperationRow,
  correctOperation,
  operationBySequence,
  releaseWaiting,
  retryOperations,
} from '../data/hq/operation.ts';
import { InvalidInput, NotFound, WrongState } from '../errors.ts';
import { kindOf } from './operations/index.ts';
import { issuesOf, searchKeys } from './rules.ts';

/** Lets a failed operation be tried again, and what waited behind it follow. */
export async function retryOne(
  tx: EntityManager,
  sequence: number,
  actor: string,
  at: string,
): Promise<CustomerOperationRow> {
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
  await releaseWaiting(tx, [...new Set(retried.map(({ customer_uuid }) => customer_uuid))]);
  const subject = `channel:${channel ?? '*'}`;
  await audit(tx, { actor, at }, 'retryFailedCustomerOperations', subject, [[null, null, retried.length]]);
  return { count: retried.length, channels: [...new Set(retried.map((row) => row.channel))] };
}

type Values<Row> = Partial<Record<keyof Row, string | null | undefined>>;

/** Which address, and what to change of it. */
export type AddressCorrection = Values<Omit<AddressRow, 'uuid' | 'position'>> & { uuid: string };

/**
 * Replaces values of a failed operation, which must then keep the rules, and lets it be tried again. An operation that changes a customer
 * takes values also of fields that it did not name.
 */
export async function correct(
  tx: EntityManager,
  sequence: number,
  { customer = {}, addresses = [] }: { customer?: Values<CustomerBody>; addresses?: readonly AddressCorrection[] },
  actor: string,
  at: string,
): Promise<CustomerOperationRow> {
  const operation = await failed(tx, sequence);
  const { payload: before } = operation;
  const values = given(customer);
  if (values.length === 0 && addresses.length === 0) throw new InvalidInput([], 'nothing to correct was given');
  if (values.length > 0 && !before.customer) throw new InvalidInput([], 'this operation says nothing but addresses');
  const stored = kindOf(operation)?.creates
    ? undefined
    : ((await customerBodies(tx, [operation.customer_uuid])).get(operation.customer_uuid) ?? null);
  const change = before.customer && { ...before.customer, ...Object.fromEntries(values) };
  // The customer as it will be: nothing overtakes a failed operation.
  const after = { ...stored, ...change } as CustomerBody;
  const known = Array.isArray(before.addresses) ? before.addresses : [];
  const corrected = addresses.map(({ uuid, ...change }, index) => {
    const place = known.findIndex((address) => address?.uuid === uuid);
    if (place === -1) throw new InvalidInput(['addresses', index, 'id'], 'is no address of this operation');
    return { place, values: given(change) };
  });
  const payload = {
    ...before,
    ...(change ? { customer: { ...change, ...searchKeys(after) } } : {}),
    ...(before.addresses
      ? {
          addresses: known.map((address, place) => ({
            ...address,
            ...Object.fromEntries(corrected.filter((one) => one.place === place).flatMap((one) => one.values)),
          })) as AddressRow[],
        }
      : {}),
  };
  const [issue] = issuesOf(payload, operation.received_at, stored);
  if (issue)
    throw new InvalidInput(
      issue.path.map((part) => camel(String(part))),
      issue.rule,
    );
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

/** What was given, trimmed; empty text is no text. */
const given = (values: Record<string, string | null | undefined>): [string, string | null][] =>
  Object.entries(values).flatMap(([column, value]) => (value === undefined ? [] : [[column, value?.trim() || null]]));

function changesOf(at: string, before: object | undefined, after: object | undefined, values: [string, unknown][]) {
  const text = (row: object | undefined, column: string) => {
    const value = (row as Record<string, unknown> | undefined)?.[column];
    return value === null || value === undefined ? null : String(value);
  };
  return values
    .map(([column]): Change => [`${at}${camel(column)}`, text(before, column), text(after, column)])
    .filter(([, was, is]) => was !== is);
}

async function failed(tx: EntityManager, sequence: number): Promise<CustomerOperationRow> {
  const operation = await operationBySequence(tx, sequence);
  if (!operation) throw new NotFound('customer operation');
  if (operation.state !== 'FAILED')
    throw new WrongState(`Only a failed operation can be retried or corrected: it is ${operation.state}.`);
  return operation;
}

async function again(tx: EntityManager, { sequence, customer_uuid }: CustomerOperationRow): Promise<void> {
  await retryOperations(tx, { sequence });
  await releaseWaiting(tx, [customer_uuid]);
}

const subjectOf = (sequence: number) => `customer-operation:${sequence}`;

const camel = (column: string) => column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
