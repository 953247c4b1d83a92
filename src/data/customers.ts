import type { EntityManager } from 'typeorm';
import { columnOf, type EntityClass, fieldsOf, names, packed, type Shape, shapeOf } from './columns.ts';
import { AddressFacts, CustomerFacts, type CustomerRecord, type OwnedAddress } from './customer-facts.ts';
import { listed } from './dialect/expressions.ts';
import { type KeysetPage, merged, orderOf, type Range, ranged, rowsWhere, within } from './keyset-page.ts';
import { single } from './sql.ts';

/*
 * Reading customers, in a channel database and at headquarters: a page, with its addresses where they are asked for, is one statement
 * that returns one JSON text. (TypeORM entities with a second query for the addresses cost two to three times as much.)
 */

type AnyCustomer = CustomerRecord & { accountId: string | null };

const rowFields = ['id', 'uuid', 'accountId', 'channel', 'createdAt', 'updatedAt'] as const;

/** A customer as a channel database or headquarters has it. */
export interface CustomerRow extends CustomerFacts, Pick<AnyCustomer, (typeof rowFields)[number]> {
  /** Absent unless they were asked for. */
  addresses?: AddressFacts[];
}

/** The entities of this kind of database. */
const customerIn = (db: EntityManager) => db.connection.getMetadata('customer').target as EntityClass<AnyCustomer>;
const addressIn = (db: EntityManager) =>
  db.connection.getMetadata('customer_address').target as EntityClass<OwnedAddress>;

export interface CustomerFilter {
  channel?: string | undefined;
  /** True: without an account ID. False: with one. */
  pending?: boolean;
  /** Only these, or all but these. */
  among?: { uuids: readonly string[]; include: boolean };
  /** Ways to read a search: found when all terms of one of them are. */
  search?: SearchTerm[][];
  createdAt?: Range | undefined;
  updatedAt?: Range | undefined;
}

/** A term of a search. It matches if a name, email address, phone number, or account ID starts with it. */
export interface SearchTerm {
  key: string;
  digits: string | null;
  /** Null: several words, which only a name can be. */
  accountId: string | null;
}

export async function customerPage(
  db: EntityManager,
  filter: CustomerFilter,
  page: KeysetPage,
  { addresses = false } = {},
): Promise<CustomerRow[]> {
  const by = page.sort && columnOf(db, customerIn(db), page.sort.by as keyof AnyCustomer).name;
  const { match, from, parameters, parameter } = selection(db, filter);
  const ends = within(page, 'c.id', by && `c.${by}`, parameter);
  const order = orderOf(page, 'id', by);
  const limit = parameter(page.limit);
  const rows = merged(
    ends,
    (end) => `select c.* ${from(end)} order by ${order('c.')} limit ${limit}`,
    `order by ${order('')} limit ${limit}`,
  );
  return customers(db, { match, from: `from (${rows}) as listed`, as: 'listed' }, parameters, {
    order: order('x.'),
    addresses,
  });
}

export async function countCustomers(db: EntityManager, filter: CustomerFilter): Promise<number> {
  const { match, from, parameters } = selection(db, filter);
  const { count } = await single<{ count: number }>(db, `${match} select count(*) as count ${from()}`, parameters);
  return count;
}

/** Those that are not there are left out. */
export const customersByUuid = (db: EntityManager, uuids: readonly string[]): Promise<CustomerRow[]> =>
  customers(db, { from: `from customer c where c.uuid in ${listed(db, '$1')}` }, [JSON.stringify(uuids)]);

export async function customerByAccountId(db: EntityManager, accountId: string): Promise<CustomerRow | undefined> {
  return (await customers(db, { from: 'from customer c where c.account_id = $1' }, [accountId]))[0];
}

/** The addresses of these customers, each customer's in the order they were added. */
export const addressesOf = (db: EntityManager, uuids: readonly string[]): Promise<OwnedAddress[]> =>
  rowsWhere(db, addressIn(db), 'position', { customerUuid: uuids });

async function customers(
  db: EntityManager,
  { match = '', from, as = 'c' }: Source,
  parameters: unknown[],
  { order = 'x.id', addresses = false } = {},
): Promise<CustomerRow[]> {
  const { entity, fields, plain, whole } = readingIn(db);
  const { page } = await single<{ page: string }>(
    db,
    `${match} select ${packed(db, addresses ? whole : plain, 'x', { order })} as page
     from (select ${names(db, entity, fields, as)}${addresses ? `, ${addressesOfCustomer(db, as)} as addresses` : ''} ${from}) as x`,
    parameters,
  );
  return JSON.parse(page);
}

interface Reading {
  entity: EntityClass<AnyCustomer>;
  fields: (keyof AnyCustomer)[];
  plain: Shape;
  /** With addresses. */
  whole: Shape;
}

const readings = new WeakMap<EntityClass, Reading>();

/** What is read of a customer in this kind of database: the same objects every time, so that their SQL is built once. */
function readingIn(db: EntityManager): Reading {
  const entity = customerIn(db);
  const known = readings.get(entity);
  if (known) return known;
  const fields = [...rowFields, ...fieldsOf(db, entity, CustomerFacts)];
  const plain = shapeOf(db, entity, fields);
  const reading = { entity, fields, plain, whole: { ...plain, addresses: 'json' as const } };
  readings.set(entity, reading);
  return reading;
}

/** The addresses of the customer in the row `as`, as one JSON list. */
function addressesOfCustomer(db: EntityManager, as: string): string {
  const fields = fieldsOf(db, addressIn(db), AddressFacts);
  return `(select ${packed(db, addressIn(db), 'a', { fields, order: 'a.position' })} from customer_address a where a.customer_uuid = ${as}.uuid)`;
}

interface Source {
  /** A WITH clause. */
  match?: string;
  from: string;
  /** The name of a customer's row in `from`. Default: `c`. */
  as?: string;
}

function selection(db: EntityManager, filter: CustomerFilter) {
  const parameters: unknown[] = [];
  const conditions: string[] = [];
  const parameter = (value: unknown) => `$${parameters.push(value)}`;
  const all = (terms: SearchTerm[]) =>
    terms.map((term) => `select id from (${matches(term, parameter)}) as found`).join(' intersect ');
  const found = (filter.search ?? []).map((terms) => `select id from (${all(terms)}) as found`);
  const match = found.length > 0 ? `with match as (${found.join(' union ')}) ` : '';

  if (match) conditions.push('c.id = m.id');
  if (filter.channel !== undefined) conditions.push(`c.channel = ${parameter(filter.channel)}`);
  if (filter.pending !== undefined) conditions.push(`c.account_id is ${filter.pending ? '' : 'not '}null`);
  if (filter.among) {
    const { uuids, include } = filter.among;
    conditions.push(`c.uuid ${include ? '' : 'not '}in ${listed(db, parameter(JSON.stringify(uuids)))}`);
  }
  if (filter.createdAt) conditions.push(...ranged(filter.createdAt, 'c.created_at', parameter));
  if (filter.updatedAt) conditions.push(...ranged(filter.updatedAt, 'c.updated_at', parameter));
  return {
    parameters,
    parameter,
    match,
    /** The customers that meet more conditions too. */
    from(more: readonly string[] = []): string {
      const all = [...conditions, ...more];
      // The cross join makes SQLite begin with what a search found, and not walk an index of all customers.
      return `from ${match ? 'match m cross join ' : ''}customer c ${all.length > 0 ? `where ${all.join(' and ')}` : ''}`;
    },
  };
}

/** One range of an index per column, so that a search costs what it finds and not what there is. */
function matches(term: SearchTerm, parameter: (value: unknown) => string): string {
  const beginsWith = (column: string, prefix: string) =>
    `select id from customer where ${column} >= ${parameter(prefix)} and ${column} < ${parameter(`${prefix}\u{10FFFF}`)}`;
  return [
    ...['first_key', 'last_key'].map((column) => beginsWith(column, term.key)),
    ...(term.digits ? [beginsWith('phone_key', term.digits)] : []),
    ...(term.accountId ? [beginsWith('email_key', term.key), beginsWith('account_id', term.accountId)] : []),
  ].join(' union ');
}
