import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { accountIds, run, withChannels } from '../support/actions.ts';
import { hq } from '../support/cli.ts';

async function fileOf(lines: readonly object[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hq-lines-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'customers.jsonl');
  await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return file;
}

const people = [
  { accountId: 'C00000007', name: { first: 'Ada', last: 'Byron' } },
  { accountId: 'C00000008', name: { first: 'Zoë', last: 'Ünlü' } },
];

test('customers are imported from a file, and exported as they were', async () => {
  const server = await withChannels(['houston']);
  const file = await fileOf(people);
  expect(await hq(`customer import ${file} --channel houston --url ${server.url}`)).toMatchObject({
    code: 0,
    out: '2 lines: 2 created, 0 known, 0 failed\n',
  });
  await run(server);
  expect([...(await accountIds(server, 'houston')).values()].sort()).toEqual(['C00000007', 'C00000008']);

  const { code, out } = await hq(`customer export --url ${server.url}`);
  expect(code).toBe(0);
  const lines = out.trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toMatchObject(people);
  const again = await fileOf(lines.map((line) => JSON.parse(line)));
  expect((await hq(`customer import ${again} --json --url ${server.url}`)).out).toContain('"known": 2');
});

test('the lines that were refused are listed with their numbers in the file', async () => {
  const server = await withChannels(['houston']);
  const file = await fileOf([...people, { accountId: 'C00000009', name: { last: '' } }, { name: { last: 'Nobody' } }]);
  const { code, out, err } = await hq(`customer import ${file} --channel houston --url ${server.url}`);
  expect(code).toBe(1);
  expect(out).toContain('   3  name.last: a person needs a first or last name [INVALID_INPUT]\n');
  expect(out).toContain('   4  uuid: is required, unless there is an account ID [INVALID_INPUT]\n');
  expect(out).toMatch(/\n\n4 lines: 2 created, 0 known, 2 failed\n$/);
  expect(err).toBe('Some customers were not imported. Correct their lines, and import the file again.\n');
});

test('a file that does not exist, and a channel that does not, are one line each', async () => {
  const server = await withChannels(['houston']);
  const file = await fileOf(people);
  const missing = await hq(`customer import nowhere.jsonl --url ${server.url}`);
  expect(missing).toMatchObject({ code: 2, err: expect.stringMatching(/^Cannot read nowhere\.jsonl: .+\n$/) });
  expect(await hq(`customer import ${file} --channel atlantis --url ${server.url}`)).toMatchObject({
    code: 1,
    err: 'There is no channel "atlantis".\n',
  });
  expect(await hq(`customer export --channel atlantis --url ${server.url}`)).toMatchObject({ code: 1, out: '' });
});
