import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { DataSource, EntityManager } from 'typeorm';
import { DatabaseUnavailable } from '../errors.ts';
import { dialectOf } from './sql.ts';

/** A change to many things at once: answers one result for each item, in order. */
export type Together<Item, Result> = (tx: EntityManager, items: Item[]) => Promise<Result[]>;

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
 * One database: questions through `read`, changes through `write`. Nothing else holds a DataSource.
 *
 * TypeORM gives SQLite one connection for everything: without the queue here a second `transaction()` joins the first
 * and is lost with it, and a reader sees what was not committed (typeorm#1884; test/data/database.test.ts).
 */
export class Database {
  private turn: Promise<unknown> = Promise.resolve();
  private nextReader = 0;
  private readonly writing = new AsyncLocalStorage<true>();
  // biome-ignore lint/suspicious/noExplicitAny: a map from each function to its own items
  private readonly groups = new Map<Together<any, any>, Group>();

  constructor(
    readonly name: string,
    private readonly writer: DataSource,
    private readonly readers: DataSource[] = [],
  ) {}

  /** Sees committed rows only. Several statements in one `read` may see different states; one statement never does. */
  async read<T>(question: (db: EntityManager) => Promise<T>): Promise<T> {
    const source = this.readers.length === 0 ? this.writer : this.readers[this.nextReader++ % this.readers.length]!;
    try {
      return await question(source.manager);
    } catch (error) {
      throw this.translated(error);
    }
  }

  /** One transaction. `change` may run again when the database was busy, so it does nothing but SQL. */
  write<T>(change: (tx: EntityManager) => Promise<T>): Promise<T> {
    if (this.writing.getStore()) throw new Error('write inside write: pass the tx along instead');
    const run = () => this.writing.run(true, () => this.transaction(change));
    if (dialectOf(this.writer.manager) === 'postgres') return run();
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

  /** What a clean stop does for an embedded database: a short log, fresh statistics. Nothing on PostgreSQL. */
  async tidy(): Promise<void> {
    if (dialectOf(this.writer.manager) === 'postgres' || !this.writer.isInitialized) return;
    await this.turn;
    await this.writer.query('PRAGMA optimize');
    await this.writer.query('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  private async transaction<T>(change: (tx: EntityManager) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.writer.transaction(change);
      } catch (error) {
        if (attempt >= 5 || !isConflict(error)) throw this.translated(error);
        await delay(attempt * 20 * (0.5 + Math.random()));
      }
    }
  }

  private translated(error: unknown): unknown {
    return isUnavailable(error) ? new DatabaseUnavailable(this.name, { cause: error }) : error;
  }
}

const driverCode = (error: unknown): string => {
  const { code, driverError } = error as { code?: unknown; driverError?: { code?: unknown } };
  return String(driverError?.code ?? code ?? '');
};

/** Another process held the database (SQLite), or two transactions met (PostgreSQL): the same again may succeed. */
const isConflict = (error: unknown): boolean => ['SQLITE_BUSY', '40001', '40P01'].includes(driverCode(error));

const isUnavailable = (error: unknown): boolean =>
  /^(SQLITE_(BUSY|CANTOPEN|FULL|IOERR|READONLY)|ECONNREFUSED|ECONNRESET|ENOTFOUND|ETIMEDOUT|08\d{3}|53\d{3}|57P0\d)$/.test(
    driverCode(error),
  ) ||
  /Connection terminated|is not established|Driver not Connected|timeout exceeded when trying to connect/i.test(
    String(error),
  );
