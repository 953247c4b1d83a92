import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { migration } from '../../src/data/migration.ts';
import { channelDatabase, headquarters } from '../../src/data/open.ts';
import { tamper } from '../support/actions.ts';
import { hq, rowsOf } from '../support/cli.ts';
import {
  aChannel,
  aCustomer,
  createChannelDocument,
  createCustomerDocument,
  emptyDatabases,
  onPostgres,
  startHeadquarters,
} from '../support/headquarters.ts';

/** Every file below a folder, with its size and time of change. */
const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => ({ name, stat: statSync(join(folder, name)) }))
    .map(({ name, stat: { size, mtimeMs } }) => [name, size, mtimeMs])
    .sort();

/** A headquarters with a channel database that exists. */
async function withOneChannel(settings: Record<string, string>) {
  const server = await startHeadquarters({ settings });
  await server.query(createChannelDocument, { input: aChannel('houston') });
  await server.query(createCustomerDocument, { input: aCustomer() });
  return server;
}

test('a dry run shows what would run, again and again, until it has run', async () => {
  const env = await emptyDatabases({ fresh: true });
  const shown = async (line: string) => {
    const { code, out, err } = await hq(line, { env });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    return out;
  };

  const before = await shown('migrate --dry-run');

  expect(before).toMatch(/^DATABASE +VERSION +WOULD RUN\n/);
  const [[database, version, pending]] = rowsOf(before) as [string[]];
  expect([database, version]).toEqual(['headquarters', 'none']);
  expect(pending).toMatch(/^Initial\d+$/);
  expect(await shown('migrate --dry-run')).toBe(before);
  expect(rowsOf(await shown('migrate'))).toEqual([['headquarters', 'none', pending]]);
  expect(rowsOf(await shown('migrate --dry-run'))).toEqual([['headquarters', pending, 'nothing']]);
  expect(JSON.parse(await shown('migrate --dry-run --json'))).toEqual([
    { database: 'headquarters', applied: [pending], pending: [], unknown: [] },
  ]);
});

test('a dry run shows channel databases, even while the server runs', async () => {
  const env = await emptyDatabases();
  const server = await withOneChannel(env);
  await server.query(createChannelDocument, { input: aChannel('dallas') });
  const listed = async () => rowsOf((await hq('migrate --dry-run', { env })).out);

  expect(await listed()).toEqual([
    ['headquarters', expect.stringMatching(/^Initial/), 'nothing'],
    ['channel database dallas', 'none', expect.stringMatching(/^Initial/)],
    ['channel database houston', expect.stringMatching(/^Initial/), 'nothing'],
  ]);
  await server.stop();
  expect((await hq('migrate', { env })).code).toBe(0);
  expect((await listed()).map(([, , pending]) => pending)).toEqual(['nothing', 'nothing', 'nothing']);
});

test('a database that a newer version migrated is shown, and refused', async () => {
  const env = await emptyDatabases();
  const server = await withOneChannel(env);
  await tamper(server.hq, `insert into migrations (timestamp, name) values (9999999999999, 'Future9999999999999')`);
  await server.stop();

  expect(rowsOf((await hq('migrate --dry-run', { env })).out)[0]).toEqual([
    'headquarters',
    'Future9999999999999',
    'It was migrated by a newer version of this program.',
  ]);
  const { code, err } = await hq('migrate', { env });
  expect(code).toBe(1);
  expect(err).toContain('run that version, or restore an older backup');
});

test('a database that cannot be reached is an error without a stack trace', async () => {
  const { code, out, err } = await hq('migrate --dry-run', {
    env: { DATABASE_URL: 'postgres://nobody@127.0.0.1:9/hq' },
  });

  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toBe(
    'The database "headquarters" is not available right now. Try again.\n  Cause: connect ECONNREFUSED 127.0.0.1:9\n',
  );
});

/** A version of this program that has one more migration for a kind of database. Returns to the version before. */
function newVersion(
  kind: typeof headquarters,
  name: string,
  statement = `create table ${name} (id integer)`,
): () => void {
  const added = migration(name, 1_900_000_000_000, () => [statement]);
  kind.migrations.push(added);
  const back = () => {
    kind.migrations = kind.migrations.filter((known) => known !== added);
  };
  onTestFinished(back);
  return back;
}

test('a version goes on with databases that a newer one has expanded, and refuses those that it has changed otherwise', async () => {
  const env = await emptyDatabases();
  await (await withOneChannel(env)).stop();
  const expanded = [headquarters, channelDatabase].map((kind) =>
    newVersion(kind, 'ExpandLoyalty', 'alter table customer add column loyalty integer'),
  );
  expect((await hq('migrate', { env })).code).toBe(0);
  for (const back of expanded) back();

  const server = await startHeadquarters({ settings: env });
  const { createCustomer } = await server.query(createCustomerDocument, { input: aCustomer() });
  expect(createCustomer).toMatchObject({ __typename: 'Customer' });
  await server.stop();
  expect(rowsOf((await hq('migrate --dry-run', { env })).out).map(([, , pending]) => pending)).toEqual([
    'nothing: a newer version has expanded it',
    'nothing: a newer version has expanded it',
  ]);

  const contracted = newVersion(channelDatabase, 'ContractShifts', 'create table other (id integer)');
  expect((await hq('migrate', { env })).code).toBe(0);
  contracted();
  expect(await hq('serve --port 0', { env })).toEqual({
    code: 1,
    out: '',
    err: 'The database "channel database houston" is not available: it was migrated by a newer version of this program: run that version, or restore an older backup.\n  Cause: This version does not know the migration ContractShifts1900000000000.\n',
  });
});

test.each([
  'drop table customer_address',
  'alter table customer drop column email',
  'alter table customer rename column email to mail',
  'alter table customer add column loyalty integer not null',
  'alter table customer add column loyalty integer unique',
  'alter table customer add column card integer references head (name)',
  'create unique index customer_by_email_only on customer (email)',
  "update customer set email = ''",
])('an expanding migration may not do %j', async (statement) => {
  const env = await emptyDatabases({ fresh: true });
  newVersion(headquarters, 'ExpandWrongly', statement);

  const { code, err } = await hq('migrate', { env });

  expect(code).toBe(1);
  expect(err).toContain('headquarters');
  expect(err).toContain('ExpandWrongly1900000000000 must only add');
});

describe.skipIf(!onPostgres)('on PostgreSQL', () => {
  const start = (settings: Record<string, string>) => startHeadquarters({ settings });

  test('a server refuses a headquarters of an older version until hq migrate has run', async () => {
    const env = await emptyDatabases();
    await (await withOneChannel(env)).stop();
    newVersion(headquarters, 'Loyalty');
    await expect(start(env)).rejects.toThrow(
      'The database "headquarters" is not available: it was migrated by an older version of this program: run `hq migrate` once, with this version.',
    );
    expect(rowsOf((await hq('migrate', { env })).out)[0]).toEqual([
      'headquarters',
      expect.stringMatching(/^Initial/),
      'Loyalty1900000000000',
    ]);
    expect((await start(env)).channels.all()).toHaveLength(1);
  });

  test('a channel database of an older version makes only its channels unavailable until hq migrate has run', async () => {
    const env = await emptyDatabases();
    await (await withOneChannel(env)).stop();
    newVersion(channelDatabase, 'Loyalty');
    const server = await start(env);
    await server.query(createChannelDocument, { input: aChannel('berlin') });
    const createIn = (channel: string) => server.ask(createCustomerDocument, { input: aCustomer({ channel }) });
    expect(await createIn('berlin')).toMatchObject({ data: { createCustomer: { __typename: 'Customer' } } });
    expect((await createIn('houston')).errors).toMatchObject([
      {
        message: expect.stringContaining('"channel database houston" is not available: it was migrated by an older'),
        extensions: { code: 'DATABASE_UNAVAILABLE' },
      },
    ]);
    expect((await hq('migrate', { env })).code).toBe(0);
    expect(await createIn('houston')).toMatchObject({ data: { createCustomer: { __typename: 'Customer' } } });
  });

  test('a channel database that cannot be migrated is named, and the others are migrated', async () => {
    const env = await emptyDatabases();
    const server = await withOneChannel(env);
    await server.query(createChannelDocument, { input: aChannel('berlin') });
    await tamper(await server.channels.databaseOf('berlin'), 'create table Loyalty (id integer)');
    await server.stop();
    newVersion(channelDatabase, 'Loyalty');

    const { code, out, err } = await hq('migrate', { env });

    expect(code).toBe(1);
    expect(err).toBe('Not migrated: channel database berlin.\n');
    expect(rowsOf(out)[1]).toEqual(['channel database berlin', 'unknown', expect.stringContaining('not available')]);
    expect(rowsOf((await hq('migrate --dry-run', { env })).out).map(([, , pending]) => pending)).toEqual([
      'nothing',
      'Loyalty1900000000000',
      'nothing',
    ]);
  });

  test('two at a time take turns, and the second one says that it waits', async () => {
    const env = await emptyDatabases({ fresh: true });
    const both = await Promise.all([hq('migrate', { env }), hq('migrate', { env })]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(both.map(({ err }) => err).toSorted()).toEqual([
      '',
      'Another hq migrate is running. Waiting until it ends.\n',
    ]);
    expect(both.map(({ out }) => rowsOf(out)[0]![2]).toSorted()).toEqual([
      expect.stringMatching(/^Initial/),
      'nothing',
    ]);
  });
});

describe.skipIf(onPostgres)('on SQLite', () => {
  test('a dry run creates no folder', async () => {
    const { DATA_DIR } = await emptyDatabases();
    const folder = join(DATA_DIR!, 'new');

    expect((await hq('migrate --dry-run', { env: { DATA_DIR: folder } })).code).toBe(0);

    expect(existsSync(folder)).toBe(false);
  });

  test('a dry run leaves every file as it is', async () => {
    const env = await emptyDatabases();
    await (await withOneChannel(env)).stop();
    const before = filesIn(env.DATA_DIR!);

    expect(rowsOf((await hq('migrate --dry-run', { env })).out)).toHaveLength(2);

    expect(filesIn(env.DATA_DIR!)).toEqual(before);
  });

  test('a channel database that is damaged is shown with the reason, next to the others', async () => {
    const env = await emptyDatabases();
    await (await withOneChannel(env)).stop();
    writeFileSync(join(env.DATA_DIR!, 'channels/houston.db'), 'not a database');

    expect(rowsOf((await hq('migrate --dry-run', { env })).out)).toEqual([
      ['headquarters', expect.stringMatching(/^Initial/), 'nothing'],
      ['channel database houston', 'unknown', expect.stringContaining('its file is damaged')],
    ]);
  });
});
