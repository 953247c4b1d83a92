import { Column, Entity, type EntityManager, LessThan, PrimaryColumn } from 'typeorm';

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

/** `C00000042` of the prefix `C`, 8 digits and 42. */
export const formatted = ({ prefix, digits }: Pick<NumberSequence, 'prefix' | 'digits'>, number: number): string =>
  prefix + String(number).padStart(digits, '0');

/** The smallest and the largest text in a format: all numbers lie between, and have the same length. */
export interface NumberRange {
  smallest: string;
  largest: string;
}

export const rangeOf = (format: Pick<NumberSequence, 'prefix' | 'digits'>): NumberRange => ({
  smallest: formatted(format, 0),
  largest: formatted(format, 10 ** format.digits - 1),
});

/** The newest number of a stream. */
export const headOf = async (db: EntityManager, name: string): Promise<number> =>
  (await db.findOneByOrFail(Head, { name })).value;

/** Moves a stream's head to `value`, unless it is there or further; answers where it stands. */
export async function moveHead(tx: EntityManager, name: string, value: number): Promise<number> {
  await tx.update(Head, { name, value: LessThan(value) }, { value });
  return headOf(tx, name);
}
