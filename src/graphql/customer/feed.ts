import { mustUse } from '../../access/viewer.ts';
import { type FeedEntry, feedAfter, feedHead } from '../../data/channel/feed.ts';
import { self } from '../../data/channel/self.ts';
import { CursorInvalid } from '../../errors.ts';
import { type FeedSource, feedIterable } from '../../events/feed.ts';
import { topics } from '../../events/nudges.ts';
import { atMost, mustBeStorable } from '../arguments.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { ofChannel } from '../scopes.ts';
import { enumOf } from '../vocabulary.ts';
import { Customer } from './customer.ts';
import { channelCustomer } from './loaders.ts';

/** The most account IDs in one event. */
const PAGE = 500;

interface FeedEvent {
  epoch: string;
  rows: FeedEntry[];
}

const SyncedCustomer = builder.objectRef<FeedEntry>('SyncedCustomer').implement({
  description: 'A customer whose account ID has arrived in its channel.',
  fields: (t) => ({
    sequence: t.expose('sequence', {
      type: 'BigInt',
      description: 'The position in the feed of the channel: 1, 2, 3 …, without gaps.',
    }),
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

const AccountIdsSynced = builder.objectRef<FeedEvent>('AccountIdsSynced').implement({
  description: 'The next customers in the feed of a channel, in order.',
  fields: (t) => ({
    firstSequence: t.field({
      type: 'BigInt',
      description: 'The `sequence` of the first customer in this event.',
      resolve: ({ rows }) => rows[0]!.sequence,
    }),
    sequence: t.field({
      type: 'BigInt',
      description: 'The `sequence` of the last customer in this event.',
      resolve: ({ rows }) => rows.at(-1)!.sequence,
    }),
    cursor: t.string({
      description: 'Store it once you have applied this event, and pass it as `after` when you reconnect.',
      resolve: ({ epoch, rows }) => cursorOf(epoch, rows.at(-1)!.sequence),
    }),
    customers: t.field({
      type: [SyncedCustomer],
      ...atMost(PAGE),
      description: 'The customers, in order of `sequence`.',
      resolve: ({ rows }) => rows,
    }),
  }),
});

export const cursorOf = (epoch: string, sequence: number) => Buffer.from(`${epoch}:${sequence}`).toString('base64url');

const FeedStart = enumOf('FeedStart', 'Where a feed starts without a cursor.', {
  BEGINNING: 'At its beginning: the first events repeat everything that has happened.',
  NOW: 'Now: the first event is the next thing that happens. A client that reconnects without a cursor misses what happened in between.',
});

/** Lets sockets execute this field once for all its subscribers (http/). */
const feed: FeedSource<Context, FeedEvent> = {
  cursorArgument: 'after',
  async open({ channel, after, from }, { viewer, channels }) {
    // Sockets that share an execution call this without running the resolver.
    mustBeStorable({ channel, after });
    mustUse(viewer, channel);
    const database = await channels.databaseOf(channel);
    const [{ epoch }, head] = await Promise.all([database.read(self), database.read((db) => feedHead(db, channel))]);
    return {
      stream: `${channel}:${epoch}`,
      topic: topics.accountIds(channel),
      position: positionOf(after, epoch, head) ?? (from === 'NOW' ? head : 0),
    };
  },
  async read(stream, position, { channels }) {
    const [channel, epoch] = stream.split(':') as [string, string];
    const database = await channels.databaseOf(channel);
    const rows = await database.read((db) => feedAfter(db, channel, position, PAGE));
    return rows.length === 0 ? undefined : { event: { epoch, rows }, to: rows.at(-1)!.sequence };
  },
};

function positionOf(cursor: string | null | undefined, epoch: string, head: number): number | undefined {
  if (cursor === null || cursor === undefined) return undefined;
  const [, named, sequence] = /^(.+):(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (named !== epoch || Number(sequence) > head) throw new CursorInvalid();
  return Number(sequence);
}

builder.subscriptionField('accountIdsSynced', (t) =>
  t.field({
    type: AccountIdsSynced,
    description:
      'Account IDs as they arrive in a channel. A client that reconnects with its last cursor misses nothing. To apply each account ID exactly once, compare its `sequence` with the last one you applied: apply last + 1, ignore anything up to last, and start over without a cursor if it is greater than last + 1.',
    args: {
      channel: t.arg.string({ required: true, description: 'The code of the channel.' }),
      after: t.arg.string({
        description: 'The cursor of the last event that you applied. Without one, the feed starts at `from`.',
      }),
      from: t.arg({
        type: FeedStart,
        required: true,
        defaultValue: 'BEGINNING',
        description: 'Where the feed starts if there is no cursor.',
      }),
    },
    authScopes: ofChannel,
    extensions: { feed },
    subscribe: (_root, args, context) => feedIterable(feed, args, context, context.nudges),
    resolve: (event) => event as FeedEvent,
  }),
);
