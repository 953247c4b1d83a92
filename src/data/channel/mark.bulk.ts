import type { EntityManager } from 'typeorm';
import type { AskTogether, InServer } from '../channel-reader.ts';
import type { NumberRange } from '../hq/number-sequence.ts';
import { sql } from '../sql.ts';
import { identity } from './operation.ts';

/** How far a channel database has come. */
export interface Mark {
  lastCounter: number;
  appliedVersion: number;
  /** The `identity` of the operation at the counter that was asked about; null if there is none. */
  idAtCounter: string | null;
}

/** The marks of channel databases, each with the identity at a counter. One that has never been used has none. */
export const marksOf: AskTogether<{ counter: number }, Mark> = (db, databases) =>
  askTogether(
    db,
    databases,
    (tables, index) => `last_counter as "lastCounter", applied_version as "appliedVersion",
      (select ${identity} from ${tables}operation where counter = $${index + 1}) as "idAtCounter"`,
    databases.map(({ counter }) => counter),
  );

/** What a channel database knows of headquarters' doings. */
export interface Known {
  /** The newest change version that reached it. */
  appliedVersion: number;
  /** Any account ID; null: it has none. */
  anyAccountId: string | null;
  /** The largest account ID in the range that was asked about. */
  newestAccountId: string | null;
}

export const knownOf =
  ({ smallest, largest }: NumberRange): AskTogether<object, Known> =>
  (db, databases) =>
    askTogether(
      db,
      databases,
      (tables) => `applied_version as "appliedVersion",
        (select account_id from ${tables}customer where account_id is not null limit 1) as "anyAccountId",
        (select account_id from ${tables}customer where account_id >= $1 and account_id <= $2 and length(account_id) = ${largest.length}
         order by account_id desc limit 1) as "newestAccountId"`,
      [smallest, largest],
    );

/** Selects `columns` from the one row of each database. */
async function askTogether<Answer>(
  db: EntityManager,
  databases: readonly InServer[],
  columns: (tables: string, index: number) => string,
  parameters: unknown[] = [],
): Promise<Map<number, Answer>> {
  const found = await sql<Answer & { place: number }>(
    db,
    databases
      .map(({ schema }, index) => {
        const tables = schema === undefined ? '' : `${schema}.`;
        return `select ${index} as place, ${columns(tables, index)} from ${tables}self where id = 1`;
      })
      .join(' union all '),
    parameters,
  );
  return new Map(found.map((row) => [row.place, row]));
}
