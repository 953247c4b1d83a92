import { Column, Entity, type EntityManager, PrimaryColumn } from 'typeorm';
import type { OperationKind, Payloads } from '../operation-kinds.ts';
import { single } from '../sql.ts';

/** Something that was done here, to be uploaded by the P-job. Appended in the transaction that does it, and never changed. */
@Entity('operation')
export class Operation<Kind extends OperationKind = OperationKind> {
  /** Replication counter: 1, 2, 3 … in commit order. */
  @PrimaryColumn({ type: 'bigint' }) counter!: number;
  @Column({ type: 'text' }) id!: string;
  @Column({ type: 'text' }) channel!: string;
  @Column({ type: 'text', nullable: true }) customerUuid!: string | null;
  @Column({ type: 'text' }) kind!: Kind;
  @Column({ type: 'json' }) payload!: Payloads[Kind];
  @Column({ type: 'text' }) createdAt!: string;
}

/** An operation whose payload is that of its kind. */
export type NewOperation = { [Kind in OperationKind]: Operation<Kind> }[OperationKind];

/**
 * Locks the log for this transaction, before any other statement, and returns the counter of its next operation. It keeps other writers of
 * this channel database away, so that counters follow commit order and no two of them create the same UUID. Takes `count` counters at once;
 * those that turn out not to be needed go back with `returnCounters`. `takeCounters` takes more.
 */
export const lockLog = (tx: EntityManager, count = 0): Promise<number> => takeCounters(tx, count);

/** Gives back the last `count` counters that this transaction has taken. */
export async function returnCounters(tx: EntityManager, count: number): Promise<void> {
  await takeCounters(tx, -count);
}

/** Takes the next `count` replication counters of a log that this transaction has locked, and returns the first. */
export async function takeCounters(tx: EntityManager, count: number): Promise<number> {
  const { last } = await single<{ last: number }>(
    tx,
    'update self set last_counter = last_counter + $1 where id = 1 returning last_counter as last',
    [count],
  );
  return last - count + 1;
}

/**
 * What tells an operation of a log from any other at the same counter: the id alone is not enough, because a client sends a creation
 * again, with its UUID, when the database that had acknowledged it was restored.
 */
export const identity = `id || ' ' || created_at`;
