import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  aBody,
  appendOperation,
  countsOf,
  createCustomer,
  customer,
  operationsOf,
  rowsOf,
  run,
  tamper,
  withChannels,
} from '../support/actions.ts';
import type { Headquarters } from '../support/headquarters.ts';
import { correct, failed, retry, retryAll } from '../support/operations.ts';
import { saleOf } from '../support/sales.ts';
import { appendTransaction, aTransaction } from '../support/transactions.ts';

async function withFailedEdit(hq: Headquarters) {
  const uuid = await createCustomer(hq);
  await run(hq);
  await appendOperation(hq, 'houston', {
    uuid,
    id: randomUUID(),
    kind: 'UPDATE_CUSTOMER',
    payload: { customer: aBody({ lastName: 'Lovelace', email: 'nonsense' }) },
  });
  await run(hq);
  const update = (change: Record<string, unknown>) =>
    hq.query('mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { __typename } }', {
      input: { channel: 'houston', customer: { uuid }, ...change },
    });
  await update({ phone: '555 0001', name: { last: 'Second' } });
  await update({ phone: '555 0002', name: { last: 'Third' } });
  await run(hq);
  const [operation] = await failed(hq);
  return { uuid, operation };
}

test('later operations of the same customer wait while one has failed, and follow in their order when it is corrected', async () => {
  const hq = await withChannels(['houston']);
  const { uuid, operation } = await withFailedEdit(hq);
  expect((await operationsOf(hq, uuid)).map(({ state }) => state)).toEqual(['SYNCED', 'FAILED', 'WAITING', 'WAITING']);
  expect(await customer(hq, uuid)).toMatchObject({
    displayName: 'Ada Byron',
    accountId: 'C00000001',
    syncStatus: 'SYNCED',
  });

  expect(await correct(hq, operation.id, { email: 'lovelace@example.com' })).toMatchObject({
    state: 'PENDING',
    corrected: true,
    tryCount: 0,
  });
  const ended = await run(hq);
  expect(countsOf(ended)[1]).toEqual({ done: 3, failed: 0 });
  expect((await operationsOf(hq, uuid)).map(({ state }) => state)).toEqual(['SYNCED', 'SYNCED', 'SYNCED', 'SYNCED']);
  expect(await customer(hq, uuid)).toMatchObject({
    displayName: 'Ada Third',
    phone: '555 0002',
    accountId: 'C00000001',
  });
});

test('an operation that waits does not overtake when the one before it is retried and fails again', async () => {
  const hq = await withChannels(['houston']);
  const { uuid, operation } = await withFailedEdit(hq);
  expect(await retry(hq, operation.id)).toEqual({ __typename: 'CustomerOperation', state: 'PENDING' });
  await run(hq);
  expect((await operationsOf(hq, uuid)).map(({ state }) => state)).toEqual(['SYNCED', 'FAILED', 'WAITING', 'WAITING']);
  expect(await customer(hq, uuid)).toMatchObject({ displayName: 'Ada Byron' });
});

test('a correction is checked, audited field by field, and 1010 brings it to the channel', async () => {
  const hq = await withChannels(['houston']);
  const uuid = randomUUID();
  await createCustomer(hq, { uuid: uuid, name: { first: 'Ada', last: 'Byron' } });
  await tamper(
    await hq.channels.databaseOf('houston'),
    `update operation set payload = '${JSON.stringify({ customer: aBody({ email: 'nonsense', phone: '555 0109' }), addresses: [] })}'`,
  );
  await run(hq);
  const [operation] = await failed(hq);

  expect(await correct(hq, operation.id, { email: 'still nonsense' })).toMatchObject({
    __typename: 'InvalidInput',
    path: ['email'],
  });
  expect(await correct(hq, operation.id, {})).toMatchObject({ __typename: 'InvalidInput' });
  expect(await failed(hq)).toHaveLength(1);
  expect(await correct(hq, operation.id, { email: ' ada@example.org ', phone: null, lastName: 'Byron' })).toMatchObject(
    {
      auditTrail: {
        edges: [
          {
            node: {
              actor: 'operator',
              action: 'CORRECT_CUSTOMER_OPERATION',
              field: 'email',
              oldValue: 'nonsense',
              newValue: 'ada@example.org',
            },
          },
          { node: { field: 'phone', oldValue: '555 0109', newValue: null } },
        ],
      },
    },
  );
  await run(hq);
  for (const channel of ['houston', undefined]) {
    expect(await customer(hq, uuid, channel)).toMatchObject({
      accountId: 'C00000001',
      email: 'ada@example.org',
      phone: null,
    });
  }
  const found = async (search: string) =>
    (
      await hq.query(
        'query ($search: String) { customers(filter: { channel: "houston", search: $search }) { totalCount } }',
        {
          search,
        },
      )
    ).customers.totalCount;
  expect(await found('ada@example.org')).toBe(1);
});

test('a correction does not overwrite what the channel did meanwhile', async () => {
  const hq = await withChannels(['houston']);
  const { uuid, operation } = await withFailedEdit(hq);
  await correct(hq, operation.id, { email: 'lovelace@example.com' });
  await run(hq);
  expect(await customer(hq, uuid, 'houston')).toMatchObject({ displayName: 'Ada Third', phone: '555 0002' });
});

/** A customer whose creation failed for its e-mail address; its channel has edited the phone number meanwhile. */
async function withFailedCreation(hq: Headquarters) {
  const uuid = await createCustomer(hq);
  const channel = await hq.channels.databaseOf('houston');
  const bad = JSON.stringify({ customer: aBody({ email: 'nonsense' }) });
  await tamper(channel, `update operation set payload = '${bad}' where counter = 1`);
  await run(hq);
  const [operation] = await failed(hq);
  const update = async (change: Record<string, unknown>) =>
    (
      await hq.query(
        'mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { __typename ... on Failure { errorCode path } } }',
        { input: { channel: 'houston', customer: { uuid }, ...change } },
      )
    ).updateCustomer;
  return { uuid, operation, channel, update };
}

test('a correction of one field survives a later edit of another, and the channel has both', async () => {
  const hq = await withChannels(['houston']);
  const { uuid, operation, update } = await withFailedCreation(hq);
  await update({ phone: '555 0001' });
  await run(hq, 'P_JOB');
  await correct(hq, operation.id, { email: 'ada@example.org' });
  await run(hq, 'SYNCHRONIZE_CUSTOMERS');
  // Made while the corrected customer is on its way down: it is neither overwritten nor does it overwrite.
  await update({ language: 'en' });
  await run(hq, 'DOWNLOAD_1010');
  expect(await customer(hq, uuid, 'houston')).toMatchObject({ accountId: 'C00000001', language: 'en' });
  await update({ name: { last: 'Lovelace' } });
  await run(hq);

  for (const channel of ['houston', undefined])
    expect(await customer(hq, uuid, channel)).toMatchObject({
      accountId: 'C00000001',
      email: 'ada@example.org',
      phone: '555 0001',
      language: 'en',
      displayName: 'Ada Lovelace',
    });
  const { customers } = await hq.query(
    '{ customers(filter: { channel: "houston", search: "ada@example.org" }) { totalCount } }',
  );
  expect(customers.totalCount).toBe(1);
});

test('an edit whose operation failed is corrected in fields that it names and in others, each audited', async () => {
  const hq = await withChannels(['houston']);
  const uuid = await createCustomer(hq, { email: 'ada@example.com', phone: '555 0109' });
  await run(hq);
  await appendOperation(hq, 'houston', {
    uuid,
    id: randomUUID(),
    kind: 'UPDATE_CUSTOMER',
    payload: { customer: { email: 'nonsense' } },
  });
  await run(hq);
  const [operation] = await failed(hq);
  expect(operation).toMatchObject({ kind: 'UPDATE_CUSTOMER', error: expect.stringContaining('email') });
  expect(await correct(hq, operation.id, { email: 'ada@example.org', firstName: null, lastName: null })).toMatchObject({
    __typename: 'InvalidInput',
    path: ['lastName'],
  });

  const { auditTrail } = await correct(hq, operation.id, { email: 'ada@example.org', lastName: 'Lovelace' });
  expect(auditTrail.edges.map(({ node }: { node: unknown }) => node)).toMatchObject([
    { field: 'lastName', oldValue: 'Byron', newValue: 'Lovelace' },
    { field: 'email', oldValue: 'nonsense', newValue: 'ada@example.org' },
  ]);
  await run(hq);
  for (const channel of ['houston', undefined])
    expect(await customer(hq, uuid, channel)).toMatchObject({
      email: 'ada@example.org',
      phone: '555 0109',
      displayName: 'Ada Lovelace',
    });
  for (const search of ['lovelace', 'ada@example.org'])
    expect((await hq.query(`{ customers(filter: { search: "${search}" }) { totalCount } }`)).customers.totalCount).toBe(
      1,
    );
});

test('an edit that breaks a rule only together with a correction is set aside, and can be corrected', async () => {
  const hq = await withChannels(['houston']);
  const { uuid, operation, update } = await withFailedCreation(hq);
  expect(await correct(hq, operation.id, { email: null, firstName: null })).toMatchObject({ state: 'PENDING' });
  // The channel still has the first name.
  expect(await update({ name: { last: null } })).toEqual({ __typename: 'Customer' });
  await run(hq);
  const [edit] = await failed(hq);
  expect(edit).toMatchObject({ kind: 'UPDATE_CUSTOMER', errorCode: 'INVALID_INPUT' });
  expect(edit.error).toBe('lastName: a person needs a first or last name');
  expect(await customer(hq, uuid)).toMatchObject({ displayName: 'Byron', email: null });

  expect(await correct(hq, edit.id, { firstName: 'Augusta' })).toMatchObject({ state: 'PENDING' });
  await run(hq);
  for (const channel of ['houston', undefined])
    expect(await customer(hq, uuid, channel)).toMatchObject({ displayName: 'Augusta', email: null });
});

test('only a failed operation can be retried or corrected', async () => {
  const hq = await withChannels(['houston']);
  const uuid = await createCustomer(hq);
  await run(hq);
  const { id } = (await operationsOf(hq, uuid))[0]!;
  expect(await retry(hq, id)).toMatchObject({
    __typename: 'WrongState',
    errorCode: 'WRONG_STATE',
    message: expect.stringContaining('SYNCED'),
  });
  expect(await correct(hq, id, { email: 'x@example.com' })).toMatchObject({ __typename: 'WrongState' });
});

test('all failed operations, or those of a channel, are retried at once, and that is audited', async () => {
  const hq = await withChannels(['houston', 'dallas']);
  for (const channel of ['houston', 'houston', 'dallas'])
    await appendOperation(hq, channel, { uuid: randomUUID(), payload: {} });
  await run(hq);
  expect(await failed(hq, 'houston')).toHaveLength(2);
  expect(await retryAll(hq, 'houston')).toEqual({ count: 2 });
  expect(await failed(hq)).toMatchObject([{ channel: { code: 'dallas' } }]);
  await run(hq);
  expect(await failed(hq)).toHaveLength(3);
  expect(await retryAll(hq)).toEqual({ count: 3 });
  expect(await retryAll(hq, 'nowhere')).toEqual({ errorCode: 'CHANNEL_NOT_FOUND' });
  expect(
    await rowsOf(
      hq.hq,
      `select actor, name, new_value from audit_entry where action = 'RETRY_FAILED_CUSTOMER_OPERATIONS' order by id`,
    ),
  ).toEqual([
    { actor: 'operator', name: 'Channel houston', new_value: '2' },
    { actor: 'operator', name: 'All channels', new_value: '3' },
  ]);
});

test('a bad address is corrected, the order that waited for it goes on by itself, and the channel gets the correction', async () => {
  const hq = await withChannels(['houston']);
  const uuid = await createCustomer(hq, { addresses: [] });
  const address = {
    uuid: randomUUID(),
    position: 0,
    purpose: 'DELIVERY',
    name: null,
    street: '1 Main Street',
    street2: null,
    city: 'Houston',
    state: 'TX',
    postalCode: '77002',
    country: 'Texas',
  };
  await appendOperation(hq, 'houston', {
    uuid,
    id: address.uuid,
    kind: 'ADD_ADDRESS',
    payload: { addresses: [address] },
  });
  const order = await appendTransaction(
    hq,
    'houston',
    aTransaction('ONLINE_ORDER', { customerUuid: uuid, deliveryAddressUuid: address.uuid }),
  );
  await run(hq, 'P_JOB');
  await run(hq, 'SYNCHRONIZE_ORDERS');
  expect(await saleOf(hq, order)).toMatchObject({ status: 'FAILED', errorCode: 'ASYNC_ADDRESS_SYNC_FAILED' });

  const [operation] = await failed(hq);
  expect(await correct(hq, operation.id, { addresses: [{ uuid: randomUUID(), country: 'US' }] })).toMatchObject({
    errorCode: 'INVALID_INPUT',
    path: ['addresses', '0', 'uuid'],
  });
  expect(await correct(hq, operation.id, { email: 'ada@example.com' })).toMatchObject({ errorCode: 'INVALID_INPUT' });
  expect(await correct(hq, operation.id, { addresses: [{ uuid: address.uuid, country: 'US' }] })).toMatchObject({
    state: 'PENDING',
    corrected: true,
  });
  await run(hq, 'SYNCHRONIZE_ORDERS');
  expect(await saleOf(hq, order)).toMatchObject({ status: 'SYNCHRONIZED', errorCode: null });
  await run(hq, 'DOWNLOAD_1010');
  expect((await customer(hq, uuid, 'houston')).addresses).toMatchObject([{ uuid: address.uuid, country: 'US' }]);
  const { node } = await hq.query(
    'query ($id: ID!) { node(id: $id) { ... on CustomerOperation { auditTrail(first: 20) { edges { node { action field oldValue newValue } } } } } }',
    { id: operation.id },
  );
  expect(node.auditTrail.edges).toEqual([
    { node: { action: 'CORRECT_CUSTOMER_OPERATION', field: 'addresses.0.country', oldValue: 'Texas', newValue: 'US' } },
  ]);
});
