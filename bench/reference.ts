import { join } from 'node:path';
import sqlite3 from 'sqlite3';
import { rows, snakeCase } from '../src/data/columns.ts';
import type { Database } from '../src/data/database.ts';
import { Customer } from '../src/data/hq/customer.ts';
import { headquarters, openDatabase } from '../src/data/open.ts';
import { sql } from '../src/data/sql.ts';
import { prepareCustomer } from '../src/domain/customer.ts';
import { customerInput } from './support/customers.ts';
import { amount, median, micros, type Row, type Suite } from './support/report.ts';
import { withFolder } from './support/system.ts';

const BATCH = 1_000;

/** With headquarters' own table, or with one that has the same columns and no index but its key. */
type Indexes = 'all' | 'key';

export const reference: Suite = {
  name: 'reference',
  title: 'upserts of customers into one SQLite file (WAL, synchronous FULL), 1,000 per transaction',
  most: 300,
  async run({ quick, say }) {
    const count = quick ? 1_000 : 50_000;
    const rawCount = quick ? 200 : 20_000;
    const speeds = { rawAll: [] as Speed[], rawKey: [] as Speed[], bulkAll: [] as Speed[], bulkKey: [] as Speed[] };
    for (let round = 0; round < (quick ? 1 : 3); round++) {
      speeds.rawKey.push(await rawUpserts(rawCount, 'key'));
      speeds.bulkKey.push(await bulkUpserts(count, 'key'));
      speeds.rawAll.push(await rawUpserts(rawCount, 'all'));
      speeds.bulkAll.push(await bulkUpserts(count, 'all'));
    }
    const rate = (of: keyof typeof speeds) => median(speeds[of].map((speed) => speed.rate));
    const cpu = (of: keyof typeof speeds) => median(speeds[of].map((speed) => speed.cpu));
    const told = (of: keyof typeof speeds) => `${amount(rate(of))}/s (${micros(cpu(of))} of CPU each)`;
    say(
      `headquarters' table with its indexes (two unique keys, five others): raw ${told('rawAll')}, one statement ${told('bulkAll')}`,
    );
    say(`the same columns with a TEXT key only: raw ${told('rawKey')}, one statement ${told('bulkKey')}`);
    const row = (what: string, bulk: keyof typeof speeds, raw: keyof typeof speeds): Row => ({
      what: `The bulk statement: customers with ${what}`,
      value: rate(bulk),
      unit: 'rows/s',
      reference: { value: rate(raw), what: 'prepared upserts by `sqlite3`' },
      cpu: { unit: 'row', node: cpu(bulk) },
    });
    return [row('all their indexes', 'bulkAll', 'rawAll'), row('a TEXT key only', 'bulkKey', 'rawKey')];
  },
};

type Fields = Record<string, string | number | boolean | null>;

/** Rows as headquarters' customer table has them. */
function* batches(count: number): Generator<Fields[]> {
  const at = new Date().toISOString();
  for (let done = 0; done < count; done += BATCH) {
    yield Array.from({ length: Math.min(BATCH, count - done) }, (_, index) => {
      const number = done + index + 1;
      const { uuid, channel, body } = prepareCustomer('channel-01', customerInput('channel-01', number), at);
      return {
        uuid,
        accountId: `C${String(number).padStart(8, '0')}`,
        channel,
        channelDatabase: 'channel_01',
        ...body,
        version: number,
        edited: false,
        createdAt: at,
        uploadedAt: at,
        accountIdAssignedAt: at,
        updatedAt: at,
      };
    });
  }
}

const upsert = (columns: string[], from: string) =>
  `insert into customer (${columns.join(', ')}) ${from}
   on conflict (uuid) do update set ${columns
     .slice(1)
     .map((column) => `${column} = excluded.${column}`)
     .join(', ')}`;

const columnsOf = () => Object.keys(batches(1).next().value![0]!).map(snakeCase);

export interface Speed {
  /** Rows a second. */
  rate: number;
  /** Microseconds of CPU for a row, of all threads. */
  cpu: number;
}

/** What prepared statements reach with nothing between them and `sqlite3`. */
export const rawUpserts = (count: number, indexes: Indexes): Promise<Speed> =>
  withFolder(async (folder) => {
    const file = join(folder, 'hq.db');
    await (await opened(file, indexes)).close();
    const database = new sqlite3.Database(file);
    database.serialize();
    database.exec(
      'pragma journal_mode = WAL; pragma synchronous = FULL; pragma temp_store = MEMORY; pragma cache_size = -16384',
    );
    const columns = columnsOf();
    const statement = database.prepare(upsert(columns, `values (${columns.map(() => '?').join(', ')})`));
    // Without a callback for each row, which would cost more than the row: an error ends the process.
    const store = (values: unknown[][]) =>
      new Promise<void>((resolve, reject) => {
        database.run('begin immediate');
        for (const row of values) statement.run(row);
        database.run('commit', (error) => (error ? reject(error) : resolve()));
      });
    const speed = await speedOf(count, (batch) => {
      const values = batch.map((row) => Object.values(row));
      return () => store(values);
    });
    statement.finalize();
    await new Promise((resolve) => database.close(resolve));
    return speed;
  });

/** What this product's own Database reaches, a batch in one statement. */
export const bulkUpserts = (count: number, indexes: Indexes): Promise<Speed> =>
  withFolder(async (folder) => {
    const database = await opened(join(folder, 'hq.db'), indexes);
    const columns = columnsOf();
    const speed = await speedOf(count, (batch) => () => {
      const json = JSON.stringify(batch);
      return database.write((tx) =>
        sql(tx, upsert(columns, `select ${columns.join(', ')} from ${rows(tx, Customer, '$1')} where true`), [json]),
      );
    });
    await database.close();
    return speed;
  });

/** Times what is done with each batch, and not the making of it. */
async function speedOf(count: number, prepare: (batch: Fields[]) => () => Promise<unknown>): Promise<Speed> {
  let wall = 0;
  let cpu = 0;
  for (const batch of batches(count)) {
    const store = prepare(batch);
    const before = process.cpuUsage();
    const begun = performance.now();
    await store();
    wall += performance.now() - begun;
    const { user, system } = process.cpuUsage(before);
    cpu += user + system;
  }
  return { rate: count / (wall / 1_000), cpu: cpu / count };
}

async function opened(file: string, indexes: Indexes): Promise<Database> {
  const database = await openDatabase(`sqlite:${file}`, { name: 'reference', kind: headquarters, readers: 0 });
  if (indexes === 'key') {
    const columns = columnsOf().filter((column) => column !== 'uuid');
    await database.write(async (tx) => {
      await sql(tx, 'drop table customer');
      await sql(tx, `create table customer (uuid text primary key, ${columns.join(', ')})`);
    });
  }
  return database;
}
