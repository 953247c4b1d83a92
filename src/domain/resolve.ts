import type { EntityManager } from 'typeorm';
import type { UploadPackage } from '../data/channel/operation.bulk.ts';
import type { Operation } from '../data/channel/operation.ts';
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
import { customerAccount, formatted, type NumberSequence, numberSequenceByName } from '../data/hq/number-sequence.ts';
import type { DueOperation } from '../data/hq/operation.bulk.ts';
import {
  completeOperations,
  failOperations,
  type OperationFailure,
  releaseWaiting,
  unfinishedAmong,
} from '../data/hq/operation.bulk.ts';
import { takeReserved } from '../data/hq/reserved-account-id.bulk.ts';
import { NumberSequenceExhausted } from '../errors.ts';
import { kindOf, receivePackage } from './operations/index.ts';
import { contradictions, MOST_ADDRESSES, tooManyAddresses, uuidRule } from './rules.ts';
import { indexWords, searchWords } from './search.ts';
import { textOf } from './violations.ts';

/** As a package has it. */
type PackedOperation = Operation<'CREATE_CUSTOMER'> & { setAside: string | null };

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
  const assessed = await assess(tx, firstOfEachCustomer(due));
  const { ready, failures, numbers } = assessed;
  if (ready.length === 0 && numbers && numbers.lacking > 0)
    throw new NumberSequenceExhausted(customerAccount, numbers.sequence.largest);
  if (ready.length > 0) await completeOperations(tx, ready.map(completed), now);
  if (failures.length > 0) await failOperations(tx, failures.map(failed), now);
  const retried = ready.flatMap(({ operation: { tryCount, customerUuid } }) => (tryCount > 0 ? [customerUuid] : []));
  if (retried.length > 0) await releaseWaiting(tx, retried);
  const numbersLeft = await apply(tx, assessed, now);
  return { synced: ready.length, failed: failures.length, numbersLeft };
}

/** An operation of a package, which has no sequence yet. */
interface Arriving extends Checked {
  counter: number;
}

/**
 * What may be applied of a package when it is received: valid operations of these channels, each the first of its customer. Like `checked`, for
 * before the transaction.
 */
export function arrivingIn(
  { package: packed }: UploadPackage,
  channelDatabase: string,
  channels: readonly string[],
  at: string,
): Arriving[] {
  // What was set aside is in the way of what follows.
  const rows = (JSON.parse(packed) as PackedOperation[]).filter((row) => kindOf(row)?.apply || row.setAside);
  const arriving = rows.map(({ counter, id, channel, customerUuid, kind, payload }) => ({
    counter,
    sequence: 0,
    customerUuid: customerUuid ?? id,
    channel,
    channelDatabase,
    kind,
    payload,
    tryCount: 0,
    receivedAt: at,
    failedAt: null,
  }));
  const isWanted = ({ channel, invalid }: Checked) => invalid === null && channels.includes(channel);
  return checked(firstOfEachCustomer(arriving)).filter(isWanted);
}

/**
 * Receives a package and applies what is `arriving` in it, in the caller's transaction: these operations are written once, as they end up.
 * Whatever is in the way of one of them, or behind it, is received as by `receivePackage`, and `resolveOperations` takes it from there: of
 * customers with unfinished operations, operations that headquarters has to set aside, and those for which there is no number.
 */
export async function receiveAndResolve(
  tx: EntityManager,
  sent: UploadPackage,
  origin: Parameters<typeof receivePackage>[2],
  arriving: readonly Arriving[],
): Promise<Pick<Resolved, 'synced' | 'numbersLeft'>> {
  // In this order: what others finish in between is known then.
  const unfinished = await unfinishedAmong(
    tx,
    origin.channelDatabase,
    arriving.map(({ customerUuid }) => customerUuid),
  );
  const assessed = await assess(
    tx,
    arriving.filter(({ customerUuid }) => !unfinished.has(customerUuid)),
  );
  const counters = assessed.ready.map(({ operation: { counter } }) => counter);
  const sequences = await receivePackage(tx, sent, origin, counters);
  const ready = assessed.ready.flatMap(({ operation, ...one }) => {
    const sequence = sequences.get(operation.counter);
    return sequence === undefined ? [] : [{ ...one, operation: { ...operation, sequence } }];
  });
  return { synced: ready.length, numbersLeft: await apply(tx, { ...assessed, ready }, origin.at) };
}

/** An operation to apply, with its customer if headquarters has it, and otherwise the account ID that is kept for it, if any. */
interface Ready<Operation> {
  operation: Operation;
  known: KnownCustomer | undefined;
  reserved: string | undefined;
}

interface Failure<Operation> {
  operation: Operation;
  errorCode: string;
  error: string;
}

const completed = ({ operation: { sequence }, known }: Ready<Checked>) => ({ sequence, customerId: known?.id ?? null });

const failed = ({ operation: { sequence }, ...why }: Failure<Checked>): OperationFailure => ({
  sequence,
  state: 'FAILED',
  nextTryAt: null,
  ...why,
});

interface Assessed<Operation> {
  ready: Ready<Operation>[];
  failures: Failure<Operation>[];
  /** Where the numbers of new customers come from, and how many it lacks. Null if there are no new customers. */
  numbers: { sequence: NumberSequence; lacking: number } | null;
}

/** What to do with these operations, each of a different customer. Those for which there is no number are neither ready nor failed. */
async function assess<Operation extends Checked>(
  tx: EntityManager,
  operations: readonly Operation[],
): Promise<Assessed<Operation>> {
  if (operations.length === 0) return { ready: [], failures: [], numbers: null };
  const uuids = (some: readonly Operation[]) => some.map(({ customerUuid: uuid }) => uuid);
  const known = new Map((await knownCustomers(tx, uuids(operations))).map((row) => [row.uuid, row]));
  const changing = operations.filter((operation) => !creates(operation) && operation.payload?.customer);
  const bodies = changing.length === 0 ? undefined : await customerBodies(tx, uuids(changing));
  const crowded = await addingTooMany(
    tx,
    operations.filter(({ customerUuid: uuid }) => known.has(uuid)),
  );
  const failures: Failure<Operation>[] = [];
  const sound = operations.filter((operation) => {
    const { customerUuid: uuid } = operation;
    const failure =
      reasonAgainst(operation, known.get(uuid), bodies?.get(uuid)) ??
      (crowded.has(operation) ? { errorCode: 'INVALID_INPUT', error: textOf([tooManyAddresses])! } : undefined);
    if (failure) failures.push({ operation, ...failure });
    return !failure;
  });
  const creating = sound.filter(({ customerUuid: uuid }) => !known.has(uuid));
  const reserved = creating.length === 0 ? new Map<string, string>() : await takeReserved(tx, uuids(creating));
  const sequence = creating.length === 0 ? null : await numberSequenceByName(tx, customerAccount);
  // It may move on until its numbers are taken.
  let left = sequence ? Math.max(0, sequence.largest - sequence.nextNumber + 1) : 0;
  const ready = sound.flatMap((operation): Ready<Operation>[] => {
    const { customerUuid: uuid } = operation;
    const found = { operation, known: known.get(uuid), reserved: reserved.get(uuid) };
    return found.known || found.reserved || left-- > 0 ? [found] : [];
  });
  return { ready, failures, numbers: sequence && { sequence, lacking: sound.length - ready.length } };
}

/** Applies operations that are complete and stored. Returns the numbers left in the sequence if it runs low, otherwise null. */
async function apply(tx: EntityManager, { ready, numbers }: Assessed<Checked>, now: string): Promise<number | null> {
  if (ready.length === 0) return null;
  const withAddresses = ready.filter(({ operation: { payload } }) => payload.addresses?.length);
  const addsFirst = ({ known, operation: { payload } }: Ready<Checked>) =>
    !known && payload.addresses!.every(({ position }, index) => position === index);
  for (const isNew of [true, false])
    await storeAddresses(
      tx,
      withAddresses.filter((one) => addsFirst(one) === isNew).map(({ operation: { sequence } }) => sequence),
      isNew,
    );

  // From here on, other workers that resolve wait until this transaction ends: their numbers follow these.
  const accountIds = await takeAccountIds(
    tx,
    ready.flatMap(({ known, reserved, operation }) => (known || reserved ? [] : [operation.customerUuid])),
  );
  const first = 1 + (await advanceHead(tx, 'customer-version', ready.length));
  const numbered = ready.map(({ operation: { sequence, customerUuid: uuid, kind }, known, reserved }, index) => ({
    kind,
    sequence,
    accountId: known?.accountId ?? reserved ?? accountIds.get(uuid)!,
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
    ready.flatMap(({ known, operation: { customerUuid: uuid, payload } }) =>
      known ? [] : [{ uuid, words: searchWords(payload.customer as CustomerFacts, payload.addresses ?? []) }],
    ),
  );
  await indexWords(
    tx,
    ready.flatMap(({ known }) => known?.uuid ?? []),
  );
  if (!numbers) return null;
  const left = Math.max(0, numbers.sequence.largest - numbers.sequence.nextNumber + 1) - accountIds.size;
  return left < numbers.sequence.warnBelow ? left : null;
}

/** Checks what operations say, before the transaction that resolves them: it is half of the work, and others may write meanwhile. */
export const checked = <Operation extends DueOperation>(operations: Operation[]): (Operation & Checked)[] =>
  operations.map((operation) => Object.assign(operation, { invalid: invalidity(operation) ?? null }));

/** Takes a number for each of these customers. There is no gap: if the sequence no longer has so many, the transaction starts again. */
async function takeAccountIds(tx: EntityManager, uuids: readonly string[]): Promise<Map<string, string>> {
  if (uuids.length === 0) return new Map();
  const { first, taken, sequence } = await takeNumbers(tx, customerAccount, uuids.length);
  if (taken < uuids.length) throw overtaken('took the last numbers');
  return new Map(uuids.map((uuid, index) => [uuid, formatted(sequence, first + index)]));
}

function firstOfEachCustomer<Operation extends DueOperation>(operations: readonly Operation[]): Operation[] {
  const seen = new Set<string>();
  return operations.filter(({ customerUuid: uuid }) => !seen.has(uuid) && seen.add(uuid));
}

/** The operations that would leave their customer, known to headquarters, with too many addresses. */
async function addingTooMany<Operation extends Checked>(
  tx: EntityManager,
  operations: readonly Operation[],
): Promise<Set<Operation>> {
  const adding = operations.flatMap((operation) => {
    const { customerUuid: customer, payload } = operation;
    const isAdding = Array.isArray(payload?.addresses) && payload.addresses.length > 0;
    return isAdding ? [{ operation, customer, addresses: payload.addresses! }] : [];
  });
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
  return new Set(tooMany.map(({ operation }) => operation));
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
