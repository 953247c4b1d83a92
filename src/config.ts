import { z } from 'zod';

/** A setting: its name in the environment, what it means, and its default. docs/operations.md lists them; test/docs.test.ts compares. */
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

const databaseUrl = z.string().regex(/^(sqlite:.+|postgres(ql)?:\/\/.+)$/, 'must be sqlite:<file> or postgres://…');

const settings = {
  host: {
    name: 'HOST',
    meaning: 'Address to listen on. Anything but a loopback address needs TOKEN_SECRET.',
    fallback: '127.0.0.1',
    rule: z.string().min(1),
  },
  port: { name: 'PORT', meaning: 'Port to listen on; 0 takes a free one.', fallback: '4000', rule: whole(0, 65_535) },
  dataDir: {
    name: 'DATA_DIR',
    meaning: 'Folder of the embedded SQLite databases.',
    fallback: './data',
    rule: z.string().min(1),
  },
  databaseUrl: {
    name: 'DATABASE_URL',
    meaning: "Headquarters' database: `sqlite:<file>` or `postgres://user:password@host/database?schema=<schema>`.",
    fallback: 'sqlite:{DATA_DIR}/hq.db',
    rule: databaseUrl,
  },
  channelDatabaseUrl: {
    name: 'CHANNEL_DATABASE_URL',
    meaning: 'Where a channel database is; `{database}` stands for its name. PostgreSQL: a schema or a database each.',
    fallback: 'sqlite:{DATA_DIR}/channels/{database}.db',
    rule: databaseUrl.refine((url) => url.includes('{database}'), 'must contain {database}'),
  },
  poolSize: {
    name: 'POOL_SIZE',
    meaning: 'Connections to each PostgreSQL database at most.',
    fallback: '10',
    rule: whole(2, 200),
  },
  tokenSecret: {
    name: 'TOKEN_SECRET',
    meaning:
      'Key that signs access tokens (32 characters or more; `hq token` issues them). Empty: everybody who reaches the port is an operator.',
    fallback: '',
    rule: z.string().refine((secret) => secret === '' || secret.length >= 32, 'must have at least 32 characters'),
  },
  allowedOrigins: {
    name: 'ALLOWED_ORIGINS',
    meaning: "Web origins besides the server's own whose pages may call the API, separated by commas.",
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
    meaning: 'Whether browsers get GraphiQL at /graphql: `on` or `off`. Empty: on without TOKEN_SECRET, off with it.',
    fallback: '',
    rule: z.enum(['', 'on', 'off'], 'must be on or off'),
  },
  batchSize: {
    name: 'BATCH_SIZE',
    meaning: 'Rows that one transaction of a job moves.',
    fallback: '1000',
    rule: whole(1, 10_000),
  },
  workers: { name: 'WORKERS', meaning: 'Job runs that are worked on at once.', fallback: '2', rule: whole(1, 32) },
  keepDays: {
    name: 'KEEP_DAYS',
    meaning: 'Days that ended job runs and their sessions are kept.',
    fallback: '30',
    rule: whole(1, 3_650),
  },
  logLevel: {
    name: 'LOG_LEVEL',
    meaning: 'Least important line that is logged: trace, debug, info, warn, error, silent.',
    fallback: 'info',
    rule: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']),
  },
} satisfies Record<string, Setting>;

export const allSettings: Setting[] = Object.values(settings);

/** Whether browsers get GraphiQL. */
export const showsGraphiql = ({ graphiql, tokenSecret }: Config): boolean =>
  graphiql === '' ? tokenSecret === '' : graphiql === 'on';

export type Config = { [name in keyof typeof settings]: z.output<(typeof settings)[name]['rule']> };

/** One or more settings are wrong. The message names each. */
export class InvalidSettings extends Error {}

/** Reads every setting from the environment, once. Throws InvalidSettings with all that is wrong. */
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
  if (wrong.length === 0 && config.tokenSecret === '' && !['127.0.0.1', '::1', 'localhost'].includes(config.host)) {
    wrong.push(
      'TOKEN_SECRET: must be set when HOST is not a loopback address, because without it everybody is an operator',
    );
  }
  if (wrong.length > 0)
    throw new InvalidSettings(`These settings are wrong:\n${wrong.map((line) => `  ${line}`).join('\n')}`);
  return config;
}
