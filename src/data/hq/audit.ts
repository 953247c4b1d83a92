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

/** Who changes something, and when. */
export interface Actor {
  actor: string;
  at: string;
}

/** A field, or null for the action as a whole, with its value before and after. */
export type Change = [field: string | null, before: unknown, after: unknown];

/** Records who did what to which subject: a row for each change, or one row for an action that changes no single field. */
export async function audit(
  tx: EntityManager,
  { actor, at }: Actor,
  action: string,
  subject: string,
  changes: readonly Change[] = [[null, null, null]],
): Promise<void> {
  if (changes.length === 0) return;
  const text = (value: unknown) => (value === null || value === undefined ? null : String(value));
  await tx.insert(
    AuditEntry,
    changes.map(([field, before, after]) => ({
      at,
      actor,
      action,
      subject,
      field,
      oldValue: text(before),
      newValue: text(after),
    })),
  );
}
