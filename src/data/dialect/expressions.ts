import type { EntityManager } from 'typeorm';
import { dialectOf } from './dialect.ts';

/** Joins the rows of `table` (as `alias`) that match what precedes it in the FROM clause, found through their index row by row. */
export const matching = (db: EntityManager, table: string, alias: string, condition: string): string =>
  dialectOf(db).matching(table, alias, condition);

/** The values of a JSON array of strings or numbers (`parameter`) as a subquery, for `in`. */
export const listed = (db: EntityManager, parameter: string, type: 'text' | 'bigint' = 'text'): string =>
  dialectOf(db).listed(parameter, type);

/** A JSON object with these SQL expressions as values. */
export const jsonObject = (db: EntityManager, values: Readonly<Record<string, string>>): string =>
  dialectOf(db).object(values);

/** Milliseconds between two times. */
export const elapsed = (db: EntityManager, from: string, to: string): string => dialectOf(db).elapsed(from, to);

/** The next value of a counted key `id`: `place` counts the rows of the statement from 1. Rows with it must be inserted in the same transaction. */
export const nextId = (db: EntityManager, table: string, place: string): string => dialectOf(db).nextId(table, place);

/** Bytes of a JSON column. For more than LARGEST_ROW, any number above it. */
export const sizeOf = (db: EntityManager, column: string): string => dialectOf(db).sizeOf(column);

/** Locks rows until the end of the transaction. */
export const forUpdate = (db: EntityManager): string => dialectOf(db).forUpdate;
