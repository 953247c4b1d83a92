import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, startApp } from '../../src/app.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { jobRunById } from '../../src/data/hq/job-run.ts';
import { createChannel } from '../../src/domain/channel.ts';
import { conversion, type JobName, stepsOf } from '../../src/jobs/index.ts';
import { createLog } from '../../src/log.ts';
import { start } from '../../src/queue/queue.ts';
import type { Settings } from './places.ts';

/** Runs with a folder for databases, which is removed afterward. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'hq-bench-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export const configOf = (settings: Settings): Config =>
  readConfig({ PORT: '0', LOG_LEVEL: 'error', TOKEN_SECRET: '', ...settings });

/** A server that stops does not wait for clients to go elsewhere. */
export const hasty = { draining: 0 };

/** Runs with the whole system on the databases of these settings. It stops afterward. Without `background`, only what is called runs. */
export async function withSystem<T>(
  settings: Settings,
  work: (app: App) => Promise<T>,
  background = false,
): Promise<T> {
  const app = await startApp(configOf(settings), { log: createLog('error'), background, limits: hasty });
  try {
    return await work(app);
  } finally {
    await app.stop();
  }
}

/** The same, on files that are removed afterward. */
export const withNewSystem = <T>(work: (app: App) => Promise<T>, background = false): Promise<T> =>
  withFolder((folder) => withSystem({ DATA_DIR: folder }, work, background));

export const channelCode = (index: number): string => `channel-${String(index + 1).padStart(2, '0')}`;

/** Adds channels, each with a database of its own. */
export async function addChannels(app: App, count: number): Promise<string[]> {
  const codes = Array.from({ length: count }, (_, index) => channelCode(index));
  const settings = { type: 'RETAIL_STORE', currency: 'USD', timeZone: 'America/Chicago', country: 'US' } as const;
  await app.hq.write(async (tx) => {
    for (const code of codes)
      await createChannel(tx, { code, name: code, ...settings }, 'bench', new Date().toISOString());
  });
  await app.channels.refresh();
  return codes;
}

/** Runs the three steps through queue and worker, as an operator's mutation does. */
export const convert = (app: App): Promise<void> => runJob(app, conversion.name);

export async function runJob(app: App, job: JobName): Promise<void> {
  const now = () => new Date().toISOString();
  const { run } = await start(
    { ...app, now },
    { job, steps: stepsOf(job), channels: null, requestedBy: 'bench', cause: 'OPERATOR' },
  );
  await app.worker.drain();
  const ended = await app.hq.read((db) => jobRunById(db, run.id));
  if (ended?.state !== 'SUCCEEDED') throw new Error(`${job} is ${ended?.state}: ${ended?.error}`);
}
