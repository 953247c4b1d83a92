import { channelDatabase, openDatabase } from '../../src/data/open.ts';
import { answer } from '../support/child.ts';
import { load } from '../support/customers.ts';
import { seconds } from '../support/report.ts';
import { addChannels, channelCode, configOf, convert, withSystem } from '../support/system.ts';
import { verifyConverted } from '../support/verify.ts';

export interface Conversion {
  seconds: number;
  cpuSeconds: number;
  /** Bytes. */
  peakMemory: number;
}

answer({
  prepare: ({ folder, channels }: { folder: string; channels: number }) =>
    withSystem(folder, async (app) => {
      for (const code of await addChannels(app, channels)) await app.channels.databaseOf(code);
    }),

  // Two processes do this at once, each to databases of its own: a system would want the folder to itself.
  load: async ({
    folder,
    first,
    channels,
    each,
  }: {
    folder: string;
    first: number;
    channels: number;
    each: number;
  }) => {
    for (let index = first; index < first + channels; index++) {
      const code = channelCode(index);
      const url = configOf(folder).channelDatabaseUrl.replaceAll('{database}', code.replaceAll('-', '_'));
      const database = await openDatabase(url, { name: code, kind: channelDatabase, readers: 1 });
      await load(database, code, index * each, each);
      await database.tidy();
      await database.close();
    }
  },

  convert: ({ folder }: { folder: string }) =>
    withSystem(folder, async (app): Promise<Conversion> => {
      const begun = performance.now();
      const cpu = process.cpuUsage();
      await convert(app);
      const { user, system } = process.cpuUsage(cpu);
      // Before the check, so that it is the conversion's.
      const peakMemory = process.resourceUsage().maxRSS * 1_024;
      return { seconds: seconds(begun), cpuSeconds: (user + system) / 1e6, peakMemory };
    }),

  verify: ({ folder, count }: { folder: string; count: number }) =>
    withSystem(folder, (app) => verifyConverted(app, count)),
});
