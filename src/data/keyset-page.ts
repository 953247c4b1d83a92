import type { EntityManager } from 'typeorm';
import { columnOf, type EntityClass, readPacked, tableOf } from './columns.ts';
import { listed } from './dialect/expressions.ts';

/** A page of a list in the order of its key. Both ends are exclusive. */
export interface KeysetPage<Key = number> {
  after?: Key | undefined;
  before?: Key | undefined;
  limit: number;
  /** Newest first. */
  descending: boolean;
}

type Plain = string | number | boolean | null;

/** What rows must be. A list means any of its values; undefined means any value. */
export type Where<Row> = {
  [Name in keyof Row as Row[Name] extends Plain ? Name : never]?:
    | Row[Name]
    | readonly NonNullable<Row[Name]>[]
    | null
    | undefined;
};

/** A property that can order a list. */
type KeyOf<Row> = {
  [Name in keyof Row & string]: Row[Name] extends string | number ? Name : never;
}[keyof Row & string];

interface Reading<Name> {
  /** Reads only these columns. */
  fields?: readonly Name[];
}

/** A page by its key: page 50,000 costs what page 1 costs. `conditions` are more SQL conditions, without parameters. */
export function keysetPage<Row extends object, Name extends keyof Row & string = keyof Row & string>(
  db: EntityManager,
  entity: EntityClass<Row>,
  key: KeyOf<Row>,
  where: Where<Row>,
  { after, before, limit, descending }: KeysetPage<string | number>,
  { conditions = [], fields }: Reading<Name> & { conditions?: readonly string[] } = {},
): Promise<Pick<Row, Name>[]> {
  const selection = selectionOf(db, entity, where);
  const { name: column } = columnOf(db, entity, key);
  if (after !== undefined) selection.conditions.push(`${column} > ${selection.parameter(after)}`);
  if (before !== undefined) selection.conditions.push(`${column} < ${selection.parameter(before)}`);
  selection.conditions.push(...conditions);
  const order = `${column} ${descending ? 'desc' : 'asc'}`;
  const query = `select * from ${tableOf(db, entity)} ${whereClause(selection)} order by ${order} limit ${selection.parameter(limit)}`;
  return readPacked(db, entity, query, selection.parameters, { fields, order: `x.${order}` });
}

/** All rows that match, in the order of the key: for what is small, or asked for by its keys. */
export function rowsWhere<Row extends object, Name extends keyof Row & string = keyof Row & string>(
  db: EntityManager,
  entity: EntityClass<Row>,
  key: KeyOf<Row>,
  where: Where<Row>,
  { fields }: Reading<Name> = {},
): Promise<Pick<Row, Name>[]> {
  const selection = selectionOf(db, entity, where);
  const query = `select * from ${tableOf(db, entity)} ${whereClause(selection)}`;
  return readPacked(db, entity, query, selection.parameters, { fields, order: `x.${columnOf(db, entity, key).name}` });
}

/** The first rows for each of these values of `field`, in the order of the key: one statement, however many values. */
export function firstOfEach<
  Row extends object,
  By extends keyof Where<Row> & keyof Row & string,
  Name extends keyof Row & string = keyof Row & string,
>(
  db: EntityManager,
  entity: EntityClass<Row>,
  key: KeyOf<Row>,
  field: By,
  values: readonly NonNullable<Row[By]>[],
  { limit, descending }: Pick<KeysetPage, 'limit' | 'descending'>,
  { where = {}, fields }: Reading<Name> & { where?: Where<Row> } = {},
): Promise<Pick<Row, Name>[]> {
  const selection = selectionOf(db, entity, { ...where, [field]: values });
  const order = `${columnOf(db, entity, key).name} ${descending ? 'desc' : 'asc'}`;
  const query = `select * from (
      select *, row_number() over (partition by ${columnOf(db, entity, field).name} order by ${order}) as place
      from ${tableOf(db, entity)} ${whereClause(selection)}) as placed
    where place <= ${selection.parameter(limit)}`;
  return readPacked(db, entity, query, selection.parameters, { fields, order: `x.${order}` });
}

interface Selection {
  conditions: string[];
  parameters: unknown[];
  parameter: (value: unknown) => string;
}

function selectionOf<Row extends object>(db: EntityManager, entity: EntityClass<Row>, where: Where<Row>): Selection {
  const parameters: unknown[] = [];
  const parameter = (value: unknown) => `$${parameters.push(value)}`;
  const conditions = Object.entries(where as Record<string, Plain | readonly Plain[] | undefined>)
    .filter(([, value]) => value !== undefined)
    .map(([field, value]) => {
      const { name: column, type } = columnOf(db, entity, field as keyof Row & string);
      if (value === null) return `${column} is null`;
      if (typeof value === 'boolean') return `${column} = ${value}`;
      if (typeof value !== 'object') return `${column} = ${parameter(value)}`;
      return `${column} in ${listed(db, parameter(JSON.stringify(value)), type === 'bigint' ? type : 'text')}`;
    });
  return { parameters, parameter, conditions };
}

const whereClause = ({ conditions }: Selection) => (conditions.length > 0 ? `where ${conditions.join(' and ')}` : '');
