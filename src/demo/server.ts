import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface DemoServer {
  url: string;
  stop(): Promise<void>;
}

/** Starts a server in its own process on empty databases, which are deleted when it stops. It listens on PORT, or on a free port. */
export async function startDemoServer(): Promise<DemoServer> {
  const folder = mkdtempSync(join(tmpdir(), 'hq-demo-'));
  const child = spawn(process.execPath, [process.argv[1]!, 'serve'], {
    env: {
      ...withoutDatabases(process.env),
      PORT: process.env.PORT || '0',
      DATA_DIR: folder,
      LOG_LEVEL: process.env.LOG_LEVEL || 'warn',
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const clean = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', () => {
    child.kill('SIGKILL');
    clean();
  });
  const url = await urlOf(child, exited);
  return {
    url,
    async stop() {
      child.kill('SIGTERM');
      await exited;
      clean();
    },
  };
}

const urlOf = (child: ChildProcess, exited: Promise<void>) =>
  new Promise<string>((resolve, reject) => {
    child.once('message', (message: { url: string }) => resolve(message.url));
    child.once('error', reject);
    void exited.then(() => reject(new Error('The server did not start; the reason is above.')));
  });

/** The demo uses its own databases, requires no token, and is reached directly. */
function withoutDatabases({
  DATABASE_URL: _,
  CHANNEL_DATABASE_URL: __,
  TOKEN_SECRET: ___,
  HOST: ____,
  PUBLIC_URL: _____,
  ...rest
}: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return rest;
}
