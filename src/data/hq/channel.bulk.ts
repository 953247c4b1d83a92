import type { EntityManager } from 'typeorm';
import { listed } from '../dialect/expressions.ts';
import { sql } from '../sql.ts';

/** What headquarters says about a channel. */
export interface HeadquartersFigures {
  channel: string;
  failedOperations: number;
  waitingOperations: number;
  lastUploadAt: string | null;
}

/** One statement for any number of channels. It counts entries of an index that has only what is in trouble. */
export function headquartersFigures(db: EntityManager, channels: readonly string[]): Promise<HeadquartersFigures[]> {
  // SQLite uses the index only if the query repeats its condition word for word.
  const count = (state: string) =>
    `(select count(*) from customer_operation o where o.channel = c.code and o.state = '${state}' and o.state in ('WAITING', 'FAILED'))`;
  return sql(
    db,
    `select c.code as channel, ${count('FAILED')} as "failedOperations", ${count('WAITING')} as "waitingOperations", d.last_received_at as "lastUploadAt"
     from channel c join channel_database d on d.name = c.channel_database where c.code in ${listed(db, '$1')}`,
    [JSON.stringify(channels)],
  );
}
