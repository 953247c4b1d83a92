import { encodeGlobalID } from '@pothos/plugin-relay';
import {
  type AttentionFilter,
  type AttentionKind,
  type AttentionRow,
  aboutAttention,
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
import { atMost } from '../arguments.ts';
import { builder } from '../builder.ts';
import { Channel, channelOf } from '../channel/channel.ts';
import type { Context } from '../context.ts';
import { LARGEST_PAGE } from '../keyset.ts';
import { ofChannel } from '../scopes.ts';
import { enumOf } from '../vocabulary.ts';

/** Ms of waiting before something is listed. Waiting for a moment is normal. */
const NORMAL_WAIT = 15 * 60_000;
/** Ms of waiting before something is listed even though a schedule or an end of day should process it. */
const LONGEST_WAIT = 24 * 60 * 60_000;
/** Minimum ms between two events of the subscription. */
const AT_MOST_EVERY = 500;

const Kind = enumOf(
  'AttentionKind',
  'What needs attention, most urgent first.',
  Object.fromEntries(attentionKinds.map((kind) => [kind, aboutAttention(kind).description])) as Record<
    AttentionKind,
    string
  >,
);

const Item = builder.objectRef<AttentionRow>('AttentionItem').implement({
  description: 'Something that needs a person’s attention.',
  fields: (t) => ({
    kind: t.expose('kind', { type: Kind, description: 'The kind of problem.' }),
    subject: t.id({
      description: 'Global ID of the record concerned, for `node`.',
      resolve: ({ type, subject }) => encodeGlobalID(type, subject),
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
    code: t.exposeString('code', { nullable: true, description: 'The reason, for programs; null if there is none.' }),
    message: t.exposeString('message', {
      nullable: true,
      description: 'The reason, for people: the record, the channel, and since when; null if there is none.',
    }),
    toDo: t.string({
      description: 'What to do about it.',
      resolve: ({ kind, code }) => {
        const { toDo, toDoFor } = aboutAttention(kind);
        return toDoFor?.[code ?? ''] ?? toDo;
      },
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
  const looksElsewhere = !args.kinds || args.kinds.some((kind) => aboutAttention(kind).type === 'Channel');
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
