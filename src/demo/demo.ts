import type { Writable } from 'node:stream';
import {
  CreateChannelDocument,
  type CreateChannelInput,
  type CreateCustomerInput,
  SchedulesDocument,
  UpdateChannelDocument,
  UpdateScheduleDocument,
  ViewerDocument,
} from '../../schema/operations.ts';
import { type Client, clientOf, everyNode, orRefused, Refused } from '../client/client.ts';
import { ended, progressBars } from '../client/progress.ts';
import { startRun, watchRun } from '../client/runs.ts';
import type { JobName } from '../jobs/index.ts';
import { readAdventureWorks } from './adventure-works.ts';
import { faultsOfBooks, readBooks, showBooks } from './books.ts';
import { ChannelClient } from './channel-client.ts';
import { accountsOf, faultsOfCustomers, type Line, showCustomers } from './customers.ts';
import { type DemoOrder, kindOf } from './orders.ts';
import { startDemoServer } from './server.ts';
import { addProfile, createSynchronously, customersOfStore } from './synchronous.ts';

/** Customers created later, one at a time, with live conversion on. */
const LIVE = 20;
const PATIENCE = 30_000;

/** Where the demo prints. */
interface Output {
  line: Line;
  stream: Writable & { isTTY?: boolean };
}

/** Servers that are running. */
export interface Servers {
  url: string;
  /** Where subscriptions go. */
  socketUrl: string;
  token?: string | undefined;
  /** Begins the codes of the channels. A demo with the same name as an earlier one continues it. */
  name: string;
}

/** Plays Adventure Works against a server that it starts in another process. Returns the number of faults. */
export async function demo(output: Output, options: { customers?: number; exit?: boolean }): Promise<number> {
  const server = await startDemoServer();
  output.line(`Headquarters: ${server.url}/graphql\n`);
  const operator = clientOf(server.url);
  // Scheduled runs would do the demo's work too early.
  await setSchedules(operator, false);
  const faults = await play(output, operator, () => clientOf(server.url), { ...options, shared: false });
  await setSchedules(operator, true);
  await operator.close();
  if (!options.exit) {
    output.line(`\nStill serving. GraphiQL: ${server.url}/graphql   (Ctrl+C to stop)`);
    await new Promise((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
    });
  }
  await server.stop();
  return faults;
}

/** Plays Adventure Works in channels of its own against servers that are running. Returns the number of faults. */
export async function demoOn(
  output: Output,
  { url, socketUrl, token, name }: Servers,
  options: { customers?: number },
): Promise<number> {
  for (const address of new Set([url, socketUrl])) await expectOperator(clientOf(address, token));
  output.line(`Headquarters: ${url}${socketUrl === url ? '' : `, subscriptions at ${socketUrl}`}`);
  output.line(`This demo is called ${name}. If it is interrupted, continue it with --name ${name}.\n`);
  const connect = () => clientOf(url, token, socketUrl);
  const operator = connect();
  const faults = await play(output, operator, connect, { ...options, name, shared: true });
  await operator.close();
  return faults;
}

async function expectOperator(client: Client): Promise<void> {
  const { viewer } = await client.request(ViewerDocument, {});
  if (viewer!.role !== 'OPERATOR')
    throw new Refused(`The demo needs the token of an operator. This one belongs to the channel ${viewer!.name}.`);
}

interface Play {
  customers?: number;
  name?: string;
  /** Whether headquarters has other channels, too, and schedules that go on. */
  shared: boolean;
}

/** Clients play Adventure Works over the network. Returns the number of faults. */
async function play(output: Output, operator: Client, connect: () => Client, options: Play): Promise<number> {
  const { line } = output;
  const works = readAdventureWorks(options.name);
  const customers = works.customers.slice(0, options.customers ?? works.customers.length);
  const known = new Set(customers.map(({ uuid }) => uuid));
  const types = new Map(works.channels.map(({ code, type }) => [code, type]));
  const orders = works.orders
    .filter(({ customerUuid }) => known.has(customerUuid))
    .map((order): DemoOrder => ({ ...order, kind: kindOf(order, types.get(order.channel)!) }));

  line(
    `Creating ${works.channels.length} channels, each with its own database. Live conversion ${options.shared ? 'there is' : 'and schedules are'} off for now.`,
  );
  const live = customers.slice(Math.max(0, customers.length - LIVE));
  const ofStore = customersOfStore(customers.slice(0, customers.length - live.length));
  const store = ofStore[0]?.channel;
  const profile = [...(options.name ? [options.name] : []), 'store'].join('-');
  if (store) await addProfile(operator, profile);
  for (const channel of works.channels)
    await addChannel(operator, channel.code === store ? { ...channel, functionalityProfile: profile } : channel);
  const channels = works.channels.map(({ code }) => code);
  const connections = works.channels.map(connect);
  let changed = () => {};
  const clients = works.channels.map(
    ({ code }, index) => new ChannelClient(code, connections[index]!, () => changed()),
  );
  const isLive = new Set([...live, ...ofStore].map(({ uuid }) => uuid));
  const asynchronous = customers.filter(({ uuid }) => !isLive.has(uuid));
  const ordersFor = ({ code }: ChannelClient, who: 'live' | 'asynchronous') =>
    orders.filter(({ channel, customerUuid }) => channel === code && isLive.has(customerUuid) === (who === 'live'));

  const creating = await stage(
    output,
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
    output,
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

  line('\nAn operator runs the conversion and watches it over a subscription.');
  const bars = progressBars(output.stream);
  changed = () => {
    const heard = clients.reduce((sum, { received }) => sum + received.size, 0);
    if (heard > 0) bars.set('received by channels', heard, asynchronous.length);
  };
  const converting = await operate(output, operator, 'conversion', channels, bars);

  await stage(output, '\nWhat each channel hears over its own subscription:', async (bars) => {
    changed = () => {
      for (const { code, created, received } of clients) bars.set(code, received.size, created.size);
    };
    changed();
    await Promise.all(clients.map((client) => client.complete(PATIENCE))).catch((error: Error) =>
      line(`  ${error.message}`),
    );
  });
  changed = () => {};

  line('\nThe operator runs Synchronize orders, which turns the orders into sales orders.');
  const ordering = await operate(output, operator, 'synchronize-orders', channels);

  const latencies = await liveCustomers(line, operator, clients, live);
  const storeClient = clients.find(({ code }) => code === store);
  const waits = storeClient
    ? await createSynchronously(line, operator, {
        client: storeClient,
        customers: ofStore,
        profile,
        shared: options.shared,
        patience: PATIENCE,
      })
    : [];
  for (const client of clients) await client.record(ordersFor(client, 'live'), ['till-live']);

  line(
    '\nThe operator runs the end of day for every channel: sales are validated, and statements are calculated and posted.',
  );
  const posting = await operate(output, operator, 'end-of-day', channels);

  line('\nSummary');
  const accounts = await accountsOf(operator, clients);
  await showCustomers(line, operator, clients, accounts, { creating, converting, latencies, waits });
  const books = await readBooks(operator, clients, options.shared);
  showBooks(line, books, clients, { recording, ordering, posting });
  const faults = [...faultsOfCustomers(clients, accounts, customers.length), ...faultsOfBooks(books, clients, orders)];
  line(
    faults.length === 0
      ? `  Every customer has exactly one account ID, and every channel received its own account IDs, each exactly once.
  Every order and sale is in the books exactly once, under the right account ID, and the totals match to the cent.`
      : `  ${faults.length} FAULTS:`,
  );
  for (const fault of faults.slice(0, 20)) line(`    ${fault}`);

  for (const client of clients) client.stop();
  await Promise.all(connections.map((connection) => connection.close()));
  return faults.length;
}

/** Adds a channel, or joins the one that an earlier demo has added and left with live conversion on. */
async function addChannel(operator: Client, channel: CreateChannelInput): Promise<void> {
  const add = async (liveConversion: boolean) =>
    orRefused((await operator.request(CreateChannelDocument, { input: { ...channel, liveConversion } })).createChannel);
  try {
    await add(false);
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== 'CHANNEL_EXISTS') throw error;
    await add(true);
    await setLive(operator, channel.code, false);
  }
}

async function setLive(operator: Client, code: string, liveConversion: boolean): Promise<void> {
  orRefused((await operator.request(UpdateChannelDocument, { input: { code, liveConversion } })).updateChannel);
}

async function setSchedules(operator: Client, enabled: boolean): Promise<void> {
  for (const { id } of await everyNode(operator, SchedulesDocument, {}, ({ schedules }) => schedules))
    orRefused((await operator.request(UpdateScheduleDocument, { input: { id, enabled } })).updateSchedule);
}

/** Runs a job, shows its progress, and returns how many ms it took. */
async function operate(
  { line, stream }: Output,
  operator: Client,
  job: JobName,
  channels: string[],
  bars = progressBars(stream),
): Promise<number> {
  const begun = performance.now();
  const run = await watchRun(operator, (await startRun(operator, job, { channels })).id, bars);
  const took = performance.now() - begun;
  line(`  ${ended(run)}`);
  return took;
}

/** Prints a title, shows bars during the work, and returns how many ms it took. */
async function stage(
  { line, stream }: Output,
  title: string,
  work: (bars: ReturnType<typeof progressBars>) => Promise<void>,
): Promise<number> {
  line(title);
  const bars = progressBars(stream);
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
  line: Line,
  operator: Client,
  clients: ChannelClient[],
  customers: CreateCustomerInput[],
): Promise<number[]> {
  line(`\nLive conversion is on. ${customers.length} more customers are created, one after another.`);
  for (const { code } of clients) await setLive(operator, code, true);
  const latencies: number[] = [];
  for (const customer of customers) {
    const client = clients.find(({ code }) => code === customer.channel)!;
    await client.create([customer]);
    await client.complete(PATIENCE).catch((error: Error) => line(`  ${error.message}`));
    const [sent, got] = [client.created.get(customer.uuid!), client.received.get(customer.uuid!)];
    if (sent !== undefined && got && client.pending.has(customer.uuid!)) latencies.push(got.at - sent);
  }
  return latencies.sort((a, b) => a - b);
}
