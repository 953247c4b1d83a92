import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type GraphQLField,
  getIntrospectionQuery,
  getNamedType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type OperationDefinitionNode,
  parse,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { type CostExtensions, costOf } from '../../src/http/cost.ts';
import { defaultLimits } from '../../src/http/limits.ts';
import { openSocket } from '../http/support.ts';
import { startHeadquarters } from '../support/headquarters.ts';

const { operationCost, introspections } = defaultLimits;
type Field = GraphQLField<unknown, unknown>;

const objects = Object.values(schema.getTypeMap()).filter(
  (type) => isObjectType(type) && !type.name.startsWith('__'),
) as import('graphql').GraphQLObjectType[];

const isList = ({ type }: Field) => isListType(isNonNullType(type) ? type.ofType : type);
const takes = ({ args }: Field, ...names: string[]) => args.some(({ name }) => names.includes(name));
/** The most items that a field can answer. */
const mostOf = (field: Field) =>
  takes(field, 'first', 'ids') ? 100 : ((field.extensions as CostExtensions).most ?? 1);

test('every list says how many items it can hold', () => {
  const silent = objects.flatMap((type) =>
    Object.values(type.getFields())
      .filter((field) => isList(field) && !takes(field, 'first', 'ids') && !isLeafType(getNamedType(field.type)))
      .filter((field) => !(type.name.endsWith('Connection') && ['edges', 'nodes'].includes(field.name)))
      .filter(({ extensions }) => (extensions as CostExtensions).most === undefined)
      .map(({ name }) => `${type.name}.${name}`),
  );
  expect(silent).toEqual([]);
});

/** Fields from the query down to a type, the shortest way. */
const ways = new Map<string, Field[]>([['Query', []]]);
for (const [name, way] of ways) {
  const type = schema.getType(name);
  if (!isObjectType(type) && !isInterfaceType(type)) continue;
  for (const field of Object.values(type.getFields())) {
    const target = getNamedType(field.type);
    if (isLeafType(target) || ways.has(target.name)) continue;
    ways.set(target.name, [...way, field]);
  }
}

/** A selection of these fields within one another, each list as large as it may be. */
const nested = (way: readonly Field[], leaf: string): string =>
  way.reduceRight((inner, field) => `${field.name}${argumentsOf(field)} { ${inner} }`, leaf);

const ids = Array.from({ length: 100 }, (_, index) => `"${index}"`).join(' ');
const argumentsOf = (field: Field) =>
  takes(field, 'first') ? '(first: 100)' : takes(field, 'ids') ? `(ids: [${ids}])` : '';

const lists = objects.flatMap((type) => {
  const way = ways.get(type.name);
  return way === undefined
    ? []
    : Object.values(type.getFields())
        .filter((field) => mostOf(field) > 1 && !isLeafType(getNamedType(field.type)))
        .map((field): [string, Field[]] => [`${type.name}.${field.name}`, [...way, field]]);
});

test.each(
  lists,
)('the worst document with %s counts every list on the way as full, and many of it are refused', (_name, way) => {
  const most = way.reduce((product, field) => product * mostOf(field), 1);
  const cost = (selection: string) => costOf(schema, parse(`{ ${selection} }`), undefined).fields;
  const once = cost(nested(way, '__typename'));
  expect(once).toBeGreaterThanOrEqual(most);

  const aliases = Array.from({ length: Math.ceil(operationCost / most) + 1 }, (_, index) => `a${index}`);
  expect(cost(aliases.map((alias) => `${alias}: ${nested(way, '__typename')}`).join(' '))).toBeGreaterThan(
    operationCost,
  );
});

const folder = join(import.meta.dirname, '../../schema/operations');
const ours = parse(
  readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n'),
);
const named = ours.definitions.filter(
  (definition): definition is OperationDefinitionNode => definition.kind === 'OperationDefinition',
);

test.each(
  named.map((operation) => [operation.name!.value]),
)('our own operation %s costs far less than is allowed', (name) => {
  expect(costOf(schema, ours, name, { first: 20 }).fields).toBeLessThan(operationCost / 5);
  expect(costOf(schema, ours, name, { first: 100 }).fields).toBeLessThan(operationCost);
});

test.each([
  ['a literal', '{ customers(first: 50) { edges { cursor } } }', {}],
  ['the other end', '{ customers(last: 50) { edges { cursor } } }', {}],
  ['a variable', 'query ($n: Int) { customers(first: $n) { edges { cursor } } }', { n: 50 }],
  ['the default of a variable', 'query ($n: Int = 50) { customers(first: $n) { edges { cursor } } }', {}],
])('a page counts by its size, given as %s', (_how, document, variables) => {
  expect(costOf(schema, parse(document), undefined, variables).fields).toBe(50 * 3);
});

test('a page whose size is left out counts by the default', () => {
  expect(costOf(schema, parse('{ customers { edges { cursor } } }'), undefined).fields).toBe(20 * 3);
});

test('a variable that is null counts by the default of the server, one that is left out by its own, in any order', () => {
  const document = parse('query ($n: Int = 100) { customers(first: $n) { edges { node { uuid } } } }');
  const costWith = (variables: object) => costOf(schema, document, undefined, { ...variables }).fields;
  const [absent, none] = [costWith({}), costWith({ n: null })];
  expect(none).toBeLessThan(absent / 2);
  expect([costWith({}), costWith({ n: null }), costWith({ n: 100 })]).toEqual([absent, none, absent]);
});

test('what lists are passed as variables counts, and nothing of them is kept', () => {
  const document = parse('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }');
  const costWith = (ids: unknown) => costOf(schema, document, undefined, { ids }).fields;
  const many = Array.from({ length: 100 }, () => 'x'.repeat(10_000));
  expect(costWith(many)).toBeGreaterThan(20 * costWith(many.slice(0, 2)));
  expect(costWith(many.map(() => 'y'))).toBe(costWith(many));
});

test('of several operations the one that is run counts, and fragments wherever they are used', () => {
  const document = parse(`
    query Small { channels(first: 1) { edges { cursor } } }
    query Large { customers(first: 100) { edges { node { ...Parts ... on Customer { ...Parts } } } } }
    fragment Parts on Customer { addresses { city } }`);
  expect(costOf(schema, document, 'Small').fields).toBe(3);
  expect(costOf(schema, document, 'Large').fields).toBe(100 * (1 + 1 + 1 + 2 * 100 * 2));
});

const introspection = getIntrospectionQuery({ schemaDescription: true, inputValueDeprecation: true, oneOf: true });

test('one introspection is allowed, however much it asks for, and hundreds are not', () => {
  const measured = (document: string) => costOf(schema, parse(document), undefined).introspection;
  expect(measured(introspection)).toBeGreaterThan(0.5);
  expect(measured(introspection)).toBeLessThanOrEqual(introspections / 1.5);
  const aliases = Array.from({ length: 190 }, (_, i) => `a${i}: __schema { types { name fields { name } } }`);
  expect(measured(`{ ${aliases.join(' ')} }`)).toBeGreaterThan(introspections);
});

const hostile = {
  'nine aliases of a hundred orders with all their lines': `{ ${Array.from(
    { length: 9 },
    (_, i) =>
      `a${i}: transactions(filter: { channel: "houston" }, first: 100) { edges { node { lines { sku name } } } }`,
  ).join(' ')} }`,
  'lists within lists':
    '{ customers(first: 100) { edges { node { transactions(first: 100) { edges { node { lines { sku } } } } } } } }',
  'a hundred and ninety introspections': `{ ${Array.from({ length: 190 }, (_, i) => `a${i}: __schema { ...All }`).join(' ')} }
    fragment All on __Schema { types { name description fields { name description args { name description } } } }`,
};

describe.each(Object.entries(hostile))('%s', (_name, document) => {
  test('are refused over both transports before anything is read', async () => {
    const hq = await startHeadquarters();
    const { status, errors, data } = await hq.ask(document);
    expect(data).toBeUndefined();
    expect([status, errors?.[0].extensions]).toEqual([200, { code: 'OPERATION_TOO_EXPENSIVE' }]);

    const socket = await openSocket({ socketUrl: `${hq.url.replace('http', 'ws')}/graphql` });
    socket.subscribe('1', document);
    expect(await socket.next()).toMatchObject({
      id: '1',
      type: 'error',
      payload: [{ extensions: { code: 'OPERATION_TOO_EXPENSIVE' } }],
    });
  });
});

test('the introspection of tools is answered, and a page of orders with their lines is not refused', async () => {
  const hq = await startHeadquarters();
  expect((await hq.query(introspection)).__schema.types.length).toBeGreaterThan(100);
  const { errors } = await hq.ask(
    '{ transactions(filter: { channel: "nowhere" }, first: 20) { edges { node { lines { sku name quantity } } } } }',
  );
  expect(errors?.[0].extensions.code).toBe('CHANNEL_NOT_FOUND');
});

test('a hundred nodes are answered at once, and no more', async () => {
  const hq = await startHeadquarters();
  const nodes = (number: number) =>
    hq.ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', {
      ids: Array.from({ length: number }, (_, i) => `x${i}`),
    });
  expect((await nodes(100)).data.nodes).toHaveLength(100);
  expect((await nodes(101)).errors?.[0].extensions).toMatchObject({ code: 'INVALID_INPUT', path: ['ids'] });
});
