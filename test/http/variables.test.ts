import { expect, test } from 'vitest';
import { createCustomer, withChannels } from '../support/actions.ts';
import { type Answer, aCustomer, createCustomerDocument, type Headquarters } from '../support/headquarters.ts';

const createOrder = 'mutation ($input: CreateOrderInput!) { createOrder(input: $input) { __typename } }';
const aLine = { sku: 'A', quantity: '1', unitPrice: '5' };

/** The code and location of each error, with its message. */
async function errorsOf(hq: Headquarters, document: string, variables: Record<string, unknown>) {
  const { data, errors } = await hq.ask(document, variables);
  expect(data).toBeUndefined();
  return errors!.map(({ message, extensions: { code, path } }: Answer) => ({ message, code, path }));
}

test('each invalid variable is reported with its location, whatever is wrong with it', async () => {
  const hq = await withChannels(['houston']);
  const customerUuid = await createCustomer(hq);
  const lines: unknown[] = Array.from({ length: 40 }, () => aLine);
  lines[37] = { ...aLine, unitPrice: 0.1 };
  lines[38] = { sku: 'A', quantity: '1' };
  const input = {
    channel: 'houston',
    customerUuid,
    kind: 'PARCEL',
    lines,
    payments: [{ tender: 'CASH', amount: '5', cashier: 'Ada' }],
    total: '200',
  };
  expect(await errorsOf(hq, createOrder, { input })).toEqual([
    {
      code: 'BAD_USER_INPUT',
      path: ['input', 'kind'],
      message: expect.stringMatching(/^input\.kind: Value "PARCEL" does not exist/),
    },
    {
      code: 'BAD_USER_INPUT',
      path: ['input', 'lines', '37', 'unitPrice'],
      message: expect.stringMatching(/^input\.lines\.37\.unitPrice: .*"699\.10"/),
    },
    {
      code: 'BAD_USER_INPUT',
      path: ['input', 'lines', '38', 'unitPrice'],
      message: expect.stringContaining('was not provided'),
    },
    {
      code: 'BAD_USER_INPUT',
      path: ['input', 'payments', '0', 'cashier'],
      message: expect.stringContaining('is not defined'),
    },
  ]);
});

test('a variable that is missing altogether is named', async () => {
  const hq = await withChannels(['houston']);
  const [error] = await errorsOf(hq, createOrder, {});
  expect(error).toMatchObject({ code: 'BAD_USER_INPUT', message: expect.stringContaining('"$input"') });
});

test('a request with thousands of invalid values lists the first twenty', async () => {
  const hq = await withChannels(['houston']);
  const addresses = Array.from({ length: 2_000 }, () => ({ country: 7 }));
  const errors = await errorsOf(hq, createCustomerDocument, { input: aCustomer({ addresses }) });
  expect(errors).toHaveLength(20);
});
