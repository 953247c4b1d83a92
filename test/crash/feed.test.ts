import { expect, test } from 'vitest';
import { channels, createChannels, createInSpiteOfFaults, newCustomers } from './support/actions.ts';
import { FeedClient } from './support/feed-client.ts';
import { randomFor } from './support/random.ts';
import { openWorld, type World } from './support/world.ts';

const CUSTOMERS = 10_000;
const CLIENTS = 20;
const CUTS = 200;
const KILLS = 5;

test('clients of the feeds get every account ID once, whatever happens to their connections and to the server', async ({
  onTestFinished,
}) => {
  const random = randomFor('cuts and kills of feeds');
  const world = await openWorld(onTestFinished, { BATCH_SIZE: '100' });
  await world.start();
  await createChannels(world, { liveConversion: true });
  const customers = newCustomers(CUSTOMERS);
  const ofChannel = (code: string) => customers.filter(({ channel }) => channel === code).length;

  // What happens is bound to what clients have heard, so that the cuts and kills are spread over the whole stream.
  let heard = 0;
  let kills = 0;
  let cuts = 0;
  let restarting: Promise<unknown> = Promise.resolve();
  const isTimeFor = (done: number, all: number) => heard > (expected * (done + 1)) / (all + 1);
  const clients = Array.from({ length: CLIENTS }, (_, index) => {
    const channel = channels[index % channels.length]!.code;
    return new FeedClient(world, channel, index % 5 === 0 ? 'sse' : 'websocket', (count) => {
      heard += count;
      while (cuts < CUTS && isTimeFor(cuts, CUTS)) {
        const connected = clients.filter((client) => client.connected);
        if (connected.length === 0) break;
        random.oneOf(connected).cut({ forgetful: random.chance(0.2) });
        cuts++;
      }
      if (kills < KILLS && isTimeFor(kills, KILLS)) {
        kills++;
        restarting = restarting.then(() => restart(world));
      }
    });
  });
  const expected = clients.reduce((sum, { channel }) => sum + ofChannel(channel), 0);

  const following = Promise.all(clients.map((client) => client.follow(ofChannel(client.channel))));
  await Promise.all([createAll(world, customers), following]);
  await restarting;

  expect({ cuts, kills }).toEqual({ cuts: CUTS, kills: KILLS });
  for (const { code, database } of channels) {
    const assigned = await world.rows<{ uuid: string; accountId: string }>(
      'headquarters',
      `select uuid, account_id as "accountId" from customer where channel = '${code}' order by uuid`,
    );
    expect(assigned.map(({ uuid }) => uuid)).toEqual(idsOf(customers, code));
    const fed = await world.rows<{ uuid: string; accountId: string }>(
      database,
      `select customer_uuid as uuid, account_id as "accountId" from feed where channel = '${code}' order by sequence`,
    );
    expect(fed.toSorted(byUuid), `what was fed to ${code}`).toEqual(assigned);
    for (const client of clients.filter(({ channel }) => channel === code)) {
      expect(client.received, 'what a client received, in order').toEqual(fed);
    }
  }
  expect(await world.errors(), 'errors in the logs').toEqual([]);
  const sum = (field: 'connections' | 'ignored') => clients.reduce((all, client) => all + client[field], 0);
  console.info(`${cuts} cuts, ${kills} kills, ${sum('connections')} connections, ${sum('ignored')} repeats ignored`);
});

/** Four tills at once, 25 customers a request. */
async function createAll(world: World, customers: ReturnType<typeof newCustomers>): Promise<void> {
  const left = [...customers];
  const till = async () => {
    while (left.length > 0) await createInSpiteOfFaults(world, left.splice(0, 25));
  };
  await Promise.all([till(), till(), till(), till()]);
}

async function restart(world: World): Promise<void> {
  const server = await world.server();
  await server.kill();
  await world.start();
}

const idsOf = (customers: ReturnType<typeof newCustomers>, code: string) =>
  customers
    .filter(({ channel }) => channel === code)
    .map(({ uuid }) => uuid)
    .sort();

const byUuid = (one: { uuid: string }, other: { uuid: string }) => (one.uuid < other.uuid ? -1 : 1);
