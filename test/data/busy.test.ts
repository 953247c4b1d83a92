import { expect, test } from 'vitest';
import { busyDatabases } from '../../src/data/busy.ts';
import { proveHeadquarters } from '../../src/domain/rewound.ts';
import { createLog } from '../../src/log.ts';
import { accountIds, createCustomer, run, runsOf, tamper, withChannels } from '../support/actions.ts';
import { type Headquarters, onPostgres, startHeadquarters } from '../support/headquarters.ts';
import { statementsOf } from '../support/statements.ts';

const codes = ['austin', 'dallas', 'houston'];
const now = () => new Date().toISOString();

/** Three channels whose customers are converted. */
async function converted(): Promise<Headquarters> {
  const hq = await withChannels(codes);
  for (const channel of codes) await createCustomer(hq, { channel });
  expect(await run(hq)).toMatchObject({ state: 'SUCCEEDED' });
  return hq;
}

const idle = async (hq: Headquarters, channels = codes) => {
  const busy = await busyDatabases({ ...hq, now }, codes, channels);
  return codes.filter((name) => !busy.has(name));
};

test('a conversion leaves channel databases alone that have nothing to do', async () => {
  const hq = await converted();
  const uuid = await createCustomer(hq, { channel: 'dallas' });
  const others = await Promise.all(['austin', 'houston'].map((name) => hq.channels.open(name)));
  const statements = statementsOf(...others);
  expect(await run(hq)).toMatchObject({ state: 'SUCCEEDED', steps: Array(3).fill({ progress: { done: 1 } }) });
  // Each file of SQLite is asked once; on PostgreSQL, one statement asks for all.
  expect(statements.length).toBe(onPostgres ? 0 : 2);
  expect((await accountIds(hq, 'dallas')).get(uuid)).toBe('C00000004');
});

test('headquarters is proven by one statement for all schemas of a server', async () => {
  const hq = await converted();
  const { channels } = hq;
  channels.proven.databases.clear();
  const statements = statementsOf(...(await Promise.all(codes.map((name) => channels.open(name)))));
  await proveHeadquarters({ ...hq, log: createLog('silent'), now });
  expect([...channels.proven.databases].sort()).toEqual(codes);
  // Each file of SQLite is asked once.
  expect(statements.length).toBe(onPostgres ? 0 : codes.length);
});

test('a conversion of channels that all have nothing to do costs as many statements as one of a single channel', async () => {
  const hq = await converted();
  const statements = statementsOf(hq.hq);
  expect(await run(hq)).toMatchObject({ state: 'SUCCEEDED' });
  const many = statements.splice(0).length;
  for (const code of codes) await run(hq, 'CONVERSION', [code]);
  expect(many).toBeLessThan(statements.length / codes.length);
  expect(await runsOf(hq)).toHaveLength(5);
});

test.each(
  Object.entries({
    'has operations that were not uploaded': 'update self set last_counter = last_counter + 1',
    'was restored to an earlier state': 'update self set last_counter = last_counter - 1',
    'was restored and has another operation at the counter that headquarters received': `update operation set id = 'another'`,
    'has not applied all changes': 'update self set applied_version = 0',
    'has applied changes that headquarters does not know': 'update self set applied_version = 1000',
    'says nothing about itself': 'delete from self',
    'lacks a table': 'drop table operation',
  }),
)('a channel database that %s is not idle, and the others are', async (_what, statement) => {
  const hq = await converted();
  expect(await idle(hq)).toEqual(codes);
  await tamper(await hq.channels.open('dallas'), statement);
  expect(await idle(hq)).toEqual(['austin', 'houston']);
});

test('a channel database whose operations are due at headquarters is not idle for the channels they come from', async () => {
  const hq = await converted();
  const due = `state = 'PENDING' where channel = 'dallas'`;
  await tamper(hq.hq, `update customer_operation set ${due}`);
  expect(await idle(hq)).toEqual(['austin', 'houston']);
  expect(await idle(hq, ['austin', 'houston'])).toEqual(codes);
  await tamper(
    hq.hq,
    `update customer_operation set next_try_at = '${new Date(Date.now() + 60_000).toISOString()}', ${due}`,
  );
  expect(await idle(hq)).toEqual(codes);
});

test('a channel database on a server that does not answer is not idle, and a conversion reports it', async () => {
  const hq = await withChannels(codes);
  for (const channel of codes) await createCustomer(hq, { channel });
  await run(hq);
  await hq.stop();
  const gone = { names: 'dallas', url: 'postgres://nobody@127.0.0.1:1/nothing?schema=dallas' };
  const moved = await startHeadquarters({ config: { ...hq.config, channelServers: [gone] } });
  expect(await idle(moved)).toEqual(['austin', 'houston']);
  expect(await run(moved)).toMatchObject({
    state: 'QUEUED',
    steps: [{ failures: [{ channelDatabase: 'dallas', errorCode: 'DATABASE_UNAVAILABLE' }] }, {}, {}],
  });
});
