import type { EntityManager } from 'typeorm';
import { knownCustomers, storeAddresses, storeCustomers, touchCustomers } from '../data/hq/customer.ts';
import { advanceHead, customerAccount, formatted, takeNumbers } from '../data/hq/number-sequence.ts';
import {
  completeOperations,
  type CustomerOperation,
  failOperations,
  type OperationFailure,
  releaseWaiting,
} from '../data/hq/operation.ts';
import { NumberSequenceExhausted } from '../errors.ts';
import { issuesOf, uuidRule } from './customer-rules.ts';

/** How often an operation that fails for a passing reason is tried before it is set aside. */
export const MOST_TRIES = 3;

export interface Resolved {
  synced: number;
  failed: number;
  /** Numbers left in the sequence after this, when it runs low. */
  numbersLeft: number | null;
}

/**
 * The one resolver: turns received operations into headquarters customers with an account ID. Nothing else takes account IDs.
 *
 * The account IDs, the customers, their addresses and the operations' new state are one transaction: either all of it happened
 * or none. An operation that breaks a rule is set aside with the reason and its neighbours go on. Only the first operation of each
 * customer is taken; later ones are still PENDING afterwards and follow in the next call, in the order of their counters.
 * Throws NumberSequenceExhausted when not one account ID is left for those who need one; nothing is changed then.
 */
export async function resolveOperations(tx: EntityManager, due: CustomerOperation[], now: string): Promise<Resolved> {
  const operations = firstOfEachCustomer(due);
  const known = new Map((await knownCustomers(tx, operations.map(({ customer_uuid: uuid }) => uuid))).map((row) => [row.uuid, row]));
  const failures: OperationFailure[] = [];
  const sound = operations.filter((operation) => {
    const failure = reasonAgainst(operation, known.get(operation.customer_uuid));
    if (failure) failures.push({ sequence: operation.sequence, state: 'FAILED', next_try_at: null, ...failure });
    return !failure;
  });

  const { ready, accounts, left } = await assignAccountIds(tx, sound, known);
  const version = await advanceHead(tx, 'customer-version', ready.length);
  const whole = ready.flatMap((operation, index) =>
    operation.payload.customer
      ? [
          {
            ...operation.payload.customer,
            uuid: operation.customer_uuid,
            account_id: accounts.get(operation.customer_uuid) ?? known.get(operation.customer_uuid)!.account_id,
            channel: operation.channel,
            channel_database: operation.channel_database,
            counter: operation.counter,
            version: version + 1 + index,
            corrected: operation.corrected,
            created_at: operation.created_at,
            uploaded_at: operation.received_at,
            account_id_assigned_at: now,
            updated_at: operation.created_at,
          },
        ]
      : [],
  );
  const touched = ready.flatMap(({ payload, customer_uuid: uuid, counter, corrected, created_at }, index) =>
    payload.customer ? [] : [{ uuid, counter, version: version + 1 + index, corrected, updated_at: created_at }],
  );
  const addresses = ready.flatMap(({ payload, customer_uuid }) => (payload.addresses ?? []).map((address) => ({ customer_uuid, ...address })));

  if (whole.length > 0) await storeCustomers(tx, whole);
  if (touched.length > 0) await touchCustomers(tx, touched);
  if (addresses.length > 0) await storeAddresses(tx, addresses);
  if (ready.length > 0) await completeOperations(tx, ready.map(({ sequence }) => sequence), now);
  if (failures.length > 0) await failOperations(tx, failures, now);
  const retried = ready.filter(({ try_count }) => try_count > 0).map(({ customer_uuid }) => customer_uuid);
  if (retried.length > 0) await releaseWaiting(tx, retried);
  return { synced: ready.length, failed: failures.length, numbersLeft: left };
}

/** Account IDs in the order of arrival, without a gap. Those for whom no number is left stay pending. */
async function assignAccountIds(tx: EntityManager, sound: CustomerOperation[], known: Map<string, unknown>) {
  const creating = sound.filter(({ customer_uuid }) => !known.has(customer_uuid));
  const accounts = new Map<string, string>();
  if (creating.length === 0) return { ready: sound, accounts, left: null };
  const { first, taken, sequence } = await takeNumbers(tx, customerAccount, creating.length);
  if (taken === 0 && creating.length === sound.length) throw new NumberSequenceExhausted(customerAccount, sequence.largest);
  for (const [index, { customer_uuid }] of creating.slice(0, taken).entries()) {
    accounts.set(customer_uuid, formatted(sequence, first + index));
  }
  const remaining = sequence.largest - sequence.nextNumber + 1;
  return {
    ready: sound.filter(({ customer_uuid: uuid }) => known.has(uuid) || accounts.has(uuid)),
    accounts,
    left: remaining < sequence.warnBelow ? remaining : null,
  };
}

function firstOfEachCustomer(operations: CustomerOperation[]): CustomerOperation[] {
  const seen = new Set<string>();
  return operations.filter(({ customer_uuid: uuid }) => !seen.has(uuid) && seen.add(uuid));
}

function reasonAgainst(
  operation: CustomerOperation,
  known: { channel_database: string } | undefined,
): { error_code: string; error: string } | undefined {
  if (!uuidRule.safeParse(operation.customer_uuid).success) {
    return { error_code: 'INVALID_INPUT', error: 'customer_uuid: must be a UUID in lower case' };
  }
  if (known && known.channel_database !== operation.channel_database) {
    return { error_code: 'CUSTOMER_EXISTS', error: 'A customer with this UUID came from another channel database before.' };
  }
  if (operation.kind !== 'CREATE_CUSTOMER' && !known) {
    return { error_code: 'CUSTOMER_NOT_FOUND', error: 'Headquarters never received the creation of this customer.' };
  }
  const [issue] = issuesOf(operation.payload);
  if (!issue && operation.kind === 'CREATE_CUSTOMER' && !operation.payload.customer) {
    return { error_code: 'INVALID_INPUT', error: 'The operation does not say who the customer is.' };
  }
  return issue && { error_code: 'INVALID_INPUT', error: [issue.path.join('.'), issue.rule].filter(Boolean).join(': ') };
}

/** How long an operation that met a passing failure waits for its next try, and when it is set aside. */
export function afterPassingFailure(operation: CustomerOperation, error: { code: string; message: string }, now: string): OperationFailure {
  const tries = operation.try_count + 1;
  const again = tries < MOST_TRIES;
  return {
    sequence: operation.sequence,
    state: again ? 'PENDING' : 'FAILED',
    next_try_at: again ? new Date(Date.parse(now) + 5_000 * 4 ** operation.try_count).toISOString() : null,
    error_code: error.code,
    error: error.message,
  };
}
