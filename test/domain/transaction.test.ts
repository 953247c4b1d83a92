import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { tokenFor } from '../../src/access/viewer.ts';
import { prepareTransaction, recordTransactions, type TransactionInput } from '../../src/domain/transaction.ts';
import { DatabaseUnavailable } from '../../src/errors.ts';
import { appendOperation, countOf, createCustomer, rowsOf, run, withChannels } from '../support/actions.ts';
import {
  type Answer,
  aChannel,
  createChannelDocument,
  type Headquarters,
  startHeadquarters,
} from '../support/headquarters.ts';
import { statementsOf } from '../support/statements.ts';

const shown = `__typename ... on RetailTransaction {
    id uuid confirmationNumber businessDate customerUuid deliveryAddressUuid register staff pricesIncludeTax createdAt
    ... on Order { kind orderStatus: status canceledAt } ... on Sale { saleStatus: status }
    retailChannel: channel { code } customer { uuid accountLabel } shift { uuid register }
    lines { line sku name quantity voided unitPrice { amount } discount { amount } tax { amount } net { amount } gross { amount } }
    charges { line code amount { amount currency } tax { amount } }
    payments { line tender amount { amount currency } }
    totals { net { amount } discount { amount } tax { amount } charge { amount } total { amount currency } paid { amount } quantity }
  }`;
const parts = `${shown} ... on Failure { errorCode message path }`;

const recordSale = async (hq: Headquarters, input: Record<string, unknown>): Promise<Answer> =>
  (await hq.query(`mutation ($input: RecordSaleInput!) { recordSale(input: $input) { ${parts} } }`, { input }))
    .recordSale;
const createOrder = async (hq: Headquarters, input: Record<string, unknown>): Promise<Answer> =>
  (await hq.query(`mutation ($input: CreateOrderInput!) { createOrder(input: $input) { ${parts} } }`, { input }))
    .createOrder;
const cancelOrder = async (hq: Headquarters, uuid: string, channel = 'houston'): Promise<Answer> =>
  (
    await hq.query(`mutation ($input: CancelOrderInput!) { cancelOrder(input: $input) { ${parts} } }`, {
      input: { channel, transaction: { uuid } },
    })
  ).cancelOrder;
const openShift = async (hq: Headquarters, more: Record<string, unknown> = {}): Promise<string> => {
  const { openShift: opened } = await hq.query(
    'mutation ($input: OpenShiftInput!) { openShift(input: $input) { ... on Shift { uuid } ... on Failure { message } } }',
    { input: { channel: 'houston', register: 'R1', ...more } },
  );
  if (!opened.uuid) throw new Error(JSON.stringify(opened));
  return opened.uuid;
};

const aSale = (more: Record<string, unknown> = {}) => ({
  channel: 'houston',
  uuid: randomUUID(),
  lines: [{ sku: 'TI-0001', quantity: '2', unitPrice: '3.99', tax: '0.66' }],
  payments: [{ tender: 'CASH', amount: '8.64' }],
  total: '8.64',
  ...more,
});

const anOrder = (more: Record<string, unknown> = {}) => ({
  channel: 'houston',
  uuid: randomUUID(),
  customerUuid: randomUUID(),
  lines: [{ sku: 'BK-M68B-38', name: 'Mountain-200 Black, 38', quantity: '1', unitPrice: '2294.99', tax: '183.60' }],
  charges: [{ code: 'FREIGHT', amount: '57.37' }],
  total: '2535.96',
  ...more,
});

const log = async (hq: Headquarters, channel = 'houston') =>
  rowsOf(
    await hq.channels.databaseOf(channel),
    `select counter, id, customer_uuid, kind, payload from operation where kind in ('RECORD_TRANSACTION', 'CANCEL_ORDER') order by counter`,
  ).then((rows) =>
    rows.map(({ payload, ...row }) => ({
      ...row,
      payload: typeof payload === 'string' ? JSON.parse(payload) : payload,
    })),
  );

const noon = { clock: () => new Date('2026-11-22T18:00:00Z') };

test('an order is stored with everything that was said, and has its confirmation number at once', async () => {
  const hq = await withChannels(['houston'], noon);
  const customerUuid = await createCustomer(hq);
  const deliveryAddressUuid = randomUUID();
  const input = anOrder({
    kind: 'CUSTOMER_ORDER',
    customerUuid,
    deliveryAddressUuid,
    register: 'R7',
    staff: 'Grace',
    lines: [
      { sku: 'HL-U509', name: 'Helmet', quantity: '3', unitPrice: '34.99', discount: '5', tax: '8.00' },
      { sku: 'CA-1098', quantity: '0.125', unitPrice: '8.99', voided: true },
    ],
    charges: [{ code: 'FREIGHT', amount: '7.5', tax: '0.62' }],
    payments: [{ tender: 'CARD', amount: '50' }],
    total: '116.09',
  });
  const created = await createOrder(hq, input);
  const amounts = (unitPrice: string, discount: string, tax: string, net: string, gross: string) =>
    Object.fromEntries(
      Object.entries({ unitPrice, discount, tax, net, gross }).map(([name, amount]) => [name, { amount }]),
    );
  expect(created).toMatchObject({
    __typename: 'Order',
    uuid: input.uuid,
    confirmationNumber: expect.stringMatching(/^([0-9A-HJKMNP-TV-Z]{4}-){2}[0-9A-HJKMNP-TV-Z]{4}$/),
    kind: 'CUSTOMER_ORDER',
    businessDate: '2026-11-22',
    customerUuid,
    customer: { uuid: customerUuid, accountLabel: 'Pending sync' },
    deliveryAddressUuid,
    retailChannel: { code: 'houston' },
    register: 'R7',
    staff: 'Grace',
    shift: null,
    pricesIncludeTax: false,
    canceledAt: null,
    lines: [
      {
        line: 1,
        sku: 'HL-U509',
        name: 'Helmet',
        quantity: '3',
        voided: false,
        ...amounts('34.99', '5.00', '8.00', '99.97', '107.97'),
      },
      {
        line: 2,
        sku: 'CA-1098',
        name: null,
        quantity: '0.125',
        voided: true,
        ...amounts('8.99', '0.00', '0.00', '1.12', '1.12'),
      },
    ],
    charges: [{ line: 1, code: 'FREIGHT', amount: { amount: '7.50', currency: 'USD' }, tax: { amount: '0.62' } }],
    payments: [{ line: 1, tender: 'CARD', amount: { amount: '50.00', currency: 'USD' } }],
    totals: {
      net: { amount: '99.97' },
      discount: { amount: '5.00' },
      tax: { amount: '8.62' },
      charge: { amount: '7.50' },
      total: { amount: '116.09', currency: 'USD' },
      paid: { amount: '50.00' },
      quantity: '3',
    },
  });

  const { __typename, ...same } = created;
  const byUuid = await hq.query(
    `query ($by: TransactionBy!, $channel: String, $id: ID!) { transaction(by: $by, channel: $channel) { ${shown} } node(id: $id) { ${shown} } }`,
    { by: { uuid: input.uuid }, id: created.id },
  );
  expect(byUuid.transaction).toMatchObject(same);
  expect(byUuid.node).toMatchObject(same);
  const byNumber = await hq.query('query ($by: TransactionBy!) { transaction(by: $by, channel: "houston") { uuid } }', {
    by: { confirmationNumber: created.confirmationNumber.toLowerCase() },
  });
  expect(byNumber.transaction.uuid).toBe(input.uuid);
});

test('what is recorded is in the log once, with its counter, as it is stored', async () => {
  const hq = await withChannels(['houston'], noon);
  const customerUuid = await createCustomer(hq);
  const order = await createOrder(hq, anOrder({ customerUuid }));
  const sale = await recordSale(hq, aSale());
  const database = await hq.channels.databaseOf('houston');
  expect(await log(hq)).toMatchObject([
    {
      counter: 2,
      id: order.uuid,
      customer_uuid: customerUuid,
      kind: 'RECORD_TRANSACTION',
      payload: { kind: 'ONLINE_ORDER', gross: 253_596, quantity: 1_000, reference: order.confirmationNumber },
    },
    { counter: 3, id: sale.uuid, customer_uuid: null, payload: { kind: 'CASH_AND_CARRY', gross: 864, paid: 864 } },
  ]);
  expect(await rowsOf(database, 'select uuid, kind, gross, counter from retail_transaction order by id')).toMatchObject(
    [
      { uuid: order.uuid, kind: 'ONLINE_ORDER', gross: 253_596, counter: 2 },
      { uuid: sale.uuid, kind: 'CASH_AND_CARRY', gross: 864, counter: 3 },
    ],
  );
});

const exact: [string, Record<string, unknown> & { total: string }, Record<string, string>][] = [
  [
    'awkward decimals add up exactly',
    {
      lines: Array.from({ length: 3 }, () => ({ sku: 'A', quantity: '0.333', unitPrice: '0.10', tax: '0.01' })),
      total: '0.12',
    },
    { net: '0.09', total: '0.12', quantity: '0.999' },
  ],
  [
    '0.1 and 0.2 are 0.3',
    { lines: ['0.1', '0.2'].map((unitPrice) => ({ sku: 'A', quantity: 1, unitPrice })), total: '0.3' },
    { net: '0.30', total: '0.30', quantity: '2' },
  ],
  [
    'prices that include tax',
    {
      currency: 'EUR',
      pricesIncludeTax: true,
      lines: [{ sku: 'A', quantity: '1', unitPrice: '11.90', tax: '1.90' }],
      total: '11.90',
    },
    { net: '10.00', tax: '1.90', total: '11.90' },
  ],
  [
    'yen have no decimals',
    { currency: 'JPY', lines: [{ sku: 'A', quantity: '3', unitPrice: '333', tax: '99' }], total: '1098' },
    { net: '999', total: '1098' },
  ],
  [
    'Kuwaiti dinars have three',
    { currency: 'KWD', lines: [{ sku: 'A', quantity: '1.5', unitPrice: '1.111' }], total: '1.667' },
    { net: '1.667', total: '1.667', quantity: '1.5' },
  ],
  [
    'a return is a sale with negative quantities, and pays back',
    { lines: [{ sku: 'A', quantity: '-2', unitPrice: '10.00', discount: '-1.00', tax: '-1.52' }], total: '-20.52' },
    { net: '-19.00', discount: '-1.00', tax: '-1.52', total: '-20.52', quantity: '-2' },
  ],
  [
    'an exchange for the same price costs nothing',
    { lines: ['-1', '1'].map((quantity) => ({ sku: 'A', quantity, unitPrice: '10' })), total: '0' },
    { net: '0.00', total: '0.00', quantity: '0' },
  ],
];

test('totals are exact, in every currency, for sales and returns', async () => {
  const hq = await withChannels(['houston'], noon);
  for (const [name, sale, totals] of exact) {
    const recorded = await recordSale(hq, aSale({ ...sale, payments: [{ tender: 'CARD', amount: sale.total }] }));
    expect(recorded.message, name).toBeUndefined();
    const found = Object.keys(totals).map((sum) => [sum, recorded.totals[sum].amount ?? recorded.totals[sum]]);
    expect(Object.fromEntries(found), name).toEqual(totals);
  }
});

test('cash is paid with change', async () => {
  const hq = await withChannels(['houston'], noon);
  const payments = [
    { tender: 'CASH', amount: '10' },
    { tender: 'CASH', amount: '-1.36' },
  ];
  expect(await recordSale(hq, aSale({ payments }))).toMatchObject({ totals: { paid: { amount: '8.64' } } });
});

const line = { sku: 'A', quantity: '1', unitPrice: '1' };
const refusals: [string, Record<string, unknown>, string[], RegExp][] = [
  ['a wrong total', { total: '8.65' }, ['total'], /must be 8\.64/],
  ['a total with too many digits', { total: '8.641' }, ['total'], /amount in USD with at most 2 decimals/],
  ['a sale that is not paid', { payments: [] }, ['payments'], /must add up to 8\.64 for a sale, not 0\.00/],
  [
    'a sale that is paid too much',
    { payments: [{ tender: 'CASH', amount: '9' }] },
    ['payments'],
    /8\.64 for a sale, not 9\.00/,
  ],
  ['no lines', { lines: [] }, ['lines'], /must have a line that is not voided/],
  ['a quantity of 0', { lines: [{ ...line, quantity: '0' }] }, ['lines', '0', 'quantity'], /must not be 0/],
  ['a quantity of 4 decimals', { lines: [{ ...line, quantity: '0.0001' }] }, ['lines', '0', 'quantity'], /3 decimals/],
  ['a negative price', { lines: [line, { ...line, unitPrice: '-1' }] }, ['lines', '1', 'unitPrice'], /not be negative/],
  ['a product without SKU', { lines: [{ ...line, sku: ' ' }] }, ['lines', '0', 'sku'], /must not be empty/],
  [
    'a price beyond bounds',
    { lines: [{ ...line, unitPrice: '10000000000.01' }] },
    ['lines', '0', 'unitPrice'],
    /amount in USD/,
  ],
  [
    'a product of price and quantity beyond bounds',
    { lines: [{ ...line, quantity: '1000', unitPrice: '9999999999' }] },
    ['lines', '0', 'unitPrice'],
    /too large/,
  ],
  [
    'a discount of more than the price',
    { lines: [{ ...line, discount: '1.01' }] },
    ['lines', '0', 'discount'],
    /not be more than the price/,
  ],
  ['a charge without code', { charges: [{ code: '', amount: '1' }] }, ['charges', '0', 'code'], /must be a code/],
  ['a day to come', { businessDate: '2026-11-23' }, ['businessDate'], /not be after today, which is 2026-11-22/],
  ['an address of nobody', { deliveryAddressUuid: randomUUID() }, ['deliveryAddressUuid'], /requires a customer/],
  ['a register with a line break', { register: 'R\n1' }, ['register'], /control characters/],
];

test('what breaks a rule is refused, the field is named and nothing is stored', async () => {
  const hq = await withChannels(['houston'], noon);
  for (const [name, change, path, message] of refusals) {
    const refused = await recordSale(hq, aSale(change));
    expect(refused, name).toMatchObject({ __typename: 'InvalidInput', errorCode: 'INVALID_INPUT', path });
    expect(refused.message, name).toMatch(message);
  }
  const database = await hq.channels.databaseOf('houston');
  expect([await countOf(database, 'retail_transaction'), await countOf(database, 'operation')]).toEqual([0, 0]);
});

const violationsOf = (answer: Answer): string[] =>
  answer.violations.map(({ path, message }: Answer) => `${path.join('.')}: ${message}`);
const refusedFor = async (hq: Headquarters, field: string, type: string, input: Record<string, unknown>) =>
  violationsOf(
    (
      await hq.query(
        `mutation ($input: ${type}!) { ${field}(input: $input) { ... on InvalidInput { violations { path message } } } }`,
        { input },
      )
    )[field],
  );

test('every violation of a sale is named: in lines, charges, and payments, and in the sums', async () => {
  const hq = await withChannels(['houston'], noon);
  const wrong = {
    lines: [
      { sku: ' ', quantity: '1', unitPrice: '1' },
      { sku: 'A', quantity: '1', unitPrice: '-1' },
      { sku: 'A', quantity: '0', unitPrice: '1', tax: '1' },
    ],
    charges: [{ code: '1', amount: '1', tax: '-1' }],
    payments: [{ tender: 'CASH', amount: '7' }],
    total: '8',
    businessDate: '2026-11-23',
  };
  expect((await refusedFor(hq, 'recordSale', 'RecordSaleInput', aSale(wrong))).toSorted()).toEqual([
    'businessDate: must not be after today, which is 2026-11-22',
    'charges.0.code: must be a code such as FREIGHT',
    'charges.0.tax: must have the sign of the amount',
    'lines.0.sku: must not be empty',
    'lines.1.unitPrice: must not be negative: a return has a negative quantity',
    'lines.2.quantity: must not be 0',
    'lines.2.tax: must have the sign of the quantity',
    'payments: must add up to 1.00 for a sale, not 7.00',
    'total: must be 1.00, the total of lines, taxes, and charges',
  ]);
  expect(await countOf(await hq.channels.databaseOf('houston'), 'retail_transaction')).toBe(0);
});

test('an amount that cannot be read hides no violation of another line', async () => {
  const hq = await withChannels(['houston'], noon);
  const lines = [
    { sku: 'A', quantity: '1', unitPrice: '1.005' },
    { sku: 'A', quantity: '1.0005', unitPrice: '1', discount: '0.001' },
    { sku: 'A', quantity: '-1', unitPrice: '1' },
  ];
  const input = anOrder({ lines, charges: [], payments: [{ tender: 'ONLINE', amount: '0.001' }], total: '1' });
  const amount = 'must be an amount in USD with at most 2 decimals, at most one trillion minor units';
  expect((await refusedFor(hq, 'createOrder', 'CreateOrderInput', input)).toSorted()).toEqual([
    `lines.0.unitPrice: ${amount}`,
    `lines.1.discount: ${amount}`,
    'lines.1.quantity: must be a quantity with at most 3 decimals',
    'lines.2.quantity: must be positive in an order: a return is a sale with a negative quantity',
    `payments.0.amount: ${amount}`,
  ]);
});

test('a JSON number with a fraction is refused with what to send; a whole one, a string and a literal are taken', async () => {
  const hq = await withChannels(['houston'], noon);
  const document = `mutation ($input: RecordSaleInput!) { recordSale(input: $input) { __typename } }`;
  const { errors } = await hq.ask(document, { input: aSale({ total: 8.64 }) });
  expect(errors![0].message).toMatch(/as a string, such as "699\.10"/);
  expect(await countOf(await hq.channels.databaseOf('houston'), 'retail_transaction')).toBe(0);

  const { recordSale: literal } = await hq.query(
    `mutation { recordSale(input: { channel: "houston", lines: [{ sku: "A", quantity: 2, unitPrice: 4.35 }], payments: [{ tender: CARD, amount: "8.70" }], total: 8.70 }) { ${parts} } }`,
  );
  expect(literal).toMatchObject({ totals: { total: { amount: '8.70' } } });
  expect(
    await recordSale(
      hq,
      aSale({ lines: [{ sku: 'A', quantity: 2, unitPrice: 4 }], payments: [{ tender: 'CARD', amount: 8 }], total: 8 }),
    ),
  ).toMatchObject({ totals: { total: { amount: '8.00' } } });
});

test('an order may be paid partly, and not more than it costs', async () => {
  const hq = await withChannels(['houston'], noon);
  const paid = (amount: string) => anOrder({ payments: [{ tender: 'ONLINE', amount }] });
  expect(await createOrder(hq, paid('2535.96'))).toMatchObject({ __typename: 'Order' });
  expect(await createOrder(hq, paid('0.01'))).toMatchObject({ __typename: 'Order' });
  expect(await createOrder(hq, paid('2535.97'))).toMatchObject({ errorCode: 'INVALID_INPUT', path: ['payments'] });
  expect(await createOrder(hq, paid('-1'))).toMatchObject({ errorCode: 'INVALID_INPUT', path: ['payments'] });
});

test('the business date is that of the channel’s time zone', async () => {
  const hq = await withChannels(['houston'], { clock: () => new Date('2026-11-23T05:59:00Z') });
  await hq.query(
    'mutation { createChannel(input: { code: "tokyo", name: "Tokyo", type: ONLINE_STORE, currency: "USD", timeZone: "Asia/Tokyo", country: "JP" }) { __typename } }',
  );
  expect(await recordSale(hq, aSale())).toMatchObject({ businessDate: '2026-11-22' });
  expect(await recordSale(hq, aSale({ channel: 'tokyo' }))).toMatchObject({ businessDate: '2026-11-23' });
  expect(await recordSale(hq, aSale({ businessDate: '2026-11-01' }))).toMatchObject({ businessDate: '2026-11-01' });
  expect(await recordSale(hq, aSale({ businessDate: '2026-11-23' }))).toMatchObject({ path: ['businessDate'] });
});

test('the same UUID with the same data answers the stored sale, even on another day; with other data it is refused', async () => {
  let now = new Date('2026-11-22T18:00:00Z');
  const hq = await withChannels(['houston', 'dallas'], { clock: () => now });
  const input = aSale();
  const first = await recordSale(hq, input);
  now = new Date('2026-11-24T18:00:00Z');
  expect(await recordSale(hq, input)).toEqual(first);
  expect(await recordSale(hq, { ...input, uuid: input.uuid.toUpperCase() })).toEqual(first);
  expect(await recordSale(hq, { ...input, staff: 'Grace' })).toMatchObject({
    errorCode: 'UUID_CONFLICT',
    path: ['uuid'],
  });
  expect(await createOrder(hq, anOrder({ uuid: input.uuid }))).toMatchObject({ errorCode: 'UUID_CONFLICT' });
  expect(await log(hq)).toHaveLength(1);
});

test('fifty sales at once share a commit, in a constant number of statements', async () => {
  const hq = await withChannels(['houston'], noon);
  const shiftUuid = await openShift(hq);
  const database = await hq.channels.databaseOf('houston');
  const inputs = Array.from({ length: 50 }, (_, index) =>
    aSale({ shiftUuid, ...(index === 7 ? { register: 'R9' } : {}) }),
  );
  const prepared = [...inputs, inputs[0]!].map(({ channel: _, ...input }) =>
    prepareTransaction(
      hq.channels.get('houston'),
      { ...(input as Omit<TransactionInput, 'kind'>), kind: 'CASH_AND_CARRY' },
      '2026-11-22T18:00:00.000Z',
    ),
  );
  const seen = statementsOf(database);
  const results = await Promise.all(prepared.map((one) => database.writeTogether(recordTransactions, one)));
  expect(results.map((result) => ('created' in result ? result.created : result.message))).toEqual([
    ...Array(7).fill(true),
    'The shift is at register R1, not at R9.',
    ...Array(42).fill(true),
    false,
  ]);
  expect(seen.filter(({ text }) => text === 'COMMIT')).toHaveLength(1);
  expect(seen.filter(({ text }) => text.startsWith('insert into'))).toHaveLength(2);
  const counters = (await log(hq)).map(({ counter }) => Number(counter));
  expect(counters).toEqual(Array.from({ length: 49 }, (_, index) => index + 2));
});

test('what is recorded in a shift is of its register and business date', async () => {
  const hq = await withChannels(['houston', 'dallas'], noon);
  const shiftUuid = await openShift(hq, { businessDate: '2026-11-20' });
  const sale = await recordSale(hq, aSale({ shiftUuid }));
  expect(sale).toMatchObject({
    register: 'R1',
    businessDate: '2026-11-20',
    shift: { uuid: shiftUuid, register: 'R1' },
  });
  const refused = async (more: Record<string, unknown>) =>
    (await recordSale(hq, aSale({ shiftUuid, ...more }))).message;
  expect(await refused({ shiftUuid: randomUUID() })).toBe('The channel has no shift with this UUID.');
  expect(await refused({ channel: 'dallas' })).toBe('The channel has no shift with this UUID.');
  expect(await refused({ register: 'R2' })).toBe('The shift is at register R1, not at R2.');
  expect(await refused({ currency: 'EUR' })).toBe('The shift is in USD, not in EUR.');
  await hq.query('mutation ($input: ShiftInput!) { suspendShift(input: $input) { __typename } }', {
    input: { channel: 'houston', shift: { uuid: shiftUuid } },
  });
  expect(await refused({})).toBe('The shift is SUSPENDED. Only an open shift can record transactions.');
  expect(
    (
      await hq.query(
        `{ shifts(filter: { channel: "houston" }) { edges { node { uuid transactions { edges { node { uuid } } } } } } }`,
      )
    ).shifts.edges,
  ).toEqual([{ node: { uuid: shiftUuid, transactions: { edges: [{ node: { uuid: sale.uuid } }] } } }]);
});

test('an order may name a customer that nobody here knows', async () => {
  const hq = await withChannels(['houston', 'dallas'], noon);
  const elsewhere = await createCustomer(hq, { channel: 'dallas' });
  expect(await createOrder(hq, anOrder())).toMatchObject({ __typename: 'Order', customer: null });
  await createOrder(hq, anOrder({ customerUuid: elsewhere }));
  await run(hq, 'CONVERSION');
  const { transactions } = await hq.query(
    `query ($uuid: UUID!) { transactions(filter: { channel: "houston", customerUuid: $uuid }) { edges { node { customer { accountLabel } } } } }`,
    { uuid: elsewhere },
  );
  expect(transactions.edges).toEqual([{ node: { customer: { accountLabel: 'C00000001' } } }]);
});

test('an order that has not reached headquarters can be canceled, and repeating that changes nothing', async () => {
  const hq = await withChannels(['houston', 'dallas'], noon);
  const order = await createOrder(hq, anOrder());
  expect(await cancelOrder(hq, order.uuid, 'dallas')).toMatchObject({ errorCode: 'NOT_FOUND' });
  const canceled = await cancelOrder(hq, order.uuid);
  expect(canceled).toMatchObject({
    uuid: order.uuid,
    orderStatus: 'CANCELED',
    canceledAt: '2026-11-22T18:00:00.000Z',
  });
  expect(await cancelOrder(hq, order.uuid)).toEqual(canceled);
  expect(await log(hq)).toMatchObject([
    { kind: 'RECORD_TRANSACTION' },
    { kind: 'CANCEL_ORDER', payload: { transactionUuid: order.uuid, canceledAt: '2026-11-22T18:00:00.000Z' } },
  ]);
  await run(hq, 'P_JOB');
  expect(await cancelOrder(hq, order.uuid)).toEqual(canceled);
});

test('an order that has reached headquarters, and a sale, cannot be canceled', async () => {
  const hq = await withChannels(['houston'], noon);
  const order = await createOrder(hq, anOrder());
  const sale = await recordSale(hq, aSale());
  expect(await cancelOrder(hq, sale.uuid)).toMatchObject({
    errorCode: 'WRONG_STATE',
    message: expect.stringMatching(/return/),
  });
  await run(hq, 'P_JOB');
  expect(await cancelOrder(hq, order.uuid)).toMatchObject({
    errorCode: 'WRONG_STATE',
    message: expect.stringMatching(/reached headquarters/),
  });
  expect(await cancelOrder(hq, (await createOrder(hq, anOrder())).uuid)).toMatchObject({
    canceledAt: expect.any(String),
  });
});

test('while headquarters is down, a channel records and cancels', async () => {
  const hq = await withChannels(['houston'], noon);
  hq.hq.read = () => Promise.reject(new DatabaseUnavailable('headquarters'));
  hq.hq.write = () => Promise.reject(new DatabaseUnavailable('headquarters'));
  const order = await createOrder(hq, anOrder());
  expect(order).toMatchObject({ __typename: 'Order', customer: null });
  expect(order).toMatchObject({ orderStatus: 'PENDING' });
  expect(await cancelOrder(hq, order.uuid)).toMatchObject({
    orderStatus: 'CANCELED',
    canceledAt: '2026-11-22T18:00:00.000Z',
  });
  expect(await recordSale(hq, aSale())).toMatchObject({ __typename: 'Sale' });
});

test('a list costs the same number of statements whatever its size', async () => {
  const hq = await withChannels(['houston'], noon);
  const shiftUuid = await openShift(hq);
  const database = await hq.channels.databaseOf('houston');
  const seen = statementsOf(database, hq.hq);
  const statements = async () => {
    seen.length = 0;
    const { transactions } = await hq.query(
      `{ transactions(filter: { channel: "houston" }, first: 50) { edges { node { customer { displayName } shift { register } retailChannel: channel { name } totals { total { amount } } } } } }`,
    );
    return { rows: transactions.edges, statements: seen.length };
  };
  const sell = async () => recordSale(hq, aSale({ shiftUuid, customerUuid: await createCustomer(hq) }));
  await sell();
  const few = await statements();
  for (let index = 0; index < 9; index++) await sell();
  const many = await statements();
  expect(many.rows).toHaveLength(10);
  for (const { node } of many.rows)
    expect(node).toMatchObject({ customer: { displayName: 'Ada Byron' }, shift: { register: 'R1' } });
  expect(many.statements).toBe(few.statements);
});

test('a channel’s client sees its own transactions and customers only', async () => {
  const secret = 'a secret of at least thirty-two characters';
  const hq = await startHeadquarters({ ...noon, settings: { TOKEN_SECRET: secret } });
  const bearer = async (viewer: Parameters<typeof tokenFor>[1]) => ({
    authorization: `Bearer ${await tokenFor(secret, viewer, '1h')}`,
  });
  const operator = await bearer({ kind: 'operator', name: 'Olga' });
  const till = await bearer({ kind: 'channel', channel: 'houston' });
  for (const code of ['houston', 'dallas'])
    await hq.query(createChannelDocument, { input: aChannel(code, { channelDatabase: 'texas' }) }, operator);
  const { createCustomer: theirs } = await hq.query(
    'mutation { createCustomer(input: { channel: "dallas", name: { last: "Hopper" } }) { ... on Customer { uuid } } }',
    {},
    operator,
  );
  const record = async (channel: string) =>
    (
      await hq.query(
        'mutation ($input: RecordSaleInput!) { recordSale(input: $input) { ... on Sale { id uuid } } }',
        { input: aSale({ channel, customerUuid: theirs.uuid }) },
        operator,
      )
    ).recordSale;
  const ours = await record('houston');
  const other = await record('dallas');
  const look = (headers: Record<string, string>) =>
    hq.query(
      `query ($ours: UUID!, $other: UUID!, $id: ID!) {
        ours: transaction(by: { uuid: $ours }) { customerUuid customer { uuid } }
        other: transaction(by: { uuid: $other }) { customer { uuid } }
        node(id: $id) { id }
      }`,
      { ours: ours.uuid, other: other.uuid, id: other.id },
      headers,
    );
  expect(await look(till)).toEqual({ ours: { customerUuid: theirs.uuid, customer: null }, other: null, node: null });
  expect(await look(operator)).toEqual({
    ours: { customerUuid: theirs.uuid, customer: { uuid: theirs.uuid } },
    other: { customer: { uuid: theirs.uuid } },
    node: { id: other.id },
  });
});

test('a global ID that names no transaction finds none', async () => {
  const hq = await withChannels(['houston'], noon);
  await recordSale(hq, aSale());
  for (const id of ['houston', 'houston/', 'houston/x', `houston/${randomUUID()}`]) {
    const global = Buffer.from(`Sale:${id}`).toString('base64');
    const { node, transaction } = await hq.query(
      'query ($id: ID!) { node(id: $id) { id } transaction(by: { id: $id }) { uuid } }',
      { id: global },
    );
    expect({ id, node, transaction }).toEqual({ id, node: null, transaction: null });
  }
});

test('what other software wrote is shown as far as it is sound', async () => {
  const hq = await withChannels(['houston'], noon);
  const uuid = randomUUID();
  await appendOperation(hq, 'houston', {
    uuid,
    kind: 'RECORD_TRANSACTION',
    payload: { kind: 'GIFT', lines: [{ line: 1 }, 7], payments: 'none', gross: 'much', reference: 'X-1' },
  });
  await run(hq, 'P_JOB');
  const { transaction } = await hq.query(`query ($uuid: UUID!) { transaction(by: { uuid: $uuid }) { ${shown} } }`, {
    uuid,
  });
  expect(transaction).toMatchObject({
    uuid,
    confirmationNumber: 'X-1',
    lines: [],
    payments: [],
    totals: { total: { amount: '0.00', currency: 'XXX' } },
  });
});
