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
import { enumOf, valueOrNull } from '../vocabulary.ts';

/** Ms of waiting before something is listed. Waiting for a moment is normal. */
const NORMAL_WAIT = 15 * 60_000;
/** Ms of waiting before something is listed even though a schedule or an end of day should process it. */
const LONGEST_WAIT = 24 * 60 * 60_000;
/** Minimum ms between two events of the subscription. */
const AT_MOST_EVERY = 500;

interface Meaning {
  description: string;
  /** GraphQL type of the record concerned. */
  type: string;
  toDo: string;
  /** What to do instead for these codes. */
  toDoFor?: Record<string, string>;
}

const meanings: Record<AttentionKind, Meaning> = {
  HEADQUARTERS_REWOUND: {
    description:
      'A channel knows more than headquarters, which was restored from an older backup. No numbers are assigned.',
    type: 'Channel',
    toDo: 'Restore a newer backup of headquarters. Or continue with this one: run acceptRestoredHeadquarters, then runConversion.',
  },
  NUMBER_SEQUENCE_LOW: {
    description: 'A number sequence is running low or is exhausted.',
    type: 'NumberSequence',
    toDo: 'Extend it with updateNumberSequence. What is waiting for a number continues automatically.',
  },
  CHANNEL_DATABASE_UNAVAILABLE: {
    description: 'The database of a channel is unavailable to headquarters.',
    type: 'Channel',
    toDo: 'Make sure the database exists and can be reached. What is waiting in it then continues automatically.',
  },
  JOB_FAILED: {
    description:
      'A job, alone or in a chain, failed for a channel and has not succeeded for that channel since. A failure for many channels in one run is one item.',
    type: 'JobRun',
    toDo: 'Read its error and failures, fix the cause, then run retryJobRun. The next scheduled run also retries.',
  },
  CHANNEL_NOT_UPLOADED: {
    description: 'A channel has operations that have not been uploaded, the oldest for more than 15 minutes.',
    type: 'Channel',
    toDo: 'Run the P-job or the conversion for the channel. To prevent this, enable a schedule that does, or live conversion.',
  },
  CHANNEL_NOT_DOWNLOADED: {
    description:
      'Headquarters has account IDs or corrections for a channel that have not been downloaded, the oldest for more than 15 minutes.',
    type: 'Channel',
    toDo: 'Run 1010 or the conversion for the channel. To prevent this, enable a schedule that does, or live conversion.',
  },
  WORK_WAITING: {
    description:
      'Customer operations or orders of a channel have been waiting at headquarters for more than 15 minutes and no schedule will process them, or they or sales have been waiting for more than a day.',
    type: 'Channel',
    toDo: 'Run the conversion for the channel. To prevent this, enable a schedule that does, or live conversion.',
    toDoFor: {
      ORDERS_WAIT:
        'Run Synchronize orders for the channel. To prevent this, enable a schedule that does, or live conversion.',
      SALES_WAIT: 'Run the end of day for the channel, or create a schedule that does.',
    },
  },
  STATEMENT_FAILED: {
    description: 'A statement failed to reach its next state. The next attempt resumes there.',
    type: 'Statement',
    toDo: 'Fix the cause named in its error, then run the job again: calculate or post. Until posting begins, you can clear it instead.',
  },
  STATEMENT_NOT_POSTED: {
    description: 'A statement was started or calculated more than a day ago and has not been posted.',
    type: 'Statement',
    toDo: 'Run the end of day for its channel, or create a schedule that does.',
  },
  STATEMENT_MISSING: {
    description: 'Validated sales or closed shifts of a channel have not been in a statement for more than a day.',
    type: 'Channel',
    toDo: 'Run the end of day for the channel, or create a schedule that does.',
  },
  CUSTOMER_OPERATION_FAILED: {
    description: 'A customer operation was set aside, so the customer has no account ID or is missing a change.',
    type: 'CustomerOperation',
    toDo: 'Correct it with correctCustomerOperation, or retry it with retryCustomerOperation. Orders and sales waiting for it continue automatically.',
    toDoFor: {
      CUSTOMER_EXISTS:
        'Two customers share a UUID. Create this customer again in its channel with a new UUID, and change its orders and sales to that UUID with editTransaction.',
    },
  },
  TRANSACTION_FAILED: {
    description: 'An order or a sale was set aside.',
    type: 'RetailTransaction',
    toDo: 'Correct it with editTransaction, retry it with retryTransaction, or void it with voidTransaction.',
  },
  TRANSACTION_WAITING: {
    description: 'An order or a sale has been waiting for its customer or address for more than 15 minutes.',
    type: 'RetailTransaction',
    toDo: 'Make sure that the P-job uploads the channel that created the customer. If it never will, choose another customer with editTransaction, or void the transaction.',
    toDoFor: {
      ASYNC_ADDRESS_NOT_UPLOADED:
        'If the customer has no address with this UUID, choose another one with editTransaction. If the address exists, make sure that the P-job uploads its channel.',
      NUMBER_SEQUENCE_EXHAUSTED: 'Extend the number sequence with updateNumberSequence.',
    },
  },
  TRANSACTION_EDITING: {
    description: 'Somebody is editing an order or a sale, so jobs skip it.',
    type: 'RetailTransaction',
    toDo: 'Save it with editTransaction, or release it with releaseTransaction.',
  },
  SALES_ORDER_ON_HOLD: {
    description: 'A sales order has been on hold since its transaction was corrected.',
    type: 'SalesOrder',
    toDo: 'Review it, then release it with releaseSalesOrder.',
  },
  SHIFT_NOT_CLOSED: {
    description: 'A shift of an earlier business day is not closed, so its financial statement is waiting.',
    type: 'Shift',
    toDo: 'Count its tenders and close it in its channel with closeShift. If the channel has lost it, close it with closeLostShift.',
  },
};

const Kind = enumOf(
  'AttentionKind',
  'What needs attention, most urgent first.',
  Object.fromEntries(attentionKinds.map((kind) => [kind, meanings[kind].description])) as Record<AttentionKind, string>,
);

const Item = builder.objectRef<AttentionRow>('AttentionItem').implement({
  description: 'Something that needs a person’s attention.',
  fields: (t) => ({
    kind: t.expose('kind', { type: Kind, description: 'The kind of problem.' }),
    subject: t.id({
      description: 'Global ID of the record concerned, for `node`.',
      resolve: ({ kind, subject }) => encodeGlobalID(meanings[kind].type, subject),
    }),
    name: t.string({
      description: 'Name of the record concerned: the key within its type.',
      resolve: ({ subject }) => subject,
    }),
    channel: t.field({
      type: Channel,
      nullable: true,
      description: 'The channel concerned; null for headquarters as a whole.',
      resolve: ({ channel: code }, _args, { channels }) =>
        (code && channels.all().find((channel) => channel.code === code)) || null,
    }),
    since: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the problem started; null if unknown.',
      resolve: ({ since }) => since || null,
    }),
    code: valueOrNull(t, 'String', 'code', 'The reason, for programs; null if there is none.'),
    message: t.exposeString('message', {
      nullable: true,
      description: 'The reason, for people: the record, the channel, and since when; null if there is none.',
    }),
    toDo: t.string({
      description: 'What to do about it.',
      resolve: ({ kind, code }) => meanings[kind].toDoFor?.[code ?? ''] ?? meanings[kind].toDo,
    }),
    cursor: t.string({ description: 'Opaque cursor of this item, to pass as `after`.', resolve: cursorOf }),
  }),
});

const Count = builder.objectRef<{ kind: AttentionKind; count: number; oldest: string }>('AttentionCount').implement({
  description: 'The number of items of one kind.',
  fields: (t) => ({
    kind: t.expose('kind', { type: Kind, description: 'The kind counted.' }),
    count: t.expose('count', { type: 'BigInt', description: 'Number of items of this kind.' }),
    oldest: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the oldest of them started; null if unknown.',
      resolve: ({ oldest }) => oldest || null,
    }),
  }),
});

interface Attention {
  filter: AttentionFilter;
  /** Pages read a moment ago, because thousands of clients that watch the same list need the same page. */
  pages: Map<string, Promise<AttentionRow[]>>;
  counts: Awaited<ReturnType<typeof attentionCounts>>;
}

const Summary = builder.objectRef<Attention>('Attention').implement({
  description:
    'Everything that needs a person’s attention. Empty means all is well: whatever is waiting will be processed automatically.',
  fields: (t) => ({
    total: t.field({
      type: 'BigInt',
      description: 'Total number of items.',
      resolve: ({ counts }) => counts.reduce((sum, { count }) => sum + count, 0),
    }),
    counts: t.field({
      type: [Count],
      ...atMost(attentionKinds.length),
      description: 'Number of items of each kind, most urgent first.',
      resolve: ({ counts }) => counts,
    }),
    items: t.field({
      type: [Item],
      description: 'The items: most urgent kind first, and oldest first within a kind.',
      args: {
        first: t.arg.int({ description: 'The first n items, 1 to 100 (default 20).' }),
        after: t.arg.string({ description: 'Return items after this cursor.' }),
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
  channel: 'Only items of this channel, without those that concern headquarters as a whole.',
  kinds: 'Only items of these kinds.',
};

builder.queryField('attention', (t) =>
  t.field({
    type: Summary,
    nullable: true,
    description:
      'Everything that needs a person’s attention, most urgent first, with what to do about it. A channel’s client sees what concerns its channel.',
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
      'What needs a person’s attention. The first event is the current state; then comes an event whenever an item is added or resolved, at most twice a second.',
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

/** The jobs and chains that process what is waiting. */
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
    // Falls through: it is not one of our cursors.
  }
  throw new CursorInvalid();
}
