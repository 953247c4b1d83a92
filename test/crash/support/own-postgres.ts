import { execFile } from 'node:child_process';
import { chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestContext } from 'vitest';

const run = promisify(execFile);
const versions = '/usr/lib/postgresql';

/** Where the programs of the newest PostgreSQL are; undefined if this machine has none. */
export async function postgresPrograms(): Promise<string | undefined> {
  const installed = await readdir(versions).catch(() => []);
  const newest = installed.sort((one, other) => Number(other) - Number(one))[0];
  return newest && join(versions, newest, 'bin');
}

/** A PostgreSQL server that a test may restart. */
export interface OwnPostgres {
  url: string;
  restart(mode: 'fast' | 'immediate'): Promise<void>;
}

/** Starts one, which ends with the test. PostgreSQL refuses to run as root, so root lends it to the user postgres. */
export async function ownPostgres(
  programs: string,
  onTestFinished: TestContext['onTestFinished'],
): Promise<OwnPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'hq-postgres-'));
  const port = await freePort();
  const isRoot = userInfo().uid === 0;
  if (isRoot) {
    const { stdout } = await run('id', ['-u', 'postgres']);
    await chown(folder, Number(stdout), -1);
  }
  const as = (program: string, ...args: string[]) =>
    isRoot
      ? run('runuser', ['-u', 'postgres', '--', join(programs, program), ...args])
      : run(join(programs, program), args);
  const control = (...args: string[]) => as('pg_ctl', '-D', folder, '-l', join(folder, 'log'), '-w', ...args);
  onTestFinished(async () => {
    await control('stop', '-m', 'immediate').catch(() => {});
    await rm(folder, { recursive: true, force: true });
  });
  await as('initdb', '-D', folder, '-U', 'postgres', '-A', 'trust');
  await control('-o', `-p ${port} -c unix_socket_directories='' -c listen_addresses=127.0.0.1`, 'start');
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    restart: async (mode) => void (await control('restart', '-m', mode)),
  };
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
