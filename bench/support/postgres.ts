import pg from 'pg';
import { testPostgres } from '../../scripts/postgres.ts';
import type { Place, Settings } from './places.ts';
import { cpuOf } from './processes.ts';

/**
 * Microseconds of CPU that the sessions of these processes have used; null if PostgreSQL runs on another machine. What other processes of
 * PostgreSQL do for them, such as writing its log, is not included.
 */
export async function backendMicros(nodes: readonly string[]): Promise<number | null> {
  const rows = await asked<{ pid: number }>(
    `select pid from pg_stat_activity where split_part(application_name, ' ', 2) = any($1) and application_name like 'hq %'`,
    [nodes],
  );
  let micros = 0;
  for (const { pid } of rows) {
    const used = await cpuOf(pid, 'postgres');
    if (used === undefined) return null;
    micros += used;
  }
  return micros;
}

/** What the tables of a schema take on disk, with their indexes. */
export async function bytesOfSchema(url: string, schema: string): Promise<number> {
  const rows = await asked<{ bytes: string }>(
    `select sum(pg_total_relation_size(c.oid)) as bytes from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = $1 and c.relkind = 'r'`,
    [schema],
    url,
  );
  return Number(rows[0]!.bytes);
}

/** Databases of their own on the server of the tests. Copies are made by the server. */
export function postgresPlace(prefix: string): Place {
  const nameOf = (name: string) => `${prefix}_${name.replaceAll('-', '_')}`;
  const settings = (name: string): Settings => {
    const url = new URL(testPostgres);
    url.pathname = `/${nameOf(name)}`;
    return { DATABASE_URL: `${url.href}?schema=hq`, CHANNEL_DATABASE_URL: `${url.href}?schema=c_{database}` };
  };
  return {
    database: 'PostgreSQL',
    settings,
    async create(name) {
      await asked(`create database ${nameOf(name)}`);
    },
    exists: async (name) => (await asked('select 1 from pg_database where datname = $1', [nameOf(name)])).length > 0,
    async copy(from, to) {
      await asked(`create database ${nameOf(to)} template ${nameOf(from)}`);
    },
    async remove(name) {
      await asked(`drop database if exists ${nameOf(name)} with (force)`);
    },
  };
}

/** Removes the databases of a run, whatever became of it. */
export async function dropDatabases(prefix: string): Promise<void> {
  const rows = await asked<{ datname: string }>('select datname from pg_database where starts_with(datname, $1)', [
    `${prefix}_`,
  ]);
  for (const { datname } of rows) await asked(`drop database ${datname} with (force)`);
}

async function asked<Row>(statement: string, parameters: unknown[] = [], url = testPostgres): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement, parameters)).rows as Row[];
  } finally {
    await client.end();
  }
}
