import { Column, Entity, type EntityManager, PrimaryGeneratedColumn } from 'typeorm';

/** Means nothing. Written by each process, to find out whether headquarters can be written. */
@Entity('heartbeat')
export class Heartbeat {
  @PrimaryGeneratedColumn({ type: 'bigint' }) id!: number;
  @Column({ type: 'text' }) filler!: string;
}

/** More than a page of SQLite, so that each beat asks the file for room. */
const filler = '.'.repeat(6_000);

/**
 * Changes a row that means nothing: it succeeds if headquarters can be written. A read would succeed on a full disk and while another
 * process holds the lock.
 */
export async function beat(tx: EntityManager): Promise<void> {
  await tx.insert(Heartbeat, { filler });
  await tx
    .createQueryBuilder()
    .delete()
    .from(Heartbeat)
    .where('id < (select max(newest.id) from heartbeat newest)')
    .execute();
}
