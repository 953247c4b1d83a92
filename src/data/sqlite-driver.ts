import sqlite3 from 'sqlite3';

type Callback = (this: unknown, error: Error | null, rows?: unknown[]) => void;

const KEPT_STATEMENTS = 200;

/**
 * The sqlite3 package as TypeORM's `driver`, without what makes it slow or wrong under a server:
 *
 * - no `verbose()`: TypeORM forces it, and it then builds an Error and inspects all arguments of every call;
 * - pragmas run when a connection opens, and calls on one connection are serialized, so that queries in flight hold
 *   one thread of libuv's pool and not one each;
 * - prepared statements are kept and reused;
 * - statements with RETURNING answer their rows (TypeORM sends INSERT, UPDATE and DELETE to `run()`, which drops them);
 * - BEGIN is IMMEDIATE: a deferred transaction that reads and then writes fails with SQLITE_BUSY at once when another
 *   process writes, whatever `busy_timeout` says.
 *
 * test/data/sqlite-driver.test.ts has a test for each.
 */
export function sqliteDriver(pragmas: readonly string[]): typeof sqlite3 {
  class Connection extends sqlite3.Database {
    private readonly kept = new Map<string, sqlite3.Statement>();

    constructor(path: string, mode: number | Callback, opened?: Callback) {
      const ready = (typeof mode === 'function' ? mode : opened) ?? (() => {});
      const flags = typeof mode === 'number' ? mode : sqlite3.OPEN_READWRITE | sqlite3.OPEN_CREATE;
      super(path, flags, (error) => {
        if (error) return ready.call(this, error);
        this.serialize();
        this.exec(pragmas.map((pragma) => `PRAGMA ${pragma};`).join('\n'), (failure) => ready.call(this, failure));
      });
    }

    override run(sql: string, ...rest: unknown[]): this {
      return this.execute(/\breturning\b/i.test(sql) ? 'all' : 'run', sql, rest);
    }

    override all(sql: string, ...rest: unknown[]): this {
      return this.execute('all', sql, rest);
    }

    override close(callback?: (error: Error | null) => void): void {
      for (const statement of this.kept.values()) statement.finalize();
      this.kept.clear();
      super.close(callback);
    }

    private execute(method: 'run' | 'all', sql: string, rest: unknown[]): this {
      const callback = (rest.findLast((argument) => typeof argument === 'function') ?? (() => {})) as Callback;
      const parameters = Array.isArray(rest[0]) ? rest[0] : [];
      const text = sql === 'BEGIN TRANSACTION' ? 'BEGIN IMMEDIATE' : sql;
      this.statement(text, callback)[method](parameters, callback);
      return this;
    }

    /** A statement that cannot be prepared reports to `failed` and drops the calls that follow on it. */
    private statement(sql: string, failed: Callback): sqlite3.Statement {
      const known = this.kept.get(sql);
      if (known) return known;
      const statement = this.prepare(sql, (error: Error | null) => {
        if (!error) return;
        this.kept.delete(sql);
        failed.call(statement, error);
      });
      if (this.kept.size >= KEPT_STATEMENTS) {
        const [oldest, old] = this.kept.entries().next().value!;
        this.kept.delete(oldest);
        old.finalize();
      }
      this.kept.set(sql, statement);
      return statement;
    }
  }

  const driver: typeof sqlite3 = Object.assign(Object.create(sqlite3), { Database: Connection, verbose: () => driver });
  return driver;
}
