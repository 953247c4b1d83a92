import type { Command } from 'commander';
import {
  ChannelCodesDocument,
  type CustomerBy,
  CustomerDetailsDocument,
  type CustomerDetailsQuery,
  CustomersDocument,
  type CustomersQuery,
} from '../../schema/operations.ts';
import { type Client, everyNode, Refused } from '../client/client.ts';
import { examples, type Output, remote } from './command.ts';
import { exchange } from './exchange.ts';
import { money, time } from './format.ts';
import type { Terminal } from './terminal.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** `hq customer`: shows one customer, from its creation in a channel to its sales orders. */
export function customer(program: Command, terminal: Terminal): void {
  const command = program
    .command('customer')
    .argument('<customer>', 'its UUID, account ID, or email address')
    .description('show a customer: account ID, conversion, and sales orders')
    .enablePositionalOptions()
    .option('--channel <code>', "search only this channel's own database")
    .addHelpText(
      'after',
      examples(
        'hq customer C00000042',
        'hq customer ada@example.com',
        'hq customer 7f3c1a52-1b7c-4c1e-9d38-2f4c8a6f0b11',
      ),
    );
  exchange(command, terminal);
  remote(command, terminal, async (session, options: { channel?: string }, key: string) => {
    const channel = options.channel ?? null;
    let by: CustomerBy = UUID.test(key) ? { uuid: key } : { accountId: key.toUpperCase() };
    if (key.includes('@')) {
      const found = await withEmail(session.client, key, channel);
      if (found.length > 1) return session.print(found, () => several(session, found));
      by = { id: found[0]?.id ?? nobody(key) };
    }
    const { customer: found } = await session.client.request(CustomerDetailsDocument, { by, channel });
    session.print(found ?? nobody(key), (data) => details(session, data));
  });
}

function nobody(key: string): never {
  throw new Refused(`There is no customer "${key}".`);
}

type Found = NonNullable<CustomersQuery['customers']>['edges'][number]['node'];

/** The customers with this email address: from headquarters and, as headquarters does not know pending ones, from the channels. */
async function withEmail(client: Client, email: string, channel: string | null): Promise<Found[]> {
  const search = async (code: string | null) =>
    (
      await everyNode(client, CustomersDocument, { filter: { channel: code, search: email } }, (data) => data.customers)
    ).filter((found) => found.email?.toLowerCase() === email.toLowerCase());
  if (channel !== null) return search(channel);
  const found = new Map<string, Found>();
  for (const synced of await search(null)) found.set(synced.id, synced);
  for (const { code } of await everyNode(client, ChannelCodesDocument, {}, ({ channels }) => channels))
    for (const known of await search(code)) if (!found.has(known.id)) found.set(known.id, known);
  return [...found.values()];
}

const several = ({ table, state }: Output, customers: Found[]): string =>
  `${customers.length} customers have this email address. Specify one by its UUID.\n\n${table(customers, [
    { header: 'UUID', value: ({ uuid }) => uuid },
    { header: 'ACCOUNT ID', value: ({ accountLabel }) => accountLabel },
    { header: 'STATUS', value: ({ syncStatus }) => state(syncStatus) },
    { header: 'CHANNEL', value: ({ channel }) => channel.code },
    { header: 'NAME', value: ({ displayName }) => displayName },
  ])}`;

function details({ fields, table, state }: Output, customer: NonNullable<CustomerDetailsQuery['customer']>): string {
  const { timeline, operations, salesOrders } = customer;
  const problems = operations.edges.map(({ node }) => node).filter(({ error }) => error);
  const orders = salesOrders.edges.map(({ node }) => node);
  const parts = [
    fields({
      Name: customer.displayName,
      'Account ID': customer.accountLabel,
      Status: state(customer.syncStatus),
      UUID: customer.uuid,
      Channel: `${customer.channel.name} (${customer.channel.code})`,
      Email: customer.email,
      Phone: customer.phone,
      Created: time(customer.createdAt),
      Changed: customer.updatedAt === customer.createdAt ? null : time(customer.updatedAt),
    }),
    table(timeline, [
      { header: 'CONVERSION', value: ({ stage }) => stage },
      { header: 'AT', value: ({ at }) => time(at) },
      { header: 'DETAIL', value: ({ detail }) => detail },
    ]),
  ];
  if (problems.length > 0)
    parts.push(
      table(problems, [
        { header: 'OPERATION', value: ({ kind }) => kind },
        { header: 'STATE', value: (operation) => state(operation.state) },
        { header: 'RECEIVED', value: ({ receivedAt }) => time(receivedAt) },
        { header: 'REASON', value: ({ error }) => error && `${error.message} [${error.errorCode}]` },
      ]),
    );
  if (orders.length > 0)
    parts.push(
      table(orders, [
        { header: 'SALES ORDER', value: ({ salesOrderId }) => salesOrderId },
        { header: 'ORIGIN', value: ({ origin }) => origin },
        { header: 'STATUS', value: ({ status }) => status },
        { header: 'BUSINESS DATE', value: ({ businessDate }) => businessDate },
        { header: 'TOTAL', value: ({ totals }) => money(totals.total), align: 'right' },
        { header: 'INVOICE', value: ({ invoice }) => invoice?.invoiceId },
      ]),
    );
  return parts.join('\n\n');
}
