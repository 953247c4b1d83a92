import type { EntityManager } from 'typeorm';
import { hasCome, horizonOf, LONGEST_PAUSE } from '../clock.ts';
import { assignments, names, packed, readPacked, rows, selected } from '../columns.ts';
import { forUpdate, listed, nextId, sizeOf } from '../dialect/expressions.ts';
import { kindsIn, packedOperation } from '../operation-kinds.ts';
import { LARGEST_PACKAGE } from '../sizes.ts';
import { lastOfPackage, single, sql } from '../sql.ts';
import { Customer } from './customer.ts';
import { CustomerOperation, operationsOf, unfinished } from './operation.ts';

const among = (list: string) => (column: string) => `${column} in ${list}`;

/** A package as a channel database packed it, and where it comes from. */
export interface Upload {
  package: string;
  channelDatabase: string;
  epoch: number;
  /** The counter before its first operation. */
  from: number;
  sessionId: string;
  at: string;
}

/**
 * Takes the operations of customers out of a package, and what was set aside of other kinds that do not keep it. After the first epoch, the log
 * may have operations that were received before: they are left as they are. Those with the counters in `ready` are stored as applied, those
 * that create a customer with its next ID: whoever applies them calls this, and gets their sequences by counter.
 */
export async function receiveOperations(
  tx: EntityManager,
  upload: Upload,
  ready: readonly number[] = [],
): Promise<Map<number, number>> {
  const aside = 'x.set_aside is not null';
  const known = operationsOf((column) => `${column} = coalesce(x.customer_uuid, x.id)`);
  const isNew =
    upload.epoch === 1
      ? 'true'
      : `not exists (select 1 from ${known} as k where k.channel_database = $1 and k.kind = x.kind and k.id = x.id)`;
  const isReady = `x.counter in ${listed(tx, '$6', 'bigint')}`;
  const customerId = `coalesce((select c.id from customer c where c.uuid = x.customer_uuid), ${nextId(tx, 'customer', 'x.counter - $7')})`;
  const received = await sql<{ sequence: number; counter: number; state: string }>(
    tx,
    `insert into customer_operation (id, channel_database, epoch, channel, counter, customer_uuid, kind, payload, corrected,
       state, customer_id, completed_at, try_count, error_code, error, failed_at, session_id, created_at, received_at)
     select x.id, $1, $5, x.channel, x.counter, coalesce(x.customer_uuid, x.id), x.kind, x.payload, false,
       case when ${aside} then 'FAILED' when ${isReady} then 'SYNCED' else 'PENDING' end,
       case when ${isReady} then ${customerId} end, case when ${isReady} then $2 end,
       case when ${aside} then 1 else 0 end, case when ${aside} then 'INVALID_INPUT' end,
       x.set_aside, case when ${aside} then $2 end, $3, x.created_at, $2
     from ${rows(tx, packedOperation, '$4')}
     where x.counter > $7 and (x.kind in ${kindsIn('ofCustomer')} or x.kind not in ${kindsIn('keepsSetAside')} and ${aside}) and ${isNew} order by x.counter
     returning sequence, counter, state`,
    [
      upload.channelDatabase,
      upload.at,
      upload.sessionId,
      upload.package,
      upload.epoch,
      JSON.stringify(ready),
      upload.from,
    ],
  );
  const applied = received.filter(({ state }) => state === 'SYNCED');
  if (applied.length < received.length) await holdBehindTrouble(tx);
  return new Map(applied.map(({ counter, sequence }) => [counter, sequence]));
}

/** Of these customers those of which operations of this channel database are unfinished. */
export async function unfinishedAmong(
  tx: EntityManager,
  channelDatabase: string,
  uuids: readonly string[],
): Promise<Set<string>> {
  const found = await sql<{ uuid: string }>(
    tx,
    `select distinct customer_uuid as uuid from customer_operation
     where customer_uuid in ${listed(tx, '$1')} and ${unfinished} and channel_database = $2`,
    [JSON.stringify(uuids), channelDatabase],
  );
  return new Set(found.map(({ uuid }) => uuid));
}

/**
 * An operation waits while an earlier one of its customer is in trouble: none ever overtakes. The cross join makes SQLite begin
 * with those in trouble, who are few, and not with all that are pending.
 */
const holdBehindTrouble = (tx: EntityManager) =>
  sql(
    tx,
    `update customer_operation set state = 'WAITING' where sequence in (
       select later.sequence from customer_operation earlier cross join customer_operation later
       where earlier.try_count > 0 and earlier.state <> 'SYNCED' and later.customer_uuid = earlier.customer_uuid
         and later.channel_database = earlier.channel_database and later.sequence > earlier.sequence and later.state = 'PENDING' and later.state <> 'SYNCED' and later.try_count = 0)`,
  );

/** SQL: a pending operation is not waiting for a retry. */
export const mayBeTried = (now: string, horizon: string): string =>
  `(next_try_at is null or ${hasCome('next_try_at', now, horizon)})`;

const dueFields = [
  'sequence',
  'customerUuid',
  'channel',
  'channelDatabase',
  'kind',
  'payload',
  'tryCount',
  'receivedAt',
  'failedAt',
] as const;

/** What the resolver has to know of an operation. */
export type DueOperation = Pick<CustomerOperation, (typeof dueFields)[number]>;

/** The oldest due operations of a channel after the one numbered `after`: at most `limit`, and about LARGEST_PACKAGE bytes. There may be `more`. */
export async function dueOperations(
  db: EntityManager,
  channel: string,
  now: string,
  limit: number,
  after = 0,
): Promise<{ operations: DueOperation[]; more: boolean }> {
  const due = `channel = $1 and state = 'PENDING' and sequence > $2 and ${mayBeTried('$3', '$4')}`;
  const sized = `select sequence as key, ${sizeOf(db, 'payload')} as size from customer_operation where ${due} order by sequence limit $5`;
  const { page } = await single<{ page: string }>(
    db,
    `select ${packed(db, CustomerOperation, 'x', { fields: dueFields, order: 'x.sequence' })} as page
     from (select * from customer_operation where ${due} and sequence <= ${lastOfPackage(sized)} order by sequence limit $5) as x`,
    [channel, after, now, horizonOf(now, LONGEST_PAUSE), limit],
  );
  const operations: DueOperation[] = JSON.parse(page);
  return { operations, more: operations.length === limit || Buffer.byteLength(page) >= LARGEST_PACKAGE };
}

/** Of operations that were read before this transaction those that still are as they were, and kept so until it ends. */
export async function stillDue<Operation extends DueOperation>(
  tx: EntityManager,
  operations: readonly Operation[],
  now: string,
): Promise<Operation[]> {
  const found = await readPacked(
    tx,
    CustomerOperation,
    `select sequence, failed_at from customer_operation
     where sequence in ${listed(tx, '$1', 'bigint')} and state = 'PENDING' and ${mayBeTried('$2', '$3')} order by sequence ${forUpdate(tx)}`,
    [JSON.stringify(operations.map(({ sequence }) => sequence)), now, horizonOf(now, LONGEST_PAUSE)],
    { fields: ['sequence', 'failedAt'] },
  );
  const due = new Map(found.map(({ sequence, failedAt }) => [sequence, failedAt]));
  return operations.filter(({ sequence, failedAt }) => due.get(sequence) === failedAt);
}

/** The oldest that are due of these customers, whichever channel they are of, kept for this transaction: about LARGEST_PACKAGE bytes. */
export function operationsDueOf(tx: EntityManager, uuids: readonly string[], now: string): Promise<DueOperation[]> {
  const due = `customer_uuid in ${listed(tx, '$1')} and state = 'PENDING' and ${unfinished} and ${mayBeTried('$2', '$3')}`;
  const sized = `select sequence as key, ${sizeOf(tx, 'payload')} as size from customer_operation where ${due}`;
  return readPacked(
    tx,
    CustomerOperation,
    `select ${names(tx, CustomerOperation, dueFields)} from customer_operation
     where ${due} and sequence <= ${lastOfPackage(sized)} order by sequence ${forUpdate(tx)}`,
    [JSON.stringify(uuids), now, horizonOf(now, LONGEST_PAUSE)],
    { fields: dueFields, order: 'x.sequence' },
  );
}

/** Says which transactions synchronized these operations, where they are synchronized. */
export const markSynchronizedBy = (tx: EntityManager, causes: readonly { sequence: number; by: number }[]) =>
  sql(
    tx,
    `update customer_operation set synchronized_by = x.by from ${rows(tx, { sequence: 'bigint', by: 'bigint' }, '$1')}
     where customer_operation.sequence = x.sequence and customer_operation.state = 'SYNCED' and customer_operation.synchronized_by is null`,
    [JSON.stringify(causes)],
  );

/** Of these customers those that have unfinished operations: FAILED when a person is needed. */
export async function troubleOf(
  db: EntityManager,
  uuids: readonly string[],
): Promise<Map<string, 'FAILED' | 'PENDING'>> {
  const found = await sql<{ uuid: string; failed: number }>(
    db,
    `select customer_uuid as uuid, max(case when state in ('FAILED', 'WAITING') then 1 else 0 end) as failed from customer_operation
     where customer_uuid in ${listed(db, '$1')} and ${unfinished} group by customer_uuid`,
    [JSON.stringify(uuids)],
  );
  return new Map(found.map(({ uuid, failed }) => [uuid, failed === 1 ? 'FAILED' : 'PENDING']));
}

export async function countDue(db: EntityManager, channels: readonly string[], now: string): Promise<number> {
  const { count } = await single<{ count: number }>(
    db,
    `select count(*) as count from customer_operation
     where state = 'PENDING' and channel in ${listed(db, '$1')} and ${mayBeTried('$2', '$3')}`,
    [JSON.stringify(channels), now, horizonOf(now, LONGEST_PAUSE)],
  );
  return count;
}

/** An operation that is applied, with the ID of its customer; null: it creates one, whose ID is the next. */
const appliedOperation = { sequence: 'bigint', customerId: 'bigint', place: 'bigint' } as const;

/** Completes operations that are about to be applied, and gives the customers that they create their IDs. */
export const completeOperations = (
  tx: EntityManager,
  operations: readonly { sequence: number; customerId: number | null }[],
  at: string,
) =>
  sql(
    tx,
    `update customer_operation set state = 'SYNCED', completed_at = $1, next_try_at = null, error_code = null, error = null,
       customer_id = coalesce(x.customer_id, ${nextId(tx, 'customer', 'x.place')})
     from ${rows(tx, appliedOperation, '$2')} where customer_operation.sequence = x.sequence`,
    [at, JSON.stringify(operations.map((operation, index) => ({ ...operation, place: index + 1 })))],
  );

export interface OperationFailure {
  sequence: number;
  /** FAILED waits for a person; PENDING is tried again at `nextTryAt`. */
  state: 'FAILED' | 'PENDING';
  nextTryAt: string | null;
  errorCode: string;
  error: string;
}

/** Sets operations aside with the reason; later ones of the same customers wait. */
export async function failOperations(
  tx: EntityManager,
  failures: readonly OperationFailure[],
  at: string,
): Promise<void> {
  const changed = ['state', 'nextTryAt', 'errorCode', 'error'] as const;
  await sql(
    tx,
    `update customer_operation set ${assignments(tx, CustomerOperation, changed, 'x')}, try_count = try_count + 1, failed_at = $1
     from ${rows(tx, CustomerOperation, '$2', ['sequence', ...changed])} where customer_operation.sequence = x.sequence`,
    [at, JSON.stringify(failures)],
  );
  await holdBehindTrouble(tx);
}

/** Lets go what waited for operations of these customers that are done or will be tried again. */
export const releaseWaiting = (tx: EntityManager, customers: readonly string[]) =>
  sql(
    tx,
    `update customer_operation set state = 'PENDING'
     where state = 'WAITING' and ${unfinished} and customer_uuid in ${listed(tx, '$1')} and not exists (
       select 1 from customer_operation earlier where earlier.customer_uuid = customer_operation.customer_uuid
         and earlier.channel_database = customer_operation.channel_database and earlier.try_count > 0 and earlier.state <> 'SYNCED')`,
    [JSON.stringify(customers)],
  );

/** Retries failed operations from scratch, and returns the customers they belong to. */
export const retryOperations = (tx: EntityManager, only: { sequence: number } | { channel: string | null }) =>
  sql<{ customerUuid: string; channel: string }>(
    tx,
    `update customer_operation set state = 'PENDING', try_count = 0, next_try_at = null
     where state = 'FAILED' and ${unfinished} and ${'sequence' in only ? 'sequence = $1' : '(channel = $1 or $1 is null)'}
     returning customer_uuid as "customerUuid", channel`,
    ['sequence' in only ? only.sequence : only.channel],
  );

/** The first operations of each of these customers, oldest first: one statement, however many customers. */
export const firstOperations = (
  db: EntityManager,
  uuids: readonly string[],
  limit: number,
): Promise<CustomerOperation[]> =>
  readPacked(
    db,
    CustomerOperation,
    `select * from (
       select *, row_number() over (partition by customer_uuid, channel order by sequence) as place
       from ${operationsOf(among(listed(db, '$1')))} as found) as placed where place <= $2`,
    [JSON.stringify(uuids), limit],
    { order: 'x.sequence' },
  );

const stage = ['customerUuid', 'channel', 'state', 'errorCode', 'error', 'receivedAt', 'failedAt'] as const;
const conversion = ['accountId', 'accountIdAssignedAt'] as const;

/** The stage of each of these customers at headquarters, in one statement. */
export const stagesOf = (db: EntityManager, uuids: readonly string[]) =>
  sql<
    Pick<CustomerOperation, (typeof stage)[number]> & { [Name in (typeof conversion)[number]]: Customer[Name] | null }
  >(
    db,
    `select ${selected(db, CustomerOperation, 'found', stage)}, ${selected(db, Customer, 'c', conversion)}
     from ${operationsOf(among(listed(db, '$1')))} as found left join customer c on c.uuid = found.customer_uuid and c.channel_database = found.channel_database
     where found.kind = 'CREATE_CUSTOMER' order by found.sequence`,
    [JSON.stringify(uuids)],
  );

/** Customers of a channel whose creation failed at headquarters; at most `limit`. */
export async function failedCustomers(db: EntityManager, channel: string, limit: number): Promise<string[]> {
  const found = await sql<{ uuid: string }>(
    db,
    `select customer_uuid as uuid from customer_operation where state = 'FAILED' and ${unfinished} and channel = $1 and kind = 'CREATE_CUSTOMER' order by sequence limit $2`,
    [channel, limit],
  );
  return found.map(({ uuid }) => uuid);
}
