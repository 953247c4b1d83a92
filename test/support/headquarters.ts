import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'graphql-ws';
import { onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { type App, type AppOptions, startApp } from '../../src/app.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { createLog } from '../../src/log.ts';
import { giveBack, takeSchemas } from './schemas.ts';

/** The databases that the suite runs on: `TEST_DATABASE=postgres` for PostgreSQL, SQLite otherwise. */
export const onPostgres = process.env.TEST_DATABASE === 'postgres';

// biome-ignore lint/suspicious/noExplicitAny: tests look into whatever a query answered.
export type Answer = any;

export interface Headquarters extends App {
  config: Config;
  /** Sends an operation over HTTP; throws when it answers errors. */
  query<Data = Answer>(
    document: string,
    variables?: Record<string, unknown>,
    headers?: Record<string, string>,
  ): Promise<Data>;
  /** Sends an operation over HTTP and answers the whole result. */
  ask(
    document: string,
    variables?: Record<string, unknown>,
    headers?: Record<string, string>,
  ): Promise<{ status: number; data?: Answer; errors?: Answer[] }>;
  /** Subscribes over WebSocket; what comes before it is awaited is kept. */
  subscribe<Data = Answer>(document: string, variables?: Record<string, unknown>, token?: string): Stream<Data>;
  /** Stops it and starts it again on the same databases. */
  restart(): Promise<Headquarters>;
}

export interface Stream<Data> {
  next(): Promise<Data>;
  /** Resolves when the server has ended the stream. */
  ended: Promise<void>;
  stop(): void;
}

export interface Options {
  /** Settings as in the environment. */
  settings?: Record<string, string>;
  clock?: () => Date;
  background?: boolean;
  config?: Config;
  limits?: AppOptions['limits'];
  /** Receives the lines of the log, from `info` on. */
  logLines?: string[];
}

/** A whole system on empty databases, which are removed when the test has passed. */
export async function startHeadquarters(options: Options = {}): Promise<Headquarters> {
  const config =
    options.config ?? readConfig({ PORT: '0', LOG_LEVEL: 'silent', ...(await emptyDatabases()), ...options.settings });
  const app = await startApp(config, {
    log: options.logLines
      ? createLog('info', { write: (line) => void options.logLines!.push(line) })
      : createLog(process.env.TEST_LOG ?? 'silent'),
    background: options.background ?? false,
    limits: { draining: 0, ...options.limits },
    ...(options.clock ? { clock: options.clock } : {}),
  });
  let running = true;
  const stop = async () => {
    if (!running) return;
    running = false;
    await app.stop();
  };
  onTestFinished(stop);

  const ask: Headquarters['ask'] = async (query, variables = {}, headers = {}) => {
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query, variables }),
    });
    return { status: response.status, ...((await response.json()) as object) };
  };
  return {
    ...app,
    stop,
    config,
    ask,
    query: async (document, variables, headers) => {
      const { data, errors } = await ask(document, variables, headers);
      if (errors) throw new Error(JSON.stringify(errors));
      return data;
    },
    subscribe: (document, variables, token) => stream(app.url, document, variables, token),
    restart: async () => {
      await stop();
      return startHeadquarters({ ...options, config });
    },
  };
}

/** Settings for databases of its own. A failed test keeps its files and prints where they are. `fresh`: nobody has migrated them yet. */
export async function emptyDatabases({ fresh = false } = {}): Promise<Record<string, string>> {
  if (onPostgres) {
    const { prefix, settings } = takeSchemas({ fresh });
    onTestFinished(() => giveBack(prefix));
    return settings;
  }
  const folder = await mkdtemp(join(tmpdir(), 'hq-test-'));
  onTestFinished(async ({ task }) => {
    if (task.result?.state === 'fail') console.error(`The databases of "${task.name}" are kept in ${folder}`);
    else await rm(folder, { recursive: true, force: true });
  });
  return { DATA_DIR: folder };
}

function stream<Data>(
  url: string,
  query: string,
  variables: Record<string, unknown> = {},
  token?: string,
): Stream<Data> {
  const client = createClient({
    url: url.replace('http', 'ws').concat('/graphql'),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    ...(token ? { connectionParams: { authorization: `Bearer ${token}` } } : {}),
  });
  const iterator = client.iterate<Data>({ query, variables });
  const arrived: Data[] = [];
  const waiting: { settle: (data: Data) => void; fail: (error: unknown) => void }[] = [];
  let failure: unknown;
  const ended = (async () => {
    for await (const { data, errors } of iterator) {
      if (errors) throw new Error(JSON.stringify(errors));
      const next = waiting.shift();
      if (next) next.settle(data as Data);
      else arrived.push(data as Data);
    }
    failure = new Error('the stream has ended');
    for (const { fail } of waiting.splice(0)) fail(failure);
  })();
  ended.catch((error: unknown) => {
    failure = error;
    for (const { fail } of waiting.splice(0)) fail(error);
  });
  const stop = () => void iterator.return?.();
  onTestFinished(async () => {
    stop();
    await client.dispose();
  });
  return {
    next: () =>
      arrived.length > 0
        ? Promise.resolve(arrived.shift()!)
        : failure
          ? Promise.reject(failure)
          : new Promise((settle, fail) => waiting.push({ settle, fail })),
    ended: ended.catch(() => {}),
    stop,
  };
}

/** An input for createChannel. */
export const aChannel = (code = 'houston', more: Record<string, unknown> = {}) => ({
  code,
  name: code[0]!.toUpperCase() + code.slice(1),
  type: 'RETAIL_STORE',
  currency: 'USD',
  timeZone: 'America/Chicago',
  country: 'US',
  ...more,
});

/** An input for createCustomer. */
export const aCustomer = (more: Record<string, unknown> = {}) => ({
  channel: 'houston',
  uuid: randomUUID(),
  name: { first: 'Ada', last: 'Byron' },
  email: 'ada@example.com',
  addresses: [{ street: '12 St James Square', city: 'London', country: 'GB' }],
  ...more,
});

export const createChannelDocument = `mutation ($input: CreateChannelInput!) {
  createChannel(input: $input) { __typename ... on Channel { code } ... on Failure { errorCode message path } }
}`;

export const createCustomerDocument = `mutation ($input: CreateCustomerInput!) {
  createCustomer(input: $input) {
    __typename
    ... on Customer { id uuid accountId accountLabel syncStatus addresses { uuid } }
    ... on Failure { errorCode message path }
  }
}`;
