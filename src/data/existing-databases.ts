import { readdir, stat } from 'node:fs/promises';
import { DataSource } from 'typeorm';
import { DatabaseUnavailable } from '../errors.ts';
import { applicationName } from './node.ts';

/** What a channel database may be called. */
const name = '([a-z][a-z0-9_]{0,39})';

/** The names of the channel databases that exist, found by their URL template, in which `{database}` is the name. */
export async function existingChannelDatabases(url: string): Promise<string[]> {
  const found = await (url.startsWith('sqlite:') ? files(url.slice('sqlite:'.length)) : schemas(new URL(url)));
  return found.toSorted();
}

async function files(path: string): Promise<string[]> {
  const parts = path.split('/');
  const place = parts.findIndex((part) => part.includes('{database}'));
  const named = matching(parts[place]!);
  const names = (await entries(parts.slice(0, place).join('/') || (path.startsWith('/') ? '/' : '.'))).flatMap(
    (entry) => named.exec(entry)?.[1] ?? [],
  );
  const exists = await Promise.all(
    names.map((database) =>
      stat(path.replaceAll('{database}', database)).then(
        () => true,
        () => false,
      ),
    ),
  );
  return names.filter((_, index) => exists[index]);
}

async function entries(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Schemas of one database. Databases of their own are not looked for: nothing says who may list them. */
async function schemas(url: URL): Promise<string[]> {
  const schema = url.searchParams.get('schema');
  url.searchParams.delete('schema');
  if (!schema?.includes('{database}') || url.href.includes('%7Bdatabase%7D') || url.href.includes('{database}'))
    return [];
  const source = new DataSource({
    type: 'postgres',
    url: url.href,
    poolSize: 1,
    connectTimeoutMS: 5_000,
    applicationName: applicationName('channel databases'),
  });
  await source.initialize().catch((error: unknown) => {
    throw new DatabaseUnavailable('channel databases', { cause: error });
  });
  try {
    const rows: { nspname: string }[] = await source.query('select nspname from pg_namespace');
    const named = matching(schema);
    return rows.flatMap(({ nspname }) => named.exec(nspname)?.[1] ?? []);
  } finally {
    await source.destroy();
  }
}

const matching = (template: string): RegExp => {
  const [first, ...rest] = template.split('{database}').map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${first}${name}${rest.join('\\1')}$`);
};
