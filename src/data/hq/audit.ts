import { type EntityManager, EntitySchema } from 'typeorm';

/** Who changed what: one row per field. */
export interface AuditEntry {
  id: number;
  at: string;
  actor: string;
  action: string;
  /** What was changed, e.g. `channel:houston`, `customer-operation:42`. */
  subject: string;
  field: string | null;
  oldValue: string | null;
  newValue: string | null;
}

export const auditEntries = new EntitySchema<AuditEntry>({
  name: 'audit_entry',
  columns: {
    id: { type: 'bigint', primary: true, generated: true },
    at: { type: 'text' },
    actor: { type: 'text' },
    action: { type: 'text' },
    subject: { type: 'text' },
    field: { type: 'text', nullable: true },
    oldValue: { type: 'text', nullable: true },
    newValue: { type: 'text', nullable: true },
  },
});

export const addAuditEntries = (tx: EntityManager, entries: Omit<AuditEntry, 'id'>[]) =>
  entries.length === 0 ? Promise.resolve(undefined) : tx.insert(auditEntries, entries);
