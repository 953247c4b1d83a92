import { existsSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Conversion } from '../clients/converter.ts';
import { type Child, inProcess, startChild } from './child.ts';
import { amount, seconds } from './report.ts';

const converter = new URL('../clients/converter.ts', import.meta.url);
export const CHANNELS = 10;

/** A folder with pending customers in channels that have a database each; loaded once in a run, by two processes. */
export async function pending(
  shared: string,
  count: number,
  channels: number,
  say: (text: string) => void,
): Promise<string> {
  const folder = join(shared, `pending-${count}`);
  if (existsSync(folder)) return folder;
  const begun = performance.now();
  await inProcess(converter, 'prepare', { folder, channels }, 60);
  const half = channels / 2;
  const loaders: Child[] = [0, half].map(() => startChild(converter, 1_200));
  try {
    await Promise.all(
      loaders.map((loader, index) =>
        loader.call('load', { folder, first: index * half, channels: half, each: count / channels }),
      ),
    );
  } finally {
    await Promise.all(loaders.map((loader) => loader.stop()));
  }
  say(`loaded ${amount(count)} pending customers in ${seconds(begun).toFixed(0)} s`);
  return folder;
}

/** Converts what is in a folder, in a process of its own, and then checks every customer in another. */
export async function converted(folder: string, count: number): Promise<Conversion> {
  const result = await inProcess<Conversion>(converter, 'convert', { folder }, 1_200);
  await inProcess(converter, 'verify', { folder, count }, 300);
  return result;
}

/** A million customers, converted; made once in a run. */
export async function million(
  shared: string,
  count: number,
  channels: number,
  say: (text: string) => void,
): Promise<{ folder: string; conversion?: Conversion }> {
  const folder = join(shared, `converted-${count}`);
  if (existsSync(folder)) return { folder };
  const from = await pending(shared, count, channels, say);
  await cp(from, folder, { recursive: true });
  return { folder, conversion: await converted(folder, count) };
}
