import * as z from 'zod';
import type { ChannelServer } from './data/channel-servers.ts';
import { parsePostgresUrl } from './data/postgres-url.ts';

/** A setting: its environment variable, its meaning, and its default. docs/operations.md lists them; test/docs.test.ts compares. */
interface Setting {
  name: string;
  meaning: string;
  fallback: string;
  rule: z.ZodType<unknown>;
}

const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= least && value <= most, `must be between ${least} and ${most}`);

const databaseUrl = z
  .string()
  .regex(/^(sqlite:.+|postgres(ql)?:\/\/.+)$/, 'must be sqlite:<file> or postgres://…')
  .superRefine((url, context) => {
    const wrong = wrongIn(url);
    if (wrong) context.addIssue(wrong);
  });

/** What is wrong with a PostgreSQL URL, which may contain `{database}`. */
function wrongIn(url: string): string | undefined {
  if (!url.startsWith('postgres')) return undefined;
  try {
    parsePostgresUrl(url.replaceAll('{database}', 'x'));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const pooledByTransaction = (url: string): boolean =>
  url.startsWith('postgres') && !wrongIn(url) && parsePostgresUrl(url).pooledByTransaction;

/** The servers of `eu-*=postgres://…,tokyo=postgres://…`, in order. */
const channelServers = z.string().transform((list, context): ChannelServer[] => {
  // A URL may contain commas, but none that is followed by a name and a URL.
  const entries = list.split(/,(?=[^,=]*=\s*\w+:)/).map((entry) => entry.trim());
  const servers = entries.filter(Boolean).map((entry) => {
    const [, written = entry, url = ''] = /^([^=]*)=(.*)$/s.exec(entry) ?? [];
    // Names of channel databases derive from channel codes, in which `_` is `-`.
    const server = { names: written.trim().replaceAll('-', '_'), url: url.trim() };
    const wrong = wrongWith(server);
    if (wrong) context.addIssue(`"${written.trim()}" ${wrong}`);
    return server;
  });
  for (const [index, { names }] of servers.entries()) {
    if (servers.findIndex((server) => server.names === names) < index) context.addIssue(`"${names}" appears twice`);
  }
  return servers;
});

/** Never quotes the URL, which may contain a password. */
function wrongWith({ names, url }: ChannelServer): string | undefined {
  if (url === '') return 'is not of the form <names>=<URL>';
  if (!/^[a-z*][a-z0-9_*]*$/.test(names)) return 'is not a name or a pattern such as eu-*';
  if (!/^postgres(ql)?:\/\//.test(url)) return 'must have a URL that begins with postgres://';
  if (names.includes('*') && !url.includes('{database}'))
    return 'stands for several databases, so its URL must contain {database}';
  const wrong = wrongIn(url);
  return wrong && `has a URL that is not valid: ${wrong}`;
}

const settings = {
  host: {
    name: 'HOST',
    meaning: 'Address to listen on. Any address other than loopback requires TOKEN_SECRET.',
    fallback: '127.0.0.1',
    rule: z.string().min(1),
  },
  port: { name: 'PORT', meaning: 'Port to listen on; 0 picks a free port.', fallback: '4000', rule: whole(0, 65_535) },
  publicUrl: {
    name: 'PUBLIC_URL',
    meaning:
      'Address at which browsers reach the server through a reverse proxy, such as `https://example.com/hq`. Any address other than loopback requires TOKEN_SECRET.',
    fallback: '',
    rule: z
      .string()
      .refine(
        (url) => url === '' || (/^https?:\/\/[^?#@]+$/.test(url) && URL.canParse(url)),
        'must be a URL such as https://example.com/hq',
      )
      .transform((url) => url.replace(/\/+$/, '')),
  },
  dataDir: {
    name: 'DATA_DIR',
    meaning: 'Folder for the embedded SQLite databases.',
    fallback: './data',
    rule: z.string().min(1),
  },
  databaseUrl: {
    name: 'DATABASE_URL',
    meaning: "Headquarters' database: `sqlite:<file>` or `postgres://user:password@host/database?schema=<schema>`.",
    fallback: 'sqlite:{DATA_DIR}/hq.db',
    rule: databaseUrl,
  },
  busUrl: {
    name: 'BUS_URL',
    meaning:
      'PostgreSQL only: `DATABASE_URL` with the address of PostgreSQL itself, for what needs sessions of its own (notifications, liveness, the queue of jobs), if `DATABASE_URL` leads through a pooler that gives each transaction another session. If empty, DATABASE_URL.',
    fallback: '',
    rule: databaseUrl.regex(/^postgres/, 'must be postgres://…').or(z.literal('')),
  },
  channelDatabaseUrl: {
    name: 'CHANNEL_DATABASE_URL',
    meaning:
      'URL of each channel database; `{database}` is replaced by its name. With PostgreSQL, use a schema or a database for each, and add `&pooling=transaction` if a pooler such as PgBouncer gives each transaction another session.',
    fallback: 'sqlite:{DATA_DIR}/channels/{database}.db',
    rule: databaseUrl.refine((url) => url.includes('{database}'), 'must contain {database}'),
  },
  channelServers: {
    name: 'CHANNEL_SERVERS',
    meaning:
      'PostgreSQL URLs of channel databases that are not at CHANNEL_DATABASE_URL, by their names, in which `*` stands for any text; separated by commas. The first that matches counts. Example: `eu-*=postgres://db2/hq?schema={database},tokyo=postgres://db3/tokyo`.',
    fallback: '',
    rule: channelServers,
  },
  poolSize: {
    name: 'POOL_SIZE',
    meaning:
      'Maximum number of connections of this process to each PostgreSQL server and database, whatever number of schemas it uses there.',
    fallback: '10',
    rule: whole(2, 200),
  },
  tokenSecret: {
    name: 'TOKEN_SECRET',
    meaning:
      'Key for signing access tokens, at least 32 characters; `hq token` issues tokens. If empty, everyone who can reach the port is an operator.',
    fallback: '',
    rule: z.string().refine((secret) => secret === '' || secret.length >= 32, 'must have at least 32 characters'),
  },
  allowedOrigins: {
    name: 'ALLOWED_ORIGINS',
    meaning: "Web origins, besides the server's own, whose pages may call the API; separated by commas.",
    fallback: '',
    rule: z
      .string()
      .transform((list) =>
        list
          .split(',')
          .map((origin) => origin.trim())
          .filter(Boolean),
      )
      .refine(
        (list) => list.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin),
        'must be origins such as https://shop.example',
      ),
  },
  graphiql: {
    name: 'GRAPHIQL',
    meaning:
      'Whether browsers get GraphiQL at /graphql: `on` or `off`. If empty, it is on without TOKEN_SECRET and off with it.',
    fallback: '',
    rule: z.enum(['', 'on', 'off'], 'must be on or off'),
  },
  batchSize: {
    name: 'BATCH_SIZE',
    meaning: 'Maximum number of rows that one transaction of a job moves.',
    fallback: '1000',
    rule: whole(1, 10_000),
  },
  workers: { name: 'WORKERS', meaning: 'Number of job runs executed concurrently.', fallback: '2', rule: whole(1, 32) },
  keepDays: {
    name: 'KEEP_DAYS',
    meaning: 'Number of days for which ended job runs and their sessions are kept.',
    fallback: '30',
    rule: whole(1, 3_650),
  },
  logLevel: {
    name: 'LOG_LEVEL',
    meaning: 'Lowest level that is logged: trace, debug, info, warn, error, or silent for no logs.',
    fallback: 'info',
    rule: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']),
  },
} satisfies Record<string, Setting>;

export const allSettings: Setting[] = Object.values(settings);

/** Whether browsers get GraphiQL. */
export const showsGraphiql = ({ graphiql, tokenSecret }: Config): boolean =>
  graphiql === '' ? tokenSecret === '' : graphiql === 'on';

export type Config = { [name in keyof typeof settings]: z.output<(typeof settings)[name]['rule']> };

/** One or more settings are invalid. The message names each of them. */
export class InvalidSettings extends Error {}

/** Reads every setting from the environment, once. Throws InvalidSettings, which lists every invalid setting. */
export function readConfig(environment: Record<string, string | undefined>): Config {
  const wrong: string[] = [];
  const dataDir = environment.DATA_DIR || settings.dataDir.fallback;
  const values = Object.entries(settings).map(([key, { name, fallback, rule }]) => {
    const value = environment[name] || fallback.replace('{DATA_DIR}', dataDir);
    const result = (rule as z.ZodType<unknown>).safeParse(value);
    if (!result.success) wrong.push(`${name}: ${result.error.issues[0]!.message}`);
    return [key, result.data];
  });
  const config = Object.fromEntries(values) as Config;
  if (wrong.length === 0 && config.tokenSecret === '' && isPublic(config)) {
    wrong.push(
      'TOKEN_SECRET: must be set if HOST or PUBLIC_URL is not a loopback address, because without it everyone is an operator',
    );
  }
  if (wrong.length === 0 && pooledByTransaction(config.busUrl || config.databaseUrl)) {
    wrong.push(
      'BUS_URL: must be set to the address of PostgreSQL itself if DATABASE_URL leads through a pooler (pooling=transaction)',
    );
  }
  if (wrong.length > 0) throw new InvalidSettings(`Invalid settings:\n${wrong.map((line) => `  ${line}`).join('\n')}`);
  return config;
}

const loopback = ['127.0.0.1', '::1', '[::1]', 'localhost'];
const isPublic = ({ host, publicUrl }: Config): boolean =>
  !loopback.includes(host) || (publicUrl !== '' && !loopback.includes(new URL(publicUrl).hostname));
