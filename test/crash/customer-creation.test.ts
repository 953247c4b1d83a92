import { describe, test } from 'vitest';
import { createChannels, createCustomers, newCustomer } from './support/actions.ts';
import { openWorld } from './support/world.ts';

describe.concurrent('a till whose server dies while it creates a customer', () => {
  for (const [moment, stored] of [
    ['before', 0],
    ['after', 1],
  ] as const) {
    test(`${moment} COMMIT: is not told that it is stored, and asks again without making another`, async ({
      expect,
      onTestFinished,
    }) => {
      const world = await openWorld(onTestFinished);
      const first = await world.start();
      await createChannels(world, { liveConversion: false });
      // The database exists.
      await createCustomers(world, [newCustomer('berlin')]);
      await first.watch({ database: 'berlin', what: 'new customers', number: 1, moment });
      const customer = newCustomer('berlin');
      await expect(createCustomers(world, [customer])).rejects.toThrow();
      expect(await first.exited).toBe('SIGKILL');
      expect(await world.rows('berlin', 'select uuid from customer')).toHaveLength(1 + stored);

      await world.start();
      await createCustomers(world, [customer]);
      for (const table of ['customer', 'operation']) {
        expect(await world.rows('berlin', `select 1 as one from ${table}`), table).toHaveLength(1 + 1);
      }
    });
  }
});
