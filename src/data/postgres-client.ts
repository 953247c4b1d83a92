import pg from 'pg';
import { current, watch } from './interruption.ts';
import { applicationName } from './node.ts';

/** Ms that a lock is waited for, that a statement may run, and that a transaction may pause between two statements: a frozen process loses its locks. */
const timeouts = { lock_timeout: 4_000, statement_timeout: 10_000, idle_in_transaction_session_timeout: 5_000 };

/** The startup options of a connection to `schema`. */
export const connectionOptions = (schema: string): string =>
  Object.entries({
    search_path: schema,
    timezone: 'UTC',
    // Our statements take milliseconds. To compile them takes a third of a second, which PostgreSQL does when it guesses that a batch is large.
    jit: 'off',
    ...timeouts,
  })
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');

/** Lifts the time limits of a session, for a migration. */
export const withoutTimeouts: string = Object.keys(timeouts)
  .map((name) => `set ${name} = 0`)
  .join('; ');

/**
 * A connection of the pool that TypeORM uses:
 *
 * - a connection that breaks while nobody listens does not end the process (pg-pool takes its listener away from a client in use);
 * - a statement is canceled at the server when `interruptible` says so, and given up when the server does not answer;
 * - COMMIT of a transaction that has failed throws; PostgreSQL answers ROLLBACK, which pg takes for success;
 * - a transaction inside a transaction is refused; PostgreSQL warns, and the inner COMMIT would end the outer one.
 *
 * test/data/database.test.ts has a test for each.
 */
export class Client extends pg.Client {
  private readonly config: pg.ClientConfig;
  private inTransaction = false;

  constructor(config: pg.ClientConfig) {
    super(config);
    this.config = config;
    this.on('error', () => {});
  }

  // biome-ignore lint/suspicious/noExplicitAny: pg has ten signatures; TypeORM uses the one that returns a promise.
  override query(...statement: any[]): any {
    if (typeof statement.at(-1) === 'function') return super.query(...(statement as [string, () => void]));
    return this.answered(statement as [string, unknown[]]);
  }

  private async answered(statement: [string, unknown[]]): Promise<pg.QueryResult> {
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
      const result = await super.query(...statement);
      if (text === 'BEGIN') this.inTransaction = true;
      if (text === 'COMMIT' || text === 'ROLLBACK') this.inTransaction = false;
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

  private async cancelAtServer(): Promise<void> {
    const { host, port, user, password, database, ssl } = this.config;
    const other = new pg.Client({
      ...{ host, port, user, password, database, ssl },
      application_name: applicationName('cancel'),
      connectionTimeoutMillis: 1_000,
    });
    other.on('error', () => {});
    try {
      await other.connect();
      await other.query('select pg_cancel_backend($1)', [(this as unknown as { processID: number }).processID]);
    } catch {
      // A server that takes no connection is not waited for either.
      this.giveUp();
    } finally {
      await other.end().catch(() => {});
    }
  }

  /** Ends the connection from this side; whoever waits for an answer gets an error, and the pool drops it. */
  private giveUp(): void {
    (this as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  }
}

/** In PostgreSQL's words. */
const interrupted = () => Object.assign(new Error('canceling statement due to user request'), { code: '57014' });
