import { createContextCache } from '@pothos/core';
import DataLoader from 'dataloader';
import type { EntityManager } from 'typeorm';
import type { Channels } from '../data/channels.ts';
import type { Database } from '../data/database.ts';
import type { Context } from './context.ts';

/*
 * Loaders batch what one operation reads repeatedly: a constant number of statements, whatever the size of the response. Each is defined next
 * to its type and created when an operation first uses it.
 */

type Load<Key, Value> = (keys: readonly Key[], context: Context) => Promise<Value>;

/** A value for each key, in the order of the keys. Keys that are objects need a `cacheKey`. */
export const loader = <Key, Value>(load: Load<Key, readonly Value[]>, cacheKey?: (key: Key) => string) =>
  createContextCache(
    (context: Context) => new DataLoader<Key, Value, unknown>((keys) => load(keys, context), { cacheKeyFn: cacheKey }),
  );

/** The row of each key, or null. */
export const rowLoader = <Key extends number | string, Row>(
  load: Load<Key, readonly Row[]>,
  keyOf: (row: Row) => Key,
) =>
  loader<Key, Row | null>(async (keys, context) => {
    const found = new Map((await load(keys, context)).map((row) => [keyOf(row), row]));
    return keys.map((key) => found.get(key) ?? null);
  });

/** All rows of each key, in the order in which they were read. */
export const groupLoader = <Key extends number | string, Row>(
  load: Load<Key, readonly Row[]>,
  keyOf: (row: Row) => Key,
) =>
  loader<Key, Row[]>(async (keys, context) => {
    const found = grouped(await load(keys, context), keyOf);
    return keys.map((key) => found.get(key) ?? []);
  });

/** The first rows of each key, in the order in which they were read, up to the limit in the key. `ownerOf` returns the `textOf` of a row's key. */
export const firstLoader = <Key extends { limit: number }, Row>(
  load: (keys: readonly Key[], limit: number, context: Context) => Promise<readonly Row[]>,
  textOf: (key: Key) => string,
  ownerOf: (row: Row) => string,
) =>
  loader<Key, Row[]>(
    async (keys, context) => {
      const found = grouped(await load(keys, Math.max(...keys.map(({ limit }) => limit)), context), ownerOf);
      return keys.map((key) => (found.get(textOf(key)) ?? []).slice(0, key.limit));
    },
    (key) => `${textOf(key)}:${key.limit}`,
  );

function grouped<Row, Key>(rows: readonly Row[], keyOf: (row: Row) => Key): Map<Key, Row[]> {
  const groups = new Map<Key, Row[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return groups;
}

/** Identifies a record of a channel. The UUID alone does not: two channel databases may contain the same one by mistake. */
export interface ChannelKey {
  channel: string;
  uuid: string;
}

export const keyText = ({ channel, uuid }: ChannelKey): string => `${channel}:${uuid}`;

/** What the global ID of a record of a channel contains: `houston/7f3c1a52-…`. */
export const idOf = ({ channel, uuid }: ChannelKey): string => `${channel}/${uuid}`;

/** The key in a global ID. A malformed ID becomes a key that no record has. */
export function keyOfId(id: string): ChannelKey {
  const [channel = '', uuid = ''] = id.split('/');
  return { channel, uuid };
}

/** Queries each channel database that has some of these keys, one statement per database. */
export async function inChannels<Row>(
  channels: Channels,
  keys: readonly ChannelKey[],
  question: (db: EntityManager, uuids: readonly string[], database: Database) => Promise<Row[]>,
): Promise<Row[]> {
  const databases = new Map<string, Set<string>>();
  const found = await channels.find(keys.map(({ channel }) => channel));
  const names = new Map(found.map(({ code, channelDatabase }) => [code, channelDatabase]));
  for (const { channel, uuid } of keys) {
    const name = names.get(channel);
    if (name !== undefined) databases.set(name, (databases.get(name) ?? new Set()).add(uuid));
  }
  const rows: Row[] = [];
  for (const [name, uuids] of databases) {
    const database = await channels.open(name);
    rows.push(...(await database.read((db) => question(db, [...uuids], database))));
  }
  return rows;
}
