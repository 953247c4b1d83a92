import { Column, Entity, type EntityManager, PrimaryColumn } from 'typeorm';

/** Says that headquarters is in maintenance. Written by operators; absent while it is not. */
@Entity('maintenance')
export class Maintenance {
  /** 1. */
  @PrimaryColumn({ type: 'integer' }) id!: number;
  @Column({ type: 'text', nullable: true }) reason!: string | null;
  @Column({ type: 'text' }) since!: string;
}

const id = 1;

export const maintenance = (db: EntityManager) => db.findOneBy(Maintenance, { id });

export const beginMaintenance = (tx: EntityManager, about: Omit<Maintenance, 'id'>) =>
  tx.upsert(Maintenance, { id, ...about }, ['id']);

export const endMaintenance = (tx: EntityManager) => tx.delete(Maintenance, { id });
