import { encodeGlobalID } from '@pothos/plugin-relay';
import {
  type AttentionFilter,
  type AttentionKind,
  type AttentionRow,
  attentionCounts,
  attentionKinds,
  attentionPage,
} from '../data/hq/attention.ts';
import { dayIn } from '../domain/business-day.ts';
import { mustUse } from '../domain/viewer.ts';
import { CursorInvalid, InvalidInput } from '../errors.ts';
import { changes } from '../events/changes.ts';
import { topics } from '../events/nudges.ts';
import { atMost } from './bounded.ts';
import { builder } from './builder.ts';
import { Channel } from './channel.ts';
import type { Context } from './context.ts';
import { LARGEST_PAGE } from './keyset.ts';

/** Ms after which a transaction that waits for its customer is shown: waiting for a moment is normal. */
const NORMAL_WAIT = 15 * 60_000;
/** Ms between two events of the subscription at the least. */
const AT_MOST_EVERY = 500;

interface Meaning {
  description: string;
  /** GraphQL type of the record that it is about. */
  type: string;
  toDo: string;
}

const meanings: Record<AttentionKind, Meaning> = {
  HEADQUARTERS_REWOUND: {
    description: 'A channel knows more than headquarters, which was restored from an older backup: no number is given.',
    type: 'Channel',
    toDo: 'Restore a newer backup of headquarters; or go on with this one: acceptRestoredHeadquarters, then runConversion.',
  },
  NUMBER_SEQUENCE_LOW: {
    description: 'A number sequence runs low, or is exhausted.',
    type: 'NumberSequence',
    toDo: 'Extend it with updateNumberSequence; what waits for a number goes on by itself.',
  },
  JOB_FAILED: {
    description: 'The newest run of a job ended with an error.',
    type: 'JobRun',
    toDo: 'Read its error and its failures, remove the cause, then retryJobRun; the next scheduled run tries too.',
  },
  STATEMENT_FAILED: {
    description: 'A statement stopped before a state; the next attempt resumes there.',
    type: 'Statement',
    toDo: 'Remove the cause that its error names, then run the job again: calculate or post. While nothing is posted it can be cleared.',
  },
  CUSTOMER_OPERATION_FAILED: {
    description: 'A customer operation was set aside: that customer gets no account ID, or lacks a change.',
    type: 'CustomerOperation',
    toDo: 'Correct it with correctCustomerOperation, or retry it with retryCustomerOperation. Orders and sales that wait for it go on by themselves.',
  },
  TRANSACTION_FAILED: {
    description: 'An order or a sale was set aside.',
    type: 'RetailTransaction',
    toDo: 'Correct it with editTransaction, retry it with retryTransaction, or void it with voidTransaction.',
  },
  TRANSACTION_WAITING: {
    description: 'An order or a sale has waited for its customer or address for more than 15 minutes.',
    type: 'RetailTransaction',
    toDo: 'See that the channel that created the customer uploads (P-job). If it never will, name another customer with editTransaction, or void it.',
  },
  TRANSACTION_EDITING: {
    description: 'Somebody is editing an order or a sale: jobs leave it alone.',
    type: 'RetailTransaction',
    toDo: 'Save it with editTransaction, or give it back with releaseTransaction.',
  },
  SALES_ORDER_ON_HOLD: {
    description: 'A sales order is on hold since its transaction was corrected.',
    type: 'SalesOrder',
    toDo: 'Look at it, then releaseSalesOrder.',
  },
  SHIFT_NOT_CLOSED: {
    description: 'A shift of an earlier business day is not closed: its financial statement waits.',
    type: 'Shift',
    toDo: 'Count its tenders and close it in its channel with closeShift; if the channel has lost it, close it here with closeLostShift.',
  },
};

const Kind = builder.enumType('AttentionKind', {
  description: 'Why a person is needed, worst first.',
  values: Object.fromEntries(
    attentionKinds.map((kind) => [kind, { description: meanings[kind].description }]),
  ) as Record<AttentionKind, { description: string }>,
});

const Item = builder.objectRef<AttentionRow>('AttentionItem').implement({
  description: 'Something that needs a person.',
  fields: (t) => ({
    kind: t.expose('kind', { type: Kind, description: 'What sort of thing it is.' }),
    subject: t.id({
      description: 'Global ID of the record that it is about, for `node`.',
      resolve: ({ kind, subject }) => encodeGlobalID(meanings[kind].type, subject),
    }),
    name: t.string({
      description: 'What the record is called: its key within its kind.',
      resolve: ({ subject }) => subject,
    }),
    channel: t.field({
      type: Channel,
      nullable: true,
      description: 'Which channel it concerns; null for headquarters as a whole.',
      resolve: ({ channel: code }, _args, { channels }) =>
        (code && channels.all().find((channel) => channel.code === code)) || null,
    }),
    since: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Since when.',
      resolve: ({ since }) => since || null,
    }),
    code: t.exposeString('code', { nullable: true, description: 'The reason, for programs.' }),
    message: t.exposeString('message', { nullable: true, description: 'The reason, for people.' }),
    toDo: t.string({ description: 'What a person can do about it.', resolve: ({ kind }) => meanings[kind].toDo }),
    cursor: t.string({ description: 'Its place in the list: pass it as `after`. Opaque.', resolve: cursorOf }),
  }),
});

const Count = builder.objectRef<{ kind: AttentionKind; count: number; oldest: string }>('AttentionCount').implement({
  description: 'How many things of a kind need a person.',
  fields: (t) => ({
    kind: t.expose('kind', { type: Kind, description: 'Which kind.' }),
    count: t.expose('count', { type: 'BigInt', description: 'How many.' }),
    oldest: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Since when the oldest of them has waited.',
      resolve: ({ oldest }) => oldest || null,
    }),
  }),
});

interface Attention {
  filter: AttentionFilter;
  counts: Awaited<ReturnType<typeof attentionCounts>>;
}

const Summary = builder.objectRef<Attention>('Attention').implement({
  description: 'Everything that needs a person. Empty means: whatever waits, waits normally.',
  fields: (t) => ({
    total: t.field({
      type: 'BigInt',
      description: 'How many things in all.',
      resolve: ({ counts }) => counts.reduce((sum, { count }) => sum + count, 0),
    }),
    counts: t.field({
      type: [Count],
      ...atMost(attentionKinds.length),
      description: 'How many of each kind, worst first.',
      resolve: ({ counts }) => counts,
    }),
    items: t.field({
      type: [Item],
      description: 'The things themselves: worst kind first, oldest first within a kind.',
      args: {
        first: t.arg.int({ description: '1 to 100. Default 20.' }),
        after: t.arg.string({ description: 'Begin behind this cursor.' }),
      },
      resolve: ({ filter }, { first, after }, { hq }) => {
        const limit = first ?? 20;
        if (limit < 1 || limit > LARGEST_PAGE)
          throw new InvalidInput(['first'], `must be between 1 and ${LARGEST_PAGE}`);
        return hq.read((db) => attentionPage(db, filter, { limit, after: after ? keyFrom(after) : undefined }));
      },
    }),
  }),
});

const about = {
  channel: 'Only of this channel; what concerns headquarters as a whole is left out then.',
  kinds: 'Only of these kinds.',
};

builder.queryField('attention', (t) =>
  t.field({
    type: Summary,
    nullable: true,
    description:
      'Failed things first: everything that needs a person, in one question, with what to do. A channel’s client sees what concerns its channel.',
    args: {
      channel: t.arg.string({ description: about.channel }),
      kinds: t.arg({ type: [Kind], description: about.kinds }),
    },
    resolve: (_root, args, context) => attentionFor(filterFrom(args, context), context),
  }),
);

builder.subscriptionField('attention', (t) =>
  t.field({
    type: Summary,
    description:
      'What needs a person, as it changes: first as it is now, then whenever something is added or mended, at most twice a second.',
    args: {
      channel: t.arg.string({ description: about.channel }),
      kinds: t.arg({ type: [Kind], description: about.kinds }),
    },
    subscribe: (_root, args, context) => {
      filterFrom(args, context);
      let seen = '';
      return changes<Attention>({
        nudges: context.nudges,
        topic: topics.jobRuns,
        pollEvery: 1_000,
        atMostEvery: AT_MOST_EVERY,
        read: async () => {
          const attention = await attentionFor(filterFrom(args, context), context);
          const now = JSON.stringify(attention.counts);
          if (now === seen) return undefined;
          seen = now;
          return attention;
        },
      });
    },
    resolve: (attention) => attention,
  }),
);

const attentionFor = async (filter: AttentionFilter, { hq }: Context): Promise<Attention> => ({
  filter,
  counts: await hq.read((db) => attentionCounts(db, filter)),
});

function filterFrom(
  args: { channel?: string | null | undefined; kinds?: readonly AttentionKind[] | null | undefined },
  { viewer, channels, now }: Context,
): AttentionFilter {
  const channel = args.channel ?? (viewer.kind === 'channel' ? viewer.channel : undefined);
  if (channel !== undefined) {
    mustUse(viewer, channel);
    channels.get(channel);
  }
  const at = now();
  return {
    ...(channel === undefined ? {} : { channel }),
    ...(args.kinds ? { kinds: args.kinds } : {}),
    waitingSince: new Date(Date.parse(at) - NORMAL_WAIT).toISOString(),
    today: channels.all().map(({ code, timeZone }) => ({ channel: code, today: dayIn(timeZone, at) })),
  };
}

function cursorOf({ rank, since, subject }: AttentionRow): string {
  return Buffer.from(JSON.stringify([rank, since, subject])).toString('base64url');
}

function keyFrom(cursor: string) {
  try {
    const [rank, since, subject] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Number.isInteger(rank) && typeof since === 'string' && typeof subject === 'string')
      return { rank, since, subject };
  } catch {
    // Falls through: whatever it is, it is none of ours.
  }
  throw new CursorInvalid();
}
