import { postgresAnswers } from './postgres.ts';
import { run } from './run.ts';

/** `npm run check`: what decides whether a change is good, step by step. It ends with a line "N passed, N failed". */
const postgres = await postgresAnswers();
const skipped = (name: string) => ({ name, skip: 'no PostgreSQL answers; name one with TEST_POSTGRES_URL' });

type Step = { name: string; command: string; args: string[]; environment?: Record<string, string> };
const steps: (Step | { name: string; skip: string })[] = [
  { name: 'types', command: 'npx', args: ['tsc', '--noEmit'] },
  { name: 'lint and format', command: 'npx', args: ['biome', 'check'] },
  {
    name: 'operations are freshly typed',
    command: 'npx',
    args: ['graphql-codegen', '--config', 'codegen.yml', '--check'],
  },
  { name: 'build', command: 'npm', args: ['run', 'build'] },
  { name: 'tests on SQLite', command: 'npx', args: ['vitest', 'run'], environment: { TEST_DATABASE: 'sqlite' } },
  postgres
    ? {
        name: 'tests on PostgreSQL',
        command: 'npx',
        args: ['vitest', 'run'],
        environment: { TEST_DATABASE: 'postgres' },
      }
    : skipped('tests on PostgreSQL'),
  {
    name: 'crash tests on SQLite',
    command: 'npm',
    args: ['run', 'test:crash'],
    environment: { TEST_DATABASE: 'sqlite' },
  },
  postgres
    ? {
        name: 'crash tests on PostgreSQL',
        command: 'npm',
        args: ['run', 'test:crash'],
        environment: { TEST_DATABASE: 'postgres' },
      }
    : skipped('crash tests on PostgreSQL'),
  {
    name: 'demo',
    command: 'node',
    args: ['bin/hq.js', 'demo', '--exit', '--customers', '2000'],
    environment: { PORT: '0' },
  },
  { name: 'bench runs', command: 'npx', args: ['tsx', 'bench/main.ts', '--quick'] },
];

const results: { name: string; outcome: 'passed' | 'failed' | 'skipped' }[] = [];
for (const step of steps) {
  console.log(`\n━━ ${step.name}`);
  if ('skip' in step) {
    console.log(`SKIPPED: ${step.skip}`);
    results.push({ name: step.name, outcome: process.env.CI ? 'failed' : 'skipped' });
    continue;
  }
  const begun = performance.now();
  const { code } = await run(step.command, step.args, step.environment);
  const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
  console.log(`━━ ${step.name}: ${code === 0 ? 'passed' : `failed (exit code ${code})`} in ${seconds} s`);
  results.push({ name: step.name, outcome: code === 0 ? 'passed' : 'failed' });
}

const count = (outcome: string) => results.filter((result) => result.outcome === outcome).length;
console.log();
for (const { name, outcome } of results) console.log(`${outcome.padEnd(8)} ${name}`);
console.log(
  `\n${count('passed')} passed, ${count('failed')} failed${count('skipped') > 0 ? `, ${count('skipped')} skipped` : ''}`,
);
process.exit(count('failed') === 0 ? 0 : 1);
