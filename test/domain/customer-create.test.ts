import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { DatabaseUnavailable } from '../../src/errors.ts';
import { countOf, createCustomer, customer, run, withChannels } from '../support/actions.ts';
import { aCustomer, createCustomerDocument, type Headquarters } from '../support/headquarters.ts';
import { statementsOf } from '../support/statements.ts';

const create = async (hq: Headquarters, input: Record<string, unknown>) =>
  (await hq.query(createCustomerDocument, { input })).createCustomer;

test('a person is stored with everything that was said and answered so', async () => {
  const hq = await withChannels(['houston']);
  const { uuid: addressUuid, ...reception } = {
    uuid: randomUUID(),
    purpose: 'DELIVERY',
    name: 'Reception',
    street: '1 Main St',
    street2: 'Floor 2',
    city: 'Köln',
    state: 'NW',
    postalCode: '50667',
    country: 'DE',
  };
  const input = aCustomer({
    name: { title: 'Dr.', first: 'Zoë', middle: 'M.', last: 'O’Brien "the third"' },
    email: 'zoë@exämple.com',
    phone: '+1 (555) 010-9',
    language: 'en-US',
    currency: 'EUR',
    birthDate: '1990-02-28',
    addresses: [{ uuid: addressUuid, ...reception }, { country: 'US' }],
  });
  const created = await create(hq, input);
  expect(created).toMatchObject({
    __typename: 'Customer',
    uuid: input.uuid,
    accountId: null,
    accountLabel: 'Pending sync',
    syncStatus: 'PENDING',
  });

  const expected = {
    uuid: input.uuid,
    accountId: null,
    accountLabel: 'Pending sync',
    syncStatus: 'PENDING',
    displayName: 'Zoë M. O’Brien "the third"',
    type: 'PERSON',
    email: 'zoë@exämple.com',
    phone: '+1 (555) 010-9',
    name: { title: 'Dr.', first: 'Zoë', middle: 'M.', last: 'O’Brien "the third"' },
    organizationName: null,
    language: 'en-US',
    currency: 'EUR',
    birthDate: '1990-02-28',
    addresses: [
      { uuid: addressUuid, ...reception },
      {
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
  };
  expect(await customer(hq, created.uuid, 'houston')).toMatchObject(expected);
  await run(hq);
  const { addresses, ...same } = expected;
  expect(await customer(hq, created.uuid)).toMatchObject({
    ...same,
    accountId: 'C00000001',
    accountLabel: 'C00000001',
    syncStatus: 'SYNCED',
    addresses,
  });
});

test('an organization has a name, no person’s name, and its addresses are places of business', async () => {
  const hq = await withChannels(['houston']);
  const uuid = await createCustomer(hq, {
    type: 'ORGANIZATION',
    name: undefined,
    organizationName: '  Acme Trading Ltd  ',
  });
  expect(await customer(hq, uuid)).toMatchObject({
    type: 'ORGANIZATION',
    displayName: 'Acme Trading Ltd',
    organizationName: 'Acme Trading Ltd',
    name: null,
    addresses: [{ purpose: 'BUSINESS' }],
  });
});

test('a customer without a UUID gets one, and a repeat makes another customer', async () => {
  const hq = await withChannels(['houston']);
  const [one, other] = [await createCustomer(hq, { uuid: undefined }), await createCustomer(hq, { uuid: undefined })];
  expect(one).toMatch(/^[0-9a-f-]{36}$/);
  expect(other).not.toBe(one);
});

test('a hundred addresses are stored in their order', async () => {
  const hq = await withChannels(['houston']);
  const addresses = Array.from({ length: 100 }, (_, index) => ({ street: `${index} Main St`, country: 'US' }));
  const uuid = await createCustomer(hq, { addresses });
  await run(hq);
  for (const channel of ['houston', undefined]) {
    const found = await customer(hq, uuid, channel);
    expect(found.addresses.map(({ street }: { street: string }) => street)).toEqual(
      addresses.map(({ street }) => street),
    );
  }
});

const long = (length: number) => 'x'.repeat(length);
const address = (more: Record<string, unknown>) => ({ addresses: [{ country: 'US' }, { country: 'US', ...more }] });
const org = { type: 'ORGANIZATION', name: null, organizationName: 'Acme' };
const same = randomUUID();

const refused: [string, Record<string, unknown>, string[]][] = [
  ['a person without a name', { name: { title: 'Dr.' } }, ['name', 'last']],
  ['a name of spaces', { name: { first: '  ', last: '' } }, ['name', 'last']],
  ['a person with an organization’s name', { organizationName: 'Acme' }, ['organizationName']],
  ['an organization without a name', { type: 'ORGANIZATION', name: null }, ['organizationName']],
  ['an organization with a birthday', { ...org, birthDate: '1990-01-01' }, ['birthDate']],
  ['a title that is too long', { name: { title: long(41), last: 'x' } }, ['name', 'title']],
  ['a first name that is too long', { name: { first: long(101) } }, ['name', 'first']],
  ['a middle name that is too long', { name: { middle: long(101), last: 'x' } }, ['name', 'middle']],
  ['a last name that is too long', { name: { last: long(101) } }, ['name', 'last']],
  ['an organization’s name that is too long', { ...org, organizationName: long(201) }, ['organizationName']],
  ['a control character in a name', { name: { last: 'A\u0000B' } }, ['name', 'last']],
  ['half a character in a name', { name: { last: 'A\ud83d' } }, ['name', 'last']],
  ['an e-mail without @', { email: 'ada.example.com' }, ['email']],
  ['an e-mail without a domain', { email: 'ada@example' }, ['email']],
  ['two e-mail addresses', { email: 'ada@example.com, bob@example.com' }, ['email']],
  ['an e-mail with a control character', { email: 'a\u0000da@example.com' }, ['email']],
  ['an e-mail with half a character', { email: 'a\ud83dda@example.com' }, ['email']],
  ['an e-mail that is too long', { email: `${long(250)}@a.de` }, ['email']],
  ['a phone with letters', { phone: 'call me' }, ['phone']],
  ['a phone with two digits', { phone: '+12' }, ['phone']],
  ['a phone of two lines', { phone: '555\n0109' }, ['phone']],
  ['a phone that is too long', { phone: '1'.repeat(41) }, ['phone']],
  ['a language for private use', { language: 'x-klingon' }, ['language']],
  ['a currency that nobody pays with', { currency: 'XAU' }, ['currency']],
  ['a birthday of another age', { birthDate: '0001-01-01' }, ['birthDate']],
  ['a street that is too long', address({ street: long(251) }), ['addresses', '1', 'street']],
  ['a second line that is too long', address({ street2: long(251) }), ['addresses', '1', 'street2']],
  ['a city that is too long', address({ city: long(101) }), ['addresses', '1', 'city']],
  ['a state that is too long', address({ state: long(101) }), ['addresses', '1', 'state']],
  ['a postal code that is too long', address({ postalCode: long(21) }), ['addresses', '1', 'postalCode']],
  ['an address’s name that is too long', address({ name: long(201) }), ['addresses', '1', 'name']],
  [
    'two addresses with one UUID',
    {
      addresses: [
        { uuid: same, country: 'US' },
        { uuid: same, country: 'DE' },
      ],
    },
    ['addresses', '1', 'uuid'],
  ],
];

test('each rule that is broken is refused with the path of the field, and nothing is stored', async () => {
  const hq = await withChannels(['houston']);
  for (const [name, more, path] of refused) {
    expect(await create(hq, aCustomer(more)), name).toMatchObject({
      __typename: 'InvalidInput',
      errorCode: 'INVALID_INPUT',
      path,
    });
  }
  expect(await stored(hq)).toEqual({ customers: 0, addresses: 0, operations: 0 });
});

async function stored(hq: Headquarters) {
  const database = await hq.channels.databaseOf('houston');
  return {
    customers: await countOf(database, 'customer'),
    addresses: await countOf(database, 'customer_address'),
    operations: await countOf(database, 'operation'),
  };
}

test('values of the wrong type are refused before anything runs', async () => {
  const hq = await withChannels(['houston']);
  for (const more of [{ uuid: 'not-a-uuid' }, { birthDate: '1990-02-30' }, { type: 'ALIEN' }]) {
    expect((await hq.ask(createCustomerDocument, { input: aCustomer(more) })).errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  }
  expect(await stored(hq)).toEqual({ customers: 0, addresses: 0, operations: 0 });
});

test('a channel that does not exist is a failure as data', async () => {
  const hq = await withChannels([]);
  expect(await create(hq, aCustomer({ channel: 'nowhere' }))).toMatchObject({
    __typename: 'ChannelNotFound',
    errorCode: 'CHANNEL_NOT_FOUND',
  });
});

test('the same UUID with the same data answers the stored customer, upper case or not', async () => {
  const hq = await withChannels(['houston']);
  const input = aCustomer();
  await create(hq, input);
  await run(hq);
  for (const uuid of [input.uuid, input.uuid.toUpperCase()]) {
    expect(await create(hq, { ...input, uuid })).toMatchObject({
      __typename: 'Customer',
      uuid: input.uuid,
      accountId: 'C00000001',
    });
  }
  expect((await stored(hq)).operations).toBe(1);
});

test('the same UUID with other data is UUID_CONFLICT, and the first one stays as it is', async () => {
  const hq = await withChannels(['houston']);
  const input = aCustomer();
  await create(hq, input);
  for (const more of [
    { email: 'other@example.com' },
    { addresses: [] },
    { name: { first: 'Ada', last: 'Lovelace' } },
  ]) {
    expect(await create(hq, { ...input, ...more })).toMatchObject({
      __typename: 'UuidConflict',
      errorCode: 'UUID_CONFLICT',
      path: ['uuid'],
    });
  }
  expect(await customer(hq, input.uuid)).toMatchObject({ email: 'ada@example.com', addresses: [{ city: 'London' }] });
});

test('the same UUID in another channel of the same database is UUID_CONFLICT', async () => {
  const hq = await withChannels(['houston', 'dallas'], {}, { channelDatabase: 'texas' });
  const input = aCustomer();
  await create(hq, input);
  expect(await create(hq, { ...input, channel: 'dallas' })).toMatchObject({ __typename: 'UuidConflict' });
});

test('fifty requests with one UUID at once make one customer', async () => {
  const hq = await withChannels(['houston']);
  const input = aCustomer();
  const answers = await Promise.all(Array.from({ length: 50 }, () => create(hq, input)));
  expect(new Set(answers.map(({ __typename, uuid }) => `${__typename} ${uuid}`))).toEqual(
    new Set([`Customer ${input.uuid}`]),
  );
  expect(await stored(hq)).toEqual({ customers: 1, addresses: 1, operations: 1 });
});

test('fifty requests with one UUID and different data at once make one customer and 49 failures', async () => {
  const hq = await withChannels(['houston']);
  const uuid = randomUUID();
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) => create(hq, aCustomer({ uuid, name: { last: `N${index}` } }))),
  );
  expect(answers.filter(({ __typename }) => __typename === 'Customer')).toHaveLength(1);
  expect(answers.filter(({ __typename }) => __typename === 'UuidConflict')).toHaveLength(49);
});

test('hundreds created at once take few commits, and their counters have no gap', async () => {
  const hq = await withChannels(['houston']);
  const database = await hq.channels.databaseOf('houston');
  const statements = statementsOf(database);
  await Promise.all(Array.from({ length: 200 }, () => createCustomer(hq)));
  expect(statements.filter(({ text }) => text === 'COMMIT').length).toBeLessThan(100);
  const [row] = await database.read((db) =>
    db.query('select min(counter) as low, max(counter) as high, count(*) as count from operation'),
  );
  expect({ low: Number(row.low), high: Number(row.high), count: Number(row.count) }).toEqual({
    low: 1,
    high: 200,
    count: 200,
  });
});

test('repeats and failures among customers that are created together leave no gap in the log', async () => {
  const hq = await withChannels(['houston']);
  const repeated = aCustomer();
  await create(hq, repeated);
  const inputs = [
    aCustomer(),
    repeated,
    aCustomer(),
    { ...repeated, email: 'other@example.com' },
    aCustomer(),
    repeated,
  ];
  // They share a commit with what comes before them: repeats alone, and with others.
  for (const together of [inputs, [repeated, repeated], [aCustomer()]])
    await Promise.all(together.map((input) => create(hq, input)));
  const database = await hq.channels.databaseOf('houston');
  const counters = await database.read((db) => db.query('select counter from operation order by counter'));
  expect(counters.map((row: { counter: unknown }) => Number(row.counter))).toEqual([1, 2, 3, 4, 5]);
  const [self] = await database.read((db) => db.query('select last_counter from self'));
  expect(Number(self.last_counter)).toBe(5);
});

test('while headquarters is away a channel creates, changes, lists, searches and finds its customers', async () => {
  const hq = await withChannels(['houston']);
  const before = await createCustomer(hq, { name: { last: 'Before' } });
  const away = () => Promise.reject(new DatabaseUnavailable('headquarters'));
  Object.assign(hq.hq, { read: away, write: away, writeTogether: away });
  await worksAlone(hq, before);
});

test('while headquarters’ database is closed a channel works, and who asks headquarters is told so', async () => {
  const hq = await withChannels(['houston']);
  const before = await createCustomer(hq, { name: { last: 'Before' } });
  await hq.hq.close();
  await worksAlone(hq, before);
  const { errors } = await hq.ask('{ customers(source: HEADQUARTERS) { edges { node { uuid } } } }');
  expect(errors).toMatchObject([{ extensions: { code: 'DATABASE_UNAVAILABLE' } }]);
});

async function worksAlone(hq: Headquarters, before: string): Promise<void> {
  const during = await createCustomer(hq, { name: { last: 'During' } });
  const list = `query ($status: CustomerSyncStatus, $search: String) {
    customers(filter: { channel: "houston", status: $status, search: $search }) { totalCount edges { node { uuid syncStatus accountLabel } } } }`;
  for (const variables of [{}, { status: 'PENDING' }]) {
    expect((await hq.query(list, variables)).customers).toMatchObject({
      totalCount: 2,
      edges: [
        { node: { uuid: during, syncStatus: 'PENDING' } },
        { node: { uuid: before, accountLabel: 'Pending sync' } },
      ],
    });
  }
  expect((await hq.query(list, { search: 'during' })).customers.totalCount).toBe(1);
  expect((await hq.query(list, { status: 'FAILED' })).customers.totalCount).toBe(0);
  const found = await hq.query(
    `query ($uuid: UUID!) { customer(by: { uuid: $uuid }, channel: "houston") { timeline { stage } } }`,
    { uuid: before },
  );
  expect(found.customer.timeline).toEqual([{ stage: 'CREATED' }]);
  const update = `mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { ... on Customer { email } } }`;
  expect(
    await hq.query(update, { input: { channel: 'houston', customer: { uuid: before }, email: 'new@example.com' } }),
  ).toEqual({
    updateCustomer: { email: 'new@example.com' },
  });
}
