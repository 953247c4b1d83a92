import type { EntityManager } from 'typeorm';
import { assignments, insertRows } from '../columns.ts';
import { sql } from '../sql.ts';
import { Rewinding } from './rewinding.ts';

/** Notes that these channel databases know more than headquarters: it stays so until an operator lifts it. */
export const recordAhead = (tx: EntityManager, names: readonly string[], at: string) =>
  sql(
    tx,
    `${insertRows(tx, Rewinding, ['channelDatabase', 'verdict', 'since'])}
     on conflict (channel_database) do update set ${assignments(tx, Rewinding, ['verdict', 'since'])} where rewinding.verdict <> excluded.verdict`,
    [JSON.stringify(names.map((channelDatabase) => ({ channelDatabase, verdict: 'AHEAD', since: at })))],
  );
