import type { EntityManager } from 'typeorm';
import { horizonOf, LONGEST_PAUSE } from '../clock.ts';
import { listed } from '../dialect/expressions.ts';
import { sql } from '../sql.ts';
import { mayBeTried } from './operation.bulk.ts';

/** What headquarters knows of a channel database that tells, with its mark, whether there is anything to do for it. */
export interface ChannelWork {
  name: string;
  lastReceived: number;
  lastOperationId: string | null;
  /** The newest version of its customers; 0: it has none. */
  newestVersion: number;
  /** The newest version of any customer: no channel database can have applied a newer one. */
  head: number;
  /** 1: operations of its channels, as far as they were asked about, are due. */
  isDue: number;
}

/** One statement for any number of channel databases. */
export const channelWork = (
  db: EntityManager,
  names: readonly string[],
  channels: readonly string[],
  now: string,
): Promise<ChannelWork[]> =>
  sql(
    db,
    `select d.name, d.last_received as "lastReceived", d.last_operation_id as "lastOperationId",
       coalesce((select max(c.version) from customer c where c.channel_database = d.name), 0) as "newestVersion",
       (select value from head where name = 'customer-version') as head,
       case when exists (
         select 1 from channel c cross join customer_operation o where c.channel_database = d.name and c.code in ${listed(db, '$1')}
           and o.channel = c.code and o.state = 'PENDING' and ${mayBeTried('$2', '$3')}) then 1 else 0 end as "isDue"
     from channel_database d where d.name in ${listed(db, '$4')}`,
    [JSON.stringify(channels), now, horizonOf(now, LONGEST_PAUSE), JSON.stringify(names)],
  );
