import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startApp } from '../../src/app.ts';
import { takeNumbers } from '../../src/data/hq/number-sequence.bulk.ts';
import { recordAhead } from '../../src/data/hq/rewinding.bulk.ts';
import { createLog } from '../../src/log.ts';
import {
  aClock,
  accountIds,
  createChannel,
  createCustomer,
  createCustomers,
  customer,
  rowsOf,
  run,
  runById,
  tamper,
  withChannels,
} from '../support/actions.ts';
import { backUp } from '../support/backup.ts';
import { type Answer, type Headquarters, onPostgres } from '../support/headquarters.ts';

const codes = ['austin', 'boston', 'chicago'];

/**
 * Three channels with two customers each, and a headquarters restored to that although six more customers of boston and chicago have their
 * account IDs. Each channel has a new customer that is pending.
 */
async function withRestoredHeadquarters() {
  const first = await withChannels(codes);
  for (const channel of codes) await createCustomers(first, 2, { channel });
  await run(first);
  const { hq: after, restore } = await backUp(first);
  for (const channel of ['boston', 'chicago']) await createCustomers(after, 3, { channel });
  await run(after);
  const before = await allAccountIds(after);
  const hq = await restore(after);
  for (const channel of codes) await createCustomers(hq, 1, { channel });
  return { hq, before };
}

async function allAccountIds(hq: Headquarters): Promise<Map<string, string | null>> {
  const each = await Promise.all(codes.map((code) => accountIds(hq, code)));
  return new Map(each.flatMap((ids) => [...ids]));
}

/** The account IDs that headquarters has, by UUID. */
async function storedAccountIds(hq: Headquarters): Promise<Map<string, string | null>> {
  const { customers } = await hq.query('{ customers(first: 100) { edges { node { uuid accountId } } } }');
  return new Map(customers.edges.map(({ node }: Answer) => [node.uuid, node.accountId]));
}

const given = (ids: Map<string, string | null>) => [...ids.values()].filter((id) => id !== null).toSorted();

const accept = async (hq: Headquarters, input: Record<string, unknown> = {}) =>
  (
    await hq.query(
      `mutation ($input: AcceptRestoredHeadquartersInput!) { acceptRestoredHeadquarters(input: $input) { __typename
        ... on AcceptedHeadquarters { keptAccountIds takenAccountIds changeVersion lost sequences { name from to } } ... on Failure { errorCode message path } } }`,
      { input },
    )
  ).acceptRestoredHeadquarters;

const attention = async (hq: Headquarters) =>
  (
    await hq.query(
      '{ attention(filter: { kinds: [HEADQUARTERS_REWOUND] }) { items { nodes { kind name message toDo } } } }',
    )
  ).attention.items.nodes.map(({ name, message }: Answer) => `${name}: ${message}`);

/** A channel database that says nothing about itself. Answers how to mend it. */
async function breakDatabase(hq: Headquarters, name: string): Promise<() => Promise<void>> {
  const database = await hq.channels.open(name);
  await tamper(database, 'alter table self rename to lost');
  return () => tamper(database, 'alter table lost rename to self');
}

test('a restored headquarters gives no account ID twice, whichever channel is converted, and keeps refusing', async () => {
  const { hq: restored, before } = await withRestoredHeadquarters();
  // Austin knows nothing that headquarters does not.
  for (const code of codes)
    expect(await run(restored, 'CONVERSION', [code])).toMatchObject({
      state: 'FAILED',
      errorCode: 'HEADQUARTERS_REWOUND',
      error: expect.stringContaining('acceptRestoredHeadquarters'),
    });
  expect(await attention(restored)).toEqual([
    expect.stringContaining('Channel database boston: The channel database boston knows more'),
    expect.stringContaining('Channel database chicago: The channel database chicago knows more'),
  ]);

  // It holds after a restart also when those who know it are silent, and for everything that takes numbers.
  const hq = await restored.restart();
  const mending = await Promise.all(['boston', 'chicago'].map((name) => breakDatabase(hq, name)));
  for (const job of ['SYNCHRONIZE_CUSTOMERS', 'SYNCHRONIZE_ORDERS', 'CALCULATE_STATEMENTS', 'POST_STATEMENTS'] as const)
    expect(await run(hq, job, ['austin'])).toMatchObject({ state: 'FAILED', errorCode: 'HEADQUARTERS_REWOUND' });
  expect(await attention(hq)).toHaveLength(2);
  for (const mend of mending) await mend();
  expect(given(await allAccountIds(await hq.restart()))).toEqual(given(before));
});

test('whoever takes a number is refused while a channel knows more than headquarters, in the same transaction', async () => {
  const hq = await withChannels(['austin']);
  await hq.hq.write((tx) => recordAhead(tx, ['austin'], '2026-11-22T10:00:00.000Z'));
  for (const name of ['customer-account', 'sales-order', 'statement', 'invoice'])
    await expect(hq.hq.write((tx) => takeNumbers(tx, name, 1))).rejects.toMatchObject({ code: 'HEADQUARTERS_REWOUND' });
  await accept(hq);
  expect(await hq.hq.write((tx) => takeNumbers(tx, 'customer-account', 1))).toMatchObject({ first: 1, taken: 1 });
});

test('when an operator goes on with it, customers keep the account IDs that their channels know, and nobody gets one of these', async () => {
  const { hq, before } = await withRestoredHeadquarters();
  await run(hq);
  expect(await accept(hq)).toEqual({
    __typename: 'AcceptedHeadquarters',
    keptAccountIds: 6,
    takenAccountIds: [],
    changeVersion: 12,
    lost: [],
    sequences: [{ name: 'customer-account', from: 7, to: 13 }],
  });
  expect(await attention(hq)).toEqual([]);
  expect(await run(hq)).toMatchObject({ state: 'SUCCEEDED' });

  const after = await allAccountIds(hq);
  expect(after.size).toBe(15);
  for (const [uuid, id] of before) expect(after.get(uuid)).toBe(id);
  expect(given(after)).toEqual(Array.from({ length: 15 }, (_, index) => `C${String(index + 1).padStart(8, '0')}`));
  expect(await storedAccountIds(hq)).toEqual(after);
  expect(await rowsOf(hq.hq, 'select * from reserved_account_id')).toEqual([]);
  expect(
    await rowsOf(
      hq.hq,
      `select actor, field, old_value, new_value from audit_entry where action = 'ACCEPT_RESTORED_HEADQUARTERS' and field in ('customer-account', 'keptAccountIds') order by id`,
    ),
  ).toEqual([
    { actor: 'operator', field: 'customer-account', old_value: '7', new_value: '13' },
    { actor: 'operator', field: 'keptAccountIds', old_value: null, new_value: '6' },
  ]);
  expect(await accept(hq)).toMatchObject({ __typename: 'WrongState' });
});

test('account IDs that two customers have already are named, and the others are kept', async () => {
  const { hq } = await withRestoredHeadquarters();
  await run(hq);
  await tamper(
    await hq.channels.open('austin'),
    `update customer set account_id = 'C00000007' where uuid = (select min(uuid) from customer where account_id is null)`,
  );
  expect(await accept(hq)).toMatchObject({ keptAccountIds: 6, takenAccountIds: ['C00000007'] });
  await run(hq);
  expect(new Set((await storedAccountIds(hq)).values()).size).toBe(15);
});

test('account IDs of another system hide nothing that a channel knows', async () => {
  const first = await withChannels(['houston']);
  await createCustomers(first, 2);
  await run(first);
  await tamper(
    await first.channels.open('houston'),
    `update customer set account_id = case account_id when 'C00000001' then 'ZZZ-1' else 'C00000500' end`,
  );
  const hq = await first.restart();
  await createCustomer(hq);
  expect(await run(hq)).toMatchObject({ errorCode: 'HEADQUARTERS_REWOUND' });
});

test('customers of another system keep the account IDs that they brought, when they were imported after the backup', async () => {
  const first = await withChannels(codes);
  const { hq: after, restore } = await backUp(first);
  const lines = ['A-1', 'ZZZ-1', 'C00000100'].map((accountId) =>
    JSON.stringify({ accountId, name: { last: accountId } }),
  );
  const headers = { 'content-type': 'application/jsonl' };
  const url = `${after.url}/import/customers?channel=austin`;
  expect((await fetch(url, { method: 'POST', headers, body: lines.join('\n') })).status).toBe(200);
  await run(after);
  const before = await allAccountIds(after);
  expect(given(before)).toEqual(['A-1', 'C00000100', 'ZZZ-1']);
  const hq = await restore(after);
  await run(hq);
  expect(await accept(hq)).toMatchObject({ keptAccountIds: 3, sequences: [{ from: 1, to: 101 }] });
  await run(hq);
  expect(await storedAccountIds(hq)).toEqual(before);
});

test('it is noticed also while the server runs, and when a channel knows of edits only', async () => {
  const hq = await withChannels(['houston', 'dallas']);
  await createCustomers(hq, 3);
  await run(hq);
  await tamper(
    hq.hq,
    `update head set value = 1 where name = 'customer-version'`,
    `update number_sequence set next_number = 4 where name = 'customer-account'`,
  );
  await createCustomer(hq, { channel: 'dallas' });
  expect(await run(hq)).toMatchObject({
    state: 'FAILED',
    errorCode: 'HEADQUARTERS_REWOUND',
    error: expect.stringContaining('"houston" has applied more than headquarters has done'),
  });
  expect([...(await accountIds(hq, 'dallas')).values()]).toEqual([null]);
});

test('no number is given until every channel database has answered once; one that breaks later stops nobody', async () => {
  const time = aClock();
  const started = await withChannels(['houston', 'dallas'], { clock: time.clock });
  await createCustomer(started, { channel: 'dallas' });
  const hq = await started.restart();
  const mend = await breakDatabase(hq, 'houston');
  const waiting = await run(hq, 'CONVERSION', ['dallas']);
  const unproven = { errorCode: 'HEADQUARTERS_UNPROVEN', message: expect.stringContaining('houston') };
  expect(waiting).toMatchObject({ state: 'QUEUED', steps: [{ state: 'SUCCEEDED' }, { failures: [unproven] }, {}] });
  expect(given(await accountIds(hq, 'dallas'))).toEqual([]);
  await mend();
  time.pass(2_000);
  await hq.worker.drain();
  expect(await runById(hq, waiting.id)).toMatchObject({ state: 'SUCCEEDED' });
  expect(given(await accountIds(hq, 'dallas'))).toEqual(['C00000001']);

  const mendAgain = await breakDatabase(hq, 'houston');
  await createCustomer(hq, { channel: 'dallas' });
  expect(await run(hq, 'CONVERSION', ['dallas'])).toMatchObject({ state: 'SUCCEEDED' });
  await mendAgain();
  expect(given(await accountIds(hq, 'dallas'))).toEqual(['C00000001', 'C00000002']);
});

test('a channel database that is named as lost is not waited for, and is heeded when it answers after all', async () => {
  const started = await withChannels(['houston', 'dallas']);
  await createCustomer(started, { channel: 'dallas' });
  const hq = await started.restart();
  const mend = await breakDatabase(hq, 'houston');
  expect(await accept(hq)).toMatchObject({
    __typename: 'HeadquartersUnproven',
    message: expect.stringContaining('houston'),
  });
  expect(await accept(hq, { lost: ['houston', 'nowhere'] })).toMatchObject({
    __typename: 'InvalidInput',
    path: ['lost', '1'],
  });
  expect(await accept(hq, { lost: ['houston'], skip: -1 })).toMatchObject({ path: ['skip'] });
  const accepted = await accept(hq, { lost: ['houston'], skip: 100 });
  expect(accepted).toMatchObject({ lost: ['houston'], keptAccountIds: 0 });
  expect(accepted.sequences).toContainEqual({ name: 'customer-account', from: 1, to: 101 });
  expect(accepted.sequences).toContainEqual({ name: 'sales-order', from: 1, to: 101 });
  expect(await run(hq, 'CONVERSION', ['dallas'])).toMatchObject({ state: 'SUCCEEDED' });
  expect(given(await accountIds(hq, 'dallas'))).toEqual(['C00000101']);

  await mend();
  await createCustomer(hq);
  await tamper(await hq.channels.open('houston'), `update customer set account_id = 'C00000500'`);
  expect(await run(hq, 'CONVERSION', ['dallas'])).toMatchObject({ errorCode: 'HEADQUARTERS_REWOUND' });
});

test('a channel database of a channel that the restored headquarters does not know is evidence too', async () => {
  const first = await withChannels(['austin']);
  await createCustomer(first, { channel: 'austin' });
  const { hq: after, restore } = await backUp(first);
  await createChannel(after, 'boston');
  const uuid = await createCustomer(after, { channel: 'boston' });
  await run(after);
  // Austin's own database has lost what it knew.
  await tamper(
    await after.channels.open('austin'),
    'update self set applied_version = 0',
    'update customer set account_id = null',
  );
  const hq = await restore(after);
  expect(await run(hq)).toMatchObject({ state: 'FAILED', errorCode: 'HEADQUARTERS_REWOUND' });
  expect(await attention(hq)).toEqual([expect.stringContaining('Channel database boston: ')]);

  await accept(hq);
  await createChannel(hq, 'boston');
  await run(hq);
  const ids = [...(await accountIds(hq, 'austin')).values(), ...(await accountIds(hq, 'boston')).values()];
  expect(new Set(ids).size).toBe(2);
  expect((await customer(hq, uuid)).accountId).toBe((await accountIds(hq, 'boston')).get(uuid));
});

test('a server whose headquarters is missing does not start while channel databases hold account IDs', async () => {
  const hq = await withChannels(['houston', 'dallas']);
  await createCustomer(hq);
  const lose = async () => {
    if (onPostgres) {
      const [schema] = await rowsOf(hq.hq, 'select current_schema() as name');
      await tamper(hq.hq, `drop schema ${schema.name} cascade`);
    }
    await hq.stop().catch(() => {});
    if (!onPostgres)
      for (const end of ['', '-wal', '-shm']) await rm(join(hq.config.dataDir, `hq.db${end}`), { force: true });
  };
  await run(hq);
  await lose();
  for (const _ of ['at once', 'and again'])
    await expect(startApp(hq.config, { log: createLog('silent'), background: false })).rejects.toMatchObject({
      code: 'HEADQUARTERS_MISSING',
      message: expect.stringContaining('(houston)'),
    });
});
