import { expect, test } from 'vitest';
import { auditActions } from '../../../src/data/hq/audit.ts';
import { schema } from '../../../src/graphql/schema.ts';
import { createCustomer, rowsOf, run, tamper, withChannels } from '../../support/actions.ts';
import { type Answer, aChannel, createChannelDocument, type Headquarters } from '../../support/headquarters.ts';
import { accept, posted, refuse, sell, validated } from '../../support/sales.ts';
import { appendTransaction, aTransaction } from '../../support/transactions.ts';

const lostShift = '7f3c1a52-1b7c-4c1e-9d38-2f4c8a6f0b11';
const globalId = (type: string, id: string | number) => Buffer.from(`${type}:${id}`).toString('base64');

/** An operation, an order, a sale, a shift, and statements of houston, all of them done. */
async function busyHeadquarters() {
  const hq = await withChannels(['houston']);
  const customerUuid = await createCustomer(hq);
  const order = await appendTransaction(hq, 'houston', aTransaction('ONLINE_ORDER', { customerUuid }));
  await sell(hq, { customerUuid });
  await posted(hq);
  await run(hq, 'SYNCHRONIZE_ORDERS');
  await run(hq, 'DOWNLOAD_1010');
  await hq.query(
    `mutation { openShift(input: { channel: "houston", register: "R1", uuid: "${lostShift}" }) { __typename } }`,
  );
  await run(hq, 'P_JOB');
  await tamper(await hq.channels.databaseOf('houston'), 'delete from shift');
  return { hq, order: globalId('Order', `houston/${order}`) };
}

interface Step {
  /** What has to be so before. */
  given?: string[];
  /** The input; the newest run and schedule are known. */
  input: string | ((world: { order: string; run: string; schedule: string }) => string);
  action?: keyof typeof auditActions;
}

const ofOrder = ({ order }: { order: string }) => `{ transaction: { id: "${order}" } }`;
const failedOrder = `update retail_transaction set status = 'FAILED', error_code = 'INTERNAL', error = 'x' where kind = 'ONLINE_ORDER'`;
const failedOperation = `update customer_operation set state = 'FAILED', error_code = 'INTERNAL', error = 'x' where sequence = 1`;
const statementIn = (state: string) => `update statement set state = '${state}' where id = 1`;

/** Every mutation of operators, in an order in which each has something to do. */
const steps: Record<string, Step> = {
  createChannel: {
    input:
      '{ code: "austin", name: "Austin", type: RETAIL_STORE, currency: "USD", timeZone: "America/Chicago", country: "US" }',
  },
  updateChannel: { input: '{ code: "houston", name: "Houston 2" }' },
  createFunctionalityProfile: { input: '{ code: "real-time", name: "Real time" }' },
  updateFunctionalityProfile: { input: '{ code: "real-time", createCustomerInAsyncMode: false }' },
  setMaintenance: { input: '{ on: true, reason: "New disks" }' },
  updateNumberSequence: { input: '{ name: "customer-account", warnBelow: 5 }' },
  createSchedule: { input: '{ job: P_JOB, cron: "0 3 * * *", channels: ["houston"] }' },
  updateSchedule: { input: ({ schedule }) => `{ id: "${schedule}", channels: null, enabled: false }` },
  deleteSchedule: { input: ({ schedule }) => `{ id: "${schedule}" }` },
  runJob: { input: '{ job: P_JOB }' },
  cancelJobRun: { input: ({ run }) => `{ id: "${run}" }` },
  retryJobRun: { input: ({ run }) => `{ id: "${run}" }` },
  runConversion: { input: '{}', action: 'RUN_JOB' },
  runEndOfDay: { input: '{}', action: 'RUN_JOB' },
  retryCustomerOperation: { given: [failedOperation], input: `{ id: "${globalId('CustomerOperation', 1)}" }` },
  correctCustomerOperation: {
    given: [failedOperation],
    input: `{ id: "${globalId('CustomerOperation', 1)}", lastName: "Lovelace" }`,
  },
  retryFailedCustomerOperations: { given: [failedOperation], input: '{}' },
  retryTransaction: { given: [failedOrder], input: ofOrder },
  retryFailedTransactions: { given: [failedOrder], input: '{ channel: "houston" }' },
  beginEditingTransaction: { input: ofOrder },
  releaseTransaction: { input: ofOrder },
  editTransaction: {
    input: ({ order }) =>
      `{ transaction: { id: "${order}" }, lines: [{ line: 1, unitPrice: "90" }], payments: [{ line: 1, amount: "90" }] }`,
  },
  voidTransaction: { input: ({ order }) => `{ transaction: { id: "${order}" }, reason: "a test" }` },
  releaseSalesOrder: {
    given: [`update sales_order set hold_code = 'X' where id = 1`],
    input: `{ id: "${globalId('SalesOrder', 1)}" }`,
  },
  closeLostShift: { input: `{ channel: "houston", shift: { uuid: "${lostShift}" } }` },
  setValidationRule: { input: '{ name: SHIFT, enabled: false }' },
  updateStatementSettings: { input: '{ channel: "houston", holdCode: "OTHER" }' },
  deleteAggregatedTransaction: {
    given: [statementIn('AGGREGATED'), 'delete from invoice'],
    input: `{ id: "${globalId('AggregatedTransaction', 1)}" }`,
  },
  revalidateTransactions: {
    given: [`update retail_transaction set status = 'SUCCEEDED', statement_id = null where kind = 'CASH_AND_CARRY'`],
    input: '{ channel: "houston" }',
  },
  regenerateAggregatedTransactions: {
    given: [statementIn('AGGREGATED')],
    input: `{ id: "${globalId('TransactionalStatement', 1)}" }`,
  },
  clearStatement: { given: [statementIn('CALCULATED')], input: `{ id: "${globalId('TransactionalStatement', 1)}" }` },
  adoptChannelDatabase: { input: '{ name: "houston" }' },
  acceptRestoredHeadquarters: {
    given: [`update number_sequence set next_number = 1 where name = 'customer-account'`],
    input: '{ skip: 1 }',
  },
};

const operatorMutations = Object.values(schema.getMutationType()!.getFields())
  .filter(({ description }) => description?.endsWith('Operators only.'))
  .map(({ name }) => name);
const actionOf = (mutation: string) =>
  steps[mutation]!.action ?? mutation.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();

test('every mutation of operators is an action of the audit trail', () => {
  expect(Object.keys(steps).toSorted()).toEqual(operatorMutations.toSorted());
  // What is no mutation is tested in test/exchange/.
  const others = ['IMPORT_CUSTOMERS', 'EXPORT_CUSTOMERS'];
  expect(new Set([...operatorMutations.map(actionOf), ...others])).toEqual(new Set(Object.keys(auditActions)));
});

const changed = [
  'aggregated_transaction',
  'channel',
  'channel_database',
  'customer_operation',
  'functionality_profile',
  'job_run',
  'maintenance',
  'number_sequence',
  'retail_transaction',
  'sales_order',
  'schedule',
  'shift',
  'statement',
  'statement_settings',
  'validation_rule',
];
const stateOf = async (hq: Headquarters) =>
  Object.fromEntries(
    await Promise.all(changed.map(async (table) => [table, await rowsOf(hq.hq, `select * from ${table} order by 1`)])),
  );

/** Their records are not found afterward: a schedule was deleted, and a channel has lost a shift. */
const gone = ['deleteSchedule', 'closeLostShift'];

const newest =
  'auditTrail(first: 100) { nodes { id actor action name subject field oldValue newValue record { id } } }';

test('every mutation of operators writes its entries in the transaction of its change', async () => {
  const { hq, order } = await busyHeadquarters();
  const noAudit = { table: 'audit_entry', when: 'true' };
  for (const [mutation, { given = [], input }] of Object.entries(steps)) {
    await tamper(hq.hq, ...given);
    const {
      jobRuns,
      schedules,
      auditTrail: before,
    } = await hq.query(`{ jobRuns(first: 1) { nodes { id } } schedules(last: 1) { nodes { id } } ${newest} }`);
    const world = { order, run: jobRuns.nodes[0].id, schedule: schedules.nodes[0].id };
    const document = `mutation { ${mutation}(input: ${typeof input === 'string' ? input : input(world)}) {
      __typename ... on Failure { errorCode message } } }`;

    await refuse(hq, noAudit);
    const unchanged = await stateOf(hq);
    expect(await hq.ask(document), mutation).toMatchObject({ data: { [mutation]: null }, errors: [{}] });
    expect(await stateOf(hq), mutation).toEqual(unchanged);

    await accept(hq, noAudit);
    expect((await hq.query(document))[mutation], mutation).not.toHaveProperty('errorCode');
    const { auditTrail: after } = await hq.query(`{ ${newest} }`);
    const entries = after.nodes.slice(0, after.nodes.length - before.nodes.length);
    expect(entries.length, mutation).toBeGreaterThan(0);
    for (const entry of entries) {
      expect(entry, mutation).toMatchObject({ actor: 'operator', action: actionOf(mutation) });
      if (entry.subject !== null && !gone.includes(mutation))
        expect(entry.record, `${mutation}: ${entry.name}`).toEqual({ id: entry.subject });
      expect(entry.oldValue !== entry.newValue || entry.field === null, mutation).toBe(true);
    }
  }
});

/** Two operators change two channels, a minute apart. */
async function twoOperators() {
  const hq = await withChannels([]);
  for (const code of ['houston', 'dallas']) await hq.query(createChannelDocument, { input: aChannel(code) });
  await tamper(hq.hq, 'delete from audit_entry');
  for (const [code, name] of [
    ['houston', 'Main'],
    ['dallas', 'Mall'],
    ['houston', 'Market'],
  ])
    await hq.query(`mutation { updateChannel(input: { code: "${code}", name: "${name}" }) { __typename } }`);
  await hq.query('mutation { updateNumberSequence(input: { name: "customer-account", warnBelow: 1 }) { __typename } }');
  const rows = await rowsOf(hq.hq, 'select id from audit_entry order by id');
  for (const [index, { id }] of rows.entries())
    await tamper(
      hq.hq,
      `update audit_entry set at = '2026-11-22T10:0${index}:00.000Z', actor = '${index < 2 ? 'Olga' : 'Omar'}' where id = ${id}`,
    );
  return hq;
}

const found = async (hq: Headquarters, filter: string, more = ''): Promise<string[]> =>
  (await hq.query(`{ auditTrail(filter: ${filter} ${more}) { nodes { name newValue } } }`)).auditTrail.nodes.map(
    ({ name, newValue }: Answer) => `${name}: ${newValue}`,
  );

test('the trail is filtered by record, actor, action, and time, and ordered by time', async () => {
  const hq = await twoOperators();
  const all = [
    'Number sequence customer-account: 1',
    'Channel houston: Market',
    'Channel dallas: Mall',
    'Channel houston: Main',
  ];
  expect(await found(hq, '{}')).toEqual(all);
  expect(await found(hq, '{}', 'orderBy: { field: AT, direction: ASC }')).toEqual(all.toReversed());
  expect(await found(hq, `{ subject: "${globalId('Channel', 'houston')}" }`)).toEqual([all[1], all[3]]);
  expect(await found(hq, '{ actor: "Olga" }')).toEqual([all[2], all[3]]);
  expect(await found(hq, '{ actions: [UPDATE_NUMBER_SEQUENCE, DELETE_SCHEDULE] }')).toEqual([all[0]]);
  expect(await found(hq, '{ at: { from: "2026-11-22T10:01:00Z", before: "2026-11-22T10:03:00Z" } }')).toEqual([
    all[1],
    all[2],
  ]);
  const page = await hq.query('{ auditTrail(first: 2) { totalCount nodes { name } pageInfo { endCursor } } }');
  expect(page.auditTrail).toMatchObject({ totalCount: 4, nodes: [{}, {}] });
  expect(await found(hq, '{}', `after: "${page.auditTrail.pageInfo.endCursor}"`)).toEqual(all.slice(2));
});

test('a filter that nothing can match is refused', async () => {
  const hq = await withChannels([]);
  for (const [filter, path] of [
    ['{ actions: [] }', ['filter', 'actions']],
    ['{ at: { from: "2026-11-22T10:01:00Z", before: "2026-11-22T10:01:00Z" } }', ['filter', 'at']],
  ] as const)
    expect((await hq.ask(`{ auditTrail(filter: ${filter}) { nodes { id } } }`)).errors).toMatchObject([
      { extensions: { code: 'INVALID_INPUT', path } },
    ]);
});

test('an entry tells the old and new values, and links the record', async () => {
  const hq = await withChannels(['houston']);
  await validated(hq);
  await tamper(hq.hq, 'delete from audit_entry');
  await hq.query(
    'mutation { updateSchedule(input: { id: "U2NoZWR1bGU6MQ==", channels: ["houston"] }) { __typename } }',
  );
  await hq.query('mutation { deleteSchedule(input: { id: "U2NoZWR1bGU6Mg==" }) { __typename } }');
  const { auditTrail } = await hq.query(
    '{ auditTrail { nodes { action name field oldValue newValue record { ... on Schedule { cron } } } } }',
  );
  expect(auditTrail.nodes).toContainEqual({
    action: 'UPDATE_SCHEDULE',
    name: 'Schedule 1 of conversion',
    field: 'channels',
    oldValue: null,
    newValue: 'houston',
    record: { cron: '*/5 * * * *' },
  });
  expect(auditTrail.nodes).toContainEqual({
    action: 'DELETE_SCHEDULE',
    name: 'Schedule 2 of synchronize-orders',
    field: 'cron',
    oldValue: '1-59/5 * * * *',
    newValue: null,
    record: null,
  });
});
