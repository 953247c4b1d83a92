import { scheduler } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import {
  ask,
  channels,
  createChannels,
  createCustomers,
  createInSpiteOfCrashes,
  type NewCustomer,
  newCustomer,
  newestRuns,
  type Starter,
} from './support/actions.ts';
import { expectEverythingConverted, expectNothingLostOrRepeated } from './support/checks.ts';
import { type Random, randomFor } from './support/random.ts';
import { openWorld, type World } from './support/world.ts';

const KILLS = 16;
/** Ms from the moment a new server is ready until it goes on with what the old one had begun; the lease of a dead worker takes 5,000. */
const MOST_TO_GO_ON = 10_000;

test('nothing is lost, repeated or stuck when a busy server is killed again and again', async ({ onTestFinished }) => {
  const random = randomFor('kills at random moments');
  const world = await openWorld(onTestFinished);
  await world.start();
  await createChannels(world, { liveConversion: true });
  const firstOnes = channels.map(({ code }) => newCustomer(code));
  await createCustomers(world, firstOnes);
  const tills = openTills(world, random, firstOnes);

  const goneOnAfter: number[] = [];
  for (let kill = 1; kill <= KILLS; kill++) {
    const server = await world.server();
    const starter = random.oneOf<Starter>(['runConversion', 'runPJob', 'runSynchronizeCustomers', 'runDownload1010']);
    const asked = random.chance(0.7) ? ask(world, starter).catch(() => {}) : undefined;
    await scheduler.wait(random.whole(0, 700));
    await server.kill();
    await asked;
    const interrupted = await runsUnderWay(world);
    const { readyAt } = await world.start();
    await expectNothingLostOrRepeated(world, tills.acknowledged);
    await vi.waitFor(() => expectProgress(world, interrupted), {
      timeout: MOST_TO_GO_ON - (performance.now() - readyAt),
      interval: 50,
    });
    if (interrupted.length > 0) goneOnAfter.push(performance.now() - readyAt);
  }
  await tills.close();

  await vi.waitFor(() => expectRest(world), { timeout: 2 * MOST_TO_GO_ON, interval: 100 });
  await expectEverythingConverted(world, tills.acknowledged);
  const slowest = (Math.max(...goneOnAfter) / 1_000).toFixed(1);
  console.info(
    `${KILLS} kills, ${tills.acknowledged.size} customers; interrupted runs went on after ${slowest} s at most`,
  );
  expect(goneOnAfter.length, 'kills that interrupted a run').toBeGreaterThan(KILLS / 2);
});

/** Tills that create customers without end, a few at once, each as long as it takes until the server acknowledged them. */
function openTills(world: World, random: Random, firstOnes: NewCustomer[]) {
  const acknowledged = new Set(firstOnes.map(({ id }) => id));
  let open = true;
  const work = channels.map(async ({ code }) => {
    while (open) {
      const customers = Array.from({ length: random.whole(1, 8) }, () => newCustomer(code));
      await createInSpiteOfCrashes(world, customers);
      for (const { id } of customers) acknowledged.add(id);
      await scheduler.wait(random.whole(0, 150));
    }
  });
  const closed = Promise.all(work);
  closed.catch(() => {});
  return {
    acknowledged,
    async close() {
      open = false;
      await closed;
    },
  };
}

interface UnderWay {
  id: number;
  revision: number;
  finished_at: string | null;
}

const runsUnderWay = (world: World) =>
  world.rows<UnderWay>(
    'headquarters',
    `select id, revision, finished_at from job_run where state in ('QUEUED', 'RUNNING')`,
  );

async function expectProgress(world: World, interrupted: UnderWay[]): Promise<void> {
  const now = await world.rows<UnderWay>('headquarters', 'select id, revision, finished_at from job_run');
  const revisions = new Map(now.map(({ id, revision }) => [id, revision]));
  const stuck = interrupted.filter(({ id, revision }) => revisions.get(id)! <= revision);
  expect(stuck, 'runs that do not go on').toEqual([]);
}

async function expectRest(world: World): Promise<void> {
  for (const state of ['QUEUED', 'RUNNING']) expect(await newestRuns(world, state)).toEqual([]);
  for (const { code } of channels) {
    const { customers } = await world.query(
      'query ($channel: String!) { customers(channel: $channel, source: CHANNEL, status: PENDING, first: 1) { edges { cursor } } }',
      { channel: code },
    );
    expect(customers.edges, `customers of ${code} that wait`).toEqual([]);
  }
}
