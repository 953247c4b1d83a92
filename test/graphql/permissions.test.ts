import { randomUUID } from 'node:crypto';
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
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

/*
 * Every root field and every node type, generated from the schema, as everyone who may ask: what a field declares is what it enforces.
 */

const secret = 'a secret of at least thirty-two characters';
const globalId = (type: string, id: string) => Buffer.from(`${type}:${id}`).toString('base64');
const someUuid = '7f3c1a52-1b7c-4c1e-9d38-2f4c8a6f0b11';

/** Fields without a permission: they answer only rows that the viewer may see. A new one needs a permission, or a place here. */
const answersOwnRows = [
  'channel',
  'channels',
  'functionalityProfile',
  'functionalityProfiles',
  'invoice',
  'node',
  'nodes',
  'salesOrder',
  'serverInfo',
  'statement',
  'viewer',
];

/** Who sees the nodes of a type. */
const nodeTypes: Record<string, 'its channel' | 'operators'> = {
  AggregatedTransaction: 'its channel',
  AuditEntry: 'operators',
  Channel: 'its channel',
  Customer: 'its channel',
  CustomerOperation: 'its channel',
  DownloadSession: 'operators',
  FinancialStatement: 'its channel',
  FunctionalityProfile: 'its channel',
  Invoice: 'its channel',
  JobRun: 'operators',
  NumberSequence: 'operators',
  Order: 'its channel',
  Sale: 'its channel',
  SalesOrder: 'its channel',
  Schedule: 'operators',
  Shift: 'its channel',
  TransactionalStatement: 'its channel',
  UploadSession: 'operators',
};

/** A few that are written down, whatever the schema declares. */
const sample = {
  operators: ['jobRuns', 'numberSequences', 'createChannel', 'voidTransaction', 'runConversion', 'jobActivity'],
  channel: [
    'customers',
    'shifts',
    'createOrder',
    'closeShift',
    'statementSettings',
    'accountIdsSynced',
    'transactionsSynced',
  ],
};

interface Root {
  operation: 'query' | 'mutation' | 'subscription';
  field: GraphQLField<unknown, unknown>;
  audience: 'operators' | 'channel' | 'everyone';
}

const roots: Root[] = (['query', 'mutation', 'subscription'] as const).flatMap((operation) =>
  Object.values(schema.getRootType(operation as never)!.getFields()).map((field) => {
    const { authScopes } = field.extensions.pothosOptions as { authScopes?: object };
    const audience = authScopes === undefined ? 'everyone' : typeof authScopes === 'function' ? 'channel' : 'operators';
    return { operation, field, audience };
  }),
);

/** A document that asks for a field with everything it needs, and the channel it is about. */
function documentFor({ operation, field }: Root, channel: string): string {
  const given = argumentsOf(field.args, channel);
  return `${operation} { ${field.name}${given ? `(${given})` : ''} { __typename } }`;
}

const argumentsOf = (inputs: readonly (GraphQLArgument | GraphQLInputField)[], channel: string): string =>
  inputs
    .filter(
      (input) =>
        (isNonNullType(input.type) && input.defaultValue === undefined) || ['channel', 'filter'].includes(input.name),
    )
    .map((input) => `${input.name}: ${literal(input, input.type, channel)}`)
    .join(', ');

function literal(input: GraphQLArgument | GraphQLInputField, given: GraphQLInputType, channel: string): string {
  const type = getNullableType(given);
  if (isListType(type)) return `[${literal(input, type.ofType, channel)}]`;
  if (isEnumType(type)) return type.getValues()[0]!.name;
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields());
    return type.isOneOf
      ? `{ ${fields[0]!.name}: ${literal(fields[0]!, fields[0]!.type, channel)} }`
      : `{ ${argumentsOf(fields, channel)} }`;
  }
  const { globalIdOf } = input.extensions as { globalIdOf?: { names: string[] } };
  const [idOf = 'Channel'] = globalIdOf?.names ?? [];
  const values: Record<string, string> = {
    ID: JSON.stringify(globalId(idOf, ['Customer', 'Order', 'Shift'].includes(idOf) ? `${channel}/${someUuid}` : '1')),
    UUID: JSON.stringify(someUuid),
    LocalDate: '"2026-11-01"',
    Currency: '"USD"',
    CountryCode: '"US"',
    Locale: '"en-US"',
    TimeZone: '"America/Chicago"',
    Decimal: '"1"',
    Int: '1',
    Boolean: 'true',
    String: JSON.stringify(['channel', 'code', 'name'].includes(input.name) ? channel : 'XX'),
  };
  return values[type.name]!;
}

/** A store, a web shop and a call center, each with a customer, an order, a sale and a shift, after an end of day. */
async function threeChannels() {
  const hq = await startHeadquarters({ settings: { TOKEN_SECRET: secret } });
  const tokenOf = (viewer: Viewer) => tokenFor(secret, viewer, '1h');
  const client = (channel: string) => tokenOf({ kind: 'channel', channel });
  const tokens = {
    operator: await tokenOf({ kind: 'operator', name: 'Olga' }),
    houston: await client('houston'),
    dallas: await client('dallas'),
    austin: await client('austin'),
  };
  const headers = { authorization: `Bearer ${tokens.operator}` };
  const kinds = { houston: 'RETAIL_STORE', dallas: 'ONLINE_STORE', austin: 'CALL_CENTER' };
  for (const [channel, type] of Object.entries(kinds)) {
    await hq.query(
      `mutation { createFunctionalityProfile(input: { code: "of-${channel}", name: "Its own" }) { __typename } }`,
      {},
      headers,
    );
    const input = { ...aChannel(channel), type, functionalityProfile: `of-${channel}` };
    await hq.query(createChannelDocument, { input }, headers);
    const customer = aCustomer({ channel });
    await hq.query(createCustomerDocument, { input: customer }, headers);
    const shift = randomUUID();
    const sold = {
      channel,
      customerUuid: customer.uuid,
      lines: [{ sku: 'A', quantity: '1', unitPrice: '5' }],
      payments: [{ tender: 'CARD', amount: '5' }],
      total: '5',
    };
    await hq.query(
      `mutation ($sold: CreateOrderInput!, $sale: RecordSaleInput!, $shift: OpenShiftInput!, $count: CountShiftInput!) {
         createOrder(input: $sold) { __typename } recordSale(input: $sale) { __typename } openShift(input: $shift) { __typename }
         closeShift(input: $count) { __typename } }`,
      {
        ...{ sold, sale: sold, shift: { channel, uuid: shift, register: 'R0' } },
        count: { channel, shift: { uuid: shift }, counts: [{ tender: 'CASH', amount: '1' }] },
      },
      headers,
    );
  }
  await hq.query('mutation { runEndOfDay(input: {}) { __typename } }', {}, headers);
  await hq.worker.drain();
  return { hq, tokens };
}

test('each field has a permission, or answers only rows that the viewer may see', () => {
  const named = (audience: Root['audience']) =>
    roots.filter((root) => root.audience === audience).map(({ field }) => field.name);
  expect(named('everyone').toSorted()).toEqual(answersOwnRows);
  expect(named('operators')).toEqual(expect.arrayContaining(sample.operators));
  expect(named('channel')).toEqual(expect.arrayContaining(sample.channel));
  for (const { field, audience } of roots)
    expect(/Operators only\.$/.test(field.description ?? ''), field.name).toBe(audience === 'operators');
});

test('every root field admits whom its permission names, and refuses everyone else', async () => {
  const { hq, tokens } = await threeChannels();
  async function codesOf(document: string, token: string | undefined): Promise<string[]> {
    const codes = (errors: Answer[] | undefined) => (errors ?? []).map(({ extensions }) => extensions?.code as string);
    if (document.startsWith('subscription') && token !== undefined) {
      const stream = hq.subscribe(document, {}, token);
      const found = await stream.next().then(() => [], codes);
      stream.stop();
      return found;
    }
    const { data, errors } = await hq.ask(
      document,
      {},
      token === undefined ? {} : { authorization: `Bearer ${token}` },
    );
    const refused = Object.values(data ?? {}).some((answer: Answer) => answer?.__typename === 'Forbidden');
    return refused ? ['FORBIDDEN'] : codes(errors);
  }
  for (const root of roots) {
    const { field, audience } = root;
    const document = documentFor(root, 'houston');
    const refused = {
      everyone: [],
      channel: ['dallas', 'austin'],
      operators: ['houston', 'dallas', 'austin'],
    } as const;
    expect(await codesOf(document, undefined), `${field.name}, anonymously`).toEqual(['UNAUTHENTICATED']);
    for (const [viewer, token] of Object.entries(tokens)) {
      const codes = await codesOf(document, token);
      const isRefused = (refused[audience] as readonly string[]).includes(viewer);
      expect(codes.includes('FORBIDDEN'), `${document} as ${viewer}: ${codes}`).toBe(isRefused);
      if (isRefused) expect(codes, document).toEqual(['FORBIDDEN']);
      // What is wrong with the document itself would hide whom the field admits.
      expect(codes, `${document} as ${viewer}`).not.toContain('GRAPHQL_VALIDATION_FAILED');
      expect(codes, `${document} as ${viewer}`).not.toContain('BAD_USER_INPUT');
    }
  }
}, 120_000);

test('every node is seen by its own channel’s clients and operators, or by operators alone', async () => {
  const { hq, tokens } = await threeChannels();
  const ask = (document: string, token: string, variables = {}) =>
    hq.query(document, variables, { authorization: `Bearer ${token}` });
  const nodes = (connection: Answer): { id: string }[] => connection.edges.map(({ node }: Answer) => node);
  const idsOf = async (channel: string) => {
    const found = await ask(
      `{ channel(code: "${channel}") { id functionalityProfile { id } } customers(source: HEADQUARTERS, filter: { channel: "${channel}" }) { edges { node { id } } }
         customerOperations(filter: { channel: "${channel}" }) { edges { node { id } } } orders(filter: { channel: "${channel}" }) { edges { node { id } } }
         sales(filter: { channel: "${channel}" }) { edges { node { id } } } salesOrders(filter: { channel: "${channel}" }) { edges { node { id } } } shifts(filter: { channel: "${channel}" }) { edges { node { id } } }
         financial: statements(filter: { channel: "${channel}", type: FINANCIAL }) { edges { node { id } } }
         statements(filter: { channel: "${channel}", type: TRANSACTIONAL }) { edges { node { id ... on TransactionalStatement { invoices { edges { node { id } } } aggregatedTransactions { edges { node { id } } } } } } } }`,
      tokens.operator,
    );
    const [statement] = nodes(found.statements) as Answer[];
    return {
      AggregatedTransaction: nodes(statement.aggregatedTransactions)[0]!.id,
      Channel: found.channel.id,
      FunctionalityProfile: found.channel.functionalityProfile.id,
      Customer: nodes(found.customers)[0]!.id,
      CustomerOperation: nodes(found.customerOperations)[0]!.id,
      Invoice: nodes(statement.invoices)[0]!.id,
      Order: nodes(found.orders)[0]!.id,
      Sale: nodes(found.sales)[0]!.id,
      SalesOrder: nodes(found.salesOrders)[0]!.id,
      Shift: nodes(found.shifts)[0]!.id,
      FinancialStatement: nodes(found.financial)[0]!.id,
      TransactionalStatement: statement.id,
    };
  };
  const ofOperators = await ask(
    '{ jobRuns { edges { node { id } } } uploadSessions { edges { node { id } } } downloadSessions { edges { node { id } } } schedules { nodes { id } } auditTrail { nodes { id } } numberSequences { id } }',
    tokens.operator,
  );
  const operatorIds = {
    AuditEntry: ofOperators.auditTrail.nodes[0].id,
    DownloadSession: nodes(ofOperators.downloadSessions)[0]!.id,
    JobRun: nodes(ofOperators.jobRuns)[0]!.id,
    NumberSequence: ofOperators.numberSequences[0].id,
    Schedule: ofOperators.schedules.nodes[0].id,
    UploadSession: nodes(ofOperators.uploadSessions)[0]!.id,
  };
  const ids = { houston: await idsOf('houston'), dallas: await idsOf('dallas') };
  const inSchema = Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Node'))
    .map(({ name }) => name);
  expect(Object.keys({ ...ids.houston, ...operatorIds }).toSorted()).toEqual(inSchema.toSorted());

  const seenBy = async (token: string, id: string) =>
    (await ask('query ($id: ID!) { node(id: $id) { __typename id } }', token, { id })).node;
  for (const [type, audience] of Object.entries(nodeTypes)) {
    const all: Record<string, string> =
      audience === 'operators'
        ? { nobody: operatorIds[type as keyof typeof operatorIds] }
        : { houston: ids.houston[type as 'Channel'], dallas: ids.dallas[type as 'Channel'] };
    for (const [owner, id] of Object.entries(all)) {
      const node = { __typename: type, id };
      expect(await seenBy(tokens.operator, id), `${type} as an operator`).toEqual(node);
      for (const viewer of ['houston', 'dallas', 'austin'] as const)
        expect(await seenBy(tokens[viewer], id), `${type} of ${owner} as ${viewer}`).toEqual(
          viewer === owner ? node : null,
        );
      const anonymous = await hq.ask(`{ node(id: "${id}") { id } }`);
      expect(anonymous.errors, `${type}, anonymously`).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    }
  }
  expect(Object.keys(nodeTypes)).toEqual(inSchema.toSorted());
});
