import type { EntityManager } from 'typeorm';
import type { Actor } from '../data/hq/audit.ts';
import { markSales } from '../data/hq/calculation.bulk.ts';
import { markShifts, paidInShifts, storeTenderCounts, uncheckedInShifts } from '../data/hq/shift.bulk.ts';
import { shiftsWhere, type TenderCount } from '../data/hq/shift.ts';
import { addUpSales, lockStatements, moveStatements, type StatementSummary } from '../data/hq/statement.bulk.ts';
import { type ShiftTender, type TransactionPayment, tenders, tendersInTill } from '../data/transaction-facts.ts';
import { MOST } from './money.ts';

interface Calculated {
  /** The number of sales that were marked. */
  done: number;
  more: boolean;
}

/** Assigns the next `size` sales to these statements. Statements with no sales left become MARKED. */
export async function markBatch(
  tx: EntityManager,
  ids: readonly number[],
  size: number,
  who: Actor,
): Promise<Calculated> {
  const locked = await lockStatements(tx, ids, ['STARTED']);
  if (locked.length === 0) return { done: 0, more: false };
  const sales = idsOf(locked, 'TRANSACTIONAL');
  const marked = sales.length > 0 ? await markSales(tx, sales, size, who.at) : 0;
  if (marked === size) return { done: marked, more: true };
  const shifts = idsOf(locked, 'FINANCIAL');
  if (shifts.length > 0) await markShifts(tx, shifts);
  await moveStatements(
    tx,
    locked.map(({ id }) => id),
    'MARKED',
    who,
  );
  return { done: marked, more: false };
}

/** Calculates the totals of what is marked. Returns the number of statements. */
export async function calculateBatch(tx: EntityManager, ids: readonly number[], who: Actor): Promise<number> {
  const locked = await lockStatements(tx, ids, ['MARKED']);
  const sales = idsOf(locked, 'TRANSACTIONAL');
  if (sales.length > 0) await addUpSales(tx, sales);
  const shifts = idsOf(locked, 'FINANCIAL');
  if (shifts.length > 0) await storeTenderCounts(tx, shifts, await countsOf(tx, shifts));
  await moveStatements(
    tx,
    locked.map(({ id }) => id),
    'CALCULATED',
    who,
  );
  return locked.length;
}

const idsOf = (statements: readonly StatementSummary[], wanted: StatementSummary['type']): number[] =>
  statements.filter(({ type }) => type === wanted).map(({ id }) => id);

/**
 * Counted and expected amounts by shift and tender. The expected amount is the starting amount plus payments. Cash and checks that were not
 * counted count as 0. Any other tender that was not counted is unknown and is not compared.
 */
async function countsOf(tx: EntityManager, statements: readonly number[]): Promise<TenderCount[]> {
  const shifts = await shiftsWhere(tx, { statementId: statements });
  if (shifts.length === 0) return [];
  const ids = shifts.map(({ id }) => id);
  const counts = new Map<string, TenderCount>();
  const countOf = (shiftId: number, statementId: number, tender: string) => {
    const key = `${shiftId} ${tender}`;
    const nothing = (tendersInTill as readonly string[]).includes(tender) ? 0 : null;
    const known = counts.get(key) ?? { statementId, shiftId, tender, starting: 0, expected: 0, counted: nothing };
    counts.set(key, known);
    return known;
  };
  for (const { id, statementId: statement, tenders: counted } of shifts)
    for (const { tender, starting, counted: found } of valid<ShiftTender>(counted)) {
      const count = countOf(id, statement!, tender);
      count.starting += amount(starting);
      count.expected += amount(starting);
      if (found !== null && found !== undefined) count.counted = (count.counted ?? 0) + amount(found);
    }
  const statementOf = new Map(shifts.map(({ id, statementId: statement }) => [id, statement!]));
  const add = (shift: number, tender: string, paid: number) => {
    countOf(shift, statementOf.get(shift)!, tender).expected += paid;
  };
  for (const { shiftId: shift, tender, amount: paid } of await paidInShifts(tx, ids)) add(shift, tender, paid);
  // Sales that have not passed validation were paid all the same.
  for (const { shiftId: shift, payload } of await uncheckedInShifts(tx, ids))
    for (const payment of valid<TransactionPayment>(payload?.payments))
      add(shift, payment.tender, amount(payment.amount));
  return [...counts.values()];
}

/** Other software may have written anything to a channel database. */
const valid = <Row extends { tender: string }>(given: unknown): Row[] =>
  Array.isArray(given) ? given.filter((row) => (tenders as readonly unknown[]).includes(row?.tender)) : [];

const amount = (value: unknown): number =>
  typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= MOST ? value : 0;
