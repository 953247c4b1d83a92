import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import sqlite3 from 'sqlite3';
import {
  DataSource,
  type DataSourceOptions,
  DefaultNamingStrategy,
  type EntitySchema,
  type MigrationInterface,
} from 'typeorm';
import { DatabaseUnavailable } from '../errors.ts';
import { initial as initialChannel } from './channel/migrations/initial.ts';
import { transactions } from './channel/migrations/transactions.ts';
import { Database } from './database.ts';
import { hqEntities } from './hq/entities.ts';
import { initial as initialHq } from './hq/migrations/initial.ts';
import { ordersAndStatements } from './hq/migrations/orders-and-statements.ts';
import { sqliteDriver } from './sqlite-driver.ts';

/*
 * The one file that names the drivers. typeorm 0.3 is the last that has a driver for sqlite3 (typeorm 1.x has none);
 * moving on means changing this file.
 */

interface Kind {
  entities: EntitySchema[];
  migrations: (new () => MigrationInterface)[];
}

export const headquarters: Kind = { entities: hqEntities, migrations: [initialHq, ordersAndStatements] };
export const channelDatabase: Kind = { entities: [], migrations: [initialChannel, transactions] };

export interface OpenOptions {
  /** What messages call it. */
  name: string;
  kind: Kind;
  /** Read-only connections beside the writer's (SQLite). Two are right for two cores. */
  readers: number;
  /** Connections of the pool (PostgreSQL). */
  poolSize?: number;
}

/**
 * Opens a database, making it and bringing it to the newest migration first. `url` is `sqlite:<file>` or
 * `postgres://user@host/database?schema=<schema>`.
 */
export async function openDatabase(url: string, options: OpenOptions): Promise<Database> {
  try {
    return await (url.startsWith('sqlite:')
      ? openSqlite(url.slice('sqlite:'.length), options)
      : openPostgres(new URL(url), options));
  } catch (error) {
    throw new DatabaseUnavailable(options.name, { cause: error });
  }
}

const everywhere = {
  // Otherwise `findOneBy({ id: undefined })` answers the first row of the table.
  invalidWhereValuesBehavior: { null: 'throw', undefined: 'throw' },
  synchronize: false,
  logging: false,
  migrationsTransactionMode: 'each',
  namingStrategy: new (class extends DefaultNamingStrategy {
    override columnName(property: string, custom: string): string {
      return custom || property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    }
  })(),
} as const;

const always = ['busy_timeout = 5000', 'temp_store = MEMORY', 'cache_size = -16384'];
// FULL: an account ID that was published must not be forgotten, and given out again, after a power cut.
const writing = [
  'journal_mode = WAL',
  'synchronous = FULL',
  'wal_autocheckpoint = 1000',
  'journal_size_limit = 67108864',
];

async function openSqlite(file: string, { name, kind, readers }: OpenOptions): Promise<Database> {
  await mkdir(dirname(file), { recursive: true });
  const writer = new DataSource({
    ...everywhere,
    ...kind,
    type: 'sqlite',
    database: file,
    driver: sqliteDriver([...always, ...writing]),
  });
  await writer.initialize();
  const [{ version }] = await writer.query('select sqlite_version() as version');
  if (/^3\.([0-9]|[1-4][0-9]|50)\./.test(version)) {
    throw new Error(
      `SQLite ${version} is too old: 3.51 or newer is needed (jsonb_each). Use the sqlite3 package's own build.`,
    );
  }
  await writer.runMigrations();
  const reading = Array.from(
    { length: readers },
    () =>
      new DataSource({
        ...everywhere,
        entities: kind.entities,
        type: 'sqlite',
        database: file,
        flags: sqlite3.OPEN_READONLY,
        driver: sqliteDriver([...always, 'query_only = ON']),
      }),
  );
  for (const reader of reading) await reader.initialize();
  return new Database(name, writer, reading);
}

async function openPostgres(url: URL, { name, kind, poolSize = 10 }: OpenOptions): Promise<Database> {
  const schema = url.searchParams.get('schema') ?? 'public';
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) throw new Error(`"${schema}" is no name for a schema.`);
  url.searchParams.delete('schema');
  const options: DataSourceOptions = {
    ...everywhere,
    ...kind,
    type: 'postgres',
    url: url.href,
    parseInt8: true,
    poolSize,
    connectTimeoutMS: 5_000,
    applicationName: `hq ${name}`,
    // Our statements take milliseconds. To compile them takes a third of a second, which PostgreSQL does when it guesses that a batch is large.
    extra: { options: `-c search_path=${schema} -c timezone=UTC -c jit=off` },
  };
  const source = new DataSource(options);
  await source.initialize();
  const runner = source.createQueryRunner();
  try {
    // Two processes that open a new database at once migrate it one after the other.
    await runner.query('select pg_advisory_lock(hashtext($1))', [`migrate ${schema}`]);
    await runner.query(`create schema if not exists ${schema}`);
    await source.runMigrations();
  } finally {
    await runner.query('select pg_advisory_unlock(hashtext($1))', [`migrate ${schema}`]);
    await runner.release();
  }
  return new Database(name, source);
}
