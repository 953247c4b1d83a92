import { type DefaultConnectionArguments, resolveCursorConnection } from '@pothos/plugin-relay';
import type { EntityManager } from 'typeorm';
import type { Database } from '../data/database.ts';
import type { KeysetPage } from '../data/keyset-page.ts';
import { CursorInvalid, InvalidInput } from '../errors.ts';

export const LARGEST_PAGE = 100;
export const DEFAULT_PAGE = 20;

type Order = 'oldest first' | 'newest first';

interface KeysetOptions<Key> {
  args: DefaultConnectionArguments;
  /** Newest first. */
  descending?: boolean;
  /** Parses a decoded cursor; undefined if this list never issued it. */
  keyFrom: (cursor: string) => Key | undefined;
}

export const numberKey = (cursor: string): number | undefined =>
  /^\d{1,15}$/.test(cursor) ? Number(cursor) : undefined;
export const textKey = (cursor: string): string | undefined =>
  /^[\x21-\x7e]{1,100}$/.test(cursor) ? cursor : undefined;

const encoded = (key: string | number) => Buffer.from(String(key)).toString('base64url');
const decoded = (cursor: string) => Buffer.from(cursor, 'base64url').toString();

/** A Relay connection over a key: page 50,000 costs as much as page 1. Throws InvalidInput for a page that is too large. */
export async function keysetConnection<Key extends string | number, Row>(
  { args, descending = false, keyFrom }: KeysetOptions<Key>,
  keyOf: (row: Row) => Key,
  read: (page: KeysetPage<Key>) => Promise<Row[]>,
) {
  for (const name of ['first', 'last'] as const) {
    const size = args[name];
    if (size !== undefined && size !== null && (size < 1 || size > LARGEST_PAGE))
      throw new InvalidInput([name], `must be between 1 and ${LARGEST_PAGE}`);
  }
  if (typeof args.first === 'number' && typeof args.last === 'number')
    throw new InvalidInput(['last'], 'cannot be combined with first');
  const key = (cursor: string | undefined) => {
    if (cursor === undefined) return undefined;
    const found = keyFrom(decoded(cursor));
    if (found === undefined) throw new CursorInvalid();
    return found;
  };
  const connection = await resolveCursorConnection<Promise<Row[]>>(
    { args, toCursor: (row) => encoded(keyOf(row)), maxSize: LARGEST_PAGE, defaultSize: DEFAULT_PAGE },
    ({ before, after, limit, inverted }) =>
      // Newest first reverses the order, and with it the meaning of "after".
      read({
        after: key(descending ? before : after),
        before: key(descending ? after : before),
        limit,
        descending: descending !== inverted,
      }),
  );
  // An empty page has no cursors: "" would be a cursor that no list issues.
  if (connection.edges.length === 0) Object.assign(connection.pageInfo, { startCursor: null, endCursor: null });
  return connection;
}

/**
 * A list within each item of another list. The first page, which is requested once per owner, is read for all owners in one statement;
 * `first` loads it.
 */
export const listOfEach = <Row>(
  args: DefaultConnectionArguments,
  order: Order,
  keyOf: (row: Row) => number,
  first: (limit: number) => Promise<Row[]>,
  read: (page: KeysetPage) => Promise<Row[]>,
) => {
  const descending = order === 'newest first';
  return keysetConnection<number, Row>({ args, keyFrom: numberKey, descending }, keyOf, (page) =>
    page.after === undefined && page.before === undefined && page.descending === descending
      ? first(page.limit)
      : read(page),
  );
};

/** A connection over rows of a database, keyed by their numeric IDs. */
export const listById = <Row extends { id: number }>(
  database: Database,
  args: DefaultConnectionArguments,
  read: (db: EntityManager, page: KeysetPage) => Promise<Row[]>,
  order: Order = 'oldest first',
) =>
  keysetConnection<number, Row>(
    { args, keyFrom: numberKey, descending: order === 'newest first' },
    ({ id }) => id,
    (page) => database.read((db) => read(db, page)),
  );
