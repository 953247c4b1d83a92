import { describe, expect, type TestContext, test, vi } from 'vitest';
import {
  channels,
  createChannels,
  inSpiteOfFaults,
  newCustomer,
  newCustomers,
  newestRuns,
  switchSchedulesOff,
} from './support/actions.ts';
import { expectEverythingConverted } from './support/checks.ts';
import { onPostgres, openWorld, type Server, send, type World } from './support/world.ts';

/** The most that a creation may wait. */
const PATIENT = 4_000;
const soon = { timeout: 20_000, interval: 200 };

interface Created {
  accountId: string | null;
  creationMode: string;
  fallbackReason: string | null;
}

async function change(url: string, mutation: string): Promise<void> {
  await send(url, `mutation { ${mutation} { __typename ... on Failure { message } } }`, {});
}

/** Creations wait, and live conversion is off: whoever waits is the only reason to convert. */
async function becomeSynchronous(world: World): Promise<void> {
  const { url } = await world.server();
  await createChannels(world, { liveConversion: false });
  await switchSchedulesOff(world);
  await change(
    url,
    `updateFunctionalityProfile(input: { code: "default", createCustomerInAsyncMode: false, realTimeTimeoutMs: ${PATIENT} })`,
  );
  // All channels are converted once because of it. No run that comes later has another reason than a creation.
  await vi.waitFor(async () => {
    const runs = await world.rows<{ channels: unknown; state: string }>(
      'headquarters',
      'select channels, state from job_run',
    );
    const ended = JSON.stringify(runs.filter(({ state }) => state === 'SUCCEEDED'));
    for (const { code } of channels) expect(ended).toContain(code);
    expect(runs.filter(({ state }) => state !== 'SUCCEEDED')).toEqual([]);
  }, soon);
}

async function create(url: string, input: unknown): Promise<Created> {
  const { createCustomer } = await send(
    url,
    'mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) { ... on Customer { accountId creationMode fallbackReason } ... on Failure { message } } }',
    { input: input as Record<string, unknown> },
  );
  return createCustomer;
}

describe.concurrent('a server that dies while a creation waits for its account ID', () => {
  for (const point of [
    { database: 'headquarters', what: 'enqueue', number: 1, moment: 'before' },
    { database: 'headquarters', what: 'account IDs', number: 1, moment: 'before' },
    { database: 'headquarters', what: 'account IDs', number: 1, moment: 'after' },
    { database: 'berlin', what: 'package of 1010', number: 1, moment: 'after' },
  ] as const) {
    test(`${point.moment} the COMMIT of ${point.what}: the customer is converted, and the repeat returns its account ID`, async ({
      expect,
      onTestFinished,
    }) => {
      const world = await openWorld(onTestFinished);
      const first = await world.start();
      await becomeSynchronous(world);
      const earlier = newCustomer('berlin');
      expect(await create(first.url, earlier)).toMatchObject({ accountId: 'C00000001' });
      await vi.waitFor(async () => expect(await newestRuns(world, 'RUNNING')).toEqual([]), { timeout: 10_000 });
      await first.watch(point);
      const customer = newCustomer('berlin');
      await expect(create(first.url, customer)).rejects.toThrow();
      expect(await first.exited).toBe('SIGKILL');
      expect(await world.rows('berlin', 'select uuid from customer')).toContainEqual({ uuid: customer.uuid });

      const next = await world.start();
      const expected = { accountId: 'C00000002', creationMode: 'SYNCHRONOUS', fallbackReason: null };
      // The first may find the run of the dead server.
      await vi.waitFor(async () => expect(await create(next.url, customer)).toEqual(expected), { timeout: 20_000 });
      expect(await create(next.url, customer)).toEqual(expected);
      await vi.waitFor(() => expectEverythingConverted(world, [earlier.uuid, customer.uuid]), soon);
    });
  }
});

async function openCluster(onTestFinished: TestContext['onTestFinished']) {
  const world = await openWorld(onTestFinished);
  const apis = [await world.start('api'), await world.start('api')] as [Server, Server];
  const workers = [await world.start('worker'), await world.start('worker')] as [Server, Server];
  await becomeSynchronous(world);
  return { world, apis, workers };
}

describe.skipIf(!onPostgres)('two API servers and two workers (PostgreSQL only)', () => {
  test('a creation returns the account ID, whichever server took it and whoever converted it', async ({
    onTestFinished,
  }) => {
    const { world, apis } = await openCluster(onTestFinished);
    // The second server learns of the new mode a moment later.
    await vi.waitFor(
      async () =>
        expect(await create(apis[1].url, newCustomer('dallas'))).toMatchObject({ creationMode: 'SYNCHRONOUS' }),
      soon,
    );
    const customers = newCustomers(60);
    const created = await Promise.all(
      customers.map((customer, index) => create(apis[index % apis.length]!.url, customer)),
    );
    for (const answer of created) expect(answer).toMatchObject({ creationMode: 'SYNCHRONOUS' });
    const stored = await world.rows<{ uuid: string; account_id: string }>(
      'headquarters',
      'select uuid, account_id from customer',
    );
    const assigned = new Map(stored.map(({ uuid, account_id: accountId }) => [uuid, accountId]));
    expect(created.map(({ accountId }) => accountId)).toEqual(customers.map(({ uuid }) => assigned.get(uuid)));
    await vi.waitFor(() => expectEverythingConverted(world, assigned.keys()), soon);
  });

  test('maintenance that an operator declares on one server counts on the other', async ({ onTestFinished }) => {
    const { world, apis } = await openCluster(onTestFinished);
    const uuids: string[] = [];
    const mode = async () => {
      const customer = newCustomer('berlin');
      uuids.push(customer.uuid);
      const { creationMode, fallbackReason } = await create(apis[1].url, customer);
      return fallbackReason ?? creationMode;
    };
    await vi.waitFor(async () => expect(await mode()).toBe('SYNCHRONOUS'), soon);
    await change(apis[0].url, 'setMaintenance(input: { on: true })');
    await vi.waitFor(async () => expect(await mode()).toBe('MAINTENANCE'), soon);
    await change(apis[0].url, 'setMaintenance(input: { on: false })');
    await vi.waitFor(async () => expect(await mode()).toBe('SYNCHRONOUS'), soon);
    await vi.waitFor(() => expectEverythingConverted(world, uuids), soon);
  });

  test('workers that die cost a fallback at most, and customers get their account IDs when there is a worker again', async ({
    onTestFinished,
  }) => {
    const { world, apis, workers } = await openCluster(onTestFinished);
    expect(await create(apis[0].url, newCustomer('dallas'))).toMatchObject({ creationMode: 'SYNCHRONOUS' });
    const customers = newCustomers(30);
    const creating = Promise.all(customers.map((customer) => create(apis[0].url, customer)));
    await workers[0].kill();
    for (const { creationMode, fallbackReason } of await creating)
      expect(['SYNCHRONOUS', 'TIMEOUT']).toContain(fallbackReason ?? creationMode);

    await workers[1].kill();
    const late = newCustomer('berlin');
    expect(await create(apis[0].url, late)).toEqual({
      accountId: null,
      creationMode: 'FALLBACK',
      fallbackReason: 'TIMEOUT',
    });
    await world.start('worker');
    for (const customer of [...customers, late])
      await vi.waitFor(
        async () =>
          expect(await inSpiteOfFaults(() => create(apis[0].url, customer))).toMatchObject({
            accountId: expect.stringMatching(/^C/),
            creationMode: 'SYNCHRONOUS',
          }),
        soon,
      );
  });
});
