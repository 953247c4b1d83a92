import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import type { App } from '../src/app.ts';
import { topics } from '../src/events/nudges.ts';
import { type Child, startChild } from './support/child.ts';
import { load } from './support/customers.ts';
import { cpuNow } from './support/measure.ts';
import { amount, median, micros, ratioAtLeast, type Suite } from './support/report.ts';
import { addChannels, convert, withNewSystem } from './support/system.ts';

const now = () => performance.timeOrigin + performance.now();

export const fanout: Suite = {
  name: 'fanout',
  title: 'One new account ID to all subscribers of a channel, client in another process',
  most: 240,
  run: ({ quick, say }) =>
    withNewSystem(async (app) => {
      const number = quick ? 100 : 5_000;
      const events = quick ? 3 : 15;
      const [channel] = await addChannels(app, 1);
      // A frame of the product's is what is sent raw.
      const feed = startChild('subscribers', 220);
      const raw = startChild('subscribers', 220);
      try {
        await feed.call('openSubscribers', { url: `${app.url.replace('http', 'ws')}/graphql`, number, channel });
        await publish(app, feed, channel!, number, 0);
        const { last } = await feed.call<{ last: string }>('all');
        const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
        await once(server, 'listening');
        await raw.call('openRaw', { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, number });
        const spent = { feed: [] as Sent[], raw: [] as Sent[] };
        for (let event = 1; event <= events; event++) {
          spent.feed.push(await publish(app, feed, channel!, number, event));
          spent.raw.push(await broadcast(server, raw, number, last));
        }
        for (const socket of server.clients) socket.terminate();
        server.close();
        const [ours, bare] = [spent.feed, spent.raw].map((all) => median(all.map(({ took }) => took)));
        const [cpu, bareCpu] = [spent.feed, spent.raw].map((all) => median(all.map(({ cpu }) => cpu)) / number);
        say(
          `${amount(number)} subscribers have an event of ${last.length} bytes after ${amount(ours!)} ms (${micros(cpu!)} of CPU each); raw frames take ${amount(bare!)} ms (${micros(bareCpu!)} each)`,
        );
        return [
          {
            what: `One feed event to ${amount(number)} WebSocket subscribers`,
            value: (number / ours!) * 1_000,
            unit: 'deliveries/s',
            reference: { value: (number / bare!) * 1_000, what: 'raw `ws` frames' },
            ratio: median(spent.feed.map(({ took }, index) => spent.raw[index]!.took / took)),
            target: ratioAtLeast(0.9),
            cpu: { unit: 'delivery', node: cpu! },
          },
        ];
      } finally {
        await feed.stop();
        await raw.stop();
      }
    }),
};

/** An event on its way to all of them. */
interface Sent {
  /** Ms to the last one. */
  took: number;
  /** Microseconds. */
  cpu: number;
}

/** From the nudge after the commit. */
async function publish(app: App, client: Child, channel: string, number: number, index: number): Promise<Sent> {
  await load(await app.channels.databaseOf(channel), channel, index, 1);
  await client.call('expect', { number });
  let nudged = 0;
  let before = { node: 0 };
  const unsubscribe = app.nudges.subscribe(topics.accountIds(channel), () => {
    if (nudged > 0) return;
    nudged = now();
    before = cpuNow();
  });
  await convert(app);
  unsubscribe();
  const { at } = await client.call<{ at: number }>('all');
  return { took: at - nudged, cpu: cpuNow().node - before.node };
}

async function broadcast(server: WebSocketServer, client: Child, number: number, text: string): Promise<Sent> {
  await client.call('expect', { number });
  const before = cpuNow();
  const begun = now();
  const frame = Buffer.from(text);
  for (const socket of server.clients) socket.send(frame, { binary: false });
  const { at } = await client.call<{ at: number }>('all');
  return { took: at - begun, cpu: cpuNow().node - before.node };
}
