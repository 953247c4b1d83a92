import { ownChannel, visibleTo } from '../../access/viewer.ts';
import { channelStages } from '../../data/channel/customer.bulk.ts';
import { addressesOf } from '../../data/customer-addresses.ts';
import type { AddressFacts } from '../../data/customer-facts.ts';
import { type CustomerRow, customersByUuid } from '../../data/customers.ts';
import type { Database } from '../../data/database.ts';
import { stagesOf } from '../../data/hq/operation.bulk.ts';
import type { Creation } from '../../domain/real-time.ts';
import { whenUnavailable } from '../../errors.ts';
import { type ChannelKey, inChannels, keyText, loader, rowLoader } from '../loader.ts';

/** A customer and the database it was read from, which also has its addresses. */
export interface FoundCustomer extends CustomerRow {
  database: Database;
  /** Only of one that the operation has just created. */
  creation?: Creation;
}

export const foundIn = (database: Database, rows: readonly CustomerRow[]): FoundCustomer[] =>
  rows.map((row) => Object.assign(row, { database }));

/** The addresses of a customer: one statement for each database that customers were read from. */
export const addresses = loader<FoundCustomer, AddressFacts[]>(async (customers) => {
  const databases = [...new Set(customers.map(({ database }) => database))];
  const found = new Map(
    await Promise.all(
      databases.map(async (database) => {
        const ids = customers.filter((customer) => customer.database === database).map(({ id }) => id);
        const owned = new Map<number, AddressFacts[]>(ids.map((id) => [id, []]));
        for (const address of await database.read((db) => addressesOf(db, [...owned.keys()])))
          owned.get(address.customerId)!.push(address);
        return [database, owned] as const;
      }),
    ),
  );
  return customers.map(({ database, id }) => found.get(database)!.get(id)!);
});

/** The progress of a customer at headquarters; null if it was not uploaded or headquarters does not answer. */
export const hqStage = loader<ChannelKey, Awaited<ReturnType<typeof stagesOf>>[number] | null>(async (keys, { hq }) => {
  const uuids = [...new Set(keys.map(({ uuid }) => uuid))];
  const stages = await hq.read((db) => stagesOf(db, uuids)).catch(whenUnavailable([]));
  const found = new Map(stages.map((stage) => [keyText({ channel: stage.channel, uuid: stage.customerUuid }), stage]));
  return keys.map((key) => found.get(keyText(key)) ?? null);
}, keyText);

/** The progress of a customer in its channel database. */
export const channelStage = loader<ChannelKey, Awaited<ReturnType<typeof channelStages>>[number] | null>(
  async (keys, { channels }) => {
    const stages = await inChannels(channels, keys, channelStages);
    const found = new Map(stages.map((stage) => [keyText(stage), stage]));
    return keys.map((key) => found.get(keyText(key)) ?? null);
  },
  keyText,
);

/** A customer, as headquarters has it. */
export const hqCustomer = rowLoader<string, FoundCustomer>(
  async (uuids, { hq, viewer }) => visibleTo(viewer, foundIn(hq, await hq.read((db) => customersByUuid(db, uuids)))),
  ({ uuid }) => uuid,
);

/** A customer, as its channel has it. */
export const channelCustomer = loader<ChannelKey, FoundCustomer | null>(async (keys, { channels, viewer }) => {
  const rows = await inChannels(channels, keys, async (db, uuids, database) =>
    foundIn(database, await customersByUuid(db, uuids)),
  );
  const found = new Map(visibleTo(viewer, rows).map((row) => [keyText(row), row]));
  return keys.map((key) => found.get(keyText(key)) ?? null);
}, keyText);

/**
 * The customer of a channel's transaction; null while no database has it. A channel's client sees its own customers, as its channel database
 * has them. An operator sees all customers, as headquarters has them, or as their channel has them until they are uploaded. If two channels
 * have the same UUID by mistake, each has its own customer.
 */
export const namedCustomer = loader<ChannelKey, FoundCustomer | null>(async (keys, { hq, channels, viewer }) => {
  const known = new Map<string, FoundCustomer>();
  if (ownChannel(viewer) === undefined) {
    const uuids = [...new Set(keys.map(({ uuid }) => uuid))];
    const rows = await hq.read((db) => customersByUuid(db, uuids)).catch(whenUnavailable([]));
    for (const row of foundIn(hq, rows)) known.set(row.uuid, row);
  }
  const missing = keys.filter(({ channel, uuid }) => known.get(uuid)?.channel !== channel);
  const rows = await inChannels(channels, missing, async (db, uuids, database) =>
    foundIn(database, await customersByUuid(db, uuids)),
  );
  const inChannel = new Map<string, FoundCustomer>();
  for (const row of visibleTo(viewer, rows)) {
    inChannel.set(keyText(row), row);
    // Pending, and of another channel in the same database.
    if (!known.has(row.uuid)) known.set(row.uuid, row);
  }
  return keys.map((key) => inChannel.get(keyText(key)) ?? known.get(key.uuid) ?? null);
}, keyText);
