import { type App, startApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { sql } from '../src/data/sql.ts';
import { createLog } from '../src/log.ts';
import { startChild } from './support/child.ts';
import { load } from './support/customers.ts';
import { graphqlClient } from './support/http.ts';
import { conversionState, runConversion } from './support/operations.ts';
import { backendSeconds, withSchemas } from './support/postgres.ts';
import { amount, median, type Suite, times } from './support/report.ts';
import { addChannels } from './support/system.ts';
import { verifyConverted } from './support/verify.ts';

const CHANNELS = 10;
const WORKERS = [1, 2, 4];
/** Seconds after which a process ends, whatever happens. */
const MOST = 300;

type Settings = Record<string, string>;

/** What it took, per customer in µs of CPU. */
interface Measured {
  rate: number;
  node: number;
  postgres: number;
}

export const workers: Suite = {
  name: 'workers',
  title: `Conversion of customers in ${CHANNELS} channels on PostgreSQL by ${WORKERS.join(', ')} workers, each a process of its own`,
  most: 8 * MOST,
  async run({ quick, say }) {
    const count = quick ? 400 : 20_000;
    const rounds = quick ? 1 : 3;
    const measured = new Map<number, Measured[]>(WORKERS.map((workers) => [workers, []]));
    for (let round = 0; round < rounds; round++)
      for (const workers of WORKERS) {
        const result = await withSchemas(say, async (found) => {
          // Five processes stay below the hundred connections that PostgreSQL takes by default.
          const settings = { ...found, POOL_SIZE: '5' };
          await prepare(settings);
          const result = await convertWith(settings, workers, count);
          await withApp(settings, (app) => verifyConverted(app, 2 * count));
          return result;
        });
        if (!result) return [];
        const { rate, node, postgres } = result;
        say(`${workers}: ${amount(rate)}/s, ${amount(node)} µs of CPU in Node, ${amount(postgres)} in PostgreSQL`);
        measured.get(workers)!.push(result);
      }
    const middle = (workers: number, of: (result: Measured) => number) => median(measured.get(workers)!.map(of));
    const rateOf = (workers: number) => middle(workers, ({ rate }) => rate);
    return WORKERS.map((workers, index) => {
      const before = rateOf(WORKERS[Math.max(0, index - 1)]!);
      const cpu = `${amount(middle(workers, ({ node }) => node))} µs of CPU each in Node, ${amount(middle(workers, ({ postgres }) => postgres))} in PostgreSQL`;
      return {
        what: `Conversion of ${amount(count)} customers over ${CHANNELS} channels, PostgreSQL, ${workers} ${workers === 1 ? 'worker' : 'workers'}`,
        measured: `${amount(rateOf(workers))} customers/s, ${cpu}`,
        reference: `${amount(rateOf(1))} customers/s with one`,
        ratio: times(rateOf(workers) / rateOf(1)),
        ...(index === 0 ? { target: '' } : { target: 'no fewer than with fewer', met: rateOf(workers) >= before }),
      };
    });
  },
};

/** Channels that nobody converts until a run does. */
const prepare = (settings: Settings): Promise<void> =>
  withApp(settings, async (app) => {
    await addChannels(app, CHANNELS);
    await app.hq.write(async (tx) => {
      await sql(tx, 'update channel set live_conversion = false');
      await sql(tx, 'update schedule set enabled = false, next_run_at = null');
    });
  });

const addCustomers = (settings: Settings, from: number, count: number): Promise<void> =>
  withApp(settings, async (app) => {
    const each = count / CHANNELS;
    for (const [index, { code }] of app.channels.all().entries())
      await load(await app.channels.databaseOf(code), code, from + index * each, each);
  });

async function convertWith(settings: Settings, workers: number, count: number): Promise<Measured> {
  const children = Array.from({ length: 1 + workers }, () =>
    startChild(new URL('./clients/node.ts', import.meta.url), MOST),
  );
  try {
    const [url] = await Promise.all(
      children.map((child, index) => child.call<string>('start', { settings, role: index === 0 ? 'api' : 'worker' })),
    );
    const nodes = await Promise.all(children.map((child) => child.call<string>('node')));
    const spent = async () => {
      const usages = await Promise.all(children.map((child) => child.call<{ cpu: number }>('usage')));
      return { node: usages.reduce((sum, { cpu }) => sum + cpu, 0) / 1e6, postgres: await backendSeconds(nodes) };
    };
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
    const before = await spent();
    const begun = performance.now();
    await convert();
    const seconds = (performance.now() - begun) / 1_000;
    const after = await spent();
    client.close();
    await Promise.all(children.map((child) => child.call('stop')));
    const each = (value: number) => (value / count) * 1e6;
    return {
      rate: count / seconds,
      node: each(after.node - before.node),
      postgres: each(after.postgres - before.postgres),
    };
  } finally {
    await Promise.all(children.map((child) => child.stop()));
  }
}

async function withApp(settings: Settings, work: (app: App) => Promise<unknown>): Promise<void> {
  const config = readConfig({ ...settings, LOG_LEVEL: 'error' });
  const app = await startApp(config, { log: createLog('error'), background: false });
  try {
    await work(app);
  } finally {
    await app.stop();
  }
}
