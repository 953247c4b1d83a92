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
  type AddressRow,
  addressColumns,
  bodyColumns,
  type CustomerBody,
  type CustomerChange,
  keyColumns,
  SearchableCustomer,
  type SearchKeys,
} from '../customer-rows.ts';
import { forUpdate, listed, one, packed, rows, sql } from '../sql.ts';
import { identity } from './operation.ts';

/** A customer as its channel has it. Written by whoever creates or edits it there, and by job 1010. */
@Entity('customer')
export class ChannelCustomer extends SearchableCustomer {
  /** Place in the order of this database; the cursor. */
  @PrimaryGeneratedColumn({ type: 'bigint' }) id!: number;
  @Column({ type: 'text' }) uuid!: string;
  /** Null until job 1010 brings it. */
  @Column({ type: 'text', nullable: true }) accountId!: string | null;
  @Column({ type: 'text' }) channel!: string;
  /** Tells whether a repeat is the same customer; null: it came from headquarters, after this database had lost it. */
  @Column({ type: 'text', nullable: true }) bodyHash!: string | null;
  /** Replication counter of the newest operation that changed it; 0: this log has none. */
  @Column({ type: 'bigint' }) counter!: number;
  @Column({ type: 'text' }) createdAt!: string;
  @Column({ type: 'text' }) updatedAt!: string;
  @Column({ type: 'text', nullable: true }) syncedAt!: string | null;
  @OneToMany('customer_address', 'customer') addresses!: ChannelCustomerAddress[];
}

/** An address of a customer. Written by whoever adds it in the channel, and by job 1010. */
@Entity('customer_address')
export class ChannelCustomerAddress extends AddressFacts {
  @PrimaryColumn({ type: 'text' }) customerUuid!: string;
  @ManyToOne(() => ChannelCustomer, 'addresses', { createForeignKeyConstraints: false })
  @JoinColumn({ name: 'customer_uuid', referencedColumnName: 'uuid' })
  customer!: Relation<ChannelCustomer>;
}

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

export type NewCustomer = { [column in keyof typeof customerColumns]: unknown } & { uuid: string } & CustomerBody &
  SearchKeys;

export const insertCustomers = (tx: EntityManager, customers: readonly NewCustomer[]) => {
  const names = Object.keys(customerColumns).join(', ');
  return sql(tx, `insert into customer (${names}) select ${names} from ${rows(tx, customerColumns, '$1')}`, [
    JSON.stringify(customers),
  ]);
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
  change: CustomerChange & { counter: number; updated_at: string },
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
  one<{ uuid: string; channel: string }>(tx, `select uuid, channel from customer where uuid = $1 ${forUpdate(tx)}`, [
    uuid,
  ]);

/**
 * Applies a download package: account IDs arrive, and each new one becomes a row of its channel's feed, numbered without a gap.
 * A customer that has its account ID already is left alone, so a package applied twice changes nothing. Call it after
 * `advanceApplied`, which keeps other packages away until this transaction ends.
 */
export async function applyAccountIds(
  tx: EntityManager,
  download: { package: string; at: string },
): Promise<{ channel: string; sequence: number }[]> {
  await sql(
    tx,
    `insert into feed_head (channel, sequence) select distinct x.channel, 0 from ${rows(tx, { channel: 'text' }, '$1')} where true
     on conflict (channel) do nothing`,
    [download.package],
  );
  await sql(
    tx,
    `insert into feed (channel, sequence, customer_uuid, account_id, at)
     select x.channel, h.sequence + row_number() over (partition by x.channel order by x.version), x.uuid, x.account_id, $1
     from ${rows(tx, { uuid: 'text', account_id: 'text', channel: 'text', version: 'bigint' }, '$2')}
     join customer c on c.uuid = x.uuid join feed_head h on h.channel = x.channel
     where c.account_id is null`,
    [download.at, download.package],
  );
  await sql(
    tx,
    `update customer set account_id = x.account_id, synced_at = $1 from ${rows(tx, { uuid: 'text', account_id: 'text' }, '$2')}
     where customer.uuid = x.uuid and customer.account_id is null`,
    [download.at, download.package],
  );
  // The heads still stand before the new rows. The cross join makes SQLite begin with the heads, who are few.
  return sql(
    tx,
    `update feed_head set sequence = n.last from (
       select f.channel, max(f.sequence) as last from feed_head h cross join feed f
       where f.channel = h.channel and f.sequence > h.sequence group by f.channel) as n
     where feed_head.channel = n.channel returning feed_head.channel, feed_head.sequence`,
  );
}

/** How far headquarters has received this log: the counter and the `identity` of the last operation. */
export interface Received {
  lastReceived: number;
  lastOperationId: string | null;
}

/** A customer of a download package that this database has to compare with headquarters. */
export interface Outdated {
  uuid: string;
  version: number;
  /** It is not here: the database was restored from an older backup, or replaced. */
  lost: boolean;
}

/**
 * Of a download package, the customers that this database has lost, and those that were edited or corrected and may differ from
 * headquarters' although it has received everything that was done to them here: `received` must have been read after the package. What
 * was done here later brings its customer with another package, once headquarters has it.
 */
export async function outdated(db: EntityManager, download: string, received: Received): Promise<Outdated[]> {
  const sent = { uuid: 'text', version: 'bigint', edited: 'boolean' } as const;
  const found = await sql<{ uuid: string; version: number; lost: boolean | number }>(
    db,
    `select x.uuid, x.version, c.uuid is null as lost from ${rows(db, sent, '$1')} left join customer c on c.uuid = x.uuid
     where c.uuid is null or x.edited and c.counter <= $2
       and (c.counter = 0 or exists (select 1 from operation where counter = $2 and ${identity} = $3))
     order by x.version`,
    [download, received.lastReceived, received.lastOperationId],
  );
  return found.map(({ uuid, version, lost }) => ({ uuid, version: Number(version), lost: Boolean(lost) }));
}

/** Writes whole customers as headquarters has them, unless something was done here meanwhile that headquarters has not received. */
export async function storeDownloaded(
  tx: EntityManager,
  whole: { customers: string; addresses: string },
  { lastReceived }: Received,
): Promise<void> {
  const { body_hash: _, counter: __, ...columns } = customerColumns;
  const names = Object.keys(columns);
  const changed = [...Object.keys(bodyColumns), ...Object.keys(keyColumns), 'updated_at'];
  // Counter 0: this log has nothing of a customer that was lost.
  await sql(
    tx,
    `insert into customer (${names.join(', ')}, counter) select ${names.join(', ')}, 0 from ${rows(tx, columns, '$1')} where true
     on conflict (uuid) do update set ${changed.map((name) => `${name} = excluded.${name}`).join(', ')}
     where customer.counter <= $2`,
    [whole.customers, lastReceived],
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

/** Customers with account IDs from `first` on, in their order, packed for headquarters; `last` is the last account ID among them. */
export async function accountIdsFrom(
  db: EntityManager,
  first: string,
  limit: number,
): Promise<{ count: number; last: string; package: string }> {
  const row = await one<{ count: number; last: string; package: string }>(
    db,
    `select count(*) as count, max(x.account_id) as last, ${packed(db, { uuid: 'text', account_id: 'text' }, 'x', 'x.account_id')} as package
     from (select uuid, account_id from customer where account_id is not null and account_id >= $1 order by account_id limit $2) as x`,
    [first, limit],
  );
  return { ...row!, count: Number(row!.count) };
}

/** When each of these customers came to be here, and when its account ID came back. */
export const channelStages = (db: EntityManager, uuids: readonly string[]) =>
  sql<{ uuid: string; channel: string; created_at: string; synced_at: string | null; account_id: string | null }>(
    db,
    `select uuid, channel, created_at, synced_at, account_id from customer where uuid in ${listed(db, '$1')}`,
    [JSON.stringify(uuids)],
  );
