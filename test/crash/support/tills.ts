import { scheduler } from 'node:timers/promises';
import { channels, createInSpiteOfFaults, type NewCustomer, newCustomer } from './actions.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

/** Tills that create customers without end, a few at once, each as long as it takes until the server acknowledged them. */
export function openTills(world: World, random: Random, firstOnes: readonly NewCustomer[] = []) {
  const acknowledged = new Set(firstOnes.map(({ uuid }) => uuid));
  let open = true;
  const work = channels.map(async ({ code }) => {
    while (open) {
      const customers = Array.from({ length: random.whole(1, 6) }, () => newCustomer(code));
      await createInSpiteOfFaults(world, customers);
      for (const { uuid } of customers) acknowledged.add(uuid);
      await scheduler.wait(random.whole(0, 300));
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
