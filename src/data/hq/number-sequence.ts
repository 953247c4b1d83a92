import { Column, Entity, type EntityManager, PrimaryColumn } from 'typeorm';
import { HeadquartersRewound } from '../../errors.ts';
import { one, sql } from '../sql.ts';

/** Where account IDs and other numbers come from, in order and without a gap. Moved on in the transaction that uses the numbers. */
@Entity('number_sequence')
export class NumberSequence {
  @PrimaryColumn({ type: 'text' }) name!: string;
  @Column({ type: 'text' }) prefix!: string;
  @Column({ type: 'integer' }) digits!: number;
  @Column({ type: 'bigint' }) nextNumber!: number;
  @Column({ type: 'bigint' }) largest!: number;
  @Column({ type: 'bigint' }) warnBelow!: number;
}

/** The newest number of a stream of rows. Moved on in the transaction that writes the rows, so that numbers follow commit order. */
@Entity('head')
export class Head {
  @PrimaryColumn({ type: 'text' }) name!: string;
  @Column({ type: 'bigint' }) value!: number;
}

export const customerAccount = 'customer-account';

export const allNumberSequences = (db: EntityManager) => db.find(NumberSequence, { order: { name: 'asc' } });

export const numberSequenceByName = (db: EntityManager, name: string) => db.findOneBy(NumberSequence, { name });

/** The number of an account ID such as `C00000042`; undefined when it is none of this sequence. */
export function numberIn(
  { prefix, digits }: Pick<NumberSequence, 'prefix' | 'digits'>,
  text: string,
): number | undefined {
  const number = text.slice(prefix.length);
  return text.startsWith(prefix) && number.length === digits && /^\d+$/.test(number) ? Number(number) : undefined;
}

export const changeNumberSequence = (tx: EntityManager, name: string, change: Partial<NumberSequence>) =>
  tx.update(NumberSequence, { name }, change);

/**
 * Takes up to `count` numbers in the caller's transaction: a rollback gives them back. Throws HeadquartersRewound while a channel database
 * knows more than headquarters: what it gave could be a number that was given before.
 */
export async function takeNumbers(
  tx: EntityManager,
  name: string,
  count: number,
): Promise<{ first: number; taken: number; sequence: NumberSequence }> {
  // The update comes first: it holds the row, so that two takers never see the same number.
  const row = await one<{ prefix: string; digits: number; next_number: number; largest: number; warn_below: number }>(
    tx,
    `update number_sequence set next_number = next_number + $1
     where name = $2 and not exists (select 1 from rewinding where verdict = 'AHEAD') returning prefix, digits, next_number, largest, warn_below`,
    [count, name],
  );
  if (!row) {
    const ahead = await one<{ name: string }>(
      tx,
      `select min(channel_database) as name from rewinding where verdict = 'AHEAD'`,
    );
    if (ahead?.name) throw new HeadquartersRewound(ahead.name);
  }
  if (!row) throw new Error(`There is no number sequence "${name}".`);
  const first = row.next_number - count;
  const taken = Math.max(0, Math.min(count, row.largest - first + 1));
  if (taken < count) await changeNumberSequence(tx, name, { nextNumber: first + taken });
  const { prefix, digits, largest, warn_below: warnBelow } = row;
  return { first, taken, sequence: { name, prefix, digits, largest, warnBelow, nextNumber: first + taken } };
}

/** Leaves out all numbers up to `past`, and as many more as `and` says; answers the next number. */
export async function skipNumbers(
  tx: EntityManager,
  name: string,
  { past, and }: { past: number; and: number },
): Promise<number> {
  const row = await one<{ next_number: number }>(
    tx,
    `update number_sequence set next_number = case when next_number <= $1 then $1 + 1 else next_number end + $2 where name = $3 returning next_number`,
    [past, and, name],
  );
  return Number(row!.next_number);
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

/** Moves a stream's head to `value`, unless it is there or further; answers where it stands. */
export async function moveHead(tx: EntityManager, name: string, value: number): Promise<number> {
  await sql(tx, 'update head set value = $1 where name = $2 and value < $1', [value, name]);
  return headOf(tx, name);
}

/** The newest number of a stream. */
export async function headOf(db: EntityManager, name: string): Promise<number> {
  const row = await one<{ value: number }>(db, 'select value from head where name = $1', [name]);
  return row!.value;
}
