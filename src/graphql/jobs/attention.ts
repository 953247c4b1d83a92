import { encodeGlobalID } from '@pothos/plugin-relay';
import {
  type AttentionKey,
  type AttentionKind,
  type AttentionRow,
  aboutAttention,
  attentionCounts,
  attentionKinds,
  attentionPage,
  attentionReasons,
  type AttentionFilter as Filter,
  type Waiting,
} from '../../data/hq/attention.ts';
import type { KeysetPage } from '../../data/keyset-page.ts';
import { dayIn } from '../../domain/business-day.ts';
import type { ErrorCode } from '../../errors.ts';
import { topics } from '../../events/nudges.ts';
import { sharedChanges } from '../../events/shared-changes.ts';
import { jobNames, stepsOf } from '../../jobs/index.ts';
import { atMost } from '../arguments.ts';
import { builder } from '../builder.ts';
import { Channel, channelOf } from '../channel/channel.ts';
import type { Context } from '../context.ts';
import { errorMeanings } from '../failures.ts';
import { conditionsOf, keysetConnection } from '../keyset.ts';
import { ofFilter } from '../scopes.ts';
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

type AttentionReason = keyof typeof attentionReasons | ErrorCode;
const Reason = enumOf<AttentionReason>(
  'AttentionReason',
  'Why something needs attention: an error that a job recorded, or what it waits for.',
  { ...errorMeanings, ...attentionReasons },
);

const Item = builder.objectRef<AttentionRow>('AttentionItem').implement({
  description: 'Something that needs a person’s attention.',
  fields: (t) => ({
    kind: t.expose('kind', { type: Kind, description: 'The kind of problem.' }),
    subject: t.id({
      description: 'Global ID of the record concerned, for `node`.',
      resolve: ({ type, subject }) => encodeGlobalID(type, subject),
    }),
    name: t.exposeString('name', {
      description: 'What people call the record concerned: `Order ABCD-EFGH-JKMN`, `Customer operation 12 of houston`.',
    }),
    channel: t.field({
      type: Channel,
      nullable: true,
      description: 'The channel concerned; null for headquarters as a whole.',
      resolve: async ({ channel: code }, _args, { channels }) => (code && (await channels.find([code]))[0]) || null,
    }),
    since: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the problem started; null if unknown.',
      resolve: ({ since }) => since || null,
    }),
    reason: t.field({
      type: Reason,
      description: 'The reason, for programs.',
      resolve: ({ reason }) => reason as AttentionReason,
    }),
    message: t.exposeString('message', {
      description: 'The reason, for people. It names the record and what is wrong with it.',
    }),
    toDo: t.string({
      description: 'What to do about it: which mutation to use, or what to fix first.',
      resolve: ({ kind, reason }) => {
        const { toDo, toDoFor } = aboutAttention(kind);
        return toDoFor?.[reason] ?? toDo;
      },
    }),
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
  filter: Filter;
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
      resolve: ({ counts }) => totalOf(counts),
    }),
    counts: t.field({
      type: [Count],
      ...atMost(attentionKinds.length),
      description: 'Number of items of each kind, most urgent first.',
      resolve: ({ counts }) => counts,
    }),
    items: t.connection(
      {
        type: Item,
        description: 'The items: most urgent kind first, and oldest first within a kind.',
        resolve: ({ filter, pages, counts }, args, { hq }) =>
          keysetConnection<string, AttentionRow>(
            { args, keyFrom: (cursor) => placeFrom(cursor) && cursor, count: async () => totalOf(counts) },
            ({ rank, since, item }) => JSON.stringify([rank, since, item]),
            (page) => {
              const key = JSON.stringify(page);
              const { after, before, limit, descending } = page;
              const places = { after: after && placeFrom(after), before: before && placeFrom(before) };
              const read =
                pages.get(key) ??
                hq.read((db) =>
                  attentionPage(db, filter, { ...places, limit, descending } as KeysetPage<AttentionKey>),
                );
              if (!pages.has(key)) {
                pages.set(key, read);
                setTimeout(() => pages.delete(key), AT_MOST_EVERY).unref();
              }
              return read;
            },
          ),
      },
      { name: 'AttentionItemConnection' },
      { name: 'AttentionItemEdge' },
    ),
  }),
});

const AttentionFilter = builder.inputType('AttentionFilter', {
  description: 'Limits a list of items to those that match every field.',
  fields: (t) => ({
    kinds: t.field({ type: [Kind], description: 'Only items of these kinds.' }),
    channel: t.string({
      description: 'Only items of the channel with this code, without those that concern headquarters as a whole.',
    }),
  }),
});

const filterArgument = { type: AttentionFilter, description: 'The items to list. Default: all that you may see.' };

builder.queryField('attention', (t) =>
  t.field({
    type: Summary,
    nullable: true,
    description:
      'Everything that needs a person’s attention, most urgent first, with what to do about it. A channel’s client sees what concerns its channel.',
    args: { filter: t.arg(filterArgument) },
    authScopes: ofFilter,
    resolve: (_root, { filter }, context) => attentionFor(conditionsOf(filter), context),
  }),
);

builder.subscriptionField('attention', (t) =>
  t.field({
    type: Summary,
    description:
      'What needs a person’s attention. The first event is the current state; then comes an event whenever an item is added or resolved, at most twice a second.',
    args: { filter: t.arg(filterArgument) },
    authScopes: ofFilter,
    subscribe: async (_root, { filter }, context) => {
      const asked = conditionsOf(filter);
      const scope = JSON.stringify(['attention', await channelOf(context, asked.channel), asked.kinds?.toSorted()]);
      let seen = '';
      return sharedChanges<Attention>(scope, {
        nudges: context.nudges,
        topic: topics.jobRuns,
        pollEvery: 1_000,
        atMostEvery: AT_MOST_EVERY,
        read: async () => {
          const attention = await attentionFor(asked, context);
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
  channel?: string;
  kinds?: readonly AttentionKind[];
}

async function attentionFor(asked: Asked, context: Context): Promise<Attention> {
  const { hq, backlogs } = context;
  const filter = await filterFrom(asked, context);
  const looksElsewhere = !asked.kinds || asked.kinds.some((kind) => aboutAttention(kind).type === 'Channel');
  const observed = looksElsewhere ? await backlogs.waitingSince(filter.waitingSince) : [];
  const whole = { ...filter, observed };
  return { filter: whole, pages: new Map(), counts: await hq.read((db) => attentionCounts(db, whole)) };
}

const totalOf = (counts: Attention['counts']): number => counts.reduce((sum, { count }) => sum + count, 0);

async function filterFrom({ channel: code, kinds }: Asked, context: Context): Promise<Omit<Filter, 'observed'>> {
  const channel = await channelOf(context, code);
  const at = context.now();
  const before = (ms: number) => new Date(Date.parse(at) - ms).toISOString();
  return {
    channel,
    kinds,
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

/** The place of an item in the list, from a cursor; undefined if this list never issued it. */
function placeFrom(cursor: string): AttentionKey | undefined {
  try {
    const [rank, since, item] = JSON.parse(cursor);
    if (Number.isInteger(rank) && typeof since === 'string' && typeof item === 'string') return { rank, since, item };
  } catch {
    // Falls through: it is not one of our cursors.
  }
  return undefined;
}
