import { DatabaseUnavailable } from '../errors.ts';
import { type Mark, type Marked, marksOf } from './channel/mark.bulk.ts';
import type { Database } from './database.ts';
import { openServer } from './open.ts';
import type { Pools } from './pools.ts';
import { type PostgresUrl, parsePostgresUrl } from './postgres-url.ts';

/** Schemas in one statement. Each costs four locks while it runs, and PostgreSQL has room for 6,400 of all its sessions by default. */
const MOST_SCHEMAS = 100;

interface MarksOptions {
  urlOf: (name: string) => string;
  open: (name: string) => Promise<Database>;
  pools: Pools;
}

type Asked = Marked & { name: string };

/**
 * Reads how far channel databases have come: those of a PostgreSQL server and database together, without opening each of them, and those on
 * SQLite one by one.
 */
export class ChannelMarks {
  private readonly servers = new Map<string, Promise<Database>>();

  constructor(private readonly options: MarksOptions) {}

  /** The marks by name; `counters` are the counters to look up. Leaves out the databases that cannot be read. */
  async read(counters: ReadonlyMap<string, number>): Promise<Map<string, Mark>> {
    const found = new Map<string, Mark>();
    const servers = new Map<string, { url: PostgresUrl; asked: Asked[] }>();
    const alone: Asked[] = [];
    for (const [name, counter] of counters) {
      const text = this.options.urlOf(name);
      if (text.startsWith('sqlite:')) {
        alone.push({ name, counter });
        continue;
      }
      const url = parsePostgresUrl(text);
      const key = JSON.stringify([url.server, url.pooledByTransaction]);
      const server = servers.get(key) ?? { url, asked: [] };
      servers.set(key, server);
      server.asked.push({ name, counter, schema: url.schema });
    }
    const onServers = [...servers].map(async ([key, { url, asked }]) => {
      const open = async () => this.server(key, url);
      for (let from = 0; from < asked.length; from += MOST_SCHEMAS)
        await readTogether(open, asked.slice(from, from + MOST_SCHEMAS), found);
    });
    const onSqlite = alone.map((database) => readTogether(() => this.options.open(database.name), [database], found));
    for (const result of await Promise.allSettled([...onServers, ...onSqlite]))
      if (result.status === 'rejected' && !(result.reason instanceof DatabaseUnavailable)) throw result.reason;
    return found;
  }

  async close(): Promise<void> {
    for (const result of await Promise.allSettled(this.servers.values()))
      if (result.status === 'fulfilled') await result.value.close();
    this.servers.clear();
  }

  private server(key: string, url: PostgresUrl): Promise<Database> {
    const known = this.servers.get(key);
    if (known) return known;
    const opening = openServer(url, this.options.pools);
    this.servers.set(key, opening);
    opening.catch(() => this.servers.delete(key));
    return opening;
  }
}

/**
 * Adds the marks to `found`. One schema that is broken makes the statement fail for all, so it is looked for by halves. Throws
 * DatabaseUnavailable at once if the server does not answer.
 */
async function readTogether(
  open: () => Promise<Database>,
  asked: readonly Asked[],
  found: Map<string, Mark>,
): Promise<void> {
  try {
    const database = await open();
    for (const [place, mark] of await database.read((db) => marksOf(db, asked))) found.set(asked[place]!.name, mark);
  } catch (error) {
    if (error instanceof DatabaseUnavailable) throw error;
    if (asked.length === 1) return;
    const half = Math.ceil(asked.length / 2);
    await readTogether(open, asked.slice(0, half), found);
    await readTogether(open, asked.slice(half), found);
  }
}
