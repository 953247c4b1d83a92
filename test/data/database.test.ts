import { fork } from 'node:child_process';

import { once } from 'node:events';
import { join } from 'node:path';
import type { EntityManager } from 'typeorm';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Database } from '../../src/data/database.ts';
import { AuditEntry } from '../../src/data/hq/audit.ts';
import { JobRun } from '../../src/data/hq/job-run.ts';
import { interruptible } from '../../src/data/interruption.ts';
import { applicationName } from '../../src/data/node.ts';
import { headquarters, openDatabase } from '../../src/data/open.ts';
import { one, sql } from '../../src/data/sql.ts';
import { DatabaseUnavailable, NotFound } from '../../src/errors.ts';
import { emptyDatabases, onPostgres } from '../support/headquarters.ts';
import { sourcesOf, statementsOf } from '../support/statements.ts';

const onlySqlite = test.skipIf(onPostgres);
const onlyPostgres = test.skipIf(!onPostgres);

async function emptyUrl(): Promise<string> {
  const settings = await emptyDatabases();
  return settings.DATABASE_URL ?? `sqlite:${join(settings.DATA_DIR!, 'hq.db')}`;
}

async function open(url: string, name = 'headquarters'): Promise<Database> {
  const database = await openDatabase(url, { name, kind: headquarters, readers: 2 });
  onTestFinished(() => database.close());
  return database;
}

const emptyDatabase = async () => open(await emptyUrl());

const entry = (subject: string) => ({
  at: '',
  actor: '',
  action: 'CREATE_CHANNEL' as const,
  subject,
  name: subject,
  field: null,
  oldValue: null,
  newValue: null,
});
const add = (tx: EntityManager, ...subjects: string[]) => tx.insert(AuditEntry, subjects.map(entry));
const subjects = async (database: Database) =>
  (await database.read((db) => sql<{ subject: string }>(db, 'select subject from audit_entry order by id'))).map(
    ({ subject }) => subject,
  );

/** Makes the next statement of the writer that reads so fail; a COMMIT that fails is rolled back by SQLite, as on a full disk. */
function failOnce(database: Database, statement: string, code: string): void {
  const { driver } = sourcesOf(database).writer as unknown as {
    driver: { databaseConnection: { all: (...call: unknown[]) => unknown } };
  };
  const connection = driver.databaseConnection;
  const { all } = connection;
  connection.all = (text, ...rest) => {
    if (text !== statement) return all.call(connection, text, ...rest);
    connection.all = all;
    const callback = rest.at(-1) as (error: Error) => void;
    return all.call(connection, 'ROLLBACK', () =>
      callback.call(connection, Object.assign(new Error(`${code}: planted`), { code })),
    );
  };
}

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
      await expect(database.read((db) => db.findOneBy(AuditEntry, where))).rejects.toThrow(/invalid|undefined|null/i);
      await expect(database.read((db) => db.find(JobRun, { where }))).rejects.toThrow(/invalid|undefined|null/i);
      await expect(database.write((tx) => tx.update(AuditEntry, where, { actor: 'x' }))).rejects.toThrow();
      await expect(database.write((tx) => tx.delete(AuditEntry, where))).rejects.toThrow();
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
          await tx.insert(AuditEntry, { ...entry('row'), field: String(head!.value) });
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
  expect(failure.message).toBe(
    onPostgres
      ? 'The database "headquarters" is not available right now. Try again.'
      : 'The database "headquarters" is not available: its folder does not exist and cannot be created.',
  );
});

describe('a transaction that fails', () => {
  /** The subjects that another connection finds: what is committed. */
  const stored = async (url: string) => subjects(await open(url));
  const refusal = (database: Database) =>
    expect(database.write(() => Promise.reject(new NotFound('anything')))).rejects.toBeInstanceOf(NotFound);

  onlySqlite.for(['SQLITE_FULL', 'SQLITE_IOERR'])(
    '23: a COMMIT that fails with %s loses nothing that is acknowledged afterward',
    async (code) => {
      const url = await emptyUrl();
      const database = await open(url);
      await database.write((tx) => add(tx, 'before'));
      failOnce(database, 'COMMIT', code);
      await expect(database.write((tx) => add(tx, 'refused'))).rejects.toBeInstanceOf(DatabaseUnavailable);
      await refusal(database);
      const names = Array.from({ length: 20 }, (_, index) => `after ${index}`);
      for (const name of names.slice(0, 10)) await database.write((tx) => add(tx, name));
      await refusal(database);
      for (const name of names.slice(10)) await database.write((tx) => add(tx, name));
      expect(await stored(url)).toEqual(['before', ...names]);
    },
  );

  onlySqlite('a COMMIT and a ROLLBACK that both fail cost a connection and no later write', async () => {
    const url = await emptyUrl();
    const database = await open(url);
    failOnce(database, 'COMMIT', 'SQLITE_IOERR');
    failOnce(database, 'ROLLBACK', 'SQLITE_IOERR');
    await expect(database.write((tx) => add(tx, 'refused'))).rejects.toBeInstanceOf(DatabaseUnavailable);
    await database.write((tx) => add(tx, 'after'));
    expect(await stored(url)).toEqual(['after']);
  });

  onlySqlite(
    'a disk that is full refuses what does not fit, and takes everything again when there is room',
    async () => {
      const url = await emptyUrl();
      const database = await open(url);
      await database.write((tx) => add(tx, 'before'));
      const { writer } = sourcesOf(database);
      const [{ page_count: pages }] = await writer.query('pragma page_count');
      await writer.query(`pragma max_page_count = ${pages + 1}`);
      const large = 'x'.repeat(100_000);
      await expect(database.write((tx) => add(tx, large))).rejects.toBeInstanceOf(DatabaseUnavailable);
      await refusal(database);
      await writer.query('pragma max_page_count = 1000000');
      await database.write((tx) => add(tx, 'after'));
      await refusal(database);
      await database.write((tx) => add(tx, large));
      expect(await stored(url)).toEqual(['before', 'after', large]);
    },
  );

  test('a transaction in which a statement failed stores nothing, even when its error is swallowed', async () => {
    const url = await emptyUrl();
    const database = await open(url);
    await expect(
      database.write(async (tx) => {
        await add(tx, 'one');
        await sql(tx, 'select * from nowhere').catch(() => {});
        await add(tx, 'two').catch(() => {});
      }),
    ).rejects.toThrow();
    await database.write((tx) => add(tx, 'after'));
    expect(await stored(url)).toEqual(['after']);
  });

  test('TypeORM opens no transaction inside a transaction', async () => {
    const database = await emptyDatabase();
    await expect(database.write((tx) => tx.transaction((inner) => add(inner, 'inner')))).rejects.toThrow();
    await database.write((tx) => add(tx, 'after'));
    expect(await subjects(database)).toEqual(['after']);
  });
});

describe('a database that does not answer', () => {
  onlySqlite(
    'one that another process holds is reported within five seconds, to everybody who waits for it',
    async () => {
      const url = await emptyUrl();
      const [database, other] = [await open(url), await open(url)];
      const begun = gate();
      const end = gate();
      const holding = other.write(async (tx) => {
        await add(tx, 'other');
        begun.open();
        await end.opened;
      });
      await begun.opened;
      const since = performance.now();
      const writes = ['a', 'b', 'c', 'd', 'e'].map((name) => database.write((tx) => add(tx, name)));
      for (const { reason } of (await Promise.allSettled(writes)) as PromiseRejectedResult[])
        expect(reason).toBeInstanceOf(DatabaseUnavailable);
      expect(performance.now() - since).toBeLessThan(5_500);
      end.open();
      await holding;
      await database.write((tx) => add(tx, 'after'));
      expect(await subjects(database)).toEqual(['other', 'after']);
    },
  );

  onlyPostgres('a row that another session holds is reported within five seconds', async () => {
    const url = await emptyUrl();
    const [database, other] = [await open(url), await open(url)];
    const begun = gate();
    const end = gate();
    const change = `update head set value = value + 1 where name = 'customer-version'`;
    const holding = other.write(async (tx) => {
      await sql(tx, change);
      await sql(tx, 'set local idle_in_transaction_session_timeout = 0');
      begun.open();
      await end.opened;
    });
    await begun.opened;
    const since = performance.now();
    await expect(database.write((tx) => sql(tx, change))).rejects.toBeInstanceOf(DatabaseUnavailable);
    expect(performance.now() - since).toBeLessThan(5_000);
    end.open();
    await holding;
    await database.write((tx) => sql(tx, change));
    expect(await database.read((db) => one(db, 'select value from head'))).toEqual({ value: 2 });
  });

  onlyPostgres('a process that is frozen inside a transaction loses it, and others go on', async () => {
    const url = await emptyUrl();
    const [database, frozen] = [await open(url), await open(url)];
    const change = `update head set value = value + 1 where name = 'customer-version'`;
    const begun = gate();
    const thawed = gate();
    const pausing = frozen.write(async (tx) => {
      // As the startup options say, in fewer milliseconds.
      await sql(tx, 'set local idle_in_transaction_session_timeout = 300');
      await sql(tx, change);
      begun.open();
      await thawed.opened;
      await sql(tx, change);
    });
    const lost = expect(pausing).rejects.toBeInstanceOf(DatabaseUnavailable);
    await begun.opened;
    await database.write((tx) => sql(tx, change));
    thawed.open();
    await lost;
    await frozen.write((tx) => sql(tx, change));
    expect(await database.read((db) => one(db, 'select value from head'))).toEqual({ value: 2 });
  });

  onlyPostgres('every session has time limits of a few seconds', async () => {
    const database = await emptyDatabase();
    const found = await database.read((db) =>
      sql<{ name: string; setting: string }>(
        db,
        `select name, setting from pg_settings where name in ('lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout')`,
      ),
    );
    expect(found).toHaveLength(3);
    for (const { name, setting } of found) {
      expect(Number(setting), name).toBeGreaterThan(1_000);
      expect(Number(setting), name).toBeLessThanOrEqual(10_000);
    }
  });

  onlyPostgres(
    '24: connections that are terminated at any moment cost a statement each and not the process',
    async () => {
      const url = await emptyUrl();
      const [database, killer] = [await open(url), await open(url)];
      const failures: unknown[] = [];
      let working = true;
      const work = Array.from({ length: 5 }, async (_, index) => {
        while (working) {
          const tried = index % 2 ? subjects(database) : database.write((tx) => add(tx, `w${index}`));
          await tried.catch((error: unknown) => failures.push(error));
        }
      });
      for (let round = 0; round < 40; round++) {
        await killer.read((db) =>
          sql(
            db,
            `select pg_terminate_backend(pid) from pg_stat_activity
             where starts_with(application_name, $1) and pid <> pg_backend_pid()`,
            [applicationName('')],
          ),
        );
      }
      working = false;
      await Promise.all(work);
      expect(failures.length).toBeGreaterThan(0);
      for (const failure of failures) expect(failure).toBeInstanceOf(DatabaseUnavailable);
      await database.write((tx) => add(tx, 'after'));
      expect(await subjects(database)).toContain('after');
    },
  );
});

describe('a request that nobody waits for', () => {
  const slow = onPostgres
    ? 'select count(*) from generate_series(1, 100000000000)'
    : 'with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000000000) select count(*) from n';

  test('its statement is interrupted, and those of others are not', async () => {
    const database = await emptyDatabase();
    await database.write((tx) => add(tx, 'one'));
    const client = new AbortController();
    const abandoned = [1, 2, 3].map(() =>
      interruptible(client.signal, () => database.read((db) => sql(db, slow))).catch((error: unknown) => error),
    );
    const others = [1, 2, 3].map(() => subjects(database));
    setImmediate(() => client.abort());
    for (const error of await Promise.all(abandoned)) expect(error).toBeInstanceOf(DatabaseUnavailable);
    expect(await Promise.all(others)).toEqual([['one'], ['one'], ['one']]);
    expect(await interruptible(new AbortController().signal, () => subjects(database))).toEqual(['one']);
  });

  test('a client that has gone before its statement is sent costs the database nothing', async () => {
    const database = await emptyDatabase();
    await expect(interruptible(AbortSignal.abort(), () => database.read((db) => sql(db, slow)))).rejects.toBeInstanceOf(
      DatabaseUnavailable,
    );
  });

  test('a transaction is finished all the same: others may share it', async () => {
    const database = await emptyDatabase();
    const client = new AbortController();
    const writing = interruptible(client.signal, () =>
      database.write(async (tx) => {
        await add(tx, 'one');
        client.abort();
        await add(tx, 'two');
      }),
    );
    await writing;
    expect(await subjects(database)).toEqual(['one', 'two']);
  });
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
