import type { EntityManager } from 'typeorm';
import { HeadquartersRewound } from '../../errors.ts';
import { columnOf, type EntityClass, selected, tableOf } from '../columns.ts';
import { one, single, sql } from '../sql.ts';
import { Customer } from './customer.ts';
import { Invoice } from './journal.ts';
import { changeNumberSequence, customerAccount, NumberSequence, numberIn, rangeOf } from './number-sequence.ts';
import { ReservedAccountId } from './reserved-account-id.ts';
import { Rewinding } from './rewinding.ts';
import { SalesOrder } from './sales-order.ts';
import { Statement } from './statement.ts';

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

/** The records that a sequence numbers, and the fields with their numbers. */
const numbered: Record<string, readonly [entity: EntityClass, field: string][]> = {
  [customerAccount]: [
    [Customer, 'accountId'],
    [ReservedAccountId, 'accountId'],
  ],
  'sales-order': [[SalesOrder, 'salesOrderId']],
  statement: [[Statement, 'statementId']],
  invoice: [[Invoice, 'invoiceId']],
};

/** The largest number in the format of a sequence that a record has; 0: none has one. */
export async function largestInUse(
  db: EntityManager,
  { name, ...format }: Pick<NumberSequence, 'name' | 'prefix' | 'digits'>,
): Promise<number> {
  const { smallest, largest } = rangeOf(format);
  const newest = numbered[name]!.map(([entity, field]) => {
    const { name: column } = columnOf(db, entity, field as never);
    return `select * from (select ${column} as id from ${tableOf(db, entity)}
      where ${column} >= $1 and ${column} <= $2 and length(${column}) = ${largest.length} order by ${column} desc limit 1) as of_${tableOf(db, entity)}`;
  });
  const found = await sql<{ id: string }>(db, newest.join(' union all '), [smallest, largest]);
  return Math.max(0, ...found.map(({ id }) => numberIn(format, id) ?? 0));
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
