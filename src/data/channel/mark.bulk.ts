import type { EntityManager } from 'typeorm';
import { sql } from '../sql.ts';
import { identity } from './operation.ts';

/** How far a channel database has come. */
export interface Mark {
  lastCounter: number;
  appliedVersion: number;
  /** The `identity` of the operation at the counter that was asked about; null if there is none. */
  idAtCounter: string | null;
}

/** A channel database among others of its server, and the counter to look up. A schema of PostgreSQL; undefined: the one that is connected. */
export interface Marked {
  schema?: string;
  counter: number;
}

/** The marks of channel databases, by their index, in one statement. One that has never been used has none. */
export async function marksOf(db: EntityManager, databases: readonly Marked[]): Promise<Map<number, Mark>> {
  const found = await sql<Mark & { place: number }>(
    db,
    databases
      .map(({ schema }, index) => {
        const tables = schema === undefined ? '' : `${schema}.`;
        return `select ${index} as place, last_counter as "lastCounter", applied_version as "appliedVersion",
          (select ${identity} from ${tables}operation where counter = $${index + 1}) as "idAtCounter" from ${tables}self where id = 1`;
      })
      .join(' union all '),
    databases.map(({ counter }) => counter),
  );
  return new Map(found.map(({ place, ...mark }) => [place, mark]));
}
