import { Column, Entity, type EntityManager, PrimaryColumn } from 'typeorm';
import { InvalidInput } from '../../errors.ts';
import { dialectOf } from '../dialect/dialect.ts';
import { countedAs, kindsIn, type OperationKind, type Payloads, SET_ASIDE } from '../operation-kinds.ts';
import { LARGEST_ROW } from '../sizes.ts';
import { lastOfPackage, one, packed, rows, sizeOf, sql } from '../sql.ts';

/** Something that was done here, to be uploaded by the P-job. Appended in the transaction that does it, and never changed. */
@Entity('operation')
export class Operation {
  /** Replication counter: 1, 2, 3 … in commit order. */
  @PrimaryColumn({ type: 'bigint' }) counter!: number;
  @Column({ type: 'text' }) id!: string;
  @Column({ type: 'text' }) channel!: string;
  @Column({ type: 'text', nullable: true }) customerUuid!: string | null;
  @Column({ type: 'text' }) kind!: NewOperation['kind'];
  @Column({ type: 'simple-json' }) payload!: NewOperation['payload'];
  @Column({ type: 'text' }) createdAt!: string;
}

const columns = {
  counter: 'bigint',
  id: 'text',
  channel: 'text',
  customer_uuid: 'text',
  kind: 'text',
  payload: 'json',
  created_at: 'text',
} as const;

export type NewOperation = {
  [Kind in OperationKind]: {
    id: string;
    channel: string;
    customer_uuid: string | null;
    kind: Kind;
    payload: Payloads[Kind];
    created_at: string;
  };
}[OperationKind];

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
  /** How many operations of each kind are in it. */
  counts: Readonly<Record<string, number>>;
  /** Rows as the database packed them; they go to headquarters unread. */
  package: string;
}

const packedColumns = { ...columns, set_aside: 'text' } as const;

const setAsideFor = (
  db: EntityManager,
): string => `case when ${sizeOf(db, 'payload')} > ${LARGEST_ROW} then 'The operation is larger than 1 MB.'
  when kind not in ${kindsIn()} then 'Headquarters does not know this kind of operation.'
  when customer_uuid is null and kind in ${kindsIn('ofCustomer')} then 'The operation names no customer.' end`;

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
    counts: string;
    package: string;
  }>(
    db,
    `select (select ${identity} from operation where counter = $1) as previous_id, (select last_counter from self where id = 1) as head,
       p.*, (select ${identity} from operation where counter = p.last) as last_id, (select ${packed(db, { kind: 'text', count: 'bigint' })}
         from (select kind, count(*) as count from (select ${countedKind(db)} as kind from operation where counter > $1 and counter <= p.last) as k
               group by kind) as x) as counts
     from (select count(*) as count, min(x.counter) as first, max(x.counter) as last,
           ${packed(db, packedColumns, 'x', 'x.counter')} as package
           from (select counter, id, channel, customer_uuid, kind, created_at, set_aside,
                   case when set_aside is null then payload else ${dialectOf(db).object({ set_aside: 'set_aside' })} end as payload
                 from (select *, ${setAsideFor(db)} as set_aside from operation
                       where counter > $1 and counter <= ${lastOfPackage(sized)} order by counter limit $2) as taken) as x) as p`,
    [counter, limit],
  );
  const { previous_id: previousId, head, count, first, last, last_id: lastId, package: text } = row!;
  const kinds: { kind: string; count: number }[] = JSON.parse(row!.counts);
  const counts = Object.fromEntries(kinds.map(({ kind, count }) => [kind, count]));
  return {
    previousId,
    head,
    upload: kinds.length === 0 ? undefined : { rows: count, first, last, lastId, counts, package: text },
  };
}

const countedKind = (db: EntityManager): string =>
  `case when kind not in ${kindsIn('keepsSetAside')} and (${setAsideFor(db)}) is not null then '${SET_ASIDE}' else kind end`;

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

/** A package of one operation, set aside with this reason. */
export function setAside(upload: UploadPackage, reason: string): UploadPackage {
  const [row] = JSON.parse(upload.package) as Record<string, unknown>[];
  // A NUL is all that text of one database may hold and another may not.
  const columns = Object.entries(row!).map(([name, value]) => [
    name,
    typeof value === 'string' ? value.replaceAll('\0', '') : value,
  ]);
  const aside = { ...Object.fromEntries(columns), payload: { set_aside: reason }, set_aside: reason };
  const counts = { [countedAs(String(row!.kind))]: 1 };
  return { ...upload, counts, package: JSON.stringify([aside]) };
}
