import type { EntityManager } from 'typeorm';
import { one, sql } from '../sql.ts';

/** An account ID that reached a channel. `sequence` counts 1, 2, 3 … within the channel. */
export interface FeedRow {
  sequence: number;
  customer_uuid: string;
  account_id: string;
  at: string;
}

export const feedAfter = (db: EntityManager, channel: string, sequence: number, limit: number) =>
  sql<FeedRow>(
    db,
    'select sequence, customer_uuid, account_id, at from feed where channel = $1 and sequence > $2 order by sequence limit $3',
    [channel, sequence, limit],
  );

export async function feedHead(db: EntityManager, channel: string): Promise<number> {
  const row = await one<{ sequence: number }>(db, 'select sequence from feed_head where channel = $1', [channel]);
  return row?.sequence ?? 0;
}
