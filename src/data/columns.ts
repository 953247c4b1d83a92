import type { EntityManager } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import { type Column, type ColumnType, type Dialect, dialectOf } from './dialect/dialect.ts';
import { single, sql } from './sql.ts';

/*
 * Set statements whose column lists come from entities. JSON has property names (`accountId`), SQL has column names (`account_id`).
 * `fields` are property names and default to all columns; the compiler checks them.
 *
 *     columnsOf(db, Customer, ['uuid', 'accountId'])        [{ name: 'uuid', type: 'text', path: ['uuid'] }, …]
 *     fieldsOf(db, Customer, CustomerFacts)                 ['type', 'firstName', …]: what the base class declares
 *     names(db, Customer, ['uuid', 'accountId'])            uuid, account_id
 *     names(db, Customer, ['uuid', 'accountId'], 'c')       c.uuid, c.account_id
 *     selected(db, Customer, 'c', ['uuid', 'accountId'])    c.uuid as "uuid", c.account_id as "accountId"
 *     assignments(db, Customer, ['accountId', 'version'])   account_id = excluded.account_id, version = excluded.version
 *     rows(db, Customer, '$2', ['uuid', 'accountId'])       a relation x(uuid, account_id), read from the JSON array $2
 *     packed(db, Customer, 'c', { fields, order: 'c.id' })  one JSON text: [{"uuid":…,"accountId":…},…]
 *     unpacked(tx, SalesOrderLine, 't.payload', 'lines', { list: true, fields })
 *                                                           { join, values, field }: `insert into … (${names(…)}) select ${values} from t ${join}`
 *     insertInto(tx, Invoice, { salesOrder: 'o.id', ...copied('o', ['accountId']) })
 *                                                           insert into invoice (sales_order, account_id) select o.id, o.account_id
 *     await insertAll(tx, Customer, customers)              one statement with one parameter
 *     insertRows(tx, Head, ['name', 'value'])               the same as text, for what may follow: `on conflict …`, `returning …`
 *     await readPacked(db, Customer, 'select * from customer where channel = $1', [channel], { order: 'x.id' })
 *                                                           Customer[], in one statement that returns one JSON text
 *
 * Instead of an entity, `rows`, `packed`, `unpacked`, and `names` take a shape where no entity has the columns: `rows(db, { channel:
 * 'text', until: 'text' }, '$1')`. `shapeOf` makes a shape of an entity, to mix both: `rows(db, { ...shapeOf(db, Customer, ['uuid']),
 * lost: 'boolean' }, '$1')`.
 *
 * JSON columns are declared `@Column({ type: 'json' })`. TypeORM 0.3.31 supports that type on both databases, and reads and writes
 * objects on both: PostgreSQL's column is `json`; on SQLite, TypeORM converts to and from text, and the column is `text` (a column
 * declared `json` there would have NUMERIC affinity). Not `simple-json`: TypeORM takes it for text on PostgreSQL too, and parses again
 * a string that the driver has parsed already.
 */

/** An entity class. */
export type EntityClass<Row extends object = object> = new () => Row;

/** Columns by property name, where no entity has them. */
export type Shape = Readonly<Record<string, ColumnType>>;

type Source = EntityClass | Shape;

/** The property names of an entity or a shape. */
type Field<From> = From extends EntityClass<infer Row> ? keyof Row & string : keyof From & string;

/** Properties that every driver returns as they are. Of the others, SQLite returns 0 and 1, or JSON text. */
type PlainField<Row> = {
  [Name in keyof Row & string]: Row[Name] extends string | number | null ? Name : never;
}[keyof Row & string];

export function columnsOf<From extends Source>(
  db: EntityManager,
  from: From,
  fields?: readonly Field<From>[],
): readonly Column[] {
  const columns = typeof from === 'function' ? entityColumns(db, from) : shapeColumns(from as Shape);
  return fields ? columns.chosen(fields) : columns.all;
}

/** The columns that a base class of an entity declares. */
export const fieldsOf = <Base extends object>(
  db: EntityManager,
  entity: EntityClass<Base>,
  base: abstract new () => Base,
): (keyof Base & string)[] =>
  db.connection
    .getMetadata(entity)
    .columns.filter(
      ({ target, embeddedMetadata }) =>
        !embeddedMetadata && (target === base || (typeof target === 'function' && base.prototype instanceof target)),
    )
    .map(({ propertyName }) => propertyName as keyof Base & string);

export const shapeOf = <Row extends object, Name extends keyof Row & string>(
  db: EntityManager,
  entity: EntityClass<Row>,
  fields: readonly Name[],
): Record<Name, ColumnType> =>
  Object.fromEntries(
    columnsOf(db, entity as EntityClass, fields as never).map(({ path, type }) => [path[0], type]),
  ) as Record<Name, ColumnType>;

export const names = <From extends Source>(
  db: EntityManager,
  from: From,
  fields?: readonly Field<From>[],
  alias?: string,
): string =>
  columnsOf(db, from, fields)
    .map(({ name }) => (alias ? `${alias}.${name}` : name))
    .join(', ');

/** For a statement whose rows the driver returns. Booleans and JSON need `packed`, which is also faster for many rows. */
export const selected = <Row extends object>(
  db: EntityManager,
  entity: EntityClass<Row>,
  alias: string,
  fields: readonly PlainField<Row>[],
): string =>
  columnsOf(db, entity as EntityClass, fields as never)
    .map(({ name, path }) => `${alias}.${name} as "${path.join('.')}"`)
    .join(', ');

/** For `on conflict … do update set`, or for `update … set` with the alias of the relation that has the values. */
export const assignments = <Row extends object>(
  db: EntityManager,
  entity: EntityClass<Row>,
  fields: readonly (keyof Row & string)[],
  from = 'excluded',
): string =>
  columnsOf(db, entity as EntityClass, fields as never)
    .map(({ name }) => `${name} = ${from}.${name}`)
    .join(', ');

/** The objects of a JSON array (`parameter`, such as `$1`) as a relation `x`. A property that an object lacks is null. */
export const rows = <From extends Source>(
  db: EntityManager,
  from: From,
  parameter: string,
  fields?: readonly Field<From>[],
): string => {
  const dialect = dialectOf(db);
  const columns = columnsOf(db, from, fields);
  return once(dialect, columns, `rows ${parameter}`, () => dialect.rows(columns, parameter));
};

/**
 * All rows of `alias` as one JSON text: what moves between databases, and what pages are read as. The database refuses to return more
 * than LARGEST_TEXT, which `Database` reports as TooLarge.
 */
export const packed = <From extends Source>(
  db: EntityManager,
  from: From,
  alias: string,
  { fields, order }: { fields?: readonly Field<From>[] | undefined; order?: string | undefined } = {},
): string => {
  const dialect = dialectOf(db);
  const columns = columnsOf(db, from, fields);
  return once(dialect, columns, `packed ${alias} ${order}`, () => dialect.packed(columns, alias, order));
};

/**
 * Columns of the object at `key` of a JSON column, or with `list` of each object of the array there. `join` follows the table of the
 * column in the FROM clause; `values` are all of them in the order of `names`; `field` is the value of one.
 */
export function unpacked<From extends Source>(
  db: EntityManager,
  from: From,
  column: string,
  key: string,
  { list = false, fields }: { list?: boolean; fields?: readonly Field<From>[] } = {},
): { join: string; values: string; field: (field: Field<From>) => string } {
  const columns = columnsOf(db, from, fields);
  const { join, value } = dialectOf(db).unpacked(columns, column, key, list);
  return { join, values: columns.map(value).join(', '), field: valueIn(columns, value) };
}

/** As `unpacked`, of each object of a JSON column that is an array. */
export function elements(
  db: EntityManager,
  shape: Shape,
  column: string,
): { join: string; field: (field: string) => string } {
  const columns = columnsOf(db, shape);
  const { join, value } = dialectOf(db).elements(columns, column);
  return { join, field: valueIn(columns, value) };
}

const valueIn =
  (columns: readonly Column[], value: (column: Column) => string) =>
  (field: string): string =>
    value(columns.find(({ path }) => path.length === 1 && path[0] === field)!);

/** The head of an `insert … select`, by property: FROM follows. */
export function insertInto<Row extends object>(
  db: EntityManager,
  entity: EntityClass<Row>,
  values: Readonly<Partial<Record<keyof Row & string, string>>>,
): string {
  const list = names(db, entity as EntityClass, Object.keys(values) as never);
  return `insert into ${tableOf(db, entity)} (${list}) select ${Object.values(values).join(', ')}`;
}

/** The columns of these properties, as values for `insertInto`. */
export const copied = <Name extends string>(alias: string, fields: readonly Name[]): Record<Name, string> =>
  Object.fromEntries(fields.map((field) => [field, `${alias}.${snakeCase(field)}`])) as Record<Name, string>;

/** Inserts any number of rows in one statement. Without `fields`, it writes every column that the database does not generate. */
export async function insertAll<Row extends object, Name extends keyof Row & string>(
  tx: EntityManager,
  entity: EntityClass<Row>,
  values: readonly Pick<Row, Name>[],
  fields?: readonly Name[],
): Promise<void> {
  if (values.length === 0) return;
  await sql(tx, insertRows(tx, entity, fields ?? writtenFields(tx, entity)), [JSON.stringify(values)]);
}

/** Inserts the rows of the JSON array $1. Clauses may follow. */
export function insertRows<Row extends object>(
  tx: EntityManager,
  entity: EntityClass<Row>,
  fields: readonly (keyof Row & string)[],
): string {
  const list = names(tx, entity as EntityClass, fields as never);
  // Without a condition, SQLite would take ON CONFLICT for that of a join.
  return `insert into ${tableOf(tx, entity)} (${list}) select ${list} from ${rows(tx, entity as EntityClass, '$1', fields as never)} where true`;
}

/** The rows of a query, which may be thousands: one statement that returns one JSON text. `order` refers to the query as `x`. */
export function readPacked<Row extends object, Name extends keyof Row & string = keyof Row & string>(
  db: EntityManager,
  entity: EntityClass<Row>,
  query: string,
  parameters: unknown[],
  options: { fields?: readonly Name[] | undefined; order?: string } = {},
): Promise<Pick<Row, Name>[]> {
  return readShape(db, entity as EntityClass, query, parameters, options as never);
}

/** As `readPacked`, for rows that are not those of an entity. */
export async function readShape<Row, From extends Source>(
  db: EntityManager,
  shape: From,
  query: string,
  parameters: unknown[],
  options: { fields?: readonly Field<From>[] | undefined; order?: string } = {},
): Promise<Row[]> {
  const { found } = await single<{ found: string }>(
    db,
    `select ${packed(db, shape, 'x', options)} as found from (${query}) as x`,
    parameters,
  );
  return JSON.parse(found);
}

export const tableOf = (db: EntityManager, entity: EntityClass): string => db.connection.getMetadata(entity).tableName;

export const columnOf = <Row extends object>(
  db: EntityManager,
  entity: EntityClass<Row>,
  field: keyof Row & string,
): Column => columnsOf(db, entity as EntityClass, [field] as never)[0]!;

/** The columns of an entity or a shape. Of an entity, each choice is the same list every time. */
interface Columns {
  all: readonly Column[];
  chosen: (fields: readonly string[]) => readonly Column[];
}

const known = new WeakMap<EntityClass | Shape, Columns>();

/** The same in every database, so 1,000 channel databases share them. */
function entityColumns(db: EntityManager, entity: EntityClass): Columns {
  const metadata = db.connection.getMetadata(entity);
  const columns = known.get(entity) ?? indexed(metadata.columns.map(columnFrom));
  known.set(entity, columns);
  return columns;
}

function shapeColumns(shape: Shape): Columns {
  const columns =
    known.get(shape) ??
    indexed(Object.entries(shape).map(([field, type]) => ({ name: snakeCase(field), type, path: [field] })));
  known.set(shape, columns);
  return columns;
}

/** The naming strategy of columns. */
export const snakeCase = (property: string): string =>
  property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function indexed(all: readonly Column[]): Columns {
  const choices = new Map<string, readonly Column[]>();
  return {
    all,
    chosen(fields) {
      const choice = fields.join();
      const columns = choices.get(choice) ?? fields.flatMap((field) => columnsAt(all, field));
      choices.set(choice, columns);
      return columns;
    },
  };
}

function columnsAt(all: readonly Column[], field: string): readonly Column[] {
  const columns = all.filter(({ path }) => path[0] === field);
  if (columns.length === 0) throw new Error(`There is no column for the property ${field}.`);
  return columns;
}

const texts = new WeakMap<Dialect, WeakMap<readonly Column[], Map<string, string>>>();

/** Builds the SQL of these columns once: a page statement repeats its columns three times. */
function once(dialect: Dialect, columns: readonly Column[], key: string, build: () => string): string {
  const ofDialect = texts.get(dialect) ?? new WeakMap<readonly Column[], Map<string, string>>();
  texts.set(dialect, ofDialect);
  const ofColumns = ofDialect.get(columns) ?? new Map<string, string>();
  ofDialect.set(columns, ofColumns);
  const text = ofColumns.get(key) ?? build();
  ofColumns.set(key, text);
  return text;
}

const columnFrom = (column: ColumnMetadata): Column => ({
  name: column.databaseName,
  type: typeOf(column),
  path: column.propertyPath.split('.'),
});

function typeOf({ type, entityMetadata, propertyPath }: ColumnMetadata): ColumnType {
  switch (type) {
    case 'text':
    case 'varchar':
      return 'text';
    case 'integer':
    case 'smallint':
    case 'bigint':
      return 'bigint';
    case 'boolean':
      return 'boolean';
    case 'json':
      return 'json';
    default:
      throw new Error(`${entityMetadata.name}.${propertyPath} has a type that cannot be moved as JSON: ${type}.`);
  }
}

const writtenFields = <Row extends object>(db: EntityManager, entity: EntityClass<Row>): (keyof Row & string)[] => [
  ...new Set(
    db.connection
      .getMetadata(entity)
      .columns.filter(({ isGenerated }) => !isGenerated)
      .map(({ propertyPath }) => propertyPath.split('.')[0] as keyof Row & string),
  ),
];
