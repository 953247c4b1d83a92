import { postgresAnswers, testPostgres } from './postgres.ts';
import { run } from './run.ts';

/** `npm test`: the suite on SQLite, and the same suite on PostgreSQL when there is one. */
const args = ['vitest', 'run', ...process.argv.slice(2)];

console.log('On SQLite');
let { code } = await run('npx', args, { TEST_DATABASE: 'sqlite' });

const address = new URL(testPostgres).host;
if (await postgresAnswers()) {
  console.log('On PostgreSQL');
  code ||= (await run('npx', args, { TEST_DATABASE: 'postgres' })).code;
} else {
  console.log(`SKIPPED: the suite on PostgreSQL, because none answers at ${address}. Name one with TEST_POSTGRES_URL.`);
  if (process.env.CI) code ||= 1;
}
process.exit(code);
