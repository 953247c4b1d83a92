import { expect, test } from 'vitest';
import {
  accountIds,
  ask,
  countOf,
  countsOf,
  createCustomer,
  createCustomers,
  customer,
  operationsOf,
  rowsOf,
  run,
  runById,
  withChannels,
} from '../support/actions.ts';
import type { Headquarters } from '../support/headquarters.ts';
import { receivedOperations } from '../support/operations.ts';

const sequence = async (hq: Headquarters) =>
  (await hq.query('{ numberSequences { name next nextNumber largest remaining runsLow warnBelow } }'))
    .numberSequences[0];

const change = async (hq: Headquarters, input: Record<string, unknown>) =>
  (
    await hq.query(
      'mutation ($input: UpdateNumberSequenceInput!) { updateNumberSequence(input: $input) { __typename ... on NumberSequence { largest warnBelow remaining } ... on Failure { errorCode path message } } }',
      { input: { name: 'customer-account', ...input } },
    )
  ).updateNumberSequence;

test('the number sequence says what comes next, how many are left and whether that is few', async () => {
  const hq = await withChannels(['houston']);
  expect(await sequence(hq)).toEqual({
    name: 'customer-account',
    next: 'C00000001',
    nextNumber: 1,
    largest: 99_999_999,
    remaining: 99_999_999,
    runsLow: false,
    warnBelow: 1_000,
  });
  await change(hq, { largest: 10, warnBelow: 9 });
  await createCustomers(hq, 2);
  await run(hq);
  expect(await sequence(hq)).toMatchObject({ next: 'C00000003', remaining: 8, runsLow: true });
});

test('when numbers run out those that were left are given, the rest wait, and 1010 still brings down what was assigned', async () => {
  const hq = await withChannels(['houston']);
  await change(hq, { largest: 3 });
  await createCustomers(hq, 5);
  const ended = await run(hq);

  expect(ended).toMatchObject({
    state: 'FAILED',
    errorCode: 'NUMBER_SEQUENCE_EXHAUSTED',
    error: expect.stringContaining('exhausted at 3. Extend it'),
    steps: [
      { state: 'SUCCEEDED' },
      { state: 'FAILED', failures: [{ channelDatabase: null, errorCode: 'NUMBER_SEQUENCE_EXHAUSTED' }] },
      { state: 'SUCCEEDED', progress: { done: 3 } },
    ],
  });
  expect([...(await accountIds(hq)).values()].filter(Boolean).sort()).toEqual(['C00000001', 'C00000002', 'C00000003']);
  expect(await countOf(hq.hq, 'customer')).toBe(3);
  const states = (await receivedOperations(hq)).map(({ state }) => state);
  expect(states.toSorted()).toEqual(['PENDING', 'PENDING', 'SYNCED', 'SYNCED', 'SYNCED']);
  expect(await sequence(hq)).toMatchObject({ nextNumber: 4, remaining: 0, runsLow: true });

  const again = await run(hq);
  expect(again.errorCode).toBe('NUMBER_SEQUENCE_EXHAUSTED');
  expect(await countOf(hq.hq, 'customer')).toBe(3);
});

test('after the sequence was extended everything goes on where it stopped, without a gap', async () => {
  const hq = await withChannels(['houston']);
  await change(hq, { largest: 2 });
  await createCustomers(hq, 5);
  const { id } = await ask(hq, 'CONVERSION');
  await hq.worker.drain();
  await change(hq, { largest: 100 });
  await hq.query('mutation ($id: ID!) { retryJobRun(input: { id: $id }) { __typename } }', { id });
  await hq.worker.drain();

  const ended = await runById(hq, id);
  expect(ended).toMatchObject({ state: 'SUCCEEDED', errorCode: null, error: null });
  expect(countsOf(ended)).toEqual([
    { done: 5, failed: 0 },
    { done: 5, failed: 0 },
    { done: 5, failed: 0 },
  ]);
  expect([...(await accountIds(hq)).values()].sort()).toEqual([
    'C00000001',
    'C00000002',
    'C00000003',
    'C00000004',
    'C00000005',
  ]);
});

test('while numbers are exhausted, changes of customers that have one still go through', async () => {
  const hq = await withChannels(['houston']);
  const uuid = await createCustomer(hq);
  await run(hq);
  await change(hq, { largest: 1 });
  await hq.query('mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { __typename } }', {
    input: { channel: 'houston', customer: { uuid }, phone: '555 0109' },
  });
  const waiting = await createCustomer(hq);
  await run(hq);
  expect(await customer(hq, uuid)).toMatchObject({ phone: '555 0109' });
  expect(await operationsOf(hq, waiting)).toMatchObject([{ state: 'PENDING', tryCount: 0 }]);
});

test('numbers that were given are never given again, and the format sets the limit', async () => {
  const hq = await withChannels(['houston']);
  await createCustomers(hq, 3);
  await run(hq);
  expect(await change(hq, { largest: 2 })).toMatchObject({ __typename: 'InvalidInput', path: ['largest'] });
  expect(await change(hq, { largest: 100_000_000 })).toMatchObject({
    path: ['largest'],
    message: expect.stringContaining('8 digits'),
  });
  expect(await change(hq, { warnBelow: -1 })).toMatchObject({ path: ['warnBelow'] });
  expect(await change(hq, { name: 'nothing', largest: 5 })).toMatchObject({ __typename: 'NotFound' });
  expect(await change(hq, { largest: 3 })).toMatchObject({ largest: 3, remaining: 0 });
  expect(
    await rowsOf(
      hq.hq,
      `select action, field, old_value, new_value from audit_entry where subject = 'NumberSequence:customer-account'`,
    ),
  ).toEqual([{ action: 'UPDATE_NUMBER_SEQUENCE', field: 'largest', old_value: '99999999', new_value: '3' }]);
});

test('a sequence goes on in another format, and with the next number that is asked for', async () => {
  const hq = await withChannels(['houston']);
  await createCustomers(hq, 2);
  await run(hq);
  expect(await change(hq, { prefix: 'CUST-', digits: 6, nextNumber: 4_711 })).toMatchObject({
    largest: 999_999,
    remaining: 995_289,
  });
  expect(await sequence(hq)).toMatchObject({ next: 'CUST-004711' });
  await createCustomers(hq, 2);
  expect(await run(hq)).toMatchObject({ state: 'SUCCEEDED' });
  expect([...(await accountIds(hq)).values()].sort()).toEqual(['C00000001', 'C00000002', 'CUST-004711', 'CUST-004712']);
  // Back again: what was assigned then is not assigned again.
  expect(await change(hq, { prefix: 'C', digits: 8, nextNumber: 2 })).toMatchObject({
    path: ['nextNumber'],
    message: 'nextNumber: must be above 2, because C00000002 is already assigned',
  });
  expect(await change(hq, { prefix: 'C', digits: 8, nextNumber: 3 })).toMatchObject({ largest: 99_999_999 });
  expect(
    (await rowsOf(hq.hq, "select field from audit_entry where action = 'UPDATE_NUMBER_SEQUENCE' order by id")).map(
      ({ field }) => field,
    ),
  ).toEqual(['prefix', 'digits', 'nextNumber', 'largest', 'prefix', 'digits', 'nextNumber', 'largest']);
});

test('a next number that could meet one that is assigned, or kept for a customer, is refused', async () => {
  const hq = await withChannels(['houston']);
  await createCustomers(hq, 3);
  await run(hq);
  expect(await change(hq, { nextNumber: 3 })).toMatchObject({ path: ['nextNumber'] });
  // C0 and seven digits look like C and eight.
  expect(await change(hq, { prefix: 'C0', digits: 7, nextNumber: 1 })).toMatchObject({ path: ['nextNumber'] });
  const line = JSON.stringify({ accountId: 'X042', name: { last: 'Kept' } });
  const headers = { 'content-type': 'application/jsonl' };
  await fetch(`${hq.url}/import/customers?channel=houston`, { method: 'POST', headers, body: line });
  expect(await change(hq, { prefix: 'X', digits: 3, nextNumber: 42 })).toMatchObject({
    message: 'nextNumber: must be above 42, because X042 is already assigned',
  });
  expect(await change(hq, { prefix: '-C', digits: 6 })).toMatchObject({ path: ['prefix'] });
  expect(await change(hq, { prefix: 'c', digits: 16, warnBelow: -1 })).toMatchObject({
    message: expect.stringContaining('and 2 more'),
  });
});

test('every sequence takes another format', async () => {
  const hq = await withChannels(['houston']);
  for (const name of ['customer-account', 'invoice', 'sales-order', 'statement'])
    expect(await change(hq, { name, prefix: '2026/', digits: 5 })).toMatchObject({ largest: 99_999 });
  const { numberSequences } = await hq.query('{ numberSequences { next prefix digits } }');
  expect(numberSequences).toEqual(Array(4).fill({ next: '2026/00001', prefix: '2026/', digits: 5 }));
});
