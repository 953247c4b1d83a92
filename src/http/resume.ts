import {
  type DocumentNode,
  type ExecutionResult,
  type FieldNode,
  type GraphQLField,
  GraphQLID,
  type GraphQLSchema,
  GraphQLString,
  getNullableType,
  isObjectType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/**
 * Whether the events of a subscription have IDs and a client can resume after one: its payload has a `cursor`, and the argument `after`
 * takes that cursor.
 */
export function isResumable({ args, type }: GraphQLField<unknown, unknown>): boolean {
  const payload = getNullableType(type);
  const after = args.find(({ name }) => name === AFTER);
  const cursor = isObjectType(payload) ? payload.getFields().cursor : undefined;
  return isText(after?.type) && isText(cursor?.type);
}

/**
 * A subscription as executed for server-sent events. Resumable fields also select their cursor, whatever the client selects, and start after
 * the `Last-Event-ID` of the request if there is one. A browser sends that header when it reconnects, with the URL it first connected to, so
 * the header is newer than `after` in the document.
 */
export function resumed(schema: GraphQLSchema, document: DocumentNode, lastEventId: string | null): DocumentNode {
  const types = new TypeInfo(schema);
  return visit(
    document,
    visitWithTypeInfo(types, {
      Field(node) {
        const field = types.getFieldDef();
        if (types.getParentType() !== schema.getSubscriptionType() || !field || !isResumable(field)) return undefined;
        return selectingCursor(lastEventId ? startingAfter(node, lastEventId) : node);
      },
    }),
  );
}

/** Moves the cursor from the data of an event to its `id:`. Without a cursor, the event has no ID. */
export function withEventId(result: ExecutionResult): ExecutionResult {
  // A subscription has a single root field.
  const [payload] = Object.values(result.data ?? {}) as ({ [CURSOR]?: string | null } | null)[];
  const cursor = payload?.[CURSOR];
  if (!payload || typeof cursor !== 'string') return result;
  delete payload[CURSOR];
  // Yoga writes this text as the `data:` of the event, and the next line is another field of it.
  const stringify = (value: unknown) => `${JSON.stringify(value)}\nid: ${cursor}`;
  return { ...result, stringify } as ExecutionResult;
}

const AFTER = 'after';
/** Not a name in GraphQL, so no client can use it as an alias. */
const CURSOR = '$cursor';

const isText = (type: unknown): boolean => {
  const nullable = getNullableType(type as typeof GraphQLString);
  return nullable === GraphQLString || nullable === GraphQLID;
};

const nameNode = (value: string) => ({ kind: Kind.NAME, value }) as const;

const startingAfter = (node: FieldNode, cursor: string): FieldNode => ({
  ...node,
  arguments: [
    ...(node.arguments ?? []).filter(({ name }) => name.value !== AFTER),
    { kind: Kind.ARGUMENT, name: nameNode(AFTER), value: { kind: Kind.STRING, value: cursor } },
  ],
});

const selectingCursor = (node: FieldNode): FieldNode => ({
  ...node,
  selectionSet: {
    kind: Kind.SELECTION_SET,
    selections: [
      ...(node.selectionSet?.selections ?? []),
      { kind: Kind.FIELD, alias: nameNode(CURSOR), name: nameNode('cursor') },
    ],
  },
});
