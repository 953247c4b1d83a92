import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { program } from '../src/cli/program.ts';
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
  expect(program.commands.map((command) => command.name())).toEqual([
    'serve',
    'demo',
    'migrate',
    'channel',
    'job',
    'token',
  ]);
  for (const command of program.commands) {
    expect(readme).toContain(`hq ${command.name()}`);
    for (const sub of command.commands.map((subcommand) => subcommand.name()))
      expect(readme, `hq ${command.name()} ${sub}`).toMatch(new RegExp(`hq ${command.name()} ${sub}|\`${sub}\``));
  }
  for (const [, script] of readme.matchAll(/npm run ([a-z:]+)/g)) expect(scripts).toHaveProperty(script!);
});

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
