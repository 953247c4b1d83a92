import SchemaBuilder, {
  BasePlugin,
  type PothosInputFieldConfig,
  type PothosOutputFieldConfig,
  type SchemaTypes,
} from '@pothos/core';
import {
  type GraphQLArgument,
  type GraphQLFieldResolver,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLResolveInfo,
  getNullableType,
  isInputObjectType,
  isListType,
} from 'graphql';
import { InvalidInput } from '../errors.ts';

/*
 * A Pothos plugin: every list in arguments has a maximum length, which its description states and every field checks. The default is
 * LONGEST_LIST; `atMost` sets another.
 */

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      bounded: BoundedPlugin<Types>;
    }
  }
}

const LONGEST_LIST = 100;

/** The most channels that one input may list. */
export const MOST_CHANNELS = 1_000;

/** Options for a list with its own maximum length. */
export const atMost = (most: number) => ({ extensions: { most } });

const mostOf = ({ extensions }: { extensions?: Readonly<Record<string, unknown>> | null | undefined }): number =>
  (extensions?.most as number | undefined) ?? LONGEST_LIST;

/** Throws InvalidInput for the first list that is too long. Paths leave out the `input` that wraps the fields of a mutation. */
function mustBeBounded(args: object, info: GraphQLResolveInfo): void {
  const field = info.parentType.getFields()[info.fieldName]!;
  checkFields(args, field.args, []);
}

function checkFields(values: object, fields: readonly (GraphQLArgument | GraphQLInputField)[], path: string[]): void {
  for (const field of fields) {
    const { name } = field;
    const value = (values as Record<string, unknown>)[name];
    check(
      value,
      getNullableType(field.type),
      path.length === 0 && name === 'input' ? [] : [...path, name],
      mostOf(field),
    );
  }
}

function check(value: unknown, type: GraphQLInputType, path: string[], most: number): void {
  if (value === null || value === undefined) return;
  if (isListType(type)) {
    const items = value as unknown[];
    if (items.length > most) throw new InvalidInput(path, `must have at most ${most} items`);
    const itemType = getNullableType(type.ofType) as GraphQLInputType;
    for (const [index, item] of items.entries()) check(item, itemType, [...path, String(index)], most);
  } else if (isInputObjectType(type)) checkFields(value, Object.values(type.getFields()), path);
}

class BoundedPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onInputFieldConfig(config: PothosInputFieldConfig<Types>): PothosInputFieldConfig<Types> {
    if (config.type.kind !== 'List') return config;
    const atMost = `At most ${mostOf(config).toLocaleString('en-US')}.`;
    return { ...config, description: [config.description, atMost].filter(Boolean).join(' ') };
  }

  override wrapResolve(
    resolve: GraphQLFieldResolver<unknown, Types['Context'], object>,
    { args, kind }: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    if (!mayHoldLists(args) || kind === 'Subscription') return resolve;
    return (parent, given, context, info) => {
      mustBeBounded(given, info);
      return resolve(parent, given, context, info);
    };
  }

  override wrapSubscribe(
    subscribe: GraphQLFieldResolver<unknown, Types['Context'], object> | undefined,
    { args }: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> | undefined {
    if (!subscribe || !mayHoldLists(args)) return subscribe;
    return (parent, given, context, info) => {
      mustBeBounded(given, info);
      return subscribe(parent, given, context, info);
    };
  }
}

const mayHoldLists = <Types extends SchemaTypes>(args: Record<string, PothosInputFieldConfig<Types>>): boolean =>
  Object.values(args).some(({ type }) => type.kind === 'List' || type.kind === 'InputObject');

SchemaBuilder.registerPlugin('bounded', BoundedPlugin);
