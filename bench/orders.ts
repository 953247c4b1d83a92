import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Booked } from './clients/bookkeeper.ts';
import { inProcess } from './support/child.ts';
import { amount, type Line, type Suite, times } from './support/report.ts';

const bookkeeper = new URL('./clients/bookkeeper.ts', import.meta.url);
const run = (folder: string, jobs: string[]) => inProcess<Booked>(bookkeeper, 'run', { folder, jobs }, 1_200);

export const orders: Suite = {
  name: 'orders',
  title: 'Synchronize orders: uploaded orders, two per customer, in 10 channels, each with its own database',
  most: 1_200,
  async run({ quick, shared, say }) {
    const sizes = quick ? [500, 1_000] : [100_000, 300_000];
    const measured: Record<number, { pending: number; known: number; memory: number }> = {};
    for (const count of sizes) {
      const from = join(shared, `orders-${count}`);
      const channels = quick ? 2 : 10;
      await inProcess(
        bookkeeper,
        'load',
        { folder: from, channels, customers: count / 2, transactions: count, kind: 'ONLINE_ORDER' },
        600,
      );
      const one = async (before: string[]) => {
        const folder = join(shared, 'orders-now');
        await cp(from, folder, { recursive: true });
        await run(folder, before);
        const booked = await run(folder, ['synchronize-orders']);
        await inProcess(bookkeeper, 'verifyOrders', { folder, count }, 300);
        await rm(folder, { recursive: true });
        return { rate: count / booked.seconds['synchronize-orders']!, memory: booked.peakMemory };
      };
      const pending = await one(['p-job']);
      const known = await one(['p-job', 'synchronize-customers']);
      await rm(from, { recursive: true });
      say(
        `${amount(count)}: ${amount(pending.rate)} orders/s with pending customers, ${amount(known.rate)} orders/s with known ones`,
      );
      measured[count] = { pending: pending.rate, known: known.rate, memory: pending.memory };
    }
    const [small, large] = sizes as [number, number];
    return [
      {
        what: `Synchronize orders, ${amount(large)} orders of pending customers (who are synchronized with them)`,
        measured: `${amount(measured[large]!.pending)} orders/s`,
        reference: `${amount(measured[large]!.known)} orders/s with customers who have their account IDs`,
        ratio: times(measured[large]!.pending / measured[large]!.known),
        target: '',
      },
      memoryLine(
        `Peak memory of synchronizing ${amount(large)} orders`,
        measured[large]!.memory,
        measured[small]!.memory,
        small,
      ),
    ];
  },
};

const JOBS = ['validate-transactions', 'calculate-statements', 'post-statements'];

export const statements: Suite = {
  name: 'statements',
  title: 'Statements: uploaded sales of known customers on 10 days in one channel, validated, calculated, and posted',
  most: 1_800,
  async run({ quick, shared, say }) {
    const sizes = quick ? [500, 1_000] : [20_000, 100_000];
    const measured: Record<number, Booked> = {};
    for (const count of sizes) {
      const folder = join(shared, `statements-${count}`);
      await inProcess(
        bookkeeper,
        'load',
        { folder, channels: 1, customers: count / 10, transactions: count, kind: 'CASH_AND_CARRY' },
        600,
      );
      await run(folder, ['p-job', 'synchronize-customers']);
      const booked = await run(folder, JOBS);
      await inProcess(bookkeeper, 'verifyStatements', { folder, count }, 300);
      await rm(folder, { recursive: true });
      const each = JOBS.map(
        (job) =>
          `${job} ${booked.seconds[job]!.toFixed(1)} s, ${amount((booked.cpuSeconds[job]! / count) * 1e6)} µs of CPU each`,
      ).join('; ');
      say(`${amount(count)} sales: ${each}`);
      measured[count] = booked;
    }
    const [small, large] = sizes as [number, number];
    const rate = (count: number, jobs: string[]) =>
      count / jobs.reduce((sum, job) => sum + measured[count]!.seconds[job]!, 0);
    const posted = JOBS.slice(1);
    return [
      {
        what: `Sales validated, ${amount(large)}`,
        measured: `${amount(rate(large, JOBS.slice(0, 1)))} sales/s`,
        reference: `${amount(rate(small, JOBS.slice(0, 1)))} sales/s of ${amount(small)}`,
        ratio: times(rate(large, JOBS.slice(0, 1)) / rate(small, JOBS.slice(0, 1))),
        target: '',
      },
      {
        what: `Statements of ${amount(large)} sales calculated and posted`,
        measured: `${amount(rate(large, posted))} sales/s`,
        reference: `${amount(rate(small, posted))} sales/s of ${amount(small)}`,
        ratio: times(rate(large, posted) / rate(small, posted)),
        target: '',
      },
      memoryLine(
        `Peak memory of statements of ${amount(large)} sales`,
        measured[large]!.peakMemory,
        measured[small]!.peakMemory,
        small,
      ),
    ];
  },
};

function memoryLine(what: string, large: number, small: number, count: number): Line {
  const ratio = large / small;
  return {
    what,
    measured: `${amount(large / 2 ** 20)} MB`,
    reference: `${amount(small / 2 ** 20)} MB at ${amount(count)}`,
    ratio: times(ratio),
    target: 'at most 1.5×',
    met: ratio <= 1.5,
  };
}
