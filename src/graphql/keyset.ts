import type { InputRef } from '@pothos/core';
import { type DefaultConnectionArguments, resolveCursorConnection } from '@pothos/plugin-relay';
import type { EntityManager } from 'typeorm';
import type { Database } from '../data/database.ts';
import type { KeysetPage, Range } from '../data/keyset-page.ts';
import { CursorInvalid, mustBeValid, type Violation } from '../errors.ts';
import { builder } from './builder.ts';

/*
 * Lists are Relay connections over a key, optionally ordered by a property before the key: page 50,000 costs as much as page 1. Each root list
 * takes `filter` and `orderBy`, and counts what matches if `totalCount` is selected.
 */

export const LARGEST_PAGE = 100;
export const DEFAULT_PAGE = 20;

type Direction = 'ASC' | 'DESC';

const OrderDirection = builder.enumType('OrderDirection', {
  description: 'The direction of an order.',
  values: {
    ASC: { description: 'From the smallest to the largest, or from the oldest to the newest.' },
    DESC: { description: 'From the largest to the smallest, or from the newest to the oldest.' },
  } as const,
});

/** The order of the key itself. */
export const byKey = 'key';

/** An order that a client chose: by a property or `byKey`. */
export interface Sorting {
  field: string;
  direction: Direction;
}

/** The default order of most lists. */
export const newestFirst: Sorting = { field: 'createdAt', direction: 'DESC' };

/**
 * An input for `orderBy`: `<Noun>Order` with an enum of fields, each with the property that it sorts by, or `byKey`, and its meaning.
 */
export function orderInput<Field extends string>(
  noun: string,
  fields: Readonly<Record<Field, { by: string; description: string }>>,
): InputRef<Sorting> {
  const entries = Object.entries<{ by: string; description: string }>(fields);
  const Fields = builder.enumType(`${noun}OrderField`, {
    description: 'What a list can be ordered by. Equal values are ordered by when they were recorded.',
    values: Object.fromEntries(
      entries.map(([name, { by, description }]) => [name, { description, value: by }]),
    ) as Record<Field, { description: string; value: string }>,
  });
  return builder.inputType(`${noun}Order`, {
    description: 'The order of a list.',
    fields: (t) => ({
      field: t.field({ type: Fields, required: true, description: 'What to order by.' }),
      direction: t.field({
        type: OrderDirection,
        required: true,
        defaultValue: 'DESC',
        description: 'The direction. Default: descending.',
      }),
    }),
  }) as unknown as InputRef<Sorting>;
}

export const DateTimeRange = builder.inputType('DateTimeRange', {
  description: 'A period of time. Omit one end for a period that is open on that side.',
  fields: (t) => ({
    from: t.field({ type: 'DateTime', description: 'The first instant of the period.' }),
    before: t.field({ type: 'DateTime', description: 'The end of the period, which is not part of it.' }),
  }),
});

export const DateRange = builder.inputType('DateRange', {
  description: 'A range of days. Omit one end for a range that is open on that side.',
  fields: (t) => ({
    from: t.field({ type: 'LocalDate', description: 'The first day.' }),
    to: t.field({ type: 'LocalDate', description: 'The last day.' }),
  }),
});

/** What a filter sets. Throws InvalidInput for a list without values, because nothing could match it. */
export function conditionsOf<Filter extends object>(
  filter: Filter | null | undefined,
): { [Name in keyof Filter]?: NonNullable<Filter[Name]> } {
  const conditions = Object.entries(filter ?? {}).filter(([, value]) => value !== null && value !== undefined);
  mustBeValid(
    conditions
      .filter(([, value]) => Array.isArray(value) && value.length === 0)
      .map(([name]) => ({ path: ['filter', name], message: 'must not be empty', rule: 'LENGTH' })),
  );
  return Object.fromEntries(conditions) as { [Name in keyof Filter]?: NonNullable<Filter[Name]> };
}

/** The ranges of a filter. Throws InvalidInput for those that contain nothing, after what `others` found in the filter. */
export function rangesOf<Name extends string>(
  filter: Partial<Record<Name, Range | null | undefined>>,
  names: readonly Name[],
  others: readonly Violation[] = [],
): Partial<Record<Name, Range>> {
  const found = [...others];
  const ranges: Partial<Record<Name, Range>> = {};
  for (const name of names) {
    const range = filter[name];
    if (!range) continue;
    const { from, to, before } = range;
    if ((from && to && from > to) || (from && before && from >= before))
      found.push({
        path: ['filter', name],
        message: 'contains nothing, because it ends before it starts',
        rule: 'RANGE',
      });
    ranges[name] = range;
  }
  mustBeValid(found);
  return ranges;
}

interface KeysetOptions<Key> {
  args: DefaultConnectionArguments;
  /** Newest first. */
  descending?: boolean;
  /** A property before the key in the order. */
  sort?: string | undefined;
  /** Parses a decoded cursor; undefined if this list never issued it. */
  keyFrom: (cursor: string) => Key | undefined;
  /** Counts what matches, for `totalCount`. */
  count?: () => Promise<number>;
}

export const numberKey = (cursor: string): number | undefined =>
  /^\d{1,15}$/.test(cursor) ? Number(cursor) : undefined;
export const textKey = (cursor: string): string | undefined =>
  /^[\x21-\x7e]{1,100}$/.test(cursor) ? cursor : undefined;

const encoded = (cursor: string) => Buffer.from(cursor).toString('base64url');
const decoded = (cursor: string) => Buffer.from(cursor, 'base64url').toString();

/** What separates the value of a sorted property from the key in a cursor. */
const SEPARATOR = ' ';

/** A Relay connection over a key. Throws InvalidInput for a page that is too large. */
export async function keysetConnection<Key extends string | number, Row>(
  { args, descending = false, sort, keyFrom, count }: KeysetOptions<Key>,
  keyOf: (row: Row) => Key,
  read: (page: KeysetPage<Key>) => Promise<Row[]>,
) {
  mustBePageSizes(args);
  const end = (cursor: string | undefined): { key?: Key; value?: string } => {
    if (cursor === undefined) return {};
    const text = decoded(cursor);
    const at = sort === undefined ? -1 : text.lastIndexOf(SEPARATOR);
    const key = keyFrom(text.slice(at + 1));
    if (key === undefined || (sort !== undefined && !/^[\x20-\x7e]{1,100}$/.test(text.slice(0, Math.max(at, 0)))))
      throw new CursorInvalid();
    return { key, value: text.slice(0, Math.max(at, 0)) };
  };
  const sorted = (row: Row) => (row as Record<string, unknown>)[sort!] as string;
  const connection = await resolveCursorConnection<Promise<Row[]>>(
    {
      args,
      toCursor: (row) => encoded(`${sort === undefined ? '' : `${sorted(row)}${SEPARATOR}`}${keyOf(row)}`),
      maxSize: LARGEST_PAGE,
      defaultSize: DEFAULT_PAGE,
    },
    ({ before, after, limit, inverted }) => {
      // Newest first reverses the order, and with it the meaning of "after".
      const [low, high] = descending ? [end(before), end(after)] : [end(after), end(before)];
      return read({
        after: low.key,
        before: high.key,
        limit,
        descending: descending !== inverted,
        ...(sort !== undefined && { sort: { by: sort, after: low.value, before: high.value } }),
      });
    },
  );
  // An empty page has no cursors: "" would be a cursor that no list issues.
  if (connection.edges.length === 0) Object.assign(connection.pageInfo, { startCursor: null, endCursor: null });
  return count ? { ...connection, count } : connection;
}

function mustBePageSizes({ first, last }: DefaultConnectionArguments): void {
  const found: Violation[] = [];
  for (const [name, size] of Object.entries({ first, last }))
    if (typeof size === 'number' && (size < 0 || size > LARGEST_PAGE))
      found.push({ path: [name], message: `must be between 0 and ${LARGEST_PAGE}`, rule: 'RANGE' });
  if (typeof first === 'number' && typeof last === 'number')
    found.push({ path: ['last'], message: 'cannot be combined with first' });
  mustBeValid(found);
}

builder.globalConnectionField('totalCount', (t) =>
  t.int({
    nullable: true,
    extensions: { weight: 50 },
    description:
      'The number of items in the whole list. Select it only when you show it, because it counts them. Null in a list that does not count.',
    resolve: (connection) => (connection as { count?: () => Promise<number> }).count?.() ?? null,
  }),
);

/**
 * A list within each item of another list. The first page, which is requested once per owner, is read for all owners in one statement;
 * `first` loads it.
 */
export const listOfEach = <Row>(
  args: DefaultConnectionArguments,
  order: Direction,
  keyOf: (row: Row) => number,
  first: (limit: number) => Promise<Row[]>,
  read: (page: KeysetPage) => Promise<Row[]>,
  count?: () => Promise<number>,
) => {
  const descending = order === 'DESC';
  return keysetConnection<number, Row>(
    { args, keyFrom: numberKey, descending, ...(count && { count }) },
    keyOf,
    (page) =>
      page.after === undefined && page.before === undefined && page.descending === descending
        ? first(page.limit)
        : read(page),
  );
};

interface ListOptions {
  /** Default: the order of the key, ascending. */
  orderBy?: Sorting | Direction | null | undefined;
  count?: (db: EntityManager) => Promise<number>;
}

/** A connection over rows of a database, keyed by their numeric IDs. */
export const listById = <Row extends { id: number }>(
  database: Database,
  args: DefaultConnectionArguments,
  read: (db: EntityManager, page: KeysetPage) => Promise<Row[]>,
  { orderBy, count }: ListOptions = {},
) => {
  const { field, direction } =
    typeof orderBy === 'object' && orderBy ? orderBy : { field: byKey, direction: orderBy ?? 'ASC' };
  return keysetConnection<number, Row>(
    {
      args,
      keyFrom: numberKey,
      descending: direction === 'DESC',
      sort: field === byKey ? undefined : field,
      ...(count && { count: () => database.read(count) }),
    },
    ({ id }) => id,
    (page) => database.read((db) => read(db, page)),
  );
};
