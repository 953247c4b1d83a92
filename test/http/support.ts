import {
  type GraphQLFieldConfigMap,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
} from 'graphql';
import { type Client, createClient } from 'graphql-ws';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { InvalidInput, NotFound, Unauthenticated } from '../../src/errors.ts';
import { type FeedSource, feedIterable } from '../../src/events/feed.ts';
import { inProcessNudges, type Nudges } from '../../src/events/nudges.ts';
import { type ServeHttpOptions, serveHttp } from '../../src/http/server.ts';
import { createLog } from '../../src/log.ts';

export interface Viewer {
  name: string;
}

/** One per operation, like the real one: a test can tell two operations apart by it. */
interface TestContext {
  viewer: Viewer;
  world: World;
}

/** What the schema answers from, and what tests look at and break. */
export interface World {
  nudges: Nudges;
  rows: Map<string, string[]>;
  /** Calls of the feed's `read`, and of a resolver below its event. */
  reads: number;
  executions: number;
  contexts: number;
  /** Set by a test to break or hold up reading. */
  beforeRead: () => Promise<void>;
  /** Set by a test to hold up what reading has found. */
  afterRead: () => Promise<void>;
  /** Set by a test to break resolving. */
  beforeResolve: () => void;
  /** Listeners on the nudges, by topic. */
  listening: Map<string, number>;
  append(channel: string, ...values: string[]): void;
}

export async function startServer(overrides: Partial<ServeHttpOptions<Viewer, TestContext>> = {}) {
  const world = aWorld();
  const log: Record<string, unknown>[] = [];
  const server = await serveHttp<Viewer, TestContext>({
    schema,
    host: '127.0.0.1',
    port: 0,
    allowedOrigins: ['https://till.example'],
    viewerOf: async (authorization) => {
      if (authorization === 'Bearer broken') throw new Error('the token database is away');
      if (!authorization?.startsWith('Bearer ')) throw new Unauthenticated();
      return { name: authorization.slice('Bearer '.length) };
    },
    contextFor: (viewer) => {
      world.contexts++;
      return { viewer, world };
    },
    scopeOf: ({ name }) => (name.startsWith('private') ? name : 'everybody'),
    nudges: world.nudges,
    log: createLog('warn', { write: (line: string) => void log.push(JSON.parse(line)) }),
    graphiql: { tabs: [{ query: '{ hello }' }] },
    probes: {},
    tokenOf: () => undefined,
    now: () => 0,
    ...overrides,
    limits: { draining: 0, ...overrides.limits },
  });
  onTestFinished(() => server.close());
  return {
    ...server,
    world,
    log,
    endpoint: `${server.url}/graphql`,
    socketUrl: `${server.url}/graphql`.replace('http', 'ws'),
  };
}

export type TestServer = Awaited<ReturnType<typeof startServer>>;

/**
 * The two ways in which a posted operation is answered: without yoga's fetch layer, and with it, which a header brings about that means
 * nothing. The same must hold for both.
 */
export const ways: { way: string; header: Record<string, string> }[] = [
  { way: 'the plain way', header: {} },
  { way: "yoga's way", header: { 'content-encoding': 'identity' } },
];

/** POSTs an operation as Ada unless the headers say otherwise. */
export async function ask(
  { endpoint }: { endpoint: string },
  query: string,
  { variables, headers = {} }: { variables?: unknown; headers?: Record<string, string> } = {},
) {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer ada', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: text === '' ? undefined : JSON.parse(text) };
}

interface Message {
  id?: string;
  type: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came.
  payload?: any;
}

/** A socket that keeps every message from the moment it opens until somebody takes it. */
export async function openSocket(
  { socketUrl }: { socketUrl: string },
  {
    token = 'Bearer ada',
    init = true,
    headers = {},
  }: { token?: string; init?: boolean; headers?: Record<string, string> } = {},
) {
  const socket = new WebSocket(socketUrl, 'graphql-transport-ws', { headers });
  onTestFinished(() => socket.terminate());
  const waiting: Message[] = [];
  const takers: ((message: Message) => void)[] = [];
  socket.on('message', (data) => {
    const message: Message = JSON.parse(String(data));
    const taker = takers.shift();
    if (taker) taker(message);
    else waiting.push(message);
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }));
  });
  const opened = new Promise<void>((resolve, reject) => {
    socket.on('open', resolve);
    socket.on('error', reject);
  });
  opened.catch(() => {});

  const client = {
    socket,
    closed,
    opened,
    waiting,
    send: (message: Message) => socket.send(JSON.stringify(message)),
    subscribe: (id: string, query: string, variables?: unknown) =>
      client.send({ id, type: 'subscribe', payload: { query, variables } }),
    complete: (id: string) => client.send({ id, type: 'complete' }),
    next: () =>
      new Promise<Message>((resolve) => {
        const message = waiting.shift();
        if (message) resolve(message);
        else takers.push(resolve);
      }),
  };
  if (init) {
    await opened;
    client.send({ type: 'connection_init', payload: { authorization: token } });
    await client.next();
  }
  return client;
}

/** The client that applications use. */
export function graphqlWsClient({ socketUrl }: { socketUrl: string }, token = 'Bearer ada'): Client {
  const client = createClient({ url: socketUrl, webSocketImpl: WebSocket, connectionParams: { authorization: token } });
  onTestFinished(async () => client.dispose());
  return client;
}

export const topicOf = (channel: string) => `rows:${channel}`;

/** Pages of at most three rows, so that a few rows are several pages. */
const feed: FeedSource<TestContext, { cursor: number; values: string[] }> = {
  cursorArgument: 'after',
  async open({ channel, after }, { world }) {
    if (!world.rows.has(channel)) throw new NotFound('channel');
    if (after < 0) throw new InvalidInput(['after'], 'must not be negative');
    return { stream: channel, topic: topicOf(channel), position: after };
  },
  async read(stream, position, { world }) {
    world.reads++;
    await world.beforeRead();
    const values = (world.rows.get(stream) ?? []).slice(position, position + 3);
    await world.afterRead();
    await new Promise(setImmediate);
    return values.length === 0
      ? undefined
      : { event: { cursor: position + values.length, values }, to: position + values.length };
  },
};

const nest: GraphQLObjectType = new GraphQLObjectType({
  name: 'Nest',
  fields: (): GraphQLFieldConfigMap<unknown, TestContext> => ({
    nest: { type: nest, resolve: () => ({}) },
    name: { type: GraphQLString, resolve: () => 'nest' },
  }),
});

const rowsEvent = new GraphQLObjectType<{ cursor: number; values: string[] }, TestContext>({
  name: 'RowsEvent',
  fields: {
    cursor: { type: new GraphQLNonNull(GraphQLInt) },
    values: {
      type: new GraphQLNonNull(new GraphQLList(GraphQLString)),
      args: { prefix: { type: GraphQLString } },
      resolve({ values }, { prefix }, { world }) {
        world.executions++;
        world.beforeResolve();
        return prefix ? values.map((value) => prefix + value) : values;
      },
    },
    plus: {
      type: GraphQLInt,
      args: { amount: { type: GraphQLInt } },
      resolve: ({ cursor }, { amount }) => cursor + amount,
    },
    viewer: { type: GraphQLString, resolve: (_event, _args, { viewer }) => viewer.name },
    context: { type: GraphQLInt, resolve: (_event, _args, { world }) => world.contexts },
  },
});

const schema = new GraphQLSchema({
  query: new GraphQLObjectType<unknown, TestContext>({
    name: 'Query',
    fields: {
      hello: {
        type: GraphQLString,
        args: { times: { type: GraphQLInt } },
        resolve: (_root, _args, { viewer }) => `hello ${viewer.name}`,
      },
      nest: { type: nest, resolve: () => ({}) },
      text: {
        type: GraphQLString,
        args: { length: { type: new GraphQLNonNull(GraphQLInt) } },
        resolve: (_root, { length }) => 'x'.repeat(length),
      },
      bug: {
        type: GraphQLString,
        resolve() {
          throw Object.assign(new Error('no such table'), { parameters: ['ada@example.com'] });
        },
      },
      refused: {
        type: GraphQLString,
        resolve() {
          throw new InvalidInput(['input', 'name'], 'must not be empty');
        },
      },
      /** Answers when the test lets it. */
      held: {
        type: GraphQLString,
        async resolve(_root, _args, { world }) {
          await world.beforeRead();
          return 'held';
        },
      },
      contextKeys: {
        type: new GraphQLList(GraphQLString),
        resolve: (_root, _args, context) => Object.keys(context),
      },
    },
  }),
  mutation: new GraphQLObjectType<unknown, TestContext>({
    name: 'Mutation',
    fields: {
      change: {
        type: GraphQLString,
        resolve(_root, _args, { world }) {
          world.executions++;
          return 'done';
        },
      },
    },
  }),
  subscription: new GraphQLObjectType<unknown, TestContext>({
    name: 'Subscription',
    fields: {
      rows: {
        type: new GraphQLNonNull(rowsEvent),
        args: {
          channel: { type: new GraphQLNonNull(GraphQLString) },
          after: { type: GraphQLInt, defaultValue: 0 },
        },
        extensions: { feed },
        subscribe: (_root, args, context) => feedIterable(feed, args, context, context.world.nudges),
        resolve: (event) => event,
      },
      /** An ordinary subscription: the same rows, executed for each subscriber. */
      plainRows: {
        type: new GraphQLNonNull(rowsEvent),
        args: { channel: { type: new GraphQLNonNull(GraphQLString) } },
        subscribe: (_root, args, context) => feedIterable(feed, { after: 0, ...args }, context, context.world.nudges),
        resolve: (event) => event,
      },
      countdown: {
        type: GraphQLInt,
        subscribe: async function* () {
          yield* [2, 1];
        },
        resolve: (event) => event,
      },
      brokenStream: {
        type: GraphQLString,
        subscribe: async function* () {
          yield 'one';
          throw new Error('the stream broke');
        },
        resolve: (event) => event,
      },
    },
  }),
});

function aWorld(): World {
  const inner = inProcessNudges();
  const listening = new Map<string, number>();
  const world: World = {
    nudges: {
      publish: (topic) => inner.publish(topic),
      subscribe(topic, listener) {
        listening.set(topic, (listening.get(topic) ?? 0) + 1);
        const unsubscribe = inner.subscribe(topic, listener);
        return () => {
          listening.set(topic, (listening.get(topic) ?? 0) - 1);
          unsubscribe();
        };
      },
    },
    rows: new Map([['houston', []]]),
    reads: 0,
    executions: 0,
    contexts: 0,
    beforeRead: async () => {},
    afterRead: async () => {},
    beforeResolve: () => {},
    listening,
    append(channel, ...values) {
      world.rows.set(channel, [...(world.rows.get(channel) ?? []), ...values]);
      world.nudges.publish(topicOf(channel));
    },
  };
  return world;
}

/** What /health/ready answers. */
export async function ready({ url }: { url: string }) {
  const response = await fetch(`${url}/health/ready`);
  return { status: response.status, body: await response.json() };
}
