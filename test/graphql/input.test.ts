import { randomUUID } from 'node:crypto';
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { failureIn, selectFailures } from '../support/bulk.ts';
import {
  type Answer,
  aChannel,
  createChannelDocument,
  type Headquarters,
  startHeadquarters,
} from '../support/headquarters.ts';

type Input = GraphQLArgument | GraphQLInputField;
type Path = string[];

const globalId = (type: string, id: string) => Buffer.from(`${type}:${id}`).toString('base64');

/** Every place of an argument where text may stand, lists and input objects included. */
function textsIn(input: Input, path: Path, seen: string[] = []): Path[] {
  const type = getNamedType(input.type);
  if (isInputObjectType(type)) {
    if (seen.includes(type.name)) return [];
    return Object.values(type.getFields()).flatMap((field) =>
      textsIn(field, [...path, field.name], [...seen, type.name]),
    );
  }
  return type.name === 'String' || type.name === 'ID' ? [path] : [];
}

const samples: Record<string, unknown> = {
  String: 'houston',
  UUID: randomUUID(),
  Int: 1,
  Boolean: true,
  Decimal: '1',
  BigInt: 1,
  LocalDate: '2026-01-05',
  DateTime: '2026-01-05T00:00:00Z',
  Currency: 'USD',
  CountryCode: 'US',
  Locale: 'en-US',
  TimeZone: 'America/Chicago',
};

/** A valid value of an input, with `text` in the place that `path` leads to; undefined where none is needed. */
function inputOf(input: Input, path: Path | undefined, text: string): unknown {
  if (path === undefined && !isNonNullType(input.type)) return undefined;
  const one = (type: GraphQLInputType): unknown => {
    const nullable = getNullableType(type);
    if (isListType(nullable)) return [one(nullable.ofType)];
    if (isInputObjectType(nullable)) {
      const entries = Object.values(nullable.getFields()).map((field): [string, unknown] => [
        field.name,
        inputOf(field, path?.[0] === field.name ? path.slice(1) : undefined, text),
      ]);
      return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
    }
    if (path !== undefined) return text;
    if (isEnumType(nullable)) return nullable.getValues()[0]!.name;
    if (nullable.name === 'ID') return globalId(typesOf(input)[0]!, '1');
    return samples[nullable.name];
  };
  return one(input.type);
}

/** The types whose global IDs an input takes. */
const typesOf = (input: Input): string[] =>
  (input.extensions.globalIdOf as { names: string[] } | undefined)?.names ?? [];

const kinds = {
  query: schema.getQueryType(),
  mutation: schema.getMutationType(),
  subscription: schema.getSubscriptionType(),
};
type Operation = keyof typeof kinds;
const places = Object.entries(kinds).flatMap(([operation, type]) =>
  Object.values(type?.getFields() ?? {}).flatMap((field) =>
    field.args.flatMap((argument) =>
      textsIn(argument, [argument.name]).map((path) => ({
        operation: operation as Operation,
        field: field as GraphQLField<unknown, unknown>,
        path,
        name: `${field.name}(${path.join('.')})`,
      })),
    ),
  ),
);

async function sent(
  hq: Headquarters,
  { operation, field, path }: (typeof places)[number],
  text: string,
): Promise<Answer> {
  const variables = Object.fromEntries(
    field.args.map((argument) => [
      argument.name,
      inputOf(argument, argument.name === path[0] ? path.slice(1) : undefined, text),
    ]),
  );
  const declared = field.args.map(({ name, type }) => `$${name}: ${type}`).join(', ');
  const given = field.args.map(({ name }) => `${name}: $${name}`).join(', ');
  const failure = operation === 'mutation' ? ` ${selectFailures(field)}` : '';
  const document = `${operation} (${declared}) { ${field.name}(${given}) { __typename${failure} } }`;
  if (operation !== 'subscription') {
    const { data, errors } = await hq.ask(document, variables);
    return errors?.[0] ?? failureIn(data[field.name]);
  }
  return hq
    .subscribe(document, variables)
    .next()
    .then(
      (data) => data,
      (error) =>
        error instanceof Error && error.message.startsWith('[') ? JSON.parse(error.message)[0] : (error[0] ?? error),
    );
}

const ill = { 'a NUL character': 'x\u0000', 'half a surrogate pair': 'x\ud83d' };

test.each(Object.entries(ill))('%s is an input error in every argument', async (_, text) => {
  const hq = await startHeadquarters();
  await hq.query(createChannelDocument, { input: aChannel() });
  expect(places.length).toBeGreaterThan(60);
  for (const place of places) {
    const answer = await sent(hq, place, text);
    // What an ID names is not there, whatever it holds.
    if (['node', 'nodes'].includes(place.field.name)) {
      expect([null, [null]], place.name).toContainEqual(answer);
      continue;
    }
    expect(answer?.errorCode ?? answer?.extensions?.code, `${place.name}: ${JSON.stringify(answer)}`).toMatch(
      /^(INVALID_INPUT|BAD_USER_INPUT)$/,
    );
  }
});

test.each(Object.entries(ill))('%s within a global ID names nothing', async (_, text) => {
  const hq = await startHeadquarters();
  await hq.query(createChannelDocument, { input: aChannel() });
  const nodes = Object.values(schema.getTypeMap()).filter(({ name }) => name === 'Node');
  expect(nodes).toHaveLength(1);
  const types = schema.getPossibleTypes(nodes[0] as never).map(({ name }) => name);
  for (const place of places) {
    const { field, path } = place;
    const within = path.reduce<Input | undefined>((input, name) => {
      const type = input && getNamedType(input.type);
      return isInputObjectType(type) ? type.getFields()[name] : field.args.find((argument) => argument.name === name);
    }, undefined)!;
    if (getNamedType(within.type).name !== 'ID') continue;
    for (const type of typesOf(within).length > 0 ? typesOf(within) : types) {
      for (const id of [text, `houston/${text}`]) {
        const answer = await sent(hq, place, globalId(type, id));
        const code = answer?.errorCode ?? answer?.extensions?.code;
        expect(
          [undefined, 'NOT_FOUND', 'BAD_USER_INPUT', 'INVALID_INPUT', 'CHANNEL_NOT_FOUND', 'CUSTOMER_NOT_FOUND'],
          `${place.name} of ${type}: ${JSON.stringify(answer)}`,
        ).toContain(code);
      }
    }
  }
});
