import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  aBody,
  appendOperation,
  countsOf,
  createCustomer,
  operationsOf,
  run,
  withChannels,
} from '../support/actions.ts';
import { failed } from '../support/operations.ts';

const anAddress = (position = 0, uuid: string = randomUUID()) => ({
  uuid,
  position,
  purpose: 'HOME',
  name: null,
  street: null,
  street2: null,
  city: null,
  state: null,
  postal_code: null,
  country: 'US',
});
const addresses = (count: number) => Array.from({ length: count }, (_, position) => anAddress(position));

test('an operation with more addresses than a customer may have is set aside, and its neighbors go on', async () => {
  const hq = await withChannels(['houston']);
  await createCustomer(hq);
  const uuid = randomUUID();
  await appendOperation(hq, 'houston', { uuid, payload: { customer: aBody(), addresses: addresses(101) } });
  await createCustomer(hq);
  expect(countsOf(await run(hq))[1]).toEqual({ done: 2, failed: 1 });
  expect(await failed(hq)).toMatchObject([
    { customerUuid: uuid, errorCode: 'INVALID_INPUT', error: 'addresses: must not be more than 100' },
  ]);
});

test('addresses that other software adds one by one end at the maximum; one that is replaced adds nothing', async () => {
  const hq = await withChannels(['houston']);
  const uuid = randomUUID();
  const first = addresses(99);
  await appendOperation(hq, 'houston', { uuid, payload: { customer: aBody(), addresses: first } });
  const add = (address: object) =>
    appendOperation(hq, 'houston', { uuid, kind: 'ADD_ADDRESS', id: randomUUID(), payload: { addresses: [address] } });
  await add(anAddress(99));
  await add({ ...first[0]!, city: 'Austin' });
  await add(anAddress(100));
  await run(hq);
  expect((await operationsOf(hq, uuid)).map(({ state, error }) => [state, error])).toEqual([
    ['SYNCED', null],
    ['SYNCED', null],
    ['SYNCED', null],
    ['FAILED', 'addresses: must not be more than 100'],
  ]);
});
