import { ownChannel } from '../../access/viewer.ts';
import { channelTransaction, type TransactionKey, type TransactionRow } from '../../data/channel/transaction.ts';
import { channelDatabaseByName } from '../../data/hq/channel.ts';
import { transactionsWhere } from '../../data/hq/transaction.ts';
import { uuidRule } from '../../domain/rules.ts';
import { whenUnavailable } from '../../errors.ts';
import type { Context } from '../context.ts';
import { fromHeadquarters } from './loaders.ts';

/**
 * A transaction. Within a channel, searches its own database, then headquarters in case the channel lost it. Otherwise, headquarters, then each
 * channel database.
 */
export async function transactionOf(
  context: Context,
  key: TransactionKey,
  channel?: string,
): Promise<TransactionRow | null> {
  if ('uuid' in key && !uuidRule.safeParse(key.uuid).success) return null;
  const within = channel ?? ownChannel(context.viewer);
  if (within !== undefined)
    return (await inChannel(context, key, within)) ?? (await atHeadquarters(context, { ...key, channel: within }));
  const received = await atHeadquarters(context, key);
  if (received) return received;
  for (const { code } of context.channels.all()) {
    const recorded = await inChannel(context, key, code);
    if (recorded) return recorded;
  }
  return null;
}

async function inChannel({ channels }: Context, key: TransactionKey, channel: string) {
  const database = await channels.databaseOf(channel);
  return database.read((db) => channelTransaction(db, channel, key));
}

async function atHeadquarters({ hq }: Context, key: TransactionKey & { channel?: string }) {
  const [found] = await hq.read((db) => transactionsWhere(db, key)).catch(whenUnavailable([]));
  return found ? fromHeadquarters(found) : null;
}

/** The replication counter up to which headquarters has received the log of a channel database; null if headquarters does not answer. */
export async function receivedUpTo({ hq, channels }: Context, channel: string): Promise<number | null> {
  const { channelDatabase } = await channels.lookUp(channel);
  return hq
    .read((db) => channelDatabaseByName(db, channelDatabase))
    .then((database) => database?.lastReceived ?? 0)
    .catch(whenUnavailable(null));
}
