import { scheduler } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import type { JobName } from '../../schema/operations.ts';
import {
  ask,
  channels,
  createChannels,
  createCustomers,
  newCustomer,
  newestRuns,
  retryCrashedRuns,
} from './support/actions.ts';
import {
  expectEverythingConverted,
  expectNothingLostOrRepeated,
  expectToGoOn,
  runsUnderWay,
} from './support/checks.ts';
import { randomFor } from './support/random.ts';
import { openTills } from './support/tills.ts';
import { openWorld, type World } from './support/world.ts';

const KILLS = 16;

test('nothing is lost, repeated or stuck when a busy server is killed again and again', async ({ onTestFinished }) => {
  const random = randomFor('kills at random moments');
  // As many workers as there can be runs, so that no run waits for another one.
  const world = await openWorld(onTestFinished, { WORKERS: '5', POOL_SIZE: '8', BATCH_SIZE: '10' });
  await world.start();
  await createChannels(world, { liveConversion: true });
  const firstOnes = channels.map(({ code }) => newCustomer(code));
  await createCustomers(world, firstOnes);
  const tills = openTills(world, random, firstOnes);

  const goneOnAfter: number[] = [];
  for (let kill = 1; kill <= KILLS; kill++) {
    const server = await world.server();
    const job = random.oneOf<JobName>(['CONVERSION', 'P_JOB', 'SYNCHRONIZE_CUSTOMERS', 'DOWNLOAD_1010']);
    const asked = random.chance(0.9) ? ask(world, job).catch(() => {}) : undefined;
    await scheduler.wait(random.whole(0, 700));
    // A fast machine is idle most of the time: every second kill waits for a run.
    if (kill % 2 === 0) await runUnderWay(world);
    await server.kill();
    await asked;
    const interrupted = await runsUnderWay(world);
    const { readyAt } = await world.start();
    await expectNothingLostOrRepeated(world, tills.acknowledged);
    await expectToGoOn(world, interrupted, readyAt);
    if (interrupted.length > 0) goneOnAfter.push(performance.now() - readyAt);
  }
  await tills.close();

  await vi.waitFor(() => expectRest(world), { timeout: 30_000, interval: 100 });
  await expectEverythingConverted(world, tills.acknowledged);
  const slowest = (Math.max(...goneOnAfter) / 1_000).toFixed(1);
  console.info(
    `${KILLS} kills, ${tills.acknowledged.size} customers; interrupted runs went on after ${slowest} s at most`,
  );
  expect(goneOnAfter.length, 'kills that interrupted a run').toBeGreaterThanOrEqual(KILLS / 4);
});

const runUnderWay = (world: World) =>
  vi.waitFor(async () => expect(await runsUnderWay(world)).not.toEqual([]), { timeout: 10_000, interval: 1 });

async function expectRest(world: World): Promise<void> {
  await retryCrashedRuns(world);
  for (const state of ['QUEUED', 'RUNNING']) expect(await newestRuns(world, state)).toEqual([]);
  for (const { code } of channels) {
    const { customers } = await world.query(
      'query ($channel: String!) { customers(filter: { channel: $channel, status: PENDING }, first: 1) { edges { cursor } } }',
      { channel: code },
    );
    expect(customers.edges, `customers of ${code} that wait`).toEqual([]);
  }
}
