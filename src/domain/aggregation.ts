import type { EntityManager } from 'typeorm';
import {
  type LooseSale,
  lastAggregates,
  looseSales,
  type OpenAggregate,
  storeAggregates,
} from '../data/hq/aggregate.bulk.ts';
import type { StatementSummary } from '../data/hq/statement.bulk.ts';
import { type StatementSettings, settingsOf } from '../data/hq/statement-settings.ts';
import { totalNames } from '../data/transaction-facts.ts';

/**
 * Gathers up to `limit` sales of these statements in aggregates. An aggregate contains the sales of one customer in order of arrival, up to the
 * limit of lines. Returns are separate from sales, and prices including tax from prices excluding tax. A sale is never split. The final
 * aggregates do not depend on `limit`. Returns the number of sales.
 */
export async function aggregateSales(
  tx: EntityManager,
  statements: readonly StatementSummary[],
  limit: number,
): Promise<number> {
  const ids = statements.map(({ id }) => id);
  const sales = await looseSales(tx, ids, limit);
  if (sales.length === 0) return 0;
  const settings = await settingsOf(tx, [...new Set(statements.map(({ channel }) => channel))]);
  const byStatement = new Map(statements.map(({ id, channel }) => [id, settings.get(channel)!]));
  const open = new Map((await lastAggregates(tx, ids)).map((aggregate) => [aggregate.statementId, aggregate]));
  await storeAggregates(tx, gathered(sales, byStatement, open));
  return sales.length;
}

/** `open` is the last aggregate of each statement, which may have room for more sales. */
function gathered(
  sales: readonly LooseSale[],
  settings: ReadonlyMap<number, StatementSettings>,
  open: Map<number, OpenAggregate>,
): OpenAggregate[] {
  const touched = new Set<OpenAggregate>();
  for (const { sequence, lines, ...sale } of sales) {
    const rules = settings.get(sale.statementId)!;
    const last = open.get(sale.statementId);
    const fits =
      last !== undefined &&
      last.customerUuid === sale.customerUuid &&
      last.isReturn === sale.isReturn &&
      last.pricesIncludeTax === sale.pricesIncludeTax &&
      (rules.aggregateReturns || !sale.isReturn) &&
      last.lineCount + lines <= rules.aggregationLineLimit;
    if (fits) {
      last.sales.push(sequence);
      last.transactionCount += 1;
      last.lineCount += lines;
      for (const name of totalNames) last[name] += sale[name];
      touched.add(last);
    } else {
      const fresh = { ...sale, id: null, transactionCount: 1, lineCount: lines, sales: [sequence] };
      open.set(sale.statementId, fresh);
      touched.add(fresh);
    }
  }
  return [...touched];
}
