import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { countOf, createCustomer, customer, operationsOf, rowsOf, run, withChannels } from '../support/actions.ts';
import type { Headquarters } from '../support/headquarters.ts';

const answer =
  '{ __typename ... on Customer { uuid email displayName accountId addresses { uuid street } } ... on Failure { errorCode path } }';

const update = async (hq: Headquarters, uuid: string, change: Record<string, unknown>) =>
  (
    await hq.query(`mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) ${answer} }`, {
      input: { channel: 'houston', customer: { uuid }, ...change },
    })
  ).updateCustomer;

const addAddress = async (hq: Headquarters, uuid: string, address: Record<string, unknown>, channel = 'houston') =>
  (
    await hq.query(`mutation ($input: AddCustomerAddressInput!) { addCustomerAddress(input: $input) ${answer} }`, {
      input: { channel, customer: { uuid }, address },
    })
  ).addCustomerAddress;

test('a pending customer is changed at once, and headquarters gets the newest state with its account ID', async () => {
  const hq = await withChannels(['houston']);
  const uuid = await createCustomer(hq, { phone: '555 0109' });
  expect(await update(hq, uuid, { email: 'new@example.com', name: { last: 'Lovelace' } })).toMatchObject({
    email: 'new@example.com',
    displayName: 'Ada Lovelace',
    accountId: null,
  });
  await update(hq, uuid, { phone: null });
  await run(hq);

  expect(await customer(hq, uuid)).toMatchObject({
    accountId: 'C00000001',
    email: 'new@example.com',
    phone: null,
    displayName: 'Ada Lovelace',
    addresses: [{ city: 'London' }],
  });
  expect((await operationsOf(hq, uuid)).map(({ kind, state }) => `${kind} ${state}`)).toEqual([
    'CREATE_CUSTOMER SYNCED',
    'UPDATE_CUSTOMER SYNCED',
    'UPDATE_CUSTOMER SYNCED',
  ]);
});

test('a synced customer is changed, keeps its account ID and is not told to the feed again', async () => {
  const hq = await withChannels(['houston']);
  const uuid = await createCustomer(hq);
  await run(hq);
  expect(await update(hq, uuid, { email: 'new@example.com' })).toMatchObject({
    accountId: 'C00000001',
    email: 'new@example.com',
  });
  await run(hq);

  expect(await customer(hq, uuid)).toMatchObject({ accountId: 'C00000001', email: 'new@example.com' });
  expect(await customer(hq, uuid, 'houston')).toMatchObject({ accountId: 'C00000001', email: 'new@example.com' });
  expect(await countOf(await hq.channels.databaseOf('houston'), 'feed')).toBe(1);
});

test('what is left out of a change stays, what is null is emptied, and a changed name is found', async () => {
  const hq = await withChannels(['houston']);
  const uuid = await createCustomer(hq, {
    name: { title: 'Dr.', first: 'Ada', middle: 'K.', last: 'Byron' },
    language: 'en',
  });
  await update(hq, uuid, { name: { middle: null, last: 'Lovelace' }, language: null });
  expect(await customer(hq, uuid, 'houston')).toMatchObject({
    name: { title: 'Dr.', first: 'Ada', middle: null, last: 'Lovelace' },
    language: null,
    email: 'ada@example.com',
  });
  const search = async (text: string) =>
    (
      await hq.query(
        'query ($text: String) { customers(filter: { channel: "houston", search: $text }) { totalCount } }',
        { text },
      )
    ).customers.totalCount;
  expect([await search('lovelace'), await search('byron')]).toEqual([1, 0]);
});

test('a change is one operation that says only what it changes', async () => {
  const hq = await withChannels(['houston']);
  const uuid = await createCustomer(hq, { phone: '555 0109' });
  await update(hq, uuid, { email: ' New@Example.com ', phone: '555 0109', name: { last: 'BYRON', middle: null } });
  await run(hq);

  const said = await rowsOf(
    await hq.channels.databaseOf('houston'),
    'select kind, payload from operation where counter = 2',
  );
  expect(said.map(({ kind, payload }) => [kind, typeof payload === 'string' ? JSON.parse(payload) : payload])).toEqual([
    ['UPDATE_CUSTOMER', { customer: { email: 'New@Example.com', lastName: 'BYRON' } }],
  ]);
  for (const channel of ['houston', undefined])
    expect(await customer(hq, uuid, channel)).toMatchObject({
      email: 'New@Example.com',
      phone: '555 0109',
      name: { title: null, first: 'Ada', middle: null, last: 'BYRON' },
    });
  const found = await hq.query('{ customers(filter: { search: "new@example.com" }) { totalCount } }');
  expect(found.customers.totalCount).toBe(1);
});

test('a change that changes nothing is no operation and takes no counter', async () => {
  const hq = await withChannels(['houston']);
  const uuid = await createCustomer(hq);
  const before = (await customer(hq, uuid, 'houston')).updatedAt;
  expect(await update(hq, uuid, {})).toMatchObject({ __typename: 'Customer' });
  expect(await update(hq, uuid, { email: ' ada@example.com', phone: '', name: { first: 'Ada' } })).toMatchObject({
    __typename: 'Customer',
    displayName: 'Ada Byron',
  });
  expect((await customer(hq, uuid, 'houston')).updatedAt).toBe(before);
  const database = await hq.channels.databaseOf('houston');
  expect(await countOf(database, 'operation')).toBe(1);
  expect(await rowsOf(database, 'select last_counter from self')).toEqual([{ last_counter: 1 }]);
});

test('a change that breaks a rule changes nothing', async () => {
  const hq = await withChannels(['houston']);
  const uuid = await createCustomer(hq);
  for (const [change, path] of [
    [{ email: 'none' }, ['email']],
    [{ name: { first: null, last: ' ' } }, ['name', 'last']],
    [{ name: null }, ['name', 'last']],
    [{ organizationName: 'Acme' }, ['organizationName']],
    [{ currency: 'XAU' }, ['currency']],
  ] as const) {
    expect(await update(hq, uuid, change)).toMatchObject({ __typename: 'InvalidInput', path });
  }
  expect(await countOf(await hq.channels.databaseOf('houston'), 'operation')).toBe(1);
  expect(await customer(hq, uuid, 'houston')).toMatchObject({ displayName: 'Ada Byron', email: 'ada@example.com' });
});

test('a customer of another channel, or of nobody, is not found', async () => {
  const hq = await withChannels(['houston', 'dallas'], {}, { channelDatabase: 'texas' });
  const uuid = await createCustomer(hq, { channel: 'dallas' });
  for (const other of [uuid, randomUUID()]) {
    expect(await update(hq, other, { email: 'x@example.com' })).toMatchObject({
      __typename: 'CustomerNotFound',
      errorCode: 'CUSTOMER_NOT_FOUND',
    });
    expect(await addAddress(hq, other, { country: 'US' })).toMatchObject({ __typename: 'CustomerNotFound' });
  }
  expect(await countOf(await hq.channels.open('texas'), 'operation')).toBe(1);
});

test('addresses are added to a pending and to a synced customer, in the order they were added', async () => {
  const hq = await withChannels(['houston']);
  const uuid = await createCustomer(hq, { addresses: [{ street: 'first', country: 'US' }] });
  await addAddress(hq, uuid, { street: 'second', country: 'US' });
  await run(hq);
  await addAddress(hq, uuid, { street: 'third', country: 'US' });
  await run(hq);
  for (const channel of ['houston', undefined]) {
    const { addresses, accountId } = await customer(hq, uuid, channel);
    expect(addresses.map(({ street }: { street: string }) => street)).toEqual(['first', 'second', 'third']);
    expect(accountId).toBe('C00000001');
  }
});

test('an address with a UUID that was added before is added once; with other content it is refused', async () => {
  const hq = await withChannels(['houston']);
  const uuid = await createCustomer(hq, { addresses: [] });
  const address = { uuid: randomUUID(), street: '1 Main St', country: 'US' };
  await addAddress(hq, uuid, address);
  expect((await addAddress(hq, uuid, { ...address, uuid: address.uuid.toUpperCase() })).addresses).toEqual([
    { uuid: address.uuid, street: '1 Main St' },
  ]);
  expect(await addAddress(hq, uuid, { ...address, street: '2 Main St' })).toMatchObject({
    __typename: 'InvalidInput',
    path: ['address', 'uuid'],
  });
  expect(await countOf(await hq.channels.databaseOf('houston'), 'operation')).toBe(2);
});

test('an address that breaks a rule is refused with its path', async () => {
  const hq = await withChannels(['houston']);
  const uuid = await createCustomer(hq);
  expect(await addAddress(hq, uuid, { country: 'US', postalCode: 'x'.repeat(21) })).toMatchObject({
    path: ['address', 'postalCode'],
  });
});

test('twenty addresses and twenty changes at once are all kept, each at its own place in the log', async () => {
  const hq = await withChannels(['houston']);
  const uuid = await createCustomer(hq, { addresses: [] });
  await Promise.all(
    Array.from({ length: 20 }, (_, index) => [
      addAddress(hq, uuid, { street: `${index}`, country: 'US' }),
      update(hq, uuid, { phone: `555 01${index + 10}` }),
    ]).flat(),
  );
  await run(hq);
  const [there, here] = [await customer(hq, uuid), await customer(hq, uuid, 'houston')];
  expect(there.addresses).toHaveLength(20);
  expect(there.addresses).toEqual(here.addresses);
  expect(there.phone).toBe(here.phone);
});
