import { expect, test } from 'vitest';
import { withChannels } from '../support/actions.ts';
import { refuse } from '../support/sales.ts';

test('a mutation that ran reports its result although another one in the request failed unexpectedly', async () => {
  const hq = await withChannels(['houston']);
  await refuse(hq, { table: 'schedule', when: "row.cron = '1 1 1 1 1'" });
  const { data, errors } = await hq.ask(
    `mutation {
      ran: createSchedule(input: { job: P_JOB, cron: "0 3 * * *" }) { ... on Schedule { cron } }
      failed: createSchedule(input: { job: P_JOB, cron: "1 1 1 1 1" }) { __typename }
      alsoRan: createSchedule(input: { job: P_JOB, cron: "0 4 * * *" }) { ... on Schedule { cron } }
    }`,
  );
  expect(data).toEqual({ ran: { cron: '0 3 * * *' }, failed: null, alsoRan: { cron: '0 4 * * *' } });
  expect(errors).toMatchObject([{ path: ['failed'], extensions: { code: 'INTERNAL' } }]);
});

test('a malformed global ID is a failure of its own mutation, and names the field', async () => {
  const hq = await withChannels(['houston']);
  const data = await hq.query(
    `mutation {
      malformed: clearStatement(input: { id: "nonsense" }) { ...Reason }
      ofAnotherType: retryJobRun(input: { id: "Q2hhbm5lbDox" }) { ...Reason }
      schedule: createSchedule(input: { job: P_JOB, cron: "0 3 * * *" }) { __typename }
    }
    fragment Reason on Failure { __typename errorCode path ... on InvalidInput { violations { path rule message } } }`,
  );
  expect(data).toMatchObject({
    malformed: {
      __typename: 'InvalidInput',
      errorCode: 'INVALID_INPUT',
      path: ['id'],
      violations: [
        {
          path: ['id'],
          rule: 'FORMAT',
          message: 'must be a global ID of type TransactionalStatement or FinancialStatement',
        },
      ],
    },
    ofAnotherType: { __typename: 'InvalidInput', path: ['id'] },
    schedule: { __typename: 'Schedule' },
  });
});

test('what is wrong with the arguments of a query is an error with every violation, and its siblings are answered', async () => {
  const hq = await withChannels(['houston']);
  const { data, errors } = await hq.ask(
    '{ channels(first: 101, last: -1) { nodes { code } } sound: channels(first: 1) { nodes { code } } }',
  );
  expect(data).toEqual({ channels: null, sound: { nodes: [{ code: 'houston' }] } });
  expect(errors?.[0].extensions).toMatchObject({
    code: 'INVALID_INPUT',
    violations: [
      { path: ['first'], message: 'must be between 0 and 100' },
      { path: ['last'], message: 'must be between 0 and 100' },
      { path: ['last'], message: 'cannot be combined with first' },
    ],
  });
});

test('a page of no items is empty, and says whether there are any', async () => {
  const hq = await withChannels(['houston']);
  const { channels } = await hq.query('{ channels(first: 0) { nodes { code } pageInfo { hasNextPage endCursor } } }');
  expect(channels).toEqual({ nodes: [], pageInfo: { hasNextPage: true, endCursor: null } });
});

test('an order with thousands of mistakes names the first hundred and counts the others', async () => {
  const hq = await withChannels(['houston']);
  const input = {
    channel: 'houston',
    customerUuid: '7f3c1a52-1b7c-4c1e-9d38-2f4c8a6f0b11',
    lines: Array.from({ length: 1_000 }, () => ({ sku: 'A', quantity: '0.0001', unitPrice: '1.001' })),
    total: '1',
  };
  const { createOrder } = await hq.query(
    'mutation ($input: CreateOrderInput!) { createOrder(input: $input) { ... on InvalidInput { message violations { path } } } }',
    { input },
  );
  expect(createOrder.message).toMatch(/^lines\.0\.quantity: .+ \(and 1999 more\)$/);
  expect(createOrder.violations).toHaveLength(100);
});
