import { dirname, resolve } from 'node:path';
import type pino from 'pino';
import packageJson from '../package.json' with { type: 'json' };
import { scopeOf, viewerFrom } from './access/viewer.ts';
import { type Config, InvalidSettings, showsGraphiql } from './config.ts';
import { type ChannelServer, urlOf } from './data/channel-servers.ts';
import { Channels } from './data/channels.ts';
import type { Database } from './data/database.ts';
import { existingChannelDatabases } from './data/existing-databases.ts';
import { lockFolder } from './data/folder-lock.ts';
import { channelByCode, channelDatabaseNames } from './data/hq/channel.ts';
import { beat } from './data/hq/heartbeat.ts';
import { node } from './data/node.ts';
import {
  alone,
  channelDatabase,
  headquarters,
  openDatabase,
  peek,
  poolsOf,
  type SchemaVersion,
  schemaVersion,
} from './data/open.ts';
import { Backlogs } from './domain/backlog.ts';
import { RealTime } from './domain/real-time.ts';
import { examineStrays } from './domain/rewound.ts';
import type { DatabaseUnavailable } from './errors.ts';
import { inProcessNudges, type Nudges, topics } from './events/nudges.ts';
import { customerExport, customerImport } from './exchange/customers.ts';
import { contextFor } from './graphql/context.ts';
import { schema } from './graphql/schema.ts';
import type { Graphiql } from './http/graphiql.ts';
import type { Limits } from './http/limits.ts';
import { type HttpServer, serveHttp } from './http/server.ts';
import { conversion, jobs, jobsAndChains } from './jobs/index.ts';
import { Live } from './jobs/live.ts';
import type { Dispatcher } from './queue/dispatcher.ts';
import { EmbeddedDispatcher } from './queue/embedded.ts';
import type { Surroundings } from './queue/job.ts';
import { Outage } from './queue/outage.ts';
import { Scheduler } from './queue/scheduler.ts';
import { correctNextRuns } from './queue/schedules.ts';
import { Worker } from './queue/worker.ts';

const HOUSEKEEPING_EVERY = 60_000;

/** A running system. */
export interface App {
  url: string;
  port: number;
  hq: Database;
  channels: Channels;
  nudges: Nudges;
  dispatcher: Dispatcher;
  worker: Worker;
  scheduler: Scheduler;
  live: Live;
  /** Stops after what is in progress. Nothing acknowledged is lost. */
  stop(): Promise<void>;
}

export interface AppOptions {
  log: pino.Logger;
  /** Returns the current time. Tests supply their own clock. */
  clock?: () => Date;
  /** If false, nothing runs automatically; `worker.drain()` and `scheduler.runDue()` run what is due, once. */
  background?: boolean;
  /** On PostgreSQL, a process may do only one half: serve the API, or run jobs, with nothing but health checks on its port. */
  role?: 'all' | 'api' | 'worker';
  graphiql?: Graphiql;
  /** Limits of the HTTP server that differ from the defaults. */
  limits?: Partial<Limits>;
}

/** Starts a system: databases, jobs, schema, and server. */
export async function startApp(config: Config, options: AppOptions): Promise<App> {
  const { log, background = true, role = 'all' } = options;
  const { hq, channels, close } = await openDatabases(config, (database, err) =>
    log.warn({ database, err }, 'a channel database is unavailable'),
  );
  if (hq.embedded && role !== 'all') {
    await close();
    throw new InvalidSettings(
      'DATABASE_URL: only PostgreSQL can be shared by several processes. With SQLite, `hq serve` does everything.',
    );
  }
  const clock: () => Date = options.clock ?? (() => shared?.clock() ?? new Date());
  const now = () => clock().toISOString();
  const noticeAll = () => live.noticeAll();
  const cluster = hq.embedded ? undefined : await import('./cluster.ts');
  const shared = background ? cluster?.sharedDispatch(config, { hq, log, now, noticeAll }) : undefined;

  const local = inProcessNudges();
  const bus = cluster?.busOf(config, local, log);
  const nudges: Nudges = bus ?? local;
  hq.onCommit = (changed) => {
    for (const channel of changed) nudges.publish(topics.transactions(channel), true);
  };
  const dispatcher = shared?.dispatcher ?? new EmbeddedDispatcher({ hq, now, log }, config.workers);
  const surroundings: Surroundings = { hq, channels, nudges, dispatcher, log, now, batchSize: config.batchSize };
  const worker = new Worker({ surroundings, jobs, name: shared?.node ?? (() => node), keepDays: config.keepDays });
  const scheduler = new Scheduler(surroundings, jobsAndChains);
  const live = new Live(surroundings, worker);
  const parts = {
    hq,
    channels,
    nudges,
    now,
    log,
    dispatcher,
    backlogs: new Backlogs(hq, channels, now),
    realTime: new RealTime({ hq, channels, nudges, steps: conversion.steps }),
    notice: (channel: string) => {
      nudges.publish(topics.channelActivity(channel));
      // Whoever converts it may not know yet that this channel has just become one that is converted live.
      if (channels.convertsLive(channel)) dispatcher.notice(channel);
    },
    server: { version: packageJson.version, startedAt: now(), unavailable: () => server.unavailable() },
  };

  const housekeeping = setInterval(() => void worker.keepHouse(), HOUSEKEEPING_EVERY);
  const stopWork = async () => {
    clearInterval(housekeeping);
    await dispatcher.stop();
    await worker.stop();
    await shared?.stop();
  };
  let server: HttpServer;
  try {
    channels.follow({
      subscribe: (listener) => nudges.subscribe(topics.channels, listener),
      polls: background,
      outage: new Outage(log, {
        failing: 'could not refresh the settings of channels',
        over: 'refreshing the settings of channels works again',
      }),
    });
    await bus?.start();
    await examineStrays(surroundings, () => existingChannelDatabases(serversOf(config)));
    if (background && role !== 'api')
      await dispatcher.start({
        take: (run) => worker.take(run),
        help: (run) => worker.help(run),
        startScheduled: (schedule) => scheduler.startScheduled(schedule),
        convert: (channels, lane) => live.convert(channels, lane),
        synchronizeOrders: () => live.synchronizeOrders(),
        release: () => worker.release(),
      });
    await shared?.start();
    await hq.write((tx) => correctNextRuns(tx, dispatcher, now()));
    server = await serveHttp({
      schema,
      host: config.host,
      port: config.port,
      publicUrl: config.publicUrl,
      allowedOrigins: config.allowedOrigins,
      // Tokens use the machine's clock, as do those who issue them.
      viewerOf: viewerFrom(config.tokenSecret, Date.now),
      tokenOf: ({ token }) => token,
      now: Date.now,
      contextFor: (viewer) => contextFor(parts, viewer),
      scopeOf,
      onlyLocalCallers: config.tokenSecret === '',
      nudges,
      log,
      graphiql: showsGraphiql(config) ? (options.graphiql ?? { tabs: [] }) : undefined,
      routes: {
        'POST /import/customers': customerImport(parts),
        'GET /export/customers': customerExport(parts),
      },
      onlyHealth: role === 'worker',
      probes: { headquarters: () => hq.write(beat), ...(bus && { bus: () => bus.probe() }), ...shared?.probes },
      limits: options.limits,
    });
  } catch (error) {
    await stopWork();
    await bus?.stop();
    await close();
    throw error;
  }
  if (background && role !== 'api') live.noticeAll();

  return {
    url: server.url,
    port: server.port,
    hq,
    channels,
    nudges,
    dispatcher,
    worker,
    scheduler,
    live,
    async stop() {
      void server.drain();
      parts.realTime.stop();
      await stopWork();
      await server.close();
      await bus?.stop();
      await channels.tidy();
      await hq.tidy();
      await close();
    },
  };
}

/**
 * Opens headquarters' database and all channel databases. New ones are made; SQLite is migrated to the newest schema, and so is PostgreSQL
 * if `older` is `migrate`. Embedded databases belong to this process until `close`. Throws FolderRefused, or DatabaseUnavailable if
 * headquarters' database cannot be opened or if a newer version of this program has migrated any database. A channel database that is
 * unavailable is reported, and opened at its first use; the other channels do not wait.
 */
export async function openDatabases(
  config: Config,
  unavailable: (channelDatabase: string, error: unknown) => void,
  older: 'refuse' | 'migrate' = 'refuse',
): Promise<{ hq: Database; channels: Channels; close(): Promise<void> }> {
  const pools = poolsOf(config.poolSize);
  const servers = serversOf(config);
  const locks: { release(): Promise<void> }[] = [];
  const opened: { close(): Promise<void> }[] = [];
  const close = async () => {
    for (const database of opened.toReversed()) await database.close();
    for (const lock of locks) await lock.release();
  };
  try {
    for (const folder of embeddedFolders(config)) locks.push(await lockFolder(folder));
    const hq = await openDatabase(config.databaseUrl, { ...hqDatabase, readers: 2, pools, older });
    opened.push(hq);
    const channels = new Channels(hq, {
      openNamed: (name) =>
        openDatabase(urlOf(servers, name), { ...channelDatabaseNamed(name), readers: 1, pools, older }),
      urlOf: (name) => urlOf(servers, name),
      pools,
    });
    opened.push(channels);
    await channels.refresh();
    await channels.openAll(unavailable);
    return { hq, channels, close };
  } catch (error) {
    await close();
    throw error;
  }
}

export interface DatabaseVersion extends SchemaVersion {
  database: string;
  /** Why its version is unknown. */
  unavailable?: string;
}

/** The schema version of headquarters and of every channel database. Changes nothing. Throws DatabaseUnavailable if headquarters is unavailable. */
export async function databaseVersions(config: Config): Promise<DatabaseVersion[]> {
  const pools = poolsOf(config.poolSize, true);
  const hq = { ...hqDatabase, pools };
  const versions: DatabaseVersion[] = [{ database: hq.name, ...(await schemaVersion(config.databaseUrl, hq)) }];
  for (const name of (await peek(config.databaseUrl, hq, channelDatabaseNames)) ?? []) {
    const channel = { ...channelDatabaseNamed(name), pools };
    const version = schemaVersion(urlOf(serversOf(config), name), channel);
    versions.push({
      database: channel.name,
      ...(await version.catch((error: DatabaseUnavailable) => ({
        ...{ applied: [], pending: [], unknown: [] },
        unavailable: error.message,
      }))),
    });
  }
  return versions;
}

/**
 * Migrates headquarters' database and every channel database to the newest schema, while no other process does; `waiting` is called if one
 * does. Answers the versions before, and which channel databases could not be migrated. Throws DatabaseUnavailable if headquarters' cannot.
 */
export async function migrateDatabases(config: Config, waiting: () => void): Promise<DatabaseVersion[]> {
  const { migrateJobs, sessionUrl } = await import('./cluster.ts');
  return alone(sessionUrl(config), 'migrate', waiting, async () => {
    const before = await databaseVersions(config);
    const failed = new Map<string, string>();
    const { hq, close } = await openDatabases(
      config,
      (name, error) => failed.set(channelDatabaseNamed(name).name, (error as Error).message),
      'migrate',
    );
    try {
      if (!hq.embedded) await migrateJobs(config);
    } finally {
      await close();
    }
    return before.map((version) => {
      const unavailable = failed.get(version.database);
      return unavailable ? { ...version, unavailable } : version;
    });
  });
}

/** Whether there is a channel with this code. Asks the database, so no server needs to run. Throws DatabaseUnavailable. */
export async function channelExists(config: Config, code: string): Promise<boolean> {
  const channel = await peek(config.databaseUrl, hqDatabase, (db) => channelByCode(db, code));
  return Boolean(channel);
}

const hqDatabase = { name: 'headquarters', kind: headquarters };
const channelDatabaseNamed = (name: string) => ({ name: `channel database ${name}`, kind: channelDatabase });

/** Where channel databases are. */
const serversOf = ({ channelServers, channelDatabaseUrl }: Config): ChannelServer[] => [
  ...channelServers,
  { names: '*', url: channelDatabaseUrl },
];

/** The folders of SQLite databases, each once. */
function embeddedFolders({ databaseUrl, channelDatabaseUrl, dataDir }: Config): Set<string> {
  const folders = new Set<string>();
  if (databaseUrl.startsWith('sqlite:')) folders.add(dirname(databaseUrl.slice('sqlite:'.length)));
  if (channelDatabaseUrl.startsWith('sqlite:')) folders.add(dataDir);
  return new Set([...folders].map((folder) => resolve(folder)));
}
