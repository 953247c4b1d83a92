import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { aClock, createCustomer, run, tamper, withChannels } from '../../support/actions.ts';
import type { Answer, Headquarters } from '../../support/headquarters.ts';

const unwrapped = async (
  hq: Headquarters,
  field: string,
  type: string,
  input: Answer,
  parts: string,
): Promise<Answer> => {
  const name = field === 'closeShift' ? 'CountShiftInput' : `${field[0]!.toUpperCase()}${field.slice(1)}Input`;
  const data = await hq.query(
    `mutation ($input: ${name}!) { ${field}(input: $input) { __typename ... on ${type} { ${parts} } ... on Failure { errorCode message path } } }`,
    { input },
  );
  return data[field];
};

async function openShift(hq: Headquarters, cash = '100'): Promise<string> {
  const input = {
    channel: 'houston',
    register: 'R1',
    starting: [{ tender: 'CASH', amount: cash }],
  };
  return (await unwrapped(hq, 'openShift', 'Shift', input, 'uuid')).uuid;
}

const aSale = (more: Answer = {}) => ({
  channel: 'houston',
  uuid: randomUUID(),
  lines: [{ sku: 'BK-1', quantity: 1, unitPrice: '100', discount: '5', tax: '7.84' }],
  charges: [{ code: 'WRAPPING', amount: '2' }],
  payments: [{ tender: 'CASH', amount: '104.84' }],
  total: '104.84',
  ...more,
});

const record = (hq: Headquarters, more: Answer = {}) =>
  unwrapped(hq, 'recordSale', 'Sale', aSale(more), 'uuid confirmationNumber');

/** Runs the end of day and answers how it ended. */
const endOfDay = (hq: Headquarters) => run(hq, 'END_OF_DAY');

const statementParts = `id statementId type state error { errorCode message } businessDate channel { code }
  stateDetails { state phase status at error { errorCode message } }
  events(first: 20) { totalCount edges { node { event actor } } }
  balances { postingType account debit { amount } credit { amount } }
  journalEntries(first: 20, filter: { postingType: PAYMENTS }) { totalCount edges { node { account debit { amount } credit { amount } tender invoice { invoiceId } } } }
  ... on FinancialStatement {
  shiftCount expected { amount } counted { amount } difference { amount }
  tenderCounts { register tender starting { amount } expected { amount } counted { amount } difference { amount } shift { uuid } } }
  ... on TransactionalStatement {
  transactionCount totals { net { amount } discount { amount } tax { amount } charge { amount } total { amount currency } paid { amount } }
  transactions(first: 10) { edges { node { uuid status statement { statementId } salesOrder { salesOrderId } } } }
  aggregatedTransactions(first: 10) { edges { node { id state accountId transactionCount isReturn salesOrder { salesOrderId } customer { uuid } transactions(first: 5) { edges { node { uuid } } } } } }
  salesOrders(first: 3) { edges { node { salesOrderId origin status lines { sku quantity } invoice { invoiceId } } } }
  invoices(first: 10) { edges { node { invoiceId accountId totals { total { amount } } salesOrder { salesOrderId } statement { statementId } } } } }`;

async function statements(hq: Headquarters, filter = '{}'): Promise<Answer[]> {
  const data = await hq.query(`{ statements(first: 3, filter: ${filter}) { edges { node { ${statementParts} } } } }`);
  return data.statements.edges.map(({ node }: Answer) => node);
}

const nodes = (connection: Answer) => connection.edges.map(({ node }: Answer) => node);
const time = () => aClock('2026-11-22T18:00:00.000Z');

test('an end of day posts the sales of pending customers and counts the till, and everything is reachable from the customer and back', async () => {
  const hq = await withChannels(['houston'], { clock: time().clock });
  const customer = await createCustomer(hq);
  const shift = await openShift(hq);
  const named = await record(hq, { customerUuid: customer, shiftUuid: shift });
  const walkIn = await record(hq, { shiftUuid: shift });
  // Ten too little in the till.
  await unwrapped(
    hq,
    'closeShift',
    'Shift',
    { channel: 'houston', shift: { uuid: shift }, counts: [{ tender: 'CASH', amount: '299.68' }] },
    'state',
  );

  expect(await endOfDay(hq)).toMatchObject({
    state: 'SUCCEEDED',
    steps: [
      { job: 'P_JOB' },
      { job: 'SYNCHRONIZE_CUSTOMERS' },
      { job: 'SYNCHRONIZE_ORDERS' },
      { job: 'VALIDATE_TRANSACTIONS', progress: { done: 2, failed: 0 } },
      { job: 'POST_STATEMENTS' },
      { job: 'CALCULATE_STATEMENTS' },
      { job: 'POST_STATEMENTS' },
      { job: 'DOWNLOAD_1010' },
    ],
  });

  const [sales] = await statements(hq, '{ type: TRANSACTIONAL }');
  expect(sales).toMatchObject({
    statementId: expect.stringMatching(/^ST0000000\d$/),
    state: 'POSTED',
    error: null,
    transactionCount: 2,
    businessDate: '2026-11-22',
    totals: {
      net: { amount: '190.00' },
      discount: { amount: '10.00' },
      tax: { amount: '15.68' },
      charge: { amount: '4.00' },
      total: { amount: '209.68', currency: 'USD' },
      paid: { amount: '209.68' },
    },
  });
  expect(sales.stateDetails).toHaveLength(13);
  for (const detail of sales.stateDetails) expect(detail).toMatchObject({ status: 'DONE', at: expect.any(String) });
  expect(nodes(sales.transactions).map(({ uuid }: Answer) => uuid)).toEqual([named.uuid, walkIn.uuid]);
  for (const transaction of nodes(sales.transactions))
    expect(transaction).toMatchObject({ status: 'POSTED', statement: { statementId: sales.statementId } });
  expect(nodes(sales.aggregatedTransactions)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        accountId: 'C00000001',
        customer: { uuid: customer },
        state: 'POSTED',
        transactionCount: 1,
      }),
      expect.objectContaining({ accountId: null, customer: null }),
    ]),
  );
  expect(nodes(sales.salesOrders)).toHaveLength(2);
  for (const order of nodes(sales.salesOrders))
    expect(order).toMatchObject({ origin: 'STATEMENT', status: 'INVOICED', lines: [{ sku: 'BK-1', quantity: '1' }] });
  expect(nodes(sales.invoices).map((invoice: Answer) => invoice.totals.total.amount)).toEqual(['104.84', '104.84']);
  expect(nodes(sales.journalEntries)).toContainEqual(
    expect.objectContaining({
      account: 'TENDER_CASH',
      debit: { amount: '104.84' },
      credit: { amount: '0.00' },
      tender: 'CASH',
    }),
  );
  const cents = ({ amount }: { amount: string }) => Number(amount.replace('.', ''));
  for (const postingType of new Set(sales.balances.map((row: Answer) => row.postingType))) {
    const rows = sales.balances.filter((row: Answer) => row.postingType === postingType);
    const sum = (side: 'debit' | 'credit') => rows.reduce((total: number, row: Answer) => total + cents(row[side]), 0);
    expect(sum('debit'), String(postingType)).toBe(sum('credit'));
  }

  const [financial] = await statements(hq, '{ type: FINANCIAL }');
  expect(financial).toMatchObject({
    state: 'POSTED',
    shiftCount: 1,
    expected: { amount: '309.68' },
    counted: { amount: '299.68' },
    difference: { amount: '-10.00' },
    tenderCounts: [
      {
        register: 'R1',
        tender: 'CASH',
        starting: { amount: '100.00' },
        expected: { amount: '309.68' },
        counted: { amount: '299.68' },
        difference: { amount: '-10.00' },
        shift: { uuid: shift },
      },
    ],
  });
  expect(financial.balances).toContainEqual({
    postingType: 'DIFFERENCE',
    account: 'OVER_SHORT',
    debit: { amount: '10.00' },
    credit: { amount: '0.00' },
  });

  const found = await hq.query(
    `query ($uuid: UUID!) { customer(by: { uuid: $uuid }) {
       transactions(first: 5) { edges { node { uuid ... on Sale { statement { statementId } } } } }
       salesOrders(first: 5) { edges { node { invoice { invoiceId } } } }
       invoices(first: 5) { edges { node { invoiceId customer { uuid } statement { statementId } } } } } }`,
    { uuid: customer },
  );
  expect(nodes(found.customer.transactions)).toEqual([
    { uuid: named.uuid, statement: { statementId: sales.statementId } },
  ]);
  expect(nodes(found.customer.invoices)).toMatchObject([
    { customer: { uuid: customer }, statement: { statementId: sales.statementId } },
  ]);
  expect(nodes(found.customer.salesOrders)).toHaveLength(1);
  expect((await hq.query('{ attention { total } }')).attention.total).toBe(0);
});

test('a second end of day changes nothing', async () => {
  const hq = await withChannels(['houston'], { clock: time().clock });
  await record(hq);
  await endOfDay(hq);
  const before = await statements(hq);
  expect(await endOfDay(hq)).toMatchObject({ state: 'SUCCEEDED' });
  expect(await statements(hq)).toEqual(before);
});

test('an end of day up to a business day leaves later days alone', async () => {
  const hq = await withChannels(['houston'], { clock: time().clock });
  await record(hq, { businessDate: '2026-11-20' });
  await record(hq, { businessDate: '2026-11-21' });
  await hq.query('mutation { runEndOfDay(input: { businessDate: "2026-11-20" }) { ... on JobRun { businessDate } } }');
  await hq.worker.drain();
  expect((await statements(hq)).map(({ businessDate }) => businessDate)).toEqual(['2026-11-20']);
  await endOfDay(hq);
  expect((await statements(hq)).map(({ businessDate }) => businessDate)).toEqual(['2026-11-21', '2026-11-20']);
});

test('a sale that breaks a rule stays out with what is wrong, and passes when the rule is switched off', async () => {
  const hq = await withChannels(['houston'], { clock: time().clock });
  const { uuid } = await record(hq, { shiftUuid: await openShift(hq) });
  // The shift never arrives: its row of the log is lost on the way.
  await run(hq, 'P_JOB');
  await hq.hq.write((tx) => tx.query('delete from shift'));
  await run(hq, 'VALIDATE_TRANSACTIONS');
  const ask = async () =>
    (
      await hq.query(
        `query ($uuid: UUID!) { transaction(by: { uuid: $uuid }) { error { errorCode } ... on Sale { status validationErrors { rule message } } } }`,
        { uuid },
      )
    ).transaction;
  expect(await ask()).toMatchObject({
    status: 'FAILED',
    error: { errorCode: 'VALIDATION_ERROR' },
    validationErrors: [{ rule: 'SHIFT' }],
  });

  const { setValidationRule: rule } = await hq.query(
    'mutation { setValidationRule(input: { name: SHIFT, enabled: false }) { ... on ValidationRule { name enabled } } }',
  );
  expect(rule).toEqual({ name: 'SHIFT', enabled: false });
  const { revalidateTransactions } = await hq.query(
    'mutation { revalidateTransactions(input: { channel: "houston" }) { ... on RevalidatedTransactions { count } } }',
  );
  expect(revalidateTransactions.count).toBe(1);
  await run(hq, 'VALIDATE_TRANSACTIONS');
  expect(await ask()).toEqual({ status: 'VALIDATED', error: null, validationErrors: [] });
});

test('a calculated statement is cleared, its sales join the next one; a posted one is not', async () => {
  const hq = await withChannels(['houston'], { clock: time().clock });
  await record(hq);
  await run(hq, 'P_JOB');
  await run(hq, 'VALIDATE_TRANSACTIONS');
  await run(hq, 'CALCULATE_STATEMENTS');
  const [calculated] = await statements(hq);
  expect(calculated.stateDetails.map(({ status }: Answer) => status)).toEqual([
    ...Array(3).fill('DONE'),
    ...Array(10).fill('NOT_RUN'),
  ]);
  const clear = async (id: string) =>
    (
      await hq.query(
        `mutation ($id: ID!) { clearStatement(input: { id: $id }) { __typename ... on Statement { state } ... on Failure { errorCode } } }`,
        { id },
      )
    ).clearStatement;
  expect(await clear(calculated.id)).toMatchObject({ state: 'CLEARED' });

  await endOfDay(hq);
  const [posted, cleared] = await statements(hq);
  expect([posted.state, cleared.state]).toEqual(['POSTED', 'CLEARED']);
  expect(posted.statementId).not.toBe(cleared.statementId);
  expect(await clear(posted.id)).toMatchObject({ errorCode: 'WRONG_STATE' });
});

test('a difference beyond the limit stops the financial statement with the reason, which is in the list of what needs a person', async () => {
  const hq = await withChannels(['houston'], { clock: time().clock });
  expect(
    await unwrapped(
      hq,
      'updateStatementSettings',
      'StatementSettings',
      { channel: 'houston', maximumCountingDifference: '5' },
      'maximumCountingDifference { amount } aggregationLineLimit',
    ),
  ).toMatchObject({ maximumCountingDifference: { amount: '5.00' }, aggregationLineLimit: 1000 });
  const shift = await openShift(hq);
  await unwrapped(
    hq,
    'closeShift',
    'Shift',
    { channel: 'houston', shift: { uuid: shift }, counts: [{ tender: 'CASH', amount: '90' }] },
    'state',
  );
  await endOfDay(hq);

  const [stopped] = await statements(hq, '{ failed: true }');
  expect(stopped).toMatchObject({
    type: 'FINANCIAL',
    state: 'CALCULATED',
    error: { errorCode: 'COUNTING_DIFFERENCE' },
  });
  expect(stopped.stateDetails[3]).toMatchObject({
    state: 'CHECKED',
    status: 'FAILED',
    error: { errorCode: 'COUNTING_DIFFERENCE' },
  });
  const { attention } = await hq.query('{ attention { items { nodes { kind subject reason } } } }');
  expect(attention.items.nodes).toEqual([
    { kind: 'STATEMENT_FAILED', subject: stopped.id, reason: 'COUNTING_DIFFERENCE' },
  ]);

  await unwrapped(
    hq,
    'updateStatementSettings',
    'StatementSettings',
    { channel: 'houston', maximumCountingDifference: null },
    'holdCode',
  );
  await endOfDay(hq);
  expect((await statements(hq))[0]).toMatchObject({
    statementId: stopped.statementId,
    state: 'POSTED',
    error: null,
  });
});

test('a shift that is still open on the next day is in the list of what needs a person', async () => {
  const clock = time();
  const hq = await withChannels(['houston'], { clock: clock.clock });
  await openShift(hq);
  await run(hq, 'P_JOB');
  expect((await hq.query('{ attention { total } }')).attention.total).toBe(0);
  clock.pass(86_400_000);
  const { attention } = await hq.query('{ attention { items { nodes { kind subject reason } } } }');
  expect(attention.items.nodes).toMatchObject([{ kind: 'SHIFT_NOT_CLOSED', reason: 'NOT_CLOSED' }]);
  const { node } = await hq.query('query ($id: ID!) { node(id: $id) { ... on Shift { register } } }', {
    id: attention.items.nodes[0].subject,
  });
  expect(node).toEqual({ register: 'R1' });
});

test('before it is invoiced, an order of a statement is deleted and its sales join the next one; afterward that is refused', async () => {
  const hq = await withChannels(['houston'], { clock: time().clock });
  const { uuid } = await record(hq);
  await tamper(hq.hq, `update number_sequence set largest = 0 where name = 'invoice'`);
  await endOfDay(hq);
  const [stopped] = await statements(hq);
  expect(stopped).toMatchObject({ state: 'SALES_ORDERS_CREATED', error: { errorCode: 'NUMBER_SEQUENCE_EXHAUSTED' } });
  const act = async (field: string, input: Answer) => {
    const name = `${field[0]!.toUpperCase()}${field.slice(1)}Input`;
    const data = await hq.query(
      `mutation ($input: ${name}!) { ${field}(input: $input) { __typename ... on TransactionalStatement { state transactionCount } ... on Failure { errorCode message } } }`,
      { input },
    );
    return data[field];
  };
  expect(await act('regenerateAggregatedTransactions', { id: stopped.id })).toMatchObject({ errorCode: 'WRONG_STATE' });
  expect(await act('clearStatement', { id: stopped.id })).toMatchObject({ errorCode: 'WRONG_STATE' });
  const [aggregate] = nodes(stopped.aggregatedTransactions);
  expect(await act('deleteAggregatedTransaction', { id: aggregate.id })).toMatchObject({
    state: 'CLEARED',
    transactionCount: 0,
  });
  expect(await act('deleteAggregatedTransaction', { id: aggregate.id })).toMatchObject({
    errorCode: 'NOT_FOUND',
  });

  await tamper(hq.hq, `update number_sequence set largest = 999 where name = 'invoice'`);
  await endOfDay(hq);
  const [next, emptied] = await statements(hq);
  expect([next.state, emptied.state]).toEqual(['POSTED', 'CLEARED']);
  expect(nodes(next.transactions)).toMatchObject([{ uuid, status: 'POSTED' }]);
  expect(nodes(emptied.transactions)).toEqual([]);
  const [posted] = nodes(next.aggregatedTransactions);
  expect(await act('deleteAggregatedTransaction', { id: posted.id })).toMatchObject({
    errorCode: 'WRONG_STATE',
  });
});

const statusOf = async (hq: Headquarters, uuid: string) =>
  (await hq.query('query ($uuid: UUID!) { transaction(by: { uuid: $uuid }) { ... on Sale { status } } }', { uuid }))
    .transaction.status;

test('an end of day leaves nothing behind of an order that was deleted, whatever becomes of the rest of its statement', async () => {
  const hq = await withChannels(['houston'], { clock: time().clock });
  const customer = await createCustomer(hq);
  const named = await record(hq, { customerUuid: customer });
  const walkIn = await record(hq);
  const invoices = (largest: number) =>
    tamper(hq.hq, `update number_sequence set largest = ${largest} where name = 'invoice'`);
  await invoices(0);
  await endOfDay(hq);
  const [stopped] = await statements(hq);
  const aggregate = nodes(stopped.aggregatedTransactions).find(({ accountId }: Answer) => accountId !== null);
  await unwrapped(hq, 'deleteAggregatedTransaction', 'Statement', { id: aggregate.id }, 'state');
  expect(await statusOf(hq, named.uuid)).toBe('RECEIVED');

  // The other one of the statement still cannot be invoiced: the deleted one gets a statement of its own all the same.
  await endOfDay(hq);
  const [mine, other] = await statements(hq);
  expect(nodes(mine.transactions)).toMatchObject([{ uuid: named.uuid }]);
  expect(nodes(other.transactions)).toMatchObject([{ uuid: walkIn.uuid }]);

  await invoices(999);
  const again = await record(hq, { customerUuid: customer });
  expect(await endOfDay(hq)).toMatchObject({ state: 'SUCCEEDED' });
  for (const { uuid } of [named, walkIn, again]) expect(await statusOf(hq, uuid)).toBe('POSTED');
  expect((await statements(hq)).map(({ state }) => state)).toEqual(['POSTED', 'POSTED', 'POSTED']);
});

test('a statement that is calculated is posted as it is before the end of day calculates what came later', async () => {
  const hq = await withChannels(['houston'], { clock: time().clock });
  const first = await record(hq);
  for (const job of ['P_JOB', 'VALIDATE_TRANSACTIONS', 'CALCULATE_STATEMENTS'] as const) await run(hq, job);
  const later = await record(hq);
  await endOfDay(hq);
  const [second, calculated] = await statements(hq);
  expect(nodes(calculated.transactions)).toMatchObject([{ uuid: first.uuid, status: 'POSTED' }]);
  expect(nodes(second.transactions)).toMatchObject([{ uuid: later.uuid, status: 'POSTED' }]);
  expect(calculated.events.edges.map(({ node }: Answer) => node.event)).not.toContain('REOPENED');
});
