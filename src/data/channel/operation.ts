import type { EntityManager } from 'typeorm';
import { InvalidInput } from '../../errors.ts';
import { type OperationKind, type OperationPayload, operationKinds } from '../customer-rows.ts';
import { LARGEST_ROW } from '../sizes.ts';
import { dialectOf, lastOfPackage, one, packed, rows, sizeOf, sql } from '../sql.ts';
import type { ShiftBody, TransactionBody } from '../transaction-rows.ts';

const columns = {
  counter: 'bigint',
  id: 'text',
  channel: 'text',
  customer_uuid: 'text',
  kind: 'text',
  payload: 'json',
  created_at: 'text',
} as const;

interface Operation {
  id: string;
  channel: string;
  created_at: string;
}

export type NewOperation = Operation &
  (
    | { kind: OperationKind; customer_uuid: string; payload: OperationPayload }
    /** Its id is the transaction's UUID. */
    | { kind: 'RECORD_TRANSACTION'; customer_uuid: string | null; payload: TransactionBody }
    | { kind: 'CANCEL_ORDER'; customer_uuid: null; payload: { transaction_uuid: string; cancelled_at: string } }
    | { kind: 'RECORD_SHIFT'; customer_uuid: null; payload: ShiftBody & { uuid: string } }
  );

/**
 * Locks the log for this transaction, before any other statement, and returns the counter of its next operation. It keeps other writers of
 * this channel database away, so that counters follow commit order and no two of them create the same UUID. `takeCounters` then takes counters.
 */
export const lockLog = (tx: EntityManager): Promise<number> => takeCounters(tx, 0);

/** Takes the next `count` replication counters of a log that this transaction has locked, and returns the first. */
export async function takeCounters(tx: EntityManager, count: number): Promise<number> {
  const row = await one<{ last_counter: number }>(
    tx,
    'update self set last_counter = last_counter + $1 where id = 1 returning last_counter',
    [count],
  );
  return row!.last_counter - count + 1;
}

/** Appends to the log, which is never changed afterward. Throws InvalidInput when an operation is larger than LARGEST_ROW. */
export async function appendOperations(
  tx: EntityManager,
  operations: readonly (NewOperation & { counter: number })[],
): Promise<void> {
  const text = JSON.stringify(operations);
  const fits = (json: string) => Buffer.byteLength(json) <= LARGEST_ROW;
  // Together they are seldom as large as one may be.
  if (!fits(text) && !operations.every(({ payload }) => fits(JSON.stringify(payload))))
    throw new InvalidInput([], 'must not be larger than 1 MB');
  const names = Object.keys(columns).join(', ');
  await sql(tx, `insert into operation (${names}) select ${names} from ${rows(tx, columns, '$1')}`, [text]);
}

export interface UploadPackage {
  rows: number;
  first: number;
  last: number;
  /** The `identity` of the last one. */
  lastId: string;
  /** How many of each sort of operation are in it. */
  counts: { customers: number; transactions: number; cancellations: number; shifts: number };
  /** Rows as the database packed them; they go to headquarters unread. */
  package: string;
}

const packedColumns = { ...columns, set_aside: 'text' } as const;

const setAsideFor = (
  db: EntityManager,
): string => `case when ${sizeOf(db, 'payload')} > ${LARGEST_ROW} then 'The operation is larger than 1 MB.'
  when customer_uuid is null and kind in (${operationKinds.map((kind) => `'${kind}'`).join(', ')}) then 'The operation names no customer.' end`;

/**
 * What tells an operation of a log from any other at the same counter: the id alone is not enough, because a client sends a creation
 * again, with its UUID, when the database that had acknowledged it was restored.
 */
export const identity = `id || ' ' || created_at`;

/**
 * The next package of the log after `counter`, of at most `limit` rows and about LARGEST_PACKAGE bytes; `previousId` is the operation at
 * `counter`, to check that the log continues. What headquarters could not take (other software may have written it) is in its place
 * with the reason, as `set_aside`, instead of what it says.
 */
export async function packageAfter(
  db: EntityManager,
  counter: number,
  limit: number,
): Promise<{ previousId: string | null; head: number; upload: UploadPackage | undefined }> {
  const size = sizeOf(db, 'payload');
  const sized = `select counter as key, case when ${size} > ${LARGEST_ROW} then 0 else ${size} end as size
    from operation where counter > $1 order by counter limit $2`;
  const row = await one<{
    previous_id: string | null;
    head: number;
    count: number;
    first: number;
    last: number;
    last_id: string;
    transactions: number;
    cancellations: number;
    shifts: number;
    package: string;
  }>(
    db,
    `select (select ${identity} from operation where counter = $1) as previous_id, (select last_counter from self where id = 1) as head,
       p.*, (select ${identity} from operation where counter = p.last) as last_id
     from (select count(*) as count, min(x.counter) as first, max(x.counter) as last, ${['RECORD_TRANSACTION as transactions', 'CANCEL_ORDER as cancellations', 'RECORD_SHIFT as shifts'].map(counted).join(', ')},
           ${packed(db, packedColumns, 'x', 'x.counter')} as package
           from (select counter, id, channel, customer_uuid, kind, created_at, set_aside,
                   case when set_aside is null then payload else ${setAsidePayload(db)} end as payload
                 from (select *, ${setAsideFor(db)} as set_aside from operation
                       where counter > $1 and counter <= ${lastOfPackage(sized)} order by counter limit $2) as taken) as x) as p`,
    [counter, limit],
  );
  const { previous_id: previousId, head, first, last, last_id: lastId, package: text } = row!;
  const [count, transactions, cancellations, shifts] = [
    row!.count,
    row!.transactions,
    row!.cancellations,
    row!.shifts,
  ].map(Number) as [number, number, number, number];
  const counts = { customers: count - transactions - cancellations - shifts, transactions, cancellations, shifts };
  return {
    previousId,
    head,
    upload: count === 0 ? undefined : { rows: count, first, last, lastId, counts, package: text },
  };
}

/** A cancellation or a shift that is set aside arrives among the operations of customers, where it can be seen. */
const counted = (what: string) => {
  const [kind, name] = what.split(' as ');
  const taken = kind === 'RECORD_TRANSACTION' ? '' : ' and x.set_aside is null';
  return `sum(case when x.kind = '${kind}'${taken} then 1 else 0 end) as ${name}`;
};

const MOST_COUNTED = 1_000;

/** What the log has after `counter`, of each channel, and since when; of a long log only the first 1,000 operations are counted. */
export async function notUploaded(
  db: EntityManager,
  counter: number,
): Promise<{ channel: string; since: string; count: number }[]> {
  const found = await sql<{ channel: string; since: string; count: number }>(
    db,
    `select channel, min(created_at) as since, count(*) as count
     from (select channel, created_at from operation where counter > $1 order by counter limit ${MOST_COUNTED}) as x group by channel order by channel`,
    [counter],
  );
  return found.map((row) => ({ ...row, count: Number(row.count) }));
}

const setAsidePayload = (db: EntityManager): string =>
  dialectOf(db) === 'postgres' ? `json_build_object('set_aside', set_aside)` : `json_object('set_aside', set_aside)`;

/** A package of one operation, set aside with this reason. */
export function setAside(upload: UploadPackage, reason: string): UploadPackage {
  const [row] = JSON.parse(upload.package) as Record<string, unknown>[];
  // A NUL is all that text of one database may hold and another may not.
  const columns = Object.entries(row!).map(([name, value]) => [
    name,
    typeof value === 'string' ? value.replaceAll('\0', '') : value,
  ]);
  const aside = { ...Object.fromEntries(columns), payload: { set_aside: reason }, set_aside: reason };
  const isTransaction = row!.kind === 'RECORD_TRANSACTION';
  const counts = { customers: isTransaction ? 0 : 1, transactions: isTransaction ? 1 : 0, cancellations: 0, shifts: 0 };
  return { ...upload, counts, package: JSON.stringify([aside]) };
}
