import type { EntityManager } from 'typeorm';
import { audit, changesBetween } from '../data/hq/audit.ts';
import { changeNumberSequence, type NumberSequence, numberSequenceByName } from '../data/hq/number-sequence.ts';
import { mustBeValid, NotFound, type Violation } from '../errors.ts';

/** Changes the largest number of a sequence. Numbers that were assigned are never assigned again. */
export async function extendNumberSequence(
  tx: EntityManager,
  change: { name: string; largest?: number | null; warnBelow?: number | null },
  actor: string,
  at: string,
): Promise<NumberSequence> {
  const sequence = await numberSequenceByName(tx, change.name);
  if (!sequence) throw new NotFound('number sequence');
  const largest = change.largest ?? sequence.largest;
  const warnBelow = change.warnBelow ?? sequence.warnBelow;
  const found: Violation[] = [];
  const wrong = (field: string, message: string) => found.push({ path: [field], message, rule: 'RANGE' });
  if (largest < sequence.nextNumber - 1) wrong('largest', 'must not be below a number that is already assigned');
  if (largest >= 10 ** sequence.digits) wrong('largest', `must fit in the ${sequence.digits} digits of the format`);
  if (warnBelow < 0) wrong('warnBelow', 'must be 0 or more');
  mustBeValid(found);
  await changeNumberSequence(tx, change.name, { largest, warnBelow });
  const after = { ...sequence, largest, warnBelow };
  const subject = { type: 'NumberSequence', key: change.name, name: `Number sequence ${change.name}` };
  const changes = changesBetween(sequence, after, ['largest', 'warnBelow']);
  await audit(tx, { actor, at }, 'UPDATE_NUMBER_SEQUENCE', subject, changes);
  return after;
}
