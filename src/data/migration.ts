import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dialectOf, type Words } from './dialect/dialect.ts';

/** The facts of a customer and the keys it is searched by. */
export const customerColumns = (text: string): string => `type ${text} not null,
    title ${text}, first_name ${text}, middle_name ${text}, last_name ${text}, organization_name ${text},
    email ${text}, phone ${text}, language ${text}, currency ${text}, birth_date ${text},
    first_key ${text}, last_key ${text}, email_key ${text}, phone_key ${text}`;

/** What both kinds of database have for customers besides the customer table. */
export const customerIndexesAndAddresses = ({ text, clustered }: Pick<Words, 'text' | 'clustered'>): string[] => [
  'create index customer_by_channel on customer (channel, id)',
  'create index customer_by_first_name on customer (first_key) where first_key is not null',
  'create index customer_by_last_name on customer (last_key) where last_key is not null',
  'create index customer_by_email on customer (email_key) where email_key is not null',
  'create index customer_by_phone on customer (phone_key) where phone_key is not null',
  `create table customer_address (
    customer_uuid ${text} not null,
    uuid ${text} not null,
    position integer not null,
    purpose ${text} not null,
    name ${text}, street ${text}, street2 ${text}, city ${text}, state ${text}, postal_code ${text}, country ${text} not null,
    primary key (customer_uuid, uuid)
  ) ${clustered}`,
];

/** A shift as its register reports it. */
export const shiftColumns = ({ text, json }: Pick<Words, 'text' | 'json'>): string => `register ${text} not null,
    state ${text} not null,
    business_date ${text} not null,
    currency ${text} not null,
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
      for (const statement of statements(dialectOf(runner.manager).words)) await runner.query(statement);
    }

    async down(): Promise<void> {
      throw new Error('Migrations only go forward: restore a backup instead.');
    }
  };
}
