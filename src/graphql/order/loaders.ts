import { visibleTo } from '../../access/viewer.ts';
import { newestOfCustomers, type RecordedTransaction, type TransactionRow } from '../../data/channel/transaction.ts';
import { type RetailTransaction as Received, transactionsWhere } from '../../data/hq/transaction.ts';
import { readable } from '../../domain/transaction-rules.ts';
import { whenUnavailable } from '../../errors.ts';
import { type ChannelKey, firstLoader, inChannels, keyText, loader, rowLoader } from '../loader.ts';

/** A transaction at headquarters as it is shown: as much of the payload as is valid, whatever was sent. */
export const fromHeadquarters = ({
  sequence,
  uuid,
  channel,
  payload,
  createdAt,
  status,
  modifiedAt,
}: Pick<
  Received,
  'sequence' | 'uuid' | 'channel' | 'payload' | 'createdAt' | 'status' | 'modifiedAt'
>): TransactionRow => ({
  id: sequence,
  uuid,
  channel,
  body: readable(payload),
  createdAt,
  canceledAt: status === 'CANCELED' ? modifiedAt : null,
});

/** A channel's transaction at headquarters; null if it was not uploaded or headquarters does not answer. */
export const received = loader<ChannelKey, Received | null>(async (keys, { hq }) => {
  const uuids = [...new Set(keys.map(({ uuid }) => uuid))];
  const rows = await hq.read((db) => transactionsWhere(db, { uuid: uuids })).catch(whenUnavailable([]));
  const found = new Map(rows.map((row) => [keyText(row), row]));
  return keys.map((key) => found.get(keyText(key)) ?? null);
}, keyText);

/** A transaction at headquarters. */
export const bySequence = rowLoader<number, Received>(
  async (sequences, { hq, viewer }) =>
    visibleTo(viewer, await hq.read((db) => transactionsWhere(db, { sequence: sequences }))),
  ({ sequence }) => sequence,
);

/** The newest orders and sales of a customer of a channel, from its own database. */
export const newestOf = firstLoader<ChannelKey & { limit: number }, RecordedTransaction>(
  (keys, limit, { channels }) => inChannels(channels, keys, (db, uuids) => newestOfCustomers(db, uuids, limit)),
  keyText,
  ({ channel, body }) => keyText({ channel, uuid: body.customerUuid ?? '' }),
);
