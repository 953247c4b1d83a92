import SchemaBuilder from '@pothos/core';
import ComplexityPlugin from '@pothos/plugin-complexity';
import ErrorsPlugin from '@pothos/plugin-errors';
import RelayPlugin from '@pothos/plugin-relay';
import type { Context } from './context.ts';

/** How the schema is built: plugins, the context's type and scalars. Types are in the files of their nouns. */
export const builder = new SchemaBuilder<{
  Context: Context;
  DefaultFieldNullability: false;
  DefaultInputFieldRequiredness: false;
  Scalars: {
    ID: { Input: string; Output: string | number };
    UUID: { Input: string; Output: string };
    DateTime: { Input: string; Output: string };
    Date: { Input: string; Output: string };
    BigInt: { Input: number; Output: number };
  };
}>({
  plugins: [ErrorsPlugin, RelayPlugin, ComplexityPlugin],
  defaultFieldNullability: false,
  relay: {
    clientMutationId: 'omit',
    cursorType: 'String',
    nodeQueryOptions: { description: 'Any object by its global ID; null when there is none, or it is not yours to see.' },
    nodesQueryOptions: { description: 'Objects by their global IDs, in the order asked for; null in the place of one that is not there.' },
  },
  errors: {
    directResult: true,
    defaultUnionOptions: { name: ({ fieldName }) => `${fieldName[0]!.toUpperCase()}${fieldName.slice(1)}Result` },
  },
  complexity: {
    defaultComplexity: 1,
    // A connection counts as the page that it can answer.
    limit: { complexity: 25_000, depth: 20, breadth: 400 },
  },
});

builder.queryType({ description: 'What can be asked. Lists are Relay connections: `first` or `last` of at most 100, and cursors.' });
builder.mutationType({
  description: 'What can be changed. Each field answers a union of what it made and the failures that a client can act on.',
});
builder.subscriptionType({
  description:
    'Live streams, over WebSocket (graphql-transport-ws) or server-sent events. The first event is the present state. Delivery is at least once; a stream ends by itself when nothing can follow.',
});
