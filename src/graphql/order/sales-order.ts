import { ownChannel, visibleTo } from '../../access/viewer.ts';
import {
  countSalesOrders,
  type SalesOrderLine as LineRow,
  linesOfSalesOrders,
  newestSalesOrders,
  type SalesOrder as Order,
  type SalesOrderFilter,
  salesOrderPage,
  salesOrdersWhere,
  selectedStatuses,
} from '../../data/hq/sales-order.ts';
import { MOST_AGGREGATED_LINES } from '../../domain/statement.ts';
import { releaseHold } from '../../domain/transaction-edit.ts';
import { mustBeValid, NotFound, type Violation, WrongState } from '../../errors.ts';
import { atMost } from '../arguments.ts';
import { builder } from '../builder.ts';
import { channelField, channelOf } from '../channel/channel.ts';
import { Customer, customerOf } from '../customer/customer.ts';
import { DateRange, DateTimeRange, listById, listOfEach, newestFirst, orderInput, rangesOf } from '../keyset.ts';
import { firstLoader, groupLoader, rowLoader } from '../loader.ts';
import { Totals } from '../money.ts';
import { ofFilter } from '../scopes.ts';
import { channelNode, enumOf, idInput, numberId, operatorMutation, valueOrNull } from '../vocabulary.ts';
import { lineFields } from './lines.ts';

const Status = enumOf('SalesOrderStatus', 'The status of a sales order.', {
  OPEN: 'To be fulfilled and invoiced.',
  INVOICED: 'Invoiced. A statement invoices what was sold at the till.',
  CANCELED: 'Canceled by its channel.',
});

const Origin = enumOf('SalesOrderOrigin', 'What a sales order was created from.', {
  ORDER: 'An online or customer order, by Synchronize orders.',
  STATEMENT: 'Cash-and-carry sales to one customer on one day, by a statement.',
});

const Line = builder.objectRef<LineRow & { currency: string }>('SalesOrderLine').implement({
  description: 'A line of a sales order.',
  fields: (t) => ({
    ...lineFields(t),
  }),
});

export const SalesOrder = channelNode<Order, number>('SalesOrder', {
  parse: numberId,
  keyOf: ({ id }) => id,
  read: (db, ids) => salesOrdersWhere(db, { id: ids }),
});

/** The sales order created from an aggregate of a statement. */
export const salesOrderOfAggregate = rowLoader<number, Order>(
  async (ids, { hq, viewer }) => visibleTo(viewer, await hq.read((db) => salesOrdersWhere(db, { aggregateId: ids }))),
  ({ aggregateId }) => aggregateId!,
);

/** The sales order created from an order. */
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
    'An order at headquarters, for a customer with an account ID or, if a statement created it, for anonymous customers.',
  fields: (t) => ({
    salesOrderId: t.exposeString('salesOrderId', { description: 'The number, such as `SO000000042`.' }),
    origin: t.expose('origin', { type: Origin, description: 'What it was created from.' }),
    status: t.expose('status', { type: Status, description: 'The status.' }),
    channel: channelField(t, 'The channel that recorded the order or sales.'),
    customerUuid: valueOrNull(t, 'UUID', 'customerUuid', 'The customer’s permanent UUID. Null for anonymous sales.'),
    accountId: valueOrNull(t, 'String', 'accountId', 'The customer’s account ID. Null for anonymous sales.'),
    customer: customerOf(
      t,
      'customerUuid',
      'The customer. Null for anonymous sales and, for a channel’s client, if the customer belongs to another channel.',
    ),
    deliveryAddressUuid: t.expose('deliveryAddressUuid', {
      type: 'UUID',
      nullable: true,
      description: 'The UUID of the customer’s address to deliver to. Null if there is no delivery.',
    }),
    businessDate: t.expose('businessDate', { type: 'LocalDate', description: 'The day on which it enters the books.' }),
    totals: t.field({ type: Totals, description: 'The totals.', resolve: (order) => order }),
    lines: t.field({
      type: [Line],
      ...atMost(MOST_AGGREGATED_LINES),
      description: 'The lines, in order.',
      resolve: async ({ id, currency }, _args, context) =>
        (await linesOf(context).load(id)).map((line) => ({ ...line, currency })),
    }),
    holdCode: t.exposeString('holdCode', {
      nullable: true,
      description:
        'Set while the sales order is on hold, because an operator corrected its transaction. Release it with `releaseSalesOrder`.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the sales order was created.' }),
    canceledAt: valueOrNull(t, 'DateTime', 'canceledAt', 'When it was canceled. Null if it was not.'),
  }),
});

export const SalesOrderConnection = builder.connectionObject(
  { type: SalesOrder, name: 'SalesOrderConnection' },
  { name: 'SalesOrderEdge' },
);

const SalesOrderOrder = orderInput('SalesOrder', {
  CREATED_AT: { by: 'createdAt', description: 'When the sales order was created.' },
});

const SalesOrderFilterInput = builder.inputType('SalesOrderFilter', {
  description: 'Limits a list of sales orders to those that match every field.',
  fields: (t) => ({
    channel: t.string({ description: 'Only sales orders of the channel with this code.' }),
    statuses: t.field({ type: [Status], description: 'Only sales orders with one of these statuses.' }),
    origin: t.field({ type: Origin, description: 'Only sales orders created from orders, or only from sales.' }),
    onHold: t.boolean({ description: 'True for only the sales orders on hold, false for only the others.' }),
    customerUuid: t.field({ type: 'UUID', description: 'Only sales orders of the customer with this UUID.' }),
    businessDate: t.field({
      type: DateRange,
      description: 'Only sales orders that enter the books on these days. Operators must also set `channel`.',
    }),
    createdAt: t.field({ type: DateTimeRange, description: 'Only sales orders that were created in this period.' }),
  }),
});

builder.queryFields((t) => ({
  salesOrder: t.field({
    type: SalesOrder,
    nullable: true,
    description: 'A sales order by its number. Null if there is none.',
    args: { salesOrderId: t.arg.string({ required: true, description: 'The number, such as `SO000000042`.' }) },
    resolve: async (_root, { salesOrderId }, { hq, viewer }) => {
      const found = await hq.read((db) => salesOrdersWhere(db, { salesOrderId }));
      return visibleTo(viewer, found)[0] ?? null;
    },
  }),
  salesOrders: t.connection(
    {
      type: SalesOrder,
      nullable: true,
      description: 'Sales orders, of a channel or of all channels.',
      args: {
        filter: t.arg({ type: SalesOrderFilterInput, description: 'The sales orders to list. Default: all.' }),
        orderBy: t.arg({ type: SalesOrderOrder, description: 'The order of the list. Default: newest first.' }),
      },
      authScopes: ofFilter,
      resolve: async (_root, { filter: asked, orderBy, ...args }, context) => {
        const channel = await channelOf(context, asked?.channel);
        const filter: SalesOrderFilter = {
          channel,
          customerUuid: asked?.customerUuid ?? undefined,
          status: asked?.statuses ?? undefined,
          origin: asked?.origin ?? undefined,
          held: asked?.onHold ?? undefined,
          ...rangesOf(asked ?? {}, ['businessDate', 'createdAt']),
        };
        mustMatchSomething(filter);
        return listById(context.hq, args, (db, page) => salesOrderPage(db, filter, page), {
          orderBy: orderBy ?? newestFirst,
          count: (db) => countSalesOrders(db, filter),
        });
      },
    },
    SalesOrderConnection,
  ),
}));

/** Throws InvalidInput for a filter that no sales order can match. */
function mustMatchSomething(filter: SalesOrderFilter): void {
  const found: Violation[] = [];
  if (filter.status?.length === 0)
    found.push({ path: ['filter', 'statuses'], message: 'must not be empty', rule: 'LENGTH' });
  else if (selectedStatuses(filter).length === 0)
    found.push({ path: ['filter', 'statuses'], message: `no sales order from an ${filter.origin} has these statuses` });
  if (filter.held && filter.origin === 'STATEMENT')
    found.push({ path: ['filter', 'onHold'], message: 'a sales order from a STATEMENT is never on hold' });
  if (filter.businessDate && filter.channel === undefined)
    found.push({ path: ['filter', 'channel'], message: 'is required with businessDate', rule: 'REQUIRED' });
  mustBeValid(found);
}

builder.objectField(Customer, 'salesOrders', (t) =>
  t.connection(
    {
      type: SalesOrder,
      description: 'The sales orders of the customer, newest first.',
      resolve: ({ uuid }, args, context) =>
        listOfEach<Order>(
          args,
          'DESC',
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
  input: idInput('ReleaseSalesOrderInput', SalesOrder, 'Identifies a sales order.'),
  inputDescription: 'The sales order to release.',
  description: 'Releases a sales order from hold.',
  may: 'releasing sales orders',
  failures: [NotFound, WrongState],
  run: (tx, { id }, who) => releaseHold(tx, id, who),
});
