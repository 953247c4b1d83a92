import { expect, test, vi } from 'vitest';
import { createChannels, createCustomers, newCustomer, newestRuns, switchSchedulesOff } from './support/actions.ts';
import { expectEverythingConverted } from './support/checks.ts';
import { openWorld } from './support/world.ts';

test('a customer whose live conversion was lost in a crash is converted when the server is back, without another nudge', async ({
  onTestFinished,
}) => {
  const world = await openWorld(onTestFinished);
  const first = await world.start();
  await createChannels(world, { liveConversion: true });
  await switchSchedulesOff(world);
  // Every channel database exists.
  const customers = ['houston', 'berlin'].map(newCustomer);
  await createCustomers(world, customers);
  await vi.waitFor(async () => expect((await newestRuns(world))[0]).toMatchObject({ state: 'SUCCEEDED' }), 10_000);
  await first.watch({ database: 'headquarters', what: 'enqueue', number: 1, moment: 'before' });
  const last = newCustomer('berlin');
  // The acknowledgement may be lost with the server; the customer is not.
  await createCustomers(world, [last]).catch(() => {});
  expect(await first.exited).toBe('SIGKILL');

  await world.start();
  await vi.waitFor(
    async () => {
      const waiting = await world.rows('berlin', 'select uuid from customer where account_id is null');
      expect(waiting).toEqual([]);
      expect((await newestRuns(world))[0]).toMatchObject({ state: 'SUCCEEDED' });
    },
    { timeout: 10_000, interval: 100 },
  );
  await expectEverythingConverted(
    world,
    [...customers, last].map(({ id }) => id),
  );
});
