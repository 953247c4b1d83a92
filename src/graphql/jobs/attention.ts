import { encodeGlobalID } from '@pothos/plugin-relay';
import {
  type AttentionFilter,
  type AttentionKind,
  type AttentionRow,
  attentionCounts,
  attentionKinds,
  attentionPage,
  type Waiting,
} from '../../data/hq/attention.ts';
import { dayIn } from '../../domain/business-day.ts';
import { CursorInvalid, InvalidInput } from '../../errors.ts';
import { topics } from '../../events/nudges.ts';
import { sharedChanges } from '../../events/shared-changes.ts';
import { jobNames, stepsOf } from '../../jobs/index.ts';
import { atMost } from '../bounded.ts';
import { builder } from '../builder.ts';
import { Channel, channelOf } from '../channel/channel.ts';
import type { Context } from '../context.ts';
import { LARGEST_PAGE } from '../keyset.ts';
import { ofChannel } from '../scopes.ts';
import { enumOf } from '../vocabulary.ts';

/** Ms after which what waits is shown: waiting for a moment is normal. */
const NORMAL_WAIT = 15 * 60_000;
/** Ms after which it is shown even where a schedule, or somebody's end of day, should get to it. */
const LONGEST_WAIT = 24 * 60 * 60_000;
/** Ms between two events of the subscription at the least. */
const AT_MOST_EVERY = 500;

interface Meaning {
  description: string;
  /** GraphQL type of the record that it is about. */
  type: string;
  toDo: string;
  /** What to do when it has this code, instead. */
  toDoFor?: Record<string, string>;
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
  CHANNEL_DATABASE_UNAVAILABLE: {
    description: 'The database of a channel does not answer headquarters.',
    type: 'Channel',
    toDo: 'See that the database is there and can be reached; what waits in it goes on by itself then.',
  },
  JOB_FAILED: {
    description:
      'A job, alone or in a chain, failed for a channel, and has not done its work for that channel since. What failed for many channels in one run is one thing.',
    type: 'JobRun',
    toDo: 'Read its error and its failures, remove the cause, then retryJobRun; the next scheduled run tries too.',
  },
  CHANNEL_NOT_UPLOADED: {
    description: 'A channel has operations, the oldest of them for more than 15 minutes, that were not uploaded.',
    type: 'Channel',
    toDo: 'Run the P-job or the conversion for the channel. Enable a schedule that does, or live conversion.',
  },
  CHANNEL_NOT_DOWNLOADED: {
    description:
      'Headquarters has account IDs or corrections for a channel, the oldest of them for more than 15 minutes, that were not downloaded.',
    type: 'Channel',
    toDo: 'Run 1010 or the conversion for the channel. Enable a schedule that does, or live conversion.',
  },
  WORK_WAITING: {
    description:
      'Customer operations or orders of a channel have waited at headquarters for more than 15 minutes and no schedule gets to them; or they, or sales, have waited for more than a day.',
    type: 'Channel',
    toDo: 'Run the conversion for the channel. Enable a schedule that does, or live conversion.',
    toDoFor: {
      ORDERS_WAIT: 'Run Synchronize orders for the channel. Enable a schedule that does, or live conversion.',
      SALES_WAIT: 'Run the end of day for the channel, or create a schedule that does.',
    },
  },
  STATEMENT_FAILED: {
    description: 'A statement stopped before a state; the next attempt resumes there.',
    type: 'Statement',
    toDo: 'Remove the cause that its error names, then run the job again: calculate or post. While nothing is posted it can be cleared.',
  },
  STATEMENT_NOT_POSTED: {
    description: 'A statement was started, or calculated, more than a day ago and is not posted.',
    type: 'Statement',
    toDo: 'Run the end of day for its channel, or create a schedule that does.',
  },
  STATEMENT_MISSING: {
    description: 'Validated sales, or closed shifts, of a channel have been in no statement for more than a day.',
    type: 'Channel',
    toDo: 'Run the end of day for the channel, or create a schedule that does.',
  },
  CUSTOMER_OPERATION_FAILED: {
    description: 'A customer operation was set aside: that customer gets no account ID, or lacks a change.',
    type: 'CustomerOperation',
    toDo: 'Correct it with correctCustomerOperation, or retry it with retryCustomerOperation. Orders and sales that wait for it go on by themselves.',
    toDoFor: {
      CUSTOMER_EXISTS:
        'Two customers have one UUID: create this one in its channel again with a UUID of its own, and let its orders and sales name that with editTransaction.',
    },
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
    toDoFor: {
      ASYNC_ADDRESS_NOT_UPLOADED:
        'If the customer has no address with this UUID, name another one with editTransaction. If it has, see that its channel uploads (P-job).',
      NUMBER_SEQUENCE_EXHAUSTED: 'Extend the number sequence with updateNumberSequence.',
    },
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

const Kind = enumOf(
  'AttentionKind',
  'Why a person is needed, worst first.',
  Object.fromEntries(attentionKinds.map((kind) => [kind, meanings[kind].description])) as Record<AttentionKind, string>,
);

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
    message: t.exposeString('message', {
      nullable: true,
      description: 'The reason, for people: which record, which channel, since when.',
    }),
    toDo: t.string({
      description: 'What a person can do about it.',
      resolve: ({ kind, code }) => meanings[kind].toDoFor?.[code ?? ''] ?? meanings[kind].toDo,
    }),
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
  /** Pages that were read a moment ago: thousands who watch the same ask for the same one. */
  pages: Map<string, Promise<AttentionRow[]>>;
  counts: Awaited<ReturnType<typeof attentionCounts>>;
}

const Summary = builder.objectRef<Attention>('Attention').implement({
  description:
    'Everything that needs a person. Empty means: whatever waits, waits normally, and something will move it.',
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
      resolve: ({ filter, pages }, { first, after }, { hq }) => {
        const limit = first ?? 20;
        if (limit < 1 || limit > LARGEST_PAGE)
          throw new InvalidInput(['first'], `must be between 1 and ${LARGEST_PAGE}`);
        const from = after ? keyFrom(after) : undefined;
        const key = JSON.stringify([limit, from]);
        const page = pages.get(key) ?? hq.read((db) => attentionPage(db, filter, { limit, after: from }));
        if (!pages.has(key)) {
          pages.set(key, page);
          setTimeout(() => pages.delete(key), AT_MOST_EVERY).unref();
        }
        return page;
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
    authScopes: ofChannel,
    resolve: (_root, args, context) => attentionFor(args, context),
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
    authScopes: ofChannel,
    subscribe: (_root, args, context) => {
      const scope = JSON.stringify(['attention', channelOf(context, args.channel), [...(args.kinds ?? [])].sort()]);
      let seen = '';
      return sharedChanges<Attention>(scope, {
        nudges: context.nudges,
        topic: topics.jobRuns,
        pollEvery: 1_000,
        atMostEvery: AT_MOST_EVERY,
        read: async () => {
          const attention = await attentionFor(args, context);
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

interface Asked {
  channel?: string | null | undefined;
  kinds?: readonly AttentionKind[] | null | undefined;
}

async function attentionFor(args: Asked, context: Context): Promise<Attention> {
  const { hq, backlogs } = context;
  const filter = filterFrom(args, context);
  const looksElsewhere = !args.kinds || args.kinds.some((kind) => meanings[kind].type === 'Channel');
  const observed = looksElsewhere ? await backlogs.waitingSince(filter.waitingSince) : [];
  const asked = { ...filter, observed };
  return { filter: asked, pages: new Map(), counts: await hq.read((db) => attentionCounts(db, asked)) };
}

function filterFrom(args: Asked, context: Context): Omit<AttentionFilter, 'observed'> {
  const channel = channelOf(context, args.channel);
  const at = context.now();
  const before = (ms: number) => new Date(Date.parse(at) - ms).toISOString();
  return {
    channel,
    kinds: args.kinds ?? undefined,
    waitingSince: before(NORMAL_WAIT),
    dayAgo: before(LONGEST_WAIT),
    today: context.channels.all().map(({ code, timeZone }) => ({ channel: code, today: dayIn(timeZone, at) })),
    movers,
  };
}

/** Which jobs and chains move what waits. */
const movers = Object.entries({ customers: 'synchronize-customers', orders: 'synchronize-orders' }).flatMap(
  ([what, step]) =>
    jobNames.filter((job) => stepsOf(job).includes(step)).map((job) => ({ what: what as Waiting, job })),
);

function cursorOf({ rank, since, item }: AttentionRow): string {
  return Buffer.from(JSON.stringify([rank, since, item])).toString('base64url');
}

function keyFrom(cursor: string) {
  try {
    const [rank, since, item] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Number.isInteger(rank) && typeof since === 'string' && typeof item === 'string') return { rank, since, item };
  } catch {
    // Falls through: whatever it is, it is none of ours.
  }
  throw new CursorInvalid();
}
