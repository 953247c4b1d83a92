import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ask, startServer, type TestServer } from './support.ts';

const html = { accept: 'text/html' };

/** A client that gets the beginning of an answer, uncompressed, and reads no further. */
async function reader({ port }: TestServer, path: string, accept = '*/*'): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ada\r\nAccept: ${accept}\r\n\r\n`);
  await new Promise((resolve) => socket.once('data', resolve));
  socket.pause();
  return socket;
}

test('two hundred clients that ask for the GraphiQL page and do not read it hold no memory each', async () => {
  const server = await startServer();
  await fetch(server.endpoint, { headers: html }).then((response) => response.text());

  const before = process.memoryUsage().arrayBuffers;
  await Promise.all(Array.from({ length: 200 }, () => reader(server, '/graphql', 'text/html')));

  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100_000_000);
  expect((await ask(server, '{ hello }')).status).toBe(200);
});

test('the page is the same, compressed or not', async () => {
  const { endpoint } = await startServer();
  const [zipped, plain] = await Promise.all(
    ['gzip', 'identity'].map((encoding) => fetch(endpoint, { headers: { ...html, 'accept-encoding': encoding } })),
  );
  expect([zipped!.headers.get('content-encoding'), plain!.headers.get('content-encoding')]).toEqual(['gzip', null]);
  expect(await zipped!.text()).toBe(await plain!.text());
});

test('a client that stops reading its answer is ended', async () => {
  const server = await startServer({ limits: { stalled: 200 } });
  const stuck = await reader(server, '/graphql?query={text(length:9000000)}');
  await vi.waitFor(
    () => {
      stuck.write('\r\n');
      expect(stuck.destroyed).toBe(true);
    },
    { interval: 400, timeout: 20_000 },
  );
  expect((await ask(server, '{ hello }')).status).toBe(200);
});

test('without GraphiQL a browser gets no page, and programs their answers', async () => {
  const server = await startServer({ graphiql: undefined });
  const page = await fetch(server.endpoint, { headers: html });
  expect([page.status, await page.text()]).toEqual([404, 'GraphiQL is off\n']);
  expect((await ask(server, '{ hello }')).status).toBe(200);
});
