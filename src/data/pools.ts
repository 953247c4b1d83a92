import { DataSource, type EntityMetadata, type MigrationInterface } from 'typeorm';
import type { EntityClass } from './columns.ts';
import { everywhere } from './data-source.ts';
import { PATIENCE } from './database.ts';
import type { Client } from './postgres-client.ts';
import type { PostgresUrl } from './postgres-url.ts';

interface PoolOptions {
  /** Every table that a database of the pool may have. */
  entities: EntityClass[];
  /** Connections of each pool. */
  size?: number | undefined;
  /** Connections that refuse to change anything. */
  readOnly?: boolean;
}

interface Pool {
  source: Promise<DataSource>;
  /** Databases that use it. The last one to close ends it. */
  databases: number;
}

/**
 * One pool of connections for each PostgreSQL server and database, whatever number of schemas is used there.
 *
 * A connection is taken for one statement or one transaction. Whoever holds one never waits for another (`Database` refuses that), so that a
 * pool cannot block itself.
 */
export class Pools {
  private readonly pools = new Map<string, Pool>();
  private readonly opening: Share;

  constructor(private readonly options: PoolOptions) {
    this.opening = new Share(this.half);
  }

  /** Opens a database when its turn comes: to make hundreds at once would take all connections for seconds. */
  async open<T>(work: () => Promise<T>): Promise<T> {
    const leave = await this.opening.enter();
    try {
      return await work();
    } finally {
      leave();
    }
  }

  /** A DataSource for one schema. Destroy it to leave the pool. */
  async schema(url: PostgresUrl, { entities, migrations }: Kind): Promise<DataSource> {
    const key = JSON.stringify([url.server, url.pooledByTransaction]);
    const pool = this.pools.get(key) ?? { source: this.connect(url), databases: 0 };
    this.pools.set(key, pool);
    pool.databases++;
    const leave = async () => {
      if (--pool.databases > 0) return;
      if (this.pools.get(key) === pool) this.pools.delete(key);
      const source = await pool.source;
      if (source.isInitialized) await source.destroy();
    };
    try {
      return viewOf(await pool.source, {
        schema: url.schema,
        entities,
        migrations,
        share: new Share(this.half, PATIENCE),
        leave,
      });
    } catch (error) {
      // Whoever comes next tries to connect again.
      if (this.pools.get(key) === pool) this.pools.delete(key);
      throw error;
    }
  }

  /** What one schema may use at most: one whose locks another process holds must not take the connections of all others. */
  private get half(): number {
    return Math.max(2, Math.ceil(this.size / 2));
  }

  private get size(): number {
    return this.options.size ?? 10;
  }

  private async connect(url: PostgresUrl): Promise<DataSource> {
    const { Client, connectionOptions } = await import('./postgres-client.ts');
    const source = new DataSource({
      ...everywhere,
      type: 'postgres',
      url: url.server,
      entities: this.options.entities,
      parseInt8: true,
      poolSize: this.size,
      connectTimeoutMS: PATIENCE,
      extra: {
        ...connectionOptions(url, 'pool', this.options.readOnly ? { default_transaction_read_only: 'on' } : {}),
        Client,
      },
    });
    return source.initialize();
  }
}

/** What one kind of database consists of. */
interface Kind {
  entities: readonly EntityClass[];
  migrations: readonly (new () => MigrationInterface)[];
}

interface View extends Kind {
  schema: string;
  share: Share;
  leave: () => Promise<void>;
}

/** What a DataSource and its driver consist of, as far as it differs by schema. */
interface Driver {
  master: IdleClients;
  obtainMasterConnection(): Promise<[Client, (error?: Error) => void]>;
}

/** What pg-pool does not declare. It gives away the last of its idle clients, in the next turn of the event loop. */
interface IdleClients {
  _idle: { client: Client }[];
  _pulseQueue(): void;
}

/**
 * A DataSource that shares everything with another one, its pool and its entities, except for the schema of its statements. (A DataSource of
 * its own for each of a thousand channel databases would repeat the entities, too.)
 */
function viewOf(source: DataSource, { schema, entities, migrations, share, leave }: View): DataSource {
  const driver = source.driver as unknown as Driver;
  const view = Object.create(source);
  view.driver = Object.assign(Object.create(driver), {
    connection: view,
    schema,
    searchSchema: schema,
    async obtainMasterConnection(): ReturnType<Driver['obtainMasterConnection']> {
      const leaveShare = await share.enter();
      try {
        if (!view.isInitialized) throw new Error('Driver not Connected');
        const [client, release] = await preferring(driver.master, schema, () => driver.obtainMasterConnection());
        client.schema = schema;
        return [
          client,
          (error) => {
            client.schema = undefined;
            release(error ?? (client.reusable ? undefined : new Error('a connection whose state is unknown')));
            leaveShare();
          },
        ];
      } catch (error) {
        leaveShare();
        throw error;
      }
    },
  });
  view.manager = view.createEntityManager();
  // Both kinds of database have a table of customers.
  view.entityMetadatas = source.entityMetadatas.filter(({ target }) => entities.includes(target as EntityClass));
  view.entityMetadatasMap = new Map(
    view.entityMetadatas.map((metadata: EntityMetadata) => [metadata.target, metadata]),
  );
  view.migrations = migrations.map((Migration) => new Migration());
  view.destroy = () => {
    view.isInitialized = false;
    return leave();
  };
  return view;
}

/**
 * Takes the idle client that served this schema last, so that it need not be told again. If none did, takes one that has served no schema,
 * otherwise the one that has been idle for longest.
 */
function preferring<T>(pool: IdleClients, schema: string, take: () => T): T {
  const { _idle: idle } = pool;
  const last = (path: string | undefined) => idle.findLastIndex(({ client }) => client.path === path);
  const index = [last(schema), last(undefined)].find((found) => found >= 0) ?? 0;
  idle.push(...idle.splice(index, 1));
  const taken = take();
  // Now, before another one changes the order.
  pool._pulseQueue();
  return taken;
}

/** Lets so many in at once; the others wait, in order, for `patience` ms at most. */
class Share {
  private readonly waiting: (() => void)[] = [];

  constructor(
    private free: number,
    private readonly patience?: number,
  ) {}

  /** Answers how to leave. */
  async enter(): Promise<() => void> {
    if (this.free > 0) this.free--;
    else await this.turn();
    return () => {
      const next = this.waiting.shift();
      if (next) next();
      else this.free++;
    };
  }

  private turn(): Promise<void> {
    return new Promise((resolve, reject) => {
      const turn = () => {
        clearTimeout(timer);
        resolve();
      };
      const giveUp = () => {
        this.waiting.splice(this.waiting.indexOf(turn), 1);
        reject(new Error('timeout exceeded when trying to connect'));
      };
      const timer = this.patience === undefined ? undefined : setTimeout(giveUp, this.patience);
      this.waiting.push(turn);
    });
  }
}
