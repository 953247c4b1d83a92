import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import type { App } from '../src/app.ts';
import { topics } from '../src/events/nudges.ts';
import { type Child, startChild } from './support/child.ts';
import { load } from './support/customers.ts';
import { amount, median, ms, type Suite, times } from './support/report.ts';
import { addChannels, convert, withFolder, withSystem } from './support/system.ts';

const now = () => performance.timeOrigin + performance.now();

export const fanout: Suite = {
  name: 'fanout',
  title: 'One new account ID to all subscribers of a channel, client in another process',
  most: 240,
  run: ({ quick, say }) =>
    withFolder((folder) =>
      withSystem(folder, async (app) => {
        const number = quick ? 200 : 5_000;
        const events = quick ? 3 : 15;
        const [channel] = await addChannels(app, 1);
        const file = new URL('./clients/subscribers.ts', import.meta.url);
        // A frame of the product's is what is sent raw.
        const feed = startChild(file, 220);
        const raw = startChild(file, 220);
        try {
          await feed.call('openSubscribers', { url: `${app.url.replace('http', 'ws')}/graphql`, number, channel });
          await publish(app, feed, channel!, number, 0);
          const { last } = await feed.call<{ last: string }>('all');
          const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
          await once(server, 'listening');
          await raw.call('openRaw', { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, number });
          const spent = { feed: [] as number[], raw: [] as number[] };
          for (let event = 1; event <= events; event++) {
            spent.feed.push(await publish(app, feed, channel!, number, event));
            spent.raw.push(await broadcast(server, raw, number, last));
          }
          for (const socket of server.clients) socket.terminate();
          server.close();
          const [ours, bare] = [median(spent.feed), median(spent.raw)];
          say(
            `${amount(number)} subscribers have an event of ${last.length} bytes after ${ms(ours)}; raw frames take ${ms(bare)}`,
          );
          return [
            {
              what: `One feed event to ${amount(number)} WebSocket subscribers`,
              measured: `${amount((number / ours) * 1_000)} deliveries/s`,
              reference: `${amount((number / bare) * 1_000)}/s, raw \`ws\` frames`,
              ratio: times(bare / ours),
              target: 'half',
              met: bare / ours >= 0.5,
            },
          ];
        } finally {
          await feed.stop();
          await raw.stop();
        }
      }),
    ),
};

/** Ms from the nudge after the commit to the last subscriber. */
async function publish(app: App, client: Child, channel: string, number: number, index: number): Promise<number> {
  await load(await app.channels.databaseOf(channel), channel, index, 1);
  await client.call('expect', { number });
  let nudged = 0;
  const unsubscribe = app.nudges.subscribe(topics.accountIds(channel), () => {
    nudged ||= now();
  });
  await convert(app);
  unsubscribe();
  return (await client.call<{ at: number }>('all')).at - nudged;
}

async function broadcast(server: WebSocketServer, client: Child, number: number, text: string): Promise<number> {
  await client.call('expect', { number });
  const begun = now();
  const frame = Buffer.from(text);
  for (const socket of server.clients) socket.send(frame, { binary: false });
  return (await client.call<{ at: number }>('all')).at - begun;
}
