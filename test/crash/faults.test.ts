import { execFile } from 'node:child_process';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { scheduler } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { expect, type TestContext, test, vi } from 'vitest';
import type { JobName } from '../../schema/operations.ts';
import {
  ask,
  channels,
  createChannels,
  createCustomers,
  databases,
  type NewCustomer,
  newCustomer,
} from './support/actions.ts';
import { expectNothingLostOrRepeated } from './support/checks.ts';
import { type Random, randomFor } from './support/random.ts';
import { openTills } from './support/tills.ts';
import { onPostgres, openWorld, postgres, type World } from './support/world.ts';

/*
 * What happens around a server while tills create customers and operators start jobs: its disk, its connections, its clock. It must live,
 * lose nothing that it acknowledged, assign no account ID twice, and convert everybody when the fault is over.
 */

const run = promisify(execFile);

test('commits that fail on both kinds of database lose nothing that was acknowledged', async ({ onTestFinished }) => {
  const { world, work } = await busyWorld(onTestFinished, 'failing commits');
  const server = await world.server();
  await server.obey({ failingCommits: 0.2 });
  await work.for(6_000);
  await server.obey({ failingCommits: 0 });
  await work.end();
});

test.skipIf(onPostgres)(
  'a file that cannot grow (I/O errors) loses nothing that was acknowledged',
  async ({ onTestFinished, skip }) => {
    await run('prlimit', ['--version']).catch(() => skip('prlimit of util-linux is not installed'));
    const { world, work } = await busyWorld(onTestFinished, 'I/O errors');
    const { pid } = await world.server();
    // Not even the log can be written.
    for (const bytes of [200_000, 0, 400_000]) {
      await run('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`]);
      await work.for(1_500);
      await run('prlimit', ['--pid', String(pid), '--fsize=unlimited:']);
      await work.for(700);
    }
    await work.end();
  },
);

test.skipIf(onPostgres)(
  'a disk that is full refuses what does not fit, and takes everything again when there is room',
  async ({ onTestFinished, skip }) => {
    const { world, work } = await busyWorld(onTestFinished, 'a full disk', async ({ folder }) => {
      await run('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', folder]).catch(() =>
        skip('only root can mount a small file system'),
      );
      onTestFinished(async () => void (await run('umount', ['--lazy', folder])));
    });
    for (let round = 0; round < 3; round++) {
      const ballast = await open(join(world.folder, 'ballast'), 'w');
      try {
        for (;;) await ballast.write(Buffer.alloc(64 * 1024));
      } catch (error) {
        expect(error).toMatchObject({ code: 'ENOSPC' });
      } finally {
        await ballast.close();
      }
      // Files that have room inside take some more.
      await vi.waitFor(
        async () => {
          const more = Array.from({ length: 40 }, () => newCustomer('berlin'));
          const created = createCustomers(world, more).then(() => work.acknowledge(more));
          await expect(created).rejects.toThrow('DATABASE_UNAVAILABLE');
        },
        { timeout: 30_000, interval: 10 },
      );
      await work.for(1_000);
      await rm(join(world.folder, 'ballast'));
      await work.for(500);
    }
    await work.end();
  },
);

test.skipIf(!onPostgres)(
  'connections that are terminated at any moment cost no acknowledged write',
  async ({ onTestFinished }) => {
    const { world, work } = await busyWorld(onTestFinished, 'terminated connections');
    const { node } = await world.server();
    const client = new pg.Client({ connectionString: postgres });
    await client.connect();
    for (let round = 0; round < 30; round++) {
      await client.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where starts_with(application_name, $1)',
        [`hq ${node} `],
      );
      await work.for(150);
    }
    await client.end();
    await work.end();
  },
);

test.skipIf(!onPostgres)(
  'a session that holds a channel’s log and freezes costs seconds and no acknowledged write',
  async ({ onTestFinished }) => {
    const { world, work } = await busyWorld(onTestFinished, 'a frozen session');
    const client = new pg.Client({
      connectionString: postgres,
      options: '-c idle_in_transaction_session_timeout=5000',
    });
    client.on('error', () => {});
    await client.connect();
    await client.query(`begin; update "${world.prefix}_c_berlin".self set last_counter = last_counter`);
    await work.for(7_000);
    await client.end().catch(() => {});
    await work.end();
  },
);

test('a clock that jumps two hours ahead and back stops nothing', async ({ onTestFinished }) => {
  const { world, work } = await busyWorld(onTestFinished, 'clock jumps');
  const server = await world.server();
  for (const hours of [2, 0, -2, 0]) {
    await server.obey({ clock: hours * 3_600_000 });
    await work.for(2_000);
  }
  await work.end();
});

/** A server with channels, tills that create customers, and an operator who starts jobs, until `work.end`. */
async function busyWorld(
  onTestFinished: TestContext['onTestFinished'],
  what: string,
  prepare: (world: World) => Promise<void> = async () => {},
) {
  const random = randomFor(what);
  const world = await openWorld(onTestFinished, { POOL_SIZE: '6', BATCH_SIZE: '10' });
  await prepare(world);
  const server = await world.start();
  await createChannels(world, { liveConversion: true });
  const firstOnes = channels.map(({ code }) => newCustomer(code));
  await createCustomers(world, firstOnes);
  const tills = openTills(world, random, firstOnes);
  const work = {
    acknowledge(customers: readonly NewCustomer[]) {
      for (const { uuid } of customers) tills.acknowledged.add(uuid);
    },
    async for(ms: number) {
      const until = performance.now() + ms;
      while (performance.now() < until) {
        if (random.chance(0.3)) await ask(world, anyJob(random)).catch(() => {});
        await scheduler.wait(random.whole(20, 150));
      }
      expect(await Promise.race([server.exited, 'alive']), 'the server').toBe('alive');
    },
    async end() {
      await tills.close();
      await vi.waitFor(() => expectAllConverted(world, tills.acknowledged), { timeout: 60_000, interval: 200 });
      expect(await Promise.race([server.exited, 'alive']), 'the server').toBe('alive');
      expect((await world.errors()).filter((line) => line.includes('unexpected error in a request'))).toEqual([]);
      console.info(`${what}: ${tills.acknowledged.size} customers acknowledged and converted`);
    },
  };
  return { world, work };
}

const anyJob = (random: Random) =>
  random.oneOf<JobName>(['CONVERSION', 'P_JOB', 'SYNCHRONIZE_CUSTOMERS', 'DOWNLOAD_1010']);

/** Every acknowledged customer has its account ID in its channel, and heard of it once. */
async function expectAllConverted(world: World, acknowledged: ReadonlySet<string>): Promise<void> {
  const accountIds = await expectNothingLostOrRepeated(world, acknowledged);
  expect([...acknowledged].filter((uuid) => !accountIds.has(uuid))).toEqual([]);
  for (const database of databases)
    expect(await world.rows(database, 'select uuid from customer where account_id is null')).toEqual([]);
}
