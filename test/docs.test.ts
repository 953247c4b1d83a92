import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { allSettings } from '../src/config.ts';
import { errorCodes } from '../src/errors.ts';
import { jobNames } from '../src/jobs/index.ts';
import { startHeadquarters } from './support/headquarters.ts';

const top = join(import.meta.dirname, '..');
const readme = readFileSync(join(top, 'README.md'), 'utf8');
const scripts = (JSON.parse(readFileSync(join(top, 'package.json'), 'utf8')) as { scripts: Record<string, string> })
  .scripts;

test.each(allSettings)('README tells the setting $name as it is', ({ name, fallback, meaning }) => {
  expect(readme).toContain(`| \`${name}\` | ${fallback ? `\`${fallback}\`` : ''} | ${meaning} |`);
});

test.each(errorCodes)('README explains the error %s', (code) => {
  expect(readme).toContain(`\`${code}\``);
});

test.each(jobNames)('README explains the job %s', (name) => {
  expect(readme).toContain(`| \`${name}\` |`);
});

test('README names every command, and every script that it names exists', () => {
  const help = (args: string[]) =>
    execFileSync('npx', ['tsx', join(top, 'src/cli/main.ts'), ...args, '--help'], { encoding: 'utf8', cwd: top });
  const commands = (text: string) =>
    [...text.matchAll(/^ {2}([a-z0-9-]+)(?= |\n)/gm)].map(([, name]) => name!).filter((name) => name !== 'help');
  const all = commands(help([]).split('Commands:')[1]!.split('Settings')[0]!);
  expect(all).toEqual(['serve', 'demo', 'migrate', 'channel', 'job', 'token']);
  for (const command of all) expect(readme).toContain(`hq ${command}`);
  for (const command of ['channel', 'job']) {
    for (const sub of commands(help([command]).split('Commands:')[1]!)) {
      expect(readme, `hq ${command} ${sub}`).toMatch(new RegExp(`hq ${command} ${sub}|\`${sub}\``));
    }
  }
  for (const [, script] of readme.matchAll(/npm run ([a-z:]+)/g)) expect(scripts).toHaveProperty(script!);
}, 60_000);

test('the queries of README run as they are printed', async () => {
  const hq = await startHeadquarters();
  const [mutation, query, order, transaction, subscription] = [...readme.matchAll(/```graphql\n([\s\S]*?)```/g)].map(
    ([, text]) => text!,
  );
  const made = await hq.query(mutation!);
  expect(made).toMatchObject({ createChannel: { name: 'Houston' }, createCustomer: { accountLabel: 'Pending sync' } });
  const feed = hq.subscribe(subscription!);
  await hq.query('mutation { runConversion(input: {}) { __typename } }');
  await hq.worker.drain();
  const { customer } = await hq.query(query!);
  expect(customer).toMatchObject({ accountId: 'C00000001' });
  expect(customer.timeline).toHaveLength(4);
  expect(await feed.next()).toMatchObject({
    accountIdsSynced: { customers: [{ sequence: 1, accountId: 'C00000001' }] },
  });
  const { createOrder: taken } = await hq.query(order!);
  expect(taken).toMatchObject({ totals: { total: { amount: '756.78', currency: 'USD' } } });
  await hq.query('mutation { runPJob(input: {}) { __typename } runSynchronizeOrders(input: {}) { __typename } }');
  await hq.worker.drain();
  expect(await hq.query(transaction!)).toMatchObject({
    transaction: { status: 'SUCCEEDED', salesOrder: { salesOrderId: 'SO000000001', accountId: 'C00000001' } },
    attention: { total: 0 },
  });
});
