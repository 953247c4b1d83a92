import { setTimeout as delay } from 'node:timers/promises';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { DatabaseUnavailable, TooLarge } from '../errors.ts';
import { dialectOf } from './dialect/dialect.ts';
import { TOO_LARGE } from './dialect/packing.ts';
import { current, inTransaction } from './interruption.ts';

/** A change to many items together; returns one result per item, in order. */
type Together<Item, Result> = (tx: EntityManager, items: Item[]) => Promise<Result[]>;

interface Waiting {
  item: unknown;
  settle: (result: unknown) => void;
  fail: (error: unknown) => void;
}

interface Group {
  waiting: Waiting[];
  committing: boolean;
}

const MOST_TOGETHER = 500;

/**
 * Called when a transaction begins. What it returns is called last, before the commit, and returns the channels that subscribers should hear
 * of after it.
 */
export type Follow = (tx: EntityManager) => () => Promise<readonly string[]>;

/** Ms until a database that another process holds, or that does not answer, is reported as unavailable. */
export const PATIENCE = 4_500;

/**
 * One database: questions through `read`, changes through `write`. Nothing else holds a DataSource.
 *
 * TypeORM gives SQLite one connection for everything: without the queue here a second `transaction()` joins the first
 * and is lost with it, and a reader sees what was not committed (typeorm#1884; test/data/database.test.ts).
 *
 * BEGIN, COMMIT and ROLLBACK are sent here. When a COMMIT fails, SQLite rolls back on its own; TypeORM's ROLLBACK then fails, its runner
 * stays "in a transaction", and nothing that it writes afterward is ever committed.
 */
export class Database {
  private turn: Promise<unknown> = Promise.resolve();
  /** The writer's connection may be in an unknown state: it is replaced before the next transaction. */
  private suspect = false;
  private nextReader = 0;
  // biome-ignore lint/suspicious/noExplicitAny: a map from each function to its own items
  private readonly groups = new Map<Together<any, any>, Group>();
  /** Called after a commit with the channels that `follow` returned. */
  onCommit: (channels: readonly string[]) => void = () => {};

  constructor(
    readonly name: string,
    private readonly writer: DataSource,
    private readonly readers: DataSource[] = [],
    private readonly follow: Follow = () => async () => [],
  ) {}

  /** Whether it belongs to this process alone. */
  get embedded(): boolean {
    return dialectOf(this.writer.manager).embedded;
  }

  /** Sees committed rows only. Several statements in one `read` may see different states; one statement never does. */
  async read<T>(question: (db: EntityManager) => Promise<T>): Promise<T> {
    refuseInsideTransaction('read');
    const source = this.readers.length === 0 ? this.writer : this.readers[this.nextReader++ % this.readers.length]!;
    try {
      return await question(source.manager);
    } catch (error) {
      throw this.translated(error);
    }
  }

  /** One transaction. `change` may run again when the database was busy, so it does nothing but SQL. */
  write<T>(change: (tx: EntityManager) => Promise<T>): Promise<T> {
    refuseInsideTransaction('write');
    const since = performance.now();
    const run = () => inTransaction(() => this.transaction(change, since));
    if (!this.embedded) return run();
    const result = this.turn.then(run, run);
    this.turn = result.catch(() => {});
    return result;
  }

  /**
   * Group commit: items that queue up while a commit runs share the next one, so that many callers pay for one fsync.
   * `change` takes them all in a few statements. When it throws, nothing is stored, and each item is tried by itself: one that is at
   * fault fails alone.
   */
  writeTogether<Item, Result>(change: Together<Item, Result>, item: Item): Promise<Result> {
    return new Promise<Result>((settle, fail) => {
      const group = this.groups.get(change) ?? { waiting: [], committing: false };
      this.groups.set(change, group);
      group.waiting.push({ item, settle: settle as Waiting['settle'], fail });
      if (!group.committing) void this.commitTogether(change, group);
    });
  }

  private async commitTogether<Item, Result>(change: Together<Item, Result>, group: Group): Promise<void> {
    group.committing = true;
    while (group.waiting.length > 0) {
      let taken: Waiting[] = [];
      try {
        const results = await this.write((tx) => {
          // Taken when the turn comes; a repeat after "busy" takes the same ones again.
          if (taken.length === 0) taken = group.waiting.splice(0, MOST_TOGETHER);
          const items = taken.map(({ item }) => item as Item);
          return change(tx, items);
        });
        for (const [index, { settle }] of taken.entries()) settle(results[index]);
      } catch (error) {
        if (taken.length > 1 && !(error instanceof DatabaseUnavailable)) await this.commitEach(change, taken);
        // Without a turn (the database would not open a transaction) those who wait hear of it too.
        else for (const { fail } of taken.length > 0 ? taken : group.waiting.splice(0)) fail(error);
      }
    }
    group.committing = false;
  }

  private async commitEach<Item, Result>(change: Together<Item, Result>, taken: Waiting[]): Promise<void> {
    for (const { item, settle, fail } of taken) {
      await this.write((tx) => change(tx, [item as Item])).then(([result]) => settle(result), fail);
    }
  }

  async close(): Promise<void> {
    await this.turn;
    for (const source of [...this.readers, this.writer]) if (source.isInitialized) await source.destroy();
  }

  /** Compacts the log and refreshes the statistics of an embedded database before a clean stop. */
  async tidy(): Promise<void> {
    if (!this.writer.isInitialized) return;
    await this.turn;
    for (const statement of dialectOf(this.writer.manager).tidy) await this.writer.query(statement);
  }

  private async transaction<T>(change: (tx: EntityManager) => Promise<T>, since: number): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        const { result, channels } = await this.attempt(change);
        this.onCommit(channels);
        return result;
      } catch (error) {
        const out = performance.now() - since > PATIENCE;
        if (out || !isConflict(error)) throw this.translated(error);
        await delay(Math.min(attempt, 5) * 20 * (0.5 + Math.random()));
      }
    }
  }

  private async attempt<T>(
    change: (tx: EntityManager) => Promise<T>,
  ): Promise<{ result: T; channels: readonly string[] }> {
    if (this.suspect) await this.reconnect();
    const runner = this.writer.createQueryRunner();
    try {
      await runner.query(dialectOf(runner.manager).begin);
      // For `save`, which begins a transaction of its own otherwise.
      Object.assign(runner, { isTransactionActive: true });
      const finish = this.follow(runner.manager);
      const result = await change(runner.manager);
      const channels = await finish();
      await runner.query('COMMIT');
      return { result, channels };
    } catch (error) {
      await this.rollBack(runner);
      throw error;
    } finally {
      Object.assign(runner, { isTransactionActive: false });
      await runner.release();
    }
  }

  /**
   * Ends a transaction that failed. Nothing is open on the connection afterward: ROLLBACK worked, or SQLite says that there is nothing to
   * roll back, or the connection is replaced. (PostgreSQL's pool drops a connection that broke.)
   */
  private async rollBack(runner: QueryRunner): Promise<void> {
    try {
      await runner.query('ROLLBACK');
    } catch (error) {
      const idle = /no transaction is active/.test(String(error));
      if (!idle && this.embedded) this.suspect = true;
    }
  }

  /** Replaces the writer's connection. */
  private async reconnect(): Promise<void> {
    const { driver } = this.writer;
    // A connection that is gone cannot be closed; the new one is what counts.
    await driver.disconnect().catch(() => {});
    await driver.connect();
    this.suspect = false;
  }

  private translated(error: unknown): unknown {
    if (isTooLarge(error)) return new TooLarge({ cause: error });
    return isUnavailable(error) ? new DatabaseUnavailable(this.name, { cause: error }) : error;
  }
}

/**
 * Whoever holds a connection must not wait for another, even of another database: the two may share a pool (PostgreSQL), whose connections
 * would then all be held by those who wait for one.
 */
function refuseInsideTransaction(what: string): void {
  if (current().transaction?.open) throw new Error(`${what} inside write: pass the tx along instead`);
}

/** The code that a driver or Node gave an error; empty when there is none. */
export const driverCode = (error: unknown): string => {
  const { code, driverError } = error as { code?: unknown; driverError?: { code?: unknown } };
  return String(driverError?.code ?? code ?? '');
};

/** For a transaction that has found out that another one came first: it starts again. The code is PostgreSQL's for that. */
export const overtaken = (by: string): Error =>
  Object.assign(new Error(`another transaction ${by}`), { code: '40001' });

/** Another process held the database (SQLite), or two transactions met (PostgreSQL): the same again may succeed. */
const isConflict = (error: unknown): boolean => ['SQLITE_BUSY', '40001', '40P01'].includes(driverCode(error));

/** SQLite's and Node's codes, and SQLSTATEs: connection exception, timeouts, out of resources, canceled, shutdown, damage. */
const unavailable =
  /^(SQLITE_(BUSY|LOCKED|CANTOPEN|FULL|IOERR|READONLY|NOMEM|PROTOCOL|INTERRUPT|MISUSE|CORRUPT|NOTADB)|E(CONNREFUSED|CONNRESET|CONNABORTED|HOSTUNREACH|NETUNREACH|NOTFOUND|TIMEDOUT|PIPE|AI_AGAIN|ACCES)|08\d{3}|25P0[34]|53\d{3}|55P03|57014|57P0\d|58\d{3}|XX00[12])$/;

/** What TypeORM, pg and its pool say about a connection that is gone; these errors have no code. */
const connectionGone =
  /Connection terminated|is not established|Driver not Connected|timeout exceeded when trying to connect|Query runner already released|not queryable|Cannot use a pool after|Client was closed|Connection ended/i;

/** More than `packed` returns, or than the database can hold in one text. */
const isTooLarge = (error: unknown): boolean =>
  ['SQLITE_TOOBIG', '54000'].includes(driverCode(error)) || String(error).includes(TOO_LARGE);

/** The database refused what it was told to store: the data are at fault, and the same again would be refused again. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof TooLarge ||
  /^(SQLITE_(CONSTRAINT|MISMATCH|TOOBIG)|2[23]...|54...)$/.test(driverCode(error)) ||
  /malformed JSON/.test(String(error));

const isUnavailable = (error: unknown): boolean =>
  unavailable.test(driverCode(error)) || (driverCode(error) === '' && connectionGone.test(String(error)));
