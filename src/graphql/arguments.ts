import SchemaBuilder, {
  BasePlugin,
  type InputRef,
  type PothosInputFieldConfig,
  type PothosOutputFieldConfig,
  type SchemaTypes,
} from '@pothos/core';
import { decodeGlobalID } from '@pothos/plugin-relay';
import {
  type GraphQLArgument,
  type GraphQLFieldResolver,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLResolveInfo,
  getNullableType,
  isInputObjectType,
  isListType,
} from 'graphql';
import { MOST_VIOLATIONS, mustBeValid, type Violation } from '../errors.ts';

/*
 * A Pothos plugin that checks the arguments of every field before it is resolved, and names everything that is wrong: lists have a maximum
 * length, which their descriptions state; text must be storable; global IDs must be of the right type, and are decoded.
 */

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      arguments: ArgumentsPlugin<Types>;
    }
  }
}

const LONGEST_LIST = 100;

/** The most channels that one input may list. */
export const MOST_CHANNELS = 1_000;

/** Options for a list with its own maximum length. */
export const atMost = (most: number) => ({ extensions: { most } });

/** Options for a list whose items are checked by the resolver, with `checkedItem`, so that one that is invalid does not hold up the others. */
export const atMostSeparately = (most: number) => ({ extensions: { most, separately: true } });

interface Extensions {
  most?: number;
  separately?: boolean;
  globalIdOf?: { names: readonly string[]; parse: (id: string) => unknown };
}

type Input = GraphQLArgument | GraphQLInputField;

const declaredBy = ({ extensions }: { extensions?: Readonly<Record<string, unknown>> | null | undefined }) =>
  (extensions ?? {}) as Extensions;

const mostOf = (input: Parameters<typeof declaredBy>[0]): number => declaredBy(input).most ?? LONGEST_LIST;

/** PostgreSQL stores neither a NUL character nor half of a surrogate pair. */
const isStorable = (text: string): boolean => !/[\0\p{Surrogate}]/u.test(text);

/** A type with global IDs. Keys that are not text have a parser; types that one ID may be of have the same kind of key. */
export interface Identified<Key> {
  name: string;
  parseId?: ((id: string, context: object) => Key) | undefined;
}

type OneOrMore<Type> = Type | readonly [Type, ...Type[]];

/** Options for a global ID of this type, or of one of these. Resolvers receive the key that it contains. */
export const globalId = <Key extends string | number = string>(
  type: OneOrMore<Identified<Key>>,
  description: string,
) => ({
  description,
  // What resolvers receive is not what clients send.
  type: 'ID' as unknown as InputRef<Key>,
  extensions: { globalIdOf: identifies('name' in type ? [type] : type) } as Record<string, unknown>,
});

const identifies = <Key>(types: readonly [Identified<Key>, ...Identified<Key>[]]) => ({
  names: types.map(({ name }) => name),
  parse: types[0].parseId ?? ((id: string) => id),
});

/** The same for an input that must have it. */
export const requiredId = <Key extends string | number = string>(
  type: OneOrMore<Identified<Key>>,
  description: string,
) => ({
  ...globalId(type, description),
  required: true as const,
});

/** The arguments with decoded global IDs. Throws InvalidInput, with paths that leave out the `input` that wraps the fields of a mutation. */
function checked(given: object, info: GraphQLResolveInfo): object {
  const found: Violation[] = [];
  const args = withFields(given, info.parentType.getFields()[info.fieldName]!.args, [], found);
  mustBeValid(found);
  return args;
}

/** An item of a list of input objects with decoded global IDs. Throws InvalidInput, with paths within the item. */
export function checkedItem<Item extends object>(item: Item, typeName: string, { schema }: GraphQLResolveInfo): Item {
  const found: Violation[] = [];
  const type = schema.getType(typeName) as GraphQLInputObjectType;
  const values = withFields(item, fieldsOf(type), [], found);
  mustBeValid(found);
  return values as Item;
}

/** Throws InvalidInput for text that no database can store, in the values of a field that sockets share (events/feed.ts). */
export function mustBeStorable(values: Readonly<Record<string, unknown>>): void {
  const found: Violation[] = [];
  for (const [name, value] of Object.entries(values)) if (typeof value === 'string') checkText(value, [name], found);
  mustBeValid(found);
}

/** `path` leads to these values. It grows and shrinks on the way and is copied only for a violation, because most inputs have none. */
function withFields(values: object, fields: readonly Input[], path: string[], found: Violation[]): object {
  const result: Record<string, unknown> = {};
  for (const field of fields) {
    const { name } = field;
    const value = (values as Record<string, unknown>)[name];
    if (value === undefined) continue;
    const isWrapper = path.length === 0 && name === 'input';
    if (!isWrapper) path.push(name);
    result[name] = withValue(value, getNullableType(field.type), path, field, found);
    if (!isWrapper) path.pop();
  }
  return result;
}

function withValue(value: unknown, type: GraphQLInputType, path: string[], field: Input, found: Violation[]): unknown {
  if (value === null || found.length >= MOST_VIOLATIONS) return value;
  if (isListType(type)) {
    const items = value as unknown[];
    const most = mostOf(field);
    if (items.length > most) {
      found.push({ path: [...path], message: `must have at most ${most} items`, rule: 'LENGTH' });
      return items;
    }
    if (declaredBy(field).separately) return items;
    const itemType = getNullableType(type.ofType) as GraphQLInputType;
    return items.map((item, index) => {
      path.push(String(index));
      const checkedValue = withValue(item, itemType, path, field, found);
      path.pop();
      return checkedValue;
    });
  }
  if (isInputObjectType(type)) return withFields(value as object, fieldsOf(type), path, found);
  if (typeof value !== 'string') return value;
  const { globalIdOf } = declaredBy(field);
  if (globalIdOf === undefined) return checkText(value, path, found);
  const { typename, id } = decoded(value);
  const { names, parse } = globalIdOf;
  if (names.includes(typename)) return parse(id);
  found.push({ path: [...path], message: `must be a global ID of type ${names.join(' or ')}`, rule: 'FORMAT' });
  return value;
}

const fieldsOfTypes = new WeakMap<GraphQLInputObjectType, GraphQLInputField[]>();

function fieldsOf(type: GraphQLInputObjectType): GraphQLInputField[] {
  const known = fieldsOfTypes.get(type) ?? Object.values(type.getFields());
  fieldsOfTypes.set(type, known);
  return known;
}

function checkText(value: string, path: string[], found: Violation[]): string {
  if (!isStorable(value))
    found.push({
      path: [...path],
      message: 'must be well-formed text without control characters, but contains a NUL or half a surrogate pair',
      rule: 'FORMAT',
    });
  return value;
}

/** The type and key in a global ID. A malformed ID has a type that does not exist; a key that cannot be stored becomes one that no record has. */
export function decoded(globalId: string): { typename: string; id: string } {
  try {
    const { typename, id } = decodeGlobalID(globalId);
    return { typename, id: isStorable(id) ? id : '' };
  } catch {
    return { typename: '', id: globalId };
  }
}

class ArgumentsPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onInputFieldConfig(config: PothosInputFieldConfig<Types>): PothosInputFieldConfig<Types> {
    if (config.type.kind !== 'List') return config;
    const atMost = `At most ${mostOf(config).toLocaleString('en-US')}.`;
    return { ...config, description: [config.description, atMost].filter(Boolean).join(' ') };
  }

  override wrapResolve(
    resolve: GraphQLFieldResolver<unknown, Types['Context'], object>,
    { args }: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    if (Object.keys(args).length === 0) return resolve;
    return (parent, given, context, info) => resolve(parent, checked(given, info), context, info);
  }

  override wrapSubscribe(
    subscribe: GraphQLFieldResolver<unknown, Types['Context'], object> | undefined,
    { args }: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> | undefined {
    if (!subscribe || Object.keys(args).length === 0) return subscribe;
    return (parent, given, context, info) => subscribe(parent, checked(given, info), context, info);
  }
}

SchemaBuilder.registerPlugin('arguments', ArgumentsPlugin);
