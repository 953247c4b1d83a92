import { Column, Entity, type EntityManager, PrimaryColumn } from 'typeorm';

/**
 * A process that shares headquarters' PostgreSQL database with others. (An embedded database belongs to one process and has no rows.) A
 * process adds its own row and deletes it when it stops; if it dies, the first peer to notice deletes it.
 */
@Entity('server_node')
export class ServerNode {
  /** The process and the number of its session: a process that loses its session gets another one. */
  @PrimaryColumn({ type: 'text' }) id!: string;
  /** The advisory lock that the session holds until it ends. */
  @Column({ type: 'bigint' }) lockKey!: number;
  /** The worker pools of graphile-worker whose jobs become free when the node dies. */
  @Column({ type: 'json' }) workerPools!: string[];
  /** Its last sign of life, in ms since 1970 by the database's clock. */
  @Column({ type: 'bigint' }) beatAt!: number;
}

export const addWorkerPools = (tx: EntityManager, id: string, workerPools: string[]) =>
  tx.update(ServerNode, { id }, { workerPools });

export const removeNode = (tx: EntityManager, id: string) => tx.delete(ServerNode, { id });
