import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Bus } from '../src/data/bus.ts';
import { sql } from '../src/data/sql.ts';
import { DatabaseUnavailable } from '../src/errors.ts';
import { topics } from '../src/events/nudges.ts';
import { start } from '../src/queue/queue.ts';
import { ready } from './http/support.ts';
import { ask, createChannel, createCustomer, run, runById } from './support/actions.ts';
import { type Headquarters, type Options, onPostgres, type Stream, startHeadquarters } from './support/headquarters.ts';
import { statementsOf } from './support/statements.ts';

/** Two servers on the same databases. On the second, feeds wait for nudges and do not poll, unless `options` says otherwise. */
async function twoServers(options: Options = {}): Promise<[Headquarters, Headquarters]> {
  const a = await startHeadquarters();
  const b = await startHeadquarters({ limits: { feedPoll: 3_600_000 }, ...options, config: a.config });
  return [a, b];
}

/** Nobody hears what this server publishes. */
const losesNudges = (hq: Headquarters) => {
  hq.nudges.publish = () => {};
};

/** Resolves after the next nudge on a topic. */
const nudged = (hq: Headquarters, topic: string) =>
  new Promise<void>((resolve) => onTestFinished(hq.nudges.subscribe(topic, resolve)));

/** Ends the bus's connection of a server and lets it connect again only when the returned function is called. */
async function cutBus(hq: Headquarters): Promise<() => void> {
  const bus = hq.nudges as unknown as {
    client?: { processID: number };
    open: (client: unknown) => Promise<void>;
  } & Pick<Bus, 'probe'>;
  const { open } = bus;
  bus.open = () => Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
  await hq.hq.read((db) => sql(db, 'select pg_terminate_backend($1)', [bus.client!.processID]));
  await vi.waitFor(() => expect(bus.probe()).rejects.toThrow('not connected'));
  return () => {
    bus.open = open;
  };
}

/** Houston's feed on one server, which has delivered a customer of another and waits for the next. */
async function waitingFeed(on: Headquarters, from: Headquarters): Promise<Stream<unknown>> {
  await createChannel(from, 'houston', { liveConversion: false });
  await createCustomer(from);
  await run(from);
  const accountIds = on.subscribe(feed, { channel: 'houston' });
  await accountIds.next();
  return accountIds;
}

const nameOf = async (hq: Headquarters, code: string) =>
  (await hq.query('query ($code: String!) { channel(code: $code) { name } }', { code })).channel?.name;

const rename = (hq: Headquarters, code: string, name: string) =>
  hq.query('mutation ($input: UpdateChannelInput!) { updateChannel(input: $input) { __typename } }', {
    input: { code, name },
  });

const feed = 'subscription ($channel: String!) { accountIdsSynced(channel: $channel) { customers { uuid } } }';
const progress = 'subscription ($id: ID!) { jobRun(id: $id) { state } }';

describe.skipIf(!onPostgres)('several servers (PostgreSQL only: SQLite has one process)', () => {
  test('a channel that one server creates is usable on the others at once, even if its nudge is lost', async () => {
    const [a, b] = await twoServers();
    losesNudges(a);
    await createChannel(a, 'houston');
    const uuid = await createCustomer(b);

    await createChannel(a, 'dallas');
    const accountIds = b.subscribe(feed, { channel: 'dallas' });
    const { id } = await ask(b, 'CONVERSION', ['houston']);
    await b.worker.drain();
    expect(await runById(b, id)).toMatchObject({ state: 'SUCCEEDED', channels: [{ code: 'houston' }] });

    const inDallas = await createCustomer(b, { channel: 'dallas' });
    await run(b, 'CONVERSION', ['dallas']);
    expect(await accountIds.next()).toEqual({ accountIdsSynced: { customers: [{ uuid: inDallas }] } });

    await createChannel(a, 'austin');
    expect(await b.query('{ orders(filter: { channel: "austin" }) { nodes { uuid } } }')).toEqual({
      orders: { nodes: [] },
    });
    await createChannel(a, 'el-paso');
    expect(
      await b.query(
        'mutation { createSchedule(input: { job: P_JOB, channels: ["el-paso"], cron: "0 4 * * *" }) { ... on Schedule { channels { code } } } }',
      ),
    ).toEqual({ createSchedule: { channels: [{ code: 'el-paso' }] } });
    await createChannel(a, 'waco');
    expect(
      await b.query('query ($id: ID!) { node(id: $id) { ... on Channel { code } } }', { id: nodeId('waco') }),
    ).toEqual({ node: { code: 'waco' } });
    expect((await b.query('{ customers { nodes { uuid } } }')).customers.nodes).toHaveLength(2);
    expect(uuid).not.toBe(inDallas);
  });

  test('a run converts a channel that another server has just created, and one that does not exist fails it', async () => {
    const [a, b] = await twoServers();
    losesNudges(a);
    await createChannel(a, 'houston');
    await createCustomer(a);
    const request = { job: 'conversion', steps: ['p-job'], requestedBy: 'a test', cause: 'OPERATOR' as const };
    const now = () => '2026-11-22T10:00:00.000Z';
    const { run } = await start({ ...a, now }, { ...request, channels: ['houston', 'nowhere'] });
    await b.worker.drain();
    expect(await runById(b, Buffer.from(`JobRun:${run.id}`).toString('base64'))).toMatchObject({
      state: 'FAILED',
      errorCode: 'CHANNEL_NOT_FOUND',
      channels: [{ code: 'houston' }],
      steps: [{ progress: { done: 1 } }],
    });
  });

  test('a server hears of new channels and changed settings', async () => {
    const [a, b] = await twoServers();
    await createChannel(a, 'houston');
    await vi.waitFor(() => expect(b.channels.all().map(({ code }) => code)).toEqual(['houston']));
    await rename(a, 'houston', 'Space City');
    await vi.waitFor(() => expect(b.channels.get('houston').name).toBe('Space City'));
  });

  test('a run uses the settings that another server has changed, even if the nudge was lost', async () => {
    const [a, b] = await twoServers();
    await createChannel(a, 'houston');
    await vi.waitFor(() => b.channels.get('houston'));
    losesNudges(a);
    await rename(a, 'houston', 'Space City');
    expect(await nameOf(b, 'houston')).toBe('Houston');
    await run(b, 'P_JOB', ['houston']);
    expect(await nameOf(b, 'houston')).toBe('Space City');
  });

  test('whoever asks for channels that do not exist causes at most four refreshes a second', async () => {
    const [, b] = await twoServers();
    const statements = statementsOf(b.hq);
    const begun = performance.now();
    for (let wave = 0; wave < 4; wave++)
      await Promise.all(Array.from({ length: 50 }, (_, i) => nameOf(b, `nowhere-${wave}-${i}`)));
    const refreshes = statements.filter(({ text }) => text.includes('from channel c')).length;
    expect(refreshes).toBeGreaterThanOrEqual(4);
    expect(refreshes).toBeLessThanOrEqual(1 + (performance.now() - begun) / 250);
  });

  test('while headquarters is down, known channels work and unknown ones are reported as unavailable', async () => {
    const [a, b] = await twoServers();
    await createChannel(a, 'houston');
    await createCustomer(b);
    b.hq.read = () => Promise.reject(new DatabaseUnavailable('headquarters'));
    await expect(b.channels.refresh()).rejects.toThrow(DatabaseUnavailable);
    await createCustomer(b);
    const { errors } = await b.ask('{ channel(code: "dallas") { code } }');
    expect(errors).toMatchObject([{ extensions: { code: 'DATABASE_UNAVAILABLE' } }]);
  });

  test('subscribers of one server hear at once what another does', async () => {
    const [a, b] = await twoServers();
    const accountIds = await waitingFeed(b, a);
    const uuid = await createCustomer(a);
    const due = nudged(b, topics.jobRuns);
    const { id } = await ask(a, 'CONVERSION');
    await due;
    const states = b.subscribe(progress, { id });
    expect(await states.next()).toEqual({ jobRun: { state: 'QUEUED' } });
    const begun = performance.now();
    await a.worker.drain();
    expect(await accountIds.next()).toEqual({ accountIdsSynced: { customers: [{ uuid }] } });
    for (let state = ''; state !== 'SUCCEEDED'; ) state = (await states.next()).jobRun.state;
    // Without a nudge, it would look again after five seconds.
    expect(performance.now() - begun).toBeLessThan(4_000);
  });

  test('what happens while the bus is cut is heard when it is connected again', async () => {
    const logLines: string[] = [];
    const [a, b] = await twoServers({ logLines, limits: { probeKept: 0, feedPoll: 3_600_000 } });
    const accountIds = await waitingFeed(b, a);
    const mend = await cutBus(b);
    expect(await ready(b)).toEqual({ status: 503, body: { status: 'unavailable', unavailable: ['bus'] } });
    const uuid = await createCustomer(a);
    await run(a);
    mend();
    expect(await accountIds.next()).toEqual({ accountIdsSynced: { customers: [{ uuid }] } });
    expect(await ready(b)).toEqual({ status: 200, body: { status: 'ready' } });
    expect(logLines.map((line) => JSON.parse(line).msg).filter((message) => message.includes('bus'))).toEqual([
      'the bus is disconnected: what other servers do is noticed seconds later',
      'the bus is connected again',
    ]);
  });

  test('a server whose bus is cut creates customers and runs jobs, and tells the others later', async () => {
    const [a, b] = await twoServers();
    const accountIds = await waitingFeed(b, a);
    const mend = await cutBus(a);
    const uuid = await createCustomer(a);
    expect(await run(a)).toMatchObject({ state: 'SUCCEEDED' });
    mend();
    expect(await accountIds.next()).toEqual({ accountIdsSynced: { customers: [{ uuid }] } });
  });

  test('polling makes up for lost nudges', async () => {
    const [a, b] = await twoServers({ background: true, limits: { feedPoll: 50 } });
    const accountIds = await waitingFeed(b, a);
    const uuid = await createCustomer(a);
    losesNudges(a);
    losesNudges(b);
    await rename(a, 'houston', 'Space City');
    await run(a);
    expect(await accountIds.next()).toEqual({ accountIdsSynced: { customers: [{ uuid }] } });
    await vi.waitFor(async () => expect(await nameOf(b, 'houston')).toBe('Space City'), 10_000);
  });
});

const nodeId = (code: string) => Buffer.from(`Channel:${code}`).toString('base64');
