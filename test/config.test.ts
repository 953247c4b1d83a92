import { expect, test } from 'vitest';
import { allSettings, InvalidSettings, readConfig, showsGraphiql } from '../src/config.ts';

test('without any setting everything has its default', () => {
  expect(readConfig({})).toEqual({
    host: '127.0.0.1',
    port: 4000,
    publicUrl: '',
    dataDir: './data',
    databaseUrl: 'sqlite:./data/hq.db',
    busUrl: '',
    channelDatabaseUrl: 'sqlite:./data/channels/{database}.db',
    channelServers: [],
    poolSize: 10,
    tokenSecret: '',
    allowedOrigins: [],
    graphiql: '',
    batchSize: 1_000,
    workers: 2,
    keepDays: 30,
    logLevel: 'info',
  });
});

test('an empty setting is one that is not set, and databases follow DATA_DIR', () => {
  expect(readConfig({ PORT: '', DATA_DIR: '/srv/hq' })).toMatchObject({
    port: 4000,
    databaseUrl: 'sqlite:/srv/hq/hq.db',
    channelDatabaseUrl: 'sqlite:/srv/hq/channels/{database}.db',
  });
});

const wrong: Record<string, [string, string][]> = {
  BUS_URL: [['sqlite:hq.db', 'BUS_URL: must be postgres://…']],
  HOST: [['0.0.0.0', 'TOKEN_SECRET: must be set if HOST or PUBLIC_URL is not a loopback address']],
  PORT: [
    ['70000', 'PORT: must be between 0 and 65535'],
    ['http', 'PORT: must be a whole number'],
    ['-1', 'PORT: must be a whole number'],
  ],
  PUBLIC_URL: [
    ['example.com/hq', 'PUBLIC_URL: must be a URL such as https://example.com/hq'],
    ['https://example.com/hq?page=1', 'PUBLIC_URL: must be a URL'],
    ['https://', 'PUBLIC_URL: must be a URL'],
    ['https://example.com/hq', 'TOKEN_SECRET: must be set if HOST or PUBLIC_URL is not a loopback address'],
  ],
  DATA_DIR: [],
  DATABASE_URL: [
    ['mysql://localhost/hq', 'DATABASE_URL: must be sqlite:<file> or postgres://'],
    ['postgres://localhost/hq?schema=No', 'DATABASE_URL: "No" is not a valid schema name'],
    ['postgres://localhost/hq?pooling=statement', 'DATABASE_URL: pooling must be session or transaction'],
    ['postgres://localhost/hq?pooling=transaction', 'BUS_URL: must be set to the address of PostgreSQL itself'],
    ['postgres://local host:x/hq', 'DATABASE_URL: must be a URL such as postgres://'],
  ],
  CHANNEL_DATABASE_URL: [
    ['sqlite:/srv/channel.db', 'CHANNEL_DATABASE_URL: must contain {database}'],
    ['{database}', 'CHANNEL_DATABASE_URL: must be sqlite:<file> or postgres://'],
  ],
  CHANNEL_SERVERS: [
    ['tokyo', 'CHANNEL_SERVERS: "tokyo" is not of the form <names>=<URL>'],
    ['Tokyo=postgres://db3/tokyo', 'CHANNEL_SERVERS: "Tokyo" is not a name or a pattern such as eu-*'],
    ['tokyo=sqlite:tokyo.db', 'CHANNEL_SERVERS: "tokyo" must have a URL that begins with postgres://'],
    [
      'eu-*=postgres://db2/hq',
      'CHANNEL_SERVERS: "eu-*" stands for several databases, so its URL must contain {database}',
    ],
    [
      'tokyo=postgres://db3/x?schema=A',
      'CHANNEL_SERVERS: "tokyo" has a URL that is not valid: "A" is not a valid schema',
    ],
    ['a=postgres://db2/a,a=postgres://db3/a', 'CHANNEL_SERVERS: "a" appears twice'],
  ],
  POOL_SIZE: [['1', 'POOL_SIZE: must be between 2 and 200']],
  TOKEN_SECRET: [['short', 'TOKEN_SECRET: must have at least 32 characters']],
  ALLOWED_ORIGINS: [
    ['shop.example', 'ALLOWED_ORIGINS: must be origins such as https://shop.example'],
    ['https://shop.example/path', 'ALLOWED_ORIGINS: must be origins'],
  ],
  BATCH_SIZE: [['0', 'BATCH_SIZE: must be between 1 and 10000']],
  WORKERS: [['1.5', 'WORKERS: must be a whole number']],
  KEEP_DAYS: [['0', 'KEEP_DAYS: must be between 1 and 3650']],
  GRAPHIQL: [['yes', 'GRAPHIQL: must be on or off']],
  LOG_LEVEL: [['loud', 'LOG_LEVEL: ']],
};

test('every setting that is wrong is named with its rule', () => {
  expect(Object.keys(wrong).toSorted()).toEqual(allSettings.map(({ name }) => name).toSorted());
  for (const [name, cases] of Object.entries(wrong)) {
    for (const [value, message] of cases)
      expect(() => readConfig({ [name]: value }), `${name}=${value}`).toThrow(message);
  }
});

test('channel servers are read in order, and a comma in a URL separates nothing', () => {
  const { channelServers } = readConfig({
    CHANNEL_SERVERS: ' eu-*=postgres://hq:a,b=c@db2/hq?schema={database}, tokyo=postgres://db3/tokyo ',
  });
  expect(channelServers).toEqual([
    { names: 'eu_*', url: 'postgres://hq:a,b=c@db2/hq?schema={database}' },
    { names: 'tokyo', url: 'postgres://db3/tokyo' },
  ]);
});

test('a password in a wrong URL is not repeated', () => {
  for (const settings of [
    { CHANNEL_SERVERS: 'eu-*=postgres://hq:secret@db2/hq' },
    { DATABASE_URL: 'postgres://hq:secret@db:x/hq' },
  ])
    expect(() => readConfig(settings)).not.toThrow('secret');
});

test('all settings that are wrong are told at once, and no value is repeated', () => {
  const read = () => readConfig({ PORT: 'x', TOKEN_SECRET: 'not-long-enough', WORKERS: '0' });
  expect(read).toThrow(InvalidSettings);
  expect(read).toThrow(/PORT: .*\n.*TOKEN_SECRET: .*\n.*WORKERS: /);
  expect(read).not.toThrow('not-long-enough');
});

test('lists are split, numbers are numbers, and an address that everybody reaches is fine with a secret', () => {
  const config = readConfig({
    HOST: '0.0.0.0',
    TOKEN_SECRET: 'x'.repeat(32),
    ALLOWED_ORIGINS: 'https://a.example, http://localhost:3000,',
  });
  expect(config).toMatchObject({ host: '0.0.0.0', allowedOrigins: ['https://a.example', 'http://localhost:3000'] });
});

test('a public address needs a secret unless it is a loopback address, and loses its last slash', () => {
  const publicUrlOf = (environment: Record<string, string>) => readConfig(environment).publicUrl;
  expect(publicUrlOf({ PUBLIC_URL: 'http://localhost:8080/hq/' })).toBe('http://localhost:8080/hq');
  expect(publicUrlOf({ PUBLIC_URL: 'https://example.com/', TOKEN_SECRET: 'x'.repeat(32) })).toBe('https://example.com');
});

test.each([
  [{}, true],
  [{ TOKEN_SECRET: 'x'.repeat(32) }, false],
  [{ TOKEN_SECRET: 'x'.repeat(32), GRAPHIQL: 'on' }, true],
  [{ GRAPHIQL: 'off' }, false],
])('with %o browsers get GraphiQL: %s', (environment, shown) => {
  expect(showsGraphiql(readConfig(environment))).toBe(shown);
});
