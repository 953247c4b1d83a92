import type { EntityManager } from 'typeorm';
import { assignments, fieldsOf, insertAll, names, packed, readShape, rows, selected, shapeOf } from '../columns.ts';
import { insertAddresses, mergeAddresses, sentAddress } from '../customer-addresses.ts';
import { type AddressFacts, CustomerFacts } from '../customer-facts.ts';
import { listed } from '../dialect/expressions.ts';
import { single, sql } from '../sql.ts';
import { ChannelCustomer } from './customer.ts';
import { identity } from './operation.ts';

type NewCustomer = CustomerFacts &
  Pick<ChannelCustomer, 'uuid' | 'channel' | 'bodyHash' | 'counter' | 'createdAt' | 'updatedAt'>;

export const insertCustomers = (tx: EntityManager, customers: readonly NewCustomer[]) =>
  insertAll(tx, ChannelCustomer, customers);

/** Adds addresses to customers that are in the database. */
export const addAddresses = (tx: EntityManager, addresses: readonly (AddressFacts & { customerUuid: string })[]) =>
  insertAddresses(tx, ofCustomers(tx), [JSON.stringify(addresses)]);

/** Replaces addresses that these customers have. */
export const replaceAddresses = (tx: EntityManager, addresses: readonly (AddressFacts & { customerUuid: string })[]) =>
  mergeAddresses(tx, ofCustomers(tx), [JSON.stringify(addresses)]);

/** The addresses in the JSON array $1, which names their customers by UUID. */
const ofCustomers = (tx: EntityManager) =>
  `(select c.id as customer_id, x.* from ${rows(tx, sentAddress(tx), '$1')} cross join customer c where c.uuid = x.customer_uuid)`;

/** Of these customers those that are in the database, with what tells whether a repeat is the same. */
export const storedCustomers = (tx: EntityManager, uuids: readonly string[]) =>
  sql<Pick<ChannelCustomer, 'uuid' | 'channel' | 'bodyHash'>>(
    tx,
    `select ${selected(tx, ChannelCustomer, 'c', ['uuid', 'channel', 'bodyHash'])} from customer c where c.uuid in ${listed(tx, '$1')}`,
    [JSON.stringify(uuids)],
  );

/**
 * Applies a download package: account IDs arrive, and each new one becomes a row of its channel's feed, numbered without a gap.
 * A customer that has its account ID already is left alone, so a package applied twice changes nothing. Returns the channels whose feeds
 * have new rows. Call it after `advanceApplied`, which keeps other packages away until this transaction ends.
 */
export async function applyAccountIds(tx: EntityManager, download: { package: string; at: string }): Promise<string[]> {
  const sent = rows(tx, { ...shapeOf(tx, ChannelCustomer, ['uuid', 'accountId', 'channel']), version: 'bigint' }, '$1');
  const heads = await sql<{ channel: string }>(
    tx,
    `insert into feed_head (channel, sequence)
     select x.channel, count(*) from ${sent} join customer c on c.uuid = x.uuid where c.account_id is null group by x.channel
     on conflict (channel) do update set sequence = feed_head.sequence + excluded.sequence returning channel`,
    [download.package],
  );
  if (heads.length === 0) return [];
  await sql(
    tx,
    // The heads are where they will be with the new rows.
    `insert into feed (channel, sequence, customer_uuid, account_id, at)
     select x.channel,
       h.sequence - count(*) over (partition by x.channel) + row_number() over (partition by x.channel order by x.version), x.uuid, x.account_id, $2
     from ${sent} join customer c on c.uuid = x.uuid join feed_head h on h.channel = x.channel
     where c.account_id is null`,
    [download.package, download.at],
  );
  await sql(
    tx,
    `update customer set account_id = x.account_id, synced_at = $2 from ${sent}
     where customer.uuid = x.uuid and customer.account_id is null`,
    [download.package, download.at],
  );
  return heads.map(({ channel }) => channel);
}

/** A download package, and how much of this log headquarters had received by then: the counter and the `identity` of the last operation. */
interface Download {
  package: string;
  lastReceived: number;
  lastOperationId: string | null;
}

/** A customer of a download package that this database has to compare with headquarters. */
interface Outdated {
  uuid: string;
  version: number;
  /** It is not here: the database was restored from an older backup, or replaced. */
  lost: boolean;
}

/**
 * Of a download package, the customers that this database has lost, and those that were edited or corrected and may differ from
 * headquarters' although it has received everything that was done to them here. What it had received must not be older than the package.
 * What was done here later brings its customer with another package, once headquarters has it.
 */
export function outdated(
  db: EntityManager,
  { package: download, lastReceived, lastOperationId }: Download,
): Promise<Outdated[]> {
  return readShape(
    db,
    { uuid: 'text', version: 'bigint', lost: 'boolean' },
    `select x.uuid, x.version, c.uuid is null as lost
     from ${rows(db, { uuid: 'text', version: 'bigint', edited: 'boolean' }, '$1')} left join customer c on c.uuid = x.uuid
     where c.uuid is null or x.edited and c.counter <= $2
       and (c.counter = 0 or exists (select 1 from operation where counter = $2 and ${identity} = $3))`,
    [download, lastReceived, lastOperationId],
    { order: 'x.version' },
  );
}

/** Writes whole customers as headquarters has them, unless something was done here meanwhile that headquarters has not received. */
export async function storeDownloaded(
  tx: EntityManager,
  whole: { customers: string; addresses: string },
  lastReceived: number,
): Promise<void> {
  const changed = [...fieldsOf(tx, ChannelCustomer, CustomerFacts), 'updatedAt'] as const;
  const written = ['uuid', 'channel', 'createdAt', ...changed] as const;
  const columns = names(tx, ChannelCustomer, written);
  // Counter 0: this log has nothing of a customer that was lost.
  await sql(
    tx,
    `insert into customer (${columns}, counter) select ${columns}, 0 from ${rows(tx, ChannelCustomer, '$1', written)} where true
     on conflict (uuid) do update set ${assignments(tx, ChannelCustomer, changed)} where customer.counter <= $2`,
    [whole.customers, lastReceived],
  );
  await mergeAddresses(tx, ofCustomers(tx), [whole.addresses]);
}

/** Customers with account IDs from `first` on, in their order, packed for headquarters; `last` is the last account ID among them. */
export function accountIdsFrom(
  db: EntityManager,
  first: string,
  limit: number,
): Promise<{ count: number; last: string; package: string }> {
  const fields = ['uuid', 'accountId'] as const;
  return single(
    db,
    `select count(*) as count, max(x.account_id) as last, ${packed(db, ChannelCustomer, 'x', { fields, order: 'x.account_id' })} as package
     from (select uuid, account_id from customer where account_id is not null and account_id >= $1 order by account_id limit $2) as x`,
    [first, limit],
  );
}

const stages = ['uuid', 'channel', 'createdAt', 'syncedAt', 'accountId'] as const;

/** When each of these customers came to be here, and when its account ID came back. */
export const channelStages = (db: EntityManager, uuids: readonly string[]) =>
  sql<Pick<ChannelCustomer, (typeof stages)[number]>>(
    db,
    `select ${selected(db, ChannelCustomer, 'c', stages)} from customer c where c.uuid in ${listed(db, '$1')}`,
    [JSON.stringify(uuids)],
  );
