import { expect, vi } from 'vitest';
import { type Channel, channels, databases, newestRuns } from './actions.ts';
import { FeedClient } from './feed-client.ts';
import type { World } from './world.ts';

/** Ms from the moment a new server is ready until it continues what the old one had begun. */
const MOST_TO_GO_ON = 10_000;

interface Feed {
  channel: string;
  sequence: number;
  customer_uuid: string;
  account_id: string;
}

/**
 * What holds at every moment, also right after a crash and while everything goes on. Answers the account IDs by UUID.
 * `acknowledged`: customers whose creation a server has confirmed.
 */
export async function expectNothingLostOrRepeated(
  world: World,
  acknowledged: Iterable<string>,
): Promise<Map<string, string>> {
  const confirmed = [...acknowledged];
  const inChannels = new Map<string, string | null>();
  const fed = new Map<string, string>();
  for (const database of databases) {
    const log = await only<{ rows: number; counter: number; head: number }>(
      world,
      database,
      'select count(*) as rows, coalesce(max(counter), 0) as counter, (select last_counter from self) as head from operation',
    );
    expect(log, `the log of ${database} has no gap`).toEqual({ rows: log.head, counter: log.head, head: log.head });

    const feed = await world.rows<Feed>(database, 'select * from feed order by channel, sequence');
    const last = new Map<string, number>();
    for (const { channel, sequence, customer_uuid: uuid, account_id: accountId } of feed) {
      if (sequence !== (last.get(channel) ?? 0) + 1)
        expect.fail(`${channel}'s feed: ${sequence} after ${last.get(channel) ?? 0}`);
      last.set(channel, sequence);
      if (fed.has(uuid)) expect.fail(`${uuid} is in ${channel}'s feed twice`);
      fed.set(uuid, accountId);
    }
    const customers = await world.rows<{ uuid: string; account_id: string | null }>(
      database,
      'select uuid, account_id from customer',
    );
    for (const { uuid, account_id: accountId } of customers) inChannels.set(uuid, accountId);
  }
  const lost = confirmed.filter((uuid) => !inChannels.has(uuid));
  expect(lost, 'acknowledged customers that are gone').toEqual([]);
  const different = [...fed].filter(([uuid, accountId]) => inChannels.get(uuid) !== accountId);
  expect(different, 'account IDs of which the feed and the channel differ').toEqual([]);

  // Headquarters last: it is ahead of the channels.
  const assigned = await world.rows<{ uuid: string; account_id: string; next: number }>(
    'headquarters',
    "select uuid, account_id, (select next_number from number_sequence where name = 'customer-account') as next from customer order by account_id",
  );
  const gaps = assigned.filter(
    ({ account_id: accountId }, index) => accountId !== `C${String(index + 1).padStart(8, '0')}`,
  );
  expect(gaps, 'account IDs that do not continue the sequence').toEqual([]);
  if (assigned.length > 0) expect(assigned[0]!.next, 'the next number').toBe(assigned.length + 1);
  const accountIds = new Map(assigned.map(({ uuid, account_id: accountId }) => [uuid, accountId]));
  expect(accountIds.size, 'customers at headquarters, each once').toBe(assigned.length);
  const foreign = [...inChannels].filter(
    ([uuid, accountId]) => accountId !== null && accountIds.get(uuid) !== accountId,
  );
  expect(foreign, 'account IDs of which a channel and headquarters differ').toEqual([]);
  return accountIds;
}

/** What holds when everything has been converted: nothing waits, every customer arrived everywhere, once. */
export async function expectEverythingConverted(world: World, acknowledged: Iterable<string>): Promise<void> {
  const confirmed = [...acknowledged].sort();
  const accountIds = await expectNothingLostOrRepeated(world, confirmed);
  expect([...accountIds.keys()].sort(), 'customers with an account ID').toEqual(confirmed);

  for (const database of databases) {
    const pending = await world.rows(database, 'select uuid from customer where account_id is null');
    expect(pending, `customers of ${database} without account ID`).toEqual([]);
    const heads = await only<{ fed: number; customers: number }>(
      world,
      database,
      'select (select sum(sequence) from feed_head) as fed, (select count(*) from customer) as customers',
    );
    expect(Number(heads.fed), `the feeds of ${database}`).toBe(Number(heads.customers));
    const uploaded = await only<{ counter: number; rows: number; operations: number }>(
      world,
      'headquarters',
      `select last_received as counter,
         (select sum(row_count) from upload_session where channel_database = '${database}') as rows,
         (select count(*) from customer_operation where channel_database = '${database}' and state = 'SYNCED') as operations
       from channel_database where name = '${database}'`,
    );
    const head = await only<{ counter: number }>(world, database, 'select last_counter as counter from self');
    expect(
      [uploaded.counter, uploaded.rows, uploaded.operations].map(Number),
      `operations of ${database}: received, uploaded by sessions, synchronized`,
    ).toEqual([head.counter, head.counter, head.counter]);
  }

  for (const state of ['QUEUED', 'RUNNING', 'FAILED', 'CANCELED']) {
    expect(await newestRuns(world, state), `runs that are ${state}`).toEqual([]);
  }
  for (const table of ['upload_session', 'download_session']) {
    expect(
      await world.rows('headquarters', `select * from ${table} where status = 'STARTED'`),
      `open ${table}s`,
    ).toEqual([]);
  }
  for (const channel of channels) await expectClientsToSee(world, channel, accountIds);
  expect(await world.errors(), 'errors in the logs').toEqual([]);
}

interface UnderWay {
  id: number;
  revision: number;
}

/** The runs that a server leaves when it dies. */
export const runsUnderWay = (world: World) =>
  world.rows<UnderWay>('headquarters', `select id, revision from job_run where state in ('QUEUED', 'RUNNING')`);

/** Every run that was interrupted is worked on again soon after a new server is ready. */
export async function expectToGoOn(world: World, interrupted: UnderWay[], readyAt: number): Promise<void> {
  await vi.waitFor(
    async () => {
      const now = await world.rows<UnderWay>('headquarters', 'select id, revision from job_run');
      const revisions = new Map(now.map(({ id, revision }) => [id, revision]));
      const stuck = interrupted.filter(({ id, revision }) => revisions.get(id)! <= revision);
      expect(stuck, 'runs that do not go on').toEqual([]);
    },
    { timeout: MOST_TO_GO_ON - (performance.now() - readyAt), interval: 100 },
  );
}

/** The customers of a channel and its feed as clients get them. */
async function expectClientsToSee(
  world: World,
  { code, database }: Channel,
  accountIds: Map<string, string>,
): Promise<void> {
  const own = await world.rows<{ uuid: string }>(database, `select uuid from customer where channel = '${code}'`);
  const expected = own.map(({ uuid }) => ({ uuid, accountId: accountIds.get(uuid) })).sort(byUuid);
  const feed = new FeedClient(world, code, 'websocket');
  await feed.follow(own.length);
  expect(feed.received.toSorted(byUuid), `the feed of ${code}`).toEqual(expected);
  expect(await customersOf(world, code), `the customers of ${code}`).toEqual(expected);
}

async function customersOf(world: World, channel: string) {
  const found: { uuid: string; accountId: string }[] = [];
  for (let after: string | null = null; ; ) {
    const { customers }: { customers: { edges: { cursor: string; node: (typeof found)[number] }[] } } =
      await world.query(
        `query ($channel: String!, $after: String) {
        customers(filter: { channel: $channel }, first: 100, after: $after) { edges { cursor node { uuid accountId } } }
      }`,
        { channel, after },
      );
    found.push(...customers.edges.map(({ node }) => node));
    if (customers.edges.length === 0) return found.sort(byUuid);
    after = customers.edges.at(-1)!.cursor;
  }
}

const byUuid = (one: { uuid: string }, other: { uuid: string }) => (one.uuid < other.uuid ? -1 : 1);

async function only<Row>(world: World, database: string, statement: string): Promise<Row> {
  return (await world.rows<Row>(database, statement))[0]!;
}
