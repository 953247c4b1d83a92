import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  aBody,
  aClock,
  appendOperation,
  countsOf,
  createCustomer,
  customer,
  operationsOf,
  rowsOf,
  run,
  tamper,
  withChannels,
} from '../support/actions.ts';
import { type Answer, type Headquarters, onPostgres } from '../support/headquarters.ts';
import { transactionsOf } from '../support/statements.ts';

/*
 * In a conversion, the P-job applies what it receives in the same transaction. It must make no difference but that of speed.
 */

test('a conversion receives and applies a package in one transaction at headquarters', async () => {
  const hq = await withChannels(['houston']);
  await createCustomer(hq);
  await run(hq);
  const uuid = await createCustomer(hq);
  const transactions = transactionsOf(hq.hq);
  await run(hq);
  // Request, claim, package, progress of 1010, end.
  expect(transactions()).toBe(5);
  expect(await customer(hq, uuid)).toMatchObject({ accountId: 'C00000002', operations: { edges: [{}] } });
});

const anAddress = (city: string, uuid: string = randomUUID(), position = 0) => ({
  ...{ uuid, position, purpose: 'HOME', name: null, street: null, street2: null },
  ...{ city, state: null, postalCode: null, country: 'US' },
});

const uuids = Array.from({ length: 9 }, () => randomUUID());
const ids = Array.from({ length: 40 }, () => randomUUID());
const home = anAddress('Austin');

/** What a channel may do, and other software in its log, in two rounds: in the second, headquarters knows the customers of the first. */
const rounds: { customer: number; kind?: string; payload: unknown }[][] = [
  [
    { customer: 0, payload: { customer: aBody({ lastName: 'Plain' }), addresses: [home] } },
    { customer: 1, payload: { customer: aBody({ lastName: 'Edited' }) } },
    { customer: 1, kind: 'UPDATE_CUSTOMER', payload: { customer: { phone: '555 0109' } } },
    { customer: 1, kind: 'ADD_ADDRESS', payload: { addresses: [anAddress('Waco')] } },
    { customer: 2, payload: { customer: aBody({ email: 'nonsense' }) } },
    { customer: 2, kind: 'UPDATE_CUSTOMER', payload: { customer: { phone: '555 0110' } } },
    { customer: 3, kind: 'UPDATE_CUSTOMER', payload: { customer: { phone: '555 0111' } } },
    { customer: 4, kind: 'UNHEARD_OF', payload: {} },
    { customer: 4, payload: { customer: aBody({ lastName: 'Behind' }) } },
    { customer: 5, payload: { customer: aBody({ lastName: 'Twice' }) } },
  ],
  [
    { customer: 0, kind: 'UPDATE_CUSTOMER', payload: { customer: { email: 'new@example.com' } } },
    { customer: 1, kind: 'UPDATE_CUSTOMER', payload: { customer: { type: 'ORGANIZATION' } } },
    { customer: 1, kind: 'UPDATE_CUSTOMER', payload: { customer: { phone: '555 0112' } } },
    { customer: 2, kind: 'UPDATE_CUSTOMER', payload: { customer: { phone: '555 0113' } } },
    { customer: 4, kind: 'ADD_ADDRESS', payload: { addresses: [anAddress('Bryan'), anAddress('West', undefined, 1)] } },
    { customer: 5, payload: { customer: aBody({ lastName: 'Twice', phone: '555 0114' }) } },
    { customer: 6, payload: { customer: aBody({ lastName: 'Late' }), addresses: [anAddress('Hico', undefined, 4)] } },
    { customer: 0, kind: 'ADD_ADDRESS', payload: { addresses: [{ ...home, city: 'Corsicana' }] } },
  ],
];

async function converted(convert: (hq: Headquarters) => Promise<Answer[]>) {
  const time = aClock();
  const hq = await withChannels(['houston', 'dallas'], { clock: time.clock }, { channelDatabase: 'texas' });
  const counts: Answer[] = [];
  let next = 0;
  for (const operations of rounds) {
    for (const { customer, ...operation } of operations)
      await appendOperation(hq, 'houston', { uuid: uuids[customer]!, id: ids[next++]!, ...operation });
    counts.push(await convert(hq));
    time.pass(1_000);
  }
  const customers = await rowsOf(
    hq.hq,
    `select uuid, account_id, channel, channel_database, type, last_name, organization_name, email, phone, edited, created_at,
       uploaded_at, account_id_assigned_at, updated_at from customer order by uuid`,
  );
  const operations = await rowsOf(
    hq.hq,
    `select o.id, o.kind, o.counter, o.epoch, o.state, o.try_count, o.error_code, o.error, o.completed_at, o.failed_at, o.received_at, c.uuid as owner
     from customer_operation o left join customer c on c.id = o.customer_id order by o.sequence`,
  );
  const addresses = await rowsOf(
    hq.hq,
    'select c.uuid, a.position, a.city from customer_address a join customer c on c.id = a.customer_id order by c.uuid, a.position',
  );
  const channel = await rowsOf(
    await hq.channels.databaseOf('houston'),
    'select sequence, customer_uuid, account_id from feed order by sequence',
  );
  const found = await hq.query('{ customers(filter: { search: "behind" }) { edges { node { uuid } } } }');
  return { counts, customers, operations, addresses, channel, found };
}

test('a conversion ends as the three jobs do one by one, whatever is in its packages', async () => {
  const alone = await converted(async (hq) => [
    ...countsOf(await run(hq, 'P_JOB')),
    ...countsOf(await run(hq, 'SYNCHRONIZE_CUSTOMERS')),
    ...countsOf(await run(hq, 'DOWNLOAD_1010')),
  ]);
  const chain = await converted(async (hq) => countsOf(await run(hq)));
  expect(chain).toEqual(alone);
  const states = chain.operations.map(({ state }) => state);
  expect(states.filter((state) => state === 'SYNCED').length).toBeGreaterThan(8);
  expect(states).toContain('FAILED');
  expect(states).toContain('WAITING');
  expect(chain.operations.every(({ state, owner }) => (state === 'SYNCED') === (owner !== null))).toBe(true);
});

test('a conversion for one of two channels that share a database applies only what is of that channel', async () => {
  const hq = await withChannels(['houston', 'dallas'], {}, { channelDatabase: 'texas' });
  const [own, other] = [await createCustomer(hq), await createCustomer(hq, { channel: 'dallas' })];
  const ended = await run(hq, 'CONVERSION', ['houston']);
  expect(countsOf(ended).map(({ done }) => done)).toEqual([2, 1, 1]);
  expect(await operationsOf(hq, own)).toMatchObject([{ state: 'SYNCED' }]);
  expect(await rowsOf(hq.hq, `select state from customer_operation where customer_uuid = '${other}'`)).toEqual([
    { state: 'PENDING' },
  ]);
});

test('numbers that run out in a package go to the first customers; the run says that the others wait for more', async () => {
  const hq = await withChannels(['houston']);
  await tamper(hq.hq, `update number_sequence set largest = 2 where name = 'customer-account'`);
  const created = [await createCustomer(hq), await createCustomer(hq), await createCustomer(hq)];
  const ended = await run(hq);
  expect(ended).toMatchObject({
    state: 'FAILED',
    errorCode: 'NUMBER_SEQUENCE_EXHAUSTED',
    steps: [{ progress: { done: 3 } }, { state: 'FAILED', progress: { done: 2 } }, { progress: { done: 2 } }],
  });
  await tamper(hq.hq, `update number_sequence set largest = 9 where name = 'customer-account'`);
  await run(hq);
  const found = await Promise.all(created.map(async (uuid) => (await customer(hq, uuid)).accountId));
  expect(found).toEqual(['C00000001', 'C00000002', 'C00000003']);
});

test('a package that headquarters refuses to apply is received, and only what is at fault is set aside', async () => {
  const hq = await withChannels(['houston']);
  const before = await createCustomer(hq);
  await tamper(
    hq.hq,
    onPostgres
      ? `alter table customer_address add constraint refused check (city <> 'Nowhere')`
      : `create trigger refused before insert on customer_address when new.city = 'Nowhere' begin select raise(abort, 'refused'); end`,
  );
  const bad = await createCustomer(hq, { addresses: [{ city: 'Nowhere', country: 'US' }] });
  const after = await createCustomer(hq);
  await run(hq);
  for (const uuid of [before, after]) expect(await customer(hq, uuid)).toMatchObject({ syncStatus: 'SYNCED' });
  expect(await operationsOf(hq, bad)).toMatchObject([
    { state: 'PENDING', error: { errorCode: 'INTERNAL' }, tryCount: 1, replicationCounter: 2 },
  ]);
});
