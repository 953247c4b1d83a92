import { Column, Entity, type EntityManager, PrimaryGeneratedColumn } from 'typeorm';
import { countWhere, type KeysetPage, keysetPage, rowsWhere, type Where } from '../keyset-page.ts';
import { ShiftFacts } from '../transaction-facts.ts';

/** A shift as its channel database has it. Written by its register, as a whole each time. */
@Entity('shift')
export class ChannelShift extends ShiftFacts {
  /** Place in the order of this database; the cursor. */
  @PrimaryGeneratedColumn({ type: 'bigint' }) id!: number;
  @Column({ type: 'text' }) uuid!: string;
  @Column({ type: 'text' }) channel!: string;
  /** Replication counter of the newest operation that recorded it. */
  @Column({ type: 'bigint' }) counter!: number;
  @Column({ type: 'text' }) updatedAt!: string;
}

export const channelShiftPage = (
  db: EntityManager,
  filter: Where<ChannelShift> & { channel: string },
  page: KeysetPage,
) => keysetPage(db, ChannelShift, 'id', filter, page);

export const countChannelShifts = (db: EntityManager, filter: Where<ChannelShift> & { channel: string }) =>
  countWhere(db, ChannelShift, filter);

export const channelShiftsByUuid = (db: EntityManager, uuids: readonly string[]) =>
  rowsWhere(db, ChannelShift, 'id', { uuid: uuids });

/** The shift that sells at a register. */
export async function openShiftOf(
  db: EntityManager,
  channel: string,
  register: string,
): Promise<ChannelShift | undefined> {
  return (await rowsWhere(db, ChannelShift, 'id', { channel, register, state: 'OPEN' }))[0];
}

/** Writes a shift as it is now: a new row, or the newer state of the one there. */
export const storeShift = (tx: EntityManager, { id: _, ...shift }: ChannelShift) =>
  tx
    .createQueryBuilder()
    .insert()
    .into(ChannelShift)
    .values(shift)
    .orUpdate(['state', 'closed_at', 'tenders', 'counter', 'updated_at'], ['uuid'])
    .updateEntity(false)
    .execute();
