import { describe, test, vi } from 'vitest';
import { ask, askedRuns, createChannels, createCustomers, newCustomer, switchSchedulesOff } from './support/actions.ts';
import { expectEverythingConverted } from './support/checks.ts';
import type { Point, What } from './support/messages.ts';
import { onPostgres, openWorld, type World } from './support/world.ts';

/*
 * Dead and frozen look the same from outside: the lease ends, and another server takes the run over. One that wakes up
 * afterwards finds the fence moved. Embedded databases belong to one process, so that no other can take anything over there.
 */
describe
  .skipIf(!onPostgres)
  .concurrent('a server that was frozen changes nothing of a run that another one has taken over', () => {
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
      await frozen.watch(frozenAfter(what, database));
      void ask(world, 'CONVERSION').catch(() => {});
      await frozen.reached;

      // The other one is held right after it took the run over, so that both believe to have it.
      const other = await world.start();
      await other.watch(frozenAfter('claim', 'headquarters'));
      await other.reached;
      const takenOver = await runRows(world);
      expect(takenOver).toMatchObject([{ state: 'RUNNING', fence: 2, attempt: 2 }]);
      frozen.wake();
      // It gives back the run, which it has not any more.
      await vi.waitFor(() => expect(frozen.transactions.map((done) => done.what)).toContain('settle'), {
        timeout: 4_000,
      });
      expect(await runRows(world)).toEqual(takenOver);

      await frozen.kill();
      other.wake();
      await vi.waitFor(async () => expect(await askedRuns(world)).toMatchObject([{ state: 'SUCCEEDED', attempt: 2 }]), {
        timeout: 20_000,
        interval: 100,
      });
      await expectEverythingConverted(
        world,
        customers.map(({ uuid }) => uuid),
      );
    });
  });

const frozenAfter = (what: What, database: string): Point => ({
  what,
  database,
  number: 1,
  moment: 'after',
  signal: 'SIGSTOP',
});

const runRows = (world: World) => world.rows('headquarters', `select * from job_run where cause = 'OPERATOR'`);
