import { Column, Entity, type EntityManager, PrimaryColumn } from 'typeorm';
import { sql } from '../sql.ts';
import type { TransactionStatus } from './transaction.ts';

/*
 * Each new status of an order or a sale becomes an entry in the feed of its channel, in the transaction that changes the status. Whatever
 * changes statuses reports it with `statusesChanged` or `changeStatuses`; the entries are written once, at the end of the transaction
 * (transaction-feed.bulk.ts).
 */

/** A new status of a retail transaction, as it was committed. Written by whatever changes statuses. */
@Entity('transaction_feed')
export class TransactionFeedEntry {
  @PrimaryColumn({ type: 'text' }) channel!: string;
  /** 1, 2, 3 … within the channel, without a gap. */
  @PrimaryColumn({ type: 'bigint' }) sequence!: number;
  @Column({ type: 'bigint' }) transactionSequence!: number;
  @Column({ type: 'text' }) status!: TransactionStatus;
  @Column({ type: 'text' }) at!: string;
  /** Why it was waiting or had failed. */
  @Column({ type: 'text', nullable: true }) errorCode!: string | null;
  @Column({ type: 'text', nullable: true }) error!: string | null;
}

/** The newest sequence of a channel's feed. Updated in the transaction that writes the entries. */
@Entity('transaction_feed_head')
export class TransactionFeedHead {
  @PrimaryColumn({ type: 'text' }) channel!: string;
  @Column({ type: 'bigint' }) sequence!: number;
}

export const transactionFeedEntry = (db: EntityManager, channel: string, sequence: number) =>
  db.findOneBy(TransactionFeedEntry, { channel, sequence });

export async function transactionFeedHead(db: EntityManager, channel: string): Promise<number> {
  return (await db.findOneBy(TransactionFeedHead, { channel }))?.sequence ?? 0;
}

/** The retail transactions whose status has changed, by the database transaction that is under way. */
const changed = new WeakMap<EntityManager, Set<number>>();

/** Begins to collect what `statusesChanged` reports in this transaction. */
export function collectStatusChanges(tx: EntityManager): ReadonlySet<number> {
  const sequences = new Set<number>();
  changed.set(tx, sequences);
  return sequences;
}

/** Reports that these transactions, by `sequence`, have another status than the one committed last. */
export function statusesChanged(tx: EntityManager, sequences: readonly number[]): void {
  const all = changed.get(tx);
  if (!all) throw new Error('Statuses change only within Database.write, which adds them to the feed.');
  for (const sequence of sequences) all.add(sequence);
}

/** Executes a statement that gives transactions another status and returns their `sequence`. */
export async function changeStatuses<Row = unknown>(
  tx: EntityManager,
  statement: string,
  parameters: unknown[],
): Promise<(Row & { sequence: number })[]> {
  const rows = await sql<Row & { sequence: number }>(tx, statement, parameters);
  statusesChanged(
    tx,
    rows.map(({ sequence }) => sequence),
  );
  return rows;
}
