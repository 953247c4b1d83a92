import type { EntityManager } from 'typeorm';
import { expect, onTestFinished, test } from 'vitest';
import type { Database } from '../../src/data/database.ts';
import { dialectOf } from '../../src/data/dialect/dialect.ts';
import { openDatabase } from '../../src/data/open.ts';
import { LARGEST_ROW } from '../../src/data/sizes.ts';
import { sql } from '../../src/data/sql.ts';
import { emptyDatabases } from '../support/headquarters.ts';

/** A database with a table of notes. Rules of columns are in columns.test.ts, of packages in packages.test.ts. */
async function notes(): Promise<Database> {
  const { DATABASE_URL: url, DATA_DIR: folder } = await emptyDatabases({ fresh: true });
  const database = await openDatabase(url ?? `sqlite:${folder}/notes.db`, {
    name: 'notes',
    kind: { entities: [], migrations: [] },
    readers: 1,
  });
  onTestFinished(() => database.close());
  await database.write((tx) => {
    const { counted, text, json, mustBeObject } = dialectOf(tx).words;
    return sql(tx, `create table note (id ${counted}, name ${text}, body ${json} ${mustBeObject('body')})`);
  });
  return database;
}

const add = (tx: EntityManager, name: string, body: string) =>
  sql(tx, 'insert into note (name, body) values ($1, $2)', [name, body]);

const namesWhere = async (database: Database, condition: (db: EntityManager) => string, parameters: unknown[] = []) =>
  (
    await database.read((db) =>
      sql<{ name: string }>(db, `select name from note where ${condition(db)} order by name`, parameters),
    )
  ).map(({ name }) => name);

test('the database counts up a counted key', async () => {
  const database = await notes();
  await database.write((tx) => add(tx, 'a', '{}'));
  await database.write((tx) => add(tx, 'b', '{}'));

  expect(await database.read((db) => sql(db, 'select id from note order by id'))).toEqual([{ id: 1 }, { id: 2 }]);
});

test('text sorts by code point', async () => {
  const database = await notes();
  for (const name of ['é', 'b', 'A', 'a', 'B']) await database.write((tx) => add(tx, name, '{}'));

  expect(await namesWhere(database, () => 'true')).toEqual(['A', 'B', 'a', 'b', 'é']);
});

test.each(['[]', '1', '"text"', 'null'])('a column that must be an object refuses %s', async (body) => {
  const database = await notes();

  await expect(database.write((tx) => add(tx, 'a', body))).rejects.toThrow();
});

test('a list of strings or numbers is a subquery', async () => {
  const database = await notes();
  for (const name of ['a', "it's", 'c']) await database.write((tx) => add(tx, name, '{}'));

  expect(
    await namesWhere(database, (db) => `name in ${dialectOf(db).listed('$1', 'text')}`, [
      JSON.stringify(["it's", 'z']),
    ]),
  ).toEqual(["it's"]);
  expect(await namesWhere(database, (db) => `id in ${dialectOf(db).listed('$1', 'bigint')}`, ['[1,3]'])).toEqual([
    'a',
    'c',
  ]);
  expect(await namesWhere(database, (db) => `id in ${dialectOf(db).listed('$1', 'bigint')}`, ['[]'])).toEqual([]);
});

test('a join finds the rows that match each row before it', async () => {
  const database = await notes();
  for (const name of ['a', 'b', 'a']) await database.write((tx) => add(tx, name, '{}'));

  const found = await database.read((db) =>
    sql(
      db,
      `select n.id, m.id as other from note n ${dialectOf(db).matching('note', 'm', 'm.name = n.name')}
       where n.id = 1 order by m.id`,
    ),
  );
  expect(found).toEqual([
    { id: 1, other: 1 },
    { id: 1, other: 3 },
  ]);
});

test('the size of a JSON column is counted in bytes, and a large one is known to be too large', async () => {
  const database = await notes();
  await database.write((tx) => add(tx, 'small', '{"a":"é"}'));
  await database.write((tx) => add(tx, 'large', JSON.stringify({ a: 'x'.repeat(LARGEST_ROW) })));

  const found = await database.read((db) =>
    sql<{ size: number }>(db, `select ${dialectOf(db).sizeOf('body')} as size from note order by id`),
  );
  expect(Number(found[0]!.size)).toBe(10);
  expect(Number(found[1]!.size)).toBeGreaterThan(LARGEST_ROW);
});

test('an object is built from expressions', async () => {
  const database = await notes();
  await database.write(async (tx) => {
    await add(tx, "it's", '{}');
    await sql(tx, `update note set body = ${dialectOf(tx).object({ noteName: 'name', noteId: 'id' })}`);
  });

  const [row] = await database.read((db) => sql<{ name: string }>(db, `select body->>'noteName' as name from note`));
  expect(row).toEqual({ name: "it's" });
});

test('each object of an array is a row', async () => {
  const database = await notes();
  await database.write(async (tx) => {
    await sql(tx, `create table listing (id integer, items ${dialectOf(tx).words.json})`);
    await sql(tx, `insert into listing values (1, '[{"name":"a","size":1,"more":{"x":2}},{"name":"b"}]'), (2, '[]')`);
  });
  const columns = (['name', 'size', 'more'] as const).map((name) => ({
    name,
    path: [name],
    type: ({ name: 'text', size: 'bigint', more: 'json' } as const)[name],
  }));
  const found = await database.read((db) => {
    const { join, value } = dialectOf(db).elements(columns, 'l.items');
    const [name, size, more] = columns.map(value);
    return sql(
      db,
      `select l.id, ${name} as name, ${size} as size, cast(${more} ->> 'x' as bigint) as x from listing l ${join} order by 2`,
    );
  });
  expect(found).toEqual([
    { id: 1, name: 'a', size: 1, x: 2 },
    { id: 1, name: 'b', size: null, x: null },
  ]);
});

test('the time between two times is exact to the millisecond', async () => {
  const database = await notes();
  const pairs = [
    ['2026-11-22T10:00:00.000Z', '2026-11-22T10:00:00.001Z', 1],
    ['2026-02-28T23:59:59.999Z', '2026-03-01T00:00:00.000Z', 1],
    ['2026-11-22T10:00:00.123Z', '2026-11-29T10:00:00.122Z', 7 * 86_400_000 - 1],
  ] as const;
  for (const [from, to, ms] of pairs) {
    const [row] = await database.read((db) => sql(db, `select ${dialectOf(db).elapsed(`'${from}'`, `'${to}'`)} as ms`));
    expect(row).toEqual({ ms });
  }
});

test('rows can be locked in a transaction', async () => {
  const database = await notes();
  await database.write((tx) => add(tx, 'a', '{}'));

  const taken = await database.write(async (tx) => {
    const { forUpdate } = dialectOf(tx);
    return sql(tx, `select id from note order by id ${forUpdate}`);
  });
  expect(taken).toEqual([{ id: 1 }]);
});

test('a database is tidied before a clean stop', async () => {
  const database = await notes();
  await database.tidy();

  await database.write((tx) => add(tx, 'a', '{}'));
  expect(await namesWhere(database, () => 'true')).toEqual(['a']);
});
