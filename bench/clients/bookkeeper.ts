import { jobRunById } from '../../src/data/hq/job-run.ts';
import { one } from '../../src/data/sql.ts';
import { type JobName, stepsOf } from '../../src/jobs/index.ts';
import { start } from '../../src/queue/queue.ts';
import { answer } from '../support/child.ts';
import { load } from '../support/customers.ts';
import { seconds } from '../support/report.ts';
import { addChannels, withSystem } from '../support/system.ts';
import { loadTransactions } from '../support/transactions.ts';

export interface Booked {
  /** Of each job, in the order they ran. */
  seconds: Record<string, number>;
  /** Seconds of CPU that each job took, in all threads. */
  cpuSeconds: Record<string, number>;
  /** Bytes, of this process until the end of the last job. */
  peakMemory: number;
}

interface Loading {
  folder: string;
  channels: number;
  customers: number;
  transactions: number;
  kind: 'ONLINE_ORDER' | 'CASH_AND_CARRY';
}

answer({
  load: ({ folder, channels, customers, transactions, kind }: Loading) =>
    withSystem(folder, async (app) => {
      const codes = await addChannels(app, channels);
      for (const [index, code] of codes.entries()) {
        await load(await app.channels.databaseOf(code), code, index * (customers / channels), customers / channels);
        await loadTransactions(app, code, kind, transactions / channels);
      }
    }),

  run: ({ folder, jobs }: { folder: string; jobs: JobName[] }) =>
    withSystem(folder, async (app): Promise<Booked> => {
      const taken: Record<string, number> = {};
      const cpuSeconds: Record<string, number> = {};
      for (const job of jobs) {
        const begun = performance.now();
        const cpu = process.cpuUsage();
        const { run } = await start(
          { ...app, now: () => new Date().toISOString() },
          { job, steps: stepsOf(job), channels: null, requestedBy: 'bench', cause: 'OPERATOR' },
        );
        await app.worker.drain();
        const ended = await app.hq.read((db) => jobRunById(db, run.id));
        if (ended?.state !== 'SUCCEEDED') throw new Error(`${job} is ${ended?.state}: ${ended?.error}`);
        taken[job] = seconds(begun);
        const { user, system } = process.cpuUsage(cpu);
        cpuSeconds[job] = (user + system) / 1e6;
      }
      return { seconds: taken, cpuSeconds, peakMemory: process.resourceUsage().maxRSS * 1_024 };
    }),

  /** Throws unless every order has its sales order, with the same totals, and each customer one account ID. */
  verifyOrders: ({ folder, count }: { folder: string; count: number }) =>
    withSystem(folder, async (app) => {
      const found = await app.hq.read((db) =>
        one<{ count: number; orders: number; same: number; accounts: number; customers: number }>(
          db,
          `select count(*) as count, count(distinct o.sales_order_id) as orders, sum(case when o.gross = t.gross then 1 else 0 end) as same,
             count(o.account_id) as accounts, (select count(*) - count(distinct account_id) from customer) as customers
           from retail_transaction t left join sales_order o on o.transaction_sequence = t.sequence`,
        ),
      );
      expectSame(found, { count, orders: count, same: count, accounts: count, customers: 0 });
    }),

  /** Throws unless every sale is posted, and what was sold, ordered, invoiced and paid is the same to the cent. */
  verifyStatements: ({ folder, count }: { folder: string; count: number }) =>
    withSystem(folder, async (app) => {
      const found = await app.hq.read((db) =>
        one<Record<string, number>>(
          db,
          `select count(*) as count, sum(case when status = 'POSTED' then 1 else 0 end) as posted,
             sum(gross) - (select sum(gross) from sales_order) as ordered, sum(gross) - (select sum(gross) from invoice) as invoiced,
             sum(gross) - (select sum(amount) from settlement) as settled, (select sum(debit) - sum(credit) from journal_entry) as balance
           from retail_transaction`,
        ),
      );
      expectSame(found, { count, posted: count, ordered: 0, invoiced: 0, settled: 0, balance: 0 });
    }),
});

function expectSame(found: unknown, expected: unknown): void {
  const [a, b] = [found, expected].map((value) => JSON.stringify(value));
  if (a !== b) throw new Error(`${a} instead of ${b}`);
}
