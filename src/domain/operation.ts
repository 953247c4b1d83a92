import type { EntityManager } from 'typeorm';
import type { CustomerBody } from '../data/customer-rows.ts';
import { addAuditEntries } from '../data/hq/audit.ts';
import {
  type CustomerOperation,
  correctOperation,
  operationBySequence,
  releaseWaiting,
  retryOperations,
} from '../data/hq/operation.ts';
import { InvalidInput, NotFound, WrongState } from '../errors.ts';
import { issuesOf, searchKeys } from './customer-rules.ts';

/** Lets a failed operation be tried again, and what waited behind it follow. */
export async function retryOne(
  tx: EntityManager,
  sequence: number,
  actor: string,
  at: string,
): Promise<CustomerOperation> {
  const operation = await failed(tx, sequence);
  await again(tx, operation);
  await addAuditEntries(tx, [entry(sequence, 'retryCustomerOperation', actor, at)]);
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
  await addAuditEntries(tx, [
    {
      at,
      actor,
      action: 'retryFailedCustomerOperations',
      subject: `channel:${channel ?? '*'}`,
      field: null,
      oldValue: null,
      newValue: String(retried.length),
    },
  ]);
  return { count: retried.length, channels: [...new Set(retried.map((row) => row.channel))] };
}

/** Replaces values of a failed operation, which must then keep the rules, and lets it be tried again. */
export async function correct(
  tx: EntityManager,
  sequence: number,
  values: Partial<Record<keyof CustomerBody, string | null | undefined>>,
  actor: string,
  at: string,
): Promise<CustomerOperation> {
  const operation = await failed(tx, sequence);
  const before = operation.payload.customer;
  const given = Object.entries(values).filter(([, value]) => value !== undefined) as [
    keyof CustomerBody,
    string | null,
  ][];
  if (!before || given.length === 0) throw new InvalidInput([], 'nothing to correct was given');
  const body = { ...before, ...Object.fromEntries(given.map(([column, value]) => [column, value?.trim() || null])) };
  const payload = { ...operation.payload, customer: { ...body, ...searchKeys(body) } };
  const [issue] = issuesOf(payload);
  if (issue)
    throw new InvalidInput(
      issue.path.map((part) => camel(String(part))),
      issue.rule,
    );
  await correctOperation(tx, sequence, payload);
  await again(tx, operation);
  await addAuditEntries(
    tx,
    given
      .filter(([column]) => before[column] !== body[column])
      .map(([column]) => ({
        ...entry(sequence, 'correctCustomerOperation', actor, at),
        field: camel(column),
        oldValue: before[column],
        newValue: body[column],
      })),
  );
  return (await operationBySequence(tx, sequence))!;
}

async function failed(tx: EntityManager, sequence: number): Promise<CustomerOperation> {
  const operation = await operationBySequence(tx, sequence);
  if (!operation) throw new NotFound('customer operation');
  if (operation.state !== 'FAILED')
    throw new WrongState(`Only a failed operation can be retried or corrected: it is ${operation.state}.`);
  return operation;
}

async function again(tx: EntityManager, { sequence, customer_uuid }: CustomerOperation): Promise<void> {
  await retryOperations(tx, { sequence });
  await releaseWaiting(tx, [customer_uuid]);
}

const entry = (sequence: number, action: string, actor: string, at: string) => ({
  at,
  actor,
  action,
  subject: `customer-operation:${sequence}`,
  field: null as string | null,
  oldValue: null as string | null,
  newValue: null as string | null,
});

const camel = (column: string) => column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
