import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { DatabaseUnavailable } from '../../../src/errors.ts';
import { aBody, aClock, appendOperation, createCustomer, customer, run, withChannels } from '../../support/actions.ts';
import type { Answer, Headquarters } from '../../support/headquarters.ts';
import { appendTransaction, aTransaction } from '../../support/transactions.ts';

const globalId = (type: string, id: string) => Buffer.from(`${type}:${id}`).toString('base64');
const by = async (hq: Headquarters, named: Record<string, unknown>, channel?: string) =>
  (
    await hq.query(
      'query ($by: CustomerBy!, $channel: String) { customer(by: $by, channel: $channel) { id uuid accountId } }',
      { by: named, channel },
    )
  ).customer;

test('a customer is found by UUID, account ID and global ID, at headquarters and in its channel', async () => {
  const hq = await withChannels(['houston', 'dallas']);
  const uuid = await createCustomer(hq);
  await run(hq);
  const found = { id: globalId('Customer', `houston/${uuid}`), uuid, accountId: 'C00000001' };
  for (const channel of [undefined, 'houston']) {
    for (const named of [{ uuid }, { uuid: uuid.toUpperCase() }, { accountId: 'C00000001' }, { id: found.id }]) {
      expect(await by(hq, named, channel), JSON.stringify({ named, channel })).toEqual(found);
    }
  }
  expect(await by(hq, { uuid }, 'dallas')).toBe(null);
  expect(await by(hq, { accountId: 'C00000001' }, 'dallas')).toBe(null);
});

test('a customer is read from the database that is asked for', async () => {
  const hq = await withChannels(['houston', 'dallas']);
  const uuid = await createCustomer(hq);
  await run(hq, 'P_JOB');
  await run(hq, 'SYNCHRONIZE_CUSTOMERS');
  const id = globalId('Customer', `houston/${uuid}`);
  const read = async (source: string, named: Record<string, unknown>) =>
    (
      await hq.query('query ($by: CustomerBy!, $source: Source) { customer(by: $by, source: $source) { accountId } }', {
        by: named,
        source,
      })
    ).customer;
  for (const named of [{ uuid }, { id }]) {
    expect(await read('HEADQUARTERS', named)).toEqual({ accountId: 'C00000001' });
    expect(await read('CHANNEL', named)).toEqual({ accountId: null });
  }
  const pending = await createCustomer(hq);
  expect(await read('HEADQUARTERS', { uuid: pending })).toBe(null);
  expect(await read('CHANNEL', { uuid: pending })).toEqual({ accountId: null });
});

test('customers of two channels with the same UUID are told apart by their global IDs, pending or not', async () => {
  const hq = await withChannels(['dallas', 'houston']);
  const uuid = randomUUID();
  for (const channel of ['houston', 'dallas']) await createCustomer(hq, { channel, uuid, name: { last: channel } });
  const node = `query ($id: ID!) { node(id: $id) { id ... on Customer { displayName channel { code } syncStatus } } }`;
  const nodeOf = async (channel: string) =>
    (await hq.query(node, { id: globalId('Customer', `${channel}/${uuid}`) })).node;
  for (const statuses of [
    { houston: 'PENDING', dallas: 'PENDING' },
    // Headquarters has one of them, and sets the other aside.
    { houston: 'FAILED', dallas: 'SYNCED' },
  ]) {
    for (const [code, syncStatus] of Object.entries(statuses))
      expect(await nodeOf(code)).toEqual({
        id: globalId('Customer', `${code}/${uuid}`),
        displayName: code,
        channel: { code },
        syncStatus,
      });
    await run(hq);
  }
  await appendTransaction(hq, 'houston', aTransaction('ONLINE_ORDER', { customerUuid: uuid }));
  await run(hq);
  const { transactions } = await hq.query('{ transactions { nodes { customer { displayName } } } }');
  expect(transactions.nodes).toEqual([{ customer: { displayName: 'houston' } }]);
});

test('a channel that contradicts the global ID is refused', async () => {
  const hq = await withChannels(['houston', 'dallas']);
  const uuid = await createCustomer(hq);
  const { errors } = await hq.ask('query ($id: ID!) { customer(by: { id: $id }, channel: "dallas") { uuid } }', {
    id: globalId('Customer', `houston/${uuid}`),
  });
  expect(errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT', path: ['channel'] } }]);
});

test('an operator finds a pending customer without naming its channel', async () => {
  const hq = await withChannels(['austin', 'houston']);
  const uuid = await createCustomer(hq);
  expect(await by(hq, { uuid })).toMatchObject({ uuid, accountId: null });
});

test('what is not there is null, whatever it is named by', async () => {
  const hq = await withChannels(['houston']);
  for (const named of [
    { uuid: randomUUID() },
    { accountId: 'C99999999' },
    { accountId: '' },
    { id: globalId('Customer', `houston/${randomUUID()}`) },
    { id: globalId('Customer', `nowhere/${randomUUID()}`) },
    { id: globalId('Customer', randomUUID()) },
    { id: globalId('Customer', 'x\u0000') },
  ]) {
    expect(await by(hq, named), JSON.stringify(named)).toBe(null);
  }
});

test('a customer is named in exactly one way', async () => {
  const hq = await withChannels([]);
  for (const named of [{}, { uuid: randomUUID(), accountId: 'C1' }]) {
    expect(
      (await hq.ask('query ($by: CustomerBy!) { customer(by: $by) { uuid } }', { by: named })).errors,
    ).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  }
});

test('18: an id in `nodes` that nothing has is null in its place only', async () => {
  const hq = await withChannels(['houston']);
  const uuid = await createCustomer(hq);
  await run(hq);
  const ids = [
    globalId('Customer', `houston/${uuid}`),
    globalId('Customer', `houston/${randomUUID()}`),
    globalId('Channel', 'houston'),
    globalId('JobRun', '999'),
    globalId('JobRun', 'x'),
    globalId('Nothing', '1'),
    globalId('Query', '1'),
    'garbage',
    '',
  ];
  const { nodes } = await hq.query('query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }', { ids });
  expect(nodes).toEqual([
    { __typename: 'Customer', id: ids[0] },
    null,
    { __typename: 'Channel', id: ids[2] },
    ...ids.slice(3).map(() => null),
  ]);
  for (const id of ids.slice(3))
    expect(await hq.query('query ($id: ID!) { node(id: $id) { id } }', { id })).toEqual({ node: null });
});

test('an object in `nodes` that cannot be loaded is null with an error, and costs the others nothing', async () => {
  const hq = await withChannels(['houston']);
  const ids = [globalId('JobRun', '1'), globalId('Channel', 'houston')];
  hq.hq.read = () => Promise.reject(new DatabaseUnavailable('headquarters'));
  const { data, errors } = await hq.ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids });
  expect(data).toEqual({ nodes: [null, { id: ids[1] }] });
  expect(errors).toMatchObject([{ path: ['nodes', 0], extensions: { code: 'DATABASE_UNAVAILABLE' } }]);
});

test('every kind of object is found again by its global ID', async () => {
  const hq = await withChannels(['houston']);
  await createCustomer(hq);
  await run(hq);
  const lists = await hq.query(`{
    channels { edges { node { id } } }
    customers(filter: { channel: "houston" }) { edges { node { id } } }
    customerOperations { edges { node { id } } }
    jobRuns { edges { node { id } } }
    uploadSessions { edges { node { id } } }
    downloadSessions { edges { node { id } } }
    schedules { edges { node { id } } }
    numberSequences { id }
  }`);
  const ids = Object.values<Answer>(lists).map((list) => (Array.isArray(list) ? list[0].id : list.edges[0].node.id));
  expect(ids).toHaveLength(8);
  for (const id of ids)
    expect(await hq.query('query ($id: ID!) { node(id: $id) { id } }', { id })).toEqual({ node: { id } });
  expect(
    (await hq.query('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids })).nodes.map(
      ({ id }: { id: string }) => id,
    ),
  ).toEqual(ids);
});

test('a global ID that holds no number, or too large a one, names nothing', async () => {
  const hq = await withChannels(['houston']);
  for (const id of ['x', '-1', '1.5', '99999999999999999999', '1 or 1=1']) {
    const run = globalId('JobRun', id);
    expect(await hq.query('query ($id: ID!) { jobRun(id: $id) { id } node(id: $id) { id } }', { id: run }), id).toEqual(
      { jobRun: null, node: null },
    );
    for (const [field, type] of [
      ['cancelJobRun', 'JobRun'],
      ['retryJobRun', 'JobRun'],
      ['retryCustomerOperation', 'CustomerOperation'],
      ['updateSchedule', 'Schedule'],
      ['deleteSchedule', 'Schedule'],
    ] as const) {
      const document = `mutation { ${field}(input: { id: "${globalId(type, id)}" }) { ... on Failure { errorCode } } }`;
      expect(await hq.query(document), `${field} ${id}`).toEqual({ [field]: { errorCode: 'NOT_FOUND' } });
    }
  }
});

test('the timeline tells in one query where a customer is, at each stage', async () => {
  const time = aClock('2026-11-22T10:00:00.000Z');
  const hq = await withChannels(['houston'], { clock: time.clock });
  const uuid = await createCustomer(hq);
  const at = (minute: number) => `2026-11-22T10:0${minute}:00.000Z`;
  const stations = [{ stage: 'CREATED', at: at(0), detail: null }];
  const expectStations = async (status: string) => {
    for (const channel of ['houston', undefined])
      expect(await customer(hq, uuid, channel)).toMatchObject({ timeline: stations });
    expect(await customer(hq, uuid, 'houston')).toMatchObject({ syncStatus: status });
  };
  await expectStations('PENDING');

  time.set(at(1));
  await run(hq, 'P_JOB');
  stations.push({ stage: 'UPLOADED', at: at(1), detail: null });
  await expectStations('PENDING');

  time.set(at(2));
  await run(hq, 'SYNCHRONIZE_CUSTOMERS');
  stations.push({ stage: 'ACCOUNT_ID_ASSIGNED', at: at(2), detail: 'C00000001' as never });
  await expectStations('PENDING');
  expect(await customer(hq, uuid, 'houston')).toMatchObject({ accountId: null, accountLabel: 'Pending sync' });
  expect(await customer(hq, uuid)).toMatchObject({ accountId: 'C00000001', syncStatus: 'SYNCED' });

  time.set(at(3));
  await run(hq, 'DOWNLOAD_1010');
  stations.push({ stage: 'BACK_IN_CHANNEL', at: at(3), detail: 'C00000001' as never });
  await expectStations('SYNCED');
});

test('the timeline of a customer that was set aside says when and why, and forgets it when it is tried again', async () => {
  const time = aClock('2026-11-22T10:00:00.000Z');
  const hq = await withChannels(['houston'], { clock: time.clock });
  const uuid = randomUUID();
  await appendOperation(hq, 'houston', { uuid, payload: { customer: aBody({ email: 'nonsense' }) } });
  await run(hq, 'P_JOB');
  time.pass(60_000);
  await run(hq, 'SYNCHRONIZE_CUSTOMERS');
  const seen = async () =>
    (
      await hq.query(
        '{ customerOperations(filter: { states: [FAILED, PENDING] }) { edges { node { id state error { message } } } } }',
      )
    ).customerOperations.edges[0].node;
  const { id, error } = await seen();
  expect(error.message).toBe('email: must be an email address');
  await hq.query('mutation ($id: ID!) { retryCustomerOperation(input: { id: $id }) { __typename } }', { id });
  expect((await seen()).state).toBe('PENDING');
});

test('a customer that was set aside is FAILED in its channel’s list and in no other status', async () => {
  const time = aClock('2026-11-22T10:00:00.000Z');
  const hq = await withChannels(['houston'], { clock: time.clock });
  const [good, bad, pending] = [
    await createCustomer(hq),
    await createCustomer(hq, { name: { last: 'Bad' } }),
    randomUUID(),
  ];
  const channel = await hq.channels.databaseOf('houston');
  await channel.write((tx) =>
    tx.query(`update operation set payload = '{"customer":{}}' where customer_uuid = '${bad}'`),
  );
  await run(hq);
  const late = await createCustomer(hq);
  expect(pending).not.toBe(late);

  const status = async (value: string) =>
    (
      await hq.query(
        'query ($status: CustomerSyncStatus) { customers(filter: { channel: "houston", status: $status }) { totalCount edges { node { uuid syncStatus } } } }',
        { status: value },
      )
    ).customers;
  for (const [value, uuid] of [
    ['SYNCED', good],
    ['FAILED', bad],
    ['PENDING', late],
  ]) {
    expect(await status(value!)).toEqual({ totalCount: 1, edges: [{ node: { uuid, syncStatus: value } }] });
  }
  expect(await customer(hq, bad)).toMatchObject({
    syncStatus: 'FAILED',
    timeline: [
      { stage: 'CREATED' },
      { stage: 'UPLOADED' },
      { stage: 'FAILED', at: '2026-11-22T10:00:00.000Z', detail: expect.stringContaining('INVALID_INPUT: ') },
    ],
  });
  const atHeadquarters = async (value: string) =>
    hq.ask('query ($status: CustomerSyncStatus) { customers(filter: { status: $status }) { totalCount } }', {
      status: value,
    });
  expect((await atHeadquarters('SYNCED')).data).toEqual({ customers: { totalCount: 1 } });
  for (const value of ['PENDING', 'FAILED'])
    expect((await atHeadquarters(value)).errors, value).toMatchObject([
      { extensions: { code: 'INVALID_INPUT', path: ['filter', 'status'] } },
    ]);
});
