import { randomUUID } from 'node:crypto';
import type { App } from '../../src/app.ts';
import { sql } from '../../src/data/sql.ts';
import { readAdventureWorks, type WorksOrder, worksCurrency } from '../../src/demo/adventure-works.ts';
import { prepareTransaction, recordTransactions } from '../../src/domain/transaction.ts';

let real: WorksOrder[] | undefined;

/** Days on which the sales of a benchmark were made. */
const DAYS = 10;

/**
 * Records orders or sales in a channel in bulk, by the code that the API uses: the baskets of Adventure Works, again and again, each for one of the
 * channel's customers in turn.
 */
export async function loadTransactions(
  app: App,
  channel: string,
  kind: 'ONLINE_ORDER' | 'CASH_AND_CARRY',
  count: number,
): Promise<void> {
  real ??= readAdventureWorks().orders;
  const database = await app.channels.databaseOf(channel);
  const customers = (
    await database.read((db) =>
      sql<{ uuid: string }>(db, 'select uuid from customer where channel = $1 order by id', [channel]),
    )
  ).map(({ uuid }) => uuid);
  const settings = app.channels.get(channel);
  const at = new Date().toISOString();
  for (let done = 0; done < count; done += 1_000) {
    const prepared = Array.from({ length: Math.min(1_000, count - done) }, (_, index) => {
      const { lines, total } = real![(done + index) % real!.length]!;
      const amount = `${Math.trunc(total / 100)}.${String(total % 100).padStart(2, '0')}`;
      return prepareTransaction(
        settings,
        {
          kind,
          uuid: randomUUID(),
          customerUuid: customers[(done + index) % customers.length]!,
          businessDate: `2026-01-${String(1 + ((done + index) % DAYS)).padStart(2, '0')}`,
          currency: worksCurrency,
          lines,
          payments: [{ tender: 'CARD', amount }],
          total: amount,
        },
        at,
      );
    });
    const results = await database.write((tx) => recordTransactions(tx, prepared));
    const refused = results.find((result) => result instanceof Error);
    if (refused) throw refused;
  }
}
