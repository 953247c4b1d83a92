import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { expect, test, vi } from 'vitest';
import { channels, createChannels, createCustomers, databases, newCustomers } from './support/actions.ts';
import { onPostgres, openWorld, postgres, type World } from './support/world.ts';

/*
 * Backups: a server is killed, one of its databases is put back to an older state, and the next server goes on. No account ID may be in two
 * channels, and everybody who is still in a channel ends with one account ID, the same there and at headquarters.
 */

test('a headquarters restored from an older backup gives no account ID until an operator goes on, and then none twice', async ({
  onTestFinished,
}) => {
  const { world, customers } = await worldWithCustomers(onTestFinished);
  const restore = await backUp(world, 'headquarters');
  customers.push(...(await convertedCustomers(world, 30)));
  const heard = await accountIdsInChannels(world);
  await (await world.server()).kill();
  await restore();

  await world.start();
  const pending = newCustomers(9);
  await createCustomers(world, pending);
  customers.push(...pending.map(({ uuid }) => uuid));
  await vi.waitFor(
    async () =>
      expect((await world.query('{ attention { counts { kind } } }')).attention.counts).toContainEqual({
        kind: 'HEADQUARTERS_REWOUND',
      }),
    { timeout: 30_000, interval: 200 },
  );
  const known = [...(await accountIdsInChannels(world))].filter(([, accountId]) => accountId !== null);
  expect(new Map(known)).toEqual(heard);

  const { acceptRestoredHeadquarters: accepted } = await world.query(
    `mutation { acceptRestoredHeadquarters(input: {}) {
      __typename ... on AcceptedHeadquarters { keptAccountIds takenAccountIds lost } ... on Failure { message }
    } }`,
  );
  expect(accepted).toMatchObject({ __typename: 'AcceptedHeadquarters', takenAccountIds: [], lost: [] });
  await expectOneAccountIdEach(world, customers);
  for (const [uuid, accountId] of heard) expect((await accountIdsInChannels(world)).get(uuid)).toBe(accountId);
});

test('a channel database restored from an older backup is adopted, and goes on with what headquarters has', async ({
  onTestFinished,
}) => {
  const { world, customers } = await worldWithCustomers(onTestFinished);
  const restore = await backUp(world, 'texas');
  customers.push(...(await convertedCustomers(world, 30)));
  const heard = await accountIdsInChannels(world);
  await (await world.server()).kill();
  await restore();

  await world.start();
  const later = newCustomers(9);
  await createCustomers(world, later);
  customers.push(...later.map(({ uuid }) => uuid));
  await vi.waitFor(
    async () => {
      await world.query('mutation { runJob(input: { job: P_JOB }) { __typename } }');
      const { attention } = await world.query('{ attention { items(first: 100) { nodes { reason } } } }');
      expect(attention.items.nodes).toContainEqual({ reason: 'CHANNEL_DATABASE_REWOUND' });
    },
    { timeout: 30_000, interval: 500 },
  );
  const { adoptChannelDatabase: adopted } = await world.query(
    'mutation { adoptChannelDatabase(input: { name: "texas" }) { __typename ... on Failure { message } } }',
  );
  expect(adopted).toMatchObject({ __typename: 'ChannelDatabase' });
  await expectOneAccountIdEach(world, customers);
  for (const [uuid, accountId] of heard) expect((await accountIdsInChannels(world)).get(uuid)).toBe(accountId);
});

type OnTestFinished = Parameters<typeof openWorld>[0];

async function worldWithCustomers(onTestFinished: OnTestFinished) {
  const world = await openWorld(onTestFinished);
  await world.start();
  await createChannels(world, { liveConversion: true });
  return { world, customers: await convertedCustomers(world, 15) };
}

/** Creates customers, and answers their UUIDs when their channels have heard of their account IDs. */
async function convertedCustomers(world: World, count: number): Promise<string[]> {
  const customers = newCustomers(count);
  await createCustomers(world, customers);
  await vi.waitFor(
    async () => expect([...(await accountIdsInChannels(world)).values()].filter((id) => id === null)).toEqual([]),
    { timeout: 30_000, interval: 100 },
  );
  return customers.map(({ uuid }) => uuid);
}

async function accountIdsInChannels(world: World): Promise<Map<string, string | null>> {
  const found = await Promise.all(
    databases.map((database) =>
      world.rows<{ uuid: string; account_id: string | null }>(database, 'select uuid, account_id from customer'),
    ),
  );
  return new Map(found.flat().map(({ uuid, account_id: accountId }) => [uuid, accountId]));
}

/** Everybody is in a channel with an account ID that nobody else has, and headquarters says the same. */
async function expectOneAccountIdEach(world: World, customers: readonly string[]): Promise<void> {
  await vi.waitFor(
    async () => {
      const inChannels = await accountIdsInChannels(world);
      const atHeadquarters = await world.rows<{ uuid: string; account_id: string }>(
        'headquarters',
        'select uuid, account_id from customer',
      );
      expect([...inChannels.keys()].sort()).toEqual([...customers].sort());
      expect(new Map(atHeadquarters.map(({ uuid, account_id: accountId }) => [uuid, accountId]))).toEqual(inChannels);
      expect(new Set(inChannels.values()).size).toBe(customers.length);
    },
    { timeout: 60_000, interval: 500 },
  );
  expect(channels.length).toBeGreaterThan(2);
}

/** Backs up a database while no server runs, and answers how to put it back. The next server runs already. */
async function backUp(world: World, database: string): Promise<() => Promise<void>> {
  await (await world.server()).kill();
  const restore = onPostgres ? await copySchema(world, database) : await copyFiles(world, database);
  await world.start();
  return restore;
}

async function copyFiles(world: World, database: string): Promise<() => Promise<void>> {
  const file = join(world.folder, database === 'headquarters' ? 'hq.db' : `channels/${database}.db`);
  // The log beside the file holds what is not in it yet.
  for (const part of ['', '-wal']) await copyFile(file + part, `${file}.kept${part}`);
  return async () => {
    await rm(`${file}-shm`, { force: true });
    for (const part of ['', '-wal']) await copyFile(`${file}.kept${part}`, file + part);
  };
}

async function copySchema(world: World, database: string): Promise<() => Promise<void>> {
  const schema = database === 'headquarters' ? `${world.prefix}_hq` : `${world.prefix}_c_${database}`;
  const kept = `${world.prefix}_kept`;
  const execute = async (...statements: string[]) => {
    const client = new pg.Client({ connectionString: postgres });
    await client.connect();
    for (const statement of statements) await client.query(statement);
    await client.end();
  };
  const eachTable = (statements: string) => `do $$ declare t record; begin
    for t in select tablename as name from pg_tables where schemaname = '${schema}' loop ${statements} end loop; end $$`;
  await execute(
    `create schema "${kept}"`,
    eachTable(`execute format('create table "${kept}".%I as table "${schema}".%I', t.name, t.name);`),
  );
  return () =>
    execute(
      'set session_replication_role = replica',
      eachTable(`execute format('delete from "${schema}".%I', t.name);
        execute format('insert into "${schema}".%I overriding system value select * from "${kept}".%I', t.name, t.name);`),
    );
}
