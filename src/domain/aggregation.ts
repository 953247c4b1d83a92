import type { EntityManager } from 'typeorm';
import { type Gathered, type LooseSale, lastAggregates, looseSales, storeAggregates } from '../data/hq/aggregate.ts';
import { totalNames, type Worked } from '../data/hq/statement.ts';
import { type StatementSettingsRow, settingsOf } from '../data/hq/statement-settings.ts';

/**
 * Gathers up to `limit` sales of these statements in aggregates: sales of one customer, in the order of their arrival, up to the limit of
 * lines. Returns are kept apart from sales, and prices with tax from prices without. A sale is never split. Where the limit cuts makes no difference to what comes of it in the end. Answers how many it took.
 */
export async function aggregateSales(
  tx: EntityManager,
  statements: readonly Worked[],
  limit: number,
  step: number,
): Promise<number> {
  const ids = statements.map(({ id }) => id);
  const sales = await looseSales(tx, ids, limit);
  if (sales.length === 0) return 0;
  const settings = await settingsOf(tx, [...new Set(statements.map(({ channel }) => channel))]);
  const of = new Map(statements.map(({ id, channel }) => [id, settings.get(channel)!]));
  const open = new Map((await lastAggregates(tx, ids)).map((one) => [one.statement_id, one]));
  await storeAggregates(tx, gathered(sales, of, open), step);
  return sales.length;
}

/** `open` is the last aggregate of each statement, which may take more. */
function gathered(
  sales: readonly LooseSale[],
  settings: ReadonlyMap<number, StatementSettingsRow>,
  open: Map<number, Gathered>,
): Gathered[] {
  const touched = new Set<Gathered>();
  for (const sale of sales) {
    const rules = settings.get(sale.statement_id)!;
    const last = open.get(sale.statement_id);
    const fits =
      last !== undefined &&
      last.customer_uuid === sale.customer_uuid &&
      last.is_return === sale.is_return &&
      last.prices_include_tax === sale.prices_include_tax &&
      (rules.aggregate_returns || !sale.is_return) &&
      last.line_count + sale.lines <= rules.aggregation_line_limit;
    const one = fits ? last : empty(sale);
    open.set(sale.statement_id, one);
    one.sales.push(sale.sequence);
    one.transaction_count += 1;
    one.line_count += sale.lines;
    for (const name of totalNames) one[name] += sale[name];
    touched.add(one);
  }
  return [...touched];
}

const empty = ({ statement_id, customer_uuid, is_return, prices_include_tax }: LooseSale): Gathered => ({
  id: null,
  statement_id,
  customer_uuid,
  is_return,
  prices_include_tax,
  transaction_count: 0,
  line_count: 0,
  net: 0,
  discount: 0,
  tax: 0,
  charge: 0,
  gross: 0,
  paid: 0,
  quantity: 0,
  sales: [],
});
