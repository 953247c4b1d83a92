import { one } from '../../src/data/sql.ts';
import type { JobName } from '../../src/jobs/index.ts';
import { answer } from '../support/child.ts';
import { load } from '../support/customers.ts';
import { measured } from '../support/measure.ts';
import type { Settings } from '../support/places.ts';
import type { Used } from '../support/report.ts';
import { addChannels, runJob, withSystem } from '../support/system.ts';
import { loadTransactions } from '../support/transactions.ts';

export interface Booked {
  /** What each job took, in the order they ran. */
  jobs: Record<string, { seconds: number; used: Used }>;
  /** Bytes, of this process until the end of the last job. */
  peakMemory: number;
}

interface Loading {
  settings: Settings;
  channels: number;
  customers: number;
  transactions: number;
  kind: 'ONLINE_ORDER' | 'CASH_AND_CARRY';
}

answer({
  load: ({ settings, channels, customers, transactions, kind }: Loading) =>
    withSystem(settings, async (app) => {
      const codes = await addChannels(app, channels);
      for (const [index, code] of codes.entries()) {
        await load(await app.channels.databaseOf(code), code, index * (customers / channels), customers / channels);
        await loadTransactions(app, code, kind, transactions / channels);
      }
    }),

  run: ({ settings, jobs }: { settings: Settings; jobs: JobName[] }) =>
    withSystem(settings, async (app): Promise<Booked> => {
      const done: Booked['jobs'] = {};
      for (const job of jobs) {
        const { seconds, used } = await measured(() => runJob(app, job), !app.hq.embedded);
        done[job] = { seconds, used };
      }
      return { jobs: done, peakMemory: process.resourceUsage().maxRSS * 1_024 };
    }),

  /** Throws unless every order has its sales order, with the same totals, and each customer one account ID. */
  verifyOrders: ({ settings, count }: { settings: Settings; count: number }) =>
    withSystem(settings, async (app) => {
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
  verifyStatements: ({ settings, count }: { settings: Settings; count: number }) =>
    withSystem(settings, async (app) => {
      const found = await app.hq.read((db) =>
        one<Record<string, number>>(
          db,
          `select count(*) as count, sum(case when status = 'POSTED' then 1 else 0 end) as posted,
             cast(sum(gross) - (select sum(gross) from sales_order) as bigint) as ordered,
             cast(sum(gross) - (select sum(gross) from invoice) as bigint) as invoiced,
             cast(sum(gross) - (select sum(amount) from settlement) as bigint) as settled,
             cast((select sum(debit) - sum(credit) from journal_entry) as bigint) as balance
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
