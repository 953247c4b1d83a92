import { expect, test, vi } from 'vitest';
import { openSocket, startServer, type Viewer } from './support.ts';

/** A server whose tokens, one for each name, all expire at 1,000 by a clock that the test moves. */
async function startWithTokens(limits = {}) {
  const clock = { now: 0 };
  const server = await startServer({
    tokenOf: ({ name }: Viewer) => ({ key: name, expiresAt: 1_000 }),
    now: () => clock.now,
    limits: { socketLookEvery: 20, ...limits },
  });
  server.world.append('houston', 'a');
  return { ...server, clock };
}

const subscription = 'subscription { plainRows(channel: "houston") { values } }';
const feed = 'subscription { rows(channel: "houston") { values } }';

const openStream = ({ endpoint }: { endpoint: string }, token = 'ada') =>
  fetch(`${endpoint}?query=${encodeURIComponent(subscription)}`, {
    headers: { accept: 'text/event-stream', authorization: `Bearer ${token}` },
  });

test('an open socket is closed as forbidden when its token expires, whatever it listens to', async () => {
  const server = await startWithTokens();
  const socket = await openSocket(server);
  socket.subscribe('1', feed);
  socket.subscribe('2', subscription);
  expect([(await socket.next()).type, (await socket.next()).type]).toEqual(['next', 'next']);
  server.clock.now = 999;
  socket.subscribe('3', '{ hello }');
  expect((await socket.next()).type).toBe('next');

  server.clock.now = 1_000;
  expect(await socket.closed).toEqual({ code: 4403, reason: 'Token expired' });
  await vi.waitFor(() => expect(server.world.listening.get('rows:houston')).toBe(0));
});

test('an open stream says that its token has expired, and ends', async () => {
  const server = await startWithTokens();
  const stream = await openStream(server);
  const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!text.includes('"values"')) text += (await reader.read()).value;

  server.clock.now = 1_000;
  for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value;
  expect(text).toContain('"code":"UNAUTHENTICATED"');
  await vi.waitFor(() => expect(server.world.listening.get('rows:houston')).toBe(0));
  expect(server.log).toEqual([]);
});

test('a token opens only so many sockets, another token its own, and a closed one makes room', async () => {
  const server = await startWithTokens({ tokenSockets: 2 });
  const first = await openSocket(server);
  await openSocket(server);
  const refused = await openSocket(server, { init: false });
  await refused.opened;
  refused.send({ type: 'connection_init', payload: { authorization: 'Bearer ada' } });
  expect((await refused.closed).code).toBe(4429);

  await openSocket(server, { token: 'Bearer grace' });
  first.socket.close();
  await first.closed;
  const again = await openSocket(server);
  again.subscribe('1', '{ hello }');
  expect((await again.next()).type).toBe('next');
});

test('the operations of all sockets of a token are limited together', async () => {
  const server = await startWithTokens({ tokenOperations: 3 });
  const [one, two] = [await openSocket(server), await openSocket(server)];
  for (const id of ['1', '2']) {
    one.subscribe(id, subscription);
    expect((await one.next()).type).toBe('next');
  }
  two.subscribe('3', subscription);
  expect((await two.next()).type).toBe('next');
  two.subscribe('4', subscription);
  expect(await two.next()).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'TOO_MANY_OPERATIONS' } }] });
});

test('a token opens only so many streams, and one that ended makes room', async () => {
  const server = await startWithTokens({ tokenStreams: 1 });
  const stream = await openStream(server);
  const refused = await openStream(server);
  expect(await refused.text()).toContain('"code":"TOO_MANY_STREAMS"');
  expect((await openStream(server, 'grace')).status).toBe(200);
  await stream.body!.cancel();
  await vi.waitFor(async () => {
    const again = await openStream(server);
    const { value } = await again.body!.pipeThrough(new TextDecoderStream()).getReader().read();
    expect(value).not.toContain('TOO_MANY_STREAMS');
  });
});

test('a burst of messages on one socket does not hold up another', async () => {
  const server = await startServer();
  const [burst, other] = [await openSocket(server), await openSocket(server)];
  for (let id = 1; id <= 1_700; id++) burst.subscribe(String(id), '{ hello }');
  other.subscribe('1', '{ hello }');
  expect((await other.next()).type).toBe('next');
  expect(server.world.contexts).toBeLessThan(850);
  const answered = new Set<string>();
  while (answered.size < 1_700) {
    const { id, type } = await burst.next();
    expect(type).not.toBe('error');
    if (type === 'complete') answered.add(id!);
  }
});
