import { customerColumns, customerIndexesAndAddresses, migration, shiftColumns, type Words } from '../../migration.ts';

const statements = ({
  searchTable,
  counted,
  key,
  text,
  json,
  mustBeObject,
  clustered,
  texts,
  optionalTexts,
}: Words) => [
  // One row: who this database is, and how far it has come. `epoch` names its feeds; adopting a restored database renews it.
  `create table self (
    id integer primary key,
    epoch ${text} not null,
    last_counter bigint not null,
    applied_version bigint not null,
    applied_at ${text}
  )`,
  `create table customer (
    id ${counted},
    uuid ${text} not null unique,
    account_id ${text},
    channel ${text} not null,
    body_hash ${text},
    ${customerColumns({ text, optionalTexts })},
    counter bigint not null,
    ${texts('created_at', 'updated_at')},
    synced_at ${text}
  )`,
  ...customerIndexesAndAddresses({ texts, optionalTexts, clustered, searchTable }),
  'create index customer_pending on customer (channel, created_at, id) where account_id is null',
  'create unique index customer_by_account_id on customer (account_id) where account_id is not null',

  // The append-only log of what was done here. The P-job uploads it in the order of its replication counter.
  `create table operation (
    counter ${key} primary key,
    ${texts('id', 'channel')},
    customer_uuid ${text},
    kind ${text} not null,
    payload ${json} not null ${mustBeObject('payload')},
    created_at ${text} not null
  )`,
  // The feed of new account IDs. `sequence` has no gap within a channel: its head is updated in the same transaction.
  `create table feed_head (channel ${text} primary key, sequence bigint not null)`,
  `create table feed (
    channel ${text} not null,
    sequence bigint not null,
    ${texts('customer_uuid', 'account_id', 'at')},
    primary key (channel, sequence)
  ) ${clustered}`,

  `create table retail_transaction (
    id ${counted},
    uuid ${text} not null unique,
    ${texts('channel', 'kind', 'reference')},
    customer_uuid ${text},
    ${texts('business_date', 'currency')},
    gross bigint not null,
    shift_uuid ${text},
    body ${json} not null,
    body_hash ${text} not null,
    counter bigint not null,
    created_at ${text} not null,
    canceled_at ${text}
  )`,
  'create unique index retail_transaction_by_reference on retail_transaction (channel, reference)',
  // Orders and sales are listed each alone, or both merged.
  `create index order_by_channel on retail_transaction (channel, created_at, id) where kind <> 'CASH_AND_CARRY'`,
  `create index sale_by_channel on retail_transaction (channel, created_at, id) where kind = 'CASH_AND_CARRY'`,
  'create index order_canceled on retail_transaction (channel, created_at, id) where canceled_at is not null',
  'create index retail_transaction_by_date on retail_transaction (channel, business_date, id)',
  'create index retail_transaction_by_customer on retail_transaction (customer_uuid, id) where customer_uuid is not null',
  'create index retail_transaction_by_shift on retail_transaction (shift_uuid) where shift_uuid is not null',

  `create table shift (
    id ${counted},
    uuid ${text} not null unique,
    channel ${text} not null,
    ${shiftColumns({ text, json, texts })},
    counter bigint not null,
    updated_at ${text} not null
  )`,
  // A register sells in one shift at a time.
  `create unique index shift_open on shift (channel, register) where state = 'OPEN'`,
  'create index shift_by_channel on shift (channel, id)',
  'create index shift_by_register on shift (channel, register, id)',
  'create index shift_by_date on shift (channel, business_date, id)',
  'create index shift_by_state on shift (channel, state, id)',
];

export const initial = migration('Initial', 1763800000000, statements);
