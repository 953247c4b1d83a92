import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { aClock, appendOperation, createCustomer, run, tamper, withChannels } from '../../support/actions.ts';
import type { Answer, Headquarters } from '../../support/headquarters.ts';

const document = `query ($filter: CustomerOperationFilter, $orderBy: CustomerOperationOrder, $first: Int, $after: String, $last: Int, $before: String) {
  customerOperations(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    totalCount nodes { customerUuid kind } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;

const page = async (hq: Headquarters, variables: object): Promise<Answer> =>
  (await hq.query(document, { ...variables })).customerOperations;

/** What is listed, as the name of its customer and its kind, read page by page. */
async function listed(hq: Headquarters, names: Record<string, string>, filter: object, orderBy?: object) {
  const ends = [
    { size: 'first', from: 'after', more: 'hasNextPage', cursor: 'endCursor' },
    { size: 'last', from: 'before', more: 'hasPreviousPage', cursor: 'startCursor' },
  ];
  const lists: string[][] = [];
  for (const { size, from, more, cursor } of ends) {
    const pages: Answer[][] = [];
    for (let at: string | null = null, left = true; left; ) {
      const { nodes, pageInfo, totalCount }: Answer = await page(hq, { filter, orderBy, [size]: 2, [from]: at });
      pages.push(nodes);
      left = pageInfo[more];
      at = pageInfo[cursor];
      if (!left) expect(pages.flat()).toHaveLength(totalCount);
    }
    const inOrder = size === 'first' ? pages : pages.toReversed();
    lists.push(inOrder.flat().map(({ customerUuid, kind }) => `${names[customerUuid]} ${kind}`));
  }
  expect(lists[1]).toEqual(lists[0]);
  return lists[0];
}

const [day1, day2, day3] = ['2026-11-20', '2026-11-21', '2026-11-22'].map((day) => `${day}T10:00:00.000Z`);

/**
 * Ada of houston is created on the first day and changed on the second, and Bob of dallas is created between the two. Houston is uploaded
 * after dallas, on the third day. Cid has an operation of a kind that nobody knows.
 */
async function threeDays() {
  const time = aClock(day1);
  const hq = await withChannels(['houston', 'dallas'], { clock: time.clock });
  const ada = await createCustomer(hq);
  time.set(day2!);
  const bob = await createCustomer(hq, { channel: 'dallas' });
  await hq.query(
    'mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { ... on Customer { uuid } } }',
    { input: { channel: 'houston', customer: { uuid: ada }, phone: '555 0109' } },
  );
  await run(hq, 'P_JOB', ['dallas']);
  time.set(day3!);
  const cid = randomUUID();
  await appendOperation(hq, 'houston', { uuid: cid, kind: 'SING', payload: {} });
  await tamper(
    await hq.channels.databaseOf('houston'),
    `update operation set created_at = '${day3}' where kind = 'SING'`,
  );
  await run(hq, 'P_JOB');
  await run(hq, 'SYNCHRONIZE_CUSTOMERS');
  return { hq, ada, bob, cid, names: { [ada]: 'Ada', [bob]: 'Bob', [cid]: 'Cid' } };
}

test('operations are filtered by channel, customer, kind, state, and period', async () => {
  const { hq, ada, bob, names } = await threeDays();
  const [created, changed, made, sung] = [
    'Ada CREATE_CUSTOMER',
    'Ada UPDATE_CUSTOMER',
    'Bob CREATE_CUSTOMER',
    'Cid UNKNOWN',
  ];
  const cases: [object, (string | undefined)[]][] = [
    [{}, [sung, changed, created, made]],
    [{ channel: 'houston' }, [sung, changed, created]],
    [{ channel: 'dallas' }, [made]],
    [{ customerUuid: ada }, [changed, created]],
    [{ customerUuid: bob, channel: 'houston' }, []],
    [{ states: ['SYNCED'] }, [changed, created, made]],
    [{ states: ['SYNCED'], channel: 'houston' }, [changed, created]],
    [{ states: ['FAILED'] }, [sung]],
    [{ states: ['FAILED', 'WAITING'], channel: 'houston' }, [sung]],
    [{ states: ['FAILED', 'SYNCED'], channel: 'dallas' }, [made]],
    [{ kinds: ['CREATE_CUSTOMER'], channel: 'houston' }, [created]],
    [{ kinds: ['UPDATE_CUSTOMER'], customerUuid: ada }, [changed]],
    [{ kinds: ['UNKNOWN'], channel: 'houston' }, [sung]],
    [{ kinds: ['UNKNOWN', 'UPDATE_CUSTOMER'], channel: 'houston' }, [sung, changed]],
    [{ receivedAt: { from: day3 }, channel: 'houston' }, [sung, changed, created]],
    [{ receivedAt: { before: day3 }, channel: 'houston' }, []],
    [{ receivedAt: { before: day3 }, channel: 'dallas' }, [made]],
    [{ createdAt: { from: day2, before: day3 }, channel: 'houston' }, [changed]],
    [{ createdAt: { before: day2 }, customerUuid: ada }, [created]],
  ];
  for (const [filter, expected] of cases)
    expect(await listed(hq, names, filter), JSON.stringify(filter)).toEqual(expected);
});

test('operations are ordered by arrival or, within a channel, by creation', async () => {
  const { hq, ada, names } = await threeDays();
  for (const filter of [{ channel: 'houston' }, { customerUuid: ada }]) {
    for (const field of ['RECEIVED_AT', 'CREATED_AT']) {
      const newest = (await listed(hq, names, filter, { field }))!;
      expect(newest.slice(-2)).toEqual(['Ada UPDATE_CUSTOMER', 'Ada CREATE_CUSTOMER']);
      expect(await listed(hq, names, filter, { field, direction: 'ASC' })).toEqual(newest.toReversed());
    }
  }
});

test('every part of a filter that no index serves, or that cannot match, is named', async () => {
  const hq = await withChannels(['houston']);
  const never = { from: day2, before: day1 };
  const paths = async (filter: object, orderBy?: object) =>
    (await hq.ask(document, { filter, orderBy })).errors?.[0]?.extensions.violations.map(({ path }: Answer) => path);
  expect(
    await paths({ states: [], kinds: ['UNKNOWN'], receivedAt: {}, createdAt: never }, { field: 'CREATED_AT' }),
  ).toEqual([
    ['filter', 'states'],
    ['filter', 'kinds'],
    ['filter', 'receivedAt'],
    ['filter', 'createdAt'],
    ['orderBy', 'field'],
    ['filter', 'createdAt'],
  ]);
  expect(await paths({ channel: 'houston', kinds: [], createdAt: never })).toEqual([
    ['filter', 'kinds'],
    ['filter', 'createdAt'],
  ]);
});
