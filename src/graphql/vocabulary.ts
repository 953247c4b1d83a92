import type { InputRef, ObjectParam, ShapeFromTypeParam, TypeParam } from '@pothos/core';
import type { EntityManager } from 'typeorm';
import { nameOf, visibleTo } from '../access/viewer.ts';
import { ChannelNotFound, type DomainError } from '../errors.ts';
import { type Identified, requiredId } from './arguments.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { numberKey } from './keyset.ts';

/*
 * Building blocks for every noun. Lists are in keyset.ts, loaders in loader.ts, permissions in scopes.ts.
 */

export type Types = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer T> ? T : never;

/** An enum with its values, as they are stored, and the meaning of each. */
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

/** The databases that a list can be read from. */
export const Source = enumOf('Source', 'The database that a list is read from.', {
  CHANNEL:
    'The channel’s own database: everything that the channel recorded, whether headquarters has it or not. Works while headquarters is down.',
  HEADQUARTERS: 'Headquarters: what it has received and processed, from all channels.',
});

/** Options for the argument `source` of a list whose filter has a `channel`. `sourceOf` (channel/channel.ts) applies the default. */
export const sourceArgument = {
  type: Source,
  description:
    'The database to read. Default: CHANNEL if `filter.channel` is set, and for clients of a channel; otherwise HEADQUARTERS.',
} as const;

/** The fields of an interface, for helpers that add fields to types: both have the same methods. */
export const interfaceFields = <Row, Fields>(
  fields: (t: PothosSchemaTypes.ObjectFieldBuilder<Types, Row>) => Fields,
): ((t: PothosSchemaTypes.InterfaceFieldBuilder<Types, Row>) => Fields) => fields as never;

/** A field that returns a value of the row as it is, or null. */
export const valueOrNull = <Row extends object>(
  t: PothosSchemaTypes.ObjectFieldBuilder<Types, Row>,
  type: 'String' | 'Int' | 'BigInt' | 'UUID' | 'LocalDate' | 'DateTime',
  name: { [Name in keyof Row]-?: Row[Name] extends string | number | null | undefined ? Name : never }[keyof Row] &
    string,
  description: string,
) => t.expose(name as never, { type, nullable: true, description } as never);

/** A field for the record whose key is in a column; null if the column is null or the record does not exist. */
export const recordOf = <Row extends object>(
  t: PothosSchemaTypes.ObjectFieldBuilder<Types, Row>,
  type: ObjectParam<Types>,
  name: { [Name in keyof Row]-?: Row[Name] extends string | number | null ? Name : never }[keyof Row],
  description: string,
) => t.field({ type, nullable: true, description, resolve: (row: Row) => row[name] } as never);

/** Who did something, and when. */
export interface Who {
  actor: string;
  at: string;
}

const whoOf = ({ viewer, now }: Pick<Context, 'viewer' | 'now'>): Who => ({ actor: nameOf(viewer), at: now() });

/** An input that only identifies a record. */
export const idInput = <Key extends number | string = string>(
  name: string,
  type: Identified<Key> | readonly [Identified<Key>, ...Identified<Key>[]],
  description: string,
) =>
  builder.inputType(name, {
    description,
    fields: (t) => ({ id: t.field(requiredId(type, 'Its global ID.')) }),
  });

/** A row, where fields may also return its key. */
type Answer<Type extends TypeParam<Types>> = Exclude<ShapeFromTypeParam<Types, Type, false>, number | string>;

export interface OperatorMutation<Type extends TypeParam<Types>, Input> {
  type: Type;
  input: InputRef<Input>;
  /** The description of the argument `input`. */
  inputDescription: string;
  description: string;
  /** Another type that the mutation may return. What it returns is branded then (`brandWithType`). */
  orType?: ObjectParam<Types>;
  /** What the mutation lets operators do; completes "This token does not allow …". */
  may: string;
  failures?: (new (...args: never[]) => DomainError)[];
  extensions?: Readonly<Record<string, unknown>>;
}

/** A mutation for operators in one transaction at headquarters. */
export const operatorMutation = <Type extends TypeParam<Types>, Input extends object>(
  name: string,
  {
    channels = () => [],
    run,
    afterCommit,
    ...options
  }: OperatorMutation<Type, Input> & {
    /** The codes of channels in the input, which must exist. They are looked up before the transaction. */
    channels?: (input: Input) => readonly (string | null | undefined)[] | null | undefined;
    /** May run again if the database is busy, so it must do nothing but SQL. */
    run: (tx: EntityManager, input: Input, who: Who, context: Context) => Promise<Answer<Type>>;
    afterCommit?: (answer: Answer<Type>, context: Context, input: Input) => unknown;
  },
) =>
  operatorAction(name, {
    ...options,
    run: async (input, who, context) => {
      for (const code of channels(input) ?? []) if (code) await context.channels.lookUp(code);
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
    inputDescription,
    may,
    failures = [],
    orType,
    run,
    ...options
  }: OperatorMutation<Type, Input> & { run: (input: Input, who: Who, context: Context) => Promise<Answer<Type>> },
): void {
  builder.mutationField(name, (t) =>
    t.field({
      ...options,
      authScopes: { operator: may },
      errors: { types: orType === undefined ? failures : [orType, ...failures] },
      args: { input: t.arg({ type: input, required: true, description: inputDescription }) },
      resolve: (_root: unknown, { input }: { input: Input }, context: Context) => run(input, whoOf(context), context),
    } as never),
  );
}

/** A mutation that retries everything that failed, in all channels or in one. */
export const retryFailed = (
  what: string,
  result: string,
  noun: string,
  retryAll: (tx: EntityManager, channel: string | null, who: Who) => Promise<{ count: number; channels: string[] }>,
): void =>
  operatorAction(`retryFailed${what}`, {
    type: builder.objectRef<{ count: number }>(result).implement({
      description: `The result of retrying failed ${noun}.`,
      fields: (t) => ({
        count: t.exposeInt('count', { description: `The number of ${noun} that will be tried again.` }),
      }),
    }),
    input: builder.inputType(`RetryFailed${what}Input`, {
      description: `The failed ${noun} to retry.`,
      fields: (t) => ({ channel: t.string({ description: `Only ${noun} of this channel. Default: all channels.` }) }),
    }),
    inputDescription: `The ${noun} to retry.`,
    description: `Retries all failed ${noun}, or all of one channel, from scratch.`,
    may: `retrying ${noun}`,
    failures: [ChannelNotFound],
    run: async ({ channel }, who, { hq, channels, notice }) => {
      if (channel) await channels.lookUp(channel);
      const retried = await hq.write((tx) => retryAll(tx, channel || null, who));
      for (const code of retried.channels) notice(code);
      return { count: retried.count };
    },
  });

interface Node<Row, Key> {
  /** The key in a global ID. */
  parse: (id: string) => Key;
  keyOf: (row: Row) => Key;
  /** The rows with these keys. */
  read: (db: EntityManager, keys: readonly Key[]) => Promise<Row[]>;
}

/** An ID that is not a number becomes a number that no record has. */
export const numberId = (id: string): number => numberKey(id) ?? 0;
export const textId = (id: string): string => id;

/** Reads rows one by one, for nodes that are rarely requested by more than one ID at a time. */
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
