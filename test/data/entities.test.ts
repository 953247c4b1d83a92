import type { EntityMetadata } from 'typeorm';
import { expect, onTestFinished, test } from 'vitest';
import type { Database } from '../../src/data/database.ts';
import { channelDatabase, headquarters, openDatabase } from '../../src/data/open.ts';
import { rowsOf } from '../support/actions.ts';
import { emptyDatabases, onPostgres } from '../support/headquarters.ts';
import { sourcesOf } from '../support/statements.ts';

interface TableColumn {
  type: string;
  nullable: boolean;
  primary: boolean;
}
type Tables = Record<string, Record<string, TableColumn>>;

test.each(
  Object.entries({ headquarters, 'a channel database': channelDatabase }),
)('the entities of %s are its tables, column by column', async (_name, kind) => {
  const { DATABASE_URL, DATA_DIR } = await emptyDatabases({ fresh: true });
  const url = DATABASE_URL ?? `sqlite:${DATA_DIR}/database.db`;
  const database = await openDatabase(url, { name: 'database', kind, readers: 1 });
  onTestFinished(() => database.close());

  const { entityMetadatas: all } = sourcesOf(database).writer;
  // On SQLite, the words of customers are an index without a table: its columns have no types, and its tables are its own affair.
  const entityMetadatas = all.filter(({ tableName }) => onPostgres || tableName !== 'customer_search');
  expect(described(entityMetadatas)).toEqual(await migrated(database));
  // Two entities of one table would hide each other.
  expect(entityMetadatas.length).toBe(new Set(entityMetadatas.map(({ tableName }) => tableName)).size);
});

/** The tables as the entities describe them. */
function described(entities: readonly EntityMetadata[]): Tables {
  const tables: Tables = {};
  for (const { tableName, columns, primaryColumns } of entities) {
    tables[tableName] = {};
    for (const { databaseName, type, isNullable, isPrimary } of columns) {
      // SQLite keeps a row under its key if the type of the key is exactly `integer`.
      const isRowId = !onPostgres && isPrimary && primaryColumns.length === 1 && type === 'bigint';
      const json = onPostgres ? 'json' : 'text';
      tables[tableName][databaseName] = {
        type: isRowId ? 'integer' : type === 'json' ? json : String(type),
        nullable: isNullable,
        primary: isPrimary,
      };
    }
  }
  return tables;
}

/** The tables as the migrations made them. */
async function migrated(database: Database): Promise<Tables> {
  const found = await rowsOf<TableColumn & { table: string; column: string }>(
    database,
    onPostgres
      ? `select c.table_name as "table", c.column_name as "column", c.data_type as type, c.is_nullable = 'YES' as nullable,
           exists (select 1 from information_schema.key_column_usage k join information_schema.table_constraints t using (constraint_schema, constraint_name)
             where t.constraint_type = 'PRIMARY KEY' and k.table_schema = c.table_schema and k.table_name = c.table_name
               and k.column_name = c.column_name) as primary
         from information_schema.columns c where c.table_schema = current_schema() and c.table_name <> 'migrations'`
      : `select m.name as "table", c.name as "column", lower(c.type) as type, c."notnull" = 0 and c.pk = 0 as nullable, c.pk > 0 as "primary"
         from sqlite_schema m join pragma_table_info(m.name) c
         where m.type = 'table' and m.name not like 'sqlite_%' and m.name not like 'customer_search%' and m.name <> 'migrations'`,
  );
  const tables: Tables = {};
  for (const { table, column, type, nullable, primary } of found) {
    tables[table] = { ...tables[table], [column]: { type, nullable: Boolean(nullable), primary: Boolean(primary) } };
  }
  return tables;
}
