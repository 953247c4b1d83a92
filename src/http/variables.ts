import {
  coerceInputValue,
  type ExecutionArgs,
  GraphQLError,
  getOperationAST,
  isInputType,
  typeFromAST,
  type VariableDefinitionNode,
} from 'graphql';
import { atPath } from '../errors.ts';

/** The most errors that a response lists. */
const MOST_ERRORS = 20;

/**
 * What is wrong with the values of an operation's variables: one error per value, with its path in `extensions.path`, such as
 * `["input", "lines", "37", "unitPrice"]`. graphql-js states that path only as text.
 */
export function variableErrors({ schema, document, operationName, variableValues }: ExecutionArgs): GraphQLError[] {
  const errors: GraphQLError[] = [];
  for (const definition of getOperationAST(document, operationName)?.variableDefinitions ?? []) {
    const name = definition.variable.name.value;
    const type = typeFromAST(schema, definition.type as never);
    const value = variableValues?.[name];
    if (!isInputType(type) || value === undefined) continue;
    coerceInputValue(value, type, (path, _value, { message }) => {
      if (errors.length < MOST_ERRORS)
        errors.push(invalidValue(definition, [name, ...path, ...fieldIn(message)], message));
    });
  }
  return errors;
}

const invalidValue = (nodes: VariableDefinitionNode, path: (string | number)[], message: string) =>
  new GraphQLError(atPath(path, message), {
    nodes,
    extensions: { code: 'BAD_USER_INPUT', path: path.map(String), http: { status: 400, spec: true } },
  });

/** A missing or an unknown field: graphql-js reports the path of the object that it belongs to. */
function fieldIn(message: string): string[] {
  const [, missing, unknown] = /^Field "(\w+)" of required type|^Field "(\w+)" is not defined/.exec(message) ?? [];
  return [missing ?? unknown].filter((field) => field !== undefined);
}
