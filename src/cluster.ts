import type pino from 'pino';
import type { Config } from './config.ts';
import { Bus } from './data/bus.ts';
import type { Database } from './data/database.ts';
import { Liveness } from './data/liveness.ts';
import { openPlainPool } from './data/plain-pool.ts';
import { parsePostgresUrl } from './data/postgres-url.ts';
import type { inProcessNudges } from './events/nudges.ts';
import { GraphileDispatcher } from './queue/graphile.ts';
import { Outage } from './queue/outage.ts';

/*
 * What processes that share headquarters on PostgreSQL need besides. `app.ts` loads it only there.
 */

/** Nudges among all of them. */
export const busOf = (config: Config, local: ReturnType<typeof inProcessNudges>, log: pino.Logger): Bus =>
  new Bus({
    url: sessionUrl(config),
    local,
    outage: new Outage(log, {
      failing: 'the bus is disconnected: what other servers do is noticed seconds later',
      over: 'the bus is connected again',
    }),
  });

/** What processes that share headquarters on PostgreSQL have in place of a dispatcher in memory. */
export function sharedDispatch(
  config: Config,
  { log, ...rest }: { hq: Database; log: pino.Logger; now: () => string; noticeAll: () => void },
) {
  const jobTables = jobTablesOf(config);
  const dispatcher: GraphileDispatcher = new GraphileDispatcher({
    ...jobTables,
    ...rest,
    log,
    concurrency: config.workers,
    renew: () => liveness.renew(),
  });
  const liveness = new Liveness({ url: sessionUrl(config), listener: dispatcher, log });
  return {
    dispatcher,
    /** The clock of the database, which is the same for all. */
    clock: () => liveness.now(),
    node: () => dispatcher.node,
    probes: {
      liveness: async () => {
        if (!liveness.alive) throw new Error('this node has no session');
      },
    },
    async start() {
      await GraphileDispatcher.migrate(jobTables);
      await liveness.start();
    },
    stop: () => liveness.stop(),
  };
}

/** Where headquarters' PostgreSQL database gives each connection a session of its own. The schema is that of DATABASE_URL. */
export function sessionUrl({ busUrl, databaseUrl }: Config): string {
  if (!busUrl) return databaseUrl;
  const url = new URL(busUrl);
  url.searchParams.set('schema', parsePostgresUrl(databaseUrl).schema);
  return url.href;
}

/** Where graphile-worker keeps its jobs: next to headquarters' tables, in a schema of its own. */
export function jobTablesOf(config: Config) {
  const { schema } = parsePostgresUrl(config.databaseUrl);
  return {
    schema: schema === 'public' ? 'graphile_worker' : `${schema}_worker`,
    openPool: (purpose: string, size: number) => openPlainPool(sessionUrl(config), purpose, size),
  };
}

/** Makes or updates graphile-worker's tables. */
export const migrateJobs = (config: Config): Promise<void> => GraphileDispatcher.migrate(jobTablesOf(config));
