import { beforeEach, expect, test, vi } from 'vitest';
import { runSteps, summaryOf } from '../../scripts/steps.ts';

beforeEach(() => {
  for (const stream of [process.stdout, process.stderr]) vi.spyOn(stream, 'write').mockReturnValue(true);
  vi.spyOn(console, 'log').mockReturnValue();
  return () => vi.restoreAllMocks();
});

/** A step that prints and exits with a code. */
const step = (name: string, output: string, code = 0) => ({
  name,
  command: process.execPath,
  args: ['-e', `process.stderr.write(${JSON.stringify(output)}); process.exitCode = ${code}`],
});

const heading = '⎯⎯⎯⎯⎯⎯⎯ Failed Tests 1 ⎯⎯⎯⎯⎯⎯⎯';

test('the failures of a test step are repeated without colors below the table, from their heading to the end', async () => {
  const results = await runSteps([
    step('types', 'fine\n'),
    step('tests', `passing tests\n\u001b[31m${heading}\u001b[39m\nFAIL customer.test.ts\nexpected 1 to be 2\n`, 1),
    step('build', 'built\n'),
  ]);

  expect(summaryOf(results)).toBe(
    `passed   types
failed   tests
passed   build

━━ tests failed:
${heading}
FAIL customer.test.ts
expected 1 to be 2

2 passed, 1 failed`,
  );
});

test('the last 60 lines of any other failed step are repeated', async () => {
  const lines = Array.from({ length: 100 }, (_, index) => `line ${index}`);
  const results = await runSteps([step('build', `${lines.join('\n')}\n`, 2)]);

  expect(summaryOf(results)).toBe(
    `failed   build\n\n━━ build failed:\n${lines.slice(40).join('\n')}\n\n0 passed, 1 failed`,
  );
});

test('a step that cannot run is skipped, and failed in CI', async () => {
  const skipped = { name: 'tests on PostgreSQL', skip: 'no PostgreSQL answers' };
  vi.stubEnv('CI', '');
  expect(summaryOf(await runSteps([skipped]))).toBe('skipped  tests on PostgreSQL\n\n0 passed, 0 failed, 1 skipped');
  vi.stubEnv('CI', 'true');
  expect(summaryOf(await runSteps([skipped]))).toContain('SKIPPED: no PostgreSQL answers\n\n0 passed, 1 failed');
  vi.unstubAllEnvs();
});
