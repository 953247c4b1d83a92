import type { EntityManager } from 'typeorm';
import { postgres } from './postgres.ts';
import { sqlite } from './sqlite.ts';

export type ColumnType = 'text' | 'bigint' | 'boolean' | 'json';

/** A column with its place in JSON. */
export interface Column {
  /** Its name in SQL. */
  name: string;
  type: ColumnType;
  /** Its property in JSON; two for a property of an embedded object. */
  path: readonly string[];
}

/** Reads columns from JSON: join `join` in the FROM clause, then `value` is a column's value. */
interface Unpacked {
  join: string;
  value: (column: Column) => string;
}

/** The words of a CREATE TABLE that differ between databases; everything else is common SQL. */
export interface Words {
  /** A key that the database counts up. */
  counted: string;
  /** The type of an integer primary key that we assign. */
  key: string;
  /** Text that sorts by code point everywhere, whatever the locale of the server: keys, cursors, and prefix search rely on it. */
  text: string;
  json: string;
  /** Keeps anything but a JSON object out of a column: one such row would make a whole package unreadable. */
  mustBeObject: (column: string) => string;
  /** Ends a table whose rows live in its primary key. */
  clustered: string;
}

/** The index of words (customer-search.ts). */
interface WordSearch {
  /** Creates the table `customer_search`, in which each row is the words of the customer with the same ID. */
  create: readonly string[];
  /** Stores rows of `c.id` and `x.words`, which `from` finds, instead of those with the same IDs. */
  store: (from: string) => string;
  /** Selects the IDs of the rows that a query (`parameter`) finds; newest first where that costs nothing. */
  find: (parameter: string) => string;
  /** Queries for rows with one of the alternatives of each word: as a whole word, or as the beginning of one but not so often as a whole. */
  query: Record<'whole' | 'begun', (words: readonly (readonly string[])[]) => string>;
}

/** Everything that differs by database. Both implementations pass test/data/dialect.test.ts. */
export interface Dialect {
  /**
   * One process owns the database and writes through one connection, so write transactions take turns, and after a restart no
   * worker of an earlier process is left.
   */
  embedded: boolean;
  /** Begins a transaction that will write. */
  begin: string;
  /** What a clean stop executes: compact the log, refresh statistics. */
  tidy: readonly string[];
  words: Words;
  search: WordSearch;
  /** Locks rows until the end of the transaction. */
  forUpdate: string;
  /** The objects of a JSON array (`parameter`, such as `$1`) as a relation `x`. One parameter carries a batch of any size. */
  rows: (columns: readonly Column[], parameter: string) => string;
  /** The object at `key` of a JSON column; with `list`, each object of the array at `key` as a row. */
  unpacked: (columns: readonly Column[], column: string, key: string, list: boolean) => Unpacked;
  /** Each object of a JSON column that is an array, as a row. */
  elements: (columns: readonly Column[], column: string) => Unpacked;
  /** Milliseconds between two times. */
  elapsed: (from: string, to: string) => string;
  /** All rows of `alias` as one JSON text. The database raises TOO_LARGE instead of returning more than LARGEST_TEXT. */
  packed: (columns: readonly Column[], alias: string, order: string | undefined) => string;
  /** A JSON object with these SQL expressions as values. */
  object: (values: Readonly<Record<string, string>>) => string;
  /** The values of a JSON array of strings or numbers as a subquery, for `in`. */
  listed: (parameter: string, type: 'text' | 'bigint') => string;
  /** Joins the rows of `table` that match what precedes it in the FROM clause, found through their index row by row. */
  matching: (table: string, alias: string, condition: string) => string;
  /** The next value of a counted key `id`: `place` counts the rows of the statement from 1. Rows with it must be inserted in the same transaction. */
  nextId: (table: string, place: string) => string;
  /** Bytes of a JSON column. For more than LARGEST_ROW, any number above it. */
  sizeOf: (column: string) => string;
}

export const dialectOf = (db: EntityManager): Dialect =>
  db.connection.options.type === 'postgres' ? postgres : sqlite;
