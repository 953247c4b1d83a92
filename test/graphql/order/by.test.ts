import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { tokenFor, type Viewer } from '../../../src/access/viewer.ts';
import { createCustomer, run, withChannels } from '../../support/actions.ts';
import {
  type Answer,
  aChannel,
  createChannelDocument,
  type Headquarters,
  startHeadquarters,
} from '../../support/headquarters.ts';
import { sell } from '../../support/sales.ts';
import { appendTransaction, aTransaction } from '../../support/transactions.ts';

const globalId = (type: string, id: string) => Buffer.from(`${type}:${id}`).toString('base64');

async function change(hq: Headquarters, field: string, input: object, headers = {}): Promise<Answer> {
  const named = `${field[0]!.toUpperCase()}${field.slice(1)}Input`;
  const type = /^(begin|release|retry)/.test(field) ? 'TransactionInput' : named;
  const shown = field.startsWith('revalidate') ? 'RevalidatedTransactions { count }' : 'RetailTransaction { uuid }';
  const data = await hq.query(
    `mutation ($input: ${type}!) { ${field}(input: $input) { __typename ... on ${shown}
       ... on Failure { errorCode path } ... on InvalidInput { violations { path } } } }`,
    { input },
    headers,
  );
  return data[field];
}

test('operators identify an order or a sale by UUID, confirmation number, or global ID', async () => {
  const hq = await withChannels(['houston']);
  const customerUuid = await createCustomer(hq);
  const order = aTransaction('ONLINE_ORDER', { customerUuid });
  const uuid = await appendTransaction(hq, 'houston', order);
  const sale = await sell(hq);
  await run(hq, 'P_JOB');
  for (const transaction of [
    { uuid },
    { confirmationNumber: ` ${order.reference.toLowerCase()} ` },
    { id: globalId('Order', `houston/${uuid}`) },
  ]) {
    expect(await change(hq, 'beginEditingTransaction', { transaction })).toEqual({ __typename: 'Order', uuid });
    expect(await change(hq, 'releaseTransaction', { transaction })).toEqual({ __typename: 'Order', uuid });
  }
  expect(await change(hq, 'beginEditingTransaction', { transaction: { uuid: sale } })).toEqual({
    __typename: 'Sale',
    uuid: sale,
  });
});

test('what identifies nothing, or something in two channels, is refused', async () => {
  const hq = await withChannels(['houston', 'dallas']);
  const customerUuid = await createCustomer(hq);
  const uuid = randomUUID();
  for (const channel of ['houston', 'dallas'])
    await appendTransaction(hq, channel, aTransaction('ONLINE_ORDER', { customerUuid }), uuid);
  await run(hq, 'P_JOB');
  const begin = (transaction: object) => change(hq, 'beginEditingTransaction', { transaction });
  expect(await begin({ uuid })).toMatchObject({ errorCode: 'INVALID_INPUT', path: ['transaction'] });
  expect(await begin({ id: globalId('Order', `dallas/${uuid}`) })).toMatchObject({ uuid });
  for (const nothing of [
    { uuid: randomUUID() },
    { confirmationNumber: 'NOBODY' },
    { confirmationNumber: "'" },
    { id: globalId('Order', 'houston/x') },
  ])
    expect(await begin(nothing), JSON.stringify(nothing)).toMatchObject({ errorCode: 'NOT_FOUND' });
  for (const malformed of ['nonsense', globalId('Customer', `houston/${uuid}`)])
    expect(await begin({ id: malformed })).toMatchObject({
      __typename: 'InvalidInput',
      violations: [{ path: ['transaction', 'id'] }],
    });
});

test('sales to validate again are named one by one, and each that is none', async () => {
  const hq = await withChannels(['houston']);
  const customerUuid = await createCustomer(hq);
  const order = await appendTransaction(hq, 'houston', aTransaction('ONLINE_ORDER', { customerUuid }));
  const body = aTransaction('CASH_AND_CARRY');
  const [one, other] = [await sell(hq), await appendTransaction(hq, 'houston', body)];
  await sell(hq);
  await run(hq, 'P_JOB');
  await run(hq, 'VALIDATE_TRANSACTIONS');
  const again = (transactions: object[], more = {}) => change(hq, 'revalidateTransactions', { transactions, ...more });
  expect(await again([{ uuid: one }, { confirmationNumber: body.reference }, { uuid: one }])).toEqual({
    __typename: 'RevalidatedTransactions',
    count: 2,
  });
  expect(await again([{ uuid: order }, { uuid: other }, { uuid: randomUUID() }], { channel: 'houston' })).toMatchObject(
    {
      __typename: 'InvalidInput',
      violations: [{ path: ['channel'] }, { path: ['transactions', '0'] }, { path: ['transactions', '2'] }],
    },
  );
});

test('an order is canceled by what identifies it, in the channel of the client or in the one that an operator names', async () => {
  const secret = 'a secret of at least thirty-two characters';
  const hq = await startHeadquarters({ settings: { TOKEN_SECRET: secret } });
  const bearer = async (viewer: Viewer) => ({ authorization: `Bearer ${await tokenFor(secret, viewer, '1h')}` });
  const operator = await bearer({ kind: 'operator', name: 'Olga' });
  const [houston, dallas] = [
    await bearer({ kind: 'channel', channel: 'houston' }),
    await bearer({ kind: 'channel', channel: 'dallas' }),
  ];
  for (const code of ['houston', 'dallas']) await hq.query(createChannelDocument, { input: aChannel(code) }, operator);
  const lines = [{ sku: 'A', quantity: '1', unitPrice: '5' }];
  const order = async (): Promise<Answer> => {
    const input = { channel: 'houston', customerUuid: randomUUID(), lines, total: '5' };
    const document = `mutation ($input: CreateOrderInput!) { createOrder(input: $input) { ... on Order { id uuid confirmationNumber } } }`;
    return (await hq.query(document, { input }, houston)).createOrder;
  };
  const { id, uuid, confirmationNumber } = await order();
  const cancel = (headers: object, transaction: object, channel?: string) =>
    change(hq, 'cancelOrder', { transaction, ...(channel && { channel }) }, headers);

  expect(await cancel(dallas, { id })).toMatchObject({ __typename: 'Forbidden', errorCode: 'FORBIDDEN' });
  expect(await cancel(dallas, { uuid }, 'houston')).toMatchObject({ __typename: 'Forbidden' });
  expect(await cancel(dallas, { uuid })).toMatchObject({ __typename: 'NotFound' });
  expect(await cancel(houston, { id: 'nonsense' })).toMatchObject({ __typename: 'InvalidInput' });
  expect(await cancel(operator, { uuid })).toMatchObject({ __typename: 'InvalidInput', path: ['channel'] });
  expect(await cancel(houston, { confirmationNumber })).toEqual({ __typename: 'Order', uuid });
  expect(await cancel(operator, { uuid }, 'houston')).toEqual({ __typename: 'Order', uuid });
  const another = await order();
  expect(await cancel(operator, { id: another.id }, 'dallas')).toMatchObject({
    __typename: 'InvalidInput',
    path: ['channel'],
  });
  expect(await cancel(operator, { id: another.id })).toEqual({ __typename: 'Order', uuid: another.uuid });
});
