import { expect, test } from 'vitest';
import { createCustomers, rowsOf, run, withChannels } from '../support/actions.ts';
import {
  aChannel,
  aCustomer,
  createChannelDocument,
  createCustomerDocument,
  startHeadquarters,
} from '../support/headquarters.ts';
import { statementsOf } from '../support/statements.ts';

test('a customer gets an account ID and the channel hears of it', async () => {
  const hq = await startHeadquarters();
  await hq.query(createChannelDocument, { input: aChannel() });
  const feed = hq.subscribe(
    `subscription { accountIdsSynced(channel: "houston") { firstSequence sequence cursor customers { sequence uuid accountId } } }`,
  );
  const input = aCustomer();
  const { createCustomer: created } = await hq.query(createCustomerDocument, { input });
  expect(created).toMatchObject({
    __typename: 'Customer',
    uuid: input.uuid,
    accountId: null,
    accountLabel: 'Pending sync',
    syncStatus: 'PENDING',
  });

  const { runConversion: run } = await hq.query(
    'mutation { runConversion(input: {}) { ... on JobRun { id state } ... on Failure { message } } }',
  );
  await hq.worker.drain();

  expect(await feed.next()).toMatchObject({
    accountIdsSynced: {
      firstSequence: 1,
      sequence: 1,
      customers: [{ sequence: 1, uuid: input.uuid, accountId: 'C00000001' }],
    },
  });
  const { jobRun, customer } = await hq.query(
    `query ($id: ID!, $uuid: UUID!) {
      jobRun(id: $id) { state error { message } steps { job state progress { phase done total failed } failures { message } } uploadSessions { status rows } downloadSessions { status rows } }
      customer(by: { uuid: $uuid }) { accountId accountLabel syncStatus displayName timeline { stage detail } operations(first: 5) { edges { node { kind state } } } addresses { city } }
    }`,
    { id: run.id, uuid: input.uuid },
  );
  expect(jobRun).toEqual({
    state: 'SUCCEEDED',
    error: null,
    steps: ['P_JOB', 'SYNCHRONIZE_CUSTOMERS', 'DOWNLOAD_1010'].map((job) => ({
      job,
      state: 'SUCCEEDED',
      progress: { phase: 'DONE', done: 1, total: 1, failed: 0 },
      failures: [],
    })),
    uploadSessions: [{ status: 'APPLIED', rows: 1 }],
    downloadSessions: [{ status: 'APPLIED', rows: 1 }],
  });
  expect(customer).toMatchObject({
    accountId: 'C00000001',
    syncStatus: 'SYNCED',
    displayName: 'Ada Byron',
    timeline: [
      { stage: 'CREATED' },
      { stage: 'UPLOADED' },
      { stage: 'ACCOUNT_ID_ASSIGNED', detail: 'C00000001' },
      { stage: 'BACK_IN_CHANNEL' },
    ],
    operations: { edges: [{ node: { kind: 'CREATE_CUSTOMER', state: 'SYNCED' } }] },
    addresses: [{ city: 'London' }],
  });
});

test('a received operation is stored with its session and the time when it was received', async () => {
  const hq = await startHeadquarters();
  await hq.query(createChannelDocument, { input: aChannel() });
  await hq.query(createCustomerDocument, { input: aCustomer({ birthDate: '1990-12-31' }) });
  await hq.query('mutation { runConversion(input: {}) { __typename } }');
  await hq.worker.drain();
  const [operation] = await rowsOf(hq.hq, 'select session_id, received_at, state from customer_operation');
  const [session] = await rowsOf(hq.hq, 'select id from upload_session');
  expect(operation).toEqual({
    session_id: session!.id,
    received_at: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T/),
    state: 'SYNCED',
  });
});

test('a conversion of a batch sends as many statements for one customer as for fifty', async () => {
  const hq = await withChannels(['houston']);
  const statements = statementsOf(hq.hq, await hq.channels.databaseOf('houston'));
  const counts: number[] = [];
  for (const customers of [1, 50]) {
    await createCustomers(hq, customers);
    statements.length = 0;
    expect(await run(hq)).toMatchObject({ state: 'SUCCEEDED' });
    counts.push(statements.length);
  }
  expect(counts[1]).toBe(counts[0]);
  // Each costs live conversion about half a millisecond on PostgreSQL.
  expect(counts[0]).toBeLessThanOrEqual(55);
});
