import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getIntrospectionQuery,
  getNamedType,
  getOperationAST,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isNonNullType,
  isObjectType,
  type OperationDefinitionNode,
  parse,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
  type VariableNode,
  valueFromASTUntyped,
  visit,
} from 'graphql';

/**
 * What a schema says in `extensions` about the size of its responses. A schema has `pageSize`, the number of items of a connection without
 * `first` and `last`. A list field has `most`, the most items it can return, unless it has a `first` or `ids` argument. A type or field has
 * `weight` if loading it costs more than one, however few of its fields are selected.
 */
export interface CostExtensions {
  pageSize?: number;
  most?: number;
  weight?: number;
}

interface Cost {
  /** Number of values in the response if every list is full, plus the cost of loading them. */
  fields: number;
  /** The same for `__schema` and `__type`, in full introspections of this schema. */
  introspection: number;
}

/** The maximum cost of an operation, calculated from the document and the raw variables, which need not be valid. */
export function costOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
  variables: Record<string, unknown> = {},
): Cost {
  const operation = getOperationAST(document, operationName);
  const root = operation && schema.getRootType(operation.operation);
  if (!operation || !root) return { fields: 0, introspection: 0 };
  const { sizes, costs } = measuredBefore(schema, document, operation);
  const key = sizes.map((name) => sizeIn(variables[name])).join();
  let cost = costs.get(key);
  if (cost === undefined) {
    cost = measure(schema, document, operation, root, variables);
    if (costs.size >= KEPT_COSTS) costs.clear();
    costs.set(key, cost);
  }
  return cost;
}

const KEPT_COSTS = 100;

/** What matters of a variable that determines how many items a list has. Its value may be a list of a megabyte. */
function sizeIn(value: unknown): string {
  if (typeof value === 'string' || Array.isArray(value)) return `[${value.length}]`;
  return typeof value === 'object' && value !== null ? '{}' : String(value);
}

interface Measured {
  /** The variables that determine how many items a list has. */
  sizes: string[];
  /** Costs by the values of those variables. */
  costs: Map<string, Cost>;
}

/** Servers cache parsed documents, so the cost of a document is measured once per combination of page sizes. */
const measurements = new WeakMap<GraphQLSchema, WeakMap<OperationDefinitionNode, Measured>>();

function measuredBefore(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): Measured {
  const ofSchema = measurements.get(schema) ?? new WeakMap<OperationDefinitionNode, Measured>();
  measurements.set(schema, ofSchema);
  const measured = ofSchema.get(operation) ?? { sizes: sizesIn(document), costs: new Map() };
  ofSchema.set(operation, measured);
  return measured;
}

const sizeArguments = ['first', 'last', 'ids'];

function sizesIn(document: DocumentNode): string[] {
  const names = new Set<string>();
  const collect = { Variable: ({ name }: VariableNode) => void names.add(name.value) };
  visit(document, {
    Argument: (argument) => {
      if (sizeArguments.includes(argument.name.value)) visit(argument, collect);
    },
  });
  return [...names];
}

interface Introspection {
  /** Average number of items of each introspection list in this schema. */
  items: Record<string, number>;
  /** The cost of the most complete introspection. */
  full: number;
}

const known = new WeakMap<GraphQLSchema, Introspection>();

function introspectionOf(schema: GraphQLSchema): Introspection {
  let introspection = known.get(schema);
  if (introspection === undefined) {
    introspection = { items: itemsIn(schema), full: 1 };
    known.set(schema, introspection);
    const everything = { specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true, oneOf: true };
    const document = parse(getIntrospectionQuery({ ...everything, inputValueDeprecation: true }));
    introspection.full = costOf(schema, document, undefined).introspection;
  }
  return introspection;
}

function itemsIn(schema: GraphQLSchema): Record<string, number> {
  const types = Object.values(schema.getTypeMap());
  const fields = types.flatMap((type) =>
    isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [],
  );
  const total = (count: (type: GraphQLNamedType) => number) => types.reduce((sum, type) => sum + count(type), 0);
  const perType = {
    fields: fields.length,
    inputFields: total((type) => (isInputObjectType(type) ? Object.keys(type.getFields()).length : 0)),
    enumValues: total((type) => (isEnumType(type) ? type.getValues().length : 0)),
    interfaces: total((type) => (isObjectType(type) || isInterfaceType(type) ? type.getInterfaces().length : 0)),
    possibleTypes: total((type) => (isAbstractType(type) ? schema.getPossibleTypes(type).length : 0)),
  };
  return {
    ...Object.fromEntries(Object.entries(perType).map(([name, number]) => [name, number / types.length])),
    args: fields.reduce((sum, { args }) => sum + args.length, 0) / fields.length,
    types: types.length,
    directives: schema.getDirectives().length,
  };
}

function measure(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  root: GraphQLNamedType,
  variables: Record<string, unknown>,
): Cost {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === 'FragmentDefinition') fragments.set(definition.name.value, definition);
  const values = { ...defaultsOf(operation), ...variables };
  const measured = new Map<FragmentDefinitionNode, Cost>();

  function costOfSet(set: SelectionSetNode, type: GraphQLNamedType): Cost {
    const sum = { fields: 0, introspection: 0 };
    for (const selection of set.selections) {
      const { fields, introspection } =
        selection.kind === 'Field'
          ? costOfField(selection, type)
          : selection.kind === 'InlineFragment'
            ? costOfSet(selection.selectionSet, typeNamed(selection.typeCondition?.name.value) ?? type)
            : costOfFragment(fragments.get(selection.name.value));
      sum.fields += fields;
      sum.introspection += introspection;
    }
    return sum;
  }

  function costOfFragment(fragment: FragmentDefinitionNode | undefined): Cost {
    const type = typeNamed(fragment?.typeCondition.name.value);
    if (!fragment || !type) return { fields: 0, introspection: 0 };
    let cost = measured.get(fragment);
    if (cost === undefined) {
      cost = costOfSet(fragment.selectionSet, type);
      measured.set(fragment, cost);
    }
    return cost;
  }

  function costOfField(node: FieldNode, parent: GraphQLNamedType): Cost {
    const field = fieldOf(parent, node.name.value);
    if (field === undefined) return { fields: 1, introspection: 0 };
    const type = getNamedType(field.type);
    const within = node.selectionSet ? costOfSet(node.selectionSet, type) : { fields: 0, introspection: 0 };
    if (isIntrospectionType(type)) {
      const { items, full } = introspectionOf(schema);
      const times = isList(field) ? (items[field.name] ?? 1) : 1;
      return { fields: 0, introspection: times * (1 / full + within.introspection) };
    }
    const times = itemsOf(node, field);
    return { fields: times * (weightOf(field, type) + within.fields), introspection: times * within.introspection };
  }

  function itemsOf(node: FieldNode, field: GraphQLField<unknown, unknown>): number {
    const given = (name: string): unknown => {
      const argument = node.arguments?.find((candidate) => candidate.name.value === name);
      return argument && valueFromASTUntyped(argument.value, values);
    };
    if (field.args.some(({ name }) => name === 'first'))
      return atLeastOne(given('first') ?? given('last') ?? declaredBy(schema).pageSize);
    if (field.args.some(({ name }) => name === 'ids'))
      return atLeastOne((given('ids') as unknown[] | undefined)?.length);
    return atLeastOne(declaredBy(field).most);
  }

  const typeNamed = (name: string | undefined) => (name === undefined ? undefined : schema.getType(name));

  return costOfSet(operation.selectionSet, root);
}

function fieldOf(parent: GraphQLNamedType, name: string): GraphQLField<unknown, unknown> | undefined {
  if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
  if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  return isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
}

/** A connection weighs as much as one of its rows: to know whether there are more, it loads rows whatever is selected. */
function weightOf(field: GraphQLField<unknown, unknown>, type: GraphQLNamedType): number {
  const row = fieldOf(type, 'edges') ? fieldOf(getNamedType(fieldOf(type, 'edges')!.type), 'node') : undefined;
  return declaredBy(field).weight ?? declaredBy(type).weight ?? (row && declaredBy(getNamedType(row.type)).weight) ?? 1;
}

const declaredBy = ({ extensions }: { extensions: unknown }) => extensions as CostExtensions;

const atLeastOne = (items: unknown): number => (typeof items === 'number' && items > 1 ? items : 1);

const isList = ({ type }: GraphQLField<unknown, unknown>): boolean =>
  isListType(isNonNullType(type) ? type.ofType : type);

const defaultsOf = ({ variableDefinitions = [] }: OperationDefinitionNode): Record<string, unknown> =>
  Object.fromEntries(
    variableDefinitions.flatMap(({ variable, defaultValue }) =>
      defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
    ),
  );
