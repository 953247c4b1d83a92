import { mayUse, ownChannel, visibleTo } from '../../access/viewer.ts';
import type { AddressFacts } from '../../data/customer-facts.ts';
import {
  byRelevance,
  type CustomerRow,
  countCustomers,
  customerByAccountId,
  customerPage,
  customersByUuid,
  type CustomerFilter as Filter,
} from '../../data/customers.ts';
import type { Database } from '../../data/database.ts';
import { failedCustomers } from '../../data/hq/operation.bulk.ts';
import type { Creation, FallbackReason as Fallback } from '../../domain/real-time.ts';
import { plainText, uuidRule } from '../../domain/rules.ts';
import { searchFor, searchViolation } from '../../domain/search.ts';
import { InvalidInput, type Violation, whenUnavailable } from '../../errors.ts';
import { atMost, globalId } from '../arguments.ts';
import { builder } from '../builder.ts';
import { channelField, type ListSource, sourceOf } from '../channel/channel.ts';
import type { Context } from '../context.ts';
import { DateTimeRange, listById, orderInput, rangesOf } from '../keyset.ts';
import { idOf, keyOfId } from '../loader.ts';
import { ofChannel, ofFilter } from '../scopes.ts';
import { selects } from '../selection.ts';
import { enumOf, Source, sourceArgument, type Types, valueOrNull } from '../vocabulary.ts';
import { AddressPurpose, CustomerType, readFields } from './fields.ts';
import { addresses, channelStage, type FoundCustomer, foundIn, hqCustomer, hqStage } from './loaders.ts';

const SyncStatus = enumOf('CustomerSyncStatus', 'Whether a customer, created asynchronously, has its account ID.', {
  PENDING: 'The customer has no account ID yet and will get one automatically.',
  FAILED:
    'Headquarters set its creation aside. The customer gets no account ID until a person acts. The timeline gives the reason.',
  SYNCED: 'The customer has its account ID.',
});

const CreationMode = enumOf<Creation['mode']>('CreationMode', 'How a customer was created.', {
  SYNCHRONOUS: 'With its account ID: the channel is in synchronous mode, and headquarters answered in time.',
  ASYNCHRONOUS: 'Without one, because the channel is in asynchronous mode, or because it was created with many others.',
  FALLBACK:
    'Without one, although the channel is in synchronous mode; `fallbackReason` says why. The customer gets its account ID later, automatically.',
});

const FallbackReason = enumOf<Fallback>('FallbackReason', 'Why a customer was not created synchronously.', {
  MAINTENANCE: 'Headquarters is in maintenance (`setMaintenance`), so nobody waited for it.',
  UNAVAILABLE: 'Headquarters does not answer, or this server is stopping.',
  TIMEOUT: 'The account ID did not arrive within the `realTimeTimeoutMs` of the channel’s functionality profile.',
  CONVERSION_FAILED:
    'The conversion of the channel failed, whatever the customer: headquarters has no account IDs left or must not assign any after a restore, or the channel database was restored. `attention` says what to do.',
});

const CustomerOrder = orderInput('Customer', {
  CREATED_AT: { by: 'createdAt', description: 'When the channel created the customer.' },
  UPDATED_AT: { by: 'updatedAt', description: 'When the channel last changed the customer.' },
});

const CustomerFilter = builder.inputType('CustomerFilter', {
  description: 'Limits a list of customers to those that match every field.',
  fields: (t) => ({
    channel: t.string({
      description: 'Only customers of the channel with this code. Operators must set it if `source` is CHANNEL.',
    }),
    status: t.field({
      type: SyncStatus,
      description:
        'Only customers with this status. Headquarters has only SYNCED customers; the others are in the channel’s own database.',
    }),
    search: t.string({
      description:
        'Words that must all match, in any order: each is the beginning of a word of a name, email address, city, or postal code, or a phone number (the last digits are enough), or, alone, the beginning of an account ID. Ignores case, accents, and punctuation. At least 2 characters in a channel’s own database, or 4 at headquarters, where a Chinese, Japanese, or Korean character counts as 2. Finds at most 10,000 customers, so a `totalCount` of 10,000 may mean more.',
    }),
    createdAt: t.field({
      type: DateTimeRange,
      description: 'Only customers that their channel created in this period.',
    }),
    updatedAt: t.field({
      type: DateTimeRange,
      description: 'Only customers that their channel last changed, or else created, in this period.',
    }),
  }),
});

const PersonName = builder.objectRef<CustomerRow>('PersonName').implement({
  description: 'The parts of a person’s name.',
  fields: (t) => readFields(t, 'name'),
});

const Address = builder.objectRef<AddressFacts>('CustomerAddress').implement({
  description: 'An address of a customer.',
  fields: (t) => ({
    uuid: t.expose('uuid', { type: 'UUID', description: 'The permanent UUID of the address.' }),
    purpose: t.expose('purpose', { type: AddressPurpose, description: 'What the address is used for.' }),
    ...readFields(t, 'address'),
    country: t.expose('country', { type: 'CountryCode', description: 'Country of the address.' }),
    deactivatedAt: valueOrNull(
      t,
      'DateTime',
      'deactivatedAt',
      'When the address was deactivated. Orders that refer to it keep it. Null while it is active.',
    ),
  }),
});

const Stage = enumOf('CustomerStage', 'The stages of a conversion from asynchronous to synchronous customer.', {
  CREATED: 'The channel created the customer.',
  UPLOADED: 'Headquarters received it (P-job).',
  FAILED: 'Headquarters set it aside; `detail` gives the reason.',
  ACCOUNT_ID_ASSIGNED: 'Headquarters assigned its account ID (Synchronize customers and channel requests).',
  BACK_IN_CHANNEL: 'The account ID reached the channel and its feed (1010).',
});

interface TimelineEntry {
  stage: 'CREATED' | 'UPLOADED' | 'FAILED' | 'ACCOUNT_ID_ASSIGNED' | 'BACK_IN_CHANNEL';
  at: string;
  detail: string | null;
}

const Timeline = builder.objectRef<TimelineEntry>('CustomerTimelineEntry').implement({
  description: 'A stage that a customer has reached.',
  fields: (t) => ({
    stage: t.expose('stage', { type: Stage, description: 'The stage.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When the customer reached it.' }),
    detail: t.exposeString('detail', {
      nullable: true,
      description: 'The account ID, or the reason for a failure. Null for the other stages.',
    }),
  }),
});

export const Customer = builder.objectRef<FoundCustomer>('Customer');
builder.node(Customer, {
  description:
    'A customer. Its UUID is permanent from the moment of creation; its account ID follows once headquarters assigns one.',
  id: { resolve: idOf },
  loadOne: (id, context) => findCustomer(context, keyOfId(id)),
  fields: (t) => ({
    uuid: t.expose('uuid', {
      type: 'UUID',
      description:
        'The permanent UUID, from the client or generated by the server. It serves as the temporary account ID until there is a real one.',
    }),
    accountId: t.exposeString('accountId', {
      nullable: true,
      description: 'The account ID, assigned exactly once by headquarters. Null while the customer is pending.',
    }),
    accountLabel: t.string({
      description: 'The text to show people: the account ID, or "Pending sync".',
      resolve: ({ accountId }) => accountId ?? 'Pending sync',
    }),
    syncStatus: t.field({
      type: SyncStatus,
      description:
        'Whether the customer is pending, synchronized, or set aside. While headquarters does not answer, every customer without an account ID is PENDING.',
      resolve: async ({ accountId, channel, uuid }, _args, context) => {
        if (accountId !== null) return 'SYNCED';
        const stage = await hqStage(context).load({ channel, uuid });
        return stage?.state === 'FAILED' ? 'FAILED' : 'PENDING';
      },
    }),
    creationMode: t.field({
      type: CreationMode,
      nullable: true,
      description:
        'How this operation created the customer. Null unless it is what `createCustomer` or `createCustomers` returned.',
      resolve: ({ creation }) => creation?.mode ?? null,
    }),
    fallbackReason: t.field({
      type: FallbackReason,
      nullable: true,
      description: 'Why the customer has no account ID yet, if its creation fell back to asynchronous.',
      resolve: ({ creation }) => (creation?.mode === 'FALLBACK' ? creation.fallbackReason : null),
    }),
    channel: channelField(t, 'The channel that created the customer.'),
    type: t.expose('type', { type: CustomerType, description: 'Whether the customer is a person or an organization.' }),
    displayName: t.string({
      description: 'The name in one line: the organization name, or the first, middle, and last names.',
      resolve: ({ organizationName, firstName, middleName, lastName }) =>
        organizationName ?? [firstName, middleName, lastName].filter(Boolean).join(' '),
    }),
    name: t.field({
      type: PersonName,
      nullable: true,
      description: 'The parts of a person’s name. Null for an organization.',
      resolve: (row) => (row.type === 'PERSON' ? row : null),
    }),
    ...readFields(t, 'body'),
    addresses: t.field({
      type: [Address],
      ...atMost(100),
      description: 'The addresses of the customer, in the order in which they were added.',
      args: {
        includeDeactivated: t.arg.boolean({
          defaultValue: false,
          description: 'Whether to include addresses that were deactivated.',
        }),
      },
      resolve: async (row, { includeDeactivated }, context) => {
        const all = row.addresses ?? (await addresses(context).load(row));
        return includeDeactivated ? all : all.filter(({ deactivatedAt }) => deactivatedAt === null);
      },
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the channel created the customer.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When the channel last changed the customer.' }),
    timeline: t.field({
      type: [Timeline],
      ...atMost(10),
      description:
        'The progress of the conversion: the stages that the customer has reached, oldest first. Reads both databases, with one statement each.',
      resolve: (row, _args, context) => timelineOf(row, context),
    }),
  }),
});

/** A field for the customer whose UUID is in a column, as headquarters has it. */
export const customerOf = <Row extends object, Name extends keyof Row & string>(
  t: PothosSchemaTypes.ObjectFieldBuilder<Types, Row & Record<Name, string | null>>,
  name: Name,
  description: string,
) =>
  t.field({
    type: Customer,
    nullable: true,
    description,
    resolve: ({ [name]: uuid }, _args, context) => (uuid === null ? null : hqCustomer(context).load(uuid)),
  });

async function timelineOf({ uuid, channel, createdAt }: CustomerRow, context: Context): Promise<TimelineEntry[]> {
  const [atHeadquarters, inChannel] = await Promise.all([
    hqStage(context).load({ channel, uuid }),
    channelStage(context).load({ channel, uuid }),
  ]);
  const entries: TimelineEntry[] = [{ stage: 'CREATED', at: inChannel?.createdAt ?? createdAt, detail: null }];
  if (atHeadquarters) {
    const { state, receivedAt, failedAt, errorCode, error, accountId, accountIdAssignedAt } = atHeadquarters;
    entries.push({ stage: 'UPLOADED', at: receivedAt, detail: null });
    if (state === 'FAILED')
      entries.push({ stage: 'FAILED', at: failedAt ?? receivedAt, detail: `${errorCode}: ${error}` });
    if (accountIdAssignedAt) entries.push({ stage: 'ACCOUNT_ID_ASSIGNED', at: accountIdAssignedAt, detail: accountId });
  }
  if (inChannel?.syncedAt)
    entries.push({ stage: 'BACK_IN_CHANNEL', at: inChannel.syncedAt, detail: inChannel.accountId });
  return entries;
}

/** Exactly one of `uuid` and `accountId` is set. */
interface Wanted {
  uuid?: string | undefined;
  accountId?: string | undefined;
  channel?: string | undefined;
}

/** A customer that the viewer may see. Without a source, it may be in any database: headquarters' comes first. */
async function findCustomer(
  context: Context,
  { uuid, accountId, channel }: Wanted,
  source?: ListSource['source'],
): Promise<FoundCustomer | null> {
  const { viewer } = context;
  // Headquarters has every customer with an account ID.
  const usual = accountId === undefined ? undefined : 'HEADQUARTERS';
  const from = source ?? (ownChannel(viewer) === undefined ? usual : 'CHANNEL');
  if (!(uuid === undefined ? plainText(100).safeParse(accountId) : uuidRule.safeParse(uuid)).success) return null;
  for await (const database of databasesOf(context, channel, from)) {
    const rows = await database.read(async (db) => {
      if (uuid !== undefined) return customersByUuid(db, [uuid]);
      const row = await customerByAccountId(db, accountId!);
      return row ? [row] : [];
    });
    const [found] = visibleTo(viewer, rows).filter((row) => channel === undefined || row.channel === channel);
    if (found) return foundIn(database, [found])[0]!;
  }
  return null;
}

async function* databasesOf(
  { hq, channels, viewer }: Context,
  channel: string | undefined,
  source: ListSource['source'] | undefined,
): AsyncGenerator<Database> {
  if (source !== 'CHANNEL') yield hq;
  if (source === 'HEADQUARTERS') return;
  const within = channel ?? ownChannel(viewer);
  const names = (within === undefined ? channels.all() : await channels.find([within]))
    .filter(({ code }) => mayUse(viewer, code))
    .map(({ channelDatabase }) => channelDatabase);
  for (const name of new Set(names)) yield await channels.open(name);
}

export const CustomerBy = builder.inputType('CustomerBy', {
  description: 'Identifies a customer in one of three ways.',
  isOneOf: true,
  fields: (t) => ({
    uuid: t.field({ type: 'UUID', description: 'The permanent UUID.' }),
    accountId: t.string({ description: 'The account ID, such as `C00000042`.' }),
    id: t.field(globalId(Customer, 'The global ID, which includes the channel.')),
  }),
});

builder.queryField('customer', (t) =>
  t.field({
    type: Customer,
    nullable: true,
    description: 'A customer by UUID, account ID, or global ID. Null if there is none.',
    args: {
      by: t.arg({
        type: CustomerBy,
        required: true,
        description: 'The UUID, account ID, or global ID of the customer.',
      }),
      channel: t.arg.string({ description: 'Only a customer of the channel with this code.' }),
      source: t.arg({
        type: Source,
        description:
          'The database to read. Default: CHANNEL if `channel` is set, and for clients of a channel; otherwise HEADQUARTERS, and then the channels’ databases for a customer that headquarters does not have yet.',
      }),
    },
    authScopes: ofChannel,
    resolve: async (_root, { by, channel, source }, context) => {
      if (channel) await context.channels.lookUp(channel);
      return findCustomer(context, wantedBy(by, channel), source ?? (channel ? 'CHANNEL' : undefined));
    },
  }),
);

/** What a client asks for. Throws InvalidInput if the channel is not the one in the global ID. */
export function wantedBy(
  { id, uuid, accountId }: typeof CustomerBy.$inferInput,
  channel: string | null | undefined,
): Wanted {
  if (!id) return { uuid: uuid ?? undefined, accountId: accountId ?? undefined, channel: channel ?? undefined };
  const key = keyOfId(id);
  if (channel && channel !== key.channel) throw new InvalidInput(['channel'], 'is not the channel in the global ID');
  return key;
}

/** The most failed customers that a list can include or leave out. Beyond this, list customerOperations with the state FAILED. */
const MOST_FAILED = 10_000;

/** As for `syncStatus`: while headquarters does not answer, no customer counts as failed. */
const failedOf = (hq: Database, channel: string): Promise<string[]> =>
  hq.read((db) => failedCustomers(db, channel, MOST_FAILED)).catch(whenUnavailable([]));

builder.queryField('customers', (t) =>
  t.connection(
    {
      type: Customer,
      nullable: true,
      description: 'The customers of a channel, or of all channels as headquarters has them.',
      args: {
        source: t.arg(sourceArgument),
        filter: t.arg({ type: CustomerFilter, description: 'The customers to list. Default: all.' }),
        orderBy: t.arg({
          type: CustomerOrder,
          description:
            'The order of the customers. Default: with `search`, best match first (whole words before beginnings, then the newest); otherwise newest first, by UPDATED_AT if the filter has `updatedAt` and by CREATED_AT if not.',
        }),
      },
      authScopes: ofFilter,
      resolve: async (_root, args, context, info) => {
        const { source, channel, database } = await sourceOf(context, args);
        const filter = await filterOf(context, args.filter ?? {}, source, channel);
        const withAddresses = selects(info, 'edges', 'node', 'addresses') || selects(info, 'nodes', 'addresses');
        return listById<FoundCustomer>(
          database,
          args,
          async (db, page) => foundIn(database, await customerPage(db, filter, page, { addresses: withAddresses })),
          {
            orderBy: args.orderBy ?? {
              field: filter.search ? byRelevance : filter.updatedAt ? 'updatedAt' : 'createdAt',
              direction: 'DESC',
            },
            count: (db) => countCustomers(db, filter),
          },
        );
      },
    },
    { name: 'CustomerConnection' },
    { name: 'CustomerEdge' },
  ),
);

/** The filter of a list in a database of this kind. Throws InvalidInput for what cannot match or be searched. */
async function filterOf(
  { hq }: Context,
  { status, search, ...ranges }: typeof CustomerFilter.$inferInput,
  source: ListSource['source'],
  channel: string | undefined,
): Promise<Filter> {
  const found: Violation[] = [];
  if (source === 'HEADQUARTERS' && status && status !== 'SYNCED')
    found.push({
      path: ['filter', 'status'],
      message: `must be SYNCED at headquarters: set a channel to list its ${status} customers`,
    });
  const tooVague = search ? searchViolation(search, source === 'CHANNEL' ? 2 : 4) : undefined;
  if (tooVague) found.push({ path: ['filter', 'search'], ...tooVague });
  const filter: Filter = { channel, ...rangesOf(ranges, ['createdAt', 'updatedAt'], found) };
  if (search) filter.search = searchFor(search);
  if (source === 'CHANNEL' && status) filter.pending = status !== 'SYNCED';
  if (filter.pending) filter.among = { uuids: await failedOf(hq, channel!), include: status === 'FAILED' };
  return filter;
}
