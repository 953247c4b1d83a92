import {
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  getArgumentValues,
  getOperationAST,
  getVariableValues,
  visit,
} from 'graphql';
import type { FeedSource } from '../events/feed.ts';

export interface FeedOperation {
  source: FeedSource;
  args: Record<string, unknown>;
  /** The variables the result depends on, as text. Subscribers with the same text and document may share. */
  variables: string;
}

/**
 * The feed of a subscription that may be executed once for many subscribers: it has a single root field without
 * directives, the field is a feed, and the cursor is used only in the field's cursor argument. If this returns
 * undefined, the subscription is executed the ordinary way, which also reports any errors in it.
 */
export function feedOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
  variables: Record<string, unknown>,
): FeedOperation | undefined {
  const operation = getOperationAST(document, operationName);
  if (operation?.operation !== 'subscription') return undefined;
  const [field, ...others] = operation.selectionSet.selections;
  if (field?.kind !== 'Field' || others.length > 0 || field.directives?.length) return undefined;
  const definition = schema.getSubscriptionType()?.getFields()[field.name.value];
  const source = definition?.extensions.feed as FeedSource | undefined;
  if (definition === undefined || source === undefined) return undefined;

  const cursor = cursorVariable(field, source.cursorArgument);
  if (cursor === 'nested' || (cursor !== undefined && timesUsed(document, cursor) !== 1)) return undefined;

  const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  if (errors) return undefined;
  try {
    const names = (operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value);
    return {
      source,
      args: getArgumentValues(definition, field, coerced),
      variables: canonical(names.filter((name) => name !== cursor).map((name) => [name, variables[name]])),
    };
  } catch {
    return undefined;
  }
}

/** The variable passed as the cursor; undefined if the cursor is a literal or omitted. */
function cursorVariable(field: FieldNode, argument: string): string | undefined | 'nested' {
  const value = field.arguments?.find(({ name }) => name.value === argument)?.value;
  if (value?.kind === 'Variable') return value.name.value;
  return value?.kind === 'ObjectValue' || value?.kind === 'ListValue' ? 'nested' : undefined;
}

function timesUsed(document: DocumentNode, variable: string): number {
  let times = 0;
  visit(document, {
    VariableDefinition: (node) => (node.variable.name.value === variable ? false : undefined),
    Variable: (node) => {
      if (node.name.value === variable) times++;
    },
  });
  return times;
}

/** JSON with sorted object keys. */
const canonical = (value: unknown) =>
  JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
