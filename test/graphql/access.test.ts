import { decodeJwt, SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { tokenFor, type Viewer } from '../../src/access/viewer.ts';
import { schema } from '../../src/graphql/schema.ts';
import {
  type Answer,
  aChannel,
  aCustomer,
  createChannelDocument,
  createCustomerDocument,
  startHeadquarters,
} from '../support/headquarters.ts';
import { sell } from '../support/sales.ts';

const secret = 'a secret of at least thirty-two characters';
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const tokenOf = (viewer: Viewer) => tokenFor(secret, viewer, '1h');

/** What a client of houston may see, and what it may not. `dallas` is another channel. */
async function twoChannels() {
  const hq = await startHeadquarters({ settings: { TOKEN_SECRET: secret } });
  const operator = bearer(await tokenOf({ kind: 'operator', name: 'Olga' }));
  const till = bearer(await tokenOf({ kind: 'channel', channel: 'houston' }));
  const created = {
    houston: aCustomer(),
    dallas: aCustomer({ channel: 'dallas', name: { first: 'Grace', last: 'Hopper' } }),
  };
  await hq.query(
    'mutation { createFunctionalityProfile(input: { code: "of-dallas", name: "Dallas" }) { __typename } }',
    {},
    operator,
  );
  for (const code of ['houston', 'dallas'] as const) {
    const functionalityProfile = code === 'dallas' ? 'of-dallas' : 'default';
    await hq.query(createChannelDocument, { input: aChannel(code, { functionalityProfile }) }, operator);
    await hq.query(createCustomerDocument, { input: created[code] }, operator);
  }
  await hq.query('mutation { runConversion(input: {}) { __typename } }', {}, operator);
  await hq.worker.drain();
  const { runs, operations, uploads, downloads } = await hq.query(
    `{ runs: jobRuns { edges { node { id } } } operations: customerOperations { edges { node { id customerUuid } } }
       uploads: uploadSessions { edges { node { id } } } downloads: downloadSessions { edges { node { id } } } }`,
    {},
    operator,
  );
  const operation = (uuid: string) => operations.edges.find(({ node }: Answer) => node.customerUuid === uuid).node.id;
  return {
    hq,
    operator,
    till,
    created,
    ids: {
      run: runs.edges[0].node.id as string,
      upload: uploads.edges[0].node.id as string,
      download: downloads.edges[0].node.id as string,
      ours: operation(created.houston.uuid) as string,
      theirs: operation(created.dallas.uuid) as string,
    },
  };
}

type World = Awaited<ReturnType<typeof twoChannels>>;

/**
 * Every field of the schema, and who may use it: `operator`, or a channel's client for its own channel. A scoped field has a document
 * that asks for what is the client's own and one that asks for another's: refused, or answered without it. `everyone` may ask for what is
 * about the viewer or the server.
 */
type Decision =
  | { operator: string | ((world: World) => string) }
  | { everyone: string }
  | { own: (world: World) => string; other: (world: World) => string; answer: 'FORBIDDEN' | 'nothing' };

const globalId = (type: string, id: string) => Buffer.from(`${type}:${id}`).toString('base64');
const schedule = globalId('Schedule', '1');
const scoped = (document: (channel: string) => string): Decision => ({
  own: () => document('houston'),
  other: () => document('dallas'),
  answer: 'FORBIDDEN',
});
const operatorMutation = (field: string, input: string): Decision => ({
  operator: `mutation { ${field}(input: ${input}) { __typename } }`,
});

const someUuid = '7f3c1a52-1b7c-4c1e-9d38-2f4c8a6f0b11';
const someTransaction = `transaction: { id: "${globalId('Order', `houston/${someUuid}`)}" }`;
const ofShift = (field: string, channel: string) =>
  `mutation { ${field}(input: { channel: "${channel}", shift: { uuid: "${someUuid}" } }) { __typename } }`;
const recording = (field: string, channel: string, more: string) =>
  `mutation { ${field}(input: { channel: "${channel}", lines: [{ sku: "A", quantity: 1, unitPrice: 1 }], total: 1, ${more} }) { __typename } }`;

const recordingMany = (field: string, list: string, channel: string, more: string) =>
  recording(field, channel, more).replace('input: {', `input: { ${list}: [{`).replace('}) {', '}] }) {');

const decisions: Record<string, Decision> = {
  'Query.node': {
    own: ({ ids }) => `{ node(id: "${ids.ours}") { id } }`,
    other: ({ ids }) => `{ node(id: "${ids.theirs}") { id } }`,
    answer: 'nothing',
  },
  'Query.nodes': {
    own: ({ created }) =>
      `{ nodes(ids: ["${globalId('Channel', 'houston')}", "${globalId('Customer', created.houston.uuid)}"]) { id } }`,
    other: ({ created, ids }) =>
      `{ nodes(ids: ["${globalId('Channel', 'dallas')}", "${globalId('Customer', `dallas/${created.dallas.uuid}`)}", "${ids.theirs}", "${ids.run}", "${ids.upload}", "${ids.download}", "${schedule}", "${globalId('NumberSequence', 'customer-account')}"]) { id } }`,
    answer: 'nothing',
  },
  'Query.channel': {
    own: () => '{ channel(code: "houston") { code } }',
    other: () => '{ channel(code: "dallas") { code } }',
    answer: 'nothing',
  },
  'Query.channels': {
    own: () => '{ channels { edges { node { code } } } }',
    other: () => `{ channels(after: "${Buffer.from('houston').toString('base64url')}") { edges { node { code } } } }`,
    answer: 'nothing',
  },
  'Query.functionalityProfile': {
    own: () => '{ functionalityProfile(code: "default") { code } }',
    other: () => '{ functionalityProfile(code: "of-dallas") { code } }',
    answer: 'nothing',
  },
  'Query.functionalityProfiles': {
    own: () => '{ functionalityProfiles { nodes { code } } }',
    other: () =>
      `{ functionalityProfiles(after: "${Buffer.from('default').toString('base64url')}") { nodes { code } } }`,
    answer: 'nothing',
  },
  'Query.customer': {
    own: ({ created }) => `{ customer(by: { uuid: "${created.houston.uuid}" }) { uuid } }`,
    // Account IDs follow the order of channel codes: dallas has the first.
    other: ({ created }) =>
      `{ a: customer(by: { uuid: "${created.dallas.uuid}" }) { uuid } b: customer(by: { accountId: "C00000001" }) { uuid } c: customer(by: { id: "${globalId('Customer', `dallas/${created.dallas.uuid}`)}" }) { uuid } }`,
    answer: 'nothing',
  },
  'Query.customers': scoped(
    (channel) =>
      `{ a: customers(filter: { channel: "${channel}" }) { edges { node { uuid } } } b: customers(source: HEADQUARTERS, filter: { channel: "${channel}" }) { edges { node { uuid } } } }`,
  ),
  'Query.customerOperations': scoped(
    (channel) => `{ customerOperations(filter: { channel: "${channel}" }) { edges { node { customerUuid } } } }`,
  ),
  'Query.jobRun': { operator: ({ ids }) => `{ jobRun(id: "${ids.run}") { id } }` },
  'Query.jobRuns': { operator: '{ jobRuns { edges { node { id } } } }' },
  'Query.jobStatistics': { operator: '{ jobStatistics { job lastSuccess { id } } }' },
  'Query.uploadSessions': { operator: '{ uploadSessions { edges { node { id } } } }' },
  'Query.downloadSessions': { operator: '{ downloadSessions { edges { node { id } } } }' },
  'Query.schedules': { operator: '{ schedules { nodes { id } } }' },
  'Query.auditTrail': { operator: '{ auditTrail { nodes { actor } } }' },
  'Query.viewer': { everyone: '{ viewer { role name channel { code } tokenExpiresAt } }' },
  'Query.serverInfo': { everyone: '{ serverInfo { version startedAt currentTime headquartersAvailable } }' },
  'Query.numberSequences': { operator: '{ numberSequences { name } }' },
  'Mutation.createChannel': operatorMutation(
    'createChannel',
    '{ code: "austin", name: "Austin", type: RETAIL_STORE, currency: "USD", timeZone: "America/Chicago", country: "US" }',
  ),
  'Mutation.updateChannel': operatorMutation('updateChannel', '{ code: "houston", name: "Houston 2" }'),
  'Mutation.createFunctionalityProfile': operatorMutation('createFunctionalityProfile', '{ code: "new", name: "New" }'),
  'Mutation.updateFunctionalityProfile': operatorMutation(
    'updateFunctionalityProfile',
    '{ code: "default", name: "Standard" }',
  ),
  'Mutation.setMaintenance': operatorMutation('setMaintenance', '{ on: true }'),
  'Mutation.adoptChannelDatabase': operatorMutation('adoptChannelDatabase', '{ name: "houston" }'),
  'Mutation.acceptRestoredHeadquarters': operatorMutation('acceptRestoredHeadquarters', '{ skip: 0 }'),
  'Mutation.closeLostShift': operatorMutation(
    'closeLostShift',
    `{ channel: "houston", shift: { uuid: "${someUuid}" } }`,
  ),
  'Mutation.createCustomer': scoped(
    (channel) => `mutation { createCustomer(input: { channel: "${channel}", name: { last: "New" } }) { __typename } }`,
  ),
  'Mutation.updateCustomer': {
    own: ({ created }) =>
      `mutation { updateCustomer(input: { channel: "houston", customer: { uuid: "${created.houston.uuid}" }, phone: "555 0109" }) { __typename } }`,
    other: ({ created }) =>
      `mutation { updateCustomer(input: { channel: "dallas", customer: { uuid: "${created.dallas.uuid}" }, phone: "555 0109" }) { __typename } }`,
    answer: 'FORBIDDEN',
  },
  'Mutation.addCustomerAddress': {
    own: ({ created }) =>
      `mutation { addCustomerAddress(input: { channel: "houston", customer: { uuid: "${created.houston.uuid}" }, address: { country: "US" } }) { __typename } }`,
    other: ({ created }) =>
      `mutation { addCustomerAddress(input: { channel: "dallas", customer: { uuid: "${created.dallas.uuid}" }, address: { country: "US" } }) { __typename } }`,
    answer: 'FORBIDDEN',
  },
  'Mutation.updateCustomerAddress': {
    own: ({ created }) =>
      `mutation { updateCustomerAddress(input: { channel: "houston", customer: { uuid: "${created.houston.uuid}" }, address: { uuid: "${someUuid}" } }) { __typename } }`,
    other: ({ created }) =>
      `mutation { updateCustomerAddress(input: { channel: "dallas", customer: { uuid: "${created.dallas.uuid}" }, address: { uuid: "${someUuid}" } }) { __typename } }`,
    answer: 'FORBIDDEN',
  },
  'Mutation.deactivateCustomerAddress': {
    own: ({ created }) =>
      `mutation { deactivateCustomerAddress(input: { channel: "houston", customer: { uuid: "${created.houston.uuid}" }, addressUuid: "${someUuid}" }) { __typename } }`,
    other: ({ created }) =>
      `mutation { deactivateCustomerAddress(input: { channel: "dallas", customer: { uuid: "${created.dallas.uuid}" }, addressUuid: "${someUuid}" }) { __typename } }`,
    answer: 'FORBIDDEN',
  },
  'Query.transaction': scoped(
    (channel) => `{ __typename transaction(by: { uuid: "${someUuid}" }, channel: "${channel}") { uuid } }`,
  ),
  'Query.transactions': scoped(
    (channel) => `{ __typename transactions(filter: { channel: "${channel}" }) { edges { node { uuid } } } }`,
  ),
  'Query.shift': scoped(
    (channel) => `{ __typename shift(by: { uuid: "${someUuid}" }, channel: "${channel}") { uuid } }`,
  ),
  'Query.shifts': scoped(
    (channel) => `{ __typename shifts(filter: { channel: "${channel}" }) { edges { node { uuid } } } }`,
  ),
  'Query.attention': scoped((channel) => `{ attention(filter: { channel: "${channel}" }) { total } }`),
  'Query.orders': scoped(
    (channel) => `{ __typename orders(filter: { channel: "${channel}" }) { edges { node { uuid } } } }`,
  ),
  'Query.sales': scoped(
    (channel) => `{ __typename sales(filter: { channel: "${channel}" }) { edges { node { uuid } } } }`,
  ),
  'Query.salesOrder': {
    own: () => '{ __typename salesOrder(salesOrderId: "SO000000001") { id } }',
    other: () => '{ salesOrder(salesOrderId: "SO000000001") { id } }',
    answer: 'nothing',
  },
  'Query.salesOrders': scoped(
    (channel) => `{ __typename salesOrders(filter: { channel: "${channel}" }) { edges { node { id } } } }`,
  ),
  'Query.statement': {
    own: () => '{ __typename statement(by: { statementId: "ST00000001" }) { id } }',
    other: () => '{ statement(by: { statementId: "ST00000001" }) { id } }',
    answer: 'nothing',
  },
  'Query.statements': scoped(
    (channel) => `{ __typename statements(filter: { channel: "${channel}" }) { edges { node { id } } } }`,
  ),
  'Query.invoices': scoped((channel) => `{ __typename invoices(filter: { channel: "${channel}" }) { nodes { id } } }`),
  'Query.invoice': {
    own: () => '{ __typename invoice(by: { invoiceId: "INV000000001" }) { id } }',
    other: () => '{ invoice(by: { invoiceId: "INV000000001" }) { id } }',
    answer: 'nothing',
  },
  'Mutation.beginEditingTransaction': operatorMutation('beginEditingTransaction', `{ ${someTransaction} }`),
  'Mutation.releaseTransaction': operatorMutation('releaseTransaction', `{ ${someTransaction} }`),
  'Mutation.editTransaction': operatorMutation('editTransaction', `{ ${someTransaction} }`),
  'Mutation.retryTransaction': operatorMutation('retryTransaction', `{ ${someTransaction} }`),
  'Mutation.voidTransaction': operatorMutation('voidTransaction', `{ ${someTransaction}, reason: "x" }`),
  'Mutation.retryFailedTransactions': operatorMutation('retryFailedTransactions', '{ channel: "houston" }'),
  'Mutation.releaseSalesOrder': operatorMutation('releaseSalesOrder', `{ id: "${globalId('SalesOrder', '1')}" }`),
  'Query.validationRules': { operator: '{ validationRules { name } }' },
  'Query.statementSettings': scoped((channel) => `{ statementSettings(channel: "${channel}") { holdCode } }`),
  'Mutation.clearStatement': operatorMutation('clearStatement', `{ id: "${globalId('TransactionalStatement', '1')}" }`),
  'Mutation.regenerateAggregatedTransactions': operatorMutation(
    'regenerateAggregatedTransactions',
    `{ id: "${globalId('TransactionalStatement', '1')}" }`,
  ),
  'Mutation.deleteAggregatedTransaction': operatorMutation(
    'deleteAggregatedTransaction',
    `{ id: "${globalId('AggregatedTransaction', '1')}" }`,
  ),
  'Mutation.revalidateTransactions': operatorMutation('revalidateTransactions', '{ channel: "houston" }'),
  'Mutation.setValidationRule': {
    operator: 'mutation { setValidationRule(input: { name: SHIFT, enabled: true }) { __typename } }',
  },
  'Mutation.updateStatementSettings': operatorMutation('updateStatementSettings', '{ channel: "houston" }'),
  'Mutation.createCustomers': scoped(
    (channel) =>
      `mutation { createCustomers(input: { customers: [{ channel: "${channel}", name: { last: "New" } }] }) { __typename } }`,
  ),
  'Mutation.createOrders': scoped((channel) =>
    recordingMany('createOrders', 'orders', channel, `customerUuid: "${someUuid}"`),
  ),
  'Mutation.recordSales': scoped((channel) =>
    recordingMany('recordSales', 'sales', channel, 'payments: [{ tender: CASH, amount: "1" }]'),
  ),
  'Mutation.createOrder': scoped((channel) => recording('createOrder', channel, `customerUuid: "${someUuid}"`)),
  'Mutation.recordSale': scoped((channel) =>
    recording('recordSale', channel, 'payments: [{ tender: CASH, amount: "1" }]'),
  ),
  'Mutation.cancelOrder': scoped(
    (channel) =>
      `mutation { cancelOrder(input: { transaction: { id: "${globalId('Order', `${channel}/${someUuid}`)}" } }) { __typename } }`,
  ),
  'Mutation.openShift': scoped(
    (channel) => `mutation { openShift(input: { channel: "${channel}", register: "R1" }) { __typename } }`,
  ),
  'Mutation.suspendShift': scoped((channel) => ofShift('suspendShift', channel)),
  'Mutation.resumeShift': scoped((channel) => ofShift('resumeShift', channel)),
  'Mutation.blindCloseShift': scoped((channel) => ofShift('blindCloseShift', channel)),
  'Mutation.declareTenders': scoped((channel) => ofShift('declareTenders', channel)),
  'Mutation.closeShift': scoped((channel) => ofShift('closeShift', channel)),
  'Mutation.retryCustomerOperation': {
    operator: ({ ids }) => `mutation { retryCustomerOperation(input: { id: "${ids.ours}" }) { __typename } }`,
  },
  'Mutation.retryFailedCustomerOperations': operatorMutation('retryFailedCustomerOperations', '{ channel: "houston" }'),
  'Mutation.correctCustomerOperation': {
    operator: ({ ids }) =>
      `mutation { correctCustomerOperation(input: { id: "${ids.ours}", firstName: "x" }) { __typename } }`,
  },
  'Mutation.runJob': operatorMutation('runJob', '{ job: P_JOB, channels: ["houston"] }'),
  'Mutation.runConversion': operatorMutation('runConversion', '{ channels: ["houston"] }'),
  'Mutation.runEndOfDay': operatorMutation('runEndOfDay', '{ channels: ["houston"] }'),
  'Mutation.cancelJobRun': {
    operator: ({ ids }) => `mutation { cancelJobRun(input: { id: "${ids.run}" }) { __typename } }`,
  },
  'Mutation.retryJobRun': {
    operator: ({ ids }) => `mutation { retryJobRun(input: { id: "${ids.run}" }) { __typename } }`,
  },
  'Mutation.createSchedule': operatorMutation('createSchedule', '{ job: P_JOB, cron: "0 3 * * *" }'),
  'Mutation.updateSchedule': operatorMutation('updateSchedule', `{ id: "${schedule}", enabled: true }`),
  'Mutation.deleteSchedule': operatorMutation('deleteSchedule', `{ id: "${schedule}" }`),
  'Mutation.updateNumberSequence': operatorMutation(
    'updateNumberSequence',
    '{ name: "customer-account", warnBelow: 5 }',
  ),
  'Subscription.accountIdsSynced': scoped(
    (channel) => `subscription { accountIdsSynced(channel: "${channel}") { sequence } }`,
  ),
  'Subscription.transactionsSynced': scoped(
    (channel) => `subscription { transactionsSynced(channel: "${channel}") { sequence } }`,
  ),
  'Subscription.attention': scoped(
    (channel) => `subscription { attention(filter: { channel: "${channel}" }) { total } }`,
  ),
  'Subscription.channelActivity': scoped(
    (channel) => `subscription { channelActivity(channel: "${channel}") { pendingCustomers } }`,
  ),
  'Subscription.jobRun': { operator: ({ ids }) => `subscription { jobRun(id: "${ids.run}") { id } }` },
  'Subscription.jobActivity': { operator: 'subscription { jobActivity { id } }' },
};

test('every field of the schema has a decision about who may use it', () => {
  const fields = [schema.getQueryType()!, schema.getMutationType()!, schema.getSubscriptionType()!].flatMap((type) =>
    Object.keys(type.getFields()).map((field) => `${type.name}.${field}`),
  );
  expect(Object.keys(decisions).toSorted()).toEqual(fields.toSorted());
});

test('a channel’s client uses what is its own, and nothing that is another’s or an operator’s', async () => {
  const world = await twoChannels();
  const { hq, operator, till } = world;
  // So that each feed has an event.
  for (const code of ['houston', 'dallas']) await sell(hq, {}, code);
  await hq.query('mutation { runJob(input: { job: P_JOB }) { __typename } }', {}, operator);
  await hq.worker.drain();
  const token = (headers: { authorization: string }) => headers.authorization.slice('Bearer '.length);
  const codesOf = async (
    document: string,
    headers: { authorization: string },
  ): Promise<{ codes: unknown; data: unknown }> => {
    if (document.startsWith('subscription')) {
      const stream = hq.subscribe(document, {}, token(headers));
      const first = await stream.next().then(
        (data) => ({ codes: undefined, data }),
        (errors) => ({ codes: errors.map(({ extensions }: Answer) => extensions.code), data: undefined }),
      );
      stream.stop();
      return first;
    }
    const { data, errors } = await hq.ask(document, {}, headers);
    const refused = Object.values(data ?? {}).some((answer: Answer) => answer?.__typename === 'Forbidden');
    return { codes: refused ? ['FORBIDDEN'] : errors?.map(({ extensions }) => extensions.code), data };
  };
  const isNothing = (value: Answer): boolean =>
    value === null ||
    (Array.isArray(value)
      ? value.every(isNothing)
      : typeof value === 'object' && Object.values(value).every(isNothing));

  // What is refused costs nothing that is asked beside it.
  const isNullByItself = (field: string, { data }: { data: unknown }) => {
    if (field.startsWith('Query.')) expect(Object.keys(data ?? {}), `${field} is nullable`).not.toEqual([]);
  };

  for (const [field, decision] of Object.entries(decisions)) {
    if ('everyone' in decision) {
      for (const headers of [till, operator])
        expect((await codesOf(decision.everyone, headers)).codes, field).toBe(undefined);
    } else if ('operator' in decision) {
      const document = typeof decision.operator === 'string' ? decision.operator : decision.operator(world);
      const refused = await codesOf(document, till);
      expect(new Set(refused.codes as string[]), field).toEqual(new Set(['FORBIDDEN']));
      isNullByItself(field, refused);
      if (field !== 'Subscription.jobActivity')
        expect((await codesOf(document, operator)).codes, `${field} as an operator`).toBe(undefined);
    } else {
      const own = await codesOf(decision.own(world), till);
      expect(own.codes, `${field}, its own`).toBe(undefined);
      expect(isNothing(own.data), `${field}, its own`).toBe(false);
      const other = await codesOf(decision.other(world), till);
      if (decision.answer === 'FORBIDDEN') {
        expect(new Set(other.codes as string[]), `${field}, another’s`).toEqual(new Set(['FORBIDDEN']));
        isNullByItself(field, other);
      } else
        expect({ field, codes: other.codes, nothing: isNothing(other.data) }).toEqual({
          field,
          codes: undefined,
          nothing: true,
        });
      expect((await codesOf(decision.other(world), operator)).codes, `${field} as an operator`).toBe(undefined);
    }
  }
});

test('lists that name no channel show a channel’s client its own and no more', async () => {
  const { hq, till, created } = await twoChannels();
  const { channels, here, headquarters, operations } = await hq.query(
    `{ channels { edges { node { code } } } here: customers { totalCount edges { node { uuid } } } headquarters: customers(source: HEADQUARTERS) { totalCount edges { node { uuid } } }
       operations: customerOperations { edges { node { customerUuid } } } }`,
    {},
    till,
  );
  expect(channels.edges).toEqual([{ node: { code: 'houston' } }]);
  for (const list of [here, headquarters])
    expect(list).toEqual({ totalCount: 1, edges: [{ node: { uuid: created.houston.uuid } }] });
  expect(operations.edges).toEqual([{ node: { customerUuid: created.houston.uuid } }]);
});

test('the audit trail of an operation is for operators, and names who did it', async () => {
  const { hq, till, operator, ids } = await twoChannels();
  const document =
    'query ($id: ID!) { node(id: $id) { id ... on CustomerOperation { auditTrail { edges { node { actor } } } } } }';
  const { data, errors } = await hq.ask(document, { id: ids.ours }, till);
  expect(errors).toMatchObject([{ path: ['node', 'auditTrail'], extensions: { code: 'FORBIDDEN' } }]);
  expect(data).toEqual({ node: { id: ids.ours, auditTrail: null } });
  expect((await hq.query(document, { id: ids.ours }, operator)).node.auditTrail.edges).toEqual([]);
  await hq.query(
    'mutation { updateChannel(input: { code: "houston", name: "Houston 2" }) { __typename } }',
    {},
    operator,
  );
  const [entry] = await hq.hq.read((db) =>
    db.query(`select actor, action, field, old_value, new_value from audit_entry where action = 'UPDATE_CHANNEL'`),
  );
  expect(entry).toEqual({
    actor: 'Olga',
    action: 'UPDATE_CHANNEL',
    field: 'name',
    old_value: 'Houston',
    new_value: 'Houston 2',
  });
});

/** A token of ours with other claims. */
async function signed(change: (claims: { iat: number; exp: number; aud?: string }) => object): Promise<string> {
  const claims = decodeJwt<{ iat: number; exp: number }>(await tokenOf({ kind: 'operator', name: 'Olga' }));
  return new SignJWT({ ...change(claims as Parameters<typeof change>[0]) })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(secret));
}

test('a token is valid whose clock is half a minute ahead', async () => {
  const { hq } = await twoChannels();
  const token = await signed((claims) => ({ ...claims, iat: claims.iat + 30 }));
  expect((await hq.ask('{ channels { edges { node { code } } } }', {}, bearer(token))).errors).toBeUndefined();
});

test('without a token, with an expired one, one that lacks a claim or is signed by somebody else, nothing is answered', async () => {
  const { hq } = await twoChannels();
  const viewer: Viewer = { kind: 'operator', name: 'Olga' };
  const tokens = [
    await tokenFor('another secret of thirty-two characters', viewer, '1h'),
    await tokenFor(secret, viewer, '-1s'),
    await signed(({ exp: _, ...claims }) => claims),
    await signed(({ aud: _, ...claims }) => claims),
    await signed((claims) => ({ ...claims, aud: 'somebody else' })),
    await signed((claims) => ({ ...claims, iat: claims.iat + 300, exp: claims.exp + 300 })),
    'nonsense',
  ];
  for (const headers of [{}, ...tokens.map(bearer), { authorization: 'Basic b2xnYTpvbGdh' }]) {
    expect((await hq.ask('{ channels { edges { node { code } } } }', {}, headers)).errors).toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED' } },
    ]);
  }
});

test('orders, statements and all that comes of them are seen by their own channel’s client and no other', async () => {
  const { hq, operator, till, created } = await twoChannels();
  const paid = { payments: [{ tender: 'CARD', amount: '5' }], total: '5' };
  const sold = { lines: [{ sku: 'A', quantity: '1', unitPrice: '5' }], ...paid };
  for (const channel of ['houston', 'dallas'] as const) {
    const customerUuid = created[channel].uuid;
    await hq.query(
      `mutation ($order: CreateOrderInput!, $sale: RecordSaleInput!, $shift: OpenShiftInput!) {
         createOrder(input: $order) { __typename } recordSale(input: $sale) { __typename } openShift(input: $shift) { __typename } }`,
      {
        order: { channel, customerUuid, ...sold },
        sale: { channel, customerUuid, ...sold },
        shift: { channel, register: 'R1' },
      },
      operator,
    );
  }
  await hq.query('mutation { runEndOfDay(input: {}) { __typename } }', {}, operator);
  await hq.worker.drain();
  const everything = (channel: string) => `{
    statements(filter: { channel: "${channel}" }) { edges { node { id ... on TransactionalStatement { invoices { edges { node { id } } } aggregatedTransactions { edges { node { id } } } } } } }
    salesOrders(filter: { channel: "${channel}" }) { edges { node { id } } }
    transactions(source: HEADQUARTERS, filter: { channel: "${channel}" }) { edges { node { id } } }
    shifts(filter: { channel: "${channel}" }) { edges { node { id } } } }`;
  const idsOf = (found: Answer): string[] => {
    const nodes = (connection: Answer) => connection.edges.map(({ node }: Answer) => node);
    return [
      ...nodes(found.statements).flatMap((node: Answer) => [
        node.id,
        ...nodes(node.invoices).map(({ id }: Answer) => id),
        ...nodes(node.aggregatedTransactions).map(({ id }: Answer) => id),
      ]),
      ...[found.salesOrders, found.transactions, found.shifts].flatMap((connection) =>
        nodes(connection).map(({ id }: Answer) => id),
      ),
    ];
  };
  const ours = idsOf(await hq.query(everything('houston'), {}, till));
  const theirs = idsOf(await hq.query(everything('dallas'), {}, operator));
  // A statement, an invoice, an aggregate, two sales orders, two transactions, a shift.
  expect([ours.length, theirs.length]).toEqual([8, 8]);
  const nodes = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }';
  expect((await hq.query(nodes, { ids: ours }, till)).nodes).toEqual(ours.map((id) => ({ id })));
  expect((await hq.query(nodes, { ids: theirs }, till)).nodes).toEqual(theirs.map(() => null));
  expect((await hq.ask(everything('dallas'), {}, till)).errors?.[0]).toMatchObject({
    extensions: { code: 'FORBIDDEN' },
  });

  // From its own customer's side a channel's client does not come to another channel's either.
  const { customer } = await hq.query(
    `query ($uuid: UUID!) { customer(by: { uuid: $uuid }) { salesOrders { edges { node { channel { code } } } } invoices { edges { node { id } } } } }`,
    { uuid: created.houston.uuid },
    till,
  );
  expect(customer.salesOrders.edges).toHaveLength(2);
  expect(customer.invoices.edges).toHaveLength(1);
});
