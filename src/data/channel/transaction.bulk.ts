import type { EntityManager } from 'typeorm';
import { insertAll, unpacked } from '../columns.ts';
import { sql } from '../sql.ts';
import { paymentColumns, type Tender } from '../transaction-facts.ts';
import { ChannelTransaction } from './transaction.ts';

type NewTransaction = Pick<ChannelTransaction, 'uuid' | 'channel' | 'body' | 'bodyHash' | 'counter' | 'createdAt'>;

export const insertTransactions = (tx: EntityManager, transactions: readonly NewTransaction[]) =>
  insertAll(
    tx,
    ChannelTransaction,
    transactions.map((transaction) => {
      const { kind, reference, customerUuid, businessDate, currency, gross, shiftUuid } = transaction.body;
      const copied = { kind, reference, customerUuid, businessDate, currency, gross, shiftUuid };
      return { ...transaction, ...copied, canceledAt: null };
    }),
  );

/** The tenders that were used in a shift. */
export async function tendersPaidWith(db: EntityManager, shift: string): Promise<Tender[]> {
  const { join, field } = unpacked(db, paymentColumns, 'body', 'payments', { list: true });
  const found = await sql<{ tender: Tender }>(
    db,
    `select distinct ${field('tender')} as tender from retail_transaction ${join} where shift_uuid = $1`,
    [shift],
  );
  return found.map(({ tender }) => tender);
}
