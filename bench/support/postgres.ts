import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { postgresAnswers, testPostgres } from '../../scripts/postgres.ts';

/** Runs with settings for schemas of its own, which are dropped afterwards; says so and answers undefined if no PostgreSQL answers. */
export async function withSchemas<T>(
  say: (text: string) => void,
  work: (settings: Record<string, string>) => Promise<T>,
): Promise<T | undefined> {
  if (!(await postgresAnswers())) {
    say('skipped: no PostgreSQL answers; name one with TEST_POSTGRES_URL');
    return undefined;
  }
  const prefix = `bench_${randomUUID().slice(0, 8)}`;
  try {
    return await work({
      PORT: '0',
      DATABASE_URL: `${testPostgres}?schema=${prefix}_hq`,
      CHANNEL_DATABASE_URL: `${testPostgres}?schema=${prefix}_c_{database}`,
    });
  } finally {
    await dropSchemas(prefix);
  }
}

async function dropSchemas(prefix: string): Promise<void> {
  const client = new pg.Client({ connectionString: testPostgres });
  await client.connect();
  await client.query('set client_min_messages = error');
  const { rows } = await client.query('select nspname from pg_namespace where starts_with(nspname, $1)', [prefix]);
  for (const { nspname } of rows) await client.query(`drop schema "${nspname}" cascade`);
  await client.end();
}

/** Seconds of CPU that the backends of these processes have used, if PostgreSQL runs on this machine. */
export async function backendSeconds(nodes: readonly string[]): Promise<number> {
  const client = new pg.Client({ connectionString: testPostgres });
  await client.connect();
  const { rows } = await client.query<{ pid: number }>(
    `select pid from pg_stat_activity where split_part(application_name, ' ', 2) = any($1) and application_name like 'hq %'`,
    [nodes],
  );
  await client.end();
  let ticks = 0;
  for (const { pid } of rows) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
    if (stat === undefined) continue;
    // The second field, the name, may contain spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  // 100 ticks a second on Linux.
  return ticks / 100;
}
