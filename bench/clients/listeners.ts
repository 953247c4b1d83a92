import { setTimeout as delay } from 'node:timers/promises';
import WebSocket from 'ws';
import { answer } from '../support/child.ts';
import { accountIdsSynced } from '../support/operations.ts';

/** Handshakes at the same time. */
const AT_ONCE = 100;

/** A till's socket: it applies the next account ID of its channel and reconnects with its cursor. */
interface Listener {
  channel: string;
  last: number;
  cursor: string | null;
}

const listeners: Listener[] = [];
const counts = { delivered: 0, repeated: 0, gaps: 0, reconnected: 0, refused: 0 };
let refusal = '';
const queue: Listener[] = [];
let opening = 0;
let url = '';

/** Connects listeners that wait for it, a number of them at a time. */
function connectNext(): void {
  while (opening < AT_ONCE && queue.length > 0) {
    opening++;
    void connect(queue.shift()!).then(() => {
      opening--;
      connectNext();
    });
  }
}

async function connect(listener: Listener): Promise<void> {
  const socket = new WebSocket(url, 'graphql-transport-ws', { perMessageDeflate: false });
  const subscribed = new Promise<boolean>((resolve) => {
    socket.once('open', () => socket.send('{"type":"connection_init"}'));
    socket.on('message', (data) => {
      const message = JSON.parse(String(data));
      if (message.type === 'connection_ack') {
        const payload = {
          query: accountIdsSynced,
          variables: { channel: listener.channel, after: listener.cursor },
        };
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }));
        resolve(true);
      } else if (message.type === 'next') apply(listener, message.payload.data.accountIdsSynced);
      else if (message.type === 'ping') socket.send('{"type":"pong"}');
      else {
        // The subscription has ended: a till subscribes again.
        counts.refused++;
        refusal = String(data);
        socket.close();
      }
    });
    socket.once('error', () => {});
    socket.once('close', () => resolve(false));
  });
  const again = () => {
    queue.push(listener);
    connectNext();
  };
  if (await subscribed) {
    socket.once('close', () => {
      counts.reconnected++;
      again();
    });
    if (socket.readyState !== WebSocket.OPEN) again();
  } else {
    await delay(100);
    queue.push(listener);
  }
}

function apply(listener: Listener, { cursor, customers }: { cursor: string; customers: { sequence: number }[] }): void {
  for (const { sequence } of customers) {
    if (sequence <= listener.last) counts.repeated++;
    else {
      if (sequence > listener.last + 1) counts.gaps++;
      listener.last = sequence;
      counts.delivered++;
    }
  }
  listener.cursor = cursor;
}

answer({
  /** Opens sockets, spread over the channels, and resolves when all have subscribed. */
  open: async (input: { url: string; number: number; channels: string[] }) => {
    url = input.url;
    for (let index = 0; index < input.number; index++) {
      const listener = { channel: input.channels[index % input.channels.length]!, last: 0, cursor: null };
      listeners.push(listener);
      queue.push(listener);
    }
    connectNext();
    while (queue.length + opening > 0) await delay(20);
  },

  /** Waits until every socket has heard that many account IDs of its channel, and answers what all heard so far. */
  heard: async ({ each, patience }: { each: number; patience: number }) => {
    const until = performance.now() + patience;
    while (performance.now() < until && listeners.some(({ last }) => last < each)) await delay(50);
    return { ...counts, refusal, complete: listeners.every(({ last }) => last === each) };
  },
});
