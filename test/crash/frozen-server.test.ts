import { describe, test, vi } from 'vitest';
import { ask, askedRuns, createChannels, createCustomers, newCustomer, switchSchedulesOff } from './support/actions.ts';
import { expectEverythingConverted } from './support/checks.ts';
import type { Point, What } from './support/messages.ts';
import { onPostgres, openWorld, type World } from './support/world.ts';

/*
 * A server that is frozen gives no sign of life: the others end its connections, and one of them takes the run over. When it wakes up
 * afterward, it finds the fence moved. Embedded databases belong to one process, so that no other can take anything over there.
 */
describe
  .skipIf(!onPostgres)
  .concurrent('a server that was frozen changes nothing of a run that another one has taken over', () => {
    test.for<{ what: What; database: string }>([
      { what: 'claim', database: 'headquarters' },
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

      await world.start();
      await vi.waitFor(async () => expect(await askedRuns(world)).toMatchObject([{ state: 'SUCCEEDED', attempt: 2 }]), {
        timeout: 60_000,
        interval: 100,
      });
      const done = await runRows(world);
      const livesBefore = await livesOf(world, frozen.node);

      // Its connections are gone, and so is its run. It begins another life.
      frozen.wake();
      await vi.waitFor(
        async () => {
          const [life] = await livesOf(world, frozen.node);
          expect(life).toBeDefined();
          expect(livesBefore).not.toContain(life);
        },
        { timeout: 30_000, interval: 100 },
      );
      expect(await runRows(world)).toEqual(done);
      world.forgive(frozen);
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

const livesOf = async (world: World, node: string) =>
  (await world.rows<{ id: string }>('headquarters', `select id from server_node where id like '${node}-%'`)).map(
    ({ id }) => id,
  );

const runRows = (world: World) => world.rows('headquarters', `select * from job_run where cause = 'OPERATOR'`);
