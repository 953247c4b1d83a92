import type { EntityManager } from 'typeorm';
import { copied, insertInto, rows, unpacked } from '../columns.ts';
import { listed, matching } from '../dialect/expressions.ts';
import { sql } from '../sql.ts';
import { paymentColumns, type Tender, type TransactionTotals, totalNames } from '../transaction-facts.ts';
import { type Account, Invoice, JournalEntry, type PostingType, Settlement } from './journal.ts';

/** Invoices the sales orders of these aggregates. */
export async function insertInvoices(
  tx: EntityManager,
  numbers: readonly { id: number; number: string }[],
  at: string,
): Promise<void> {
  await sql(
    tx,
    `${insertInto(tx, Invoice, {
      invoiceId: 'x.number',
      salesOrder: 'o.id',
      ...copied('o', ['aggregateId', 'statementId', 'channel', 'customerUuid', 'accountId', 'currency', ...totalNames]),
      invoiceDate: 'o.business_date',
      createdAt: '$1',
    })}
     from ${rows(tx, { id: 'bigint', number: 'text' }, '$2')} cross join sales_order o where o.aggregate_id = x.id order by o.aggregate_id`,
    [at, JSON.stringify(numbers)],
  );
  await sql(tx, `update sales_order set status = 'INVOICED' where aggregate_id in ${listed(tx, '$1', 'bigint')}`, [
    JSON.stringify(numbers.map(({ id }) => id)),
  ]);
}

/** What journals are posted from: the invoices or settlements of aggregates, or the tender counts of statements. */
export interface Amounts {
  invoice: keyof TransactionTotals;
  settlement: 'amount';
  tenderCount: 'counted' | 'expected';
}

/** What an account takes: one amount on its debit side, one on its credit side. A mapping says which account takes which tender. */
export interface Posting<Amount extends string> {
  account: Account | Readonly<Record<Tender, Account>>;
  debit?: Amount;
  credit?: Amount;
}

export interface JournalRule<Source extends keyof Amounts> {
  postingType: PostingType;
  postings: readonly Posting<Amounts[Source]>[];
}

/** Posts the invoices of these aggregates. */
export const postInvoices = (tx: EntityManager, ids: readonly number[], rule: JournalRule<'invoice'>, at: string) =>
  insertEntries(
    tx,
    ids,
    rule,
    at,
    `select i.statement_id, i.currency, i.invoice_date as business_date, i.aggregate_id, i.id as invoice, cast(null as bigint) as shift_id,
       cast(null as text) as tender, ${totalNames.map((name) => `i.${name}`).join(', ')}
     from invoice i where i.aggregate_id in ${listed(tx, '$1', 'bigint')}`,
  );

/** Posts the payments by these tenders that settle the invoices of these aggregates. */
export const postSettlements = (
  tx: EntityManager,
  ids: readonly number[],
  rule: JournalRule<'settlement'> & { tenders: readonly Tender[] },
  at: string,
) =>
  insertEntries(
    tx,
    ids,
    rule,
    at,
    `select s.statement_id, i.currency, i.invoice_date as business_date, s.aggregate_id, i.id as invoice, cast(null as bigint) as shift_id,
       s.tender, cast(sum(s.amount) as bigint) as amount
     from settlement s join invoice i on i.id = s.invoice
     where s.aggregate_id in ${listed(tx, '$1', 'bigint')} and s.tender in (${rule.tenders.map((tender) => `'${tender}'`).join(', ')})
     group by s.statement_id, s.aggregate_id, s.tender, i.id, i.currency, i.invoice_date`,
  );

/** Posts what was counted in the shifts of these statements; what nobody counted posts nothing. */
export const postTenderCounts = (
  tx: EntityManager,
  statements: readonly number[],
  rule: JournalRule<'tenderCount'>,
  at: string,
) =>
  insertEntries(
    tx,
    statements,
    rule,
    at,
    `select c.statement_id, s.currency, s.business_date, cast(null as bigint) as aggregate_id, cast(null as bigint) as invoice, c.shift_id,
       c.tender, c.counted, c.expected
     from tender_count c join statement s on s.id = c.statement_id where c.statement_id in ${listed(tx, '$1', 'bigint')}`,
  );

/** Signed amounts become debits and credits; an amount of zero is not posted. */
function insertEntries<Source extends keyof Amounts>(
  tx: EntityManager,
  ids: readonly number[],
  { postingType, postings }: JournalRule<Source>,
  at: string,
  source: string,
) {
  const entries = postings.map(
    ({ account, debit, credit }, place) =>
      `select e.*, ${accountOf(account)} as account, ${debit ?? '0'} - ${credit ?? '0'} as posted, ${place} as place from source e`,
  );
  return sql(
    tx,
    `with source as materialized (${source})
     ${insertInto(tx, JournalEntry, {
       ...copied('x', [
         'statementId',
         'account',
         'currency',
         'businessDate',
         'aggregateId',
         'invoice',
         'shiftId',
         'tender',
       ]),
       postingType: `'${postingType}'`,
       debit: 'case when x.posted > 0 then x.posted else 0 end',
       credit: 'case when x.posted < 0 then -x.posted else 0 end',
       createdAt: '$2',
     })}
     from (${entries.join(' union all ')}) as x where x.posted <> 0 order by x.statement_id, x.aggregate_id, x.shift_id, x.tender, x.place`,
    [JSON.stringify(ids), at],
  );
}

const accountOf = (account: Posting<string>['account']): string =>
  typeof account === 'string'
    ? `'${account}'`
    : `case e.tender ${Object.entries(account)
        .map(([tender, taking]) => `when '${tender}' then '${taking}'`)
        .join(' ')} end`;

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
     ${insertInto(tx, Settlement, {
       transactionSequence: 'found.sequence',
       ...copied('found', ['statementId', 'aggregateId', 'invoice']),
       line: `cast(${field('line')} as bigint)`,
       tender: field('tender'),
       amount: `cast(${field('amount')} as bigint)`,
     })}
     from found ${join}`,
    [JSON.stringify(ids)],
  );
};

/** The statements whose books do not balance: the debits of a posting type differ from its credits, or a clearing account is not zero. */
export async function unbalanced(
  db: EntityManager,
  statements: readonly number[],
  clearing: readonly Account[],
): Promise<number[]> {
  const found = await sql<{ id: number }>(
    db,
    `select distinct x.statement_id as id from (
       select statement_id from journal_entry where statement_id in ${listed(db, '$1', 'bigint')}
       group by statement_id, posting_type having sum(debit) <> sum(credit)
       union all
       select statement_id from journal_entry where statement_id in ${listed(db, '$1', 'bigint')} and account in ${listed(db, '$2')}
       group by statement_id, account having sum(debit) <> sum(credit)) as x order by x.statement_id`,
    [JSON.stringify(statements), JSON.stringify(clearing)],
  );
  return found.map(({ id }) => id);
}
