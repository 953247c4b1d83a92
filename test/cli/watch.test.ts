import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test, vi } from 'vitest';
import { tokenFor } from '../../src/access/viewer.ts';
import { aBody, appendOperation, createCustomer, run, withChannels } from '../support/actions.ts';
import { type CommandOptions, hq } from '../support/cli.ts';
import { aCustomer, createCustomerDocument, startHeadquarters } from '../support/headquarters.ts';

/** Starts `hq watch`. `end` presses Ctrl-C and returns what it printed. */
function watch(line: string, options: CommandOptions = {}) {
  const interruption = new AbortController();
  let out = '';
  const printed = hq(`watch ${line}`, {
    ...options,
    interruption: interruption.signal,
    onOut: (text) => {
      out = text;
    },
  });
  onTestFinished(() => interruption.abort());
  return {
    shows: (text: string | RegExp) => vi.waitFor(() => expect(out).toMatch(text), { timeout: 10_000 }),
    end: () => {
      interruption.abort();
      return printed;
    },
  };
}

test('runs, account IDs, and what needs attention are printed as lines, from now on', async () => {
  const server = await withChannels(['houston', 'dallas']);
  await createCustomer(server);
  await run(server);
  const watching = watch(`--url ${server.url}`);
  await watching.shows(/^\S+ {2}headquarters \d+\.\d+\.\d+\n/);
  await watching.shows('  nothing needs attention\n');

  await createCustomer(server, { channel: 'dallas' });
  await run(server);

  await watching.shows(/ {2}dallas {2}#1 {2}C00000002 {2}\S{36}\n/);
  await watching.shows(/ {2}run 2 {2}Conversion {2}SUCCEEDED {2}\d\.\ds {2}1 customer\n/);
  const { code, out, err } = await watching.end();
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).not.toContain('C00000001');
  expect(out).not.toContain('\u001b');
  expect(out).toMatch(/^(\d\d:\d\d:\d\d {2}\S.*\n)+$/);
});

test.each([
  ['an hour ahead', 3_600_000],
  ['an hour behind', -3_600_000],
])('account IDs are printed from now on, even if the clock of the server is %s', async (_difference, by) => {
  const server = await withChannels(['houston'], { clock: () => new Date(Date.now() + by) });
  await createCustomer(server);
  await run(server);
  const watching = watch(`--url ${server.url}`);
  await watching.shows('  nothing needs attention\n');

  await createCustomer(server);
  await run(server);

  await watching.shows('  houston  #2  C00000002  ');
  expect((await watching.end()).out).not.toContain('C00000001');
});

test('--json prints an object per event', async () => {
  const server = await withChannels(['houston']);
  const watching = watch(`--json --url ${server.url}`);
  await watching.shows('"attention"');

  await createCustomer(server);
  await run(server);

  await watching.shows('"accountId"');
  await watching.shows('"state":"SUCCEEDED","cause"');
  const events = (await watching.end()).out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(events[0]).toEqual({ server: { version: expect.stringMatching(/^\d+\.\d+\.\d+$/) } });
  expect(events).toContainEqual({
    accountId: expect.objectContaining({ channel: 'houston', sequence: 1, accountId: 'C00000001' }),
  });
  expect(events).toContainEqual({ run: expect.objectContaining({ number: 1, state: 'SUCCEEDED' }) });
  expect(events).toContainEqual({ attention: expect.objectContaining({ total: 0 }) });
});

test('a terminal is redrawn in place, and has its cursor back in the end', async () => {
  const server = await withChannels(['houston']);
  await createCustomer(server);
  await run(server);
  const watching = watch(`--url ${server.url}`, { columns: 100, env: { NO_COLOR: '1' } });
  await watching.shows('Nothing needs attention.');
  await watching.shows(/SYNCED +CHANNEL +ACCOUNT ID +CUSTOMER\n.*C00000001/);

  await createCustomer(server);
  await run(server);

  await watching.shows('C00000002');
  await watching.shows(/ 2 +Conversion +SUCCEEDED/);
  const { code, out } = await watching.end();
  expect(code).toBe(0);
  const HIDE = '\u001b[?25l';
  const SHOW = '\u001b[?25h';
  expect(out.startsWith(HIDE)).toBe(true);
  expect(out.endsWith(SHOW)).toBe(true);
  const [first, ...frames] = out.slice(HIDE.length, -SHOW.length).split('\u001b[J').slice(1);
  expect(frames.length).toBeGreaterThan(0);
  const lines = [first!, ...frames].map((frame) => frame.split('\u001b[')[0]!.trimEnd().split('\n'));
  // Each frame but the last ends with the way back to its own first line.
  [first!, ...frames.slice(0, -1)].forEach((frame, index) => {
    expect(frame.endsWith(`\u001b[${frame.split('\n').length - 1}A\r`), `frame ${index}`).toBe(true);
  });
  expect(Math.max(...lines.map((frame) => frame.length))).toBeLessThan(40);
  const last = lines.at(-1)!.join('\n');
  expect(last).toMatch(
    /^Headquarters \d+\.\d+\.\d+ {2}\d\d:\d\d:\d\d {2}Ctrl-C to end\n\nRUN +JOB.*\n +2 +Conversion +SUCCEEDED/,
  );
  expect(last).toMatch(/C00000002.*\n.*C00000001/);
});

test('a terminal shows channels with failed operations, and those where customers have waited for a while', async () => {
  const server = await withChannels(['houston', 'dallas', 'austin'], { clock: () => new Date(Date.now() - 60_000) });
  await appendOperation(server, 'houston', { uuid: randomUUID(), payload: { customer: aBody({ email: 'nonsense' }) } });
  await run(server);
  const watching = watch(`--url ${server.url}`, { columns: 100, env: { NO_COLOR: '1' } });
  await watching.shows(/\nCHANNEL +PENDING +FAILED +OLDEST\nhouston +0 +1\n\nNEEDS ATTENTION/);

  await createCustomer(server, { channel: 'dallas' });

  await watching.shows(/\nhouston +0 +1\ndallas +1 +0 +1m 0\ds\n\nNEEDS ATTENTION/);
  expect((await watching.end()).out).not.toContain('austin');
});

test('a customer who has just been created is not shown as waiting', async () => {
  const server = await withChannels(['houston']);
  await createCustomer(server);
  const watching = watch(`--url ${server.url}`, { columns: 100, env: { NO_COLOR: '1' } });
  await watching.shows('Nothing needs attention.');

  expect((await watching.end()).out).not.toContain('PENDING');
});

test('--channel shows only the account IDs of one channel, and what needs attention there', async () => {
  const server = await withChannels(['houston', 'dallas']);
  await appendOperation(server, 'houston', { uuid: randomUUID(), payload: { customer: aBody({ email: 'nonsense' }) } });
  await run(server);
  const watching = watch(`--channel dallas --url ${server.url}`);
  await watching.shows('nothing needs attention');

  await createCustomer(server);
  await createCustomer(server, { channel: 'dallas' });
  await run(server);

  await watching.shows(/dallas {2}#1/);
  expect((await watching.end()).out).not.toContain('houston');
});

test('a channel’s token shows the channel, without runs', async () => {
  const secret = 'a secret of at least thirty-two characters';
  const server = await startHeadquarters({ settings: { TOKEN_SECRET: secret } });
  const [operator, channel] = await Promise.all([
    tokenFor(secret, { kind: 'operator', name: 'ada' }, '1h'),
    tokenFor(secret, { kind: 'channel', channel: 'houston' }, '1h'),
  ]);
  await hq(
    `channel add houston --name Houston --type retail-store --currency USD --time-zone UTC --country US --token ${operator} --url ${server.url}`,
  );
  const watching = watch(`--token ${channel} --url ${server.url}`);
  await watching.shows('nothing needs attention');

  await hq(`job p-job --token ${operator} --url ${server.url}`);
  await server.query(createCustomerDocument, { input: aCustomer() }, { authorization: `Bearer ${channel}` });
  await hq(`job conversion --token ${operator} --url ${server.url}`);
  await server.worker.drain();

  await watching.shows('houston  #1');
  const { code, out } = await watching.end();
  expect(code).toBe(0);
  expect(out).not.toContain('  run ');
});

test('a restart of the server is reported, and nothing is shown twice', async () => {
  const server = await withChannels(['houston']);
  const watching = watch(`--url ${server.url}`);
  await watching.shows('nothing needs attention');
  await createCustomer(server);
  await run(server);
  await watching.shows('#1');

  await server.stop();
  await watching.shows('connection lost');
  const restarted = await startHeadquarters({ config: { ...server.config, port: server.port } });
  await watching.shows('connected again\n');
  await createCustomer(restarted);
  await run(restarted);

  await watching.shows('#2');
  const { out } = await watching.end();
  expect(out.match(/#1 /g)).toHaveLength(1);
  expect(out).toMatch(/connection lost, trying again …\n(.*\n)*connected again\n/);
});

test('an unknown channel is one line and exit code 1', async () => {
  const server = await withChannels([]);

  expect(await hq(`watch --channel nowhere --url ${server.url}`)).toEqual({
    code: 1,
    out: '',
    err: 'There is no channel "nowhere".\n',
  });
});
