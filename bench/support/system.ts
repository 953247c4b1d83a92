import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, startApp } from '../../src/app.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { jobRunById } from '../../src/data/hq/job-run.ts';
import { createChannel } from '../../src/domain/channel.ts';
import { conversion } from '../../src/jobs/index.ts';
import { createLog } from '../../src/log.ts';
import { start } from '../../src/queue/queue.ts';

/** Runs with a folder for databases, which is removed afterwards. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'hq-bench-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export const configOf = (folder: string): Config =>
  readConfig({ PORT: '0', LOG_LEVEL: 'error', DATA_DIR: folder, TOKEN_SECRET: '' });

/** The whole system on the databases of a folder. Without `background` nothing runs by itself. */
const startSystem = (folder: string, background = false): Promise<App> =>
  startApp(configOf(folder), { log: createLog('error'), background });

/** Runs with the whole system, which is stopped afterwards. */
export async function withSystem<T>(folder: string, work: (app: App) => Promise<T>, background = false): Promise<T> {
  const app = await startSystem(folder, background);
  try {
    return await work(app);
  } finally {
    await app.stop();
  }
}

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
export async function convert(app: App): Promise<void> {
  const now = () => new Date().toISOString();
  const { run } = await start(
    { ...app, now },
    { job: conversion.name, steps: conversion.steps, channels: null, requestedBy: 'bench', cause: 'OPERATOR' },
  );
  await app.worker.drain();
  const ended = await app.hq.read((db) => jobRunById(db, run.id));
  if (ended?.state !== 'SUCCEEDED') throw new Error(`the conversion is ${ended?.state}: ${ended?.error}`);
}
