import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { tokenFor } from '../../../src/access/viewer.ts';
import { aBody, appendOperation, createCustomer, run, withChannels } from '../../support/actions.ts';
import {
  type Answer,
  aChannel,
  aCustomer,
  createChannelDocument,
  createCustomerDocument,
  type Headquarters,
  startHeadquarters,
} from '../../support/headquarters.ts';
import { failed } from '../../support/operations.ts';

const globalId = (type: string, id: string) => Buffer.from(`${type}:${id}`).toString('base64');

/** The result of a mutation with the type of its input. */
async function mutate(hq: Headquarters, name: string, input: object, headers = {}): Promise<Answer> {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  const result = type.includes('Operation') ? 'CustomerOperation { id }' : 'Customer { uuid phone }';
  const document = `mutation ($input: ${type}!) { ${name}(input: $input) { __typename ... on ${result}
    ... on Failure { errorCode path } ... on InvalidInput { violations { path rule } } } }`;
  return (await hq.query(document, { input }, headers))[name];
}

const changes = {
  updateCustomer: { phone: '555 0109' },
  addCustomerAddress: { address: { city: 'Houston', country: 'US' } },
};

test.each(Object.entries(changes))('%s takes a customer by UUID, account ID, or global ID', async (name, change) => {
  const hq = await withChannels(['houston', 'dallas']);
  const uuid = await createCustomer(hq, { addresses: [] });
  await run(hq);
  const id = globalId('Customer', `houston/${uuid}`);
  for (const named of [
    { channel: 'houston', customer: { uuid } },
    { channel: 'houston', customer: { accountId: 'C00000001' } },
    { customer: { id } },
    { channel: 'houston', customer: { id } },
  ])
    expect(await mutate(hq, name, { ...named, ...change }), JSON.stringify(named)).toMatchObject({ uuid });

  const refused = async (named: object) => mutate(hq, name, { ...named, ...change });
  for (const customer of [{ uuid }, { accountId: 'C00000001' }]) {
    expect(await refused({ customer })).toMatchObject({ errorCode: 'INVALID_INPUT', path: ['channel'] });
    expect(await refused({ customer, channel: 'dallas' })).toMatchObject({ errorCode: 'CUSTOMER_NOT_FOUND' });
  }
  expect(await refused({ customer: { id }, channel: 'dallas' })).toMatchObject({
    errorCode: 'INVALID_INPUT',
    path: ['channel'],
  });
  for (const key of [`houston/${randomUUID()}`, 'houston'])
    expect(await refused({ customer: { id: globalId('Customer', key) } }), key).toMatchObject({
      errorCode: 'CUSTOMER_NOT_FOUND',
    });
});

test('a channel’s client changes its own customers without naming the channel, and no others', async () => {
  const secret = 'a secret of at least thirty-two characters';
  const hq = await startHeadquarters({ settings: { TOKEN_SECRET: secret } });
  const as = async (viewer: Parameters<typeof tokenFor>[1]) => ({
    authorization: `Bearer ${await tokenFor(secret, viewer, '1h')}`,
  });
  const operator = await as({ kind: 'operator', name: 'Olga' });
  const till = await as({ kind: 'channel', channel: 'houston' });
  const made: Record<string, string> = {};
  for (const channel of ['houston', 'dallas']) {
    await hq.query(createChannelDocument, { input: aChannel(channel) }, operator);
    const input = aCustomer({ channel });
    await hq.query(createCustomerDocument, { input }, operator);
    made[channel] = input.uuid as string;
  }
  const phone = '555 0109';
  const own = [{ uuid: made.houston }, { id: globalId('Customer', `houston/${made.houston}`) }];
  for (const customer of own)
    expect(await mutate(hq, 'updateCustomer', { customer, phone }, till)).toMatchObject({ uuid: made.houston, phone });
  expect(await mutate(hq, 'updateCustomer', { customer: { uuid: made.dallas }, phone }, till)).toMatchObject({
    errorCode: 'CUSTOMER_NOT_FOUND',
  });
  const customer = { id: globalId('Customer', `dallas/${made.dallas}`) };
  expect(await mutate(hq, 'updateCustomer', { customer, phone }, till)).toMatchObject({ errorCode: 'FORBIDDEN' });
});

const tooLong = 'x'.repeat(251);
const facts = { email: 'nonsense', phone: '5'.repeat(41) };
/** An address as it is in an operation. */
const anAddress = (more = {}) => ({
  ...{ uuid: randomUUID(), position: 0, purpose: 'HOME', country: 'US' },
  ...{ name: null, street: null, street2: null, city: null, state: null, postalCode: null },
  ...more,
});
const address = { street: tooLong, city: tooLong, postalCode: tooLong };

test.each<[string, (hq: Headquarters) => Promise<{ name: string; input: object; paths: string[][] }>]>([
  [
    'a new customer',
    async () => ({
      name: 'createCustomer',
      input: aCustomer({ ...facts, name: { first: tooLong }, addresses: [{ country: 'US', ...address }] }),
      paths: [
        ['name', 'first'],
        ['email'],
        ['phone'],
        ['addresses', '0', 'street'],
        ['addresses', '0', 'city'],
        ['addresses', '0', 'postalCode'],
      ],
    }),
  ],
  [
    'a change',
    async (hq) => ({
      name: 'updateCustomer',
      input: { channel: 'houston', customer: { uuid: await createCustomer(hq) }, ...facts, name: { first: tooLong } },
      paths: [['name', 'first'], ['email'], ['phone']],
    }),
  ],
  [
    'a new address',
    async (hq) => ({
      name: 'addCustomerAddress',
      input: {
        channel: 'houston',
        customer: { uuid: await createCustomer(hq) },
        address: { country: 'US', ...address },
      },
      paths: [
        ['address', 'street'],
        ['address', 'city'],
        ['address', 'postalCode'],
      ],
    }),
  ],
  [
    'a correction',
    async (hq) => {
      const uuid = randomUUID();
      const known = anAddress();
      await appendOperation(hq, 'houston', {
        uuid,
        payload: { customer: aBody({ email: 'nonsense' }), addresses: [known, anAddress({ street: tooLong })] },
      });
      await run(hq);
      const [{ id }] = await failed(hq);
      const addresses = [{ uuid: randomUUID() }, { uuid: known.uuid, ...address }];
      return {
        name: 'correctCustomerOperation',
        input: { id, ...facts, firstName: tooLong, addresses },
        paths: [
          ['addresses', '0', 'uuid'],
          ['firstName'],
          ['email'],
          ['phone'],
          ['addresses', '1', 'street'],
          ['addresses', '1', 'city'],
          ['addresses', '1', 'postalCode'],
          ['addresses'],
        ],
      };
    },
  ],
])('every invalid field of %s is named', async (_what, given) => {
  const hq = await withChannels(['houston']);
  const { name, input, paths } = await given(hq);
  const { violations } = await mutate(hq, name, input);
  expect(violations.map(({ path }: Answer) => path).toSorted()).toEqual(paths.toSorted());
});
