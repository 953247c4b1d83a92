import { ownChannel, visibleTo } from '../../access/viewer.ts';
import {
  type SalesOrderLine as LineRow,
  linesOfSalesOrders,
  newestSalesOrders,
  type SalesOrder as Order,
  salesOrderPage,
  salesOrdersWhere,
} from '../../data/hq/sales-order.ts';
import { quantityOf } from '../../domain/money.ts';
import { MOST_AGGREGATED_LINES } from '../../domain/statement.ts';
import { releaseHold } from '../../domain/transaction-edit.ts';
import { NotFound, WrongState } from '../../errors.ts';
import { atMost } from '../bounded.ts';
import { builder } from '../builder.ts';
import { channelField, channelOf } from '../channel/channel.ts';
import { Customer } from '../customer/customer.ts';
import { hqCustomer } from '../customer/loaders.ts';
import { listById, listOfEach } from '../keyset.ts';
import { firstLoader, groupLoader, rowLoader } from '../loader.ts';
import { amount, Totals } from '../money.ts';
import { ofChannel } from '../scopes.ts';
import { channelNode, enumOf, idInput, numberId, operatorMutation } from '../vocabulary.ts';

const Status = enumOf('SalesOrderStatus', 'Where a sales order stands.', {
  OPEN: 'To be fulfilled and invoiced.',
  INVOICED: 'Invoiced: by a statement, for what was sold over the counter.',
  CANCELLED: 'Cancelled by its channel.',
});

const Source = enumOf('SalesOrderSource', 'What a sales order was made of.', {
  ORDER: 'Of an order of a web shop or a till, by Synchronize orders.',
  STATEMENT: 'Of cash-and-carry sales of one customer on one day, by a statement.',
});

const Line = builder.objectRef<LineRow & { currency: string }>('SalesOrderLine').implement({
  description: 'A line of a sales order.',
  fields: (t) => ({
    line: t.exposeInt('line', { description: 'Its number: 1, 2, 3 …' }),
    sku: t.exposeString('sku', { description: 'Stock keeping unit.' }),
    name: t.exposeString('name', { nullable: true, description: 'What it is called.' }),
    quantity: t.field({
      type: 'Decimal',
      description: 'How many; negative for what was brought back.',
      resolve: ({ quantity }) => quantityOf(quantity),
    }),
    unitPrice: amount(t, 'unitPrice', 'Price of one.'),
    discount: amount(t, 'discount', 'What the line was reduced by.'),
    tax: amount(t, 'tax', 'Tax of the line.'),
    net: amount(t, 'net', 'Without tax.'),
    total: amount(t, 'gross', 'With tax.'),
  }),
});

export const SalesOrder = channelNode<Order, number>('SalesOrder', {
  parse: numberId,
  keyOf: ({ id }) => id,
  read: (db, ids) => salesOrdersWhere(db, { id: ids }),
});

/** The sales order that was made of an aggregate of a statement. */
export const salesOrderOfAggregate = rowLoader<number, Order>(
  async (ids, { hq, viewer }) => visibleTo(viewer, await hq.read((db) => salesOrdersWhere(db, { aggregateId: ids }))),
  ({ aggregateId }) => aggregateId!,
);

/** The sales order that was made of an order. */
export const salesOrderOfTransaction = rowLoader<number, Order>(
  async (sequences, { hq, viewer }) =>
    visibleTo(viewer, await hq.read((db) => salesOrdersWhere(db, { transactionSequence: sequences }))),
  ({ transactionSequence }) => transactionSequence!,
);

const linesOf = groupLoader<number, LineRow>(
  (orders, { hq }) => hq.read((db) => linesOfSalesOrders(db, orders)),
  ({ salesOrder }) => salesOrder,
);

/** The newest sales orders of a customer. */
const newestOf = firstLoader<{ customer: string; limit: number }, Order>(
  (keys, limit, { hq, viewer }) =>
    hq.read((db) =>
      newestSalesOrders(db, [...new Set(keys.map(({ customer }) => customer))], limit, ownChannel(viewer)),
    ),
  ({ customer }) => customer,
  ({ customerUuid }) => customerUuid ?? '',
);

SalesOrder.implement({
  description:
    'An order at headquarters, for a customer with an account ID (or, from a statement, for customers who gave no name).',
  fields: (t) => ({
    salesOrderId: t.exposeString('salesOrderId', { description: 'Its number, e.g. `SO000000042`.' }),
    source: t.expose('source', { type: Source, description: 'What it was made of.' }),
    status: t.expose('status', { type: Status, description: 'Where it stands.' }),
    channel: channelField(t, 'Where it was sold.'),
    customerUuid: t.expose('customerUuid', {
      type: 'UUID',
      nullable: true,
      description: 'The customer’s permanent UUID.',
    }),
    accountId: t.exposeString('accountId', { nullable: true, description: 'The customer’s account ID.' }),
    customer: t.field({
      type: Customer,
      nullable: true,
      description:
        'The customer; null for customers who gave no name, and for a channel’s client when it is another channel’s.',
      resolve: ({ customerUuid: uuid }, _args, context) => (uuid === null ? null : hqCustomer(context).load(uuid)),
    }),
    deliveryAddressUuid: t.expose('deliveryAddressUuid', {
      type: 'UUID',
      nullable: true,
      description: 'Where it is delivered to: an address of the customer.',
    }),
    businessDate: t.expose('businessDate', { type: 'Date', description: 'Its day in the books.' }),
    totals: t.field({ type: Totals, description: 'Its sums.', resolve: (order) => order }),
    lines: t.field({
      type: [Line],
      ...atMost(MOST_AGGREGATED_LINES),
      description: 'Its lines, in order.',
      resolve: async ({ id, currency }, _args, context) =>
        (await linesOf(context).load(id)).map((line) => ({ ...line, currency })),
    }),
    holdCode: t.exposeString('holdCode', {
      nullable: true,
      description:
        'Set while it is on hold, because its transaction was corrected by hand. Release it with releaseSalesOrder.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    cancelledAt: t.expose('cancelledAt', { type: 'DateTime', nullable: true, description: 'When it was cancelled.' }),
  }),
});

export const SalesOrderConnection = builder.connectionObject(
  { type: SalesOrder, name: 'SalesOrderConnection' },
  { name: 'SalesOrderEdge' },
);

builder.queryFields((t) => ({
  salesOrder: t.field({
    type: SalesOrder,
    nullable: true,
    description: 'A sales order by its number; null when there is none.',
    args: { salesOrderId: t.arg.string({ required: true, description: 'Its number, e.g. `SO000000042`.' }) },
    resolve: async (_root, { salesOrderId }, { hq, viewer }) => {
      const found = await hq.read((db) => salesOrdersWhere(db, { salesOrderId }));
      return visibleTo(viewer, found)[0] ?? null;
    },
  }),
  salesOrders: t.connection(
    {
      type: SalesOrder,
      nullable: true,
      description: 'Sales orders, newest first, that match all that is given.',
      args: {
        channel: t.arg.string({ description: 'Only of this channel.' }),
        customerUuid: t.arg({ type: 'UUID', description: 'Only of this customer.' }),
        statuses: t.arg({ type: [Status], description: 'Only with one of these statuses.' }),
        source: t.arg({ type: Source, description: 'Only made of this.' }),
        businessDate: t.arg({ type: 'Date', description: 'Only of this day.' }),
        onHold: t.arg.boolean({ description: 'True: only those on hold. False: only those that are not.' }),
      },
      authScopes: ofChannel,
      resolve: (_root, args, context) => {
        const channel = channelOf(context, args.channel);
        const filter = {
          channel,
          customerUuid: args.customerUuid ?? undefined,
          status: args.statuses?.length ? args.statuses : undefined,
          source: args.source ?? undefined,
          businessDate: args.businessDate ?? undefined,
        };
        return listById(
          context.hq,
          args,
          (db, page) => salesOrderPage(db, filter, page, { held: args.onHold ?? null }),
          'newest first',
        );
      },
    },
    SalesOrderConnection,
  ),
}));

builder.objectField(Customer, 'salesOrders', (t) =>
  t.connection(
    {
      type: SalesOrder,
      description: 'What it bought, as headquarters has it: its sales orders, newest first.',
      resolve: ({ uuid }, args, context) =>
        listOfEach<Order>(
          args,
          'newest first',
          ({ id }) => id,
          (limit) => newestOf(context).load({ customer: uuid, limit }),
          (page) =>
            context.hq.read((db) =>
              salesOrderPage(db, { customerUuid: uuid, channel: ownChannel(context.viewer) }, page),
            ),
        ),
    },
    SalesOrderConnection,
  ),
);

operatorMutation('releaseSalesOrder', {
  type: SalesOrder,
  input: idInput('ReleaseSalesOrderInput', SalesOrder, 'Which sales order.'),
  description: 'Releases a sales order that is on hold.',
  may: 'releasing sales orders',
  failures: [NotFound, WrongState],
  run: (tx, { id }, who) => releaseHold(tx, id.id, who),
});
