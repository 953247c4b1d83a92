import { postgresAnswers } from './postgres.ts';
import { runSteps, summaryOf } from './steps.ts';

/** `npm run check`: every step a change must pass. */
const postgres = await postgresAnswers();
const skipped = (name: string) => ({ name, skip: 'no PostgreSQL answers; name one with TEST_POSTGRES_URL' });

const results = await runSteps([
  { name: 'types', command: 'npx', args: ['tsc', '--noEmit'] },
  { name: 'lint and format', command: 'npx', args: ['biome', 'check'] },
  { name: 'rules of the schema', command: 'npm', args: ['run', 'lint:schema'] },
  { name: 'compatibility with the last release', command: 'npm', args: ['run', 'schema:compare'] },
  { name: 'operations are freshly typed', command: 'npm', args: ['run', 'codegen', '--', '--check'] },
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
]);

console.log(`\n${summaryOf(results)}`);
process.exit(results.some(({ outcome }) => outcome === 'failed') ? 1 : 0);
