import { type EntityManager, EntitySchema } from 'typeorm';
import { one } from '../sql.ts';

/** Where account IDs come from. Numbers are taken in order and without a gap. */
export interface NumberSequence {
  name: string;
  prefix: string;
  digits: number;
  nextNumber: number;
  largest: number;
  warnBelow: number;
}

export const numberSequences = new EntitySchema<NumberSequence>({
  name: 'number_sequence',
  columns: {
    name: { type: 'text', primary: true },
    prefix: { type: 'text' },
    digits: { type: 'integer' },
    nextNumber: { type: 'bigint' },
    largest: { type: 'bigint' },
    warnBelow: { type: 'bigint' },
  },
});

export const customerAccount = 'customer-account';

export const allNumberSequences = (db: EntityManager) => db.find(numberSequences, { order: { name: 'asc' } });

export const numberSequenceByName = (db: EntityManager, name: string) => db.findOneBy(numberSequences, { name });

export const changeNumberSequence = (tx: EntityManager, name: string, change: Partial<NumberSequence>) =>
  tx.update(numberSequences, { name }, change);

/** Takes up to `count` numbers in the caller's transaction: a rollback gives them back. */
export async function takeNumbers(
  tx: EntityManager,
  name: string,
  count: number,
): Promise<{ first: number; taken: number; sequence: NumberSequence }> {
  // The update comes first: it holds the row, so that two takers never see the same number.
  const row = await one<{ prefix: string; digits: number; next_number: number; largest: number; warn_below: number }>(
    tx,
    'update number_sequence set next_number = next_number + $1 where name = $2 returning prefix, digits, next_number, largest, warn_below',
    [count, name],
  );
  if (!row) throw new Error(`There is no number sequence "${name}".`);
  const first = row.next_number - count;
  const taken = Math.max(0, Math.min(count, row.largest - first + 1));
  if (taken < count) await changeNumberSequence(tx, name, { nextNumber: first + taken });
  const { prefix, digits, largest, warn_below: warnBelow } = row;
  return { first, taken, sequence: { name, prefix, digits, largest, warnBelow, nextNumber: first + taken } };
}

/** `C00000042` of the prefix `C`, 8 digits and 42. */
export const formatted = ({ prefix, digits }: Pick<NumberSequence, 'prefix' | 'digits'>, number: number): string =>
  prefix + String(number).padStart(digits, '0');

/** Moves a stream's head by `count` and answers the number before its first new row. */
export async function advanceHead(tx: EntityManager, name: string, count: number): Promise<number> {
  const row = await one<{ value: number }>(tx, 'update head set value = value + $1 where name = $2 returning value', [
    count,
    name,
  ]);
  return row!.value - count;
}

/** The newest number of a stream. */
export async function headOf(db: EntityManager, name: string): Promise<number> {
  const row = await one<{ value: number }>(db, 'select value from head where name = $1', [name]);
  return row!.value;
}
