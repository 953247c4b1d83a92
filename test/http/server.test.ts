import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { ask, graphqlWsClient, openSocket, ready, startServer, type TestServer } from './support.ts';

test('health says that the process lives, readiness whether it should get requests', async () => {
  const server = await startServer();

  const health = await fetch(`${server.url}/health`);
  expect([health.status, await health.text()]).toEqual([200, 'ok\n']);
  expect(await ready(server)).toEqual({ status: 200, body: { status: 'ready' } });
  server.drain();
  expect((await fetch(`${server.url}/health`)).status).toBe(200);
  expect(await ready(server)).toEqual({ status: 503, body: { status: 'stopping' } });
});

test('a server that stops answers on connections that it has, tells each to end, and cuts none', async () => {
  const server = await startServer({ limits: { draining: 200 } });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const get = (path: string) =>
    new Promise<{ status: number | undefined; connection: string | undefined; reused: boolean }>((resolve, reject) => {
      const outgoing = request(
        `${server.url}${path}`,
        { agent, headers: { authorization: 'Bearer ada' } },
        (response) => {
          response.resume().once('end', () => {
            resolve({
              status: response.statusCode,
              connection: response.headers.connection,
              reused: outgoing.reusedSocket,
            });
          });
        },
      );
      outgoing.once('error', reject).end();
    });
  expect(await get('/health')).toEqual({ status: 200, connection: 'keep-alive', reused: false });

  const closed = server.close();

  expect(await get('/graphql?query={hello}')).toEqual({ status: 200, connection: 'close', reused: true });
  await closed;
  await expect(get('/health')).rejects.toThrow('ECONNREFUSED');
});

test('an answer that is under way when the server stops ends its connection too', async () => {
  let answer = () => {};
  let asked = () => {};
  const arrived = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const server = await startServer({
    viewerOf: () => {
      asked();
      return new Promise((resolve) => {
        answer = () => resolve({ name: 'ada' });
      });
    },
  });
  const answered = ask(server, '{ hello }');
  await arrived;
  const closed = server.close();
  answer();
  const { status, headers } = await answered;
  expect([status, headers.get('connection')]).toEqual([200, 'close']);
  await closed;
});

test('the root leads to GraphiQL and other paths are not found', async () => {
  const { url } = await startServer();

  const root = await fetch(url, { redirect: 'manual' });
  expect([root.status, root.headers.get('location')]).toEqual([302, '/graphql']);
  expect((await fetch(`${url}/favicon.ico`)).status).toBe(404);
});

test('a port in use is said in words', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;

  await expect(startServer({ port })).rejects.toThrow(`Port ${port} on 127.0.0.1 is in use`);
});

test('the GraphiQL page needs nothing from the internet', async () => {
  const { endpoint } = await startServer();

  const response = await fetch(endpoint, { headers: { accept: 'text/html' } });
  const page = await response.text();

  expect(response.status).toBe(200);
  expect(page).toContain('<title>Channel headquarters</title>');
  expect(page).toContain('{ hello }');
  expect(page).toContain('"subscriptionsProtocol":"WS"');
  const markup = page.replace(/<script>[\s\S]*<\/script>/, '');
  expect(markup).not.toMatch(/<script[^>]*\ssrc=/);
  expect(markup).not.toMatch(/<link[^>]*href="https?:/);
  expect(page).not.toMatch(
    /url\(["']?https?:|@import ["']?https?:|importScripts\(["']https?:|unpkg\.com|jsdelivr|cdnjs|esm\.sh/,
  );
  expect(response.headers.get('content-security-policy')).toContain("default-src 'self'");
});

const pageOf = async ({ endpoint }: TestServer) => (await fetch(endpoint, { headers: { accept: 'text/html' } })).text();

test('a tab of GraphiQL does not jump from under the mouse that presses it', async () => {
  const page = await pageOf(await startServer());
  // Behind GraphiQL's own styles, at the end of the document.
  expect(page.slice(page.lastIndexOf('<style>'))).toContain('.graphiql-tab { transform: none !important; }');
});

test('GraphiQL gives its token to sockets too', async () => {
  const page = await pageOf(await startServer());
  expect(page).toContain('"connectionParams":connectionParams');
  expect(page.slice(0, page.indexOf('</head>'))).toContain("localStorage.getItem('graphiql:headers')");
});

test('what is shown below GraphiQL comes last, so that it may use the page', async () => {
  const below = '<aside>below</aside>';
  const page = await pageOf(await startServer({ graphiql: { tabs: [], below } }));
  expect(page).toMatch(/<\/script>\s*<style>[^<]*<\/style><aside>below<\/aside><\/body>/);
});

test('a browser that has the page gets it not again', async () => {
  const { endpoint } = await startServer();
  const { headers } = await fetch(endpoint, { headers: { accept: 'text/html' } });
  const again = await fetch(endpoint, { headers: { accept: 'text/html', 'if-none-match': headers.get('etag')! } });
  expect(again.status).toBe(304);
});

test('closing ends sockets with 1001, streams and idle connections, and takes no more requests', async () => {
  const server = await startServer();
  server.world.append('houston', 'a');
  expect((await ask(server, '{ hello }')).status).toBe(200);
  const socket = await openSocket(server);
  const stream = await fetch(server.endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: 'Bearer ada' },
    body: JSON.stringify({ query: 'subscription { rows(channel: "houston") { cursor } }' }),
  });

  const started = performance.now();
  await server.close();

  expect(performance.now() - started).toBeLessThan(1_500);
  expect((await socket.closed).code).toBe(1001);
  await expect(stream.text()).rejects.toThrow();
  await expect(ask(server, '{ hello }')).rejects.toThrow();
  expect(server.world.listening.get('rows:houston')).toBe(0);
});

test('a client that does not answer the closing handshake does not hold up the end', async () => {
  const server = await startServer({ limits: { closing: 100 } });
  const socket = await openSocket(server);
  socket.socket.pause();

  await server.close();

  expect(socket.socket.readyState).toBe(socket.socket.OPEN);
});

test('requests, streams and sockets answer the same operation', async () => {
  const server = await startServer();
  server.world.append('houston', 'a', 'b');
  const query = 'subscription { rows(channel: "houston") { cursor values } }';
  const event = { data: { rows: { cursor: 2, values: ['a', 'b'] } } };

  const stream = await fetch(`${server.endpoint}?query=${encodeURIComponent(query)}`, {
    headers: { accept: 'text/event-stream', authorization: 'Bearer ada' },
  });
  const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
  onTestFinished(() => reader.cancel());
  let text = '';
  while (!text.includes('"values"')) text += (await reader.read()).value;
  expect(text).toContain(`event: next\ndata: ${JSON.stringify(event)}\n\n`);

  for await (const result of graphqlWsClient(server).iterate({ query })) {
    expect(result).toEqual(event);
    break;
  }
  for await (const result of graphqlWsClient(server).iterate({ query: '{ hello }' })) {
    expect(result).toEqual((await ask(server, '{ hello }')).body);
  }
});
