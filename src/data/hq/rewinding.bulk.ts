import type { EntityManager } from 'typeorm';
import { assignments, insertRows, packed, selected } from '../columns.ts';
import { single, sql } from '../sql.ts';
import { customerAccount, NumberSequence } from './number-sequence.ts';
import { Rewinding } from './rewinding.ts';

/** How far headquarters has come, and what was found out about it. */
export interface Standing {
  version: number;
  accounts: NumberSequence;
  ahead: string[];
  lost: string[];
}

export async function standing(db: EntityManager): Promise<Standing> {
  const verdicts = packed(db, Rewinding, 'r', { fields: ['channelDatabase', 'verdict'], order: 'r.channel_database' });
  const fields = ['name', 'prefix', 'digits', 'nextNumber', 'largest', 'warnBelow'] as const;
  const { version, found, ...accounts } = await single<NumberSequence & { version: number; found: string }>(
    db,
    `select h.value as version, (select ${verdicts} from rewinding r) as found, ${selected(db, NumberSequence, 's', fields)}
     from head h cross join number_sequence s where h.name = 'customer-version' and s.name = $1`,
    [customerAccount],
  );
  const rewindings: Pick<Rewinding, 'channelDatabase' | 'verdict'>[] = JSON.parse(found);
  const having = (wanted: Rewinding['verdict']) =>
    rewindings.filter(({ verdict }) => verdict === wanted).map(({ channelDatabase }) => channelDatabase);
  return {
    version,
    accounts,
    ahead: having('AHEAD'),
    lost: having('LOST'),
  };
}

/** Notes that these channel databases know more than headquarters: it stays so until an operator lifts it. */
export const recordAhead = (tx: EntityManager, names: readonly string[], at: string) =>
  sql(
    tx,
    `${insertRows(tx, Rewinding, ['channelDatabase', 'verdict', 'since'])}
     on conflict (channel_database) do update set ${assignments(tx, Rewinding, ['verdict', 'since'])} where rewinding.verdict <> excluded.verdict`,
    [JSON.stringify(names.map((channelDatabase) => ({ channelDatabase, verdict: 'AHEAD', since: at })))],
  );
