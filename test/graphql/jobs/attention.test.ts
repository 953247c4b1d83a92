import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { JobName } from '../../../schema/operations.ts';
import {
  aBody,
  aClock,
  appendOperation,
  createCustomer,
  run,
  runById,
  tamper,
  withChannels,
} from '../../support/actions.ts';
import type { Answer, Headquarters, Options } from '../../support/headquarters.ts';
import { sell, validated } from '../../support/sales.ts';
import { aLine, appendTransaction, aTransaction } from '../../support/transactions.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Channels, a clock that stands still, and no schedule unless it is said otherwise. */
async function atRest(
  codes: string[],
  { schedules = false, live = false, ...options }: Options & { schedules?: boolean; live?: boolean } = {},
) {
  const clock = aClock('2026-11-22T10:00:30.000Z');
  const hq = await withChannels(codes, { clock: clock.clock, ...options }, { liveConversion: live });
  if (!schedules) await tamper(hq.hq, 'update schedule set enabled = false');
  return { hq, clock };
}

interface Item {
  kind: string;
  reason: string;
  message: string;
  toDo: string;
  since: string | null;
  name: string;
  channel: { code: string } | null;
}

const parts =
  'total counts { kind count } items { nodes { kind reason message toDo since name channel { code } } totalCount }';

async function attention(hq: Headquarters, channel?: string): Promise<Item[]> {
  const { attention: found } = await hq.query(
    `query ($filter: AttentionFilter) { attention(filter: $filter) { ${parts} } }`,
    { filter: { channel } },
  );
  expect([found.total, found.items.totalCount]).toEqual([found.items.nodes.length, found.items.nodes.length]);
  return found.items.nodes;
}

const kinds = async (hq: Headquarters) =>
  (await attention(hq)).map(({ kind, channel }) => [kind, channel?.code ?? null]);

/** Makes a channel database fail whatever is asked of it, until it is mended. */
async function broken(hq: Headquarters, channel: string): Promise<() => void> {
  const database = await hq.channels.databaseOf(channel);
  const { read, write } = database;
  const fails = () => Promise.reject(new Error('broken'));
  Object.assign(database, { read: fails, write: fails });
  return () => Object.assign(database, { read, write });
}

/** Makes the log of a channel end before what was uploaded, as a restored one does; answers how to bring it back. */
async function rewound(hq: Headquarters, channel: string): Promise<() => Promise<void>> {
  const database = await hq.channels.databaseOf(channel);
  await tamper(database, 'update self set last_counter = last_counter - 1');
  return () => tamper(database, 'update self set last_counter = last_counter + 1');
}

async function withFailedHouston() {
  const { hq, clock } = await atRest(['houston', 'paris']);
  for (const channel of ['houston', 'paris']) await createCustomer(hq, { channel });
  await run(hq);
  const mend = await rewound(hq, 'houston');
  expect(await run(hq)).toMatchObject({ state: 'FAILED' });
  return { hq, clock, mend };
}

test('a job that failed for one channel stays in the list while it succeeds for others', async () => {
  const { hq } = await withFailedHouston();
  const failed = [
    {
      kind: 'JOB_FAILED',
      reason: 'CHANNEL_DATABASE_REWOUND',
      channel: { code: 'houston' },
      message: expect.stringMatching(/^p-job failed for houston: .*"?houston"?/),
    },
  ];
  expect(await attention(hq)).toMatchObject(failed);
  expect(await run(hq, 'CONVERSION', ['paris'])).toMatchObject({ state: 'SUCCEEDED' });
  expect(await run(hq, 'P_JOB', ['paris'])).toMatchObject({ state: 'SUCCEEDED' });
  expect(await attention(hq)).toMatchObject(failed);
  // Another job of the same channel proves nothing.
  expect(await run(hq, 'DOWNLOAD_1010', ['houston'])).toMatchObject({ state: 'SUCCEEDED' });
  expect(await attention(hq)).toMatchObject(failed);
  expect(await attention(hq, 'houston')).toMatchObject(failed);
  expect(await attention(hq, 'paris')).toEqual([]);
});

const mending: [string, JobName, string[] | undefined][] = [
  ['the same job alone', 'P_JOB', ['houston']],
  ['a run for all channels', 'P_JOB', undefined],
  ['a chain that has it as a step', 'END_OF_DAY', ['houston']],
  ['a chain for other channels too', 'CONVERSION', ['houston', 'paris']],
];

test.each(mending)('a failed job leaves the list when the channel succeeds in %s', async (_what, job, channels) => {
  const { hq, mend } = await withFailedHouston();
  await mend();
  expect(await run(hq, job, channels)).toMatchObject({ state: 'SUCCEEDED' });
  expect(await attention(hq)).toEqual([]);
});

test('a failed run leaves the list when it was retried and succeeded, and its time is that of the first failure', async () => {
  const { hq, clock, mend } = await withFailedHouston();
  const [{ since } = {} as Item] = await attention(hq);
  clock.pass(MINUTE);
  const again = await run(hq, 'P_JOB', ['houston']);
  expect(await attention(hq)).toMatchObject([{ kind: 'JOB_FAILED', name: again.id && expect.any(String), since }]);
  await mend();
  await hq.query(`mutation ($id: ID!) { retryJobRun(input: { id: $id }) { __typename } }`, { id: again.id });
  await hq.worker.drain();
  expect(await runById(hq, again.id)).toMatchObject({ state: 'SUCCEEDED' });
  expect(await attention(hq)).toEqual([]);
});

test('what failed for headquarters as a whole is one thing, which shrinks as channels succeed', async () => {
  const { hq } = await atRest(['houston', 'paris', 'rome']);
  for (const channel of ['houston', 'paris', 'rome']) await createCustomer(hq, { channel });
  await tamper(hq.hq, `update number_sequence set largest = 0 where name = 'customer-account'`);
  await run(hq);
  const failed = async () => (await attention(hq)).filter(({ kind }) => kind === 'JOB_FAILED');
  expect(await failed()).toMatchObject([
    {
      reason: 'NUMBER_SEQUENCE_EXHAUSTED',
      channel: null,
      message: expect.stringContaining('synchronize-customers failed for all channels: '),
    },
  ]);
  await tamper(hq.hq, `update number_sequence set largest = 9999 where name = 'customer-account'`);
  await run(hq, 'SYNCHRONIZE_CUSTOMERS', ['houston']);
  expect(await failed()).toMatchObject([{ message: expect.stringContaining('failed for paris, rome: ') }]);
  await run(hq, 'SYNCHRONIZE_CUSTOMERS', ['paris', 'rome']);
  expect(await failed()).toEqual([]);
});

test('the message says which number sequence is low, and which is exhausted', async () => {
  const { hq } = await atRest(['houston']);
  await tamper(
    hq.hq,
    `update number_sequence set largest = 12 where name = 'invoice'`,
    `update number_sequence set largest = 0 where name = 'statement'`,
  );
  expect((await attention(hq)).map(({ reason, message }) => [reason, message]).sort()).toEqual([
    ['NUMBER_SEQUENCE_EXHAUSTED', 'The number sequence statement is exhausted: its last number is 0.'],
    ['NUMBER_SEQUENCE_LOW', 'The number sequence invoice has 12 numbers left.'],
  ]);
});

test('a channel that has not uploaded for 15 minutes, although it has operations, is in the list until it has', async () => {
  const { hq, clock } = await atRest(['houston', 'paris']);
  await createCustomer(hq);
  await createCustomer(hq);
  clock.pass(14 * MINUTE);
  expect(await attention(hq)).toEqual([]);
  clock.pass(2 * MINUTE);
  expect(await attention(hq)).toMatchObject([
    {
      kind: 'CHANNEL_NOT_UPLOADED',
      channel: { code: 'houston' },
      since: '2026-11-22T10:00:30.000Z',
      message:
        '2 operations of houston have been waiting since 2026-11-22T10:00:30.000Z: nothing has ever been uploaded.',
    },
  ]);
  expect(await attention(hq, 'paris')).toEqual([]);
  await run(hq);
  clock.pass(3_000);
  expect(await attention(hq)).toEqual([]);
});

test('account IDs that nobody downloads are in the list after 15 minutes', async () => {
  const { hq, clock } = await atRest(['houston']);
  await createCustomer(hq);
  await run(hq, 'P_JOB');
  await run(hq, 'SYNCHRONIZE_CUSTOMERS');
  clock.pass(16 * MINUTE);
  expect(await attention(hq)).toMatchObject([{ kind: 'CHANNEL_NOT_DOWNLOADED', channel: { code: 'houston' } }]);
  await run(hq, 'DOWNLOAD_1010');
  clock.pass(3_000);
  expect(await attention(hq)).toEqual([]);
});

test('a channel database that does not answer is in the list until it does', async () => {
  const { hq, clock } = await atRest(['houston', 'paris']);
  const mend = await broken(hq, 'paris');
  expect(await attention(hq)).toMatchObject([
    {
      kind: 'CHANNEL_DATABASE_UNAVAILABLE',
      channel: { code: 'paris' },
      message: 'The channel database "paris" cannot be read.',
    },
  ]);
  mend();
  clock.pass(3_000);
  expect(await attention(hq)).toEqual([]);
});

test('customers who wait at headquarters are in the list when no schedule will get to them', async () => {
  const { hq, clock } = await atRest(['houston', 'paris']);
  await createCustomer(hq);
  await run(hq, 'P_JOB');
  clock.pass(16 * MINUTE);
  expect(await attention(hq)).toMatchObject([
    {
      kind: 'WORK_WAITING',
      reason: 'CUSTOMERS_WAIT',
      channel: { code: 'houston' },
      message:
        'Customer operations have waited since 2026-11-22T10:00:30.000Z: no enabled schedule gets to them, and live conversion is off.',
      toDo: expect.stringContaining('Run the conversion'),
    },
  ]);
  // One that is for another channel, or does another job, does not help; one that is for this channel does.
  const schedule = (job: string, channels: string[]) =>
    hq.query(
      `mutation ($channels: [String!]) { createSchedule(input: { job: ${job}, channels: $channels, cron: "0 0 1 1 *", timeZone: "UTC" }) { __typename } }`,
      { channels },
    );
  await schedule('CONVERSION', ['paris']);
  await schedule('P_JOB', ['houston']);
  expect(await attention(hq)).toHaveLength(1);
  await schedule('END_OF_DAY', ['houston']);
  expect(await attention(hq)).toEqual([]);
  clock.pass(DAY);
  expect((await attention(hq)).filter(({ kind }) => kind === 'WORK_WAITING')).toMatchObject([
    { message: expect.stringContaining('no run has got to them') },
  ]);
});

test('orders that wait are in the list when no schedule will get to them, and sales after a day', async () => {
  const { hq, clock } = await atRest(['houston'], { live: true });
  await appendTransaction(hq, 'houston', aTransaction('ONLINE_ORDER', { payments: [], lines: [aLine()] }));
  await sell(hq);
  await run(hq, 'P_JOB');
  clock.pass(16 * MINUTE);
  expect(await attention(hq)).toMatchObject([
    {
      reason: 'ORDERS_WAIT',
      message: expect.stringMatching(/^Orders have waited .* no enabled schedule gets to them\.$/),
    },
  ]);
  clock.pass(DAY);
  expect((await attention(hq)).map(({ reason }) => reason).sort()).toEqual(['ORDERS_WAIT', 'SALES_WAIT']);
});

test('a validated sale that is in no statement, and a calculated statement that is not posted, are in the list after a day', async () => {
  const { hq, clock } = await atRest(['houston']);
  await sell(hq);
  await appendOperation(hq, 'houston', {
    uuid: randomUUID(),
    kind: 'RECORD_SHIFT',
    payload: {
      ...{ uuid: randomUUID(), register: 'R1', state: 'CLOSED', businessDate: '2026-11-21', currency: 'USD' },
      ...{ openedBy: null, openedAt: '2026-11-21T10:00:00.000Z', closedAt: '2026-11-21T20:00:00.000Z', tenders: [] },
    },
  });
  await validated(hq);
  clock.pass(DAY - MINUTE);
  expect(await attention(hq)).toEqual([]);
  clock.pass(2 * MINUTE);
  expect((await attention(hq)).map(({ kind, reason, message }) => [kind, reason, message])).toEqual([
    [
      'STATEMENT_MISSING',
      'SALES_WAIT',
      'Sales of 2026-11-21 have been valid since 2026-11-22T10:00:30.000Z and are in no statement.',
    ],
    [
      'STATEMENT_MISSING',
      'SHIFTS_WAIT',
      'Shifts of 2026-11-21 have been closed since 2026-11-21T20:00:00.000Z and are in no statement.',
    ],
  ]);
  await run(hq, 'CALCULATE_STATEMENTS');
  expect(await attention(hq)).toEqual([]);
  clock.pass(DAY + MINUTE);
  expect(await attention(hq)).toMatchObject([
    {
      kind: 'STATEMENT_NOT_POSTED',
      reason: 'NOT_POSTED',
      message: expect.stringContaining('Statement ST00000001 of 2026-11-21'),
    },
    { kind: 'STATEMENT_NOT_POSTED', reason: 'NOT_POSTED' },
  ]);
  await run(hq, 'POST_STATEMENTS');
  expect(await attention(hq)).toEqual([]);
});

test('the message of an order that waits names its customer or its address', async () => {
  const { hq, clock } = await atRest(['houston'], { schedules: true });
  const customer = await createCustomer(hq);
  const [stranger, address] = [randomUUID(), randomUUID()];
  const order = (more: object) =>
    appendTransaction(hq, 'houston', aTransaction('ONLINE_ORDER', { payments: [], lines: [aLine()], ...more }));
  await order({ customerUuid: stranger });
  await order({ customerUuid: customer, deliveryAddressUuid: address });
  await run(hq);
  await run(hq, 'SYNCHRONIZE_ORDERS');
  clock.pass(16 * MINUTE);
  const waiting = (await attention(hq)).sort((one, other) => other.reason.localeCompare(one.reason));
  expect(waiting).toMatchObject([
    { reason: 'ASYNC_CUSTOMER_NOT_UPLOADED', message: expect.stringContaining(`The customer ${stranger} has not`) },
    {
      reason: 'ASYNC_ADDRESS_NOT_UPLOADED',
      message: expect.stringContaining(`The address ${address} of the customer ${customer} has not`),
      toDo: expect.stringContaining('choose another one'),
    },
  ]);
});

test('the message of a UUID conflict says which customer and which channel database', async () => {
  const { hq } = await atRest(['houston', 'paris']);
  const uuid = randomUUID();
  for (const channel of ['houston', 'paris'])
    await appendOperation(hq, channel, { uuid, payload: { customer: aBody() } });
  await run(hq);
  expect(await attention(hq)).toMatchObject([
    {
      kind: 'CUSTOMER_OPERATION_FAILED',
      reason: 'UUID_CONFLICT',
      channel: { code: 'paris' },
      message: `Customer ${uuid}: The channel database "houston" already sent a customer with the UUID ${uuid}.`,
      toDo: expect.stringContaining('Two customers share a UUID'),
    },
  ]);
});

test('pages follow one another when several things are about one record', async () => {
  const { hq, clock } = await atRest(['houston']);
  await createCustomer(hq);
  await appendTransaction(hq, 'houston', aTransaction('ONLINE_ORDER', { payments: [], lines: [aLine()] }));
  await sell(hq);
  await run(hq, 'P_JOB');
  clock.pass(DAY + MINUTE);
  const seen: string[] = [];
  let after: string | null = null;
  for (;;) {
    const { attention } = (await hq.query(
      'query ($after: String) { attention { items(first: 1, after: $after) { nodes { reason } pageInfo { endCursor } } } }',
      { after },
    )) as Answer;
    if (attention.items.nodes.length === 0) break;
    seen.push(attention.items.nodes[0].reason);
    after = attention.items.pageInfo.endCursor;
  }
  expect(seen).toEqual(['CUSTOMERS_WAIT', 'ORDERS_WAIT', 'SALES_WAIT']);
});

test('the subscription notices what only time brings', async () => {
  const { hq, clock } = await atRest(['houston']);
  await createCustomer(hq);
  const stream = hq.subscribe<Answer>('subscription { attention { counts { kind count } } }');
  expect((await stream.next()).attention.counts).toEqual([]);
  clock.pass(16 * MINUTE);
  expect((await stream.next()).attention.counts).toEqual([{ kind: 'CHANNEL_NOT_UPLOADED', count: 1 }]);
});

test('everything that works leaves the list empty', async () => {
  const { hq, clock } = await atRest(['houston', 'paris'], { schedules: true });
  await createCustomer(hq);
  await sell(hq);
  await run(hq, 'END_OF_DAY');
  clock.pass(2 * DAY);
  expect(await kinds(hq)).toEqual([]);
});

test('items name the record as people do, and say what to do in their case', async () => {
  const { hq, clock } = await atRest(['houston']);
  const reference = 'ABCD-EFGH-JKMN';
  const broken = { lines: [aLine({ quantity: 0 })], payments: [] };
  await appendTransaction(hq, 'houston', aTransaction('ONLINE_ORDER', { ...broken, reference }));
  await appendOperation(hq, 'houston', { uuid: randomUUID(), payload: { customer: aBody({ email: 'nonsense' }) } });
  await tamper(hq.hq, `update number_sequence set largest = 0 where name = 'invoice'`);
  await run(hq);
  await run(hq, 'SYNCHRONIZE_ORDERS');
  const mend = await rewound(hq, 'houston');
  await run(hq, 'P_JOB');
  clock.pass(MINUTE);

  expect((await attention(hq)).map(({ kind, name, reason, toDo }) => [kind, name, reason, toDo])).toEqual([
    [
      'NUMBER_SEQUENCE_LOW',
      'Number sequence invoice',
      'NUMBER_SEQUENCE_EXHAUSTED',
      expect.stringMatching(/^Extend it/),
    ],
    ['JOB_FAILED', 'Run 3 of p-job', 'CHANNEL_DATABASE_REWOUND', expect.stringContaining('adoptChannelDatabase')],
    [
      'CUSTOMER_OPERATION_FAILED',
      expect.stringMatching(/^Customer operation \d of houston$/),
      'INVALID_INPUT',
      expect.stringContaining('Correct the value named in the message'),
    ],
    ['TRANSACTION_FAILED', `Order ${reference}`, 'INVALID_INPUT', expect.stringContaining('editTransaction')],
  ]);
  await mend();
});

test('items are filtered by kind, and a filter that nothing can match is refused', async () => {
  const { hq } = await withFailedHouston();
  await tamper(hq.hq, `update number_sequence set largest = 0 where name = 'invoice'`);
  const found = async (kinds: string) =>
    (await hq.query(`{ attention(filter: { kinds: [${kinds}] }) { total items { nodes { kind } } } }`)).attention;
  expect(await found('JOB_FAILED')).toEqual({ total: 1, items: { nodes: [{ kind: 'JOB_FAILED' }] } });
  expect(await found('SHIFT_NOT_CLOSED, NUMBER_SEQUENCE_LOW')).toEqual({
    total: 1,
    items: { nodes: [{ kind: 'NUMBER_SEQUENCE_LOW' }] },
  });
  const refused = await hq.ask('{ attention(filter: { kinds: [] }) { total } }');
  expect(refused.errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT', path: ['filter', 'kinds'] } }]);
});
