import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { appendOperation, countOf, createCustomer, operationsOf, run, withChannels } from '../support/actions.ts';
import type { Answer, Headquarters } from '../support/headquarters.ts';

const home = { uuid: randomUUID(), street: '12 Square', city: 'London', country: 'GB' };
const office = { uuid: randomUUID(), street: '1 Bank', city: 'Leeds', country: 'GB', purpose: 'BUSINESS' };

async function change(hq: Headquarters, name: string, input: object): Promise<Answer> {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  const answer = '{ __typename ... on Failure { errorCode path message } }';
  const result = await hq.query(`mutation ($input: ${type}!) { ${name}(input: $input) ${answer} }`, {
    input: { channel: 'houston', ...input },
  });
  return result[name];
}

const update = (hq: Headquarters, uuid: string, address: object) =>
  change(hq, 'updateCustomerAddress', { customer: { uuid }, address });
const deactivate = (hq: Headquarters, uuid: string, addressUuid: string) =>
  change(hq, 'deactivateCustomerAddress', { customer: { uuid }, addressUuid });

/** The addresses in the channel's own database, and at headquarters. */
async function addresses(hq: Headquarters, uuid: string, includeDeactivated = false): Promise<Answer[][]> {
  const read = async (channel: string | null) =>
    (
      await hq.query(
        `query ($uuid: UUID, $channel: String, $all: Boolean!) { customer(by: { uuid: $uuid }, channel: $channel) {
          addresses(includeDeactivated: $all) { uuid purpose street city deactivatedAt } } }`,
        { uuid, channel, all: includeDeactivated },
      )
    ).customer?.addresses;
  return [await read('houston'), await read(null)];
}

const found = async (hq: Headquarters, search: string) =>
  (await hq.query('query ($search: String) { customers(filter: { search: $search }) { totalCount } }', { search }))
    .customers.totalCount;

test('an address is changed in the channel at once, and at headquarters with the next conversion', async () => {
  const hq = await withChannels(['houston']);
  const uuid = await createCustomer(hq, { addresses: [home, office] });
  expect(await update(hq, uuid, { uuid: home.uuid, city: 'York', street: null })).toEqual({ __typename: 'Customer' });
  const changed = { uuid: home.uuid, purpose: 'HOME', street: null, city: 'York', deactivatedAt: null };
  expect((await addresses(hq, uuid))[0]).toMatchObject([changed, { uuid: office.uuid, street: '1 Bank' }]);
  await run(hq);
  const [channel, headquarters] = await addresses(hq, uuid);
  expect(headquarters).toEqual(channel);
  expect([await found(hq, 'york'), await found(hq, 'london')]).toEqual([1, 0]);

  await update(hq, uuid, { uuid: home.uuid, purpose: 'OTHER', city: 'Bath' });
  await run(hq);
  expect((await addresses(hq, uuid))[1]).toMatchObject([{ purpose: 'OTHER', city: 'Bath' }, { uuid: office.uuid }]);
  expect((await operationsOf(hq, uuid)).map(({ kind, state }) => `${kind} ${state}`)).toEqual([
    'CREATE_CUSTOMER SYNCED',
    'UPDATE_ADDRESS SYNCED',
    'UPDATE_ADDRESS SYNCED',
  ]);
});

test('a deactivated address is listed only on request, is not found, and orders may still refer to it', async () => {
  const hq = await withChannels(['houston']);
  const uuid = await createCustomer(hq, { addresses: [home, office] });
  await run(hq);
  expect(await deactivate(hq, uuid, home.uuid)).toEqual({ __typename: 'Customer' });
  expect(await deactivate(hq, uuid, home.uuid)).toEqual({ __typename: 'Customer' });
  await run(hq);
  for (const list of await addresses(hq, uuid)) expect(list).toMatchObject([{ uuid: office.uuid }]);
  const [channel, headquarters] = await addresses(hq, uuid, true);
  expect(channel).toMatchObject([{ uuid: home.uuid, deactivatedAt: expect.any(String) }, { deactivatedAt: null }]);
  expect(headquarters).toEqual(channel);
  expect([await found(hq, 'london'), await found(hq, 'leeds')]).toEqual([0, 1]);
  expect((await operationsOf(hq, uuid)).map(({ kind }) => kind)).toEqual(['CREATE_CUSTOMER', 'DEACTIVATE_ADDRESS']);
  expect(await update(hq, uuid, { uuid: home.uuid, city: 'Rome' })).toMatchObject({
    errorCode: 'INVALID_INPUT',
    path: ['address', 'uuid'],
  });

  const sold = await change(hq, 'createOrder', {
    uuid: randomUUID(),
    customerUuid: uuid,
    deliveryAddressUuid: home.uuid,
    businessDate: '2026-01-05',
    lines: [{ sku: 'A', quantity: '1', unitPrice: '10' }],
    payments: [],
    total: '10',
  });
  expect(sold.errorCode).toBeUndefined();
  await run(hq);
  await run(hq, 'SYNCHRONIZE_ORDERS');
  const { orders } = await hq.query('{ orders { nodes { status } } }');
  expect(orders.nodes).toEqual([{ status: 'SYNCHRONIZED' }]);
});

test('a change of an address that changes nothing, or breaks a rule, is no operation', async () => {
  const hq = await withChannels(['houston']);
  const uuid = await createCustomer(hq, { addresses: [home] });
  expect(await update(hq, uuid, { uuid: home.uuid, city: ' London ' })).toEqual({ __typename: 'Customer' });
  expect(await update(hq, uuid, { uuid: home.uuid, city: 'x'.repeat(101) })).toMatchObject({
    errorCode: 'INVALID_INPUT',
    path: ['address', 'city'],
  });
  expect(await update(hq, uuid, { uuid: office.uuid, city: 'Rome' })).toMatchObject({ path: ['address', 'uuid'] });
  expect(await deactivate(hq, uuid, office.uuid)).toMatchObject({ path: ['addressUuid'] });
  expect(await countOf(await hq.channels.databaseOf('houston'), 'operation')).toBe(1);
});

test('a change of an address that other software wrote badly is set aside', async () => {
  const hq = await withChannels(['houston']);
  const uuid = await createCustomer(hq, { addresses: [home] });
  const broken = { ...home, position: 0, purpose: 'HOME', name: null, street2: null, state: null, postalCode: null };
  await appendOperation(hq, 'houston', {
    uuid,
    kind: 'UPDATE_ADDRESS',
    id: randomUUID(),
    payload: { addresses: [{ ...broken, city: 'x'.repeat(101), deactivatedAt: 'yesterday' }] },
  });
  await run(hq);
  const operations = await operationsOf(hq, uuid);
  expect(operations.at(-1)).toMatchObject({
    kind: 'UPDATE_ADDRESS',
    state: 'FAILED',
    error: expect.objectContaining({ errorCode: 'INVALID_INPUT' }),
  });
  expect((await addresses(hq, uuid))[1]).toMatchObject([{ city: 'London' }]);
});
