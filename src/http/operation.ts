import {
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  getOperationAST,
  type OperationTypeNode,
} from 'graphql';
import type { YogaServerInstance } from 'graphql-yoga';
import type { Asked } from './rules.ts';

// biome-ignore lint/suspicious/noExplicitAny: yoga's own contexts, which nothing here reads.
export type Yoga = YogaServerInstance<any, any>;

/** An operation as clients send it. */
export interface Sent {
  query: string;
  operationName?: string | null | undefined;
  variables?: Record<string, unknown> | null | undefined;
}

export type Result = ExecutionResult | AsyncIterable<ExecutionResult>;

interface Prepared {
  kind: OperationTypeNode;
  args: ExecutionArgs;
  execute: (args: ExecutionArgs) => Promise<Result>;
  subscribe: (args: ExecutionArgs) => Promise<Result>;
}

/**
 * Parses and validates an operation as yoga does, by the same rules and with the same cache, without its layer of fetch requests and responses.
 * Throws what is wrong with the document.
 */
export async function prepared<Viewer>(
  yoga: Yoga,
  { viewer, signal }: Asked<Viewer>,
  { query, operationName, variables }: Sent,
): Promise<Prepared> {
  const { schema, parse, validate, contextFactory, execute, subscribe } = yoga.getEnveloped({ viewer, signal });
  const document = parse(query);
  const invalid: readonly GraphQLError[] = validate(schema, document);
  if (invalid.length > 0) throw new AggregateError(invalid);
  const contextValue = await contextFactory();
  const operation = getOperationAST(document, operationName);
  if (!operation) {
    // The same error as yoga's for HTTP.
    const extensions = { code: 'OPERATION_RESOLUTION_FAILURE' };
    throw new GraphQLError('Could not determine what operation to execute.', { extensions });
  }
  const args = { schema, document, operationName, variableValues: variables, contextValue };
  return { kind: operation.operation, args, execute, subscribe };
}
