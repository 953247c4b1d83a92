import { Column, Entity, type EntityManager, JoinColumn, ManyToOne, MoreThan, OneToMany, type Relation } from 'typeorm';
import { CustomerRecord, OwnedAddress } from '../customer-facts.ts';

/** A customer with its account ID. Written by the resolver. */
@Entity('customer')
export class Customer extends CustomerRecord {
  @Column({ type: 'text' }) accountId!: string;
  @Column({ type: 'text' }) channelDatabase!: string;
  /** Grows with each change that job 1010 has to bring down. */
  @Column({ type: 'bigint' }) version!: number;
  /** It was edited or corrected: its channel may not have what headquarters has. */
  @Column({ type: 'boolean' }) edited!: boolean;
  @Column({ type: 'text' }) uploadedAt!: string;
  @Column({ type: 'text' }) accountIdAssignedAt!: string;
  @OneToMany(() => CustomerAddress, 'customer') addresses!: CustomerAddress[];
}

/** An address of a customer. Written by the resolver, with its customer or later. */
@Entity('customer_address')
export class CustomerAddress extends OwnedAddress {
  @ManyToOne(() => Customer, 'addresses', { createForeignKeyConstraints: false })
  @JoinColumn({ name: 'customer_id' })
  customer!: Relation<Customer>;
}

export const countChangedSince = (db: EntityManager, channelDatabase: string, version: number): Promise<number> =>
  db.countBy(Customer, { channelDatabase, version: MoreThan(version) });
