import { once } from 'node:events';
import { request } from 'node:http';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { openSocket, startServer, topicOf } from './support.ts';

/*
 * The rules of the graphql-transport-ws protocol
 * (https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md), in its order.
 */

type Socket = Awaited<ReturnType<typeof openSocket>>;

const feed = 'subscription { rows(channel: "houston") { values } }';
const plain = 'subscription { plainRows(channel: "houston") { values } }';
const feeds = [
  ['a shared feed', feed],
  ['an ordinary subscription', plain],
] as const;

const subscribe = <ID = string>(payload: unknown, id: ID = '1' as ID) => ({ id, type: 'subscribe', payload });
const query = '{ hello }';

/** Opens a socket and leaves `connection_init` to the test. */
async function openUnannounced(...[server, options]: Parameters<typeof openSocket>): Promise<Socket> {
  const socket = await openSocket(server, { ...options, init: false });
  await socket.opened;
  return socket;
}

/** Expects that nothing but this is waiting or on its way: the answer to a ping comes after all that was sent before it. */
async function expectSilence(socket: Socket): Promise<void> {
  socket.send({ type: 'ping', payload: { last: true } });
  expect(await socket.next()).toEqual({ type: 'pong', payload: { last: true } });
}

describe('subprotocol', () => {
  test('a socket without a subprotocol is closed with 4406', async () => {
    const { socketUrl } = await startServer();
    const socket = new WebSocket(socketUrl);
    onTestFinished(() => socket.terminate());
    expect((await once(socket, 'close'))[0]).toBe(4406);
  });

  test('a socket with another subprotocol is closed with 4406', async () => {
    const { endpoint } = await startServer();
    // The ws client would end the handshake itself, because the server confirms no subprotocol.
    const sent = request(endpoint, {
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
        'sec-websocket-protocol': 'graphql-ws',
      },
    });
    sent.end();
    const [response, connection, head] = await once(sent, 'upgrade');
    onTestFinished(() => connection.destroy());
    expect(response.headers).not.toHaveProperty('sec-websocket-protocol');
    const frame: Buffer = head.length > 0 ? head : (await once(connection, 'data'))[0];
    expect([frame[0], frame.readUInt16BE(2)]).toEqual([0x88, 4406]);
  });

  test('the server picks graphql-transport-ws among several', async () => {
    const { socketUrl } = await startServer();
    const socket = new WebSocket(socketUrl, ['graphql-ws', 'graphql-transport-ws']);
    onTestFinished(() => socket.terminate());
    await once(socket, 'open');
    expect(socket.protocol).toBe('graphql-transport-ws');
  });
});

describe('connection_init', () => {
  test.each([[undefined], [null], [{ anything: 1 }]])('with the payload %j is acknowledged', async (payload) => {
    const socket = await openUnannounced(await startServer(), { headers: { authorization: 'Bearer ada' } });
    socket.send({ type: 'connection_init', payload });
    expect(await socket.next()).toEqual({ type: 'connection_ack' });
  });

  test('that does not arrive in time closes the socket with 4408', async () => {
    const socket = await openUnannounced(await startServer({ limits: { connectionInit: 50 } }));
    expect(await socket.closed).toEqual({ code: 4408, reason: 'Connection initialisation timeout' });
  });

  test('that arrived in time does not', async () => {
    const limits = { connectionInit: 100, socketLookEvery: 20, socketPingEvery: 1 };
    const socket = await openSocket(await startServer({ limits }));
    let pings = 0;
    socket.socket.on('ping', () => pings++);
    await vi.waitFor(() => expect(pings).toBeGreaterThan(8), 5_000);
    await expectSilence(socket);
  });

  test('that is rejected closes the socket with 4403', async () => {
    const server = await startServer();
    const socket = await openUnannounced(server);
    socket.send({ type: 'connection_init', payload: { authorization: 'nonsense' } });
    expect(await socket.closed).toEqual({ code: 4403, reason: 'Forbidden' });
    expect(server.log).toEqual([]);
  });

  test.each([
    ['after the acknowledgment', true],
    ['before it', false],
  ])('sent again %s closes the socket with 4429', async (_when, wait) => {
    const socket = await openUnannounced(await startServer());
    const init = { type: 'connection_init', payload: { authorization: 'Bearer ada' } };
    socket.send(init);
    if (wait) await socket.next();
    socket.send(init);
    expect(await socket.closed).toEqual({ code: 4429, reason: 'Too many initialisation requests' });
  });
});

describe('ping and pong', () => {
  test.each([
    [undefined],
    [{ sent: 1 }],
  ])('a ping with the payload %j is answered, before and after the acknowledgment', async (payload) => {
    const socket = await openUnannounced(await startServer());
    const pong = payload === undefined ? { type: 'pong' } : { type: 'pong', payload };
    socket.send({ type: 'ping', payload });
    expect(await socket.next()).toEqual(pong);
    socket.send({ type: 'connection_init', payload: { authorization: 'Bearer ada' } });
    expect(await socket.next()).toEqual({ type: 'connection_ack' });
    socket.send({ type: 'ping', payload });
    expect(await socket.next()).toEqual(pong);
  });

  test('a pong that nobody requested is ignored', async () => {
    const socket = await openUnannounced(await startServer());
    socket.send({ type: 'pong' });
    socket.send({ type: 'pong', payload: { beat: 1 } });
    await expectSilence(socket);
  });
});

describe('subscribe', () => {
  test('before the acknowledgment closes the socket with 4401', async () => {
    const socket = await openUnannounced(await startServer());
    socket.send(subscribe({ query }));
    expect(await socket.closed).toEqual({ code: 4401, reason: 'Unauthorized' });
  });

  test('while the connection is being acknowledged closes the socket with 4401', async () => {
    let admit = () => {};
    const admitted = new Promise<void>((resolve) => {
      admit = resolve;
    });
    const server = await startServer({
      async viewerOf() {
        await admitted;
        return { name: 'ada' };
      },
    });
    const socket = await openUnannounced(server);
    socket.send({ type: 'connection_init' });
    socket.send(subscribe({ query }));
    expect((await socket.closed).code).toBe(4401);
    admit();
  });

  test.each([
    ['a subscription', feed],
    ['a query', query],
  ])('%s with the ID of an active operation closes the socket with 4409', async (_what, second) => {
    const server = await startServer();
    for (const [, first] of feeds) {
      for (const id of ['1', 'x'.repeat(200), '🎉'.repeat(60), '__proto__']) {
        const socket = await openSocket(server);
        socket.subscribe(id, first);
        socket.subscribe(id, second);
        const { code, reason } = await socket.closed;
        expect(code).toBe(4409);
        expect(`Subscriber for ${id} already exists`.startsWith(reason)).toBe(true);
        expect(reason).toMatch(/^Subscriber for [1x🎉_]/u);
      }
    }
    await vi.waitFor(() => expect(server.world.listening.get(topicOf('houston'))).toBe(0));
  });

  test.each([
    ['only a query', { query }],
    ['nulls', { query, operationName: null, variables: null, extensions: null }],
    [
      'everything',
      {
        query: 'query A { a: hello } query B($n: Int) { hello(times: $n) }',
        operationName: 'B',
        variables: { n: 1 },
        extensions: {},
      },
    ],
  ])('a payload with %s is executed', async (_what, payload) => {
    const socket = await openSocket(await startServer());
    socket.send(subscribe(payload));
    expect(await socket.next()).toEqual({ id: '1', type: 'next', payload: { data: { hello: 'hello ada' } } });
  });

  test.each([
    ['query', query, { hello: 'hello ada' }],
    ['mutation', 'mutation { change }', { change: 'done' }],
  ])('a %s sends one result and completes', async (_what, document, data) => {
    const socket = await openSocket(await startServer());
    socket.subscribe('1', document);
    expect(await socket.next()).toEqual({ id: '1', type: 'next', payload: { data } });
    expect(await socket.next()).toEqual({ id: '1', type: 'complete' });
    await expectSilence(socket);
  });

  test('a subscription sends its results and completes when its source ends', async () => {
    const socket = await openSocket(await startServer());
    socket.subscribe('1', 'subscription { countdown }');
    for (const countdown of [2, 1])
      expect(await socket.next()).toEqual({ id: '1', type: 'next', payload: { data: { countdown } } });
    expect(await socket.next()).toEqual({ id: '1', type: 'complete' });
    await expectSilence(socket);
  });

  test('operations with different IDs are active at the same time', async () => {
    const server = await startServer();
    const socket = await openSocket(server);
    socket.subscribe('feed', feed);
    socket.subscribe('plain', plain);
    socket.subscribe('query', query);
    expect([await socket.next(), await socket.next()].map(({ id }) => id)).toEqual(['query', 'query']);
    server.world.append('houston', 'a');
    expect([await socket.next(), await socket.next()].map(({ id }) => id).toSorted()).toEqual(['feed', 'plain']);
  });
});

describe('error', () => {
  test.each([
    ['a syntax error', '{'],
    ['an invalid document', '{ helo }'],
    ['a missing variable', 'query ($length: Int!) { text(length: $length) }'],
    ['a refused subscription', 'subscription { rows(channel: "austin") { values } }'],
  ])('%s is the last message of its operation', async (_what, document) => {
    const socket = await openSocket(await startServer());
    socket.subscribe('1', document);
    expect(await socket.next()).toEqual({
      id: '1',
      type: 'error',
      payload: [expect.objectContaining({ message: expect.any(String) })],
    });
    await expectSilence(socket);
    socket.subscribe('1', query);
    expect(await socket.next()).toMatchObject({ id: '1', type: 'next' });
  });

  test('a stream that breaks ends with it', async () => {
    const socket = await openSocket(await startServer());
    socket.subscribe('1', 'subscription { brokenStream }');
    expect([(await socket.next()).type, (await socket.next()).type]).toEqual(['next', 'error']);
    await expectSilence(socket);
  });

  test('an error of a field is part of a result', async () => {
    const socket = await openSocket(await startServer());
    socket.subscribe('1', '{ refused }');
    expect(await socket.next()).toMatchObject({ type: 'next', payload: { data: { refused: null }, errors: [{}] } });
    expect(await socket.next()).toEqual({ id: '1', type: 'complete' });
  });
});

describe('complete', () => {
  test.each(feeds)('of %s ends it, and nothing more is sent', async (_what, document) => {
    const server = await startServer();
    const socket = await openSocket(server);
    socket.subscribe('1', document);
    server.world.append('houston', 'a');
    expect(await socket.next()).toMatchObject({ id: '1', type: 'next' });
    socket.complete('1');
    await vi.waitFor(() => expect(server.world.listening.get(topicOf('houston'))).toBe(0));
    server.world.append('houston', 'b');
    await expectSilence(socket);
  });

  test.each([
    ['a query', '{ held }'] as const,
    ...feeds,
  ])('of %s that has not answered yet withholds the answer, and its ID can be used again', async (_what, document) => {
    const server = await startServer();
    const socket = await openSocket(server);
    server.world.append('houston', 'a');
    const answers: (() => void)[] = [];
    server.world.beforeRead = () => new Promise((resolve) => answers.push(resolve));
    socket.subscribe('1', document);
    await vi.waitFor(() => expect(answers).toHaveLength(1));
    socket.complete('1');
    socket.subscribe('1', 'subscription { again: rows(channel: "houston") { values } }');
    await vi.waitFor(() => expect(answers).toHaveLength(2));
    for (const answer of answers) answer();
    server.world.beforeRead = async () => {};

    expect(await socket.next()).toEqual({ id: '1', type: 'next', payload: { data: { again: { values: ['a'] } } } });
    await expectSilence(socket);
    server.world.append('houston', 'b');
    expect(await socket.next()).toEqual({ id: '1', type: 'next', payload: { data: { again: { values: ['b'] } } } });
  });

  test('of an operation that does not exist or has ended is ignored', async () => {
    const socket = await openSocket(await startServer());
    socket.complete('never');
    socket.subscribe('1', query);
    expect([(await socket.next()).type, (await socket.next()).type]).toEqual(['next', 'complete']);
    socket.complete('1');
    await expectSilence(socket);
  });

  test('by the server frees the ID', async () => {
    const socket = await openSocket(await startServer());
    for (let i = 0; i < 3; i++) {
      socket.subscribe('1', query);
      expect([(await socket.next()).type, (await socket.next()).type]).toEqual(['next', 'complete']);
    }
  });
});

test.each(feeds)('a client that closes the socket with 1000 ends %s', async (_what, document) => {
  const server = await startServer();
  const socket = await openSocket(server);
  socket.subscribe('1', document);
  await vi.waitFor(() => expect(server.world.listening.get(topicOf('houston'))).toBe(1));
  socket.socket.close(1000);
  expect((await socket.closed).code).toBe(1000);
  await vi.waitFor(() => expect(server.world.listening.get(topicOf('houston'))).toBe(0));
});

const invalid: [string, unknown][] = [
  ['no JSON', '{'],
  ['an empty message', ''],
  ['a number', '1'],
  ['null', 'null'],
  ['an array', []],
  ['a string', '"ping"'],
  ['a message without a type', { id: '1' }],
  ['a type that is not a string', { type: 1 }],
  ['an unknown type', { type: 'start', id: '1', payload: { query } }],
  ['the name of an inherited property', { type: 'constructor' }],
  ['the type of the old protocol', { type: 'connection_terminate' }],
  ['a ping whose payload is a string', { type: 'ping', payload: 'x' }],
  ['a pong whose payload is an array', { type: 'pong', payload: [] }],
  ['an operation without an ID', { type: 'subscribe', payload: { query } }],
  ['an operation with an empty ID', subscribe({ query }, '')],
  ['an operation whose ID is a number', subscribe({ query }, 1)],
  ['an operation without a payload', subscribe(undefined)],
  ['an operation whose payload is a string', subscribe(query)],
  ['an operation without a query', subscribe({})],
  ['a query that is not a string', subscribe({ query: 1 })],
  ['an operation name that is not a string', subscribe({ query, operationName: 1 })],
  ['variables that are a list', subscribe({ query, variables: [] })],
  ['variables that are a string', subscribe({ query, variables: '{}' })],
  ['extensions that are a string', subscribe({ query, extensions: 'x' })],
  ['complete without an ID', { type: 'complete' }],
  ['complete with a number as ID', { type: 'complete', id: 1 }],
  ['connection_ack, which only servers send', { type: 'connection_ack' }],
  ['connection_ack with a payload', { type: 'connection_ack', payload: {} }],
  ['next, which only servers send', { type: 'next', id: '1', payload: { data: {} } }],
  ['next without an ID', { type: 'next' }],
  ['error, which only servers send', { type: 'error', id: '1', payload: [{ message: 'x' }] }],
  ['an error that is not a list', { type: 'error', id: '1', payload: {} }],
  ['an error that lists no objects', { type: 'error', id: '1', payload: [null] }],
];

test.each(invalid)('%s closes the socket with 4400, and what follows is not executed', async (_what, message) => {
  const server = await startServer();
  const socket = await openSocket(server);
  socket.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  socket.subscribe('2', 'mutation { change }');
  expect((await socket.closed).code).toBe(4400);
  expect(server.world.executions).toBe(0);
  expect(socket.waiting).toEqual([]);
  expect(server.log).toEqual([]);
});

test('a connection_init whose payload is not an object closes the socket with 4400', async () => {
  const socket = await openUnannounced(await startServer());
  socket.socket.send('{"type":"connection_init","payload":"Bearer ada"}');
  expect((await socket.closed).code).toBe(4400);
});
