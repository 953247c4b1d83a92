import type { EntityManager } from 'typeorm';
import { type AddressRow, addressColumns, bodyColumns, type CustomerBody, keyColumns, type SearchKeys } from '../customer-rows.ts';
import { forUpdate, listed, one, rows, sql } from '../sql.ts';

const customerColumns = {
  uuid: 'text',
  channel: 'text',
  body_hash: 'text',
  ...bodyColumns,
  ...keyColumns,
  counter: 'bigint',
  created_at: 'text',
  updated_at: 'text',
} as const;

export type NewCustomer = { [column in keyof typeof customerColumns]: unknown } & { uuid: string } & CustomerBody & SearchKeys;

export const insertCustomers = (tx: EntityManager, customers: readonly NewCustomer[]) => {
  const names = Object.keys(customerColumns).join(', ');
  return sql(tx, `insert into customer (${names}) select ${names} from ${rows(tx, customerColumns, '$1')}`, [JSON.stringify(customers)]);
};

const ownedAddress = { customer_uuid: 'text', ...addressColumns } as const;

export const insertAddresses = (tx: EntityManager, addresses: readonly (AddressRow & { customer_uuid: string })[]) => {
  const names = Object.keys(ownedAddress).join(', ');
  return sql(tx, `insert into customer_address (${names}) select ${names} from ${rows(tx, ownedAddress, '$1')}`, [
    JSON.stringify(addresses),
  ]);
};

/** Of these customers those that are in the database, with what tells whether a repeat is the same. */
export const storedCustomers = (tx: EntityManager, uuids: readonly string[]) =>
  sql<{ uuid: string; channel: string; body_hash: string | null }>(
    tx,
    `select uuid, channel, body_hash from customer where uuid in ${listed(tx, '$1')}`,
    [JSON.stringify(uuids)],
  );

/** The newer state of one customer. */
export const changeCustomer = (
  tx: EntityManager,
  uuid: string,
  change: Partial<CustomerBody & SearchKeys> & { counter: number; updated_at: string },
) => {
  const names = Object.keys(change);
  return sql(
    tx,
    `update customer set ${names.map((name, index) => `${name} = $${index + 1}`).join(', ')} where uuid = $${names.length + 1}`,
    [...Object.values(change), uuid],
  );
};

/** Keeps one customer for this transaction. */
export const lockCustomer = (tx: EntityManager, uuid: string) =>
  one<{ uuid: string; channel: string }>(tx, `select uuid, channel from customer where uuid = $1 ${forUpdate(tx)}`, [uuid]);

/**
 * Applies a download package: account IDs arrive, and each new one becomes a row of its channel's feed, numbered without a gap.
 * A customer that has its account ID already is left alone, so a package applied twice changes nothing.
 */
export async function applyAccountIds(tx: EntityManager, download: { package: string; at: string }): Promise<{ channel: string; sequence: number }[]> {
  const sent = { uuid: 'text', account_id: 'text', channel: 'text', version: 'bigint' } as const;
  // Heads first: their update keeps other writers of these feeds away until this transaction ends.
  const heads = await sql<{ channel: string; sequence: number }>(
    tx,
    `insert into feed_head (channel, sequence)
     select x.channel, count(*) from ${rows(tx, sent, '$1')} join customer c on c.uuid = x.uuid
     where c.account_id is null group by x.channel
     on conflict (channel) do update set sequence = feed_head.sequence + excluded.sequence
     returning channel, sequence`,
    [download.package],
  );
  if (heads.length === 0) return [];
  await sql(
    tx,
    `insert into feed (channel, sequence, customer_uuid, account_id, at)
     select n.channel, h.sequence - n.total + n.place, n.uuid, n.account_id, $1 from (
       select x.channel, x.uuid, x.account_id,
         row_number() over (partition by x.channel order by x.version) as place, count(*) over (partition by x.channel) as total
       from ${rows(tx, sent, '$2')} join customer c on c.uuid = x.uuid where c.account_id is null) as n
     join feed_head h on h.channel = n.channel`,
    [download.at, download.package],
  );
  await sql(
    tx,
    `update customer set account_id = x.account_id, synced_at = $1 from ${rows(tx, sent, '$2')}
     where customer.uuid = x.uuid and customer.account_id is null`,
    [download.at, download.package],
  );
  return heads;
}

/** Of a download package, the customers that this database has lost (an older backup) or has in an older state than headquarters. */
export async function outdated(db: EntityManager, packed: string): Promise<string[]> {
  const sent = { uuid: 'text', counter: 'bigint', version: 'bigint', corrected: 'boolean' } as const;
  const found = await sql<{ uuid: string }>(
    db,
    `select x.uuid from ${rows(db, sent, '$1')} left join customer c on c.uuid = x.uuid
     where c.uuid is null or (x.corrected and c.counter <= x.counter)`,
    [packed],
  );
  return found.map(({ uuid }) => uuid);
}

/** Writes whole customers as headquarters has them, unless something newer was done here meanwhile. */
export async function storeDownloaded(tx: EntityManager, whole: { customers: string; addresses: string }): Promise<void> {
  const { body_hash: _, ...columns } = customerColumns;
  const names = Object.keys(columns);
  const changed = [...Object.keys(bodyColumns), ...Object.keys(keyColumns), 'counter', 'updated_at'];
  await sql(
    tx,
    `insert into customer (${names.join(', ')}) select ${names.join(', ')} from ${rows(tx, columns, '$1')} where true
     on conflict (uuid) do update set ${changed.map((name) => `${name} = excluded.${name}`).join(', ')}
     where customer.counter <= excluded.counter`,
    [whole.customers],
  );
  const address = Object.keys(ownedAddress);
  await sql(
    tx,
    `insert into customer_address (${address.join(', ')}) select ${address.join(', ')} from ${rows(tx, ownedAddress, '$1')} where true
     on conflict (customer_uuid, uuid) do update set ${Object.keys(addressColumns)
       .filter((name) => name !== 'uuid')
       .map((name) => `${name} = excluded.${name}`)
       .join(', ')}`,
    [whole.addresses],
  );
}

/** When each of these customers came to be here, and when its account ID came back. */
export const channelStages = (db: EntityManager, uuids: readonly string[]) =>
  sql<{ uuid: string; channel: string; created_at: string; synced_at: string | null; account_id: string | null }>(
    db,
    `select uuid, channel, created_at, synced_at, account_id from customer where uuid in ${listed(db, '$1')}`,
    [JSON.stringify(uuids)],
  );
