import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { createCustomer, createCustomers, run, withChannels } from '../support/actions.ts';
import type { Answer } from '../support/headquarters.ts';
import { accept, refuse, sell } from '../support/sales.ts';
import { appendTransaction, aTransaction } from '../support/transactions.ts';

const progressOf = ({ steps }: Answer, job: string) => {
  const { unit, phase, done, total, failed, waiting } = steps.findLast((step: Answer) => step.job === job).progress;
  return { unit, phase, done, total, failed, waiting };
};

const counted = (unit: string, done: number, failed = 0, waiting = 0) => ({
  unit,
  phase: 'DONE',
  done,
  failed,
  waiting,
  total: done + failed,
});

test('each step of an end of day counts its own unit, and everything is done or has failed at its end', async () => {
  const hq = await withChannels(['houston']);
  const [uuid] = await createCustomers(hq, 3);
  await appendTransaction(hq, 'houston', aTransaction('ONLINE_ORDER', { customerUuid: uuid! }));
  for (let count = 0; count < 5; count++) await sell(hq, { customerUuid: uuid! });
  await sell(hq, { payments: [] });

  const ended = await run(hq, 'END_OF_DAY');

  expect(ended.state).toBe('SUCCEEDED');
  const expected = {
    P_JOB: counted('OPERATIONS', 10),
    SYNCHRONIZE_CUSTOMERS: counted('OPERATIONS', 3),
    SYNCHRONIZE_ORDERS: counted('ORDERS', 1),
    VALIDATE_TRANSACTIONS: counted('SALES', 5, 1),
    CALCULATE_STATEMENTS: counted('STATEMENTS', 1),
    POST_STATEMENTS: counted('STATEMENTS', 1),
    DOWNLOAD_1010: counted('CUSTOMERS', 3),
  };
  for (const [job, progress] of Object.entries(expected)) expect(progressOf(ended, job), job).toEqual(progress);
});

test('orders and sales whose customer has not arrived are counted as waiting, and not as left to do', async () => {
  const hq = await withChannels(['houston']);
  const stranger = { customerUuid: randomUUID() };
  const known = { customerUuid: await createCustomer(hq) };
  for (const more of [stranger, stranger, known])
    await appendTransaction(hq, 'houston', aTransaction('ONLINE_ORDER', more));
  for (const more of [stranger, known]) await sell(hq, more);
  await run(hq, 'P_JOB');
  expect(progressOf(await run(hq, 'SYNCHRONIZE_ORDERS'), 'SYNCHRONIZE_ORDERS')).toEqual(counted('ORDERS', 1, 0, 2));
  expect(progressOf(await run(hq, 'VALIDATE_TRANSACTIONS'), 'VALIDATE_TRANSACTIONS')).toEqual(
    counted('SALES', 1, 0, 1),
  );
  // What waits is not looked at again before its customer has arrived.
  expect(progressOf(await run(hq, 'SYNCHRONIZE_ORDERS'), 'SYNCHRONIZE_ORDERS')).toEqual(counted('ORDERS', 0));
});

test('a statement that fails to be posted is counted as one, however many sales it has', async () => {
  const hq = await withChannels(['houston']);
  for (const businessDate of ['2026-11-19', '2026-11-20', '2026-11-20', '2026-11-20']) await sell(hq, { businessDate });
  const refusal = { table: 'invoice', when: `row.invoice_date = '2026-11-20'` };
  await refuse(hq, refusal);
  expect(progressOf(await run(hq, 'END_OF_DAY'), 'POST_STATEMENTS')).toEqual(counted('STATEMENTS', 1, 1));
  await accept(hq, refusal);
  expect(progressOf(await run(hq, 'END_OF_DAY'), 'POST_STATEMENTS')).toMatchObject({ failed: 0 });
});
