import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Database } from '../../src/data/database.ts';
import { interruptible } from '../../src/data/interruption.ts';
import { channelDatabase, openDatabase } from '../../src/data/open.ts';
import { single, sql } from '../../src/data/sql.ts';
import { DatabaseUnavailable } from '../../src/errors.ts';
import { createChannel, createCustomer, customer, run } from '../support/actions.ts';
import { hq } from '../support/cli.ts';
import { emptyDatabases, onPostgres, startHeadquarters } from '../support/headquarters.ts';

const installed = (() => {
  try {
    execFileSync('pgbouncer', ['--version']);
    return true;
  } catch {
    return false;
  }
})();
if (onPostgres && !installed) console.warn('SKIPPED: the tests behind PgBouncer, because it is not installed.');

const server = new URL(process.env.TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/test');

/** Two sessions at the server, which PgBouncer gives to any transaction. Answers its port. */
async function startPgBouncer(): Promise<number> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'hq-pgbouncer-'));
  const { hostname, port: serverPort, pathname, username, password } = server;
  const target = `host=${hostname} port=${serverPort || 5432} dbname=${pathname.slice(1)} user=${username}`;
  await writeFile(
    join(folder, 'pgbouncer.ini'),
    `[databases]
${pathname.slice(1)} = ${target}${password && ` password=${password}`}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 2
server_round_robin = 1
`,
  );
  await chmod(folder, 0o755);
  // PgBouncer refuses to run as root.
  const asUser = process.getuid?.() === 0 ? ['-u', 'postgres'] : [];
  const child = spawn('pgbouncer', [...asUser, join(folder, 'pgbouncer.ini')], { stdio: 'ignore' });
  onTestFinished(async () => {
    child.kill();
    if (child.exitCode === null) await once(child, 'exit');
    await rm(folder, { recursive: true });
  });
  await vi.waitFor(
    async () => {
      const client = new pg.Client({ connectionString: through(server.href, port) });
      await client.connect();
      await client.end();
    },
    { timeout: 10_000, interval: 50 },
  );
  return port;
}

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as { port: number };
  listener.close();
  await once(listener, 'close');
  return port;
}

const through = (url: string, port: number) => url.replace(/(@[^:/]+)(:\d+)?\//, `$1:${port}/`);

/** Settings under which all databases are reached through PgBouncer. */
async function behindPgBouncer(options: { fresh: boolean }): Promise<Record<string, string>> {
  const settings = await emptyDatabases(options);
  const port = await startPgBouncer();
  const pooled = (url: string) => `${through(url, port)}&pooling=transaction`;
  const { DATABASE_URL: hqUrl, CHANNEL_DATABASE_URL: channelUrl, ...others } = settings;
  return { ...others, BUS_URL: hqUrl!, DATABASE_URL: pooled(hqUrl!), CHANNEL_DATABASE_URL: pooled(channelUrl!) };
}

describe.skipIf(!onPostgres || !installed)('behind PgBouncer, which pools by transaction', () => {
  const openTwo = async (): Promise<[Database, Database]> => {
    const { CHANNEL_DATABASE_URL: url } = await behindPgBouncer({ fresh: false });
    const open = async (database: string) => {
      const opened = await openDatabase(url!.replace('{database}', database), {
        name: database,
        kind: channelDatabase,
        readers: 1,
      });
      onTestFinished(() => opened.close());
      return opened;
    };
    return [await open('houston'), await open('berlin')];
  };

  test('channels are created and converted, and their databases are migrated', async () => {
    const settings = await behindPgBouncer({ fresh: true });
    const app = await startHeadquarters({ settings });
    for (const code of ['houston', 'berlin']) await createChannel(app, code);
    const uuids = [await createCustomer(app, { channel: 'houston' }), await createCustomer(app, { channel: 'berlin' })];
    expect(await run(app)).toMatchObject({ state: 'SUCCEEDED' });
    for (const uuid of uuids) expect(await customer(app, uuid)).toMatchObject({ accountId: expect.any(String) });
    await app.stop();
    expect(await hq('migrate', { env: settings })).toMatchObject({ code: 0, err: '' });
  });

  test('each statement finds its schema, its time zone, and its time limits, whatever session it gets', async () => {
    const databases = await openTwo();
    const state = (database: Database, how: 'read' | 'write') =>
      database[how]((db) =>
        single<Record<string, string>>(
          db,
          `select current_schema() as schema, current_setting('timezone') as zone, current_setting('lock_timeout') as lock,
             current_setting('statement_timeout') as statement,
             current_setting('idle_in_transaction_session_timeout') as idle, pg_backend_pid()::text as pid`,
        ),
      );
    const found = await Promise.all(
      Array.from({ length: 24 }, (_, index) => state(databases[index % 2]!, index % 3 ? 'read' : 'write')),
    );
    for (const [index, { schema, pid, ...limits }] of found.entries()) {
      expect(schema).toMatch(index % 2 ? /berlin$/ : /houston$/);
      expect(limits).toEqual({ zone: 'UTC', lock: '4s', statement: '10s', idle: '5s' });
      expect(pid).toMatch(/^\d+$/);
    }
    expect(new Set(found.map(({ pid }) => pid)).size).toBeLessThanOrEqual(2);
  });

  test('a read changes nothing', async () => {
    const [houston] = await openTwo();
    await expect(houston.read((db) => sql(db, 'delete from self'))).rejects.toThrow('read-only transaction');
  });

  test('a statement that nobody waits for is canceled at the server', async () => {
    const [houston] = await openTwo();
    const client = new AbortController();
    const mark = `abandoned ${houston.name} ${process.pid}`;
    const watcher = new pg.Client({ connectionString: server.href });
    await watcher.connect();
    onTestFinished(() => watcher.end());
    const running = async () =>
      (
        await watcher.query(
          `select count(*)::integer as count from pg_stat_activity where state = 'active' and starts_with(query, $1)`,
          [`/* ${mark}`],
        )
      ).rows[0].count;
    const abandoned = interruptible(client.signal, () =>
      houston.read((db) => sql(db, `/* ${mark} */ select count(*) from generate_series(1, 100000000000)`)),
    ).catch((error: unknown) => error);
    await vi.waitFor(async () => expect(await running()).toBe(1), { timeout: 5_000 });
    client.abort();
    expect(await abandoned).toBeInstanceOf(DatabaseUnavailable);
    await vi.waitFor(async () => expect(await running()).toBe(0), { timeout: 3_000 });
    await houston.read((db) => sql(db, 'select 1'));
  });
});
