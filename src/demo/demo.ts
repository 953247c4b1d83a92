import {
  CreateChannelDocument,
  type CreateCustomerInput,
  SchedulesDocument,
  UpdateChannelDocument,
  UpdateScheduleDocument,
} from '../../schema/operations.ts';
import { type Client, clientOf, everyNode, orRefused } from '../client/client.ts';
import { ended, progressBars } from '../client/progress.ts';
import { startRun, watchRun } from '../client/runs.ts';
import type { JobName } from '../jobs/index.ts';
import { readAdventureWorks } from './adventure-works.ts';
import { faultsOfBooks, readBooks, showBooks } from './books.ts';
import { ChannelClient } from './channel-client.ts';
import { accountsOf, faultsOfCustomers, showCustomers } from './customers.ts';
import { type DemoOrder, kindOf } from './orders.ts';
import { startDemoServer } from './server.ts';

/** Customers created later, one at a time, with live conversion on. */
const LIVE = 20;
const PATIENCE = 30_000;

/** `hq demo`: clients play Adventure Works over the network against a server in another process. */
export async function demo(options: { customers?: number; exit?: boolean }): Promise<void> {
  const works = readAdventureWorks(new URL('../demo/adventure-works/', import.meta.url));
  const customers = works.customers.slice(0, options.customers ?? works.customers.length);
  const known = new Set(customers.map(({ uuid }) => uuid));
  const types = new Map(works.channels.map(({ code, type }) => [code, type]));
  const orders = works.orders
    .filter(({ customerUuid }) => known.has(customerUuid))
    .map((order): DemoOrder => ({ ...order, kind: kindOf(order, types.get(order.channel)!) }));
  const server = await startDemoServer();
  const operator = clientOf(server.url);
  console.log(`Headquarters: ${server.url}/graphql\n`);

  console.log(
    `Creating ${works.channels.length} channels, each with its own database. Live conversion and schedules are off for now.`,
  );
  await setSchedules(operator, false);
  for (const channel of works.channels) {
    const input = { ...channel, liveConversion: false };
    orRefused((await operator.request(CreateChannelDocument, { input })).createChannel);
  }
  const connections = works.channels.map(() => clientOf(server.url));
  let changed = () => {};
  const clients = works.channels.map(
    ({ code }, index) => new ChannelClient(code, connections[index]!, () => changed()),
  );
  const live = customers.slice(Math.max(0, customers.length - LIVE));
  const asynchronous = customers.slice(0, customers.length - live.length);
  const isLive = new Set(live.map(({ uuid }) => uuid));
  const ordersFor = ({ code }: ChannelClient, who: 'live' | 'asynchronous') =>
    orders.filter(({ channel, customerUuid }) => channel === code && isLive.has(customerUuid) === (who === 'live'));

  const creating = await stage(
    `\nEach channel creates its customers over GraphQL; all are "Pending sync".`,
    async (bars) => {
      const shares = clients.map(({ code }) => asynchronous.filter(({ channel }) => channel === code));
      changed = () =>
        clients.forEach(({ code, created, refused }, index) => {
          bars.set(code, created.size + refused.length, shares[index]!.length);
        });
      await Promise.all(clients.map((client, index) => client.create(shares[index]!)));
      changed();
    },
  );
  const recording = await stage(
    '\nEach channel records orders and sales for these pending customers. Its registers are opened, counted, and closed every day.',
    async (bars) => {
      const shares = clients.map((client) => ordersFor(client, 'asynchronous'));
      changed = () =>
        clients.forEach(({ code, recorded }, index) => {
          bars.set(code, recorded.size, shares[index]!.length);
        });
      await Promise.all(clients.map((client, index) => client.record(shares[index]!)));
      changed();
    },
  );

  console.log('\nAn operator runs the conversion and watches it over a subscription.');
  const bars = progressBars();
  changed = () => {
    const heard = clients.reduce((sum, { received }) => sum + received.size, 0);
    if (heard > 0) bars.set('received by channels', heard, asynchronous.length);
  };
  const converting = await operate(operator, 'conversion', bars);

  await stage('\nWhat each channel hears over its own subscription:', async (bars) => {
    changed = () => {
      for (const { code, created, received } of clients) bars.set(code, received.size, created.size);
    };
    changed();
    await Promise.all(clients.map((client) => client.complete(PATIENCE))).catch((error: Error) =>
      console.log(`  ${error.message}`),
    );
  });
  changed = () => {};

  console.log('\nThe operator runs Synchronize orders, which turns the orders into sales orders.');
  const ordering = await operate(operator, 'synchronize-orders');

  const latencies = await liveCustomers(operator, clients, live);
  for (const client of clients) await client.record(ordersFor(client, 'live'), ['till-live']);

  console.log(
    '\nThe operator runs the end of day for every channel: sales are validated, and statements are calculated and posted.',
  );
  const posting = await operate(operator, 'end-of-day');

  console.log('\nSummary');
  const accounts = await accountsOf(operator, clients);
  await showCustomers(operator, clients, accounts, { creating, converting, latencies });
  const books = await readBooks(operator, clients);
  showBooks(books, clients, { recording, ordering, posting });
  const faults = [...faultsOfCustomers(clients, accounts, customers.length), ...faultsOfBooks(books, clients, orders)];
  console.log(
    faults.length === 0
      ? `  Every customer has exactly one account ID, and every channel received its own account IDs, each exactly once.
  Every order and sale is in the books exactly once, under the right account ID, and the totals match to the cent.`
      : `  ${faults.length} FAULTS:`,
  );
  for (const fault of faults.slice(0, 20)) console.log(`    ${fault}`);

  for (const client of clients) client.stop();
  await Promise.all(connections.map((connection) => connection.close()));
  await setSchedules(operator, true);
  await operator.close();
  if (options.exit) {
    await server.stop();
    process.exit(faults.length === 0 ? 0 : 1);
  }
  console.log(`\nStill serving. GraphiQL: ${server.url}/graphql   (Ctrl+C to stop)`);
  await new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
  });
  await server.stop();
}

/** Scheduled runs would do the demo's work too early. */
async function setSchedules(operator: Client, enabled: boolean): Promise<void> {
  for (const { id } of await everyNode(operator, SchedulesDocument, {}, ({ schedules }) => schedules))
    orRefused((await operator.request(UpdateScheduleDocument, { input: { id, enabled } })).updateSchedule);
}

/** Runs a job, shows its progress, and returns how many ms it took. */
async function operate(operator: Client, job: JobName, bars = progressBars()): Promise<number> {
  const begun = performance.now();
  const run = await watchRun(operator, (await startRun(operator, job, {})).id, bars);
  const took = performance.now() - begun;
  console.log(`  ${ended(run)}`);
  return took;
}

/** Prints a title, shows bars during the work, and returns how many ms it took. */
async function stage(title: string, work: (bars: ReturnType<typeof progressBars>) => Promise<void>): Promise<number> {
  console.log(title);
  const bars = progressBars();
  const begun = performance.now();
  try {
    await work(bars);
  } finally {
    bars.stop();
  }
  return performance.now() - begun;
}

/** Measures live conversion: ms from the acknowledged creation to the account ID at the register, sorted. */
async function liveCustomers(
  operator: Client,
  clients: ChannelClient[],
  customers: CreateCustomerInput[],
): Promise<number[]> {
  console.log(`\nLive conversion is on. ${customers.length} more customers are created, one after another.`);
  for (const { code } of clients) {
    orRefused((await operator.request(UpdateChannelDocument, { input: { code, liveConversion: true } })).updateChannel);
  }
  const latencies: number[] = [];
  for (const customer of customers) {
    const client = clients.find(({ code }) => code === customer.channel)!;
    await client.create([customer]);
    await client.complete(PATIENCE).catch((error: Error) => console.log(`  ${error.message}`));
    const [sent, got] = [client.created.get(customer.uuid!), client.received.get(customer.uuid!)];
    if (sent !== undefined && got) latencies.push(got.at - sent);
  }
  return latencies.sort((a, b) => a - b);
}
