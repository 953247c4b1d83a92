import type { EntityManager } from 'typeorm';
import { columnOf, columnsOf, type EntityClass, readPacked, tableOf } from './columns.ts';
import { listed } from './dialect/expressions.ts';
import { one, sql } from './sql.ts';

/** A page of a list in the order of its key. Both ends are exclusive. */
export interface KeysetPage<Key = number> {
  after?: Key | undefined;
  before?: Key | undefined;
  limit: number;
  /** Newest first. */
  descending: boolean;
  /** A property that comes before the key in the order, with its values at both ends. */
  sort?: { by: string; after?: string | undefined; before?: string | undefined } | undefined;
}

/** Values from `from` up to, but not including, `before`, or up to and including `to`. */
export interface Range {
  from?: string | null | undefined;
  to?: string | null | undefined;
  before?: string | null | undefined;
}

type Plain = string | number | boolean | null;

/** What rows must be. A list means any of its values, a range any value within it; undefined means any value. */
export type Where<Row> = {
  [Name in keyof Row as Row[Name] extends Plain ? Name : never]?:
    | Row[Name]
    | readonly NonNullable<Row[Name]>[]
    | (Row[Name] extends string | null ? Range : never)
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

interface Conditions<Row> {
  where?: Where<Row>;
  /** More SQL conditions, without parameters. */
  conditions?: readonly string[];
}

/** How a list is read by its indexes. */
export interface Plan<Row> extends Pick<Conditions<Row>, 'conditions'> {
  /** Conditions of which each row meets exactly one. Each part has an index, and is read in order and merged with the others. */
  parts?: readonly string[];
  /**
   * What few rows meet, by an index: these are found first, and the rest of the filter chooses from them. Left to itself, a database without
   * statistics may rather read a whole list in order until it has found a page.
   */
  few?: (Conditions<Row> & { /** Default: the table. */ from?: (parameter: Parameter) => string }) | undefined;
}

/** One of these conditions of a table, each by its own index. */
export const anyOf = (conditions: readonly string[], table: string, key: string): string =>
  conditions.length === 1
    ? conditions[0]!
    : `${key} in (${conditions.map((condition) => `select ${key} from ${table} where ${condition}`).join(' union all ')})`;

/** A page by its key: page 50,000 costs what page 1 costs. */
export function keysetPage<Row extends object, Name extends keyof Row & string = keyof Row & string>(
  db: EntityManager,
  entity: EntityClass<Row>,
  key: KeyOf<Row>,
  where: Where<Row>,
  page: KeysetPage<string | number>,
  { fields, parts = [], ...plan }: Reading<Name> & Plan<Row> = {},
): Promise<Pick<Row, Name>[]> {
  const { name: column } = columnOf(db, entity, key);
  const { table, conditions, parameters, parameter } = planned(db, entity, where, plan);
  const by = page.sort && columnOf(db, entity, page.sort.by as keyof Row & string).name;
  const order = orderOf(page, column, by);
  const chosen = plan.few ? [`${column} in (select ${column} from few ${whereClause({ conditions })})`] : conditions;
  const ends = within(page, column, by, parameter);
  const rest = `order by ${order('')} limit ${parameter(page.limit)}`;
  const query = merged(
    parts.length === 0 || plan.few ? ends : parts.flatMap((part) => ends.map((end) => [...end, part])),
    (more) => `select * from ${tableOf(db, entity)} ${whereClause({ conditions: [...chosen, ...more] })} ${rest}`,
    rest,
  );
  return readPacked(db, entity, `${table} ${query}`, parameters, { fields, order: order('x.') });
}

/** The conditions of a list, and before them (`table`) the definition of the few rows that they choose from, if there is a plan for it. */
function planned<Row extends object>(
  db: EntityManager,
  entity: EntityClass<Row>,
  where: Where<Row>,
  { conditions = [], few }: Plan<Row>,
): Selection & { table: string } {
  const selection = selectionOf(db, entity, where);
  selection.conditions.push(...conditions);
  if (!few) return { ...selection, table: '' };
  const met = selectionOf(db, entity, few.where ?? {}, selection.parameters);
  met.conditions.push(...(few.conditions ?? []));
  const columns = columnsOf(db, entity as EntityClass).filter(({ type }) => type !== 'json');
  const list = columns.map(({ name }) => name).join(', ');
  const table = `with few as materialized (select ${list} from ${few.from?.(met.parameter) ?? tableOf(db, entity)} ${whereClause(met)})`;
  return { ...selection, table };
}

/**
 * The conditions for the rows between the ends of a page, as alternatives of which each row meets exactly one. SQLite looks up only the first
 * column of a pair in an index, and would read every row with the same value before it came to the page, so these are an alternative of their own.
 */
export function within(
  { after, before, sort, descending }: KeysetPage<string | number>,
  key: string,
  by: string | undefined,
  parameter: Parameter,
): string[][] {
  const low = { than: '>', key: after, value: sort?.after };
  const high = { than: '<', key: before, value: sort?.before };
  const [start, end] = descending ? [high, low] : [low, high];
  const common =
    end.key === undefined
      ? []
      : by === undefined
        ? [`${key} ${end.than} ${parameter(end.key)}`]
        : [`(${by}, ${key}) ${end.than} (${parameter(end.value)}, ${parameter(end.key)})`];
  if (start.key === undefined) return [common];
  const beyond = `${key} ${start.than} ${parameter(start.key)}`;
  if (by === undefined) return [[...common, beyond]];
  const value = parameter(start.value);
  return [
    [...common, `${by} = ${value}`, beyond],
    [...common, `${by} ${start.than} ${value}`],
  ];
}

/** Reads each of these lists of conditions in order, and merges them. */
export const merged = (
  alternatives: readonly (readonly string[])[],
  read: (conditions: readonly string[]) => string,
  rest: string,
): string =>
  alternatives.length === 1
    ? read(alternatives[0]!)
    : `select * from (${alternatives.map((one) => `select * from (${read(one)}) as part`).join(' union all ')}) as merged ${rest}`;

/** The `order by` of a page, for columns with this prefix. */
export const orderOf =
  ({ descending }: KeysetPage<string | number>, key: string, by: string | undefined) =>
  (prefix: string): string =>
    [by, key]
      .filter((column) => column !== undefined)
      .map((column) => `${prefix}${column} ${descending ? 'desc' : 'asc'}`)
      .join(', ');

/** The number of rows that match. */
export async function countWhere<Row extends object>(
  db: EntityManager,
  entity: EntityClass<Row>,
  where: Where<Row>,
  plan: Plan<Row> = {},
): Promise<number> {
  const { table, conditions, parameters } = planned(db, entity, where, plan);
  const query = `${table} select count(*) as count from ${table ? 'few' : tableOf(db, entity)} ${whereClause({ conditions })}`;
  return (await one<{ count: number }>(db, query, parameters))!.count;
}

/** The number of rows for each of these values of `field`; values without rows are left out. */
export function countOfEach<Row extends object, By extends keyof Where<Row> & keyof Row & string>(
  db: EntityManager,
  entity: EntityClass<Row>,
  field: By,
  values: readonly NonNullable<Row[By]>[],
  where: Where<Row> = {},
): Promise<{ owner: NonNullable<Row[By]>; count: number }[]> {
  const selection = selectionOf(db, entity, { ...where, [field]: values });
  const { name: column } = columnOf(db, entity, field);
  return sql(
    db,
    `select ${column} as owner, count(*) as count from ${tableOf(db, entity)} ${whereClause(selection)} group by ${column}`,
    selection.parameters,
  );
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

/** Adds a parameter to a statement, and returns its name. */
export type Parameter = (value: unknown) => string;

interface Selection {
  conditions: string[];
  parameters: unknown[];
  parameter: Parameter;
}

function selectionOf<Row extends object>(
  db: EntityManager,
  entity: EntityClass<Row>,
  where: Where<Row>,
  parameters: unknown[] = [],
): Selection {
  const parameter = (value: unknown) => `$${parameters.push(value)}`;
  const conditions = Object.entries(where as Record<string, Plain | readonly Plain[] | Range | undefined>)
    .filter(([, value]) => value !== undefined)
    .flatMap(([field, value]) => {
      const { name: column, type } = columnOf(db, entity, field as keyof Row & string);
      if (value === null) return `${column} is null`;
      if (typeof value === 'boolean') return `${column} = ${value}`;
      if (typeof value !== 'object') return `${column} = ${parameter(value)}`;
      if (!isList(value)) return ranged(value, column, parameter);
      // An index with this column first is in the order of its next columns for one value only.
      if (value.length === 1) return `${column} = ${parameter(value[0])}`;
      return `${column} in ${listed(db, parameter(JSON.stringify(value)), type === 'bigint' ? type : 'text')}`;
    });
  return { parameters, parameter, conditions };
}

const isList = (value: readonly Plain[] | Range): value is readonly Plain[] => Array.isArray(value);

/** The conditions for a column within a range. */
export const ranged = ({ from, to, before }: Range, column: string, parameter: Parameter): string[] => [
  ...(from ? [`${column} >= ${parameter(from)}`] : []),
  ...(to ? [`${column} <= ${parameter(to)}`] : []),
  ...(before ? [`${column} < ${parameter(before)}`] : []),
];

const whereClause = ({ conditions }: { conditions: readonly string[] }) =>
  conditions.length > 0 ? `where ${conditions.join(' and ')}` : '';
