import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * An account ID that is kept for a customer: one that its channel knows from before headquarters was restored, or that an import brings. Deleted
 * when the customer arrives and takes it.
 */
@Entity('reserved_account_id')
export class ReservedAccountId {
  @PrimaryColumn({ type: 'text' }) customerUuid!: string;
  @Column({ type: 'text' }) accountId!: string;
}
