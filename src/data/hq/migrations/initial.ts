import { migration } from '../../migration.ts';

export const initial = migration('Initial', 1763800000000, ({ counted, text, json, clustered }) => [
  `create table channel_database (
    name ${text} primary key,
    epoch integer not null,
    last_received bigint not null,
    last_operation_id ${text},
    last_received_at ${text},
    created_at ${text} not null
  )`,
  `create table channel (
    code ${text} primary key,
    name ${text} not null,
    type ${text} not null,
    currency ${text} not null,
    time_zone ${text} not null,
    country ${text} not null,
    channel_database ${text} not null references channel_database (name),
    live_conversion boolean not null,
    created_at ${text} not null,
    updated_at ${text} not null
  )`,
  'create index channel_by_database on channel (channel_database)',

  `create table number_sequence (
    name ${text} primary key,
    prefix ${text} not null,
    digits integer not null,
    next_number bigint not null,
    largest bigint not null,
    warn_below bigint not null
  )`,
  `insert into number_sequence (name, prefix, digits, next_number, largest, warn_below)
   values ('customer-account', 'C', 8, 1, 99999999, 1000)`,
  // Channel databases whose word about headquarters counts otherwise: see rewinding.ts.
  `create table rewinding (
    channel_database ${text} primary key,
    verdict ${text} not null check (verdict in ('AHEAD', 'LOST')),
    since ${text} not null
  )`,
  // Account IDs that channels know from before headquarters was restored: kept for their customers until they arrive again.
  `create table reserved_account_id (customer_uuid ${text} primary key, account_id ${text} not null unique)`,
  // One row per ordered stream. Updated in the transaction that writes the rows, so that numbers follow commit order.
  `create table head (name ${text} primary key, value bigint not null)`,
  `insert into head (name, value) values ('customer-version', 0)`,

  `create table customer (
    id ${counted},
    uuid ${text} not null unique,
    account_id ${text} not null unique,
    channel ${text} not null,
    channel_database ${text} not null,
    type ${text} not null,
    title ${text}, first_name ${text}, middle_name ${text}, last_name ${text}, organization_name ${text},
    email ${text}, phone ${text}, language ${text}, currency ${text}, birth_date ${text},
    first_key ${text}, last_key ${text}, email_key ${text}, phone_key ${text},
    version bigint not null,
    edited boolean not null,
    created_at ${text} not null,
    uploaded_at ${text} not null,
    account_id_assigned_at ${text} not null,
    updated_at ${text} not null
  )`,
  'create index customer_by_version on customer (channel_database, version)',
  'create index customer_by_channel on customer (channel, id)',
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

  `create table customer_operation (
    sequence ${counted},
    id ${text} not null,
    channel_database ${text} not null,
    channel ${text} not null,
    counter bigint not null,
    customer_uuid ${text} not null,
    kind ${text} not null,
    payload ${json} not null,
    corrected boolean not null,
    state ${text} not null,
    try_count integer not null,
    next_try_at ${text},
    error_code ${text},
    error ${text},
    session_id ${text} not null,
    created_at ${text} not null,
    received_at ${text} not null,
    completed_at ${text},
    failed_at ${text}
  )`,
  // The identity of an operation (a re-sent one is ignored) and the way from a customer to its operations. The kind is part of it: an
  // address may have the UUID of its customer. Two channel databases may hold the same UUID by mistake: the second one's operations
  // are kept apart, and fail where people see it.
  'create unique index operation_of_customer on customer_operation (customer_uuid, channel_database, kind, id)',
  `create index operation_pending on customer_operation (channel, sequence) where state = 'PENDING'`,
  `create index operation_unfinished on customer_operation (state, sequence) where state <> 'SYNCED'`,
  `create index operation_in_trouble on customer_operation (customer_uuid) where try_count > 0 and state <> 'SYNCED'`,

  `create table upload_session (
    id ${text} primary key,
    run_id bigint not null,
    channel_database ${text} not null,
    status ${text} not null,
    packages integer not null,
    row_count bigint not null,
    first_counter bigint, last_counter bigint,
    error_code ${text}, error ${text},
    started_at ${text} not null, finished_at ${text}
  )`,
  'create index upload_session_by_run on upload_session (run_id)',
  `create table download_session (
    id ${text} primary key,
    run_id bigint not null,
    channel_database ${text} not null,
    status ${text} not null,
    packages integer not null,
    row_count bigint not null,
    from_version bigint not null, to_version bigint,
    error_code ${text}, error ${text},
    started_at ${text} not null, finished_at ${text}
  )`,
  'create index download_session_by_run on download_session (run_id)',

  `create table job_run (
    id ${counted},
    job ${text} not null,
    scope ${text} not null,
    channels ${text},
    requested_by ${text} not null,
    cause ${text} not null,
    state ${text} not null,
    steps ${text} not null,
    attempt integer not null,
    retries integer not null,
    crashes integer not null,
    only_databases ${text},
    fence bigint not null,
    worker ${text},
    due_at ${text} not null,
    lease_until ${text},
    cancel_requested boolean not null,
    revision bigint not null,
    error_code ${text}, error ${text},
    created_at ${text} not null, started_at ${text}, finished_at ${text}
  )`,
  `create unique index job_run_active on job_run (scope) where state in ('QUEUED', 'RUNNING')`,
  `create index job_run_due on job_run (due_at) where state in ('QUEUED', 'RUNNING')`,
  'create index job_run_by_job on job_run (job, id)',
  'create index job_run_by_end on job_run (finished_at)',
  `create index job_run_crashed on job_run (job) where error_code = 'RUN_CRASHED'`,

  // Which job does not work for which channel, since when, and what its newest run said. A success takes the row away.
  `create table job_failure (
    job ${text} not null,
    channel ${text} not null,
    run_id bigint not null,
    since ${text} not null,
    is_whole boolean not null,
    code ${text} not null,
    message ${text} not null,
    primary key (job, channel)
  ) ${clustered}`,
  'create index job_failure_of_run on job_failure (run_id)',

  `create table schedule (
    id ${counted},
    job ${text} not null,
    channels ${text},
    cron ${text} not null,
    time_zone ${text} not null,
    enabled boolean not null,
    missed_runs ${text} not null,
    next_run_at ${text},
    last_run_id bigint,
    last_run_at ${text},
    created_at ${text} not null,
    updated_at ${text} not null
  )`,
  // The safety net of live conversion, on from the start. Its first time is set when headquarters starts.
  `insert into schedule (job, cron, time_zone, enabled, missed_runs, created_at, updated_at)
   values ('conversion', '*/5 * * * *', 'UTC', true, 'RUN_ONCE', '2025-11-22T00:00:00.000Z', '2025-11-22T00:00:00.000Z')`,
  `create index schedule_due on schedule (next_run_at) where enabled`,

  `create table audit_entry (
    id ${counted},
    at ${text} not null,
    actor ${text} not null,
    action ${text} not null,
    subject ${text} not null,
    field ${text},
    old_value ${text},
    new_value ${text}
  )`,
  'create index audit_entry_by_subject on audit_entry (subject, id)',

  // Written to find out whether anything can be.
  `create table heartbeat (id ${counted}, filler ${text} not null)`,
]);
