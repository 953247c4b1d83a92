import {
  CreateChannelDocument,
  type CreateCustomerInput,
  CustomersDocument,
  FailedOperationsDocument,
  UpdateChannelDocument,
} from '../../schema/operations.ts';
import { readAdventureWorks } from './adventure-works.ts';
import { type Client, clientOf, orRefused } from './client.ts';
import { ChannelClient } from './demo-client.ts';
import { startDemoServer } from './demo-server.ts';
import { startRun, watchRun } from './job.ts';
import { ended, progressBars } from './progress.ts';

/** Customers that are kept back to be created at the end, one after the other, with live conversion on. */
const LIVE = 20;
const PATIENCE = 30_000;

/** `hq demo`: Adventure Works, played by clients over the network against a server in another process. */
export async function demo(options: { customers?: number; exit?: boolean }): Promise<void> {
  const works = readAdventureWorks(new URL('../demo/adventure-works/', import.meta.url));
  const customers = works.customers.slice(0, options.customers ?? works.customers.length);
  const server = await startDemoServer();
  const operator = clientOf(server.url);
  console.log(`Headquarters: ${server.url}/graphql\n`);

  console.log(
    `Opening ${works.channels.length} channels, each with a database of its own; live conversion is off for now.`,
  );
  for (const channel of works.channels) {
    orRefused(
      (await operator.request(CreateChannelDocument, { input: { ...channel, liveConversion: false } })).createChannel,
    );
  }
  const connections = works.channels.map(() => clientOf(server.url));
  let changed = () => {};
  const clients = works.channels.map(
    ({ code }, index) => new ChannelClient(code, connections[index]!, () => changed()),
  );
  const live = customers.slice(Math.max(0, customers.length - LIVE));
  const asynchronous = customers.slice(0, customers.length - live.length);

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

  console.log('\nAn operator runs the conversion and watches it by subscription.');
  const begun = performance.now();
  const bars = progressBars();
  changed = () => {
    const heard = clients.reduce((sum, { received }) => sum + received.size, 0);
    if (heard > 0) bars.set('heard by the channels', heard, asynchronous.length);
  };
  const run = await watchRun(operator, (await startRun(operator, 'conversion', {})).id, bars);
  const converting = performance.now() - begun;
  console.log(`  ${ended(run)}`);

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
  const latencies = await liveCustomers(operator, clients, live);
  const faults = await summary(operator, clients, { customers: customers.length, creating, converting, latencies });

  for (const client of clients) client.stop();
  await Promise.all(connections.map((connection) => connection.close()));
  await operator.close();
  if (options.exit) {
    await server.stop();
    process.exit(faults.length === 0 ? 0 : 1);
  }
  console.log(`\nStill serving. GraphiQL: ${server.url}/graphql   (Ctrl+C ends it)`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void server.stop().then(() => process.exit(0)));
}

/** Says what happens, shows bars while it does, and answers how many ms it took. */
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

/** Live conversion: from the acknowledged creation to the account ID at the till, in ms. */
async function liveCustomers(
  operator: Client,
  clients: ChannelClient[],
  customers: CreateCustomerInput[],
): Promise<number[]> {
  console.log(`\nLive conversion is switched on; ${customers.length} more customers are created, one after the other.`);
  for (const { code } of clients) {
    orRefused((await operator.request(UpdateChannelDocument, { input: { code, liveConversion: true } })).updateChannel);
  }
  const latencies: number[] = [];
  for (const customer of customers) {
    const client = clients.find(({ code }) => code === customer.channel)!;
    await client.create([customer]);
    await client.complete(PATIENCE).catch((error: Error) => console.log(`  ${error.message}`));
    const [sent, got] = [client.created.get(customer.id!), client.received.get(customer.id!)];
    if (sent !== undefined && got) latencies.push(got.at - sent);
  }
  return latencies.sort((one, other) => one - other);
}

/** Asks headquarters, page by page, and compares with what every channel's client has created and heard. */
async function summary(
  operator: Client,
  clients: ChannelClient[],
  times: { customers: number; creating: number; converting: number; latencies: number[] },
): Promise<string[]> {
  const accounts = new Map<string, string>();
  for (const { code } of clients)
    for (const [uuid, accountId] of await accountsAtHeadquarters(operator, code)) accounts.set(uuid, accountId);
  const failures = await operator.request(FailedOperationsDocument, { first: 100 });
  const faults = faultsOf(clients, accounts, times.customers);
  const created = clients.reduce((sum, client) => sum + client.created.size, 0);
  const seconds = (ms: number) => (ms / 1_000).toFixed(1);
  const converted = created - times.latencies.length;

  console.log('\nSummary');
  console.log(
    `  customers created        ${created}   (${seconds(times.creating)} s, ${Math.round((converted / times.creating) * 1_000)} a second over HTTP)`,
  );
  console.log(`  account IDs assigned     ${new Set(accounts.values()).size}`);
  console.log(
    `  converted in             ${seconds(times.converting)} s, ${Math.round((converted / times.converting) * 1_000)} customers a second`,
  );
  console.log('  account IDs received by each channel over its own subscription:');
  for (const { code, received, created } of clients)
    console.log(`    ${code.padEnd(22)} ${received.size} of ${created.size}`);
  const { latencies } = times;
  if (latencies.length > 0) {
    console.log(
      `  live: account ID at the channel ${Math.round(latencies[Math.floor(latencies.length / 2)]!)} ms after creation (median), ${Math.round(latencies.at(-1)!)} ms at most`,
    );
  }
  console.log(`  set aside with a reason  ${failures.customerOperations.edges.length}`);
  for (const { node } of failures.customerOperations.edges)
    console.log(`    ${node.customerUuid}  ${node.errorCode}: ${node.error}`);
  console.log(
    faults.length === 0
      ? '  Every customer has exactly one account ID, and every channel heard of exactly its own, once each.'
      : '  FAULTS:',
  );
  for (const fault of faults.slice(0, 20)) console.log(`    ${fault}`);
  return faults;
}

async function accountsAtHeadquarters(operator: Client, channel: string): Promise<[string, string][]> {
  const found: [string, string][] = [];
  let after: string | null | undefined;
  do {
    const { customers } = await operator.request(CustomersDocument, {
      source: 'HEADQUARTERS',
      channel,
      first: 100,
      ...(after ? { after } : {}),
    });
    for (const { node } of customers.edges) found.push([node.uuid, node.accountLabel]);
    after = customers.pageInfo.hasNextPage ? customers.pageInfo.endCursor : undefined;
  } while (after);
  return found;
}

function faultsOf(clients: ChannelClient[], accounts: Map<string, string>, expected: number): string[] {
  const created = clients.reduce((sum, client) => sum + client.created.size, 0);
  const faults = clients.flatMap(({ code, created, received, refused, broken }) => [
    ...refused.map((reason) => `${code}: a customer was refused: ${reason}`),
    ...broken.map((reason) => `${code}: the feed is broken: ${reason}`),
    ...[...created.keys()].filter((uuid) => !received.has(uuid)).map((uuid) => `${code}: never heard of ${uuid}`),
    ...[...received.keys()]
      .filter((uuid) => !created.has(uuid))
      .map((uuid) => `${code}: heard of ${uuid}, which is not its own`),
    ...[...received]
      .filter(([uuid, { accountId }]) => accounts.get(uuid) !== accountId)
      .map(([uuid]) => `${code}: heard another account ID than headquarters has for ${uuid}`),
  ]);
  if (created !== expected) faults.push(`${created} of ${expected} customers were created`);
  if (accounts.size !== created) faults.push(`headquarters has ${accounts.size} customers, ${created} were created`);
  if (new Set(accounts.values()).size !== accounts.size) faults.push('an account ID was assigned twice');
  return faults;
}
