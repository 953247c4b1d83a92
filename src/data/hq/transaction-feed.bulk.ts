import type { EntityManager } from 'typeorm';
import { copied, insertInto, readShape, shapeOf } from '../columns.ts';
import { listed } from '../dialect/expressions.ts';
import { sql } from '../sql.ts';
import { RetailTransaction } from './transaction.ts';
import { collectStatusChanges, TransactionFeedEntry } from './transaction-feed.ts';

/**
 * Follows a transaction. The function that it returns is called last, before the commit: it adds each changed status to the feed and
 * returns the channels with new entries. So each entry says what is committed, and the heads of the feeds are the last rows to be locked,
 * in the order of their channels: two transactions cannot wait for each other there.
 */
export function followStatuses(tx: EntityManager): () => Promise<string[]> {
  const sequences = collectStatusChanges(tx);
  return async () => (sequences.size === 0 ? [] : append(tx, JSON.stringify([...sequences])));
}

/** Two statements, however many transactions and channels there are. */
async function append(tx: EntityManager, sequences: string): Promise<string[]> {
  const of = `t.sequence in ${listed(tx, '$1', 'bigint')}`;
  const heads = await sql<{ channel: string }>(
    tx,
    `insert into transaction_feed_head (channel, sequence)
     select t.channel, count(*) from retail_transaction t where ${of} group by t.channel order by t.channel
     on conflict (channel) do update set sequence = transaction_feed_head.sequence + excluded.sequence returning channel`,
    [sequences],
  );
  const reason = (column: string) => `case when t.status in ('WAITING', 'FAILED') then t.${column} end`;
  await sql(
    tx,
    `${insertInto(tx, TransactionFeedEntry, {
      ...copied('t', ['channel']),
      // The heads are where they will be with the new entries.
      sequence:
        'h.sequence - count(*) over (partition by t.channel) + row_number() over (partition by t.channel order by t.sequence)',
      transactionSequence: 't.sequence',
      status: 't.status',
      at: 't.modified_at',
      errorCode: reason('error_code'),
      error: reason('error'),
    })}
     from retail_transaction t join transaction_feed_head h on h.channel = t.channel where ${of} order by t.channel, t.sequence`,
    [sequences],
  );
  return heads.map(({ channel }) => channel);
}

/** An entry with what never changes in its transaction again once the entry's status refers to it. */
export type TransactionFeedRow = TransactionFeedEntry &
  Pick<RetailTransaction, 'uuid' | 'kind' | 'statementId' | 'aggregateId'>;

/** The entries of a channel from the one numbered `first`, in order. */
export const transactionFeedFrom = (
  db: EntityManager,
  channel: string,
  first: number,
  limit: number,
): Promise<TransactionFeedRow[]> =>
  readShape(
    db,
    {
      ...shapeOf(db, TransactionFeedEntry, ['channel', 'sequence', 'transactionSequence', 'status', 'at']),
      ...shapeOf(db, TransactionFeedEntry, ['errorCode', 'error']),
      ...shapeOf(db, RetailTransaction, ['uuid', 'kind', 'statementId', 'aggregateId']),
    },
    `select f.*, t.uuid, t.kind, t.statement_id, t.aggregate_id from transaction_feed f cross join retail_transaction t
     where f.channel = $1 and f.sequence >= $2 and t.sequence = f.transaction_sequence order by f.sequence limit $3`,
    [channel, first, limit],
    { order: 'x.sequence' },
  );
