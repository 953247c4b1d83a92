import { migration } from '../../migration.ts';

export const initial = migration('Initial', 1763800000000, ({ counted, key, text, json, mustBeObject, clustered }) => [
  // One row: who this database is, and how far it has come. `epoch` names its feeds; adopting a restored database renews it.
  `create table self (
    id integer primary key,
    epoch ${text} not null,
    last_counter bigint not null,
    applied_version bigint not null
  )`,
  `create table customer (
    id ${counted},
    uuid ${text} not null unique,
    account_id ${text},
    channel ${text} not null,
    body_hash ${text},
    type ${text} not null,
    title ${text}, first_name ${text}, middle_name ${text}, last_name ${text}, organization_name ${text},
    email ${text}, phone ${text}, language ${text}, currency ${text}, birth_date ${text},
    first_key ${text}, last_key ${text}, email_key ${text}, phone_key ${text},
    counter bigint not null,
    created_at ${text} not null,
    updated_at ${text} not null,
    synced_at ${text}
  )`,
  'create index customer_by_channel on customer (channel, id)',
  'create index customer_pending on customer (channel, id) where account_id is null',
  'create unique index customer_by_account_id on customer (account_id) where account_id is not null',
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
  // The append-only log of what was done here. The P-job uploads it in the order of its replication counter.
  `create table operation (
    counter ${key} primary key,
    id ${text} not null,
    channel ${text} not null,
    customer_uuid ${text} not null,
    kind ${text} not null check (kind in ('CREATE_CUSTOMER', 'UPDATE_CUSTOMER', 'ADD_ADDRESS')),
    payload ${json} not null ${mustBeObject('payload')},
    created_at ${text} not null
  )`,
  // The feed of new account IDs. `sequence` has no gap within a channel: its head is updated in the same transaction.
  `create table feed_head (channel ${text} primary key, sequence bigint not null)`,
  `create table feed (
    channel ${text} not null,
    sequence bigint not null,
    customer_uuid ${text} not null,
    account_id ${text} not null,
    at ${text} not null,
    primary key (channel, sequence)
  ) ${clustered}`,
]);
