import type { EntityManager } from 'typeorm';
import { LARGEST_PACKAGE } from './sizes.ts';

/**
 * One raw statement; answers its rows. `$1, $2 …` number the parameters.
 * (TypeORM's own `query()` answers `[rows, count]` for an UPDATE on PostgreSQL and rows on SQLite.)
 */
export async function sql<Row = Record<string, unknown>>(
  db: EntityManager,
  statement: string,
  parameters: unknown[] = [],
): Promise<Row[]> {
  const runner = db.queryRunner;
  if (runner) return (await runner.query(statement, parameters, true)).records as Row[];
  const own = db.connection.createQueryRunner();
  try {
    return (await own.query(statement, parameters, true)).records as Row[];
  } finally {
    await own.release();
  }
}

/** Sends a statement of a transaction and returns how many rows it wrote, where the driver says so: PostgreSQL's does. */
export const written = async (
  tx: EntityManager,
  statement: string,
  parameters: unknown[],
): Promise<number | undefined> => (await tx.queryRunner!.query(statement, parameters, true)).affected;

export async function one<Row = Record<string, unknown>>(
  db: EntityManager,
  statement: string,
  parameters: unknown[] = [],
): Promise<Row | undefined> {
  return (await sql<Row>(db, statement, parameters))[0];
}

/** The only row that a query found. Any other number of rows is a bug, and throws. */
export function only<Row>(found: readonly Row[]): Row {
  if (found.length !== 1) throw new Error(`${found.length} rows instead of one`);
  return found[0]!;
}

/** The row of a statement that returns exactly one. */
export const single = async <Row = Record<string, unknown>>(
  db: EntityManager,
  statement: string,
  parameters: unknown[] = [],
): Promise<Row> => only(await sql<Row>(db, statement, parameters));

/**
 * The key of the last row that a package takes: rows of `relation` (its columns are `key` and `size`) in the order of the key, as many as
 * stay within LARGEST_PACKAGE, the row that goes beyond it included. A subquery, null when there is no row.
 */
export const lastOfPackage = (relation: string): string =>
  `(select max(key) from (
     select key, sum(size) over (order by key rows unbounded preceding) - size as before from (${relation}) as sized) as summed
   where before < ${LARGEST_PACKAGE})`;
