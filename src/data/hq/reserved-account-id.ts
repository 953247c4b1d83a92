import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * An account ID that a channel knows from before headquarters was restored. Written when the restore is resolved, and deleted when the
 * customer arrives again and takes it.
 */
@Entity('reserved_account_id')
export class ReservedAccountId {
  @PrimaryColumn({ type: 'text' }) customerUuid!: string;
  @Column({ type: 'text' }) accountId!: string;
}
