import SchemaBuilder, { brandWithType, type OutputType, type SchemaTypes } from '@pothos/core';
import DataloaderPlugin from '@pothos/plugin-dataloader';
import ErrorsPlugin from '@pothos/plugin-errors';
import RelayPlugin, { resolveNodes } from '@pothos/plugin-relay';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import { type GraphQLResolveInfo, isObjectType } from 'graphql';
import { Forbidden, InvalidInput } from '../errors.ts';
import { decoded } from './arguments.ts';
import type { Context } from './context.ts';
import './global-ids.ts';
import './roots.ts';
import { type AuthScopes, authScopes } from './scopes.ts';
import './together.ts';

/** Builds the schema: plugins, the type of the context, and scalars. Each noun defines its types in its own folder. */
export const builder = new SchemaBuilder<{
  Context: Context;
  AuthScopes: AuthScopes;
  DefaultFieldNullability: false;
  DefaultInputFieldRequiredness: false;
  Scalars: {
    ID: { Input: string; Output: string | number };
    UUID: { Input: string; Output: string };
    DateTime: { Input: string; Output: string };
    LocalDate: { Input: string; Output: string };
    BigInt: { Input: number; Output: number };
    Decimal: { Input: string; Output: string };
    Currency: { Input: string; Output: string };
    CountryCode: { Input: string; Output: string };
    Locale: { Input: string; Output: string };
    TimeZone: { Input: string; Output: string };
  };
}>({
  // Outermost first: the errors plugin returns as data what the others throw, and permissions may depend on checked arguments.
  plugins: [
    'together',
    ErrorsPlugin,
    'arguments',
    ScopeAuthPlugin,
    'scopes',
    'roots',
    DataloaderPlugin,
    'globalIds',
    RelayPlugin,
  ],
  scopeAuth: { authScopes, authorizeOnSubscribe: true },
  defaultFieldNullability: false,
  relay: {
    clientMutationId: 'omit',
    cursorType: 'String',
    idFieldOptions: { description: 'Global ID, for `node` and for inputs that take an `ID`. Opaque.' },
    nodeTypeOptions: { description: 'An object that `node` can fetch again by its global ID.' },
    pageInfoTypeOptions: { description: 'The position of a page in its list.' },
    hasNextPageFieldOptions: { description: 'Whether more items follow this page.' },
    hasPreviousPageFieldOptions: { description: 'Whether there are items before this page.' },
    startCursorFieldOptions: { description: 'Cursor of the first item, to pass as `before`. Null on an empty page.' },
    endCursorFieldOptions: { description: 'Cursor of the last item, to pass as `after`. Null on an empty page.' },
    pageInfoFieldOptions: { description: 'The position of this page in the list.' },
    edgesFieldOptions: { description: 'The items with their cursors, in order.' },
    nodeFieldOptions: { description: 'The item at this position.' },
    nodesOnConnection: { description: 'The items, in order, without their cursors.' },
    cursorFieldOptions: { description: 'The position of the item, to pass as `after` or `before`. Opaque.' },
    firstArgOptions: { description: 'The first n items, 0 to 100 (default 20).' },
    lastArgOptions: { description: 'The last n items, 0 to 100. Cannot be combined with `first`.' },
    afterArgOptions: { description: 'Return items after this cursor.' },
    beforeArgOptions: { description: 'Return items before this cursor.' },
    defaultConnectionTypeOptions: { description: 'One page of a list (Relay connection).' },
    defaultEdgeTypeOptions: { description: 'An item of a list and its cursor.' },
    decodeGlobalID: decoded,
    nodeQueryOptions: {
      description: 'Any object by its global ID. Null if it does not exist or you may not see it.',
      resolve: (_root, { id }, context, info) => nodesOf([id], context, info)[0],
    },
    nodesQueryOptions: {
      description:
        'Objects by their global IDs, in the order requested. An object that does not exist or that you may not see is null.',
      resolve: (_root, { ids }, context, info) => nodesOf(ids, context, info),
    },
  },
  errors: {
    directResult: true,
    defaultTypes: [InvalidInput, Forbidden],
    defaultUnionOptions: {
      description: 'The result, or the reason why nothing changed.',
      name: ({ fieldName }) => `${fieldName[0]!.toUpperCase()}${fieldName.slice(1)}Result`,
    },
  },
});

/** The objects with these IDs. An ID that is malformed, or of a type that has no IDs, gives null without affecting the others. */
function nodesOf(
  ids: readonly { typename: string; id: unknown }[],
  context: Context,
  info: GraphQLResolveInfo,
): Promise<unknown>[] {
  // One at a time, because Pothos fails all of them when one cannot be loaded. Loaders batch them again.
  return ids.map(async (id) => {
    const type = info.schema.getType(id.typename);
    if (!isObjectType(type) || !type.getInterfaces().some(({ name }) => name === 'Node')) return null;
    const node = await (await resolveNodes(builder, context, info, [id]))[0];
    // Pothos does this too late for an ID that is requested twice in an operation.
    brandWithType(node, type.name as OutputType<SchemaTypes>);
    return node;
  });
}

/** The object of a type with this key, as text. */
export function nodeOf(typename: string, key: string, context: Context, info: GraphQLResolveInfo): Promise<unknown> {
  const parse = info.schema.getType(typename)?.extensions.pothosParseGlobalID as
    | ((key: string, context: Context) => unknown)
    | undefined;
  return nodesOf([{ typename, id: parse ? parse(key, context) : key }], context, info)[0]!;
}

builder.queryType({
  description:
    'Reads. Lists are Relay connections: pass `first` or `last` (at most 100), and a cursor for the next page.',
});
builder.mutationType({
  description: 'Changes. Each field returns a union of its result and the failures that a client can act on.',
});
builder.subscriptionType({
  description:
    'Live streams over WebSocket (graphql-transport-ws) or server-sent events. `accountIdsSynced` and `transactionsSynced` are feeds, which continue after a cursor; the others start with the current state. Delivery is at least once. A stream ends when nothing more can follow.',
});
