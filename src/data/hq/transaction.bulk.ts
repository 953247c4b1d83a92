import type { EntityManager } from 'typeorm';
import { hasCome, horizonOf, LONGEST_PAUSE } from '../clock.ts';
import { assignments, insertInto, readShape, rows, selected, shapeOf } from '../columns.ts';
import { forUpdate, listed, sizeOf } from '../dialect/expressions.ts';
import { packedOperation } from '../operation-kinds.ts';
import { lastOfPackage, one, single, sql } from '../sql.ts';
import { type Family, ofFamily, type TransactionTotals, totalNames } from '../transaction-facts.ts';
import { customerAccount } from './number-sequence.ts';
import type { Upload } from './operation.bulk.ts';
import { inTrouble, RetailTransaction } from './transaction.ts';
import { changeStatuses } from './transaction-feed.ts';

/*
 * Orders and sales as headquarters received them. What is left to do with them is a query on their status; a job moves them from one
 * status to the next.
 */

/** Takes in the transactions of a package. A known one is left as it is. */
export const receiveTransactions = (tx: EntityManager, upload: Upload) =>
  changeStatuses(
    tx,
    `${insertInto(tx, RetailTransaction, {
      uuid: 'x.id',
      channelDatabase: '$1',
      channel: 'x.channel',
      counter: 'x.counter',
      kind: `coalesce(x.payload->>'kind', 'UNKNOWN')`,
      reference: `coalesce(x.payload->>'reference', '')`,
      customerUuid: `x.payload->>'customerUuid'`,
      deliveryAddressUuid: `x.payload->>'deliveryAddressUuid'`,
      businessDate: `coalesce(x.payload->>'businessDate', '')`,
      currency: `coalesce(x.payload->>'currency', '')`,
      shiftUuid: `x.payload->>'shiftUuid'`,
      payload: 'x.payload',
      corrected: 'false',
      hold: 'false',
      status: `case when x.set_aside is null then 'NONE' else 'FAILED' end`,
      tryCount: '0',
      errorCode: `case when x.set_aside is not null then 'INVALID_INPUT' end`,
      error: 'x.set_aside',
      sessionId: '$2',
      createdAt: 'x.created_at',
      receivedAt: '$3',
      modifiedAt: '$3',
    })}
     from ${rows(tx, packedOperation, '$4')} where x.kind = 'RECORD_TRANSACTION' order by x.counter
     on conflict (uuid, channel_database) do nothing returning sequence`,
    [upload.channelDatabase, upload.sessionId, upload.at, upload.package],
  );

/** Takes in cancellations: the orders leave the jobs, and their sales orders, should they exist already, are canceled too. */
export async function receiveCancellations(tx: EntityManager, upload: Upload): Promise<void> {
  const canceled = await changeStatuses(
    tx,
    `update retail_transaction set status = 'CANCELED', next_try_at = null, error_code = null, error = null, modified_at = $1
     from ${rows(tx, packedOperation, '$2')} where x.kind = 'CANCEL_ORDER' and retail_transaction.uuid = x.payload->>'transactionUuid'
       and retail_transaction.channel_database = $3 and ${ofFamily('orders').replace('kind', 'retail_transaction.kind')}
       and retail_transaction.status not in ('CANCELED', 'VOIDED') returning retail_transaction.sequence`,
    [upload.at, upload.package, upload.channelDatabase],
  );
  if (canceled.length === 0) return;
  await sql(
    tx,
    `update sales_order set status = 'CANCELED', canceled_at = $1 where transaction_sequence in ${listed(tx, '$2', 'bigint')} and status = 'OPEN'`,
    [upload.at, JSON.stringify(canceled.map(({ sequence }) => sequence))],
  );
}

const dueFields = [
  'sequence',
  'uuid',
  'channelDatabase',
  'channel',
  'kind',
  'customerUuid',
  'deliveryAddressUuid',
  'businessDate',
  'currency',
  'shiftUuid',
  'payload',
  'tryCount',
  'receivedAt',
  'modifiedAt',
] as const;

/** A transaction that a job takes up. Its payload is as the channel sent it: other software may have written anything. */
export interface DueTransaction extends Pick<RetailTransaction, (typeof dueFields)[number]> {
  /** Another channel database sent a transaction with this UUID before. */
  duplicate: boolean;
}

/** The oldest due transactions of a channel after the one numbered `after`: at most `limit`, and about LARGEST_PACKAGE bytes. */
export function dueTransactions(
  db: EntityManager,
  family: Family,
  channel: string,
  limit: number,
  after = 0,
): Promise<DueTransaction[]> {
  const due = `channel = $1 and sequence > $2 and status = 'NONE' and ${ofFamily(family)}`;
  const sized = `select sequence as key, ${sizeOf(db, 'payload')} as size from retail_transaction where ${due} order by sequence limit $3`;
  return readShape(
    db,
    { ...shapeOf(db, RetailTransaction, dueFields), duplicate: 'boolean' },
    `select t.*, exists (select 1 from retail_transaction other where other.uuid = t.uuid and other.sequence < t.sequence) as duplicate
     from retail_transaction t where ${due} and sequence <= ${lastOfPackage(sized)} order by sequence limit $3`,
    [channel, after, limit],
    { order: 'x.sequence' },
  );
}

/** The transactions among these, read before this transaction began, that are still as they were. They stay so until it ends. */
export async function stillDueTransactions<Due extends Pick<DueTransaction, 'sequence' | 'modifiedAt'>>(
  tx: EntityManager,
  due: readonly Due[],
): Promise<Due[]> {
  const found = await sql<Pick<DueTransaction, 'sequence' | 'modifiedAt'>>(
    tx,
    `select ${selected(tx, RetailTransaction, 't', ['sequence', 'modifiedAt'])} from retail_transaction t
     where t.sequence in ${listed(tx, '$1', 'bigint')} and t.status = 'NONE' order by t.sequence ${forUpdate(tx)}`,
    [JSON.stringify(due.map(({ sequence }) => sequence))],
  );
  const still = new Map(found.map(({ sequence, modifiedAt }) => [sequence, modifiedAt]));
  return due.filter(({ sequence, modifiedAt }) => still.get(sequence) === modifiedAt);
}

export async function countDueTransactions(
  db: EntityManager,
  family: Family,
  channels: readonly string[],
): Promise<number> {
  const { count } = await single<{ count: number }>(
    db,
    `select count(*) as count from retail_transaction where status = 'NONE' and ${ofFamily(family)} and channel in ${listed(db, '$1')}`,
    [JSON.stringify(channels)],
  );
  return count;
}

/** Why a transaction cannot go on. */
export interface Setback {
  sequence: number;
  /** WAITING resolves on its own and does not count as a try. FAILED is retried at `nextTryAt`, or needs a person if that is null. */
  status: 'WAITING' | 'FAILED';
  nextTryAt?: string | null;
  errorCode: string;
  error: string;
  /** Whether this was a try that counts. */
  counts?: boolean;
  validationErrors?: RetailTransaction['validationErrors'];
}

/** Sets due transactions aside with their reasons. */
export const setBack = (tx: EntityManager, setbacks: readonly Setback[], at: string) => {
  const changed = ['status', 'nextTryAt', 'errorCode', 'error', 'validationErrors'] as const;
  const shape = { ...shapeOf(tx, RetailTransaction, ['sequence', ...changed]), counts: 'boolean' } as const;
  return changeStatuses(
    tx,
    `update retail_transaction set ${assignments(tx, RetailTransaction, changed, 'x')},
       try_count = try_count + case when x.counts then 1 else 0 end, modified_at = $1
     from ${rows(tx, shape, '$2')} where retail_transaction.sequence = x.sequence and retail_transaction.status = 'NONE'
     returning retail_transaction.sequence`,
    [at, JSON.stringify(setbacks)],
  );
};

/** Whether the totals of a transaction say that it is a return: the customer gets money back, or goods back for nothing. */
const isReturn = (total: (name: keyof TransactionTotals) => string) =>
  `${total('gross')} < 0 or ${total('gross')} = 0 and ${total('quantity')} < 0`;

/** Orders that have their sales order, sales that passed validation. Their totals, and what sales are aggregated by, become columns. */
export const succeed = (tx: EntityManager, sequences: readonly number[], at: string) => {
  const total = (name: string) => `cast(payload->>'${name}' as bigint)`;
  return changeStatuses(
    tx,
    `update retail_transaction set status = 'SUCCEEDED', next_try_at = null, error_code = null, error = null, validation_errors = null, modified_at = $1,
       line_count = json_array_length(payload->'lines'), ${totalNames.map((name) => `${name} = ${total(name)}`).join(', ')},
       is_return = ${isReturn(total)}, prices_include_tax = cast(payload->>'pricesIncludeTax' as boolean)
     where sequence in ${listed(tx, '$2', 'bigint')} returning sequence`,
    [at, JSON.stringify(sequences)],
  );
};

/** Writes totals that a transaction does not say itself. */
export const storeTotals = (tx: EntityManager, totals: readonly (TransactionTotals & { sequence: number })[]) =>
  sql(
    tx,
    `update retail_transaction set ${assignments(tx, RetailTransaction, totalNames, 'x')}, is_return = ${isReturn((name) => `x.${name}`)}
     from ${rows(tx, RetailTransaction, '$1', ['sequence', ...totalNames])} where retail_transaction.sequence = x.sequence`,
    [JSON.stringify(totals)],
  );

const operationIn = (states: string) =>
  `exists (select 1 from customer_operation o where o.customer_uuid = retail_transaction.customer_uuid and o.state in (${states}) and o.state <> 'SYNCED')`;

/** What waits for account IDs is not tried in vain: each try would change its status twice. */
const accountIdsLeft = `exists (select 1 from number_sequence n where n.name = '${customerAccount}' and n.next_number <= n.largest)`;

/**
 * When the reason to wait may be gone: what a transaction references has arrived or was corrected, a number can be taken again, or the time
 * of its next try has come. `$1` is the time now, `$2` the horizon of pauses.
 */
const mayGoOn = `(status = 'WAITING' and (${operationIn(`'FAILED', 'WAITING'`)}
    or case when error_code = 'NUMBER_SEQUENCE_EXHAUSTED' then ${accountIdsLeft} else ${operationIn(`'PENDING'`)} end
    or exists (select 1 from customer c where c.uuid = retail_transaction.customer_uuid
      and (error_code <> 'ASYNC_ADDRESS_NOT_UPLOADED' or exists (select 1 from customer_address a
        where a.customer_id = c.id and a.uuid = retail_transaction.delivery_address_uuid))))
  or status = 'FAILED' and (${hasCome('next_try_at', '$1', '$2')}
    or error_code in ('ASYNC_CUSTOMER_SYNC_FAILED', 'ASYNC_ADDRESS_SYNC_FAILED') and not ${operationIn(`'FAILED', 'WAITING'`)}))`;

/** Makes transactions due again whose reason to wait may be gone. */
export const wakeTransactions = (tx: EntityManager, family: Family, channels: readonly string[], now: string) =>
  changeStatuses(
    tx,
    `update retail_transaction set status = 'NONE', modified_at = $1
     where ${inTrouble} and ${ofFamily(family)} and ${mayGoOn} and channel in ${listed(tx, '$3')} returning sequence`,
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

/** Lets failed transactions be tried again as if for the first time. */
export const retryTransactions = (
  tx: EntityManager,
  only: { sequence: number } | { channel: string | null },
  at: string,
) =>
  changeStatuses<{ channel: string }>(
    tx,
    `update retail_transaction set status = 'NONE', try_count = 0, next_try_at = null, modified_at = $1
     where status = 'FAILED' and ${inTrouble} and ${'sequence' in only ? 'sequence = $2' : '(channel = $2 or $2 is null)'} returning sequence, channel`,
    [at, 'sequence' in only ? only.sequence : only.channel],
  );
