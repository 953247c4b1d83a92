import type { InputFieldRef } from '@pothos/core';
import type { AddressFacts, addressPurposes, CustomerFacts, customerTypes } from '../../data/customer-facts.ts';
import { nameParts } from '../../domain/customer.ts';
import { enumOf, type Types } from '../vocabulary.ts';

/*
 * The fields that clients read and write of a customer. Each is described once, for the type and for the inputs.
 */

export const CustomerType = enumOf<(typeof customerTypes)[number]>(
  'CustomerType',
  'Whether a customer is a person or an organization.',
  {
    PERSON: 'A person.',
    ORGANIZATION: 'A company or another organization.',
  },
);

export const AddressPurpose = enumOf<(typeof addressPurposes)[number]>(
  'AddressPurpose',
  'What an address is used for.',
  {
    HOME: 'A home address.',
    BUSINESS: 'A business address.',
    DELIVERY: 'A delivery address.',
    INVOICE: 'An invoice address.',
    OTHER: 'Any other address.',
  },
);

interface Described {
  read: string;
  input: string;
  type?: 'Currency' | 'LocalDate' | 'Locale';
}

const factFields: Record<Exclude<keyof CustomerFacts, 'type'>, Described> = {
  title: { read: 'Title, such as `Dr.`', input: 'Title, such as `Dr.`; at most 40 characters.' },
  firstName: {
    read: 'Given name.',
    input: 'Given name; at most 100 characters. A person needs a first or a last name.',
  },
  middleName: { read: 'Middle name or initial.', input: 'Middle name or initial; at most 100 characters.' },
  lastName: { read: 'Family name.', input: 'Family name; at most 100 characters.' },
  organizationName: {
    read: 'Name of an organization. Null for a person.',
    input: 'Name of an organization; at most 200 characters. A person has none.',
  },
  email: {
    read: 'Primary email address.',
    input: 'Primary email address; at most 254 characters. May contain letters beyond ASCII (RFC 6531).',
  },
  phone: {
    read: 'Primary phone number, as entered.',
    input: 'Primary phone number; digits, spaces, and ( ) - . / + x #; at most 40 characters.',
  },
  language: {
    read: 'Language to address the customer in.',
    input: 'Language to address the customer in, such as `en-US`.',
    type: 'Locale',
  },
  currency: {
    read: 'Currency to invoice the customer in.',
    input: 'Currency to invoice the customer in, such as `USD`.',
    type: 'Currency',
  },
  birthDate: {
    read: 'Date of birth of a person.',
    input: 'Date of birth of a person, from 1900 to today. An organization has none.',
    type: 'LocalDate',
  },
};

const addressFields: Record<
  Exclude<keyof AddressFacts, 'uuid' | 'position' | 'purpose' | 'country' | 'deactivatedAt'>,
  Described
> = {
  name: {
    read: 'Person, department, or building at the address. Null if it is simply the customer’s.',
    input: 'Person, department, or building at the address, if not the customer; at most 200 characters.',
  },
  street: { read: 'Street and number.', input: 'Street and number; at most 250 characters.' },
  street2: {
    read: 'Second line of the street address.',
    input: 'Second line of the street address; at most 250 characters.',
  },
  city: { read: 'City or town.', input: 'City or town; at most 100 characters.' },
  state: {
    read: 'State, province, or county.',
    input: 'State, province, or county; at most 100 characters.',
  },
  postalCode: { read: 'Postal code.', input: 'Postal code; at most 20 characters.' },
};

type Namable = keyof typeof nameParts;
type Fact = keyof typeof factFields;
type Unnamed = Exclude<Fact, Namable>;

const isPart = (name: string): name is Namable => name in nameParts;
const described = Object.entries(factFields) as [Fact, Described][];

/** Fields under the names that clients use: the parts of a name, everything else, both together, and an address. */
const groups = {
  name: described.flatMap(([name, field]) =>
    isPart(name) ? [{ name, client: nameParts[name] as string, ...field }] : [],
  ),
  body: described.flatMap(([name, field]) => (isPart(name) ? [] : [{ name, client: name as string, ...field }])),
  all: described.map(([name, field]) => ({ name, client: name as string, ...field })),
  address: Object.entries(addressFields).map(([name, field]) => ({ name, client: name, ...field })),
};

interface Names {
  name: (typeof nameParts)[Namable];
  body: Unnamed;
  all: Fact;
  address: keyof typeof addressFields;
}

export const readFields = <Row extends object>(
  t: PothosSchemaTypes.ObjectFieldBuilder<Types, Row>,
  group: keyof Names,
) =>
  Object.fromEntries(
    groups[group].map(({ name, client, type = 'String', read }) => [
      client,
      t.expose(name as never, { type, nullable: true, description: read } as never),
    ]),
  );

export const inputFields = <Group extends keyof Names>(
  t: PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>,
  group: Group,
) =>
  Object.fromEntries(
    groups[group].map(({ client, type = 'String', input }) => [
      client,
      t.field({ type: type as 'String', description: input }),
    ]),
  ) as unknown as Record<Names[Group], InputFieldRef<Types, string | null | undefined>>;

/** The fields of an input that changes an address. */
export const addressChanges = (t: PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>, uuid: string) => ({
  uuid: t.field({ type: 'UUID', required: true, description: uuid }),
  purpose: t.field({ type: AddressPurpose, description: 'What the address is used for.' }),
  ...inputFields(t, 'address'),
  country: t.field({ type: 'CountryCode', description: 'Country of the address, such as `US`.' }),
});
