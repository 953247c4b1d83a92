import { answer } from '../support/child.ts';
import { load } from '../support/customers.ts';
import { seconds } from '../support/report.ts';
import { addChannels, convert, withSystem } from '../support/system.ts';
import { verifyConverted } from '../support/verify.ts';

export interface Conversion {
  seconds: number;
  cpuSeconds: number;
  /** Bytes. */
  peakMemory: number;
}

answer({
  /** Pending customers in channels that have a database each. */
  load: ({ folder, channels, count }: { folder: string; channels: number; count: number }) =>
    withSystem(folder, async (app) => {
      const codes = await addChannels(app, channels);
      const each = Math.ceil(count / channels);
      for (const [index, code] of codes.entries()) {
        const database = await app.channels.databaseOf(code);
        await load(database, code, index * each, Math.min(each, count - index * each));
      }
    }),

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
