import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';
import type { GraphQLFieldResolver } from 'graphql';
import { InvalidInput } from '../errors.ts';

/*
 * A Pothos plugin that rejects text no database can store, as invalid input, in every argument of every field.
 */

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      storable: StorablePlugin<Types>;
    }
  }
}

/** PostgreSQL stores neither a NUL character nor half of a surrogate pair. */
export const isStorable = (text: string): boolean => !/[\0\p{Surrogate}]/u.test(text);

/**
 * Throws InvalidInput, with its path, for the first text in the arguments that a database cannot store. Paths leave out the `input` that wraps
 * the fields of a mutation.
 */
export function mustBeStorable(args: object): void {
  for (const [name, value] of Object.entries(args)) check(value, name === 'input' ? [] : [name]);
}

function check(value: unknown, path: string[]): void {
  if (typeof value === 'string') {
    if (!isStorable(value))
      throw new InvalidInput(
        path,
        'must be well-formed text without control characters, but contains a NUL or half a surrogate pair',
      );
  } else if (typeof value === 'object' && value !== null) {
    // A decoded global ID: if its key cannot be stored, there is simply no such record.
    if ('typename' in value) return;
    for (const [key, part] of Object.entries(value)) check(part, [...path, key]);
  }
}

class StorablePlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(
    resolve: GraphQLFieldResolver<unknown, Types['Context'], object>,
    { args, kind }: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    if (Object.keys(args).length === 0 || kind === 'Subscription') return resolve;
    return (parent, given, context, info) => {
      mustBeStorable(given);
      return resolve(parent, given, context, info);
    };
  }

  override wrapSubscribe(
    subscribe: GraphQLFieldResolver<unknown, Types['Context'], object> | undefined,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> | undefined {
    return (
      subscribe &&
      ((parent, given, context, info) => {
        mustBeStorable(given);
        return subscribe(parent, given, context, info);
      })
    );
  }
}

SchemaBuilder.registerPlugin('storable', StorablePlugin);
