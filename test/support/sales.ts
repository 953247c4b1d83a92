import type { TransactionBody, TransactionLine, TransactionPayment } from '../../src/data/transaction-facts.ts';
import { updateStatementSettings } from '../../src/domain/statement.ts';
import { rowsOf, run, tamper } from './actions.ts';
import { type Answer, type Headquarters, onPostgres } from './headquarters.ts';
import { withReason } from './reasons.ts';
import { aLine, appendTransaction, aTransaction } from './transactions.ts';

/** Writes a sale into a channel's log: one line of 100.00, paid by card, unless it is said otherwise. Answers its UUID. */
export const sell = (hq: Headquarters, more: Partial<TransactionBody> = {}, channel = 'houston', uuid?: string) =>
  appendTransaction(hq, channel, aTransaction('CASH_AND_CARRY', more), uuid);

const who = { actor: 'tester', at: '2026-11-22T09:00:00.000Z' };

/** Changes how the sales of a channel are checked and posted. */
export const settle = (hq: Headquarters, change: Parameters<typeof updateStatementSettings>[2], channel = 'houston') =>
  hq.hq.write((tx) => updateStatementSettings(tx, channel, change, who));

/** Lines numbered 1, 2, 3 … */
export const lines = (...all: Partial<TransactionLine>[]): TransactionLine[] =>
  all.map((line, index) => aLine({ ...line, line: index + 1 }));

/** Payments numbered 1, 2, 3 … */
export const paidBy = (...all: [TransactionPayment['tender'], number][]): TransactionPayment[] =>
  all.map(([tender, amount], index) => ({ line: index + 1, tender, amount }));

/** Uploads and validates what channels sold. */
export async function validated(hq: Headquarters) {
  await run(hq, 'P_JOB');
  return run(hq, 'VALIDATE_TRANSACTIONS');
}

/** Uploads, validates, calculates and posts; answers the run of the last. */
export async function posted(hq: Headquarters) {
  await validated(hq);
  await run(hq, 'CALCULATE_STATEMENTS');
  return run(hq, 'POST_STATEMENTS');
}

/** An amount of a currency with two decimals, in cents. */
export const cents = ({ amount }: { amount: string }): number => Number(amount.replace('.', ''));

const nodesOf = (connection: Answer): Answer[] => connection.edges.map(({ node }: Answer) => node);

/** An order or a sale of a list of both, where each has its status by an alias. */
const withStatus = ({ orderStatus, saleStatus, ...transaction }: Answer): Answer => ({
  ...transaction,
  status: orderStatus ?? saleStatus,
});

/** A sale or an order as headquarters shows it. */
export const saleOf = async (hq: Headquarters, uuid: string) =>
  withReason(
    withStatus(
      (
        await hq.query(
          `query ($uuid: UUID!) { transaction(by: { uuid: $uuid }) {
        ... on Order { orderStatus: status } ... on Sale { saleStatus: status validationErrors { rule message } statement { statementId } }
        error { errorCode message } tryCount nextTryAt } }`,
          { uuid },
        )
      ).transaction,
    ),
  );

/** Everything that headquarters received, in the order in which it was recorded. */
export const receivedOf = async (hq: Headquarters) =>
  nodesOf(
    (
      await hq.query(
        `{ transactions(source: HEADQUARTERS, first: 100, orderBy: { field: CREATED_AT, direction: ASC }) { edges { node {
           uuid channel { code } ... on Order { orderStatus: status } ... on Sale { saleStatus: status } error { errorCode message } } } } }`,
      )
    ).transactions,
  ).map(({ channel, ...transaction }) => ({ ...withReason(withStatus(transaction)), channel: channel.code }));

/** Statements, oldest first, with amounts in cents. */
export const statementsOf = async (hq: Headquarters) =>
  nodesOf(
    (
      await hq.query(`{ statements(first: 100) { edges { node {
        statementId type channel { code } businessDate currency state error { errorCode message }
        ... on TransactionalStatement { transactionCount totals { total { amount } paid { amount } } }
        ... on FinancialStatement { shiftCount expected { amount } counted { amount } } } } } }`)
    ).statements,
  )
    .map(({ channel, totals, expected, counted, ...statement }) => ({
      ...withReason(statement),
      channel: channel.code,
      ...(totals
        ? { total: cents(totals.total), paid: cents(totals.paid) }
        : { expected: cents(expected), counted: cents(counted) }),
    }))
    .reverse();

/** Sales orders, oldest first, with amounts in cents. */
export const ordersOf = async (hq: Headquarters) =>
  nodesOf(
    (
      await hq.query(`{ salesOrders(first: 100) { edges { node {
        salesOrderId customerUuid accountId status holdCode totals { total { amount } } invoice { invoiceId } } } } }`)
    ).salesOrders,
  )
    .map(({ totals, invoice, ...order }) => ({
      ...order,
      total: cents(totals.total),
      invoiceId: invoice?.invoiceId ?? null,
    }))
    .reverse();

/** The lines of a sales order, with amounts in cents. */
export const orderLinesOf = async (hq: Headquarters, salesOrderId = 'SO000000001') =>
  (
    await hq.query(
      `query ($id: String!) { salesOrder(salesOrderId: $id) {
        lines { line sku quantity net { amount } tax { amount } gross { amount } } } }`,
      { id: salesOrderId },
    )
  ).salesOrder.lines.map(({ net, tax, gross, ...line }: Answer) => ({
    ...line,
    net: cents(net),
    tax: cents(tax),
    total: cents(gross),
  }));

/** The balance of each account and posting type of each statement, in cents. */
async function journalTotals(hq: Headquarters) {
  const { statements } = await hq.query(
    '{ statements(first: 100) { edges { node { statementId balances { postingType account debit { amount } credit { amount } } } } } }',
  );
  return nodesOf(statements).flatMap(({ statementId, balances }) =>
    balances.map(({ postingType, account, debit, credit }: Answer) => ({
      posting: `${statementId} ${postingType}`,
      account,
      balance: cents(debit) - cents(credit),
    })),
  ) as { posting: string; account: string; balance: number }[];
}

/** The sums that are not zero. */
function unequal(found: [name: string, balance: number][]): Record<string, number> {
  const sums = new Map<string, number>();
  for (const [name, balance] of found) sums.set(name, (sums.get(name) ?? 0) + balance);
  return Object.fromEntries([...sums].filter(([, sum]) => sum !== 0));
}

/** Debits less credits of each account that is not even. */
export const balances = async (hq: Headquarters): Promise<Record<string, number>> =>
  unequal((await journalTotals(hq)).map(({ account, balance }) => [account, balance]));

/** Journals whose debits and credits differ: there must be none. */
export const uneven = async (hq: Headquarters): Promise<string[]> =>
  Object.keys(unequal((await journalTotals(hq)).map(({ posting, balance }) => [posting, balance])));

/** The items of a list in every statement, oldest statement first; `parts` selects the list. */
export async function partsOf(hq: Headquarters, parts: string): Promise<Answer[]> {
  const { statements } = await hq.query(`{ statements(first: 100) { edges { node { ${parts} } } } }`);
  return nodesOf(statements)
    .reverse()
    .flatMap((statement) =>
      Object.values<Answer>(statement).flatMap((part) => (Array.isArray(part) ? part : nodesOf(part))),
    );
}

/**
 * Everything that posting makes, without times and the databases' own ids, which PostgreSQL does not give back: what two runs of the same
 * sales must have in common.
 */
export async function books(hq: Headquarters) {
  const totals = ['net', 'discount', 'tax', 'charge', 'gross', 'paid', 'quantity'];
  const of = (table: string) => totals.map((name) => `${table}.${name}`).join(', ');
  const ask = (statement: string) => rowsOf(hq.hq, statement);
  return {
    statements: await ask(
      `select statement_id, type, channel, business_date, currency, state, error_code, transaction_count, ${of('s')} from statement s order by id`,
    ),
    aggregates: await ask(
      `select statement_id, customer_uuid, account_id, is_return, transaction_count, line_count, ${of('a')} from aggregated_transaction a order by id`,
    ),
    orders: await ask(
      `select o.sales_order_id, origin, o.account_id, o.status, ${of('o')}, i.invoice_id from sales_order o
       left join invoice i on i.sales_order = o.id order by o.sales_order_id`,
    ),
    lines: await ask(
      `select o.sales_order_id, l.line, l.sku, l.quantity, l.unit_price, l.discount, l.tax, l.net, l.gross from sales_order_line l
       join sales_order o on o.id = l.sales_order order by o.sales_order_id, l.line`,
    ),
    invoices: await ask(`select i.invoice_id, i.account_id, ${of('i')} from invoice i order by invoice_id`),
    entries: await ask(
      `select j.statement_id, posting_type, account, j.tender, i.invoice_id, shift_id, debit, credit from journal_entry j
       left join invoice i on i.id = j.invoice order by j.statement_id, i.invoice_id, shift_id, posting_type, account, j.tender, debit, credit`,
    ),
    settlements: await ask(
      `select s.transaction_sequence, s.line, i.invoice_id, s.tender, s.amount from settlement s join invoice i on i.id = s.invoice order by 1, 2`,
    ),
    sales: await ask(
      `select t.uuid, t.status, t.statement_id, o.sales_order_id from retail_transaction t left join sales_order o on o.aggregate_id = t.aggregate_id order by t.sequence`,
    ),
  };
}

/** Sales of two days, with everything in them, that are the same each time. */
export async function manySales(hq: Headquarters): Promise<void> {
  for (let n = 0; n < 12; n++) {
    const gross = n % 4 === 3 ? -10_825 : 10_825 + 500 - 200;
    const uuid = `00000000-0000-4000-8000-0000000000${String(n).padStart(2, '0')}`;
    await sell(
      hq,
      {
        businessDate: n % 3 === 0 ? '2026-11-20' : '2026-11-21',
        lines:
          n % 4 === 3 ? lines({ quantity: -1_000, tax: -825 }) : lines({ discount: 200, tax: 825 }, { voided: true }),
        charges: n % 4 === 3 ? [] : [{ line: 1, code: 'FREIGHT', amount: 500, tax: 0 }],
        payments: paidBy(['CASH', gross - 1_000], ['GIFT_CARD', 1_000]),
      },
      'houston',
      uuid,
    );
  }
}

/** How to make headquarters' database refuse to do something, and to let it be done again. */
export interface Refusal {
  table: string;
  /** What a row may not be, with `row.` before its columns. */
  when: string;
}

export const refuse = (hq: Headquarters, { table, when }: Refusal) =>
  onPostgres
    ? tamper(
        hq.hq,
        `create or replace function refuse() returns trigger language plpgsql as $$ begin raise exception 'refused'; end $$`,
        `create trigger refused before insert or update on ${table} for each row when (${when.replaceAll('row.', 'new.')}) execute function refuse()`,
      )
    : tamper(
        hq.hq,
        ...['insert', 'update'].map(
          (event) =>
            `create trigger refused_${event} before ${event} on ${table} when ${when.replaceAll('row.', 'new.')} begin select raise(abort, 'refused'); end`,
        ),
      );

export const accept = (hq: Headquarters, { table }: Refusal) =>
  onPostgres
    ? tamper(hq.hq, `drop trigger refused on ${table}`)
    : tamper(hq.hq, 'drop trigger refused_insert', 'drop trigger refused_update');
