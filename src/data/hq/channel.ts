import { Column, Entity, type EntityManager, In, PrimaryColumn } from 'typeorm';
import { one, sql } from '../sql.ts';

export const channelTypes = ['RETAIL_STORE', 'ONLINE_STORE', 'CALL_CENTER'] as const;
export type ChannelType = (typeof channelTypes)[number];

/** A store, online store, or call center. Written by operators. */
@Entity('channel')
export class Channel {
  @PrimaryColumn({ type: 'text' }) code!: string;
  @Column({ type: 'text' }) name!: string;
  @Column({ type: 'text' }) type!: ChannelType;
  @Column({ type: 'text' }) currency!: string;
  @Column({ type: 'text' }) timeZone!: string;
  @Column({ type: 'text' }) country!: string;
  @Column({ type: 'text' }) channelDatabase!: string;
  @Column({ type: 'boolean' }) liveConversion!: boolean;
  /** The code of its profile. */
  @Column({ type: 'text' }) functionalityProfile!: string;
  @Column({ type: 'text' }) createdAt!: string;
  @Column({ type: 'text' }) updatedAt!: string;
}

/**
 * A physical database that one or more channels live in, and how much of its log headquarters has. Added with its first channel; moved on
 * by each package of the P-job.
 */
@Entity('channel_database')
export class ChannelDatabase {
  @PrimaryColumn({ type: 'text' }) name!: string;
  /** 1, and one more with each adoption. Counters restart with each epoch and cannot be compared across epochs. */
  @Column({ type: 'integer' }) epoch!: number;
  @Column({ type: 'bigint' }) lastReceived!: number;
  /** What tells the newest operation received from others at its counter: its id and when it was recorded. */
  @Column({ type: 'text', nullable: true }) lastOperationId!: string | null;
  @Column({ type: 'text', nullable: true }) lastReceivedAt!: string | null;
  @Column({ type: 'text' }) createdAt!: string;
}

export const channelByCode = (db: EntityManager, code: string) => db.findOneBy(Channel, { code });

/** Reads no other columns, so that it works before pending migrations, too. */
export const channelDatabaseNames = async (db: EntityManager): Promise<string[]> =>
  (await sql<{ name: string }>(db, 'select name from channel_database order by name')).map(({ name }) => name);

export async function insertChannel(tx: EntityManager, channel: Channel): Promise<void> {
  await tx
    .createQueryBuilder()
    .insert()
    .into(ChannelDatabase)
    .values({ name: channel.channelDatabase, epoch: 1, lastReceived: 0, createdAt: channel.createdAt })
    .orIgnore()
    .execute();
  await tx.insert(Channel, channel);
}

export const changeChannel = (tx: EntityManager, code: string, change: Partial<Channel>) =>
  tx.update(Channel, { code }, change);

export const channelDatabaseByName = (db: EntityManager, name: string) => db.findOneBy(ChannelDatabase, { name });

export const channelDatabasesByName = (db: EntityManager, names: readonly string[]) =>
  db.find(ChannelDatabase, { where: { name: In([...names]) } });

/**
 * Moves the mark of what was received, if it is still where the caller read it: two uploads of one database never
 * both take effect. Returns the epoch of the database; undefined if the mark has moved.
 */
export async function advanceReceived(
  tx: EntityManager,
  name: string,
  from: number,
  to: { counter: number; operationId: string; at: string },
): Promise<number | undefined> {
  const moved = await one<{ epoch: number }>(
    tx,
    `update channel_database set last_received = $1, last_operation_id = $2, last_received_at = $3
     where name = $4 and last_received = $5 returning epoch`,
    [to.counter, to.operationId, to.at, name, from],
  );
  return moved?.epoch;
}

/** Begins a new epoch: takes the log from its beginning again. What is known already, by its UUID and kind, is ignored when it arrives. */
export const beginEpoch = (tx: EntityManager, name: string) =>
  tx.update(ChannelDatabase, { name }, { epoch: () => 'epoch + 1', lastReceived: 0, lastOperationId: null });
