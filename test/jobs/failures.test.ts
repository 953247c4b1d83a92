import { randomUUID } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { dueOperations } from '../../src/data/hq/operation.bulk.ts';
import { resolveOperations } from '../../src/domain/resolve.ts';
import {
  aBody,
  aClock,
  acceptLastNames,
  accountIds,
  appendOperation,
  countOf,
  countsOf,
  createCustomer,
  createCustomers,
  customer,
  operationsOf,
  refuseLastName,
  rowsOf,
  run,
  tamper,
  withChannels,
} from '../support/actions.ts';
import { deferred } from '../support/deferred.ts';
import {
  type Answer,
  aCustomer,
  createCustomerDocument,
  type Headquarters,
  onPostgres,
} from '../support/headquarters.ts';
import { failed, receivedOperations, retry } from '../support/operations.ts';

describe('an operation that breaks a rule', () => {
  const payloads: [string, unknown, string][] = [
    ['an e-mail that is none', { customer: aBody({ email: 'nonsense' }) }, 'email: must be an email address'],
    ['nothing at all', {}, 'the operation is empty'],
    ['a customer that is text', { customer: 'Ada' }, ''],
    ['a customer without fields', { customer: {} }, 'type: '],
    ['a type that is none', { customer: aBody({ type: 'ALIEN' }) }, 'type: '],
    ['addresses that are no list', { customer: aBody(), addresses: 5 }, 'addresses: must be a list'],
    ['an address without a place', { customer: aBody(), addresses: [{ country: 'US' }] }, 'addresses.0.uuid'],
    [
      'an address without a customer',
      {
        addresses: [
          {
            uuid: randomUUID(),
            position: 0,
            purpose: 'HOME',
            name: null,
            street: null,
            street2: null,
            city: null,
            state: null,
            postalCode: null,
            country: 'US',
          },
        ],
      },
      'does not contain a customer',
    ],
  ];

  const anAddress = {
    purpose: 'HOME',
    name: null,
    street: null,
    street2: null,
    city: null,
    state: null,
    postalCode: null,
  };

  test('an address twice in one operation is set aside; positions that are no order are none', async () => {
    const hq = await withChannels(['houston']);
    const [twice, unordered] = [randomUUID(), randomUUID()];
    const address = (position: number, city: string, uuid = randomUUID()) => ({
      ...anAddress,
      uuid,
      position,
      city,
      country: 'US',
    });
    const one = address(0, 'Austin');
    await appendOperation(hq, 'houston', {
      uuid: twice,
      payload: { customer: aBody(), addresses: [one, address(1, 'Waco', one.uuid)] },
    });
    const cities = [address(7, 'Waco'), address(3, 'Austin'), address(3, 'Bryan')];
    await appendOperation(hq, 'houston', { uuid: unordered, payload: { customer: aBody(), addresses: cities } });
    await appendOperation(hq, 'houston', {
      uuid: unordered,
      kind: 'ADD_ADDRESS',
      id: randomUUID(),
      payload: { addresses: [address(0, 'Corsicana'), { ...cities[0], city: 'West' }] },
    });
    await run(hq);
    expect(await failed(hq)).toMatchObject([
      { customerUuid: twice, errorCode: 'INVALID_INPUT', error: 'addresses.1.uuid: must not appear twice' },
    ]);
    const found = (await customer(hq, unordered)).addresses.map(({ city }: Answer) => city);
    expect([...found.slice(0, 2).sort(), ...found.slice(2)]).toEqual(['Austin', 'Bryan', 'West', 'Corsicana']);
  });

  test('is set aside with the reason, whatever other software wrote, and its neighbours go on', async () => {
    const hq = await withChannels(['houston']);
    const before = await createCustomers(hq, 3);
    const bad = payloads.map(([, payload]) => ({ uuid: randomUUID(), payload }));
    for (const operation of bad) await appendOperation(hq, 'houston', operation);
    const after = await createCustomers(hq, 3);
    const ended = await run(hq);

    expect(ended).toMatchObject({ state: 'SUCCEEDED', error: null });
    expect(countsOf(ended)).toEqual([
      { done: 6 + bad.length, failed: 0 },
      { done: 6, failed: bad.length },
      { done: 6, failed: 0 },
    ]);
    const found = new Map((await failed(hq)).map((operation: Answer) => [operation.customerUuid, operation]));
    for (const [index, [name, , reason]] of payloads.entries()) {
      expect(found.get(bad[index]!.uuid), name).toMatchObject({
        errorCode: 'INVALID_INPUT',
        tryCount: 1,
        error: expect.stringContaining(reason),
      });
    }
    const known = await accountIds(hq);
    expect([...before, ...after].map((uuid) => known.get(uuid)).sort()).toEqual(
      Array.from({ length: 6 }, (_, index) => `C0000000${index + 1}`),
    );
  });

  test('a UUID that is none is set aside', async () => {
    const hq = await withChannels(['houston']);
    await appendOperation(hq, 'houston', { uuid: randomUUID().toUpperCase(), payload: { customer: aBody() } });
    await run(hq);
    expect(await receivedOperations(hq)).toMatchObject([
      { state: 'FAILED', error: 'customerUuid: must be a lowercase UUID' },
    ]);
  });

  test('an edit of a customer that headquarters never received is set aside', async () => {
    const hq = await withChannels(['houston']);
    await appendOperation(hq, 'houston', {
      uuid: randomUUID(),
      kind: 'UPDATE_CUSTOMER',
      payload: { customer: aBody() },
    });
    await run(hq);
    expect(await failed(hq)).toMatchObject([{ kind: 'UPDATE_CUSTOMER', errorCode: 'CUSTOMER_NOT_FOUND' }]);
  });

  test('an operation of a kind that nobody knows fails where people see it, and its neighbors go on', async () => {
    const hq = await withChannels(['houston']);
    const uuid = randomUUID();
    await appendOperation(hq, 'houston', { uuid, kind: 'DELETE_CUSTOMER', payload: {} });
    await createCustomer(hq);
    expect(countsOf(await run(hq))[1]).toEqual({ done: 1, failed: 0 });
    const [operation] = await failed(hq);
    const reason = 'Headquarters does not know this kind of operation.';
    expect(operation).toMatchObject({ customerUuid: uuid, kind: 'UNKNOWN', errorCode: 'INVALID_INPUT', error: reason });
    expect(await retry(hq, operation.id)).toMatchObject({ state: 'PENDING' });
    expect(countsOf(await run(hq))[1]).toEqual({ done: 0, failed: 1 });
    expect(await failed(hq)).toMatchObject([{ kind: 'UNKNOWN', error: reason }]);
  });

  test('what is no JSON object never gets into the log, where it would stop its neighbors', async () => {
    const hq = await withChannels(['houston']);
    for (const payload of [null, 7, 'text', []])
      await expect(appendOperation(hq, 'houston', { uuid: randomUUID(), payload })).rejects.toThrow();
    const channel = await hq.channels.databaseOf('houston');
    await expect(
      tamper(
        channel,
        `insert into operation (counter, id, channel, customer_uuid, kind, payload, created_at) values (9, 'x', 'houston', 'x', 'CREATE_CUSTOMER', '{bad', '')`,
      ),
    ).rejects.toThrow();
  });
});

test.skipIf(!onPostgres)(
  'two workers that meet the same UUID store one customer, and no number is lost (PostgreSQL only)',
  async () => {
    const hq = await withChannels(['houston', 'dallas']);
    const input = aCustomer();
    await createCustomer(hq, input);
    await createCustomer(hq, { ...input, channel: 'dallas', name: { first: 'Other', last: 'Person' } });
    await run(hq, 'P_JOB');
    const now = new Date().toISOString();
    const stored = deferred();
    const mayCommit = deferred();
    const resolve = async (channel: string, beforeCommit = async () => {}) => {
      const { operations } = await hq.hq.read((db) => dueOperations(db, channel, now, 10));
      return hq.hq.write(async (tx) => {
        const resolved = await resolveOperations(tx, operations, now);
        await beforeCommit();
        return resolved;
      });
    };

    const first = resolve('houston', () => {
      stored.resolve();
      return mayCommit.promise;
    });
    await stored.promise;
    const second = resolve('dallas');
    await vi.waitFor(() => waitingForNumbers(hq), { timeout: 4_000 });
    mayCommit.resolve();
    expect(await Promise.all([first, second])).toMatchObject([
      { synced: 1, failed: 0 },
      { synced: 0, failed: 1 },
    ]);

    expect(await failed(hq)).toMatchObject([{ errorCode: 'UUID_CONFLICT', channel: { code: 'dallas' } }]);
    expect(await rowsOf(hq.hq, 'select last_name, account_id from customer')).toEqual([
      { last_name: input.name!.last, account_id: 'C00000001' },
    ]);
    expect(await rowsOf(hq.hq, `select next_number from number_sequence where name = 'customer-account'`)).toEqual([
      { next_number: 2 },
    ]);
  },
);

/** Passes when a transaction waits for another one to end that has taken numbers. */
async function waitingForNumbers({ channels }: Headquarters): Promise<void> {
  const waiting = await rowsOf(
    // Headquarters has given all its connections to the two.
    await channels.databaseOf('houston'),
    `select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like 'update number_sequence%'`,
  );
  expect(waiting.length).toBeGreaterThan(0);
}

test('the same UUID in two channels with databases of their own: the second fails where people see it, the first is untouched', async () => {
  const hq = await withChannels(['houston', 'dallas']);
  const input = aCustomer();
  await createCustomer(hq, input);
  await run(hq);
  await createCustomer(hq, { ...input, channel: 'dallas', name: { first: 'Other', last: 'Person' } });
  await run(hq);

  expect(await failed(hq)).toMatchObject([
    { customerUuid: input.uuid, errorCode: 'UUID_CONFLICT', channel: { code: 'dallas' } },
  ]);
  expect(await customer(hq, input.uuid)).toMatchObject({
    displayName: 'Ada Byron',
    accountId: 'C00000001',
    syncStatus: 'SYNCED',
  });
  expect(await customer(hq, input.uuid, 'houston')).toMatchObject({ syncStatus: 'SYNCED', accountId: 'C00000001' });
  expect((await customer(hq, input.uuid, 'houston')).timeline.map(({ stage }: Answer) => stage)).toEqual([
    'CREATED',
    'UPLOADED',
    'ACCOUNT_ID_ASSIGNED',
    'BACK_IN_CHANNEL',
  ]);
  expect(await customer(hq, input.uuid, 'dallas')).toMatchObject({
    displayName: 'Other Person',
    accountId: null,
    syncStatus: 'FAILED',
  });
  expect((await customer(hq, input.uuid, 'dallas')).timeline.map(({ stage }: Answer) => stage)).toEqual([
    'CREATED',
    'UPLOADED',
    'FAILED',
  ]);
  expect(await countOf(hq.hq, 'customer')).toBe(1);

  // The first channel's customer goes on, whatever the second one's waits for.
  await hq.query('mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { __typename } }', {
    input: { channel: 'houston', customer: { uuid: input.uuid }, phone: '555 0109' },
  });
  await hq.query('mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { __typename } }', {
    input: { channel: 'dallas', customer: { uuid: input.uuid }, phone: '555 0110' },
  });
  await run(hq);
  expect(await customer(hq, input.uuid)).toMatchObject({ displayName: 'Ada Byron', phone: '555 0109' });
});

describe('an operation that the database refuses', () => {
  test('is found by halving the batch, tried three times with growing pauses, then set aside; all others go on', async () => {
    const time = aClock('2026-11-22T10:00:00.000Z');
    const hq = await withChannels(['houston'], { clock: time.clock });
    await refuseLastName(hq, 'Refused');
    const uuids = await createCustomers(hq, 20);
    const uuid = await createCustomer(hq, { name: { last: 'Refused' } });
    uuids.push(...(await createCustomers(hq, 20)));

    const first = await run(hq);
    expect(first.state).toBe('SUCCEEDED');
    expect(countsOf(first)[1]).toEqual({ done: 40, failed: 0 });
    const known = await accountIds(hq);
    expect(uuids.map((other) => known.get(other)).toSorted()).toEqual(
      Array.from({ length: 40 }, (_, index) => `C${String(index + 1).padStart(8, '0')}`),
    );
    const tried = async () =>
      (
        await hq.query(
          '{ customerOperations(first: 100) { edges { node { customerUuid state tryCount nextTryAt error { errorCode } } } } }',
        )
      ).customerOperations.edges
        .map(({ node }: Answer) => node)
        .find(({ customerUuid }: Answer) => customerUuid === uuid);
    expect(await tried()).toMatchObject({
      state: 'PENDING',
      tryCount: 1,
      nextTryAt: '2026-11-22T10:00:05.000Z',
      error: { errorCode: 'INTERNAL' },
    });

    expect(countsOf(await run(hq))[1]).toEqual({ done: 0, failed: 0 });
    time.pass(5_000);
    await run(hq);
    expect(await tried()).toMatchObject({ state: 'PENDING', tryCount: 2, nextTryAt: '2026-11-22T10:00:25.000Z' });
    time.pass(20_000);
    expect(countsOf(await run(hq))[1]).toEqual({ done: 0, failed: 1 });
    expect(await tried()).toMatchObject({ state: 'FAILED', tryCount: 3, nextTryAt: null });
    expect((await customer(hq, uuid)).timeline.at(-1)).toMatchObject({
      stage: 'FAILED',
      at: '2026-11-22T10:00:25.000Z',
    });

    await acceptLastNames(hq);
    await retry(hq, (await failed(hq))[0].id);
    await run(hq);
    expect(await customer(hq, uuid)).toMatchObject({ accountId: 'C00000041', syncStatus: 'SYNCED' });
  });

  test('lets later ones of its customer wait until it has gone through', async () => {
    const time = aClock();
    const hq = await withChannels(['houston'], { clock: time.clock });
    await refuseLastName(hq, 'Refused');
    const uuid = await createCustomer(hq, { name: { last: 'Refused' } });
    await hq.query('mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { __typename } }', {
      input: { channel: 'houston', customer: { uuid }, name: { last: 'Fine' } },
    });
    await run(hq);
    expect((await operationsOf(hq, uuid)).map(({ state }) => state)).toEqual(['PENDING', 'WAITING']);
    await acceptLastNames(hq);
    time.pass(5_000);
    await run(hq);
    expect((await operationsOf(hq, uuid)).map(({ state }) => state)).toEqual(['SYNCED', 'SYNCED']);
    expect(await customer(hq, uuid)).toMatchObject({ displayName: 'Fine', accountId: 'C00000001' });
  });
});

test('one poisoned request fails alone: those created in the same moment are stored', async () => {
  const hq = await withChannels(['houston']);
  const channel = await hq.channels.databaseOf('houston');
  await tamper(
    channel,
    onPostgres
      ? `alter table customer add constraint refused check (last_name is null or last_name <> 'Refused')`
      : `create trigger refused before insert on customer when new.last_name = 'Refused' begin select raise(abort, 'refused'); end`,
  );
  const inputs = Array.from({ length: 20 }, (_, index) =>
    aCustomer({ name: { last: index === 7 ? 'Refused' : `N${index}` } }),
  );
  const answers = await Promise.all(inputs.map((input) => hq.ask(createCustomerDocument, { input })));
  expect(answers.map(({ errors }) => errors?.[0].extensions.code)).toEqual(
    inputs.map((_, index) => (index === 7 ? 'INTERNAL' : undefined)),
  );
  expect(await countOf(channel, 'customer')).toBe(19);
});
