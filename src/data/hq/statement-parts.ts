import type { EntityManager } from 'typeorm';
import type { KeysetPage } from '../customer-page.ts';
import { firstOfEach, keysetPage, type Listed, rowsWhere, type Where } from '../keyset-page.ts';
import { listed, sql } from '../sql.ts';
import { totalColumns } from '../transaction-rows.ts';

/*
 * Reading statements and what they are made of. Amounts are minor units of `currency`.
 */

interface Totals {
  net: number;
  discount: number;
  tax: number;
  charge: number;
  gross: number;
  paid: number;
  quantity: number;
}

export interface StatementRow extends Totals {
  id: number;
  statement_id: string;
  type: 'TRANSACTIONAL' | 'FINANCIAL';
  channel: string;
  business_date: string;
  currency: string;
  state: string;
  error_code: string | null;
  error: string | null;
  transaction_count: number;
  created_at: string;
  calculated_at: string | null;
  posted_at: string | null;
  updated_at: string;
}

const statements: Listed = {
  name: 'statement',
  key: 'id',
  columns: {
    id: 'bigint',
    statement_id: 'text',
    type: 'text',
    channel: 'text',
    business_date: 'text',
    currency: 'text',
    state: 'text',
    error_code: 'text',
    error: 'text',
    transaction_count: 'bigint',
    ...totalColumns,
    created_at: 'text',
    calculated_at: 'text',
    posted_at: 'text',
    updated_at: 'text',
  },
};

export interface StatementFilter {
  channel?: string | undefined;
  type?: StatementRow['type'] | undefined;
  business_date?: string | undefined;
  state?: readonly string[] | undefined;
}

export const statementPage = (db: EntityManager, filter: StatementFilter, page: KeysetPage, onlyFailed = false) =>
  keysetPage<StatementRow>(
    db,
    statements,
    { ...filter },
    page,
    onlyFailed ? [`error_code is not null`, `state not in ('POSTED', 'CLEARED')`] : [],
  );

export const statementsWhere = (db: EntityManager, where: Where) => rowsWhere<StatementRow>(db, statements, where);

/** Something that happened to a statement: a state that was reached, an error, what somebody did. */
export interface StatementEventRow {
  id: number;
  statement_id: number;
  at: string;
  actor: string;
  event: string;
  state: string | null;
  detail: string | null;
}

const events: Listed = {
  name: 'statement_event',
  key: 'id',
  columns: {
    id: 'bigint',
    statement_id: 'bigint',
    at: 'text',
    actor: 'text',
    event: 'text',
    state: 'text',
    detail: 'text',
  },
};

export const statementEventPage = (db: EntityManager, statement: number, page: KeysetPage) =>
  keysetPage<StatementEventRow>(db, events, { statement_id: statement }, page);

/** When each of these statements reached its states; a state that was reached again counts from the last time. */
export const statesReached = (db: EntityManager, ids: readonly number[]) =>
  sql<{ statement_id: number; state: string; at: string }>(
    db,
    `select statement_id, state, max(at) as at from statement_event
     where statement_id in ${listed(db, '$1', 'bigint')} and state is not null and event = state group by statement_id, state`,
    [JSON.stringify(ids)],
  );

export interface AggregateRow extends Totals {
  id: number;
  statement_id: number;
  channel: string;
  customer_uuid: string | null;
  account_id: string | null;
  business_date: string;
  currency: string;
  is_return: boolean;
  transaction_count: number;
  line_count: number;
  step: number;
}

const aggregates: Listed = {
  name: 'aggregated_transaction',
  key: 'id',
  columns: {
    id: 'bigint',
    statement_id: 'bigint',
    channel: 'text',
    customer_uuid: 'text',
    account_id: 'text',
    business_date: 'text',
    currency: 'text',
    is_return: 'boolean',
    transaction_count: 'bigint',
    line_count: 'bigint',
    ...totalColumns,
    step: 'bigint',
  },
};

export const aggregatePage = (db: EntityManager, statement: number, page: KeysetPage) =>
  keysetPage<AggregateRow>(db, aggregates, { statement_id: statement }, page);

export const aggregatesWhere = (db: EntityManager, where: Where) => rowsWhere<AggregateRow>(db, aggregates, where);

export interface InvoiceRow extends Totals {
  id: number;
  invoice_id: string;
  sales_order: number;
  aggregate_id: number;
  statement_id: number;
  channel: string;
  customer_uuid: string | null;
  account_id: string | null;
  invoice_date: string;
  currency: string;
  created_at: string;
}

const invoices: Listed = {
  name: 'invoice',
  key: 'id',
  columns: {
    id: 'bigint',
    invoice_id: 'text',
    sales_order: 'bigint',
    aggregate_id: 'bigint',
    statement_id: 'bigint',
    channel: 'text',
    customer_uuid: 'text',
    account_id: 'text',
    invoice_date: 'text',
    currency: 'text',
    ...totalColumns,
    created_at: 'text',
  },
};

export const invoicePage = (
  db: EntityManager,
  filter: { statement_id?: number | undefined; customer_uuid?: string | undefined; channel?: string | undefined },
  page: KeysetPage,
) => keysetPage<InvoiceRow>(db, invoices, { ...filter }, page);

export const invoicesWhere = (db: EntityManager, where: Where) => rowsWhere<InvoiceRow>(db, invoices, where);

/** The newest invoices of each of these customers. */
export const newestInvoices = (
  db: EntityManager,
  customers: readonly string[],
  limit: number,
  channel: string | undefined,
) => firstOfEach<InvoiceRow>(db, invoices, 'customer_uuid', customers, limit, true, { channel });

export interface JournalEntryRow {
  id: number;
  statement_id: number;
  journal: string;
  account: string;
  debit: number;
  credit: number;
  currency: string;
  business_date: string;
  aggregate_id: number | null;
  invoice: number | null;
  shift_id: number | null;
  tender: string | null;
  created_at: string;
}

const journalEntries: Listed = {
  name: 'journal_entry',
  key: 'id',
  columns: {
    id: 'bigint',
    statement_id: 'bigint',
    journal: 'text',
    account: 'text',
    debit: 'bigint',
    credit: 'bigint',
    currency: 'text',
    business_date: 'text',
    aggregate_id: 'bigint',
    invoice: 'bigint',
    shift_id: 'bigint',
    tender: 'text',
    created_at: 'text',
  },
};

export const journalEntryPage = (
  db: EntityManager,
  filter: { statement_id: number; journal?: string | undefined; account?: string | undefined },
  page: KeysetPage,
) => keysetPage<JournalEntryRow>(db, journalEntries, { ...filter }, page);

/** Debits and credits of these statements, by journal and account. */
export const balancesOf = (db: EntityManager, ids: readonly number[]) =>
  sql<{ statement_id: number; journal: string; account: string; debit: number; credit: number }>(
    db,
    `select statement_id, journal, account, cast(sum(debit) as bigint) as debit, cast(sum(credit) as bigint) as credit from journal_entry
     where statement_id in ${listed(db, '$1', 'bigint')} group by statement_id, journal, account order by statement_id, journal, account`,
    [JSON.stringify(ids)],
  );

/** Counted against expected, per shift and tender. */
export interface TenderCountRow {
  statement_id: number;
  shift_id: number;
  channel: string;
  shift_uuid: string;
  register: string;
  tender: string;
  starting: number;
  expected: number;
  counted: number;
}

export const tenderCountsOf = (db: EntityManager, ids: readonly number[]) =>
  sql<TenderCountRow>(
    db,
    `select t.statement_id, t.shift_id, s.channel, s.uuid as shift_uuid, s.register, t.tender, t.starting, t.expected, t.counted
     from tender_count t join shift s on s.id = t.shift_id where t.statement_id in ${listed(db, '$1', 'bigint')} order by t.statement_id, t.shift_id, t.tender`,
    [JSON.stringify(ids)],
  );

/** Which statement, invoice and payments belong together. */
export interface SettlementRow {
  aggregate_id: number;
  transaction_sequence: number;
  line: number;
  invoice: number;
  tender: string;
  amount: number;
}

export const settlementsOf = (db: EntityManager, aggregateIds: readonly number[]) =>
  sql<SettlementRow>(
    db,
    `select aggregate_id, transaction_sequence, line, invoice, tender, amount from settlement
     where aggregate_id in ${listed(db, '$1', 'bigint')} order by aggregate_id, transaction_sequence, line`,
    [JSON.stringify(aggregateIds)],
  );
