import { describe, expect, test, vi } from 'vitest';
import { CursorInvalid } from '../../src/errors.ts';
import { openSocket, startServer, type TestServer, topicOf, type World } from './support.ts';

const rows = 'subscription($after: Int) { rows(channel: "houston", after: $after) { cursor values } }';

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => String(from + i));

/** Waits until nobody reads any more: all subscribers are live. */
async function calm(world: World): Promise<void> {
  let seen = -1;
  await vi.waitFor(() => {
    const before = seen;
    seen = world.reads;
    expect(seen).toBe(before);
  });
}

async function liveSockets(server: TestServer, count: number, query = rows, variables?: unknown) {
  const sockets = await Promise.all(Array.from({ length: count }, () => openSocket(server)));
  for (const socket of sockets) socket.subscribe('feed', query, variables);
  await vi.waitFor(() => expect(server.world.listening.get(topicOf('houston'))).toBeGreaterThan(0));
  await calm(server.world);
  return sockets;
}

test('two hundred sockets share one reading and one execution of an event', async () => {
  const server = await startServer();
  const sockets = await liveSockets(server, 200);
  expect(server.world.listening.get(topicOf('houston'))).toBe(1);

  for (let i = 1; i <= 5; i++) {
    server.world.append('houston', String(i));
    const payload = { data: { rows: { cursor: i, values: [String(i)] } } };
    for (const socket of sockets) expect(await socket.next()).toEqual({ id: 'feed', type: 'next', payload });
    await calm(server.world);
  }
  expect(server.world.executions).toBe(5);
});

test('those who come back at the same position after a restart share the pages they missed', async () => {
  const server = await startServer();
  server.world.append('houston', ...numbers(1, 9));
  const sockets = await Promise.all(Array.from({ length: 100 }, () => openSocket(server)));
  for (const socket of sockets) socket.subscribe('feed', rows, { after: 3 });
  for (const socket of sockets) {
    expect((await socket.next()).payload.data.rows.values).toEqual(['4', '5', '6']);
    expect((await socket.next()).payload.data.rows.values).toEqual(['7', '8', '9']);
  }
  expect(server.world.executions).toBe(2);
});

/** The same random numbers in every run. */
function randomFrom(seed: number) {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

test.each([1, 2, 3])('whoever joins anywhere while events come gets each once and in order (run %i)', async (seed) => {
  const server = await startServer({ limits: { feedSlice: 7 } });
  const random = randomFrom(seed);
  const total = 400;
  server.world.append('houston', ...numbers(1, 50));

  async function follow(after: number): Promise<void> {
    let received = after;
    let socket = await openSocket(server);
    for (let id = 0; received < total; id++) {
      socket.subscribe(String(id), rows, { after: received });
      for (;;) {
        const message = await socket.next();
        if (message.id !== String(id)) continue;
        const { cursor, values } = message.payload.data.rows;
        expect(values).toEqual(numbers(received + 1, cursor));
        received = cursor;
        const chance = random();
        if (received < total && chance > 0.15) continue;
        if (chance < 0.05) {
          socket.socket.terminate();
          socket = await openSocket(server);
        } else {
          socket.complete(String(id));
        }
        break;
      }
    }
  }

  async function append(): Promise<void> {
    for (let at = 50; at < total; ) {
      const to = Math.min(total, at + 1 + Math.floor(random() * 4));
      server.world.append('houston', ...numbers(at + 1, to));
      at = to;
      for (let turns = Math.floor(random() * 12); turns > 0; turns--) await new Promise(setImmediate);
    }
  }

  const followers = Array.from({ length: 50 }, () => follow(Math.floor(random() * 50)));
  await Promise.all([...followers, append()]);
  await vi.waitFor(() => expect(server.world.listening.get(topicOf('houston'))).toBe(0));
  expect(server.log).toEqual([]);
});

test('a completed subscription and a lost socket stop listening at once', async () => {
  const server = await startServer();
  const listening = () => server.world.listening.get(topicOf('houston'));
  const [one, two] = await liveSockets(server, 2);

  one!.complete('feed');
  one!.subscribe('done?', '{ hello }');
  await one!.next();
  expect(listening()).toBe(1);
  two!.complete('feed');
  two!.subscribe('done?', '{ hello }');
  await two!.next();
  expect(listening()).toBe(0);

  const [three] = await liveSockets(server, 1);
  three!.socket.terminate();
  await vi.waitFor(() => expect(listening()).toBe(0));

  const four = await openSocket(server);
  four.subscribe('feed', rows);
  four.complete('feed');
  four.subscribe('done?', '{ hello }');
  await four.next();
  expect(listening()).toBe(0);
});

test('nothing is sent after a subscription was completed', async () => {
  const server = await startServer();
  const [socket] = await liveSockets(server, 1);
  socket!.complete('feed');
  socket!.subscribe('done?', '{ hello }');
  expect((await socket!.next()).id).toBe('done?');
  expect((await socket!.next()).type).toBe('complete');
  server.world.append('houston', '1');
  socket!.subscribe('later', '{ hello }');
  expect((await socket!.next()).id).toBe('later');
});

test('a slow client is not written ahead of and gets everything when it reads; others do not wait for it', async () => {
  // What waits for one socket would end it if the feed went on writing.
  const server = await startServer({
    limits: { socketLookEvery: 20, socketOverflowLooks: 2, socketPingEvery: 1_000_000 },
  });
  const [slow, ...fast] = await liveSockets(server, 5);
  slow!.socket.pause();
  const big = 'x'.repeat(200_000);
  for (let i = 1; i <= 150; i++) {
    server.world.append('houston', `${i}:${big}`);
    for (const socket of fast) expect((await socket.next()).payload.data.rows.cursor).toBe(i);
  }
  expect(slow!.waiting).toEqual([]);

  slow!.socket.resume();
  for (let received = 0; received < 150; ) {
    const { cursor, values } = (await slow!.next()).payload.data.rows;
    expect(values.map((value: string) => Number(value.split(':')[0]))).toEqual(
      numbers(received + 1, cursor).map(Number),
    );
    received = cursor;
  }
});

test('a lost nudge costs time and no event', async () => {
  const server = await startServer({ limits: { feedPoll: 300 } });
  const [socket] = await liveSockets(server, 1);
  server.world.rows.set('houston', ['unheard of']);
  expect((await socket!.next()).payload.data.rows.values).toEqual(['unheard of']);
});

test('a newcomer who has read more than the others gets no row again', async () => {
  const server = await startServer({ limits: { feedKeep: 0 } });
  const [live] = await liveSockets(server, 1);
  server.world.rows.set('houston', ['1']);
  const newcomer = await openSocket(server);
  newcomer.subscribe('feed', rows);
  expect((await newcomer.next()).payload.data.rows.values).toEqual(['1']);
  await calm(server.world);

  server.world.append('houston', '2');
  expect((await live!.next()).payload.data.rows.values).toEqual(['1', '2']);
  expect((await newcomer.next()).payload.data.rows.values).toEqual(['2']);
  server.world.append('houston', '3');
  for (const socket of [live, newcomer]) expect((await socket!.next()).payload.data.rows.values).toEqual(['3']);
});

/** Holds up the next reading between finding its rows and handing them on. */
function holdNextReading(world: World) {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const hasRead = new Promise<void>((resolve) => {
    world.afterRead = async () => {
      world.afterRead = async () => {};
      resolve();
      await held;
    };
  });
  return { hasRead, release };
}

test('a row that comes while a newcomer has found nothing is not overlooked', async () => {
  const server = await startServer({ limits: { feedPoll: 600_000 } });
  const { hasRead, release } = holdNextReading(server.world);
  const newcomer = await openSocket(server);
  newcomer.subscribe('feed', rows);
  await hasRead;
  server.world.append('houston', '1');
  release();
  expect((await newcomer.next()).payload.data.rows.values).toEqual(['1']);
});

test('a row that comes while a reading for all has found nothing is not overlooked', async () => {
  const server = await startServer({ limits: { feedPoll: 600_000 } });
  const [socket] = await liveSockets(server, 1);
  const { hasRead, release } = holdNextReading(server.world);
  server.world.nudges.publish(topicOf('houston'));
  await hasRead;
  server.world.append('houston', '1');
  release();
  expect((await socket!.next()).payload.data.rows.values).toEqual(['1']);
});

test('what was being read for a subscription that is completed meanwhile is not sent', async () => {
  const server = await startServer();
  server.world.append('houston', '1');
  const { hasRead, release } = holdNextReading(server.world);
  const socket = await openSocket(server);
  socket.subscribe('feed', rows);
  await hasRead;
  socket.complete('feed');
  socket.subscribe('done?', '{ hello }');
  expect((await socket.next()).id).toBe('done?');
  expect((await socket.next()).type).toBe('complete');
  release();
  await calm(server.world);
  expect(socket.waiting).toEqual([]);
});

test('live subscribers do not share what a newcomer began to read before the nudge', async () => {
  const server = await startServer({ limits: { feedPoll: 600_000 } });
  const [live] = await liveSockets(server, 1);
  const { hasRead, release } = holdNextReading(server.world);
  const newcomer = await openSocket(server);
  newcomer.subscribe('feed', rows);
  await hasRead;
  server.world.append('houston', '1');
  expect((await live!.next()).payload.data.rows.values).toEqual(['1']);
  release();
  expect((await newcomer.next()).payload.data.rows.values).toEqual(['1']);
});

describe('when something below fails', () => {
  test('a database that is away for a moment costs no subscriber and no event', async () => {
    const server = await startServer();
    const sockets = await liveSockets(server, 3);
    let failures = 3;
    server.world.beforeRead = async () => {
      if (failures-- > 0) throw new Error('the database is closed');
    };
    server.world.append('houston', '1');
    for (const socket of sockets) expect((await socket.next()).payload.data.rows.values).toEqual(['1']);
    expect(server.log).toHaveLength(3);
    expect(server.log[0]).toMatchObject({
      level: 40,
      msg: 'could not read a feed; will retry',
      err: { type: 'Error' },
    });
  });

  test('an event that cannot be resolved for a moment is executed again and arrives whole', async () => {
    const server = await startServer();
    const [socket] = await liveSockets(server, 1);
    let failures = 2;
    server.world.beforeResolve = () => {
      if (failures-- > 0) throw new Error('the database is closed');
    };
    server.world.append('houston', '1');
    expect((await socket!.next()).payload).toEqual({ data: { rows: { cursor: 1, values: ['1'] } } });
  });

  test('an event that can never be resolved is sent with a masked error, and the next ones follow', async () => {
    const server = await startServer();
    const [socket] = await liveSockets(server, 1);
    server.world.beforeResolve = () => {
      throw new Error('a bug');
    };
    server.world.append('houston', '1');
    const { payload } = await socket!.next();
    expect(payload).toEqual({
      data: null,
      errors: [
        expect.objectContaining({
          message: 'Unexpected error.',
          path: ['rows', 'values'],
          extensions: { code: 'INTERNAL', reference: expect.any(String) },
        }),
      ],
    });
    server.world.beforeResolve = () => {};
    server.world.append('houston', '2');
    expect((await socket!.next()).payload.data.rows.values).toEqual(['2']);
  });

  test('a feed that refuses to go on says so to each subscriber and ends', async () => {
    const server = await startServer();
    const sockets = await liveSockets(server, 3);
    server.world.beforeRead = async () => {
      throw new CursorInvalid();
    };
    server.world.append('houston', '1');
    for (const socket of sockets) {
      expect(await socket.next()).toMatchObject({
        id: 'feed',
        type: 'error',
        payload: [{ extensions: { code: 'CURSOR_INVALID' } }],
      });
    }
    expect(server.world.listening.get(topicOf('houston'))).toBe(0);
    expect(server.log).toEqual([]);
  });
});

describe('what is shared and what is not', () => {
  async function firstEvents(
    server: TestServer,
    operations: { token?: string; query?: string; variables?: unknown }[],
  ) {
    server.world.append('houston', '1', '2', '3', '4');
    return Promise.all(
      operations.map(async ({ token, query = rows, variables }) => {
        const socket = await openSocket(server, token ? { token } : {});
        socket.send({ id: 'feed', type: 'subscribe', payload: { query, variables } });
        return (await socket.next()).payload.data;
      }),
    );
  }

  test('viewers of the same scope share, others never', async () => {
    const server = await startServer();
    const query = 'subscription { rows(channel: "houston", after: 1) { viewer values } }';
    const events = await firstEvents(server, [
      { token: 'Bearer private-a', query },
      { token: 'Bearer private-b', query },
      { token: 'Bearer ada', query },
      { token: 'Bearer bob', query },
    ]);
    expect(events.slice(0, 2).map(({ rows }) => rows.viewer)).toEqual(['private-a', 'private-b']);
    expect(server.world.executions).toBe(3);
  });

  test('variables are told apart, the cursor is not, and the order of the keys does not matter', async () => {
    const server = await startServer();
    const query =
      'subscription($after: Int, $prefix: String) { rows(channel: "houston", after: $after) { values(prefix: $prefix) } }';
    const events = await firstEvents(server, [
      { query, variables: { after: 3, prefix: 'a' } },
      { query, variables: { prefix: 'a', after: 3, unknown: 1 } },
      { query, variables: { after: 3, prefix: 'b' } },
      { query, variables: { after: 2, prefix: 'a' } },
    ]);
    expect(events.map(({ rows }) => rows.values)).toEqual([['a4'], ['a4'], ['b4'], ['a3', 'a4']]);
    expect(server.world.executions).toBe(3);
    expect(server.world.listening.get(topicOf('houston'))).toBe(2);
  });

  test('a cursor that is used elsewhere too is not shared and everyone gets their own result', async () => {
    const server = await startServer();
    const query =
      'subscription($after: Int) { rows(channel: "houston", after: $after) { plus(amount: $after) values } }';
    const events = await firstEvents(server, [
      { query, variables: { after: 1 } },
      { query, variables: { after: 2 } },
    ]);
    expect(events.map(({ rows }) => rows.plus)).toEqual([5, 6]);
    expect(server.world.listening.get(topicOf('houston'))).toBe(2);
  });

  test.each([
    [
      'a fragment',
      'subscription($after: Int) { rows(channel: "houston", after: $after) { ...r } } fragment r on RowsEvent { values }',
      'rows',
      true,
    ],
    [
      'an alias',
      'subscription($after: Int) { news: rows(channel: "houston", after: $after) { values } }',
      'news',
      true,
    ],
    [
      'a directive below',
      'subscription($after: Int, $no: Boolean = false) { rows(channel: "houston", after: $after) { values viewer @include(if: $no) } }',
      'rows',
      true,
    ],
    [
      'a default for the cursor',
      'subscription($after: Int = 3) { rows(channel: "houston", after: $after) { values } }',
      'rows',
      true,
    ],
    ['a literal cursor', 'subscription { rows(channel: "houston", after: 3) { values } }', 'rows', true],
    [
      'a fragment at the root',
      'subscription($after: Int) { ...s } fragment s on Subscription { rows(channel: "houston", after: $after) { values } }',
      'rows',
      false,
    ],
  ])('an operation with %s is answered', async (_what, query, field, shared) => {
    const server = await startServer();
    const variables = query.includes('= 3') || query.includes('after: 3') ? {} : { after: 3 };
    const events = await firstEvents(server, [
      { query, variables },
      { query, variables },
    ]);
    expect(events).toEqual([{ [field]: { values: ['4'] } }, { [field]: { values: ['4'] } }]);
    expect(server.world.executions).toBe(shared ? 1 : 2);
  });

  test('of several operations in a document the named one is meant', async () => {
    const server = await startServer();
    server.world.append('houston', '1');
    const query =
      'subscription One { rows(channel: "houston") { values } } subscription Two { rows(channel: "houston") { cursor } }';
    const socket = await openSocket(server);
    for (const operationName of ['One', 'Two']) {
      socket.send({ id: operationName, type: 'subscribe', payload: { query, operationName } });
      const { id, payload } = await socket.next();
      expect([id, payload.data.rows]).toEqual([
        operationName,
        operationName === 'One' ? { values: ['1'] } : { cursor: 1 },
      ]);
    }
  });
});
