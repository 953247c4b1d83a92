import { decodeJwt } from 'jose';
import { expect, test } from 'vitest';
import { hq, rowsOf } from '../support/cli.ts';
import { aChannel, createChannelDocument, emptyDatabases, startHeadquarters } from '../support/headquarters.ts';

const TOKEN_SECRET = 'a secret of at least thirty-two characters';

test('an operator’s token is printed alone, its expiry beside it, and the server accepts it', async () => {
  const env = { ...(await emptyDatabases()), TOKEN_SECRET };
  const server = await startHeadquarters({ settings: env });

  const { code, out, err } = await hq('token --operator ada --valid-for 12h', { env });

  expect(code).toBe(0);
  const token = out.trimEnd();
  const { exp, iat, sub } = decodeJwt(token);
  expect([sub, exp! - iat!]).toEqual(['ada', 12 * 60 * 60]);
  expect(err).toMatch(/^Expires at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\n$/);
  expect(await hq(`job list --token ${token} --url ${server.url}`)).toMatchObject({ code: 0 });
  expect(await hq(`job list --url ${server.url}`, { env: { HQ_TOKEN: token } })).toMatchObject({ code: 0 });
});

test('--json prints the token and its expiry', async () => {
  const env = { ...(await emptyDatabases()), TOKEN_SECRET };

  const { out, err } = await hq('token --operator ada --json', { env });

  const { token, expiresAt } = JSON.parse(out);
  expect(Date.parse(expiresAt)).toBe(decodeJwt(token).exp! * 1_000);
  expect(err).toBe('');
});

test('a channel’s token is issued only for a channel that exists, whether or not a server runs', async () => {
  const env = { ...(await emptyDatabases({ fresh: true })), TOKEN_SECRET };
  const refused = { code: 1, out: '', err: 'There is no channel "houston".\n' };
  expect(await hq('token --channel houston', { env })).toEqual(refused);
  const server = await startHeadquarters({ settings: env });
  expect(await hq('token --channel houston', { env })).toEqual(refused);
  const { out: operator } = await hq('token --operator ada', { env });
  await server.query(
    createChannelDocument,
    { input: aChannel('houston') },
    { authorization: `Bearer ${operator.trim()}` },
  );

  const { code, out: token } = await hq('token --channel houston', { env });

  expect(code).toBe(0);
  const listed = await hq(`channel list --token ${token.trim()} --url ${server.url}`);
  expect(rowsOf(listed.out).map(([channel]) => channel)).toEqual(['houston']);
  await server.stop();
  expect((await hq('token --channel houston', { env })).code).toBe(0);
});

test('a missing or wrong token is one line that says where to get one', async () => {
  const env = { ...(await emptyDatabases()), TOKEN_SECRET };
  const server = await startHeadquarters({ settings: env });

  for (const option of ['', '--token wrong']) {
    const { code, out, err } = await hq(`job list ${option} --url ${server.url}`);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^.+ Specify it with --token or HQ_TOKEN; "hq token" issues one\.\n$/);
  }
});

test.each([
  ['token', TOKEN_SECRET, 'Specify either --operator or --channel.'],
  ['token --operator ada --channel houston', TOKEN_SECRET, 'cannot be used with'],
  ['token --operator ada --valid-for forever', TOKEN_SECRET, 'a number and a unit'],
  ['token --operator ada --valid-for 0d', TOKEN_SECRET, 'a number and a unit'],
  ['token --operator ada', '', 'TOKEN_SECRET is not set'],
  ['token --operator ada', 'short', 'TOKEN_SECRET: must have at least 32 characters'],
])('hq %s with the secret "%s" is wrong usage', async (line, secret, message) => {
  const { code, out, err } = await hq(line, { env: { TOKEN_SECRET: secret } });

  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain(message);
});
