import DataLoader from 'dataloader';
import type { EntityManager } from 'typeorm';
import type { Viewer } from '../access/viewer.ts';
import { channelStages } from '../data/channel/customer.ts';
import { type ChannelShiftRow, channelShiftsByUuid } from '../data/channel/shift.ts';
import { type ChannelTransactionRow, newestOfCustomers } from '../data/channel/transaction.ts';
import type { Channels } from '../data/channels.ts';
import { customersByUuid } from '../data/customer-page.ts';
import type { AddressRow } from '../data/customer-rows.ts';
import type { Database } from '../data/database.ts';
import { type ChannelDatabase, channelDatabasesByName } from '../data/hq/channel.ts';
import { type JobRun, jobRunsById } from '../data/hq/job-run.ts';
import { type CustomerOperationRow, firstOperations, stagesOf } from '../data/hq/operation.ts';
import { type DownloadSession, sessionsOfRuns, type UploadSession } from '../data/hq/session.ts';
import type { Backlogs } from '../domain/backlog.ts';
import { whenUnavailable } from '../errors.ts';
import type { Nudges } from '../events/nudges.ts';
import type { Surroundings } from '../queue/job.ts';
import { addressLoader, type FoundCustomer, foundIn } from './customer/loaders.ts';
import { type OrderLoaders, orderLoaders } from './order/loaders.ts';
import { type StatementLoaders, statementLoaders } from './statement/loaders.ts';

/** What resolvers use; the same for every operation. */
export interface Parts {
  hq: Database;
  channels: Channels;
  nudges: Nudges;
  now: () => string;
  log: Surroundings['log'];
  /** What waits between channel databases and headquarters. */
  backlogs: Backlogs;
  /** Tells live conversion that a channel has something new. */
  notice: (channel: string) => void;
}

export interface Context extends Parts {
  viewer: Viewer;
  loaders: Loaders;
}

export type HqStage = Awaited<ReturnType<typeof stagesOf>>[number];
export type ChannelStage = Awaited<ReturnType<typeof channelStages>>[number];

/** What one operation asks for again and again, asked once: a constant number of statements whatever the size of the answer. */
export interface Loaders extends OrderLoaders, StatementLoaders {
  /** Where a customer stands at headquarters; null when it was not uploaded, or headquarters does not answer. */
  hqStage: DataLoader<{ channel: string; uuid: string }, HqStage | null, string>;
  /** Where a customer stands in its channel database. */
  channelStage: DataLoader<{ channel: string; uuid: string }, ChannelStage | null, string>;
  /** The first operations of a customer. */
  operations: DataLoader<{ channel: string; uuid: string; limit: number }, CustomerOperationRow[], string>;
  /** The customer that a transaction of a channel names; null when nobody knows it yet, or it is not the viewer's to see. */
  customer: DataLoader<{ channel: string; uuid: string }, FoundCustomer | null, string>;
  /** The addresses of a customer, from the database that the customer was read from. */
  addresses: DataLoader<FoundCustomer, AddressRow[]>;
  /** The newest orders and sales of a customer of a channel, from its own database. */
  transactions: DataLoader<{ channel: string; uuid: string; limit: number }, ChannelTransactionRow[], string>;
  /** A shift of a channel, from its own database. */
  shift: DataLoader<{ channel: string; uuid: string }, ChannelShiftRow | null, string>;
  channelDatabase: DataLoader<string, ChannelDatabase>;
  jobRun: DataLoader<number, JobRun | null>;
  sessions: DataLoader<number, { uploads: UploadSession[]; downloads: DownloadSession[] }>;
}

export function contextFor(parts: Parts, viewer: Viewer): Context {
  const { hq, channels } = parts;
  return {
    ...parts,
    viewer,
    loaders: {
      ...orderLoaders(hq, viewer),
      ...statementLoaders(hq, viewer),
      hqStage: new DataLoader(
        async (keys) => {
          const uuids = [...new Set(keys.map(({ uuid }) => uuid))];
          const stages = await hq.read((db) => stagesOf(db, uuids)).catch(whenUnavailable([]));
          const found = new Map(
            stages.map((stage) => [keyOf({ channel: stage.channel, uuid: stage.customer_uuid }), stage]),
          );
          return keys.map((key) => found.get(keyOf(key)) ?? null);
        },
        { cacheKeyFn: keyOf },
      ),
      channelStage: new DataLoader(
        async (keys) => {
          const stages = await inChannels(channels, keys, channelStages);
          const found = new Map(stages.map((stage) => [keyOf(stage), stage]));
          return keys.map((key) => found.get(keyOf(key)) ?? null);
        },
        { cacheKeyFn: keyOf },
      ),
      operations: new DataLoader(
        async (keys) => {
          const uuids = [...new Set(keys.map(({ uuid }) => uuid))];
          const most = Math.max(...keys.map(({ limit }) => limit));
          const found = new Map<string, CustomerOperationRow[]>();
          for (const operation of await hq.read((db) => firstOperations(db, uuids, most))) {
            const key = keyOf({ channel: operation.channel, uuid: operation.customer_uuid });
            found.set(key, [...(found.get(key) ?? []), operation]);
          }
          return keys.map((key) => (found.get(keyOf(key)) ?? []).slice(0, key.limit));
        },
        { cacheKeyFn: (key) => `${keyOf(key)}:${key.limit}` },
      ),
      customer: new DataLoader((keys) => customersOf(parts, viewer, keys), { cacheKeyFn: keyOf }),
      addresses: addressLoader(),
      transactions: new DataLoader(
        async (keys) => {
          const most = Math.max(...keys.map(({ limit }) => limit));
          const found = await inChannels(channels, keys, (db, uuids) => newestOfCustomers(db, uuids, most));
          return keys.map(({ channel, uuid, limit }) =>
            found.filter((row) => row.body.customer_uuid === uuid && row.channel === channel).slice(0, limit),
          );
        },
        { cacheKeyFn: (key) => `${keyOf(key)}:${key.limit}` },
      ),
      shift: new DataLoader(
        async (keys) => {
          const found = await inChannels(channels, keys, channelShiftsByUuid);
          return keys.map(
            ({ channel, uuid }) => found.find((row) => row.uuid === uuid && row.channel === channel) ?? null,
          );
        },
        { cacheKeyFn: keyOf },
      ),
      channelDatabase: new DataLoader(async (names) => {
        const found = await hq.read((db) => channelDatabasesByName(db, names));
        return names.map((name) => found.find((database) => database.name === name)!);
      }),
      jobRun: new DataLoader(async (ids) => {
        const found = await hq.read((db) => jobRunsById(db, ids));
        return ids.map((id) => found.find((run) => run.id === id) ?? null);
      }),
      sessions: new DataLoader(async (runIds) => {
        const [uploads, downloads] = await hq.read((db) => sessionsOfRuns(db, runIds));
        return runIds.map((id) => ({
          uploads: uploads.filter(({ runId }) => runId === id),
          downloads: downloads.filter(({ runId }) => runId === id),
        }));
      }),
    },
  };
}

/** Two channel databases may hold the same UUID by mistake. */
const keyOf = ({ channel, uuid }: { channel: string; uuid: string }) => `${channel}:${uuid}`;

/** Asks each channel database that these are of, in one statement. */
async function inChannels<Row>(
  channels: Channels,
  keys: readonly { channel: string; uuid: string }[],
  question: (db: EntityManager, uuids: readonly string[], database: Database) => Promise<Row[]>,
): Promise<Row[]> {
  const databases = new Map<string, Set<string>>();
  const settings = new Map(channels.all().map((channel) => [channel.code, channel]));
  for (const { channel, uuid } of keys) {
    const name = settings.get(channel)?.channelDatabase;
    if (name !== undefined) databases.set(name, (databases.get(name) ?? new Set()).add(uuid));
  }
  const found: Row[] = [];
  for (const [name, uuids] of databases) {
    const database = await channels.open(name);
    found.push(...(await database.read((db) => question(db, [...uuids], database))));
  }
  return found;
}

/**
 * A channel's client sees its own customers, as its own database has them; an operator everybody, as headquarters has them, and those who
 * have not reached it as the channel has them.
 */
async function customersOf(
  { hq, channels }: Parts,
  viewer: Viewer,
  keys: readonly { channel: string; uuid: string }[],
): Promise<(FoundCustomer | null)[]> {
  const found = new Map<string, FoundCustomer>();
  if (viewer.kind === 'operator') {
    const uuids = [...new Set(keys.map(({ uuid }) => uuid))];
    const known = await hq.read((db) => customersByUuid(db, uuids)).catch(whenUnavailable([]));
    for (const row of foundIn(hq, known)) found.set(row.uuid, row);
  }
  const missing = keys.filter(({ uuid }) => !found.has(uuid));
  const asked = async (db: EntityManager, uuids: readonly string[], database: Database) =>
    foundIn(database, await customersByUuid(db, uuids));
  for (const row of await inChannels(channels, missing, asked))
    if (viewer.kind === 'operator' || row.channel === viewer.channel) found.set(row.uuid, row);
  return keys.map(({ uuid }) => found.get(uuid) ?? null);
}
