import type { InputRef, ObjectParam, ShapeFromTypeParam, TypeParam } from '@pothos/core';
import type { EntityManager } from 'typeorm';
import { nameOf, visibleTo } from '../access/viewer.ts';
import type { DomainError } from '../errors.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { numberKey } from './keyset.ts';

/*
 * The building blocks that every noun uses. Lists are in keyset.ts, loaders in loader.ts, permissions in scopes.ts.
 */

export type Types = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer T> ? T : never;

/** An enum: its values, as they are stored, and what each of them means. */
export const enumOf = <Value extends string>(
  name: string,
  description: string,
  meanings: Readonly<Record<Value, string>>,
) =>
  builder.enumType(name, {
    description,
    values: Object.fromEntries(
      Object.entries<string>(meanings).map(([value, meaning]) => [value, { description: meaning }]),
    ) as Record<Value, { description: string }>,
  });

/** Who did something, and when. */
export interface Who {
  actor: string;
  at: string;
}

const whoOf = ({ viewer, now }: Pick<Context, 'viewer' | 'now'>): Who => ({ actor: nameOf(viewer), at: now() });

/** An input that only names a record. */
export const idInput = <Key extends number | string = number>(
  name: string,
  type: ObjectParam<Types>,
  description: string,
) =>
  builder.inputType(name, {
    description,
    fields: (t) => ({ id: t.globalID({ for: [type], required: true, description: 'Its global ID.' }) }),
  }) as unknown as InputRef<{ id: { typename: string; id: Key } }>;

/** An input that only names a record of a channel. */
export const channelInput = (name: string, description: string) =>
  builder.inputType(name, {
    description,
    fields: (t) => ({
      channel: t.string({ required: true, description: 'Code of its channel.' }),
      uuid: t.field({ type: 'UUID', required: true, description: 'Its UUID.' }),
    }),
  });

/** A row, where fields may also answer its key. */
type Answer<Type extends TypeParam<Types>> = Exclude<ShapeFromTypeParam<Types, Type, false>, number | string>;

export interface OperatorMutation<Type extends TypeParam<Types>, Input> {
  type: Type;
  input: InputRef<Input>;
  /** The description of the argument `input`. Default: "Which one." */
  inputDescription?: string;
  description: string;
  /** What operators may do with it; completes "This token does not allow …". */
  may: string;
  failures?: (new (...args: never[]) => DomainError)[];
  extensions?: Readonly<Record<string, unknown>>;
}

/** A mutation for operators in one transaction at headquarters. */
export const operatorMutation = <Type extends TypeParam<Types>, Input extends object>(
  name: string,
  {
    run,
    afterCommit,
    ...options
  }: OperatorMutation<Type, Input> & {
    /** May run again when the database is busy, so it must do nothing but SQL. */
    run: (tx: EntityManager, input: Input, who: Who, context: Context) => Promise<Answer<Type>>;
    afterCommit?: (answer: Answer<Type>, context: Context, input: Input) => unknown;
  },
) =>
  operatorAction(name, {
    ...options,
    run: async (input, who, context) => {
      const answer = await context.hq.write((tx) => run(tx, input, who, context));
      await afterCommit?.(answer, context, input);
      return answer;
    },
  });

/** A mutation for operators that opens its own transactions. */
export function operatorAction<Type extends TypeParam<Types>, Input extends object>(
  name: string,
  {
    input,
    inputDescription = 'Which one.',
    may,
    failures,
    run,
    ...options
  }: OperatorMutation<Type, Input> & { run: (input: Input, who: Who, context: Context) => Promise<Answer<Type>> },
): void {
  builder.mutationField(name, (t) =>
    t.field({
      ...options,
      authScopes: { operator: may },
      ...(failures ? { errors: { types: failures } } : {}),
      args: { input: t.arg({ type: input, required: true, description: inputDescription }) },
      resolve: (_root: unknown, { input }: { input: Input }, context: Context) => run(input, whoOf(context), context),
    } as never),
  );
}

interface Node<Row, Key> {
  /** The key in a global ID. */
  parse: (id: string) => Key;
  keyOf: (row: Row) => Key;
  /** The rows with these keys. */
  read: (db: EntityManager, keys: readonly Key[]) => Promise<Row[]>;
}

/** An ID that is no number becomes a number that no record has. */
export const numberId = (id: string): number => numberKey(id) ?? 0;
export const textId = (id: string): string => id;

/** Reads rows that are rarely asked for by more than one ID at a time. */
export const oneByOne =
  <Row, Key>(read: (db: EntityManager, key: Key) => Promise<Row | null | undefined>) =>
  async (db: EntityManager, keys: readonly Key[]): Promise<Row[]> =>
    (await Promise.all(keys.map((key) => read(db, key)))).filter((row) => row !== null && row !== undefined);

/** A node of a channel, read from headquarters: visible to clients of the channel and to operators. */
export const channelNode = <Row extends { channel: string }, Key extends number | string>(
  name: string,
  { parse, keyOf, read }: Node<Row, Key>,
) =>
  builder.loadableNodeRef<Row, Key>(name, {
    id: { parse, resolve: keyOf },
    sort: keyOf,
    load: async (keys, { hq, viewer }) => visibleTo(viewer, await hq.read((db) => read(db, keys))),
  });

/** A node of headquarters, visible to operators. */
export const operatorNode = <Row extends object, Key extends number | string>(
  name: string,
  { parse, keyOf, read }: Node<Row, Key>,
) =>
  builder.loadableNodeRef<Row, Key>(name, {
    id: { parse, resolve: keyOf },
    sort: keyOf,
    load: async (keys, { hq, viewer }) => (viewer.kind === 'operator' ? hq.read((db) => read(db, keys)) : []),
  });
