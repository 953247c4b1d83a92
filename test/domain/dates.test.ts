import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { aBody, aClock, appendOperation, createCustomer, run, withChannels } from '../support/actions.ts';
import { type Answer, aCustomer, createCustomerDocument, type Headquarters } from '../support/headquarters.ts';
import { receivedOperations } from '../support/operations.ts';
import { receivedOf } from '../support/sales.ts';
import { appendTransaction, aTransaction } from '../support/transactions.ts';

/** Late in the day: in Chicago it is the 22nd, in Kiribati the 23rd already. */
const { clock } = aClock('2026-11-22T18:00:00.000Z');

/** Each with whether a date of birth, and a business date in Chicago, may be it. */
const days: [day: string, born: boolean, business: boolean][] = [
  ['2026-11-22', true, true],
  ['2026-11-23', true, false],
  ['2026-11-24', false, false],
  ['2199-12-31', false, false],
  ['2000-01-01', true, true],
  ['1999-12-31', true, false],
  ['1900-01-01', true, false],
  ['1899-12-31', false, false],
  ['1800-01-01', false, false],
];

async function answered(hq: Headquarters, document: string, input: object): Promise<Answer> {
  return Object.values(await hq.query<Answer>(document, { input }))[0];
}
const expected = (allowed: boolean, path: string) =>
  allowed
    ? expect.not.objectContaining({ code: expect.anything() })
    : expect.objectContaining({ errorCode: 'INVALID_INPUT', path: [path] });
const globalId = (text: string) => Buffer.from(text).toString('base64');
const failing = '__typename ... on Failure { errorCode message path }';

test('nobody is born in the future or before 1900, when a customer is entered and when one is changed', async () => {
  const hq = await withChannels(['houston'], { clock });
  const uuid = await createCustomer(hq);
  for (const [birthDate, born] of days) {
    const created = await answered(hq, createCustomerDocument, aCustomer({ birthDate }));
    expect(created, birthDate).toEqual(expected(born, 'birthDate'));
    const updated = await answered(
      hq,
      `mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { ${failing} } }`,
      { channel: 'houston', customer: { uuid }, birthDate },
    );
    expect(updated, birthDate).toEqual(expected(born, 'birthDate'));
  }
});

test('business dates are from 2000 to today, for sales, orders and shifts of a channel', async () => {
  const hq = await withChannels(['houston'], { clock });
  const customerUuid = await createCustomer(hq);
  const sold = { channel: 'houston', lines: [{ sku: 'A', quantity: '1', unitPrice: '1' }], total: '1' };
  for (const [businessDate, , business] of days) {
    const answers = [
      await answered(hq, `mutation ($input: RecordSaleInput!) { recordSale(input: $input) { ${failing} } }`, {
        ...sold,
        businessDate,
        payments: [{ tender: 'CASH', amount: '1' }],
      }),
      await answered(hq, `mutation ($input: CreateOrderInput!) { createOrder(input: $input) { ${failing} } }`, {
        ...sold,
        businessDate,
        customerUuid,
      }),
      await answered(hq, `mutation ($input: OpenShiftInput!) { openShift(input: $input) { ${failing} } }`, {
        channel: 'houston',
        businessDate,
        register: businessDate,
      }),
    ];
    for (const answer of answers) expect(answer, businessDate).toEqual(expected(business, 'businessDate'));
  }
});

test('headquarters sets aside what other software dated wrong', async () => {
  const hq = await withChannels(['houston'], { clock });
  const customerUuid = await createCustomer(hq);
  const customers = new Map<string, string>();
  const transactions = new Map<string, string>();
  for (const [day] of days) {
    customers.set(day, randomUUID());
    await appendOperation(hq, 'houston', {
      uuid: customers.get(day)!,
      payload: { customer: aBody({ birthDate: day }) },
    });
    for (const kind of ['ONLINE_ORDER', 'CASH_AND_CARRY'] as const)
      transactions.set(
        `${kind} ${day}`,
        await appendTransaction(hq, 'houston', aTransaction(kind, { customerUuid: customerUuid, businessDate: day })),
      );
  }
  await run(hq);
  await run(hq, 'SYNCHRONIZE_ORDERS');
  await run(hq, 'VALIDATE_TRANSACTIONS');

  const statuses = new Map((await receivedOf(hq)).map((sale) => [sale.uuid, sale]));
  const operations = await receivedOperations(hq);
  for (const [day, born, business] of days) {
    expect(
      operations.filter(({ customerUuid }) => customerUuid === customers.get(day)),
      day,
    ).toMatchObject([born ? { state: 'SYNCED' } : { state: 'FAILED', errorCode: 'INVALID_INPUT' }]);
    // Orders are compared with the day as it is anywhere: the clock of a channel may be ahead of that of headquarters.
    const inTime = business || day === '2026-11-23';
    expect(statuses.get(transactions.get(`ONLINE_ORDER ${day}`)!), day).toMatchObject(
      inTime ? { status: 'SYNCHRONIZED' } : { status: 'FAILED', errorCode: 'INVALID_INPUT' },
    );
    expect(statuses.get(transactions.get(`CASH_AND_CARRY ${day}`)!), day).toMatchObject(
      business ? { status: 'VALIDATED' } : { status: 'FAILED' },
    );
  }
});

test('a correction keeps the same bounds', async () => {
  const hq = await withChannels(['houston'], { clock });
  const uuid = randomUUID();
  const payload = { customer: aBody({ birthDate: '2199-01-01' }) };
  await appendOperation(hq, 'houston', { uuid, payload });
  await run(hq);
  const [{ id }] = await receivedOperations(hq);
  const order = await appendTransaction(hq, 'houston', aTransaction('ONLINE_ORDER', { customerUuid: uuid }));
  await run(hq, 'P_JOB');
  const named = { transaction: { id: globalId(`Order:houston/${order}`) } };
  for (const [day, born, business] of days) {
    const edited = await answered(
      hq,
      `mutation ($input: EditTransactionInput!) { editTransaction(input: $input) { ${failing} } }`,
      { ...named, businessDate: day },
    );
    expect(edited, day).toEqual(expected(business || day === '2026-11-23', 'businessDate'));
    if (born) continue;
    const corrected = await answered(
      hq,
      `mutation ($input: CorrectCustomerOperationInput!) { correctCustomerOperation(input: $input) { ${failing} } }`,
      { id, birthDate: day },
    );
    expect(corrected, day).toEqual(expected(false, 'birthDate'));
  }
});
