import { migration } from '../../migration.ts';

/** Orders, sales and shifts. The log takes more kinds of operations, so its table is made anew: SQLite cannot change a check. */
export const transactions = migration('Transactions', 1763850000000, ({ counted, key, text, json, mustBeObject }) => [
  `create table operation_new (
    counter ${key} primary key,
    id ${text} not null,
    channel ${text} not null,
    customer_uuid ${text},
    kind ${text} not null check (kind in ('CREATE_CUSTOMER', 'UPDATE_CUSTOMER', 'ADD_ADDRESS', 'RECORD_TRANSACTION', 'CANCEL_ORDER', 'RECORD_SHIFT')),
    payload ${json} not null ${mustBeObject('payload')},
    created_at ${text} not null
  )`,
  `insert into operation_new (counter, id, channel, customer_uuid, kind, payload, created_at)
   select counter, id, channel, customer_uuid, kind, payload, created_at from operation`,
  'drop table operation',
  'alter table operation_new rename to operation',

  `create table retail_transaction (
    id ${counted},
    uuid ${text} not null unique,
    channel ${text} not null,
    kind ${text} not null,
    reference ${text} not null,
    customer_uuid ${text},
    business_date ${text} not null,
    currency ${text} not null,
    gross bigint not null,
    shift_uuid ${text},
    body ${json} not null,
    body_hash ${text} not null,
    counter bigint not null,
    created_at ${text} not null,
    cancelled_at ${text}
  )`,
  'create unique index retail_transaction_by_reference on retail_transaction (channel, reference)',
  'create index retail_transaction_by_channel on retail_transaction (channel, id)',
  'create index retail_transaction_by_date on retail_transaction (channel, business_date, id)',
  'create index retail_transaction_by_customer on retail_transaction (customer_uuid, id) where customer_uuid is not null',
  'create index retail_transaction_by_shift on retail_transaction (shift_uuid) where shift_uuid is not null',

  `create table shift (
    id ${counted},
    uuid ${text} not null unique,
    channel ${text} not null,
    register ${text} not null,
    state ${text} not null,
    business_date ${text} not null,
    currency ${text} not null,
    opened_by ${text},
    opened_at ${text} not null,
    closed_at ${text},
    tenders ${json} not null,
    counter bigint not null,
    updated_at ${text} not null
  )`,
  // A register sells in one shift at a time.
  `create unique index shift_open on shift (channel, register) where state = 'OPEN'`,
  'create index shift_by_channel on shift (channel, id)',
]);
