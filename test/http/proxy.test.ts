import { createServer, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { parse } from 'graphql';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { clientOf } from '../../src/client/client.ts';
import { ask, openSocket, startServer } from './support.ts';

interface Proxy {
  /** Whether requests arrive without the prefix. */
  removesPrefix?: boolean;
  forwardsUpgrades?: boolean;
}

/** A server behind a reverse proxy that serves it below /hq and sends its own `Host`. */
async function startBehindProxy(
  { removesPrefix = true, forwardsUpgrades = true }: Proxy,
  { knowsPublicUrl = true } = {},
) {
  let target = 0;
  const outgoing = ({ url = '/', method, headers }: IncomingMessage) => ({
    host: '127.0.0.1',
    port: target,
    method,
    path: removesPrefix ? url.replace(/^\/hq/, '') : url,
    headers: { ...headers, host: `upstream:${target}` },
  });
  const proxy = createServer((incoming, response) => {
    const { upgrade: _, connection: __, ...headers } = incoming.headers;
    const forwarded = request(
      { ...outgoing(incoming), headers: { ...headers, host: `upstream:${target}` } },
      (from) => {
        response.writeHead(from.statusCode!, from.headers);
        from.pipe(response);
      },
    );
    response.once('close', () => forwarded.destroy());
    forwarded.on('error', () => response.destroy());
    incoming.pipe(forwarded);
  });
  if (forwardsUpgrades) {
    proxy.on('upgrade', (incoming, client) => {
      const { path, headers } = outgoing(incoming);
      const upstream = connect(target, '127.0.0.1');
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      upstream.write(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
      upstream.pipe(client).pipe(upstream);
      for (const end of [client, upstream]) end.on('error', () => {});
    });
  }
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  const origin = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const publicUrl = `${origin}/hq`;
  const server = await startServer(knowsPublicUrl ? { publicUrl } : {});
  target = server.port;
  const endpoint = `${publicUrl}/graphql`;
  return { server, origin, publicUrl, endpoint, socketUrl: endpoint.replace('http', 'ws') };
}

const feed = 'subscription { rows(channel: "houston") { cursor values } }';
const event = { data: { rows: { cursor: 1, values: ['a'] } } };

test.each([
  ['removes', true],
  ['keeps', false],
])('behind a proxy that %s the path prefix and rewrites Host, requests, streams, and sockets work', async (_, removesPrefix) => {
  const proxy = await startBehindProxy({ removesPrefix });
  const { server, origin, endpoint } = proxy;
  server.world.append('houston', 'a');

  const answer = await ask(proxy, '{ hello }', { headers: { origin } });
  expect(answer.body).toEqual({ data: { hello: 'hello ada' } });
  expect(answer.headers.get('access-control-allow-origin')).toBe(origin);

  const stream = await fetch(`${endpoint}?query=${encodeURIComponent(feed)}`, {
    headers: { accept: 'text/event-stream', authorization: 'Bearer ada', origin },
  });
  expect(stream.headers.get('x-accel-buffering')).toBe('no');
  const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
  onTestFinished(() => reader.cancel());
  let text = '';
  while (!text.includes('"values"')) text += (await reader.read()).value;
  expect(text).toContain(`data: ${JSON.stringify(event)}\n`);

  const socket = await openSocket(proxy, { headers: { origin } });
  socket.subscribe('1', feed);
  expect(await socket.next()).toEqual({ id: '1', type: 'next', payload: event });
  await expect(
    (await openSocket(proxy, { init: false, headers: { origin: 'https://elsewhere.example' } })).opened,
  ).rejects.toThrow('403');
});

test('behind a proxy, the prefix leads to GraphiQL', async () => {
  const { publicUrl } = await startBehindProxy({});
  for (const address of [publicUrl, `${publicUrl}/`]) {
    const page = await fetch(address, { headers: { accept: 'text/html' } });
    expect([page.status, page.url]).toEqual([200, `${publicUrl}/graphql`]);
    // Without an endpoint, GraphiQL uses the address of its page.
    expect((await page.text()).slice(-2_000).includes('endpoint')).toBe(false);
  }
});

test('our own client finds the server below the prefix, for requests and subscriptions', async () => {
  const { publicUrl, server } = await startBehindProxy({});
  server.world.append('houston', 'a');
  const client = clientOf(publicUrl, 'ada');
  onTestFinished(() => client.close());
  expect(await client.request(parse('{ hello }'), {})).toEqual({ hello: 'hello ada' });
  for await (const data of client.subscribe(parse(feed), {})) {
    expect(data).toEqual(event.data);
    break;
  }
});

test('without PUBLIC_URL, a page behind the proxy is told that its origin is refused', async () => {
  const proxy = await startBehindProxy({}, { knowsPublicUrl: false });
  const headers = { origin: proxy.origin };
  expect((await ask(proxy, '{ hello }', { headers })).headers.get('access-control-allow-origin')).toBeNull();
  expect(await refusalOf(proxy.socketUrl, headers)).toEqual({
    status: 403,
    text: expect.stringContaining('Set PUBLIC_URL'),
  });
});

test('a proxy that does not forward upgrades is told so', async () => {
  const { socketUrl, origin } = await startBehindProxy({ forwardsUpgrades: false });
  expect(await refusalOf(socketUrl, { origin })).toEqual({
    status: 426,
    text: expect.stringContaining('without its Upgrade header'),
  });
});

test('a server without PUBLIC_URL serves no prefix', async () => {
  const { url } = await startServer();
  expect((await fetch(`${url}/hq/graphql`)).status).toBe(404);
});

/** The HTTP response to a client that wanted a socket. */
const refusalOf = (url: string, headers: Record<string, string>) =>
  new Promise<{ status: number | undefined; text: string }>((resolve) => {
    const socket = new WebSocket(url, 'graphql-transport-ws', { headers });
    socket.on('error', () => {});
    socket.once('unexpected-response', (_request, response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.once('end', () => resolve({ status: response.statusCode, text }));
    });
  });
