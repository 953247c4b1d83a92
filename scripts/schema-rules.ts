import {
  buildSchema,
  type DirectiveNode,
  type FieldDefinitionNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  isUnionType,
} from 'graphql';

/*
 * The rules `schema-recommended` and `schema-relay` of graphql-eslint (https://the-guild.dev/graphql/eslint/rules), by their names there.
 * `buildSchema` reports what is not listed here: unknown and duplicate names, misplaced extensions, and missing arguments.
 */

/** What a rule does not hold for, and why. */
export const exceptions: Record<string, { at: RegExp; because: string }[]> = {
  'no-typename-prefix': [
    {
      at: /^(Invoice\.invoiceId|SalesOrder\.salesOrderId|Statement\.statementId)$/,
      because: 'They are the numbers that people use. `id` is the global ID.',
    },
    { at: /^Invoice\.invoiceDate$/, because: 'Accountants distinguish it from the due date and the posting date.' },
    { at: /^Sale\.salesOrder$/, because: 'A sales order is another thing than a sale.' },
    { at: /^Channel\.channelDatabase$/, because: 'It is the whole name of another thing, a channel database.' },
  ],
  'strict-id-in-types': [
    {
      at: /./,
      because:
        'Amounts, names, counts, pages, results, and failures have no identity. A type that has an `id` is a Node (test/graphql/relay.test.ts).',
    },
  ],
  'relay-edge-types': [
    {
      at: /^AttentionItemEdge\.node$/,
      because: 'It is a finding and not a record. Its `subject` is the ID of the record.',
    },
    {
      at: /^(JournalEntry|StatementEvent)Edge\.node$/,
      because: 'They are entries of a log and are read only with what they belong to.',
    },
  ],
};

export interface Finding {
  rule: string;
  /** The schema coordinate: `Type`, `Type.field`, or `Type.field(argument:)`. */
  at: string;
  message: string;
}

type Report = (at: string, message: string) => void;
type Rule = (schema: GraphQLSchema, report: Report) => void;

/** What a schema breaks, exceptions aside. Throws for SDL that is invalid. */
export function findingsIn(sdl: string, except = exceptions): Finding[] {
  const schema = buildSchema(sdl);
  return Object.entries(rules).flatMap(([rule, check]) => {
    const findings: Finding[] = [];
    check(schema, (at, message) => findings.push({ rule, at, message }));
    return findings.filter(({ at }) => !except[rule]?.some((exception) => exception.at.test(at)));
  });
}

/** Types that clients can get to from the root types, and those in the arguments on the way. */
export function reachableFrom(schema: GraphQLSchema): Set<string> {
  const reached = new Set<string>();
  const visit = (type: GraphQLNamedType | null | undefined): void => {
    if (!type || reached.has(type.name)) return;
    reached.add(type.name);
    if (isUnionType(type)) type.getTypes().forEach(visit);
    if (isInterfaceType(type)) schema.getPossibleTypes(type).forEach(visit);
    if (isObjectType(type) || isInterfaceType(type)) type.getInterfaces().forEach(visit);
    for (const field of fieldsOf(type)) {
      visit(getNamedType(field.type));
      for (const argument of argumentsOf(field)) visit(getNamedType(argument.type));
    }
  };
  [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].forEach(visit);
  for (const { args } of schema.getDirectives()) for (const { type } of args) visit(getNamedType(type));
  return reached;
}

const rules: Record<string, Rule> = {
  'description-style': (schema, report) => {
    for (const { at, node } of definitionsOf(schema))
      if (node.description && !node.description.block) report(at, 'Write the description in block quotes (""").');
  },

  'naming-convention': (schema, report) => {
    for (const { at, kind, name, parent } of definitionsOf(schema)) {
      const style = styles[kind];
      if (!style.pattern.test(name)) report(at, `Name it in ${style.name}.`);
      const [root] = Object.entries(forbidden).filter(([place]) => place === parent || place === kind);
      for (const word of root?.[1].prefixes ?? [])
        if (name.startsWith(word)) report(at, `Remove the prefix "${word}".`);
      for (const word of root?.[1].suffixes ?? []) if (name.endsWith(word)) report(at, `Remove the suffix "${word}".`);
    }
  },

  'no-hashtag-description': (schema, report) => {
    for (const { at, node } of definitionsOf(schema)) {
      const before = node.loc?.startToken.prev;
      if (before?.kind === 'Comment' && before.line === node.loc!.startToken.line - 1)
        report(at, 'Make the comment a description.');
    }
  },

  'no-typename-prefix': (schema, report) => {
    for (const type of compositesOf(schema))
      for (const { name } of Object.values(type.getFields()))
        if (name.toLowerCase().startsWith(type.name.toLowerCase()))
          report(`${type.name}.${name}`, `Its type is named ${type.name} already.`);
  },

  'no-unreachable-types': (schema, report) => {
    const reached = reachableFrom(schema);
    for (const { name } of typesOf(schema)) if (!reached.has(name)) report(name, 'No query leads to it.');
  },

  'require-deprecation-reason': (schema, report) => {
    for (const { at, node } of definitionsOf(schema)) {
      const deprecated = node.directives?.find(({ name }) => name.value === 'deprecated');
      if (deprecated && !reasonOf(deprecated)) report(at, 'Say what replaces it.');
    }
  },

  'require-description': (schema, report) => {
    const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
    const rootNames = roots.map((type) => type?.name);
    for (const { at, kind, parent, node } of definitionsOf(schema)) {
      const isRequired = parent === undefined || (kind === 'field' && rootNames.includes(parent));
      if (isRequired && !node.description?.value.trim()) report(at, 'Describe it.');
    }
  },

  'strict-id-in-types': (schema, report) => {
    for (const type of typesOf(schema).filter(isObjectType))
      if (!isRoot(schema, type) && String(type.getFields().id?.type) !== 'ID!')
        report(type.name, 'It has no `id: ID!`.');
  },

  'relay-arguments': (schema, report) => {
    for (const type of compositesOf(schema))
      for (const { name, type: given, args } of Object.values(type.getFields())) {
        if (!getNamedType(given).name.endsWith('Connection')) continue;
        const typeOf = (argument: string) => args.find((candidate) => candidate.name === argument)?.type;
        for (const [size, cursor] of [
          ['first', 'after'],
          ['last', 'before'],
        ] as const) {
          if (String(typeOf(size)) !== 'Int') report(`${type.name}.${name}`, `It has no argument \`${size}: Int\`.`);
          if (!isScalarType(typeOf(cursor)))
            report(`${type.name}.${name}`, `It has no argument \`${cursor}: String\`.`);
        }
      }
  },

  'relay-connection-types': (schema, report) => {
    for (const type of typesOf(schema)) {
      const isPaged = isObjectType(type) && type.getFields().edges && type.getFields().pageInfo;
      if (!type.name.endsWith('Connection')) {
        if (isPaged) report(type.name, 'Its name does not end in "Connection".');
        continue;
      }
      if (!isObjectType(type)) report(type.name, 'It is not an object type.');
      else {
        const { edges, pageInfo } = type.getFields();
        if (!edges || !isListType(getNullableType(edges.type))) report(type.name, '`edges` is not a list.');
        if (String(pageInfo?.type) !== 'PageInfo!') report(type.name, '`pageInfo` is not a `PageInfo!`.');
      }
    }
  },

  // Its option that lists may contain only edges is off: a list without pages says how many items it has at most (graphql/bounded.ts).
  'relay-edge-types': (schema, report) => {
    for (const connection of typesOf(schema).filter(isObjectType)) {
      if (!connection.name.endsWith('Connection')) continue;
      const edge = connection.getFields().edges && getNamedType(connection.getFields().edges!.type);
      if (!isObjectType(edge)) report(connection.name, 'Its edges are not objects.');
      else {
        const { node, cursor } = edge.getFields();
        const item = node && getNamedType(node.type);
        if (!edge.name.endsWith('Edge')) report(edge.name, 'Its name does not end in "Edge".');
        if (!node || isListType(getNullableType(node.type))) report(`${edge.name}.node`, 'It is missing or a list.');
        if (!cursor || !isScalarType(getNullableType(cursor.type))) report(`${edge.name}.cursor`, 'It is no scalar.');
        if (!(isObjectType(item) || isInterfaceType(item)) || !item.getInterfaces().some(({ name }) => name === 'Node'))
          report(`${edge.name}.node`, 'Its type does not implement Node.');
      }
    }
  },

  'relay-page-info': (schema, report) => {
    const type = schema.getType('PageInfo');
    const expected = {
      hasPreviousPage: 'Boolean!',
      hasNextPage: 'Boolean!',
      startCursor: 'String',
      endCursor: 'String',
    };
    for (const [name, kind] of Object.entries(expected))
      if (!isObjectType(type) || String(type.getFields()[name]?.type) !== kind)
        report(`PageInfo.${name}`, `It is not a \`${kind}\`.`);
  },
};

const pascalCase = { name: 'PascalCase', pattern: /^[A-Z][A-Za-z0-9]*$/ };
const camelCase = { name: 'camelCase', pattern: /^[a-z][A-Za-z0-9]*$/ };
const upperCase = { name: 'UPPER_CASE', pattern: /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/ };

const styles = {
  object: pascalCase,
  interface: pascalCase,
  union: pascalCase,
  enum: pascalCase,
  input: pascalCase,
  scalar: pascalCase,
  directive: camelCase,
  field: camelCase,
  argument: camelCase,
  value: upperCase,
};

const forbidden: Record<string, { prefixes: string[]; suffixes: string[] }> = {
  Query: { prefixes: ['query', 'get'], suffixes: ['Query'] },
  Mutation: { prefixes: ['mutation'], suffixes: ['Mutation'] },
  Subscription: { prefixes: ['subscription'], suffixes: ['Subscription'] },
  enum: { prefixes: ['Enum'], suffixes: ['Enum'] },
  interface: { prefixes: ['Interface'], suffixes: ['Interface'] },
  union: { prefixes: ['Union'], suffixes: ['Union'] },
  object: { prefixes: ['Type'], suffixes: ['Type'] },
};

interface Definition {
  at: string;
  kind: keyof typeof styles;
  name: string;
  /** The type that a field or value belongs to. */
  parent?: string;
  node: Pick<FieldDefinitionNode, 'description' | 'directives' | 'loc'>;
}

/** Everything that the SDL defines. */
function definitionsOf(schema: GraphQLSchema): Definition[] {
  const types = typesOf(schema).flatMap((type): Definition[] => {
    const parent = type.name;
    const own: Definition = { at: parent, kind: kindOf(type), name: parent, node: type.astNode! };
    if (isEnumType(type))
      return [
        own,
        ...type.getValues().map(
          ({ name, astNode }): Definition => ({
            at: `${parent}.${name}`,
            kind: 'value',
            name,
            parent,
            node: astNode!,
          }),
        ),
      ];
    const fields = fieldsOf(type).flatMap((field): Definition[] => [
      { at: `${parent}.${field.name}`, kind: 'field', name: field.name, parent, node: field.astNode! },
      ...argumentsOf(field).map(({ name, astNode }): Definition => {
        return {
          at: `${parent}.${field.name}(${name}:)`,
          kind: 'argument',
          name,
          parent: `${parent}.${field.name}`,
          node: astNode!,
        };
      }),
    ]);
    return [own, ...fields];
  });
  const directives = schema.getDirectives().flatMap(({ name, astNode }): Definition[] => {
    return astNode ? [{ at: `@${name}`, kind: 'directive', name, node: astNode }] : [];
  });
  return [...types, ...directives];
}

function kindOf(type: GraphQLNamedType): keyof typeof styles {
  if (isObjectType(type)) return 'object';
  if (isInterfaceType(type)) return 'interface';
  if (isUnionType(type)) return 'union';
  if (isEnumType(type)) return 'enum';
  return isInputObjectType(type) ? 'input' : 'scalar';
}

const typesOf = (schema: GraphQLSchema): GraphQLNamedType[] =>
  Object.values(schema.getTypeMap()).filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type));

type Field = GraphQLField<unknown, unknown> | GraphQLInputField;

const fieldsOf = (type: GraphQLNamedType): Field[] =>
  isObjectType(type) || isInterfaceType(type) || isInputObjectType(type) ? Object.values(type.getFields()) : [];

const argumentsOf = (field: Field): readonly GraphQLArgument[] => ('args' in field ? field.args : []);

const compositesOf = (schema: GraphQLSchema) =>
  typesOf(schema).filter((type) => isObjectType(type) || isInterfaceType(type));

const isRoot = (schema: GraphQLSchema, type: GraphQLNamedType): boolean =>
  [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].some((root) => root === type);

function reasonOf({ arguments: given }: DirectiveNode): string {
  const reason = given?.find(({ name }) => name.value === 'reason')?.value;
  return reason?.kind === 'StringValue' ? reason.value.trim() : '';
}
