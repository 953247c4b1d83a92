import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { suites } from './suites.ts';
import { inProcess } from './support/child.ts';
import { type Line, seconds, table } from './support/report.ts';

/*
 * npm run bench -- [name …] [--quick]
 *
 * Each suite runs in its own process and measures itself against references in the same run, so trust the ratios; absolute numbers depend
 * on the machine. Nothing fails for being slow, but missed targets are marked.
 */

const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const quick = process.argv.includes('--quick');
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
process.once('exit', () => rmSync(shared, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const lines: Line[] = [];
const broken: string[] = [];
for (const suite of suites.filter(({ name }) => names.length === 0 || names.includes(name))) {
  const begun = performance.now();
  console.log(`\n## ${suite.name}: ${suite.title}`);
  try {
    const file = new URL('./one.ts', import.meta.url);
    lines.push(...(await inProcess<Line[]>(file, 'run', { name: suite.name, quick, shared }, suite.most)));
  } catch (error) {
    console.error(error);
    broken.push(suite.name);
  }
  console.log(`(${seconds(begun).toFixed(0)} s)`);
}

const machine = `${availableParallelism()} cores, Node ${process.versions.node}`;
console.log(
  `\n${quick ? 'Small sizes, only to check that everything works; ignore the numbers. ' : ''}Measured on ${machine}.\n`,
);
console.log(table(lines));
if (broken.length > 0) {
  console.error(`\nThese suites failed: ${broken.join(', ')}.`);
  process.exitCode = 1;
}
