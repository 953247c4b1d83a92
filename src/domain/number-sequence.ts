import type { EntityManager } from 'typeorm';
import { audit } from '../data/hq/audit.ts';
import { changeNumberSequence, type NumberSequence, numberSequenceByName } from '../data/hq/number-sequence.ts';
import { InvalidInput, NotFound } from '../errors.ts';

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
  if (largest < sequence.nextNumber - 1)
    throw new InvalidInput(['largest'], 'must not be below a number that is already assigned');
  if (largest >= 10 ** sequence.digits)
    throw new InvalidInput(['largest'], `must fit in the ${sequence.digits} digits of the format`);
  if (warnBelow < 0) throw new InvalidInput(['warnBelow'], 'must be 0 or more');
  await changeNumberSequence(tx, change.name, { largest, warnBelow });
  const changed = (['largest', 'warnBelow'] as const).filter(
    (field) => sequence[field] !== { largest, warnBelow }[field],
  );
  await audit(
    tx,
    { actor, at },
    'updateNumberSequence',
    `number-sequence:${change.name}`,
    changed.map((field) => [field, sequence[field], { largest, warnBelow }[field]]),
  );
  return { ...sequence, largest, warnBelow };
}
