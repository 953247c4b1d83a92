import { expect, test } from 'vitest';
import { withChannels } from '../support/actions.ts';
import { hq, rowsOf } from '../support/cli.ts';

test('a profile is added, listed, changed, and given to a channel', async () => {
  const server = await withChannels(['houston']);
  const url = `--url ${server.url}`;
  const said = async (line: string) => {
    const { code, out, err } = await hq(`${line} ${url}`);
    expect({ code, err }, line).toEqual({ code: 0, err: '' });
    return out;
  };
  expect(await said('profile add real-time --name Fast --customers synchronous --timeout 500')).toBe(
    'Functionality profile real-time is ready: synchronous customers.\n',
  );
  const out = await said('profile list');
  expect(out).toMatch(/^CODE +NAME +CUSTOMERS +TIMEOUT +DEFAULT CUSTOMER\n/);
  expect(rowsOf(out)).toEqual([
    ['default', 'Default', 'asynchronous', '2000 ms', 'none'],
    ['real-time', 'Fast', 'synchronous', '500 ms', 'none'],
  ]);
  expect(await said('profile update real-time --customers asynchronous')).toBe(
    'Functionality profile real-time has asynchronous customers.\n',
  );
  expect(await said('channel profile houston real-time')).toBe('Channel houston has the profile real-time.\n');
  expect(
    await said(
      'channel add dallas --name Dallas --type retail-store --currency USD --time-zone America/Chicago --country US --profile real-time',
    ),
  ).toBe('Channel dallas is ready.\n');
  expect(rowsOf(await said('channel list')).map(([code, , , , , , , profile]) => [code, profile])).toEqual([
    ['dallas', 'real-time'],
    ['houston', 'real-time'],
  ]);
  expect(JSON.parse(await said('profile list --json'))[1]).toMatchObject({ code: 'real-time', realTimeTimeoutMs: 500 });
  expect(await hq(`profile update real-time --timeout 5000 ${url}`)).toMatchObject({
    code: 1,
    err: 'realTimeTimeoutMs: must be between 100 and 4,000\n',
  });
});

test('maintenance is switched on and off', async () => {
  const server = await withChannels([]);
  const state = async () => (await server.query('{ serverInfo { maintenance { on reason } } }')).serverInfo.maintenance;
  expect((await hq(`maintenance on --reason Disks --url ${server.url}`)).out).toBe('Headquarters is in maintenance.\n');
  expect(await state()).toEqual({ on: true, reason: 'Disks' });
  expect((await hq(`maintenance off --url ${server.url}`)).out).toBe('Headquarters is not in maintenance.\n');
  expect(await state()).toEqual({ on: false, reason: null });
});
