import type { EntityManager } from 'typeorm';
import { InvalidInput } from '../../errors.ts';
import { names, packed, rows } from '../columns.ts';
import { jsonObject, sizeOf } from '../dialect/expressions.ts';
import { countedAs, kindsIn, packedOperation, SET_ASIDE } from '../operation-kinds.ts';
import { LARGEST_ROW } from '../sizes.ts';
import { lastOfPackage, only, single, sql } from '../sql.ts';
import { identity, type NewOperation, Operation } from './operation.ts';

/** Appends to the log, which is never changed afterward. Throws InvalidInput when an operation is larger than LARGEST_ROW. */
export async function appendOperations(tx: EntityManager, operations: readonly NewOperation[]): Promise<void> {
  const text = JSON.stringify(operations);
  const fits = (json: string) => Buffer.byteLength(json) <= LARGEST_ROW;
  // Together they are seldom as large as one may be.
  if (!fits(text) && !operations.every(({ payload }) => fits(JSON.stringify(payload))))
    throw new InvalidInput([], 'must not be larger than 1 MB');
  const columns = names(tx, Operation);
  await sql(tx, `insert into operation (${columns}) select ${columns} from ${rows(tx, Operation, '$1')}`, [text]);
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

const setAsideFor = (
  db: EntityManager,
): string => `case when ${sizeOf(db, 'payload')} > ${LARGEST_ROW} then 'The operation is larger than 1 MB.'
  when kind not in ${kindsIn()} then 'Headquarters does not know this kind of operation.'
  when customer_uuid is null and kind in ${kindsIn('ofCustomer')} then 'The operation names no customer.' end`;

/**
 * The next package of the log after `counter`, of at most `limit` rows and about LARGEST_PACKAGE bytes; `previousId` is the operation at
 * `counter`, to check that the log continues. What headquarters could not take (other software may have written it) is in its place
 * with the reason, as `setAside`, instead of what it says.
 */
export async function packageAfter(
  db: EntityManager,
  counter: number,
  limit: number,
): Promise<{ previousId: string | null; head: number; upload: UploadPackage | undefined }> {
  const size = sizeOf(db, 'payload');
  const sized = `select counter as key, case when ${size} > ${LARGEST_ROW} then 0 else ${size} end as size
    from operation where counter > $1 order by counter limit $2`;
  const { previousId, head, kinds, ...upload } = await single<
    Pick<UploadPackage, 'first' | 'last' | 'lastId' | 'package'> & {
      previousId: string | null;
      head: number;
      kinds: string;
    }
  >(
    db,
    `select (select ${identity} from operation where counter = $1) as "previousId", (select last_counter from self where id = 1) as head,
       p.*, (select ${identity} from operation where counter = p.last) as "lastId", (select ${packed(db, { kind: 'text', count: 'bigint' }, 'x')}
         from (select kind, count(*) as count from (select ${countedKind(db)} as kind from operation where counter > $1 and counter <= p.last) as k
               group by kind) as x) as kinds
     from (select min(x.counter) as first, max(x.counter) as last, ${packed(db, packedOperation, 'x', { order: 'x.counter' })} as package
           from (select counter, id, channel, customer_uuid, kind, created_at, set_aside,
                   case when set_aside is null then payload else ${jsonObject(db, { setAside: 'set_aside' })} end as payload
                 from (select *, ${setAsideFor(db)} as set_aside from operation
                       where counter > $1 and counter <= ${lastOfPackage(sized)} order by counter limit $2) as taken) as x) as p`,
    [counter, limit],
  );
  const counts = (JSON.parse(kinds) as { kind: string; count: number }[]).map(
    ({ kind, count }) => [kind, count] as const,
  );
  const count = counts.reduce((sum, [, count]) => sum + count, 0);
  return {
    previousId,
    head,
    upload: count === 0 ? undefined : { ...upload, rows: count, counts: Object.fromEntries(counts) },
  };
}

const countedKind = (db: EntityManager): string =>
  `case when kind not in ${kindsIn('keepsSetAside')} and (${setAsideFor(db)}) is not null then '${SET_ASIDE}' else kind end`;

const MOST_COUNTED = 1_000;

/** What the log has after `counter`, of each channel, and since when; of a long log only the first 1,000 operations are counted. */
export const notUploaded = (db: EntityManager, counter: number) =>
  sql<{ channel: string; since: string; count: number }>(
    db,
    `select channel, min(created_at) as since, count(*) as count
     from (select channel, created_at from operation where counter > $1 order by counter limit ${MOST_COUNTED}) as x group by channel order by channel`,
    [counter],
  );

/** A package of one operation, set aside with this reason. */
export function setAside(upload: UploadPackage, reason: string): UploadPackage {
  const row = only<Record<string, unknown>>(JSON.parse(upload.package));
  // A NUL is all that text of one database may hold and another may not.
  const columns = Object.entries(row).map(([name, value]) => [
    name,
    typeof value === 'string' ? value.replaceAll('\0', '') : value,
  ]);
  const aside = { ...Object.fromEntries(columns), payload: { setAside: reason }, setAside: reason };
  return { ...upload, counts: { [countedAs(String(row.kind))]: 1 }, package: JSON.stringify([aside]) };
}
