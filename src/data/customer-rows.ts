import { Column, PrimaryColumn } from 'typeorm';

/*
 * The columns that a customer has in a channel, on the way and at headquarters: one list, so that a row written in a channel
 * is the row that headquarters stores.
 */

export const customerTypes = ['PERSON', 'ORGANIZATION'] as const;
export type CustomerType = (typeof customerTypes)[number];
export const addressPurposes = ['HOME', 'BUSINESS', 'DELIVERY', 'INVOICE', 'OTHER'] as const;
export type AddressPurpose = (typeof addressPurposes)[number];

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

/** The facts with the keys that searches compare: lower case, without accents or punctuation. Keys follow from the facts. */
export abstract class SearchableCustomer extends CustomerFacts {
  @Column({ type: 'text', nullable: true }) firstKey!: string | null;
  @Column({ type: 'text', nullable: true }) lastKey!: string | null;
  @Column({ type: 'text', nullable: true }) emailKey!: string | null;
  @Column({ type: 'text', nullable: true }) phoneKey!: string | null;
}

/** An address of a customer, the same in a channel and at headquarters. */
export abstract class AddressFacts {
  /** Unique among the addresses of its customer. */
  @PrimaryColumn({ type: 'text' }) uuid!: string;
  /** 0, 1, 2 …: the order in which the addresses were added. */
  @Column({ type: 'integer' }) position!: number;
  @Column({ type: 'text' }) purpose!: AddressPurpose;
  @Column({ type: 'text', nullable: true }) name!: string | null;
  @Column({ type: 'text', nullable: true }) street!: string | null;
  @Column({ type: 'text', nullable: true }) street2!: string | null;
  @Column({ type: 'text', nullable: true }) city!: string | null;
  @Column({ type: 'text', nullable: true }) state!: string | null;
  @Column({ type: 'text', nullable: true }) postalCode!: string | null;
  @Column({ type: 'text' }) country!: string;
}

/** What is known of a customer, as it is stored. */
export interface CustomerBody {
  type: CustomerType;
  title: string | null;
  first_name: string | null;
  middle_name: string | null;
  last_name: string | null;
  organization_name: string | null;
  email: string | null;
  phone: string | null;
  language: string | null;
  currency: string | null;
  birth_date: string | null;
}

/** What a customer is found by: lower case, without accents or punctuation. They follow from the body. */
export interface SearchKeys {
  first_key: string | null;
  last_key: string | null;
  email_key: string | null;
  phone_key: string | null;
}

export interface AddressRow {
  uuid: string;
  position: number;
  purpose: AddressPurpose;
  name: string | null;
  street: string | null;
  street2: string | null;
  city: string | null;
  state: string | null;
  postal_code: string | null;
  country: string;
}

export const bodyColumns = {
  type: 'text',
  title: 'text',
  first_name: 'text',
  middle_name: 'text',
  last_name: 'text',
  organization_name: 'text',
  email: 'text',
  phone: 'text',
  language: 'text',
  currency: 'text',
  birth_date: 'text',
} as const;

export const keyColumns = { first_key: 'text', last_key: 'text', email_key: 'text', phone_key: 'text' } as const;

export const addressColumns = {
  uuid: 'text',
  position: 'bigint',
  purpose: 'text',
  name: 'text',
  street: 'text',
  street2: 'text',
  city: 'text',
  state: 'text',
  postal_code: 'text',
  country: 'text',
} as const;

/** Values of a customer: all of them, or those that an edit changes. */
export type CustomerChange = Partial<CustomerBody & SearchKeys>;

/** What an operation in the log says: the whole customer when it creates one, otherwise only what it changes; and addresses it adds. */
export interface OperationPayload {
  customer?: CustomerChange;
  addresses?: AddressRow[];
  /** Why headquarters did not take what the operation says; it is all that there is then. */
  set_aside?: string;
}
