import { expect, test } from 'vitest';
import {
  accountIds,
  ask,
  countOf,
  countsOf,
  createCustomer,
  createCustomers,
  run,
  runById,
  withChannels,
} from '../support/actions.ts';
import type { Answer } from '../support/headquarters.ts';

test('the P-job alone brings customers up and gives no account ID', async () => {
  const hq = await withChannels(['houston']);
  await createCustomers(hq, 3);
  const ended = await run(hq, 'P_JOB');
  expect(ended).toMatchObject({
    job: 'P_JOB',
    state: 'SUCCEEDED',
    steps: [{ job: 'P_JOB', state: 'SUCCEEDED', progress: { phase: 'DONE', done: 3, total: 3, failed: 0, eta: null } }],
    uploadSessions: [
      { status: 'APPLIED', channelDatabase: 'houston', rows: 3, packages: 1, firstCounter: 1, lastCounter: 3 },
    ],
    downloadSessions: [],
  });
  expect(await countOf(hq.hq, 'customer_operation')).toBe(3);
  expect(await countOf(hq.hq, 'customer')).toBe(0);
});

test('Synchronize customers alone gives account IDs at headquarters, in the order of arrival, and tells no channel', async () => {
  const hq = await withChannels(['houston']);
  const uuids = [await createCustomer(hq), await createCustomer(hq), await createCustomer(hq)];
  await run(hq, 'P_JOB');
  const ended = await run(hq, 'SYNCHRONIZE_CUSTOMERS');
  expect(ended).toMatchObject({ state: 'SUCCEEDED', uploadSessions: [], downloadSessions: [] });
  expect(countsOf(ended)).toEqual([{ done: 3, failed: 0 }]);
  const listed = await hq.query(
    '{ customers(orderBy: { field: CREATED_AT, direction: ASC }) { edges { node { uuid accountId } } } }',
  );
  expect(listed.customers.edges.map(({ node }: Answer) => [node.uuid, node.accountId])).toEqual(
    uuids.map((uuid, index) => [uuid, `C0000000${index + 1}`]),
  );
  expect([...(await accountIds(hq)).values()]).toEqual([null, null, null]);
});

test('1010 alone brings account IDs back to the channel', async () => {
  const hq = await withChannels(['houston']);
  const uuids = await createCustomers(hq, 3);
  await run(hq, 'P_JOB');
  await run(hq, 'SYNCHRONIZE_CUSTOMERS');
  const ended = await run(hq, 'DOWNLOAD_1010');
  expect(ended).toMatchObject({
    state: 'SUCCEEDED',
    steps: [{ progress: { done: 3, total: 3 } }],
    downloadSessions: [
      { status: 'APPLIED', channelDatabase: 'houston', rows: 3, packages: 1, fromVersion: 0, toVersion: 3 },
    ],
  });
  const known = await accountIds(hq);
  expect(uuids.map((uuid) => known.get(uuid)).sort()).toEqual(['C00000001', 'C00000002', 'C00000003']);
});

test('a conversion of many customers in small batches loses none, and counts them', async () => {
  const hq = await withChannels(['houston', 'dallas'], { settings: { BATCH_SIZE: '7' } });
  await createCustomers(hq, 40);
  await createCustomers(hq, 25, { channel: 'dallas' });
  const ended = await run(hq);
  expect(ended.state).toBe('SUCCEEDED');
  expect(countsOf(ended)).toEqual([
    { done: 65, failed: 0 },
    { done: 65, failed: 0 },
    { done: 65, failed: 0 },
  ]);
  // Workers that share a run begin with the longest log.
  const uploads = ended.uploadSessions.toSorted((one: Answer, other: Answer) => one.rows - other.rows);
  expect(uploads).toMatchObject([
    { rows: 25, packages: 4, firstCounter: 1, lastCounter: 25 },
    { rows: 40, packages: 6, firstCounter: 1, lastCounter: 40 },
  ]);
  expect(ended.downloadSessions.map(({ rows }: { rows: number }) => rows).sort()).toEqual([25, 40]);
  const given = [...(await accountIds(hq)).values(), ...(await accountIds(hq, 'dallas')).values()];
  expect(given.toSorted()).toEqual(Array.from({ length: 65 }, (_, index) => `C${String(index + 1).padStart(8, '0')}`));
});

test('a conversion for some channels leaves the others as they are', async () => {
  const hq = await withChannels(['houston', 'dallas', 'austin']);
  const [houston, dallas] = [await createCustomer(hq), await createCustomer(hq, { channel: 'dallas' })];
  const ended = await run(hq, 'CONVERSION', ['houston', 'austin']);
  expect(ended.channels).toEqual([{ code: 'austin' }, { code: 'houston' }]);
  expect((await accountIds(hq)).get(houston)).toBe('C00000001');
  expect((await accountIds(hq, 'dallas')).get(dallas)).toBe(null);
  expect(
    (await hq.query('{ channels { edges { node { code channelDatabase { lastReceived } } } } }')).channels.edges.map(
      ({ node }: Answer) => node.channelDatabase.lastReceived,
    ),
  ).toEqual([0, 0, 1]);
});

test('channels that share a database each get their own account IDs and their own feed', async () => {
  const hq = await withChannels(['houston', 'dallas'], {}, { channelDatabase: 'texas' });
  await createCustomers(hq, 3);
  await createCustomers(hq, 2, { channel: 'dallas' });
  const ended = await run(hq);
  expect(ended.uploadSessions).toMatchObject([{ channelDatabase: 'texas', rows: 5 }]);
  expect([...(await accountIds(hq)).values(), ...(await accountIds(hq, 'dallas')).values()].toSorted()).toEqual([
    'C00000001',
    'C00000002',
    'C00000003',
    'C00000004',
    'C00000005',
  ]);
  const heads = await (await hq.channels.open('texas')).read((db) =>
    db.query('select channel, sequence from feed_head order by channel'),
  );
  expect(heads).toEqual([
    { channel: 'dallas', sequence: 2 },
    { channel: 'houston', sequence: 3 },
  ]);
});

test('for one of two channels that share a database the P-job uploads both, and only the one is given account IDs', async () => {
  const hq = await withChannels(['houston', 'dallas'], {}, { channelDatabase: 'texas' });
  const [houston, dallas] = [await createCustomer(hq), await createCustomer(hq, { channel: 'dallas' })];
  await run(hq, 'CONVERSION', ['houston']);
  expect((await accountIds(hq)).get(houston)).toBe('C00000001');
  expect((await accountIds(hq, 'dallas')).get(dallas)).toBe(null);
  await run(hq, 'CONVERSION', ['dallas']);
  expect((await accountIds(hq, 'dallas')).get(dallas)).toBe('C00000002');
});

test.each([
  'P_JOB',
  'SYNCHRONIZE_CUSTOMERS',
  'DOWNLOAD_1010',
  'CONVERSION',
] as const)('%s twice in a row changes nothing the second time', async (job) => {
  const hq = await withChannels(['houston']);
  await createCustomers(hq, 5);
  await run(hq);
  const channel = await hq.channels.databaseOf('houston');
  const state = async () =>
    JSON.stringify([
      await hq.hq.read((db) => db.query('select * from customer order by id')),
      await hq.hq.read((db) => db.query('select * from customer_operation order by sequence')),
      await hq.hq.read((db) => db.query('select * from number_sequence')),
      await hq.hq.read((db) => db.query('select * from upload_session order by id')),
      await hq.hq.read((db) => db.query('select * from download_session order by id')),
      await channel.read((db) => db.query('select * from self')),
      await channel.read((db) => db.query('select * from feed order by sequence')),
      await channel.read((db) => db.query('select * from customer order by id')),
    ]);
  const before = await state();
  const ended = await run(hq, job);
  expect(ended.state).toBe('SUCCEEDED');
  expect(countsOf(ended).every(({ done, failed }) => done === 0 && failed === 0)).toBe(true);
  expect(await state()).toBe(before);
});

test('a job that waits for the same channels is joined and not started twice', async () => {
  const hq = await withChannels(['houston', 'dallas']);
  const first = await ask(hq, 'CONVERSION', ['houston', 'dallas']);
  expect(await ask(hq, 'CONVERSION', ['dallas', 'houston', 'dallas'])).toEqual(first);
  const others = [
    await ask(hq, 'CONVERSION'),
    await ask(hq, 'CONVERSION', ['houston']),
    await ask(hq, 'P_JOB', ['houston', 'dallas']),
  ];
  expect(new Set([first, ...others].map(({ id }) => id)).size).toBe(4);
  await hq.worker.drain();
  expect((await ask(hq, 'CONVERSION', ['houston', 'dallas'])).id).not.toBe(first.id);
});

test('twenty people who start the same job at once start one run', async () => {
  const hq = await withChannels(['houston']);
  const started = await Promise.all(Array.from({ length: 20 }, () => ask(hq, 'CONVERSION')));
  expect(new Set(started.map(({ id }) => id)).size).toBe(1);
});

test('two P-jobs over the same database at once upload each operation once', async () => {
  const hq = await withChannels(['houston', 'dallas'], { settings: { BATCH_SIZE: '5' } }, { channelDatabase: 'texas' });
  await createCustomers(hq, 60);
  const runs = [await ask(hq, 'P_JOB', ['houston']), await ask(hq, 'P_JOB', ['dallas']), await ask(hq, 'P_JOB')];
  await Promise.all([hq.worker.drain(), hq.worker.drain(), hq.worker.drain()]);
  const ended = await Promise.all(runs.map(({ id }) => runById(hq, id)));
  expect(ended.map(({ state }) => state)).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED']);
  expect(ended.flatMap(countsOf).reduce((sum, { done }) => sum + done, 0)).toBe(60);
  expect(await countOf(hq.hq, 'customer_operation')).toBe(60);
});

test('three conversions at once give each customer one account ID, without a gap', async () => {
  const hq = await withChannels(['houston', 'dallas'], { settings: { BATCH_SIZE: '5' } });
  await createCustomers(hq, 40);
  await createCustomers(hq, 40, { channel: 'dallas' });
  for (const channels of [['houston'], ['dallas'], ['houston', 'dallas'], undefined])
    await ask(hq, 'CONVERSION', channels);
  await Promise.all([hq.worker.drain(), hq.worker.drain(), hq.worker.drain()]);
  const given = [...(await accountIds(hq)).values(), ...(await accountIds(hq, 'dallas')).values()];
  expect(given.toSorted()).toEqual(Array.from({ length: 80 }, (_, index) => `C${String(index + 1).padStart(8, '0')}`));
  const runs = await hq.query('{ jobRuns { edges { node { state } } } }');
  expect(runs.jobRuns.edges.map(({ node }: Answer) => node.state)).toEqual([
    'SUCCEEDED',
    'SUCCEEDED',
    'SUCCEEDED',
    'SUCCEEDED',
  ]);
});

test('a job for a channel that does not exist is refused as data', async () => {
  const hq = await withChannels(['houston']);
  const answer = await hq.query(
    'mutation { runConversion(input: { channels: ["nowhere"] }) { __typename ... on Failure { errorCode } } }',
  );
  expect(answer.runConversion).toEqual({ __typename: 'ChannelNotFound', errorCode: 'CHANNEL_NOT_FOUND' });
});

test('runs and sessions are listed newest first and filtered', async () => {
  const hq = await withChannels(['houston', 'dallas']);
  await createCustomer(hq);
  await createCustomer(hq, { channel: 'dallas' });
  await run(hq, 'P_JOB', ['houston']);
  await run(hq);
  const listed = await hq.query(`{
    all: jobRuns { edges { node { job } } }
    pJobs: jobRuns(filter: { jobs: [P_JOB], states: [SUCCEEDED], causes: [OPERATOR] }) { edges { node { job requestedBy } } }
    live: jobRuns(filter: { causes: [LIVE] }) { edges { node { job } } }
    uploads: uploadSessions { edges { node { channelDatabase rows } } }
    houston: uploadSessions(filter: { channelDatabase: "houston", statuses: [APPLIED] }) { edges { node { channelDatabase } } }
    downloads: downloadSessions(filter: { statuses: [CREATE_FAILED] }) { edges { node { id } } }
  }`);
  expect(listed.all.edges.map(({ node }: Answer) => node.job)).toEqual(['CONVERSION', 'P_JOB']);
  expect(listed.pJobs.edges).toEqual([{ node: { job: 'P_JOB', requestedBy: 'operator' } }]);
  expect(listed.live.edges).toEqual([]);
  expect(listed.uploads.edges.map(({ node }: Answer) => node.channelDatabase)).toEqual(['dallas', 'houston']);
  expect(listed.houston.edges).toHaveLength(1);
  expect(listed.downloads.edges).toEqual([]);
});
