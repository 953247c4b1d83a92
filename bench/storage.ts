import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { testPostgres } from '../scripts/postgres.ts';
import { type App, startApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { node } from '../src/data/node.ts';
import { createLog } from '../src/log.ts';
import { load } from './support/customers.ts';
import { withSchemas } from './support/postgres.ts';
import { amount, type Line, type Suite } from './support/report.ts';
import { addChannels, convert, withFolder } from './support/system.ts';

interface Cost {
  /** Bytes of a customer on disk. */
  headquarters: number;
  channel: number;
  /** Microseconds of CPU to convert a customer. */
  cpu: number;
  serverCpu: number;
}

export const storage: Suite = {
  name: 'storage',
  title: 'What a customer takes on disk, and to convert, in one process: SQLite and PostgreSQL',
  most: 900,
  async run({ quick, say }) {
    const count = quick ? 1_000 : 50_000;
    const onSqlite = await withFolder(async (folder) => {
      const spent = await withApp({ DATA_DIR: folder }, (app) => converted(app, count, async () => 0));
      const size = async (file: string) => (await stat(join(folder, file))).size / count;
      return { ...spent, headquarters: await size('hq.db'), channel: await size('channels/channel_01.db') };
    });
    const onPostgres = await withSchemas(say, (settings) =>
      withApp(settings, (app) => inPostgres(app, settings, count)),
    );
    return [line('SQLite', count, onSqlite), ...(onPostgres ? [line('PostgreSQL', count, onPostgres)] : [])];
  },
};

const line = (database: string, count: number, { headquarters, channel, cpu, serverCpu }: Cost): Line => ({
  what: `A customer with one address on ${database}, of ${amount(count)}`,
  measured: `${amount(headquarters)} bytes at headquarters, ${amount(channel)} in the channel`,
  reference: `${amount(cpu)} µs of CPU to convert${serverCpu > 0 ? ` and ${amount(serverCpu)} µs of PostgreSQL` : ''}`,
  ratio: '',
  target: '',
});

async function withApp<T>(settings: Record<string, string>, work: (app: App) => Promise<T>): Promise<T> {
  const config = readConfig({ PORT: '0', LOG_LEVEL: 'error', ...settings });
  const app = await startApp(config, { log: createLog('error'), background: false });
  try {
    return await work(app);
  } finally {
    await app.stop();
  }
}

/** Loads customers into one channel and converts them. */
async function converted(
  app: App,
  count: number,
  serverTime: () => Promise<number>,
): Promise<Pick<Cost, 'cpu' | 'serverCpu'>> {
  const [channel] = await addChannels(app, 1);
  await load(await app.channels.databaseOf(channel!), channel!, 0, count);
  const [before, begun] = [await serverTime(), process.cpuUsage()];
  await convert(app);
  const { user, system } = process.cpuUsage(begun);
  return { cpu: (user + system) / count, serverCpu: ((await serverTime()) - before) / count };
}

async function inPostgres(app: App, settings: Record<string, string>, count: number): Promise<Cost> {
  const client = new pg.Client({ connectionString: testPostgres });
  await client.connect();
  try {
    const spent = await converted(app, count, () => cpuOfBackends(client));
    const prefix = /schema=(\w+)_hq/.exec(settings.DATABASE_URL!)![1]!;
    const size = async (schema: string) => {
      const { rows } = await client.query(
        `select sum(pg_total_relation_size(c.oid)) as bytes from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = $1 and c.relkind = 'r'`,
        [schema],
      );
      return Number(rows[0].bytes) / count;
    };
    return { ...spent, headquarters: await size(`${prefix}_hq`), channel: await size(`${prefix}_c_channel_01`) };
  } finally {
    await client.end();
  }
}

/** Microseconds of CPU that PostgreSQL has spent for the connections of this process, if it runs on this machine. */
async function cpuOfBackends(client: pg.Client): Promise<number> {
  const { rows } = await client.query('select pid from pg_stat_activity where starts_with(application_name, $1)', [
    `hq ${node} `,
  ]);
  let ticks = 0;
  for (const { pid } of rows) {
    const fields = (await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')).split(') ')[1]?.split(' ') ?? [];
    ticks += Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  }
  return ticks * 10_000;
}
