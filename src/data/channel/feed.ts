import { Column, Entity, type EntityManager, PrimaryColumn } from 'typeorm';
import { one, sql } from '../sql.ts';

/** An account ID that reached a channel. Written by job 1010. */
@Entity('feed')
export class FeedEntry {
  @PrimaryColumn({ type: 'text' }) channel!: string;
  /** 1, 2, 3 … within the channel, without a gap. */
  @PrimaryColumn({ type: 'bigint' }) sequence!: number;
  @Column({ type: 'text' }) customerUuid!: string;
  @Column({ type: 'text' }) accountId!: string;
  @Column({ type: 'text' }) at!: string;
}

/** The newest sequence of a channel's feed. Moved on in the transaction that writes the entries. */
@Entity('feed_head')
export class FeedHead {
  @PrimaryColumn({ type: 'text' }) channel!: string;
  @Column({ type: 'bigint' }) sequence!: number;
}

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
