import type { EntityManager } from 'typeorm';
import { assignments, columnsOf, fieldsOf, names, packed, rows, selected, shapeOf, unpacked } from '../columns.ts';
import { addressFields, insertAddresses, mergeAddresses, sentAddress } from '../customer-addresses.ts';
import { CustomerFacts } from '../customer-facts.ts';
import { overtaken } from '../database.ts';
import { forUpdate, listed } from '../dialect/expressions.ts';
import { MOST_WHOLE_ROWS } from '../sizes.ts';
import { single, sql, written } from '../sql.ts';
import { Customer, CustomerAddress } from './customer.ts';

const known = ['id', 'uuid', 'accountId', 'channelDatabase'] as const;
export type KnownCustomer = Pick<Customer, (typeof known)[number]>;

/** Which of these customers headquarters has, and the channel they came from. */
export const knownCustomers = (tx: EntityManager, uuids: readonly string[]) =>
  sql<KnownCustomer>(
    tx,
    `select ${selected(tx, Customer, 'c', known)} from customer c where c.uuid in ${listed(tx, '$1')} ${forUpdate(tx)}`,
    [JSON.stringify(uuids)],
  );

/** What headquarters has of these customers, by UUID. */
export async function customerBodies(tx: EntityManager, uuids: readonly string[]): Promise<Map<string, CustomerFacts>> {
  const found = await sql<CustomerFacts & { uuid: string }>(
    tx,
    `select ${selected(tx, Customer, 'c', ['uuid', ...fieldsOf(tx, Customer, CustomerFacts)])} from customer c where c.uuid in ${listed(tx, '$1')}`,
    [JSON.stringify(uuids)],
  );
  return new Map(found.map(({ uuid, ...body }) => [uuid, body]));
}

/** Of these addresses those that headquarters has, each as `<customer> <address>`. */
export async function knownAddresses(
  db: EntityManager,
  addresses: readonly { customer: string; address: string }[],
): Promise<Set<string>> {
  if (addresses.length === 0) return new Set();
  const found = await sql<{ customer: string; address: string }>(
    db,
    `select distinct x.customer, x.address from ${rows(db, { customer: 'text', address: 'text' }, '$1')}
     cross join customer c cross join customer_address a where c.uuid = x.customer and a.customer_id = c.id and a.uuid = x.address`,
    [JSON.stringify(addresses)],
  );
  return new Set(found.map(({ customer, address }) => `${customer} ${address}`));
}

/** How many addresses headquarters has of each of these customers; customers without one are left out. */
export async function addressCounts(db: EntityManager, uuids: readonly string[]): Promise<Map<string, number>> {
  const found = await sql<{ uuid: string; count: number }>(
    db,
    `select c.uuid, count(*) as count from customer c cross join customer_address a where c.uuid in ${listed(db, '$1')} and a.customer_id = c.id group by c.uuid`,
    [JSON.stringify(uuids)],
  );
  return new Map(found.map(({ uuid, count }) => [uuid, count]));
}

/**
 * Stores the customers that these operations create, each with its account ID. An account ID never changes: of a customer that is known
 * already everything else is replaced. What was received goes from table to table and is not sent through this process again.
 */
export async function storeCustomers(
  tx: EntityManager,
  operations: readonly { sequence: number; accountId: string; version: number }[],
  at: string,
): Promise<void> {
  const facts = fieldsOf(tx, Customer, CustomerFacts);
  const { join, values } = unpacked(tx, Customer, 'o.payload', 'customer', { fields: facts });
  const stored = await written(
    tx,
    `insert into customer (id, uuid, account_id, channel, channel_database, version, edited, created_at, uploaded_at, account_id_assigned_at,
       updated_at, ${names(tx, Customer, facts)})
     select o.customer_id, o.customer_uuid, x.account_id, o.channel, o.channel_database, x.version, o.corrected, o.created_at, o.received_at, $1, o.created_at, ${values}
     from ${rows(tx, { sequence: 'bigint', ...shapeOf(tx, Customer, ['accountId', 'version']) }, '$2')} cross join customer_operation o ${join}
     where o.sequence = x.sequence order by x.version
     on conflict (uuid) do update set edited = true, ${assignments(tx, Customer, [...facts, 'version', 'updatedAt'])}
       where customer.id = excluded.id and customer.channel_database = excluded.channel_database`,
    [at, JSON.stringify(operations)],
  );
  // Two channel databases hold the same UUID by mistake, and the other one's customer was stored meanwhile. (SQLite has one writer.)
  if (stored !== undefined && stored < operations.length) throw overtaken('stored a customer with the same UUID');
}

/**
 * Changes known customers by what these operations say; a field that one does not name stays, whoever wrote it. Their channels are told
 * again, also where only an address is new, and compare: they may have lost an edit, or lack a correction.
 */
export const changeCustomers = (tx: EntityManager, operations: readonly { sequence: number; version: number }[]) => {
  const merged = columnsOf(tx, Customer, fieldsOf(tx, Customer, CustomerFacts)).map(
    ({ name, path: [field] }) =>
      `${name} = case when o.payload->'customer'->'${field}' is null then c.${name} else o.payload->'customer'->>'${field}' end`,
  );
  return sql(
    tx,
    `update customer as c set ${merged.join(', ')}, version = x.version, edited = true, updated_at = o.created_at
     from ${rows(tx, { sequence: 'bigint', version: 'bigint' }, '$1')} join customer_operation o on o.sequence = x.sequence
     where c.id = o.customer_id`,
    [JSON.stringify(operations)],
  );
};

/** Stores the addresses that these operations bring. `isNew`: of customers that have none, and at the positions 0, 1, 2 … */
export async function storeAddresses(tx: EntityManager, sequences: readonly number[], isNew: boolean): Promise<void> {
  if (sequences.length === 0) return;
  const fields = addressFields(tx);
  const { join, field } = unpacked(tx, CustomerAddress, 'o.payload', 'addresses', { list: true, fields });
  const columns = columnsOf(tx, CustomerAddress, fields).map(
    ({ name, path: [property] }) => `${field(property as (typeof fields)[number])} as ${name}`,
  );
  const source = `(select o.customer_id, ${columns.join(', ')} from customer_operation o ${join} where o.sequence in ${listed(tx, '$1', 'bigint')})`;
  await (isNew ? insertAddresses : mergeAddresses)(tx, source, [JSON.stringify(sequences)]);
}

/**
 * What changed for a channel database, as headquarters packed it: `count` customers up to the version `through`; and how much of its log
 * headquarters had received then: the counter and the `identity` of the last operation.
 */
export interface DownloadPackage {
  count: number;
  through: number;
  package: string;
  lastReceived: number;
  lastOperationId: string | null;
}

/** The next download package behind `version`. Its rows are small: customers come without what is known of them. */
export function customersChangedSince(
  db: EntityManager,
  channelDatabase: string,
  version: number,
  limit: number,
): Promise<DownloadPackage> {
  const fields = ['uuid', 'accountId', 'channel', 'version', 'edited'] as const;
  return single(
    db,
    `select count(*) as count, coalesce(max(x.version), $2) as through, ${packed(db, Customer, 'x', { fields, order: 'x.version' })} as package,
       (select last_received from channel_database where name = $1) as "lastReceived",
       (select last_operation_id from channel_database where name = $1) as "lastOperationId"
     from (select ${names(db, Customer, fields)} from customer
           where channel_database = $1 and version > $2 order by version limit $3) as x`,
    [channelDatabase, version, limit],
  );
}

/** The part of a package before this version. */
export function packageBefore(download: DownloadPackage, version: number): DownloadPackage {
  const kept = (JSON.parse(download.package) as { version: number }[]).filter((row) => row.version < version);
  return { ...download, count: kept.length, through: kept.at(-1)!.version, package: JSON.stringify(kept) };
}

/** How many of these customers, from the front, fit as whole rows with their addresses into one package: at least one. */
export async function countFitting(db: EntityManager, customers: readonly { uuid: string }[]): Promise<number> {
  const addresses = await addressCounts(
    db,
    customers.map(({ uuid }) => uuid),
  );
  let rows = 0;
  const fitting = customers.findIndex(({ uuid }, index) => {
    rows += 1 + (addresses.get(uuid) ?? 0);
    return index > 0 && rows > MOST_WHOLE_ROWS;
  });
  return fitting === -1 ? customers.length : fitting;
}

/**
 * Whole customers, packed for a channel database that has lost them or may have them otherwise. One that is there is left out while
 * headquarters has operations of it that are not applied: their turn comes.
 */
export async function packedCustomers(
  db: EntityManager,
  wanted: readonly { uuid: string; lost: boolean }[],
): Promise<{ customers: string; addresses: string }> {
  const list = JSON.stringify(wanted);
  const asked = rows(db, { uuid: 'text', lost: 'boolean' }, '$1');
  const fields = ['uuid', 'channel', 'createdAt', 'updatedAt', ...fieldsOf(db, Customer, CustomerFacts)] as const;
  const customers = await single<{ package: string }>(
    db,
    `select ${packed(db, Customer, 'c', { fields })} as package from ${asked} cross join customer c where c.uuid = x.uuid and (x.lost or not exists (
       select 1 from customer_operation o where o.customer_uuid = c.uuid and o.channel_database = c.channel_database and o.state <> 'SYNCED'))`,
    [list],
  );
  const addresses = await single<{ package: string }>(
    db,
    `select ${packed(db, sentAddress(db), 'a')} as package
     from (select x.uuid as customer_uuid, ${names(db, CustomerAddress, addressFields(db), 'a')}
           from ${asked} cross join customer c cross join customer_address a where c.uuid = x.uuid and a.customer_id = c.id) as a`,
    [list],
  );
  return { customers: customers.package, addresses: addresses.package };
}

/** Of channel databases that have applied these versions, those that lack something, with the customer's channel and since when. */
export async function notDownloaded(
  db: EntityManager,
  applied: readonly { name: string; version: number }[],
): Promise<{ name: string; channel: string; since: string }[]> {
  if (applied.length === 0) return [];
  return sql(
    db,
    `select p.name, c.channel, c.updated_at as since from (
       select x.name, (select n.id from customer n where n.channel_database = x.name and n.version > x.version order by n.version limit 1) as id
       from ${rows(db, { name: 'text', version: 'bigint' }, '$1')}) as p cross join customer c where c.id = p.id`,
    [JSON.stringify(applied)],
  );
}
