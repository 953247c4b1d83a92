import type { EntityManager } from 'typeorm';
import { expect, onTestFinished, test } from 'vitest';
import { packed, rows } from '../../src/data/columns.ts';
import type { Database } from '../../src/data/database.ts';
import { listed } from '../../src/data/dialect/expressions.ts';
import { headquarters, openDatabase } from '../../src/data/open.ts';
import { one, sql } from '../../src/data/sql.ts';
import { emptyDatabases, onPostgres } from '../support/headquarters.ts';

const columns = { id: 'bigint', name: 'text', flag: 'boolean', amount: 'bigint', payload: 'json' } as const;
const names = Object.keys(columns).join(', ');

async function twoDatabases(): Promise<[Database, Database]> {
  const [one, other] = [await aDatabase(), await aDatabase()];
  return [one, other];
}

async function aDatabase(): Promise<Database> {
  const { DATABASE_URL: url, DATA_DIR: folder } = await emptyDatabases();
  const database = await openDatabase(url ?? `sqlite:${folder}/hq.db`, {
    name: 'headquarters',
    kind: headquarters,
    readers: 1,
  });
  onTestFinished(() => database.close());
  await database.write((tx) =>
    sql(
      tx,
      `create table t (id bigint primary key, name text, flag boolean, amount bigint, payload ${onPostgres ? 'json' : 'text'})`,
    ),
  );
  return database;
}

const store = (tx: EntityManager, text: string) =>
  sql(tx, `insert into t (${names}) select ${names} from ${rows(tx, columns, '$1')}`, [text]);
const pack = async (database: Database) =>
  (await database.read((db) =>
    one<{ package: string }>(db, `select ${packed(db, columns, 'x', { order: 'x.id' })} as package from t x`),
  ))!.package;
const read = async (database: Database) =>
  (await database.read((db) => sql(db, `select ${names} from t order by id`))).map(({ flag, payload, ...row }) => ({
    ...row,
    // SQLite keeps 0 and 1, and JSON as text.
    flag: flag === null ? null : Boolean(flag),
    payload: typeof payload === 'string' && !onPostgres ? JSON.parse(payload) : payload,
  }));

const texts = [
  'plain',
  '',
  null,
  `it's "quoted" \\ and \\n not a newline`,
  'a\nb\tc\r\u0001\u001f\u007f',
  'line \u2028 and paragraph \u2029',
  '😀 👩‍👩‍👧 Zoë Ünal 名前 שלום',
  '$1 {"json": true} %s ; drop table t --',
  'null',
  '0',
];

const all = [
  ...texts.map((name, index) => ({ id: index + 1, name, flag: index % 2 === 0, amount: index, payload: { name } })),
  { id: 100, name: 'large', flag: null, amount: Number.MAX_SAFE_INTEGER, payload: null },
  { id: 101, name: 'negative', flag: false, amount: -Number.MAX_SAFE_INTEGER, payload: [] },
  {
    id: 102,
    name: 'nested',
    flag: true,
    amount: 0,
    payload: { a: [1, { b: [null, '', { c: 'ü"\\' }] }], big: Number.MAX_SAFE_INTEGER, yes: true, no: false },
  },
  { id: 103, name: 'number as payload', flag: true, amount: null, payload: 7 },
  { id: 104, name: 'text as payload', flag: true, amount: null, payload: 'say "hi"' },
];

test('rows go into a database and between databases as JSON text without losing anything', async () => {
  const [one, other] = await twoDatabases();
  await one.write((tx) => store(tx, JSON.stringify(all)));
  expect(await read(one)).toEqual(all);

  const text = await pack(one);
  await other.write((tx) => store(tx, text));
  expect(await read(other)).toEqual(all);
  expect(JSON.parse(await pack(other))).toEqual(JSON.parse(text));
});

test('no rows are an empty list and store nothing', async () => {
  const database = await aDatabase();
  expect(await pack(database)).toBe('[]');
  await database.write((tx) => store(tx, '[]'));
  expect(await read(database)).toEqual([]);
});

test('ten thousand rows are one parameter', async () => {
  const [one, other] = await twoDatabases();
  const many = Array.from({ length: 10_000 }, (_, id) => ({
    id,
    name: `n${id}`,
    flag: true,
    amount: id,
    payload: { id },
  }));
  await one.write((tx) => store(tx, JSON.stringify(many)));
  const text = await pack(one);
  await other.write((tx) => store(tx, text));
  expect(JSON.parse(await pack(other)).map(({ id }: { id: number }) => id)).toEqual(many.map(({ id }) => id));
});

test('a list of values is matched exactly', async () => {
  const database = await aDatabase();
  await database.write((tx) => store(tx, JSON.stringify(all)));
  const named = await database.read((db) =>
    sql(db, `select id from t where name in ${listed(db, '$1')} order by id`, [
      JSON.stringify([texts[3], '0', 'nobody']),
    ]),
  );
  expect(named).toEqual([{ id: 4 }, { id: 10 }]);
  const numbered = await database.read((db) =>
    sql(db, `select id from t where id in ${listed(db, '$1', 'bigint')} order by id`, [JSON.stringify([102, 1, 55])]),
  );
  expect(numbered).toEqual([{ id: 1 }, { id: 102 }]);
});

test('more text than can be read safely is refused by the database, and the connection goes on', async () => {
  const database = await aDatabase();
  const add = (from: number, to: number) =>
    database.write((tx) =>
      sql(
        tx,
        onPostgres
          ? `insert into t (id, payload) select id, to_json(repeat('x', 1048576)) from generate_series(${from}, ${to}) as id`
          : `insert into t (id, payload) with recursive n(id) as (select ${from} union all select id + 1 from n where id < ${to})
             select id, json_quote(printf('%.*c', 1048576, 'x')) from n`,
      ),
    );
  await add(1, 63);
  expect((await pack(database)).length).toBeGreaterThan(63 * 1024 * 1024);
  await add(64, 65);
  await expect(pack(database)).rejects.toMatchObject({ code: 'TOO_LARGE' });
  expect(
    Number((await database.read((db) => one<{ count: number }>(db, 'select count(*) as count from t')))!.count),
  ).toBe(65);
});
