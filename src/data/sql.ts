import type { EntityManager } from 'typeorm';
import { LARGEST_PACKAGE, LARGEST_ROW, LARGEST_TEXT } from './sizes.ts';

export type Dialect = 'sqlite' | 'postgres';

export const dialectOf = (db: EntityManager): Dialect =>
  db.connection.options.type === 'postgres' ? 'postgres' : 'sqlite';

/**
 * One raw statement; answers its rows. `$1, $2 …` number the parameters.
 * (TypeORM's own `query()` answers `[rows, count]` for an UPDATE on PostgreSQL and rows on SQLite.)
 */
export async function sql<Row = Record<string, unknown>>(
  db: EntityManager,
  statement: string,
  parameters: unknown[] = [],
): Promise<Row[]> {
  const runner = db.queryRunner;
  if (runner) return (await runner.query(statement, parameters, true)).records as Row[];
  const own = db.connection.createQueryRunner();
  try {
    return (await own.query(statement, parameters, true)).records as Row[];
  } finally {
    await own.release();
  }
}

export async function one<Row = Record<string, unknown>>(
  db: EntityManager,
  statement: string,
  parameters: unknown[] = [],
): Promise<Row | undefined> {
  return (await sql<Row>(db, statement, parameters))[0];
}

type ColumnType = 'text' | 'bigint' | 'boolean' | 'json';

/**
 * The rows of a JSON array (`parameter`, as `$1`) as a relation to select from, named `x`. One text parameter carries a batch
 * of any size: 1,000 rows cost about what 1,000 rows cost a C loop, and there is no limit on parameters to meet.
 */
export function rows(db: EntityManager, columns: Record<string, ColumnType>, parameter: string): string {
  const entries = Object.entries(columns);
  if (dialectOf(db) === 'postgres') {
    return `json_to_recordset(${parameter}::json) as x(${entries.map(([name, type]) => `${name} ${type}`).join(', ')})`;
  }
  // `->` answers JSON text; `->>` a value. jsonb_each hands each row on parsed.
  const list = entries.map(([name, type]) => `value${type === 'json' ? '->' : '->>'}'${name}' as ${name}`).join(', ');
  return `(select ${list} from jsonb_each(${parameter})) as x`;
}

/**
 * What a JSON column holds, as columns to select: the object at `key`, or with `list` each object of the array at `key` as a row.
 * Add `join` to the FROM clause, behind the table of the column; `field` names a column.
 */
export function unpacked(
  db: EntityManager,
  columns: Record<string, ColumnType>,
  column: string,
  key: string,
  { list = false } = {},
): { join: string; field: (name: string) => string } {
  if (dialectOf(db) === 'postgres') {
    const types = Object.entries(columns).map(([name, type]) => `${name} ${type}`);
    const content = list
      ? `json_to_recordset(case json_typeof(${column}->'${key}') when 'array' then ${column}->'${key}' else '[]' end)`
      : `json_to_record(${column}->'${key}')`;
    return { join: `cross join lateral ${content} as ${key}(${types.join(', ')})`, field: (name) => `${key}.${name}` };
  }
  return list
    ? { join: `cross join jsonb_each(${column}, '$.${key}') as ${key}`, field: (name) => `${key}.value->>'${name}'` }
    : { join: '', field: (name) => `${column}->>'$.${key}.${name}'` };
}

/**
 * Joins the rows of `table` (as `alias`) that match what stands before it, found through their index row by row. Add it to a FROM clause.
 * PostgreSQL would otherwise read the whole of a table that has just grown, before its statistics have.
 */
export const matching = (db: EntityManager, table: string, alias: string, condition: string): string =>
  dialectOf(db) === 'postgres'
    ? `cross join lateral (select * from ${table} ${alias} where ${condition} offset 0) as ${alias}`
    : `cross join ${table} ${alias} on ${condition}`;

/** The values of a JSON array of strings or numbers (`parameter`) as a subquery, for `in`. */
export const listed = (db: EntityManager, parameter: string, type: 'text' | 'bigint' = 'text'): string =>
  dialectOf(db) === 'postgres'
    ? `(select value${type === 'bigint' ? '::bigint' : ''} from json_array_elements_text(${parameter}::json))`
    : `(select value from json_each(${parameter}))`;

/**
 * One JSON text made of all rows of `relation` (an aliased subquery or table `x`): what moves between databases, never parsed. The
 * database refuses to answer more than LARGEST_TEXT, which `Database` reports as TooLarge.
 */
export function packed(db: EntityManager, columns: Record<string, ColumnType>, alias = 'x', order?: string): string {
  const postgres = dialectOf(db) === 'postgres';
  const pairs = Object.entries(columns)
    .map(
      ([name, type]) =>
        `'${name}', ${type !== 'json' ? `${alias}.${name}` : postgres ? `${alias}.${name}::json` : `json(${alias}.${name})`}`,
    )
    .join(', ');
  const by = order ? ` order by ${order}` : '';
  const text = postgres
    ? `coalesce(json_agg(json_build_object(${pairs})${by}), '[]')::text`
    : `json_group_array(json_object(${pairs})${by})`;
  // Neither dialect has a function that raises an error; both quote what they cannot read. (PostgreSQL would read a constant right away.)
  const refusal = postgres
    ? `cast('${TOO_LARGE}: ' || octet_length(${text}) as integer)::text`
    : `json_extract('{}', '${TOO_LARGE}')`;
  // Both calculate the aggregate once.
  return `case when octet_length(${text}) <= ${LARGEST_TEXT} then ${text} else ${refusal} end`;
}

/** What the database's message holds when it refuses to answer a text that is too large. */
export const TOO_LARGE = 'text too large to be read';

/** Bytes of a JSON column; for one beyond LARGEST_ROW any number beyond it, which PostgreSQL can tell without unpacking what it stored. */
export const sizeOf = (db: EntityManager, column: string): string =>
  dialectOf(db) === 'postgres'
    ? `case when pg_column_size(${column}) > ${LARGEST_ROW} then pg_column_size(${column}) else octet_length(${column}::text) end`
    : `octet_length(${column})`;

/**
 * The key of the last row that a package takes: rows of `relation` (its columns are `key` and `size`) in the order of the key, as many as
 * stay within LARGEST_PACKAGE, the row that goes beyond it included. A subquery, null when there is no row.
 */
export const lastOfPackage = (relation: string): string =>
  `(select max(key) from (
     select key, sum(size) over (order by key rows unbounded preceding) - size as before from (${relation}) as sized) as summed
   where before < ${LARGEST_PACKAGE})`;

/** Takes only rows that no other transaction holds. SQLite has one writer, who holds nothing. */
export const skipLocked = (db: EntityManager): string => (dialectOf(db) === 'postgres' ? 'for update skip locked' : '');

/** Keeps a row for this transaction. */
export const forUpdate = (db: EntityManager): string => (dialectOf(db) === 'postgres' ? 'for update' : '');
