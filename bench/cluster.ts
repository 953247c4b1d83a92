import { type Child, inProcess, startChild } from './support/child.ts';
import { difference, usedBy } from './support/measure.ts';
import { type Place, withDatabases } from './support/places.ts';
import { atMost, type Cpu, costOf, quantile, type Row, type Suite } from './support/report.ts';
import { channelCode } from './support/system.ts';

const RATE = 25;
const CHANNELS = 10;

/** Seconds after which a process ends, whatever happens. */
const MOST = 120;

export const cluster: Suite = {
  name: 'cluster',
  title: `createCustomer on one server to its account ID on another one's socket, ${RATE} a second over ${CHANNELS} channels, two servers and two workers on PostgreSQL`,
  most: 3 * MOST,
  async run({ quick, postgres }) {
    if (!postgres) return [];
    const seconds = quick ? 1 : 20;
    const names = Array.from({ length: quick ? 2 : CHANNELS }, (_, index) => channelCode(index));
    const single = await live(postgres, ['all'], names, seconds);
    const shared = await live(postgres, ['api', 'api', 'worker', 'worker'], names, seconds);
    const row = (part: number, most: number): Row => ({
      what: `Created on one server to account ID on another one, ${RATE} a second, two workers, PostgreSQL, p${part * 100}`,
      value: quantile(shared.latencies, part),
      unit: 'ms',
      reference: { value: quantile(single.latencies, part), what: 'one process on PostgreSQL' },
      target: atMost(most),
      cpu: shared.cpu,
    });
    return [row(0.5, 60), row(0.99, 150)];
  },
};

type Role = 'all' | 'api' | 'worker';

/** Ms from each acknowledgment on the first process to the account ID on a socket of the last one that serves the API, and the CPU of all. */
const live = (
  place: Place,
  roles: Role[],
  channels: string[],
  seconds: number,
): Promise<{ latencies: number[]; cpu: Cpu }> =>
  withDatabases(place, 'cluster', async (databases) => {
    const children: Child[] = [];
    const settings = { PORT: '0', ...databases };
    try {
      const urls: string[] = [];
      for (const role of roles) {
        const child = startChild('node', MOST);
        children.push(child);
        const url = await child.call<string>('start', { settings, role });
        if (role !== 'worker') urls.push(url);
      }
      await inProcess('tills', 'addChannels', { url: urls[0], channels }, MOST);
      const load = { url: urls[0], socketsUrl: urls.at(-1), channels, rate: RATE };
      await inProcess('tills', 'run', { ...load, seconds: Math.min(seconds, 3) }, MOST);
      const before = await usedBy(children);
      const latencies = await inProcess<number[]>('tills', 'run', { ...load, seconds }, MOST);
      const cpu = costOf('customer', latencies.length, difference(await usedBy(children), before));
      await Promise.all(children.map((child) => child.call('stop')));
      return { latencies, cpu };
    } finally {
      await Promise.all(children.map((child) => child.stop()));
    }
  });
