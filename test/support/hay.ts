import type { EntityMetadata } from 'typeorm';
import type { EntityClass } from '../../src/data/columns.ts';
import type { Database } from '../../src/data/database.ts';
import { sql } from '../../src/data/sql.ts';
import { onPostgres } from './headquarters.ts';
import { sourcesOf } from './statements.ts';

/**
 * Copies the newest row of each of these tables many times, with keys and unique columns of their own. Then the database counts its rows.
 * `entities` are those of this kind of database: on PostgreSQL, both kinds share a pool, and both have a table of customers.
 */
export async function multiply(
  database: Database,
  entities: readonly EntityClass[],
  tables: readonly string[],
  times: number,
): Promise<void> {
  const { writer } = sourcesOf(database);
  const metadata = entities.map((entity) => writer.getMetadata(entity));
  for (const table of tables) {
    const entity = metadata.find(({ tableName }) => tableName === table)!;
    const unique = await uniqueColumns(database, table);
    await database.write((tx) => sql(tx, copies(entity, unique, times)));
  }
  // Only what was filled: a server of PostgreSQL may have thousands of other tables.
  await database.write((tx) => sql(tx, onPostgres ? `analyze ${tables.join(', ')}` : 'analyze'));
}

/** Each copy has the next key; in a unique column, text is followed by the number of the copy. */
function copies({ tableName, columns, primaryColumns }: EntityMetadata, unique: Set<string>, times: number): string {
  const names = columns.map(({ databaseName }) => databaseName);
  const counted = [...primaryColumns, ...columns.filter(({ databaseName }) => unique.has(databaseName))];
  const values = columns.map((column) => {
    const { databaseName: name, type } = column;
    if (!counted.includes(column)) return `o.${name}`;
    if (type === 'bigint' || type === 'integer') return `o.${name} + n.number`;
    const hex = onPostgres ? "lpad(to_hex(n.number), 12, '0')" : "printf('%012x', n.number)";
    return name.endsWith('uuid') || name === 'id'
      ? `substr(o.${name}, 1, 24) || ${hex}`
      : `o.${name} || '-' || n.number`;
  });
  const order = primaryColumns.map(({ databaseName }) => `${databaseName} desc`).join(', ');
  return `with recursive numbers(number) as (select 1 union all select number + 1 from numbers where number < ${times})
    insert into ${tableName} (${names.join(', ')})
    select ${values.join(', ')} from (select * from ${tableName} order by ${order} limit 1) o cross join numbers n
    where true`;
}

/** The columns of unique indexes, except those that hold the place where a row belongs. */
async function uniqueColumns(database: Database, table: string): Promise<Set<string>> {
  const rows = await database.read((db) =>
    sql<{ name: string }>(
      db,
      onPostgres
        ? `select a.attname as name from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace s on s.oid = c.relnamespace
             join pg_attribute a on a.attrelid = c.oid and a.attnum = any(i.indkey)
           where i.indisunique and not i.indisprimary and c.relname = $1 and s.nspname = current_schema()`
        : `select c.name from pragma_index_list($1) i join pragma_index_info(i.name) c where i."unique" = 1 and i.origin <> 'pk'`,
      [table],
    ),
  );
  return new Set(rows.map(({ name }) => name).filter((name) => !placeColumns.has(name)));
}

const placeColumns = new Set([
  'channel',
  'channel_database',
  'epoch',
  'job',
  'type',
  'business_date',
  'currency',
  'state',
  'kind',
]);
