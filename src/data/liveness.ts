import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { interruptible } from './interruption.ts';
import { applicationName, node } from './node.ts';
import { Client } from './postgres-client.ts';

/** The locks of nodes among all advisory locks of the database. */
const LOCKS = 0x6871;

/** In ms. */
const defaultLimits = {
  /** Between two looks at the locks of the others. */
  lookEvery: 300,
  /** Between two beats. */
  beatEvery: 900,
  /** Without a beat for this long, a node is frozen or cut off. */
  frozenAfter: 5_000,
  /** Until a session that does not answer is given up. */
  patience: 4_000,
  /** Between two attempts to begin a life. */
  pause: 250,
};

/** Who depends on being alive. */
export interface Mortal {
  /** A life begins: the work of `id` counts from now on. */
  begin(id: string): Promise<void>;
  /** The life is over, because its session ended: others may take its work, so it writes nothing more. */
  end(): Promise<void>;
  /** Another node has died: what it held is free. May be repeated. */
  bury(id: string): Promise<void>;
}

interface LivenessOptions {
  /** Headquarters' database, reached directly: a lock belongs to a session. */
  url: string;
  mortal: Mortal;
  log: {
    warn(fields: object, message: string): void;
    info(fields: object, message: string): void;
  };
  limits?: Partial<typeof defaultLimits>;
}

/**
 * Tells the processes that share headquarters' PostgreSQL database which of them live. Each holds a session advisory lock, which PostgreSQL
 * frees when the session ends, however the process died. Whoever gets the lock of another one knows that it is dead, and frees what it held.
 *
 * A process that is frozen keeps its lock and its transactions. When its last beat is too old, others end all its connections. They look at
 * nodes whose lock is held, and at nothing else: after a restart of PostgreSQL every beat is old, and nodes would end each other for ever.
 */
export class Liveness {
  private readonly limits: typeof defaultLimits;
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private session: Client | undefined;
  private lives = 0;
  /** The clock of the database: ms since 1970 when this process' monotonic clock showed `at`. */
  private clock: { time: number; at: number } | undefined;
  /** Whether this process lives at the moment. */
  alive = false;

  constructor(private readonly options: LivenessOptions) {
    this.limits = { ...defaultLimits, ...options.limits };
  }

  /** Begins to live. Resolves with the first life, or after the first attempt. */
  start(): Promise<void> {
    return new Promise((resolve) => {
      this.running = this.run(resolve);
    });
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** Ends this life; another one begins. For a part of the process that cannot go on. */
  renew(): void {
    void this.session?.end().catch(() => {});
  }

  /**
   * The time by the clock of the database, so that all processes mean the same, whatever their own clocks show. Undefined before the first
   * life.
   */
  now(): Date | undefined {
    return this.clock && new Date(this.clock.time + (performance.now() - this.clock.at));
  }

  private async run(attempted: () => void): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await this.live(attempted);
      attempted();
      await delay(this.limits.pause, undefined, { signal }).catch(() => {});
    }
  }

  private async live(begun: () => void): Promise<void> {
    const { log, mortal, url } = this.options;
    const id = `${node}-${++this.lives}`;
    const session = sessionTo(url);
    this.session = session;
    const over = new AbortController();
    session.on('end', () => over.abort());
    const ask = (text: string, values: unknown[] = []) =>
      interruptible(undefined, () => session.query(text, values) as Promise<{ rows: never[] }>, this.limits.patience);
    try {
      await session.connect();
      const lockKey = randomInt(2 ** 31);
      await ask('select pg_advisory_lock($1, $2)', [LOCKS, lockKey]);
      await ask(`insert into server_node (id, lock_key, worker_pools, beat_at) values ($1, $2, '[]', ${inMs})`, [
        id,
        lockKey,
      ]);
      await this.beat(ask, id);
      this.alive = true;
      await mortal.begin(id);
      log.info({ node: id }, 'this node is alive');
      begun();
      await this.watch(ask, id, over.signal);
      if (this.stopping.signal.aborted) await ask('delete from server_node where id = $1', [id]);
      else log.warn({ node: id }, 'this node lost its session');
    } catch (error) {
      log.warn({ node: id, err: error }, 'this node lost its session');
    } finally {
      this.alive = false;
      await mortal.end();
      await session.end().catch(() => {});
    }
  }

  /** Until the session ends or the process stops: beats, and looks after the others. */
  private async watch(ask: Ask, id: string, over: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([over, this.stopping.signal]);
    let beatAt = performance.now();
    while (!signal.aborted) {
      await delay(this.limits.lookEvery, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      if (performance.now() - beatAt >= this.limits.beatEvery) {
        beatAt = performance.now();
        await this.beat(ask, id);
        await this.endFrozen(ask, id).catch((error: unknown) => {
          // Whether the session is over, the next question shows.
          if (!over.aborted) this.options.log.warn({ err: error }, 'could not end the connections of a frozen node');
        });
      }
      await this.buryDead(ask, id);
    }
  }

  private async beat(ask: Ask, id: string): Promise<void> {
    const { rows } = await ask(`update server_node set beat_at = ${inMs} where id = $1 returning beat_at`, [id]);
    const [row] = rows as { beat_at: string }[];
    if (!row) throw new Error('others have declared this node dead');
    this.clock = { time: Number(row.beat_at), at: performance.now() };
  }

  private async buryDead(ask: Ask, id: string): Promise<void> {
    const { mortal, log } = this.options;
    // Its own lock it would get, too: a session may lock twice.
    const { rows } = await ask(
      `select id, lock_key from server_node
       where case when id = $1 then false else pg_try_advisory_lock($2, lock_key::integer) end`,
      [id, LOCKS],
    );
    for (const dead of rows as { id: string; lock_key: string }[]) {
      try {
        await mortal.bury(dead.id);
        log.warn({ node: dead.id }, 'a node has died: its runs continue elsewhere');
      } catch (error) {
        log.warn({ node: dead.id, err: error }, 'could not take over from a node that has died');
      } finally {
        await ask('select pg_advisory_unlock($1, $2)', [LOCKS, dead.lock_key]);
      }
    }
  }

  private async endFrozen(ask: Ask, id: string): Promise<void> {
    const { rows } = await ask(
      `select n.id, count(pg_terminate_backend(a.pid)) as ended from server_node n
       join pg_locks l on l.locktype = 'advisory' and l.granted and l.classid = $2 and l.objid = n.lock_key
         and l.database = (select oid from pg_database where datname = current_database())
       join pg_stat_activity a on starts_with(a.application_name, 'hq ' || split_part(n.id, '-', 1) || ' ')
       where split_part(n.id, '-', 1) <> split_part($1, '-', 1) and n.beat_at < ${inMs} - $3::bigint group by n.id`,
      [id, LOCKS, this.limits.frozenAfter],
    );
    for (const { id: frozen, ended } of rows as { id: string; ended: string }[])
      this.options.log.warn(
        { node: frozen, connections: Number(ended) },
        'ended the connections of a node that is frozen',
      );
  }
}

type Ask = (text: string, values?: unknown[]) => Promise<{ rows: never[] }>;

const inMs = '(extract(epoch from clock_timestamp()) * 1000)::bigint';

function sessionTo(text: string): Client {
  const url = new URL(text);
  const schema = url.searchParams.get('schema') ?? 'public';
  url.searchParams.delete('schema');
  return new Client({
    connectionString: url.href,
    application_name: applicationName('life'),
    options: `-c search_path=${schema}`,
    keepAlive: true,
    connectionTimeoutMillis: 3_000,
  });
}
