import { readdir, stat } from 'node:fs/promises';
import { DatabaseUnavailable } from '../errors.ts';
import { type ChannelServer, serverOf } from './channel-servers.ts';
import { driverCode } from './database.ts';
import { type PostgresUrl, parsePostgresUrl } from './postgres-url.ts';

/** What a channel database may be called. */
const name = '([a-z][a-z0-9_]{0,39})';

/** The names of the channel databases that exist, found by the URLs of their servers. */
export async function existingChannelDatabases(servers: readonly ChannelServer[]): Promise<string[]> {
  const found = await Promise.all(
    servers.map(async (server) => {
      const names = await (server.url.startsWith('sqlite:')
        ? files(server.url.slice('sqlite:'.length))
        : schemas(server));
      // A database of this name elsewhere is one that nobody uses.
      return names.filter((name) => serverOf(servers, name) === server);
    }),
  );
  return found.flat().toSorted();
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

async function schemas({ names, url }: ChannelServer): Promise<string[]> {
  const [one, other] = ['x', 'y'].map((name) => parsePostgresUrl(url.replaceAll('{database}', name)));
  if (!names.includes('*')) return (await isMigrated(url.replaceAll('{database}', names))) ? [names] : [];
  // Schemas of one database. Databases of their own are not looked for: nothing says who may list them.
  if (one!.server !== other!.server) return [];
  const rows = await asked<{ nspname: string }>(one!, 'select nspname from pg_namespace');
  const named = matching(new URL(url).searchParams.get('schema')!);
  return rows.flatMap(({ nspname }) => named.exec(nspname)?.[1] ?? []);
}

async function isMigrated(url: string): Promise<boolean> {
  const database = parsePostgresUrl(url);
  const table = `${database.schema}.migrations`;
  const [found] = await asked<{ there: boolean }>(database, 'select to_regclass($1) is not null as there', [table]);
  return Boolean(found?.there);
}

/** No rows if there is no such database. */
async function asked<Row>(url: PostgresUrl, statement: string, parameters: string[] = []): Promise<Row[]> {
  const { connected } = await import('./postgres-client.ts');
  try {
    return await connected(
      url,
      'channel databases',
      async (client) => (await client.query(statement, parameters)).rows,
    );
  } catch (error) {
    if (driverCode(error) === '3D000') return [];
    throw new DatabaseUnavailable('channel databases', { cause: error });
  }
}

const matching = (template: string): RegExp => {
  const [first, ...rest] = template.split('{database}').map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${first}${name}${rest.join('\\1')}$`);
};
