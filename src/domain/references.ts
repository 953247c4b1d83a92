import type { EntityManager } from 'typeorm';
import { knownAddresses, knownCustomers } from '../data/hq/customer.bulk.ts';
import { markSynchronizedBy, operationsDueOf, troubleOf } from '../data/hq/operation.bulk.ts';
import type { Setback } from '../data/hq/transaction.bulk.ts';
import type { RetailTransaction } from '../data/hq/transaction.ts';
import { NumberSequenceExhausted } from '../errors.ts';
import { checked, resolveOperations } from './resolve.ts';

/**
 * Synchronizes the customers and addresses that transactions refer to, through the resolver and in the caller's transaction. Returns why some
 * transactions cannot continue, by sequence: WAITING ends automatically, FAILED once a person corrects the customer's operation. Marks each
 * synchronized operation with the first transaction that needed it.
 */
export async function resolveReferences(
  tx: EntityManager,
  transactions: readonly Pick<RetailTransaction, 'sequence' | 'customerUuid' | 'deliveryAddressUuid'>[],
  now: string,
): Promise<Map<number, Setback>> {
  const causes = new Map<string, number>();
  for (const { sequence, customerUuid } of transactions)
    if (customerUuid !== null && !causes.has(customerUuid)) causes.set(customerUuid, sequence);
  const obstacles = new Map<number, Setback>();
  const uuids = [...causes.keys()];
  if (uuids.length === 0) return obstacles;

  const exhausted = await synchronize(tx, uuids, causes, now);
  const known = new Set((await knownCustomers(tx, uuids)).map(({ uuid }) => uuid));
  const wanted = transactions.filter(
    ({ deliveryAddressUuid, customerUuid }) => deliveryAddressUuid !== null && known.has(customerUuid ?? ''),
  );
  const addresses = await knownAddresses(
    tx,
    wanted.map(({ customerUuid, deliveryAddressUuid }) => ({ customer: customerUuid!, address: deliveryAddressUuid! })),
  );
  const lacking = transactions.filter(
    ({ customerUuid: customer, deliveryAddressUuid: address }) =>
      customer !== null && (!known.has(customer) || (address !== null && !addresses.has(`${customer} ${address}`))),
  );
  if (lacking.length === 0) return obstacles;
  const trouble = await troubleOf(tx, [...new Set(lacking.map(({ customerUuid: uuid }) => uuid!))]);
  for (const { sequence, customerUuid: customer, deliveryAddressUuid: address } of lacking) {
    const lack = known.has(customer!)
      ? ({ what: 'address', name: `The address ${address} of the customer ${customer}` } as const)
      : ({ what: 'customer', name: `The customer ${customer}` } as const);
    obstacles.set(sequence, { sequence, ...obstacle(lack, trouble.get(customer!), exhausted) });
  }
  return obstacles;
}

/** Applies the due operations of these customers in the order of their counters. Returns the failure if account IDs ran out. */
async function synchronize(
  tx: EntityManager,
  uuids: string[],
  causes: Map<string, number>,
  now: string,
): Promise<NumberSequenceExhausted | undefined> {
  for (;;) {
    const due = await operationsDueOf(tx, uuids, now);
    if (due.length === 0) return undefined;
    try {
      const { synced, failed } = await resolveOperations(tx, checked(due), now);
      await markSynchronizedBy(
        tx,
        due.map(({ sequence, customerUuid: uuid }) => ({ sequence, by: causes.get(uuid)! })),
      );
      // The numbers ran out for the rest.
      if (synced + failed === 0) return undefined;
    } catch (error) {
      // Nothing was changed. Transactions that need no number continue.
      if (error instanceof NumberSequenceExhausted) return error;
      throw error;
    }
  }
}

function obstacle(
  { what, name }: { what: 'customer' | 'address'; name: string },
  trouble: 'FAILED' | 'PENDING' | undefined,
  exhausted: NumberSequenceExhausted | undefined,
): Omit<Setback, 'sequence'> {
  const code = what.toUpperCase();
  if (trouble === 'FAILED') {
    return {
      status: 'FAILED',
      errorCode: `ASYNC_${code}_SYNC_FAILED`,
      error: `${name} could not be synchronized. Correct the failed operation of the customer; this then continues automatically.`,
    };
  }
  if (trouble === 'PENDING' && exhausted)
    return { status: 'WAITING', errorCode: exhausted.code, error: exhausted.message };
  return {
    status: 'WAITING',
    errorCode: `ASYNC_${code}_NOT_UPLOADED`,
    error: `${name} has not reached headquarters yet. This continues automatically once it has.`,
  };
}
