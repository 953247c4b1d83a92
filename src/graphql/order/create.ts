import { channelTransactionsByUuid, type TransactionRow } from '../../data/channel/transaction.ts';
import { channelDatabaseByName } from '../../data/hq/channel.ts';
import { only } from '../../data/sql.ts';
import {
  cancelOrder,
  prepareTransaction,
  recordTransactions,
  type TransactionInput,
} from '../../domain/transaction.ts';
import { MOST_CHARGES, MOST_LINES, MOST_PAYMENTS } from '../../domain/transaction-rules.ts';
import {
  ChannelNotFound,
  InvalidInput,
  NotFound,
  TransactionExists,
  WrongState,
  whenUnavailable,
} from '../../errors.ts';
import { atMost } from '../bounded.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { ofInputChannel } from '../scopes.ts';
import { Tender } from '../till/shift.ts';
import { channelInput, enumOf } from '../vocabulary.ts';
import { kindMeanings, RetailTransaction } from './transaction.ts';

const OrderKind = enumOf('OrderKind', 'How an order was taken.', {
  ONLINE_ORDER: kindMeanings.ONLINE_ORDER,
  CUSTOMER_ORDER: kindMeanings.CUSTOMER_ORDER,
});

const LineInput = builder.inputType('TransactionLineInput', {
  description: 'A product that is sold or returned.',
  fields: (t) => ({
    sku: t.string({ required: true, description: 'Which product; at most 60 characters.' }),
    name: t.string({ description: 'What the product is called; at most 200 characters.' }),
    quantity: t.field({
      type: 'Decimal',
      required: true,
      description: 'How much, with at most 3 decimals and not 0. Negative in a sale: returned.',
    }),
    unitPrice: t.field({ type: 'Decimal', required: true, description: 'Price of one; never negative.' }),
    discount: t.field({
      type: 'Decimal',
      description:
        'What the whole line is reduced by, with the sign of the quantity and at most price times quantity. Default 0.',
    }),
    tax: t.field({
      type: 'Decimal',
      description: 'Tax of the whole line, with the sign of the quantity. Default 0.',
    }),
    voided: t.boolean({ description: 'Taken back at the till: it is kept, and counted nowhere. Default false.' }),
  }),
});

const ChargeInput = builder.inputType('TransactionChargeInput', {
  description: 'Something charged beside the products.',
  fields: (t) => ({
    code: t.string({
      required: true,
      description: 'What for, e.g. `FREIGHT`: a letter, then letters, digits, _ and -; at most 40 characters.',
    }),
    amount: t.field({ type: 'Decimal', required: true, description: 'Without tax.' }),
    tax: t.field({ type: 'Decimal', description: 'Its tax, with the sign of the amount. Default 0.' }),
  }),
});

const PaymentInput = builder.inputType('TransactionPaymentInput', {
  description: 'A payment.',
  fields: (t) => ({
    tender: t.field({ type: Tender, required: true, description: 'What is paid with.' }),
    amount: t.field({ type: 'Decimal', required: true, description: 'How much; negative: paid back.' }),
  }),
});

const about = {
  channel: 'Code of the channel that records it.',
  id: 'Its permanent UUID, made by the client: the idempotency key. Sent again with the same data it answers the stored transaction. Default: we make one, and a repeat records another transaction.',
  address: 'Which address of the customer it goes to. It may be pending, and need not be in this database.',
  businessDate:
    'The day of the books. Default: that of the shift, else today in the time zone of the channel. It cannot be later than today, or before 2000.',
  currency: 'Of all amounts. Default: the currency of the channel.',
  taxed:
    'Whether unit prices and discounts include tax: then a line’s gross amount is price × quantity − discount, otherwise its net amount is. Default false.',
  shift: 'The shift that records it: an open one of this channel.',
  register: 'At which register; at most 40 characters. Default: that of the shift.',
  staff: 'By whom; at most 100 characters.',
  lines: 'What is sold or returned: at least one line that is not voided.',
  charges: 'What is charged beside the products.',
  total:
    'What is to be paid, as the client calculated it: lines without tax + tax + charges. It must be exactly what we calculate, or nothing is recorded.',
};

/** What an order and a sale have in common. */
function recordedFields(t: Parameters<Parameters<typeof builder.inputType>[1]['fields']>[0], payments: string) {
  return {
    channel: t.string({ required: true, description: about.channel }),
    id: t.field({ type: 'UUID', description: about.id }),
    deliveryAddressUuid: t.field({ type: 'UUID', description: about.address }),
    businessDate: t.field({ type: 'Date', description: about.businessDate }),
    currency: t.field({ type: 'CurrencyCode', description: about.currency }),
    pricesIncludeTax: t.boolean({ description: about.taxed }),
    shiftUuid: t.field({ type: 'UUID', description: about.shift }),
    register: t.string({ description: about.register }),
    staff: t.string({ description: about.staff }),
    lines: t.field({ type: [LineInput], required: true, description: about.lines, ...atMost(MOST_LINES) }),
    charges: t.field({ type: [ChargeInput], description: about.charges, ...atMost(MOST_CHARGES) }),
    payments: t.field({ type: [PaymentInput], description: payments, ...atMost(MOST_PAYMENTS) }),
    total: t.field({ type: 'Decimal', required: true, description: about.total }),
  };
}

const CreateOrderInput = builder.inputType('CreateOrderInput', {
  description: 'A new order.',
  fields: (t) => ({
    ...recordedFields(t, 'What has been paid: nothing, a part or all of it, and not more.'),
    kind: t.field({ type: OrderKind, description: 'How it was taken. Default ONLINE_ORDER.' }),
    customerUuid: t.field({
      type: 'UUID',
      required: true,
      description: 'Whose it is. The customer may be pending, and need not be in this database.',
    }),
  }),
});

const RecordSaleInput = builder.inputType('RecordSaleInput', {
  description: 'A new sale; with negative quantities a return.',
  fields: (t) => ({
    ...recordedFields(t, 'What was paid, less what was given back: exactly the total.'),
    customerUuid: t.field({
      type: 'UUID',
      description: 'Whose it is, if anybody’s. The customer may be pending, and need not be in this database.',
    }),
  }),
});

const CancelOrderInput = channelInput('CancelOrderInput', 'Which order.');

/** Records it in the channel's own database, together with what others record at this moment. */
async function recorded(
  { channels, now, notice }: Context,
  code: string,
  input: TransactionInput,
): Promise<TransactionRow> {
  const prepared = prepareTransaction(channels.get(code), input, now());
  const database = await channels.databaseOf(code);
  const result = await database.writeTogether(recordTransactions, prepared);
  if (result instanceof Error) throw result;
  const { uuid, created, body } = result;
  if (!created) return only(await database.read((db) => channelTransactionsByUuid(db, [uuid])));
  notice(code);
  return { id: 0, uuid, channel: code, body, createdAt: prepared.at, cancelledAt: null };
}

/** How far headquarters has the log of a channel's database; null when it does not answer. */
const receivedOf = ({ hq, channels }: Context, channel: string): Promise<number | null> =>
  hq
    .read((db) => channelDatabaseByName(db, channels.get(channel).channelDatabase))
    .then((database) => Number(database?.lastReceived ?? 0))
    .catch(whenUnavailable(null));

builder.mutationFields((t) => ({
  createOrder: t.field({
    type: RetailTransaction,
    description:
      'Takes an order in a channel: it is stored in the channel’s own database, and has its confirmation number, when this answers, whatever headquarters is doing. Its customer and address may be pending.',
    errors: { types: [InvalidInput, ChannelNotFound, TransactionExists, WrongState] },
    authScopes: ofInputChannel,
    args: { input: t.arg({ type: CreateOrderInput, required: true, description: 'The order.' }) },
    resolve: (_root, { input: { channel, kind, ...input } }, context) =>
      recorded(context, channel, { ...input, kind: kind ?? 'ONLINE_ORDER' }),
  }),
  recordSale: t.field({
    type: RetailTransaction,
    description:
      'Records a cash-and-carry sale, or a return, in a channel: it is stored in the channel’s own database when this answers, whatever headquarters is doing. Statements post it.',
    errors: { types: [InvalidInput, ChannelNotFound, TransactionExists, WrongState] },
    authScopes: ofInputChannel,
    args: { input: t.arg({ type: RecordSaleInput, required: true, description: 'The sale.' }) },
    resolve: (_root, { input: { channel, ...input } }, context) =>
      recorded(context, channel, { ...input, kind: 'CASH_AND_CARRY' }),
  }),
  cancelOrder: t.field({
    type: RetailTransaction,
    description:
      'Cancels an order of a channel that has not reached headquarters; an order that has is WRONG_STATE. While headquarters does not answer the cancellation is accepted, and reaches it as an operation of its own. Repeating it answers the cancelled order.',
    errors: { types: [ChannelNotFound, NotFound, WrongState] },
    authScopes: ofInputChannel,
    args: { input: t.arg({ type: CancelOrderInput, required: true, description: 'Which one.' }) },
    resolve: async (_root, { input: { channel, uuid } }, context) => {
      const { channels, now, notice } = context;
      const received = await receivedOf(context, channel);
      const database = await channels.databaseOf(channel);
      const { order, cancelled } = await database.write((tx) =>
        cancelOrder(tx, { channel, uuid, received, at: now() }),
      );
      if (cancelled) notice(channel);
      return order;
    },
  }),
}));
