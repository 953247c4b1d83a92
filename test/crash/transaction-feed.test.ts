import { randomUUID } from 'node:crypto';
import { scheduler } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { expectFeedsToTellEveryStatus } from '../support/transaction-feed.ts';
import { channels, createChannels, createInSpiteOfFaults, inSpiteOfFaults, newCustomer } from './support/actions.ts';
import { mutate } from './support/books.ts';
import { FeedClient, statuses } from './support/feed-client.ts';
import { randomFor } from './support/random.ts';
import { openWorld, type World } from './support/world.ts';

/** In each channel, as many orders as sales. */
const ORDERS = 150;
const CLIENTS = 9;
const CUTS = 60;
const KILLS = 6;

test('clients of the feeds get every status of every order and sale once and in order, whatever happens to their connections and to the server', async ({
  onTestFinished,
}) => {
  const random = randomFor('cuts and kills of feeds of transactions');
  const world = await openWorld(onTestFinished, { BATCH_SIZE: '40' });
  await world.start();
  await createChannels(world, { liveConversion: true });

  // An order is at least received and synchronized; a sale is also posted. Cuts and kills are spread over that.
  const expected = CLIENTS * ORDERS * 5;
  let [heard, kills, cuts] = [0, 0, 0];
  let restarting: Promise<unknown> = Promise.resolve();
  const isTimeFor = (done: number, all: number) => heard > (expected * (done + 1)) / (all + 1);
  const clients = Array.from({ length: CLIENTS }, (_, index) => {
    const channel = channels[index % channels.length]!.code;
    const hear = (count: number) => {
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
    };
    return new FeedClient(world, channel, index % 4 === 0 ? 'sse' : 'websocket', hear, statuses);
  });

  const hasEnded = ({ received }: FeedClient) =>
    received.filter(({ status }) => status === 'SYNCHRONIZED' || status === 'POSTED').length === 2 * ORDERS;
  const following = Promise.all(clients.map((client) => client.followUntil(() => hasEnded(client))));
  let isOver = false;
  const over = Promise.all([recordAll(world), following]).finally(() => {
    isOver = true;
  });
  await Promise.all([over, postUntil(world, () => isOver)]);
  await restarting;

  expect({ cuts, kills }).toEqual({ cuts: CUTS, kills: KILLS });
  const total = await expectFeedsToTellEveryStatus((statement) => world.rows('headquarters', statement));
  const all = await Promise.all(channels.map(async ({ code }) => ({ code, told: await toldTo(world, code) })));
  expect(all.reduce((sum, { told }) => sum + told.length, 0)).toBe(total);
  for (const { code, told } of all)
    for (const client of clients.filter(({ channel }) => channel === code))
      expect(client.received, `what a client of ${code} received, in order`).toEqual(told);
  expect(await world.errors(), 'errors in the logs').toEqual([]);
  const sum = (field: 'connections' | 'ignored') => clients.reduce((all, client) => all + client[field], 0);
  console.info(
    `${total} statuses, ${cuts} cuts, ${kills} kills, ${sum('connections')} connections, ${sum('ignored')} repeats ignored`,
  );
});

/** A customer of each channel, and orders and sales, ten of each a request. */
async function recordAll(world: World): Promise<void> {
  await Promise.all(
    channels.map(async ({ code: channel }) => {
      for (let left = ORDERS; left > 0; left -= 10) {
        const customer = newCustomer(channel);
        const goods = () => ({
          channel,
          uuid: randomUUID(),
          customerUuid: customer.uuid,
          lines: [{ sku: 'BK-1', quantity: '1', unitPrice: '10' }],
          payments: [{ tender: 'CARD', amount: '10' }],
          total: '10',
        });
        const [orders, sales] = [Array.from({ length: 10 }, goods), Array.from({ length: 10 }, goods)];
        await createInSpiteOfFaults(world, [customer]);
        await inSpiteOfFaults(() => mutate(world, 'createOrder', orders));
        await inSpiteOfFaults(() => mutate(world, 'recordSale', sales));
      }
    }),
  );
}

/** Posts what there is, again and again: a run may have been lost with its server. */
async function postUntil(world: World, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await inSpiteOfFaults(() => world.query('mutation { runEndOfDay(input: {}) { __typename } }'));
    await scheduler.wait(300);
  }
}

async function restart(world: World): Promise<void> {
  const server = await world.server();
  await server.kill();
  await world.start();
}

const shown: Record<string, Record<string, string>> = {
  order: { NONE: 'RECEIVED', SUCCEEDED: 'SYNCHRONIZED' },
  sale: { NONE: 'RECEIVED', SUCCEEDED: 'VALIDATED' },
};

/** What the feed of a channel has, as clients see it. */
const toldTo = async (world: World, channel: string) =>
  (
    await world.rows<{ uuid: string; status: string; family: string }>(
      'headquarters',
      `select t.uuid, f.status, case t.kind when 'CASH_AND_CARRY' then 'sale' else 'order' end as family
       from transaction_feed f join retail_transaction t on t.sequence = f.transaction_sequence
       where f.channel = '${channel}' order by f.sequence`,
    )
  ).map(({ uuid, status, family }) => ({ uuid, status: shown[family]![status] ?? status }));
