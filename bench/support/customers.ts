import { randomUUID } from 'node:crypto';
import type { CreateCustomerInput } from '../../schema/operations.ts';
import type { Database } from '../../src/data/database.ts';
import { readAdventureWorks } from '../../src/demo/adventure-works.ts';
import { createCustomers, prepareCustomer } from '../../src/domain/customer.ts';

let real: CreateCustomerInput[] | undefined;

/** The people of Adventure Works, again and again, each time with a UUID and an e-mail address of their own; one address each. */
export function customerInput(channel: string, index: number): CreateCustomerInput {
  real ??= readAdventureWorks().customers;
  const person = real[index % real.length]!;
  return {
    ...person,
    channel,
    uuid: randomUUID(),
    email: person.email!.replace('@', `+${index}@`),
    addresses: person.addresses!.map((address) => ({ ...address, uuid: randomUUID() })),
  };
}

/** Creates customers in a channel in bulk, by the code that the API uses. */
export async function load(database: Database, channel: string, from: number, count: number): Promise<void> {
  const at = new Date().toISOString();
  for (let done = 0; done < count; done += 1_000) {
    const prepared = Array.from({ length: Math.min(1_000, count - done) }, (_, index) =>
      prepareCustomer(channel, customerInput(channel, from + done + index), at),
    );
    const results = await database.write((tx) => createCustomers(tx, prepared));
    const refused = results.find((result) => result instanceof Error);
    if (refused) throw refused;
  }
}
