import type { InputFieldRef } from '@pothos/core';
import type { AddressFacts, CustomerFacts } from '../../data/customer-rows.ts';
import { nameParts } from '../../domain/customer.ts';
import type { Types } from '../vocabulary.ts';

/*
 * What clients read and write of a customer. Each field is described once, for the type, for what a channel enters, and for what an operator
 * corrects.
 */

interface Described {
  read: string;
  enter: string;
  correct: string;
  type?: 'Date';
}

const factFields: Record<Exclude<keyof CustomerFacts, 'type'>, Described> = {
  title: { read: 'E.g. `Dr.`', enter: 'E.g. `Dr.`; at most 40 characters.', correct: 'Title.' },
  firstName: {
    read: 'Given name.',
    enter: 'Given name; at most 100 characters. A person needs a first or a last name.',
    correct: 'Given name.',
  },
  middleName: {
    read: 'Middle name or initial.',
    enter: 'Middle name or initial; at most 100 characters.',
    correct: 'Middle name.',
  },
  lastName: { read: 'Family name.', enter: 'Family name; at most 100 characters.', correct: 'Family name.' },
  organizationName: {
    read: 'Name of an organization; null for a person.',
    enter: 'Name of an organization; at most 200 characters.',
    correct: 'Name of an organization.',
  },
  email: {
    read: 'Primary e-mail address.',
    enter: 'Primary e-mail address; letters beyond ASCII are allowed (RFC 6531); at most 254 characters.',
    correct: 'Primary e-mail address.',
  },
  phone: {
    read: 'Primary phone number, as it was entered.',
    enter: 'Primary phone number; digits, spaces and ( ) - . / + x #; at most 40 characters.',
    correct: 'Primary phone number.',
  },
  language: {
    read: 'BCP 47 tag of the language to address it in.',
    enter: 'BCP 47 tag, e.g. `en-US`.',
    correct: 'BCP 47 tag.',
  },
  currency: {
    read: 'ISO 4217 code of the currency it is invoiced in.',
    enter: 'ISO 4217 code, e.g. `USD`.',
    correct: 'ISO 4217 code.',
  },
  birthDate: {
    read: 'Day of birth of a person.',
    enter: 'Day of birth of a person, from 1900 to today.',
    correct: 'Day of birth.',
    type: 'Date',
  },
};

const addressFields: Record<Exclude<keyof AddressFacts, 'uuid' | 'position' | 'purpose' | 'country'>, Described> = {
  name: {
    read: 'Who or what is there, when it is not the customer.',
    enter: 'Who or what is there; at most 200 characters.',
    correct: 'Who or what is there.',
  },
  street: {
    read: 'Street and number.',
    enter: 'Street and number; at most 250 characters.',
    correct: 'Street and number.',
  },
  street2: { read: 'Second line.', enter: 'Second line; at most 250 characters.', correct: 'Second line.' },
  city: { read: 'City.', enter: 'At most 100 characters.', correct: 'City.' },
  state: {
    read: 'State, province or county.',
    enter: 'State, province or county; at most 100 characters.',
    correct: 'State, province or county.',
  },
  postalCode: { read: 'Postal code.', enter: 'At most 20 characters.', correct: 'Postal code.' },
};

type Namable = keyof typeof nameParts;
type Fact = keyof typeof factFields;
type Unnamed = Exclude<Fact, Namable>;

const isPart = (name: string): name is Namable => name in nameParts;
const described = Object.entries(factFields) as [Fact, Described][];

/** Fields by the names that clients use: the parts of a name, everything else, all of it, and an address. */
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
  use: 'enter' | 'correct',
) =>
  Object.fromEntries(
    groups[group].map(({ client, type = 'String', ...field }) => [
      client,
      t.field({ type: type as 'String', description: field[use] }),
    ]),
  ) as unknown as Record<Names[Group], InputFieldRef<Types, string | null | undefined>>;
