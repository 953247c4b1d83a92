import { Column, Entity, type EntityManager, PrimaryGeneratedColumn } from 'typeorm';
import { sql } from '../sql.ts';

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
  await sql(tx, 'insert into heartbeat (filler) values ($1)', [filler]);
  await sql(tx, 'delete from heartbeat where id < (select max(id) from heartbeat)');
}
