import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { buildFolder } from './support/child.ts';
import { graphqlClient } from './support/http.ts';
import { customersPage } from './support/operations.ts';
import { type Settings, withDatabases } from './support/places.ts';
import { cpuOf } from './support/processes.ts';
import { atMost, costOf, median, type Row, type Suite } from './support/report.ts';

/** Ms after the first answer at which memory is looked at. */
const IDLE = 3_000;

interface Started {
  milliseconds: number;
  /** Microseconds of CPU until the first answer. */
  cpu: number;
  /** Bytes, once it is idle. */
  memory: number;
}

export const startup: Suite = {
  name: 'startup',
  title: '`hq serve` as it is built: until its first answer to a query, and what it takes when it is idle',
  most: 120,
  async run({ quick, sqlite, postgres }) {
    const rows: Row[] = [];
    for (const place of [sqlite, postgres]) {
      if (!place) continue;
      const starts = await withDatabases(place, 'startup', async (settings) => {
        // The first one makes the databases.
        await started(settings, 0);
        const all: Started[] = [];
        for (let round = 0; round < (quick ? 1 : 5); round++) all.push(await started(settings, quick ? 100 : IDLE));
        return all;
      });
      const middle = (of: keyof Started) => median(starts.map((start) => start[of]));
      const cpu = costOf('start', 1, { node: middle('cpu') });
      const suffix = place.database === 'SQLite' ? '' : ', PostgreSQL';
      const targets = place.database === 'SQLite';
      rows.push(
        {
          what: `Start until the first answer${suffix}`,
          value: middle('milliseconds'),
          unit: 'ms',
          cpu,
        },
        {
          what: `CPU of a start until the first answer${suffix}`,
          value: middle('cpu') / 1_000,
          unit: 'ms',
          cpu,
          ...(targets ? { target: atMost(800) } : {}),
        },
        {
          what: `Memory of an idle server${suffix}`,
          value: middle('memory') / 2 ** 20,
          unit: 'MB',
          cpu,
          ...(targets ? { target: atMost(120) } : {}),
        },
      );
    }
    return rows;
  },
};

/** Starts a server, asks it for customers, lets it be idle, and stops it. */
async function started(settings: Settings, idle: number): Promise<Started> {
  const begun = performance.now();
  const server = spawn(process.execPath, [join(process.env[buildFolder]!, 'hq.js'), 'serve'], {
    env: { ...process.env, UV_THREADPOOL_SIZE: '16', PORT: '0', LOG_LEVEL: 'error', TOKEN_SECRET: '', ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise((resolve) => server.once('exit', resolve));
  try {
    const client = graphqlClient(await addressOf(server), 1);
    await client.post(customersPage);
    const [milliseconds, cpu] = [performance.now() - begun, await cpuOf(server.pid!)];
    client.close();
    await delay(idle);
    const [, resident] = /VmRSS:\s+(\d+) kB/.exec(await readFile(`/proc/${server.pid}/status`, 'utf8'))!;
    return { milliseconds, cpu: cpu!, memory: Number(resident) * 1_024 };
  } finally {
    server.kill();
    await exited;
  }
}

function addressOf(server: ChildProcess): Promise<string> {
  let printed = '';
  return new Promise((resolve, reject) => {
    server.stdout!.on('data', (text) => {
      printed += text;
      const [, url] = /(http:\S+)\/graphql/.exec(printed) ?? [];
      if (url) resolve(url);
    });
    server.once('exit', () => reject(new Error(`the server ended: ${printed}`)));
  });
}
