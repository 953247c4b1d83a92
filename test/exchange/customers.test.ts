import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { tokenFor } from '../../src/access/viewer.ts';
import { accountIds, createCustomer, run, tamper, withChannels } from '../support/actions.ts';
import { type Answer, type Headquarters, startHeadquarters } from '../support/headquarters.ts';

const secret = 'a secret of more than thirty-two characters';

async function send(hq: Headquarters, lines: readonly (object | string)[], channel = 'houston', headers = {}) {
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
  const response = await fetch(`${hq.url}/import/customers?channel=${channel}`, {
    method: 'POST',
    headers: { 'content-type': 'application/jsonl', ...headers },
    body: text,
  });
  return { status: response.status, ...((await response.json()) as Answer) };
}

async function exported(hq: Headquarters, query = '', headers = {}): Promise<Answer[]> {
  const response = await fetch(`${hq.url}/export/customers${query}`, { headers });
  expect(response.status).toBe(200);
  return (await response.text())
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

const ada = {
  accountId: 'C00000500',
  name: { first: 'Ada', last: 'Byron' },
  email: 'ada@example.com',
  addresses: [{ street: '12 Square', city: 'London', country: 'GB' }],
};
const acme = { accountId: 'LEGACY-7', type: 'ORGANIZATION', organizationName: 'Acme Trading' };

test('imported customers keep their account IDs, and new ones get numbers behind them', async () => {
  const hq = await withChannels(['houston', 'dallas']);
  expect(await send(hq, [ada, '', { ...acme, channel: 'dallas' }])).toEqual({
    status: 200,
    lines: 2,
    created: 2,
    known: 0,
    failed: 0,
    failures: [],
  });
  const uuid = await createCustomer(hq);
  expect(await run(hq)).toMatchObject({ state: 'SUCCEEDED' });
  expect([...(await accountIds(hq, 'houston')).values()].sort()).toEqual(['C00000500', 'C00000501']);
  expect((await accountIds(hq, 'houston')).get(uuid)).toBe('C00000501');
  expect([...(await accountIds(hq, 'dallas')).values()]).toEqual(['LEGACY-7']);
  const { customers } = await hq.query('{ customers(filter: { search: "legacy-7" }) { nodes { displayName } } }');
  expect(customers.nodes).toEqual([{ displayName: 'Acme Trading' }]);
  const { customer } = await hq.query(
    '{ customer(by: { accountId: "C00000500" }) { displayName email channel { code } addresses { city } } }',
  );
  expect(customer).toEqual({
    displayName: 'Ada Byron',
    email: 'ada@example.com',
    channel: { code: 'houston' },
    addresses: [{ city: 'London' }],
  });
});

test('an import that is sent again changes nothing, before the conversion and after it', async () => {
  const hq = await withChannels(['houston']);
  await send(hq, [ada, acme]);
  expect(await send(hq, [ada, acme])).toMatchObject({ created: 0, known: 2, failed: 0 });
  await run(hq);
  expect(await send(hq, [ada, acme])).toMatchObject({ created: 0, known: 2, failed: 0 });
  await run(hq);
  expect([...(await accountIds(hq, 'houston')).values()].sort()).toEqual(['C00000500', 'LEGACY-7']);
});

test('every line that breaks a rule is named with all that is wrong, and affects no other line', async () => {
  const hq = await withChannels(['houston']);
  const first = randomUUID();
  const answer = await send(hq, [
    'not JSON',
    { ...ada, email: 'nowhere', phone: 7, nickname: 'A' },
    { name: { last: 'Nobody' } },
    { ...ada, channel: 'atlantis' },
    { uuid: first, name: { last: 'First' } },
    { uuid: first, name: { last: 'Second' } },
    { accountId: 'lower case', name: { last: 'Third' } },
    { accountId: 'C00000000', name: { last: 'Fourth' } },
    { uuid: randomUUID().toUpperCase(), accountId: 'C00000009', name: { last: 'Fifth' } },
    { uuid: randomUUID(), accountId: 'C00000009', name: { last: 'Sixth' } },
    '[]',
  ]);
  expect(answer).toMatchObject({ status: 200, lines: 11, created: 2, known: 0, failed: 9 });
  const found = answer.failures.map(({ line, errorCode, violations }: Answer) => [
    line,
    errorCode,
    violations?.map(({ path, rule }: Answer) => `${path.join('.')} ${rule}`),
  ]);
  expect(found).toEqual([
    [1, 'INVALID_INPUT', [' FORMAT']],
    [2, 'INVALID_INPUT', ['phone FORMAT', ' FORMAT']],
    [3, 'INVALID_INPUT', ['uuid REQUIRED']],
    [4, 'CHANNEL_NOT_FOUND', undefined],
    [6, 'UUID_CONFLICT', undefined],
    [7, 'INVALID_INPUT', ['accountId FORMAT']],
    [8, 'INVALID_INPUT', ['accountId RANGE']],
    [10, 'INVALID_INPUT', ['accountId UNIQUE']],
    [11, 'INVALID_INPUT', [' FORMAT']],
  ]);
  expect(answer.failures[1].violations).toContainEqual({
    path: [],
    rule: 'FORMAT',
    message: 'has unknown fields: nickname',
  });
});

test('an account ID that another customer has is refused, and nobody else gets it', async () => {
  const hq = await withChannels(['houston', 'dallas']);
  await createCustomer(hq);
  await run(hq);
  const taken = { uuid: randomUUID(), accountId: 'C00000001', name: { last: 'Twice' } };
  expect(await send(hq, [taken, ada])).toMatchObject({ created: 1, failed: 1, failures: [{ line: 1 }] });
  // Kept for Ada, who is not converted yet.
  const other = { uuid: randomUUID(), accountId: ada.accountId, name: { last: 'Other' } };
  expect(await send(hq, [other], 'dallas')).toMatchObject({ created: 0, failed: 1 });
  await run(hq);
  expect([...(await accountIds(hq, 'houston')).values()].sort()).toEqual(['C00000001', 'C00000500']);
  expect([...(await accountIds(hq, 'dallas')).values()]).toEqual([]);
});

test('a line whose UUID belongs to another customer keeps no account ID for it', async () => {
  const hq = await withChannels(['houston']);
  const uuid = await createCustomer(hq);
  expect(await send(hq, [{ ...ada, uuid }])).toMatchObject({ failures: [{ errorCode: 'UUID_CONFLICT' }] });
  await run(hq);
  expect((await accountIds(hq, 'houston')).get(uuid)).toBe('C00000001');
});

test('what was exported can be imported by another headquarters, and is the same there', async () => {
  const first = await withChannels(['houston', 'dallas']);
  await send(first, [ada, acme, { uuid: randomUUID(), name: { title: 'Dr', last: 'Ünlü' }, birthDate: '1970-02-03' }]);
  await run(first);
  await createCustomer(first, { channel: 'dallas' });
  const lines = await exported(first);
  expect(lines).toHaveLength(3);
  expect(lines.map(({ accountId }) => accountId)).toEqual(['C00000500', 'LEGACY-7', 'C00000501']);
  const pending = await exported(first, '?channel=dallas');
  expect(pending).toMatchObject([{ channel: 'dallas' }]);
  expect(pending[0]).not.toHaveProperty('accountId');

  const second = await withChannels(['houston', 'dallas']);
  expect(await send(second, [...lines, ...pending])).toMatchObject({ created: 4, failed: 0 });
  await run(second);
  const timeless = (all: Answer[]) => all.map(({ createdAt: _, updatedAt: __, ...line }) => line);
  expect(timeless(await exported(second, '?channel=houston'))).toEqual(timeless(lines));
  expect(await exported(second, '?channel=dallas')).toMatchObject([{ accountId: 'C00000502' }]);
});

test('an export of many customers has each once, and waits for its reader without piling up listeners', async () => {
  const hq = await withChannels(['houston']);
  const people = Array.from({ length: 6_503 }, (_, index) => ({ uuid: randomUUID(), name: { last: `N${index}` } }));
  expect(await send(hq, people)).toMatchObject({ created: 6_503 });
  const warnings: string[] = [];
  const warned = ({ name }: Error) => void warnings.push(name);
  process.on('warning', warned);
  onTestFinished(() => void process.off('warning', warned));
  const found = await exported(hq, '?channel=houston');
  expect(found.map(({ uuid }) => uuid)).toEqual(people.map(({ uuid }) => uuid));
  expect(warnings).toEqual([]);
});

test('only operators import and export, and the audit trail shows it', async () => {
  const hq = await startHeadquarters({ settings: { TOKEN_SECRET: secret } });
  const operator = { authorization: `Bearer ${await tokenFor(secret, { kind: 'operator', name: 'olivia' }, '1h')}` };
  const channel = { authorization: `Bearer ${await tokenFor(secret, { kind: 'channel', channel: 'houston' }, '1h')}` };
  expect(await send(hq, [ada])).toMatchObject({ status: 401, errorCode: 'UNAUTHENTICATED' });
  expect(await send(hq, [ada], 'houston', channel)).toMatchObject({ status: 403, errorCode: 'FORBIDDEN' });
  expect(await send(hq, [ada], 'houston', operator)).toMatchObject({ status: 404, errorCode: 'CHANNEL_NOT_FOUND' });
  expect((await fetch(`${hq.url}/export/customers`, { headers: channel })).status).toBe(403);
  expect(await exported(hq, '', operator)).toEqual([]);
  const { auditTrail } = await hq.query('{ auditTrail { nodes { action actor name } } }', {}, operator);
  expect(auditTrail.nodes).toEqual([{ action: 'EXPORT_CUSTOMERS', actor: 'olivia', name: 'All channels' }]);
});

test('an import in a form that a foreign page could send, or that is no text, is refused', async () => {
  const hq = await withChannels(['houston']);
  expect(await send(hq, [ada], 'houston', { 'content-type': 'text/plain' })).toMatchObject({ status: 400 });
  const body = (bytes: Buffer) =>
    fetch(`${hq.url}/import/customers?channel=houston`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: new Uint8Array(bytes),
    });
  expect((await body(Buffer.from([0x22, 0xff, 0x22]))).status).toBe(400);
  expect((await body(Buffer.alloc(1_100_000, 'a'))).status).toBe(400);
  expect((await fetch(`${hq.url}/export/customers?chanel=houston`)).status).toBe(400);
  expect(await exported(hq)).toEqual([]);
});

test('an import that ends early because of a database has stored what came before, and is completed by sending it again', async () => {
  const hq = await withChannels(['houston', 'dallas']);
  const dallas = await hq.channels.open('dallas');
  await tamper(dallas, 'alter table operation rename to gone');
  const lines = [ada, { ...acme, channel: 'dallas' }];
  expect(await send(hq, lines)).toMatchObject({ status: 500, errorCode: 'INTERNAL' });
  await tamper(dallas, 'alter table gone rename to operation');
  expect(await send(hq, lines)).toMatchObject({ status: 200, created: 1, known: 1 });
  await run(hq);
  expect([...(await accountIds(hq, 'dallas')).values()]).toEqual(['LEGACY-7']);
});
