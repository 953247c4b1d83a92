import { type EntityManager, EntitySchema, In } from 'typeorm';
import { one, sql } from '../sql.ts';

export const channelTypes = ['RETAIL_STORE', 'ONLINE_STORE', 'CALL_CENTER'] as const;
export type ChannelType = (typeof channelTypes)[number];

/** A store, a web shop or a call centre. */
export interface Channel {
  code: string;
  name: string;
  type: ChannelType;
  currency: string;
  timeZone: string;
  country: string;
  channelDatabase: string;
  liveConversion: boolean;
  createdAt: string;
  updatedAt: string;
}

/** A physical database that one or more channels live in, and how much of its log headquarters has. */
export interface ChannelDatabase {
  name: string;
  /** 1, and one more with each adoption. Counters restart with each epoch and cannot be compared across epochs. */
  epoch: number;
  lastReceived: number;
  /** What tells the newest operation received from others at its counter: its id and when it was recorded. */
  lastOperationId: string | null;
  lastReceivedAt: string | null;
  createdAt: string;
}

export const channels = new EntitySchema<Channel>({
  name: 'channel',
  columns: {
    code: { type: 'text', primary: true },
    name: { type: 'text' },
    type: { type: 'text' },
    currency: { type: 'text' },
    timeZone: { type: 'text' },
    country: { type: 'text' },
    channelDatabase: { type: 'text' },
    liveConversion: { type: 'boolean' },
    createdAt: { type: 'text' },
    updatedAt: { type: 'text' },
  },
});

export const channelDatabases = new EntitySchema<ChannelDatabase>({
  name: 'channel_database',
  columns: {
    name: { type: 'text', primary: true },
    epoch: { type: 'integer' },
    lastReceived: { type: 'bigint' },
    lastOperationId: { type: 'text', nullable: true },
    lastReceivedAt: { type: 'text', nullable: true },
    createdAt: { type: 'text' },
  },
});

export const allChannels = (db: EntityManager) => db.find(channels, { order: { code: 'asc' } });

export const channelsByCode = (db: EntityManager, codes: readonly string[]) =>
  db.find(channels, { where: { code: In([...codes]) } });

export const channelByCode = (db: EntityManager, code: string) => db.findOneBy(channels, { code });

export async function insertChannel(tx: EntityManager, channel: Channel): Promise<void> {
  await sql(
    tx,
    'insert into channel_database (name, epoch, last_received, created_at) values ($1, 1, 0, $2) on conflict (name) do nothing',
    [channel.channelDatabase, channel.createdAt],
  );
  await tx.insert(channels, channel);
}

export const changeChannel = (tx: EntityManager, code: string, change: Partial<Channel>) =>
  tx.update(channels, { code }, change);

export const channelDatabaseByName = (db: EntityManager, name: string) => db.findOneBy(channelDatabases, { name });

export const channelDatabasesByName = (db: EntityManager, names: readonly string[]) =>
  db.find(channelDatabases, { where: { name: In([...names]) } });

/**
 * Moves the mark of what was received, if it still stands where the caller read it: two uploads of one database never
 * both take effect.
 */
export async function advanceReceived(
  tx: EntityManager,
  name: string,
  from: number,
  to: { counter: number; operationId: string; at: string },
): Promise<boolean> {
  const moved = await one(
    tx,
    `update channel_database set last_received = $1, last_operation_id = $2, last_received_at = $3
     where name = $4 and last_received = $5 returning name`,
    [to.counter, to.operationId, to.at, name, from],
  );
  return moved !== undefined;
}

/** Begins a new epoch: takes the log from its beginning again. What is known already, by its UUID and kind, is ignored when it arrives. */
export const beginEpoch = (tx: EntityManager, name: string) =>
  sql(
    tx,
    'update channel_database set epoch = epoch + 1, last_received = 0, last_operation_id = null where name = $1',
    [name],
  );
