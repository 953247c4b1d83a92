import { CustomersDocument, FailedOperationsDocument } from '../../schema/operations.ts';
import { type Client, everyNode } from '../client/client.ts';
import type { ChannelClient } from './channel-client.ts';

/*
 * Compares the customers at headquarters with what each channel's client created and received.
 */

/** The account IDs that headquarters has assigned, by UUID. */
export async function accountsOf(operator: Client, clients: ChannelClient[]): Promise<Map<string, string>> {
  const lists = clients.map(({ code: channel }) =>
    everyNode(
      operator,
      CustomersDocument,
      { source: 'HEADQUARTERS', filter: { channel } },
      ({ customers }) => customers,
    ),
  );
  return new Map((await Promise.all(lists)).flat().map(({ uuid, accountLabel }) => [uuid, accountLabel]));
}

/** Prints a line. */
export type Line = (text: string) => void;

export const seconds = (ms: number): string => (ms / 1_000).toFixed(1);

/** In ms; lists are sorted. */
interface Measured {
  creating: number;
  converting: number;
  /** From the acknowledgment of each customer that was converted live to its account ID at the channel. */
  latencies: number[];
  /** Of each creation that waited for its account ID. */
  waits: number[];
}

export async function showCustomers(
  line: Line,
  operator: Client,
  clients: ChannelClient[],
  accounts: Map<string, string>,
  { creating, converting, latencies, waits }: Measured,
): Promise<void> {
  const lists = clients.map(async ({ code: channel }) => {
    const { customerOperations } = await operator.request(FailedOperationsDocument, { channel, first: 100 });
    return customerOperations!.edges;
  });
  const failed = (await Promise.all(lists)).flat();
  const created = clients.reduce((sum, client) => sum + client.created.size, 0);
  const fellBack = clients.reduce((sum, client) => sum + client.fellBack.size, 0);
  const later = latencies.length + waits.length + fellBack;
  // Those that an earlier demo has created are not new.
  const converted = clients.reduce((sum, { pending }) => sum + pending.size, 0) - latencies.length - fellBack;
  line(
    `  customers created        ${created}   (${seconds(creating)} s, ${Math.round(((created - later) / creating) * 1_000)}/s over HTTP)`,
  );
  line(`  account IDs assigned     ${new Set(accounts.values()).size}`);
  line(
    `  converted in             ${seconds(converting)} s, ${Math.round((converted / converting) * 1_000)} customers/s`,
  );
  line('  account IDs received by each channel over its own subscription:');
  for (const { code, received, created } of clients) line(`    ${code.padEnd(22)} ${received.size} of ${created.size}`);
  if (latencies.length > 0) line(`  live: account ID at the channel ${medianAndMost(latencies, 'after creation')}`);
  if (waits.length > 0) line(`  synchronous: account ID in the answer ${medianAndMost(waits, 'after the request')}`);
  if (fellBack > 0) line(`  synchronous: fell back   ${fellBack}`);
  line(`  set aside with a reason  ${failed.length}`);
  for (const { node } of failed) line(`    ${node.customerUuid}  ${node.error?.errorCode}: ${node.error?.message}`);
}

const medianAndMost = (ms: number[], after: string): string =>
  `${Math.round(ms[Math.floor(ms.length / 2)]!)} ms ${after} (median), ${Math.round(ms.at(-1)!)} ms at most`;

export function faultsOfCustomers(clients: ChannelClient[], accounts: Map<string, string>, expected: number): string[] {
  const created = clients.reduce((sum, client) => sum + client.created.size, 0);
  const faults = clients.flatMap(({ code, created, returned, received, refused, broken }) => [
    ...refused.map((reason) => `${code}: ${reason}`),
    ...broken.map((reason) => `${code}: feed error: ${reason}`),
    ...[...created.keys()]
      .filter((uuid) => !received.has(uuid))
      .map((uuid) => `${code}: never received the account ID of ${uuid}`),
    ...[...received.keys()]
      .filter((uuid) => !created.has(uuid))
      .map((uuid) => `${code}: received the account ID of ${uuid}, a customer of another channel`),
    ...[...received]
      .filter(([uuid, { accountId }]) => accounts.get(uuid) !== accountId)
      .map(([uuid]) => `${code}: received an account ID for ${uuid} that differs from the one at headquarters`),
    ...[...returned]
      .filter(([uuid, accountId]) => accounts.get(uuid) !== accountId)
      .map(
        ([uuid]) =>
          `${code}: createCustomer returned an account ID for ${uuid} that differs from the one at headquarters`,
      ),
  ]);
  if (created !== expected) faults.push(`${created} of ${expected} customers were created`);
  if (accounts.size !== created)
    faults.push(`headquarters has ${accounts.size} customers, but ${created} were created`);
  if (new Set(accounts.values()).size !== accounts.size) faults.push('an account ID was assigned twice');
  return faults;
}
