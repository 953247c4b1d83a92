import { Column, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';

export const customerTypes = ['PERSON', 'ORGANIZATION'] as const;
type CustomerType = (typeof customerTypes)[number];
export const addressPurposes = ['HOME', 'BUSINESS', 'DELIVERY', 'INVOICE', 'OTHER'] as const;
type AddressPurpose = (typeof addressPurposes)[number];

/** What is known of a customer, the same in a channel and at headquarters. Written by whoever creates or edits the customer. */
export abstract class CustomerFacts {
  @Column({ type: 'text' }) type!: CustomerType;
  @Column({ type: 'text', nullable: true }) title!: string | null;
  @Column({ type: 'text', nullable: true }) firstName!: string | null;
  @Column({ type: 'text', nullable: true }) middleName!: string | null;
  @Column({ type: 'text', nullable: true }) lastName!: string | null;
  @Column({ type: 'text', nullable: true }) organizationName!: string | null;
  @Column({ type: 'text', nullable: true }) email!: string | null;
  @Column({ type: 'text', nullable: true }) phone!: string | null;
  @Column({ type: 'text', nullable: true }) language!: string | null;
  @Column({ type: 'text', nullable: true }) currency!: string | null;
  @Column({ type: 'text', nullable: true }) birthDate!: string | null;
}

/** What the customer tables of both kinds of database have. */
export abstract class CustomerRecord extends CustomerFacts {
  /** Place in the order of its database; the cursor. */
  @PrimaryGeneratedColumn({ type: 'bigint' }) id!: number;
  @Column({ type: 'text' }) uuid!: string;
  @Column({ type: 'text' }) channel!: string;
  @Column({ type: 'text' }) createdAt!: string;
  @Column({ type: 'text' }) updatedAt!: string;
}

/** An address of a customer, the same in a channel and at headquarters. */
export abstract class AddressFacts {
  /** Unique among the addresses of its customer. */
  @Column({ type: 'text' }) uuid!: string;
  /** 0, 1, 2 …: the order in which the addresses were added. */
  @PrimaryColumn({ type: 'integer' }) position!: number;
  @Column({ type: 'text' }) purpose!: AddressPurpose;
  @Column({ type: 'text', nullable: true }) name!: string | null;
  @Column({ type: 'text', nullable: true }) street!: string | null;
  @Column({ type: 'text', nullable: true }) street2!: string | null;
  @Column({ type: 'text', nullable: true }) city!: string | null;
  @Column({ type: 'text', nullable: true }) state!: string | null;
  @Column({ type: 'text', nullable: true }) postalCode!: string | null;
  @Column({ type: 'text' }) country!: string;
  /** From then on it is only for what refers to it already. */
  @Column({ type: 'text', nullable: true }) deactivatedAt!: string | null;
}

/** An address in the address table of either kind of database. It is found through its customer, which has few. */
export abstract class OwnedAddress extends AddressFacts {
  @PrimaryColumn({ type: 'bigint' }) customerId!: number;
}
