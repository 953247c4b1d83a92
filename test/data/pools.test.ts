import pg from 'pg';
import type { EntityManager } from 'typeorm';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Database } from '../../src/data/database.ts';
import { AuditEntry } from '../../src/data/hq/audit.ts';
import { applicationName } from '../../src/data/node.ts';
import { channelDatabase, headquarters, openDatabase, poolsOf } from '../../src/data/open.ts';
import type { Pools } from '../../src/data/pools.ts';
import type { Client } from '../../src/data/postgres-client.ts';
import { single, sql } from '../../src/data/sql.ts';
import { DatabaseUnavailable } from '../../src/errors.ts';
import { countOf, run } from '../support/actions.ts';
import {
  aChannel,
  aCustomer,
  createChannelDocument,
  createCustomerDocument,
  emptyDatabases,
  onPostgres,
  startHeadquarters,
} from '../support/headquarters.ts';

const entry = {
  at: '',
  actor: '',
  action: 'CREATE_CHANNEL' as const,
  name: '',
  field: null,
  oldValue: null,
  newValue: null,
};
const add = (tx: EntityManager, subject: string) => tx.insert(AuditEntry, { ...entry, subject });
const backend = (db: EntityManager) =>
  single<{ pid: number; schema: string }>(db, 'select pg_backend_pid() as pid, current_schema() as schema');

/** Headquarters and the databases of two channels, which share a pool. */
async function threeSchemas(size: number) {
  const { DATABASE_URL: hqUrl, CHANNEL_DATABASE_URL: channelUrl } = await emptyDatabases();
  const pools = poolsOf(size);
  const open = async (url: string, kind: typeof headquarters): Promise<Database> => {
    const database = await openDatabase(url, { name: 'database', kind, readers: 1, pools });
    onTestFinished(() => database.close());
    return database;
  };
  const [hq, houston, berlin] = [
    await open(hqUrl!, headquarters),
    await open(channelUrl!.replace('{database}', 'houston'), channelDatabase),
    await open(channelUrl!.replace('{database}', 'berlin'), channelDatabase),
  ];
  return { hq, houston, berlin, pools };
}

/** Makes the next statement of any connection that begins like this fail without being sent. */
function failOnce(beginning: string): void {
  const { prototype } = pg.Client as unknown as { prototype: { query: (...statement: unknown[]) => unknown } };
  const { query } = prototype;
  const mend = () => {
    prototype.query = query;
  };
  prototype.query = function (...statement) {
    if (!String(statement[0]).startsWith(beginning)) return query.apply(this, statement);
    mend();
    return Promise.reject(new Error('planted'));
  };
  onTestFinished(mend);
}

/** Collects what any connection sends. */
function statementsSent(): string[] {
  const { prototype } = pg.Client as unknown as { prototype: { query: (...statement: unknown[]) => unknown } };
  const { query } = prototype;
  const sent: string[] = [];
  prototype.query = function (...statement) {
    sent.push(String(statement[0]));
    return query.apply(this, statement);
  };
  onTestFinished(() => {
    prototype.query = query;
  });
  return sent;
}

/** Begins a transaction in each database, and ends them when all have begun, so that each has a connection of its own. */
async function atOnce(databases: Database[]): Promise<void> {
  let begun = 0;
  let go = () => {};
  const all = new Promise<void>((resolve) => {
    go = resolve;
  });
  await Promise.all(
    databases.map((database) =>
      database.write(async (tx) => {
        await backend(tx);
        if (++begun === databases.length) go();
        await all;
      }),
    ),
  );
}

const clientsOf = (pools: Pools): Promise<Client[]> =>
  Promise.all(
    [...(pools as unknown as { pools: Map<string, { source: Promise<never> }> }).pools.values()].map(
      async ({ source }) => ((await source) as { driver: { master: { _clients: Client[] } } }).driver.master._clients,
    ),
  ).then((clients) => clients.flat());

describe.skipIf(!onPostgres)('one pool for many schemas', () => {
  test('27: statements of each schema find its own tables, however they alternate on two connections', async () => {
    const { hq, houston, berlin, pools } = await threeSchemas(2);
    const schemas = await Promise.all([hq, houston, berlin].map((database) => database.read(backend)));
    expect(new Set(schemas.map(({ schema }) => schema)).size).toBe(3);
    const wrong: unknown[] = [];
    await Promise.all(
      [hq, houston, berlin].flatMap((database, index) =>
        Array.from({ length: 30 }, async (_, round) => {
          const found = await (round % 2 ? database.read(backend) : database.write(backend));
          if (found.schema !== schemas[index]!.schema) wrong.push(found);
        }),
      ),
    );
    expect(wrong).toEqual([]);
    expect(await clientsOf(pools)).toHaveLength(2);
  });

  test('the time limits hold in every schema', async () => {
    const { hq, houston } = await threeSchemas(2);
    const limits = (db: EntityManager) =>
      single(
        db,
        `select current_setting('lock_timeout') as lock, current_setting('statement_timeout') as statement,
           current_setting('idle_in_transaction_session_timeout') as idle, current_setting('timezone') as zone`,
      );
    for (const database of [hq, houston]) {
      const expected = { lock: '4s', statement: '10s', idle: '5s', zone: 'UTC' };
      expect([await database.read(limits), await database.write(limits)]).toEqual([expected, expected]);
    }
  });

  test('a schema gets the connection that it had before', async () => {
    const { hq, houston, berlin, pools } = await threeSchemas(6);
    const databases = [hq, houston, berlin];
    await atOnce(databases);
    const before = await Promise.all(databases.map((database) => database.read(backend)));
    const sent = statementsSent();
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 1, 0],
    ])
      for (const index of order) {
        const database = databases[index]!;
        expect(await database.read(backend)).toEqual(before[index]);
        expect(await database.write(backend)).toEqual(before[index]);
      }
    // Also when several ask in the same turn of the event loop.
    expect(await Promise.all(databases.map((database) => database.read(backend)))).toEqual(before);
    expect(sent.filter((statement) => statement.includes('search_path'))).toEqual([]);
    expect(await clientsOf(pools)).toHaveLength(3);
  });

  test('a schema that has no connection gets the one that has been idle for longest', async () => {
    const { hq, houston, berlin } = await threeSchemas(4);
    await atOnce([hq, houston]);
    const [first, second] = [await hq.read(backend), await houston.read(backend)];
    await hq.read(backend);
    expect((await berlin.read(backend)).pid).toBe(second.pid);
    expect((await hq.read(backend)).pid).toBe(first.pid);
  });

  test('a transaction changes the schema in the message that begins it, and keeps the change only if it commits', async () => {
    const { hq, houston, pools } = await threeSchemas(2);
    const schemas = [await hq.read(backend), await houston.read(backend)];
    expect(await clientsOf(pools)).toHaveLength(1);
    const sent = statementsSent();
    const refused = hq.write(async (tx) => {
      expect(await backend(tx)).toEqual(schemas[0]);
      throw new Error('changed my mind');
    });
    await expect(refused).rejects.toThrow('changed my mind');
    expect(await houston.read(backend)).toEqual(schemas[1]);
    expect(sent.filter((statement) => statement.startsWith('set'))).toEqual([]);
    expect(await hq.write(backend)).toEqual(schemas[0]);
    expect(await hq.read(backend)).toEqual(schemas[0]);
    expect(sent.filter((statement) => statement.startsWith('set'))).toEqual([]);
    expect(sent.filter((statement) => statement.includes('set search_path'))).toHaveLength(2);
  });

  test('a connection whose ROLLBACK failed serves nobody, and what it wrote is gone', async () => {
    const { hq, houston } = await threeSchemas(2);
    let pid = 0;
    failOnce('ROLLBACK');
    await expect(
      hq.write(async (tx) => {
        pid = (await backend(tx)).pid;
        await add(tx, 'lost');
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    const next = await Promise.all([houston.write(backend), houston.write(backend), hq.write(backend)]);
    expect(next.map((session) => session.pid)).not.toContain(pid);
    expect(await countOf(hq, 'audit_entry')).toBe(0);
  });

  test('a connection that could not be given another schema serves nobody', async () => {
    const { hq, houston, pools } = await threeSchemas(2);
    await hq.read(backend);
    const before = await clientsOf(pools);
    failOnce('set search_path');
    const failure = await houston.read(backend).catch((error: unknown) => error);
    expect(String(failure)).toContain('planted');
    expect((await clientsOf(pools)).length).toBeLessThan(before.length);
    expect((await houston.read(backend)).schema).toContain('houston');
  });

  test('a schema whose rows another session holds leaves connections to the others', async () => {
    const { houston, berlin } = await threeSchemas(4);
    const change = 'update self set last_counter = last_counter where id = 1';
    await houston.write((tx) =>
      sql(tx, `insert into self (id, epoch, last_counter, applied_version) values (1, 'e', 0, 0)`),
    );
    const { schema } = await houston.read(backend);
    const holder = new pg.Client({
      connectionString: process.env.TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/test',
    });
    await holder.connect();
    onTestFinished(() => holder.end());
    await holder.query(`begin; update "${schema}".self set last_counter = last_counter`);
    const blocked = Array.from({ length: 6 }, () => houston.write((tx) => sql(tx, change)));
    const settled = Promise.allSettled(blocked);
    let ended = false;
    void settled.then(() => {
      ended = true;
    });
    for (let round = 0; round < 10; round++) await berlin.write(backend);
    expect(ended).toBe(false);
    await holder.query('rollback');
    expect((await settled).map(({ status }) => status)).toEqual(Array(6).fill('fulfilled'));
  });

  test('a pool ends with the last database that uses it', async () => {
    const { hq, houston, berlin, pools } = await threeSchemas(2);
    await hq.close();
    await expect(hq.read(backend)).rejects.toBeInstanceOf(DatabaseUnavailable);
    expect((await houston.read(backend)).schema).toContain('houston');
    await houston.close();
    await berlin.close();
    expect(await clientsOf(pools)).toEqual([]);
  });

  test('27: forty channel databases and headquarters make do with four connections', async () => {
    const server = await startHeadquarters({ settings: { POOL_SIZE: '4' } });
    // So that its schemas are dropped afterward: few tests have use for forty.
    await server.hq.write((tx) => sql(tx, 'create table forty (id integer)'));
    const codes = Array.from({ length: 40 }, (_, index) => `store-${index}`);
    for (const code of codes) await server.query(createChannelDocument, { input: aChannel(code) });
    const watcher = new pg.Client({
      connectionString: process.env.TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/test',
    });
    await watcher.connect();
    onTestFinished(() => watcher.end());
    let most = 0;
    let working = true;
    const watching = (async () => {
      while (working) {
        const { rows } = await watcher.query(
          'select count(*)::integer as count from pg_stat_activity where starts_with(application_name, $1)',
          [applicationName('')],
        );
        most = Math.max(most, rows[0].count);
      }
    })();
    const created = await Promise.all(
      codes.map((channel) => server.query(createCustomerDocument, { input: aCustomer({ channel }) })),
    );
    expect(new Set(created.map(({ createCustomer }) => createCustomer.__typename))).toEqual(new Set(['Customer']));
    expect(await run(server)).toMatchObject({ state: 'SUCCEEDED' });
    working = false;
    await watching;
    expect(await countOf(server.hq, 'customer where account_id is not null')).toBe(40);
    // And that of the bus.
    expect(most).toBeLessThanOrEqual(5);
    expect(most).toBeGreaterThan(2);
  }, 60_000);
});

test('a read or write of another database inside a transaction is refused, because they may share a pool', async () => {
  const { hq, channels, query } = await startHeadquarters();
  await query(createChannelDocument, { input: aChannel('houston') });
  const houston = await channels.databaseOf('houston');
  await expect(hq.write(() => houston.read((db) => sql(db, 'select 1')))).rejects.toThrow('read inside write');
  await expect(hq.write(() => houston.write((tx) => sql(tx, 'select 1')))).rejects.toThrow('write inside write');
  await hq.write(async (tx) => {
    await sql(tx, 'select 1');
  });
});
