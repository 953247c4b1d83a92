import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { aBody, appendOperation, createCustomers, run, withChannels } from '../support/actions.ts';
import { hq, rowsOf } from '../support/cli.ts';

const houston = '--name Houston --type retail-store --currency USD --time-zone America/Chicago --country US';

test('a channel that was added is listed', async () => {
  const server = await withChannels([]);
  expect((await hq(`channel list --url ${server.url}`)).out).toBe(
    'There are no channels. Add one with "hq channel add".\n',
  );

  expect(await hq(`channel add houston ${houston} --no-live --url ${server.url}`)).toEqual({
    code: 0,
    out: 'Channel houston is ready.\n',
    err: '',
  });

  const { out } = await hq(`channel list --url ${server.url}`);
  expect(out).toMatch(
    /^CODE +NAME +TYPE +CURRENCY +COUNTRY +TIME ZONE +LIVE +PROFILE +PENDING +FAILED +DATABASE +RECEIVED +LAST RECEIVED\n/,
  );
  expect(rowsOf(out)).toEqual([
    ['houston', 'Houston', 'RETAIL_STORE', 'USD', 'US', 'America/Chicago', 'off', 'default', '0', '0', 'houston', '0'],
  ]);
  expect(JSON.parse((await hq(`channel list --json --url ${server.url}`)).out)).toMatchObject([
    { code: 'houston', channelDatabase: { name: 'houston', lastReceived: 0 } },
  ]);
});

test('the list shows how many customers are pending and how many operations failed', async () => {
  const server = await withChannels(['houston', 'dallas']);
  await appendOperation(server, 'houston', { uuid: randomUUID(), payload: { customer: aBody({ email: 'nonsense' }) } });
  await run(server);
  await createCustomers(server, 2, { channel: 'dallas' });

  const { out } = await hq(`channel list --url ${server.url}`);

  expect(rowsOf(out).map(([code, , , , , , , , pending, failed]) => [code, pending, failed])).toEqual([
    ['dallas', '2', '0'],
    ['houston', '0', '1'],
  ]);
  expect(JSON.parse((await hq(`channel list --json --url ${server.url}`)).out)).toMatchObject([
    { code: 'dallas', statistics: { pendingCustomers: 2, failedOperations: 0 } },
    { code: 'houston', statistics: { pendingCustomers: 0, failedOperations: 1 } },
  ]);
});

test('columns line up, whatever the script of a name', async () => {
  const server = await withChannels(['paris', 'tokyo']);
  await server.query(
    'mutation { updateChannel(input: { code: "tokyo", name: "東京ストア" }) { ... on Channel { name } } }',
  );

  const [, paris, tokyo] = (await hq(`channel list --url ${server.url}`)).out.split('\n');

  expect(paris!.indexOf('RETAIL')).toBe(tokyo!.indexOf('RETAIL') + '東京ストア'.length);
});

test('live conversion is turned on and off', async () => {
  const server = await withChannels(['houston']);

  expect((await hq(`channel live houston off --url ${server.url}`)).out).toBe('Live conversion of houston is off.\n');
  expect(JSON.parse((await hq(`channel live houston on --json --url ${server.url}`)).out)).toMatchObject({
    code: 'houston',
    liveConversion: true,
  });
});

test('what the server refuses is one line and exit code 1', async () => {
  const server = await withChannels(['houston']);

  expect(await hq(`channel live dallas on --url ${server.url}`)).toEqual({
    code: 1,
    out: '',
    err: 'There is no channel "dallas".\n',
  });
  expect(await hq(`channel add Houston! ${houston} --url ${server.url}`)).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^code: .+\n$/),
  });
});

test('every rule that the input breaks is listed, a line each', async () => {
  const server = await withChannels([]);
  const add = (options: string) =>
    hq(`channel add houston --type retail-store ${options} --time-zone America/Chicago --url ${server.url}`);

  for (const options of [
    "--name '' --database Dallas! --currency USD --country US",
    '--name Houston --currency DOLLAR --country USA',
  ]) {
    const { code, err } = await add(options);
    expect(code).toBe(1);
    expect(err).toMatch(/^([a-zA-Z.]+: .+\n){2}$/);
  }
});
