import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Begins the names of all schemas of this run; those of the pattern end in `seed_hq` and `seed_c`. */
    schemas: string;
  }
}

/**
 * Before all tests on PostgreSQL: migrates one schema of headquarters and one of a channel, which show what empty databases look like.
 * After all tests: drops what they made.
 */
export default async function postgres(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (process.env.TEST_DATABASE !== 'postgres') return undefined;
  const { channelDatabase, headquarters, openDatabase } = await import('../../src/data/open.ts');
  const { openPlainPool } = await import('../../src/data/plain-pool.ts');
  const { GraphileDispatcher } = await import('../../src/queue/graphile.ts');
  const { default: pg } = await import('pg');
  const server = process.env.TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/test';
  const schemas = `t_${Math.random().toString(36).slice(2, 10)}`;
  project.provide('schemas', schemas);
  for (const [name, kind] of [
    ['hq', headquarters],
    ['c', channelDatabase],
  ] as const) {
    const url = `${server}?schema=${schemas}_seed_${name}`;
    await (await openDatabase(url, { name: 'seed', kind, readers: 1 })).close();
  }
  await GraphileDispatcher.migrate({
    schema: `${schemas}_seed_hq_worker`,
    openPool: (purpose, size) => openPlainPool(server, purpose, size),
  });
  return async () => {
    const client = new pg.Client({ connectionString: server });
    await client.connect();
    await client.query('set client_min_messages = error');
    const { rows } = await client.query('select nspname from pg_namespace where starts_with(nspname, $1)', [schemas]);
    for (const { nspname } of rows) await client.query(`drop schema "${nspname}" cascade`);
    await client.end();
  };
}
