import DataLoader from 'dataloader';
import { addressesOf, type CustomerRow } from '../../data/customer-page.ts';
import type { AddressRow } from '../../data/customer-rows.ts';
import type { Database } from '../../data/database.ts';

/** A customer and the database that it was read from, which also has its addresses. */
export interface FoundCustomer extends CustomerRow {
  database: Database;
}

export const foundIn = (database: Database, rows: readonly CustomerRow[]): FoundCustomer[] =>
  rows.map((row) => Object.assign(row, { database }));

/** The addresses of customers, one statement for each database that they were read from. */
export const addressLoader = () =>
  new DataLoader<FoundCustomer, AddressRow[]>(async (customers) => {
    const databases = [...new Set(customers.map(({ database }) => database))];
    const found = new Map(
      await Promise.all(
        databases.map(async (database) => {
          const uuids = customers.filter((one) => one.database === database).map(({ uuid }) => uuid);
          return [database, await database.read((db) => addressesOf(db, [...new Set(uuids)]))] as const;
        }),
      ),
    );
    return customers.map(({ database, uuid }) => found.get(database)!.get(uuid) ?? []);
  });
