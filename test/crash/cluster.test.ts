import { scheduler } from 'node:timers/promises';
import pg from 'pg';
import { describe, type ExpectStatic, expect, type TestContext, test, vi } from 'vitest';
import {
  ask,
  createChannels,
  createCustomers,
  newCustomer,
  newestRuns,
  switchSchedulesOff,
} from './support/actions.ts';
import { expectEverythingConverted } from './support/checks.ts';
import { ownPostgres, postgresPrograms } from './support/own-postgres.ts';
import { randomFor } from './support/random.ts';
import { openTills } from './support/tills.ts';
import { onPostgres, openWorld, postgres, type Server, type World } from './support/world.ts';

/*
 * Two processes serve the API and two run jobs, on the same PostgreSQL databases.
 */

const programs = await postgresPrograms();

interface Cluster {
  world: World;
  apis: Server[];
  workers: Server[];
}

async function openCluster(
  onTestFinished: TestContext['onTestFinished'],
  {
    liveConversion,
    clocksAhead = [0, 0],
    postgresUrl,
  }: { liveConversion: boolean; clocksAhead?: number[]; postgresUrl?: string },
): Promise<Cluster> {
  const world = await openWorld(onTestFinished, { BATCH_SIZE: '10' }, [], postgresUrl);
  const apis = [await world.start('api'), await world.start('api')];
  const workers: Server[] = [];
  for (const ahead of clocksAhead) workers.push(await world.start('worker', ahead));
  await createChannels(world, { liveConversion });
  return { world, apis, workers };
}

/** Customers of berlin that wait for a conversion. */
async function waiting(world: World, count: number): Promise<string[]> {
  const customers = Array.from({ length: count }, () => newCustomer('berlin'));
  for (let from = 0; from < count; from += 50) await createCustomers(world, customers.slice(from, from + 50));
  return customers.map(({ uuid }) => uuid);
}

const runRow = async (world: World) => {
  const [run] = await world.rows<{ state: string; worker: string; revision: number; attempt: number }>(
    'headquarters',
    `select state, worker, attempt,
       revision + (select coalesce(sum(p.revision), 0) from job_part p where p.run_id = job_run.id)::bigint as revision
     from job_run where cause = 'OPERATOR'`,
  );
  return run;
};

/** The worker at a run that has begun to move something, in the run itself or in its parts. */
async function busyWorker({ world, workers }: Cluster): Promise<{ busy: Server; revision: number }> {
  return vi.waitFor(
    async () => {
      const run = await runRow(world);
      const busy = workers.find(({ node }) => run?.worker?.startsWith(`${node}-`));
      expect(busy && run!.state === 'RUNNING' && run!.revision > 5).toBe(true);
      return { busy: busy!, revision: run!.revision };
    },
    { timeout: 20_000, interval: 5 },
  );
}

const succeeded = (world: World, ms = 60_000) =>
  vi.waitFor(async () => expect(await runRow(world)).toMatchObject({ state: 'SUCCEEDED' }), {
    timeout: ms,
    interval: 50,
  });

const nothingUnderWay = (world: World, expectThat: ExpectStatic) =>
  vi.waitFor(
    async () => {
      for (const state of ['QUEUED', 'RUNNING']) expectThat(await newestRuns(world, state)).toEqual([]);
    },
    { timeout: 60_000, interval: 200 },
  );

describe.skipIf(!onPostgres)('two API servers and two workers (PostgreSQL only)', () => {
  test('a run goes on at once when its worker is killed', async ({ onTestFinished }) => {
    const cluster = await openCluster(onTestFinished, { liveConversion: false });
    const { world } = cluster;
    await switchSchedulesOff(world);
    const uuids = await waiting(world, 1_500);
    void ask(world, 'CONVERSION').catch(() => {});
    const { busy } = await busyWorker(cluster);
    await busy.kill();
    const killedAt = performance.now();
    const before = (await runRow(world))!.revision;
    await vi.waitFor(async () => expect((await runRow(world))!.revision).toBeGreaterThan(before + 1), {
      timeout: 20_000,
      interval: 5,
    });
    console.info(`progress resumed after ${Math.round(performance.now() - killedAt)} ms`);
    await succeeded(world);
    expect(await runRow(world)).toMatchObject({ attempt: 2 });
    await expectEverythingConverted(world, uuids);
  });

  test.for([
    'before',
    'after',
  ] as const)('a run goes on elsewhere when its worker freezes, %s a COMMIT', async (moment, { onTestFinished }) => {
    const cluster = await openCluster(onTestFinished, { liveConversion: false });
    const { world, workers } = cluster;
    await switchSchedulesOff(world);
    const uuids = await waiting(world, 60);
    const [first, second] = workers as [Server, Server];
    await second.kill();
    await first.watch({ what: 'account IDs', database: 'headquarters', number: 1, moment, signal: 'SIGSTOP' });
    void ask(world, 'CONVERSION').catch(() => {});
    await first.reached;
    await world.start('worker');
    await succeeded(world);
    first.wake();
    world.forgive(first);
    await expectEverythingConverted(world, uuids);
  });

  test('connections of all processes that are terminated at any moment cost no acknowledged write', async ({
    onTestFinished,
  }) => {
    const { world, apis, workers } = await openCluster(onTestFinished, { liveConversion: true });
    const firstOnes = [newCustomer('houston'), newCustomer('berlin')];
    await createCustomers(world, firstOnes);
    const tills = openTills(world, randomFor('terminated cluster'), firstOnes);
    const client = new pg.Client({ connectionString: postgres });
    await client.connect();
    for (let round = 0; round < 10; round++) {
      for (const { node } of [...apis, ...workers])
        await client.query(
          'select pg_terminate_backend(pid) from pg_stat_activity where starts_with(application_name, $1)',
          [`hq ${node} `],
        );
      await scheduler.wait(700);
    }
    await client.end();
    await tills.close();
    for (const server of [...apis, ...workers]) world.forgive(server);
    // What a notice that was lost would have converted.
    await ask(world, 'CONVERSION');
    await vi.waitFor(() => expectEverythingConverted(world, tills.acknowledged), { timeout: 90_000, interval: 500 });
  });

  test('a worker whose clock is 8 s ahead and one that is 2 h behind take turns without harm', async ({
    onTestFinished,
  }) => {
    const { world } = await openCluster(onTestFinished, { liveConversion: true, clocksAhead: [8_000, -7_200_000] });
    const before = Date.now();
    const uuids = await waiting(world, 200);
    await vi.waitFor(
      async () => {
        const synced = await world.rows<{ count: number }>('berlin', 'select count(*) as count from feed');
        expect(synced).toEqual([{ count: 200 }]);
      },
      { timeout: 30_000, interval: 100 },
    );
    await nothingUnderWay(world, expect);
    await expectEverythingConverted(world, uuids);
    const times = await world.rows<{ at: string }>(
      'headquarters',
      'select started_at as at from job_run union select finished_at from job_run union select created_at from job_run',
    );
    for (const { at } of times) expect(Math.abs(Date.parse(at) - before)).toBeLessThan(60_000);
  });

  test.skipIf(!programs)(
    'PostgreSQL that is restarted, fast or at once, costs no acknowledged write',
    async ({ onTestFinished }) => {
      const server = await ownPostgres(programs!, onTestFinished);
      const { world, apis, workers } = await openCluster(onTestFinished, {
        liveConversion: true,
        postgresUrl: server.url,
      });
      const firstOnes = [newCustomer('houston'), newCustomer('berlin')];
      await createCustomers(world, firstOnes);
      const tills = openTills(world, randomFor('restarted PostgreSQL'), firstOnes);
      for (const mode of ['fast', 'immediate', 'fast', 'immediate'] as const) {
        await scheduler.wait(1_500);
        await server.restart(mode);
      }
      await scheduler.wait(1_500);
      await tills.close();
      for (const process of [...apis, ...workers]) world.forgive(process);
      await vi.waitFor(() => ask(world, 'CONVERSION'), { timeout: 30_000, interval: 200 });
      await vi.waitFor(() => expectEverythingConverted(world, tills.acknowledged), { timeout: 90_000, interval: 500 });
      console.info(`4 restarts of PostgreSQL, ${tills.acknowledged.size} customers`);
    },
  );
});
