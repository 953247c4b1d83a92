import { setImmediate } from 'node:timers/promises';
import type { UnionRef } from '@pothos/core';
import type { GraphQLResolveInfo } from 'graphql';
import type { EntityManager } from 'typeorm';
import type { Database } from '../data/database.ts';
import type { Channel } from '../data/hq/channel.ts';
import { ChannelNotFound, DomainError } from '../errors.ts';
import { atMostSeparately, checkedItem } from './arguments.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { type ChannelKey, keyText } from './loader.ts';
import type { Types } from './vocabulary.ts';

/*
 * Mutations that create many records: one transaction for each channel database, and one result for each input, in their order. One that is
 * refused changes nothing about the others.
 */

/** The most records that one mutation creates. */
export const MOST_IN_BULK = 1_000;

/** Options for the list of inputs. Each is checked separately. */
export const inputsInBulk = { ...atMostSeparately(MOST_IN_BULK), required: true } as const;

/** The type of what such a mutation returns, with the results of the mutation that creates a single record. */
export const resultsInBulk = <Shape>(name: string, result: UnionRef<Types, Shape>, noun: string) =>
  builder.objectRef<{ results: unknown[] }>(name).implement({
    description: `What became of each ${noun} of a mutation that creates many.`,
    fields: (t) => ({
      results: t.field({
        type: [result],
        description: `One result for each ${noun} of the input, in the same order.`,
        extensions: { most: MOST_IN_BULK },
        resolve: ({ results }) => results as never,
      }),
    }),
  });

/** Options for the mutation: as many records as it creates weigh more than its results, so three fit into an operation. */
export const costInBulk = { extensions: { weight: 100 * MOST_IN_BULK } };

/** Inputs that are prepared before others have their turn. */
const SLICE = 50;

interface Creation<Input, Prepared, Result, Row> {
  /** The type of an input. */
  inputType: string;
  /** Checks an input without storing anything. */
  prepare: (input: Input, channel: Channel) => Prepared;
  /** Stores what was prepared; answers one result each. */
  store: (tx: EntityManager, prepared: Prepared[]) => Promise<(DomainError | Result)[]>;
  /** The row of what was stored. */
  created: (prepared: Prepared, result: Result, database: Database) => Row;
  /** The rows of what was stored before. */
  known: (db: EntityManager, uuids: string[], database: Database) => Promise<Row[]>;
}

/** Throws DatabaseUnavailable if a channel database is; what others have stored by then stays. */
export async function createInBulk<
  Input extends { channel: string },
  Prepared extends ChannelKey,
  Result extends { created: boolean },
  Row extends ChannelKey,
>(
  { channels, notice }: Context,
  info: GraphQLResolveInfo,
  inputs: readonly Input[],
  { inputType, prepare, store, created, known }: Creation<Input, Prepared, Result, Row>,
): Promise<{ results: (Row | DomainError)[] }> {
  const settings = new Map(
    (await channels.find(inputs.map(({ channel }) => channel))).map((channel) => [channel.code, channel]),
  );
  const results: (Row | DomainError)[] = [];
  const groups = new Map<string, { index: number; prepared: Prepared }[]>();
  for (const [index, input] of inputs.entries()) {
    if (index % SLICE === SLICE - 1) await setImmediate();
    try {
      const item = checkedItem(input, inputType, info);
      const channel = settings.get(item.channel);
      if (channel === undefined) throw new ChannelNotFound(item.channel);
      const prepared = prepare(item, channel);
      const group = groups.get(channel.channelDatabase) ?? [];
      groups.set(channel.channelDatabase, group);
      group.push({ index, prepared });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      results[index] = error;
    }
  }

  async function storeIn(name: string, group: { index: number; prepared: Prepared }[]): Promise<void> {
    const database = await channels.open(name);
    const stored = await database.write((tx) =>
      store(
        tx,
        group.map(({ prepared }) => prepared),
      ),
    );
    const changed = new Set<string>();
    const repeated: { index: number; prepared: Prepared }[] = [];
    for (const [place, { index, prepared }] of group.entries()) {
      const result = stored[place]!;
      if (result instanceof DomainError) results[index] = result;
      else if (!result.created) repeated.push({ index, prepared });
      else {
        results[index] = created(prepared, result, database);
        changed.add(prepared.channel);
      }
    }
    for (const channel of changed) notice(channel);
    if (repeated.length === 0) return;
    const uuids = repeated.map(({ prepared }) => prepared.uuid);
    const rows = await database.read((db) => known(db, uuids, database));
    const found = new Map(rows.map((row) => [keyText(row), row]));
    for (const { index, prepared } of repeated) results[index] = found.get(keyText(prepared))!;
  }

  await Promise.all([...groups].map(([name, group]) => storeIn(name, group)));
  return { results };
}
