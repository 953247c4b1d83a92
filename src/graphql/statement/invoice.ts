import { ownChannel, visibleTo } from '../../access/viewer.ts';
import {
  countInvoices,
  type Invoice as InvoiceRow,
  invoicePage,
  invoicesWhere,
  newestInvoices,
} from '../../data/hq/journal.ts';
import { globalId } from '../arguments.ts';
import { builder } from '../builder.ts';
import { channelOf } from '../channel/channel.ts';
import { Customer } from '../customer/customer.ts';
import { conditionsOf, DateTimeRange, listById, listOfEach, newestFirst, orderInput, rangesOf } from '../keyset.ts';
import { firstLoader, rowLoader } from '../loader.ts';
import { SalesOrder } from '../order/sales-order.ts';
import { ofFilter } from '../scopes.ts';
import { Invoice, InvoiceConnection } from './parts.ts';

/*
 * Where clients find invoices: by number, in lists, and from the sales order or the customer.
 */

/** The invoice of a sales order. */
const invoiceOf = rowLoader<number, InvoiceRow>(
  async (orders, { hq, viewer }) =>
    visibleTo(viewer, await hq.read((db) => invoicesWhere(db, { salesOrder: [...orders] }))),
  ({ salesOrder }) => salesOrder,
);

/** The newest invoices of each customer. */
const newestOf = firstLoader<{ customer: string; limit: number }, InvoiceRow>(
  (keys, limit, { hq, viewer }) =>
    hq.read((db) => newestInvoices(db, [...new Set(keys.map(({ customer }) => customer))], limit, ownChannel(viewer))),
  ({ customer }) => customer,
  ({ customerUuid }) => customerUuid ?? '',
);

const InvoiceBy = builder.inputType('InvoiceBy', {
  description: 'Identifies an invoice in one of two ways.',
  isOneOf: true,
  fields: (t) => ({
    invoiceId: t.string({ description: 'The invoice number, such as `INV000000042`.' }),
    id: t.field(globalId(Invoice, 'The global ID.')),
  }),
});

const InvoiceFilter = builder.inputType('InvoiceFilter', {
  description: 'Limits a list of invoices to those that match every field.',
  fields: (t) => ({
    channel: t.string({ description: 'Only invoices of the channel with this code.' }),
    createdAt: t.field({ type: DateTimeRange, description: 'Only invoices that were created in this period.' }),
  }),
});

const InvoiceOrder = orderInput('Invoice', {
  CREATED_AT: { by: 'createdAt', description: 'When the invoice was created.' },
});

builder.queryFields((t) => ({
  invoice: t.field({
    type: Invoice,
    nullable: true,
    description: 'An invoice by its number or global ID. Null if there is none.',
    args: { by: t.arg({ type: InvoiceBy, required: true, description: 'The number or global ID.' }) },
    resolve: async (_root, { by: { id, invoiceId } }, { hq, viewer }) => {
      const which = invoiceId ? { invoiceId } : { id: id ?? 0 };
      return visibleTo(viewer, await hq.read((db) => invoicesWhere(db, which)))[0] ?? null;
    },
  }),
  invoices: t.connection(
    {
      type: Invoice,
      nullable: true,
      description: 'Invoices, of a channel or of all channels.',
      args: {
        filter: t.arg({ type: InvoiceFilter, description: 'The invoices to list. Default: all.' }),
        orderBy: t.arg({ type: InvoiceOrder, description: 'The order of the list. Default: newest first.' }),
      },
      authScopes: ofFilter,
      resolve: async (_root, { filter, orderBy, ...args }, context) => {
        const { channel, ...ranges } = conditionsOf(filter);
        const where = { channel: await channelOf(context, channel), ...rangesOf(ranges, ['createdAt']) };
        return listById(context.hq, args, (db, page) => invoicePage(db, where, page), {
          orderBy: orderBy ?? newestFirst,
          count: (db) => countInvoices(db, where),
        });
      },
    },
    InvoiceConnection,
  ),
}));

builder.objectField(SalesOrder, 'invoice', (t) =>
  t.field({
    type: Invoice,
    nullable: true,
    description: 'The invoice; null until the sales order is invoiced.',
    resolve: ({ id }, _args, context) => invoiceOf(context).load(id),
  }),
);

builder.objectField(Customer, 'invoices', (t) =>
  t.connection(
    {
      type: Invoice,
      description: 'The customer’s invoices, newest first.',
      resolve: ({ uuid }, args, context) =>
        listOfEach<InvoiceRow>(
          args,
          'DESC',
          ({ id }) => id,
          (limit) => newestOf(context).load({ customer: uuid, limit }),
          (page) =>
            context.hq.read((db) => invoicePage(db, { customerUuid: uuid, channel: ownChannel(context.viewer) }, page)),
        ),
    },
    InvoiceConnection,
  ),
);
