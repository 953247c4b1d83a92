import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { scheduler } from 'node:timers/promises';
import pg from 'pg';
import sqlite3 from 'sqlite3';
import { expect, onTestFinished, test, vi } from 'vitest';
import WebSocket from 'ws';
import { ask, createChannels, createCustomers, newCustomer, runById, switchSchedulesOff } from './support/actions.ts';
import { onPostgres, openWorld, postgres, type World } from './support/world.ts';

/*
 * Input that is made to hurt, against a process with a heap of 1 GB: it must live, go on with everybody else's work, and answer.
 */

const smallHeap = ['--max-old-space-size=1024'];

test('a channel whose log holds hundreds of megabytes stops neither headquarters nor its own customers', async ({
  onTestFinished,
}) => {
  const world = await openWorld(onTestFinished, { BATCH_SIZE: '1000' }, smallHeap);
  const before = await world.start();
  await createChannels(world, { liveConversion: false });
  await switchSchedulesOff(world);
  const first = newCustomer('berlin');
  await createCustomers(world, [first]);
  await before.kill();
  // 62 customers with 50,000 addresses each: one package of them was a JSON text of over 512 MB, which ended the process.
  await plant(world, 'berlin', 62, 50_000);
  const server = await world.start();
  const last = newCustomer('berlin');
  const elsewhere = newCustomer('houston');
  await createCustomers(world, [last, elsewhere]);

  const { id } = await ask(world, 'CONVERSION');
  await vi.waitFor(async () => expect((await runById(world, id)).state).toMatch(/SUCCEEDED|FAILED/), {
    timeout: 150_000,
    interval: 500,
  });
  expect(await runById(world, id)).toMatchObject({ state: 'SUCCEEDED', attempt: 1 });
  const synced = await world.rows<{ uuid: string }>('headquarters', 'select uuid from customer');
  expect(synced.map(({ uuid }) => uuid).sort()).toEqual([first.uuid, last.uuid, elsewhere.uuid].sort());
  const { attention } = await world.query('{ attention { counts { kind count } } }');
  expect(attention.counts).toContainEqual({ kind: 'CUSTOMER_OPERATION_FAILED', count: 62 });
  // Lists of them are read like any other.
  await world.query('{ customerOperations(first: 100) { edges { node { state error { message } } } } }');
  await expectAlive(world, server.pid);
  await server.kill();
  await world.start();
  await world.query('{ channels(first: 1) { edges { cursor } } }');
});

test('hostile documents and clients cost neither the process nor the answers of others', async ({ onTestFinished }) => {
  const world = await openWorld(onTestFinished, {}, smallHeap);
  const { url, pid } = await world.start();
  await createChannels(world, { liveConversion: true });
  await switchSchedulesOff(world);
  const buyer = newCustomer('berlin');
  await createCustomers(world, [buyer]);
  for (let order = 0; order < 30; order++) await createLargeOrder(world, buyer.uuid);

  const send = async (query: string, variables: object = {}) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.text()).length;
  };
  const repeated = (count: number, field: (index: number) => string) =>
    `{ ${Array.from({ length: count }, (_, index) => field(index)).join(' ')} }`;
  const documents = [
    repeated(9, (index) => `a${index}: transactions(first: 100) { edges { node { lines { sku name quantity } } } }`),
    repeated(190, (index) => `a${index}: __schema { types { name fields { name description } } }`),
    repeated(500, (index) => `a${index}: customers(first: 100) { edges { node { addresses { city } } } }`),
    '{'.repeat(10_000),
    `{ ${'channels '.repeat(6_000)} }`,
    `{ nodes(ids: [${Array.from({ length: 5_000 }, () => '"x"').join(' ')}]) { id } }`,
    `query ($a: [[[[Int]]]]) { channels(first: 1) { edges { cursor } } }`,
    `{ ...f } fragment f on Query { ...g } fragment g on Query { ...f }`,
  ];
  const slowReaders = Array.from({ length: 200 }, () => slowReader(url));
  const sockets = [burst(url, 1_700), burst(url, 1_700)];
  const attack = Array.from({ length: 4 }, async () => {
    for (const document of documents) expect(await send(document)).toBeLessThan(11_000_000);
  });

  let slowest = 0;
  let attacking = true;
  void Promise.allSettled(attack).then(() => {
    attacking = false;
  });
  while (attacking) {
    const begun = performance.now();
    await createCustomers(world, [newCustomer('berlin')]);
    slowest = Math.max(slowest, performance.now() - begun);
    await scheduler.wait(20);
  }
  await Promise.all(attack);
  await Promise.all(slowReaders);
  for (const socket of sockets) socket.terminate();
  console.info(`the slowest customer of a healthy till took ${Math.round(slowest)} ms`);
  expect(slowest).toBeLessThan(5_000);
  await expectAlive(world, pid);
  expect((await world.errors()).filter((line) => line.includes('unexpected error'))).toEqual([]);
});

/** Writes customers with this many addresses into a channel's log, as other software might. */
async function plant(world: World, database: string, customers: number, addresses: number): Promise<void> {
  const address = `'uuid', '${randomUUID()}', 'position', n, 'purpose', 'HOME', 'name', null, 'street', '12 St James Square', 'street2', null, 'city', 'London', 'state', null, 'postalCode', null, 'country', 'GB'`;
  const customer = `'type', 'PERSON', 'title', null, 'firstName', 'Ada', 'middleName', null, 'lastName', 'Byron', 'organizationName', null, 'email', null, 'phone', null, 'language', null, 'currency', null, 'birthDate', null`;
  for (let index = 0; index < customers; index++) {
    const uuid = randomUUID();
    const payload = onPostgres
      ? `json_build_object('customer', json_build_object(${customer}), 'addresses', (select json_agg(json_build_object(${address})) from generate_series(0, ${addresses - 1}) as n))`
      : `json_object('customer', json_object(${customer}), 'addresses', (with recursive s(n) as (select 0 union all select n + 1 from s where n < ${addresses - 1}) select json_group_array(json_object(${address})) from s))`;
    await execute(world, database, [
      'update self set last_counter = last_counter + 1',
      `insert into operation (counter, id, channel, customer_uuid, kind, payload, created_at)
       select last_counter, '${uuid}', '${database}', '${uuid}', 'CREATE_CUSTOMER', ${payload}, '2026-11-22T09:00:00.000Z' from self`,
    ]);
  }
}

async function execute(world: World, database: string, statements: readonly string[]): Promise<void> {
  if (onPostgres) {
    const client = new pg.Client({
      connectionString: postgres,
      options: `-c search_path=${world.prefix}_c_${database}`,
    });
    await client.connect();
    for (const statement of statements) await client.query(statement);
    return client.end();
  }
  return new Promise((resolve, reject) => {
    const file = new sqlite3.Database(join(world.folder, `channels/${database}.db`));
    file.exec(statements.join(';'), (error) => file.close(() => (error ? reject(error) : resolve())));
  });
}

/** An order with as many lines as one may have. */
async function createLargeOrder(world: World, customerUuid: string): Promise<void> {
  const lines = Array.from({ length: 1_000 }, (_, line) => ({ sku: `SKU-${line}`, quantity: '1', unitPrice: '1' }));
  const { createOrder } = await world.query(
    'mutation ($input: CreateOrderInput!) { createOrder(input: $input) { __typename ... on Failure { message } } }',
    {
      input: {
        channel: 'berlin',
        uuid: randomUUID(),
        customerUuid,
        lines,
        payments: [{ tender: 'ONLINE', amount: '1000' }],
        total: '1000',
      },
    },
  );
  expect(createOrder.__typename, createOrder.message).not.toMatch(/Invalid|Wrong/);
}

/** Asks for GraphiQL's page without compression and never reads it. */
function slowReader(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.pause();
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  return new Promise((resolve) => {
    socket.write(`GET /graphql HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAccept: text/html\r\n\r\n`, () => resolve());
  });
}

/** A socket that sends this many queries at once and reads nothing. */
function burst(url: string, count: number): WebSocket {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  onTestFinished(() => socket.terminate());
  socket.on('error', () => {});
  socket.on('open', () => {
    socket.send(JSON.stringify({ type: 'connection_init' }));
    const query = '{ customers(first: 100) { edges { node { uuid addresses { city } } } } }';
    for (let id = 0; id < count; id++)
      socket.send(JSON.stringify({ id: String(id), type: 'subscribe', payload: { query } }));
    socket.pause();
  });
  return socket;
}

/** The process lives, answers, and holds no more than its heap and what surrounds it. */
async function expectAlive(world: World, pid: number): Promise<void> {
  await world.query('{ channels(first: 1) { edges { cursor } } }');
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => undefined);
  const peak = Number(/VmHWM:\s+(\d+) kB/.exec(status ?? '')?.[1] ?? 0) / 1_024;
  if (status) console.info(`at most ${Math.round(peak)} MB of memory`);
  expect(peak).toBeLessThan(1_500);
}
