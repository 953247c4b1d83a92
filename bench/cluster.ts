import { type Child, inProcess, startChild } from './support/child.ts';
import { withSchemas } from './support/postgres.ts';
import { median, ms, quantile, type Suite } from './support/report.ts';
import { channelCode } from './support/system.ts';

const RATE = 25;
const CHANNELS = 10;

/** Seconds after which a process ends, whatever happens. */
const MOST = 120;

export const cluster: Suite = {
  name: 'cluster',
  title: `createCustomer on one server to its account ID on another one's socket, ${RATE} a second over ${CHANNELS} channels, two servers and two workers on PostgreSQL`,
  most: 3 * MOST,
  async run({ quick, say }) {
    const seconds = quick ? 2 : 20;
    const single = await latencies(['all'], seconds, say);
    const shared = await latencies(['api', 'api', 'worker', 'worker'], seconds, say);
    if (!single || !shared) return [];
    const line = (name: string, value: number, other: number, most: number) => ({
      what: `Created on one server to account ID on another one, ${RATE} a second, two workers, PostgreSQL, ${name}`,
      measured: ms(value),
      reference: `${ms(other)}, one process on PostgreSQL`,
      ratio: `${(value / other).toFixed(2)}×`,
      target: `under ${most} ms`,
      met: value < most,
    });
    for (const [name, all] of Object.entries({ 'one process': single, cluster: shared }))
      say(`${name}: ${all.length} customers, p50 ${ms(median(all))}, p99 ${ms(quantile(all, 0.99))}`);
    return [
      line('p50', median(shared), median(single), 60),
      line('p99', quantile(shared, 0.99), quantile(single, 0.99), 150),
    ];
  },
};

/** Ms from each acknowledgment on the first process to the account ID on a socket of the last one that serves the API. */
const latencies = (roles: ('all' | 'api' | 'worker')[], seconds: number, say: (text: string) => void) =>
  withSchemas(say, async (settings) => {
    const children: Child[] = [];
    try {
      const urls: string[] = [];
      for (const role of roles) {
        const child = startChild(new URL('./clients/node.ts', import.meta.url), MOST);
        children.push(child);
        const url = await child.call<string>('start', { settings, role });
        if (role !== 'worker') urls.push(url);
      }
      const channels = Array.from({ length: CHANNELS }, (_, index) => channelCode(index));
      const tills = new URL('./clients/tills.ts', import.meta.url);
      await inProcess(tills, 'addChannels', { url: urls[0], channels }, MOST);
      const load = { url: urls[0], socketsUrl: urls.at(-1), channels, rate: RATE };
      await inProcess(tills, 'run', { ...load, seconds: Math.min(seconds, 3) }, MOST);
      const measured = await inProcess<number[]>(tills, 'run', { ...load, seconds }, MOST);
      await Promise.all(children.map((child) => child.call('stop')));
      return measured;
    } finally {
      await Promise.all(children.map((child) => child.stop()));
    }
  });
