import type { EntityManager } from 'typeorm';
import { selected } from '../columns.ts';
import { listed } from '../dialect/expressions.ts';
import { sql } from '../sql.ts';
import { Shift } from './shift.ts';
import { changeStatuses } from './transaction-feed.ts';

/** Of these shifts those that headquarters has, each as `<channel database> <channel> <uuid>`. */
export async function knownShifts(db: EntityManager, uuids: readonly string[]): Promise<Set<string>> {
  if (uuids.length === 0) return new Set();
  const found = await sql<Pick<Shift, 'uuid' | 'channel' | 'channelDatabase'>>(
    db,
    `select ${selected(db, Shift, 's', ['uuid', 'channel', 'channelDatabase'])} from shift s where s.uuid in ${listed(db, '$1')}`,
    [JSON.stringify([...new Set(uuids)])],
  );
  return new Set(found.map((row) => `${row.channelDatabase} ${row.channel} ${row.uuid}`));
}

/** Makes sales due for validation again: those that failed it, and those that passed and are in no statement; answers how many. */
export async function revalidate(
  tx: EntityManager,
  which: { channel: string | null } | { sequences: readonly number[] },
  at: string,
): Promise<number[]> {
  const found = await changeStatuses(
    tx,
    `update retail_transaction set status = 'NONE', next_try_at = null, modified_at = $1
     where kind = 'CASH_AND_CARRY' and statement_id is null and (status = 'SUCCEEDED' or status = 'FAILED' and error_code = 'VALIDATION_ERROR')
       and ${'sequences' in which ? `sequence in ${listed(tx, '$2', 'bigint')}` : '(channel = $2 or $2 is null)'} returning sequence`,
    [at, 'sequences' in which ? JSON.stringify(which.sequences) : which.channel],
  );
  return found.map(({ sequence }) => sequence);
}
