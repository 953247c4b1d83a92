import { describe, test, vi } from 'vitest';
import {
  ask,
  createChannels,
  createCustomers,
  newCustomer,
  newestRuns,
  switchSchedulesOff,
} from './support/actions.ts';
import { expectEverythingConverted } from './support/checks.ts';
import type { What } from './support/messages.ts';
import { openWorld, type World } from './support/world.ts';

/*
 * Dead and frozen look the same from outside: the lease ends, and another server takes the run over. One that wakes up
 * afterwards finds the fence moved.
 */
describe.concurrent('a server that was frozen changes nothing of a run that another one has taken over', () => {
  test.for<{ what: What; database: string }>([
    { what: 'claim', database: 'headquarters' },
    { what: 'package of the P-job', database: 'headquarters' },
    { what: 'account IDs', database: 'headquarters' },
    { what: 'package of 1010', database: 'berlin' },
  ])('frozen after: $what', async ({ what, database }, { expect, onTestFinished }) => {
    const world = await openWorld(onTestFinished);
    const frozen = await world.start();
    await createChannels(world, { liveConversion: false });
    await switchSchedulesOff(world);
    // One channel database, so that nothing else is being written at that moment.
    const customers = Array.from({ length: 60 }, () => newCustomer('berlin'));
    for (let from = 0; from < 60; from += 20) await createCustomers(world, customers.slice(from, from + 20));
    await frozen.watch({ what, database, number: 1, moment: 'after', signal: 'SIGSTOP' });
    void ask(world, 'runConversion').catch(() => {});
    await frozen.reached;

    const other = await world.start();
    await vi.waitFor(async () => expect(await newestRuns(world)).toMatchObject([{ state: 'SUCCEEDED', attempt: 2 }]), {
      timeout: 10_000,
      interval: 100,
    });
    const before = await runRows(world);
    frozen.wake();
    // It tries to go on, and gives its run back, which it has not any more.
    await vi.waitFor(() => expect(frozen.transactions.at(-1)).toMatchObject({ what: 'settle' }), { timeout: 10_000 });

    expect(await runRows(world)).toEqual(before);
    await frozen.kill();
    await expectEverythingConverted(
      world,
      customers.map(({ id }) => id),
    );
    await other.kill();
  });
});

const runRows = (world: World) => world.rows('headquarters', 'select * from job_run');
