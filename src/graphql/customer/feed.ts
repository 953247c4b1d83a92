import { mustUse } from '../../access/viewer.ts';
import { type FeedEntry, feedAfter, feedHead } from '../../data/channel/feed.ts';
import { self } from '../../data/channel/self.ts';
import { CursorInvalid } from '../../errors.ts';
import { type FeedSource, feedIterable } from '../../events/feed.ts';
import { topics } from '../../events/nudges.ts';
import { atMost } from '../bounded.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { ofChannel } from '../scopes.ts';
import { mustBeStorable } from '../storable.ts';

/** Account IDs that one event carries at most. */
const PAGE = 500;

interface FeedEvent {
  epoch: string;
  rows: FeedEntry[];
}

const SyncedCustomer = builder.objectRef<FeedEntry>('SyncedCustomer').implement({
  description: 'A customer whose account ID has come back to its channel.',
  fields: (t) => ({
    sequence: t.expose('sequence', {
      type: 'BigInt',
      description: 'Its place in the feed of the channel: 1, 2, 3 … without a gap.',
    }),
    uuid: t.expose('customerUuid', {
      type: 'UUID',
      description: 'The customer’s permanent UUID, which was its temporary account ID.',
    }),
    accountId: t.exposeString('accountId', { description: 'Its account ID.' }),
    syncedAt: t.expose('at', { type: 'DateTime', description: 'When the account ID came back.' }),
  }),
});

const AccountIdsSynced = builder.objectRef<FeedEvent>('AccountIdsSynced').implement({
  description: 'The next rows of a channel’s feed, in order.',
  fields: (t) => ({
    firstSequence: t.field({
      type: 'BigInt',
      description: 'Sequence of the first customer in this event.',
      resolve: ({ rows }) => rows[0]!.sequence,
    }),
    sequence: t.field({
      type: 'BigInt',
      description: 'Sequence of the last customer in this event.',
      resolve: ({ rows }) => rows.at(-1)!.sequence,
    }),
    cursor: t.string({
      description: 'Keep it when you have applied this event, and reconnect with it as `after`.',
      resolve: ({ epoch, rows }) => cursorOf(epoch, rows.at(-1)!.sequence),
    }),
    customers: t.field({
      type: [SyncedCustomer],
      ...atMost(PAGE),
      description: 'The customers, by sequence.',
      resolve: ({ rows }) => rows,
    }),
  }),
});

const cursorOf = (epoch: string, sequence: number) => Buffer.from(`${epoch}:${sequence}`).toString('base64url');

/** What sockets need to execute this field once for all its subscribers (http/). */
const feed: FeedSource<Context, FeedEvent> = {
  cursorArgument: 'after',
  async open({ channel, after }, { viewer, channels }) {
    // Sockets that share an execution come here without the resolver.
    mustBeStorable({ channel, after });
    mustUse(viewer, channel);
    const database = await channels.databaseOf(channel);
    const [{ epoch }, head] = await Promise.all([database.read(self), database.read((db) => feedHead(db, channel))]);
    return {
      stream: `${channel}:${epoch}`,
      topic: topics.accountIds(channel),
      position: positionOf(after, epoch, head),
    };
  },
  async read(stream, position, { channels }) {
    const [channel, epoch] = stream.split(':') as [string, string];
    const database = await channels.databaseOf(channel);
    const rows = await database.read((db) => feedAfter(db, channel, position, PAGE));
    return rows.length === 0 ? undefined : { event: { epoch, rows }, to: rows.at(-1)!.sequence };
  },
};

function positionOf(cursor: string | null | undefined, epoch: string, head: number): number {
  if (cursor === null || cursor === undefined) return 0;
  const [, named, sequence] = /^(.+):(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (named !== epoch || Number(sequence) > head) throw new CursorInvalid();
  return Number(sequence);
}

builder.subscriptionField('accountIdsSynced', (t) =>
  t.field({
    type: AccountIdsSynced,
    description:
      'Account IDs as they come back to a channel. Nothing is missed by reconnecting with the last cursor. Apply a customer if its sequence is your last + 1, ignore it if it is not greater than your last, begin again if it is greater: then each takes effect exactly once.',
    args: {
      channel: t.arg.string({ required: true, description: 'Code of the channel.' }),
      after: t.arg.string({
        description: 'Cursor of the last event that was applied. Left out: from the beginning of the feed.',
      }),
    },
    authScopes: ofChannel,
    extensions: { feed },
    subscribe: (_root, args, context) => feedIterable(feed, args, context, context.nudges),
    resolve: (event) => event as FeedEvent,
  }),
);
