import { Column, Entity, type EntityManager, PrimaryGeneratedColumn } from 'typeorm';

/** What operators do, by the mutation that does it, and its meaning. */
export const auditActions = {
  CREATE_CHANNEL: 'Created a channel.',
  UPDATE_CHANNEL: 'Changed settings of a channel.',
  CREATE_FUNCTIONALITY_PROFILE: 'Created a functionality profile.',
  UPDATE_FUNCTIONALITY_PROFILE: 'Changed a functionality profile.',
  SET_MAINTENANCE: 'Put headquarters in maintenance, or ended it.',
  ADOPT_CHANNEL_DATABASE: 'Adopted a channel database that was restored or replaced.',
  ACCEPT_RESTORED_HEADQUARTERS: 'Continued with a headquarters that was restored from a backup.',
  CLOSE_LOST_SHIFT: 'Closed a shift that its channel has lost.',
  RETRY_CUSTOMER_OPERATION: 'Retried a failed customer operation.',
  RETRY_FAILED_CUSTOMER_OPERATIONS: 'Retried all failed customer operations, or those of a channel.',
  CORRECT_CUSTOMER_OPERATION: 'Corrected values of a failed customer operation.',
  BEGIN_EDITING_TRANSACTION: 'Opened an order or a sale for editing.',
  RELEASE_TRANSACTION: 'Ended the editing of an order or a sale without a change.',
  EDIT_TRANSACTION: 'Corrected an order or a sale.',
  RETRY_TRANSACTION: 'Retried a failed order or sale.',
  RETRY_FAILED_TRANSACTIONS: 'Retried all failed orders and sales, or those of a channel.',
  VOID_TRANSACTION: 'Voided an order or a sale.',
  RELEASE_SALES_ORDER: 'Released a sales order that was on hold.',
  REVALIDATE_TRANSACTIONS: 'Had sales validated again.',
  SET_VALIDATION_RULE: 'Switched a validation rule on or off.',
  UPDATE_STATEMENT_SETTINGS: 'Changed how the sales of a channel are checked and posted.',
  CLEAR_STATEMENT: 'Released the sales or shifts of a statement.',
  REGENERATE_AGGREGATED_TRANSACTIONS: 'Had the sales of a statement aggregated again.',
  DELETE_AGGREGATED_TRANSACTION: 'Deleted an aggregate with its sales order.',
  RUN_JOB: 'Started a job.',
  CANCEL_JOB_RUN: 'Canceled a run of a job.',
  RETRY_JOB_RUN: 'Retried a run of a job.',
  CREATE_SCHEDULE: 'Created a schedule.',
  UPDATE_SCHEDULE: 'Changed a schedule.',
  DELETE_SCHEDULE: 'Deleted a schedule.',
  IMPORT_CUSTOMERS: 'Began to import customers.',
  EXPORT_CUSTOMERS: 'Began to export customers, of a channel or of all.',
  UPDATE_NUMBER_SEQUENCE: 'Changed a number sequence.',
} as const;
export type AuditAction = keyof typeof auditActions;

/** A field that a person changed, or an action as a whole. Written in the transaction of the change. */
@Entity('audit_entry')
export class AuditEntry {
  @PrimaryGeneratedColumn({ type: 'bigint' }) id!: number;
  @Column({ type: 'text' }) at!: string;
  @Column({ type: 'text' }) actor!: string;
  @Column({ type: 'text' }) action!: AuditAction;
  /** The GraphQL type and the key of the record: `Channel:houston`. Null: the action is not about one record. */
  @Column({ type: 'text', nullable: true }) subject!: string | null;
  /** What people called the record when it was changed. */
  @Column({ type: 'text' }) name!: string;
  @Column({ type: 'text', nullable: true }) field!: string | null;
  @Column({ type: 'text', nullable: true }) oldValue!: string | null;
  @Column({ type: 'text', nullable: true }) newValue!: string | null;
}

/** Who changes something, and when. */
export interface Actor {
  actor: string;
  at: string;
}

/** What was changed: a record with its GraphQL type and key, and what people call it. */
interface Subject {
  type?: string;
  key?: string | number;
  name: string;
}

/** A channel as a whole; null for all channels. */
export const channelSubject = (code: string | null): Subject =>
  code === null ? { name: 'All channels' } : { type: 'Channel', key: code, name: `Channel ${code}` };

/** A field, or null for the action as a whole, with its value before and after. */
export type Change = [field: string | null, before: unknown, after: unknown];

/** The fields of these records whose values differ. A record that was created had no values before, and one that was deleted has none after. */
export const changesBetween = <Row extends object>(
  before: Partial<Row> | null,
  after: Partial<Row> | null,
  fields: readonly (keyof Row & string)[],
): Change[] =>
  fields
    .map((field): Change => [field, before?.[field], after?.[field]])
    .filter(([, was, is]) => textOf(was) !== textOf(is));

const textOf = (value: unknown): string | null =>
  value === null || value === undefined ? null : Array.isArray(value) ? value.join(', ') : String(value);

/** Records who did what to which record: an entry for each change, or one for an action that changes no single field. */
export async function audit(
  tx: EntityManager,
  { actor, at }: Actor,
  action: AuditAction,
  { type, key, name }: Subject,
  changes: readonly Change[] = [[null, null, null]],
): Promise<void> {
  if (changes.length === 0) return;
  const subject = type === undefined ? null : `${type}:${key}`;
  await tx.insert(
    AuditEntry,
    changes.map(([field, before, after]) => ({
      at,
      actor,
      action,
      subject,
      name,
      field,
      oldValue: textOf(before),
      newValue: textOf(after),
    })),
  );
}
