import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sqlite3 from 'sqlite3';
import { test as everywhere, expect, onTestFinished, vi } from 'vitest';
import { sqliteDriver } from '../../src/data/sqlite-driver.ts';
import { onPostgres } from '../support/headquarters.ts';

const test = everywhere.skipIf(onPostgres);

type Row = Record<string, unknown>;
type Connection = InstanceType<typeof sqlite3.Database>;

async function aFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hq-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return join(folder, 'test.db');
}

async function connect(file: string, pragmas: string[] = []): Promise<Connection> {
  const driver = sqliteDriver(pragmas);
  const connection = await new Promise<Connection>((resolve, reject) => {
    const opened: Connection = new driver.Database(file, (error) => (error ? reject(error) : resolve(opened)));
  });
  onTestFinished(() => new Promise<void>((resolve) => connection.close(() => resolve())));
  return connection;
}

const all = (connection: Connection, statement: string, parameters: unknown[] = []) =>
  new Promise<Row[]>((resolve, reject) =>
    connection.all(statement, parameters, (error, rows) => (error ? reject(error) : resolve(rows as Row[]))),
  );

/** As TypeORM sends INSERT, UPDATE and DELETE. */
const run = (connection: Connection, statement: string, parameters: unknown[] = []) =>
  new Promise<{ rows: Row[] | undefined; changes: number; lastID: number }>((resolve, reject) =>
    connection.run(statement, parameters, function (
      this: { changes: number; lastID: number },
      error: Error | null,
      rows?: Row[],
    ) {
      if (error) reject(error);
      else resolve({ rows, changes: this.changes, lastID: this.lastID });
    } as never),
  );

const withTable = async (pragmas?: string[]) => {
  const connection = await connect(await aFile(), pragmas);
  await run(connection, 'create table t (id integer primary key, name text)');
  return connection;
};

test('`verbose` changes nothing: TypeORM calls it, and it would inspect the arguments of every call', () => {
  const driver = sqliteDriver([]);
  const before = driver.Database.prototype.all;
  expect(driver.verbose()).toBe(driver);
  expect(driver.Database.prototype.all).toBe(before);
});

test('pragmas are in force when the connection says that it is open', async () => {
  const connection = await connect(await aFile(), ['journal_mode = WAL', 'busy_timeout = 1234']);
  expect(await all(connection, 'pragma journal_mode')).toEqual([{ journal_mode: 'wal' }]);
  expect(await all(connection, 'pragma busy_timeout')).toEqual([{ timeout: 1234 }]);
});

test('a reader with `query_only` refuses to write', async () => {
  const connection = await withTable();
  await all(connection, 'pragma query_only = on');
  await expect(run(connection, `insert into t (name) values ('x')`)).rejects.toThrow('SQLITE_READONLY');
});

test('statements with RETURNING answer their rows, though they are sent to `run`', async () => {
  const connection = await withTable();
  expect((await run(connection, `INSERT INTO t (name) VALUES ('a'), ('b') RETURNING id, name`)).rows).toEqual([
    { id: 1, name: 'a' },
    { id: 2, name: 'b' },
  ]);
  expect((await run(connection, `UPDATE t SET name = 'c' WHERE id = $1 RETURNING name`, [2])).rows).toEqual([
    { name: 'c' },
  ]);
  expect((await run(connection, 'DELETE FROM t WHERE id = 1 RETURNING id')).rows).toEqual([{ id: 1 }]);
});

test('statements without RETURNING still say how many rows changed', async () => {
  const connection = await withTable();
  expect(await run(connection, `insert into t (name) values ('a')`)).toMatchObject({ changes: 1, lastID: 1 });
  expect(await run(connection, `update t set name = 'b'`)).toMatchObject({ changes: 1 });
});

test('a transaction takes the write lock when it begins, so that reading first cannot fail later (trap 20)', async () => {
  const file = await aFile();
  const [one, other] = [await connect(file, ['journal_mode = WAL']), await connect(file, ['journal_mode = WAL'])];
  await run(one, 'BEGIN TRANSACTION');
  await expect(run(other, 'BEGIN TRANSACTION')).rejects.toThrow('SQLITE_BUSY');
  await run(one, 'COMMIT');
  await run(other, 'BEGIN TRANSACTION');
  await run(other, 'ROLLBACK');
});

test('a statement is prepared once and used again', async () => {
  const prepare = vi.spyOn(sqlite3.Database.prototype, 'prepare');
  onTestFinished(() => prepare.mockRestore());
  const connection = await withTable();
  prepare.mockClear();
  for (const id of [1, 2, 3]) await run(connection, 'insert into t (id, name) values ($1, $2)', [id, `n${id}`]);
  expect(prepare).toHaveBeenCalledTimes(1);
  expect(await all(connection, 'select id from t')).toHaveLength(3);
});

test('a parameter of one call is not seen by the next call of the same statement', async () => {
  const connection = await withTable();
  await run(connection, 'insert into t (id, name) values ($1, $2)', [1, 'a']);
  await run(connection, 'insert into t (id, name) values ($1, $2)', [2, null]);
  expect(await all(connection, 'select id, name from t')).toEqual([
    { id: 1, name: 'a' },
    { id: 2, name: null },
  ]);
});

test('a parameter is found by its number, wherever it stands', async () => {
  const connection = await connect(await aFile());
  expect(await all(connection, 'select $3 as c, $1 as a, $3 as again, $2 as b', ['a', 'b', 'c'])).toEqual([
    { c: 'c', a: 'a', again: 'c', b: 'b' },
  ]);
});

test('a thousand different statements at once all answer, though only some are kept', async () => {
  const connection = await withTable();
  const numbers = Array.from({ length: 1_000 }, (_, index) => index);
  const answers = await Promise.all(
    numbers.map((number) => all(connection, `select ${number} as number, $1 as again`, [number])),
  );
  expect(answers).toEqual(numbers.map((number) => [{ number, again: number }]));
});

test('a statement that is wrong reports it each time, and works when it has become right', async () => {
  const connection = await connect(await aFile());
  for (const attempt of [1, 2])
    await expect(all(connection, 'select * from later'), String(attempt)).rejects.toThrow('no such table');
  await run(connection, 'create table later (id integer)');
  expect(await all(connection, 'select * from later')).toEqual([]);
});

test('a kept statement follows a change of the tables', async () => {
  const connection = await withTable();
  await run(connection, `insert into t (name) values ('a')`);
  expect(await all(connection, 'select * from t')).toEqual([{ id: 1, name: 'a' }]);
  await run(connection, `alter table t add column more text default 'x'`);
  expect(await all(connection, 'select * from t')).toEqual([{ id: 1, name: 'a', more: 'x' }]);
});

test('statements of one connection run one at a time: those that wait hold no thread of the pool', async () => {
  const connection = await withTable();
  const started: string[] = [];
  const prepare = vi.spyOn(connection, 'prepare').mockImplementation(function (this: Connection, ...call) {
    started.push(String(call[0]));
    return sqlite3.Database.prototype.prepare.apply(this, call as never);
  });
  onTestFinished(() => prepare.mockRestore());
  const answers = [1, 2, 3].map((number) => all(connection, `select ${number} as number`));
  expect(started).toEqual(['select 1 as number']);
  expect(await Promise.all(answers)).toEqual([[{ number: 1 }], [{ number: 2 }], [{ number: 3 }]]);
});

test('a transaction in which a statement failed takes only ROLLBACK (trap 23)', async () => {
  const connection = await withTable();
  await run(connection, 'BEGIN TRANSACTION');
  await run(connection, `insert into t (id) values (1)`);
  // All sent before the first answers: what follows the failure must not be executed by itself.
  const sent = ['insert into t (id) values (1)', 'insert into t (id) values (2)', 'COMMIT'].map((text) =>
    run(connection, text).then(
      () => 'done',
      (error: Error) => error.message.split(':')[0],
    ),
  );
  expect(await Promise.all(sent)).toEqual(['SQLITE_CONSTRAINT', 'SQLITE_ABORT', 'SQLITE_ABORT']);
  await run(connection, 'ROLLBACK');
  await run(connection, 'insert into t (id) values (3)');
  expect(await all(connection, 'select id from t')).toEqual([{ id: 3 }]);
});

test('a SAVEPOINT is refused (trap 23)', async () => {
  const connection = await withTable();
  await expect(run(connection, 'SAVEPOINT typeorm_1')).rejects.toThrow('transaction inside a transaction');
});

test('a connection with kept statements can be closed', async () => {
  const connection = await withTable();
  await all(connection, 'select * from t');
  await new Promise<void>((resolve, reject) => connection.close((error) => (error ? reject(error) : resolve())));
});

test('a statement on a closed connection fails', async () => {
  const connection = await withTable();
  await new Promise<void>((resolve) => connection.close(() => resolve()));
  await expect(all(connection, 'select * from t')).rejects.toMatchObject({ code: 'SQLITE_MISUSE' });
});
