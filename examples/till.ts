/*
 * A till: creates a customer and sells to them at once, while the account ID is still pending. Every UUID is generated here, so a request
 * whose answer was lost is simply sent again.
 *
 *     npx tsx examples/till.ts http://127.0.0.1:4000/graphql houston
 */
import { randomUUID } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { GraphQLClient, gql } from 'graphql-request';

const createCustomer = gql`
  mutation ($input: CreateCustomerInput!) {
    createCustomer(input: $input) {
      ... on Customer { uuid displayName accountLabel }
      ... on Failure { errorCode message }
    }
  }
`;
const recordSale = gql`
  mutation ($input: RecordSaleInput!) {
    recordSale(input: $input) {
      ... on Sale { confirmationNumber totals { total { amount currency } } }
      ... on Failure { errorCode message }
    }
  }
`;

/** Sends a mutation until it is answered. Repeating it is harmless. */
async function send(client: GraphQLClient, mutation: string, input: object): Promise<Record<string, never>> {
  for (let attempt = 1; ; attempt++) {
    try {
      const [answer] = Object.values(await client.request<Record<string, Record<string, never>>>(mutation, { input }));
      if (answer && 'errorCode' in answer) throw new Error(`${answer.errorCode}: ${answer.message}`);
      return answer!;
    } catch (error) {
      if (attempt === 5 || !(error instanceof TypeError)) throw error; // fetch fails with a TypeError when it cannot connect
    }
  }
}

export async function till(url: string, channel: string, token = ''): Promise<string> {
  const client = new GraphQLClient(url, { headers: token ? { authorization: `Bearer ${token}` } : {} });
  const name = { first: 'Ada', last: 'Byron' };
  const customer = await send(client, createCustomer, { channel, uuid: randomUUID(), name });
  const sale = await send(client, recordSale, {
    channel,
    uuid: randomUUID(),
    customerUuid: customer.uuid,
    lines: [{ sku: 'HL-U509-R', quantity: '2', unitPrice: '34.99', tax: '5.77' }],
    payments: [{ tender: 'CASH', amount: '75.75' }],
    total: '75.75',
  });
  return `${customer.displayName} (${customer.accountLabel}) bought for 75.75: ${sale.confirmationNumber}`;
}

if (import.meta.url === pathToFileURL(process.argv[1]!).href)
  console.log(await till(process.argv[2]!, process.argv[3]!, process.env.HQ_TOKEN));
