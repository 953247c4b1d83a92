import type { EntityManager } from 'typeorm';
import { type Actor, audit, changesBetween } from '../data/hq/audit.ts';
import { beginMaintenance, endMaintenance, type Maintenance, maintenance } from '../data/hq/maintenance.ts';
import { mustBeValid } from '../errors.ts';
import { trimmed } from './customer.ts';
import { plainText } from './rules.ts';
import { violationsIn } from './violations.ts';

/** Puts headquarters in maintenance, changes the reason, or ends maintenance; null: it is in none. What changes nothing is not recorded. */
export async function setMaintenance(
  tx: EntityManager,
  input: { on: boolean; reason?: string | null | undefined },
  who: Actor,
): Promise<Maintenance | null> {
  const reason = input.on ? trimmed(input.reason) : null;
  mustBeValid(violationsIn(plainText(200), input.reason ?? '', ['reason']));
  const before = await maintenance(tx);
  const changes = changesBetween({ on: before !== null, reason: before?.reason }, { on: input.on, reason }, [
    'on',
    'reason',
  ]);
  if (changes.length === 0) return before;
  if (input.on) await beginMaintenance(tx, { reason, since: before?.since ?? who.at });
  else await endMaintenance(tx);
  await audit(tx, who, 'SET_MAINTENANCE', { name: 'Headquarters' }, changes);
  return maintenance(tx);
}
