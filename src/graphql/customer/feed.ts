import { type FeedEntry, feedAfter, feedHead } from '../../data/channel/feed.ts';
import { self } from '../../data/channel/self.ts';
import { CursorInvalid } from '../../errors.ts';
import { topics } from '../../events/nudges.ts';
import { builder } from '../builder.ts';
import { feedEvent, feedSubscription, sealed, sequenceField, unsealed } from '../feed.ts';
import { Customer } from './customer.ts';
import { channelCustomer } from './loaders.ts';

/** The most account IDs in one event. */
const PAGE = 500;

const SyncedCustomer = builder.objectRef<FeedEntry>('SyncedCustomer').implement({
  description: 'A customer whose account ID has arrived in its channel.',
  fields: (t) => ({
    sequence: sequenceField(t, 'account IDs'),
    uuid: t.expose('customerUuid', {
      type: 'UUID',
      description: 'The customer’s permanent UUID, which was its temporary account ID.',
    }),
    accountId: t.exposeString('accountId', { description: 'The account ID.' }),
    syncedAt: t.expose('at', { type: 'DateTime', description: 'When the account ID arrived in the channel.' }),
    customer: t.field({
      type: Customer,
      nullable: true,
      description: 'The customer, as its channel has it now. Null if its database was replaced and has lost it.',
      resolve: ({ channel, customerUuid: uuid }, _args, context) => channelCustomer(context).load({ channel, uuid }),
    }),
  }),
});

export const cursorOf = (epoch: string, sequence: number) => sealed(`${epoch}:${sequence}`);

feedSubscription<FeedEntry>('accountIdsSynced', {
  type: feedEvent('AccountIdsSynced', {
    description: 'The next customers in the feed of a channel, in order.',
    what: 'customer',
    list: 'customers',
    type: SyncedCustomer,
    most: PAGE,
  }),
  description: 'Account IDs as they arrive in a channel.',
  applied: 'account ID',
  topic: topics.accountIds,
  async open(channel, { channels }) {
    const database = await channels.databaseOf(channel);
    const [{ epoch }, head] = await Promise.all([database.read(self), database.read((db) => feedHead(db, channel))]);
    return {
      stream: `${channel}:${epoch}`,
      head,
      after(cursor) {
        const [, named, sequence] = /^(.+):(\d{1,15})$/.exec(unsealed(cursor)) ?? [];
        if (named !== epoch || Number(sequence) > head) throw new CursorInvalid();
        return Number(sequence);
      },
    };
  },
  async read(stream, position, { channels }) {
    const [channel, epoch] = stream.split(':') as [string, string];
    const database = await channels.databaseOf(channel);
    const rows = await database.read((db) => feedAfter(db, channel, position, PAGE));
    const last = rows.at(-1);
    return last && { rows, cursor: cursorOf(epoch, last.sequence) };
  },
});
