import { describe, expect, type TestContext, test, vi } from 'vitest';
import { ask, createChannels, createCustomers, newCustomers, switchSchedulesOff } from './support/actions.ts';
import { expectEverythingConverted } from './support/checks.ts';
import { onPostgres, openWorld, type Server, type World } from './support/world.ts';

/*
 * Two workers share a run: one holds it, and each holds the part of one channel database.
 */

const CUSTOMERS = 450;

interface Shared {
  world: World;
  uuids: string[];
  /** The worker that holds the run, and the one that helps. */
  holder: Server;
  helper: Server;
}

const runRow = async (world: World) =>
  (
    await world.rows<{ state: string; attempt: number; worker: string; steps: { progress: { done: number } }[] }>(
      'headquarters',
      `select state, attempt, worker, steps from job_run where cause = 'OPERATOR'`,
    )
  )[0]!;

async function openShared(onTestFinished: TestContext['onTestFinished']): Promise<Shared> {
  // One run at a time, so that each holds one part.
  const world = await openWorld(onTestFinished, { BATCH_SIZE: '10', WORKERS: '1' });
  await world.start('api');
  const workers = [await world.start('worker'), await world.start('worker')];
  await createChannels(world, { liveConversion: false });
  await switchSchedulesOff(world);
  const customers = newCustomers(CUSTOMERS);
  for (let from = 0; from < CUSTOMERS; from += 50) await createCustomers(world, customers.slice(from, from + 50));
  void ask(world, 'CONVERSION').catch(() => {});
  const holding = await vi.waitFor(
    async () => {
      const parts = await world.rows<{ worker: string; revision: number }>(
        'headquarters',
        `select p.worker, p.revision from job_part p join job_run r on r.id = p.run_id where p.state = 'RUNNING' order by p.worker = r.worker`,
      );
      expect(new Set(parts.map(({ worker }) => worker)).size).toBe(2);
      for (const { revision } of parts) expect(revision).toBeGreaterThan(3);
      return parts;
    },
    { timeout: 30_000, interval: 5 },
  );
  const [helper, holder] = holding.map(({ worker }) => workers.find(({ node }) => worker.startsWith(`${node}-`))!);
  return { world, uuids: customers.map(({ uuid }) => uuid), holder: holder!, helper: helper! };
}

async function expectToEnd({ world, uuids }: Shared, attempt: number): Promise<void> {
  await vi.waitFor(async () => expect(await runRow(world)).toMatchObject({ state: 'SUCCEEDED' }), {
    timeout: 90_000,
    interval: 100,
  });
  const { steps, attempt: attempts } = await runRow(world);
  expect(attempts).toBe(attempt);
  // The operations of all channels, and each customer once.
  expect(steps.map(({ progress }) => progress.done)).toEqual([CUSTOMERS, CUSTOMERS, expect.any(Number)]);
  expect(await world.rows('headquarters', 'select * from job_part')).toEqual([]);
  await expectEverythingConverted(world, uuids);
}

describe.skipIf(!onPostgres).concurrent('a run that two workers share (PostgreSQL only)', () => {
  test('goes on when the worker that helps is killed', async ({ onTestFinished }) => {
    const shared = await openShared(onTestFinished);
    await shared.helper.kill();
    await expectToEnd(shared, 1);
  });

  test('goes on when the worker that holds it is killed', async ({ onTestFinished }) => {
    const shared = await openShared(onTestFinished);
    await shared.holder.kill();
    await expectToEnd(shared, 2);
  });

  test('goes on when both are killed and others start', async ({ onTestFinished }) => {
    const shared = await openShared(onTestFinished);
    await Promise.all([shared.holder.kill(), shared.helper.kill()]);
    await shared.world.start('worker');
    await expectToEnd(shared, 2);
  });

  test('goes on when the worker that helps freezes, which writes nothing more when it wakes', async ({
    onTestFinished,
  }) => {
    const shared = await openShared(onTestFinished);
    process.kill(shared.helper.pid, 'SIGSTOP');
    await vi.waitFor(
      async () =>
        expect(
          await shared.world.rows(
            'headquarters',
            `select 1 from job_run where state = 'SUCCEEDED' and cause = 'OPERATOR'`,
          ),
        ).toHaveLength(1),
      { timeout: 90_000, interval: 100 },
    );
    shared.helper.wake();
    shared.world.forgive(shared.helper);
    shared.world.forgive(shared.holder);
    await expectToEnd(shared, (await runRow(shared.world)).attempt);
  });
});
