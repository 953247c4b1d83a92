import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { programFor } from '../src/cli/program.ts';
import { processTerminal } from '../src/cli/terminal.ts';
import { allSettings } from '../src/config.ts';
import { errorCodes } from '../src/errors.ts';
import { schema } from '../src/graphql/schema.ts';
import { jobNames } from '../src/jobs/index.ts';
import { startHeadquarters } from './support/headquarters.ts';

const top = join(import.meta.dirname, '..');
const textOf = (name: string) => readFileSync(join(top, name), 'utf8');
const documentsIn = (folder: string, ending: string) =>
  readdirSync(join(top, folder))
    .filter((name) => name.endsWith(ending))
    .map((name) => `${folder}/${name}`);
const documents = ['README.md', ...documentsIn('docs', '.md'), 'bench/README.md'];
const [readme, concepts, api, operations] = ['README.md', 'docs/concepts.md', 'docs/api.md', 'docs/operations.md'].map(
  textOf,
) as [string, string, string, string];
const queriesOf = (text: string) => [...text.matchAll(/```graphql\n([\s\S]*?)```/g)].map(([, query]) => query!);
const scripts = (JSON.parse(readFileSync(join(top, 'package.json'), 'utf8')) as { scripts: Record<string, string> })
  .scripts;

test.each(allSettings)('docs/operations.md lists the setting $name', ({ name, fallback, meaning }) => {
  expect(operations).toContain(`| \`${name}\` | ${fallback ? `\`${fallback}\`` : ''} | ${meaning} |`);
});

test('README has at most 150 lines', () => {
  expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(150);
});

test.each(documentsIn('docs/images', '.svg'))('%s is readable in dark mode and loads nothing', (name) => {
  const picture = textOf(name);
  expect(readme).toContain(`](${name})`);
  expect(picture).toContain('prefers-color-scheme: dark');
  expect(picture.replace('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(/\w+:\/\/|<script|href=/);
});

test.each(errorCodes)('docs/api.md explains the error %s', (code) => {
  expect(api).toContain(`\`${code}\``);
});

/** Jobs aside, which docs/concepts.md explains. */
const subcommandsOf = ({ commands }: Command) =>
  commands.map((command) => command.name()).filter((name) => !(jobNames as readonly string[]).includes(name));

test('docs/operations.md names every command', () => {
  const { commands } = programFor(processTerminal);
  expect(commands.length).toBeGreaterThan(5);
  for (const command of commands) {
    expect(operations).toContain(`hq ${command.name()}`);
    for (const sub of subcommandsOf(command))
      expect(operations, `hq ${command.name()} ${sub}`).toMatch(
        new RegExp(`hq ${command.name()} ${sub}\\b|\`${sub}\``),
      );
  }
});

const folders = ['src', 'scripts', 'test', 'docs', 'schema', 'bench'];
const paths = folders.flatMap((folder) => [
  folder,
  ...readdirSync(join(top, folder), { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path}`),
]);

/** Matches a path in the documents, where `<noun>` stands for a name and `**` for folders; `src/` may be left out. */
const patternOf = (path: string) =>
  new RegExp(
    `^(src/)?${path
      .replace(/\/$/, '')
      .replaceAll('.', '\\.')
      .replaceAll('**', '[\\w/-]+')
      .replace(/<\w+>/g, '[\\w-]+')}$`,
  );

test.each(['docs/architecture.md', 'docs/contributing.md'])('%s names source files and folders that exist', (name) => {
  const named = [...textOf(name).matchAll(/`((?:[\w*<>-]+\/)+(?:[\w<>.-]+\.\w+)?|[\w-]+\.ts)`/g)].map(
    ([, path]) => path!,
  );
  expect(named.length).toBeGreaterThan(20);
  for (const path of named)
    expect(
      paths.some((existing) => patternOf(path).test(existing)),
      path,
    ).toBe(true);
});

describe.each(documents)('%s', (name) => {
  const text = textOf(name);

  test('names scripts and files that exist', () => {
    for (const [, script] of text.matchAll(/npm run ([a-z:]+)/g)) expect(scripts).toHaveProperty(script!);
    for (const [, target] of text.matchAll(/\]\((?!https?:)([^)#]*)[^)]*\)/g))
      expect(existsSync(join(top, dirname(name), target!)), target).toBe(true);
  });

  test('has queries that the schema accepts', () => {
    for (const query of queriesOf(text)) expect(validate(schema, parse(query)), query).toEqual([]);
  });
});

test('the queries of README and docs/concepts.md run as they are printed', async () => {
  const hq = await startHeadquarters();
  const [mutation, query, subscription] = queriesOf(readme);
  const [order, transaction, statuses] = queriesOf(concepts);
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
  await hq.query(
    'mutation { a: runJob(input: { job: P_JOB }) { __typename } b: runJob(input: { job: SYNCHRONIZE_ORDERS }) { __typename } }',
  );
  await hq.worker.drain();
  expect(await hq.query(transaction!)).toMatchObject({
    transaction: { status: 'SYNCHRONIZED', salesOrder: { salesOrderId: 'SO000000001', accountId: 'C00000001' } },
    attention: { total: 0 },
  });
  expect(await hq.subscribe(statuses!).next()).toMatchObject({
    transactionsSynced: {
      transactions: [{ status: 'RECEIVED' }, { status: 'SYNCHRONIZED', salesOrder: { salesOrderId: 'SO000000001' } }],
    },
  });
});
