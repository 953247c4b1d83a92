import type { DefaultConnectionArguments } from '@pothos/plugin-relay';
import { mayUse, ownChannel, visibleTo } from '../../access/viewer.ts';
import {
  type ChannelTransactionFilter,
  channelTransactionByReference,
  channelTransactionPage,
  channelTransactionsByUuid,
  newestOfCustomers,
  type RecordedTransaction,
  type TransactionRow,
} from '../../data/channel/transaction.ts';
import type { Database } from '../../data/database.ts';
import {
  type RetailTransaction as Received,
  type TransactionFilter,
  transactionPage,
  transactionsWhere,
} from '../../data/hq/transaction.ts';
import type {
  TransactionCharge as Charge,
  TransactionKind as Kind,
  TransactionLine as Line,
  TransactionPayment as Payment,
} from '../../data/transaction-facts.ts';
import { uuidRule } from '../../domain/rules.ts';
import { MOST_CHARGES, MOST_LINES, MOST_PAYMENTS, readable } from '../../domain/transaction-rules.ts';
import { whenUnavailable } from '../../errors.ts';
import { atMost } from '../bounded.ts';
import { builder } from '../builder.ts';
import { channelField } from '../channel/channel.ts';
import type { Context } from '../context.ts';
import { Customer } from '../customer/customer.ts';
import { namedCustomer } from '../customer/loaders.ts';
import { keysetConnection, listById, listOfEach, numberKey } from '../keyset.ts';
import { type ChannelKey, firstLoader, inChannels, keyText, loader, rowLoader } from '../loader.ts';
import { amount, Totals } from '../money.ts';
import { ofChannel } from '../scopes.ts';
import { Shift, shiftOf, Tender } from '../till/shift.ts';
import { enumOf, valueOrNull } from '../vocabulary.ts';
import { lineFields } from './lines.ts';

export const kindMeanings: Record<Kind, string> = {
  ONLINE_ORDER: 'An order placed in a web shop. Synchronize orders turns it into a sales order.',
  CUSTOMER_ORDER:
    'An order placed in a store or call center, for delivery or pickup. Synchronize orders turns it into a sales order.',
  CASH_AND_CARRY: 'A sale or return at a till, paid and carried out immediately. Statements post it.',
};

export const TransactionKind = enumOf('TransactionKind', 'The kind of transaction.', kindMeanings);

type InCurrency<Row> = Row & { currency: string };

const TransactionLine = builder.objectRef<InCurrency<Line>>('TransactionLine').implement({
  description: 'A product that was sold or returned.',
  fields: (t) => ({
    ...lineFields(t),
    gross: amount(t, 'gross', 'The amount of the line after discount, including tax.'),
    voided: t.exposeBoolean('voided', {
      description: 'Whether the line was voided at the till. It is kept but not counted.',
    }),
  }),
});

const TransactionCharge = builder.objectRef<InCurrency<Charge>>('TransactionCharge').implement({
  description: 'A charge in addition to the products, such as freight.',
  fields: (t) => ({
    line: t.exposeInt('line', { description: 'The line number: 1, 2, 3 …' }),
    code: t.exposeString('code', { description: 'The kind of charge, such as `FREIGHT`.' }),
    amount: amount(t, 'amount', 'The amount of the charge, excluding tax.'),
    tax: amount(t, 'tax', 'The tax on the charge.'),
  }),
});

const TransactionPayment = builder.objectRef<InCurrency<Payment>>('TransactionPayment').implement({
  description: 'A payment, or money paid back.',
  fields: (t) => ({
    line: t.exposeInt('line', { description: 'The line number: 1, 2, 3 …' }),
    tender: t.expose('tender', { type: Tender, description: 'The means of payment.' }),
    amount: amount(t, 'amount', 'The amount; negative if paid back, as change or for a return.'),
  }),
});

const inCurrency = <Row>(all: readonly Row[], currency: string): InCurrency<Row>[] =>
  all.map((row) => ({ ...row, currency }));

/** A transaction at headquarters as it is shown: as much of the payload as is valid, whatever was sent. */
export const fromHeadquarters = ({
  sequence,
  uuid,
  channel,
  payload,
  createdAt,
  status,
  modifiedAt,
}: Pick<
  Received,
  'sequence' | 'uuid' | 'channel' | 'payload' | 'createdAt' | 'status' | 'modifiedAt'
>): TransactionRow => ({
  id: sequence,
  uuid,
  channel,
  body: readable(payload),
  createdAt,
  cancelledAt: status === 'CANCELLED' ? modifiedAt : null,
});

/** A channel's transaction at headquarters; null if it was not uploaded or headquarters does not answer. */
export const received = loader<ChannelKey, Received | null>(async (keys, { hq }) => {
  const uuids = [...new Set(keys.map(({ uuid }) => uuid))];
  const rows = await hq.read((db) => transactionsWhere(db, { uuid: uuids })).catch(whenUnavailable([]));
  const found = new Map(rows.map((row) => [keyText(row), row]));
  return keys.map((key) => found.get(keyText(key)) ?? null);
}, keyText);

/** A transaction at headquarters. */
export const bySequence = rowLoader<number, Received>(
  async (sequences, { hq, viewer }) =>
    visibleTo(viewer, await hq.read((db) => transactionsWhere(db, { sequence: sequences }))),
  ({ sequence }) => sequence,
);

/** The newest orders and sales of a customer of a channel, from its own database. */
const newestOf = firstLoader<ChannelKey & { limit: number }, RecordedTransaction>(
  (keys, limit, { channels }) => inChannels(channels, keys, (db, uuids) => newestOfCustomers(db, uuids, limit)),
  keyText,
  ({ channel, body }) => keyText({ channel, uuid: body.customerUuid ?? '' }),
);

export const RetailTransaction = builder.objectRef<TransactionRow>('RetailTransaction');
builder.node(RetailTransaction, {
  // A transaction is read with all its lines, whatever is selected.
  extensions: { weight: 50 },
  description:
    'An order, sale, or return recorded in a channel. It has its UUID and confirmation number immediately, whatever headquarters is doing.',
  id: { resolve: ({ channel, uuid }) => `${channel}/${uuid}` },
  loadOne: (id, context) => {
    const [channel, uuid] = keyOf(id);
    const { viewer, channels } = context;
    if (!channels.all().some(({ code }) => code === channel)) return null;
    return mayUse(viewer, channel) ? transactionOf(context, { uuid }, channel) : null;
  },
  fields: (t) => ({
    uuid: t.expose('uuid', {
      type: 'UUID',
      description: 'The permanent UUID, from the client or generated by the server.',
    }),
    confirmationNumber: t.string({
      description:
        'The number to tell the customer, such as `7K3M-9QXT-2BFD`. It is unique in its channel and easy to read out.',
      resolve: ({ body }) => body.reference,
    }),
    kind: t.field({ type: TransactionKind, description: 'The kind of transaction.', resolve: ({ body }) => body.kind }),
    channel: channelField(t, 'The channel that recorded it.'),
    businessDate: t.field({
      type: 'Date',
      description: 'The day on which it enters the books, in the time zone of the channel.',
      resolve: ({ body }) => body.businessDate,
    }),
    customerUuid: t.field({
      type: 'UUID',
      nullable: true,
      description:
        'The UUID of the customer, who may not have reached headquarters or this database. Null for an anonymous sale.',
      resolve: ({ body }) => body.customerUuid,
    }),
    customer: t.field({
      type: Customer,
      nullable: true,
      description: 'The customer, pending or not. Null for an anonymous sale, or while the customer is unknown here.',
      resolve: ({ channel, body }, _args, context) =>
        body.customerUuid === null ? null : namedCustomer(context).load({ channel, uuid: body.customerUuid }),
    }),
    deliveryAddressUuid: t.field({
      type: 'UUID',
      nullable: true,
      description: 'The UUID of the customer’s address to deliver to. Null if there is no delivery.',
      resolve: ({ body }) => body.deliveryAddressUuid,
    }),
    shift: t.field({
      type: Shift,
      nullable: true,
      description: 'The shift that recorded it, from the channel’s own database. Null if none did.',
      resolve: ({ channel, body }, _args, context) =>
        body.shiftUuid === null ? null : shiftOf(context).load({ channel, uuid: body.shiftUuid }),
    }),
    register: t.string({
      nullable: true,
      description: 'The register that recorded it, if any.',
      resolve: ({ body }) => body.register,
    }),
    staff: t.string({
      nullable: true,
      description: 'The staff member who recorded it, if given.',
      resolve: ({ body }) => body.staff,
    }),
    pricesIncludeTax: t.boolean({
      description: 'Whether unit prices and discounts include tax.',
      resolve: ({ body }) => body.pricesIncludeTax,
    }),
    lines: t.field({
      type: [TransactionLine],
      ...atMost(MOST_LINES),
      description: 'The products sold and returned.',
      resolve: ({ body }) => inCurrency(body.lines, body.currency),
    }),
    charges: t.field({
      type: [TransactionCharge],
      ...atMost(MOST_CHARGES),
      description: 'Charges in addition to the products.',
      resolve: ({ body }) => inCurrency(body.charges, body.currency),
    }),
    payments: t.field({
      type: [TransactionPayment],
      ...atMost(MOST_PAYMENTS),
      description: 'The payments.',
      resolve: ({ body }) => inCurrency(body.payments, body.currency),
    }),
    totals: t.field({ type: Totals, description: 'The totals.', resolve: ({ body }) => body }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the channel recorded it.' }),
    cancelledAt: valueOrNull(t, 'DateTime', 'cancelledAt', 'When the channel canceled it. Null if it did not.'),
  }),
});

/** A global ID includes the channel, because two channel databases may contain the same UUID by mistake. */
function keyOf(id: string): [channel: string, uuid: string] {
  const [channel = '', uuid = ''] = id.split('/');
  return [channel, uuid];
}

/** Exactly one of them is set. */
interface By {
  uuid?: string | undefined;
  reference?: string | undefined;
}

/** Within a channel, searches its own database, then headquarters in case the channel lost it. Otherwise, headquarters, then each channel database. */
async function transactionOf(context: Context, by: By, channel?: string): Promise<TransactionRow | null> {
  const { viewer, hq, channels } = context;
  if (by.uuid !== undefined && !uuidRule.safeParse(by.uuid).success) return null;
  const within = channel ?? ownChannel(viewer);
  if (within !== undefined) {
    const found = await inChannel(await channels.databaseOf(within), within, by);
    return found ?? atHeadquarters(hq, { ...by, channel: within });
  }
  const received = await atHeadquarters(hq, by);
  if (received) return received;
  for (const { code } of channels.all()) {
    const recorded = await inChannel(await channels.databaseOf(code), code, by);
    if (recorded) return recorded;
  }
  return null;
}

async function inChannel(database: Database, channel: string, { uuid, reference }: By): Promise<TransactionRow | null> {
  const row = await database.read(async (db) =>
    uuid === undefined
      ? channelTransactionByReference(db, channel, reference!)
      : (await channelTransactionsByUuid(db, [uuid]))[0],
  );
  return row?.channel === channel ? row : null;
}

async function atHeadquarters(hq: Database, by: By & { channel?: string }): Promise<TransactionRow | null> {
  const found = await hq.read((db) => transactionsWhere(db, { ...by })).catch(whenUnavailable([]));
  return found[0] ? fromHeadquarters(found[0]) : null;
}

const TransactionBy = builder.inputType('TransactionBy', {
  description: 'Identifies a transaction in one of three ways.',
  isOneOf: true,
  fields: (t) => ({
    uuid: t.field({ type: 'UUID', description: 'The permanent UUID.' }),
    confirmationNumber: t.string({ description: 'The confirmation number. Case does not matter.' }),
    id: t.globalID({ for: [RetailTransaction], description: 'The global ID.' }),
  }),
});

builder.queryField('transaction', (t) =>
  t.field({
    type: RetailTransaction,
    nullable: true,
    description: 'An order or sale by UUID, confirmation number, or global ID. Null if there is none.',
    args: {
      by: t.arg({
        type: TransactionBy,
        required: true,
        description: 'The UUID, confirmation number, or global ID of the transaction.',
      }),
      channel: t.arg.string({
        description:
          'Search this channel’s own database first. Without a channel, an operator’s query searches headquarters first.',
      }),
    },
    authScopes: (_root, { by, channel }) => ({ channel: by.id ? keyOf(by.id.id)[0] : channel }),
    resolve: async (_root, { by, channel }, context) => {
      const [named, uuid] = by.id ? keyOf(by.id.id) : [channel ?? undefined, by.uuid ?? undefined];
      if (named) context.channels.get(named);
      const reference = by.confirmationNumber?.trim().toUpperCase();
      if (reference !== undefined && !/^[0-9A-Z-]{1,60}$/.test(reference)) return null;
      return transactionOf(context, reference === undefined ? { uuid: uuid ?? '' } : { reference }, named);
    },
  }),
);

const TransactionOrderBy = enumOf(
  'TransactionOrder',
  'The order of a list of transactions, by when they were recorded.',
  {
    NEWEST_FIRST: 'From the newest to the oldest.',
    OLDEST_FIRST: 'From the oldest to the newest.',
  },
);

export const TransactionConnection = builder.connectionObject(
  { type: RetailTransaction, name: 'RetailTransactionConnection' },
  { name: 'RetailTransactionEdge' },
);

/** A page of transactions as headquarters received them. */
export async function receivedPage(
  { hq }: Context,
  args: DefaultConnectionArguments,
  filter: TransactionFilter,
  order: 'oldest first' | 'newest first' = 'oldest first',
) {
  const connection = await keysetConnection<number, Received>(
    { args, keyFrom: numberKey, descending: order === 'newest first' },
    ({ sequence }) => sequence,
    (page) => hq.read((db) => transactionPage(db, filter, page)),
  );
  return {
    ...connection,
    edges: connection.edges.map((edge) => edge && { ...edge, node: fromHeadquarters(edge.node) }),
  };
}

builder.queryField('transactions', (t) =>
  t.connection(
    {
      type: RetailTransaction,
      nullable: true,
      description: 'The orders and sales of a channel, from its own database.',
      args: {
        channel: t.arg.string({ required: true, description: 'The code of the channel.' }),
        kinds: t.arg({ type: [TransactionKind], description: 'Only transactions of these kinds.' }),
        customerUuid: t.arg({ type: 'UUID', description: 'Only transactions of this customer.' }),
        businessDate: t.arg({ type: 'Date', description: 'Only transactions of this business date.' }),
        shiftUuid: t.arg({ type: 'UUID', description: 'Only transactions of this shift.' }),
        orderBy: t.arg({
          type: TransactionOrderBy,
          required: true,
          defaultValue: 'NEWEST_FIRST',
          description: 'Which transactions come first.',
        }),
      },
      authScopes: ofChannel,
      resolve: async (_root, args, { channels }) => {
        const database = await channels.databaseOf(args.channel);
        const filter: ChannelTransactionFilter = {
          channel: args.channel,
          kind: args.kinds?.length ? args.kinds : undefined,
          customerUuid: args.customerUuid ?? undefined,
          businessDate: args.businessDate ?? undefined,
          shiftUuid: args.shiftUuid ?? undefined,
        };
        const order = args.orderBy === 'NEWEST_FIRST' ? 'newest first' : 'oldest first';
        return listById(database, args, (db, page) => channelTransactionPage(db, filter, page), order);
      },
    },
    TransactionConnection,
  ),
);

builder.objectField(Shift, 'transactions', (t) =>
  t.connection(
    {
      type: RetailTransaction,
      description: 'The transactions recorded in the shift, from the channel’s own database, oldest first.',
      resolve: async ({ channel, uuid }, args, { channels }) => {
        const database = await channels.databaseOf(channel);
        return listById(database, args, (db, page) => channelTransactionPage(db, { channel, shiftUuid: uuid }, page));
      },
    },
    TransactionConnection,
  ),
);

builder.objectField(Customer, 'transactions', (t) =>
  t.connection(
    {
      type: RetailTransaction,
      description:
        'The orders and sales of the customer in its channel, from the channel’s own database, newest first.',
      resolve: ({ channel, uuid }, args, context) =>
        listOfEach<RecordedTransaction>(
          args,
          'newest first',
          ({ id }) => id,
          (limit) => newestOf(context).load({ channel, uuid, limit }),
          async (page) => {
            const database = await context.channels.databaseOf(channel);
            return database.read((db) => channelTransactionPage(db, { channel, customerUuid: uuid }, page));
          },
        ),
    },
    TransactionConnection,
  ),
);
