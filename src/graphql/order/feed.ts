import { type TransactionFeedRow, transactionFeedFrom } from '../../data/hq/transaction-feed.bulk.ts';
import {
  type TransactionFeedEntry,
  transactionFeedEntry,
  transactionFeedHead,
} from '../../data/hq/transaction-feed.ts';
import { type ReceivedStatus, statusOf } from '../../domain/transaction-status.ts';
import { CursorInvalid } from '../../errors.ts';
import { topics } from '../../events/nudges.ts';
import { builder } from '../builder.ts';
import { errorField } from '../failures.ts';
import { feedEvent, feedSubscription, sealed, sequenceField, unsealed } from '../feed.ts';
import { TransactionalStatement } from '../statement/parts.ts';
import { enumOf } from '../vocabulary.ts';
import { bySequence, fromHeadquarters } from './loaders.ts';
import { meanings } from './processing.ts';
import { SalesOrder, salesOrderOfAggregate, salesOrderOfTransaction } from './sales-order.ts';
import { RetailTransaction } from './transaction.ts';

/*
 * The feed of a channel’s orders and sales at headquarters. Taking a sale into a statement or clearing the statement changes no status, so
 * neither is in the feed.
 */

/** The most statuses in one event. Whole transactions may be selected, with all their lines. */
const PAGE = 100;

const Status = enumOf<ReceivedStatus>(
  'TransactionStatus',
  'A status of an order or a sale at headquarters: a value of OrderStatus or SaleStatus.',
  {
    RECEIVED:
      'Headquarters has received it. A transaction returns to this status whenever it is to be processed again: after a wait, for a retry, or because an operator corrected, retried, or revalidated it or removed it from a statement.',
    WAITING: meanings.WAITING,
    FAILED: 'Set aside; `error` gives the reason.',
    EDITING: meanings.EDITING,
    SYNCHRONIZED: meanings.SYNCHRONIZED,
    VALIDATED: meanings.VALIDATED,
    POSTED: meanings.POSTED,
    CANCELED:
      'Headquarters has received its cancellation. In its channel, the order is CANCELED from the moment it is canceled.',
    VOIDED: meanings.VOIDED,
  },
);

const SyncedTransaction = builder.objectRef<TransactionFeedRow>('SyncedTransaction').implement({
  description: 'An order or a sale that has reached a new status at headquarters.',
  fields: (t) => ({
    sequence: sequenceField(t, 'orders and sales'),
    uuid: t.expose('uuid', { type: 'UUID', description: 'The permanent UUID of the order or sale.' }),
    status: t.field({
      type: Status,
      description: 'The status that it reached, which may have changed since.',
      resolve: statusOf,
    }),
    changedAt: t.expose('at', { type: 'DateTime', description: 'When it reached the status.' }),
    error: errorField(t, 'Why it was WAITING or FAILED. Null for any other status.'),
    transaction: t.field({
      type: RetailTransaction,
      description: 'The order or sale, as headquarters has it now.',
      resolve: async ({ transactionSequence }, _args, context) =>
        fromHeadquarters((await bySequence(context).load(transactionSequence))!),
    }),
    salesOrder: t.field({
      type: SalesOrder,
      nullable: true,
      description:
        'The sales order of an order that is SYNCHRONIZED or CANCELED, or of a sale that is POSTED, with its invoice. Null if there was none.',
      resolve: ({ status, transactionSequence, aggregateId }, _args, context) => {
        if (status === 'POSTED') return salesOrderOfAggregate(context).load(aggregateId!);
        return status === 'SUCCEEDED' || status === 'CANCELED'
          ? salesOrderOfTransaction(context).load(transactionSequence)
          : null;
      },
    }),
    statement: t.field({
      type: TransactionalStatement,
      nullable: true,
      description: 'The statement that posted the sale. Null unless the status is POSTED.',
      resolve: ({ status, statementId }) => (status === 'POSTED' ? statementId : null),
    }),
  }),
});

/**
 * A cursor says which entry it points to. Where a restored headquarters has forgotten that entry, or has another one in its place, the cursor
 * is refused, however far the feed has come again. Adopting a channel database changes nothing here.
 */
const cursorOf = ({ sequence, transactionSequence, status, at }: TransactionFeedEntry) =>
  sealed(`${sequence}:${transactionSequence}:${status}:${at}`);

feedSubscription<TransactionFeedRow>('transactionsSynced', {
  type: feedEvent('TransactionsSynced', {
    description: 'The next orders and sales of a channel that reached a new status at headquarters, in order.',
    what: 'transaction',
    list: 'transactions',
    type: SyncedTransaction,
    most: PAGE,
  }),
  description:
    'Orders and sales of a channel as they reach new statuses at headquarters. The last status of a transaction in the feed is its current one.',
  applied: 'status',
  topic: topics.transactions,
  async open(channel, { hq, channels }) {
    await channels.lookUp(channel);
    return {
      stream: channel,
      head: await hq.read((db) => transactionFeedHead(db, channel)),
      async after(cursor) {
        const [, sequence] = /^(\d{1,15}):/.exec(unsealed(cursor)) ?? [];
        const entry = sequence && (await hq.read((db) => transactionFeedEntry(db, channel, Number(sequence))));
        if (!entry || cursorOf(entry) !== cursor) throw new CursorInvalid();
        return entry.sequence;
      },
    };
  },
  async read(channel, position, { hq }) {
    // A page begins with the entry that it follows: if that is gone, headquarters was restored while a client was connected.
    const found = await hq.read((db) => transactionFeedFrom(db, channel, position, PAGE + 1));
    const rows = position === 0 ? found.slice(0, PAGE) : found.slice(1);
    if (position > 0 && found[0]?.sequence !== position) throw new CursorInvalid();
    const last = rows.at(-1);
    return last && { rows, cursor: cursorOf(last) };
  },
});
