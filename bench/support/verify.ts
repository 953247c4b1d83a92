import type { App } from '../../src/app.ts';
import { one, sql } from '../../src/data/sql.ts';

/**
 * Throws unless every customer of every channel has one account ID, all of them distinct and without a gap, headquarters and the
 * channels agree on them, and each feed tells each once, counting from 1.
 */
export async function verifyConverted(app: App, expected: number): Promise<void> {
  const hq = await app.hq.read((db) =>
    one<{ count: number; accounts: number; least: string; largest: string; addresses: number }>(
      db,
      `select count(*) as count, count(distinct account_id) as accounts, min(account_id) as least, max(account_id) as largest,
         (select count(*) from customer_address) as addresses from customer`,
    ),
  );
  const account = (number: number) => `C${String(number).padStart(8, '0')}`;
  expectSame('headquarters', hq, {
    count: expected,
    accounts: expected,
    least: account(1),
    largest: account(expected),
    addresses: expected,
  });
  const open = await app.hq.read((db) =>
    one<{ count: number }>(db, `select count(*) as count from customer_operation where state <> 'SYNCED'`),
  );
  expectSame('operations', open, { count: 0 });

  let total = 0;
  const sums: string[] = [];
  for (const { code } of app.channels.all()) {
    const database = await app.channels.databaseOf(code);
    const there = await database.read((db) =>
      one<{
        count: number;
        pending: number;
        fed: number;
        distinct_fed: number;
        first: number;
        last: number;
        head: number;
        same: number;
      }>(
        db,
        `select (select count(*) from customer) as count, (select count(*) from customer where account_id is null) as pending,
           count(*) as fed, count(distinct f.account_id) as distinct_fed, min(f.sequence) as first, max(f.sequence) as last,
           (select sequence from feed_head where channel = $1) as head,
           sum(case when c.account_id = f.account_id then 1 else 0 end) as same
         from feed f left join customer c on c.uuid = f.customer_uuid where f.channel = $1`,
        [code],
      ),
    );
    const { count } = there!;
    expectSame(code, there, {
      count,
      pending: 0,
      fed: count,
      distinct_fed: count,
      first: 1,
      last: count,
      head: count,
      same: count,
    });
    total += count;
    const sum = await database.read((db) =>
      sql<{ sum: number }>(db, 'select sum(cast(substr(account_id, 2) as bigint)) as sum from customer'),
    );
    sums.push(`${code}:${sum[0]!.sum}`);
  }
  expectSame('channels', { total }, { total: expected });
  const atHq = await app.hq.read((db) =>
    sql<{ channel: string; sum: number }>(
      db,
      'select channel, sum(cast(substr(account_id, 2) as bigint)) as sum from customer group by channel order by channel',
    ),
  );
  expectSame('account IDs', atHq.map(({ channel, sum }) => `${channel}:${sum}`).join(), sums.sort().join());
}

function expectSame(what: string, found: unknown, expected: unknown): void {
  const [a, b] = [found, expected].map((value) => JSON.stringify(value));
  if (a !== b) throw new Error(`${what}: ${a} instead of ${b}`);
}
