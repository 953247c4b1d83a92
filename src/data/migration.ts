import type { MigrationInterface, QueryRunner } from 'typeorm';
import { type Dialect, type Words as DialectWords, dialectOf } from './dialect/dialect.ts';

/** The words of a dialect, and columns of one type that differ only in their names. */
export interface Words extends DialectWords {
  texts: Columns;
  optionalTexts: Columns;
  bigints: Columns;
  optionalBigints: Columns;
  /** Creates the index of customers' words. */
  searchTable: readonly string[];
}

type Columns = (...names: string[]) => string;

const columns =
  (type: string): Columns =>
  (...names) =>
    names.map((name) => `${name} ${type}`).join(', ');

const wordsOf = ({ words, search }: Dialect): Words => ({
  ...words,
  searchTable: search.create,
  texts: columns(`${words.text} not null`),
  optionalTexts: columns(words.text),
  bigints: columns('bigint not null'),
  optionalBigints: columns('bigint'),
});

/** The facts of a customer. */
export const customerColumns = ({ text, optionalTexts }: Pick<Words, 'text' | 'optionalTexts'>): string =>
  `type ${text} not null,
    ${optionalTexts('title', 'first_name', 'middle_name', 'last_name', 'organization_name')},
    ${optionalTexts('email', 'phone', 'language', 'currency', 'birth_date')}`;

/** What both kinds of database have for customers besides the customer table. */
export const customerIndexesAndAddresses = (
  words: Pick<Words, 'texts' | 'optionalTexts' | 'clustered' | 'searchTable'>,
): string[] => [
  ...words.searchTable,
  'create index customer_by_channel on customer (channel, created_at, id)',
  'create index customer_by_channel_change on customer (channel, updated_at, id)',
  `create table customer_address (
    ${words.texts('customer_uuid', 'uuid')},
    position integer not null,
    ${words.texts('purpose', 'country')},
    ${words.optionalTexts('name', 'street', 'street2', 'city', 'state', 'postal_code')},
    primary key (customer_uuid, uuid)
  ) ${words.clustered}`,
];

/** A shift as its register reports it. */
export const shiftColumns = ({ text, json, texts }: Pick<Words, 'text' | 'json' | 'texts'>): string =>
  `${texts('register', 'state', 'business_date', 'currency')},
    opened_by ${text},
    opened_at ${text} not null,
    closed_at ${text},
    tenders ${json} not null`;

/** One step of a database's history, for both dialects. `at` is the time in ms that orders the steps; never change a published one. */
export function migration(
  name: string,
  at: number,
  statements: (words: Words) => string[],
): new () => MigrationInterface {
  return class implements MigrationInterface {
    name = `${name}${at}`;

    async up(runner: QueryRunner): Promise<void> {
      for (const statement of statements(wordsOf(dialectOf(runner.manager)))) await runner.query(statement);
    }

    async down(): Promise<void> {
      throw new Error('Migrations only go forward: restore a backup instead.');
    }
  };
}
