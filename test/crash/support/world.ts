import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import sqlite3 from 'sqlite3';
import { inject, type TestContext } from 'vitest';
import type { Order, Point, Report, Transaction } from './messages.ts';

/** The databases that the suite runs on: `TEST_DATABASE=postgres` for PostgreSQL, SQLite otherwise. */
export const onPostgres = process.env.TEST_DATABASE === 'postgres';
export const postgres = process.env.TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/test';
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/** Databases, and the servers that run on them one after the other: what dies, and what must not. */
export interface World {
  /** Starts a server, or one half of it, and resolves when it is ready. */
  start(role?: 'all' | 'api' | 'worker', clockAhead?: number, build?: 'this' | 'next'): Promise<Server>;
  /** The server that is ready, or the next one. */
  server(): Promise<Server>;
  /** Sends an operation to the server; throws when there is none or it answers errors. */
  // biome-ignore lint/suspicious/noExplicitAny: tests know what they ask for.
  query<Data = any>(document: string, variables?: Record<string, unknown>): Promise<Data>;
  /** Rows of a database (`headquarters` or a channel database), read behind the server's back. */
  rows<Row>(database: string, statement: string): Promise<Row[]>;
  /** What servers logged as an error, those left out whose connections others have ended. */
  errors(): Promise<string[]>;
  /** Leaves out what this server logs. */
  forgive(server: Server): void;
  /** Where the files of its databases are (SQLite). */
  folder: string;
  /** What the names of its schemas begin with (PostgreSQL). */
  prefix: string;
  /** Settings that name its databases. */
  databases: Record<string, string>;
}

export interface Server {
  logFile: string;
  url: string;
  /** What its connections are named after. */
  node: string;
  /** When it was ready, as `performance.now()`. */
  readyAt: number;
  /** Transactions since it was told to watch. */
  transactions: Transaction[];
  /** The signal that ended it. */
  exited: Promise<NodeJS.Signals | null>;
  /** Resolves when it is at the point that it was told. */
  reached: Promise<void>;
  /** Counts transactions from now on, and dies or stops at a point. */
  watch(point?: Point): Promise<void>;
  /** Resolves when it has done as it was told. */
  obey(order: Order): Promise<void>;
  pid: number;
  kill(): Promise<void>;
  /** Wakes one that stopped at a point. */
  wake(): void;
}

type OnTestFinished = TestContext['onTestFinished'];

/** A world that ends with its test. The databases of a failed test are kept, and where they are is printed. */
export async function openWorld(
  onTestFinished: OnTestFinished,
  settings: Record<string, string> = {},
  nodeOptions: readonly string[] = [],
  postgresUrl: string = postgres,
): Promise<World> {
  const { world, close } = await newWorld(settings, nodeOptions, postgresUrl);
  onTestFinished(async ({ task }) => close(task.result?.state === 'fail' ? task.name : undefined));
  return world;
}

/** A world outside any test. `close` keeps its databases when it is told which test failed. */
export async function newWorld(
  settings: Record<string, string> = {},
  nodeOptions: readonly string[] = [],
  postgresUrl: string = postgres,
) {
  const folder = await mkdtemp(join(tmpdir(), 'hq-crash-'));
  const prefix = `crash_${randomUUID().slice(0, 8)}`;
  const databases: Record<string, string> = onPostgres
    ? {
        DATABASE_URL: `${postgresUrl}?schema=${prefix}_hq`,
        CHANNEL_DATABASE_URL: `${postgresUrl}?schema=${prefix}_c_{database}`,
        POOL_SIZE: '4',
      }
    : { DATA_DIR: folder };
  // Of headquarters' schema and of those of the channels: opened when they are asked.
  const readers = new Map<string, pg.Pool>();
  const children = new Set<ChildProcess>();
  const logs: string[] = [];
  let current = anotherServer();

  async function start(role = 'all', clockAhead = 0, build = 'this'): Promise<Server> {
    const logFile = join(folder, `server-${randomUUID().slice(0, 8)}.log`);
    logs.push(logFile);
    const log = openSync(logFile, 'a');
    const child = spawn(process.execPath, [...nodeOptions, inject('serverFile')], {
      env: {
        PATH: process.env.PATH,
        ROLE: role,
        CLOCK_AHEAD: String(clockAhead),
        BUILD: build,
        PORT: '0',
        LOG_LEVEL: 'warn',
        BATCH_SIZE: '20',
        ...databases,
        ...settings,
      },
      stdio: ['ignore', 'ignore', log, 'ipc'],
    });
    closeSync(log);
    children.add(child);
    child.once('exit', () => children.delete(child));
    const server = await ready(child, logFile);
    if (role === 'worker') return server;
    if (current.settled) current = anotherServer();
    const mine = current;
    mine.settle(server);
    void server.exited.then(() => {
      if (current === mine) current = anotherServer();
    });
    return server;
  }

  const world: World = {
    start,
    folder,
    prefix,
    databases,
    server: () => current.server,
    async query(document, variables = {}) {
      const { url } = await current.server;
      return send(url, document, variables);
    },
    async rows(database, statement) {
      if (!onPostgres) {
        return sqliteRows(join(folder, database === 'headquarters' ? 'hq.db' : `channels/${database}.db`), statement);
      }
      const schema = database === 'headquarters' ? `${prefix}_hq` : `${prefix}_c_${database}`;
      const reader = readers.get(schema) ?? readerOf(postgresUrl, schema);
      readers.set(schema, reader);
      return (await reader.query(statement)).rows;
    },
    forgive: ({ logFile }) => void logs.splice(logs.indexOf(logFile), 1),
    async errors() {
      const lines = (await Promise.all(logs.map((file) => readFile(file, 'utf8')))).join('').split('\n');
      return lines.filter((line) => line !== '' && !line.includes('"level":40'));
    },
  };

  async function close(failedTest?: string): Promise<void> {
    for (const child of children) child.kill('SIGKILL');
    await Promise.all([...readers.values()].map((reader) => reader.end()));
    if (failedTest !== undefined) {
      const where = onPostgres ? `the schemas ${prefix}_* of ${postgresUrl}, logs in ${folder}` : folder;
      console.error(`The databases of "${failedTest}" are kept in ${where}`);
      return;
    }
    if (onPostgres) await dropSchemas(postgresUrl, prefix);
    await rm(folder, { recursive: true, force: true });
  }

  return { world, close };
}

function anotherServer() {
  let resolve: (server: Server) => void = () => {};
  const next = {
    settled: false,
    server: new Promise<Server>((settle) => {
      resolve = settle;
    }),
    settle(server: Server) {
      next.settled = true;
      resolve(server);
    },
  };
  return next;
}

function ready(child: ChildProcess, logFile: string): Promise<Server> {
  const exited = new Promise<NodeJS.Signals | null>((resolve) =>
    child.once('exit', (_code, signal) => resolve(signal)),
  );
  const obeyed: (() => void)[] = [];
  let reached = () => {};
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`a server ended before it was ready; see ${logFile}`)));
    child.on('message', (report: Report) => {
      if ('ready' in report) {
        server.url = `http://127.0.0.1:${report.ready.port}`;
        server.node = report.ready.node;
        server.readyAt = performance.now();
        resolve(server);
      }
      if ('obeyed' in report) obeyed.shift()?.();
      if ('reached' in report) reached();
      if ('transaction' in report) server.transactions.push(report.transaction);
    });
    const server: Server = {
      logFile,
      url: '',
      node: '',
      readyAt: 0,
      transactions: [],
      exited,
      reached: new Promise((resolve) => {
        reached = resolve;
      }),
      watch: (point) => server.obey({ watch: point ? { point } : {} }),
      obey: (order) =>
        new Promise((resolve) => {
          obeyed.push(resolve);
          child.send(order);
        }),
      pid: child.pid!,
      async kill() {
        child.kill('SIGKILL');
        await exited;
      },
      wake: () => void child.kill('SIGCONT'),
    };
  });
}

/** Sends an operation to a server. */
export async function send(url: string, query: string, variables: Record<string, unknown>) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(20_000),
  });
  const { data, errors } = (await response.json()) as { data?: unknown; errors?: unknown[] };
  if (errors) throw new Refused(JSON.stringify(errors));
  return data as never;
}

/** The server answered, and what it answered is an error. */
export class Refused extends Error {}

function readerOf(postgresUrl: string, schema: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: postgresUrl, options: `-c search_path=${schema}`, max: 1 });
  // A test may restart PostgreSQL.
  pool.on('error', () => {});
  return pool;
}

function sqliteRows<Row>(file: string, statement: string): Promise<Row[]> {
  return new Promise((resolve, reject) => {
    const database = new sqlite3.Database(file, sqlite3.OPEN_READONLY);
    database.on('error', reject);
    database.configure('busyTimeout', 5_000);
    database.all<Row>(statement, (error, rows) => {
      database.close(() => (error ? reject(error) : resolve(rows)));
    });
  });
}

async function dropSchemas(postgresUrl: string, prefix: string): Promise<void> {
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  try {
    await client.query('set client_min_messages = error');
    const { rows } = await client.query('select nspname from pg_namespace where nspname like $1', [`${prefix}%`]);
    for (const { nspname } of rows) await client.query(`drop schema "${nspname}" cascade`);
  } finally {
    await client.end();
  }
}
