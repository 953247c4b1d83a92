import { migration } from '../../migration.ts';

/** Orders, sales, shifts, sales orders, statements and what they post. Amounts are minor units, quantities thousandths. */
export const ordersAndStatements = migration(
  'OrdersAndStatements',
  1763850000000,
  ({ counted, text, json, clustered }) => {
    const totals = ['net', 'discount', 'tax', 'charge', 'gross', 'paid', 'quantity'];
    const known = totals.map((name) => `${name} bigint not null`).join(', ');
    const later = totals.map((name) => `${name} bigint`).join(', ');
    return [
      'alter table job_run add column arguments text',
      // Who synchronized an operation when it was not the customer job, e.g. `order <uuid>`.
      'alter table customer_operation add column synchronized_by text',

      // A transaction as headquarters received it, and where it stands. Its totals, and what keeps it apart when sales are aggregated, are
      // columns once it was found to be sound.
      `create table retail_transaction (
      sequence ${counted},
      uuid ${text} not null,
      channel_database ${text} not null,
      channel ${text} not null,
      counter bigint not null,
      kind ${text} not null,
      reference ${text} not null,
      customer_uuid ${text},
      delivery_address_uuid ${text},
      business_date ${text} not null,
      currency ${text} not null,
      shift_uuid ${text},
      payload ${json} not null,
      ${later},
      corrected boolean not null,
      hold boolean not null,
      status ${text} not null,
      status_before_editing ${text},
      try_count integer not null,
      next_try_at ${text},
      error_code ${text},
      error ${text},
      validation_errors ${json},
      statement_id bigint,
      aggregate_id bigint,
      is_return boolean,
      prices_include_tax boolean,
      session_id ${text} not null,
      created_at ${text} not null,
      received_at ${text} not null,
      modified_at ${text} not null
    )`,
      'create unique index retail_transaction_by_uuid on retail_transaction (uuid, channel_database)',
      'create index retail_transaction_by_channel on retail_transaction (channel, sequence)',
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

      `create table shift (
      id ${counted},
      uuid ${text} not null,
      channel_database ${text} not null,
      channel ${text} not null,
      register ${text} not null,
      state ${text} not null,
      business_date ${text} not null,
      currency ${text} not null,
      opened_by ${text},
      opened_at ${text} not null,
      closed_at ${text},
      tenders ${json} not null,
      received_at ${text} not null,
      statement_id bigint
    )`,
      // Which operations of shifts were received: one that is sent again, by a restored channel database, is ignored.
      `create table shift_operation (
      id ${text} not null,
      channel_database ${text} not null,
      primary key (id, channel_database)
    ) ${clustered}`,
      'create unique index shift_by_uuid on shift (uuid, channel_database)',
      'create index shift_by_channel on shift (channel, id)',
      `create index shift_to_post on shift (channel, business_date, currency) where state = 'CLOSED' and statement_id is null`,
      `create index shift_not_closed on shift (channel, business_date) where state <> 'CLOSED'`,
      'create index shift_of_statement on shift (statement_id) where statement_id is not null',

      // Made of one order (source ORDER) or of one aggregate of a statement's sales (source STATEMENT).
      `create table sales_order (
      id ${counted},
      sales_order_id ${text} not null unique,
      source ${text} not null,
      transaction_sequence bigint unique,
      aggregate_id bigint unique,
      statement_id bigint,
      channel ${text} not null,
      customer_uuid ${text},
      account_id ${text},
      delivery_address_uuid ${text},
      business_date ${text} not null,
      currency ${text} not null,
      ${known},
      status ${text} not null,
      hold_code ${text},
      created_at ${text} not null,
      cancelled_at ${text}
    )`,
      'create index sales_order_by_channel on sales_order (channel, id)',
      'create index sales_order_by_customer on sales_order (customer_uuid, id) where customer_uuid is not null',
      'create index sales_order_on_hold on sales_order (status, id) where hold_code is not null',
      'create index sales_order_of_statement on sales_order (statement_id, id) where statement_id is not null',
      `create table sales_order_line (
      sales_order bigint not null,
      line integer not null,
      sku ${text} not null,
      name ${text},
      quantity bigint not null,
      unit_price bigint not null,
      discount bigint not null,
      tax bigint not null,
      net bigint not null,
      gross bigint not null,
      primary key (sales_order, line)
    ) ${clustered}`,

      `create table statement (
      id ${counted},
      statement_id ${text} not null unique,
      type ${text} not null,
      channel ${text} not null,
      business_date ${text} not null,
      currency ${text} not null,
      state ${text} not null,
      error_code ${text},
      error ${text},
      transaction_count bigint not null,
      ${known},
      created_at ${text} not null,
      calculated_at ${text},
      posted_at ${text},
      updated_at ${text} not null
    )`,
      // One statement of a kind is calculated at a time for a day: calculating again goes on with it until its posting begins.
      `create unique index statement_being_calculated on statement (channel, business_date, currency, type) where state in ('STARTED', 'MARKED', 'CALCULATED')`,
      `create index statement_by_state on statement (state, channel, id) where state not in ('POSTED', 'CLEARED')`,
      'create index statement_by_channel on statement (channel, id)',
      `create table statement_event (
      id ${counted},
      statement_id bigint not null,
      at ${text} not null,
      actor ${text} not null,
      event ${text} not null,
      state ${text},
      detail ${text}
    )`,
      'create index statement_event_of on statement_event (statement_id, id)',

      // Sales of one customer on one day that become one sales order. `step` is the number of the last posting state that it went through.
      `create table aggregated_transaction (
      id ${counted},
      statement_id bigint not null,
      channel ${text} not null,
      customer_uuid ${text},
      account_id ${text},
      business_date ${text} not null,
      currency ${text} not null,
      is_return boolean not null,
      prices_include_tax boolean not null,
      transaction_count bigint not null,
      line_count bigint not null,
      ${known},
      step integer not null
    )`,
      'create index aggregated_transaction_of on aggregated_transaction (statement_id, id)',
      'create index aggregated_transaction_to_do on aggregated_transaction (statement_id, step, id)',

      `create table invoice (
      id ${counted},
      invoice_id ${text} not null unique,
      sales_order bigint not null unique,
      aggregate_id bigint not null,
      statement_id bigint not null,
      channel ${text} not null,
      customer_uuid ${text},
      account_id ${text},
      invoice_date ${text} not null,
      currency ${text} not null,
      ${known},
      created_at ${text} not null
    )`,
      'create index invoice_of_statement on invoice (statement_id, id)',
      'create index invoice_by_customer on invoice (customer_uuid, id) where customer_uuid is not null',
      'create index invoice_of_aggregate on invoice (aggregate_id)',

      // Double entry: the debits and credits of each journal of a statement are equal.
      `create table journal_entry (
      id ${counted},
      statement_id bigint not null,
      journal ${text} not null,
      account ${text} not null,
      debit bigint not null,
      credit bigint not null,
      currency ${text} not null,
      business_date ${text} not null,
      aggregate_id bigint,
      invoice bigint,
      shift_id bigint,
      tender ${text},
      created_at ${text} not null
    )`,
      'create index journal_entry_of_statement on journal_entry (statement_id, id)',
      'create index journal_entry_of_aggregate on journal_entry (aggregate_id) where aggregate_id is not null',

      // Which payments settle which invoice.
      `create table settlement (
      transaction_sequence bigint not null,
      line integer not null,
      statement_id bigint not null,
      aggregate_id bigint not null,
      invoice bigint not null,
      tender ${text} not null,
      amount bigint not null,
      primary key (transaction_sequence, line)
    ) ${clustered}`,
      'create index settlement_of_aggregate on settlement (aggregate_id)',

      // Counted (null: nobody did) against expected, per shift and tender.
      `create table tender_count (
      statement_id bigint not null,
      shift_id bigint not null,
      tender ${text} not null,
      starting bigint not null,
      expected bigint not null,
      counted bigint,
      primary key (statement_id, shift_id, tender)
    ) ${clustered}`,

      `create table validation_rule (name ${text} primary key, enabled boolean not null)`,
      `insert into validation_rule (name, enabled) values
      ('CUSTOMER_ACCOUNT', true), ('BUSINESS_DATE', true), ('DISCOUNT_AMOUNT', true), ('GROSS_AMOUNT',
      true), ('NET_AMOUNT', true), ('NET_PLUS_TAX', true), ('NUMBER_OF_ITEMS', true), ('PAYMENT_AMOUNT', true),
      ('UNDER_OVER_PAYMENT', true), ('TRANSACTION_NOT_EMPTY', true), ('TAX_INCLUDED_PRICING', true), ('LINE_AMOUNT', true),
      ('SIGN_CONTRADICTION', true), ('NEGATIVE_PRICE', true), ('SHIFT', true), ('DUPLICATE_TRANSACTION', true)`,
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

      `insert into number_sequence (name, prefix, digits, next_number, largest, warn_below) values
      ('sales-order', 'SO', 9, 1, 999999999, 10000),
      ('statement', 'ST', 8, 1, 99999999, 1000),
      ('invoice', 'INV', 9, 1, 999999999, 10000)`,
      `insert into schedule (job, cron, time_zone, enabled, missed_runs, created_at, updated_at)
     values ('synchronize-orders', '1-59/5 * * * *', 'UTC', true, 'RUN_ONCE', '2025-11-23T00:00:00.000Z', '2025-11-23T00:00:00.000Z')`,
    ];
  },
);
