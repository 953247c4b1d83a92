import type { Booked } from './clients/bookkeeper.ts';
import { inProcess } from './support/child.ts';
import { sumOf } from './support/measure.ts';
import { type Place, withDatabases } from './support/places.ts';
import {
  amount,
  atLeast,
  atMost,
  both,
  type Cpu,
  costOf,
  micros,
  type Row,
  ratioAtLeast,
  ratioAtMost,
  type Suite,
  type Target,
  totalOf,
} from './support/report.ts';

const run = (place: Place, name: string, jobs: string[]) =>
  inProcess<Booked>('bookkeeper', 'run', { settings: place.settings(name), jobs }, 1_200);

/** What a job took, for each of so many. */
interface Taken {
  rate: number;
  seconds: number;
  cpu: Cpu;
  memory: number;
}

function taken({ jobs, peakMemory }: Booked, names: string[], unit: string, count: number): Taken {
  const chosen = names.map((name) => jobs[name]!);
  const seconds = chosen.reduce((sum, job) => sum + job.seconds, 0);
  const cpu = costOf(unit, count, sumOf(chosen.map(({ used }) => used)));
  return { rate: count / seconds, seconds, cpu, memory: peakMemory / 2 ** 20 };
}

export const orders: Suite = {
  name: 'orders',
  title: 'Synchronize orders: uploaded orders, two per customer, in 10 channels, each with its own database',
  most: 2_400,
  async run({ quick, sqlite, postgres, say }) {
    const channels = quick ? 2 : 10;
    const synchronized = async (place: Place, count: number) => {
      const from = `orders-${count}`;
      await place.create(from);
      const loading = { settings: place.settings(from), channels, customers: count / 2, transactions: count };
      await inProcess('bookkeeper', 'load', { ...loading, kind: 'ONLINE_ORDER' }, 900);
      const one = async (before: string[]) => {
        const name = 'orders-now';
        await place.copy(from, name);
        await run(place, name, before);
        const booked = await run(place, name, ['synchronize-orders']);
        await inProcess('bookkeeper', 'verifyOrders', { settings: place.settings(name), count }, 300);
        await place.remove(name);
        return taken(booked, ['synchronize-orders'], 'order', count);
      };
      const pending = await one(['p-job']);
      const known = await one(['p-job', 'synchronize-customers']);
      await place.remove(from);
      say(
        `${place.database}, ${amount(count)}: ${amount(pending.rate)} orders/s with pending customers (${micros(totalOf(pending.cpu))} of CPU each), ${amount(known.rate)} orders/s with known ones (${micros(totalOf(known.cpu))})`,
      );
      return { pending, known };
    };
    const [few, most] = quick ? [200, 600] : [100_000, 300_000];
    const [small, large] = [await synchronized(sqlite, few), await synchronized(sqlite, most)];
    const row = (count: number, kind: string, { rate, cpu }: Taken, more: Partial<Row>): Row => ({
      what: `Synchronize orders, ${amount(count)} of ${kind}`,
      value: rate,
      unit: 'orders/s',
      cpu,
      ...more,
    });
    const [pending, known] = ['pending customers, who are synchronized with them', 'customers who have account IDs'];
    const beside = ({ rate }: Taken) => ({ reference: { value: rate, what: `at ${amount(few)}` } });
    const rows = [
      row(few, pending, small.pending, { target: atLeast(15_000) }),
      row(most, pending, large.pending, { ...beside(small.pending), target: atLeast(15_000) }),
      row(few, known, small.known, { target: atLeast(20_000) }),
      row(most, known, large.known, { ...beside(small.known), target: both(atLeast(20_000), ratioAtLeast(1 / 1.2)) }),
      memoryRow(`Peak memory of synchronizing ${amount(most)} orders`, large.pending, small.pending, few),
    ];
    if (postgres) {
      const there = await synchronized(postgres, few);
      const sqliteHas = ({ rate }: Taken) => ({ reference: { value: rate, what: 'SQLite' } });
      rows.push(
        row(few, `${pending}, PostgreSQL`, there.pending, sqliteHas(small.pending)),
        row(few, `${known}, PostgreSQL`, there.known, sqliteHas(small.known)),
      );
    }
    return rows;
  },
};

const JOBS = ['validate-transactions', 'calculate-statements', 'post-statements'];
const [VALIDATE, ...POST] = JOBS as [string, string, string];

export const statements: Suite = {
  name: 'statements',
  title: 'Statements: uploaded sales of known customers on 10 days in one channel, validated, calculated, and posted',
  most: 2_400,
  async run({ quick, sqlite, postgres, say }) {
    const booked = (place: Place, count: number) =>
      withDatabases(place, `statements-${count}`, async (settings) => {
        const name = `statements-${count}`;
        const loading = { settings, channels: 1, customers: count / 10, transactions: count, kind: 'CASH_AND_CARRY' };
        await inProcess('bookkeeper', 'load', loading, 900);
        await run(place, name, ['p-job', 'synchronize-customers']);
        const result = await run(place, name, JOBS);
        await inProcess('bookkeeper', 'verifyStatements', { settings, count }, 300);
        const each = JOBS.map((job) => {
          const { seconds, cpu } = taken(result, [job], 'sale', count);
          return `${job} ${seconds.toFixed(1)} s, ${micros(totalOf(cpu))} of CPU each`;
        });
        say(`${place.database}, ${amount(count)} sales: ${each.join('; ')}`);
        return { validated: taken(result, [VALIDATE], 'sale', count), posted: taken(result, POST, 'sale', count) };
      });
    const [few, most] = quick ? [200, 600] : [20_000, 100_000];
    const [small, large] = [await booked(sqlite, few), await booked(sqlite, most)];
    const row = (what: string, { seconds, cpu }: Taken, reference: Row['reference'], target?: Target): Row => ({
      what,
      value: seconds,
      unit: 's',
      cpu,
      ...(reference && { reference }),
      ...(target && { target }),
    });
    // As long as it would take if each sale took what it takes among few.
    const scaled = ({ seconds }: Taken) => ({
      value: (seconds * most) / few,
      what: `${most / few} times ${amount(few)}`,
    });
    const rows = [
      row(`${amount(most)} sales validated`, large.validated, scaled(small.validated), atMost(3.5)),
      row(`Statements of ${amount(most)} sales calculated and posted`, large.posted, scaled(small.posted), atMost(8)),
      memoryRow(`Peak memory of statements of ${amount(most)} sales`, large.posted, small.posted, few),
    ];
    if (postgres) {
      const there = await booked(postgres, most);
      const sqliteHas = ({ seconds }: Taken) => ({ value: seconds, what: 'SQLite' });
      rows.push(
        row(`${amount(most)} sales validated, PostgreSQL`, there.validated, sqliteHas(large.validated)),
        row(
          `Statements of ${amount(most)} sales calculated and posted, PostgreSQL`,
          there.posted,
          sqliteHas(large.posted),
        ),
      );
    }
    return rows;
  },
};

const memoryRow = (what: string, large: Taken, small: Taken, count: number): Row => ({
  what,
  value: large.memory,
  unit: 'MB',
  reference: { value: small.memory, what: `at ${amount(count)}` },
  target: ratioAtMost(1.5),
  cpu: large.cpu,
});
