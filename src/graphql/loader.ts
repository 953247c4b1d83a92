import { createContextCache } from '@pothos/core';
import DataLoader from 'dataloader';
import { DatabaseUnavailable } from '../errors.ts';
import type { Context } from './context.ts';

/*
 * What one operation asks for again and again is asked once: a constant number of statements whatever the size of the answer. A loader is
 * defined next to its type, and created when an operation first uses it.
 */

type Load<Key, Value> = (keys: readonly Key[], context: Context) => Promise<Value>;

/** A value for each key, in the order of the keys. Keys that are no plain values need `cacheKey`. */
export const loader = <Key, Value>(load: Load<Key, readonly Value[]>, cacheKey?: (key: Key) => string) =>
  createContextCache(
    (context: Context) =>
      new DataLoader<Key, Value, unknown>((keys) => load(keys, context), cacheKey ? { cacheKeyFn: cacheKey } : {}),
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

/** All rows of each key, in the order they were read. */
export const groupLoader = <Key extends number | string, Row>(
  load: Load<Key, readonly Row[]>,
  keyOf: (row: Row) => Key,
) =>
  loader<Key, Row[]>(async (keys, context) => {
    const found = new Map<Key, Row[]>();
    for (const row of await load(keys, context)) {
      const rows = found.get(keyOf(row));
      if (rows) rows.push(row);
      else found.set(keyOf(row), [row]);
    }
    return keys.map((key) => found.get(key) ?? []);
  });

/** For reads of headquarters that its channels can do without: a channel works while headquarters is down, and says what it knows itself. */
export const ifUnavailable =
  <Instead>(instead: Instead) =>
  (error: unknown): Instead => {
    if (error instanceof DatabaseUnavailable) return instead;
    throw error;
  };
