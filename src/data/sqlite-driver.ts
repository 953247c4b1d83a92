import sqlite3 from 'sqlite3';
import { current, watch } from './interruption.ts';

type Callback = (this: unknown, error: Error | null, rows?: unknown[]) => void;

interface Call {
  method: 'run' | 'all';
  sql: string;
  parameters: unknown[];
  callback: Callback;
  terms: ReturnType<typeof current>;
}

const KEPT_STATEMENTS = 200;

/**
 * The sqlite3 package as TypeORM's `driver`, without what makes it slow or wrong under a server:
 *
 * - no `verbose()`: TypeORM forces it, and it then builds an Error and inspects all arguments of every call;
 * - pragmas run when a connection opens;
 * - statements run one at a time: those that wait hold no thread of libuv's pool;
 * - prepared statements are kept and reused;
 * - `$2` is the second parameter, as on PostgreSQL; SQLite takes it for a name, and counts names in the order of their appearance;
 * - statements with RETURNING answer their rows (TypeORM sends INSERT, UPDATE and DELETE to `run()`, which drops them);
 * - BEGIN is IMMEDIATE: a deferred transaction that reads and then writes fails with SQLITE_BUSY immediately when another
 *   process writes, whatever `busy_timeout` says;
 * - a transaction in which a statement failed takes no further statement and no COMMIT, only ROLLBACK, as on PostgreSQL. SQLite itself
 *   rolls back after some errors (disk full, I/O error), and what follows would be committed statement by statement;
 * - SAVEPOINT is refused: TypeORM sends one when it believes that a transaction is open which SQLite has rolled back;
 * - a statement is interrupted when `interruptible` says so.
 *
 * test/data/sqlite-driver.test.ts has a test for each.
 */
export function sqliteDriver(pragmas: readonly string[]): typeof sqlite3 {
  class Connection extends sqlite3.Database {
    private readonly kept = new Map<string, sqlite3.Statement>();
    private readonly waiting: Call[] = [];
    private running: Call | undefined;
    private transaction: 'none' | 'open' | 'failed' = 'none';

    constructor(path: string, mode: number | Callback, opened?: Callback) {
      const ready = (typeof mode === 'function' ? mode : opened) ?? (() => {});
      const flags = typeof mode === 'number' ? mode : sqlite3.OPEN_READWRITE | sqlite3.OPEN_CREATE;
      super(path, flags, (error) => {
        if (error) return ready.call(this, error);
        this.exec(pragmas.map((pragma) => `PRAGMA ${pragma};`).join('\n'), (failure) => ready.call(this, failure));
      });
    }

    override run(sql: string, ...rest: unknown[]): this {
      return this.enqueue(/\breturning\b/i.test(sql) ? 'all' : 'run', sql, rest);
    }

    override all(sql: string, ...rest: unknown[]): this {
      return this.enqueue('all', sql, rest);
    }

    override close(callback?: (error: Error | null) => void): void {
      for (const { callback } of this.waiting.splice(0))
        callback.call(this, failure('SQLITE_MISUSE', 'Database is closed'));
      for (const statement of this.kept.values()) statement.finalize();
      this.kept.clear();
      super.close(callback);
    }

    private enqueue(method: 'run' | 'all', sql: string, rest: unknown[]): this {
      const callback = (rest.findLast((argument) => typeof argument === 'function') ?? (() => {})) as Callback;
      const parameters = Array.isArray(rest[0]) ? rest[0] : [];
      const text = sql === 'BEGIN TRANSACTION' ? 'BEGIN IMMEDIATE' : sql;
      this.waiting.push({ method, sql: text, parameters, callback, terms: current() });
      if (!this.running) this.next();
      return this;
    }

    private next(): void {
      const call = this.waiting.shift();
      this.running = call;
      if (!call) return;
      let interrupting: NodeJS.Timeout | undefined;
      const unwatch = watch(call.terms, () => {
        this.interrupt();
        // SQLite forgets an interrupt that comes before the statement has taken its first step.
        interrupting ??= setInterval(() => this.interrupt(), 10);
      });
      const refusal = unwatch ? this.reasonAgainst(call) : failure('SQLITE_INTERRUPT', 'interrupted');
      if (!unwatch || refusal) {
        unwatch?.();
        process.nextTick(() => this.settle(call, this, refusal!));
        return;
      }
      const connection = this;
      let settled = false;
      function settle(this: unknown, error: Error | null, rows?: unknown[]): void {
        if (settled) return;
        settled = true;
        unwatch!();
        clearInterval(interrupting);
        connection.settle(call!, this, error, rows);
      }
      this.statement(call.sql, settle)[call.method](call.parameters, settle);
    }

    private reasonAgainst({ sql }: Call): Error | undefined {
      if (/^(savepoint|release)\b/i.test(sql)) return failure('SQLITE_ERROR', 'a transaction inside a transaction');
      if (this.transaction === 'failed' && sql !== 'ROLLBACK')
        return failure('SQLITE_ABORT', 'a statement of this transaction has failed: only ROLLBACK is possible');
      return undefined;
    }

    /** Notes what became of the transaction, tells the caller, and goes on with the next call. */
    private settle({ sql, callback }: Call, statement: unknown, error: Error | null, rows?: unknown[]): void {
      if (error) this.transaction = sql === 'ROLLBACK' || this.transaction === 'none' ? 'none' : 'failed';
      else if (sql === 'BEGIN IMMEDIATE') this.transaction = 'open';
      else if (sql === 'COMMIT' || sql === 'ROLLBACK') this.transaction = 'none';
      this.next();
      callback.call(statement, error, rows);
    }

    /** A statement that cannot be prepared reports to `failed` and drops the calls that follow on it. */
    private statement(sql: string, failed: Callback): sqlite3.Statement {
      const known = this.kept.get(sql);
      if (known) return known;
      const statement = this.prepare(sql.replace(/\$(\d+)/g, '?$1'), (error: Error | null) => {
        // A closed connection reports before `prepare` returns.
        if (error)
          queueMicrotask(() => {
            this.kept.delete(sql);
            failed.call(statement, error);
          });
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

/** An error as the package makes them. */
const failure = (code: string, message: string): Error => Object.assign(new Error(`${code}: ${message}`), { code });
