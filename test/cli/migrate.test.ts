import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
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
