import WebSocket from 'ws';
import { answer } from '../support/child.ts';
import { accountIdsSynced } from '../support/operations.ts';

let sockets: WebSocket[] = [];
let arrived = 0;
let last = '';
let expected = 0;
let at = 0;
let complete = () => {};

const now = () => performance.timeOrigin + performance.now();

function count(message: string): void {
  last = message;
  if (++arrived < expected) return;
  at = now();
  complete();
}

/** At most 100 handshakes at once. */
async function openAll(number: number, open: () => Promise<WebSocket>): Promise<void> {
  let left = number;
  await Promise.all(
    Array.from({ length: 100 }, async () => {
      while (left-- > 0) sockets.push(await open());
    }),
  );
}

answer({
  /** Sockets that send nothing and count what comes. */
  openRaw: ({ url, number }: { url: string; number: number }) =>
    openAll(
      number,
      () =>
        new Promise((resolve, reject) => {
          const socket = new WebSocket(url, { perMessageDeflate: false });
          socket.once('error', reject);
          socket.once('open', () => resolve(socket));
          socket.on('message', (data) => count(String(data)));
        }),
    ),

  /** Subscribers of one channel's account IDs, each on a socket of its own. */
  openSubscribers: ({ url, number, channel }: { url: string; number: number; channel: string }) =>
    openAll(
      number,
      () =>
        new Promise((resolve, reject) => {
          const socket = new WebSocket(url, 'graphql-transport-ws', { perMessageDeflate: false });
          socket.once('error', reject);
          socket.once('open', () => socket.send('{"type":"connection_init"}'));
          socket.on('message', (data) => {
            const text = String(data);
            if (text.startsWith('{"type":"connection_ack"')) {
              const payload = { query: accountIdsSynced, variables: { channel } };
              socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }));
              resolve(socket);
            } else if (text.includes('"type":"next"')) count(text);
            else reject(new Error(text));
          });
        }),
    ),

  /** Begins to count. */
  expect: async ({ number }: { number: number }) => {
    arrived = 0;
    expected = number;
    at = 0;
  },

  /** When the last of them was there (ms since 1970), and what it was. */
  all: async () => {
    if (at === 0) {
      await new Promise<void>((resolve) => {
        complete = resolve;
      });
    }
    return { at, last };
  },

  close: async () => {
    for (const socket of sockets) socket.terminate();
    sockets = [];
  },
});
