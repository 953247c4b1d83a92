import type { EntityManager } from 'typeorm';
import { type AddressRow, addressColumns, bodyColumns, type CustomerBody, type keyColumns } from './customer-rows.ts';
import type { KeysetPage } from './keyset-page.ts';
import { listed, one, packed, rows } from './sql.ts';

/*
 * Reading customers, in a channel database and at headquarters: a page, with its addresses where they are asked for, is one statement
 * that answers one JSON text. (TypeORM entities with a second query for the addresses cost two to three times as much.)
 */

/** A customer as a channel database or headquarters has it. */
export interface CustomerRow extends CustomerBody {
  /** Place in the order of this database; the cursor. */
  id: number;
  uuid: string;
  account_id: string | null;
  channel: string;
  created_at: string;
  updated_at: string;
  /** Absent unless they were asked for. */
  addresses?: AddressRow[];
}

const rowColumns = {
  id: 'bigint',
  uuid: 'text',
  account_id: 'text',
  channel: 'text',
  ...bodyColumns,
  created_at: 'text',
  updated_at: 'text',
} as const;

export interface CustomerFilter {
  channel?: string;
  /** True: without an account ID. False: with one. */
  pending?: boolean;
  /** Only these, or all but these. */
  among?: { uuids: readonly string[]; include: boolean };
  /** Ways to read a search: found when all terms of one of them are. */
  search?: SearchTerm[][];
}

/** A part of a search: found when a name, e-mail, phone or account ID begins with it. */
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
  const query = selection(db, filter);
  if (page.after !== undefined) query.where(`c.id > ${query.parameter(page.after)}`);
  if (page.before !== undefined) query.where(`c.id < ${query.parameter(page.before)}`);
  const order = `order by c.id ${page.descending ? 'desc' : 'asc'} limit ${query.parameter(page.limit)}`;
  const { match, from } = query.source();
  return customers(db, { match, from: `${from} ${order}` }, query.parameters, page.descending, addresses);
}

export async function countCustomers(db: EntityManager, filter: CustomerFilter): Promise<number> {
  const query = selection(db, filter);
  const { match, from } = query.source();
  const row = await one<{ count: number }>(db, `${match} select count(*) as count ${from}`, query.parameters);
  return Number(row!.count);
}

/** In no order; those that are not there are left out. */
export const customersByUuid = (db: EntityManager, uuids: readonly string[]): Promise<CustomerRow[]> =>
  customers(db, { from: `from customer c where c.uuid in (select uuid from ${rows(db, { uuid: 'text' }, '$1')})` }, [
    JSON.stringify(uuids.map((uuid) => ({ uuid }))),
  ]);

export async function customerByAccountId(db: EntityManager, accountId: string): Promise<CustomerRow | undefined> {
  return (await customers(db, { from: 'from customer c where c.account_id = $1' }, [accountId]))[0];
}

/** The addresses of these customers, by customer and in the order they were added. A customer without one is left out. */
export async function addressesOf(db: EntityManager, uuids: readonly string[]): Promise<Map<string, AddressRow[]>> {
  const row = await one<{ found: string }>(
    db,
    `select ${packed(db, { customer_uuid: 'text', ...addressColumns }, 'x', 'x.position')} as found
     from customer_address x where x.customer_uuid in ${listed(db, '$1')}`,
    [JSON.stringify(uuids)],
  );
  const found = new Map<string, AddressRow[]>();
  for (const { customer_uuid: customer, ...address } of JSON.parse(row!.found) as (AddressRow & {
    customer_uuid: string;
  })[]) {
    const addresses = found.get(customer);
    if (addresses) addresses.push(address);
    else found.set(customer, [address]);
  }
  return found;
}

async function customers(
  db: EntityManager,
  { match = '', from }: Source,
  parameters: unknown[],
  descending = false,
  addresses = false,
): Promise<CustomerRow[]> {
  const columns = Object.keys(rowColumns).map((column) => `c.${column}`);
  if (addresses) columns.push(`${addressesOfCustomer(db)} as addresses`);
  const shape = { ...rowColumns, ...(addresses ? { addresses: 'json' as const } : {}) };
  const row = await one<{ page: string }>(
    db,
    `${match} select ${packed(db, shape, 'x', `x.id ${descending ? 'desc' : 'asc'}`)} as page
     from (select ${columns.join(', ')} ${from}) as x`,
    parameters,
  );
  return JSON.parse(row!.page);
}

/** The addresses of the customer `c`, as one JSON list. */
const addressesOfCustomer = (db: EntityManager) =>
  `(select ${packed(db, addressColumns, 'a', 'a.position')} from customer_address a where a.customer_uuid = c.uuid)`;

interface Source {
  /** A WITH clause. */
  match?: string;
  from: string;
}

function selection(db: EntityManager, filter: CustomerFilter) {
  const parameters: unknown[] = [];
  const conditions: string[] = [];
  const parameter = (value: unknown) => `$${parameters.push(value)}`;
  const all = (terms: SearchTerm[]) =>
    terms.map((term) => `select id from (${matches(term, parameter)}) as found`).join(' intersect ');
  const found = (filter.search ?? []).map((terms) => `select id from (${all(terms)}) as found`);
  const match = found.length > 0 ? `with match as (${found.join(' union ')}) ` : '';
  const where = (condition: string) => conditions.push(condition);

  if (match) where('c.id in (select id from match)');
  if (filter.channel !== undefined) where(`c.channel = ${parameter(filter.channel)}`);
  if (filter.pending !== undefined) where(`c.account_id is ${filter.pending ? '' : 'not '}null`);
  if (filter.among) {
    const uuids = parameter(JSON.stringify(filter.among.uuids.map((uuid) => ({ uuid }))));
    where(`c.uuid ${filter.among.include ? '' : 'not '}in (select uuid from ${rows(db, { uuid: 'text' }, uuids)})`);
  }
  return {
    parameters,
    parameter,
    where,
    source: () => ({
      match,
      from: `from customer c ${conditions.length > 0 ? `where ${conditions.join(' and ')}` : ''}`,
    }),
  };
}

/** One range of an index per column, so that a search costs what it finds and not what there is. */
function matches(term: SearchTerm, parameter: (value: unknown) => string): string {
  const beginsWith = (column: string, prefix: string) =>
    `select id from customer where ${column} >= ${parameter(prefix)} and ${column} < ${parameter(`${prefix}\u{10FFFF}`)}`;
  return [
    ...(['first_key', 'last_key'] satisfies (keyof typeof keyColumns)[]).map((column) => beginsWith(column, term.key)),
    ...(term.digits ? [beginsWith('phone_key', term.digits)] : []),
    ...(term.accountId ? [beginsWith('email_key', term.key), beginsWith('account_id', term.accountId)] : []),
  ].join(' union ');
}
