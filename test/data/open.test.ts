import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sqlite3 from 'sqlite3';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openDatabases, startApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { makeFolder } from '../../src/data/folder.ts';
import { lockFolder } from '../../src/data/folder-lock.ts';
import { SchemaTooNew } from '../../src/data/open.ts';
import { sql } from '../../src/data/sql.ts';
import { DatabaseUnavailable, FolderRefused } from '../../src/errors.ts';
import { createLog } from '../../src/log.ts';
import { withChannels } from '../support/actions.ts';
import { emptyDatabases, onPostgres } from '../support/headquarters.ts';

const onlySqlite = test.skipIf(onPostgres);

/** What `hq serve` says when it cannot start on these settings. */
async function refusal(settings: Record<string, string>): Promise<Error> {
  const config = readConfig({ PORT: '0', ...settings });
  return startApp(config, { log: createLog('silent'), background: false }).then(
    (app) => app.stop().then(() => new Error('it started')),
    (error) => error,
  );
}

const aFolder = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hq-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

const newerMigration = `insert into migrations (timestamp, name) values (9999999999999, 'LoyaltyPoints9999999999999')`;

test('headquarters that a newer version has migrated is not opened', async () => {
  const settings = await emptyDatabases();
  const { hq, close } = await openDatabases(readConfig(settings), () => {});
  await hq.write((tx) => sql(tx, newerMigration));
  await close();
  const error = await refusal(settings);
  expect(error.message).toBe(
    'The database "headquarters" is not available: it was migrated by a newer version of this program: run that version, or restore an older backup.',
  );
  expect(error.cause).toBeInstanceOf(SchemaTooNew);
  expect((error.cause as Error).message).toContain('LoyaltyPoints');
});

test('a channel database that a newer version has migrated keeps the server from starting', async () => {
  const before = await withChannels(['houston', 'berlin']);
  const database = await before.channels.databaseOf('berlin');
  await database.write((tx) => sql(tx, newerMigration));
  await before.stop();
  const config = before.config;
  const error = await startApp(config, { log: createLog('silent'), background: false }).catch((error) => error);
  expect(error).toBeInstanceOf(DatabaseUnavailable);
  expect(error.message).toContain(
    'The database "channel database berlin" is not available: it was migrated by a newer',
  );
});

onlySqlite('a channel database that is damaged stops neither the start nor the other channels', async () => {
  const before = await withChannels(['houston', 'berlin']);
  await before.channels.databaseOf('berlin');
  await before.stop();
  await writeFile(
    join(before.config.dataDir, 'channels/berlin.db'),
    'this is no database, whatever its name says'.repeat(99),
  );
  const hq = await before.restart();
  await (await hq.channels.databaseOf('houston')).read((db) => sql(db, 'select 1'));
  await expect(hq.channels.databaseOf('berlin')).rejects.toThrow(
    'The database "channel database berlin" is not available: its file is damaged, or is not a database: restore a backup.',
  );
});

onlySqlite('a second server on the same folder is refused, and may start when the first has stopped', async () => {
  const first = await withChannels(['houston']);
  const settings = { DATA_DIR: first.config.dataDir };
  const error = await refusal(settings);
  expect(error).toBeInstanceOf(FolderRefused);
  expect(error.message).toContain('Stop it first, or set DATA_DIR to another folder');
  await first.stop();
  expect((await refusal(settings)).message).toBe('it started');
});

onlySqlite('a folder is locked once, and free again after its release', async () => {
  const folder = join(await aFolder(), 'made');
  const lock = await lockFolder(folder);
  await expect(lockFolder(folder)).rejects.toBeInstanceOf(FolderRefused);
  await lock.release();
  await (await lockFolder(folder)).release();
});

onlySqlite('a database that another process holds for a moment while the server starts is waited for', async () => {
  const folder = await aFolder();
  const holder = new sqlite3.Database(join(folder, 'hq.db'));
  await new Promise<void>((resolve) => holder.exec('PRAGMA journal_mode = WAL; BEGIN IMMEDIATE', () => resolve()));
  const begun = performance.now();
  let ended = false;
  const starting = refusal({ DATA_DIR: folder }).finally(() => {
    ended = true;
  });
  await vi.waitFor(() => expect(performance.now() - begun).toBeGreaterThan(400));
  expect(ended).toBe(false);
  await new Promise<void>((resolve) => holder.exec('ROLLBACK', () => holder.close(() => resolve())));
  expect((await starting).message).toBe('it started');
});

onlySqlite('a server that could not start leaves the folder to the next one', async () => {
  const folder = await aFolder();
  await writeFile(join(folder, 'hq.db'), 'no database at all'.repeat(400));
  expect((await refusal({ DATA_DIR: folder })).message).toBe(
    'The database "headquarters" is not available: its file is damaged, or is not a database: restore a backup.',
  );
  await rm(join(folder, 'hq.db'));
  expect((await refusal({ DATA_DIR: folder })).message).toBe('it started');
});

onlySqlite('a DATA_DIR that cannot be created is named in one sentence', async () => {
  const file = join(await aFolder(), 'file');
  await writeFile(file, '');
  expect((await refusal({ DATA_DIR: join(file, 'data') })).message).toBe(
    `The folder ${file}/data cannot be created or written (ENOTDIR). Correct its permissions, or set DATA_DIR to another folder.`,
  );
});

test.skipIf(!existsSync('/proc/self'))('a folder inside /proc is refused at once', async () => {
  await expect(makeFolder('/proc/nowhere/data')).rejects.toMatchObject({ code: 'ENOENT' });
});

onlySqlite('a database file that cannot be opened is named in one sentence', async () => {
  const folder = await aFolder();
  await mkdir(join(folder, 'hq.db'));
  expect((await refusal({ DATA_DIR: folder })).message).toBe(
    'The database "headquarters" is not available: this process may not read and write its file and folder.',
  );
});
