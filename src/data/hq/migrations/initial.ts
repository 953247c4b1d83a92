import { customerColumns, customerIndexesAndAddresses, migration, shiftColumns, type Words } from '../../migration.ts';
import { kindsIn } from '../../operation-kinds.ts';

const totals = ['net', 'discount', 'tax', 'charge', 'gross', 'paid', 'quantity'];

const sessionColumns = ({ text, texts, optionalTexts }: Pick<Words, 'text' | 'texts' | 'optionalTexts'>) => `
    id ${text} primary key,
    run_id bigint not null,
    ${texts('channel_database', 'status')},
    packages integer not null,
    row_count bigint not null,
    ${optionalTexts('error_code', 'error')},
    started_at ${text} not null,
    finished_at ${text}`;

const sessionIndexes = (table: string) => [
  `create index ${table}_by_run on ${table} (run_id)`,
  `create index ${table}_by_start on ${table} (started_at, id)`,
  `create index ${table}_by_database on ${table} (channel_database, started_at, id)`,
  `create index ${table}_by_status on ${table} (status, started_at, id)`,
];

/** Amounts are minor units, quantities thousandths. */
const statements = ({
  searchTable,
  counted,
  text,
  json,
  clustered,
  texts,
  optionalTexts,
  bigints,
  optionalBigints,
}: Words) => [
  `create table channel_database (
    name ${text} primary key,
    epoch integer not null,
    last_received bigint not null,
    ${optionalTexts('last_operation_id', 'last_received_at')},
    created_at ${text} not null
  )`,
  // Asynchronous, so that no channel depends on headquarters unless an operator decides that it does.
  `create table functionality_profile (
    code ${text} primary key,
    name ${text} not null,
    create_customer_in_async_mode boolean not null,
    real_time_timeout_ms integer not null,
    default_customer_uuid ${text},
    ${texts('created_at', 'updated_at')}
  )`,
  `insert into functionality_profile (code, name, create_customer_in_async_mode, real_time_timeout_ms, created_at, updated_at)
   values ('default', 'Default', true, 2000, '2025-11-28T00:00:00.000Z', '2025-11-28T00:00:00.000Z')`,
  // At most one row.
  `create table maintenance (id integer primary key, reason ${text}, since ${text} not null)`,
  `create table channel (
    code ${text} primary key,
    ${texts('name', 'type', 'currency', 'time_zone', 'country')},
    channel_database ${text} not null references channel_database (name),
    live_conversion boolean not null,
    functionality_profile ${text} not null references functionality_profile (code),
    ${texts('created_at', 'updated_at')}
  )`,
  'create index channel_by_database on channel (channel_database)',

  `create table number_sequence (
    name ${text} primary key,
    prefix ${text} not null,
    digits integer not null,
    ${bigints('next_number', 'largest', 'warn_below')}
  )`,
  `insert into number_sequence (name, prefix, digits, next_number, largest, warn_below)
   values ('customer-account', 'C', 8, 1, 99999999, 1000), ('sales-order', 'SO', 9, 1, 999999999, 10000),
     ('statement', 'ST', 8, 1, 99999999, 1000), ('invoice', 'INV', 9, 1, 999999999, 10000)`,
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
    ${texts('channel', 'channel_database')},
    ${customerColumns({ text, optionalTexts })},
    version bigint not null,
    edited boolean not null,
    ${texts('created_at', 'uploaded_at', 'account_id_assigned_at', 'updated_at')}
  )`,
  'create index customer_by_version on customer (channel_database, version)',
  'create index customer_by_creation on customer (created_at, id)',
  'create index customer_by_change on customer (updated_at, id)',
  ...customerIndexesAndAddresses({ texts, optionalTexts, clustered, searchTable }),

  `create table customer_operation (
    sequence ${counted},
    ${texts('id', 'channel_database', 'channel')},
    epoch integer not null,
    counter bigint not null,
    ${texts('customer_uuid', 'kind')},
    customer_id bigint,
    payload ${json} not null,
    corrected boolean not null,
    state ${text} not null,
    try_count integer not null,
    ${optionalTexts('next_try_at', 'error_code', 'error')},
    ${texts('session_id', 'created_at', 'received_at')},
    ${optionalTexts('completed_at', 'failed_at')},
    synchronized_by bigint
  )`,
  // The place of an operation in a log. Logs only grow at their ends, and so does this index.
  'create unique index operation_of_log on customer_operation (channel_database, epoch, counter)',
  // The ways from a customer to its operations (operationsOf): applied ones have its number, and only those that are not have an index of UUIDs.
  'create index operation_of_customer on customer_operation (customer_id, sequence) where customer_id is not null',
  `create index operation_unfinished_of_customer on customer_operation (customer_uuid, sequence) where state <> 'SYNCED'`,
  'create index operation_by_channel on customer_operation (channel, kind, received_at, sequence)',
  'create index operation_by_channel_creation on customer_operation (channel, kind, created_at, sequence)',
  `create index operation_of_no_customer on customer_operation (channel, sequence)
     where kind not in ${kindsIn('ofCustomer')}`,
  `create index operation_pending on customer_operation (channel, sequence) where state = 'PENDING'`,
  `create index operation_unfinished on customer_operation (state, sequence) where state <> 'SYNCED'`,
  `create index operation_stuck on customer_operation (channel, state) where state in ('WAITING', 'FAILED')`,
  `create index operation_in_trouble on customer_operation (customer_uuid) where try_count > 0 and state <> 'SYNCED'`,

  `create table upload_session (
    ${sessionColumns({ text, texts, optionalTexts })},
    ${optionalBigints('first_counter', 'last_counter')}
  )`,
  ...sessionIndexes('upload_session'),
  `create table download_session (
    ${sessionColumns({ text, texts, optionalTexts })},
    from_version bigint not null,
    to_version bigint
  )`,
  ...sessionIndexes('download_session'),

  `create table job_run (
    id ${counted},
    ${texts('job', 'scope')},
    channels ${json},
    arguments ${json},
    ${texts('requested_by', 'cause', 'state')},
    steps ${json} not null,
    attempt integer not null,
    retries integer not null,
    crashes integer not null,
    only_databases ${json},
    fence bigint not null,
    worker ${text},
    due_at ${text} not null,
    orphaned boolean not null,
    cancel_requested boolean not null,
    revision bigint not null,
    ${optionalTexts('error_code', 'error')},
    created_at ${text} not null,
    ${optionalTexts('started_at', 'finished_at')}
  )`,
  `create unique index job_run_active on job_run (scope) where state in ('QUEUED', 'RUNNING')`,
  `create index job_run_due on job_run (due_at) where state in ('QUEUED', 'RUNNING')`,
  'create index job_run_by_creation on job_run (created_at, id)',
  'create index job_run_by_job on job_run (job, created_at, id)',
  'create index job_run_by_state on job_run (state, created_at, id)',
  'create index job_run_by_cause on job_run (cause, created_at, id)',
  'create index job_run_by_end on job_run (finished_at)',
  `create index job_run_crashed on job_run (job) where error_code = 'RUN_CRASHED'`,

  // What a run that several workers share has to do for one channel database.
  `create table job_part (
    run_id bigint not null,
    ${texts('channel_database', 'state')},
    steps ${json} not null,
    crashes integer not null,
    fence bigint not null,
    worker ${text},
    orphaned boolean not null,
    revision bigint not null,
    primary key (run_id, channel_database)
  ) ${clustered}`,

  // Which job fails for which channel, since when, and the error of its newest run. A success deletes the row.
  `create table job_failure (
    ${texts('job', 'channel')},
    run_id bigint not null,
    since ${text} not null,
    is_whole boolean not null,
    ${texts('code', 'message')},
    primary key (job, channel)
  ) ${clustered}`,
  'create index job_failure_of_run on job_failure (run_id)',

  // Processes that share this database on PostgreSQL.
  `create table server_node (
    id ${text} primary key,
    lock_key bigint not null,
    worker_pools ${json} not null,
    beat_at bigint not null
  )`,

  `create table schedule (
    id ${counted},
    job ${text} not null,
    channels ${json},
    ${texts('cron', 'time_zone')},
    enabled boolean not null,
    missed_runs ${text} not null,
    next_run_at ${text},
    last_run_id bigint,
    last_run_at ${text},
    ${texts('created_at', 'updated_at')}
  )`,
  // Safety nets, on from the start. Their first time is set when headquarters starts.
  `insert into schedule (job, cron, time_zone, enabled, missed_runs, created_at, updated_at)
   values ('conversion', '*/5 * * * *', 'UTC', true, 'RUN_ONCE', '2025-11-22T00:00:00.000Z', '2025-11-22T00:00:00.000Z'),
     ('synchronize-orders', '1-59/5 * * * *', 'UTC', true, 'RUN_ONCE', '2025-11-23T00:00:00.000Z', '2025-11-23T00:00:00.000Z')`,
  `create index schedule_due on schedule (next_run_at) where enabled`,

  `create table audit_entry (
    id ${counted},
    ${texts('at', 'actor', 'action', 'name')},
    ${optionalTexts('subject', 'field', 'old_value', 'new_value')}
  )`,
  'create index audit_entry_by_time on audit_entry (at, id)',
  'create index audit_entry_by_subject on audit_entry (subject, id)',
  'create index audit_entry_by_actor on audit_entry (actor, at, id)',
  'create index audit_entry_by_action on audit_entry (action, at, id)',

  // Written to find out whether anything can be.
  `create table heartbeat (id ${counted}, filler ${text} not null)`,

  // A transaction as headquarters received it, and its status. Its totals, and what keeps it apart when sales are aggregated, are
  // columns once it was found to be sound.
  `create table retail_transaction (
    sequence ${counted},
    ${texts('uuid', 'channel_database', 'channel')},
    counter bigint not null,
    ${texts('kind', 'reference')},
    ${optionalTexts('customer_uuid', 'delivery_address_uuid')},
    ${texts('business_date', 'currency')},
    shift_uuid ${text},
    payload ${json} not null,
    ${optionalBigints('line_count', ...totals)},
    corrected boolean not null,
    hold boolean not null,
    status ${text} not null,
    status_before_editing ${text},
    try_count integer not null,
    ${optionalTexts('next_try_at', 'error_code', 'error')},
    validation_errors ${json},
    ${optionalBigints('statement_id', 'aggregate_id')},
    is_return boolean,
    prices_include_tax boolean,
    ${texts('session_id', 'created_at', 'received_at', 'modified_at')}
  )`,
  'create unique index retail_transaction_by_uuid on retail_transaction (uuid, channel_database)',
  // Orders and sales are listed each alone, or both merged, of a channel or of all.
  `create index order_by_channel on retail_transaction (channel, created_at, sequence) where kind <> 'CASH_AND_CARRY'`,
  `create index sale_by_channel on retail_transaction (channel, created_at, sequence) where kind = 'CASH_AND_CARRY'`,
  `create index order_by_time on retail_transaction (created_at, sequence) where kind <> 'CASH_AND_CARRY'`,
  `create index sale_by_time on retail_transaction (created_at, sequence) where kind = 'CASH_AND_CARRY'`,
  'create index retail_transaction_by_date on retail_transaction (channel, business_date, sequence)',
  `create index sale_validated on retail_transaction (created_at, sequence) where status = 'SUCCEEDED' and kind = 'CASH_AND_CARRY'`,
  `create index transaction_ended on retail_transaction (status, sequence) where status in ('VOIDED', 'CANCELED')`,
  'create index retail_transaction_by_customer on retail_transaction (customer_uuid, sequence) where customer_uuid is not null',
  'create index retail_transaction_by_reference on retail_transaction (reference)',
  'create index retail_transaction_by_shift on retail_transaction (shift_uuid) where shift_uuid is not null',
  `create index order_due on retail_transaction (channel, sequence) where status = 'NONE' and kind <> 'CASH_AND_CARRY'`,
  `create index sale_due on retail_transaction (channel, sequence) where status = 'NONE' and kind = 'CASH_AND_CARRY'`,
  `create index transaction_in_trouble on retail_transaction (status, sequence) where status in ('WAITING', 'FAILED', 'EDITING')`,
  // What statements can take.
  `create index sale_to_post on retail_transaction (channel, business_date, currency, sequence) where status = 'SUCCEEDED' and kind = 'CASH_AND_CARRY' and statement_id is null`,
  'create index retail_transaction_of_statement on retail_transaction (statement_id, sequence) where statement_id is not null',
  'create index retail_transaction_to_aggregate on retail_transaction (statement_id, customer_uuid, is_return, prices_include_tax, sequence) where statement_id is not null and aggregate_id is null',
  'create index retail_transaction_of_aggregate on retail_transaction (aggregate_id) where aggregate_id is not null',

  // The feed of new statuses. `sequence` has no gap within a channel: its head is updated in the same transaction.
  `create table transaction_feed_head (channel ${text} primary key, sequence bigint not null)`,
  `create table transaction_feed (
    channel ${text} not null,
    ${bigints('sequence', 'transaction_sequence')},
    ${texts('status', 'at')},
    ${optionalTexts('error_code', 'error')},
    primary key (channel, sequence)
  ) ${clustered}`,

  `create table shift (
    id ${counted},
    ${texts('uuid', 'channel_database', 'channel')},
    ${shiftColumns({ text, json, texts })},
    received_at ${text} not null,
    statement_id bigint
  )`,
  // Which operations of shifts were received: one that is sent again, by a restored channel database, is ignored.
  `create table shift_operation (
    ${texts('id', 'channel_database')},
    primary key (id, channel_database)
  ) ${clustered}`,
  'create unique index shift_by_uuid on shift (uuid, channel_database)',
  'create index shift_by_channel on shift (channel, id)',
  `create index shift_to_post on shift (channel, business_date, currency) where state = 'CLOSED' and statement_id is null`,
  `create index shift_not_closed on shift (channel, business_date) where state <> 'CLOSED'`,
  'create index shift_of_statement on shift (statement_id) where statement_id is not null',

  // Made of one order (origin ORDER) or of one aggregate of a statement's sales (origin STATEMENT).
  `create table sales_order (
    id ${counted},
    sales_order_id ${text} not null unique,
    origin ${text} not null,
    transaction_sequence bigint unique,
    aggregate_id bigint unique,
    statement_id bigint,
    channel ${text} not null,
    ${optionalTexts('customer_uuid', 'account_id', 'delivery_address_uuid')},
    ${texts('business_date', 'currency')},
    ${bigints(...totals)},
    status ${text} not null,
    hold_code ${text},
    created_at ${text} not null,
    canceled_at ${text}
  )`,
  // Listed by origin and status, whose lists are merged.
  'create index sales_order_by_channel on sales_order (channel, status, origin, created_at, id)',
  'create index sales_order_by_time on sales_order (status, origin, created_at, id)',
  'create index sales_order_by_date on sales_order (channel, business_date, id)',
  'create index sales_order_by_customer on sales_order (customer_uuid, id) where customer_uuid is not null',
  'create index sales_order_on_hold on sales_order (status, origin, created_at, id) where hold_code is not null',
  'create index sales_order_on_hold_by_channel on sales_order (channel, status, origin, created_at, id) where hold_code is not null',
  'create index sales_order_of_statement on sales_order (statement_id, id) where statement_id is not null',
  `create table sales_order_line (
    sales_order bigint not null,
    line integer not null,
    sku ${text} not null,
    name ${text},
    ${bigints('quantity', 'unit_price', 'discount', 'tax', 'net', 'gross')},
    primary key (sales_order, line)
  ) ${clustered}`,

  `create table statement (
    id ${counted},
    statement_id ${text} not null unique,
    ${texts('type', 'channel', 'business_date', 'currency', 'state')},
    progress bigint not null,
    ${optionalTexts('error_code', 'error')},
    transaction_count bigint not null,
    ${bigints(...totals, 'expected', 'counted')},
    created_at ${text} not null,
    ${optionalTexts('calculated_at', 'posted_at')},
    updated_at ${text} not null
  )`,
  // One statement of a kind is calculated at a time for a day: calculating again goes on with it until its posting begins.
  `create unique index statement_being_calculated on statement (channel, business_date, currency, type) where state in ('STARTED', 'MARKED', 'CALCULATED')`,
  `create index statement_by_state on statement (state, channel, id) where state not in ('POSTED', 'CLEARED')`,
  'create index statement_by_channel on statement (channel, created_at, id)',
  'create index statement_by_creation on statement (created_at, id)',
  'create index statement_by_date on statement (business_date, id)',
  'create index statement_in_state on statement (state, created_at, id)',
  'create index statement_stopped on statement (created_at, id) where error_code is not null',
  `create table statement_event (
    id ${counted},
    statement_id bigint not null,
    ${texts('at', 'actor', 'event')},
    ${optionalTexts('state', 'detail')}
  )`,
  'create index statement_event_of on statement_event (statement_id, id)',

  // Sales of one customer on one day that become one sales order.
  `create table aggregated_transaction (
    id ${counted},
    statement_id bigint not null,
    channel ${text} not null,
    ${optionalTexts('customer_uuid', 'account_id')},
    ${texts('business_date', 'currency')},
    is_return boolean not null,
    prices_include_tax boolean not null,
    ${bigints('transaction_count', 'line_count')},
    ${bigints(...totals)}
  )`,
  'create index aggregated_transaction_of on aggregated_transaction (statement_id, id)',

  `create table invoice (
    id ${counted},
    invoice_id ${text} not null unique,
    sales_order bigint not null unique,
    ${bigints('aggregate_id', 'statement_id')},
    channel ${text} not null,
    ${optionalTexts('customer_uuid', 'account_id')},
    ${texts('invoice_date', 'currency')},
    ${bigints(...totals)},
    created_at ${text} not null
  )`,
  'create index invoice_of_statement on invoice (statement_id, id)',
  'create index invoice_by_channel on invoice (channel, created_at, id)',
  'create index invoice_by_creation on invoice (created_at, id)',
  'create index invoice_by_customer on invoice (customer_uuid, id) where customer_uuid is not null',
  'create index invoice_of_aggregate on invoice (aggregate_id)',

  // Double entry: the debits and credits of each posting type of a statement are equal.
  `create table journal_entry (
    id ${counted},
    statement_id bigint not null,
    ${texts('posting_type', 'account')},
    ${bigints('debit', 'credit')},
    ${texts('currency', 'business_date')},
    ${optionalBigints('aggregate_id', 'invoice', 'shift_id')},
    tender ${text},
    created_at ${text} not null
  )`,
  'create index journal_entry_of_statement on journal_entry (statement_id, id)',
  'create index journal_entry_of_aggregate on journal_entry (aggregate_id) where aggregate_id is not null',

  // Which payments settle which invoice.
  `create table settlement (
    transaction_sequence bigint not null,
    line integer not null,
    ${bigints('statement_id', 'aggregate_id', 'invoice')},
    tender ${text} not null,
    amount bigint not null,
    primary key (transaction_sequence, line)
  ) ${clustered}`,
  'create index settlement_of_aggregate on settlement (aggregate_id)',

  // Counted (null: nobody did) against expected, per shift and tender.
  `create table tender_count (
    ${bigints('statement_id', 'shift_id')},
    tender ${text} not null,
    ${bigints('starting', 'expected')},
    counted bigint,
    primary key (statement_id, shift_id, tender)
  ) ${clustered}`,

  // Absent: enabled.
  `create table validation_rule (name ${text} primary key, enabled boolean not null)`,
  // Absent: the defaults.
  `create table statement_settings (
    channel ${text} primary key,
    default_customer_uuid ${text},
    maximum_payment_difference bigint not null,
    maximum_counting_difference bigint,
    aggregation_line_limit integer not null,
    aggregate_returns boolean not null,
    hold_code ${text} not null
  )`,
];

export const initial = migration('Initial', 1763800000000, statements);
