import pg from 'pg';

export const testPostgres = process.env.TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/test';

/** Whether there is a PostgreSQL to test on. In CI there must be one. */
export async function postgresAnswers(): Promise<boolean> {
  const client = new pg.Client({ connectionString: testPostgres, connectionTimeoutMillis: 2_000 });
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
