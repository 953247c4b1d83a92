import { CustomersDocument, FailedOperationsDocument } from '../../schema/operations.ts';
import type { Client } from './client.ts';
import type { ChannelClient } from './demo-client.ts';

/*
 * What became of the customers: headquarters is asked page by page, and its answer compared with what every channel's client has created
 * and heard.
 */

interface Page<Node> {
  edges: { node: Node }[];
  pageInfo: { hasNextPage: boolean; endCursor?: string | null };
}

/** All pages of a list. */
export async function everyPage<Node>(
  page: (position: { first: number; after: string | null }) => Promise<Page<Node>>,
): Promise<Node[]> {
  const found: Node[] = [];
  let after: string | null | undefined;
  do {
    const { edges, pageInfo } = await page({ first: 100, after: after ?? null });
    for (const { node } of edges) found.push(node);
    after = pageInfo.hasNextPage ? pageInfo.endCursor : undefined;
  } while (after);
  return found;
}

/** The account IDs that headquarters has assigned, by UUID. */
export async function accountsOf(operator: Client, clients: ChannelClient[]): Promise<Map<string, string>> {
  const pages = clients.map(({ code: channel }) =>
    everyPage((position) =>
      operator
        .request(CustomersDocument, { source: 'HEADQUARTERS', channel, ...position })
        .then(({ customers }) => customers!),
    ),
  );
  return new Map((await Promise.all(pages)).flat().map(({ uuid, accountLabel }) => [uuid, accountLabel]));
}

export const seconds = (ms: number): string => (ms / 1_000).toFixed(1);

export async function showCustomers(
  operator: Client,
  clients: ChannelClient[],
  {
    accounts,
    creating,
    converting,
    latencies,
  }: {
    accounts: Map<string, string>;
    creating: number;
    converting: number;
    latencies: number[];
  },
): Promise<void> {
  const failures = await operator.request(FailedOperationsDocument, { first: 100 });
  const created = clients.reduce((sum, client) => sum + client.created.size, 0);
  const converted = created - latencies.length;
  console.log(
    `  customers created        ${created}   (${seconds(creating)} s, ${Math.round((converted / creating) * 1_000)} a second over HTTP)`,
  );
  console.log(`  account IDs assigned     ${new Set(accounts.values()).size}`);
  console.log(
    `  converted in             ${seconds(converting)} s, ${Math.round((converted / converting) * 1_000)} customers a second`,
  );
  console.log('  account IDs received by each channel over its own subscription:');
  for (const { code, received, created } of clients)
    console.log(`    ${code.padEnd(22)} ${received.size} of ${created.size}`);
  if (latencies.length > 0) {
    console.log(
      `  live: account ID at the channel ${Math.round(latencies[Math.floor(latencies.length / 2)]!)} ms after creation (median), ${Math.round(latencies.at(-1)!)} ms at most`,
    );
  }
  console.log(`  set aside with a reason  ${failures.customerOperations!.edges.length}`);
  for (const { node } of failures.customerOperations!.edges)
    console.log(`    ${node.customerUuid}  ${node.errorCode}: ${node.error}`);
}

export function faultsOfCustomers(clients: ChannelClient[], accounts: Map<string, string>, expected: number): string[] {
  const created = clients.reduce((sum, client) => sum + client.created.size, 0);
  const faults = clients.flatMap(({ code, created, received, refused, broken }) => [
    ...refused.map((reason) => `${code}: ${reason}`),
    ...broken.map((reason) => `${code}: the feed is broken: ${reason}`),
    ...[...created.keys()].filter((uuid) => !received.has(uuid)).map((uuid) => `${code}: never heard of ${uuid}`),
    ...[...received.keys()]
      .filter((uuid) => !created.has(uuid))
      .map((uuid) => `${code}: heard of ${uuid}, which is not its own`),
    ...[...received]
      .filter(([uuid, { accountId }]) => accounts.get(uuid) !== accountId)
      .map(([uuid]) => `${code}: heard another account ID than headquarters has for ${uuid}`),
  ]);
  if (created !== expected) faults.push(`${created} of ${expected} customers were created`);
  if (accounts.size !== created) faults.push(`headquarters has ${accounts.size} customers, ${created} were created`);
  if (new Set(accounts.values()).size !== accounts.size) faults.push('an account ID was assigned twice');
  return faults;
}
