import { randomUUID } from 'node:crypto';
import { copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  aBody,
  accountIds,
  appendOperation,
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
import { partsOf, statementsOf } from '../support/sales.ts';

const tables = [
  'self',
  'customer',
  'customer_address',
  'operation',
  'feed',
  'feed_head',
  'retail_transaction',
  'shift',
];

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
      'mutation ($name: String!) { adoptChannelDatabase(input: { name: $name }) { __typename ... on ChannelDatabase { name epoch lastReceived } ... on Failure { errorCode } } }',
      { name },
    )
  ).adoptChannelDatabase;

const rewound = { channelDatabase: 'houston', errorCode: 'CHANNEL_DATABASE_REWOUND' };

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
  const ended = await run(hq, 'P_JOB', ['houston']);
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
  expect(await adopt(hq)).toEqual({ __typename: 'ChannelDatabase', name: 'houston', epoch: 2, lastReceived: 0 });
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
      `select actor, field, old_value, new_value from audit_entry where action = 'ADOPT_CHANNEL_DATABASE' order by id`,
    ),
  ).toEqual([
    { actor: 'operator', field: 'epoch', old_value: '1', new_value: '2' },
    { actor: 'operator', field: 'lastReceived', old_value: '3', new_value: '0' },
  ]);
});

/** Houston, restored to what it was after `before` when `lost` has been done too. */
async function restoredAfter(
  before: (hq: Headquarters) => Promise<void>,
  lost: (hq: Headquarters) => Promise<void>,
): Promise<Headquarters> {
  const started = await withChannels(['houston']);
  await before(started);
  await run(started);
  const restore = await backUp(started, 'houston');
  const hq = onPostgres ? started : await started.restart();
  await lost(hq);
  await run(hq);
  return restore(hq);
}

const shiftAt = async (hq: Headquarters, action: string, { uuid, ...input }: Record<string, unknown>) => {
  const type =
    { openShift: 'OpenShiftInput', suspendShift: 'ShiftInput', blindCloseShift: 'ShiftInput' }[action] ??
    'CountShiftInput';
  const answer = await hq.query(
    `mutation ($input: ${type}!) { ${action}(input: $input) { __typename ... on Shift { uuid state closedAt tenders { tender counted { amount } } } ... on Failure { errorCode message } } }`,
    { input: { channel: 'houston', ...(action === 'openShift' ? { uuid } : { shift: { uuid } }), ...input } },
  );
  return answer[action];
};

const statesOf = (hq: Headquarters) => rowsOf(hq.hq, 'select register, state from shift order by register');

const cash = (amount: string) => [{ tender: 'CASH', amount }];

test('a shift that was open in the backup, and is closed after the adoption, gets its financial statement', async () => {
  let uuid = '';
  const hq = await restoredAfter(
    async (hq) => {
      ({ uuid } = await shiftAt(hq, 'openShift', { register: '1', starting: cash('50') }));
    },
    // In the history that is lost its operations have the counters that its closing gets in the new one.
    async (hq) => {
      await createCustomers(hq, 3);
      await shiftAt(hq, 'declareTenders', { uuid, counts: cash('10') });
    },
  );
  expect(await adopt(hq)).toMatchObject({ epoch: 2, lastReceived: 0 });
  await run(hq);
  expect(await shiftAt(hq, 'closeShift', { uuid, counts: cash('49.50') })).toMatchObject({ state: 'CLOSED' });
  await run(hq);
  await run(hq, 'CALCULATE_STATEMENTS');
  await run(hq, 'POST_STATEMENTS');
  expect(await statementsOf(hq)).toMatchObject([
    { type: 'FINANCIAL', state: 'POSTED', expected: 5_000, counted: 4_950 },
  ]);
});

test('a restored log that is sent again takes nothing back from shifts, and what is new in them takes effect', async () => {
  const uuids: string[] = [];
  const hq = await restoredAfter(
    async (hq) => {
      for (const register of ['1', '2', '3'])
        uuids.push((await shiftAt(hq, 'openShift', { register, starting: cash('50') })).uuid);
    },
    async (hq) => {
      await shiftAt(hq, 'closeShift', { uuid: uuids[0], counts: cash('50') });
      await shiftAt(hq, 'suspendShift', { uuid: uuids[1] });
      await shiftAt(hq, 'suspendShift', { uuid: uuids[2] });
    },
  );
  await shiftAt(hq, 'suspendShift', { uuid: uuids[2] });
  await shiftAt(hq, 'blindCloseShift', { uuid: uuids[2] });
  await adopt(hq);
  await run(hq);
  expect(await statesOf(hq)).toEqual([
    { register: '1', state: 'CLOSED' },
    { register: '2', state: 'SUSPENDED' },
    { register: '3', state: 'BLIND_CLOSED' },
  ]);
  // Reopened by nothing that the channel, where it is open, does with it; closed again it has the newer count.
  await shiftAt(hq, 'suspendShift', { uuid: uuids[0] });
  await run(hq);
  expect((await statesOf(hq))[0]).toEqual({ register: '1', state: 'CLOSED' });
  await shiftAt(hq, 'closeShift', { uuid: uuids[0], counts: cash('40') });
  await run(hq);
  await run(hq, 'CALCULATE_STATEMENTS');
  expect(await partsOf(hq, '... on FinancialStatement { tenderCounts { counted { amount } } }')).toEqual([
    { counted: { amount: '40.00' } },
  ]);
});

test('a closed shift on a statement stays as it is, whatever a restored channel database sends', async () => {
  let uuid = '';
  const hq = await restoredAfter(
    async (hq) => {
      ({ uuid } = await shiftAt(hq, 'openShift', { register: '1', starting: cash('50') }));
    },
    async (hq) => {
      await shiftAt(hq, 'closeShift', { uuid, counts: cash('50') });
      await run(hq, 'P_JOB');
      await run(hq, 'CALCULATE_STATEMENTS');
    },
  );
  await adopt(hq);
  await shiftAt(hq, 'closeShift', { uuid, counts: cash('1') });
  await run(hq);
  await run(hq, 'POST_STATEMENTS');
  await run(hq, 'CALCULATE_STATEMENTS');
  expect(await statementsOf(hq)).toMatchObject([
    { type: 'FINANCIAL', state: 'POSTED', expected: 5_000, counted: 5_000 },
  ]);
  const [{ state, tenders }] = await rowsOf(hq.hq, 'select state, tenders from shift');
  expect([state, typeof tenders === 'string' ? JSON.parse(tenders) : tenders]).toEqual([
    'CLOSED',
    [{ tender: 'CASH', starting: 5_000, counted: 5_000 }],
  ]);
});

test('a shift that its channel has lost is closed by an operator, and gets its financial statement', async () => {
  let kept = '';
  let lost = '';
  const hq = await restoredAfter(
    async (hq) => {
      ({ uuid: kept } = await shiftAt(hq, 'openShift', { register: '1' }));
    },
    async (hq) => {
      ({ uuid: lost } = await shiftAt(hq, 'openShift', { register: '2', starting: cash('50') }));
    },
  );
  await adopt(hq);
  await run(hq);
  expect(await shiftAt(hq, 'closeLostShift', { uuid: kept })).toMatchObject({ __typename: 'WrongState' });
  expect(await shiftAt(hq, 'closeLostShift', { uuid: randomUUID() })).toMatchObject({ __typename: 'NotFound' });
  expect(await shiftAt(hq, 'closeLostShift', { uuid: lost, counts: cash('-1') })).toMatchObject({
    __typename: 'InvalidInput',
  });
  expect(await statesOf(hq)).toMatchObject([{ state: 'OPEN' }, { state: 'OPEN' }]);

  const closed = await shiftAt(hq, 'closeLostShift', { uuid: lost, counts: cash('30') });
  expect(closed).toMatchObject({
    __typename: 'Shift',
    state: 'CLOSED',
    closedAt: expect.any(String),
    tenders: [{ tender: 'CASH', counted: { amount: '30.00' } }],
  });
  expect(await shiftAt(hq, 'closeLostShift', { uuid: lost, counts: cash('20') })).toEqual(closed);
  expect(
    await rowsOf(
      hq.hq,
      `select actor, field, old_value, new_value from audit_entry where action = 'CLOSE_LOST_SHIFT' order by id`,
    ),
  ).toEqual([
    { actor: 'operator', field: 'state', old_value: 'OPEN', new_value: 'CLOSED' },
    { actor: 'operator', field: 'counted.CASH', old_value: null, new_value: '30' },
  ]);
  await run(hq, 'CALCULATE_STATEMENTS');
  await run(hq, 'POST_STATEMENTS');
  expect(await statementsOf(hq)).toMatchObject([
    { type: 'FINANCIAL', state: 'POSTED', expected: 5_000, counted: 3_000 },
  ]);
});

test('an edit that a restored channel database has lost comes back, and a new edit of another field is kept on both sides', async () => {
  let uuid = '';
  let other = '';
  const edit = (hq: Headquarters, uuid: string, change: Record<string, unknown>) =>
    hq.query('mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { __typename } }', {
      input: { channel: 'houston', customer: { uuid }, ...change },
    });
  const hq = await restoredAfter(
    async (hq) => {
      uuid = await createCustomer(hq);
      other = await createCustomer(hq);
    },
    async (hq) => {
      for (const one of [uuid, other]) await edit(hq, one, { email: 'lost@example.com' });
    },
  );
  await edit(hq, uuid, { phone: '555 0001' });
  // While the log is not adopted nothing of the channel is overwritten.
  await run(hq);
  expect(await customer(hq, uuid, 'houston')).toMatchObject({ phone: '555 0001' });
  await adopt(hq);
  await run(hq);
  for (const channel of ['houston', undefined]) {
    expect(await customer(hq, uuid, channel)).toMatchObject({ email: 'lost@example.com', phone: '555 0001' });
    expect(await customer(hq, other, channel)).toMatchObject({ email: 'lost@example.com', phone: null });
  }
});

test('an address that a restored channel database adds where it has lost one is kept beside it, on both sides', async () => {
  let uuid = '';
  const add = (hq: Headquarters, city: string) =>
    hq.query('mutation ($input: AddCustomerAddressInput!) { addCustomerAddress(input: $input) { __typename } }', {
      input: { channel: 'houston', customer: { uuid }, address: { city, country: 'US' } },
    });
  const hq = await restoredAfter(
    async (hq) => {
      uuid = await createCustomer(hq);
    },
    (hq) => add(hq, 'Lost'),
  );
  await add(hq, 'New');
  await adopt(hq);
  await run(hq);
  const cities = async (channel?: string) =>
    (await customer(hq, uuid, channel)).addresses.map(({ city }: { city: string }) => city);
  expect(await cities()).toEqual(['London', 'Lost', 'New']);
  expect(await cities('houston')).toEqual(['London', 'New', 'Lost']);
  // Another adoption sends both again, and each keeps its place.
  await adopt(hq);
  await run(hq);
  expect(await cities()).toEqual(['London', 'Lost', 'New']);
  expect(await cities('houston')).toEqual(['London', 'New', 'Lost']);
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
  expect(await adopt(hq, 'nowhere')).toEqual({ __typename: 'NotFound', errorCode: 'NOT_FOUND' });
});

test('what failed, waited, or was pending when its database was adopted is not taken twice', async () => {
  const hq = await withChannels(['houston']);
  const uuid = randomUUID();
  await appendOperation(hq, 'houston', { uuid, payload: { customer: aBody({ email: 'nonsense' }) } });
  await run(hq);
  const edit = { uuid, id: randomUUID(), kind: 'UPDATE_CUSTOMER', payload: { customer: { phone: '555 0109' } } };
  await appendOperation(hq, 'houston', edit);
  await appendOperation(hq, 'houston', { uuid, id: randomUUID(), kind: 'UNHEARD_OF', payload: {} });
  await createCustomer(hq);
  await run(hq, 'P_JOB');
  const states = () => rowsOf(hq.hq, 'select kind, state, epoch, counter from customer_operation order by sequence');
  const before = await states();
  expect(before.map(({ state }) => state)).toEqual(['FAILED', 'WAITING', 'FAILED', 'PENDING']);
  await adopt(hq);
  const fresh = await createCustomer(hq);
  await run(hq, 'P_JOB');
  expect(await states()).toEqual([...before, { kind: 'CREATE_CUSTOMER', state: 'PENDING', epoch: 2, counter: 5 }]);
  await run(hq);
  expect(await customer(hq, fresh)).toMatchObject({ accountId: 'C00000002' });
});

test('a customer that a channel database lost is brought back by 1010, with its addresses', async () => {
  const hq = await withChannels(['houston']);
  const uuid = await createCustomer(hq, { phone: '555 0109' });
  await run(hq, 'P_JOB');
  await run(hq, 'SYNCHRONIZE_CUSTOMERS');
  await tamper(await hq.channels.databaseOf('houston'), `delete from customer`, `delete from customer_address`);
  expect(await customer(hq, uuid, 'houston')).toBe(null);
  await run(hq, 'DOWNLOAD_1010');
  expect(await customer(hq, uuid, 'houston')).toMatchObject({
    accountId: 'C00000001',
    phone: '555 0109',
    displayName: 'Ada Byron',
    addresses: [{ city: 'London' }],
    syncStatus: 'SYNCED',
  });
  const found = await hq.query('{ customers(filter: { channel: "houston", search: "byron" }) { totalCount } }');
  expect(found.customers.totalCount).toBe(1);
});

test('a channel database that cannot be opened fails alone and is taken up again when it can', async () => {
  const hq = await withChannels(['houston', 'dallas']);
  // Each has shown that headquarters is not older than what it knows.
  await run(hq);
  const [houston, dallas] = [await createCustomer(hq), await createCustomer(hq, { channel: 'dallas' })];
  const database = await hq.channels.open('houston');
  const { read, write } = database;
  const broken = () => Promise.reject(new Error('the disk is gone'));
  Object.assign(database, { read: broken, write: broken });
  const { id } = await ask(hq, 'CONVERSION');
  await hq.worker.drain();
  expect(await runById(hq, id)).toMatchObject({
    state: 'FAILED',
    errorCode: 'INTERNAL',
    error: expect.stringContaining('Failed channel databases: houston; the others are done.'),
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

test('a restored log is noticed although a client has sent the operation at its mark again', async () => {
  const before = await withChannels(['houston']);
  await createCustomer(before, { name: { last: 'First' } });
  await run(before);
  const restore = await backUp(before, 'houston');
  const hq = onPostgres ? before : await before.restart();
  await createCustomer(hq, { name: { last: 'Lost' } });
  const again = await createCustomer(hq, { name: { last: 'Again' } });
  await run(hq);

  const restored = await restore(hq);
  // Its counter is that of an operation that headquarters received: it would never be uploaded.
  const other = await createCustomer(restored, { name: { last: 'Other' } });
  await createCustomer(restored, { uuid: again, name: { last: 'Again' } });
  const { id } = await run(restored);
  expect(await runById(restored, id)).toMatchObject({ state: 'FAILED', errorCode: 'CHANNEL_DATABASE_REWOUND' });
  await restored.query('mutation { adoptChannelDatabase(input: { name: "houston" }) { __typename } }');
  await run(restored);
  const found = await accountIds(restored);
  expect(found.get(other)).toMatch(/^C/);
  expect(found.get(again)).toMatch(/^C/);
});
