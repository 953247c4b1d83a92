import {
  Column,
  Entity,
  type EntityManager,
  JoinColumn,
  ManyToOne,
  OneToMany,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import {
  AddressFacts,
  addressColumns,
  bodyColumns,
  type CustomerBody,
  keyColumns,
  SearchableCustomer,
} from '../customer-rows.ts';
import { MOST_WHOLE_ROWS } from '../sizes.ts';
import { forUpdate, listed, one, packed, rows, sql, unpacked } from '../sql.ts';

/** A customer with its account ID. Written by the resolver. */
@Entity('customer')
export class Customer extends SearchableCustomer {
  /** Order of conversion; the cursor. */
  @PrimaryGeneratedColumn({ type: 'bigint' }) id!: number;
  @Column({ type: 'text' }) uuid!: string;
  @Column({ type: 'text' }) accountId!: string;
  @Column({ type: 'text' }) channel!: string;
  @Column({ type: 'text' }) channelDatabase!: string;
  /** Grows with each change that job 1010 has to bring down. */
  @Column({ type: 'bigint' }) version!: number;
  /** It was edited or corrected: its channel may not have what headquarters has. */
  @Column({ type: 'boolean' }) edited!: boolean;
  @Column({ type: 'text' }) createdAt!: string;
  @Column({ type: 'text' }) uploadedAt!: string;
  @Column({ type: 'text' }) accountIdAssignedAt!: string;
  @Column({ type: 'text' }) updatedAt!: string;
  @OneToMany('customer_address', 'customer') addresses!: CustomerAddress[];
}

/** An address of a customer. Written by the resolver, with its customer or later. */
@Entity('customer_address')
export class CustomerAddress extends AddressFacts {
  @PrimaryColumn({ type: 'text' }) customerUuid!: string;
  @ManyToOne(() => Customer, 'addresses', { createForeignKeyConstraints: false })
  @JoinColumn({ name: 'customer_uuid', referencedColumnName: 'uuid' })
  customer!: Relation<Customer>;
}

const stored = Object.keys({ ...bodyColumns, ...keyColumns }) as (keyof typeof bodyColumns | keyof typeof keyColumns)[];

const customerColumns = {
  uuid: 'text',
  account_id: 'text',
  channel: 'text',
  channel_database: 'text',
  ...bodyColumns,
  ...keyColumns,
  version: 'bigint',
  edited: 'boolean',
  created_at: 'text',
  uploaded_at: 'text',
  account_id_assigned_at: 'text',
  updated_at: 'text',
} as const;

/** Which of these customers headquarters has, and the channel they came from. */
export const knownCustomers = (tx: EntityManager, uuids: readonly string[]) =>
  sql<{ uuid: string; account_id: string; channel_database: string }>(
    tx,
    `select uuid, account_id, channel_database from customer where uuid in ${listed(tx, '$1')} ${forUpdate(tx)}`,
    [JSON.stringify(uuids)],
  );

/** What headquarters has of these customers, by UUID. */
export async function customerBodies(tx: EntityManager, uuids: readonly string[]): Promise<Map<string, CustomerBody>> {
  const found = await sql<CustomerBody & { uuid: string }>(
    tx,
    `select uuid, ${Object.keys(bodyColumns).join(', ')} from customer where uuid in ${listed(tx, '$1')}`,
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
  const found = await sql<{ customer_uuid: string; uuid: string }>(
    db,
    `select distinct a.customer_uuid, a.uuid from ${rows(db, { customer: 'text', address: 'text' }, '$1')}
     cross join customer_address a where a.customer_uuid = x.customer and a.uuid = x.address`,
    [JSON.stringify(addresses)],
  );
  return new Set(found.map(({ customer_uuid, uuid }) => `${customer_uuid} ${uuid}`));
}

/** How many addresses headquarters has of each of these customers; customers without one are left out. */
export async function addressCounts(db: EntityManager, uuids: readonly string[]): Promise<Map<string, number>> {
  const found = await sql<{ customer_uuid: string; count: number }>(
    db,
    `select customer_uuid, count(*) as count from customer_address where customer_uuid in ${listed(db, '$1')} group by customer_uuid`,
    [JSON.stringify(uuids)],
  );
  return new Map(found.map(({ customer_uuid, count }) => [customer_uuid, Number(count)]));
}

/**
 * Stores the customers that these operations create, each with its account ID. An account ID never changes: of a customer that is known
 * already everything else is replaced. What was received goes from table to table and is not sent through this process again.
 */
export const storeCustomers = (
  tx: EntityManager,
  operations: readonly { sequence: number; account_id: string; version: number }[],
  at: string,
) => {
  const body = unpacked(tx, { ...bodyColumns, ...keyColumns }, 'o.payload', 'customer');
  const values: Record<keyof typeof customerColumns, string> = {
    uuid: 'o.customer_uuid',
    account_id: 'x.account_id',
    channel: 'o.channel',
    channel_database: 'o.channel_database',
    ...(Object.fromEntries(stored.map((name) => [name, body.field(name)])) as Record<(typeof stored)[number], string>),
    version: 'x.version',
    edited: 'o.corrected',
    created_at: 'o.created_at',
    uploaded_at: 'o.received_at',
    account_id_assigned_at: '$1',
    updated_at: 'o.created_at',
  };
  return sql(
    tx,
    `insert into customer (${Object.keys(values).join(', ')}) select ${Object.values(values).join(', ')}
     from ${rows(tx, { sequence: 'bigint', account_id: 'text', version: 'bigint' }, '$2')} cross join customer_operation o ${body.join}
     where o.sequence = x.sequence order by x.version
     on conflict (uuid) do update set edited = true,
       ${[...stored, 'version', 'updated_at'].map((column) => `${column} = excluded.${column}`).join(', ')}`,
    [at, JSON.stringify(operations)],
  );
};

/**
 * Changes known customers by what these operations say; a field that one does not name stays, whoever wrote it. Their channels are told
 * again, also where only an address is new, and compare: they may have lost an edit, or lack a correction.
 */
export const changeCustomers = (tx: EntityManager, operations: readonly { sequence: number; version: number }[]) => {
  const said = `o.payload->'customer'`;
  const merged = stored.map(
    (name) => `${name} = case when ${said}->'${name}' is null then c.${name} else ${said}->>'${name}' end`,
  );
  return sql(
    tx,
    `update customer as c set ${merged.join(', ')}, version = x.version, edited = true, updated_at = o.created_at
     from ${rows(tx, { sequence: 'bigint', version: 'bigint' }, '$1')} join customer_operation o on o.sequence = x.sequence
     where c.uuid = o.customer_uuid`,
    [JSON.stringify(operations)],
  );
};

/** Stores the addresses that these operations bring. */
export const storeAddresses = (tx: EntityManager, sequences: readonly number[]) => {
  const names = Object.keys(addressColumns);
  const { join, field } = unpacked(tx, addressColumns, 'o.payload', 'addresses', { list: true });
  return sql(
    tx,
    `insert into customer_address (customer_uuid, ${names.join(', ')}) select o.customer_uuid, ${names.map(field).join(', ')}
     from customer_operation o ${join} where o.sequence in ${listed(tx, '$1', 'bigint')}
     on conflict (customer_uuid, uuid) do update set ${names
       .filter((name) => name !== 'uuid')
       .map((name) => `${name} = excluded.${name}`)
       .join(', ')}`,
    [JSON.stringify(sequences)],
  );
};

/** What changed for a channel database, as its database packed it: `count` customers up to the version `through`. */
export interface DownloadPackage {
  count: number;
  through: number;
  package: string;
}

/** The next download package behind `version`. Its rows are small: customers come without what is known of them. */
export async function customersChangedSince(
  db: EntityManager,
  channelDatabase: string,
  version: number,
  limit: number,
): Promise<DownloadPackage> {
  const row = await one<{ count: number; through: number; package: string }>(
    db,
    `select count(*) as count, max(x.version) as through, ${packed(db, { uuid: 'text', account_id: 'text', channel: 'text', version: 'bigint', edited: 'boolean' }, 'x', 'x.version')} as package
     from (select uuid, account_id, channel, version, edited from customer
           where channel_database = $1 and version > $2 order by version limit $3) as x`,
    [channelDatabase, version, limit],
  );
  return { count: Number(row!.count), through: Number(row!.through ?? version), package: row!.package };
}

/** The part of a package before this version. */
export function packageBefore(download: DownloadPackage, version: number): DownloadPackage {
  const kept = (JSON.parse(download.package) as { version: number }[]).filter((row) => row.version < version);
  return { count: kept.length, through: kept.at(-1)!.version, package: JSON.stringify(kept) };
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

export async function countChangedSince(db: EntityManager, channelDatabase: string, version: number): Promise<number> {
  const row = await one<{ count: number }>(
    db,
    'select count(*) as count from customer where channel_database = $1 and version > $2',
    [channelDatabase, version],
  );
  return Number(row!.count);
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
  const columns = {
    uuid: 'text',
    channel: 'text',
    ...bodyColumns,
    ...keyColumns,
    created_at: 'text',
    updated_at: 'text',
  } as const;
  const customers = await one<{ package: string }>(
    db,
    `select ${packed(db, columns, 'c')} as package from ${asked} cross join customer c where c.uuid = x.uuid and (x.lost or not exists (
       select 1 from customer_operation o where o.customer_uuid = c.uuid and o.channel_database = c.channel_database and o.state <> 'SYNCED'))`,
    [list],
  );
  const addresses = await one<{ package: string }>(
    db,
    `select ${packed(db, { customer_uuid: 'text', ...addressColumns }, 'a')} as package from ${asked} cross join customer_address a where a.customer_uuid = x.uuid`,
    [list],
  );
  return { customers: customers!.package, addresses: addresses!.package };
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
