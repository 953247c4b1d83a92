import { copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  accountIds,
  ask,
  countOf,
  createCustomer,
  createCustomers,
  customer,
  operationsOf,
  rowsOf,
  run,
  runById,
  tamper,
  withChannels,
} from '../support/actions.ts';
import { type Headquarters, onPostgres } from '../support/headquarters.ts';

const tables = ['self', 'customer', 'customer_address', 'operation', 'feed', 'feed_head'];

/** Keeps what a channel database holds, and answers how to bring it back later. */
async function backUp(hq: Headquarters, name: string): Promise<(hq: Headquarters) => Promise<Headquarters>> {
  if (onPostgres) {
    const database = await hq.channels.open(name);
    await tamper(database, ...tables.map((table) => `create table kept_${table} as select * from ${table}`));
    return async (later) => {
      const restored = await later.channels.open(name);
      await tamper(
        restored,
        ...tables.flatMap((table) => [`delete from ${table}`, `insert into ${table} select * from kept_${table}`]),
      );
      return later;
    };
  }
  const folder = join(hq.config.dataDir, 'channels');
  const stopped = await hq.restart();
  const file = join(folder, `${name}.db`);
  await stopped.stop();
  await copyFile(file, `${file}.kept`);
  return async (later) => {
    await later.stop();
    for (const entry of await readdir(folder))
      if (entry === `${name}.db`) await copyFile(`${file}.kept`, join(folder, entry));
    return later.restart();
  };
}

/** Two channels, one of which is restored to the state after its first customer while it has made two more. */
async function withRestoredHouston() {
  const before = await withChannels(['houston', 'dallas']);
  const first = await createCustomer(before, { name: { last: 'First' } });
  await run(before);
  const restore = await backUp(before, 'houston');
  const hq = onPostgres ? before : await before.restart();
  const lost = [
    await createCustomer(hq, { name: { last: 'Lost1' } }),
    await createCustomer(hq, { name: { last: 'Lost2' } }),
  ];
  const feed = hq.subscribe('subscription { accountIdsSynced(channel: "houston") { cursor sequence } }');
  await run(hq);
  const cursors: string[] = [];
  for (let sequence = 0; sequence < 3; ) {
    const { accountIdsSynced: event } = await feed.next();
    cursors.push(event.cursor);
    sequence = event.sequence;
  }
  feed.stop();
  return { hq: await restore(hq), first, lost, cursor: cursors.at(-1)! };
}

const adopt = async (hq: Headquarters, name = 'houston') =>
  (
    await hq.query(
      'mutation ($name: String!) { adoptChannelDatabase(input: { name: $name }) { __typename ... on ChannelDatabase { name lastReceived } ... on Failure { code } } }',
      { name },
    )
  ).adoptChannelDatabase;

const rewound = { channelDatabase: 'houston', code: 'CHANNEL_DATABASE_REWOUND' };

test('a channel database that was restored from an older copy is reported, and the other channels go on', async () => {
  const { hq } = await withRestoredHouston();
  const dallas = await createCustomer(hq, { channel: 'dallas' });
  const ended = await run(hq);
  expect(ended).toMatchObject({
    state: 'FAILED',
    errorCode: 'CHANNEL_DATABASE_REWOUND',
    error: expect.stringContaining('adoptChannelDatabase'),
    steps: [{ state: 'FAILED', failures: [rewound] }, { state: 'SUCCEEDED' }, { state: 'SUCCEEDED' }],
  });
  expect(ended.uploadSessions).toContainEqual(
    expect.objectContaining({
      channelDatabase: 'houston',
      status: 'UPLOAD_FAILED',
      errorCode: 'CHANNEL_DATABASE_REWOUND',
      rows: 0,
    }),
  );
  expect((await accountIds(hq, 'dallas')).get(dallas)).toBe('C00000004');
});

test('it is reported also when its counter has grown past what was received, and nothing of it is taken', async () => {
  const { hq } = await withRestoredHouston();
  const before = await countOf(hq.hq, 'customer_operation');
  await createCustomers(hq, 5);
  const ended = await run(hq, 'runPJob', ['houston']);
  expect(ended).toMatchObject({ state: 'FAILED', steps: [{ failures: [rewound] }] });
  expect(await countOf(hq.hq, 'customer_operation')).toBe(before);
});

test('adopting it uploads its log again: nobody gets a second account ID, what was new gets one, what was lost comes back', async () => {
  const { hq, first, lost } = await withRestoredHouston();
  const fresh = [
    await createCustomer(hq, { name: { last: 'Fresh1' } }),
    await createCustomer(hq),
    await createCustomer(hq),
  ];
  await run(hq);
  expect(await adopt(hq)).toEqual({ __typename: 'ChannelDatabase', name: 'houston', lastReceived: 0 });
  const ended = await run(hq);
  expect(ended).toMatchObject({
    state: 'SUCCEEDED',
    uploadSessions: [{ channelDatabase: 'houston', rows: 4, firstCounter: 1, lastCounter: 4 }],
  });

  const known = await accountIds(hq);
  expect([first, ...lost, ...fresh].map((uuid) => known.get(uuid))).toEqual([
    'C00000001',
    'C00000002',
    'C00000003',
    'C00000004',
    'C00000005',
    'C00000006',
  ]);
  expect(await customer(hq, lost[0]!, 'houston')).toMatchObject({
    displayName: 'Lost1',
    syncStatus: 'SYNCED',
    addresses: [{ city: 'London' }],
  });
  expect(await countOf(hq.hq, 'customer')).toBe(6);
  expect((await run(hq)).state).toBe('SUCCEEDED');
  expect(
    await rowsOf(
      hq.hq,
      `select actor, field, old_value, new_value from audit_entry where subject = 'channel-database:houston'`,
    ),
  ).toEqual([{ actor: 'operator', field: 'lastReceived', old_value: '3', new_value: '0' }]);
});

test('cursors of the feed from before the adoption are refused, and a feed from the beginning is complete', async () => {
  const { hq, cursor } = await withRestoredHouston();
  await adopt(hq);
  await run(hq);
  const old = hq.subscribe(
    'subscription ($after: String) { accountIdsSynced(channel: "houston", after: $after) { sequence } }',
    { after: cursor },
  );
  await expect(old.next()).rejects.toMatchObject([{ extensions: { code: 'CURSOR_INVALID', path: ['after'] } }]);
  const anew = hq.subscribe(
    'subscription { accountIdsSynced(channel: "houston") { firstSequence sequence customers { sequence accountId } } }',
  );
  expect(await anew.next()).toMatchObject({
    accountIdsSynced: {
      firstSequence: 1,
      sequence: 3,
      customers: [{ accountId: 'C00000001' }, { accountId: 'C00000002' }, { accountId: 'C00000003' }],
    },
  });
});

test('adopting a database that is in order changes nothing', async () => {
  const hq = await withChannels(['houston']);
  const uuid = await createCustomer(hq);
  await run(hq);
  await adopt(hq);
  expect((await run(hq)).state).toBe('SUCCEEDED');
  expect(await operationsOf(hq, uuid)).toMatchObject([{ state: 'SYNCED' }]);
  expect(await customer(hq, uuid)).toMatchObject({ accountId: 'C00000001' });
  expect(await adopt(hq, 'nowhere')).toEqual({ __typename: 'NotFound', code: 'NOT_FOUND' });
});

test('a customer that a channel database lost is brought back by 1010, with its addresses', async () => {
  const hq = await withChannels(['houston']);
  const uuid = await createCustomer(hq, { phone: '555 0109' });
  await run(hq, 'runPJob');
  await run(hq, 'runSynchronizeCustomers');
  await tamper(await hq.channels.databaseOf('houston'), `delete from customer`, `delete from customer_address`);
  expect(await customer(hq, uuid, 'houston')).toBe(null);
  await run(hq, 'runDownload1010');
  expect(await customer(hq, uuid, 'houston')).toMatchObject({
    accountId: 'C00000001',
    phone: '555 0109',
    displayName: 'Ada Byron',
    addresses: [{ city: 'London' }],
    syncStatus: 'SYNCED',
  });
  const found = await hq.query('{ customers(channel: "houston", search: "byron") { totalCount } }');
  expect(found.customers.totalCount).toBe(1);
});

test('a channel database that cannot be opened fails alone and is taken up again when it can', async () => {
  const hq = await withChannels(['houston', 'dallas']);
  const [houston, dallas] = [await createCustomer(hq), await createCustomer(hq, { channel: 'dallas' })];
  const database = await hq.channels.open('houston');
  const { read, write } = database;
  const broken = () => Promise.reject(new Error('the disk is gone'));
  Object.assign(database, { read: broken, write: broken });
  const { id } = await ask(hq, 'runConversion');
  await hq.worker.drain();
  expect(await runById(hq, id)).toMatchObject({
    state: 'FAILED',
    errorCode: 'INTERNAL',
    error: expect.stringContaining('Channel databases that failed: houston; the others are done.'),
    steps: [
      { failures: [{ channelDatabase: 'houston' }] },
      { state: 'SUCCEEDED' },
      { failures: [{ channelDatabase: 'houston' }] },
    ],
  });
  expect((await accountIds(hq, 'dallas')).get(dallas)).toBe('C00000001');

  Object.assign(database, { read, write });
  await hq.query('mutation ($id: ID!) { retryJobRun(input: { id: $id }) { __typename } }', { id });
  await hq.worker.drain();
  expect(await runById(hq, id)).toMatchObject({ state: 'SUCCEEDED', error: null });
  expect((await accountIds(hq)).get(houston)).toBe('C00000002');
});

test('a headquarters that was restored from an older copy than the channels assigns no account ID', async () => {
  const hq = await withChannels(['houston', 'dallas']);
  await createCustomers(hq, 3);
  await run(hq);
  await tamper(
    hq.hq,
    `update head set value = 1 where name = 'customer-version'`,
    'update number_sequence set next_number = 2',
  );
  await createCustomer(hq, { channel: 'dallas' });
  expect(await run(hq)).toMatchObject({
    state: 'FAILED',
    errorCode: 'HEADQUARTERS_REWOUND',
    error: expect.stringContaining('"houston" has applied more than headquarters has done'),
  });
  expect([...(await accountIds(hq, 'dallas')).values()]).toEqual([null]);
  expect(await rowsOf(hq.hq, `select next_number from number_sequence where name = 'customer-account'`)).toEqual([
    { next_number: 2 },
  ]);
});
