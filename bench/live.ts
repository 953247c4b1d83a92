import { inProcess } from './support/child.ts';
import { measured } from './support/measure.ts';
import { amount, atMost, costOf, median, quantile, type Suite } from './support/report.ts';
import { addChannels, withNewSystem } from './support/system.ts';

const RATE = 100;
const CHANNELS = 5;

export const live: Suite = {
  name: 'live',
  title: `from an acknowledged createCustomer to its account ID on the channel's socket, ${RATE} a second over ${CHANNELS} channels, live conversion on`,
  most: 120,
  run: ({ quick, say }) =>
    withNewSystem(async (app) => {
      const channels = await addChannels(app, CHANNELS);
      const warm = { url: app.url, channels, rate: RATE, seconds: quick ? 0.5 : 3 };
      await inProcess('tills', 'run', warm, 60);
      const { result: latencies, used } = await measured(() =>
        inProcess<number[]>('tills', 'run', { ...warm, seconds: quick ? 1 : 20 }, 90),
      );
      say(`${latencies.length} customers, max ${amount(Math.max(...latencies))} ms`);
      const cpu = costOf('customer', latencies.length, used);
      const what = `Created to account ID at the till, ${RATE} a second`;
      return [
        { what: `${what}, p50`, value: median(latencies), unit: 'ms', cpu },
        { what: `${what}, p99`, value: quantile(latencies, 0.99), unit: 'ms', target: atMost(100), cpu },
      ];
    }, true),
};
