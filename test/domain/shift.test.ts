import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { rowsOf, withChannels } from '../support/actions.ts';
import type { Answer, Headquarters } from '../support/headquarters.ts';

type Verb = 'suspendShift' | 'resumeShift' | 'blindCloseShift' | 'declareTenders' | 'closeShift';

const shown = `__typename ... on Shift {
    id uuid register state businessDate currency openedBy openedAt closedAt shop: channel { code }
    tenders { tender starting { amount currency } counted { amount } }
  }`;
const parts = `${shown} ... on Failure { errorCode message path }`;

const noon = { clock: () => new Date('2026-11-22T18:00:00Z') };

const open = async (hq: Headquarters, more: Record<string, unknown> = {}): Promise<Answer> =>
  (
    await hq.query(`mutation ($input: OpenShiftInput!) { openShift(input: $input) { ${parts} } }`, {
      input: { channel: 'houston', register: 'R1', ...more },
    })
  ).openShift;

const act = async (hq: Headquarters, verb: Verb, uuid: string, more: Record<string, unknown> = {}): Promise<Answer> => {
  const type = verb === 'declareTenders' || verb === 'closeShift' ? 'CountShiftInput' : 'ShiftInput';
  const data = await hq.query(`mutation ($input: ${type}!) { ${verb}(input: $input) { ${parts} } }`, {
    input: { channel: 'houston', shift: { uuid }, ...more },
  });
  return data[verb];
};

const cash = (amount: string) => ({ counts: [{ tender: 'CASH', amount }] });

const states = async (hq: Headquarters) =>
  rowsOf(
    await hq.channels.databaseOf('houston'),
    `select payload from operation where kind = 'RECORD_SHIFT' order by counter`,
  ).then((rows) => rows.map(({ payload }) => (typeof payload === 'string' ? JSON.parse(payload) : payload)));

test('a shift opens at a register with what is in its till', async () => {
  const hq = await withChannels(['houston'], noon);
  const opened = await open(hq, { openedBy: 'Grace', starting: [{ tender: 'CASH', amount: '150' }] });
  expect(opened).toMatchObject({
    __typename: 'Shift',
    register: 'R1',
    state: 'OPEN',
    businessDate: '2026-11-22',
    currency: 'USD',
    openedBy: 'Grace',
    openedAt: '2026-11-22T18:00:00.000Z',
    closedAt: null,
    shop: { code: 'houston' },
    tenders: [{ tender: 'CASH', starting: { amount: '150.00', currency: 'USD' }, counted: null }],
  });
  const { node, shifts } = await hq.query(
    `query ($id: ID!) { node(id: $id) { ${shown} } shifts(filter: { channel: "houston", states: [OPEN] }) { edges { node { ${shown} } } } }`,
    { id: opened.id },
  );
  expect(node).toEqual(opened);
  expect(shifts.edges).toEqual([{ node: opened }]);
});

test('a register has one open shift; others have their own', async () => {
  const hq = await withChannels(['houston'], noon);
  const first = await open(hq);
  expect(await open(hq)).toMatchObject({
    errorCode: 'WRONG_STATE',
    message: `Register R1 already has an open shift: ${first.uuid}.`,
  });
  expect(await open(hq, { register: 'R2' })).toMatchObject({ state: 'OPEN' });
});

test('opening a shift again with the same UUID answers it as it is now; with other data it is refused', async () => {
  const hq = await withChannels(['houston'], noon);
  const input = { uuid: randomUUID(), starting: [{ tender: 'CASH', amount: '150' }] };
  const first = await open(hq, input);
  expect(await open(hq, input)).toEqual(first);
  await act(hq, 'closeShift', first.uuid, cash('150'));
  expect(await open(hq, input)).toMatchObject({ uuid: first.uuid, state: 'CLOSED' });
  expect(await open(hq, { ...input, starting: [] })).toMatchObject({ errorCode: 'UUID_CONFLICT', path: ['uuid'] });
  expect(await open(hq, { ...input, register: 'R2' })).toMatchObject({ errorCode: 'UUID_CONFLICT' });
});

test('a suspended shift frees its register and is resumed when that is free', async () => {
  const hq = await withChannels(['houston'], noon);
  const first = await open(hq);
  expect(await act(hq, 'suspendShift', first.uuid)).toMatchObject({ state: 'SUSPENDED' });
  const second = await open(hq);
  expect(await act(hq, 'resumeShift', first.uuid)).toMatchObject({
    errorCode: 'WRONG_STATE',
    message: `Register R1 already has an open shift: ${second.uuid}.`,
  });
  await act(hq, 'blindCloseShift', second.uuid);
  expect(await act(hq, 'resumeShift', first.uuid)).toMatchObject({ state: 'OPEN' });
});

const all: Verb[] = ['suspendShift', 'resumeShift', 'blindCloseShift', 'declareTenders', 'closeShift'];
const reach: Record<string, Verb[]> = {
  OPEN: [],
  SUSPENDED: ['suspendShift'],
  BLIND_CLOSED: ['blindCloseShift'],
  CLOSED: ['closeShift'],
};
const allowed: Record<string, Partial<Record<Verb, string>>> = {
  OPEN: {
    suspendShift: 'SUSPENDED',
    blindCloseShift: 'BLIND_CLOSED',
    declareTenders: 'OPEN',
    closeShift: 'CLOSED',
    resumeShift: 'OPEN',
  },
  SUSPENDED: {
    suspendShift: 'SUSPENDED',
    resumeShift: 'OPEN',
    blindCloseShift: 'BLIND_CLOSED',
    declareTenders: 'SUSPENDED',
    closeShift: 'CLOSED',
  },
  BLIND_CLOSED: { blindCloseShift: 'BLIND_CLOSED', declareTenders: 'BLIND_CLOSED', closeShift: 'CLOSED' },
  CLOSED: { closeShift: 'CLOSED' },
};

test('what a shift allows follows from its state', async () => {
  const hq = await withChannels(['houston'], noon);
  const cases = Object.keys(reach).flatMap((state) => all.map((verb) => ({ state, verb })));
  for (const [index, { state, verb }] of cases.entries()) {
    const { uuid } = await open(hq, { register: `R${index}` });
    for (const step of reach[state]!) await act(hq, step, uuid);
    const before = (await states(hq)).length;
    const answer = await act(hq, verb, uuid, verb === 'declareTenders' ? cash('1') : {});
    const next = allowed[state]![verb];
    if (next) expect(answer, verb).toMatchObject({ state: next });
    else
      expect(answer, verb).toMatchObject({
        errorCode: 'WRONG_STATE',
        message: expect.stringContaining(`The shift is ${state}`),
      });
    // A repeat of what is done already, and what is refused, leave no trace.
    expect((await states(hq)).length - before, verb).toBe(
      next && (next !== state || verb === 'declareTenders') ? 1 : 0,
    );
  }
});

test('each change is one row of the log, which says the whole shift', async () => {
  const hq = await withChannels(['houston'], noon);
  const { uuid } = await open(hq, { starting: [{ tender: 'CASH', amount: '100' }] });
  await act(hq, 'suspendShift', uuid);
  await act(hq, 'blindCloseShift', uuid);
  await act(hq, 'declareTenders', uuid, cash('99'));
  await act(hq, 'declareTenders', uuid, { counts: [{ tender: 'CARD', amount: '20.5' }] });
  const closed = await act(hq, 'closeShift', uuid, cash('101.25'));
  expect(closed).toMatchObject({
    state: 'CLOSED',
    closedAt: '2026-11-22T18:00:00.000Z',
    tenders: [
      { tender: 'CASH', starting: { amount: '100.00' }, counted: { amount: '101.25' } },
      { tender: 'CARD', starting: { amount: '0.00' }, counted: { amount: '20.50' } },
    ],
  });
  const written = await states(hq);
  expect(written.map(({ state }: Answer) => state)).toEqual([
    'OPEN',
    'SUSPENDED',
    'BLIND_CLOSED',
    'BLIND_CLOSED',
    'BLIND_CLOSED',
    'CLOSED',
  ]);
  expect(written.at(-1)).toEqual({
    uuid,
    register: 'R1',
    state: 'CLOSED',
    businessDate: '2026-11-22',
    currency: 'USD',
    openedBy: null,
    openedAt: '2026-11-22T18:00:00.000Z',
    closedAt: '2026-11-22T18:00:00.000Z',
    tenders: [
      { tender: 'CASH', starting: 10_000, counted: 10_125 },
      { tender: 'CARD', starting: 0, counted: 2_050 },
    ],
  });
});

test('cash and checks that a till began with, or took in, must be counted before it is closed', async () => {
  const hq = await withChannels(['houston'], noon);
  const began = await open(hq, { starting: [{ tender: 'CASH', amount: '100' }] });
  expect(await act(hq, 'closeShift', began.uuid)).toMatchObject({ errorCode: 'INVALID_INPUT', path: ['counts'] });
  expect(await act(hq, 'closeShift', began.uuid, cash('0'))).toMatchObject({ state: 'CLOSED' });

  const sell = async (shiftUuid: string, tender: string) =>
    hq.query('mutation ($input: RecordSaleInput!) { recordSale(input: $input) { ... on Failure { message } } }', {
      input: {
        channel: 'houston',
        shiftUuid,
        lines: [{ sku: 'A', quantity: '1', unitPrice: '1' }],
        payments: [{ tender, amount: '1' }],
        total: '1',
      },
    });
  const took = await open(hq);
  await sell(took.uuid, 'CASH');
  expect(await act(hq, 'closeShift', took.uuid)).toMatchObject({ errorCode: 'INVALID_INPUT', path: ['counts'] });
  expect(await act(hq, 'closeShift', took.uuid, cash('1'))).toMatchObject({ state: 'CLOSED' });

  const checks = await open(hq);
  await sell(checks.uuid, 'CHECK');
  expect(await act(hq, 'closeShift', checks.uuid, cash('1'))).toMatchObject({
    errorCode: 'INVALID_INPUT',
    message: 'counts: must include CHECK before the shift is closed; 0 if none is left',
  });
  await act(hq, 'declareTenders', checks.uuid, { counts: [{ tender: 'CHECK', amount: '1' }] });
  expect(await act(hq, 'closeShift', checks.uuid)).toMatchObject({ state: 'CLOSED' });

  for (const tender of ['CARD', 'GIFT_CARD', 'ONLINE', 'CUSTOMER_ACCOUNT', 'OTHER']) {
    const other = await open(hq, { starting: [{ tender, amount: '5' }] });
    await sell(other.uuid, tender);
    expect(await act(hq, 'closeShift', other.uuid), tender).toMatchObject({
      state: 'CLOSED',
      tenders: [{ tender, counted: null }],
    });
  }
});

test('less than nothing can be counted of a tender that was paid back, but not of cash', async () => {
  const hq = await withChannels(['houston'], noon);
  const { uuid } = await open(hq);
  const counts = (tender: string) => ({ counts: [{ tender, amount: '-20.50' }] });
  expect(await act(hq, 'declareTenders', uuid, counts('CASH'))).toMatchObject({
    errorCode: 'INVALID_INPUT',
    path: ['counts', '0', 'amount'],
  });
  expect(await act(hq, 'closeShift', uuid, counts('CARD'))).toMatchObject({
    state: 'CLOSED',
    tenders: [{ tender: 'CARD', counted: { amount: '-20.50' } }],
  });
});

const refusals: [string, Record<string, unknown>, string[]][] = [
  ['a register without a name', { register: ' ' }, ['register']],
  ['a day to come', { businessDate: '2026-11-23' }, ['businessDate']],
  ['a negative amount', { starting: [{ tender: 'CASH', amount: '-1' }] }, ['starting', '0', 'amount']],
  ['a negative amount of cards', { starting: [{ tender: 'CARD', amount: '-1' }] }, ['starting', '0', 'amount']],
  ['too many decimals', { starting: [{ tender: 'CASH', amount: '1.001' }] }, ['starting', '0', 'amount']],
  [
    'a tender twice',
    { starting: ['1', '2'].map((amount) => ({ tender: 'CASH', amount })) },
    ['starting', '1', 'tender'],
  ],
  ['a currency that nobody pays with', { currency: 'XAU' }, ['currency']],
];

test('what breaks a rule is refused, and no shift is opened', async () => {
  const hq = await withChannels(['houston'], noon);
  for (const [name, change, path] of refusals)
    expect(await open(hq, change), name).toMatchObject({ errorCode: 'INVALID_INPUT', path });
  expect(await states(hq)).toEqual([]);
});

test('a shift of another channel is not found', async () => {
  const hq = await withChannels(['houston', 'dallas'], noon);
  const { uuid } = await open(hq);
  expect(await act(hq, 'suspendShift', uuid, { channel: 'dallas' })).toMatchObject({ errorCode: 'NOT_FOUND' });
  expect(await act(hq, 'declareTenders', uuid, { counts: [] })).toMatchObject({
    errorCode: 'INVALID_INPUT',
    path: ['counts'],
  });
});
