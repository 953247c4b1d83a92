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
} from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { createCustomer, run, withChannels } from '../support/actions.ts';
import { failureIn, selectFailures } from '../support/bulk.ts';
import { type Answer, aCustomer, createCustomerDocument, type Headquarters } from '../support/headquarters.ts';

type Input = GraphQLArgument | GraphQLInputField;

/** A list in the arguments of a field: the inputs that lead to it, the list itself last. */
interface List {
  field: GraphQLField<unknown, unknown>;
  operation: 'query' | 'mutation' | 'subscription';
  inputs: Input[];
  name: string;
}

const roots = [
  ['query', schema.getQueryType()!],
  ['mutation', schema.getMutationType()!],
  ['subscription', schema.getSubscriptionType()!],
] as const;

const listsBelow = (inputs: readonly Input[], above: Input[]): Input[][] =>
  inputs.flatMap((input) => {
    const path = [...above, input];
    const found: Input[][] = [];
    let type = getNullableType(input.type) as GraphQLInputType;
    if (isListType(type)) {
      found.push(path);
      type = getNullableType(type.ofType) as GraphQLInputType;
    }
    return isInputObjectType(type) ? [...found, ...listsBelow(Object.values(type.getFields()), path)] : found;
  });

const lists: List[] = roots.flatMap(([operation, root]) =>
  Object.values(root.getFields()).flatMap((field) =>
    listsBelow(field.args, []).map((inputs) => ({
      field,
      operation,
      inputs,
      name: `${field.name}(${inputs.map(({ name }) => name).join('.')})`,
    })),
  ),
);

/** The maximum that the description of a list states. */
const statedMaximum = ({ inputs }: List): number =>
  Number(/At most ([\d,]+)\.$/.exec(inputs.at(-1)!.description ?? '')?.[1]?.replaceAll(',', ''));

/** Something that the schema accepts; `within` leads to a list of `length` items. */
function sample(type: GraphQLInputType, within: readonly Input[] | undefined, length: number, idOf: string): Answer {
  const bare = getNullableType(type) as GraphQLInputType;
  if (isListType(bare)) {
    const item = sample(bare.ofType, within, length, idOf);
    return within?.length === 0 ? Array(length).fill(item) : [item];
  }
  if (isEnumType(bare)) return bare.getValues()[0]!.name;
  if (isInputObjectType(bare)) {
    const fields = Object.values(bare.getFields()).filter((field, index) =>
      bare.isOneOf
        ? index === 0
        : field === within?.[0] || (isNonNullType(field.type) && field.defaultValue === undefined),
    );
    return Object.fromEntries(
      fields.map((field) => [
        field.name,
        sample(field.type, field === within?.[0] ? within.slice(1) : undefined, length, idOf),
      ]),
    );
  }
  const samples: Record<string, unknown> = {
    Int: 1,
    BigInt: 1,
    Boolean: true,
    Decimal: '1',
    UUID: '7f3c1a52-1b7c-4c1e-9d38-2f4c8a6f0b11',
    LocalDate: '2026-11-22',
    DateTime: '2026-11-22T09:00:00Z',
    Currency: 'USD',
    CountryCode: 'US',
    Locale: 'en-US',
    TimeZone: 'America/Chicago',
    ID: Buffer.from(`${idOf}:1`).toString('base64'),
  };
  return samples[bare.name] ?? 'houston';
}

/** The list above this one whose items are checked by themselves, so that each has its own failure. */
const itemAbove = ({ inputs }: List): number =>
  inputs.slice(0, -1).findIndex(({ extensions }) => extensions.separately);

/** Asks with that many items in the list; answers the first failure there is. */
async function failureOf(hq: Headquarters, list: List, length: number, idOf = 'Order'): Promise<Answer> {
  const { field, operation, inputs } = list;
  const args = field.args.filter(
    (one) => one === inputs[0] || (isNonNullType(one.type) && one.defaultValue === undefined),
  );
  const failing = operation === 'mutation' ? selectFailures(field) : '';
  const document = `${operation} (${args.map(({ name, type }) => `$${name}: ${type}`).join(', ')}) {
    answer: ${field.name}(${args.map(({ name }) => `${name}: $${name}`).join(', ')}) { __typename ${failing} } }`;
  const variables = Object.fromEntries(
    args.map((one) => [one.name, sample(one.type, one === inputs[0] ? inputs.slice(1) : undefined, length, idOf)]),
  );
  if (operation === 'subscription') {
    const error = await hq
      .subscribe(document, variables)
      .next()
      .then(() => undefined, JSON.stringify);
    return { code: error, path: error };
  }
  const { data, errors } = await hq.ask(document, variables);
  const answer = failureIn(data?.answer);
  if (answer?.errorCode && answer.message.includes('at most')) {
    const { errorCode: code, ...failure } = answer;
    return { code, ...failure };
  }
  const wanted = /must be a global ID of type (\w+)/.exec(answer?.message ?? errors?.[0].message)?.[1];
  if (wanted) return failureOf(hq, list, length, wanted);
  return errors && { code: errors[0].extensions.code, path: errors[0].extensions.path, message: errors[0].message };
}

test('every list in an input has a maximum, which its description states and every field checks', async () => {
  const hq = await withChannels(['houston']);
  expect(lists.length).toBeGreaterThan(20);
  const wrong: Record<string, unknown> = {};
  for (const list of lists) {
    const most = statedMaximum(list);
    const failure = await failureOf(hq, list, most + 1);
    const names = list.inputs
      .map(({ name }) => name)
      .slice(itemAbove(list) + 1)
      .filter((name) => name !== 'input');
    const named =
      list.operation === 'subscription'
        ? names.every((name) => String(failure?.path).includes(name))
        : JSON.stringify(failure?.path ?? failure?.message.split(':')[0].split('.')) === JSON.stringify(names);
    if (!String(failure?.code).includes('INVALID_INPUT') || !named) wrong[list.name] = { most, failure };
  }
  expect(wrong).toEqual({});
});

const addresses = (count: number) => Array.from({ length: count }, () => ({ country: 'US' }));
const addDocument = `mutation ($input: AddCustomerAddressInput!) { addCustomerAddress(input: $input) {
  __typename ... on Customer { addresses { uuid } } ... on Failure { errorCode path message } } }`;

test('a customer has at most 100 addresses, those that are added later included', async () => {
  const hq = await withChannels(['houston']);
  const uuid = await createCustomer(hq, { addresses: addresses(99) });
  const add = (addressUuid?: string) =>
    hq.query(addDocument, {
      input: { channel: 'houston', customer: { uuid }, address: { country: 'US', uuid: addressUuid } },
    });
  const known = 'a0000000-0000-4000-8000-000000000000';
  expect((await add(known)).addCustomerAddress.addresses).toHaveLength(100);
  expect((await add()).addCustomerAddress).toMatchObject({ errorCode: 'INVALID_INPUT', path: ['address'] });
  // A repeat of one that is there adds nothing.
  expect((await add(known)).addCustomerAddress.addresses).toHaveLength(100);
  const { createCustomer: created } = await hq.query(createCustomerDocument, {
    input: aCustomer({ addresses: addresses(101) }),
  });
  expect(created).toMatchObject({ errorCode: 'INVALID_INPUT', path: ['addresses'] });
  expect(await run(hq)).toMatchObject({ state: 'SUCCEEDED' });
});
