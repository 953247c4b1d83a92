import type { DefaultConnectionArguments } from '@pothos/plugin-relay';
import { mayUse, ownChannel } from '../../access/viewer.ts';
import type { Database } from '../../data/database.ts';
import {
  type ChannelDatabase as ChannelDatabaseRow,
  type Channel as ChannelRow,
  channelDatabasesByName,
  type channelTypes,
} from '../../data/hq/channel.ts';
import { defaultProfile } from '../../data/hq/functionality-profile.ts';
import type { KeysetPage } from '../../data/keyset-page.ts';
import { adoptChannelDatabase } from '../../domain/adopt.ts';
import { createChannel, updateChannel } from '../../domain/channel.ts';
import { ChannelExists, ChannelNotFound, InvalidInput, NotFound } from '../../errors.ts';
import { topics } from '../../events/nudges.ts';
import { atMost, MOST_CHANNELS } from '../arguments.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { byKey, conditionsOf, keysetConnection, orderInput, type Sorting, textKey } from '../keyset.ts';

import { enumOf, operatorAction, operatorMutation, type Types } from '../vocabulary.ts';

const ChannelType = enumOf<(typeof channelTypes)[number]>('ChannelType', 'How a channel sells.', {
  RETAIL_STORE: 'A store with registers.',
  ONLINE_STORE: 'An online store.',
  CALL_CENTER: 'A call center.',
});

const ChannelDatabase = builder.loadableObjectRef<ChannelDatabaseRow, string>('ChannelDatabase', {
  load: (names, { hq }) => hq.read((db) => channelDatabasesByName(db, names)),
  sort: ({ name }) => name,
});
ChannelDatabase.implement({
  description:
    'The physical database of one or more channels. The P-job uploads its log; 1010 writes account IDs back to it.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Unique name of the channel database.' }),
    epoch: t.exposeInt('epoch', {
      description:
        'Starts at 1 and increases by 1 with each adoption (`adoptChannelDatabase`). Replication counters are comparable only within an epoch.',
    }),
    lastReceived: t.expose('lastReceived', {
      type: 'BigInt',
      description:
        'Replication counter of the newest operation headquarters has received from it in this epoch; 0 if there is none.',
    }),
    lastReceivedAt: t.expose('lastReceivedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When headquarters last received operations from it; null if it never has.',
    }),
  }),
});

export const Channel = builder.objectRef<ChannelRow>('Channel');
builder.node(Channel, {
  description:
    'A store, online store, or call center. Its customers are created immediately, whatever headquarters is doing.',
  id: { resolve: ({ code }) => code },
  loadOne: visibleChannel,
  fields: (t) => ({
    code: t.exposeString('code', { description: 'Unique, permanent code, such as `houston`.' }),
    name: t.exposeString('name', { description: 'Display name.' }),
    type: t.expose('type', { type: ChannelType, description: 'Store, online store, or call center.' }),
    currency: t.expose('currency', { type: 'Currency', description: 'Currency the channel sells in.' }),
    timeZone: t.expose('timeZone', { type: 'TimeZone', description: 'Time zone of the channel’s business dates.' }),
    country: t.expose('country', { type: 'CountryCode', description: 'Country the channel sells in.' }),
    liveConversion: t.exposeBoolean('liveConversion', {
      description:
        'Whether new customers are converted immediately. If false, only jobs and schedules convert them, unless the channel creates customers synchronously (`functionalityProfile`).',
    }),
    channelDatabase: t.field({
      type: ChannelDatabase,
      description: 'The channel’s database, which it may share with other channels.',
      resolve: ({ channelDatabase }) => channelDatabase,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the channel was created.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When a setting last changed.' }),
  }),
});

/** The channel of a row. */
export const channelField = <Row extends { channel: string }>(
  t: PothosSchemaTypes.ObjectFieldBuilder<Types, Row>,
  description: string,
) =>
  t.field({
    type: Channel,
    description,
    resolve: ({ channel }, _args, { channels }) => channels.lookUp(channel),
  });

/** The channels that a run or a schedule is for. */
export const channelsField = <Row extends { channels: string[] | null }>(
  t: PothosSchemaTypes.ObjectFieldBuilder<Types, Row>,
) =>
  t.field({
    type: [Channel],
    ...atMost(MOST_CHANNELS),
    nullable: true,
    description: 'The channels it runs for; null for all channels.',
    resolve: ({ channels: codes }, _args, { channels }) => codes && channels.find(codes),
  });

/** A channel that the viewer may see, or null. */
async function visibleChannel(code: string, { viewer, channels }: Context): Promise<ChannelRow | null> {
  if (!mayUse(viewer, code)) return null;
  const [channel] = await channels.find([code]);
  return channel ?? null;
}

const visible = ({ viewer, channels }: Context) =>
  channels
    .all()
    .filter(({ code }) => mayUse(viewer, code))
    .sort((a, b) => (a.code < b.code ? -1 : 1));

/** A connection over rows that are all in memory and have a code: by code unless `orderBy` says otherwise. */
export function listByCode<Row extends { code: string; createdAt: string }>(
  args: DefaultConnectionArguments & { orderBy?: Sorting | null | undefined },
  rows: readonly Row[],
) {
  const { field, direction } = args.orderBy ?? { field: byKey, direction: 'ASC' };
  return keysetConnection<string, Row>(
    {
      args,
      keyFrom: textKey,
      descending: direction === 'DESC',
      sort: field === byKey ? undefined : field,
      count: async () => rows.length,
    },
    ({ code }) => code,
    async (page) => pageOf(rows, page),
  );
}

function pageOf<Row extends { code: string; createdAt: string }>(
  rows: readonly Row[],
  { after, before, limit, descending, sort }: KeysetPage<string>,
): Row[] {
  /** Sorts before what follows it: no code has a space. */
  const place = (value: string | undefined, code: string) => `${value ?? ''} ${code}`;
  const places = rows
    .map((row) => ({ row, at: place(sort && row.createdAt, row.code) }))
    .filter(({ at }) => after === undefined || at > place(sort?.after, after))
    .filter(({ at }) => before === undefined || at < place(sort?.before, before))
    .sort((one, other) => (one.at < other.at ? -1 : 1));
  return (descending ? places.reverse() : places).slice(0, limit).map(({ row }) => row);
}

const ChannelFilter = builder.inputType('ChannelFilter', {
  description: 'Limits a list of channels to those that match every field.',
  fields: (t) => ({
    types: t.field({ type: [ChannelType], description: 'Only channels of these types.' }),
    channelDatabase: t.string({ description: 'Only channels in the channel database with this name.' }),
    functionalityProfile: t.string({
      description: 'Only channels that have the functionality profile with this code.',
    }),
    liveConversion: t.boolean({
      description: 'Only channels that convert new customers immediately, or (false) only those that do not.',
    }),
  }),
});

const ChannelOrder = orderInput('Channel', {
  CODE: { by: byKey, description: 'The code of the channel.' },
  CREATED_AT: { by: 'createdAt', description: 'When the channel was created.' },
});

builder.queryFields((t) => ({
  channel: t.field({
    type: Channel,
    nullable: true,
    description: 'A channel by its code; null if there is none.',
    args: { code: t.arg.string({ required: true, description: 'The channel’s code.' }) },
    resolve: (_root, { code }, context) => visibleChannel(code, context),
  }),
  channels: t.connection(
    {
      type: Channel,
      description: 'The channels that you may see, by code unless `orderBy` says otherwise.',
      args: {
        filter: t.arg({ type: ChannelFilter, description: 'The channels to list. Default: all.' }),
        orderBy: t.arg({ type: ChannelOrder, description: 'The order of the channels. Default: by code.' }),
      },
      resolve: (_root, args, context) => {
        const filter = conditionsOf(args.filter);
        const found = visible(context).filter(
          ({ type, channelDatabase, functionalityProfile, liveConversion }) =>
            (filter.types?.includes(type) ?? true) &&
            channelDatabase === (filter.channelDatabase ?? channelDatabase) &&
            functionalityProfile === (filter.functionalityProfile ?? functionalityProfile) &&
            liveConversion === (filter.liveConversion ?? liveConversion),
        );
        return listByCode(args, found);
      },
    },
    { name: 'ChannelConnection' },
    { name: 'ChannelEdge' },
  ),
}));

const settings = {
  name: 'Display name.',
  type: 'Store, online store, or call center.',
  currency: 'Currency the channel sells in, such as `USD`.',
  timeZone: 'Time zone of the channel’s business dates, such as `America/Chicago`.',
  country: 'Country the channel sells in, such as `US`.',
};

const CreateChannelInput = builder.inputType('CreateChannelInput', {
  description: 'The channel to create.',
  fields: (t) => ({
    code: t.string({
      required: true,
      description: 'Permanent code: a lowercase letter followed by at most 39 lowercase letters, digits, or hyphens.',
    }),
    name: t.string({ required: true, description: settings.name }),
    type: t.field({ type: ChannelType, required: true, description: settings.type }),
    currency: t.field({ type: 'Currency', required: true, description: settings.currency }),
    timeZone: t.field({ type: 'TimeZone', required: true, description: settings.timeZone }),
    country: t.field({ type: 'CountryCode', required: true, description: settings.country }),
    channelDatabase: t.string({
      description:
        'Name of the channel database, created on first use. Several channels may share one. Default: a database of its own.',
    }),
    liveConversion: t.boolean({ description: 'Whether new customers are converted immediately. Default: true.' }),
    functionalityProfile: t.string({
      description: `Code of the functionality profile, which says how the channel creates customers. Default: \`${defaultProfile}\`.`,
    }),
  }),
});

const UpdateChannelInput = builder.inputType('UpdateChannelInput', {
  description: 'The settings to change; omitted fields keep their values.',
  fields: (t) => ({
    code: t.string({ required: true, description: 'Code of the channel to change.' }),
    name: t.string({ description: settings.name }),
    type: t.field({ type: ChannelType, description: settings.type }),
    currency: t.field({ type: 'Currency', description: settings.currency }),
    timeZone: t.field({ type: 'TimeZone', description: settings.timeZone }),
    country: t.field({ type: 'CountryCode', description: settings.country }),
    liveConversion: t.boolean({
      description:
        'Whether new customers are converted immediately. Switching it on also converts customers that are pending.',
    }),
    functionalityProfile: t.string({
      description:
        'Code of the functionality profile. Changing to one that is synchronous also converts customers that are pending.',
    }),
  }),
});

const AdoptChannelDatabaseInput = builder.inputType('AdoptChannelDatabaseInput', {
  description: 'Identifies a channel database.',
  fields: (t) => ({ name: t.string({ required: true, description: 'Name of the channel database.' }) }),
});

/** Makes a change of settings known to other servers and to this one, which uses it when this resolves. */
export function announceSettings({ nudges, channels }: Context): Promise<void> {
  nudges.publish(topics.channels);
  return channels.refresh();
}

operatorMutation('createChannel', {
  type: Channel,
  input: CreateChannelInput,
  inputDescription: 'The channel to create.',
  description: 'Creates a channel. Repeating the call with the same settings returns the existing channel.',
  may: 'adding channels',
  failures: [InvalidInput, ChannelExists],
  run: (tx, input, { actor, at }) => createChannel(tx, input, actor, at),
  afterCommit: (_channel, context) => announceSettings(context),
});

operatorMutation('updateChannel', {
  type: Channel,
  input: UpdateChannelInput,
  inputDescription: 'The channel and the settings to change.',
  description: 'Changes settings of a channel. Each change is recorded in the audit trail.',
  may: 'changing channels',
  failures: [InvalidInput, ChannelNotFound],
  run: (tx, { code, ...change }, { actor, at }) => updateChannel(tx, code, change, actor, at),
  afterCommit: async ({ code }, context, { liveConversion, functionalityProfile }) => {
    await announceSettings(context);
    if (liveConversion || functionalityProfile) context.notice(code);
  },
});

operatorAction('adoptChannelDatabase', {
  type: ChannelDatabase,
  input: AdoptChannelDatabaseInput,
  inputDescription: 'The channel database to adopt.',
  description:
    'Adopts a channel database that was restored from a backup or replaced (CHANNEL_DATABASE_REWOUND). This starts a new epoch, in which the next P-job uploads the log from the beginning. What headquarters already knows is ignored, and nothing is undone: no customer gets a second account ID, and a closed shift stays closed. Later changes take effect as usual. 1010 restores customers and edits the database has lost; close a lost shift with `closeLostShift`. Cursors of the database’s feeds become invalid: clients must start again without one. Channels with live conversion resume immediately.',
  may: 'adopting channel databases',
  failures: [NotFound],
  run: async ({ name }, { actor, at }, { hq, channels, notice }) => {
    const adopted = await adoptChannelDatabase({ hq, channels }, name, actor, at);
    for (const { code, channelDatabase } of channels.all()) if (channelDatabase === name) notice(code);
    return adopted;
  },
});

/** The requested channel, which must exist, or the viewer's own; undefined for all channels. */
export async function channelOf(
  { viewer, channels }: Context,
  asked: string | null | undefined,
): Promise<string | undefined> {
  const channel = asked ?? ownChannel(viewer);
  return channel === undefined ? undefined : (await channels.lookUp(channel)).code;
}

/** Where to read a list from, which may be limited to a channel. */
export interface ListSource {
  source: 'CHANNEL' | 'HEADQUARTERS';
  channel: string | undefined;
  database: Database;
}

/** The database for the arguments `source` and `filter.channel` of a list. */
export async function sourceOf(
  context: Context,
  asked: { source?: ListSource['source'] | null | undefined; filter?: { channel?: string | null } | null | undefined },
): Promise<ListSource> {
  const channel = await channelOf(context, asked.filter?.channel);
  const source = asked.source ?? (channel === undefined ? 'HEADQUARTERS' : 'CHANNEL');
  if (source === 'HEADQUARTERS') return { source, channel, database: context.hq };
  if (channel === undefined)
    throw new InvalidInput(['filter', 'channel'], 'is required when the source is CHANNEL', 'REQUIRED');
  return { source, channel, database: await context.channels.databaseOf(channel) };
}
