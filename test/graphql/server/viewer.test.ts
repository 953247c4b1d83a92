import { decodeJwt } from 'jose';
import { expect, test } from 'vitest';
import { tokenFor, type Viewer } from '../../../src/access/viewer.ts';
import { aChannel, createChannelDocument, startHeadquarters } from '../../support/headquarters.ts';

const secret = 'a secret of at least thirty-two characters';
const document = '{ viewer { role name channel { code name } tokenExpiresAt } }';

async function withTokens() {
  const hq = await startHeadquarters({ settings: { TOKEN_SECRET: secret } });
  const tokenOf = (viewer: Viewer) => tokenFor(secret, viewer, '1h');
  const asViewer = async (token: string) => (await hq.query(document, {}, { authorization: `Bearer ${token}` })).viewer;
  const operator = await tokenOf({ kind: 'operator', name: 'Olga' });
  await hq.query(createChannelDocument, { input: aChannel() }, { authorization: `Bearer ${operator}` });
  return { hq, tokenOf, asViewer, operator };
}

const expiryOf = (token: string) => new Date(decodeJwt(token).exp! * 1_000).toISOString();

test('an operator learns its name and when its token expires', async () => {
  const { asViewer, operator } = await withTokens();
  expect(await asViewer(operator)).toEqual({
    role: 'OPERATOR',
    name: 'Olga',
    channel: null,
    tokenExpiresAt: expiryOf(operator),
  });
});

test('a channel’s client learns its channel', async () => {
  const { asViewer, tokenOf } = await withTokens();
  const token = await tokenOf({ kind: 'channel', channel: 'houston' });
  expect(await asViewer(token)).toEqual({
    role: 'CHANNEL',
    name: 'houston',
    channel: { code: 'houston', name: 'Houston' },
    tokenExpiresAt: expiryOf(token),
  });
});

test('a token for a channel that does not exist is recognized as such', async () => {
  const { asViewer, tokenOf } = await withTokens();
  const token = await tokenOf({ kind: 'channel', channel: 'nowhere' });
  expect(await asViewer(token)).toMatchObject({ role: 'CHANNEL', name: 'nowhere', channel: null });
});

test('a server without tokens takes everyone for an operator', async () => {
  const hq = await startHeadquarters();
  expect(await hq.query(document)).toEqual({
    viewer: { role: 'OPERATOR', name: 'operator', channel: null, tokenExpiresAt: null },
  });
});

test('a subscription over a socket and a query by the same token are of the same viewer', async () => {
  const { hq, tokenOf } = await withTokens();
  const token = await tokenOf({ kind: 'channel', channel: 'houston' });
  expect(await hq.subscribe(document, {}, token).next()).toMatchObject({ viewer: { name: 'houston' } });
});
