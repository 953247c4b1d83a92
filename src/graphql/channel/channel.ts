import { mayUse, ownChannel } from '../../access/viewer.ts';
import {
  type ChannelDatabase as ChannelDatabaseRow,
  type Channel as ChannelRow,
  channelDatabasesByName,
  type channelTypes,
} from '../../data/hq/channel.ts';
import { adoptChannelDatabase } from '../../domain/adopt.ts';
import { createChannel, updateChannel } from '../../domain/channel.ts';
import { ChannelExists, ChannelNotFound, InvalidInput, NotFound } from '../../errors.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { keysetConnection, textKey } from '../keyset.ts';

import { enumOf, operatorAction, operatorMutation, type Types } from '../vocabulary.ts';

const ChannelType = enumOf<(typeof channelTypes)[number]>('ChannelType', 'How a channel sells.', {
  RETAIL_STORE: 'A store with tills.',
  ONLINE_STORE: 'A web shop.',
  CALL_CENTER: 'A call centre.',
});

const ChannelDatabase = builder.loadableObjectRef<ChannelDatabaseRow, string>('ChannelDatabase', {
  load: (names, { hq }) => hq.read((db) => channelDatabasesByName(db, names)),
  sort: ({ name }) => name,
});
ChannelDatabase.implement({
  description:
    'A physical database that one or more channels live in. The P-job reads its log; 1010 writes account IDs back to it.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name, unique.' }),
    epoch: t.exposeInt('epoch', {
      description:
        '1, and one more each time it was adopted. Replication counters count within an epoch: those of two epochs cannot be compared.',
    }),
    lastReceived: t.expose('lastReceived', {
      type: 'BigInt',
      description:
        'Replication counter of the newest operation that headquarters received from it in this epoch; 0 for none.',
    }),
    lastReceivedAt: t.expose('lastReceivedAt', { type: 'DateTime', nullable: true, description: 'When that was.' }),
  }),
});

export const Channel = builder.objectRef<ChannelRow>('Channel');
builder.node(Channel, {
  description:
    'A store, a web shop or a call centre: where customers are created, at once and whatever headquarters is doing.',
  id: { resolve: ({ code }) => code },
  loadOne: (code, { viewer, channels }) => {
    const channel = channels.all().find((channel) => channel.code === code);
    return channel && mayUse(viewer, code) ? channel : null;
  },
  fields: (t) => ({
    code: t.exposeString('code', { description: 'Its code, unique and for ever: `houston`.' }),
    name: t.exposeString('name', { description: 'What people call it.' }),
    type: t.expose('type', { type: ChannelType, description: 'How it sells.' }),
    currency: t.exposeString('currency', { description: 'ISO 4217 code of the currency that it sells in.' }),
    timeZone: t.exposeString('timeZone', { description: 'IANA time zone in which its business days begin and end.' }),
    country: t.exposeString('country', { description: 'ISO 3166-1 alpha-2 code of its country.' }),
    liveConversion: t.exposeBoolean('liveConversion', {
      description: 'Whether a new customer is converted at once. When false, only jobs and schedules convert.',
    }),
    channelDatabase: t.field({
      type: ChannelDatabase,
      description: 'The database it lives in, which it may share with other channels.',
      resolve: ({ channelDatabase }) => channelDatabase,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was added.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When a setting changed last.' }),
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
    resolve: ({ channel }, _args, { channels }) => channels.get(channel),
  });

const visible = ({ viewer, channels }: Context) =>
  channels
    .all()
    .filter(({ code }) => mayUse(viewer, code))
    .sort((one, other) => (one.code < other.code ? -1 : 1));

builder.queryFields((t) => ({
  channel: t.field({
    type: Channel,
    nullable: true,
    description: 'A channel by its code; null when there is none.',
    args: { code: t.arg.string({ required: true, description: 'Its code.' }) },
    resolve: (_root, { code }, context) => visible(context).find((channel) => channel.code === code) ?? null,
  }),
  channels: t.connection(
    {
      type: Channel,
      description: 'All channels that the viewer may see, by code.',
      resolve: (_root, args, context) =>
        keysetConnection<string, ChannelRow>(
          { args, keyFrom: textKey },
          ({ code }) => code,
          async ({ after, before, limit, descending }) => {
            const found = visible(context).filter(
              ({ code }) => (after === undefined || code > after) && (before === undefined || code < before),
            );
            return (descending ? found.reverse() : found).slice(0, limit);
          },
        ),
    },
    { name: 'ChannelConnection' },
    { name: 'ChannelEdge' },
  ),
}));

const settings = {
  name: 'What people call it.',
  currency: 'ISO 4217 code, e.g. `USD`.',
  timeZone: 'IANA time zone, e.g. `America/Chicago`.',
  country: 'ISO 3166-1 alpha-2 code, e.g. `US`.',
  liveConversion: 'Whether a new customer is converted at once. Default true.',
};

const CreateChannelInput = builder.inputType('CreateChannelInput', {
  description: 'A new channel.',
  fields: (t) => ({
    code: t.string({
      required: true,
      description: 'A lower-case letter, then at most 39 lower-case letters, digits or hyphens. It never changes.',
    }),
    name: t.string({ required: true, description: settings.name }),
    type: t.field({ type: ChannelType, required: true, description: 'How it sells.' }),
    currency: t.string({ required: true, description: settings.currency }),
    timeZone: t.string({ required: true, description: settings.timeZone }),
    country: t.string({ required: true, description: settings.country }),
    channelDatabase: t.string({
      description:
        'The database to live in, made on first use; several channels may name the same one. Default: one of its own.',
    }),
    liveConversion: t.boolean({ description: settings.liveConversion }),
  }),
});

const UpdateChannelInput = builder.inputType('UpdateChannelInput', {
  description: 'Settings to change; what is left out stays.',
  fields: (t) => ({
    code: t.string({ required: true, description: 'Which channel.' }),
    name: t.string({ description: settings.name }),
    type: t.field({ type: ChannelType, description: 'How it sells.' }),
    currency: t.string({ description: settings.currency }),
    timeZone: t.string({ description: settings.timeZone }),
    country: t.string({ description: settings.country }),
    liveConversion: t.boolean({
      description: 'Whether a new customer is converted at once. Switching it on converts what has waited.',
    }),
  }),
});

const AdoptChannelDatabaseInput = builder.inputType('AdoptChannelDatabaseInput', {
  description: 'Which channel database to adopt.',
  fields: (t) => ({ name: t.string({ required: true, description: 'Its name.' }) }),
});

operatorMutation('createChannel', {
  type: Channel,
  input: CreateChannelInput,
  inputDescription: 'The channel.',
  description: 'Adds a channel. Repeating it with the same settings answers the channel that is there.',
  may: 'adding channels',
  failures: [InvalidInput, ChannelExists],
  run: (tx, input, { actor, at }) => createChannel(tx, input, actor, at),
  afterCommit: (_channel, { channels }) => channels.refresh(),
});

operatorMutation('updateChannel', {
  type: Channel,
  input: UpdateChannelInput,
  inputDescription: 'What to change.',
  description: 'Changes settings of a channel. Each change is kept in the audit trail.',
  may: 'changing channels',
  failures: [InvalidInput, ChannelNotFound],
  run: (tx, { code, ...change }, { actor, at }) => updateChannel(tx, code, change, actor, at),
  afterCommit: async ({ code }, { channels, notice }, { liveConversion }) => {
    await channels.refresh();
    if (liveConversion) notice(code);
  },
});

operatorAction('adoptChannelDatabase', {
  type: ChannelDatabase,
  input: AdoptChannelDatabaseInput,
  description:
    'After a channel database was restored from a backup or replaced (CHANNEL_DATABASE_REWOUND): begins a new epoch, in which the next P-job uploads its log from the beginning. What headquarters has already is ignored and nothing is taken back: nobody gets a second account ID, and a closed shift stays closed. What is done from then on takes effect as always. 1010 brings back customers and edits that the database has lost; a shift that it has lost is closed with closeLostShift. Cursors of its feeds become invalid: clients begin again without one. Channels with live conversion go on at once.',
  may: 'adopting channel databases',
  failures: [NotFound],
  run: async ({ name }, { actor, at }, { hq, channels, notice }) => {
    const adopted = await adoptChannelDatabase({ hq, channels }, name, actor, at);
    for (const { code, channelDatabase } of channels.all()) if (channelDatabase === name) notice(code);
    return adopted;
  },
});

/** Channels that are named must exist. Null: all. */
export function namedChannels(
  { channels }: Pick<Context, 'channels'>,
  codes: readonly string[] | null | undefined,
): string[] | null {
  for (const code of codes ?? []) channels.get(code);
  return codes ? [...codes] : null;
}

/** The channel that is asked about, which must exist, or the viewer's own; undefined: all. */
export function channelOf({ viewer, channels }: Context, asked: string | null | undefined): string | undefined {
  const channel = asked ?? ownChannel(viewer);
  return channel === undefined ? undefined : channels.get(channel).code;
}
