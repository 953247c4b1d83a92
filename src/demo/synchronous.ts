import {
  type CreateCustomerInput,
  CreateFunctionalityProfileDocument,
  SetMaintenanceDocument,
  UpdateFunctionalityProfileDocument,
} from '../../schema/operations.ts';
import { type Client, orRefused, Refused } from '../client/client.ts';
import type { ChannelClient } from './channel-client.ts';
import type { Line } from './customers.ts';

/*
 * A store that waits for account IDs, and a moment in which headquarters is in maintenance.
 */

/** Customers that the store creates, of which the last is created during maintenance. */
const MOST = 5;

/** The last customers of one channel: the last one's. */
export function customersOfStore(customers: readonly CreateCustomerInput[]): CreateCustomerInput[] {
  const store = customers.at(-1)?.channel;
  return customers.filter(({ channel }) => channel === store).slice(-MOST);
}

/** Adds the profile of the store, asynchronous for now, or continues with that of an earlier demo. */
export async function addProfile(operator: Client, code: string): Promise<void> {
  try {
    const input = { code, name: 'A store that waits for account IDs' };
    orRefused((await operator.request(CreateFunctionalityProfileDocument, { input })).createFunctionalityProfile);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    await setAsynchronous(operator, code, true);
  }
}

async function setAsynchronous(operator: Client, code: string, createCustomerInAsyncMode: boolean): Promise<void> {
  const input = { code, createCustomerInAsyncMode };
  orRefused((await operator.request(UpdateFunctionalityProfileDocument, { input })).updateFunctionalityProfile);
}

async function setMaintenance(operator: Client, on: boolean): Promise<void> {
  const input = { on, reason: on ? 'The demo shows what happens.' : null };
  orRefused((await operator.request(SetMaintenanceDocument, { input })).setMaintenance);
}

interface Store {
  client: ChannelClient;
  customers: CreateCustomerInput[];
  profile: string;
  /** Others would be in maintenance, too. */
  shared: boolean;
  patience: number;
}

/** Creates the customers of the store. Returns the ms that each waited for its account ID, sorted. */
export async function createSynchronously(
  line: Line,
  operator: Client,
  { client, customers, profile, shared, patience }: Store,
): Promise<number[]> {
  const { code } = client;
  line(`\nSynchronous mode: in ${code}, createCustomer now waits for the account ID.`);
  await setAsynchronous(operator, profile, false);
  const waits: number[] = [];
  const create = async (customer: CreateCustomerInput) => {
    const begun = performance.now();
    await client.create([customer]);
    if (client.returned.has(customer.uuid!)) waits.push(performance.now() - begun);
  };
  const last = shared ? undefined : customers.at(-1)!;
  for (const customer of customers) if (customer !== last) await create(customer);
  waits.sort((a, b) => a - b);
  line(
    `  ${customers.length - (last ? 1 : 0)} customers created, ${waits.length} of them with the account ID in the answer`,
  );
  if (last) {
    await setMaintenance(operator, true);
    await create(last);
    await setMaintenance(operator, false);
    const reason = client.fellBack.get(last.uuid!);
    line(
      `  headquarters is in maintenance: the next customer is ${reason ? `"Pending sync" (${reason})` : 'synchronized'}`,
    );
  }
  await client.complete(patience).catch((error: Error) => line(`  ${error.message}`));
  if (last && client.received.has(last.uuid!)) line('  maintenance is over, and its account ID has arrived');
  await setAsynchronous(operator, profile, true);
  return waits;
}
