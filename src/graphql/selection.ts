import {
  type FieldNode,
  GraphQLIncludeDirective,
  type GraphQLResolveInfo,
  GraphQLSkipDirective,
  getDirectiveValues,
  type SelectionNode,
} from 'graphql';

/** Whether the query selects this path below the field being resolved: `edges`, `node`, `addresses`. */
export function selects(info: GraphQLResolveInfo, ...path: string[]): boolean {
  let nodes: readonly FieldNode[] = info.fieldNodes;
  for (const name of path)
    nodes = nodes
      .flatMap(({ selectionSet }) => fieldsOf(selectionSet?.selections ?? [], info))
      .filter((field) => field.name.value === name);
  return nodes.length > 0;
}

/** Selected fields, including those in fragments, without what @skip and @include leave out. */
const fieldsOf = (selections: readonly SelectionNode[], info: GraphQLResolveInfo): FieldNode[] =>
  selections
    .filter(
      (node) =>
        getDirectiveValues(GraphQLSkipDirective, node, info.variableValues)?.if !== true &&
        getDirectiveValues(GraphQLIncludeDirective, node, info.variableValues)?.if !== false,
    )
    .flatMap((node) => {
      if (node.kind === 'Field') return node;
      const fragment = node.kind === 'InlineFragment' ? node : info.fragments[node.name.value]!;
      return fieldsOf(fragment.selectionSet.selections, info);
    });
