import { randomUUID } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import type { Database } from '../../../src/data/database.ts';
import { setBack, succeed } from '../../../src/data/hq/transaction.bulk.ts';
import { receivedBy } from '../../../src/graphql/order/by.ts';
import {
  appendOperation,
  ask,
  createCustomer,
  createCustomers,
  rowsOf,
  run,
  tamper,
  withChannels,
} from '../../support/actions.ts';
import { backUp } from '../../support/backup.ts';
import { eventSource } from '../../support/event-source.ts';
import { type Answer, type Headquarters, onPostgres } from '../../support/headquarters.ts';
import { posted, sell, validated } from '../../support/sales.ts';
import { statementsOf } from '../../support/statements.ts';
import { expectFeedsToTellEveryStatus } from '../../support/transaction-feed.ts';
import { appendTransaction, aTransaction } from '../../support/transactions.ts';

const document = `subscription ($channel: String! = "houston", $after: String) {
  transactionsSynced(channel: $channel, after: $after) {
    firstSequence sequence cursor
    transactions {
      sequence uuid status changedAt error { errorCode message } transaction { __typename uuid channel { code } }
      salesOrder { salesOrderId status invoice { invoiceId } } statement { statementId }
    }
  }
}`;

const order = (hq: Headquarters, customerUuid: string, more = {}, channel = 'houston') =>
  appendTransaction(hq, channel, aTransaction('ONLINE_ORDER', { customerUuid, ...more }));

/** The feed of a channel from behind a cursor to its end, and the cursor that a client keeps. */
async function told(hq: Headquarters, { channel = 'houston', after = null as string | null, from = 0 } = {}) {
  const [head] = await rowsOf(hq.hq, 'select sequence from transaction_feed_head where channel = $1', [channel]);
  const stream = hq.subscribe(document, { channel, after });
  const transactions: Answer[] = [];
  let cursor = after;
  for (let last = from; last < (head?.sequence ?? 0); ) {
    const { transactionsSynced: event } = await stream.next();
    expect(event.firstSequence).toBe(last + 1);
    expect(event.transactions.map(({ sequence }: Answer) => sequence)).toEqual(
      Array.from({ length: event.sequence - last }, (_, index) => last + 1 + index),
    );
    transactions.push(...event.transactions);
    ({ cursor, sequence: last } = event);
  }
  stream.stop();
  return { transactions, cursor, last: from + transactions.length };
}

const statuses = ({ transactions }: { transactions: Answer[] }) => transactions.map(({ status }) => status);

/** A client that connects, reads what is new, and leaves; answers the new statuses. */
function visitor(hq: Headquarters) {
  let cursor: string | null = null;
  let last = 0;
  return async (): Promise<Answer[]> => {
    const visit = await told(hq, { after: cursor, from: last });
    ({ cursor, last } = visit);
    return visit.transactions;
  };
}

const everyFeed = (hq: Headquarters) => expectFeedsToTellEveryStatus((statement) => rowsOf(hq.hq, statement));

/** Executes a mutation. `refusable`: a job may come first. */
async function mutate(hq: Headquarters, field: string, input: object, { refusable = false } = {}): Promise<void> {
  const name = inputs[field] ?? `${field[0]!.toUpperCase()}${field.slice(1)}Input`;
  const data = await hq.query(
    `mutation ($input: ${name}!) { ${field}(input: $input) { __typename ... on Failure { errorCode message } } }`,
    { input },
  );
  const { errorCode } = data[field];
  if (errorCode && !(refusable && ['WRONG_STATE', 'NOT_FOUND'].includes(errorCode)))
    throw new Error(JSON.stringify(data[field]));
}

/** Mutations whose input is not named after them. */
const inputs: Record<string, string> = {
  beginEditingTransaction: 'TransactionInput',
  releaseTransaction: 'TransactionInput',
  retryTransaction: 'TransactionInput',
};

const correction = (hq: Headquarters, field: string, uuid: string, more = {}) =>
  mutate(hq, field, { transaction: { uuid }, ...more });

const statementId = async (hq: Headquarters): Promise<string> =>
  (await hq.query('{ statements(first: 1) { nodes { ... on Node { id } } } }')).statements.nodes[0].id;

test('an order is told as it is received, waits with its reason, and gets its sales order; a client that comes back each time misses and repeats nothing', async () => {
  const hq = await withChannels(['houston']);
  const visit = visitor(hq);
  const customer = randomUUID();
  const uuid = await order(hq, customer);
  expect(await visit()).toEqual([]);

  await run(hq, 'P_JOB');
  expect(await visit()).toEqual([
    {
      sequence: 1,
      uuid,
      status: 'RECEIVED',
      changedAt: expect.stringMatching(/Z$/),
      error: null,
      transaction: { __typename: 'Order', uuid, channel: { code: 'houston' } },
      salesOrder: null,
      statement: null,
    },
  ]);
  await run(hq, 'SYNCHRONIZE_ORDERS');
  expect(await visit()).toMatchObject([
    { sequence: 2, status: 'WAITING', error: { errorCode: 'ASYNC_CUSTOMER_NOT_UPLOADED' }, salesOrder: null },
  ]);
  await run(hq, 'SYNCHRONIZE_ORDERS');
  expect(await visit()).toEqual([]);

  await createCustomer(hq, { uuid: customer });
  await run(hq, 'P_JOB');
  await run(hq, 'SYNCHRONIZE_ORDERS');
  expect(await visit()).toMatchObject([
    { sequence: 3, uuid, status: 'RECEIVED', error: null, salesOrder: null },
    { sequence: 4, uuid, status: 'SYNCHRONIZED', error: null, salesOrder: { salesOrderId: 'SO000000001' } },
  ]);

  await appendOperation(hq, 'houston', {
    uuid: randomUUID(),
    kind: 'CANCEL_ORDER',
    payload: { transactionUuid: uuid, canceledAt: '2026-11-22T10:00:00.000Z' },
  });
  await run(hq, 'P_JOB');
  expect(await visit()).toMatchObject([
    { sequence: 5, uuid, status: 'CANCELED', salesOrder: { salesOrderId: 'SO000000001', status: 'CANCELED' } },
  ]);
  // What was told is told as it was.
  expect((await told(hq)).transactions[1].error.message).toContain(customer);
  await everyFeed(hq);
});

test('an order that fails is told with its reason, and so is everything that an operator does with it', async () => {
  const hq = await withChannels(['houston']);
  const visit = visitor(hq);
  const [customer] = await createCustomers(hq, 1);
  const uuid = await order(hq, customer!, { lines: [] });
  await run(hq, 'P_JOB');
  await run(hq, 'SYNCHRONIZE_ORDERS');
  const failed = { uuid, status: 'FAILED', error: { errorCode: 'INVALID_INPUT' } };
  expect(await visit()).toMatchObject([{ status: 'RECEIVED' }, failed]);

  await correction(hq, 'retryTransaction', uuid);
  expect(await visit()).toMatchObject([{ status: 'RECEIVED', error: null }]);
  await run(hq, 'SYNCHRONIZE_ORDERS');
  expect(await visit()).toMatchObject([failed]);
  await correction(hq, 'beginEditingTransaction', uuid);
  expect(await visit()).toMatchObject([{ status: 'EDITING', error: null }]);
  await correction(hq, 'releaseTransaction', uuid);
  expect(await visit()).toMatchObject([failed]);
  const line = { line: 1, sku: 'BK-1', quantity: '1', unitPrice: '10', tax: '0' };
  await correction(hq, 'editTransaction', uuid, { lines: [line], payments: [{ line: 1, amount: '10' }] });
  expect(await visit()).toMatchObject([{ status: 'RECEIVED' }]);
  // An edit that leaves the status as it is.
  await correction(hq, 'editTransaction', uuid, { lines: [{ line: 1, quantity: '2' }] });
  expect(await visit()).toEqual([]);
  await correction(hq, 'voidTransaction', uuid, { reason: 'a test' });
  expect(await visit()).toMatchObject([{ status: 'VOIDED', error: null }]);
  expect(await everyFeed(hq)).toBe(8);
});

test('a transaction that arrives broken is told as FAILED, once', async () => {
  const hq = await withChannels(['houston']);
  const [customer] = await createCustomers(hq, 1);
  await order(hq, customer!, { staff: 'x'.repeat(1_100_000) });
  await run(hq, 'P_JOB');
  expect((await told(hq)).transactions).toMatchObject([{ status: 'FAILED', error: { errorCode: 'INVALID_INPUT' } }]);
});

test('a sale is told as it is validated and posted, with its sales order, invoice, and statement; that a statement takes it or lets it go is no status', async () => {
  const hq = await withChannels(['houston']);
  const visit = visitor(hq);
  const uuid = await sell(hq);
  const bad = await sell(hq, { quantity: 7 });
  await validated(hq);
  expect(await visit()).toMatchObject([
    { uuid, status: 'RECEIVED' },
    { uuid: bad, status: 'RECEIVED' },
    { uuid, status: 'VALIDATED', transaction: { __typename: 'Sale' }, statement: null },
    { uuid: bad, status: 'FAILED', error: { errorCode: 'VALIDATION_ERROR' } },
  ]);
  await mutate(hq, 'revalidateTransactions', { channel: 'houston' });
  expect(await visit()).toMatchObject([
    { uuid, status: 'RECEIVED' },
    { uuid: bad, status: 'RECEIVED', error: null },
  ]);
  await run(hq, 'VALIDATE_TRANSACTIONS');
  await visit();

  await run(hq, 'CALCULATE_STATEMENTS');
  await mutate(hq, 'clearStatement', { id: await statementId(hq) });
  expect(await visit()).toEqual([]);

  // No invoice: the sale is still in a sales order that may be deleted.
  await tamper(hq.hq, `update number_sequence set largest = 0 where name = 'invoice'`);
  await posted(hq);
  expect(await visit()).toEqual([]);
  const { statements } = await hq.query(
    '{ statements(first: 1) { nodes { ... on TransactionalStatement { aggregatedTransactions { nodes { id } } } } } }',
  );
  const [{ id }] = statements.nodes[0].aggregatedTransactions.nodes;
  await mutate(hq, 'deleteAggregatedTransaction', { id });
  expect(await visit()).toMatchObject([{ uuid, status: 'RECEIVED' }]);

  await tamper(hq.hq, `update number_sequence set largest = 99 where name = 'invoice'`);
  await posted(hq);
  expect(await visit()).toMatchObject([
    { uuid, status: 'VALIDATED', salesOrder: null, statement: null },
    {
      uuid,
      status: 'POSTED',
      salesOrder: { status: 'INVOICED', invoice: { invoiceId: 'INV000000001' } },
      statement: { statementId: 'ST00000003' },
    },
  ]);
  await everyFeed(hq);
});

test('orders that wait for account IDs are told once, however often the job runs until there are some', async () => {
  const hq = await withChannels(['houston']);
  await tamper(hq.hq, `update number_sequence set largest = 0 where name = 'customer-account'`);
  await order(hq, await createCustomer(hq));
  await run(hq, 'P_JOB');
  for (const _ of [1, 2, 3]) await run(hq, 'SYNCHRONIZE_ORDERS');
  expect(statuses(await told(hq))).toEqual(['RECEIVED', 'WAITING']);
  await tamper(hq.hq, `update number_sequence set largest = 9 where name = 'customer-account'`);
  await run(hq, 'SYNCHRONIZE_ORDERS');
  expect(statuses(await told(hq))).toEqual(['RECEIVED', 'WAITING', 'RECEIVED', 'SYNCHRONIZED']);
});

test('a package, a batch, and an operator’s retry of everything write the feed in two statements, however many transactions they change', async () => {
  const hq = await withChannels(['houston', 'dallas']);
  const asked = statementsOf(hq.hq);
  const written = async (work: () => Promise<unknown>) => {
    asked.length = 0;
    await work();
    return asked.filter(({ text }) => text.includes('insert into transaction_feed')).length;
  };
  for (const [customers, orders] of [
    [2, 3],
    [20, 60],
  ] as const) {
    for (const channel of ['houston', 'dallas'])
      for (const customer of await createCustomers(hq, customers, { channel }))
        for (let number = 0; number < orders / customers; number++) await order(hq, customer, { lines: [] }, channel);
    expect(await written(() => run(hq, 'P_JOB', ['houston']))).toBe(2);
    await run(hq, 'P_JOB');
    expect(await written(() => run(hq, 'SYNCHRONIZE_ORDERS', ['houston']))).toBe(2);
    await run(hq, 'SYNCHRONIZE_ORDERS');
    // Of two channels.
    expect(await written(() => mutate(hq, 'retryFailedTransactions', {}))).toBe(2);
    await run(hq, 'SYNCHRONIZE_ORDERS');
  }
  await everyFeed(hq);
});

test('a status that was rolled back is not told, and nothing of it gets into the next transaction', async () => {
  const hq = await withChannels(['houston']);
  const [customer] = await createCustomers(hq, 1);
  const uuid = await order(hq, customer!, { lines: [] });
  await run(hq, 'P_JOB');
  await run(hq, 'SYNCHRONIZE_ORDERS');
  await expect(
    hq.hq.write(async (tx) => {
      const { sequence } = await receivedBy(tx, { uuid });
      await succeed(tx, [sequence], '2026-11-22T10:00:00.000Z');
      throw new Error('changed my mind');
    }),
  ).rejects.toThrow('changed my mind');
  await sell(hq);
  await run(hq, 'P_JOB');
  expect(statuses(await told(hq))).toEqual(['RECEIVED', 'FAILED', 'RECEIVED']);
  await everyFeed(hq);
});

test('a batch that fails late does not set back what has gone on meanwhile', async () => {
  const hq = await withChannels(['houston']);
  const [customer] = await createCustomers(hq, 1);
  const uuid = await order(hq, customer!);
  await run(hq, 'P_JOB');
  await run(hq, 'SYNCHRONIZE_ORDERS');
  await hq.hq.write(async (tx) => {
    const { sequence, modifiedAt } = await receivedBy(tx, { uuid });
    await setBack(tx, [{ sequence, status: 'FAILED', errorCode: 'INTERNAL', error: 'late' }], modifiedAt);
  });
  expect(statuses(await told(hq))).toEqual(['RECEIVED', 'SYNCHRONIZED']);
  await everyFeed(hq);
});

test('a channel hears of its own orders and sales only, also in a shared database', async () => {
  const hq = await withChannels(['houston', 'dallas'], {}, { channelDatabase: 'texas' });
  const [houston, dallas] = [await sell(hq), await sell(hq, {}, 'dallas')];
  await run(hq, 'P_JOB');
  expect((await told(hq)).transactions).toMatchObject([{ sequence: 1, uuid: houston }]);
  expect((await told(hq, { channel: 'dallas' })).transactions).toMatchObject([{ sequence: 1, uuid: dallas }]);
});

test('the feed goes on after the last event ID of server-sent events, and after a restart of the server', async () => {
  const first = await withChannels(['houston']);
  for (const _ of Array(101)) await sell(first);
  await run(first, 'P_JOB');
  const stream = eventSource(first, document);
  const { id, data } = await stream.next();
  expect(id).toBe(data.data.transactionsSynced.cursor);
  stream.cut();
  const hq = await first.restart();
  await sell(hq);
  await run(hq, 'P_JOB');
  const resumed = eventSource(hq, document, { lastEventId: id });
  expect((await resumed.next()).data.data.transactionsSynced).toMatchObject({ firstSequence: 101, sequence: 102 });
});

const refused = async (hq: Headquarters, variables: Record<string, unknown>, code: string) =>
  expect(hq.subscribe(document, variables).next(), JSON.stringify(variables)).rejects.toMatchObject([
    { extensions: { code } },
  ]);

test('a cursor from another feed is refused, and so is a channel that does not exist', async () => {
  const hq = await withChannels(['houston', 'dallas']);
  for (const channel of ['houston', 'dallas', 'dallas']) await sell(hq, {}, channel);
  await run(hq, 'P_JOB');
  const { cursor } = await told(hq);
  const content = Buffer.from(cursor!, 'base64url').toString();
  expect(content).toMatch(/^1:/);
  const changed = [content.replace(/^1/, '2'), content.replace('NONE', 'FAILED'), '1', '0', '1:', '', 'nonsense'];
  for (const after of [...changed.map((text) => Buffer.from(text).toString('base64url')), '1'])
    await refused(hq, { after }, 'CURSOR_INVALID');
  await refused(hq, { after: cursor, channel: 'dallas' }, 'CURSOR_INVALID');
  await refused(hq, { channel: 'nowhere' }, 'CHANNEL_NOT_FOUND');
});

test('adopting a channel database tells nothing again, and cursors stay valid', async () => {
  const hq = await withChannels(['houston']);
  const customer = await createCustomer(hq);
  await order(hq, customer);
  await run(hq, 'P_JOB');
  await run(hq, 'SYNCHRONIZE_ORDERS');
  const { cursor, last } = await told(hq);
  await mutate(hq, 'adoptChannelDatabase', { name: 'houston' });
  await order(hq, customer);
  await run(hq, 'P_JOB');
  expect(statuses(await told(hq, { after: cursor, from: last }))).toEqual(['RECEIVED']);
});

test('after headquarters was restored, a cursor of what it has forgotten is refused, however far it has come again; an older one goes on', async () => {
  const first = await withChannels(['houston']);
  await sell(first);
  await run(first, 'P_JOB');
  const kept = await told(first);
  const { hq: after, restore } = await backUp(first);
  await sell(after);
  await run(after, 'P_JOB');
  const lost = await told(after);
  expect(lost.last).toBe(2);

  const hq = await restore(after);
  await refused(hq, { after: lost.cursor }, 'CURSOR_INVALID');
  await run(hq, 'P_JOB');
  // The same sale in the same place, and yet not the same event.
  await refused(hq, { after: lost.cursor }, 'CURSOR_INVALID');
  expect(statuses(await told(hq, { after: kept.cursor, from: 1 }))).toEqual(['RECEIVED']);
  await everyFeed(hq);
});

test('a client that is connected while the feed loses its newest entries is told so, instead of missing what comes in their place', async () => {
  const hq = await withChannels(['houston']);
  await sell(hq);
  await run(hq, 'P_JOB');
  const stream = hq.subscribe(document);
  await stream.next();
  await tamper(hq.hq, 'delete from transaction_feed', 'update transaction_feed_head set sequence = 0');
  hq.nudges.publish('transactions:houston');
  await expect(stream.next()).rejects.toMatchObject([{ extensions: { code: 'CURSOR_INVALID' } }]);
});

test('subscribers of a channel are woken after each commit that changed a status of it, by a job or an operator, and by no other', async () => {
  const hq = await withChannels(['houston', 'dallas']);
  const woken: string[] = [];
  for (const channel of ['houston', 'dallas'])
    hq.nudges.subscribe(`transactions:${channel}`, () => void woken.push(channel));
  const uuid = await sell(hq);
  await run(hq, 'P_JOB');
  expect(woken.splice(0)).toEqual(['houston']);
  await run(hq, 'P_JOB');
  await mutate(hq, 'beginEditingTransaction', { transaction: { uuid: randomUUID() } }, { refusable: true });
  expect(woken).toEqual([]);
  await sell(hq, {}, 'dallas');
  await run(hq, 'P_JOB', ['dallas']);
  await correction(hq, 'beginEditingTransaction', uuid);
  expect(woken).toEqual(['dallas', 'houston']);
});

test('sockets share one reading of what is new', async () => {
  const hq = await withChannels(['houston']);
  const streams = Array.from({ length: 30 }, () => hq.subscribe(document));
  await sell(hq);
  await run(hq, 'P_JOB');
  for (const stream of streams) await stream.next();
  const asked = statementsOf(hq.hq);
  await sell(hq);
  await run(hq, 'P_JOB');
  for (const stream of streams) expect((await stream.next()).transactionsSynced.firstSequence).toBe(2);
  const readings = asked.filter(({ text }) => text.includes('from transaction_feed f'));
  // Each is woken by the commit; one may find that nothing more has come.
  expect(readings.length).toBeGreaterThan(0);
  expect(readings.length).toBeLessThanOrEqual(3);
});

test('jobs and operators that work at once leave feeds without a gap, in which each status is told once', async () => {
  const hq = await withChannels(['houston', 'dallas', 'paris'], { background: true, settings: { BATCH_SIZE: '7' } });
  const codes = ['houston', 'dallas', 'paris'];
  const customers = new Map<string, string[]>();
  for (const channel of codes) customers.set(channel, await createCustomers(hq, 4, { channel }));
  const streams = codes.map((channel) => hq.subscribe(document, { channel }));
  const heard = new Map<string, number[]>(codes.map((channel) => [channel, []]));
  const listening = codes.map(async (channel, index) => {
    for (;;) {
      const { transactionsSynced: event } = await streams[index]!.next();
      heard.get(channel)!.push(...event.transactions.map(({ sequence }: Answer) => sequence));
    }
  });
  for (const done of listening) done.catch(() => {});

  const uuids: string[] = [];
  for (let round = 0; round < 4; round++) {
    for (const channel of codes)
      for (const customer of customers.get(channel)!) {
        uuids.push(await order(hq, customer, round % 2 ? { lines: [] } : {}, channel), await sell(hq, {}, channel));
      }
    const work: Promise<unknown>[] = [];
    for (const channel of codes) {
      work.push(ask(hq, 'P_JOB', [channel]), ask(hq, 'SYNCHRONIZE_ORDERS', [channel]));
      work.push(ask(hq, 'VALIDATE_TRANSACTIONS', [channel]));
    }
    work.push(mutate(hq, 'retryFailedTransactions', {}));
    work.push(mutate(hq, 'revalidateTransactions', {}));
    for (const uuid of uuids.slice(0, 20))
      work.push(mutate(hq, 'beginEditingTransaction', { transaction: { uuid } }, { refusable: true }));
    await Promise.all(work);
    await Promise.all(
      uuids
        .slice(0, 20)
        .map((uuid) => mutate(hq, 'releaseTransaction', { transaction: { uuid } }, { refusable: true })),
    );
  }
  await ask(hq, 'END_OF_DAY');
  await vi.waitFor(async () => {
    const { jobRuns } = await hq.query(
      '{ jobRuns(first: 100, filter: { states: [QUEUED, RUNNING] }) { nodes { id } } }',
    );
    expect(jobRuns.nodes).toEqual([]);
  }, 60_000);

  const total = await everyFeed(hq);
  await vi.waitFor(() => expect([...heard.values()].flat()).toHaveLength(total), 10_000);
  for (const sequences of heard.values()) expect(sequences).toEqual(sequences.map((_, index) => index + 1));
}, 120_000);

/** Two transactions that change statuses of both channels, in opposite orders; each waits until the other has changed its first. */
test.skipIf(!onPostgres)(
  'transactions that change statuses of the same channels in opposite orders do not deadlock',
  async () => {
    const hq = await withChannels(['houston', 'dallas']);
    const uuids: string[] = [];
    for (const channel of ['houston', 'dallas', 'dallas', 'houston']) uuids.push(await sell(hq, {}, channel));
    await run(hq, 'P_JOB');
    const sequences = new Map(
      (await rowsOf(hq.hq, 'select uuid, sequence from retail_transaction')).map(({ uuid, sequence }) => [
        uuid,
        sequence,
      ]),
    );
    let attempts = 0;
    const changing = async (database: Database, [first, second]: string[], mine: Promise<void>, begun: () => void) =>
      database.write(async (tx) => {
        attempts++;
        await succeed(tx, [sequences.get(first!)!], '2026-11-22T10:00:00.000Z');
        begun();
        await mine;
        await succeed(tx, [sequences.get(second!)!], '2026-11-22T10:00:00.000Z');
      });
    const [one, other] = [gate(), gate()];
    await Promise.all([
      changing(hq.hq, uuids.slice(0, 2), other.open, one.begun),
      changing(hq.hq, uuids.slice(2), one.open, other.begun),
    ]);
    expect(attempts).toBe(2);
    await everyFeed(hq);
  },
);

function gate() {
  let begun = () => {};
  const open = new Promise<void>((resolve) => {
    begun = resolve;
  });
  return { open, begun };
}
