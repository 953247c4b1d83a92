import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { sql } from '../../src/data/sql.ts';
import { withChannels } from '../support/actions.ts';
import { type Answer, aCustomer, type Headquarters } from '../support/headquarters.ts';
import { transactionsOf } from '../support/statements.ts';

const outcome = '{ __typename ... on Customer { uuid displayName } ... on Failure { errorCode } }';
const named = (last: string, more: object = {}) => aCustomer({ name: { first: 'Ada', last }, ...more });

/** Creates customers in one request, and answers the results by their names: c0, c1, and so on. */
async function createInOneRequest(hq: Headquarters, inputs: object[]): Promise<Record<string, Answer>> {
  const names = inputs.map((_, index) => `c${index}`);
  return hq.query(
    `mutation (${names.map((name) => `$${name}: CreateCustomerInput!`).join(' ')}) {
      ${names.map((name) => `${name}: createCustomer(input: $${name}) ${outcome}`).join('\n')} }`,
    Object.fromEntries(names.map((name, index) => [name, inputs[index]])),
  );
}

test('creations in one request share their commits, each has its own result, and they are stored in their order', async () => {
  const hq = await withChannels(['houston']);
  const count = transactionsOf(await hq.channels.databaseOf('houston'));
  const inputs = Array.from({ length: 40 }, (_, index) => named(`N${index}`));
  const results = Object.values(await createInOneRequest(hq, inputs));

  expect(results.map(({ uuid }) => uuid)).toEqual(inputs.map(({ uuid }) => uuid));
  expect(count()).toBeLessThanOrEqual(2);
  const database = await hq.channels.databaseOf('houston');
  const stored = await database.read((db) => sql<{ uuid: string }>(db, 'select uuid from customer order by counter'));
  expect(stored.map(({ uuid }) => uuid)).toEqual(inputs.map(({ uuid }) => uuid));
});

test('one that is refused changes nothing about the others', async () => {
  const hq = await withChannels(['houston']);
  const uuid = randomUUID();
  const results = await createInOneRequest(hq, [
    named('First', { uuid }),
    named('', { name: null }),
    named('Elsewhere', { channel: 'nowhere' }),
    named('First', { uuid }),
    named('Other', { uuid }),
    named('Last'),
  ]);
  expect(Object.values(results)).toEqual([
    { __typename: 'Customer', uuid, displayName: 'Ada First' },
    { __typename: 'InvalidInput', errorCode: 'INVALID_INPUT' },
    { __typename: 'ChannelNotFound', errorCode: 'CHANNEL_NOT_FOUND' },
    { __typename: 'Customer', uuid, displayName: 'Ada First' },
    { __typename: 'UuidConflict', errorCode: 'UUID_CONFLICT' },
    { __typename: 'Customer', uuid: expect.any(String), displayName: 'Ada Last' },
  ]);
});

test('mutations of different fields still wait for each other', async () => {
  const hq = await withChannels(['houston']);
  const [customer, shift] = [named('Byron'), randomUUID()];
  const sale = {
    channel: 'houston',
    shiftUuid: shift,
    customerUuid: customer.uuid,
    lines: [{ sku: 'A', quantity: '1', unitPrice: '5' }],
    payments: [{ tender: 'CARD', amount: '5' }],
    total: '5',
  };
  const data = await hq.query(
    `mutation ($customer: CreateCustomerInput!, $shift: OpenShiftInput!, $sale: RecordSaleInput!, $count: CountShiftInput!) {
      early: recordSale(input: $sale) { __typename }
      createCustomer(input: $customer) { __typename }
      openShift(input: $shift) { __typename }
      one: recordSale(input: $sale) { __typename }
      two: recordSale(input: $sale) { __typename }
      closeShift(input: $count) { __typename }
      late: recordSale(input: $sale) { __typename }
    }`,
    {
      customer,
      shift: { channel: 'houston', uuid: shift, register: 'R1' },
      sale,
      count: { channel: 'houston', shift: { uuid: shift }, counts: [{ tender: 'CARD', amount: '10' }] },
    },
  );
  expect(Object.entries(data).map(([name, { __typename }]: Answer) => `${name}: ${__typename}`)).toEqual([
    'early: WrongState',
    'createCustomer: Customer',
    'openShift: Shift',
    'one: Sale',
    'two: Sale',
    'closeShift: Shift',
    'late: WrongState',
  ]);
});

test.each([
  [
    'a name that appears again',
    'a: createCustomer(input: $a) { ...U } b: createCustomer(input: $b) { ...U } a: createCustomer(input: $a) { ...N }',
  ],
  [
    'a name that appears again after another field',
    'a: createCustomer(input: $a) { ...U } __typename b: createCustomer(input: $b) { ...U } a: createCustomer(input: $a) { ...N }',
  ],
  [
    'a fragment',
    'a: createCustomer(input: $a) { ...U } ... on Mutation { b: createCustomer(input: $b) { ...U } } a: createCustomer(input: $a) { ...N }',
  ],
  [
    'directives',
    'a: createCustomer(input: $a) @include(if: true) { ...U } b: createCustomer(input: $b) @skip(if: false) { ...U } c: createCustomer(input: $a) @skip(if: true) { ...U } a: createCustomer(input: $a) { ...N }',
  ],
])('%s creates nobody twice', async (_, fields) => {
  const hq = await withChannels(['houston']);
  // Without UUIDs, each creation is another customer.
  const [a, b] = ['A', 'B'].map((last) => ({ ...named(last), uuid: undefined }));
  const data = await hq.query(
    `mutation ($a: CreateCustomerInput!, $b: CreateCustomerInput!) { ${fields} }
     fragment U on Customer { uuid } fragment N on Customer { displayName }`,
    { a, b },
  );
  expect(data).toMatchObject({
    a: { uuid: expect.any(String), displayName: 'Ada A' },
    b: { uuid: expect.any(String) },
  });
  expect(data.c).toBeUndefined();
  const { customers } = await hq.query(
    '{ customers(source: CHANNEL, first: 10, filter: { channel: "houston" }) { nodes { uuid } } }',
  );
  expect(customers.nodes).toHaveLength(2);
});

test('a mutation that fails unexpectedly is null, and the others that began with it have their results', async () => {
  const hq = await withChannels(['houston', 'dallas']);
  const database = await hq.channels.databaseOf('dallas');
  database.writeTogether = () => Promise.reject(new Error('broken'));
  const { data, errors } = await hq.ask(
    `mutation ($a: CreateCustomerInput!, $b: CreateCustomerInput!, $c: CreateCustomerInput!) {
      a: createCustomer(input: $a) { __typename } b: createCustomer(input: $b) { __typename } c: createCustomer(input: $c) { __typename } }`,
    { a: named('A'), b: named('B', { channel: 'dallas' }), c: named('C') },
  );
  expect(data).toEqual({ a: { __typename: 'Customer' }, b: null, c: { __typename: 'Customer' } });
  expect(errors).toMatchObject([{ path: ['b'], extensions: { code: 'INTERNAL' } }]);
});
