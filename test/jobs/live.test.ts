import { randomUUID } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { DatabaseUnavailable } from '../../src/errors.ts';
import {
  acceptLastNames,
  accountIds,
  createChannel,
  createCustomer,
  createCustomers,
  customer,
  refuseLastName,
  withChannels,
} from '../support/actions.ts';
import { type Answer, type Headquarters, startHeadquarters } from '../support/headquarters.ts';

const live = async (hq: Headquarters) =>
  (
    await hq.query('{ jobRuns(filter: { causes: [LIVE] }, first: 100) { edges { node { state channels { code } } } } }')
  ).jobRuns.edges.map(({ node }: Answer) => node);
const feedOf = (hq: Headquarters, channel = 'houston') =>
  hq.subscribe(
    `subscription { accountIdsSynced(channel: "${channel}") { firstSequence sequence customers { uuid accountId } } }`,
  );
const soon = { timeout: 15_000, interval: 20 };

/** Takes events until the feed has told that many customers. */
async function told(feed: ReturnType<typeof feedOf>, count: number): Promise<string[]> {
  const uuids: string[] = [];
  while (uuids.length < count) {
    const { accountIdsSynced: event } = await feed.next();
    expect(event.firstSequence).toBe(uuids.length + 1);
    uuids.push(...event.customers.map(({ uuid }: { uuid: string }) => uuid));
    expect(event.sequence).toBe(uuids.length);
  }
  return uuids;
}

test('a customer gets its account ID by itself, and the feed tells it', async () => {
  const hq = await withChannels(['houston'], { background: true });
  const feed = feedOf(hq);
  const uuid = await createCustomer(hq);
  expect(await told(feed, 1)).toEqual([uuid]);
  expect(await customer(hq, uuid, 'houston')).toMatchObject({ accountId: 'C00000001', syncStatus: 'SYNCED' });
  await vi.waitFor(
    async () => expect(await live(hq)).toContainEqual({ state: 'SUCCEEDED', channels: [{ code: 'houston' }] }),
    soon,
  );
});

test('an order becomes a sales order by itself, also one that has waited for a customer of another channel', async () => {
  const hq = await withChannels(['houston', 'dallas'], { background: true });
  const customerUuid = randomUUID();
  const { createOrder: order } = await hq.query(
    `mutation ($input: CreateOrderInput!) { createOrder(input: $input) { ... on Order { uuid } ... on Failure { message } } }`,
    { input: { channel: 'houston', customerUuid, lines: [{ sku: 'A', quantity: 1, unitPrice: 5 }], total: 5 } },
  );
  const found = async () =>
    (
      await hq.query(
        'query ($uuid: UUID!) { transaction(by: { uuid: $uuid }) { ... on Order { status } salesOrder { accountId } } }',
        {
          uuid: order.uuid,
        },
      )
    ).transaction;
  await vi.waitFor(async () => expect(await found()).toEqual({ status: 'WAITING', salesOrder: null }), soon);
  await createCustomer(hq, { uuid: customerUuid, channel: 'dallas' });
  await vi.waitFor(
    async () => expect(await found()).toEqual({ status: 'SYNCHRONIZED', salesOrder: { accountId: 'C00000001' } }),
    soon,
  );
});

test('a change and an address of a synced customer reach headquarters by themselves', async () => {
  const hq = await withChannels(['houston'], { background: true });
  const feed = feedOf(hq);
  const uuid = await createCustomer(hq, { addresses: [] });
  await told(feed, 1);
  await hq.query('mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { __typename } }', {
    input: { channel: 'houston', customer: { uuid }, phone: '555 0109' },
  });
  await hq.query('mutation ($input: AddCustomerAddressInput!) { addCustomerAddress(input: $input) { __typename } }', {
    input: { channel: 'houston', customer: { uuid }, address: { city: 'Houston', country: 'US' } },
  });
  await vi.waitFor(
    async () => expect(await customer(hq, uuid)).toMatchObject({ phone: '555 0109', addresses: [{ city: 'Houston' }] }),
    soon,
  );
});

test('a thousand customers created at once are converted by a few runs, and the feed tells each once and in order', async () => {
  const hq = await withChannels(['houston', 'dallas'], { background: true });
  const feeds = [feedOf(hq), feedOf(hq, 'dallas')];
  const made = await Promise.all([createCustomers(hq, 600), createCustomers(hq, 400, { channel: 'dallas' })]);
  const heard = [await told(feeds[0]!, 600), await told(feeds[1]!, 400)];
  expect(heard.map((uuids) => uuids.toSorted())).toEqual(made.map((uuids) => uuids.toSorted()));
  const runs = await live(hq);
  expect(runs.length).toBeGreaterThan(0);
  expect(runs.length).toBeLessThan(80);
});

test('a channel with live conversion off waits for a job, and switching it on converts what has waited', async () => {
  const hq = await withChannels(['dallas'], { background: true });
  await createChannel(hq, 'houston', { liveConversion: false });
  const waiting = await createCustomer(hq);
  const feed = feedOf(hq, 'dallas');
  await createCustomer(hq, { channel: 'dallas' });
  await told(feed, 1);
  expect((await accountIds(hq)).get(waiting)).toBe(null);
  expect((await live(hq)).every(({ channels }: Answer) => channels.length === 1 && channels[0].code === 'dallas')).toBe(
    true,
  );

  const houston = feedOf(hq);
  await hq.query('mutation { updateChannel(input: { code: "houston", liveConversion: true }) { __typename } }');
  expect(await told(houston, 1)).toEqual([waiting]);
});

test('what was created while nobody listened is converted at the next start', async () => {
  const before = await withChannels(['houston']);
  const uuid = await createCustomer(before);
  await before.stop();
  const hq = await startHeadquarters({ config: before.config, background: true });
  expect(await told(feedOf(hq), 1)).toEqual([uuid]);
});

test('a failed operation that is retried after its cause is gone goes through by itself', async () => {
  const hq = await withChannels(['houston'], { background: true });
  await refuseLastName(hq, 'Refused');
  const uuid = await createCustomer(hq, { name: { last: 'Refused' } });
  const operation = async () => (await customer(hq, uuid, 'houston')).operations.edges[0]?.node;
  await vi.waitFor(async () => expect(await operation()).toMatchObject({ state: 'PENDING', tryCount: 1 }), soon);
  await hq.hq.write((tx) =>
    tx.query(`update customer_operation set state = 'FAILED', try_count = 3, next_try_at = null`),
  );
  await acceptLastNames(hq);
  const feed = feedOf(hq);
  await hq.query('mutation ($id: ID!) { retryCustomerOperation(input: { id: $id }) { __typename } }', {
    id: (await operation()).id,
  });
  expect(await told(feed, 1)).toEqual([uuid]);
});

test('what was created while headquarters was away is converted when it is back, without another nudge', async () => {
  const hq = await withChannels(['houston'], { background: true });
  const feed = feedOf(hq);
  const { write } = hq.hq;
  let refused = 0;
  hq.hq.write = () => {
    refused++;
    return Promise.reject(new DatabaseUnavailable('headquarters'));
  };
  const uuid = await createCustomer(hq);
  await vi.waitFor(() => expect(refused).toBeGreaterThan(0));
  hq.hq.write = write;
  expect(await told(feed, 1)).toEqual([uuid]);
});
