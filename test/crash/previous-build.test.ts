import { expect, test, vi } from 'vitest';
import { hq } from '../support/cli.ts';
import { ask, createChannels, newCustomer } from './support/actions.ts';
import { expectEverythingConverted } from './support/checks.ts';
import { FeedClient } from './support/feed-client.ts';
import { becomeNextBuild } from './support/next-build.ts';
import { randomFor } from './support/random.ts';
import { openTills } from './support/tills.ts';
import { onPostgres, openWorld, type Server, send, type World } from './support/world.ts';

/** Customers that each build must have acknowledged before the test goes on. */
const ENOUGH = 30;

/** The world as a client sees it that knows only this server. */
const at = (world: World, server: Server): World => ({
  ...world,
  server: async () => server,
  query: (document, variables = {}) => send(server.url, document, variables),
});

test.skipIf(!onPostgres)(
  'the previous build and the next one serve and convert side by side while the schema is expanded (PostgreSQL only)',
  async ({ onTestFinished }) => {
    const world = await openWorld(onTestFinished);
    const oldApi = await world.start('api');
    const oldWorker = await world.start('worker');
    await createChannels(world, { liveConversion: true });
    const first = openTills(at(world, oldApi), randomFor('previous build'));
    const feed = new FeedClient(at(world, oldApi), 'berlin', 'websocket');
    let listening = true;
    const heard = feed.followUntil(() => !listening);
    await vi.waitFor(() => expect(first.acknowledged.size).toBeGreaterThan(ENOUGH), { timeout: 60_000 });

    becomeNextBuild();
    const migrated = await hq('migrate', { env: world.databases });
    expect(migrated, migrated.err).toMatchObject({ code: 0 });
    expect(migrated.out.match(/ExpandLoyalty/g)).toHaveLength(3);

    const newApi = await world.start('api', 0, 'next');
    await world.start('worker', 0, 'next');
    const before = first.acknowledged.size;
    const second = openTills(at(world, newApi), randomFor('next build'));
    await vi.waitFor(
      () => {
        expect(first.acknowledged.size).toBeGreaterThan(before + ENOUGH);
        expect(second.acknowledged.size).toBeGreaterThan(ENOUGH);
      },
      { timeout: 60_000 },
    );
    // Whoever must go back to the previous build can start it on the expanded schema.
    await oldWorker.kill();
    await world.start('worker');
    const later = second.acknowledged.size;
    await vi.waitFor(() => expect(second.acknowledged.size).toBeGreaterThan(later + ENOUGH), { timeout: 60_000 });

    await first.close();
    await second.close();
    const acknowledged = [...first.acknowledged, ...second.acknowledged];
    await ask(world, 'CONVERSION');
    await vi.waitFor(() => expectEverythingConverted(world, acknowledged), { timeout: 90_000, interval: 500 });
    listening = false;
    await at(world, newApi).query(
      `mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) { __typename } }`,
      { input: newCustomer('berlin') },
    );
    await heard;
    const [{ customers }] = (await world.rows<{ customers: number }>(
      'berlin',
      'select count(*) as customers from customer',
    )) as [{ customers: number }];
    expect(feed.received.length).toBe(Number(customers));
    console.info(
      `${first.acknowledged.size} customers through the previous build, ${second.acknowledged.size} through the next`,
    );
  },
);
