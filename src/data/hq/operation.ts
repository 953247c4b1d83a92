import { Column, Entity, type EntityManager, PrimaryGeneratedColumn } from 'typeorm';
import { hasCome, horizonOf, LONGEST_PAUSE } from '../clock.ts';
import type { OperationPayload } from '../customer-rows.ts';
import type { KeysetPage } from '../keyset-page.ts';
import { kindsIn } from '../operation-kinds.ts';
import { LARGEST_PACKAGE } from '../sizes.ts';
import { forUpdate, lastOfPackage, listed, one, packed, rows, sizeOf, sql } from '../sql.ts';

export const operationStates = ['PENDING', 'WAITING', 'FAILED', 'SYNCED'] as const;
export type OperationState = (typeof operationStates)[number];

/** Something that a channel did with a customer. Added by the P-job; the resolver moves it from state to state. */
@Entity('customer_operation')
export class CustomerOperation {
  /** Order of arrival. */
  @PrimaryGeneratedColumn({ type: 'bigint' }) sequence!: number;
  /** Made where the operation was made. With its kind it identifies an operation of a customer: one that is sent again is ignored. */
  @Column({ type: 'text' }) id!: string;
  @Column({ type: 'text' }) channelDatabase!: string;
  @Column({ type: 'text' }) channel!: string;
  @Column({ type: 'bigint' }) counter!: number;
  @Column({ type: 'text' }) customerUuid!: string;
  /** One of another kind than those of customers, or of a kind that nobody knows, was set aside on its way. */
  @Column({ type: 'text' }) kind!: string;
  @Column({ type: 'simple-json' }) payload!: OperationPayload;
  /** True when an operator changed what the channel sent. */
  @Column({ type: 'boolean' }) corrected!: boolean;
  @Column({ type: 'text' }) state!: OperationState;
  @Column({ type: 'integer' }) tryCount!: number;
  @Column({ type: 'text', nullable: true }) nextTryAt!: string | null;
  @Column({ type: 'text', nullable: true }) errorCode!: string | null;
  @Column({ type: 'text', nullable: true }) error!: string | null;
  /** The upload session that brought it. */
  @Column({ type: 'text' }) sessionId!: string;
  @Column({ type: 'text' }) createdAt!: string;
  @Column({ type: 'text' }) receivedAt!: string;
  @Column({ type: 'text', nullable: true }) completedAt!: string | null;
  @Column({ type: 'text', nullable: true }) failedAt!: string | null;
  /** What synchronized it when it was not the customer job, e.g. `order 7f3c…`. */
  @Column({ type: 'text', nullable: true }) synchronizedBy!: string | null;
}

/** Something that a channel did, as headquarters received it. */
export interface CustomerOperationRow {
  /** Order of arrival. */
  sequence: number;
  /** Made where the operation was made. With its kind it identifies an operation of a customer: one that is sent again is ignored. */
  id: string;
  channel_database: string;
  channel: string;
  counter: number;
  customer_uuid: string;
  /** One of another kind than those of customers, or of a kind that nobody knows, was set aside on its way. */
  kind: string;
  payload: OperationPayload;
  /** True when an operator changed what the channel sent. */
  corrected: boolean;
  state: OperationState;
  try_count: number;
  next_try_at: string | null;
  error_code: string | null;
  error: string | null;
  created_at: string;
  received_at: string;
  completed_at: string | null;
  failed_at: string | null;
  /** What synchronized it when it was not the customer job, e.g. `order 7f3c…`. */
  synchronized_by: string | null;
}

const columns = {
  sequence: 'bigint',
  id: 'text',
  channel_database: 'text',
  channel: 'text',
  counter: 'bigint',
  customer_uuid: 'text',
  kind: 'text',
  payload: 'json',
  corrected: 'boolean',
  state: 'text',
  try_count: 'bigint',
  next_try_at: 'text',
  error_code: 'text',
  error: 'text',
  created_at: 'text',
  received_at: 'text',
  completed_at: 'text',
  failed_at: 'text',
  synchronized_by: 'text',
} as const;

/** A package as a channel database packed it, and where it comes from. */
export interface Upload {
  package: string;
  channelDatabase: string;
  sessionId: string;
  at: string;
}

/**
 * Takes the operations of customers out of a package, and what was set aside of other kinds that do not keep it. An operation that is
 * known already is left as it is.
 */
export async function receiveOperations(tx: EntityManager, upload: Upload): Promise<void> {
  const sent = {
    counter: 'bigint',
    id: 'text',
    channel: 'text',
    customer_uuid: 'text',
    kind: 'text',
    payload: 'json',
    created_at: 'text',
    set_aside: 'text',
  } as const;
  const aside = 'x.set_aside is not null';
  await sql(
    tx,
    `insert into customer_operation (id, channel_database, channel, counter, customer_uuid, kind, payload, corrected,
       state, try_count, error_code, error, failed_at, session_id, created_at, received_at)
     select x.id, $1, x.channel, x.counter, coalesce(x.customer_uuid, x.id), x.kind, x.payload, false,
       case when ${aside} then 'FAILED' else 'PENDING' end, case when ${aside} then 1 else 0 end, case when ${aside} then 'INVALID_INPUT' end,
       x.set_aside, case when ${aside} then $2 end, $3, x.created_at, $2
     from ${rows(tx, sent, '$4')}
     where x.kind in ${kindsIn('ofCustomer')} or x.kind not in ${kindsIn('keepsSetAside')} and ${aside} order by x.counter
     on conflict (customer_uuid, channel_database, kind, id) do nothing`,
    [upload.channelDatabase, upload.at, upload.sessionId, upload.package],
  );
  await holdBehindTrouble(tx);
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
         and later.channel_database = earlier.channel_database and later.sequence > earlier.sequence and later.state = 'PENDING' and later.try_count = 0)`,
  );

const mayBeTried = (now: string, horizon: string) => `(next_try_at is null or ${hasCome('next_try_at', now, horizon)})`;

/** The oldest operations of a channel that are due, behind the one numbered `after`: at most `limit`, and about LARGEST_PACKAGE bytes. There may be `more`. */
export async function dueOperations(
  db: EntityManager,
  channel: string,
  now: string,
  limit: number,
  after = 0,
): Promise<{ operations: CustomerOperationRow[]; more: boolean }> {
  const due = `channel = $1 and state = 'PENDING' and sequence > $2 and ${mayBeTried('$3', '$4')}`;
  const sized = `select sequence as key, ${sizeOf(db, 'payload')} as size from customer_operation where ${due} order by sequence limit $5`;
  const row = await one<{ page: string }>(
    db,
    `select ${packed(db, { sequence: 'bigint', customer_uuid: 'text', channel: 'text', channel_database: 'text', counter: 'bigint', kind: 'text', payload: 'json', corrected: 'boolean', try_count: 'bigint', created_at: 'text', received_at: 'text', failed_at: 'text' }, 'x', 'x.sequence')} as page
     from (select * from customer_operation where ${due} and sequence <= ${lastOfPackage(sized)} order by sequence limit $5) as x`,
    [channel, after, now, horizonOf(now, LONGEST_PAUSE), limit],
  );
  const operations: CustomerOperationRow[] = JSON.parse(row!.page);
  return { operations, more: operations.length === limit || Buffer.byteLength(row!.page) >= LARGEST_PACKAGE };
}

/** Of operations that were read before this transaction those that still are as they were, and kept so until it ends. */
export async function stillDue<Operation extends CustomerOperationRow>(
  tx: EntityManager,
  operations: readonly Operation[],
  now: string,
): Promise<Operation[]> {
  const row = await one<{ due: string }>(
    tx,
    `select ${packed(tx, { sequence: 'bigint', failed_at: 'text' })} as due
     from (select sequence, failed_at from customer_operation
           where sequence in ${listed(tx, '$1', 'bigint')} and state = 'PENDING' and ${mayBeTried('$2', '$3')}
           order by sequence ${forUpdate(tx)}) as x`,
    [JSON.stringify(operations.map(({ sequence }) => sequence)), now, horizonOf(now, LONGEST_PAUSE)],
  );
  const due = new Map(
    (JSON.parse(row!.due) as CustomerOperationRow[]).map(({ sequence, failed_at }) => [sequence, failed_at]),
  );
  return operations.filter(({ sequence, failed_at }) => due.get(sequence) === failed_at);
}

/** The oldest that are due of these customers, whichever channel they are of, kept for this transaction: about LARGEST_PACKAGE bytes. */
export async function operationsDueOf(
  tx: EntityManager,
  uuids: readonly string[],
  now: string,
): Promise<CustomerOperationRow[]> {
  const due = `customer_uuid in ${listed(tx, '$1')} and state = 'PENDING' and ${mayBeTried('$2', '$3')}`;
  const found = await sql<CustomerOperationRow & { payload: string | OperationPayload }>(
    tx,
    `select ${Object.keys(columns).join(', ')} from customer_operation
     where ${due} and sequence <= ${lastOfPackage(`select sequence as key, ${sizeOf(tx, 'payload')} as size from customer_operation where ${due}`)}
     order by sequence ${forUpdate(tx)}`,
    [JSON.stringify(uuids), now, horizonOf(now, LONGEST_PAUSE)],
  );
  return found.map((row) => ({
    ...row,
    sequence: Number(row.sequence),
    payload: typeof row.payload === 'string' ? JSON.parse(row.payload) : row.payload,
  }));
}

/** Says who synchronized these operations, where they are synchronized. */
export const markSynchronizedBy = (tx: EntityManager, causes: readonly { sequence: number; by: string }[]) =>
  sql(
    tx,
    `update customer_operation set synchronized_by = x.by from ${rows(tx, { sequence: 'bigint', by: 'text' }, '$1')}
     where customer_operation.sequence = x.sequence and customer_operation.state = 'SYNCED' and customer_operation.synchronized_by is null`,
    [JSON.stringify(causes)],
  );

/** Of these customers those that have unfinished operations: FAILED when a person is needed. */
export async function troubleOf(
  db: EntityManager,
  uuids: readonly string[],
): Promise<Map<string, 'FAILED' | 'PENDING'>> {
  const found = await sql<{ customer_uuid: string; failed: number }>(
    db,
    `select customer_uuid, max(case when state in ('FAILED', 'WAITING') then 1 else 0 end) as failed from customer_operation
     where customer_uuid in ${listed(db, '$1')} and state <> 'SYNCED' group by customer_uuid`,
    [JSON.stringify(uuids)],
  );
  return new Map(found.map(({ customer_uuid: uuid, failed }) => [uuid, Number(failed) === 1 ? 'FAILED' : 'PENDING']));
}

export async function countDue(db: EntityManager, channels: readonly string[], now: string): Promise<number> {
  const row = await one<{ count: number }>(
    db,
    `select count(*) as count from customer_operation
     where state = 'PENDING' and channel in ${listed(db, '$1')} and ${mayBeTried('$2', '$3')}`,
    [JSON.stringify(channels), now, horizonOf(now, LONGEST_PAUSE)],
  );
  return Number(row!.count);
}

export const completeOperations = (tx: EntityManager, sequences: readonly number[], at: string) =>
  sql(
    tx,
    `update customer_operation set state = 'SYNCED', completed_at = $1, next_try_at = null, error_code = null, error = null
     where sequence in ${listed(tx, '$2', 'bigint')}`,
    [at, JSON.stringify(sequences)],
  );

export interface OperationFailure {
  sequence: number;
  /** FAILED waits for a person; PENDING is tried again at `next_try_at`. */
  state: 'FAILED' | 'PENDING';
  next_try_at: string | null;
  error_code: string;
  error: string;
}

/** Sets operations aside with the reason; later ones of the same customers wait. */
export async function failOperations(
  tx: EntityManager,
  failures: readonly OperationFailure[],
  at: string,
): Promise<void> {
  const sent = { sequence: 'bigint', state: 'text', next_try_at: 'text', error_code: 'text', error: 'text' } as const;
  await sql(
    tx,
    `update customer_operation set state = x.state, try_count = try_count + 1, next_try_at = x.next_try_at, error_code = x.error_code, error = x.error, failed_at = $1
     from ${rows(tx, sent, '$2')} where customer_operation.sequence = x.sequence`,
    [at, JSON.stringify(failures)],
  );
  await holdBehindTrouble(tx);
}

/** Lets go what waited for operations of these customers that are done or will be tried again. */
export const releaseWaiting = (tx: EntityManager, customers: readonly string[]) =>
  sql(
    tx,
    `update customer_operation set state = 'PENDING'
     where state = 'WAITING' and customer_uuid in ${listed(tx, '$1')} and not exists (
       select 1 from customer_operation earlier where earlier.customer_uuid = customer_operation.customer_uuid
         and earlier.channel_database = customer_operation.channel_database and earlier.try_count > 0 and earlier.state <> 'SYNCED')`,
    [JSON.stringify(customers)],
  );

/** Lets failed operations be tried again as if for the first time; answers which customers they belong to. */
export const retryOperations = (tx: EntityManager, only: { sequence: number } | { channel: string | null }) =>
  sql<{ customer_uuid: string; channel: string }>(
    tx,
    `update customer_operation set state = 'PENDING', try_count = 0, next_try_at = null
     where state = 'FAILED' and ${'sequence' in only ? 'sequence = $1' : '(channel = $1 or $1 is null)'} returning customer_uuid, channel`,
    ['sequence' in only ? only.sequence : only.channel],
  );

/** Replaces what a failed operation says by its correction. */
export const correctOperation = (tx: EntityManager, sequence: number, payload: OperationPayload) =>
  sql(tx, 'update customer_operation set payload = $1, corrected = true where sequence = $2', [
    JSON.stringify(payload),
    sequence,
  ]);

export interface OperationFilter {
  channel?: string;
  customerUuid?: string;
  states?: readonly OperationState[];
}

export async function operationPage(
  db: EntityManager,
  filter: OperationFilter,
  page: KeysetPage,
): Promise<CustomerOperationRow[]> {
  const parameters: unknown[] = [];
  const parameter = (value: unknown) => `$${parameters.push(value)}`;
  const conditions = [
    ...(filter.customerUuid === undefined ? [] : [`customer_uuid = ${parameter(filter.customerUuid)}`]),
    ...(filter.channel === undefined ? [] : [`channel = ${parameter(filter.channel)}`]),
    ...(filter.states === undefined ? [] : [inStates(filter.states)]),
    ...(page.after === undefined ? [] : [`sequence > ${parameter(page.after)}`]),
    ...(page.before === undefined ? [] : [`sequence < ${parameter(page.before)}`]),
  ];
  const order = `sequence ${page.descending ? 'desc' : 'asc'}`;
  return operations(
    db,
    `from customer_operation ${conditions.length > 0 ? `where ${conditions.join(' and ')}` : ''} order by ${order} limit ${parameter(page.limit)}`,
    parameters,
    `x.${order}`,
  );
}

/** SQLite uses the index of unfinished operations only where its condition is said word for word. */
const inStates = (states: readonly OperationState[]): string => {
  const listed =
    states.length === 1 ? `state = '${states[0]}'` : `state in (${states.map((state) => `'${state}'`).join(', ')})`;
  return states.includes('SYNCED') ? listed : `${listed} and state <> 'SYNCED'`;
};

/** The first operations of each of these customers, oldest first: one statement, however many customers. */
export async function firstOperations(
  db: EntityManager,
  uuids: readonly string[],
  limit: number,
): Promise<CustomerOperationRow[]> {
  const row = await one<{ page: string }>(
    db,
    `select ${packed(db, columns, 'x', 'x.sequence')} as page from (
       select *, row_number() over (partition by customer_uuid, channel order by sequence) as place
       from customer_operation where customer_uuid in ${listed(db, '$1')}) as x where x.place <= $2`,
    [JSON.stringify(uuids), limit],
  );
  return JSON.parse(row!.page);
}

export async function operationBySequence(
  db: EntityManager,
  sequence: number,
): Promise<CustomerOperationRow | undefined> {
  return (await operations(db, 'from customer_operation where sequence = $1', [sequence], 'x.sequence'))[0];
}

async function operations(
  db: EntityManager,
  from: string,
  parameters: unknown[],
  order: string,
): Promise<CustomerOperationRow[]> {
  const row = await one<{ page: string }>(
    db,
    `select ${packed(db, columns, 'x', order)} as page from (select * ${from}) as x`,
    parameters,
  );
  return JSON.parse(row!.page);
}

/** Where each of these customers stands at headquarters, in one statement. */
export const stagesOf = (db: EntityManager, uuids: readonly string[]) =>
  sql<{
    customer_uuid: string;
    channel: string;
    state: OperationState;
    error_code: string | null;
    error: string | null;
    next_try_at: string | null;
    created_at: string;
    received_at: string;
    failed_at: string | null;
    account_id: string | null;
    account_id_assigned_at: string | null;
  }>(
    db,
    `select o.customer_uuid, o.channel, o.state, o.error_code, o.error, o.next_try_at, o.created_at, o.received_at, o.failed_at, c.account_id, c.account_id_assigned_at
     from customer_operation o left join customer c on c.uuid = o.customer_uuid and c.channel_database = o.channel_database
     where o.customer_uuid in ${listed(db, '$1')} and o.kind = 'CREATE_CUSTOMER' order by o.sequence`,
    [JSON.stringify(uuids)],
  );

/** Customers of a channel whose creation failed at headquarters; at most `limit`. */
// `state <> 'SYNCED'` is there for SQLite: see `inStates`.
export async function failedCustomers(db: EntityManager, channel: string, limit: number): Promise<string[]> {
  const found = await sql<{ customer_uuid: string }>(
    db,
    `select customer_uuid from customer_operation where state = 'FAILED' and state <> 'SYNCED' and channel = $1 and kind = 'CREATE_CUSTOMER' order by sequence limit $2`,
    [channel, limit],
  );
  return found.map(({ customer_uuid }) => customer_uuid);
}
