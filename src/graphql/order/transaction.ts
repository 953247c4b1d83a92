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
} from '../../data/transaction-rows.ts';
import { quantityOf } from '../../domain/money.ts';
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
import { enumOf } from '../vocabulary.ts';

export const kindMeanings: Record<Kind, string> = {
  ONLINE_ORDER: 'An order of a web shop. It becomes a sales order by Synchronize orders.',
  CUSTOMER_ORDER:
    'An order taken in a store or call centre, to be delivered or picked up. It becomes a sales order by Synchronize orders.',
  CASH_AND_CARRY: 'A sale (or return) at a till, paid and taken along. Statements post it.',
};

export const TransactionKind = enumOf('TransactionKind', 'What a transaction is.', kindMeanings);

type InCurrency<Row> = Row & { currency: string };

export const TransactionLine = builder.objectRef<InCurrency<Line>>('TransactionLine').implement({
  description: 'A product that was sold or returned.',
  fields: (t) => ({
    line: t.exposeInt('line', { description: 'Its number: 1, 2, 3 …' }),
    sku: t.exposeString('sku', { description: 'Which product.' }),
    name: t.exposeString('name', { nullable: true, description: 'What the product was called.' }),
    quantity: t.field({
      type: 'Decimal',
      description: 'How much; negative: returned.',
      resolve: ({ quantity }) => quantityOf(quantity),
    }),
    unitPrice: amount(t, 'unitPrice', 'Price of one.'),
    discount: amount(t, 'discount', 'What the whole line was reduced by.'),
    tax: amount(t, 'tax', 'Tax of the whole line.'),
    net: amount(t, 'net', 'Of the whole line, after discount, without tax.'),
    gross: amount(t, 'gross', 'Of the whole line, after discount, with tax.'),
    voided: t.exposeBoolean('voided', { description: 'Taken back at the till: it is kept, and counted nowhere.' }),
  }),
});

export const TransactionCharge = builder.objectRef<InCurrency<Charge>>('TransactionCharge').implement({
  description: 'Something charged beside the products, such as freight.',
  fields: (t) => ({
    line: t.exposeInt('line', { description: 'Its number: 1, 2, 3 …' }),
    code: t.exposeString('code', { description: 'What for: `FREIGHT`.' }),
    amount: amount(t, 'amount', 'Without tax.'),
    tax: amount(t, 'tax', 'Its tax.'),
  }),
});

export const TransactionPayment = builder.objectRef<InCurrency<Payment>>('TransactionPayment').implement({
  description: 'What was paid.',
  fields: (t) => ({
    line: t.exposeInt('line', { description: 'Its number: 1, 2, 3 …' }),
    tender: t.expose('tender', { type: Tender, description: 'What it was paid with.' }),
    amount: amount(t, 'amount', 'How much; negative: paid back, as change or for a return.'),
  }),
});

const inCurrency = <Row>(all: readonly Row[], currency: string): InCurrency<Row>[] =>
  all.map((one) => ({ ...one, currency }));

/** A transaction of headquarters as it is shown: as much of it as is sound, whatever was sent. */
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

/** What headquarters has of a channel's transaction; null when it was not uploaded, or headquarters does not answer. */
export const received = loader<ChannelKey, Received | null>(async (keys, { hq }) => {
  const uuids = [...new Set(keys.map(({ uuid }) => uuid))];
  const rows = await hq.read((db) => transactionsWhere(db, { uuid: uuids })).catch(whenUnavailable([]));
  const found = new Map(rows.map((row) => [keyText(row), row]));
  return keys.map((key) => found.get(keyText(key)) ?? null);
}, keyText);

/** A transaction of headquarters. */
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
  // It is read with all its lines, whatever is asked of it.
  extensions: { weight: 50 },
  description:
    'An order, sale or return that was recorded in a channel. It has its UUID and confirmation number at once, whatever headquarters is doing.',
  id: { resolve: ({ channel, uuid }) => `${channel}/${uuid}` },
  loadOne: (id, context) => {
    const [channel, uuid] = keyOf(id);
    const { viewer, channels } = context;
    if (!channels.all().some(({ code }) => code === channel)) return null;
    return mayUse(viewer, channel) ? transactionOf(context, { uuid }, channel) : null;
  },
  fields: (t) => ({
    uuid: t.expose('uuid', { type: 'UUID', description: 'Permanent identity, made by the client or by us.' }),
    confirmationNumber: t.string({
      description: 'What to tell the customer: unique in its channel, and easy to read out, e.g. `7K3M-9QXT-2BFD`.',
      resolve: ({ body }) => body.reference,
    }),
    kind: t.field({ type: TransactionKind, description: 'What it is.', resolve: ({ body }) => body.kind }),
    channel: channelField(t, 'Where it was recorded.'),
    businessDate: t.field({
      type: 'Date',
      description: 'The day of the books, in the time zone of the channel.',
      resolve: ({ body }) => body.businessDate,
    }),
    customerUuid: t.field({
      type: 'UUID',
      nullable: true,
      description: 'Whose it is; the customer may not have reached headquarters, or this database. Null: nobody’s.',
      resolve: ({ body }) => body.customerUuid,
    }),
    customer: t.field({
      type: Customer,
      nullable: true,
      description: 'Whose it is, pending or not; null when it is nobody’s, or not known here yet.',
      resolve: ({ channel, body }, _args, context) =>
        body.customerUuid === null ? null : namedCustomer(context).load({ channel, uuid: body.customerUuid }),
    }),
    deliveryAddressUuid: t.field({
      type: 'UUID',
      nullable: true,
      description: 'Which address of the customer it goes to.',
      resolve: ({ body }) => body.deliveryAddressUuid,
    }),
    shift: t.field({
      type: Shift,
      nullable: true,
      description: 'The shift that recorded it, as the channel has it.',
      resolve: ({ channel, body }, _args, context) =>
        body.shiftUuid === null ? null : shiftOf(context).load({ channel, uuid: body.shiftUuid }),
    }),
    register: t.string({ nullable: true, description: 'At which register.', resolve: ({ body }) => body.register }),
    staff: t.string({ nullable: true, description: 'By whom.', resolve: ({ body }) => body.staff }),
    pricesIncludeTax: t.boolean({
      description: 'Whether unit prices and discounts include tax.',
      resolve: ({ body }) => body.pricesIncludeTax,
    }),
    lines: t.field({
      type: [TransactionLine],
      ...atMost(MOST_LINES),
      description: 'What was sold and returned.',
      resolve: ({ body }) => inCurrency(body.lines, body.currency),
    }),
    charges: t.field({
      type: [TransactionCharge],
      ...atMost(MOST_CHARGES),
      description: 'What was charged beside it.',
      resolve: ({ body }) => inCurrency(body.charges, body.currency),
    }),
    payments: t.field({
      type: [TransactionPayment],
      ...atMost(MOST_PAYMENTS),
      description: 'What was paid.',
      resolve: ({ body }) => inCurrency(body.payments, body.currency),
    }),
    totals: t.field({ type: Totals, description: 'Its sums.', resolve: ({ body }) => body }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was recorded.' }),
    cancelledAt: t.expose('cancelledAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the channel cancelled it.',
    }),
  }),
});

/** A global ID names the channel too: two channel databases may hold the same UUID by mistake. */
function keyOf(id: string): [channel: string, uuid: string] {
  const [channel = '', uuid = ''] = id.split('/');
  return [channel, uuid];
}

/** One of them. */
interface By {
  uuid?: string | undefined;
  reference?: string | undefined;
}

/** In a channel: its own database, and headquarters when that has lost it. For an operator: headquarters, then each channel database. */
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
  description: 'One way to name a transaction.',
  isOneOf: true,
  fields: (t) => ({
    uuid: t.field({ type: 'UUID', description: 'Its permanent UUID.' }),
    confirmationNumber: t.string({ description: 'Its confirmation number.' }),
    id: t.globalID({ for: [RetailTransaction], description: 'Its global ID.' }),
  }),
});

builder.queryField('transaction', (t) =>
  t.field({
    type: RetailTransaction,
    nullable: true,
    description: 'An order or sale by its UUID, confirmation number or global ID; null when there is none.',
    args: {
      by: t.arg({ type: TransactionBy, required: true, description: 'What it is named by.' }),
      channel: t.arg.string({
        description: 'Look in this channel’s own database. Without it an operator asks headquarters first.',
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

const TransactionOrderBy = enumOf('TransactionOrder', 'The order of a list.', {
  NEWEST_FIRST: 'Newest first.',
  OLDEST_FIRST: 'Oldest first.',
});

export const TransactionConnection = builder.connectionObject(
  { type: RetailTransaction, name: 'RetailTransactionConnection' },
  { name: 'RetailTransactionEdge' },
);

/** A list of transactions as headquarters received them. */
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
      description: 'Orders and sales of a channel, from its own database.',
      args: {
        channel: t.arg.string({ required: true, description: 'Of this channel.' }),
        kinds: t.arg({ type: [TransactionKind], description: 'Only of one of these kinds.' }),
        customerUuid: t.arg({ type: 'UUID', description: 'Only of this customer.' }),
        businessDate: t.arg({ type: 'Date', description: 'Only of this business date.' }),
        shiftUuid: t.arg({ type: 'UUID', description: 'Only of this shift.' }),
        orderBy: t.arg({
          type: TransactionOrderBy,
          required: true,
          defaultValue: 'NEWEST_FIRST',
          description: 'The order.',
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
      description: 'What was recorded in it, from the channel’s own database, oldest first.',
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
      description: 'Its orders and sales in its channel, from the channel’s own database, newest first.',
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
