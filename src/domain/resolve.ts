import type { EntityManager } from 'typeorm';
import type { CustomerFacts } from '../data/customer-facts.ts';
import { storeWords } from '../data/customer-search.ts';
import { overtaken } from '../data/database.ts';
import {
  addressCounts,
  customerBodies,
  type KnownCustomer,
  knownAddresses,
  knownCustomers,
  storeAddresses,
} from '../data/hq/customer.bulk.ts';
import { advanceHead, takeNumbers } from '../data/hq/number-sequence.bulk.ts';
import { customerAccount, formatted, numberSequenceByName } from '../data/hq/number-sequence.ts';
import type { DueOperation } from '../data/hq/operation.bulk.ts';
import {
  completeOperations,
  failOperations,
  type OperationFailure,
  releaseWaiting,
} from '../data/hq/operation.bulk.ts';
import { takeReserved } from '../data/hq/reserved-account-id.bulk.ts';
import { NumberSequenceExhausted } from '../errors.ts';
import { kindOf } from './operations/index.ts';
import { contradictions, MOST_ADDRESSES, tooManyAddresses, uuidRule } from './rules.ts';
import { indexWords, searchWords } from './search.ts';
import { textOf } from './violations.ts';

interface Resolved {
  synced: number;
  failed: number;
  /** The numbers left in the sequence if it runs low, otherwise null. */
  numbersLeft: number | null;
}

/** An operation that may have been checked already. `invalid` is null if it is valid, undefined if it was not checked. */
export interface Checked extends DueOperation {
  invalid?: string | null;
}

/**
 * The resolver: turns received operations into headquarters customers with account IDs. Nothing else assigns account IDs.
 *
 * The account IDs, the customers, their addresses, and the new states of the operations are one transaction. An operation that breaks a rule is
 * set aside with the reason, without affecting its neighbors. Only the first operation of each customer is applied; later ones stay PENDING and
 * follow in the next calls, in the order of their counters.
 * Throws NumberSequenceExhausted, without changing anything, if all operations need an account ID and none is left.
 */
export async function resolveOperations(tx: EntityManager, due: Checked[], now: string): Promise<Resolved> {
  const operations = firstOfEachCustomer(due);
  const known = new Map(
    (
      await knownCustomers(
        tx,
        operations.map(({ customerUuid: uuid }) => uuid),
      )
    ).map((row) => [row.uuid, row]),
  );
  const changing = operations.filter((operation) => !creates(operation) && operation.payload?.customer);
  const bodies =
    changing.length === 0
      ? undefined
      : await customerBodies(
          tx,
          changing.map(({ customerUuid: uuid }) => uuid),
        );
  const crowded = await addingTooMany(
    tx,
    operations.filter(({ customerUuid: uuid }) => known.has(uuid)),
  );
  const failures: OperationFailure[] = [];
  const sound = operations.filter((operation) => {
    const { customerUuid: uuid, sequence } = operation;
    const failure =
      reasonAgainst(operation, known.get(uuid), bodies?.get(uuid)) ??
      (crowded.has(sequence) ? { errorCode: 'INVALID_INPUT', error: textOf([tooManyAddresses])! } : undefined);
    if (failure) failures.push({ sequence: operation.sequence, state: 'FAILED', nextTryAt: null, ...failure });
    return !failure;
  });

  const creating = sound.filter(({ customerUuid: uuid }) => !known.has(uuid));
  const { accounts, unnumbered, sequence } = await accountIdsFor(tx, creating);
  const left = sequence ? sequence.largest - sequence.nextNumber + 1 : 0;
  if (left <= 0 && unnumbered.length > 0 && unnumbered.length === sound.length)
    throw new NumberSequenceExhausted(customerAccount, sequence!.largest);
  const fresh = unnumbered.slice(0, Math.max(0, left));
  const unserved = new Set(unnumbered.slice(fresh.length));
  const ready = sound.filter((operation) => !unserved.has(operation));
  const withAddresses = ready.filter(({ payload }) => payload.addresses?.length);
  if (withAddresses.length > 0)
    await storeAddresses(
      tx,
      withAddresses.map(({ sequence }) => sequence),
    );
  if (ready.length > 0)
    await completeOperations(
      tx,
      ready.map(({ sequence }) => sequence),
      now,
    );
  if (failures.length > 0) await failOperations(tx, failures, now);
  const retried = ready.filter(({ tryCount }) => tryCount > 0).map(({ customerUuid }) => customerUuid);
  if (retried.length > 0) await releaseWaiting(tx, retried);

  // From here on, other workers that resolve wait until this transaction ends: their numbers follow these.
  for (const [uuid, accountId] of await takeAccountIds(tx, fresh)) accounts.set(uuid, accountId);
  const first = 1 + (await advanceHead(tx, 'customer-version', ready.length));
  const numbered = ready.map(({ sequence, customerUuid: uuid, kind }, index) => ({
    kind,
    sequence,
    accountId: accounts.get(uuid) ?? known.get(uuid)!.accountId,
    version: first + index,
  }));
  for (const apply of new Set(numbered.map((operation) => kindOf(operation)!.apply!)))
    await apply(
      tx,
      numbered.filter((operation) => kindOf(operation)!.apply === apply),
      now,
    );
  await storeWords(
    tx,
    ready.flatMap(({ customerUuid: uuid, payload: { customer, addresses } }) =>
      known.has(uuid) ? [] : [{ uuid, words: searchWords(customer as CustomerFacts, addresses ?? []) }],
    ),
  );
  await indexWords(
    tx,
    ready.flatMap(({ customerUuid: uuid }) => (known.has(uuid) ? [uuid] : [])),
  );
  const remaining = left - fresh.length;
  const isLow = sequence !== null && remaining < sequence.warnBelow;
  return { synced: ready.length, failed: failures.length, numbersLeft: isLow ? remaining : null };
}

/** Checks what operations say, before the transaction that resolves them: it is half of the work, and others may write meanwhile. */
export const checked = (operations: DueOperation[]): Checked[] =>
  operations.map((operation) => Object.assign(operation, { invalid: invalidity(operation) ?? null }));

/**
 * The account IDs that customers had before headquarters was restored from a backup, and the operations that need new ones, in order of arrival,
 * with the sequence that has them. It may move on until they are taken.
 */
async function accountIdsFor(tx: EntityManager, creating: Checked[]) {
  if (creating.length === 0) return { accounts: new Map<string, string>(), unnumbered: [], sequence: null };
  const accounts = await takeReserved(
    tx,
    creating.map(({ customerUuid: uuid }) => uuid),
  );
  const unnumbered = creating.filter(({ customerUuid: uuid }) => !accounts.has(uuid));
  return { accounts, unnumbered, sequence: await numberSequenceByName(tx, customerAccount) };
}

/** Takes a number for each of these operations. There is no gap: if the sequence no longer has so many, the transaction starts again. */
async function takeAccountIds(tx: EntityManager, fresh: readonly Checked[]): Promise<[string, string][]> {
  if (fresh.length === 0) return [];
  const { first, taken, sequence } = await takeNumbers(tx, customerAccount, fresh.length);
  if (taken < fresh.length) throw overtaken('took the last numbers');
  return fresh.map(({ customerUuid: uuid }, index) => [uuid, formatted(sequence, first + index)]);
}

function firstOfEachCustomer(operations: DueOperation[]): DueOperation[] {
  const seen = new Set<string>();
  return operations.filter(({ customerUuid: uuid }) => !seen.has(uuid) && seen.add(uuid));
}

/** The operations that would leave their customer, known to headquarters, with too many addresses. */
async function addingTooMany(tx: EntityManager, operations: readonly Checked[]): Promise<Set<number>> {
  const adding = operations.flatMap(({ sequence, customerUuid: customer, payload }) =>
    Array.isArray(payload?.addresses) && payload.addresses.length > 0
      ? [{ sequence, customer, addresses: payload.addresses }]
      : [],
  );
  if (adding.length === 0) return new Set();
  const stored = await addressCounts(
    tx,
    adding.map(({ customer }) => customer),
  );
  const countOf = (customer: string) => stored.get(customer) ?? 0;
  const many = adding.filter(({ customer, addresses }) => countOf(customer) + addresses.length > MOST_ADDRESSES);
  const pairs = many.flatMap(({ customer, addresses }) =>
    addresses.map((address) => ({ customer, address: address?.uuid })),
  );
  const replaced = await knownAddresses(tx, pairs);
  const tooMany = many.filter(({ customer, addresses }) => {
    const added = addresses.filter((address) => !replaced.has(`${customer} ${address?.uuid}`));
    return countOf(customer) + added.length > MOST_ADDRESSES;
  });
  return new Set(tooMany.map(({ sequence }) => sequence));
}

const creates = (operation: DueOperation): boolean => kindOf(operation)?.creates === true;

/** `body` is the customer at headquarters if the operation changes it. */
function reasonAgainst(
  operation: Checked,
  known: KnownCustomer | undefined,
  body: CustomerFacts | undefined,
): { errorCode: string; error: string } | undefined {
  if (known && known.channelDatabase !== operation.channelDatabase) {
    return {
      errorCode: 'UUID_CONFLICT',
      error: `The channel database "${known.channelDatabase}" already sent a customer with the UUID ${operation.customerUuid}.`,
    };
  }
  if (!creates(operation) && !known && operation.payload?.setAside === undefined) {
    return { errorCode: 'CUSTOMER_NOT_FOUND', error: 'Headquarters never received the creation of this customer.' };
  }
  const invalid =
    (operation.invalid === undefined ? invalidity(operation) : operation.invalid) ??
    (body && textOf(contradictions({ ...body, ...operation.payload.customer })));
  return invalid ? { errorCode: 'INVALID_INPUT', error: invalid } : undefined;
}

/** The rule that an operation alone breaks, whatever headquarters knows about its customer. */
function invalidity(operation: DueOperation): string | undefined {
  if (!uuidRule.safeParse(operation.customerUuid).success) return 'customerUuid: must be a lowercase UUID';
  const check = kindOf(operation)?.check;
  // An operation of a kind that is not for customers was set aside.
  return check ? check(operation) : (operation.payload.setAside ?? 'This is not a customer operation.');
}
