import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import sqlite3 from 'sqlite3';
import {
  DataSource,
  type DataSourceOptions,
  DefaultNamingStrategy,
  type EntityManager,
  MigrationExecutor,
  type MigrationInterface,
  type QueryRunner,
} from 'typeorm';
import { DatabaseUnavailable } from '../errors.ts';
import { channelEntities } from './channel/entities.ts';
import { initial as initialChannel } from './channel/migrations/initial.ts';
import { type EntityClass, snakeCase } from './columns.ts';
import { Database, driverCode, type Follow, PATIENCE } from './database.ts';
import { makeFolder } from './folder.ts';
import { hqEntities } from './hq/entities.ts';
import { initial as initialHq } from './hq/migrations/initial.ts';
import { followStatuses } from './hq/transaction-feed.bulk.ts';
import { unhurried } from './interruption.ts';
import { applicationName } from './node.ts';
import { Client, connectionOptions, withoutTimeouts } from './postgres-client.ts';
import { sql } from './sql.ts';
import { sqliteDriver } from './sqlite-driver.ts';

/*
 * The one file that names the drivers. typeorm 0.3 is the last that has a driver for sqlite3 (typeorm 1.x has none);
 * moving on means changing this file.
 */

interface Kind {
  entities: EntityClass[];
  migrations: (new () => MigrationInterface)[];
  /** What its transactions do last. */
  follow?: Follow;
}

export const headquarters: Kind = {
  entities: hqEntities,
  migrations: [initialHq],
  follow: followStatuses,
};
export const channelDatabase: Kind = { entities: channelEntities, migrations: [initialChannel] };

interface OpenOptions {
  /** What messages call it. */
  name: string;
  kind: Kind;
  /** Read-only connections beside the writer's (SQLite). Two are right for two cores. */
  readers: number;
  /** Connections of the pool (PostgreSQL). */
  poolSize?: number | undefined;
}

/** The database was migrated by a newer version of this program, which may rely on what this one does not know. */
export class SchemaTooNew extends Error {}

/**
 * Opens a database, making it and bringing it to the newest migration first. `url` is `sqlite:<file>` or
 * `postgres://user@host/database?schema=<schema>`. Throws DatabaseUnavailable, which says why when trying again does not help.
 */
export async function openDatabase(url: string, options: OpenOptions): Promise<Database> {
  try {
    return await (url.startsWith('sqlite:')
      ? openSqlite(url.slice('sqlite:'.length), options)
      : openPostgres(new URL(url), options));
  } catch (error) {
    throw new DatabaseUnavailable(options.name, { cause: error, reason: reasonOf(error) });
  }
}

/**
 * Asks a database as it is, without creating, migrating, or changing anything, and even while a server uses it. Answers undefined if the
 * database does not exist or has never been migrated. Throws DatabaseUnavailable.
 */
export async function peek<T>(
  url: string,
  { name, kind }: Pick<OpenOptions, 'name' | 'kind'>,
  question: (db: EntityManager) => Promise<T>,
): Promise<T | undefined> {
  let source: DataSource | undefined;
  try {
    source = url.startsWith('sqlite:')
      ? readOnlySqlite(url.slice('sqlite:'.length), kind)
      : readOnlyPostgres(new URL(url), { name, kind });
    if (!source) return undefined;
    await source.initialize();
    const migrated = await source.createQueryRunner().hasTable('migrations');
    return migrated ? await question(source.manager) : undefined;
  } catch (error) {
    throw new DatabaseUnavailable(name, { cause: error, reason: reasonOf(error) });
  } finally {
    if (source?.isInitialized) await source.destroy();
  }
}

/** The migrations of a database, by name. */
export interface SchemaVersion {
  applied: string[];
  /** What `openDatabase` would run. */
  pending: string[];
  /** What only a newer version of this program knows. */
  unknown: string[];
}

/** Throws DatabaseUnavailable. */
export async function schemaVersion(url: string, options: Pick<OpenOptions, 'name' | 'kind'>): Promise<SchemaVersion> {
  const known = options.kind.migrations.map((Migration) => new Migration().name!);
  const applied = await peek(url, options, (db) =>
    sql<{ name: string }>(db, 'select name from migrations order by id'),
  );
  const names = (applied ?? []).map(({ name }) => name);
  return {
    applied: names,
    pending: known.filter((name) => !names.includes(name)),
    unknown: names.filter((name) => !known.includes(name)),
  };
}

/** What an operator has to mend before the database can be opened; undefined: it may answer at the next try. */
function reasonOf(error: unknown): string | undefined {
  if (error instanceof SchemaTooNew)
    return 'it was migrated by a newer version of this program: run that version, or restore an older backup';
  switch (driverCode(error)) {
    case 'SQLITE_NOTADB':
    case 'SQLITE_CORRUPT':
      return 'its file is damaged, or is not a database: restore a backup';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'SQLITE_READONLY':
    case 'SQLITE_CANTOPEN':
      return 'this process may not read and write its file and folder';
    case 'ENOENT':
    case 'ENOTDIR':
    case 'EEXIST':
      return 'its folder does not exist and cannot be created';
    case 'ENOSPC':
    case 'SQLITE_FULL':
      return 'the disk is full';
    case '28000':
    case '28P01':
      return 'PostgreSQL does not accept the user or password';
    case '3D000':
      return 'PostgreSQL has no such database';
    case '42501':
      return 'the PostgreSQL user may not create or change its schema';
    default:
      return undefined;
  }
}

/** Brings a database to the newest migration. */
async function migrate(source: DataSource, runner: QueryRunner): Promise<void> {
  const executor = new MigrationExecutor(source, runner);
  const known = new Set(source.migrations.map(({ name }) => name));
  const newer = (await executor.getExecutedMigrations()).find(({ name }) => !known.has(name));
  if (newer) throw new SchemaTooNew(`This version does not know the migration ${newer.name}.`);
  executor.transaction = 'each';
  await executor.executePendingMigrations();
}

const everywhere = {
  // Otherwise `findOneBy({ id: undefined })` returns the first row of the table.
  invalidWhereValuesBehavior: { null: 'throw', undefined: 'throw' },
  synchronize: false,
  logging: false,
  migrationsTransactionMode: 'each',
  namingStrategy: new (class extends DefaultNamingStrategy {
    override columnName(property: string, custom: string): string {
      return custom || snakeCase(property);
    }
  })(),
} as const;

/** `Database` tries again itself: it knows how long the caller has waited already, and a thread does not. */
const brief = 'busy_timeout = 50';
const patient = `busy_timeout = ${PATIENCE}`;
const always = ['temp_store = MEMORY', 'cache_size = -16384'];
// FULL: an account ID that was published must not be forgotten, and given out again, after a power cut.
const writing = [
  patient,
  'journal_mode = WAL',
  'synchronous = FULL',
  'wal_autocheckpoint = 1000',
  'journal_size_limit = 67108864',
  brief,
];
const reading = [patient, 'query_only = ON'];

async function openSqlite(file: string, { name, kind, readers }: OpenOptions): Promise<Database> {
  await makeFolder(dirname(file));
  const writer = new DataSource({
    ...everywhere,
    ...kind,
    type: 'sqlite',
    database: file,
    driver: sqliteDriver([...always, ...writing]),
  });
  const sources = [
    writer,
    ...Array.from(
      { length: readers },
      () =>
        new DataSource({
          ...everywhere,
          entities: kind.entities,
          type: 'sqlite',
          database: file,
          flags: sqlite3.OPEN_READONLY,
          driver: sqliteDriver([...always, ...reading]),
        }),
    ),
  ];
  try {
    await writer.initialize();
    const [{ version }] = await writer.query('select sqlite_version() as version');
    if (/^3\.([0-9]|[1-4][0-9]|50)\./.test(version)) {
      throw new Error(
        `SQLite ${version} is too old: 3.51 or newer is needed (jsonb_each). Use the sqlite3 package's own build.`,
      );
    }
    await writer.query(`PRAGMA ${patient}`);
    await migrate(writer, writer.createQueryRunner());
    await writer.query(`PRAGMA ${brief}`);
    for (const reader of sources.slice(1)) await reader.initialize();
    return new Database(name, writer, sources.slice(1), kind.follow);
  } catch (error) {
    for (const source of sources) if (source.isInitialized) await source.destroy();
    throw error;
  }
}

/** Undefined if there is no such file. */
function readOnlySqlite(file: string, { entities }: Kind): DataSource | undefined {
  if (!existsSync(file)) return undefined;
  const address = pathToFileURL(resolve(file)).href;
  return new DataSource({
    ...everywhere,
    entities,
    type: 'sqlite',
    // A reader, too, creates the files of the write-ahead log and leaves them behind. Where there are none, nobody is writing.
    database: existsSync(`${file}-wal`) ? address : `${address}?immutable=1`,
    flags: sqlite3.OPEN_READONLY | sqlite3.OPEN_URI,
    driver: sqliteDriver([...always, ...reading]),
  });
}

type PostgresOptions = Extract<DataSourceOptions, { type: 'postgres' }>;

/** The schema that a URL names, and how to connect to it. */
function postgresOptions(
  url: URL,
  { name, kind, poolSize = 10 }: Omit<OpenOptions, 'readers'>,
): { schema: string; options: PostgresOptions } {
  const schema = url.searchParams.get('schema') ?? 'public';
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) throw new Error(`"${schema}" is not a valid schema name.`);
  url.searchParams.delete('schema');
  const options: PostgresOptions = {
    ...everywhere,
    ...kind,
    type: 'postgres',
    url: url.href,
    parseInt8: true,
    poolSize,
    connectTimeoutMS: PATIENCE,
    applicationName: applicationName(name),
    extra: { options: connectionOptions(schema), Client, keepAlive: true },
  };
  return { schema, options };
}

function readOnlyPostgres(url: URL, database: Pick<OpenOptions, 'name' | 'kind'>): DataSource {
  const { options } = postgresOptions(url, database);
  options.extra.options += ' -c default_transaction_read_only=on';
  return new DataSource(options);
}

async function openPostgres(url: URL, database: OpenOptions): Promise<Database> {
  const { schema, options } = postgresOptions(url, database);
  const source = new DataSource(options);
  await source.initialize();
  const runner = source.createQueryRunner();
  try {
    await unhurried(async () => {
      await runner.query(withoutTimeouts);
      // Two processes that open a new database together migrate it one after the other.
      await runner.query('select pg_advisory_lock(hashtext($1))', [`migrate ${schema}`]);
      await runner.query(`create schema if not exists ${schema}`);
      await migrate(source, runner);
      await runner.query('select pg_advisory_unlock(hashtext($1))', [`migrate ${schema}`]);
      await runner.query('reset all');
    });
    await runner.release();
  } catch (error) {
    // This ends the session, which frees its lock.
    await source.destroy();
    throw error;
  }
  return new Database(database.name, source, [], database.kind.follow);
}
