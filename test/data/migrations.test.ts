import { expect, onTestFinished, test } from 'vitest';
import type { Database } from '../../src/data/database.ts';
import { channelDatabase, headquarters, openDatabase } from '../../src/data/open.ts';
import { sql } from '../../src/data/sql.ts';
import { countOf, rowsOf } from '../support/actions.ts';
import { emptyDatabases, onPostgres, startHeadquarters } from '../support/headquarters.ts';

const kinds = { headquarters, 'a channel database': channelDatabase };

async function urls(): Promise<{ url: string }> {
  const { DATABASE_URL, DATA_DIR } = await emptyDatabases({ fresh: true });
  return { url: DATABASE_URL ?? `sqlite:${DATA_DIR}/hq.db` };
}

async function open(url: string, kind: typeof headquarters): Promise<Database> {
  const database = await openDatabase(url, { name: 'database', kind, readers: 1 });
  onTestFinished(() => database.close());
  return database;
}

/** Columns of every table, with whether each may be null. */
async function tablesOf(database: Database): Promise<Record<string, Record<string, boolean>>> {
  const found = onPostgres
    ? await rowsOf<{ table: string; column: string; nullable: boolean }>(
        database,
        `select table_name as "table", column_name as "column", is_nullable = 'YES' as nullable
         from information_schema.columns where table_schema = current_schema()`,
      )
    : await rowsOf<{ table: string; column: string; nullable: number }>(
        database,
        `select m.name as "table", c.name as "column", c."notnull" = 0 and c.pk = 0 as nullable
         from sqlite_schema m join pragma_table_info(m.name) c where m.type = 'table' and m.name not like 'sqlite_%'`,
      );
  const tables: Record<string, Record<string, boolean>> = {};
  for (const { table, column, nullable } of found) tables[table] = { ...tables[table], [column]: Boolean(nullable) };
  return tables;
}

test.each(Object.entries(kinds))('migrations of %s applied twice change nothing', async (_name, kind) => {
  const { url } = await urls();
  const first = await open(url, kind);
  const before = await tablesOf(first);
  const applied = await rowsOf(first, 'select name from migrations');
  const second = await open(url, kind);

  expect(applied.length).toBe(kind.migrations.length);
  expect(await rowsOf(second, 'select name from migrations')).toEqual(applied);
  expect(await tablesOf(second)).toEqual(before);
});

test('two processes that open a new database at once migrate it once', async () => {
  const { url } = await urls();
  // SQLite's first one makes the file; both at once are two servers that somebody started by mistake.
  const databases = onPostgres
    ? await Promise.all([open(url, headquarters), open(url, headquarters)])
    : [await open(url, headquarters), await open(url, headquarters)];
  for (const database of databases) expect(await countOf(database, 'number_sequence')).toBe(4);
});

test('what is in a database is still there after it was opened again', async () => {
  const { url } = await urls();
  const first = await open(url, headquarters);
  await first.write((tx) => sql(tx, `update number_sequence set next_number = 42 where name = 'customer-account'`));
  await first.close();
  expect(
    await rowsOf(
      await open(url, headquarters),
      `select next_number from number_sequence where name = 'customer-account'`,
    ),
  ).toEqual([{ next_number: 42 }]);
});

test('a new headquarters has its number sequences, its streams and the schedules that are on from the start', async () => {
  const { hq } = await startHeadquarters();
  expect(
    await rowsOf(hq, 'select name, prefix, digits, next_number, largest from number_sequence order by name'),
  ).toEqual([
    { name: 'customer-account', prefix: 'C', digits: 8, next_number: 1, largest: 99_999_999 },
    { name: 'invoice', prefix: 'INV', digits: 9, next_number: 1, largest: 999_999_999 },
    { name: 'sales-order', prefix: 'SO', digits: 9, next_number: 1, largest: 999_999_999 },
    { name: 'statement', prefix: 'ST', digits: 8, next_number: 1, largest: 99_999_999 },
  ]);
  expect(await rowsOf(hq, 'select name, value from head')).toEqual([{ name: 'customer-version', value: 0 }]);
  expect(await rowsOf(hq, 'select job, cron from schedule order by id')).toEqual([
    { job: 'conversion', cron: '*/5 * * * *' },
    { job: 'synchronize-orders', cron: '1-59/5 * * * *' },
  ]);
});
