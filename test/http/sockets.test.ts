import { expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { ask, openSocket, startServer } from './support.ts';

test('trap 12: an operation that cannot be parsed or is invalid fails alone, and the others go on', async () => {
  const server = await startServer();
  const socket = await openSocket(server);
  socket.subscribe('feed', 'subscription { rows(channel: "houston") { values } }');
  socket.subscribe('plain', 'subscription { plainRows(channel: "houston") { values } }');

  socket.subscribe('syntax', '{');
  expect(await socket.next()).toMatchObject({ id: 'syntax', type: 'error' });
  socket.subscribe('invalid', '{ helo }');
  expect(await socket.next()).toMatchObject({ id: 'invalid', type: 'error' });
  socket.subscribe('variables', 'query($times: Int!) { hello(times: $times) }');
  expect(await socket.next()).toMatchObject({ id: 'variables', type: 'error' });
  socket.subscribe('refused', 'subscription { rows(channel: "austin") { values } }');
  expect(await socket.next()).toEqual({
    id: 'refused',
    type: 'error',
    payload: [expect.objectContaining({ message: 'There is no such channel.', extensions: { code: 'NOT_FOUND' } })],
  });
  socket.subscribe('refused plain', 'subscription { plainRows(channel: "austin") { values } }');
  expect(await socket.next()).toMatchObject({ id: 'refused plain', type: 'error' });

  server.world.append('houston', 'a');
  const arrived = [await socket.next(), await socket.next()];
  expect(arrived.map(({ id }) => id).sort()).toEqual(['feed', 'plain']);
  expect(arrived.map(({ payload }) => Object.values(payload.data))).toEqual([[{ values: ['a'] }], [{ values: ['a'] }]]);
});

test('a stream that breaks ends with a masked error, and its socket stays', async () => {
  const server = await startServer();
  const socket = await openSocket(server);
  socket.subscribe('1', 'subscription { brokenStream }');

  expect(await socket.next()).toMatchObject({ type: 'next', payload: { data: { brokenStream: 'one' } } });
  const { type, payload } = await socket.next();
  expect([type, payload[0].message]).toEqual(['error', 'Unexpected error.']);
  expect(payload[0].extensions).toEqual({ code: 'INTERNAL', reference: expect.any(String) });
  expect(server.log).toHaveLength(1);

  socket.subscribe('2', '{ hello }');
  expect(await socket.next()).toMatchObject({ id: '2', type: 'next' });
});

test('a socket whose viewer cannot be looked up may come again', async () => {
  const server = await startServer();
  const socket = await openSocket(server, { init: false });
  await socket.opened;
  socket.send({ type: 'connection_init', payload: { authorization: 'Bearer broken' } });
  expect((await socket.closed).code).toBe(1013);
  expect(server.log).toHaveLength(1);
});

test('the token may come with the upgrade request; the one in the connection parameters wins', async () => {
  const server = await startServer();
  const headers = { authorization: 'Bearer header' };
  for (const [payload, expected] of [
    [undefined, 'hello header'],
    [{ Authorization: 'Bearer parameter' }, 'hello parameter'],
  ] as const) {
    const socket = await openSocket(server, { init: false, headers });
    await socket.opened;
    socket.send({ type: 'connection_init', payload });
    expect(await socket.next()).toEqual({ type: 'connection_ack' });
    socket.subscribe('1', '{ hello }');
    expect((await socket.next()).payload).toEqual({ data: { hello: expected } });
  }
});

test('trap 17: a page from elsewhere cannot open a socket, its own and the allowed ones can', async () => {
  const server = await startServer();
  const openFrom = async (origin: string) => (await openSocket(server, { init: false, headers: { origin } })).opened;

  await expect(openFrom('https://elsewhere.example')).rejects.toThrow('403');
  await expect(openFrom('null')).rejects.toThrow('403');
  await expect(openFrom('https://till.example')).resolves.toBeUndefined();
  await expect(openFrom(server.url)).resolves.toBeUndefined();
});

test('a socket opens at /graphql only, whatever the path looks like', async () => {
  const server = await startServer();
  for (const path of ['/elsewhere', '//', '/graphql/more']) {
    const socket = await openSocket({ socketUrl: `ws://127.0.0.1:${server.port}${path}` }, { init: false });
    await expect(socket.opened).rejects.toThrow('404');
  }
  expect((await ask(server, '{ hello }')).status).toBe(200);
});

test('trap 14: a message of more than 256 KB ends its socket', async () => {
  const socket = await openSocket(await startServer());
  socket.subscribe('1', `{ hello } #${'x'.repeat(300_000)}`);
  expect((await socket.closed).code).toBe(1009);
});

test('trap 14: the operation after the hundredth is refused and the socket lives', async () => {
  const server = await startServer();
  const socket = await openSocket(server);
  for (let i = 1; i <= 100; i++)
    socket.subscribe(String(i), 'subscription { plainRows(channel: "houston") { values } }');
  socket.subscribe('one more', '{ hello }');
  expect(await socket.next()).toMatchObject({
    id: 'one more',
    type: 'error',
    payload: [{ message: 'too many operations' }],
  });

  socket.complete('1');
  socket.subscribe('again', '{ hello }');
  expect(await socket.next()).toMatchObject({ id: 'again', type: 'next' });
});

test('trap 14: a client that asks and never reads is ended when much waits for it', async () => {
  const server = await startServer({
    limits: { socketLookEvery: 20, socketOverflowLooks: 3, socketPingEvery: 1_000_000 },
  });
  const socket = await openSocket(server);
  const other = await openSocket(server);
  socket.socket.pause();
  for (let i = 1; i <= 90; i++) socket.subscribe(String(i), '{ text(length: 1000000) }');

  // The connection below ends although its client reads nothing, not even a closing handshake.
  const below = (socket.socket as unknown as { _socket: { destroyed: boolean; resume(): void } })._socket;
  await vi.waitFor(() => {
    socket.socket.ping();
    expect(below.destroyed).toBe(true);
  }, 10_000);
  other.subscribe('1', '{ hello }');
  expect(await other.next()).toMatchObject({ type: 'next' });
});

test('trap 14: a client that asks and never reads is no longer listened to', async () => {
  const server = await startServer({ limits: { socketOverflowLooks: 1_000_000 } });
  const socket = await openSocket(server);
  const other = await openSocket(server);
  const { world } = server;
  const roundTrip = async () => {
    other.subscribe('1', '{ hello }');
    expect([(await other.next()).type, (await other.next()).type]).toEqual(['next', 'complete']);
  };
  socket.socket.pause();
  // Long enough that the requests come in many reads: what was read in one go before the pause is answered all the same.
  const query = `{ text(length: 1000000) }${' '.repeat(50_000)}`;
  for (let i = 1; i <= 60; i++) socket.subscribe(String(i), query);
  for (let i = 1; i <= 20; i++) await roundTrip();
  expect(world.contexts).toBeLessThan(20 + 60);
});

test('a client that reads again is listened to again', async () => {
  const server = await startServer({ limits: { socketHighWater: 10_000, socketOverflow: 1_000_000_000 } });
  const socket = await openSocket(server);
  socket.socket.pause();
  for (let i = 1; i <= 50; i++) socket.subscribe(String(i), '{ text(length: 500000) }');
  socket.socket.resume();
  const finished = new Set<string>();
  while (finished.size < 50) {
    const { id, type } = await socket.next();
    if (type === 'complete') finished.add(id!);
  }
  socket.subscribe('after', '{ hello }');
  expect(await socket.next()).toMatchObject({ id: 'after', type: 'next' });
});

test('a socket that does not answer pings is ended, one that does stays', async () => {
  const server = await startServer({ limits: { socketLookEvery: 20, socketPingEvery: 3 } });
  const alive = await openSocket(server);
  const dead = new WebSocket(server.socketUrl, 'graphql-transport-ws', { autoPong: false });
  onTestFinished(() => dead.terminate());
  let pings = 0;
  alive.socket.on('ping', () => pings++);
  const ended = new Promise<number>((resolve) => dead.on('close', resolve));
  dead.on('open', () => dead.send(JSON.stringify({ type: 'connection_init', payload: { authorization: 'Bearer x' } })));

  expect(await ended).toBe(1006);
  await vi.waitFor(() => expect(pings).toBeGreaterThan(3));
  alive.subscribe('1', '{ hello }');
  expect(await alive.next()).toMatchObject({ type: 'next' });
});

test('the events of an ordinary subscription are executed in a context each', async () => {
  const server = await startServer();
  const socket = await openSocket(server);
  socket.subscribe('1', 'subscription { plainRows(channel: "houston") { cursor context } }');
  server.world.append('houston', 'a', 'b', 'c', 'd');
  const events = [(await socket.next()).payload.data.plainRows, (await socket.next()).payload.data.plainRows];
  expect(events.map(({ cursor }) => cursor)).toEqual([3, 4]);
  expect(events[0].context).not.toBe(events[1].context);
});
