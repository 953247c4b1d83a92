import SchemaBuilder from '@pothos/core';
import DataloaderPlugin from '@pothos/plugin-dataloader';
import ErrorsPlugin from '@pothos/plugin-errors';
import RelayPlugin, { decodeGlobalID, resolveNodes } from '@pothos/plugin-relay';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import { type GraphQLResolveInfo, isObjectType } from 'graphql';
import type { Context } from './context.ts';
import './bounded.ts';
import './global-ids.ts';
import { type AuthScopes, authScopes } from './scopes.ts';
import { isStorable } from './storable.ts';

/** How the schema is built: plugins, the context's type and scalars. Types are in the files of their nouns. */
export const builder = new SchemaBuilder<{
  Context: Context;
  AuthScopes: AuthScopes;
  DefaultFieldNullability: false;
  DefaultInputFieldRequiredness: false;
  Scalars: {
    ID: { Input: string; Output: string | number };
    UUID: { Input: string; Output: string };
    DateTime: { Input: string; Output: string };
    Date: { Input: string; Output: string };
    BigInt: { Input: number; Output: number };
    Decimal: { Input: string; Output: string };
    CurrencyCode: { Input: string; Output: string };
  };
}>({
  // From the outermost: the errors plugin answers as data what the others throw, and who may not use a field learns nothing else about it.
  plugins: [ErrorsPlugin, ScopeAuthPlugin, 'scopes', 'bounded', 'storable', DataloaderPlugin, 'globalIds', RelayPlugin],
  scopeAuth: { authScopes, authorizeOnSubscribe: true },
  defaultFieldNullability: false,
  relay: {
    clientMutationId: 'omit',
    cursorType: 'String',
    idFieldOptions: { description: 'Global ID, for `node` and for the fields that take one. Opaque.' },
    nodeTypeOptions: { description: 'An object that can be asked for again by its global ID.' },
    pageInfoTypeOptions: { description: 'Where a page lies in its list.' },
    hasNextPageFieldOptions: { description: 'Whether more follows.' },
    hasPreviousPageFieldOptions: { description: 'Whether something comes before.' },
    startCursorFieldOptions: { description: 'Cursor of the first item; pass it as `before`.' },
    endCursorFieldOptions: { description: 'Cursor of the last item; pass it as `after`.' },
    pageInfoFieldOptions: { description: 'Where this page lies in the list.' },
    edgesFieldOptions: { description: 'The items with their cursors, in order.' },
    nodeFieldOptions: { description: 'The item.' },
    cursorFieldOptions: { description: 'Its place in the list. Opaque.' },
    firstArgOptions: { description: 'So many from the front: 1 to 100. Default 20.' },
    lastArgOptions: { description: 'So many from the end: 1 to 100.' },
    afterArgOptions: { description: 'Begin behind this cursor.' },
    beforeArgOptions: { description: 'End before this cursor.' },
    defaultConnectionTypeOptions: { description: 'A page of a list (Relay connection).' },
    defaultEdgeTypeOptions: { description: 'An item of a list with its cursor.' },
    decodeGlobalID: decodedId,
    nodeQueryOptions: {
      description: 'Any object by its global ID; null when there is none, or it is not yours to see.',
      resolve: (_root, { id }, context, info) => nodesOf([id], context, info)[0],
    },
    nodesQueryOptions: {
      description: 'Objects by their global IDs, in the order asked for; null in the place of one that is not there.',
      resolve: (_root, { ids }, context, info) => nodesOf(ids, context, info),
    },
  },
  errors: {
    directResult: true,
    defaultUnionOptions: {
      description: 'What was made, or why nothing changed.',
      name: ({ fieldName }) => `${fieldName[0]!.toUpperCase()}${fieldName.slice(1)}Result`,
    },
  },
});

/** Type and key of a global ID. What is none has a type that does not exist; a key that cannot be stored becomes one that no record has. */
function decodedId(globalId: string): { typename: string; id: string } {
  try {
    const { typename, id } = decodeGlobalID(globalId);
    return { typename, id: isStorable(id) ? id : '' };
  } catch {
    return { typename: '', id: globalId };
  }
}

/** What these IDs name, each by itself: what is none, or is of a type that has no IDs, is null and costs the others nothing. */
function nodesOf(
  ids: readonly { typename: string; id: unknown }[],
  context: Context,
  info: GraphQLResolveInfo,
): Promise<unknown>[] {
  // One at a time, because Pothos gives up on all of them when one cannot be loaded; loaders put them together again.
  return ids.map(async (id) => {
    const type = info.schema.getType(id.typename);
    if (!isObjectType(type) || !type.getInterfaces().some(({ name }) => name === 'Node')) return null;
    return (await resolveNodes(builder, context, info, [id]))[0];
  });
}

builder.queryType({
  description: 'What can be asked. Lists are Relay connections: `first` or `last` of at most 100, and cursors.',
});
builder.mutationType({
  description:
    'What can be changed. Each field answers a union of what it made and the failures that a client can act on.',
});
builder.subscriptionType({
  description:
    'Live streams, over WebSocket (graphql-transport-ws) or server-sent events. The first event is the present state. Delivery is at least once; a stream ends by itself when nothing can follow.',
});
