import { expect, test } from 'vitest';
import { tokenFor } from '../../../src/access/viewer.ts';
import { aClock, run, tamper, withChannels } from '../../support/actions.ts';
import {
  type Answer,
  aChannel,
  createChannelDocument,
  type Headquarters,
  startHeadquarters,
} from '../../support/headquarters.ts';
import { posted, sell, validated } from '../../support/sales.ts';

/** The numbers of the statements that a list has, its count, and its errors. */
async function statementsOf(hq: Headquarters, variables: Answer = {}) {
  const { data, errors } = await hq.ask(
    `query ($filter: StatementFilter, $orderBy: StatementOrder) {
       statements(filter: $filter, orderBy: $orderBy) { totalCount nodes { statementId } } }`,
    variables,
  );
  if (errors) return errors[0].extensions;
  const { totalCount, nodes } = data.statements;
  expect(totalCount).toBe(nodes.length);
  return nodes.map(({ statementId }: Answer) => Number(statementId.slice(2)));
}

/** Three posted statements of houston, the second of them for shifts, and one of dallas that has failed. */
async function someStatements(): Promise<Headquarters> {
  const clock = aClock('2026-11-22T12:00:00.000Z');
  const hq = await withChannels(['houston', 'dallas'], { clock: clock.clock });
  await sell(hq, { businessDate: '2026-11-19' });
  await posted(hq);
  clock.pass(60_000);
  await hq.query(
    `mutation {
       openShift(input: { channel: "houston", uuid: "7f3c1a52-1b7c-4c1e-9d38-2f4c8a6f0b11", register: "R1" }) { __typename }
       closeShift(input: { channel: "houston", shift: { uuid: "7f3c1a52-1b7c-4c1e-9d38-2f4c8a6f0b11" }, counts: [{ tender: CASH, amount: "5" }] }) { __typename } }`,
  );
  await posted(hq);
  clock.pass(60_000);
  await sell(hq, { businessDate: '2026-11-20' });
  await posted(hq);
  clock.pass(60_000);
  await tamper(hq.hq, `update number_sequence set largest = 0 where name = 'sales-order'`);
  await sell(hq, { businessDate: '2026-11-18' }, 'dallas');
  await posted(hq);
  return hq;
}

test('statements are filtered by each field, and by all of them together', async () => {
  const hq = await someStatements();
  const listed = (filter: Answer) => statementsOf(hq, { filter });
  expect(await listed({})).toEqual([4, 3, 2, 1]);
  expect(await listed({ channel: 'houston' })).toEqual([3, 2, 1]);
  expect(await listed({ type: 'FINANCIAL' })).toEqual([2]);
  expect(await listed({ states: ['POSTED'] })).toEqual([3, 2, 1]);
  expect(await listed({ states: ['AGGREGATED', 'CLEARED'] })).toEqual([4]);
  expect(await listed({ failed: true })).toEqual([4]);
  expect(await listed({ failed: false })).toEqual([3, 2, 1]);
  expect(await listed({ businessDate: { from: '2026-11-19', to: '2026-11-20' } })).toEqual([3, 1]);
  expect(await listed({ createdAt: { from: '2026-11-22T12:01:00Z', before: '2026-11-22T12:03:00Z' } })).toEqual([3, 2]);
  expect(
    await listed({ channel: 'houston', type: 'TRANSACTIONAL', failed: false, businessDate: { to: '2026-11-19' } }),
  ).toEqual([1]);
});

test('statements are ordered by creation or by business date, in both directions', async () => {
  const hq = await someStatements();
  const ordered = (field: string, direction: string) => statementsOf(hq, { orderBy: { field, direction } });
  expect(await ordered('CREATED_AT', 'ASC')).toEqual([1, 2, 3, 4]);
  expect(await ordered('BUSINESS_DATE', 'ASC')).toEqual([4, 1, 3, 2]);
  expect(await ordered('BUSINESS_DATE', 'DESC')).toEqual([2, 3, 1, 4]);
});

test('a filter that no statement can match is refused, and names every reason', async () => {
  const hq = await withChannels(['houston']);
  const violations = async (filter: Answer) => (await statementsOf(hq, { filter })).violations;
  expect(await violations({ states: [] })).toMatchObject([{ path: ['filter', 'states'], rule: 'LENGTH' }]);
  expect(
    await violations({
      ...{ failed: true, states: ['POSTED', 'CLEARED'] },
      businessDate: { from: '2026-11-20', to: '2026-11-19' },
    }),
  ).toMatchObject([{ path: ['filter', 'failed'] }, { path: ['filter', 'businessDate'], rule: 'RANGE' }]);
});

test('a statement and an invoice are found by their number and by their ID', async () => {
  const hq = await withChannels(['houston']);
  await sell(hq);
  await posted(hq);
  const find = (statement: Answer, invoice: Answer) =>
    hq.query(
      `query ($statement: StatementBy!, $invoice: InvoiceBy!) {
         statement(by: $statement) { __typename id statementId } invoice(by: $invoice) { id invoiceId } }`,
      { statement, invoice },
    );
  const found = await find({ statementId: 'ST00000001' }, { invoiceId: 'INV000000001' });
  expect(found).toMatchObject({
    statement: { __typename: 'TransactionalStatement', statementId: 'ST00000001' },
    invoice: { invoiceId: 'INV000000001' },
  });
  expect(await find({ id: found.statement.id }, { id: found.invoice.id })).toEqual(found);
  const malformed = (type: string) => ({ id: Buffer.from(`${type}:x`).toString('base64') });
  for (const [statement, invoice] of [
    [{ statementId: 'ST00000009' }, { invoiceId: 'INV000000009' }],
    [{ statementId: '' }, { invoiceId: '' }],
    [malformed('FinancialStatement'), malformed('Invoice')],
  ])
    expect(await find(statement, invoice)).toEqual({ statement: null, invoice: null });
});

test('invoices are listed, newest first, and filtered by channel and by when they were created', async () => {
  const clock = aClock('2026-11-22T12:00:00.000Z');
  const hq = await withChannels(['houston', 'dallas'], { clock: clock.clock });
  for (const channel of ['houston', 'dallas', 'houston']) {
    await sell(hq, {}, channel);
    await posted(hq);
    clock.pass(60_000);
  }
  const listed = async (filter: Answer, orderBy?: Answer) => {
    const { invoices } = await hq.query(
      `query ($filter: InvoiceFilter, $orderBy: InvoiceOrder) { invoices(filter: $filter, orderBy: $orderBy) { totalCount nodes { invoiceId } } }`,
      { filter, orderBy },
    );
    expect(invoices.totalCount).toBe(invoices.nodes.length);
    return invoices.nodes.map(({ invoiceId }: Answer) => Number(invoiceId.slice(3)));
  };
  expect(await listed({})).toEqual([3, 2, 1]);
  expect(await listed({}, { field: 'CREATED_AT', direction: 'ASC' })).toEqual([1, 2, 3]);
  expect(await listed({ channel: 'houston' })).toEqual([3, 1]);
  expect(await listed({ createdAt: { from: '2026-11-22T12:01:00Z' } })).toEqual([3, 2]);
  expect(await listed({ channel: 'houston', createdAt: { before: '2026-11-22T12:01:00Z' } })).toEqual([1]);
});

test('the journal entries of a statement are filtered by posting type and account', async () => {
  const hq = await withChannels(['houston']);
  await sell(hq);
  await posted(hq);
  const listed = async (filter: Answer) => {
    const { statement } = await hq.query(
      `query ($filter: JournalEntryFilter) { statement(by: { statementId: "ST00000001" }) {
         journalEntries(filter: $filter) { totalCount nodes { postingType account } } } }`,
      { filter },
    );
    const { totalCount, nodes } = statement.journalEntries;
    expect(totalCount).toBe(nodes.length);
    return nodes;
  };
  const all = await listed({});
  expect(await listed({ postingType: 'SALES' })).toEqual(
    all.filter(({ postingType }: Answer) => postingType === 'SALES'),
  );
  expect(await listed({ postingType: 'SALES', account: 'REVENUE' })).toEqual([
    { postingType: 'SALES', account: 'REVENUE' },
  ]);
});

test('clearing a financial statement releases its shifts', async () => {
  const hq = await withChannels(['houston'], { clock: () => new Date('2026-11-22T18:00:00Z') });
  await hq.query(
    `mutation {
       openShift(input: { channel: "houston", uuid: "7f3c1a52-1b7c-4c1e-9d38-2f4c8a6f0b11", register: "R1" }) { __typename }
       closeShift(input: { channel: "houston", shift: { uuid: "7f3c1a52-1b7c-4c1e-9d38-2f4c8a6f0b11" }, counts: [{ tender: CASH, amount: "5" }] }) { __typename } }`,
  );
  await validated(hq);
  await run(hq, 'CALCULATE_STATEMENTS');
  const document =
    '{ statements { nodes { id state ... on FinancialStatement { shiftCount tenderCounts { tender } } } } }';
  const [statement] = (await hq.query(document)).statements.nodes;
  expect(statement).toMatchObject({ state: 'CALCULATED', shiftCount: 1 });
  const { clearStatement } = await hq.query(
    `mutation ($input: ClearStatementInput!) { clearStatement(input: $input) { __typename ... on Statement { state } } }`,
    { input: { id: statement.id } },
  );
  expect(clearStatement).toEqual({ __typename: 'FinancialStatement', state: 'CLEARED' });
  expect((await hq.query(document)).statements.nodes).toMatchObject([{ tenderCounts: [] }]);
});

const secret = 'a secret of at least thirty-two characters';

test('the shifts of a channel are filtered, for operators by naming it, for its clients without', async () => {
  const hq = await startHeadquarters({ settings: { TOKEN_SECRET: secret } });
  const headersOf = async (viewer: Parameters<typeof tokenFor>[1]) => ({
    authorization: `Bearer ${await tokenFor(secret, viewer, '1h')}`,
  });
  const operator = await headersOf({ kind: 'operator', name: 'Olga' });
  const client = await headersOf({ kind: 'channel', channel: 'houston' });
  await hq.query(createChannelDocument, { input: aChannel() }, operator);
  const open = (register: string, businessDate: string) =>
    hq.query(
      'mutation ($input: OpenShiftInput!) { openShift(input: $input) { ... on Shift { uuid } } }',
      { input: { channel: 'houston', register, businessDate } },
      client,
    );
  await open('R1', '2024-11-19');
  await open('R2', '2024-11-20');
  const { openShift: last } = await open('R3', '2024-11-20');
  await hq.query(
    'mutation ($input: ShiftInput!) { suspendShift(input: $input) { __typename } }',
    {
      input: { shift: { uuid: last.uuid } },
    },
    client,
  );
  const listed = async (filter: Answer, headers: Record<string, string>, orderBy?: Answer) => {
    const { data, errors } = await hq.ask(
      'query ($filter: ShiftFilter, $orderBy: ShiftOrder) { shifts(filter: $filter, orderBy: $orderBy) { totalCount nodes { register } } }',
      { filter, orderBy },
      headers,
    );
    if (errors) return errors[0].extensions.violations;
    expect(data.shifts.totalCount).toBe(data.shifts.nodes.length);
    return data.shifts.nodes.map(({ register }: Answer) => register);
  };
  expect(await listed({}, client)).toEqual(['R3', 'R2', 'R1']);
  expect(await listed({}, client, { field: 'OPENED_AT', direction: 'ASC' })).toEqual(['R1', 'R2', 'R3']);
  expect(await listed({ channel: 'houston', register: 'R2' }, operator)).toEqual(['R2']);
  expect(await listed({ states: ['SUSPENDED'] }, client)).toEqual(['R3']);
  expect(await listed({ businessDate: { from: '2024-11-20' } }, client)).toEqual(['R3', 'R2']);
  expect(await listed({ businessDate: { from: '2024-11-20' }, states: ['OPEN'] }, client)).toEqual(['R2']);
  expect(await listed({}, operator)).toMatchObject([{ path: ['filter', 'channel'], rule: 'REQUIRED' }]);
  expect(await listed({ states: [] }, client)).toMatchObject([{ path: ['filter', 'states'], rule: 'LENGTH' }]);
});

test('a shift is identified by its ID, or by its UUID and channel', async () => {
  const hq = await withChannels(['houston', 'dallas']);
  const { openShift: shift } = await hq.query(
    'mutation { openShift(input: { channel: "houston", register: "R1" }) { ... on Shift { id uuid } } }',
  );
  const find = async (by: Answer, channel?: string) =>
    (
      await hq.query('query ($by: ShiftBy!, $channel: String) { shift(by: $by, channel: $channel) { id uuid } }', {
        by,
        channel,
      })
    ).shift;
  expect(await find({ id: shift.id })).toEqual(shift);
  expect(await find({ uuid: shift.uuid }, 'houston')).toEqual(shift);
  expect(await find({ uuid: shift.uuid }, 'dallas')).toBeNull();
  const act = async (field: string, input: Answer) =>
    (
      await hq.query(
        `mutation ($input: ShiftInput!) { ${field}(input: $input) { ... on Shift { state } ... on Failure { errorCode path } } }`,
        { input },
      )
    )[field];
  expect(await act('suspendShift', { shift: { id: shift.id } })).toEqual({ state: 'SUSPENDED' });
  expect(await act('resumeShift', { shift: { uuid: shift.uuid }, channel: 'houston' })).toEqual({ state: 'OPEN' });
  expect(await act('suspendShift', { shift: { uuid: shift.uuid } })).toEqual({
    errorCode: 'INVALID_INPUT',
    path: ['channel'],
  });
});

test('every invalid field is named at once, of a shift, of its counts, and of the settings for statements', async () => {
  const hq = await withChannels(['houston']);
  const placesOf = async (field: string, type: string, input: Answer) => {
    const data = await hq.query(
      `mutation ($input: ${type}!) { ${field}(input: $input) { ... on InvalidInput { violations { path } } } }`,
      { input: { channel: 'houston', ...input } },
    );
    return data[field].violations.map(({ path }: Answer) => path.join('.'));
  };
  expect(
    await placesOf('openShift', 'OpenShiftInput', {
      ...{ register: ' ', openedBy: 'x'.repeat(101), currency: 'XAU', businessDate: '1999-12-31' },
      starting: [{ tender: 'CARD', amount: '-1' }],
    }),
  ).toEqual(['register', 'openedBy', 'currency', 'starting.0.amount', 'businessDate']);
  const { openShift } = await hq.query(
    'mutation { openShift(input: { channel: "houston", register: "R1" }) { ... on Shift { uuid } } }',
  );
  for (const field of ['declareTenders', 'closeShift'])
    expect(
      await placesOf(field, 'CountShiftInput', {
        shift: openShift,
        counts: [
          { tender: 'CASH', amount: '-1' },
          { tender: 'CARD', amount: '1.001' },
          { tender: 'CARD', amount: '1' },
        ],
      }),
    ).toEqual(['counts.0.amount', 'counts.1.amount', 'counts.2.tender']);
  expect(
    await placesOf('updateStatementSettings', 'UpdateStatementSettingsInput', {
      ...{ maximumPaymentDifference: '0.001', maximumCountingDifference: '-1', aggregationLineLimit: 0 },
      ...{ holdCode: 'no code', defaultCustomerUuid: '7f3c1a52-1b7c-4c1e-9d38-2f4c8a6f0b11' },
    }),
  ).toEqual([
    'maximumPaymentDifference',
    'maximumCountingDifference',
    'aggregationLineLimit',
    'holdCode',
    'defaultCustomerUuid',
  ]);
});
