import type { EntityManager } from 'typeorm';
import { knownAddresses, knownCustomers } from '../data/hq/customer.bulk.ts';
import { markSynchronizedBy, operationsDueOf, troubleOf } from '../data/hq/operation.bulk.ts';
import type { RetailTransaction } from '../data/hq/transaction.ts';
import { NumberSequenceExhausted } from '../errors.ts';
import { checked, resolveOperations } from './resolve.ts';

/** What resolving needs to know of a transaction. */
export type Referencing = Pick<RetailTransaction, 'sequence' | 'uuid' | 'customerUuid' | 'deliveryAddressUuid'>;

/** Why a transaction cannot go on yet. WAITING ends by itself; FAILED when somebody has mended the customer's operation. */
export interface Obstacle {
  state: 'WAITING' | 'FAILED';
  errorCode: string;
  error: string;
}

/**
 * Synchronizes the customers and addresses that transactions reference, through the one resolver and in the caller's transaction, and
 * answers which of the transactions cannot go on, by their sequence, with the reason. What was synchronized is marked with its cause,
 * `by` of the transaction that needed it first. A transaction without a customer needs nobody.
 */
export async function resolveReferences<T extends Referencing>(
  tx: EntityManager,
  transactions: readonly T[],
  now: string,
  by: (transaction: T) => string,
): Promise<Map<number, Obstacle>> {
  const causes = new Map<string, string>();
  for (const transaction of transactions) {
    const { customerUuid: uuid } = transaction;
    if (uuid !== null && !causes.has(uuid)) causes.set(uuid, by(transaction));
  }
  const obstacles = new Map<number, Obstacle>();
  const uuids = [...causes.keys()];
  if (uuids.length === 0) return obstacles;

  const exhausted = await synchronize(tx, uuids, causes, now);
  const known = new Set((await knownCustomers(tx, uuids)).map(({ uuid }) => uuid));
  const wanted = transactions.filter((one) => one.deliveryAddressUuid !== null && known.has(one.customerUuid ?? ''));
  const addresses = await knownAddresses(
    tx,
    wanted.map((one) => ({ customer: one.customerUuid!, address: one.deliveryAddressUuid! })),
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
    obstacles.set(sequence, obstacle(lack, trouble.get(customer!), exhausted));
  }
  return obstacles;
}

/** Applies what is due of these customers, in the order of their counters; answers whether account IDs ran out. */
async function synchronize(
  tx: EntityManager,
  uuids: string[],
  causes: Map<string, string>,
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
      // Nothing more can be taken: numbers ran out for the rest.
      if (synced + failed === 0) return undefined;
    } catch (error) {
      // Nothing was changed; those who need no number go on.
      if (error instanceof NumberSequenceExhausted) return error;
      throw error;
    }
  }
}

function obstacle(
  { what, name }: { what: 'customer' | 'address'; name: string },
  trouble: 'FAILED' | 'PENDING' | undefined,
  exhausted: NumberSequenceExhausted | undefined,
): Obstacle {
  const code = what.toUpperCase();
  if (trouble === 'FAILED') {
    return {
      state: 'FAILED',
      errorCode: `ASYNC_${code}_SYNC_FAILED`,
      error: `${name} could not be synchronized. Mend the failed operation of the customer, and this goes on by itself.`,
    };
  }
  if (trouble === 'PENDING' && exhausted)
    return { state: 'WAITING', errorCode: exhausted.code, error: exhausted.message };
  return {
    state: 'WAITING',
    errorCode: `ASYNC_${code}_NOT_UPLOADED`,
    error: `${name} has not reached headquarters yet. This goes on by itself when it has.`,
  };
}
