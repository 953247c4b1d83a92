import type { EntityManager } from 'typeorm';
import { columnOf, type EntityClass, fieldsOf, names, packed, type Shape, shapeOf } from './columns.ts';
import { addressFields, addressIn } from './customer-addresses.ts';
import { type AddressFacts, CustomerFacts, type CustomerRecord } from './customer-facts.ts';
import { foundBy, type Search } from './customer-search.ts';
import { listed } from './dialect/expressions.ts';
import { type KeysetPage, merged, orderOf, type Range, ranged, within } from './keyset-page.ts';
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
  /** Only of those that a search found, in the order of `relevance`. */
  relevance?: string;
}

/** The entities of this kind of database. */
const customerIn = (db: EntityManager) => db.connection.getMetadata('customer').target as EntityClass<AnyCustomer>;

export interface CustomerFilter {
  channel?: string | undefined;
  /** True: without an account ID. False: with one. */
  pending?: boolean;
  /** Only these, or all but these. */
  among?: { uuids: readonly string[]; include: boolean };
  search?: Search;
  createdAt?: Range | undefined;
  updatedAt?: Range | undefined;
}

/** How well a customer matches a search, best first: what a page can be sorted by, besides properties. */
export const byRelevance = 'relevance';

export async function customerPage(
  db: EntityManager,
  filter: CustomerFilter,
  page: KeysetPage,
  { addresses = false } = {},
): Promise<CustomerRow[]> {
  const relevance = page.sort?.by === byRelevance;
  const by = relevance
    ? byRelevance
    : page.sort && columnOf(db, customerIn(db), page.sort.by as keyof AnyCustomer).name;
  const { match, conditions, parameters, parameter } = selection(db, filter);
  const [key, sort] = match ? ['m.id', by && `${relevance ? 'm' : 'c'}.${by}`] : ['c.id', by && `c.${by}`];
  const order = orderOf(page, 'id', by);
  const limit = parameter(page.limit);
  const last = (prefix: string) => `order by ${order(prefix)} limit ${limit}`;
  const rows = merged(
    within(page, key, sort, parameter),
    (end) => {
      if (!match) return `select c.* ${fromCustomers([...conditions, ...end])} ${last('c.')}`;
      // Without other conditions, the page is chosen before its customers are read.
      if (relevance && conditions.length === 0)
        return `select c.*, m.relevance ${fromMatches([], `(select * from match m ${whereClause(end)} ${last('m.')})`)}`;
      return `select c.*, m.relevance ${fromMatches([...conditions, ...end])} order by ${orderOf(page, 'm.id', sort)('')} limit ${limit}`;
    },
    last(''),
  );
  return customers(db, { match, from: `from (${rows}) as listed`, as: 'listed' }, parameters, {
    order: order('x.'),
    addresses,
    relevance,
  });
}

/** At most MOST_FOUND of those that a search finds. */
export async function countCustomers(db: EntityManager, filter: CustomerFilter): Promise<number> {
  const { match, conditions, parameters } = selection(db, filter);
  const from = !match ? fromCustomers(conditions) : conditions.length > 0 ? fromMatches(conditions) : 'from match m';
  const { count } = await single<{ count: number }>(db, `${match} select count(*) as count ${from}`, parameters);
  return count;
}

/** Those that are not there are left out. */
export const customersByUuid = (
  db: EntityManager,
  uuids: readonly string[],
  { addresses = false } = {},
): Promise<CustomerRow[]> =>
  customers(db, { from: `from customer c where c.uuid in ${listed(db, '$1')}` }, [JSON.stringify(uuids)], {
    addresses,
  });

export async function customerByAccountId(db: EntityManager, accountId: string): Promise<CustomerRow | undefined> {
  return (await customers(db, { from: 'from customer c where c.account_id = $1' }, [accountId]))[0];
}

async function customers(
  db: EntityManager,
  { match = '', from, as = 'c' }: Source,
  parameters: unknown[],
  { order = 'x.id', ...more }: { order?: string } & Partial<Record<keyof typeof extras, boolean>> = {},
): Promise<CustomerRow[]> {
  const { entity, fields, shapes } = readingIn(db);
  const added = (Object.keys(extras) as (keyof typeof extras)[]).filter((name) => more[name]);
  const values = added.map((name) => `, ${extras[name].value(db, as)} as ${name}`).join('');
  const { page } = await single<{ page: string }>(
    db,
    `${match} select ${packed(db, shapes(added), 'x', { order })} as page
     from (select ${names(db, entity, fields, as)}${values} ${from} ${apart}) as x`,
    parameters,
  );
  return JSON.parse(page);
}

/**
 * A limit that limits nothing keeps SQLite from merging a query with the one around it: it does not recognize lists of addresses as the same, and would
 * make each of them twice, once to know how long the page is. Measured, 0.6 times the CPU of the statement.
 */
const apart = `limit ${Number.MAX_SAFE_INTEGER}`;

/** What is read besides the columns of the customer, where it is asked for. */
const extras = {
  addresses: { type: 'json', value: addressesOfCustomer },
  relevance: { type: 'text', value: (_db: EntityManager, as: string) => `${as}.relevance` },
} as const;

interface Reading {
  entity: EntityClass<AnyCustomer>;
  fields: (keyof AnyCustomer)[];
  /** With these extras. */
  shapes: (added: readonly (keyof typeof extras)[]) => Shape;
}

const readings = new WeakMap<EntityClass, Reading>();

/** What is read of a customer in this kind of database: the same objects every time, so that their SQL is built once. */
function readingIn(db: EntityManager): Reading {
  const entity = customerIn(db);
  const known = readings.get(entity);
  if (known) return known;
  const fields = [...rowFields, ...fieldsOf(db, entity, CustomerFacts)];
  const plain = shapeOf(db, entity, fields);
  const made = new Map<string, Shape>();
  const reading: Reading = {
    entity,
    fields,
    shapes(added) {
      const shape = made.get(added.join()) ?? {
        ...plain,
        ...Object.fromEntries(added.map((name) => [name, extras[name].type])),
      };
      made.set(added.join(), shape);
      return shape;
    },
  };
  readings.set(entity, reading);
  return reading;
}

/** The addresses of the customer in the row `as`, as one JSON list. */
function addressesOfCustomer(db: EntityManager, as: string): string {
  return `(select ${packed(db, addressIn(db), 'a', { fields: addressFields(db), order: 'a.position' })} from customer_address a where a.customer_id = ${as}.id)`;
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
  // Materialized: PostgreSQL overestimates what the beginning of a word matches, and would read customers in order until it has found a page.
  const match = filter.search ? `with match as materialized (${foundBy(db, filter.search, parameter)}) ` : '';
  if (filter.channel !== undefined) conditions.push(`c.channel = ${parameter(filter.channel)}`);
  if (filter.pending !== undefined) conditions.push(`c.account_id is ${filter.pending ? '' : 'not '}null`);
  if (filter.among) {
    const { uuids, include } = filter.among;
    conditions.push(`c.uuid ${include ? '' : 'not '}in ${listed(db, parameter(JSON.stringify(uuids)))}`);
  }
  if (filter.createdAt) conditions.push(...ranged(filter.createdAt, 'c.created_at', parameter));
  if (filter.updatedAt) conditions.push(...ranged(filter.updatedAt, 'c.updated_at', parameter));
  return { parameters, parameter, match, conditions };
}

const fromCustomers = (conditions: readonly string[]): string => `from customer c ${whereClause(conditions)}`;

/** The cross join makes SQLite begin with what a search found, and not walk an index of all customers. */
const fromMatches = (conditions: readonly string[], matches = 'match'): string =>
  `from ${matches} m cross join customer c ${whereClause(['c.id = m.id', ...conditions])}`;

const whereClause = (conditions: readonly string[]): string =>
  conditions.length > 0 ? `where ${conditions.join(' and ')}` : '';
