import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GraphQLEnumType } from 'graphql';
import { expect, onTestFinished, test } from 'vitest';
import { programFor } from '../../src/cli/program.ts';
import { processTerminal } from '../../src/cli/terminal.ts';
import { clientOf } from '../../src/client/client.ts';
import { titleOf } from '../../src/client/progress.ts';
import { startRun } from '../../src/client/runs.ts';
import { schema } from '../../src/graphql/schema.ts';
import { enumValueOf, jobNames, jobsAndChains } from '../../src/jobs/index.ts';
import { startHeadquarters } from '../support/headquarters.ts';

const concepts = readFileSync(join(import.meta.dirname, '../../docs/concepts.md'), 'utf8');
const commands = programFor(processTerminal)
  .commands.find((command) => command.name() === 'job')!
  .commands.map((command) => command.name());
const values = (schema.getType('JobName') as GraphQLEnumType).getValues();

test('the API has no job that is not declared', () => {
  expect(values.map(({ name }) => name).sort()).toEqual(jobsAndChains.map(({ name }) => enumValueOf(name)).sort());
});

test.each(jobsAndChains)('$name is in the API, on the command line, and in docs/concepts.md', ({
  name,
  description,
}) => {
  expect(values.find(({ value }) => value === name)).toMatchObject({ name: enumValueOf(name), description });
  expect(commands).toContain(name);
  expect(concepts).toContain(`| \`${name}\` |`);
});

test('every job is started by its own command', async () => {
  const hq = await startHeadquarters();
  const client = clientOf(hq.url);
  onTestFinished(() => client.close());
  for (const { name, title } of jobsAndChains) {
    const { job } = await startRun(client, name, {});
    expect([job, titleOf(job)]).toEqual([enumValueOf(name), title]);
  }
});

test('a business date is accepted for the jobs that have one, and a violation for the others', async () => {
  const hq = await startHeadquarters();
  const document = `mutation ($input: RunJobInput!) { runJob(input: $input) {
    ... on JobRun { businessDate } ... on InvalidInput { errorCode violations { path rule } } } }`;
  const withDate = ['CALCULATE_STATEMENTS', 'POST_STATEMENTS', 'END_OF_DAY'];
  for (const job of jobNames.map(enumValueOf)) {
    const { runJob } = await hq.query(document, { input: { job, businessDate: '2026-11-20' } });
    expect(runJob, job).toEqual(
      withDate.includes(job)
        ? { businessDate: '2026-11-20' }
        : { errorCode: 'INVALID_INPUT', violations: [{ path: ['businessDate'], rule: 'CONSISTENCY' }] },
    );
  }
});

test('runConversion and runEndOfDay start the same as runJob', async () => {
  const hq = await startHeadquarters();
  const { a, b, c, d } = await hq.query(`mutation {
    a: runJob(input: { job: CONVERSION }) { ...Run } b: runConversion(input: {}) { ...Run }
    c: runEndOfDay(input: { businessDate: "2026-11-20" }) { ...Run }
    d: runJob(input: { job: END_OF_DAY, businessDate: "2026-11-20" }) { ...Run }
  }
  fragment Run on JobRun { id job state }`);
  expect(a).toEqual({ id: expect.any(String), job: 'CONVERSION', state: 'QUEUED' });
  expect(b).toEqual(a);
  expect(c).toEqual({ id: expect.any(String), job: 'END_OF_DAY', state: 'QUEUED' });
  expect(d).toEqual(c);
});
