import type { Channel } from './actions.ts';
import { Refused, type World } from './world.ts';

/** The same UUID for the same number, so that two worlds can be compared. */
const uuid = (kind: number, number: number) =>
  `00000000-0000-4000-8000-${String(kind).padStart(4, '0')}${String(number).padStart(8, '0')}`;

const DAY = '2026-01-05';
const SALES = 25;

/** Customers, orders, sales in shifts, returns and gift cards of a day, the same every time; more than one batch of some of them. */
export async function recordADay(world: World, channels: readonly Channel[]): Promise<void> {
  for (const [index, { code: channel }] of channels.entries()) {
    const base = index * 1_000;
    const people = [1, 2, 3].map((number) => uuid(1, base + number));
    await mutate(
      world,
      'createCustomer',
      people.map((uuid, number) => ({ channel, uuid, name: { first: 'Ada', last: `N${number}` } })),
    );
    await mutate(
      world,
      'createOrder',
      people.map((customerUuid, number) => ({
        channel,
        uuid: uuid(2, base + number),
        customerUuid,
        ...basket(number),
      })),
    );
    const shiftUuid = uuid(3, base);
    await mutate(world, 'openShift', [
      {
        channel,
        uuid: shiftUuid,
        register: 'R1',
        businessDate: DAY,
        starting: [{ tender: 'CASH', amount: '100' }],
      },
    ]);
    // Every fourth sale names nobody; every seventh is a return.
    const sales = Array.from({ length: SALES }, (_, number) => ({
      channel,
      uuid: uuid(4, base + number),
      shiftUuid,
      ...(number % 4 === 3 ? {} : { customerUuid: people[number % 3] }),
      ...(number % 7 === 6 ? goods(number, -1) : basket(number)),
    }));
    await mutate(world, 'recordSale', sales);
    await mutate(world, 'closeShift', [
      { channel, shift: { uuid: shiftUuid }, counts: [{ tender: 'CASH', amount: '1234.56' }] },
    ]);
  }
}

const tenders = ['CASH', 'CARD', 'GIFT_CARD'];

const basket = (number: number) => goods(number, 1);

/** Two lines with discount and tax, and a charge: 10.00 × quantity − 1.00 + 0.75, 3.33, and 2.00 with each third one. */
function goods(number: number, quantity: 1 | -1) {
  const sign = quantity === 1 ? '' : '-';
  const charged = number % 3 === 0 && quantity === 1;
  const total = `${sign}${charged ? '15.08' : '13.08'}`;
  return {
    businessDate: DAY,
    lines: [
      {
        sku: `SKU-${number % 5}`,
        quantity: String(quantity),
        unitPrice: '10',
        discount: `${sign}1`,
        tax: `${sign}0.75`,
      },
      { sku: 'SKU-X', quantity: String(quantity), unitPrice: '3.33' },
    ],
    charges: charged ? [{ code: 'WRAPPING', amount: '2' }] : [],
    payments: [{ tender: tenders[number % tenders.length], amount: total }],
    total,
  };
}

/** One request with a mutation for each input. */
export async function mutate(world: World, field: string, inputs: readonly unknown[]): Promise<void> {
  const input = field === 'closeShift' ? 'CountShiftInput' : `${field[0]!.toUpperCase()}${field.slice(1)}Input`;
  const parameters = inputs.map((_, index) => `$i${index}: ${input}!`).join(', ');
  const fields = inputs
    .map((_, index) => `i${index}: ${field}(input: $i${index}) { __typename ... on Failure { errorCode message } }`)
    .join(' ');
  const answers = await world.query<Record<string, { errorCode?: string }>>(
    `mutation (${parameters}) { ${fields} }`,
    Object.fromEntries(inputs.map((value, index) => [`i${index}`, value])),
  );
  for (const answer of Object.values(answers)) if (answer.errorCode) throw new Refused(JSON.stringify(answer));
}

export async function askForEndOfDay(world: World): Promise<void> {
  await world.query(`mutation { runEndOfDay(input: { businessDate: "${DAY}" }) { __typename } }`);
}

const totals = ['net', 'discount', 'tax', 'charge', 'gross', 'paid', 'quantity'];
const totalsOf = (table: string) => totals.map((name) => `${table}.${name}`).join(', ');

type Rows = Record<string, unknown>[];

/**
 * Totals, numbers and documents at headquarters: everything but the times, and the internal ids, which PostgreSQL does not give back when
 * a transaction is rolled back. Where several workers share a run, a customer or document gets its number when its turn comes, which may be
 * another one after a crash. So the numbers are listed, and everything is named after what it is about.
 */
export async function books(world: World) {
  const found = await numberedBooks(world);
  const { customers, statements, transactions, orders, invoices } = found;
  const names = new Map<unknown, string>();
  const textOf = (row: object) => JSON.stringify(Object.values(row).map((value) => names.get(value) ?? value));
  for (const { uuid, account_id: accountId } of customers) names.set(accountId, `account of ${uuid}`);
  for (const { statement_id: id, ...statement } of statements) names.set(id, `statement ${textOf(statement)}`);
  for (const { uuid, sales_order: order } of transactions)
    if (order !== null && !names.has(order)) names.set(order, `order of ${uuid}`);
  for (const { invoice_id: id, ...invoice } of invoices) names.set(id, `invoice ${textOf(invoice)}`);
  const renamed = (list: Rows) =>
    list
      .map((row) => Object.fromEntries(Object.entries(row).map(([field, value]) => [field, names.get(value) ?? value])))
      .sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
  return {
    ...(Object.fromEntries(Object.entries(found).map(([name, list]) => [name, renamed(list as Rows)])) as typeof found),
    documents: [
      ...customers.map(({ account_id }) => account_id),
      ...statements.map(({ statement_id }) => statement_id),
      ...orders.map(({ sales_order_id }) => sales_order_id),
      ...invoices.map(({ invoice_id }) => invoice_id),
    ].sort(),
  };
}

async function numberedBooks(world: World) {
  const rows = <Row = Record<string, unknown>>(statement: string) => world.rows<Row>('headquarters', statement);
  return {
    customers: await rows<{ uuid: string; account_id: string }>('select uuid, account_id from customer order by uuid'),
    transactions: await rows<{ uuid: string; status: string; sales_order: string | null }>(
      `select t.uuid, t.kind, t.status, ${totalsOf('t')}, s.statement_id, coalesce(o.sales_order_id, a.sales_order_id) as sales_order
       from retail_transaction t left join statement s on s.id = t.statement_id left join sales_order o on o.transaction_sequence = t.sequence
         left join sales_order a on a.aggregate_id = t.aggregate_id order by t.uuid`,
    ),
    orders: await rows<{ sales_order_id: string }>(
      `select o.sales_order_id, o.origin, s.statement_id, o.customer_uuid, o.account_id, o.business_date, ${totalsOf('o')}, o.status
       from sales_order o left join statement s on s.id = o.statement_id order by o.sales_order_id`,
    ),
    lines: await rows(
      `select o.sales_order_id, l.line, l.sku, l.quantity, l.unit_price, l.discount, l.tax, l.net, l.gross
       from sales_order_line l join sales_order o on o.id = l.sales_order order by o.sales_order_id, l.line`,
    ),
    statements: await rows<{ statement_id: string; state: string }>(
      `select statement_id, type, channel, business_date, state, error_code, transaction_count, ${totalsOf('statement')} from statement order by statement_id`,
    ),
    aggregates: await rows(
      `select o.sales_order_id, a.customer_uuid, a.account_id, a.is_return, a.transaction_count, a.line_count, ${totalsOf('a')}
       from aggregated_transaction a join sales_order o on o.aggregate_id = a.id order by o.sales_order_id`,
    ),
    invoices: await rows<{ invoice_id: string }>(
      `select i.invoice_id, o.sales_order_id, s.statement_id, i.account_id, ${totalsOf('i')}
       from invoice i join sales_order o on o.id = i.sales_order join statement s on s.id = i.statement_id order by i.invoice_id`,
    ),
    journal: await rows(
      `select s.statement_id, j.posting_type, j.account, j.debit, j.credit, i.invoice_id, h.uuid as shift, j.tender
       from journal_entry j join statement s on s.id = j.statement_id left join invoice i on i.id = j.invoice left join shift h on h.id = j.shift_id
       order by s.statement_id, j.posting_type, coalesce(i.invoice_id, ''), j.account, coalesce(j.tender, ''), j.debit, j.credit`,
    ),
    settlements: await rows(
      `select t.uuid, x.line, i.invoice_id, x.tender, x.amount
       from settlement x join retail_transaction t on t.sequence = x.transaction_sequence join invoice i on i.id = x.invoice order by t.uuid, x.line`,
    ),
    counts: await rows(
      `select s.statement_id, h.uuid, c.tender, c.starting, c.expected, c.counted
       from tender_count c join statement s on s.id = c.statement_id join shift h on h.id = c.shift_id order by s.statement_id, h.uuid, c.tender`,
    ),
    numbers: await rows('select name, next_number from number_sequence order by name'),
    events: await rows(
      `select s.statement_id, e.event, count(*) as times from statement_event e join statement s on s.id = e.statement_id
       group by s.statement_id, e.event order by s.statement_id, e.event`,
    ),
    unbalanced: await rows(
      'select statement_id, posting_type from journal_entry group by statement_id, posting_type having sum(debit) <> sum(credit)',
    ),
  };
}
