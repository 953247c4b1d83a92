import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { ShiftFacts } from '../../src/data/transaction-facts.ts';
import { readAdventureWorks } from '../../src/demo/adventure-works.ts';
import { closingOf, dollars, kindOf, openingOf, saleInput, tillDays } from '../../src/demo/orders.ts';
import { clearStatement } from '../../src/domain/statement.ts';
import { appendOperation, createCustomer, run, withChannels } from '../support/actions.ts';
import type { Headquarters } from '../support/headquarters.ts';
import {
  balances,
  cents,
  lines,
  paidBy,
  partsOf,
  posted,
  sell,
  settle,
  statementsOf,
  uneven,
  validated,
} from '../support/sales.ts';
import { appendTransaction, aTransaction } from '../support/transactions.ts';

/** Writes a shift, as it is now, into a channel's log. */
async function aShift(hq: Headquarters, more: Partial<ShiftFacts>, uuid: string = randomUUID()): Promise<string> {
  const payload = {
    uuid,
    register: '1',
    state: 'CLOSED',
    businessDate: '2026-11-21',
    currency: 'USD',
    openedBy: 'ada',
    openedAt: '2026-11-21T14:00:00.000Z',
    closedAt: '2026-11-21T22:00:00.000Z',
    tenders: [],
    ...more,
  };
  await appendOperation(hq, 'houston', { uuid, id: randomUUID(), kind: 'RECORD_SHIFT', payload });
  return uuid;
}

/** The tenders counted in all statements, by name, with amounts in cents. */
const counts = async (hq: Headquarters) =>
  (
    await partsOf(
      hq,
      '... on FinancialStatement { tenderCounts { tender starting { amount } expected { amount } counted { amount } } }',
    )
  )
    .map(({ tender, starting, expected, counted }) => ({
      tender,
      starting: cents(starting),
      expected: cents(expected),
      counted: counted && cents(counted),
    }))
    .sort((a, b) => (a.tender < b.tender ? -1 : 1));

/** What was posted for differences, by tender and account, with amounts in cents. */
const differences = async (hq: Headquarters) =>
  (
    await partsOf(
      hq,
      'journalEntries(filter: { postingType: DIFFERENCE }, first: 100) { edges { node { account tender debit { amount } credit { amount } } } }',
    )
  )
    .map((entry) => ({ ...entry, debit: cents(entry.debit), credit: cents(entry.credit) }))
    .sort((a, b) => (`${a.tender} ${a.account}` < `${b.tender} ${b.account}` ? -1 : 1));

test('a closed shift is counted against what was paid in it, by sales and orders, and the differences are posted', async () => {
  const hq = await withChannels(['houston']);
  const customer = await createCustomer(hq);
  const shift = await aShift(hq, { state: 'OPEN', closedAt: null });
  await sell(hq, { shiftUuid: shift, payments: paidBy(['CASH', 6_000], ['CARD', 4_000]) });
  await sell(hq, { shiftUuid: shift, payments: paidBy(['CASH', 12_000], ['CASH', -2_000]) });
  await appendTransaction(
    hq,
    'houston',
    aTransaction('CUSTOMER_ORDER', { customerUuid: customer, shiftUuid: shift, payments: paidBy(['CASH', 500]) }),
  );
  // Was paid, whatever is wrong with it otherwise.
  await sell(hq, { shiftUuid: shift, gross: 1, payments: paidBy(['CHECK', 1_000]) });
  await sell(hq);
  await aShift(
    hq,
    {
      tenders: [
        { tender: 'CASH', starting: 5_000, counted: 21_450 },
        { tender: 'CARD', starting: 0, counted: 4_100 },
      ],
    },
    shift,
  );
  await posted(hq);

  expect(await statementsOf(hq)).toMatchObject([
    { type: 'TRANSACTIONAL', state: 'POSTED', transactionCount: 3 },
    { type: 'FINANCIAL', state: 'POSTED', shiftCount: 1, expected: 26_500, counted: 25_550 },
  ]);
  expect(await counts(hq)).toEqual([
    { tender: 'CARD', starting: 0, expected: 4_000, counted: 4_100 },
    { tender: 'CASH', starting: 5_000, expected: 21_500, counted: 21_450 },
    { tender: 'CHECK', starting: 0, expected: 1_000, counted: 0 },
  ]);
  expect(await differences(hq)).toEqual([
    { account: 'OVER_SHORT', tender: 'CARD', debit: 0, credit: 100 },
    { account: 'TENDER_CARD', tender: 'CARD', debit: 100, credit: 0 },
    { account: 'OVER_SHORT', tender: 'CASH', debit: 50, credit: 0 },
    { account: 'TENDER_CASH', tender: 'CASH', debit: 0, credit: 50 },
    { account: 'OVER_SHORT', tender: 'CHECK', debit: 1_000, credit: 0 },
    { account: 'TENDER_CHECK', tender: 'CHECK', debit: 0, credit: 1_000 },
  ]);
  expect(await uneven(hq)).toEqual([]);
  expect(await balances(hq)).toMatchObject({ OVER_SHORT: 950 });
});

test('what was counted is posted once, even if the sales of the day take several batches', async () => {
  const hq = await withChannels(['houston'], { settings: { BATCH_SIZE: '3' } });
  const [ada, eve] = [await createCustomer(hq), await createCustomer(hq)];
  // Each sale has enough lines to fill a batch, and there are few enough sales for one transaction to take all their statements.
  for (const customerUuid of [ada, eve]) await sell(hq, { customerUuid, lines: lines(...Array(10).fill({})) });
  await aShift(hq, { tenders: [{ tender: 'CASH', starting: 5_000, counted: 4_000 }] });
  await posted(hq);
  expect(await statementsOf(hq)).toMatchObject([
    { type: 'TRANSACTIONAL', state: 'POSTED' },
    { type: 'FINANCIAL', state: 'POSTED' },
  ]);
  expect(await differences(hq)).toEqual([
    { account: 'OVER_SHORT', tender: 'CASH', debit: 1_000, credit: 0 },
    { account: 'TENDER_CASH', tender: 'CASH', debit: 0, credit: 1_000 },
  ]);
});

test('a tender that was not counted has no difference, and does not count towards the largest that is allowed', async () => {
  const hq = await withChannels(['houston']);
  await settle(hq, { maximumCountingDifference: 0 });
  const shift = await aShift(hq, {
    tenders: [
      { tender: 'CASH', starting: 5_000, counted: 11_000 },
      { tender: 'GIFT_CARD', starting: 0, counted: null },
    ],
  });
  await sell(hq, { shiftUuid: shift, payments: paidBy(['CASH', 6_000], ['CARD', 4_000]) });
  await sell(hq, { shiftUuid: shift, payments: paidBy(['GIFT_CARD', 2_500], ['CUSTOMER_ACCOUNT', 7_500]) });
  await posted(hq);
  expect(await statementsOf(hq)).toMatchObject([
    { type: 'TRANSACTIONAL', state: 'POSTED' },
    { type: 'FINANCIAL', state: 'POSTED', errorCode: null, expected: 11_000, counted: 11_000 },
  ]);
  const { statements } =
    await hq.query(`{ statements(filter: { type: FINANCIAL }) { edges { node { ... on FinancialStatement {
    tenderCounts { tender expected { amount } counted { amount } difference { amount } } } } } } }`);
  expect(statements.edges[0].node.tenderCounts).toEqual([
    { tender: 'CARD', expected: { amount: '40.00' }, counted: null, difference: null },
    { tender: 'CASH', expected: { amount: '110.00' }, counted: { amount: '110.00' }, difference: { amount: '0.00' } },
    { tender: 'CUSTOMER_ACCOUNT', expected: { amount: '75.00' }, counted: null, difference: null },
    { tender: 'GIFT_CARD', expected: { amount: '25.00' }, counted: null, difference: null },
  ]);
  expect(await balances(hq)).not.toHaveProperty('OVER_SHORT');
});

test('what other software says of a till that it did not count is a shortage of cash and checks, and of nothing else', async () => {
  const hq = await withChannels(['houston']);
  const shift = await aShift(hq, { tenders: [{ tender: 'CASH', starting: 5_000, counted: null }] });
  await sell(hq, { shiftUuid: shift, payments: paidBy(['CHECK', 6_000], ['CARD', 4_000]) });
  await posted(hq);
  expect(await counts(hq)).toEqual([
    { tender: 'CARD', starting: 0, expected: 4_000, counted: null },
    { tender: 'CASH', starting: 5_000, expected: 5_000, counted: 0 },
    { tender: 'CHECK', starting: 0, expected: 6_000, counted: 0 },
  ]);
  expect(await balances(hq)).toMatchObject({ OVER_SHORT: 11_000 });
});

test('real orders, with more paid back by card than was taken, leave nothing over or short when only cash is counted', async () => {
  const hq = await withChannels(['southwest'], { clock: () => new Date('2026-11-22T18:00:00Z') });
  const works = readAdventureWorks();
  const sales = works.orders
    .filter(({ channel }) => channel === 'southwest')
    .map((order) => ({ ...order, kind: kindOf(order, 'RETAIL_STORE') }));
  const days = tillDays('southwest', sales, ['one']).slice(0, 4);
  const noncash = ['CARD', 'GIFT_CARD', 'CUSTOMER_ACCOUNT', 'ONLINE', 'OTHER'];
  const send = async (name: string, input: object) => {
    const type = name === 'closeShift' ? 'CountShift' : `${name[0]!.toUpperCase()}${name.slice(1)}`;
    const data = await hq.query(
      `mutation ($input: ${type}Input!) { ${name}(input: $input) { __typename ... on Failure { message } } }`,
      { input },
    );
    expect(data[name].message, name).toBeUndefined();
  };
  for (const day of days) {
    await send('openShift', openingOf(day, 'southwest'));
    for (const [index, sale] of day.sales.entries()) {
      const input = { ...saleInput(sale, day), customerUuid: null };
      const paid = input.payments![0]!;
      const tender = paid.tender === 'CASH' ? 'CASH' : noncash[index % noncash.length];
      await send('recordSale', { ...input, payments: [{ ...paid, tender }] });
      // The customer brings back twice as much as was sold, bought elsewhere.
      if (tender === 'CARD')
        await send('recordSale', {
          ...input,
          uuid: randomUUID(),
          lines: input.lines.map((line) => ({ ...line, quantity: `-${Number(line.quantity) * 2}` })),
          payments: [{ tender, amount: `-${dollars(sale.total * 2)}` }],
          total: `-${dollars(sale.total * 2)}`,
        });
    }
    const { counts, ...close } = closingOf(day, 'southwest');
    await send('closeShift', { ...close, counts: counts!.filter(({ tender }) => tender === 'CASH') });
  }
  await posted(hq);
  const found = await statementsOf(hq);
  expect(found.filter(({ type }) => type === 'FINANCIAL')).toHaveLength(days.length);
  for (const statement of found) expect(statement).toMatchObject({ state: 'POSTED' });
  expect((await counts(hq)).filter(({ tender, expected }) => tender === 'CARD' && expected < 0).length).toBeGreaterThan(
    0,
  );
  expect(await differences(hq)).toEqual([]);
});

test('a count below nothing is compared with what was expected', async () => {
  const hq = await withChannels(['houston']);
  const shift = await aShift(hq, { tenders: [{ tender: 'CARD', starting: 0, counted: -9_900 }] });
  await sell(hq, { shiftUuid: shift, lines: lines({ quantity: -1_000 }), payments: paidBy(['CARD', -10_000]) });
  await posted(hq);
  expect(await counts(hq)).toEqual([{ tender: 'CARD', starting: 0, expected: -10_000, counted: -9_900 }]);
  expect(await balances(hq)).toMatchObject({ OVER_SHORT: -100 });
});

test('shifts that are not closed stay out, and join the statement of their day when they are', async () => {
  const hq = await withChannels(['houston']);
  const open = await aShift(hq, { state: 'BLIND_CLOSED' });
  await aShift(hq, { register: '2', tenders: [{ tender: 'CASH', starting: 100, counted: 100 }] });
  await validated(hq);
  await run(hq, 'CALCULATE_STATEMENTS');
  expect(await statementsOf(hq)).toMatchObject([{ type: 'FINANCIAL', state: 'CALCULATED', shiftCount: 1 }]);

  await aShift(hq, { tenders: [{ tender: 'CASH', starting: 0, counted: 30 }] }, open);
  await validated(hq);
  await run(hq, 'CALCULATE_STATEMENTS');
  expect(await statementsOf(hq)).toMatchObject([
    { type: 'FINANCIAL', state: 'CALCULATED', shiftCount: 2, expected: 100, counted: 130 },
  ]);
  await run(hq, 'POST_STATEMENTS');
  expect(await statementsOf(hq)).toMatchObject([{ state: 'POSTED' }]);
  await posted(hq);
  expect(await statementsOf(hq)).toHaveLength(1);
});

test('a difference that is larger than the settings allow stops the statement until it is allowed', async () => {
  const hq = await withChannels(['houston']);
  await settle(hq, { maximumCountingDifference: 150 });
  await aShift(hq, {
    tenders: [
      { tender: 'CASH', starting: 1_000, counted: 900 },
      { tender: 'CARD', starting: 0, counted: 51 },
    ],
  });
  await sell(hq);
  await posted(hq);
  expect(await statementsOf(hq)).toMatchObject([
    { type: 'TRANSACTIONAL', state: 'POSTED' },
    { type: 'FINANCIAL', state: 'CALCULATED', errorCode: 'COUNTING_DIFFERENCE' },
  ]);
  expect(await differences(hq)).toEqual([]);

  await settle(hq, { maximumCountingDifference: 151 });
  await posted(hq);
  expect((await statementsOf(hq))[1]).toMatchObject({ state: 'POSTED', errorCode: null });
  expect(await balances(hq)).toMatchObject({ OVER_SHORT: 49 });
});

test('a cleared statement lets its shifts go', async () => {
  const hq = await withChannels(['houston']);
  await aShift(hq, { tenders: [{ tender: 'CASH', starting: 1, counted: 1 }] });
  await validated(hq);
  await run(hq, 'CALCULATE_STATEMENTS');
  await hq.hq.write((tx) => clearStatement(tx, 1, { actor: 'ada', at: '2026-11-22T12:00:00.000Z' }));
  expect(await counts(hq)).toEqual([]);
  await posted(hq);
  expect(await statementsOf(hq)).toMatchObject([{ state: 'CLEARED' }, { type: 'FINANCIAL', state: 'POSTED' }]);
});

test('a shift whose tenders other software wrote is counted as far as they can be read', async () => {
  const hq = await withChannels(['houston']);
  const odd = [{ tender: 'SHELLS', starting: 1, counted: 1 }, null, { tender: 'CASH', starting: 'x', counted: 7 }];
  await aShift(hq, { tenders: odd as unknown as ShiftFacts['tenders'] });
  await posted(hq);
  expect(await counts(hq)).toEqual([{ tender: 'CASH', starting: 0, expected: 0, counted: 7 }]);
  expect(await statementsOf(hq)).toMatchObject([{ state: 'POSTED' }]);
});
