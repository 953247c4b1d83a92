import { Column, Entity, type EntityManager, PrimaryGeneratedColumn } from 'typeorm';
import { hasCome, horizonOf, LONGEST_PAUSE } from '../clock.ts';
import { rows } from '../columns.ts';
import type { KeysetPage } from '../keyset-page.ts';
import { keysetPage, type Listed, rowsWhere, type Where } from '../legacy.ts';
import { packedOperation } from '../operation-kinds.ts';
import { forUpdate, lastOfPackage, listed, one, packed, sizeOf, sql } from '../sql.ts';
import {
  type TransactionBody,
  type TransactionKind,
  type TransactionTotals,
  totalColumns,
} from '../transaction-rows.ts';
import type { Upload } from './operation.bulk.ts';

/*
 * Orders and sales as headquarters received them. What is left to do with them is a query on their status; a job moves them from one
 * status to the next.
 */

export const transactionStatuses = [
  'NONE',
  'WAITING',
  'FAILED',
  'EDITING',
  'SUCCEEDED',
  'POSTED',
  'VOIDED',
  'CANCELLED',
] as const;
export type TransactionStatus = (typeof transactionStatuses)[number];

/** Orders become sales orders (Synchronize orders), sales are validated and posted (statements). */
export type Family = 'orders' | 'sales';

const ofFamily = (family: Family) => (family === 'orders' ? `kind <> 'CASH_AND_CARRY'` : `kind = 'CASH_AND_CARRY'`);

/** A transaction that a job takes up. */
export interface DueTransaction {
  sequence: number;
  uuid: string;
  channel_database: string;
  channel: string;
  kind: TransactionKind;
  customer_uuid: string | null;
  delivery_address_uuid: string | null;
  business_date: string;
  currency: string;
  shift_uuid: string | null;
  /** As the channel sent it: other software may have written anything. */
  payload: TransactionBody;
  try_count: number;
  received_at: string;
  modified_at: string;
  /** Another channel database sent a transaction with this UUID before. */
  duplicate: boolean;
}

/** Takes in the transactions of a package. One that is known already is left as it is. */
export const receiveTransactions = (tx: EntityManager, upload: Upload) =>
  sql(
    tx,
    `insert into retail_transaction (uuid, channel_database, channel, counter, kind, reference, customer_uuid, delivery_address_uuid, business_date,
       currency, shift_uuid, payload, corrected, hold, status, try_count, error_code, error, session_id, created_at, received_at, modified_at)
     select x.id, $1, x.channel, x.counter, coalesce(x.payload->>'kind', 'UNKNOWN'), coalesce(x.payload->>'reference', ''), x.payload->>'customer_uuid',
       x.payload->>'delivery_address_uuid', coalesce(x.payload->>'business_date', ''), coalesce(x.payload->>'currency', ''), x.payload->>'shift_uuid',
       x.payload, false, false, case when x.set_aside is null then 'NONE' else 'FAILED' end, 0,
       case when x.set_aside is not null then 'INVALID_INPUT' end, x.set_aside, $2, x.created_at, $3, $3
     from ${rows(tx, packedOperation, '$4')} where x.kind = 'RECORD_TRANSACTION' order by x.counter
     on conflict (uuid, channel_database) do nothing`,
    [upload.channelDatabase, upload.sessionId, upload.at, upload.package],
  );

/** Takes in cancellations: the orders leave the jobs, and their sales orders, should they exist already, are cancelled too. */
export async function receiveCancellations(tx: EntityManager, upload: Upload): Promise<void> {
  const cancelled = await sql<{ sequence: number }>(
    tx,
    `update retail_transaction set status = 'CANCELLED', next_try_at = null, error_code = null, error = null, modified_at = $1
     from ${rows(tx, packedOperation, '$2')} where x.kind = 'CANCEL_ORDER' and retail_transaction.uuid = x.payload->>'transaction_uuid'
       and retail_transaction.channel_database = $3 and ${ofFamily('orders').replace('kind', 'retail_transaction.kind')}
       and retail_transaction.status not in ('CANCELLED', 'VOIDED') returning retail_transaction.sequence`,
    [upload.at, upload.package, upload.channelDatabase],
  );
  if (cancelled.length === 0) return;
  await sql(
    tx,
    `update sales_order set status = 'CANCELLED', cancelled_at = $1 where transaction_sequence in ${listed(tx, '$2', 'bigint')} and status = 'OPEN'`,
    [upload.at, JSON.stringify(cancelled.map(({ sequence }) => sequence))],
  );
}

/**
 * Takes in shifts, each as its newest operation in the package says. An operation that is known already is left out, so that the log of a
 * restored channel database, sent again, takes nothing back. A shift that is closed stays closed, and one on a statement stays as it is.
 */
export async function receiveShifts(tx: EntityManager, upload: Upload): Promise<void> {
  const received = await sql<{ id: string }>(
    tx,
    `insert into shift_operation (id, channel_database) select x.id, $1 from ${rows(tx, packedOperation, '$2')} where x.kind = 'RECORD_SHIFT'
     on conflict (id, channel_database) do nothing returning id`,
    [upload.channelDatabase, upload.package],
  );
  const changed = ['state', 'closed_at', 'tenders', 'received_at'];
  await sql(
    tx,
    `insert into shift (uuid, channel_database, channel, register, state, business_date, currency, opened_by, opened_at, closed_at, tenders, received_at)
     select s.payload->>'uuid', $1, s.channel, coalesce(s.payload->>'register', ''), coalesce(s.payload->>'state', 'OPEN'), coalesce(s.payload->>'business_date', ''),
       coalesce(s.payload->>'currency', ''), s.payload->>'opened_by', coalesce(s.payload->>'opened_at', s.created_at), s.payload->>'closed_at',
       coalesce(s.payload->'tenders', '[]'), $2
     from (select x.*, row_number() over (partition by x.payload->>'uuid' order by x.counter desc) as place
           from ${rows(tx, packedOperation, '$3')} where x.kind = 'RECORD_SHIFT' and x.payload->>'uuid' is not null and x.id in ${listed(tx, '$4')}) as s
     where s.place = 1 order by s.counter
     on conflict (uuid, channel_database) do update set ${changed.map((name) => `${name} = excluded.${name}`).join(', ')}
     where shift.statement_id is null and (shift.state <> 'CLOSED' or excluded.state = 'CLOSED')`,
    [upload.channelDatabase, upload.at, upload.package, JSON.stringify(received.map(({ id }) => id))],
  );
}

const dueColumns = {
  sequence: 'bigint',
  uuid: 'text',
  channel_database: 'text',
  channel: 'text',
  kind: 'text',
  customer_uuid: 'text',
  delivery_address_uuid: 'text',
  business_date: 'text',
  currency: 'text',
  shift_uuid: 'text',
  payload: 'json',
  try_count: 'bigint',
  received_at: 'text',
  modified_at: 'text',
  duplicate: 'boolean',
} as const;

/** The oldest transactions of a channel that are due, behind the one numbered `after`: at most `limit`, and about LARGEST_PACKAGE bytes. */
export async function dueTransactions(
  db: EntityManager,
  family: Family,
  channel: string,
  limit: number,
  after = 0,
): Promise<DueTransaction[]> {
  const due = `channel = $1 and sequence > $2 and status = 'NONE' and ${ofFamily(family)}`;
  const sized = `select sequence as key, ${sizeOf(db, 'payload')} as size from retail_transaction where ${due} order by sequence limit $3`;
  const row = await one<{ page: string }>(
    db,
    `select ${packed(db, dueColumns, 'x', 'x.sequence')} as page
     from (select t.*, exists (select 1 from retail_transaction other where other.uuid = t.uuid and other.sequence < t.sequence) as duplicate
           from retail_transaction t where ${due} and sequence <= ${lastOfPackage(sized)} order by sequence limit $3) as x`,
    [channel, after, limit],
  );
  return (JSON.parse(row!.page) as DueTransaction[]).map((due) => ({ ...due, duplicate: Boolean(due.duplicate) }));
}

/** Of transactions that were read before this transaction those that still are as they were, and kept so until it ends. */
export async function stillDueTransactions<Due extends Pick<DueTransaction, 'sequence' | 'modified_at'>>(
  tx: EntityManager,
  due: readonly Due[],
): Promise<Due[]> {
  const found = await sql<{ sequence: number; modified_at: string }>(
    tx,
    `select sequence, modified_at from retail_transaction where sequence in ${listed(tx, '$1', 'bigint')} and status = 'NONE' order by sequence ${forUpdate(tx)}`,
    [JSON.stringify(due.map(({ sequence }) => sequence))],
  );
  const still = new Map(found.map(({ sequence, modified_at }) => [Number(sequence), modified_at]));
  return due.filter(({ sequence, modified_at }) => still.get(sequence) === modified_at);
}

export async function countDueTransactions(
  db: EntityManager,
  family: Family,
  channels: readonly string[],
): Promise<number> {
  const row = await one<{ count: number }>(
    db,
    `select count(*) as count from retail_transaction where status = 'NONE' and ${ofFamily(family)} and channel in ${listed(db, '$1')}`,
    [JSON.stringify(channels)],
  );
  return Number(row!.count);
}

export interface Setback {
  sequence: number;
  /** WAITING uses up no try; FAILED with `next_try_at` is tried again by itself, without it waits for a person. */
  status: 'WAITING' | 'FAILED';
  next_try_at: string | null;
  error_code: string;
  error: string;
  /** Whether this was a try that counts. */
  counts: boolean;
  validation_errors?: { rule: string; message: string }[] | null;
}

/** Sets transactions aside with their reasons. */
export const setBack = (tx: EntityManager, setbacks: readonly Setback[], at: string) => {
  const columns = {
    sequence: 'bigint',
    status: 'text',
    next_try_at: 'text',
    error_code: 'text',
    error: 'text',
    counts: 'bigint',
    validation_errors: 'json',
  } as const;
  return sql(
    tx,
    `update retail_transaction set status = x.status, try_count = try_count + x.counts, next_try_at = x.next_try_at, error_code = x.error_code, error = x.error,
       validation_errors = x.validation_errors, modified_at = $1
     from ${rows(tx, columns, '$2')} where retail_transaction.sequence = x.sequence`,
    [at, JSON.stringify(setbacks.map((setback) => ({ ...setback, counts: setback.counts ? 1 : 0 })))],
  );
};

/** Whether the totals of a transaction say that it is a return: the customer gets money back, or goods back for nothing. */
const isReturn = (total: (name: keyof TransactionTotals) => string) =>
  `${total('gross')} < 0 or ${total('gross')} = 0 and ${total('quantity')} < 0`;

/** Orders that have their sales order, sales that passed validation. Their totals, and what sales are aggregated by, become columns. */
export const succeed = (tx: EntityManager, sequences: readonly number[], at: string) => {
  const total = (name: string) => `cast(payload->>'${name}' as bigint)`;
  return sql(
    tx,
    `update retail_transaction set status = 'SUCCEEDED', next_try_at = null, error_code = null, error = null, validation_errors = null, modified_at = $1,
       ${Object.keys(totalColumns)
         .map((name) => `${name} = ${total(name)}`)
         .join(', ')},
       is_return = ${isReturn(total)}, prices_include_tax = cast(payload->>'prices_include_tax' as boolean)
     where sequence in ${listed(tx, '$2', 'bigint')}`,
    [at, JSON.stringify(sequences)],
  );
};

const operationIn = (states: string) =>
  `exists (select 1 from customer_operation o where o.customer_uuid = retail_transaction.customer_uuid and o.state in (${states}))`;

/**
 * When the reason to wait may be gone: what a transaction references has arrived or was mended, a number can be taken again, or the time
 * of its next try has come. `$1` is the time now, `$2` the horizon of pauses.
 */
const mayGoOn = `(status = 'WAITING' and (error_code = 'NUMBER_SEQUENCE_EXHAUSTED' or ${operationIn(`'PENDING', 'FAILED', 'WAITING'`)}
    or exists (select 1 from customer c where c.uuid = retail_transaction.customer_uuid)
      and (error_code <> 'ASYNC_ADDRESS_NOT_UPLOADED' or exists (select 1 from customer_address a
        where a.customer_uuid = retail_transaction.customer_uuid and a.uuid = retail_transaction.delivery_address_uuid)))
  or status = 'FAILED' and (${hasCome('next_try_at', '$1', '$2')}
    or error_code in ('ASYNC_CUSTOMER_SYNC_FAILED', 'ASYNC_ADDRESS_SYNC_FAILED') and not ${operationIn(`'FAILED', 'WAITING'`)}))`;

/** Writes totals that a transaction does not say itself. */
export const storeTotals = (tx: EntityManager, totals: readonly (TransactionTotals & { sequence: number })[]) =>
  sql(
    tx,
    `update retail_transaction set ${Object.keys(totalColumns)
      .map((name) => `${name} = x.${name}`)
      .join(', ')}, is_return = ${isReturn((name) => `x.${name}`)}
     from ${rows(tx, { sequence: 'bigint', ...totalColumns }, '$1')} where retail_transaction.sequence = x.sequence`,
    [JSON.stringify(totals)],
  );

/** The index of those in trouble is used where its condition is said word for word. */
const inTrouble = `status in ('WAITING', 'FAILED', 'EDITING')`;

/** Makes transactions due again whose reason to wait may be gone. */
export const wakeTransactions = (tx: EntityManager, family: Family, channels: readonly string[], now: string) =>
  sql(
    tx,
    `update retail_transaction set status = 'NONE', modified_at = $1
     where ${inTrouble} and ${ofFamily(family)} and ${mayGoOn} and channel in ${listed(tx, '$3')}`,
    [now, horizonOf(now, LONGEST_PAUSE), JSON.stringify(channels)],
  );

/** Whether a run would find anything to do: a look that costs no write. */
export async function anyToTry(
  db: EntityManager,
  family: Family,
  channels: readonly string[],
  now: string,
): Promise<boolean> {
  const found = await one(
    db,
    `select sequence from retail_transaction where (status = 'NONE' or ${inTrouble} and ${mayGoOn})
     and ${ofFamily(family)} and channel in ${listed(db, '$3')} limit 1`,
    [now, horizonOf(now, LONGEST_PAUSE), JSON.stringify(channels)],
  );
  return found !== undefined;
}

/**
 * A transaction as headquarters received it, and where it stands. Added by the P-job; moved on by Synchronize orders, validation, and
 * statements. Totals, `isReturn`, and `pricesIncludeTax` are known once it was checked.
 */
@Entity('retail_transaction')
export class RetailTransaction {
  /** Order of arrival; the cursor. */
  @PrimaryGeneratedColumn({ type: 'bigint' }) sequence!: number;
  @Column({ type: 'text' }) uuid!: string;
  @Column({ type: 'text' }) channelDatabase!: string;
  @Column({ type: 'text' }) channel!: string;
  @Column({ type: 'bigint' }) counter!: number;
  @Column({ type: 'text' }) kind!: TransactionKind;
  @Column({ type: 'text' }) reference!: string;
  @Column({ type: 'text', nullable: true }) customerUuid!: string | null;
  @Column({ type: 'text', nullable: true }) deliveryAddressUuid!: string | null;
  @Column({ type: 'text' }) businessDate!: string;
  @Column({ type: 'text' }) currency!: string;
  @Column({ type: 'text', nullable: true }) shiftUuid!: string | null;
  @Column({ type: 'simple-json' }) payload!: TransactionBody;
  @Column({ type: 'bigint', nullable: true }) net!: number | null;
  @Column({ type: 'bigint', nullable: true }) discount!: number | null;
  @Column({ type: 'bigint', nullable: true }) tax!: number | null;
  @Column({ type: 'bigint', nullable: true }) charge!: number | null;
  @Column({ type: 'bigint', nullable: true }) gross!: number | null;
  @Column({ type: 'bigint', nullable: true }) paid!: number | null;
  @Column({ type: 'bigint', nullable: true }) quantity!: number | null;
  /** True when an operator changed what the channel sent. */
  @Column({ type: 'boolean' }) corrected!: boolean;
  /** Its sales order is to be held. */
  @Column({ type: 'boolean' }) hold!: boolean;
  @Column({ type: 'text' }) status!: TransactionStatus;
  @Column({ type: 'text', nullable: true }) statusBeforeEditing!: TransactionStatus | null;
  @Column({ type: 'integer' }) tryCount!: number;
  @Column({ type: 'text', nullable: true }) nextTryAt!: string | null;
  @Column({ type: 'text', nullable: true }) errorCode!: string | null;
  @Column({ type: 'text', nullable: true }) error!: string | null;
  @Column({ type: 'simple-json', nullable: true }) validationErrors!: { rule: string; message: string }[] | null;
  @Column({ type: 'bigint', nullable: true }) statementId!: number | null;
  @Column({ type: 'bigint', nullable: true }) aggregateId!: number | null;
  @Column({ type: 'boolean', nullable: true }) isReturn!: boolean | null;
  @Column({ type: 'boolean', nullable: true }) pricesIncludeTax!: boolean | null;
  /** The upload session that brought it. */
  @Column({ type: 'text' }) sessionId!: string;
  @Column({ type: 'text' }) createdAt!: string;
  @Column({ type: 'text' }) receivedAt!: string;
  @Column({ type: 'text' }) modifiedAt!: string;
}

/** A transaction as people see it at headquarters. */
export interface HqTransaction extends Omit<DueTransaction, 'duplicate'> {
  counter: number;
  reference: string;
  corrected: boolean;
  hold: boolean;
  status: TransactionStatus;
  status_before_editing: string | null;
  next_try_at: string | null;
  error_code: string | null;
  error: string | null;
  validation_errors: { rule: string; message: string }[] | null;
  statement_id: number | null;
  aggregate_id: number | null;
  created_at: string;
}

const { duplicate: _, ...seenColumns } = dueColumns;

export const transactions: Listed = {
  name: 'retail_transaction',
  key: 'sequence',
  columns: {
    ...seenColumns,
    counter: 'bigint',
    reference: 'text',
    corrected: 'boolean',
    hold: 'boolean',
    status: 'text',
    status_before_editing: 'text',
    next_try_at: 'text',
    error_code: 'text',
    error: 'text',
    validation_errors: 'json',
    statement_id: 'bigint',
    aggregate_id: 'bigint',
    created_at: 'text',
  },
};

export interface TransactionFilter {
  channel?: string | undefined;
  kind?: TransactionKind | readonly TransactionKind[] | undefined;
  status?: readonly TransactionStatus[] | undefined;
  customer_uuid?: string | undefined;
  business_date?: string | undefined;
  shift_uuid?: string | undefined;
  reference?: string | undefined;
  statement_id?: number | undefined;
  aggregate_id?: number | undefined;
}

/** SQLite uses the index of those in trouble only where its condition is said word for word. */
const alsoSaid = (status: readonly TransactionStatus[] | undefined): string[] =>
  status && status.length > 0 && status.every((one) => ['WAITING', 'FAILED', 'EDITING'].includes(one))
    ? [inTrouble]
    : [];

export const transactionPage = (db: EntityManager, filter: TransactionFilter, page: KeysetPage) =>
  keysetPage<HqTransaction>(db, transactions, { ...filter }, page, alsoSaid(filter.status));

export const transactionsWhere = (db: EntityManager, where: Where) => rowsWhere<HqTransaction>(db, transactions, where);

/** Changes a transaction that is still as it was read; false when it is not. */
export async function changeTransaction(
  tx: EntityManager,
  { sequence, modified_at, status }: Pick<HqTransaction, 'sequence' | 'modified_at' | 'status'>,
  change: Partial<Omit<HqTransaction, 'sequence'>>,
): Promise<boolean> {
  const columns = Object.entries(change);
  const value = (column: string, given: unknown) =>
    given !== null && (column === 'payload' || column === 'validation_errors') ? JSON.stringify(given) : given;
  const row = await one(
    tx,
    `update retail_transaction set ${columns.map(([column], index) => `${column} = $${index + 1}`).join(', ')}
     where sequence = $${columns.length + 1} and modified_at = $${columns.length + 2} and status = $${columns.length + 3} returning sequence`,
    [...columns.map(([column, given]) => value(column, given)), sequence, modified_at, status],
  );
  return row !== undefined;
}

/** Lets failed transactions be tried again as if for the first time. */
export const retryTransactions = (
  tx: EntityManager,
  only: { sequence: number } | { channel: string | null },
  at: string,
) =>
  sql<{ channel: string }>(
    tx,
    `update retail_transaction set status = 'NONE', try_count = 0, next_try_at = null, modified_at = $1
     where status = 'FAILED' and ${inTrouble} and ${'sequence' in only ? 'sequence = $2' : '(channel = $2 or $2 is null)'} returning channel`,
    [at, 'sequence' in only ? only.sequence : only.channel],
  );
