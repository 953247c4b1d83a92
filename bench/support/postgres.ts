import { randomUUID } from 'node:crypto';
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
