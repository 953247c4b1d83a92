import { randomUUID } from 'node:crypto';
import {
  type GraphQLField,
  GraphQLInt,
  type GraphQLObjectType,
  GraphQLString,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { DEFAULT_PAGE } from '../../src/graphql/keyset.ts';
import { schema } from '../../src/graphql/schema.ts';
import { aClock, appendOperation, createCustomers, run, withChannels } from '../support/actions.ts';
import type { Answer, Headquarters } from '../support/headquarters.ts';
import { correct, failed } from '../support/operations.ts';

/*
 * The Relay server specification (https://relay.dev/docs/guides/graphql-server-specification) and its cursor connections
 * (https://relay.dev/graphql/connections.htm): the shapes of all types, and the behavior of every connection in the schema on real rows.
 */

const objectTypes = Object.values(schema.getTypeMap()).filter(
  (type): type is GraphQLObjectType => isObjectType(type) && !type.name.startsWith('__'),
);
const endingIn = (suffix: string) => objectTypes.filter(({ name }) => name.endsWith(suffix));
const isNode = (type: unknown) =>
  (isObjectType(type) || isInterfaceType(type)) && type.getInterfaces().some(({ name }) => name === 'Node');
const fieldOf = (type: unknown, name: string) => (type as GraphQLObjectType).getFields()[name];

/** A field that returns a connection, by its place in the schema. */
interface Place {
  path: string;
  parent: GraphQLObjectType;
  field: GraphQLField<unknown, unknown>;
}

const places: Place[] = objectTypes.flatMap((parent) =>
  Object.values(parent.getFields())
    .filter(({ type }) => getNamedType(type).name.endsWith('Connection'))
    .map((field) => ({ path: `${parent.name}.${field.name}`, parent, field })),
);

describe('shapes', () => {
  test('Node has an ID, and node and nodes find objects by it', () => {
    const node = schema.getType('Node');
    if (!isInterfaceType(node)) throw new Error('Node is no interface.');
    expect(Object.values(node.getFields()).map(({ name, type }) => `${name}: ${type}`)).toEqual(['id: ID!']);
    const query = schema.getQueryType()!.getFields();
    const signature = ({ args, type }: GraphQLField<unknown, unknown>) =>
      `${args.map((argument) => `${argument.name}: ${argument.type}`)} → ${type}`;
    expect(signature(query.node!)).toBe('id: ID! → Node');
    expect(signature(query.nodes!)).toBe('ids: [ID!]! → [Node]');
  });

  test('every ID field of an object is the global ID of a node', () => {
    const without = objectTypes.filter((type) => fieldOf(type, 'id') && !isNode(type)).map(({ name }) => name);
    expect(without).toEqual([]);
  });

  test('PageInfo says where a page is', () => {
    const fields = Object.values((schema.getType('PageInfo') as GraphQLObjectType).getFields());
    expect(Object.fromEntries(fields.map(({ name, type }) => [name, String(type)]))).toEqual({
      hasNextPage: 'Boolean!',
      hasPreviousPage: 'Boolean!',
      startCursor: 'String',
      endCursor: 'String',
    });
    expect(fields.flatMap(({ args }) => args)).toEqual([]);
  });

  test.each(endingIn('Connection'))('$name has edges and pageInfo', (type) => {
    const edges = getNullableType(fieldOf(type, 'edges')!.type);
    expect(isListType(edges) && getNamedType(edges).name.endsWith('Edge')).toBe(true);
    expect(String(fieldOf(type, 'pageInfo')!.type)).toBe('PageInfo!');
  });

  test.each(endingIn('Edge'))('$name has a node and a cursor', (type) => {
    expect(isListType(getNullableType(fieldOf(type, 'node')!.type))).toBe(false);
    expect(String(fieldOf(type, 'cursor')!.type)).toBe('String!');
  });

  test('edges and connections belong together', () => {
    const used = endingIn('Connection').map((type) => getNamedType(fieldOf(type, 'edges')!.type).name);
    expect(used.toSorted()).toEqual(
      endingIn('Edge')
        .map(({ name }) => name)
        .toSorted(),
    );
    expect(Object.keys(schema.getTypeMap()).filter((name) => name.endsWith('Connection')).length).toBe(used.length);
  });

  test.each(places)('$path takes first, after, last, and before, none of them required', ({ field }) => {
    const types = Object.fromEntries(field.args.map(({ name, type }) => [name, type]));
    expect(types).toMatchObject({ first: GraphQLInt, after: GraphQLString, last: GraphQLInt, before: GraphQLString });
  });
});

interface Page {
  edges: { cursor: string; node: Answer }[];
  nodes?: Answer[];
  /** Null in a list that does not count. */
  totalCount?: number | null;
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}

interface PageArguments {
  first?: number;
  last?: number;
  after?: string;
  before?: string;
}

/** What tells one node of a connection from another: its ID, or else all its values. */
function keysOf(type: GraphQLObjectType): string {
  if (fieldOf(type, 'id')) return '__typename id';
  const values = Object.values(type.getFields()).filter(
    ({ type: given, args }) => isLeafType(getNullableType(given)) && args.length === 0,
  );
  return ['__typename', ...values.map(({ name }) => name)].join(' ');
}

/** The argument that picks the channel, which some lists require. */
function channelOf({ args }: GraphQLField<unknown, unknown>): string[] {
  if (args.some(({ name }) => name === 'channel')) return ['channel: "houston"'];
  const filter = args.find(({ name }) => name === 'filter')?.type;
  return isInputObjectType(filter) && filter.getFields().channel ? ['filter: { channel: "houston" }'] : [];
}

/** The same field of an object with different arguments, as one selection with an alias for each. */
function selectionOf({ field }: Place, all: PageArguments[]): string {
  const connection = getNamedType(field.type) as GraphQLObjectType;
  const node = getNamedType(fieldOf(getNamedType(fieldOf(connection, 'edges')!.type), 'node')!.type);
  const keys = keysOf(node as GraphQLObjectType);
  const also = `${fieldOf(connection, 'nodes') ? `nodes { ${keys} }` : ''} ${fieldOf(connection, 'totalCount') ? 'totalCount' : ''}`;
  return all
    .map((page, index) => {
      const given = [
        ...channelOf(field),
        ...Object.entries(page).map(([name, value]) => `${name}: ${JSON.stringify(value)}`),
      ];
      return `page${index}: ${field.name}${given.length > 0 ? `(${given.join(', ')})` : ''} {
        edges { cursor node { ${keys} } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } ${also} }`;
    })
    .join('\n');
}

/** The root field, if any, of an object that has no ID. */
const rootOf = ({ parent }: Place): string | undefined =>
  Object.values(schema.getQueryType()!.getFields()).find(({ type }) => !isNode(parent) && getNamedType(type) === parent)
    ?.name;

/** Whether a connection is read without an ID. */
const isRoot = (place: Place): boolean => place.parent === schema.getQueryType() || rootOf(place) !== undefined;

/** Asks for pages of a connection: of the object with this ID, of the root, or of an object that is itself at the root. */
async function ask(hq: Headquarters, place: Place, id: string | undefined, all: PageArguments[]) {
  const selection = selectionOf(place, all);
  const root = rootOf(place);
  return hq.ask(
    id === undefined
      ? `{ ${root === undefined ? selection : `${root} { ${selection} }`} }`
      : `query ($id: ID!) { node(id: $id) { ... on ${place.parent.name} { ${selection} } } }`,
    { id },
  );
}

async function pagesOf(hq: Headquarters, place: Place, id: string | undefined, all: PageArguments[]): Promise<Page[]> {
  const { data, errors } = await ask(hq, place, id, all);
  if (errors) throw new Error(`${place.path}: ${JSON.stringify(errors)}`);
  return Object.values(data[rootOf(place) ?? 'node'] ?? data);
}

const most = { first: 100 };

/** At least three of everything that a connection lists. */
async function busyHeadquarters(): Promise<Headquarters> {
  const hq = await withChannels(['houston', 'dallas', 'austin'], { clock: aClock('2026-11-22T18:00:00.000Z').clock });
  const customers = await createCustomers(hq, 3);
  const mutation = async (field: string, type: string, input: object) => {
    const document = `mutation ($input: ${type}!) { ${field}(input: $input) { __typename ... on Failure { message } } }`;
    expect((await hq.query(document, { input }))[field]).not.toHaveProperty('message');
  };
  const shifts = ['R1', 'R2', 'R3'].map((register) => ({ channel: 'houston', register, uuid: randomUUID() }));
  for (const shift of shifts) await mutation('openShift', 'OpenShiftInput', shift);
  const aSale = { channel: 'houston', total: '100', payments: [{ tender: 'CARD', amount: '100' }] };
  const lines = [{ sku: 'BK-1', quantity: '1', unitPrice: '100' }];
  for (const customerUuid of [customers[0], ...customers, customers[0]])
    for (const businessDate of ['2026-11-19', '2026-11-20', '2026-11-21'])
      await mutation('recordSale', 'RecordSaleInput', { ...aSale, customerUuid, lines, businessDate });
  await mutation('recordSale', 'RecordSaleInput', { ...aSale, lines, shiftUuid: shifts[0]!.uuid });
  for (const { channel, uuid } of shifts.slice(1))
    await mutation('closeShift', 'CountShiftInput', {
      ...{ channel, shift: { uuid } },
      counts: [{ tender: 'CASH', amount: '1' }],
    });

  await mutation('createSchedule', 'CreateScheduleInput', { job: 'P_JOB', cron: '0 3 * * *' });
  for (const code of ['real-time', 'patient'])
    await mutation('createFunctionalityProfile', 'CreateFunctionalityProfileInput', { code, name: code });
  for (const name of ['statement', 'invoice', 'sales-order'])
    await mutation('updateNumberSequence', 'UpdateNumberSequenceInput', { name, warnBelow: 2_000_000_000 });

  // Three uploads and downloads, and operations and a transaction that were corrected in three fields.
  await run(hq, 'END_OF_DAY');
  for (let round = 0; round < 3; round++) {
    await appendOperation(hq, 'houston', {
      uuid: customers[0]!,
      id: randomUUID(),
      kind: 'UPDATE_CUSTOMER',
      payload: { customer: { email: 'nonsense' } },
    });
    await createCustomers(hq, 1);
    await run(hq);
  }
  const [operation] = await failed(hq);
  await correct(hq, operation.id, { email: 'ada@example.org', lastName: 'Lovelace', firstName: 'Augusta' });
  const late = { ...aSale, customerUuid: customers[0], shiftUuid: shifts[0]!.uuid };
  const [sale, ...orders] = ['1', '2', '3', '4'].map((sku) => ({ uuid: randomUUID(), lines: [{ ...lines[0], sku }] }));
  await mutation('recordSale', 'RecordSaleInput', { ...late, ...sale });
  for (const order of orders) await mutation('createOrder', 'CreateOrderInput', { ...late, ...order });
  await run(hq, 'P_JOB');
  for (const { uuid } of [sale!, orders[0]!])
    await mutation('editTransaction', 'EditTransactionInput', {
      transaction: { uuid },
      lines: [{ line: 1, unitPrice: '90.5' }],
      payments: [{ line: 1, amount: '90.50' }],
    });
  return hq;
}

/** The IDs of nodes by type: first those that root fields list, then those that these lead to. */
async function nodesIn(hq: Headquarters): Promise<Map<string, string[]>> {
  const found = new Map<string, Set<string>>();
  const note = ({ __typename, id }: Answer) => found.set(__typename, (found.get(__typename) ?? new Set()).add(id));
  const query = schema.getQueryType()!;
  for (const field of Object.values(query.getFields())) {
    const isList = isListType(getNullableType(field.type));
    if (isList && isNode(getNamedType(field.type)) && !field.args.some(isRequiredArgument))
      for (const node of (await hq.query(`{ ${field.name} { __typename id } }`))[field.name]) note(node);
  }
  const listed = places.filter(({ field }) =>
    isNode(getNamedType(fieldOf(getNamedType(fieldOf(getNamedType(field.type), 'edges')!.type), 'node')!.type)),
  );
  for (const place of listed.filter(({ parent }) => parent === query))
    for (const { node } of (await pagesOf(hq, place, undefined, [most]))[0]!.edges) note(node);
  for (const place of listed.filter(({ parent }) => parent !== query))
    for (const id of found.get(place.parent.name) ?? [])
      for (const { node } of (await pagesOf(hq, place, id, [most]))[0]!.edges) note(node);
  return new Map([...found].map(([type, ids]) => [type, [...ids]]));
}

const cursors = ({ edges }: Page) => edges.map(({ cursor }) => cursor);

/** Checks a connection by the rules of the specification; `all` is its only page. */
async function checkPages(hq: Headquarters, place: Place, id: string | undefined, all: Page): Promise<void> {
  const { edges } = all;
  const count = edges.length;
  const known = cursors(all);
  expect(new Set(known).size).toBe(count);
  const ids = edges.flatMap(({ node }) => node.id ?? []);
  expect(new Set(ids).size).toBe(ids.length);

  const between = ({ after, before }: PageArguments) =>
    edges.slice(
      after === undefined ? 0 : known.indexOf(after) + 1,
      before === undefined ? count : known.indexOf(before),
    );
  /** The edges that the specification's algorithm selects. Without a size, a page has the default size, counted from the given end. */
  const selected = ({ first, last, after, before }: PageArguments) => {
    const all = between({ after, before });
    const fromTheEnd = first === undefined && (last !== undefined || (before !== undefined && after === undefined));
    return fromTheEnd ? all.slice(-(last ?? DEFAULT_PAGE)) : all.slice(0, first ?? DEFAULT_PAGE);
  };
  const [after, second, before] = [known[0]!, known[1]!, known.at(-1)!];
  const cases: PageArguments[] = [
    {},
    ...[1, 2, count - 1, count, 100].flatMap((size) => [{ first: size }, { last: size }]),
    { after },
    { before },
    { after, before },
    { first: 1, after },
    { last: 1, after },
    { first: 1, before },
    { last: 1, before },
    { first: 1, after, before },
    { last: 1, after, before },
    { after: before },
    { before: after },
    { first: 1, after: second, before: second },
  ];
  const pages = await pagesOf(hq, place, id, cases);
  for (const [index, page] of pages.entries()) {
    const given = cases[index]!;
    const expected = selected(given);
    const about = `${place.path} ${JSON.stringify(given)}`;
    expect(page.edges, about).toEqual(expected);
    expect(page.pageInfo, about).toMatchObject({
      startCursor: expected[0]?.cursor ?? null,
      endCursor: expected.at(-1)?.cursor ?? null,
    });
    if (page.nodes) expect(page.nodes, about).toEqual(expected.map(({ node }) => node));
    if (typeof page.totalCount === 'number') expect(page.totalCount, about).toBe(count);
    // The specification defines hasNextPage for `first` and hasPreviousPage for `last`.
    const within = between(given);
    if (given.first !== undefined) expect(page.pageInfo.hasNextPage, about).toBe(within.length > given.first);
    if (given.last !== undefined) expect(page.pageInfo.hasPreviousPage, about).toBe(within.length > given.last);
  }

  const refusals: [PageArguments, string][] = [
    [{ first: -1 }, 'INVALID_INPUT'],
    [{ last: -1 }, 'INVALID_INPUT'],
    [{ first: 1, last: 1 }, 'INVALID_INPUT'],
    [{ after: 'nonsense' }, 'CURSOR_INVALID'],
    [{ before: 'nonsense' }, 'CURSOR_INVALID'],
  ];
  for (const [given, code] of refusals)
    expect((await ask(hq, place, id, [given])).errors, `${place.path} ${JSON.stringify(given)}`).toMatchObject([
      { extensions: { code } },
    ]);
}

// It sends hundreds of requests.
test('every connection pages as specified, and every node is found again by its ID', { timeout: 120_000 }, async () => {
  const hq = await busyHeadquarters();
  const nodes = await nodesIn(hq);

  for (const place of places) {
    let longest: { id: string | undefined; page: Page } | undefined;
    for (const id of isRoot(place) ? [undefined] : (nodes.get(place.parent.name) ?? [])) {
      const [page] = await pagesOf(hq, place, id, [most]);
      if (page!.edges.length > (longest?.page.edges.length ?? 0)) longest = { id, page: page! };
    }
    expect(longest?.page.edges.length ?? 0, `${place.path} needs three rows to be checked`).toBeGreaterThanOrEqual(3);
    await checkPages(hq, place, longest!.id, longest!.page);
  }

  const types = objectTypes.filter(isNode).map(({ name }) => name);
  expect([...nodes.keys()].toSorted()).toEqual(types.toSorted());
  const ids = [...nodes.values()].flat();
  expect(new Set(ids).size).toBe(ids.length);
  for (const [__typename, found] of nodes) {
    const asked = [found[0]!, 'nonsense', ...found.slice(1, 50)];
    const { node, all } = await hq.query(
      'query ($id: ID!, $ids: [ID!]!) { node(id: $id) { __typename id } all: nodes(ids: $ids) { __typename id } }',
      { id: found[0], ids: asked },
    );
    expect(node).toEqual({ __typename, id: found[0] });
    expect(all).toEqual(asked.map((id) => (id === 'nonsense' ? null : { __typename, id })));
  }
  expect(await hq.query('{ node(id: "nonsense") { id } }')).toEqual({ node: null });
});
