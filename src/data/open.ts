import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import sqlite3 from 'sqlite3';
import { DataSource, type EntityManager, MigrationExecutor, type MigrationInterface, type QueryRunner } from 'typeorm';
import { DatabaseUnavailable } from '../errors.ts';
import { channelEntities } from './channel/entities.ts';
import { initial as initialChannel } from './channel/migrations/initial.ts';
import type { EntityClass } from './columns.ts';
import { everywhere } from './data-source.ts';
import { Database, driverCode, type Follow, PATIENCE } from './database.ts';
import { makeFolder } from './folder.ts';
import { hqEntities } from './hq/entities.ts';
import { initial as initialHq } from './hq/migrations/initial.ts';
import { followStatuses } from './hq/transaction-feed.bulk.ts';
import { unhurried } from './interruption.ts';
import { isExpanding } from './migration.ts';
import { Pools } from './pools.ts';
import { type PostgresUrl, parsePostgresUrl } from './postgres-url.ts';
import { sql } from './sql.ts';
import { sqliteDriver } from './sqlite-driver.ts';

/*
 * Only this file and pools.ts create DataSources. typeorm 0.3 is the last version with a driver for sqlite3; moving to typeorm 1.x means
 * changing these two.
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
  /** Whose connections it uses (PostgreSQL). Without them, it has a pool of its own. */
  pools?: Pools | undefined;
  /**
   * What to do with a database that an older version of this program has migrated (PostgreSQL, where other processes may run that version):
   * refuse it unless this is `migrate`. SQLite is always migrated.
   */
  older?: 'refuse' | 'migrate' | undefined;
}

/** What shares connections with the databases of a system. */
export const poolsOf = (size: number, readOnly = false): Pools =>
  new Pools({ entities: [...hqEntities, ...channelEntities], size, readOnly });

/** A newer version of this program has migrated the database, by more than adding what this one can ignore. */
export class SchemaTooNew extends Error {}

/** The database was migrated by an older version of this program, which other processes may still run. */
export class SchemaTooOld extends Error {}

/**
 * Opens a database, and makes it if there is none. `url` is `sqlite:<file>` or `postgres://user@host/database?schema=<schema>`. Throws
 * DatabaseUnavailable, which says why when trying again does not help.
 */
export async function openDatabase(url: string, options: OpenOptions): Promise<Database> {
  try {
    return await (url.startsWith('sqlite:')
      ? openSqlite(url.slice('sqlite:'.length), options)
      : openPostgres(url, options));
  } catch (error) {
    throw new DatabaseUnavailable(options.name, { cause: error, reason: reasonOf(error) });
  }
}

/**
 * A PostgreSQL server and database, for statements that name the schema of each table. `pg_catalog` is in every database, and has no table of
 * ours. Throws DatabaseUnavailable.
 */
export async function openServer(url: PostgresUrl, pools: Pools): Promise<Database> {
  const name = 'a PostgreSQL server';
  try {
    return new Database(name, await pools.schema({ ...url, schema: 'pg_catalog' }, { entities: [], migrations: [] }));
  } catch (error) {
    throw new DatabaseUnavailable(name, { cause: error, reason: reasonOf(error) });
  }
}

/** Runs `work` while no other process runs work of this name on the same database. `waiting` is called if one does. Throws DatabaseUnavailable. */
export async function alone<T>(url: string, name: string, waiting: () => void, work: () => Promise<T>): Promise<T> {
  // Others are kept out of the folder of an embedded database.
  if (url.startsWith('sqlite:')) return work();
  const { oneAtATime } = await import('./postgres-client.ts');
  let begun = false;
  return oneAtATime(parsePostgresUrl(url), name, waiting, () => {
    begun = true;
    return work();
  }).catch((error) => {
    throw begun ? error : new DatabaseUnavailable('headquarters', { cause: error, reason: reasonOf(error) });
  });
}

/**
 * Asks a database as it is, without creating, migrating, or changing anything, and even while a server uses it. Answers undefined if the
 * database does not exist or has never been migrated. `pools` should be read-only. Throws DatabaseUnavailable.
 */
export async function peek<T>(
  url: string,
  { name, kind, pools }: Pick<OpenOptions, 'name' | 'kind' | 'pools'>,
  question: (db: EntityManager) => Promise<T>,
): Promise<T | undefined> {
  let source: DataSource | undefined;
  try {
    source = url.startsWith('sqlite:')
      ? readOnlySqlite(url.slice('sqlite:'.length), kind)
      : await (pools ?? new Pools({ ...kind, size: 1, readOnly: true })).schema(parsePostgresUrl(url), {
          ...kind,
          migrations: [],
        });
    if (!source) return undefined;
    if (!source.isInitialized) await source.initialize();
    const migrated = (await appliedMigrations(source)).length > 0;
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
  /** What has not run yet. */
  pending: string[];
  /** What only a newer version of this program knows. */
  unknown: string[];
}

/** Throws DatabaseUnavailable. */
export async function schemaVersion(
  url: string,
  options: Pick<OpenOptions, 'name' | 'kind' | 'pools'>,
): Promise<SchemaVersion> {
  const applied = (await peek(url, options, (db) => appliedMigrations(db.connection))) ?? [];
  return versionOf(applied, options.kind);
}

function versionOf(applied: string[], { migrations }: Kind): SchemaVersion {
  const known = migrations.map((Migration) => new Migration().name!);
  return {
    applied,
    pending: known.filter((name) => !applied.includes(name)),
    unknown: applied.filter((name) => !known.includes(name)),
  };
}

/** The names of the migrations that a database has, oldest first. Empty for a new database. */
async function appliedMigrations({ manager }: DataSource): Promise<string[]> {
  try {
    return (await sql<{ name: string }>(manager, 'select name from migrations order by id')).map(({ name }) => name);
  } catch (error) {
    if (driverCode(error) === '42P01' || /no such table/.test(String(error))) return [];
    throw error;
  }
}

/** What an operator has to mend before the database can be opened; undefined: it may answer at the next try. */
function reasonOf(error: unknown): string | undefined {
  if (error instanceof SchemaTooNew)
    return 'it was migrated by a newer version of this program: run that version, or restore an older backup';
  if (error instanceof SchemaTooOld)
    return 'it was migrated by an older version of this program: run `hq migrate` once, with this version';
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

/** Brings a database to the newest migration, in one transaction for each or, with `none`, in that of the runner. */
async function migrate(source: DataSource, runner: QueryRunner, transaction: 'each' | 'none'): Promise<void> {
  const executor = new MigrationExecutor(source, runner);
  const known = new Set(source.migrations.map(({ name }) => name));
  const unknown = (await executor.getExecutedMigrations()).map(({ name }) => name).filter((name) => !known.has(name));
  mustBeIgnorable(unknown);
  executor.transaction = transaction;
  await executor.executePendingMigrations();
}

function mustBeIgnorable(unknown: string[]): void {
  const needed = unknown.find((name) => !isExpanding(name));
  if (needed) throw new SchemaTooNew(`This version does not know the migration ${needed}.`);
}

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
    await migrate(writer, writer.createQueryRunner(), 'each');
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

const openPostgres = (url: string, options: OpenOptions): Promise<Database> => {
  const pools = options.pools ?? new Pools(options.kind);
  return pools.open(() => openSchema(parsePostgresUrl(url), pools, options));
};

async function openSchema(url: PostgresUrl, pools: Pools, { name, kind, older }: OpenOptions): Promise<Database> {
  const source = await pools.schema(url, kind);
  try {
    const { applied, pending, unknown } = versionOf(await appliedMigrations(source), kind);
    mustBeIgnorable(unknown);
    const isNew = applied.length === 0;
    if (pending.length > 0 && !isNew && older !== 'migrate') throw new SchemaTooOld(`${pending[0]} has not run.`);
    if (pending.length > 0 || isNew) await migratePostgres(source, url.schema);
    return new Database(name, source, [], kind.follow);
  } catch (error) {
    await source.destroy();
    throw error;
  }
}

/** Makes the schema if there is none, and brings it to the newest migration: entirely or, if anything fails, not at all. */
async function migratePostgres(source: DataSource, schema: string): Promise<void> {
  const { withoutTimeLimits } = await import('./postgres-client.ts');
  const runner = source.createQueryRunner();
  try {
    await unhurried(async () => {
      await runner.query('BEGIN');
      await runner.query(withoutTimeLimits);
      // Two processes that open a new database together migrate it one after the other.
      await runner.query('select pg_advisory_xact_lock(hashtext($1))', [`migrate ${schema}`]);
      const [{ missing }] = await runner.query('select to_regnamespace($1) is null as missing', [schema]);
      if (missing) await runner.query(`create schema ${schema}`);
      await migrate(source, runner, 'none');
      await runner.query('COMMIT');
    });
  } finally {
    // A connection on which the transaction is still open leaves the pool, and PostgreSQL rolls back.
    await runner.release();
  }
}
