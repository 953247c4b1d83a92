import {
  AttentionDocument,
  type AttentionFilter,
  type AttentionQuery,
  OrdersDocument,
  type OrdersQuery,
  SalesDocument,
  SalesOrdersDocument,
  type SalesOrdersQuery,
  type SalesQuery,
  StatementsDocument,
  type StatementsQuery,
} from '../../schema/operations.ts';
import { type Client, everyNode } from '../client/client.ts';
import { minorUnits } from '../domain/money.ts';
import { worksCurrency } from './adventure-works.ts';
import type { ChannelClient } from './channel-client.ts';
import { type Line, seconds } from './customers.ts';
import { type DemoOrder, dollars, STARTING_CASH } from './orders.ts';

/*
 * Compares headquarters' books with what each channel's client recorded and received. Amounts are in whole cents.
 */

type Received =
  | NonNullable<OrdersQuery['orders']>['edges'][number]['node']
  | NonNullable<SalesQuery['sales']>['edges'][number]['node'];
type SalesOrder = NonNullable<SalesOrdersQuery['salesOrders']>['edges'][number]['node'];
type Statement = NonNullable<StatementsQuery['statements']>['edges'][number]['node'];

export interface Books {
  /** By channel code. */
  received: Map<string, Received[]>;
  salesOrders: SalesOrder[];
  statements: Statement[];
  /** What needs attention, and the first items of it. */
  attention: { total: number; items: NonNullable<AttentionQuery['attention']>['items']['nodes'] };
}

/** `shared`: there are other channels at headquarters, and what needs attention there is not ours. */
export async function readBooks(operator: Client, clients: ChannelClient[], shared: boolean): Promise<Books> {
  const perChannel = <Node>(read: (channel: string) => Promise<Node[]>) =>
    Promise.all(clients.map(async ({ code }) => [code, await read(code)] as const));
  const received = await perChannel<Received>(async (channel) => {
    const asked = { source: 'HEADQUARTERS', filter: { channel } } as const;
    return [
      ...(await everyNode(operator, OrdersDocument, asked, (data) => data.orders)),
      ...(await everyNode(operator, SalesDocument, asked, (data) => data.sales)),
    ];
  });
  const salesOrders = await perChannel((channel) =>
    everyNode(operator, SalesOrdersDocument, { filter: { channel } }, (data) => data.salesOrders),
  );
  const statements = await perChannel((channel) =>
    everyNode(operator, StatementsDocument, { filter: { channel } }, (data) => data.statements),
  );
  return {
    received: new Map(received),
    salesOrders: salesOrders.flatMap(([, nodes]) => nodes),
    statements: statements.flatMap(([, nodes]) => nodes),
    attention: await attentionTo(operator, shared ? clients.map(({ code: channel }) => ({ channel })) : [null]),
  };
}

async function attentionTo(operator: Client, filters: (AttentionFilter | null)[]): Promise<Books['attention']> {
  const lists = await Promise.all(
    filters.map(async (filter) => (await operator.request(AttentionDocument, { filter, first: 20 })).attention!),
  );
  return { total: sum(lists.map(({ total }) => total)), items: lists.flatMap(({ items }) => items.nodes) };
}

/** The part of a channel's client that the comparison needs. */
type Recorder = Pick<ChannelClient, 'code' | 'recorded' | 'received' | 'shifts'>;

interface Amount {
  amount: string;
  currency: string;
}

const centsOf = ({ amount, currency }: Amount): number =>
  (currency === worksCurrency ? minorUnits(amount, currency) : undefined) ?? Number.NaN;
const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);
const sumOf = (documents: { totals: { total: Amount } }[]): number =>
  sum(documents.map(({ totals }) => centsOf(totals.total)));
const sumRecorded = (orders: DemoOrder[]): number => orders.reduce((sum, { total }) => sum + total, 0);
const isSale = ({ kind }: { kind: DemoOrder['kind'] }) => kind === 'CASH_AND_CARRY';

/** What headquarters has booked, by origin. */
function partsOf({ salesOrders, statements }: Books) {
  const posted = statements.filter(({ state }) => state === 'POSTED');
  return {
    fromOrders: salesOrders.filter(({ origin }) => origin === 'ORDER'),
    fromStatements: salesOrders.filter(({ origin }) => origin === 'STATEMENT'),
    transactional: posted.filter((statement) => 'totals' in statement),
    financial: posted.filter((statement) => 'difference' in statement),
  };
}

export function showBooks(
  print: Line,
  books: Books,
  clients: Recorder[],
  { recording, ordering, posting }: { recording: number; ordering: number; posting: number },
): void {
  const recorded = clients.flatMap((client) => [...client.recorded.values()]);
  const shifts = clients.reduce((sum, client) => sum + client.shifts, 0);
  const { fromOrders, fromStatements, transactional, financial } = partsOf(books);
  const count = (kind: DemoOrder['kind']) => recorded.filter((order) => order.kind === kind).length;
  const line = (name: string, text: string) => print(`  ${name.padEnd(24)} ${text}`);
  line('orders recorded', `${recorded.length}, ${shown(sumRecorded(recorded))}   (${seconds(recording)} s)`);
  line('  online orders', String(count('ONLINE_ORDER')));
  line('  customer orders', String(count('CUSTOMER_ORDER')));
  line('  cash-and-carry sales', `${count('CASH_AND_CARRY')} in ${shifts} shifts`);
  line('sales orders from orders', `${fromOrders.length}, ${shown(sumOf(fromOrders))}   (${seconds(ordering)} s)`);
  line(
    'statements posted',
    `${transactional.length} for sales, ${financial.length} for shifts   (${seconds(posting)} s)`,
  );
  line('  their sales orders', `${fromStatements.length}, ${shown(sumOf(fromStatements))}`);
  line('  their invoices', String(fromStatements.filter(({ invoice }) => invoice).length));
  line('in the books', shown(sumOf(fromOrders) + sumOf(transactional)));
  line('needs attention', String(books.attention.total));
  for (const { kind, name, message, toDo } of books.attention.items) print(`    ${kind} ${name}: ${message} ${toDo}`);
}

/** `15,729,129.33 USD`. */
const shown = (cents: number): string =>
  `${Number.isNaN(cents) ? '?' : dollars(cents).replace(/\B(?=(\d{3})+\.)/g, ',')} ${worksCurrency}`;

export function faultsOfBooks(books: Books, clients: Recorder[], expected: DemoOrder[]): string[] {
  const recorded = clients.flatMap((client) => [...client.recorded.values()]);
  const sales = recorded.filter(isSale);
  const shifts = clients.reduce((sum, client) => sum + client.shifts, 0);
  const { fromOrders, fromStatements, transactional, financial } = partsOf(books);
  const faults = clients.flatMap((client) => faultsOfChannel(books.received.get(client.code)!, client));
  const equal = (what: string, is: number, must: number) => {
    if (is !== must) faults.push(`${what}: ${is}, expected ${must}`);
  };
  equal('orders and sales recorded', recorded.length, expected.length);
  equal('cents recorded', sumRecorded(recorded), sumRecorded(expected));
  equal('sales orders from orders', fromOrders.length, recorded.length - sales.length);
  const different = (what: string, ids: string[]) => equal(`distinct ${what} numbers`, new Set(ids).size, ids.length);
  different(
    'sales order',
    books.salesOrders.map(({ salesOrderId }) => salesOrderId),
  );
  different(
    'statement',
    books.statements.map(({ statementId }) => statementId),
  );
  different(
    'invoice',
    fromStatements.flatMap(({ invoice }) => invoice?.invoiceId ?? []),
  );
  equal('cents in sales orders and statements', sumOf(fromOrders) + sumOf(transactional), sumRecorded(recorded));
  equal('cents in sales orders from statements', sumOf(fromStatements), sumRecorded(sales));
  equal(
    'sales orders from statements with an invoice',
    fromStatements.filter(({ invoice }) => invoice).length,
    fromStatements.length,
  );
  equal('sales in posted statements', sum(transactional.map(({ transactionCount }) => transactionCount)), sales.length);
  equal('shifts in posted statements', sum(financial.map(({ shiftCount }) => shiftCount)), shifts);
  equal(
    'cents expected in the registers',
    sum(financial.map(({ expected }) => centsOf(expected))),
    shifts * STARTING_CASH + sumRecorded(sales),
  );
  equal('statements not posted', books.statements.length - transactional.length - financial.length, 0);
  equal('items that need attention', books.attention.total, 0);
  for (const { statementId, expected, counted, difference } of financial)
    if (centsOf(difference) !== 0)
      faults.push(
        `${statementId}: ${expected.amount} was expected in the registers, but ${counted.amount} was counted`,
      );
  return faults;
}

/** Headquarters must have every transaction of a channel exactly once, completed, under the account ID that the channel received. */
function faultsOfChannel(received: Received[], { code, recorded, received: heard }: Recorder): string[] {
  const faults: string[] = [];
  const seen = new Set<string>();
  const salesOrders = new Set<string>();
  for (const transaction of received) {
    const { uuid, status, error, salesOrder } = transaction;
    const report = (fault: string) => faults.push(`${code}: ${uuid} ${fault}`);
    const order = recorded.get(uuid);
    if (seen.has(uuid)) report('arrived at headquarters twice');
    seen.add(uuid);
    if (!order) {
      report('was never recorded');
      continue;
    }
    if (status !== (isSale(order) ? 'POSTED' : 'SYNCHRONIZED'))
      report(`is ${status}: ${error?.message ?? ''} [${error?.errorCode ?? ''}]`);
    if (centsOf(transaction.totals.total) !== order.total) report(`has a total other than ${dollars(order.total)}`);
    if (!salesOrder) report('has no sales order');
    else if (salesOrder.accountId !== heard.get(order.customerUuid)?.accountId)
      report(`has a sales order for ${salesOrder.accountId}, which is not the account ID the channel received`);
    if (salesOrder && !isSale(order)) {
      if (salesOrders.has(salesOrder.salesOrderId)) report(`shares ${salesOrder.salesOrderId} with another order`);
      salesOrders.add(salesOrder.salesOrderId);
    }
  }
  for (const uuid of recorded.keys()) if (!seen.has(uuid)) faults.push(`${code}: ${uuid} never reached headquarters`);
  return faults;
}
