import WebSocket from 'ws';
import { answer } from '../support/child.ts';
import { customerInput } from '../support/customers.ts';
import { graphqlClient } from '../support/http.ts';
import { accountIdsSynced, createChannel, createCustomer } from '../support/operations.ts';

interface Tills {
  url: string;
  /** Another server, whose sockets hear of the account IDs. */
  socketsUrl?: string;
  channels: string[];
  rate: number;
  seconds: number;
}

answer({
  /** Adds channels, each with a database of its own. */
  addChannels: async ({ url, channels }: Pick<Tills, 'url' | 'channels'>) => {
    const client = graphqlClient(url, 1);
    for (const code of channels) await client.post(createChannel, { input: channelInput(code) });
    client.close();
  },

  /** Creates customers at a steady rate and answers the ms from each acknowledgement to its account ID on the channel's socket. */
  run: async ({ url, socketsUrl = url, channels, rate, seconds }: Tills) => {
    const sent = new Set<string>();
    const acknowledged = new Map<string, number>();
    const received = new Map<string, number>();
    const sockets = await Promise.all(
      channels.map((channel) =>
        listen(socketsUrl, channel, (uuid) => {
          // The feed begins with those of earlier calls.
          if (sent.has(uuid)) received.set(uuid, performance.now());
        }),
      ),
    );
    const client = graphqlClient(url, 50);
    const open: Promise<void>[] = [];
    // Making the first one takes long: they would all be late, and come at once.
    const inputs = Array.from({ length: rate * seconds }, (_, turn) =>
      customerInput(channels[turn % channels.length]!, turn),
    );
    const begun = performance.now();
    for (const [turn, input] of inputs.entries()) {
      const early = begun + (turn * 1_000) / rate - performance.now();
      if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
      sent.add(input.uuid!);
      open.push(
        client.post(createCustomer, { input }).then(({ createCustomer: created }) => {
          if (created.__typename !== 'Customer') throw new Error(JSON.stringify(created));
          acknowledged.set(input.uuid!, performance.now());
        }),
      );
    }
    await Promise.all(open);
    const giveUp = performance.now() + 20_000;
    while (received.size < acknowledged.size && performance.now() < giveUp)
      await new Promise((resolve) => setTimeout(resolve, 50));
    for (const socket of sockets) socket.terminate();
    client.close();
    if (received.size !== acknowledged.size)
      throw new Error(`${acknowledged.size} were created, ${received.size} came back`);
    return [...acknowledged].map(([uuid, at]) => Math.max(0, received.get(uuid)! - at));
  },
});

const channelInput = (code: string) => {
  const settings = { type: 'RETAIL_STORE', currency: 'USD', timeZone: 'America/Chicago', country: 'US' };
  return { code, name: code, ...settings };
};

function listen(url: string, channel: string, heard: (uuid: string) => void): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    socket.once('error', reject);
    socket.once('open', () => socket.send('{"type":"connection_init"}'));
    socket.on('message', (data) => {
      const { type, payload } = JSON.parse(String(data));
      if (type === 'connection_ack') {
        socket.send(
          JSON.stringify({ id: '1', type: 'subscribe', payload: { query: accountIdsSynced, variables: { channel } } }),
        );
        resolve(socket);
      } else if (type === 'next') for (const { uuid } of payload.data.accountIdsSynced.customers) heard(uuid);
      else reject(new Error(String(data)));
    });
  });
}
