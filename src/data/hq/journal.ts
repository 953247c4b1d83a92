import type { EntityManager } from 'typeorm';
import type { KeysetPage } from '../keyset-page.ts';
import { keysetPage, type Listed, rowsWhere, type Where } from '../legacy.ts';
import { listed, matching, rows, sql, unpacked } from '../sql.ts';
import { paymentColumns, type TransactionTotals, totalColumns } from '../transaction-rows.ts';
import { totalNames } from './statement.ts';

/** What posting writes in the books, each with debits and credits that are equal. */
export const journals = ['SALES', 'DISCOUNTS', 'INCOME_EXPENSE', 'PAYMENTS', 'GIFT_CARDS', 'DIFFERENCE'] as const;
export type Journal = (typeof journals)[number];

/** The accounts of the books, and what is on them. */
export const accounts = {
  ACCOUNTS_RECEIVABLE:
    'What customers owe. An invoice debits it, payments credit it; a posted statement leaves nothing on it.',
  REVENUE: 'Sales at list price, without tax.',
  DISCOUNTS: 'What sales were reduced by.',
  SALES_TAX: 'Tax that is owed to the state.',
  CHARGES_CLEARING: 'Charges between invoice and income; a posted statement leaves nothing on it.',
  CHARGE_INCOME: 'Charges earned, e.g. freight, without tax.',
  ROUNDING_DIFFERENCE: 'What was paid too little or too much, within the allowed difference.',
  GIFT_CARD_LIABILITY: 'What gift cards still promise: paying by one debits it.',
  CASH_OVER_SHORT: 'Differences between what was counted in tills and what was expected.',
  TENDER_CASH: 'Cash received.',
  TENDER_CARD: 'Card payments received.',
  TENDER_CHECK: 'Checks received.',
  TENDER_ONLINE: 'Online payments received.',
  TENDER_CUSTOMER_ACCOUNT: 'What was charged to accounts of customers.',
  TENDER_OTHER: 'Other payments received.',
} as const;
export type Account = keyof typeof accounts;

export interface JournalEntryRow {
  id: number;
  statement_id: number;
  journal: Journal;
  account: Account;
  /** Never negative: a return posts on the other side. */
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

export const journalEntries: Listed = {
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

export interface JournalEntryFilter {
  statement_id?: number | undefined;
  aggregate_id?: number | undefined;
  journal?: Journal | undefined;
  account?: Account | undefined;
}

export const journalEntryPage = (db: EntityManager, filter: JournalEntryFilter, page: KeysetPage) =>
  keysetPage<JournalEntryRow>(db, journalEntries, { ...filter }, page);

export interface InvoiceRow extends TransactionTotals {
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

export const invoiceNumbers = 'invoice';

export const invoices: Listed = {
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

export interface InvoiceFilter {
  statement_id?: number | undefined;
  channel?: string | undefined;
  customer_uuid?: string | undefined;
}

export const invoicePage = (db: EntityManager, filter: InvoiceFilter, page: KeysetPage) =>
  keysetPage<InvoiceRow>(db, invoices, { ...filter }, page);

export const invoicesWhere = (db: EntityManager, where: Where) => rowsWhere<InvoiceRow>(db, invoices, where);

/** The total of each account in each journal of these statements. */
export async function journalTotals(
  db: EntityManager,
  statements: readonly number[],
): Promise<{ statement_id: number; journal: Journal; account: Account; debit: number; credit: number }[]> {
  const found = await sql<{ statement_id: number; journal: Journal; account: Account; debit: number; credit: number }>(
    db,
    `select statement_id, journal, account, cast(sum(debit) as bigint) as debit, cast(sum(credit) as bigint) as credit from journal_entry
     where statement_id in ${listed(db, '$1', 'bigint')} group by statement_id, journal, account order by statement_id, min(id)`,
    [JSON.stringify(statements)],
  );
  return found.map((row) => ({ ...row, statement_id: Number(row.statement_id) }));
}

/** Invoices the sales orders of these aggregates. */
export async function insertInvoices(
  tx: EntityManager,
  numbers: readonly { id: number; invoice_id: string }[],
  at: string,
): Promise<void> {
  await sql(
    tx,
    `insert into invoice (invoice_id, sales_order, aggregate_id, statement_id, channel, customer_uuid, account_id, invoice_date, currency, ${totalNames.join(', ')}, created_at)
     select x.invoice_id, o.id, o.aggregate_id, o.statement_id, o.channel, o.customer_uuid, o.account_id, o.business_date, o.currency,
       ${totalNames.map((name) => `o.${name}`).join(', ')}, $1
     from ${rows(tx, { id: 'bigint', invoice_id: 'text' }, '$2')} cross join sales_order o where o.aggregate_id = x.id order by o.aggregate_id`,
    [at, JSON.stringify(numbers)],
  );
  await sql(tx, `update sales_order set status = 'INVOICED' where aggregate_id in ${listed(tx, '$1', 'bigint')}`, [
    JSON.stringify(numbers.map(({ id }) => id)),
  ]);
}

/** Which account takes which amount of an invoice; a positive amount is a debit, a negative one a credit. */
export type Posting = readonly [Account, string];

/** Posts amounts of the invoices of these aggregates. */
export const postInvoices = (
  tx: EntityManager,
  ids: readonly number[],
  journal: Journal,
  postings: readonly Posting[],
  at: string,
) =>
  insertEntries(
    tx,
    ids,
    journal,
    at,
    postings.map(
      ([account, amount], place) =>
        `select i.statement_id, '${account}' as account, ${amount} as amount, i.currency, i.invoice_date as business_date, i.aggregate_id, i.id as invoice,
         cast(null as bigint) as shift_id, cast(null as text) as tender, ${place} as place
       from invoice i where i.aggregate_id in (select id from wanted)`,
    ),
  );

/** Posts what was paid for these aggregates by gift card, or by everything else, against what customers owe. */
export const postPayments = (
  tx: EntityManager,
  ids: readonly number[],
  journal: 'PAYMENTS' | 'GIFT_CARDS',
  at: string,
) => {
  const which = `s.tender ${journal === 'GIFT_CARDS' ? '=' : '<>'} 'GIFT_CARD'`;
  const side = (account: string, sign: string, place: number) =>
    `select s.statement_id, ${account} as account, ${sign} cast(sum(s.amount) as bigint) as amount, i.currency, i.invoice_date as business_date, s.aggregate_id, i.id as invoice,
       cast(null as bigint) as shift_id, s.tender, ${place} as place
     from settlement s join invoice i on i.id = s.invoice
     where s.aggregate_id in (select id from wanted) and ${which}
     group by s.statement_id, s.aggregate_id, s.tender, i.id, i.currency, i.invoice_date`;
  return insertEntries(tx, ids, journal, at, [
    side(accountOf('s.tender'), '', 0),
    side(`'ACCOUNTS_RECEIVABLE'`, '-', 1),
  ]);
};

/** Posts the differences between what was counted and what was expected in the shifts of these statements; what was not counted has none. */
export const postDifferences = (tx: EntityManager, statements: readonly number[], at: string) => {
  const side = (account: string, amount: string, place: number) =>
    `select c.statement_id, ${account} as account, ${amount} as amount, s.currency, s.business_date, cast(null as bigint) as aggregate_id, cast(null as bigint) as invoice,
       c.shift_id, c.tender, ${place} as place
     from tender_count c join statement s on s.id = c.statement_id where c.statement_id in (select id from wanted)`;
  return insertEntries(tx, statements, 'DIFFERENCE', at, [
    side(accountOf('c.tender'), 'c.counted - c.expected', 0),
    side(`'CASH_OVER_SHORT'`, 'c.expected - c.counted', 1),
  ]);
};

const accountOf = (tender: string) =>
  `case ${tender} when 'GIFT_CARD' then 'GIFT_CARD_LIABILITY' else 'TENDER_' || ${tender} end`;

/** Signed amounts become debits and credits; nothing is written for nothing. */
const insertEntries = (
  tx: EntityManager,
  ids: readonly number[],
  journal: Journal,
  at: string,
  parts: readonly string[],
) =>
  sql(
    tx,
    `with wanted(id) as ${listed(tx, '$1', 'bigint')}
     insert into journal_entry (statement_id, journal, account, debit, credit, currency, business_date, aggregate_id, invoice, shift_id, tender, created_at)
     select x.statement_id, '${journal}', x.account, case when x.amount > 0 then x.amount else 0 end, case when x.amount < 0 then -x.amount else 0 end,
       x.currency, x.business_date, x.aggregate_id, x.invoice, x.shift_id, x.tender, $2
     from (${parts.join(' union all ')}) as x where x.amount <> 0 order by x.statement_id, x.aggregate_id, x.shift_id, x.tender, x.place`,
    [JSON.stringify(ids), at],
  );

/** Links each payment of these aggregates' sales with the invoice that it settles. */
export const linkPayments = (tx: EntityManager, ids: readonly number[]) => {
  const { join, field } = unpacked(tx, paymentColumns, 'found.payload', 'payments', { list: true });
  return sql(
    tx,
    // As with the lines of sales orders: found first, then unpacked.
    `with found as materialized (
       select t.sequence, t.payload, i.statement_id, i.aggregate_id, i.id as invoice from invoice i
         ${matching(tx, 'retail_transaction', 't', 't.aggregate_id = i.aggregate_id')}
       where i.aggregate_id in ${listed(tx, '$1', 'bigint')})
     insert into settlement (transaction_sequence, line, statement_id, aggregate_id, invoice, tender, amount)
     select found.sequence, cast(${field('line')} as bigint), found.statement_id, found.aggregate_id, found.invoice, ${field('tender')}, cast(${field('amount')} as bigint)
     from found ${join}`,
    [JSON.stringify(ids)],
  );
};

/** Of these statements those whose books do not balance: a journal has other debits than credits, or a clearing account keeps something. */
export async function unbalanced(db: EntityManager, statements: readonly number[]): Promise<number[]> {
  const found = await sql<{ statement_id: number }>(
    db,
    `select distinct x.statement_id from (
       select statement_id from journal_entry where statement_id in ${listed(db, '$1', 'bigint')}
       group by statement_id, journal having sum(debit) <> sum(credit)
       union all
       select statement_id from journal_entry where statement_id in ${listed(db, '$1', 'bigint')} and account in ('ACCOUNTS_RECEIVABLE', 'CHARGES_CLEARING')
       group by statement_id, account having sum(debit) <> sum(credit)) as x order by x.statement_id`,
    [JSON.stringify(statements)],
  );
  return found.map(({ statement_id: id }) => Number(id));
}
