import { mayUse, ownChannel, visibleTo } from '../../access/viewer.ts';
import {
  type CustomerFilter,
  type CustomerRow,
  countCustomers,
  customerByAccountId,
  customerPage,
  customersByUuid,
} from '../../data/customer-page.ts';
import type { AddressFacts, addressPurposes, customerTypes } from '../../data/customer-rows.ts';
import type { Database } from '../../data/database.ts';
import { failedCustomers } from '../../data/hq/operation.bulk.ts';
import { plainText, uuidRule } from '../../domain/rules.ts';
import { searchTerms } from '../../domain/search.ts';
import { InvalidInput, whenUnavailable } from '../../errors.ts';
import { atMost } from '../bounded.ts';
import { builder } from '../builder.ts';
import { channelField, channelOf } from '../channel/channel.ts';
import type { Context } from '../context.ts';
import { keysetConnection, numberKey } from '../keyset.ts';
import { ofChannel } from '../scopes.ts';
import { selects } from '../selection.ts';
import { enumOf } from '../vocabulary.ts';
import { readFields } from './fields.ts';
import { addresses, channelStage, type FoundCustomer, foundIn, hqStage } from './loaders.ts';

export const CustomerType = enumOf<(typeof customerTypes)[number]>('CustomerType', 'What a customer is.', {
  PERSON: 'A person.',
  ORGANIZATION: 'A company or another organization.',
});

export const AddressPurpose = enumOf<(typeof addressPurposes)[number]>('AddressPurpose', 'What an address is for.', {
  HOME: 'Home address.',
  BUSINESS: 'Business address.',
  DELIVERY: 'Delivery address.',
  INVOICE: 'Invoice address.',
  OTHER: 'Other address.',
});

const SyncStatus = enumOf('CustomerSyncStatus', 'Whether an asynchronous customer has become a synchronous one.', {
  PENDING: 'It has no account ID yet and will get one by itself.',
  FAILED: 'Headquarters set its creation aside: it gets no account ID until somebody acts. The timeline says why.',
  SYNCED: 'It has its account ID.',
});

const CustomerSource = enumOf('CustomerSource', 'Which database to look in.', {
  CHANNEL:
    "The channel's own database: every customer of the channel, pending ones included, also while headquarters is down.",
  HEADQUARTERS: 'Headquarters: the customers of all channels that have an account ID.',
});

const CustomerOrder = enumOf('CustomerOrder', 'The order of a list.', {
  NEWEST_FIRST: 'Newest first.',
  OLDEST_FIRST: 'Oldest first.',
});

const PersonName = builder.objectRef<CustomerRow>('PersonName').implement({
  description: 'The parts of a name.',
  fields: (t) => readFields(t, 'name'),
});

const Address = builder.objectRef<AddressFacts>('CustomerAddress').implement({
  description: 'An address of a customer.',
  fields: (t) => ({
    uuid: t.expose('uuid', { type: 'UUID', description: 'Its permanent identity.' }),
    purpose: t.expose('purpose', { type: AddressPurpose, description: 'What it is for.' }),
    ...readFields(t, 'address'),
    country: t.exposeString('country', { description: 'ISO 3166-1 alpha-2 code.' }),
  }),
});

const Stage = enumOf('CustomerStage', 'The stations of a conversion.', {
  CREATED: 'Created in its channel.',
  UPLOADED: 'Received by headquarters (P-job).',
  FAILED: 'Set aside by headquarters; `detail` says why.',
  ACCOUNT_ID_ASSIGNED: 'Got its account ID (Synchronize customers and channel requests).',
  BACK_IN_CHANNEL: 'The channel has the account ID, and its feed tells it (1010).',
});

interface TimelineEntry {
  stage: 'CREATED' | 'UPLOADED' | 'FAILED' | 'ACCOUNT_ID_ASSIGNED' | 'BACK_IN_CHANNEL';
  at: string;
  detail: string | null;
}

const Timeline = builder.objectRef<TimelineEntry>('CustomerTimelineEntry').implement({
  description: 'A station that a customer has passed.',
  fields: (t) => ({
    stage: t.expose('stage', { type: Stage, description: 'Which.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When.' }),
    detail: t.exposeString('detail', {
      nullable: true,
      description: 'What there is to say about it: the account ID, or why it failed.',
    }),
  }),
});

export const Customer = builder.objectRef<FoundCustomer>('Customer');
builder.node(Customer, {
  description:
    'A customer. It has its UUID from birth and for ever; its account ID follows when headquarters has assigned it.',
  id: { resolve: ({ uuid }) => uuid },
  loadOne: (uuid, context) => customerByUuid(context, uuid),
  fields: (t) => ({
    uuid: t.expose('uuid', {
      type: 'UUID',
      description:
        'Permanent identity, made by the client or by us. While there is no account ID it is the temporary account ID.',
    }),
    accountId: t.exposeString('accountId', {
      nullable: true,
      description: 'Account ID given by headquarters, once. Null while pending.',
    }),
    accountLabel: t.string({
      description: 'What to show people: the account ID, or "Pending sync".',
      resolve: ({ accountId }) => accountId ?? 'Pending sync',
    }),
    syncStatus: t.field({
      type: SyncStatus,
      description:
        'Pending, synced, or set aside. While headquarters does not answer, a pending customer is said to be PENDING.',
      resolve: async ({ accountId, channel, uuid }, _args, context) => {
        if (accountId !== null) return 'SYNCED';
        const stage = await hqStage(context).load({ channel, uuid });
        return stage?.state === 'FAILED' ? 'FAILED' : 'PENDING';
      },
    }),
    channel: channelField(t, 'The channel that it was created in.'),
    type: t.expose('type', { type: CustomerType, description: 'Person or organization.' }),
    displayName: t.string({
      description: 'Its name in one line.',
      resolve: ({ organizationName, firstName, middleName, lastName }) =>
        organizationName ?? [firstName, middleName, lastName].filter(Boolean).join(' '),
    }),
    name: t.field({
      type: PersonName,
      nullable: true,
      description: 'The parts of a person’s name; null for an organization.',
      resolve: (row) => (row.type === 'PERSON' ? row : null),
    }),
    ...readFields(t, 'body'),
    addresses: t.field({
      type: [Address],
      ...atMost(100),
      description: 'All its addresses, in the order they were added.',
      resolve: (row, _args, context) => row.addresses ?? addresses(context).load(row),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created in its channel.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was changed last, in its channel.' }),
    timeline: t.field({
      type: [Timeline],
      ...atMost(10),
      description:
        'Where its conversion is: the stations it has passed, oldest first. It asks both databases, in one statement each.',
      resolve: (row, _args, context) => timelineOf(row, context),
    }),
  }),
});

async function timelineOf({ uuid, channel, createdAt }: CustomerRow, context: Context): Promise<TimelineEntry[]> {
  const [there, here] = await Promise.all([
    hqStage(context).load({ channel, uuid }),
    channelStage(context).load({ channel, uuid }),
  ]);
  const entries: TimelineEntry[] = [{ stage: 'CREATED', at: here?.createdAt ?? createdAt, detail: null }];
  if (there) entries.push({ stage: 'UPLOADED', at: there.receivedAt, detail: null });
  if (there?.state === 'FAILED')
    entries.push({
      stage: 'FAILED',
      at: there.failedAt ?? there.receivedAt,
      detail: `${there.errorCode}: ${there.error}`,
    });
  if (there?.accountIdAssignedAt)
    entries.push({ stage: 'ACCOUNT_ID_ASSIGNED', at: there.accountIdAssignedAt, detail: there.accountId });
  if (here?.syncedAt) entries.push({ stage: 'BACK_IN_CHANNEL', at: here.syncedAt, detail: here.accountId });
  return entries;
}

/** A channel's client asks its own database; an operator headquarters, and then, for one that was never uploaded, each channel database. */
async function customerByUuid(context: Context, uuid: string, channel?: string): Promise<FoundCustomer | null> {
  if (!uuidRule.safeParse(uuid).success) return null;
  const { viewer, hq, channels } = context;
  const within = channel ?? ownChannel(viewer);
  if (within !== undefined) {
    const database = await channels.databaseOf(within);
    const [row] = foundIn(database, await database.read((db) => customersByUuid(db, [uuid])));
    return row?.channel === within && mayUse(viewer, within) ? row : null;
  }
  const [row] = foundIn(hq, await hq.read((db) => customersByUuid(db, [uuid])));
  if (row) return row;
  for (const name of new Set(channels.all().map(({ channelDatabase }) => channelDatabase))) {
    const database = await channels.open(name);
    const [pending] = foundIn(database, await database.read((db) => customersByUuid(db, [uuid])));
    if (pending) return pending;
  }
  return null;
}

const CustomerBy = builder.inputType('CustomerBy', {
  description: 'One way to name a customer.',
  isOneOf: true,
  fields: (t) => ({
    uuid: t.field({ type: 'UUID', description: 'Its permanent UUID.' }),
    accountId: t.string({ description: 'Its account ID.' }),
    id: t.globalID({ for: [Customer], description: 'Its global ID.' }),
  }),
});

builder.queryField('customer', (t) =>
  t.field({
    type: Customer,
    nullable: true,
    description: 'A customer by its UUID, account ID or global ID; null when there is none.',
    args: {
      by: t.arg({ type: CustomerBy, required: true, description: 'What it is named by.' }),
      channel: t.arg.string({
        description: 'Look in this channel’s own database. Without it an operator asks headquarters first.',
      }),
    },
    authScopes: ofChannel,
    resolve: async (_root, { by, channel }, context) => {
      const uuid = by.uuid ?? by.id?.id;
      if (uuid) return customerByUuid(context, uuid, channel ?? undefined);
      const within = channel ?? ownChannel(context.viewer);
      const database = within === undefined ? context.hq : await context.channels.databaseOf(within);
      if (!plainText(100).safeParse(by.accountId).success) return null;
      const row = await database.read((db) => customerByAccountId(db, by.accountId!));
      const [found] = visibleTo(context.viewer, foundIn(database, row ? [row] : []));
      return found === undefined || (within !== undefined && found.channel !== within) ? null : found;
    },
  }),
);

/** Failed customers that a list can take in or leave out. Beyond this, work through customerOperations(states: [FAILED]). */
const MOST_FAILED = 10_000;

/** As with `syncStatus`: while headquarters does not answer, nobody is said to have failed. */
const failedOf = (hq: Database, channel: string): Promise<string[]> =>
  hq.read((db) => failedCustomers(db, channel, MOST_FAILED)).catch(whenUnavailable([]));

builder.queryField('customers', (t) =>
  t.connection(
    {
      type: Customer,
      nullable: true,
      description: 'Customers of a channel, or of headquarters, that match all that is given.',
      args: {
        source: t.arg({
          type: CustomerSource,
          required: true,
          defaultValue: 'CHANNEL',
          description: 'Which database to look in.',
        }),
        channel: t.arg.string({ description: 'Of this channel. Needed for an operator when the source is CHANNEL.' }),
        status: t.arg({ type: SyncStatus, description: 'Only with this status. Headquarters lists SYNCED ones only.' }),
        search: t.arg.string({
          description:
            'Words that all must be found, each as the beginning of a first, last or organization name, e-mail address, phone number or account ID. Case, accents and the punctuation of phone numbers do not matter. At least 2 characters, 4 at headquarters.',
        }),
        orderBy: t.arg({
          type: CustomerOrder,
          required: true,
          defaultValue: 'NEWEST_FIRST',
          description: 'The order.',
        }),
      },
      authScopes: ofChannel,
      resolve: async (_root, args, context, info) => {
        const { hq, channels } = context;
        const channel = channelOf(context, args.channel);
        const filter: CustomerFilter = { ...(channel === undefined ? {} : { channel }) };
        if (args.search) filter.search = searchTerms(args.search, args.source === 'CHANNEL' ? 2 : 4);
        let database = hq;
        if (args.source === 'CHANNEL') {
          if (channel === undefined) throw new InvalidInput(['channel'], 'is needed when the source is CHANNEL');
          database = await channels.databaseOf(channel);
          if (args.status) filter.pending = args.status !== 'SYNCED';
          if (filter.pending) filter.among = { uuids: await failedOf(hq, channel), include: args.status === 'FAILED' };
        } else if (args.status && args.status !== 'SYNCED') {
          filter.among = { uuids: [], include: true };
        }
        const withAddresses = selects(info, 'edges', 'node', 'addresses');
        const connection = await keysetConnection<number, FoundCustomer>(
          { args, keyFrom: numberKey, descending: args.orderBy === 'NEWEST_FIRST' },
          ({ id }) => id,
          async (page) =>
            foundIn(
              database,
              await database.read((db) => customerPage(db, filter, page, { addresses: withAddresses })),
            ),
        );
        return { ...connection, totalCount: () => database.read((db) => countCustomers(db, filter)) };
      },
    },
    {
      name: 'CustomerConnection',
      fields: (connection) => ({
        totalCount: connection.int({
          extensions: { weight: 50 },
          description: 'How many match in all. It counts them, so ask for it only when you show it.',
          resolve: (parent) => (parent as unknown as { totalCount: () => Promise<number> }).totalCount(),
        }),
      }),
    },
    { name: 'CustomerEdge' },
  ),
);
