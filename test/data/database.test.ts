import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { EntityManager } from 'typeorm';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Database } from '../../src/data/database.ts';
import { addAuditEntries, auditEntries } from '../../src/data/hq/audit.ts';
import { jobRuns } from '../../src/data/hq/job-run.ts';
import { headquarters, openDatabase } from '../../src/data/open.ts';
import { one, sql } from '../../src/data/sql.ts';
import { DatabaseUnavailable } from '../../src/errors.ts';
import { emptyDatabases, onPostgres } from '../support/headquarters.ts';
import { statementsOf } from '../support/statements.ts';

const onlySqlite = test.skipIf(onPostgres);
const onlyPostgres = test.skipIf(!onPostgres);

async function emptyUrl(): Promise<string> {
  const settings = await emptyDatabases();
  return settings.DATABASE_URL ?? `sqlite:${join(settings.DATA_DIR!, 'hq.db')}`;
}

async function open(url: string): Promise<Database> {
  const database = await openDatabase(url, { name: 'headquarters', kind: headquarters, readers: 2, poolSize: 6 });
  onTestFinished(() => database.close());
  return database;
}

const emptyDatabase = async () => open(await emptyUrl());

const entry = (subject: string) => ({
  at: '',
  actor: '',
  action: '',
  subject,
  field: null,
  oldValue: null,
  newValue: null,
});
const add = (tx: EntityManager, ...subjects: string[]) => addAuditEntries(tx, subjects.map(entry));
const subjects = async (database: Database) =>
  (await database.read((db) => sql<{ subject: string }>(db, 'select subject from audit_entry order by id'))).map(
    ({ subject }) => subject,
  );

const gate = () => {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
};

describe('traps', () => {
  test('2: a change made while another transaction is open is not lost with it', async () => {
    const database = await emptyDatabase();
    const begun = gate();
    const end = gate();
    const failing = database.write(async (tx) => {
      await add(tx, 'lost');
      begun.open();
      await end.opened;
      throw new Error('changed my mind');
    });
    await begun.opened;
    const other = database.write((tx) => add(tx, 'kept'));
    end.open();

    await expect(failing).rejects.toThrow('changed my mind');
    await other;
    expect(await subjects(database)).toEqual(['kept']);
  });

  test('2: five transactions at once all take effect', async () => {
    const database = await emptyDatabase();
    const names = ['1', '2', '3', '4', '5'];
    await Promise.all(names.map((name) => database.write((tx) => add(tx, name))));
    expect((await subjects(database)).sort()).toEqual(names);
  });

  test('2: a reader never sees what is not committed', async () => {
    const database = await emptyDatabase();
    const written = gate();
    const end = gate();
    const writing = database.write(async (tx) => {
      await add(tx, 'one');
      written.open();
      await end.opened;
    });
    await written.opened;
    expect(await subjects(database)).toEqual([]);
    end.open();
    await writing;
    expect(await subjects(database)).toEqual(['one']);
  });

  onlySqlite('3 and 20: two processes that read and then write in one transaction both get their turn', async () => {
    const url = await emptyUrl();
    const database = await open(url);
    const processes = [1, 2].map(() => {
      const child = fork(join(import.meta.dirname, 'counting-process.ts'), [url, '60'], {
        execArgv: ['--import', 'tsx'],
      });
      onTestFinished(() => void child.kill());
      return child;
    });
    await Promise.all(processes.map((child) => once(child, 'message')));
    for (const child of processes) child.send('go');
    const ends = await Promise.all(processes.map((child) => once(child, 'exit')));

    expect(ends.map(([code]) => code)).toEqual([0, 0]);
    expect(await database.read((db) => one(db, `select value from head where name = 'customer-version'`))).toEqual({
      value: 120,
    });
  });

  onlySqlite('20: two handles on one file that read first and then write take turns', async () => {
    const url = await emptyUrl();
    const [one, other] = [await open(url), await open(url)];
    const readThenWrite = (database: Database, name: string) =>
      database.write(async (tx) => {
        await sql(tx, 'select count(*) from audit_entry');
        await add(tx, name);
      });
    await Promise.all(
      ['a', 'b', 'c', 'd', 'e', 'f'].map((name, index) => readThenWrite(index % 2 ? one : other, name)),
    );
    expect((await subjects(one)).sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  onlyPostgres(
    '3: two transactions that lock each other out both take effect, one of them at its second try',
    async () => {
      const database = await emptyDatabase();
      await database.write((tx) => add(tx, 'a', 'b'));
      const locked = [gate(), gate()];
      let tries = 0;
      const crosswise = (mine: string, theirs: string, [own, other]: ReturnType<typeof gate>[]) =>
        database.write(async (tx) => {
          tries++;
          await sql(tx, `update audit_entry set actor = actor || '+' where subject = $1`, [mine]);
          own!.open();
          await other!.opened;
          await sql(tx, `update audit_entry set actor = actor || '+' where subject = $1`, [theirs]);
        });
      await Promise.all([crosswise('a', 'b', locked), crosswise('b', 'a', locked.toReversed())]);
      expect(tries).toBe(3);
      expect(await database.read((db) => sql(db, 'select actor from audit_entry'))).toEqual([
        { actor: '++' },
        { actor: '++' },
      ]);
    },
  );

  test('4: a condition that is undefined or null throws and never matches the first row', async () => {
    const database = await emptyDatabase();
    await database.write((tx) => add(tx, 'one'));
    for (const id of [undefined, null]) {
      const where = { id } as never;
      await expect(database.read((db) => db.findOneBy(auditEntries, where))).rejects.toThrow(/invalid|undefined|null/i);
      await expect(database.read((db) => db.find(jobRuns, { where }))).rejects.toThrow(/invalid|undefined|null/i);
      await expect(database.write((tx) => tx.update(auditEntries, where, { actor: 'x' }))).rejects.toThrow();
      await expect(database.write((tx) => tx.delete(auditEntries, where))).rejects.toThrow();
    }
    expect(await subjects(database)).toEqual(['one']);
  });

  test('5: INSERT, UPDATE and DELETE with RETURNING answer their rows', async () => {
    const database = await emptyDatabase();
    const answers = await database.write(async (tx) => [
      await sql(tx, `INSERT INTO head (name, value) VALUES ('a', 1), ('b', 2) RETURNING name`),
      await sql(tx, `update head set value = value + $1 where name in ('a', 'b') returning value`, [10]),
      await sql(tx, `UPDATE head SET value = 5 WHERE name = 'a' RETURNING name, value`),
      await sql(tx, `update head set value = 5 where name = 'nobody' returning value`),
      await sql(tx, `delete from head where name = 'b' returning name`),
    ]);
    expect(answers).toEqual([
      [{ name: 'a' }, { name: 'b' }],
      [{ value: 11 }, { value: 12 }],
      [{ name: 'a', value: 5 }],
      [],
      [{ name: 'b' }],
    ]);
  });

  test('21: numbers of a stream follow commit order, so that "greater than my cursor" misses nothing', async () => {
    const database = await emptyDatabase();
    const seen: number[] = [];
    let writing = true;
    const reader = (async () => {
      while (writing) {
        const cursor = seen.at(-1) ?? 0;
        const rows = await database.read((db) =>
          sql<{ id: string }>(
            db,
            `select field as id from audit_entry where cast(field as integer) > $1 order by cast(field as integer)`,
            [cursor],
          ),
        );
        seen.push(...rows.map(({ id }) => Number(id)));
      }
    })();
    const writers = Array.from({ length: 8 }, async () => {
      for (let count = 0; count < 10; count++) {
        await database.write(async (tx) => {
          const head = await one<{ value: number }>(
            tx,
            `update head set value = value + 1 where name = 'customer-version' returning value`,
          );
          await addAuditEntries(tx, [{ ...entry('row'), field: String(head!.value) }]);
        });
      }
    });
    await Promise.all(writers);
    await expect.poll(() => seen.length).toBe(80);
    writing = false;
    await reader;
    expect(seen).toEqual(Array.from({ length: 80 }, (_, index) => index + 1));
  });
});

test('a write inside a write is refused instead of waiting for itself for ever', async () => {
  const database = await emptyDatabase();
  await expect(database.write(() => database.write((tx) => add(tx, 'inner')))).rejects.toThrow('write inside write');
  await database.write((tx) => add(tx, 'after'));
  expect(await subjects(database)).toEqual(['after']);
});

test('a database that is closed is unavailable, for readers and writers', async () => {
  const database = await emptyDatabase();
  await database.close();
  await expect(database.read((db) => sql(db, 'select 1'))).rejects.toBeInstanceOf(DatabaseUnavailable);
  await expect(database.write((tx) => add(tx, 'x'))).rejects.toBeInstanceOf(DatabaseUnavailable);
  await expect(database.writeTogether(async (_tx, items: string[]) => items, 'x')).rejects.toBeInstanceOf(
    DatabaseUnavailable,
  );
});

test('a database that cannot be opened is unavailable, and its address is not told', async () => {
  const url = onPostgres ? 'postgres://nobody@127.0.0.1:1/nowhere' : 'sqlite:/dev/null/not-a-folder/hq.db';
  const failure: Error = await openDatabase(url, { name: 'headquarters', kind: headquarters, readers: 1 }).catch(
    (error) => error,
  );
  expect(failure).toBeInstanceOf(DatabaseUnavailable);
  expect(failure.message).toBe('The database "headquarters" is not available now. Try again.');
});

describe('changes written together', () => {
  const addTogether = async (tx: EntityManager, names: string[]) => {
    if (names.includes('bad')) throw new Error('bad is refused');
    await add(tx, ...names);
    return names.map((name) => `${name} of ${names.length}`);
  };

  test('many callers share a few commits, and each gets its own result', async () => {
    const database = await emptyDatabase();
    const statements = statementsOf(database);
    const names = Array.from({ length: 700 }, (_, index) => `n${index}`);
    const results = await Promise.all(names.map((name) => database.writeTogether(addTogether, name)));

    expect(results.map((result) => result.split(' ')[0])).toEqual(names);
    expect(await subjects(database)).toEqual(names);
    const commits = statements.filter(({ text }) => text === 'COMMIT').length;
    expect(commits).toBeLessThanOrEqual(3);
  });

  test('one that makes the change throw fails alone, and those beside it are stored', async () => {
    const database = await emptyDatabase();
    const results = await Promise.allSettled(
      ['a', 'bad', 'b', 'c'].map((name) => database.writeTogether(addTogether, name)),
    );
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect((await subjects(database)).sort()).toEqual(['a', 'b', 'c']);
    expect(await database.writeTogether(addTogether, 'later')).toBe('later of 1');
  });

  test('a result that is answered is committed: a reader sees it at once', async () => {
    const database = await emptyDatabase();
    await Promise.all(
      Array.from({ length: 30 }, async (_, index) => {
        await database.writeTogether(addTogether, `n${index}`);
        expect(await subjects(database)).toContain(`n${index}`);
      }),
    );
  });

  test('those who come while a commit runs go with the next one, in the order they came', async () => {
    const database = await emptyDatabase();
    const begun = gate();
    const end = gate();
    const batches: number[] = [];
    const held = async (tx: EntityManager, names: string[]) => {
      batches.push(names.length);
      await add(tx, ...names);
      begun.open();
      await end.opened;
      return names;
    };
    const first = database.writeTogether(held, 'first');
    await begun.opened;
    const others = ['second', 'third', 'fourth'].map((name) => database.writeTogether(held, name));
    expect(await subjects(database)).toEqual([]);
    end.open();
    expect(await Promise.all([first, ...others])).toEqual(['first', 'second', 'third', 'fourth']);
    expect(batches).toEqual([1, 3]);
    expect(await subjects(database)).toEqual(['first', 'second', 'third', 'fourth']);
  });
});
