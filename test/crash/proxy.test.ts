import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type TestContext, test, vi } from 'vitest';
import { ask, createChannels, createInSpiteOfFaults, newCustomer } from './support/actions.ts';
import { expectEverythingConverted } from './support/checks.ts';
import { FeedClient } from './support/feed-client.ts';
import { freePort } from './support/own-postgres.ts';
import { onPostgres, openWorld, type Server, send, type World } from './support/world.ts';

const hasNginx = (() => {
  try {
    execFileSync('nginx', ['-v'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** nginx with deploy/nginx.conf, before these servers instead of `api`, on a port of its own. */
async function startProxy(servers: Server[], onTestFinished: TestContext['onTestFinished']): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hq-nginx-'));
  const port = await freePort();
  const file = join(folder, 'nginx.conf');
  const given = await readFile('deploy/nginx.conf', 'utf8');
  const adapted = given
    .replace('server api:4000;', servers.map(({ url }) => `server ${new URL(url).host};`).join(' '))
    .replace('listen 80;', `listen 127.0.0.1:${port};`)
    // This process may open fewer files than a server in production.
    .replace(/worker_rlimit_nofile .*;/, '')
    .replace(/worker_connections .*;/, 'worker_connections 1024;');
  await writeFile(file, `pid ${folder}/nginx.pid; error_log ${folder}/error.log; daemon off;\n${adapted}`);
  execFileSync('nginx', ['-t', '-p', folder, '-c', file], { stdio: 'pipe' });
  const nginx = spawn('nginx', ['-p', folder, '-c', file], { stdio: 'ignore' });
  onTestFinished(async () => {
    nginx.kill('SIGQUIT');
    await once(nginx, 'exit');
    await rm(folder, { recursive: true, force: true });
  });
  const url = `http://127.0.0.1:${port}`;
  await vi.waitFor(async () => expect((await fetch(`${url}/health`)).status).toBe(200), { timeout: 10_000 });
  return url;
}

test.skipIf(!onPostgres || !hasNginx)(
  'requests, event streams, and WebSockets go through nginx to two servers and survive the death of one (PostgreSQL and nginx only)',
  async ({ onTestFinished }) => {
    const cluster = await openWorld(onTestFinished);
    const apis = [await cluster.start('api'), await cluster.start('api')];
    await cluster.start('worker');
    await createChannels(cluster, { liveConversion: true });
    const url = await startProxy(apis, onTestFinished);
    const proxied: World = {
      ...cluster,
      server: async () => ({ ...apis[0]!, url }),
      query: (document, variables = {}) => send(url, document, variables),
    };

    const customers = Array.from({ length: 40 }, () => newCustomer('berlin'));
    const feeds = (['websocket', 'sse', 'websocket', 'sse'] as const).map(
      (transport) => new FeedClient(proxied, 'berlin', transport),
    );
    const heard = feeds.map((feed) => feed.follow(customers.length));
    for (const [index, customer] of customers.entries()) {
      await createInSpiteOfFaults(proxied, [customer]);
      if (index === 20) await apis[1]!.kill();
    }
    await Promise.all(heard);

    expect(feeds.some(({ connections }) => connections > 1)).toBe(true);
    await ask(proxied, 'CONVERSION');
    await vi.waitFor(
      () =>
        expectEverythingConverted(
          proxied,
          customers.map(({ uuid }) => uuid),
        ),
      { timeout: 60_000, interval: 500 },
    );
  },
);
