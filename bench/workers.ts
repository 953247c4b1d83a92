import { sql } from '../src/data/sql.ts';
import { startChild } from './support/child.ts';
import { load } from './support/customers.ts';
import { graphqlClient } from './support/http.ts';
import { difference, usedBy } from './support/measure.ts';
import { conversionState, runConversion } from './support/operations.ts';
import { type Settings, withDatabases } from './support/places.ts';
import { amount, type Cpu, costOf, micros, type Row, ratioAtLeast, type Suite, totalOf } from './support/report.ts';
import { addChannels, withSystem } from './support/system.ts';
import { verifyConverted } from './support/verify.ts';

const CHANNELS = 10;
const MANY = [1, 2, 4];
/** Seconds after which a process ends, whatever happens. */
const MOST = 300;

interface Measured {
  rate: number;
  cpu: Cpu;
}

export const workers: Suite = {
  name: 'workers',
  title: `Conversion of customers in ${CHANNELS} channels on PostgreSQL by ${MANY.join(', ')} workers, each a process of its own`,
  most: 8 * MOST,
  async run({ quick, postgres, say }) {
    if (!postgres) return [];
    const count = quick ? 200 : 20_000;
    const [numbers, channels] = quick ? [[1, 2], 2] : [MANY, CHANNELS];
    const found = new Map<number, Measured[]>(numbers.map((workers) => [workers, []]));
    for (let round = 0; round < (quick ? 1 : 3); round++)
      for (const workers of numbers)
        await withDatabases(postgres, 'workers', async (databases) => {
          // Five processes stay below the hundred connections that PostgreSQL takes by default.
          const settings = { PORT: '0', ...databases, POOL_SIZE: '5' };
          await prepare(settings, channels);
          const now = await convertWith(settings, workers, count);
          await withSystem(settings, (app) => verifyConverted(app, 2 * count));
          say(`${workers}: ${amount(now.rate)}/s, ${micros(totalOf(now.cpu))} of CPU each`);
          found.get(workers)!.push(now);
        });
    const middle = (workers: number) =>
      found.get(workers)!.toSorted((a, b) => a.rate - b.rate)[found.get(workers)!.length >> 1]!;
    return numbers.map((workers, index): Row => {
      const { rate, cpu } = middle(workers);
      const fewer = numbers[index - 1];
      return {
        what: `Conversion of ${amount(count)} customers over ${channels} channels, PostgreSQL, ${workers} ${workers === 1 ? 'worker' : 'workers'}`,
        value: rate,
        unit: 'customers/s',
        cpu,
        ...(fewer === undefined
          ? {}
          : { reference: { value: middle(fewer).rate, what: `with ${fewer}` }, target: ratioAtLeast(1) }),
      };
    });
  },
};

/** Channels that nobody converts until a run does. */
const prepare = (settings: Settings, channels: number): Promise<void> =>
  withSystem(settings, async (app) => {
    await addChannels(app, channels);
    await app.hq.write(async (tx) => {
      await sql(tx, 'update channel set live_conversion = false');
      await sql(tx, 'update schedule set enabled = false, next_run_at = null');
    });
  });

const addCustomers = (settings: Settings, from: number, count: number): Promise<void> =>
  withSystem(settings, async (app) => {
    const channels = app.channels.all();
    const each = count / channels.length;
    for (const [index, { code }] of channels.entries())
      await load(await app.channels.databaseOf(code), code, from + index * each, each);
  });

async function convertWith(settings: Settings, workers: number, count: number): Promise<Measured> {
  const children = Array.from({ length: 1 + workers }, () => startChild('node', MOST));
  try {
    const [url] = await Promise.all(
      children.map((child, index) => child.call<string>('start', { settings, role: index === 0 ? 'api' : 'worker' })),
    );
    const client = graphqlClient(url!, 1);
    const convert = async () => {
      const { runConversion: run } = await client.post(runConversion);
      for (let state = ''; state !== 'SUCCEEDED'; ) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        ({ state } = (await client.post(conversionState, { id: run.id })).jobRun);
        if (state === 'FAILED') throw new Error('the conversion failed');
      }
    };
    // The first conversion of a process compiles its code and fills the caches of its connections, however many share the work.
    await addCustomers(settings, 0, count);
    await convert();
    await addCustomers(settings, count, count);
    const before = await usedBy(children);
    const begun = performance.now();
    await convert();
    const seconds = (performance.now() - begun) / 1_000;
    const cpu = costOf('customer', count, difference(await usedBy(children), before));
    client.close();
    await Promise.all(children.map((child) => child.call('stop')));
    return { rate: count / seconds, cpu };
  } finally {
    await Promise.all(children.map((child) => child.stop()));
  }
}
