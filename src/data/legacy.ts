import type { EntityManager } from 'typeorm';
import type { KeysetPage } from './keyset-page.ts';
import { listed, one, packed } from './sql.ts';

type ColumnType = 'text' | 'bigint' | 'boolean' | 'json';

/** A table that jobs write in sets and that is read a page at a time. */
export interface Listed {
  name: string;
  /** Its key counts up, and is the cursor. */
  key: string;
  columns: Record<string, ColumnType>;
}

/** What rows must be; a column that is undefined is left out. A list means: one of these. */
export type Where = Record<string, string | number | boolean | readonly (string | number)[] | null | undefined>;

/** A page by its key: page 50,000 costs what page 1 costs. One statement that answers one JSON text. `more` are conditions without parameters. */
export function keysetPage<Row>(
  db: EntityManager,
  table: Listed,
  where: Where,
  page: KeysetPage,
  more: readonly string[] = [],
): Promise<Row[]> {
  const { parameters, parameter, conditions } = selection(db, where);
  if (page.after !== undefined) conditions.push(`${table.key} > ${parameter(page.after)}`);
  if (page.before !== undefined) conditions.push(`${table.key} < ${parameter(page.before)}`);
  const order = `${table.key} ${page.descending ? 'desc' : 'asc'}`;
  const from = `${whereClause([...conditions, ...more])} order by ${order} limit ${parameter(page.limit)}`;
  return rowsAs<Row>(db, table, from, parameters, `x.${order}`);
}

/** All rows that match, in the order of the key: for what is small, or asked for by its keys. */
export function rowsWhere<Row>(db: EntityManager, table: Listed, where: Where): Promise<Row[]> {
  const { parameters, conditions } = selection(db, where);
  return rowsAs<Row>(db, table, whereClause(conditions), parameters, `x.${table.key}`);
}

/** The first rows for each of these values of a column, in the order of the key: one statement, however many values. */
export async function firstOfEach<Row>(
  db: EntityManager,
  table: Listed,
  column: string,
  values: readonly (string | number)[],
  limit: number,
  descending = false,
  where: Where = {},
): Promise<Row[]> {
  const { parameters, parameter, conditions } = selection(db, { [column]: values, ...where });
  const order = `${table.key} ${descending ? 'desc' : 'asc'}`;
  const row = await one<{ page: string }>(
    db,
    `select ${packed(db, table.columns, 'x', `x.${order}`)} as page from (
       select *, row_number() over (partition by ${column} order by ${order}) as place from ${table.name} ${whereClause(conditions)}) as x
     where x.place <= ${parameter(limit)}`,
    parameters,
  );
  return JSON.parse(row!.page);
}

async function rowsAs<Row>(db: EntityManager, table: Listed, from: string, parameters: unknown[], order: string) {
  const row = await one<{ page: string }>(
    db,
    `select ${packed(db, table.columns, 'x', order)} as page from (select * from ${table.name} ${from}) as x`,
    parameters,
  );
  return JSON.parse(row!.page) as Row[];
}

const whereClause = (conditions: readonly string[]) =>
  conditions.length > 0 ? `where ${conditions.join(' and ')}` : '';

function selection(db: EntityManager, where: Where) {
  const parameters: unknown[] = [];
  const parameter = (value: unknown) => `$${parameters.push(value)}`;
  const conditions: string[] = [];
  for (const [column, value] of Object.entries(where)) {
    if (value === undefined) continue;
    if (value === null) conditions.push(`${column} is null`);
    else if (typeof value === 'boolean') conditions.push(`${column} = ${value}`);
    else if (typeof value === 'object') {
      const list = parameter(JSON.stringify(value));
      conditions.push(`${column} in ${listed(db, list, typeof value[0] === 'number' ? 'bigint' : 'text')}`);
    } else conditions.push(`${column} = ${parameter(value)}`);
  }
  return { parameters, parameter, conditions };
}
