import { randomUUID } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { DatabaseUnavailable } from '../../../src/errors.ts';
import {
  accountIds,
  countOf,
  createChannel,
  createCustomer,
  run,
  runsOf,
  tamper,
  withChannels,
} from '../../support/actions.ts';
import {
  type Answer,
  aCustomer,
  type Headquarters,
  type Options,
  startHeadquarters,
} from '../../support/headquarters.ts';
import { statementsOf } from '../../support/statements.ts';

const soon = { timeout: 15_000, interval: 20 };
/** Longer than anything takes, unless headquarters does not answer. */
const PATIENT = 4_000;

/** A store in synchronous mode. */
async function synchronous(options: Options = {}, profile: Record<string, unknown> = {}, channel = {}) {
  const hq = await withChannels([], options);
  const { createFunctionalityProfile: created } = await hq.query(
    `mutation ($input: CreateFunctionalityProfileInput!) { createFunctionalityProfile(input: $input) { __typename ... on Failure { message } } }`,
    {
      input: {
        code: 'real-time',
        name: 'Real time',
        createCustomerInAsyncMode: false,
        realTimeTimeoutMs: PATIENT,
        ...profile,
      },
    },
  );
  expect(created).toEqual({ __typename: 'FunctionalityProfile' });
  await createChannel(hq, 'houston', { functionalityProfile: 'real-time', ...channel });
  return hq;
}

const parts = `__typename
  ... on Customer { uuid accountId accountLabel syncStatus creationMode fallbackReason }
  ... on CustomerRefused { uuid reason { errorCode message } }
  ... on Failure { errorCode path }`;

const create = async (hq: Headquarters, input: Answer): Promise<Answer> =>
  (await hq.query(`mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) { ${parts} } }`, { input }))
    .createCustomer;

const change = async (hq: Headquarters, mutation: string, input: string): Promise<Answer> =>
  (
    await hq.query(
      `mutation { ${mutation}(input: ${input}) { __typename ... on Failure { errorCode message } ... on InvalidInput { violations { path rule } } } }`,
    )
  )[mutation];

const maintenance = (hq: Headquarters, input: string) => change(hq, 'setMaintenance', input);

const withId = (accountId: string) => ({
  accountId,
  accountLabel: accountId,
  syncStatus: 'SYNCED',
  creationMode: 'SYNCHRONOUS',
  fallbackReason: null,
});
const pending = (fallbackReason: string) => ({
  accountId: null,
  accountLabel: 'Pending sync',
  syncStatus: 'PENDING',
  creationMode: 'FALLBACK',
  fallbackReason,
});

test('in synchronous mode a creation returns the account ID, and so does a repeat', async () => {
  const hq = await synchronous({ background: true });
  const ada = aCustomer();
  expect(await create(hq, ada)).toMatchObject({ uuid: ada.uuid, ...withId('C00000001') });
  expect(await create(hq, ada)).toMatchObject({ uuid: ada.uuid, ...withId('C00000001') });
  expect(await create(hq, aCustomer())).toMatchObject(withId('C00000002'));
  expect((await accountIds(hq)).get(ada.uuid)).toBe('C00000001');
});

test('a channel in synchronous mode is converted at once even if live conversion is off', async () => {
  const hq = await synchronous({ background: true }, {}, { liveConversion: false });
  expect(await create(hq, aCustomer())).toMatchObject(withId('C00000001'));
});

test('a channel in asynchronous mode, as by default, does not wait, and asks headquarters nothing', async () => {
  const hq = await withChannels(['houston']);
  const first = aCustomer();
  await create(hq, first);
  const [atHeadquarters, inChannel] = [
    statementsOf(hq.hq),
    statementsOf(await hq.channels.databaseOf('houston')),
  ] as const;
  const { createCustomer: created } = await hq.query(
    'mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) { ... on Customer { accountLabel creationMode fallbackReason } } }',
    { input: aCustomer() },
  );
  expect(created).toEqual({ accountLabel: 'Pending sync', creationMode: 'ASYNCHRONOUS', fallbackReason: null });
  expect(atHeadquarters).toEqual([]);
  // The lock, what is known, and an insert each for the customer, its address, its words, and the operation, within a transaction.
  expect(inChannel.filter(({ text }) => !/^(begin|commit)/i.test(text))).toHaveLength(6);
  expect(await create(hq, first)).toMatchObject({ creationMode: 'ASYNCHRONOUS', accountId: null });
});

test('headquarters that is too slow leaves the customer pending, and a repeat returns the account ID that came later', async () => {
  const hq = await synchronous({}, { realTimeTimeoutMs: 100 });
  const ada = aCustomer();
  expect(await create(hq, ada)).toMatchObject({ uuid: ada.uuid, ...pending('TIMEOUT') });
  await run(hq);
  expect(await create(hq, ada)).toMatchObject({ uuid: ada.uuid, ...withId('C00000001') });
});

test('a repeat of a creation that fell back waits for the account ID', async () => {
  const hq = await synchronous({}, { realTimeTimeoutMs: 100 });
  const ada = aCustomer();
  expect(await create(hq, ada)).toMatchObject(pending('TIMEOUT'));
  await change(hq, 'updateFunctionalityProfile', `{ code: "real-time", realTimeTimeoutMs: ${PATIENT} }`);
  const repeated = create(hq, ada);
  await run(hq);
  expect(await repeated).toMatchObject(withId('C00000001'));
});

test('headquarters that does not answer leaves the customer pending, without a wait', async () => {
  const hq = await synchronous();
  const reading = vi.spyOn(hq.hq, 'read').mockRejectedValue(new DatabaseUnavailable('headquarters'));
  const ada = aCustomer();
  expect(await create(hq, ada)).toMatchObject(pending('UNAVAILABLE'));
  reading.mockRestore();
  await run(hq);
  expect(await create(hq, ada)).toMatchObject(withId('C00000001'));
});

test('in maintenance creations fall back while live conversion goes on, and serverInfo says so', async () => {
  const hq = await synchronous({ background: true });
  const info = async () =>
    (await hq.query('{ serverInfo { maintenance { on reason since } } }')).serverInfo.maintenance;
  expect(await info()).toEqual({ on: false, reason: null, since: null });
  await maintenance(hq, '{ on: true, reason: " New disks " }');
  expect(await info()).toEqual({ on: true, reason: 'New disks', since: expect.any(String) });

  const ada = aCustomer();
  expect(await create(hq, ada)).toMatchObject({ ...pending('MAINTENANCE'), syncStatus: expect.any(String) });
  await vi.waitFor(async () => expect((await accountIds(hq)).get(ada.uuid)).toBe('C00000001'), soon);
  expect(await create(hq, ada)).toMatchObject(withId('C00000001'));

  await maintenance(hq, '{ on: false }');
  expect(await info()).toEqual({ on: false, reason: null, since: null });
  expect(await create(hq, aCustomer())).toMatchObject(withId('C00000002'));
});

test('maintenance is known after a restart, and each change of it is in the audit trail once', async () => {
  const hq = await synchronous();
  await maintenance(hq, '{ on: true }');
  await maintenance(hq, '{ on: true }');
  await maintenance(hq, '{ on: true, reason: "New disks" }');
  expect(await maintenance(hq, `{ on: true, reason: "${'x'.repeat(201)}" }`)).toMatchObject({
    violations: [{ path: ['reason'], rule: 'LENGTH' }],
  });
  const again = await hq.restart();
  expect(await create(again, aCustomer())).toMatchObject(pending('MAINTENANCE'));
  await maintenance(again, '{ on: false }');
  const { auditTrail } = await again.query(
    '{ auditTrail(filter: { actions: [SET_MAINTENANCE] }, orderBy: { field: AT, direction: ASC }) { nodes { name field oldValue newValue } } }',
  );
  const name = 'Headquarters';
  expect(auditTrail.nodes).toEqual([
    { name, field: 'on', oldValue: 'false', newValue: 'true' },
    { name, field: 'reason', oldValue: null, newValue: 'New disks' },
    { name, field: 'on', oldValue: 'true', newValue: 'false' },
    { name, field: 'reason', oldValue: 'New disks', newValue: null },
  ]);
});

test('without account IDs a creation falls back as soon as the conversion has failed', async () => {
  const hq = await synchronous({ background: true });
  await change(hq, 'updateNumberSequence', '{ name: "customer-account", largest: 0, warnBelow: 0 }');
  const ada = aCustomer();
  expect(await create(hq, ada)).toMatchObject(pending('CONVERSION_FAILED'));
  // What failed before does not count.
  await change(hq, 'updateNumberSequence', '{ name: "customer-account", largest: 100 }');
  expect(await create(hq, ada)).toMatchObject(withId('C00000001'));
});

test('headquarters that must not assign account IDs after a restore is a reason to fall back', async () => {
  const hq = await synchronous({ background: true });
  await tamper(hq.hq, `insert into rewinding values ('houston', 'AHEAD', '2026-11-22T10:00:00.000Z')`);
  expect(await create(hq, aCustomer())).toMatchObject(pending('CONVERSION_FAILED'));
});

test('what headquarters refuses is a failure, the customer is kept, and a repeat fails likewise until it is corrected', async () => {
  const hq = await synchronous({ background: true });
  await createChannel(hq, 'dallas', { functionalityProfile: 'real-time' });
  const uuid = randomUUID();
  expect(await create(hq, aCustomer({ uuid, channel: 'dallas' }))).toMatchObject(withId('C00000001'));
  const bob = aCustomer({ uuid, name: { first: 'Bob', last: 'Stone' } });
  const refused = {
    __typename: 'CustomerRefused',
    errorCode: 'CUSTOMER_REFUSED',
    path: null,
    uuid,
    reason: {
      errorCode: 'UUID_CONFLICT',
      message: `The channel database "dallas" already sent a customer with the UUID ${uuid}.`,
    },
  };
  expect(await create(hq, bob)).toEqual(refused);
  expect(await create(hq, bob)).toEqual(refused);
  // The other customer with this UUID is not concerned.
  expect(await create(hq, aCustomer({ uuid, channel: 'dallas' }))).toMatchObject(withId('C00000001'));
  expect(await accountIds(hq)).toEqual(new Map([[uuid, null]]));
  const { attention } = await hq.query('{ attention { items { nodes { kind } } } }');
  expect(attention.items.nodes).toEqual([{ kind: 'CUSTOMER_OPERATION_FAILED' }]);
});

test('creations that share a request wait together, and each has its own result', async () => {
  const hq = await synchronous({ background: true });
  const inputs = Array.from({ length: 40 }, () => aCustomer());
  const names = inputs.map((_, index) => `c${index}`);
  const answers = await hq.query(
    `mutation (${names.map((name) => `$${name}: CreateCustomerInput!`).join(', ')}) {
       ${names.map((name) => `${name}: createCustomer(input: $${name}) { ...Parts }`).join(' ')} }
     fragment Parts on CreateCustomerResult { ... on Customer { accountId creationMode } }`,
    Object.fromEntries(names.map((name, index) => [name, inputs[index]])),
  );
  const found = names.map((name) => answers[name]);
  expect(found.every(({ creationMode }) => creationMode === 'SYNCHRONOUS')).toBe(true);
  expect(new Set(found.map(({ accountId }) => accountId)).size).toBe(40);
  expect((await runsOf(hq)).length).toBeLessThan(8);
});

test('fifty tills that create at once share conversions', async () => {
  const hq = await synchronous({ background: true });
  const inputs = Array.from({ length: 50 }, () => aCustomer());
  const answers = await Promise.all(inputs.map((input) => create(hq, input)));
  const stored = await accountIds(hq);
  for (const { uuid, accountId } of answers)
    expect([accountId, stored.get(uuid)]).toEqual([expect.any(String), accountId]);
  expect(new Set(stored.values()).size).toBe(50);
  expect((await runsOf(hq)).length).toBeLessThan(25);
});

test('creations in bulk do not wait', async () => {
  const hq = await synchronous();
  const customers = [aCustomer(), aCustomer()];
  const bulk = async () =>
    (
      await hq.query(
        'mutation ($input: CreateCustomersInput!) { createCustomers(input: $input) { ... on CreatedCustomers { results { ... on Customer { accountId creationMode } } } } }',
        { input: { customers } },
      )
    ).createCustomers.results;
  expect(await bulk()).toEqual(customers.map(() => ({ accountId: null, creationMode: 'ASYNCHRONOUS' })));
  expect(await bulk()).toEqual(customers.map(() => ({ accountId: null, creationMode: 'ASYNCHRONOUS' })));
});

test('a client that goes away while it waits does not stop the conversion', async () => {
  const hq = await synchronous();
  const ada = aCustomer();
  const client = new AbortController();
  const asking = fetch(`${hq.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query: 'mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) { __typename } }',
      variables: { input: ada },
    }),
    signal: client.signal,
  }).catch((error: Error) => error.name);
  const database = await hq.channels.databaseOf('houston');
  await vi.waitFor(async () => expect(await countOf(database, 'customer')).toBe(1), soon);
  client.abort();
  expect(await asking).toBe('AbortError');
  await run(hq);
  expect(await create(hq, ada)).toMatchObject(withId('C00000001'));
});

test('creations one after the other in a request stop waiting before its time is over', async () => {
  const hq = await synchronous({ limits: { operationTime: 700 } }, { realTimeTimeoutMs: 400 });
  const answers = await hq.query(
    `mutation ($a: CreateCustomerInput!, $b: CreateCustomerInput!, $c: CreateCustomerInput!) {
       a: createCustomer(input: $a) { ${parts} } one: runJob(input: { job: P_JOB }) { __typename }
       b: createCustomer(input: $b) { ${parts} } two: runJob(input: { job: P_JOB }) { __typename }
       c: createCustomer(input: $c) { ${parts} } }`,
    { a: aCustomer(), b: aCustomer(), c: aCustomer() },
  );
  for (const name of ['a', 'b', 'c']) expect(answers[name]).toMatchObject(pending('TIMEOUT'));
  expect(await countOf(await hq.channels.databaseOf('houston'), 'customer')).toBe(3);
});

test('a server that stops lets those who wait go, and their customers are converted by the next', async () => {
  const hq = await synchronous();
  const ada = aCustomer();
  const waiting = create(hq, ada);
  const database = await hq.channels.databaseOf('houston');
  await vi.waitFor(async () => expect(await countOf(database, 'customer')).toBe(1), soon);
  await hq.stop();
  expect(await waiting).toMatchObject(pending('UNAVAILABLE'));
  const next = await startHeadquarters({ config: hq.config, background: true });
  expect(await create(next, ada)).toMatchObject(withId('C00000001'));
});

test('customers that are pending are converted when their channel becomes synchronous', async () => {
  const hq = await withChannels(['houston'], { background: true }, { liveConversion: false });
  const uuid = await createCustomer(hq);
  await change(hq, 'updateFunctionalityProfile', '{ code: "default", createCustomerInAsyncMode: false }');
  await vi.waitFor(async () => expect((await accountIds(hq)).get(uuid)).toBe('C00000001'), soon);
  expect(await create(hq, aCustomer())).toMatchObject({ creationMode: 'SYNCHRONOUS' });
});

test('the default customer supplies language and currency, and nothing personal, to customers that do not have them', async () => {
  const hq = await withChannels(['houston']);
  const grace = aCustomer({
    name: { first: 'Grace', last: 'Hopper' },
    phone: '555 0109',
    language: 'en-GB',
    currency: 'GBP',
  });
  await create(hq, grace);
  await run(hq);
  expect(
    await change(hq, 'updateFunctionalityProfile', `{ code: "default", defaultCustomerUuid: "${grace.uuid}" }`),
  ).toEqual({ __typename: 'FunctionalityProfile' });
  const facts = async (input: Answer) =>
    (
      await hq.query(
        'mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) { ... on Customer { language currency email phone birthDate name { title } } ... on Failure { message } } }',
        { input },
      )
    ).createCustomer;
  const none = { email: null, phone: null, birthDate: null, name: { title: null } };
  const plain = { channel: 'houston', name: { last: 'Plain' } };
  const ada = { ...plain, uuid: randomUUID() };
  expect(await facts(ada)).toEqual({ ...none, language: 'en-GB', currency: 'GBP' });
  expect(await facts({ ...plain, language: 'fr', currency: null })).toEqual({
    ...none,
    language: 'fr',
    currency: null,
  });

  // A repeat is the same customer, whatever the default customer is by then.
  await change(hq, 'updateFunctionalityProfile', '{ code: "default", defaultCustomerUuid: null }');
  expect(await facts(ada)).toEqual({ ...none, language: 'en-GB', currency: 'GBP' });
  expect(await facts(plain)).toEqual({ ...none, language: null, currency: null });
  await run(hq);
  const { customer } = await hq.query(
    'query ($uuid: UUID!) { customer(by: { uuid: $uuid }) { language currency } }',
    ada,
  );
  expect(customer).toEqual({ language: 'en-GB', currency: 'GBP' });
});

test('a change of the default customer reaches the profile', async () => {
  const hq = await withChannels(['houston'], { background: true });
  const grace = aCustomer({ language: 'en-GB' });
  await create(hq, grace);
  await vi.waitFor(async () => expect((await accountIds(hq)).get(grace.uuid)).not.toBe(null), soon);
  await change(hq, 'updateFunctionalityProfile', `{ code: "default", defaultCustomerUuid: "${grace.uuid}" }`);
  await hq.query('mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { __typename } }', {
    input: { channel: 'houston', customer: { uuid: grace.uuid }, language: 'fr' },
  });
  await vi.waitFor(
    async () => {
      const uuid = await createCustomer(hq);
      const { customer } = await hq.query(
        'query ($uuid: UUID!) { customer(by: { uuid: $uuid }, channel: "houston") { language } }',
        { uuid },
      );
      expect(customer.language).toBe('fr');
    },
    { timeout: 15_000, interval: 500 },
  );
});
