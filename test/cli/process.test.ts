import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { createCustomer, run, withChannels } from '../support/actions.ts';
import { emptyDatabases, startHeadquarters } from '../support/headquarters.ts';

const top = join(import.meta.dirname, '../..');
const bin = join(top, 'bin/hq.js');

beforeAll(() => {
  execFileSync('npm', ['run', 'build'], { cwd: top });
});

test.each(['SIGTERM', 'SIGINT'] as const)('%s to npm start stops the server before npm ends', async (signal) => {
  // Without prestart, which builds: beforeAll did.
  const npm = spawn('npm', ['start', '--ignore-scripts'], {
    cwd: top,
    env: { ...process.env, ...(await emptyDatabases()), PORT: '0', LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that a server that outlives npm can be found.
    detached: true,
  });
  onTestFinished(() => killGroup(npm.pid!));
  let printed = '';
  let log = '';
  const gone = new Promise<number | null>((resolve) => npm.once('exit', resolve));
  npm.stderr.on('data', (chunk) => {
    log += chunk;
  });
  const url = await new Promise<string>((resolve, reject) => {
    npm.stdout.on('data', (chunk) => {
      printed += chunk;
      const [, found] = /GraphiQL: (\S+)\/graphql/.exec(printed) ?? [];
      if (found) resolve(found);
    });
    void gone.then(() => reject(new Error(`npm start ended: ${printed}${log}`)));
  });
  expect((await fetch(`${url}/health`)).status).toBe(200);

  npm.kill(signal);
  await gone;

  await expect(fetch(`${url}/health`)).rejects.toThrow();
  expect(log).toContain(`"reason":"${signal}"`);
});

test('Ctrl-C ends hq watch with exit code 0', async () => {
  const server = await startHeadquarters();
  const command = spawn(process.execPath, [bin, 'watch', '--url', server.url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void command.kill('SIGKILL'));
  await once(command.stdout, 'data');

  command.kill('SIGINT');

  expect(await once(command, 'exit')).toEqual([0, null]);
});

test('a reader that stops early ends hq watch without an error', async () => {
  const server = await withChannels(['houston']);
  const command = spawn(process.execPath, [bin, 'watch', '--url', server.url], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void command.kill('SIGKILL'));
  const closed = once(command, 'close');
  let err = '';
  command.stderr.on('data', (chunk) => {
    err += chunk;
  });
  await once(command.stdout, 'data');

  command.stdout.destroy();
  await createCustomer(server);
  await run(server);

  expect(await closed).toEqual([0, null]);
  expect(err).toBe('');
});

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    // Nothing is left of it, as it should be.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
