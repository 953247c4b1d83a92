import { expect, test, vi } from 'vitest';
import { createChannels, createCustomers, newCustomer, switchSchedulesOff } from './support/actions.ts';
import { expectEverythingConverted } from './support/checks.ts';
import { openWorld } from './support/world.ts';

test('a customer whose live conversion was lost in a crash is converted when the server is back, without another nudge', async ({
  onTestFinished,
}) => {
  const world = await openWorld(onTestFinished);
  const first = await world.start();
  await createChannels(world, { liveConversion: true });
  await switchSchedulesOff(world);
  await first.watch({ database: 'headquarters', what: 'enqueue', number: 1, moment: 'before' });
  const customer = newCustomer('berlin');
  // The acknowledgement may be lost with the server; the customer is not.
  await createCustomers(world, [customer]).catch(() => {});
  expect(await first.exited).toBe('SIGKILL');

  await world.start();
  await vi.waitFor(() => expectEverythingConverted(world, [customer.uuid]), { timeout: 15_000, interval: 200 });
});
