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
import { enumValueOf, jobsAndChains, mutationOf } from '../../src/jobs/index.ts';
import { startHeadquarters } from '../support/headquarters.ts';

const concepts = readFileSync(join(import.meta.dirname, '../../docs/concepts.md'), 'utf8');
const commands = programFor(processTerminal)
  .commands.find((command) => command.name() === 'job')!
  .commands.map((command) => command.name());
const values = (schema.getType('JobName') as GraphQLEnumType).getValues();
const mutations = schema.getMutationType()!.getFields();

test('the API has no job that is not declared', () => {
  expect(values.map(({ name }) => name).sort()).toEqual(jobsAndChains.map(({ name }) => enumValueOf(name)).sort());
});

test.each(jobsAndChains)('$name is in the API, on the command line, and in docs/concepts.md', ({
  name,
  description,
  starts,
}) => {
  expect(values.find(({ value }) => value === name)).toMatchObject({ name: enumValueOf(name), description });
  expect(mutationOf(name) in mutations).toBe(starts !== undefined);
  expect(commands.includes(name)).toBe(starts !== undefined);
  expect(concepts).toContain(`| \`${name}\` |`);
});

test('every job that operators can start is started by its own command', async () => {
  const hq = await startHeadquarters();
  const client = clientOf(hq.url);
  onTestFinished(() => client.close());
  for (const { name, title, starts } of jobsAndChains) {
    if (!starts) continue;
    const { job } = await startRun(client, name, {});
    expect([job, titleOf(job)]).toEqual([enumValueOf(name), title]);
  }
});
