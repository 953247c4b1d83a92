import type { DefaultConnectionArguments } from '@pothos/plugin-relay';
import {
  type ChannelTransactionFilter,
  channelTransactionPage,
  countChannelTransactions,
  type RecordedTransaction,
} from '../../data/channel/transaction.ts';
import {
  countTransactions,
  type RetailTransaction as Received,
  type TransactionFilter as ReceivedFilter,
  transactionPage,
} from '../../data/hq/transaction.ts';
import type { Range } from '../../data/keyset-page.ts';
import type { Family, TransactionKind } from '../../data/transaction-facts.ts';
import {
  type OrderStatus as OrderStatusName,
  type SaleStatus as SaleStatusName,
  storedAs,
} from '../../domain/transaction-status.ts';
import { mustBeValid, type Violation } from '../../errors.ts';
import { builder } from '../builder.ts';
import { sourceOf } from '../channel/channel.ts';
import type { Context } from '../context.ts';
import { Customer } from '../customer/customer.ts';
import {
  DateRange,
  DateTimeRange,
  keysetConnection,
  listById,
  listOfEach,
  newestFirst,
  numberKey,
  orderInput,
  rangesOf,
  type Sorting,
} from '../keyset.ts';
import { ofFilter } from '../scopes.ts';
import { Shift } from '../till/shift.ts';
import { sourceArgument, type Types } from '../vocabulary.ts';
import { receivedUpTo } from './find.ts';
import { fromHeadquarters, newestOf } from './loaders.ts';
import { OrderStatus, SaleStatus } from './processing.ts';
import { Order, OrderKind, RetailTransaction, Sale } from './transaction.ts';

/*
 * Lists of orders and sales. Those of one kind can be filtered by status; a list of both cannot, because their statuses differ.
 */

const TransactionConnection = builder.connectionObject(
  { type: RetailTransaction, name: 'RetailTransactionConnection' },
  { name: 'RetailTransactionEdge' },
);
const OrderConnection = builder.connectionObject({ type: Order, name: 'OrderConnection' }, { name: 'OrderEdge' });
export const SaleConnection = builder.connectionObject({ type: Sale, name: 'SaleConnection' }, { name: 'SaleEdge' });

const TransactionOrder = orderInput('Transaction', {
  CREATED_AT: { by: 'createdAt', description: 'When the channel recorded it.' },
});

const filterFields = (t: PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>, noun: string) => ({
  channel: t.string({ description: `Only ${noun} of the channel with this code.` }),
  customerUuid: t.field({ type: 'UUID', description: `Only ${noun} of the customer with this UUID.` }),
  shiftUuid: t.field({ type: 'UUID', description: `Only ${noun} that the shift with this UUID recorded.` }),
  businessDate: t.field({
    type: DateRange,
    description: `Only ${noun} that enter the books on these days. Operators must also set \`channel\`.`,
  }),
  createdAt: t.field({ type: DateTimeRange, description: `Only ${noun} that were recorded in this period.` }),
});

const statusRule = 'With source CHANNEL, only statuses that the channel itself decides:';

const TransactionFilter = builder.inputType('TransactionFilter', {
  description:
    'Limits a list of orders and sales to those that match every field. To select by status, list `orders` or `sales`.',
  fields: (t) => filterFields(t, 'orders and sales'),
});

const OrderFilter = builder.inputType('OrderFilter', {
  description: 'Limits a list of orders to those that match every field.',
  fields: (t) => ({
    ...filterFields(t, 'orders'),
    kinds: t.field({ type: [OrderKind], description: 'Only orders that were placed in one of these ways.' }),
    statuses: t.field({
      type: [OrderStatus],
      description: `Only orders with one of these statuses. ${statusRule} PENDING and CANCELED. With source HEADQUARTERS, all but PENDING.`,
    }),
  }),
});

const SaleFilter = builder.inputType('SaleFilter', {
  description: 'Limits a list of sales to those that match every field.',
  fields: (t) => ({
    ...filterFields(t, 'sales'),
    statuses: t.field({
      type: [SaleStatus],
      description: `Only sales with one of these statuses. ${statusRule} PENDING. With source HEADQUARTERS, all but PENDING.`,
    }),
  }),
});

interface Filter {
  channel?: string | null | undefined;
  customerUuid?: string | null | undefined;
  shiftUuid?: string | null | undefined;
  businessDate?: Range | null | undefined;
  createdAt?: Range | null | undefined;
  kinds?: readonly TransactionKind[] | null | undefined;
  statuses?: readonly (OrderStatusName | SaleStatusName)[] | null | undefined;
}

interface ListArguments extends DefaultConnectionArguments {
  source?: 'CHANNEL' | 'HEADQUARTERS' | null | undefined;
  filter?: Filter | null | undefined;
  orderBy?: Sorting | null | undefined;
}

/** A list of orders, of sales, or of both. */
async function transactionList(context: Context, args: ListArguments, family?: Family) {
  const { source, channel, database } = await sourceOf(context, args);
  const filter = args.filter ?? {};
  mustMatchSomething(filter, source, channel);
  const where = {
    channel,
    kind: filter.kinds ?? undefined,
    customerUuid: filter.customerUuid ?? undefined,
    shiftUuid: filter.shiftUuid ?? undefined,
    ...rangesOf(filter, ['businessDate', 'createdAt']),
  };
  const options = { orderBy: args.orderBy ?? newestFirst };
  const { statuses } = filter;
  if (source === 'HEADQUARTERS') {
    const only = { ...where, status: statuses?.flatMap((status) => storedAs(status) ?? []) };
    return listById(
      database,
      args,
      async (db, page) => (await transactionPage(db, only, page, family)).map(fromHeadquarters),
      { ...options, count: (db) => countTransactions(db, only, family) },
    );
  }
  const selection = {
    family,
    canceled: statuses?.includes('CANCELED'),
    pendingAfter: statuses?.includes('PENDING') ? ((await receivedUpTo(context, channel!)) ?? 0) : undefined,
  };
  const only: ChannelTransactionFilter = { ...where, channel: channel! };
  return listById(database, args, (db, page) => channelTransactionPage(db, only, page, selection), {
    ...options,
    count: (db) => countChannelTransactions(db, only, selection),
  });
}

/** Throws InvalidInput, which names everything in a filter that no transaction of this source can match. */
function mustMatchSomething(filter: Filter, source: 'CHANNEL' | 'HEADQUARTERS', channel: string | undefined): void {
  const found: Violation[] = [];
  const report = (name: keyof Filter, message: string, rule?: Violation['rule']) =>
    found.push({ path: ['filter', name], message, ...(rule && { rule }) });
  for (const name of ['kinds', 'statuses'] as const)
    if (filter[name]?.length === 0) report(name, 'must not be empty', 'LENGTH');
  if (filter.businessDate && channel === undefined) report('channel', 'is required with businessDate', 'REQUIRED');
  const known = (status: OrderStatusName | SaleStatusName) =>
    source === 'HEADQUARTERS' ? status !== 'PENDING' : status === 'PENDING' || status === 'CANCELED';
  const unknown = filter.statuses?.filter((status) => !known(status)) ?? [];
  if (unknown.length > 0)
    report(
      'statuses',
      `${unknown.join(' and ')} ${unknown.length === 1 ? 'is' : 'are'} unknown to source ${source}: use source ${source === 'CHANNEL' ? 'HEADQUARTERS' : 'CHANNEL'}`,
    );
  mustBeValid(found);
}

builder.queryFields((t) => {
  const source = t.arg(sourceArgument);
  const orderBy = t.arg({ type: TransactionOrder, description: 'The order of the list. Default: newest first.' });
  return {
    transactions: t.connection(
      {
        type: RetailTransaction,
        nullable: true,
        description: 'Orders and sales, of a channel or of all channels.',
        args: {
          source,
          filter: t.arg({ type: TransactionFilter, description: 'The orders and sales to list. Default: all.' }),
          orderBy,
        },
        authScopes: ofFilter,
        resolve: (_root, args, context) => transactionList(context, args),
      },
      TransactionConnection,
    ),
    orders: t.connection(
      {
        type: Order,
        nullable: true,
        description:
          'Orders, of a channel or of all channels. `filter: { statuses: [FAILED] }` lists those that were set aside.',
        args: {
          source,
          filter: t.arg({ type: OrderFilter, description: 'The orders to list. Default: all.' }),
          orderBy,
        },
        authScopes: ofFilter,
        resolve: (_root, args, context) => transactionList(context, args, 'orders'),
      },
      OrderConnection,
    ),
    sales: t.connection(
      {
        type: Sale,
        nullable: true,
        description:
          'Sales, of a channel or of all channels. `filter: { statuses: [FAILED] }` lists those that were set aside.',
        args: { source, filter: t.arg({ type: SaleFilter, description: 'The sales to list. Default: all.' }), orderBy },
        authScopes: ofFilter,
        resolve: (_root, args, context) => transactionList(context, args, 'sales'),
      },
      SaleConnection,
    ),
  };
});

/** Sales that a statement took, in the order of arrival. */
export async function salesPage(
  { hq }: Context,
  args: DefaultConnectionArguments,
  filter: Pick<ReceivedFilter, 'statementId' | 'aggregateId'>,
) {
  const connection = await keysetConnection<number, Received>(
    { args, keyFrom: numberKey },
    ({ sequence }) => sequence,
    (page) => hq.read((db) => transactionPage(db, filter, page)),
  );
  return {
    ...connection,
    edges: connection.edges.map((edge) => edge && { ...edge, node: fromHeadquarters(edge.node) }),
  };
}

builder.objectField(Shift, 'transactions', (t) =>
  t.connection(
    {
      type: RetailTransaction,
      description: 'The orders and sales recorded in the shift, from the channel’s own database, oldest first.',
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
          'DESC',
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
