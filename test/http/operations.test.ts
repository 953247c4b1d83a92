import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type DocumentNode,
  type GraphQLInputType,
  getNullableType,
  getOperationAST,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isScalarType,
  parse,
  print,
  separateOperations,
  typeFromAST,
} from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { type Headquarters, startHeadquarters } from '../support/headquarters.ts';
import { ways } from './support.ts';

/** Every query and mutation that our own clients send. */
const folder = join(import.meta.dirname, '../../schema/operations');
const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
const operations = Object.entries(separateOperations(parse(texts.join('\n'))))
  .map(([name, document]) => ({ name, document, kind: getOperationAST(document)!.operation }))
  .filter(({ kind }) => kind !== 'subscription');

/** The same numbers each time the test runs. */
function randomness(seed: number) {
  let state = seed;
  return (below: number): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}
type Random = ReturnType<typeof randomness>;

const uuids = ['7f3c1a52-1b7c-4c1e-9d38-2f4c8a6f0b11', '7f3c1a52-1b7c-4c1e-9d38-2f4c8a6f0b12'];
const globalId = (text: string) => Buffer.from(text).toString('base64');

/** Values of each scalar: most of them are valid and meet each other, some are anything but. */
const values: Record<string, unknown[]> = {
  Int: [0, 1, 2, 20, 100, 101, -1, 2 ** 31, 1.5, '1'],
  BigInt: [1, 5, -1, '7', 1e16],
  Boolean: [true, false, 'true'],
  String: ['houston', 'dallas', 'Ada', 'Byron', '', 'ß', 'x'.repeat(300), '\0', '0 3 * * *', 7],
  ID: [...['Channel:houston', 'JobRun:1', `Customer:houston/${uuids[0]}`, 'Schedule:1'].map(globalId), '', 'x', 1],
  UUID: [...uuids, ...uuids, uuids[0]!.toUpperCase(), 'x'],
  Decimal: ['1', '5', '5.00', 5, '-1', '1e3', 'x'],
  LocalDate: ['2026-11-27', '2026-02-30', '1999-01-01'],
  DateTime: ['2026-11-27T09:00:00Z', '2026-11-27'],
  Currency: ['USD', 'eur', 'XXX'],
  CountryCode: ['US', 'de', 'ZZ'],
  Locale: ['en-US', 'x'],
  TimeZone: ['America/Chicago', 'Mars/Olympus'],
};

function sample(type: GraphQLInputType, random: Random): unknown {
  if (!isNonNullType(type) && random(8) === 0) return null;
  const bare = getNullableType(type) as GraphQLInputType;
  if (isListType(bare)) return Array.from({ length: random(3) }, () => sample(bare.ofType, random));
  if (isEnumType(bare)) return random(20) === 0 ? 'NONE' : bare.getValues()[random(bare.getValues().length)]!.name;
  if (isScalarType(bare)) return values[bare.name]![random(values[bare.name]!.length)];
  if (!isInputObjectType(bare)) return undefined;
  const fields = Object.values(bare.getFields());
  const isGiven = fields.map(({ name, type: own }) => isNonNullType(own) || name === 'uuid' || random(3) === 0);
  if (bare.isOneOf && random(10) > 0) isGiven.fill(false).fill(true, 0, 1);
  const given = fields.filter((_, index) => isGiven[index]);
  return Object.fromEntries(given.map(({ name, type: own }) => [name, sample(own, random)]));
}

function variablesFor(document: DocumentNode, random: Random): Record<string, unknown> {
  const given = getOperationAST(document)!.variableDefinitions!.filter(
    ({ type, defaultValue }) => (type.kind === 'NonNullType' && !defaultValue) || random(2) === 0,
  );
  return Object.fromEntries(
    given.map(({ variable, type }) => [
      variable.name.value,
      sample(typeFromAST(schema, type as never) as GraphQLInputType, random),
    ]),
  );
}

/** The whole answer, as text. */
async function answer({ url }: Headquarters, body: string, header: Record<string, string>): Promise<string> {
  const headers = { 'content-type': 'application/json', ...header };
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body });
  const own = [...response.headers].filter(([name]) => name !== 'date').toSorted();
  return `${response.status} ${JSON.stringify(own)} ${await response.text()}`;
}

/** What two servers make up for themselves: UUIDs, and the IDs and cursors that contain them. */
const withoutRandom = (text: string) =>
  text
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UUID')
    .replace(/"[A-Za-z0-9+/_-]{24,}=*"/g, '"OPAQUE"')
    .replace(/"reference":"[0-9a-f]{8}"/g, '"reference":""');

test.each([
  1, 2, 3,
])('every operation of our clients is answered alike both ways, byte for byte, whatever its variables are (%i)', async (seed) => {
  const [plain, full] = ways.map(({ header }) => header);
  const clock = () => new Date('2026-11-27T18:00:00Z');
  const [one, other] = [await startHeadquarters({ clock }), await startHeadquarters({ clock })];
  const random = randomness(seed);
  const outcomes = { data: 0, errors: 0 };
  for (let round = 0; round < 5; round++) {
    for (const { name, document, kind } of operations) {
      const body = JSON.stringify({ query: print(document), variables: variablesFor(document, random) });
      // What a mutation changes, it changes on both servers.
      const [first, second] = [
        await answer(one, body, plain!),
        await answer(kind === 'query' ? one : other, body, full!),
      ];
      if (kind === 'query') expect(second, name).toBe(first);
      else expect(withoutRandom(second), `${name} ${body}`).toBe(withoutRandom(first));
      outcomes[first.includes('"errors":[') ? 'errors' : 'data']++;
    }
  }
  // The variables are neither always wrong nor always right.
  expect(Math.min(outcomes.data, outcomes.errors)).toBeGreaterThan(20);
});
