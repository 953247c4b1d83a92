import pg from 'pg';
import { inject } from 'vitest';

const server = process.env.TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/test';

/** Sets of schemas that are empty again, by their prefix. */
const free: string[] = [];
let made = 0;

/**
 * Schemas for headquarters and channels, migrated at their first use and emptied for the next test afterward: to migrate takes over a
 * second, to empty them 30 ms. Fresh ones do not exist yet.
 */
export function takeSchemas({ fresh }: { fresh: boolean }): { prefix: string; settings: Record<string, string> } {
  const known = fresh ? undefined : free.pop();
  const prefix = known ?? `${inject('schemas')}_${process.pid}_${made++}`;
  return {
    prefix,
    settings: {
      DATABASE_URL: `${server}?schema=${prefix}_hq`,
      CHANNEL_DATABASE_URL: `${server}?schema=${prefix}_c_{database}`,
      POOL_SIZE: '4',
    },
  };
}

/** Empties the schemas of a test, or drops them when it changed more than rows. */
export async function giveBack(prefix: string): Promise<void> {
  const seed = `${inject('schemas')}_seed`;
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query('set client_min_messages = error');
    // Without the order of foreign keys, which takes a superuser.
    const mayEmpty = await client.query('set session_replication_role = replica').then(
      () => true,
      () => false,
    );
    const { rows } = await client.query(shapes, [`${prefix}_`, `${seed}_`]);
    const shapeOf = new Map(rows.map(({ name, shape }) => [name, shape]));
    const schemas = [...shapeOf.keys()].filter((name) => name.startsWith(`${prefix}_`));
    const seedOf = (name: string) => (name.startsWith(`${prefix}_hq`) ? name.replace(prefix, seed) : `${seed}_c`);
    if (mayEmpty && schemas.every((name) => shapeOf.get(name) === shapeOf.get(seedOf(name)))) {
      for (const name of schemas)
        await client.query(name.endsWith('_hq_worker') ? withoutJobs(name) : emptied(name, seedOf(name)));
      free.push(prefix);
    } else {
      for (const name of schemas) await client.query(`drop schema "${name}" cascade`);
    }
  } finally {
    await client.end();
  }
}

/** What a schema consists of, as text to compare: tables, columns, constraints, triggers. One pass over pg_class. */
const shapes = `
  select n.nspname as name, concat_ws(' ', count(*), sum(c.relnatts), sum(c.relchecks), sum(c.relhastriggers::int)) as shape
  from pg_namespace n join pg_class c on c.relnamespace = n.oid
  where starts_with(n.nspname, $1) or starts_with(n.nspname, $2) group by n.nspname`;

/** Removes the jobs of graphile-worker, whose other rows are the same for all. */
const withoutJobs = (schema: string) =>
  `delete from ${schema}._private_jobs; delete from ${schema}._private_job_queues`;

/** Gives every table the rows that its seed has, and every sequence its place. */
const emptied = (schema: string, seed: string) => `do $$
  declare t record; s record;
  begin
    for t in select tablename as name from pg_tables where schemaname = '${seed}' loop
      execute format('delete from %I.%I', '${schema}', t.name);
      execute format('insert into %I.%I overriding system value select * from %I.%I', '${schema}', t.name, '${seed}', t.name);
    end loop;
    for s in select sequencename as name, last_value as at from pg_sequences where schemaname = '${seed}' loop
      perform setval(format('%I.%I', '${schema}', s.name)::regclass, coalesce(s.at, 1), s.at is not null);
    end loop;
  end $$`;
