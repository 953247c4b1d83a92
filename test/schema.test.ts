import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type GraphQLEnumType,
  type GraphQLInputObjectType,
  type GraphQLObjectType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  lexicographicSortSchema,
  parse,
  printSchema,
  validate,
} from 'graphql';
import { expect, test } from 'vitest';
import * as errors from '../src/errors.ts';
import { errorCodes } from '../src/errors.ts';
import { schema } from '../src/graphql/schema.ts';

const folder = join(import.meta.dirname, '../schema');
const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));

test('schema/schema.graphql is what we serve', async () => {
  await expect(`${printSchema(lexicographicSortSchema(schema))}\n`).toMatchFileSnapshot(join(folder, 'schema.graphql'));
});

const operations = readdirSync(join(folder, 'operations'));
test.each(operations)('schema/operations/%s is valid', (file) => {
  const all = operations.map((name) => readFileSync(join(folder, 'operations', name), 'utf8'));
  const document = parse(all.join('\n'));
  const own = parse(readFileSync(join(folder, 'operations', file), 'utf8'));
  expect(own.definitions.length).toBeGreaterThan(0);
  expect(validate(schema, document).map(({ message }) => message)).toEqual([]);
});

test('every type, field, argument and enum value has a description', () => {
  const missing: string[] = [];
  for (const type of types) {
    if (['String', 'Int', 'Float', 'Boolean', 'ID'].includes(type.name)) continue;
    if (!type.description) missing.push(type.name);
    if (isEnumType(type))
      for (const value of (type as GraphQLEnumType).getValues())
        if (!value.description) missing.push(`${type.name}.${value.name}`);
    if (isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)) {
      for (const field of Object.values((type as GraphQLObjectType | GraphQLInputObjectType).getFields())) {
        if (!field.description && type.name !== 'Node') missing.push(`${type.name}.${field.name}`);
        for (const argument of 'args' in field ? field.args : []) {
          if (!argument.description && !['node', 'nodes'].includes(field.name))
            missing.push(`${type.name}.${field.name}(${argument.name})`);
        }
      }
    }
  }
  expect(missing).toEqual([]);
});

test('a result union has one member that is no failure, or all types of one interface', () => {
  const failure = schema.getType('Failure');
  for (const union of types.filter(isUnionType)) {
    const successes = union.getTypes().filter((type) => !type.getInterfaces().some((one) => one === failure));
    if (successes.length === 1) continue;
    const shared = successes[0]!.getInterfaces().filter(({ name }) => name !== 'Node');
    expect(
      shared.map((one) => new Set(schema.getPossibleTypes(one))),
      union.name,
    ).toContainEqual(new Set(successes));
  }
});

test('every failure class has a code that clients know, each its own', () => {
  const classes = Object.values(errors as Record<string, unknown>).filter(
    (value): value is new (...args: never[]) => errors.DomainError =>
      typeof value === 'function' && value.prototype instanceof errors.DomainError,
  );
  const codes = classes.map((one) => new (one as new (...args: unknown[]) => errors.DomainError)(['x'], 'x').code);
  expect(new Set(codes).size).toBe(codes.length);
  expect(errorCodes).toEqual(expect.arrayContaining(codes));
});
