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
      people.map((id, number) => ({ channel, id, name: { first: 'Ada', last: `N${number}` } })),
    );
    await mutate(
      world,
      'createOrder',
      people.map((customerUuid, number) => ({ channel, id: uuid(2, base + number), customerUuid, ...basket(number) })),
    );
    const shiftUuid = uuid(3, base);
    await mutate(world, 'openShift', [
      {
        channel,
        id: shiftUuid,
        register: 'R1',
        businessDate: DAY,
        starting: [{ tender: 'CASH', amount: '100' }],
      },
    ]);
    // Every fourth sale names nobody; every seventh is a return.
    const sales = Array.from({ length: SALES }, (_, number) => ({
      channel,
      id: uuid(4, base + number),
      shiftUuid,
      ...(number % 4 === 3 ? {} : { customerUuid: people[number % 3] }),
      ...(number % 7 === 6 ? goods(number, -1) : basket(number)),
    }));
    await mutate(world, 'recordSale', sales);
    await mutate(world, 'closeShift', [{ channel, uuid: shiftUuid, counts: [{ tender: 'CASH', amount: '1234.56' }] }]);
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
async function mutate(world: World, field: string, inputs: readonly unknown[]): Promise<void> {
  const input = field === 'closeShift' ? 'CountShiftInput' : `${field[0]!.toUpperCase()}${field.slice(1)}Input`;
  const parameters = inputs.map((_, index) => `$i${index}: ${input}!`).join(', ');
  const fields = inputs
    .map((_, index) => `i${index}: ${field}(input: $i${index}) { __typename ... on Failure { code message } }`)
    .join(' ');
  const answers = await world.query<Record<string, { code?: string }>>(
    `mutation (${parameters}) { ${fields} }`,
    Object.fromEntries(inputs.map((value, index) => [`i${index}`, value])),
  );
  for (const answer of Object.values(answers)) if (answer.code) throw new Refused(JSON.stringify(answer));
}

export async function askForEndOfDay(world: World): Promise<void> {
  await world.query(`mutation { runEndOfDay(input: { businessDate: "${DAY}" }) { __typename } }`);
}

const totals = 'net, discount, tax, charge, gross, paid, quantity';

/** Totals, numbers and documents at headquarters: everything but the times. */
export async function books(world: World) {
  const rows = <Row = Record<string, unknown>>(statement: string) => world.rows<Row>('headquarters', statement);
  return {
    customers: await rows('select uuid, account_id from customer order by uuid'),
    transactions: await rows<{ status: string }>(
      `select uuid, kind, status, ${totals}, statement_id, aggregate_id from retail_transaction order by sequence`,
    ),
    orders: await rows(
      `select id, sales_order_id, source, transaction_sequence, aggregate_id, statement_id, customer_uuid, account_id, business_date, ${totals}, status from sales_order order by id`,
    ),
    lines: await rows(
      'select sales_order, line, sku, quantity, unit_price, discount, tax, net, gross from sales_order_line order by sales_order, line',
    ),
    statements: await rows<{ state: string }>(
      `select id, statement_id, type, channel, business_date, state, error_code, transaction_count, ${totals} from statement order by id`,
    ),
    aggregates: await rows(
      `select id, statement_id, customer_uuid, account_id, is_return, transaction_count, line_count, ${totals}, step from aggregated_transaction order by id`,
    ),
    invoices: await rows(
      `select id, invoice_id, sales_order, aggregate_id, statement_id, account_id, ${totals} from invoice order by id`,
    ),
    journal: await rows(
      'select statement_id, journal, account, debit, credit, aggregate_id, invoice, shift_id, tender from journal_entry order by statement_id, journal, aggregate_id, account, tender, debit, credit',
    ),
    settlements: await rows(
      'select transaction_sequence, line, statement_id, aggregate_id, invoice, tender, amount from settlement order by transaction_sequence, line',
    ),
    counts: await rows(
      'select statement_id, shift_id, tender, starting, expected, counted from tender_count order by statement_id, shift_id, tender',
    ),
    numbers: await rows('select name, next_number from number_sequence order by name'),
    events: await rows(
      'select statement_id, event, count(*) as times from statement_event group by statement_id, event order by statement_id, event',
    ),
    unbalanced: await rows(
      'select statement_id, journal from journal_entry group by statement_id, journal having sum(debit) <> sum(credit)',
    ),
  };
}
