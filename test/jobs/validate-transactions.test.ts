import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { ruleRows, validationRules } from '../../src/data/hq/validation.ts';
import type { TransactionBody } from '../../src/data/transaction-facts.ts';
import { revalidateTransactions, setRule } from '../../src/domain/statement.ts';
import { appendOperation, countsOf, createCustomer, operationsOf, rowsOf, withChannels } from '../support/actions.ts';
import { lines, paidBy, posted, receivedOf, saleOf, sell, statementsOf, validated } from '../support/sales.ts';
import { aLine, appendTransaction, aTransaction } from '../support/transactions.ts';

const who = { actor: 'tester', at: '2026-11-22T09:00:00.000Z' };

/** What each rule is broken by; a sale may break others too. */
const wrong: [string, Partial<TransactionBody>][] = [
  ['CUSTOMER_ACCOUNT', { deliveryAddressUuid: randomUUID() }],
  ['BUSINESS_DATE', { businessDate: '2199-01-01' }],
  ['DISCOUNT_AMOUNT', { discount: 1 }],
  ['GROSS_AMOUNT', { gross: 10_001 }],
  ['NET_AMOUNT', { net: 9_999 }],
  ['NET_PLUS_TAX', { tax: 5 }],
  ['NUMBER_OF_ITEMS', { quantity: 2_000 }],
  ['PAYMENT_AMOUNT', { paid: 1 }],
  ['UNDER_OVER_PAYMENT', { payments: paidBy(['CASH', 9_999]) }],
  ['TRANSACTION_NOT_EMPTY', { lines: lines({ voided: true }) }],
  ['TAX_INCLUDED_PRICING', { lines: [{ ...aLine(), tax: 100 }] }],
  ['LINE_AMOUNT', { pricesIncludeTax: true, lines: lines({ tax: 825 }) }],
  ['SIGN_CONTRADICTION', { lines: lines({ discount: -100 }) }],
  ['NEGATIVE_PRICE', { lines: lines({ unitPrice: -100 }) }],
  ['SHIFT', { shiftUuid: randomUUID() }],
];

test('a sale that breaks a rule is set aside with all that is wrong with it, and its neighbours go on', async () => {
  const hq = await withChannels(['houston']);
  const broken = new Map<string, string>();
  for (const [rule, more] of wrong) broken.set(rule, await sell(hq, more));
  const sound = await sell(hq);

  const counts = countsOf(await validated(hq));

  for (const [rule, uuid] of broken) {
    const sale = await saleOf(hq, uuid);
    expect({ rule, ...sale }).toMatchObject({ rule, status: 'FAILED', errorCode: 'VALIDATION_ERROR' });
    expect(sale.error).toBe(sale.validationErrors[0].message);
    expect(sale.validationErrors.map((one: { rule: string }) => one.rule)).toContain(rule);
  }
  expect(counts).toEqual([{ done: 1, failed: wrong.length }]);
  expect(await saleOf(hq, sound)).toMatchObject({ status: 'VALIDATED', validationErrors: [] });
  expect(
    await rowsOf(hq.hq, `select net, gross, paid, quantity from retail_transaction where status = 'SUCCEEDED'`),
  ).toEqual([{ net: 10_000, gross: 10_000, paid: 10_000, quantity: 1_000 }]);
  // It does not try again by itself.
  expect(countsOf(await validated(hq))).toEqual([{ done: 0, failed: 0 }]);
});

test('every rule is enabled at first, and one that is switched off lets its sales pass after they are validated again', async () => {
  const hq = await withChannels(['houston']);
  expect(await hq.hq.read(ruleRows)).toEqual(validationRules.map((name) => ({ name, enabled: true })));
  const uuid = await sell(hq, { payments: paidBy(['CASH', 9_000]) });
  await validated(hq);
  expect((await saleOf(hq, uuid)).validationErrors).toEqual([
    { rule: 'UNDER_OVER_PAYMENT', message: '90.00 was paid and 100.00 was due.' },
  ]);

  await hq.hq.write((tx) => setRule(tx, 'UNDER_OVER_PAYMENT', false, who));
  await hq.hq.write((tx) => revalidateTransactions(tx, { channel: 'houston' }, who));
  await posted(hq);
  expect(await saleOf(hq, uuid)).toMatchObject({ status: 'POSTED' });
  expect(
    await rowsOf(
      hq.hq,
      `select action, name, old_value, new_value from audit_entry where action in ('SET_VALIDATION_RULE', 'REVALIDATE_TRANSACTIONS') order by id`,
    ),
  ).toEqual([
    {
      action: 'SET_VALIDATION_RULE',
      name: 'Validation rule UNDER_OVER_PAYMENT',
      old_value: 'true',
      new_value: 'false',
    },
    { action: 'REVALIDATE_TRANSACTIONS', name: 'Channel houston', old_value: null, new_value: '1' },
  ]);
});

test('with rules switched off, the books follow the parts of a sale and not what it says of them, and balance', async () => {
  const hq = await withChannels(['houston']);
  await hq.hq.write(async (tx) => {
    for (const rule of ['PAYMENT_AMOUNT', 'UNDER_OVER_PAYMENT', 'NET_PLUS_TAX', 'GROSS_AMOUNT'] as const)
      await setRule(tx, rule, false, who);
  });
  await sell(hq, { businessDate: '2026-11-19', paid: 9_000 });
  await sell(hq, { businessDate: '2026-11-20', gross: 9_000 });
  await sell(hq);
  await posted(hq);
  expect(await statementsOf(hq)).toMatchObject([
    { state: 'POSTED', errorCode: null, total: 10_000, paid: 10_000 },
    { state: 'POSTED', errorCode: null, total: 10_000, paid: 10_000 },
    { state: 'POSTED', errorCode: null, total: 10_000, paid: 10_000 },
  ]);
  expect(await rowsOf(hq.hq, 'select gross, paid from retail_transaction')).toEqual([
    { gross: 10_000, paid: 10_000 },
    { gross: 10_000, paid: 10_000 },
    { gross: 10_000, paid: 10_000 },
  ]);
});

test('a sale whose shape other software broke is set aside, whatever it holds', async () => {
  const hq = await withChannels(['houston']);
  const odd = [
    { ...aTransaction('CASH_AND_CARRY'), lines: 'none' },
    { ...aTransaction('CASH_AND_CARRY'), gross: 1.5 },
  ];
  const uuids = [];
  for (const payload of odd) uuids.push(await appendTransaction(hq, 'houston', payload));
  const sound = await sell(hq);
  await validated(hq);
  for (const uuid of uuids)
    expect(await saleOf(hq, uuid)).toMatchObject({ status: 'FAILED', errorCode: 'INVALID_INPUT' });
  expect(await saleOf(hq, sound)).toMatchObject({ status: 'VALIDATED' });
});

test('a sale that another channel database sent before is a duplicate', async () => {
  const hq = await withChannels(['houston', 'paris']);
  const uuid = await sell(hq);
  await sell(hq, {}, 'paris', uuid);
  await validated(hq);
  expect(await receivedOf(hq)).toMatchObject([
    { channel: 'houston', status: 'VALIDATED' },
    { channel: 'paris', status: 'FAILED' },
  ]);
});

test('a sale in a shift that headquarters knows passes, in a shift of another channel it does not', async () => {
  const hq = await withChannels(['houston', 'paris']);
  const shift = randomUUID();
  await appendOperation(hq, 'houston', {
    uuid: shift,
    id: randomUUID(),
    kind: 'RECORD_SHIFT',
    payload: { uuid: shift, register: '1', state: 'OPEN', businessDate: '2026-11-21', currency: 'USD', tenders: [] },
  });
  const [mine, theirs] = [await sell(hq, { shiftUuid: shift }), await sell(hq, { shiftUuid: shift }, 'paris')];
  await validated(hq);
  expect(await saleOf(hq, mine)).toMatchObject({ status: 'VALIDATED' });
  expect(await saleOf(hq, theirs)).toMatchObject({
    status: 'FAILED',
    error: 'Headquarters does not know this shift of the channel.',
  });
});

test('a sale synchronizes its customer, and one whose customer has not arrived waits for it', async () => {
  const hq = await withChannels(['houston']);
  const uuid = await createCustomer(hq);
  const sale = await sell(hq, { customerUuid: uuid });
  const early = randomUUID();
  const waiting = await sell(hq, { customerUuid: early });
  await validated(hq);
  expect(await saleOf(hq, sale)).toMatchObject({ status: 'VALIDATED' });
  expect((await operationsOf(hq, uuid)).map(({ synchronizedBy }) => synchronizedBy)).toEqual([{ uuid: sale }]);
  expect(await saleOf(hq, waiting)).toMatchObject({ status: 'WAITING', errorCode: 'ASYNC_CUSTOMER_NOT_UPLOADED' });

  await createCustomer(hq, { uuid: early });
  await validated(hq);
  expect(await saleOf(hq, waiting)).toMatchObject({ status: 'VALIDATED', errorCode: null });
});

test('a business date is compared with the day that it was in the channel when the sale was received', async () => {
  const tokyo = await withChannels(
    ['tokyo'],
    { clock: () => new Date('2026-11-21T16:00:00.000Z') },
    { timeZone: 'Asia/Tokyo' },
  );
  const sale = await sell(tokyo, { businessDate: '2026-11-22' }, 'tokyo');
  await validated(tokyo);
  expect(await saleOf(tokyo, sale)).toMatchObject({ status: 'VALIDATED' });
  const houston = await withChannels(['houston'], { clock: () => new Date('2026-11-21T16:00:00.000Z') });
  const early = await sell(houston, { businessDate: '2026-11-22' });
  await validated(houston);
  expect(await saleOf(houston, early)).toMatchObject({ status: 'FAILED' });
});
