import { connect, createServer, type Socket } from 'node:net';
import pg from 'pg';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Bus } from '../../src/data/bus.ts';
import { inProcessNudges } from '../../src/events/nudges.ts';
import { onPostgres } from '../support/headquarters.ts';

const server = process.env.TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/test';
let schemas = 0;
const aSchema = () => `bus_${process.pid}_${schemas++}`;

interface Options {
  url?: string;
  limits?: ConstructorParameters<typeof Bus>[0]['limits'];
}

/** A connected bus, as one process has it, and what its outage heard. */
async function startBus(schema: string, { url = server, limits = {} }: Options = {}) {
  const heard: string[] = [];
  const outage = { failed: () => void heard.push('failed'), worked: () => void heard.push('worked') };
  const bus = new Bus({ url: `${url}?schema=${schema}`, local: inProcessNudges(), outage, limits });
  onTestFinished(() => bus.stop());
  await bus.start();
  return { bus, outage: heard };
}

/** Counts the nudges on a topic. */
function count(bus: Bus, topic: string): { nudges: number } {
  const counted = { nudges: 0 };
  onTestFinished(bus.subscribe(topic, () => counted.nudges++));
  return counted;
}

/** Topics of 112 bytes each. */
const longTopics = (count: number) => Array.from({ length: count }, (_, i) => String(10 + i).padEnd(57, 'é'));

/** The payloads that the buses of a schema send. */
async function payloadsOf(schema: string): Promise<string[]> {
  const payloads: string[] = [];
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  onTestFinished(() => client.end());
  client.on('notification', ({ payload }) => payloads.push(payload!));
  await client.query(`listen hq_bus_${schema}`);
  return payloads;
}

describe.skipIf(!onPostgres)('the bus (PostgreSQL only: SQLite has one process)', () => {
  test('carries a nudge to other processes, and calls each local listener once', async () => {
    const schema = aSchema();
    const [{ bus: a }, { bus: b }, { bus: elsewhere }] = await Promise.all([
      startBus(schema),
      startBus(schema),
      startBus(aSchema()),
    ]);
    const counts = [count(a, 'topic'), count(b, 'topic'), count(elsewhere, 'topic'), count(b, 'another')];
    a.publish('topic');
    expect(counts[0]).toEqual({ nudges: 1 });
    await vi.waitFor(() => expect(counts[1]).toEqual({ nudges: 1 }));
    // Answers after everything that was sent before.
    const last = count(a, 'last');
    b.publish('last');
    await vi.waitFor(() => expect(last).toEqual({ nudges: 1 }));
    expect(counts.map(({ nudges }) => nudges)).toEqual([1, 1, 0, 0]);
  });

  test('an urgent nudge does not wait for its turn, and takes the others along', async () => {
    const schema = aSchema();
    const payloads = await payloadsOf(schema);
    const { bus } = await startBus(schema, { limits: { gap: 600_000 } });
    bus.publish('first');
    await vi.waitFor(() => expect(payloads).toEqual(['first']));
    bus.publish('patient');
    bus.publish('urgent', true);
    await vi.waitFor(() => expect(payloads).toEqual(['first', 'patient\nurgent']));
  });

  test('10,000 publishes become a few notifications that lose no topic', async () => {
    const schema = aSchema();
    const payloads = await payloadsOf(schema);
    const { bus } = await startBus(schema);
    const begun = performance.now();
    for (let i = 0; i < 10_000; i++) {
      bus.publish(`topic-${i % 100}`);
      if (i % 100 === 99) await new Promise(setImmediate);
    }
    bus.publish('last');
    await vi.waitFor(() => expect(payloads.join('\n')).toMatch(/last$/));
    const ms = performance.now() - begun;
    expect(new Set(payloads.flatMap((payload) => payload.split('\n'))).size).toBe(101);
    expect(payloads.length).toBeLessThanOrEqual(2 + ms / 50);
  });

  test('more topics than fit in a notification wake every listener', async () => {
    const schema = aSchema();
    const payloads = await payloadsOf(schema);
    const [{ bus: a }, { bus: b }] = await Promise.all([startBus(schema), startBus(schema)]);
    const counted = count(b, 'a topic that nobody publishes');
    // 4,350 characters, 8,475 bytes.
    for (const topic of longTopics(75)) a.publish(topic);
    await vi.waitFor(() => expect(counted).toEqual({ nudges: 1 }));
    expect(payloads).toEqual(['*']);
    a.publish('topic');
    await vi.waitFor(() => expect(payloads).toEqual(['*', 'topic']));
  });

  test('topics that just fit are sent by name', async () => {
    const schema = aSchema();
    const payloads = await payloadsOf(schema);
    const { bus } = await startBus(schema);
    const topics = longTopics(69);
    for (const topic of topics) bus.publish(topic);
    await vi.waitFor(() => expect(payloads).toEqual([topics.join('\n')]));
  });

  test('sends the last nudges before it stops', async () => {
    const schema = aSchema();
    const payloads = await payloadsOf(schema);
    const { bus } = await startBus(schema);
    bus.publish('first');
    await vi.waitFor(() => expect(payloads).toEqual(['first']));
    bus.publish('last');
    await bus.stop();
    await vi.waitFor(() => expect(payloads).toEqual(['first', 'last']));
  });

  test('notices a connection that is half open, and makes up for what it missed', async () => {
    const schema = aSchema();
    const proxy = await startProxy();
    const { bus: a } = await startBus(schema);
    const { bus: b, outage } = await startBus(schema, {
      url: server.replace(/@[^/]+/, `@127.0.0.1:${proxy.port}`),
      limits: { checkEvery: 50, patience: 200 },
    });
    const counted = count(b, 'topic');
    proxy.freeze();
    await vi.waitFor(() => expect(outage).toEqual(['worked', 'failed']));
    await expect(b.probe()).rejects.toThrow('not connected');
    a.publish('topic');
    b.publish('while it is away');
    expect(counted.nudges).toBe(0);
    const other = count(a, 'while it is away');
    proxy.thaw();
    await vi.waitFor(() => expect(outage.at(-1)).toBe('worked'));
    await b.probe();
    expect(counted.nudges).toBe(1);
    await vi.waitFor(() => expect(other.nudges).toBe(1));
  });

  test('a pooler that gives each transaction another session is not used', async () => {
    const { bus, outage } = await startBus(`${aSchema()}&pooling=transaction`);
    expect(outage).toEqual(['failed']);
    await expect(bus.probe()).rejects.toThrow('not connected');
  });

  test('a server that does not answer delays the start by one attempt and nothing else', async () => {
    const { bus, outage } = await startBus(aSchema(), { url: 'postgres://postgres@127.0.0.1:9/test' });
    expect(outage).toEqual(['failed']);
    const counted = count(bus, 'topic');
    bus.publish('topic');
    expect(counted).toEqual({ nudges: 1 });
  });
});

/** Forwards connections to PostgreSQL until it is frozen; then they stay open, and nothing passes. */
async function startProxy() {
  const { hostname, port } = new URL(server);
  let frozen = false;
  const open = new Set<Socket>();
  const proxy = createServer((near) => {
    const far = connect(Number(port || 5432), hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from);
      from.on('data', (data) => {
        if (!frozen) to.write(data);
      });
      from.on('error', () => {});
      from.on('close', () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => proxy.close(resolve));
  });
  return {
    port: (proxy.address() as { port: number }).port,
    freeze: () => {
      frozen = true;
    },
    thaw: () => {
      frozen = false;
    },
  };
}
