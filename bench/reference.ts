import { join } from 'node:path';
import sqlite3 from 'sqlite3';
import type { Database } from '../src/data/database.ts';
import { headquarters, openDatabase } from '../src/data/open.ts';
import { rows, sql } from '../src/data/sql.ts';
import { prepareCustomer } from '../src/domain/customer.ts';
import { searchKeys } from '../src/domain/customer-rules.ts';
import { customerInput } from './support/customers.ts';
import { amount, median, type Suite, times } from './support/report.ts';
import { withFolder } from './support/system.ts';

const BATCH = 1_000;

/** With headquarters' own table, or with one that has the same columns and no index but its key. */
export type Indexes = 'all' | 'key';

export const reference: Suite = {
  name: 'reference',
  title: 'upserts of customers into one SQLite file (WAL, synchronous FULL), 1,000 per transaction',
  most: 300,
  async run({ quick, say }) {
    const count = quick ? 2_000 : 50_000;
    const rawCount = quick ? 1_000 : 20_000;
    const measured = {
      rawAll: [] as number[],
      rawKey: [] as number[],
      bulkAll: [] as number[],
      bulkKey: [] as number[],
    };
    for (let round = 0; round < (quick ? 1 : 3); round++) {
      measured.rawKey.push(await rawUpserts(rawCount, 'key'));
      measured.bulkKey.push(await bulkUpserts(count, 'key'));
      measured.rawAll.push(await rawUpserts(rawCount, 'all'));
      measured.bulkAll.push(await bulkUpserts(count, 'all'));
    }
    const [rawAll, rawKey, bulkAll, bulkKey] = [
      measured.rawAll,
      measured.rawKey,
      measured.bulkAll,
      measured.bulkKey,
    ].map(median) as [number, number, number, number];
    say(
      `headquarters' table with its indexes (two unique keys, six others): raw ${amount(rawAll)}/s, one statement ${amount(bulkAll)}/s`,
    );
    say(`the same columns with a TEXT key only: raw ${amount(rawKey)}/s, one statement ${amount(bulkKey)}/s`);
    const line = (what: string, bulk: number, raw: number) => ({
      what,
      measured: `${amount(bulk)} rows/s`,
      reference: `${amount(raw)} rows/s, prepared upserts by \`sqlite3\``,
      ratio: times(bulk / raw),
      target: '',
    });
    return [
      line('The bulk statement: customers with all their indexes', bulkAll, rawAll),
      line('The bulk statement: customers with a TEXT key only', bulkKey, rawKey),
    ];
  },
};

type Row = Record<string, string | number | boolean | null>;

/** Rows as headquarters' customer table has them. */
function* batches(count: number): Generator<Row[]> {
  const at = new Date().toISOString();
  for (let done = 0; done < count; done += BATCH) {
    yield Array.from({ length: Math.min(BATCH, count - done) }, (_, index) => {
      const number = done + index + 1;
      const { uuid, channel, body } = prepareCustomer('channel-01', customerInput('channel-01', number), at);
      return {
        uuid,
        account_id: `C${String(number).padStart(8, '0')}`,
        channel,
        channel_database: 'channel_01',
        ...body,
        ...searchKeys(body),
        counter: number,
        version: number,
        corrected: false,
        created_at: at,
        uploaded_at: at,
        account_id_assigned_at: at,
        updated_at: at,
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

const columnsOf = () => Object.keys(batches(1).next().value![0]!);

/** Rows a second that prepared statements reach with nothing between them and `sqlite3`. */
export const rawUpserts = (count: number, indexes: Indexes): Promise<number> =>
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
    let spent = 0;
    for (const batch of batches(count)) {
      const values = batch.map((row) => Object.values(row));
      const begun = performance.now();
      await new Promise<void>((resolve, reject) => {
        database.run('begin immediate');
        for (const row of values) statement.run(row, (error: Error | null) => error && reject(error));
        database.run('commit', (error) => (error ? reject(error) : resolve()));
      });
      spent += performance.now() - begun;
    }
    statement.finalize();
    await new Promise((resolve) => database.close(resolve));
    return count / (spent / 1_000);
  });

/** Rows a second through this product's own Database, a batch in one statement. */
export const bulkUpserts = (count: number, indexes: Indexes): Promise<number> =>
  withFolder(async (folder) => {
    const database = await opened(join(folder, 'hq.db'), indexes);
    const columns = columnsOf();
    const types = Object.fromEntries(
      columns.map(
        (column) =>
          [
            column,
            ['counter', 'version'].includes(column) ? 'bigint' : column === 'corrected' ? 'boolean' : 'text',
          ] as const,
      ),
    );
    let spent = 0;
    for (const batch of batches(count)) {
      const begun = performance.now();
      await database.write((tx) =>
        sql(tx, upsert(columns, `select ${columns.join(', ')} from ${rows(tx, types, '$1')} where true`), [
          JSON.stringify(batch),
        ]),
      );
      spent += performance.now() - begun;
    }
    await database.close();
    return count / (spent / 1_000);
  });

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
