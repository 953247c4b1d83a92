import { stripVTControlCharacters } from 'node:util';
import { run } from './run.ts';

interface Step {
  name: string;
  command: string;
  args: string[];
  environment?: Record<string, string>;
}

interface SkippedStep {
  name: string;
  skip: string;
}

interface Result {
  name: string;
  outcome: 'passed' | 'failed' | 'skipped';
  output: string;
}

/** Lines of a failed step to repeat when it does not mark where its failures begin. */
const TAIL = 60;

/** Runs the steps in order, printing their output as it arrives. In CI, skipping a step is a failure. */
export async function runSteps(steps: (Step | SkippedStep)[]): Promise<Result[]> {
  const results: Result[] = [];
  for (const step of steps) {
    console.log(`\n━━ ${step.name}`);
    if ('skip' in step) {
      const output = `SKIPPED: ${step.skip}`;
      console.log(output);
      results.push({ name: step.name, outcome: process.env.CI ? 'failed' : 'skipped', output });
      continue;
    }
    const begun = performance.now();
    const { code, output } = await run(step.command, step.args, step.environment);
    const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
    console.log(`━━ ${step.name}: ${code === 0 ? 'passed' : `failed (exit code ${code})`} in ${seconds} s`);
    results.push({ name: step.name, outcome: code === 0 ? 'passed' : 'failed', output });
  }
  return results;
}

/** A table of the results, why each failed step failed, and the line "N passed, N failed", which is always the last. */
export function summaryOf(results: Result[]): string {
  const count = (outcome: Result['outcome']) => results.filter((result) => result.outcome === outcome).length;
  const skipped = count('skipped') > 0 ? `, ${count('skipped')} skipped` : '';
  return [
    ...results.map(({ name, outcome }) => `${outcome.padEnd(8)} ${name}`),
    ...results
      .filter(({ outcome }) => outcome === 'failed')
      .map(({ name, output }) => `\n━━ ${name} failed:\n${failuresIn(output)}`),
    `\n${count('passed')} passed, ${count('failed')} failed${skipped}`,
  ].join('\n');
}

/** What vitest prints below "Failed Tests", or else the last lines, without colors. */
function failuresIn(output: string): string {
  const lines = stripVTControlCharacters(output).trimEnd().split('\n');
  const heading = lines.findIndex((line) => /⎯ (Failed (Tests|Suites) \d+|Unhandled Errors?) ⎯/.test(line));
  return lines.slice(heading === -1 ? -TAIL : heading).join('\n');
}
