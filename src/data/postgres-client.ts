import { connect } from 'node:net';
import pg from 'pg';
import { current, unhurried, watch } from './interruption.ts';
import { applicationName } from './node.ts';
import type { PostgresUrl } from './postgres-url.ts';

/** Ms that a lock is waited for, that a statement may run, and that a transaction may pause between two statements: a frozen process loses its locks. */
const timeouts = { lock_timeout: 4_000, statement_timeout: 10_000, idle_in_transaction_session_timeout: 5_000 };

/** What every transaction relies on. */
const settings = {
  timezone: 'UTC',
  // Our statements take milliseconds. To compile them takes a third of a second, which PostgreSQL does when it guesses that a batch is large.
  jit: 'off',
  ...timeouts,
};

interface ClientOptions extends pg.ClientConfig {
  pooledByTransaction?: boolean;
}

/**
 * How to connect, for a purpose that `pg_stat_activity` shows. A session starts with the settings above; behind a pooler, which would ignore
 * them or give them to others, each transaction sets them itself.
 */
export const connectionOptions = (
  { server, pooledByTransaction }: PostgresUrl,
  purpose: string,
  more: Record<string, string> = {},
): ClientOptions => ({
  connectionString: server,
  application_name: applicationName(purpose),
  keepAlive: true,
  pooledByTransaction,
  ...(pooledByTransaction
    ? {}
    : { options: listed({ ...settings, ...more }, (name, value) => `-c ${name}=${value}`, ' ') }),
});

/** Lifts the time limits of the transaction, for a migration. A process that freezes in it loses it all the same. */
export const withoutTimeLimits = 'set local lock_timeout = 0; set local statement_timeout = 0';

/** Sends statements over a connection of its own, outside any pool. */
export async function connected<T>(
  url: PostgresUrl,
  purpose: string,
  work: (client: Client) => Promise<T>,
  patience = 5_000,
): Promise<T> {
  const client = new Client({ ...connectionOptions(url, purpose), connectionTimeoutMillis: patience });
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end();
  }
}

/**
 * Runs `work` while no other process runs work of this name for the same schema. `waiting` is called once if one does. If the
 * connection is lost, so is the lock, but the work goes on.
 */
export const oneAtATime = <T>(
  url: PostgresUrl,
  name: string,
  waiting: () => void,
  work: () => Promise<T>,
): Promise<T> =>
  connected(url, name, async (client) => {
    // Locks of transactions, because those of sessions mean nothing behind a pooler.
    const locked = async (lock: string) =>
      (await client.query(`select ${lock}(hashtext($1)) as locked`, [`hq ${name} ${url.schema}`])).rows[0].locked;
    await unhurried(async () => {
      await client.query('BEGIN');
      await client.query(`${withoutTimeLimits}; set local idle_in_transaction_session_timeout = 0`);
      if (await locked('pg_try_advisory_xact_lock')) return;
      waiting();
      await locked('pg_advisory_xact_lock');
    });
    return work();
  });

/**
 * A connection of the pool that TypeORM uses:
 *
 * - its statements go to `schema`, whatever schema the connection served before;
 * - a connection that breaks while nobody listens does not end the process (pg-pool takes its listener away from a client in use);
 * - a statement is canceled at the server when `interruptible` says so, and given up when the server does not answer;
 * - COMMIT of a transaction that has failed throws; PostgreSQL answers ROLLBACK, which pg takes for success;
 * - a transaction inside a transaction is refused; PostgreSQL warns, and the inner COMMIT would end the outer one.
 *
 * test/data/database.test.ts and test/data/pools.test.ts have a test for each.
 */
export class Client extends pg.Client {
  /** Set by whoever takes the connection out of the pool. Until then, statements name no tables. */
  schema: string | undefined;
  /** The `search_path` of the session: the schema that it served last. */
  path: string | undefined;
  /** Its state at the server is unknown. */
  private suspect = false;
  private readonly config: ClientOptions;

  constructor(config: ClientOptions) {
    super(config);
    this.config = config;
    this.on('error', () => {});
  }

  /** Whether it may serve another schema: it works, and no transaction is open. */
  get reusable(): boolean {
    return !this.suspect && this.getTransactionStatus() === 'I';
  }

  // biome-ignore lint/suspicious/noExplicitAny: pg has ten signatures; TypeORM uses the one that returns a promise.
  override query(...statement: any[]): any {
    if (typeof statement.at(-1) === 'function') return super.query(...(statement as [string, () => void]));
    return this.inSchema(statement as [string, unknown[]]);
  }

  private async inSchema(statement: [string, unknown[]?]): Promise<pg.QueryResult> {
    if (this.inTransaction) return this.withinTransaction(statement);
    if (this.schema === undefined) {
      if (this.path !== undefined) throw new Error('a statement without a schema');
      return this.answered(statement);
    }
    if (this.config.pooledByTransaction) return this.inTransactionOfItsOwn(statement, this.schema);
    if (this.path === this.schema) return this.answered(statement);
    const change = `set search_path = ${this.schema}`;
    // In the same message. The session keeps it when the transaction commits.
    if (statement[0] === 'BEGIN') return this.answered([`BEGIN; ${change}`]);
    this.suspect = true;
    await this.answered([change]);
    this.suspect = false;
    this.path = this.schema;
    return this.answered(statement);
  }

  private async withinTransaction(statement: [string, unknown[]?]): Promise<pg.QueryResult> {
    const result = await this.answered(statement);
    if (statement[0] === 'COMMIT' && !this.config.pooledByTransaction) this.path = this.schema;
    return result;
  }

  /** Behind a pooler: a transaction begins with its settings, and a statement outside of one reads in one of its own. */
  private async inTransactionOfItsOwn(statement: [string, unknown[]?], schema: string): Promise<pg.QueryResult> {
    const settled = listed(
      { search_path: schema, ...settings },
      (name, value) => `set local ${name} = '${value}'`,
      '; ',
    );
    if (statement[0] === 'BEGIN') return this.answered([`BEGIN; ${settled}`]);
    await this.answered([`BEGIN READ ONLY; ${settled}`]);
    try {
      const result = await this.answered(statement);
      await this.answered(['COMMIT']);
      return result;
    } catch (error) {
      // Without it the connection is not reusable, and leaves the pool.
      await this.answered(['ROLLBACK']).catch(() => {});
      throw error;
    }
  }

  private async answered(statement: [string, unknown[]?]): Promise<pg.QueryResult> {
    const terms = current();
    const [text] = statement;
    if (this.inTransaction && /^(start transaction|begin|savepoint)/i.test(text))
      throw new Error('a transaction inside a transaction');
    let canceled = false;
    const unwatch = watch(terms, () => {
      if (!canceled) void this.cancelAtServer();
      canceled = true;
    });
    if (!unwatch) throw interrupted();
    const timer = setTimeout(() => this.giveUp(), terms.patience);
    try {
      const result = await super.query(...(statement as [string, unknown[]]));
      if (text === 'COMMIT' && result.command !== 'COMMIT')
        throw new Error('COMMIT of a transaction that had failed: nothing was stored');
      return result;
    } finally {
      clearTimeout(timer);
      unwatch();
      // The cancellation may come late, and would hit the next statement.
      if (canceled) this.giveUp();
    }
  }

  private get inTransaction(): boolean {
    return ['T', 'E'].includes(this.getTransactionStatus() ?? '');
  }

  private async cancelAtServer(): Promise<void> {
    if (this.config.pooledByTransaction) return this.cancelAtPooler();
    const other = new pg.Client({
      ...this.config,
      application_name: applicationName('cancel'),
      connectionTimeoutMillis: 1_000,
    });
    other.on('error', () => {});
    try {
      await other.connect();
      await other.query('select pg_cancel_backend($1)', [this.session.processID]);
    } catch {
      // A server that takes no connection is not waited for either.
      this.giveUp();
    } finally {
      await other.end().catch(() => {});
    }
  }

  /**
   * Only a pooler knows which session runs the statement, so this is a CancelRequest of the protocol. The pooler closes the connection when it
   * has done it: PgBouncer 1.18 exits if the client closes it earlier.
   */
  private cancelAtPooler(): void {
    const { processID, secretKey } = this.session;
    const request = Buffer.alloc(16);
    for (const [index, part] of [16, 80_877_102, processID, secretKey].entries()) request.writeInt32BE(part, index * 4);
    const { host, port } = this;
    const socket = connect(host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port });
    const timer = setTimeout(() => socket.destroy(new Error('no connection')), 1_000);
    socket.on('connect', () => clearTimeout(timer));
    socket.on('error', () => this.giveUp());
    socket.unref();
    socket.write(request);
  }

  /** Ends the connection from this side; whoever waits for an answer gets an error, and the pool drops it. */
  private giveUp(): void {
    this.suspect = true;
    this.session.connection.stream.destroy();
  }

  /** What pg does not declare. */
  private get session(): { processID: number; secretKey: number; connection: { stream: { destroy(): void } } } {
    return this as never;
  }
}

const listed = (
  values: Record<string, string | number>,
  text: (name: string, value: string | number) => string,
  separator: string,
): string =>
  Object.entries(values)
    .map(([name, value]) => text(name, value))
    .join(separator);

/** In PostgreSQL's words. */
const interrupted = () => Object.assign(new Error('canceling statement due to user request'), { code: '57014' });
