import { randomUUID } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { tokenFor } from '../../src/access/viewer.ts';
import { aBody, appendOperation, countOf, withChannels } from '../support/actions.ts';
import { hq } from '../support/cli.ts';
import { startHeadquarters } from '../support/headquarters.ts';

vi.setConfig({ testTimeout: 240_000 });

const TOKEN_SECRET = 'a secret for the tests of the demo, long enough';
const exact = /Every order and sale is in the books exactly once, under the right account ID/;

test('the demo plays on a running server, in channels of its own, and leaves the rest alone', async () => {
  const server = await withChannels(['houston'], { background: true });
  await appendOperation(server, 'houston', { uuid: randomUUID(), payload: { customer: aBody({ email: 'nonsense' }) } });
  await hq(`job conversion --watch --url ${server.url}`);
  const before = await schedulesOf(server);

  const { code, out, err } = await hq(`demo --url ${server.url} --customers 30 --name spring`);

  expect({ code, err }, out).toEqual({ code: 0, err: '' });
  expect(out).toMatch(exact);
  expect(await countOf(server.hq, 'customer')).toBe(30);
  expect(await schedulesOf(server)).toEqual(before);

  const again = await hq(`demo --url ${server.url} --customers 30 --name spring`);

  expect({ code: again.code, err: again.err }, again.out).toEqual({ code: 0, err: '' });
  expect(again.out).toMatch(exact);
  expect(await countOf(server.hq, 'customer')).toBe(30);
});

const schedulesOf = async (server: Awaited<ReturnType<typeof startHeadquarters>>) =>
  (await server.query('{ schedules(first: 10) { nodes { job enabled channels { code } } } }')).schedules.nodes;

test('the demo does not touch a channel that it did not create', async () => {
  const server = await withChannels(['spring-northwest']);

  expect(await hq(`demo --url ${server.url} --name spring`)).toMatchObject({
    code: 1,
    err: 'The channel "spring-northwest" already exists, with different settings.\n',
  });
  const { channel } = await server.query('{ channel(code: "spring-northwest") { liveConversion } }');
  expect(channel).toEqual({ liveConversion: true });
});

test('the demo needs the token of an operator where tokens are required', async () => {
  const server = await startHeadquarters({ settings: { TOKEN_SECRET } });
  const token = await tokenFor(TOKEN_SECRET, { kind: 'channel', channel: 'houston' }, '1h');

  expect(await hq(`demo --url ${server.url}`)).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringMatching(/^.+ Specify it with --token or HQ_TOKEN; "hq token" issues one\.\n$/),
  });
  expect(await hq(`demo --url ${server.url}`, { env: { HQ_TOKEN: token } })).toEqual({
    code: 1,
    out: '',
    err: 'The demo needs the token of an operator. This one belongs to the channel houston.\n',
  });
});

test('an address of subscriptions where no headquarters answers is found at the start', async () => {
  const server = await startHeadquarters();

  expect(await hq(`demo --url ${server.url} --socket-url http://127.0.0.1:9`)).toMatchObject({
    code: 3,
    out: '',
    err: expect.stringMatching(/^There is no headquarters at http:\/\/127\.0\.0\.1:9\..+\n$/),
  });
});

test.each([
  ['demo --url nowhere', /address such as http:\/\/127.0.0.1:4000/],
  ['demo --url http://127.0.0.1:9', /^There is no headquarters at/],
  ['demo --url http://127.0.0.1:9 --name Spring!', /a lowercase letter, then/],
  ['demo --name spring', /^--socket-url, --token, and --name need --url\./],
])('hq %s is refused in one line', async (line, message) => {
  const { code, out, err } = await hq(line);

  expect({ isRefused: code > 0, out }).toEqual({ isRefused: true, out: '' });
  expect(err).toMatch(message);
  expect(err.trimEnd().split('\n')).toHaveLength(1);
});
