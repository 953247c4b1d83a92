import { Column, Entity, type EntityManager, JoinColumn, ManyToOne, OneToMany, type Relation } from 'typeorm';
import { selected } from '../columns.ts';
import { CustomerRecord, OwnedAddress } from '../customer-facts.ts';
import { forUpdate } from '../dialect/expressions.ts';
import { one } from '../sql.ts';

/** A customer as its channel has it. Written by whoever creates or edits it there, and by job 1010. */
@Entity('customer')
export class ChannelCustomer extends CustomerRecord {
  /** Null until job 1010 brings it. */
  @Column({ type: 'text', nullable: true }) accountId!: string | null;
  /** Tells whether a repeat is the same customer; null: it came from headquarters, after this database had lost it. */
  @Column({ type: 'text', nullable: true }) bodyHash!: string | null;
  /** Replication counter of the newest operation that changed it; 0: this log has none. */
  @Column({ type: 'bigint' }) counter!: number;
  @Column({ type: 'text', nullable: true }) syncedAt!: string | null;
  @OneToMany(() => ChannelCustomerAddress, 'customer') addresses!: ChannelCustomerAddress[];
}

/** An address of a customer. Written by whoever adds it in the channel, and by job 1010. */
@Entity('customer_address')
export class ChannelCustomerAddress extends OwnedAddress {
  @ManyToOne(() => ChannelCustomer, 'addresses', { createForeignKeyConstraints: false })
  @JoinColumn({ name: 'customer_id' })
  customer!: Relation<ChannelCustomer>;
}

/** Writes the newer state of one customer. */
export const changeCustomer = (
  tx: EntityManager,
  uuid: string,
  change: Partial<CustomerRecord> & Pick<ChannelCustomer, 'counter' | 'updatedAt'>,
) => tx.update(ChannelCustomer, { uuid }, change);

/** Keeps one customer for this transaction. */
export const lockCustomer = (tx: EntityManager, uuid: string) =>
  one<{ uuid: string; channel: string }>(
    tx,
    `select ${selected(tx, ChannelCustomer, 'c', ['uuid', 'channel'])} from customer c where c.uuid = $1 ${forUpdate(tx)}`,
    [uuid],
  );
