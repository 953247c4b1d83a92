import { readFile } from 'node:fs/promises';
import { channelDatabase, openDatabase } from '../../src/data/open.ts';
import { answer } from '../support/child.ts';
import { load } from '../support/customers.ts';
import { measured } from '../support/measure.ts';
import type { Settings } from '../support/places.ts';
import type { Used } from '../support/report.ts';
import { addChannels, channelCode, configOf, convert, withSystem } from '../support/system.ts';
import { verifyConverted } from '../support/verify.ts';

export interface Conversion {
  seconds: number;
  used: Used;
  /** Bytes. */
  peakMemory: number;
  /** Bytes that the process gave to the disk. */
  written: number;
}

answer({
  prepare: ({ settings, channels }: { settings: Settings; channels: number }) =>
    withSystem(settings, async (app) => {
      for (const code of await addChannels(app, channels)) await app.channels.databaseOf(code);
    }),

  // Two processes do this at once, each to databases of its own: a system would want the folder to itself.
  load: async ({
    settings,
    first,
    channels,
    each,
  }: {
    settings: Settings;
    first: number;
    channels: number;
    each: number;
  }) => {
    for (let index = first; index < first + channels; index++) {
      const code = channelCode(index);
      const url = configOf(settings).channelDatabaseUrl.replaceAll('{database}', code.replaceAll('-', '_'));
      const database = await openDatabase(url, { name: code, kind: channelDatabase, readers: 1 });
      await load(database, code, index * each, each);
      await database.tidy();
      await database.close();
    }
  },

  convert: ({ settings }: { settings: Settings }) =>
    withSystem(settings, async (app): Promise<Conversion> => {
      const before = await bytesWritten();
      const { seconds, used } = await measured(() => convert(app), !app.hq.embedded);
      // Before the check, so that it is the conversion's.
      const peakMemory = process.resourceUsage().maxRSS * 1_024;
      return { seconds, used, peakMemory, written: (await bytesWritten()) - before };
    }),

  verify: ({ settings, count }: { settings: Settings; count: number }) =>
    withSystem(settings, (app) => verifyConverted(app, count)),
});

/** By this process, to files. 0 where the system does not say. */
async function bytesWritten(): Promise<number> {
  const io = await readFile('/proc/self/io', 'utf8').catch(() => '');
  return Number(/^write_bytes: (\d+)$/m.exec(io)?.[1] ?? 0);
}
