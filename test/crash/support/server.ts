import type { EntityManager } from 'typeorm';
import { startApp } from '../../../src/app.ts';
import { readConfig } from '../../../src/config.ts';
import { Database } from '../../../src/data/database.ts';
import { node } from '../../../src/data/node.ts';
import { createLog } from '../../../src/log.ts';
import type { Order, Point, Report, Transaction, What } from './messages.ts';
import { becomeNextBuild } from './next-build.ts';

/*
 * The server of the crash suite: the real one, as a process of its own that can be told at which transaction to die. The hook is
 * put around `Database.write` here, so that production code knows nothing of it.
 */

const signs: [RegExp, What][] = [
  [/insert into operation/i, 'new customers'],
  [/insert into job_run/i, 'enqueue'],
  [/insert into job_part/i, 'split'],
  [/delete from job_part/i, 'end of all parts'],
  [/fence = fence \+ 1/i, 'claim'],
  [/insert into statement_event|aggregated_transaction/i, 'statements'],
  [/insert into sales_order/i, 'orders'],
  [/update retail_transaction set status/i, 'sales'],
  // In a conversion, the package of the P-job that brings the customers.
  [/update number_sequence/i, 'account IDs'],
  [/insert into upload_session/i, 'package of the P-job'],
  [/update upload_session/i, 'end of an upload session'],
  [/update customer_operation set state = 'SYNCED'/i, 'customer operations'],
  [/insert into feed_head/i, 'package of 1010'],
  [/insert into download_session/i, 'progress of 1010'],
  [/update download_session/i, 'end of a download session'],
  [/update job_run set state = /i, 'settle'],
  [/update job_part set state = /i, 'end of a part'],
];

/** The search for runs without a worker comes at intervals, and the notice of what tills created comes some ms after it. */
const comesByItself = /update job_run set orphaned|set local synchronous_commit = off/i;

/** The clock of this machine, which may be wrong. */
const { Date: RightDate } = globalThis;
globalThis.Date = class extends RightDate {
  constructor(...parts: [] | [string]) {
    if (parts.length === 0) super(Date.now());
    else super(...parts);
  }
  static override now = () => RightDate.now() + clockAhead;
} as DateConstructor;

let watching = false;
let point: Point | undefined;
let clockAhead = Number(process.env.CLOCK_AHEAD);
let failingCommits = 0;
const counts = new Map<string, number>();
const report = (message: Report) => process.send?.(message);

const { write } = Database.prototype;
Database.prototype.write = async function <T>(this: Database, change: (tx: EntityManager) => Promise<T>): Promise<T> {
  let reached: Reached | undefined;
  const result = await write.call(this, async (tx) => {
    const { result, statements } = await heard(tx, change);
    const isWatched = watching && !statements.some((statement) => comesByItself.test(statement));
    reached = isWatched ? reach(nameOf(this), statements) : undefined;
    if (reached?.point?.moment === 'before') stop(reached.point);
    if (Math.random() < failingCommits) failCommit(tx);
    return result;
  });
  if (reached?.point?.moment === 'after') stop(reached.point);
  if (reached) report({ transaction: reached.transaction });
  return result as T;
};

process.on('message', (order: Order) => {
  if ('clock' in order) clockAhead = order.clock;
  if ('failingCommits' in order) failingCommits = order.failingCommits;
  if ('watch' in order) {
    counts.clear();
    point = order.watch.point;
    watching = true;
  }
  report({ obeyed: true });
});
// A test that ended without us.
process.on('disconnect', () => process.exit(1));

if (process.env.BUILD === 'next') becomeNextBuild();
const config = readConfig(process.env);
const role = process.env.ROLE as 'all' | 'api' | 'worker';
const app = await startApp(config, { log: createLog(config.logLevel), role });
report({ ready: { port: app.port, node } });

interface Reached {
  transaction: Transaction;
  point: Point | undefined;
}

/** Runs the change and listens to what it says to the database. */
async function heard<T>(tx: EntityManager, change: (tx: EntityManager) => Promise<T>) {
  const runner = tx.queryRunner!;
  const { query } = runner;
  const statements: string[] = [];
  runner.query = (statement: string, ...rest: unknown[]) => {
    // TypeORM quotes names.
    statements.push(statement.replaceAll('"', ''));
    return (query as (...all: unknown[]) => Promise<never>).call(runner, statement, ...rest);
  };
  try {
    return { result: await change(tx), statements };
  } finally {
    // On SQLite every transaction has the same runner.
    runner.query = query;
  }
}

/** As a full disk does it: nothing is stored, and SQLite has ended the transaction by itself. */
function failCommit(tx: EntityManager): void {
  const runner = tx.queryRunner!;
  const { query } = runner;
  runner.query = async (statement: string, ...rest: unknown[]) => {
    if (statement === 'COMMIT' || statement === 'ROLLBACK') runner.query = query;
    if (statement !== 'COMMIT')
      return (query as (...all: unknown[]) => Promise<never>).call(runner, statement, ...rest);
    await query.call(runner, 'ROLLBACK');
    const postgres = runner.connection.options.type === 'postgres';
    throw Object.assign(new Error('the disk is full'), { code: postgres ? '53100' : 'SQLITE_FULL' });
  };
}

function reach(database: string, statements: string[]): Reached {
  const what = signs.find(([sign]) => statements.some((statement) => sign.test(statement)))?.[1] ?? 'something else';
  const number = countUp(database);
  const ofThisKind = countUp(`${database}: ${what}`);
  const here =
    point?.database === database &&
    (point.what === undefined ? point.number === number : point.what === what && point.number === ofThisKind);
  return { transaction: { database, number, what }, point: here ? point : undefined };
}

function countUp(key: string): number {
  const count = (counts.get(key) ?? 0) + 1;
  counts.set(key, count);
  return count;
}

function stop({ signal = 'SIGKILL' }: Point): void {
  report({ reached: true });
  process.kill(process.pid, signal);
}

function nameOf({ name }: Database): string {
  return name.replace('channel database ', '');
}
