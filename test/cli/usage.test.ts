import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Command } from 'commander';
import { expect, onTestFinished, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { programFor } from '../../src/cli/program.ts';
import { processTerminal } from '../../src/cli/terminal.ts';
import { allSettings } from '../../src/config.ts';
import { hq } from '../support/cli.ts';

/** Every command that does something, with the words that call it. */
const commands = (function* walk(command: Command, words: string[]): Generator<{ words: string; command: Command }> {
  if (command.commands.length === 0) yield { words: words.join(' '), command };
  for (const inner of command.commands) yield* walk(inner, [...words, inner.name()]);
})(programFor(processTerminal), []);

test('hq --help fits on one screen', async () => {
  const { code, out } = await hq('--help', { columns: 100 });

  expect(code).toBe(0);
  const lines = out.trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(30);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
});

test('hq serve --help explains every setting', async () => {
  const { out } = await hq('serve --help');

  for (const { name } of allSettings) expect(out).toMatch(new RegExp(`\\n {2}${name} +\\S`));
});

test('hq without arguments prints the help', async () => {
  expect(await hq('')).toEqual(await hq('--help'));
});

test('hq --version prints the version', async () => {
  expect(await hq('--version')).toEqual({ code: 0, out: `${packageJson.version}\n`, err: '' });
});

test.each([...commands])('hq $words --help describes the command and has examples', async ({ words }) => {
  const { code, out } = await hq(`${words} --help`);

  expect(code).toBe(0);
  expect(out).toMatch(/Usage: hq [\s\S]+\n\n\S+[\s\S]+\nExamples:\n {2}hq /);
});

test.each([
  ['jub', `Unknown command 'jub'. Did you mean job? Run "hq --help" for help.`],
  ['job lsit', `Unknown command 'lsit'. Did you mean list? Run "hq job --help" for help.`],
  ['job list --frist 3', `Unknown option '--frist'. Did you mean --first? Run "hq job list --help" for help.`],
  ['job show', `Missing required argument 'run'. Run "hq job show --help" for help.`],
  ['job cancel abc', /number, such as 12/],
  ['job list --state done', /Choose from queued, running, succeeded/],
  ['job list --first 0', /whole number above 0/],
  ['statement --business-date tomorrow', /date such as 2026-01-31/],
  ['attention --url localhost:4000', /address such as http:\/\/127.0.0.1:4000/],
  ['schedule update 1 --channel houston --all-channels', /cannot be used with/],
  ['channel live houston maybe', /Allowed choices are on, off/],
  ['serve --port 99999', /PORT: must be between 0 and 65535/],
])('hq %s is wrong usage', async (line, message) => {
  const { code, out, err } = await hq(line);

  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err.trimEnd()).toMatch(message);
  expect(err.trimEnd().split('\n').length).toBeLessThanOrEqual(2);
});

test('a group of commands without a command prints its help as an error', async () => {
  const { code, out, err } = await hq('schedule');

  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain('Usage: hq schedule');
});

test('a server that does not answer is one line and exit code 3', async () => {
  const closed = await listening();
  await closed.stop();

  expect(await hq(`channel list --url ${closed.url}`)).toEqual({
    code: 3,
    out: '',
    err: `There is no headquarters at ${closed.url}. Start one with "hq serve", or specify its address with --url.\n`,
  });
});

test.each([
  '<html>Welcome</html>',
  '{"status":"ok"}',
  '',
])('a server that answers %j is not headquarters', async (body) => {
  const other = await listening(body);

  expect(await hq(`job list --url ${other.url}`)).toMatchObject({
    code: 3,
    out: '',
    err: expect.stringMatching(/^There is no headquarters at .*\n$/),
  });
});

/** An HTTP server that always sends the same body. */
async function listening(body = ''): Promise<{ url: string; stop(): Promise<unknown> }> {
  const server = createServer((_request, response) => void response.end(body)).listen(0, '127.0.0.1');
  const stop = () => new Promise((resolve) => server.close(resolve));
  onTestFinished(() => void stop());
  await new Promise((resolve) => server.once('listening', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop };
}
