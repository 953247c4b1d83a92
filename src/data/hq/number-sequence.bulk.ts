import type { EntityManager } from 'typeorm';
import { HeadquartersRewound } from '../../errors.ts';
import { selected } from '../columns.ts';
import { one, single } from '../sql.ts';
import { changeNumberSequence, NumberSequence } from './number-sequence.ts';
import { Rewinding } from './rewinding.ts';

/**
 * Takes up to `count` numbers in the caller's transaction: a rollback gives them back. Throws HeadquartersRewound while a channel database
 * knows more than headquarters: what it gave could be a number that was given before.
 */
export async function takeNumbers(
  tx: EntityManager,
  name: string,
  count: number,
): Promise<{ first: number; taken: number; sequence: NumberSequence }> {
  const fields = ['name', 'prefix', 'digits', 'nextNumber', 'largest', 'warnBelow'] as const;
  // The update comes first: it holds the row, so that two takers never see the same number.
  const sequence = await one<NumberSequence>(
    tx,
    `update number_sequence set next_number = next_number + $1
     where name = $2 and not exists (select 1 from rewinding where verdict = 'AHEAD')
     returning ${selected(tx, NumberSequence, 'number_sequence', fields)}`,
    [count, name],
  );
  if (!sequence) {
    const ahead = await tx.findOne(Rewinding, { where: { verdict: 'AHEAD' }, order: { channelDatabase: 'asc' } });
    if (ahead) throw new HeadquartersRewound(ahead.channelDatabase);
    throw new Error(`There is no number sequence "${name}".`);
  }
  const first = sequence.nextNumber - count;
  const taken = Math.max(0, Math.min(count, sequence.largest - first + 1));
  if (taken < count) await changeNumberSequence(tx, name, { nextNumber: first + taken });
  return { first, taken, sequence: { ...sequence, nextNumber: first + taken } };
}

/** Skips all numbers up to `past` and `and` more, and returns the next number. */
export async function skipNumbers(
  tx: EntityManager,
  name: string,
  { past, and }: { past: number; and: number },
): Promise<number> {
  const { next } = await single<{ next: number }>(
    tx,
    `update number_sequence set next_number = case when next_number <= $1 then $1 + 1 else next_number end + $2 where name = $3
     returning next_number as next`,
    [past, and, name],
  );
  return next;
}

/** Moves a stream's head by `count` and returns the number before its first new row. */
export async function advanceHead(tx: EntityManager, name: string, count: number): Promise<number> {
  const { value } = await single<{ value: number }>(
    tx,
    'update head set value = value + $1 where name = $2 returning value',
    [count, name],
  );
  return value - count;
}
