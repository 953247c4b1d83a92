import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { ask, startServer, type TestServer } from './support.ts';

/** Sends bytes over a connection of its own and answers all that comes back until the server ends it. */
function rawly({ port }: { port: number }, ...parts: string[]) {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let text = '';
  socket.on('data', (data) => {
    text += data;
  });
  for (const part of parts) socket.write(part);
  return {
    socket,
    ended: new Promise<string>((resolve) => {
      socket.on('error', () => {});
      socket.on('close', () => resolve(text));
    }),
  };
}

const head = (more = '', method = 'POST /graphql') =>
  `${method} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ada\r\nContent-Type: application/json\r\n${more}`;

const isBare = (headers: { get(name: string): string | null }) => [
  headers.get('x-content-type-options'),
  headers.get('cache-control'),
];

test('every response forbids guessing its type, and keeping it', async () => {
  const server = await startServer();
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${server.url}${path}`, { headers, redirect: 'manual' });
  const authorization = 'Bearer ada';
  const responses = [
    await get('/'),
    await get('/health'),
    await get('/health/ready'),
    await get('/nowhere'),
    await get('/graphql?query={hello}', { authorization }),
    await get('/graphql?query={hello}'),
    await get('/graphql?query={', { authorization }),
    await get('/graphql', { authorization }),
    await get('/graphql?query=subscription{rows(channel:"houston"){cursor}}', {
      authorization,
      accept: 'text/event-stream',
    }),
    await fetch(server.endpoint, { method: 'OPTIONS', headers: { origin: 'https://till.example' } }),
    await fetch(server.endpoint, { method: 'PUT' }),
    await fetch(server.endpoint, { method: 'POST', body: 'x' }),
  ];
  for (const response of responses) {
    expect(isBare(response.headers), `${response.url} ${response.status}`).toEqual(['nosniff', 'no-store']);
    await response.body?.cancel();
  }
  // The page is the same for everybody, and large: a browser keeps it and asks whether it has changed.
  const page = await get('/graphql', { accept: 'text/html' });
  expect(isBare(page.headers)).toEqual(['nosniff', 'no-cache']);
  await page.body?.cancel();
});

test.each([
  ['no HTTP', 'hello\r\n\r\n', '400 Bad Request'],
  ['headers that are too large', `${head()}X: ${'x'.repeat(20_000)}\r\n\r\n`, '431 Request Header Fields Too Large'],
  [
    'an upgrade that is refused',
    head('Connection: Upgrade\r\nUpgrade: websocket\r\nOrigin: https://evil.example\r\n\r\n', 'GET /graphql'),
    '403 Forbidden',
  ],
])('%s gets the same headers', async (_, sent, status) => {
  const answer = await rawly(await startServer(), sent).ended;
  expect(answer).toContain(`HTTP/1.1 ${status}\r\n`);
  expect(answer).toContain('X-Content-Type-Options: nosniff\r\n');
  expect(answer).toContain('Cache-Control: no-store\r\n');
});

test.each<[string, string[]]>([
  ['a body that stops', [head('Content-Length: 100\r\n\r\n'), '{"query":']],
  ['a body that never begins', [head('Content-Length: 100\r\n\r\n')]],
  ['a body in pieces that stops', [head('Transfer-Encoding: chunked\r\n\r\n'), '3\r\n{"q\r\n']],
  ['headers that stop', [head()]],
  ['a connection that says nothing', []],
])('%s is answered with 408', async (_, parts) => {
  const server = await startServer({ limits: { requestTime: 300 } });
  const started = performance.now();
  const answer = await rawly(server, ...parts).ended;

  expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
  expect(answer).toContain('Connection: close\r\n');
  expect(performance.now() - started).toBeGreaterThan(250);
  expect(performance.now() - started).toBeLessThan(5_000);
  expect(server.log).toEqual([]);
  expect((await ask(server, '{ hello }')).status).toBe(200);
});

test('a body that drips is answered with 408 all the same', async () => {
  const server = await startServer({ limits: { requestTime: 300 } });
  const { socket, ended } = rawly(server, head('Content-Length: 1000000\r\n\r\n'));
  const drip = setInterval(() => socket.write(' '), 20);
  onTestFinished(() => clearInterval(drip));
  expect(await ended).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
});

test('a client that hangs up in the middle of its body leaves nothing in the log', async () => {
  const server = await startServer();
  const { socket, ended } = rawly(server, head('Content-Length: 100\r\n\r\n'), '{"query":');
  // The server has read the beginning of the body when it answers the next request.
  await ask(server, '{ hello }');
  socket.destroy();
  await ended;
  expect((await ask(server, '{ hello }')).status).toBe(200);
  expect(server.log).toEqual([]);
});

test('an answer may take longer than a request', async () => {
  const server = await startServer({ limits: { requestTime: 200 } });
  const stream = await fetch(`${server.endpoint}?query=subscription{rows(channel:"houston"){cursor}}`, {
    headers: { accept: 'text/event-stream', authorization: 'Bearer ada' },
  });
  const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
  onTestFinished(() => reader.cancel());
  // Others run out of time meanwhile.
  await rawly(server, head()).ended;
  await rawly(server, head()).ended;
  server.world.append('houston', 'a');
  let text = '';
  while (!text.includes('"cursor":1')) text += (await reader.read()).value;
});

const compressed = (server: TestServer, encoding: string, body: Uint8Array | string) =>
  fetch(server.endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-encoding': encoding, authorization: 'Bearer ada' },
    body: body as never,
  });

test.each([
  'gzip',
  'br',
  'deflate',
  'GZIP',
  'identity, gzip',
  'unheard-of',
])('a body in %s is answered with 415', async (encoding) => {
  const server = await startServer();
  for (const body of [gzipSync('{"query":"{ hello }"}'), gzipSync('x'.repeat(900_000)), '{"query":"{ hello }"}']) {
    const response = await compressed(server, encoding, body);
    expect(response.status).toBe(415);
    expect((await response.json()).errors[0].extensions).toEqual({ code: 'BAD_REQUEST' });
  }
  expect(server.log).toEqual([]);
  expect((await compressed(server, 'identity', '{"query":"{ hello }"}')).status).toBe(200);
});
