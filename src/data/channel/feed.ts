import { Column, Entity, type EntityManager, PrimaryColumn } from 'typeorm';
import { keysetPage } from '../keyset-page.ts';

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

export const feedAfter = (db: EntityManager, channel: string, sequence: number, limit: number): Promise<FeedEntry[]> =>
  keysetPage(db, FeedEntry, 'sequence', { channel }, { after: sequence, limit, descending: false });

export async function feedHead(db: EntityManager, channel: string): Promise<number> {
  return (await db.findOneBy(FeedHead, { channel }))?.sequence ?? 0;
}
