import { Column, Entity, type EntityManager, PrimaryGeneratedColumn } from 'typeorm';

/** A field that a person changed. Written in the transaction of the change. */
@Entity('audit_entry')
export class AuditEntry {
  @PrimaryGeneratedColumn({ type: 'bigint' }) id!: number;
  @Column({ type: 'text' }) at!: string;
  @Column({ type: 'text' }) actor!: string;
  @Column({ type: 'text' }) action!: string;
  /** What was changed, e.g. `channel:houston`, `customer-operation:42`. */
  @Column({ type: 'text' }) subject!: string;
  @Column({ type: 'text', nullable: true }) field!: string | null;
  @Column({ type: 'text', nullable: true }) oldValue!: string | null;
  @Column({ type: 'text', nullable: true }) newValue!: string | null;
}

export const addAuditEntries = (tx: EntityManager, entries: Omit<AuditEntry, 'id'>[]) =>
  entries.length === 0 ? Promise.resolve(undefined) : tx.insert(AuditEntry, entries);
