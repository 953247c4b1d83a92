import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { programFor } from '../src/cli/program.ts';
import { allSettings } from '../src/config.ts';

/*
 * The files in deploy/ name settings, commands, and ports. A machine with Docker or systemd runs them; this only finds what no longer fits.
 */

const read = (name: string) => readFileSync(`deploy/${name}`, 'utf8');

interface Service {
  image: string;
  command?: string;
  environment?: Record<string, string>;
}

const services = Object.entries<Service>(parse(read('compose.yml'), { merge: true }).services);
const ours = services.filter(([, { image }]) => image === 'channel-headquarters');

const program = programFor({ env: {}, stdout: process.stdout, stderr: process.stderr } as never);

/** Throws if there is no such command, or if it has no such option. */
function expectCommand(line: string): void {
  const [name, ...options] = line.split(' ');
  const command = program.commands.find((known) => known.name() === name);
  expect(command, `hq ${name}`).toBeDefined();
  for (const option of options.filter((word) => word.startsWith('--')))
    expect(
      command!.options.map(({ long }) => long),
      line,
    ).toContain(option);
}

test('compose.yml runs commands that exist, with settings that exist', () => {
  expect(ours.map(([name]) => name)).toEqual(['migrate', 'api', 'worker']);
  const known = allSettings.map(({ name }) => name);
  for (const [, { command, environment }] of ours) {
    expectCommand(command!);
    for (const name of Object.keys(environment!)) expect(known).toContain(name);
  }
});

test.each(['hq-api@.service', 'hq-worker@.service', 'hq-migrate.service'])('%s runs a command that exists', (unit) => {
  const [, line] = /^ExecStart=\/usr\/bin\/node bin\/hq\.js (.+)$/m.exec(read(unit))!;
  expectCommand(line!);
});

test('the image, the proxy, and the health checks agree on the port', () => {
  const { fallback } = allSettings.find(({ name }) => name === 'PORT')!;
  expect(read('Dockerfile')).toContain(`EXPOSE ${fallback}\n`);
  expect(read('nginx.conf')).toContain(`server api:${fallback};`);
  expect(read('compose.yml')).toContain(`http://127.0.0.1:${fallback}/health/ready`);
});
