import { Column, Entity, type EntityManager, PrimaryColumn } from 'typeorm';

/**
 * A process that shares headquarters' PostgreSQL database with others (never one that has an embedded database). Written by itself; deleted
 * by itself when it stops, or by the first other one that finds it dead.
 */
@Entity('server_node')
export class ServerNode {
  /** The process, and which of its lives this is: one that loses its session begins another. */
  @PrimaryColumn({ type: 'text' }) id!: string;
  /** The advisory lock that its session holds for as long as it lives. */
  @Column({ type: 'bigint' }) lockKey!: number;
  /** The pools of workers whose jobs are free when it dies. */
  @Column({ type: 'json' }) workerPools!: string[];
  /** When it was last heard of: ms since 1970, by the clock of the database. */
  @Column({ type: 'bigint' }) beatAt!: number;
}

export const addWorkerPools = (tx: EntityManager, id: string, workerPools: string[]) =>
  tx.update(ServerNode, { id }, { workerPools });

export const removeNode = (tx: EntityManager, id: string) => tx.delete(ServerNode, { id });
