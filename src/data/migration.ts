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
    customer_id bigint not null,
    position integer not null,
    ${words.texts('uuid', 'purpose', 'country')},
    ${words.optionalTexts('name', 'street', 'street2', 'city', 'state', 'postal_code', 'deactivated_at')},
    primary key (customer_id, position)
  ) ${words.clustered}`,
];

/** A shift as its register reports it. */
export const shiftColumns = ({ text, json, texts }: Pick<Words, 'text' | 'json' | 'texts'>): string =>
  `${texts('register', 'state', 'business_date', 'currency')},
    opened_by ${text},
    opened_at ${text} not null,
    closed_at ${text},
    tenders ${json} not null`;

/** Begins the names of migrations that only add what a program that does not know them can ignore. */
const EXPANDING = 'Expand';

/** Whether a program that does not know this migration may go on using the database. */
export const isExpanding = (name: string): boolean => name.startsWith(EXPANDING);

/**
 * What an expanding migration may do. No `update`: programs that do not know the column go on to write rows without it. No `references`: they
 * would fail to delete.
 */
const adds = /^\s*(create table|create index|alter table \w+ add column) /i;
const restricts = /\breferences\b|^\s*alter .*\b(unique|check|primary key|not null(?! default))\b/is;

/**
 * One step of a database's history, for both dialects. `at` is the time in ms that orders the steps; never change a published one. If its
 * name begins with `Expand`, older programs go on using the database, and it must only add; otherwise they refuse the database.
 */
export function migration(
  name: string,
  at: number,
  statements: (words: Words) => string[],
): new () => MigrationInterface {
  return class implements MigrationInterface {
    name = `${name}${at}`;

    async up(runner: QueryRunner): Promise<void> {
      for (const statement of statements(wordsOf(dialectOf(runner.manager)))) {
        if (isExpanding(name) && (!adds.test(statement) || restricts.test(statement)))
          throw new Error(
            `The migration ${this.name} must only add what older programs can ignore, but does: ${statement}`,
          );
        await runner.query(statement);
      }
    }

    async down(): Promise<void> {
      throw new Error('Migrations only go forward: restore a backup instead.');
    }
  };
}
