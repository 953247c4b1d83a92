import type { ObjectRef, OutputType } from '@pothos/core';
import { mustUse } from '../access/viewer.ts';
import { type FeedSource, feedIterable } from '../events/feed.ts';
import { atMost, mustBeStorable } from './arguments.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { ofChannel } from './scopes.ts';
import { enumOf, type Types } from './vocabulary.ts';

/*
 * Feeds of a channel: rows that are numbered 1, 2, 3 … without a gap, which clients follow from a cursor.
 */

export interface FeedEvent<Row> {
  rows: Row[];
  /** The cursor of the last row. */
  cursor: string;
}

const FeedStart = enumOf('FeedStart', 'Where a feed starts without a cursor.', {
  BEGINNING: 'At its beginning: the first events repeat everything that has happened.',
  NOW: 'Now: the first event is the next thing that happens. A client that reconnects without a cursor misses what happened in between.',
});

/** The field of a row that says where it is in the feed. */
export const sequenceField = <Row extends { sequence: number }>(
  t: PothosSchemaTypes.ObjectFieldBuilder<Types, Row>,
  what: string,
) =>
  t.field({
    type: 'BigInt',
    description: `The position in the feed of ${what} of the channel: 1, 2, 3 …, without gaps.`,
    resolve: ({ sequence }) => sequence,
  });

/** The type of a feed's events. */
export const feedEvent = <Row extends { sequence: number }>(
  name: string,
  {
    description,
    what,
    list,
    type,
    most,
  }: {
    description: string;
    /** One of the rows. */
    what: string;
    /** The field with the rows, and their type. */
    list: string;
    type: ObjectRef<Types, Row>;
    most: number;
  },
) =>
  builder.objectRef<FeedEvent<Row>>(name).implement({
    description,
    fields: (t) => ({
      firstSequence: t.field({
        type: 'BigInt',
        description: `The \`sequence\` of the first ${what} in this event.`,
        resolve: ({ rows }) => rows[0]!.sequence,
      }),
      sequence: t.field({
        type: 'BigInt',
        description: `The \`sequence\` of the last ${what} in this event.`,
        resolve: ({ rows }) => rows.at(-1)!.sequence,
      }),
      cursor: t.exposeString('cursor', {
        description: 'Store it once you have applied this event, and pass it as `after` when you reconnect.',
      }),
      [list]: t.field({
        type: [type as OutputType<Types>],
        ...atMost(most),
        description: `The ${list}, in order of \`sequence\`.`,
        resolve: ({ rows }: FeedEvent<Row>) => rows as never,
      }),
    }),
  });

interface ChannelFeed<Row> {
  type: ObjectRef<Types, FeedEvent<Row>>;
  /** What the feed reports. */
  description: string;
  /** What a client applies; completes "To apply each … exactly once". */
  applied: string;
  /** The nudge topic that wakes it. */
  topic: (channel: string) => string;
  /** Names the stream of a channel and says where it ends. `after` says where a cursor points, or throws CursorInvalid. */
  open: (
    channel: string,
    context: Context,
  ) => Promise<{ stream: string; head: number; after: (cursor: string) => number | Promise<number> }>;
  /** The next rows after a position; undefined if there are none. */
  read: (stream: string, position: number, context: Context) => Promise<FeedEvent<Row> | undefined>;
}

/** A subscription to a feed. Sockets execute it once for all its subscribers (http/). */
export function feedSubscription<Row extends { sequence: number }>(
  name: string,
  { type, description, applied, topic, open, read }: ChannelFeed<Row>,
): void {
  const feed: FeedSource<Context, FeedEvent<Row>> = {
    cursorArgument: 'after',
    async open({ channel, after: cursor, from }, context) {
      // Sockets that share an execution call this without running the resolver.
      mustBeStorable({ channel, after: cursor });
      mustUse(context.viewer, channel);
      const { stream, head, after } = await open(channel, context);
      const start = from === 'NOW' ? head : 0;
      const position = cursor === null || cursor === undefined ? start : await after(cursor);
      return { stream, topic: topic(channel), position };
    },
    async read(stream, position, context) {
      const event = await read(stream, position, context);
      return event && { event, to: event.rows.at(-1)!.sequence };
    },
  };
  builder.subscriptionField(name, (t) =>
    t.field({
      type: type as OutputType<Types>,
      description: `${description} A client that reconnects with its last cursor misses nothing. To apply each ${applied} exactly once, compare its \`sequence\` with the last one you applied: apply last + 1, ignore anything up to last, and start over without a cursor if it is greater than last + 1.`,
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
      resolve: (event) => event as never,
    }),
  );
}

/** An opaque cursor with this content, and the content of a cursor. */
export const sealed = (content: string): string => Buffer.from(content).toString('base64url');
export const unsealed = (cursor: string): string => Buffer.from(cursor, 'base64url').toString();
