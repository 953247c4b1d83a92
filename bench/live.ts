import { inProcess } from './support/child.ts';
import { median, ms, quantile, type Suite } from './support/report.ts';
import { addChannels, withFolder, withSystem } from './support/system.ts';

const RATE = 100;
const CHANNELS = 5;

export const live: Suite = {
  name: 'live',
  title: `from an acknowledged createCustomer to its account ID on the channel's socket, ${RATE} a second over ${CHANNELS} channels, live conversion on`,
  most: 120,
  run: ({ quick, say }) =>
    withFolder((folder) =>
      withSystem(
        folder,
        async (app) => {
          const channels = await addChannels(app, CHANNELS);
          const file = new URL('./clients/tills.ts', import.meta.url);
          const warm = { url: app.url, channels, rate: RATE, seconds: quick ? 0.5 : 3 };
          await inProcess(file, 'run', warm, 60);
          const latencies = await inProcess<number[]>(file, 'run', { ...warm, seconds: quick ? 2 : 20 }, 90);
          const [p50, p99] = [median(latencies), quantile(latencies, 0.99)];
          say(`${latencies.length} customers: p50 ${ms(p50)}, p99 ${ms(p99)}, max ${ms(Math.max(...latencies))}`);
          const line = (name: string, value: number, target: string) => ({
            what: `Created to account ID at the till, ${RATE} a second, ${name}`,
            measured: ms(value),
            reference: '',
            ratio: '',
            target,
          });
          return [line('p50', p50, ''), { ...line('p99', p99, 'under 500 ms'), met: p99 < 500 }];
        },
        true,
      ),
    ),
};
