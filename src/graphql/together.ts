import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';
import {
  type FieldNode,
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  getArgumentValues,
  type SelectionNode,
} from 'graphql';

/*
 * A Pothos plugin for mutations that create things. GraphQL executes the mutations of a request one after the other, which would cost one commit
 * each. Mutations of one such field that follow each other directly begin with the first of them, and share a commit. Each has its own
 * result, and what one does is independent of the others, except that they are stored in their order.
 */

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      together: TogetherPlugin<Types>;
    }
  }
}

/** Options for a mutation whose turn need not wait for the one before it. */
export const together = { extensions: { together: true } };

/** The mutations of a request that have begun, by their names in its response. */
type Begun = Map<string, Promise<unknown>>;

class TogetherPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(
    resolve: GraphQLFieldResolver<unknown, Types['Context'], object>,
    { extensions }: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    if (extensions?.together !== true) return resolve;
    const requests = new WeakMap<object, Begun>();
    return (parent, args, context, info) => {
      const begun: Begun = requests.get(context) ?? new Map();
      requests.set(context, begun);
      const begin = (values: object, own: GraphQLResolveInfo) => {
        const result = (async () => resolve(parent, values, context, own))();
        // Reported when its turn comes.
        result.catch(() => {});
        begun.set(nameOf(own.fieldNodes[0]!), result);
        return result;
      };
      const known = begun.get(nameOf(info.fieldNodes[0]!));
      if (known !== undefined) return known;
      const first = begin(args, info);
      for (const fieldNodes of following(info)) {
        const name = nameOf(fieldNodes[0]!);
        if (begun.has(name)) continue;
        const values = argumentsOf(fieldNodes[0]!, info);
        if (values === undefined) break;
        begin(values, { ...info, fieldNodes, path: { ...info.path, key: name } });
      }
      return first;
    };
  }
}

/** The mutations of the same field that directly follow this one, each with all its nodes. */
function following({ fieldName, fieldNodes, operation }: GraphQLResolveInfo): FieldNode[][] {
  const { selections } = operation.selectionSet;
  const own = selections.indexOf(fieldNodes[0]!);
  // It is in a fragment.
  if (own === -1) return [];
  const others = selections.slice(own + 1);
  const end = others.findIndex((node) => !isOf(fieldName, node));
  const run = (end === -1 ? others : others.slice(0, end)) as FieldNode[];
  const byName = new Map<string, FieldNode[]>();
  for (const node of run) byName.set(nameOf(node), [...(byName.get(nameOf(node)) ?? []), node]);
  return [...byName.values()];
}

const isOf = (fieldName: string, node: SelectionNode): boolean =>
  node.kind === 'Field' && node.name.value === fieldName && !node.directives?.length;

const nameOf = ({ alias, name }: FieldNode): string => (alias ?? name).value;

/** Undefined if they are invalid: the mutation fails in its turn. */
function argumentsOf(node: FieldNode, { parentType, variableValues }: GraphQLResolveInfo): object | undefined {
  try {
    return getArgumentValues(parentType.getFields()[node.name.value]!, node, variableValues);
  } catch {
    return undefined;
  }
}

SchemaBuilder.registerPlugin('together', TogetherPlugin);
