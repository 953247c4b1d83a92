import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle } from '../scripts/bundle.ts';
import { postgresAnswers, testPostgres } from '../scripts/postgres.ts';
import { suites } from './suites.ts';
import { buildFolder, quickRun, startChild } from './support/child.ts';
import { dropDatabases } from './support/postgres.ts';
import { seconds, type Told, table } from './support/report.ts';

/*
 * npm run bench -- [suite …] [--quick] [--save file.json] [--compare file.json]
 *
 * Each suite runs in its own process and measures itself against references in the same run, so trust the ratios and the CPU; other
 * numbers depend on the machine. Nothing fails for being slow, but missed targets are marked.
 */

const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, save: { type: 'string' }, compare: { type: 'string' } },
});
const { quick } = options;
const before = options.compare ? (JSON.parse(readFileSync(options.compare, 'utf8')) as Told[]) : undefined;
const unknown = names.find((name) => !suites.some((suite) => suite.name === name));
if (unknown) {
  console.error(`There is no suite "${unknown}". Choose from: ${suites.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}

const { bavail, bsize } = statfsSync(tmpdir());
if (!quick && bavail * bsize < 12e9) {
  console.error(`${tmpdir()} has less than 12 GB free, which a million customers and their copies need. Try --quick.`);
  process.exit(2);
}

const shared = mkdtempSync(join(tmpdir(), 'hq-bench-'));
// Everything the suites create is in this folder and is deleted with it, even if a suite is killed.
process.env.TMPDIR = shared;
// What is measured is built as for production. It looks for the demo's data two folders above.
const build = mkdtempSync(join(import.meta.dirname, 'build-'));
process.env[buildFolder] = build;
if (quick) process.env[quickRun] = 'yes';
const postgres = (await postgresAnswers()) ? `bench_${randomUUID().slice(0, 8)}` : undefined;
if (!postgres) console.log(`No PostgreSQL answers at ${new URL(testPostgres).host}: its rows are skipped.`);
process.once('exit', () => {
  for (const folder of [shared, build]) rmSync(folder, { recursive: true, force: true });
});
const tidy = async () => {
  if (postgres) await dropDatabases(postgres);
};
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void tidy().then(() => process.exit(1)));

const clients = readdirSync(join(import.meta.dirname, 'clients')).map((file) => file.replace('.ts', ''));
const entries = [
  ...clients.map((name) => [name, `bench/clients/${name}.ts`]),
  ['one', 'bench/one.ts'],
  ['hq', 'src/cli/main.ts'],
];
await bundle(Object.fromEntries(entries), build);

const rows: Told[] = [];
const broken: string[] = [];
for (const suite of suites.filter(({ name }) => names.length === 0 || names.includes(name))) {
  const begun = performance.now();
  console.log(`\n## ${suite.name}: ${suite.title}`);
  const child = startChild('one', suite.most);
  try {
    const input = { name: suite.name, quick, shared, postgres };
    rows.push(...(await child.call<Told[]>('run', input)));
  } catch (error) {
    console.error(error);
    broken.push(suite.name);
  } finally {
    await child.stop();
  }
  console.log(`(${seconds(begun).toFixed(0)} s)`);
}
await tidy();

const machine = `${availableParallelism()} cores, Node ${process.versions.node}`;
console.log(
  `\n${quick ? 'Small sizes, only to check that everything works; ignore the numbers. ' : ''}Measured on ${machine}.\n`,
);
console.log(table(rows, before));
if (options.save) writeFileSync(options.save, `${JSON.stringify(rows, undefined, 2)}\n`);
if (broken.length > 0) {
  console.error(`\nThese suites failed: ${broken.join(', ')}.`);
  process.exitCode = 1;
}
