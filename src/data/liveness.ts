import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { interruptible } from './interruption.ts';
import { node } from './node.ts';
import { Client, connectionOptions } from './postgres-client.ts';
import { parsePostgresUrl } from './postgres-url.ts';

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
  /** Between two attempts to get a session. */
  pause: 250,
};

/** Hears whether this node and its peers are alive. */
export interface LivenessListener {
  /** This node is alive, as `id`. */
  alive(id: string): Promise<void>;
  /** This node has lost its session. Peers may take over its work, so it must write nothing more. */
  lost(): Promise<void>;
  /** A peer has died: what it held is free. May be called again for the same peer. */
  peerDied(id: string): Promise<void>;
}

interface LivenessOptions {
  /** Headquarters' database, reached directly: a lock belongs to a session. */
  url: string;
  listener: LivenessListener;
  log: {
    warn(fields: object, message: string): void;
    info(fields: object, message: string): void;
  };
  limits?: Partial<typeof defaultLimits>;
}

/**
 * Tells the processes that share headquarters' PostgreSQL database which of them are alive. Each holds a session advisory lock, which
 * PostgreSQL frees when the session ends, however the process died. A process that gets another one's lock knows that it is dead.
 *
 * A frozen process keeps its lock and its transactions. When its last beat is too old, its peers end all its connections. They only do this to
 * a node whose lock is held: after a restart of PostgreSQL every beat is old, and nodes would end each other forever.
 */
export class Liveness {
  private readonly limits: typeof defaultLimits;
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private session: Client | undefined;
  private lives = 0;
  /** The clock of the database: ms since 1970 when this process' monotonic clock showed `at`. */
  private clock: { time: number; at: number } | undefined;
  /** Whether this node holds its lock. */
  alive = false;

  constructor(private readonly options: LivenessOptions) {
    this.limits = { ...defaultLimits, ...options.limits };
  }

  /** Gets a session. Resolves when this node is alive, or after the first attempt. */
  start(): Promise<void> {
    return new Promise((resolve) => {
      this.running = this.run(resolve);
    });
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** Ends the session and begins another, for a part of the process that cannot go on. */
  renew(): void {
    void this.session?.end().catch(() => {});
  }

  /**
   * The time by the clock of the database, so that all processes mean the same, whatever their own clocks show. Undefined before the
   * first session.
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
    const { log, listener, url } = this.options;
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
      await listener.alive(id);
      log.info({ node: id }, 'this node is alive');
      begun();
      await this.watch(ask, id, over.signal);
      if (this.stopping.signal.aborted) await ask('delete from server_node where id = $1', [id]);
      else log.warn({ node: id }, 'this node lost its session');
    } catch (error) {
      log.warn({ node: id, err: error }, 'this node lost its session');
    } finally {
      this.alive = false;
      await listener.lost();
      await session.end().catch(() => {});
    }
  }

  /** Beats, and looks after the peers, until the session ends or the process stops. */
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
          // If the session is over, the next statement fails.
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
    const { listener, log } = this.options;
    // It would also get its own lock, because a session may lock twice.
    const { rows } = await ask(
      `select id, lock_key from server_node
       where case when id = $1 then false else pg_try_advisory_lock($2, lock_key::integer) end`,
      [id, LOCKS],
    );
    for (const dead of rows as { id: string; lock_key: string }[]) {
      try {
        await listener.peerDied(dead.id);
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

/** A session of its own. One that does not answer is given up by `patience`. */
function sessionTo(text: string): Client {
  const url = parsePostgresUrl(text);
  const session = new Client({ ...connectionOptions(url, 'life'), connectionTimeoutMillis: 3_000 });
  session.schema = url.schema;
  return session;
}
