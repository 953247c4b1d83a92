import type { EntityManager } from 'typeorm';
import { DatabaseUnavailable } from '../errors.ts';
import type { Database } from './database.ts';
import { openServer } from './open.ts';
import type { Pools } from './pools.ts';
import { type PostgresUrl, parsePostgresUrl } from './postgres-url.ts';

/** Schemas in one statement. Each costs four locks while it runs, and PostgreSQL has room for 6,400 of all its sessions by default. */
const MOST_SCHEMAS = 100;

/** A channel database among others of its server. */
export interface InServer {
  /** A schema of PostgreSQL; undefined: the one that is connected. */
  schema?: string;
}

/** Asks several channel databases the same in one statement. Returns the answers by index, without those of databases that have none. */
export type AskTogether<About, Answer> = (
  db: EntityManager,
  databases: readonly (About & InServer)[],
) => Promise<Map<number, Answer>>;

interface ReaderOptions {
  urlOf: (name: string) => string;
  open: (name: string) => Promise<Database>;
  pools: Pools;
}

type Named<About> = About & InServer & { name: string };

/**
 * Reads the same of many channel databases: of those of a PostgreSQL server and database together, without opening each of them, and of those on
 * SQLite one by one.
 */
export class ChannelReader {
  private readonly servers = new Map<string, Promise<Database>>();

  constructor(private readonly options: ReaderOptions) {}

  /** The answers by name; `databases` says what each is asked about. Leaves out those that cannot be read. */
  async read<About extends object, Answer>(
    databases: ReadonlyMap<string, About>,
    ask: AskTogether<About, Answer>,
  ): Promise<Map<string, Answer>> {
    const found = new Map<string, Answer>();
    const servers = new Map<string, { url: PostgresUrl; asked: Named<About>[] }>();
    const alone: Named<About>[] = [];
    for (const [name, about] of databases) {
      const text = this.options.urlOf(name);
      if (text.startsWith('sqlite:')) {
        alone.push({ ...about, name });
        continue;
      }
      const url = parsePostgresUrl(text);
      const key = JSON.stringify([url.server, url.pooledByTransaction]);
      const server = servers.get(key) ?? { url, asked: [] };
      servers.set(key, server);
      server.asked.push({ ...about, name, schema: url.schema });
    }
    const onServers = [...servers].map(async ([key, { url, asked }]) => {
      const open = async () => this.server(key, url);
      for (let from = 0; from < asked.length; from += MOST_SCHEMAS)
        await readTogether(open, asked.slice(from, from + MOST_SCHEMAS), ask, found);
    });
    const onSqlite = alone.map((database) =>
      readTogether(() => this.options.open(database.name), [database], ask, found),
    );
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
 * Adds the answers to `found`. One schema that is broken makes the statement fail for all, so it is looked for by halves. Throws
 * DatabaseUnavailable at once if the server does not answer.
 */
async function readTogether<About, Answer>(
  open: () => Promise<Database>,
  asked: readonly Named<About>[],
  ask: AskTogether<About, Answer>,
  found: Map<string, Answer>,
): Promise<void> {
  try {
    const database = await open();
    for (const [place, answer] of await database.read((db) => ask(db, asked))) found.set(asked[place]!.name, answer);
  } catch (error) {
    if (error instanceof DatabaseUnavailable) throw error;
    if (asked.length === 1) return;
    const half = Math.ceil(asked.length / 2);
    await readTogether(open, asked.slice(0, half), ask, found);
    await readTogether(open, asked.slice(half), ask, found);
  }
}
