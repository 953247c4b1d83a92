import type { EntityManager } from 'typeorm';
import { ownChannel, type Viewer } from '../../access/viewer.ts';
import type { TransactionKey } from '../../data/channel/transaction.ts';
import { type RetailTransaction as Received, transactionsWhere } from '../../data/hq/transaction.ts';
import { InvalidInput, NotFound } from '../../errors.ts';
import { globalId } from '../arguments.ts';
import { builder } from '../builder.ts';
import { keyOfId } from '../loader.ts';
import { transactionOf } from './find.ts';
import { Order, RetailTransaction, Sale } from './transaction.ts';

/*
 * How clients identify an order or a sale, in queries and mutations alike.
 */

export const TransactionBy = builder.inputType('TransactionBy', {
  description: 'Identifies an order or a sale in one of three ways.',
  isOneOf: true,
  fields: (t) => ({
    uuid: t.field({ type: 'UUID', description: 'The permanent UUID.' }),
    confirmationNumber: t.string({ description: 'The confirmation number. Case does not matter.' }),
    id: t.field(globalId([Order, Sale], 'The global ID.')),
  }),
});

export interface By {
  uuid?: string | null | undefined;
  confirmationNumber?: string | null | undefined;
  id?: string | null | undefined;
}

/** The key of a transaction, with its channel if the global ID names it; undefined for a number that no transaction can have. */
export function keyIn({ id, uuid, confirmationNumber }: By): (TransactionKey & { channel?: string }) | undefined {
  if (id) return keyOfId(id);
  if (uuid) return { uuid };
  const reference = confirmationNumber?.trim().toUpperCase() ?? '';
  return /^[0-9A-Z-]{1,60}$/.test(reference) ? { reference } : undefined;
}

/** The channel that an input is about, for `authScopes`. */
export const channelIn = (by: By, channel: string | null | undefined): string | null | undefined =>
  by.id ? keyOfId(by.id).channel : channel;

/** The channel whose database has a transaction. Throws InvalidInput if an operator names none, or one that contradicts the ID. */
export function channelBy(viewer: Viewer, by: By, asked: string | null | undefined): string {
  const channel = channelIn(by, asked) ?? ownChannel(viewer);
  if (channel === undefined)
    throw new InvalidInput(['channel'], 'is required, unless the transaction is identified by its `id`', 'REQUIRED');
  if (asked && asked !== channel) throw new InvalidInput(['channel'], 'is not the channel of the `id`', 'CONSISTENCY');
  return channel;
}

/** The transaction at headquarters. Throws NotFound if there is none, and InvalidInput if there is one in each of several channels. */
export async function receivedBy(tx: EntityManager, by: By): Promise<Received> {
  const [[found, ...others] = []] = await allReceivedBy(tx, [by]);
  if (!found) throw new NotFound('transaction');
  if (others.some(({ channel }) => channel !== found.channel))
    throw new InvalidInput(['transaction'], 'exists in more than one channel: identify it by its `id`', 'UNIQUE');
  return found;
}

/** What each of these identifies at headquarters, which may be nothing, or a transaction in each of several channels. */
export async function allReceivedBy(tx: EntityManager, all: readonly By[]): Promise<Received[][]> {
  const keys = all.map(keyIn);
  const uuids = keys.flatMap((key) => (key && 'uuid' in key ? key.uuid : []));
  const references = keys.flatMap((key) => (key && 'reference' in key ? key.reference : []));
  const found = [
    ...(uuids.length > 0 ? await transactionsWhere(tx, { uuid: uuids }) : []),
    ...(references.length > 0 ? await transactionsWhere(tx, { reference: references }) : []),
  ];
  return keys.map((key) => (key === undefined ? [] : found.filter((row) => isSubset(key, row))));
}

const isSubset = (key: object, row: object): boolean =>
  Object.entries(key).every(([name, value]) => (row as Record<string, unknown>)[name] === value);

builder.queryField('transaction', (t) =>
  t.field({
    type: RetailTransaction,
    nullable: true,
    description: 'An order or a sale by UUID, confirmation number, or global ID. Null if there is none.',
    args: {
      by: t.arg({
        type: TransactionBy,
        required: true,
        description: 'The UUID, confirmation number, or global ID of the transaction.',
      }),
      channel: t.arg.string({
        description:
          'Search this channel’s own database first. Without a channel, an operator’s query searches headquarters first.',
      }),
    },
    authScopes: (_root, { by, channel }) => ({ channel: channelIn(by, channel) }),
    resolve: async (_root, { by, channel }, context) => {
      const within = channelIn(by, channel) ?? undefined;
      if (within !== undefined) await context.channels.lookUp(within);
      const key = keyIn(by);
      return key ? transactionOf(context, key, within) : null;
    },
  }),
);
