import type { EntityManager } from 'typeorm';
import { type Gathered, type LooseSale, lastAggregates, looseSales, storeAggregates } from '../data/hq/aggregate.ts';
import { totalNames, type Worked } from '../data/hq/statement.ts';
import { type StatementSettings, settingsOf } from '../data/hq/statement-settings.ts';

/**
 * Gathers up to `limit` sales of these statements in aggregates: sales of one customer, in the order of their arrival, up to the limit of
 * lines. A sale is never split. Where the limit cuts makes no difference to what comes of it in the end. Answers how many it took.
 */
export async function aggregateSales(tx: EntityManager, statements: readonly Worked[], limit: number): Promise<number> {
  const ids = statements.map(({ id }) => id);
  const sales = await looseSales(tx, ids, limit);
  if (sales.length === 0) return 0;
  const settings = await settingsOf(tx, [...new Set(statements.map(({ channel }) => channel))]);
  const of = new Map(statements.map(({ id, channel }) => [id, settings.get(channel)!]));
  const open = new Map((await lastAggregates(tx, ids)).map((one) => [one.statement_id, one]));
  await storeAggregates(tx, gathered(sales, of, open));
  return sales.length;
}

/** `open` is the aggregate of each statement that may take more. */
function gathered(
  sales: readonly LooseSale[],
  settings: ReadonlyMap<number, StatementSettings>,
  open: Map<number, Gathered>,
): Gathered[] {
  const touched = new Set<Gathered>();
  for (const sale of sales) {
    const { default_customer_uuid: otherwise, ...rules } = settings.get(sale.statement_id)!;
    const customer = sale.customer_uuid ?? otherwise;
    const alone = !rules.aggregate_returns && isReturn(sale);
    const last = open.get(sale.statement_id);
    const fits =
      !alone &&
      last !== undefined &&
      last.customer_uuid === customer &&
      last.line_count + sale.lines <= rules.aggregation_line_limit;
    const one = fits ? last : empty(sale.statement_id, customer, alone);
    if (!fits && !alone) open.set(sale.statement_id, one);
    one.sales.push(sale.sequence);
    one.transaction_count += 1;
    one.line_count += sale.lines;
    for (const name of totalNames) one[name] += sale[name];
    touched.add(one);
  }
  return [...touched];
}

const isReturn = ({ quantity, gross }: LooseSale): boolean => gross < 0 || (gross === 0 && quantity < 0);

const empty = (statement: number, customer: string | null, alone: boolean): Gathered => ({
  id: null,
  statement_id: statement,
  customer_uuid: customer,
  is_return: alone,
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
