/*
 * A web shop: orders for a customer who is still pending, and follows the feed of its channel with server-sent events until headquarters has
 * made the sales order, for which it gives the customer an account ID. It stores the cursor of the last event that it applied, so it misses
 * nothing while it is not connected.
 *
 *     npx tsx examples/order-client.ts http://127.0.0.1:4000/graphql seattle
 */
import { randomUUID } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { createClient } from 'graphql-sse';

interface Synced {
  transactionsSynced: {
    cursor: string;
    transactions: {
      uuid: string;
      status: string;
      error: { message: string } | null;
      salesOrder: { salesOrderId: string; accountId: string } | null;
    }[];
  };
}

const buy = `mutation ($customer: CreateCustomerInput!, $order: CreateOrderInput!) {
  createCustomer(input: $customer) { ... on Failure { errorCode message } }
  createOrder(input: $order) { ... on Order { confirmationNumber } ... on Failure { errorCode message } }
}`;
const feed = `subscription ($channel: String!, $after: String) {
  transactionsSynced(channel: $channel, after: $after) {
    cursor
    transactions { uuid status error { message } salesOrder { salesOrderId accountId } }
  }
}`;

/** Orders, and waits for the sales order. `cursor` is where an earlier visit stopped reading the feed. */
export async function order(url: string, channel: string, cursor?: string, token = '') {
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  const [customerUuid, uuid] = [randomUUID(), randomUUID()];
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({
      query: buy,
      variables: {
        customer: { channel, uuid: customerUuid, name: { first: 'Grace', last: 'Murray' } },
        order: {
          channel,
          uuid,
          customerUuid,
          lines: [{ sku: 'BK-R50B-58', quantity: '1', unitPrice: '699.10', tax: '57.68' }],
          payments: [{ tender: 'ONLINE', amount: '756.78' }],
          total: '756.78',
        },
      },
    }),
  });
  const { data, errors } = await response.json();
  const failure =
    errors?.[0] ?? Object.values<{ errorCode?: string; message?: string }>(data).find(({ errorCode }) => errorCode);
  if (failure) throw new Error(failure.message);
  const events = createClient({ url, headers }).iterate<Synced>({ query: feed, variables: { channel, after: cursor } });
  for await (const event of events) {
    const { cursor: last, transactions } = event.data!.transactionsSynced;
    for (const { status, error, salesOrder } of transactions.filter((transaction) => transaction.uuid === uuid)) {
      if (status === 'FAILED') throw new Error(error!.message);
      if (salesOrder) return { order: data.createOrder.confirmationNumber as string, ...salesOrder, cursor: last };
    }
  }
  throw new Error('The feed ended.');
}

if (import.meta.url === pathToFileURL(process.argv[1]!).href)
  console.log(await order(process.argv[2]!, process.argv[3]!, process.argv[4], process.env.HQ_TOKEN));
