import { Column, Entity, type EntityManager, PrimaryGeneratedColumn } from 'typeorm';
import type { KeysetPage } from '../keyset-page.ts';
import { keysetPage, type Listed, rowsWhere } from '../legacy.ts';
import { sql } from '../sql.ts';
import { type ShiftBody, ShiftFacts, type ShiftState } from '../transaction-rows.ts';

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

/** A shift as its channel database has it. */
export interface ChannelShiftRow extends ShiftBody {
  /** Place in the order of this database; the cursor. */
  id: number;
  uuid: string;
  channel: string;
  counter: number;
  updated_at: string;
}

const columns = {
  uuid: 'text',
  channel: 'text',
  register: 'text',
  state: 'text',
  business_date: 'text',
  currency: 'text',
  opened_by: 'text',
  opened_at: 'text',
  closed_at: 'text',
  tenders: 'json',
  counter: 'bigint',
  updated_at: 'text',
} as const;

const shifts: Listed = { name: 'shift', key: 'id', columns: { id: 'bigint', ...columns } };

export interface ShiftFilter {
  channel: string;
  state?: readonly ShiftState[] | undefined;
  register?: string | undefined;
  business_date?: string | undefined;
}

export const channelShiftPage = (db: EntityManager, filter: ShiftFilter, page: KeysetPage) =>
  keysetPage<ChannelShiftRow>(db, shifts, { ...filter }, page);

export const channelShiftsByUuid = (db: EntityManager, uuids: readonly string[]) =>
  rowsWhere<ChannelShiftRow>(db, shifts, { uuid: uuids });

/** The shift that sells at a register. */
export async function openShiftOf(
  db: EntityManager,
  channel: string,
  register: string,
): Promise<ChannelShiftRow | undefined> {
  return (await rowsWhere<ChannelShiftRow>(db, shifts, { channel, register, state: 'OPEN' }))[0];
}

/** Writes a shift as it is now: a new row, or the newer state of the one there. */
export const storeShift = (tx: EntityManager, shift: Omit<ChannelShiftRow, 'id'>) => {
  const names = Object.keys(columns) as (keyof typeof columns)[];
  const changing = ['state', 'closed_at', 'tenders', 'counter', 'updated_at'];
  return sql(
    tx,
    `insert into shift (${names.join(', ')}) values (${names.map((_, index) => `$${index + 1}`).join(', ')})
     on conflict (uuid) do update set ${changing.map((name) => `${name} = excluded.${name}`).join(', ')}`,
    names.map((name) => (name === 'tenders' ? JSON.stringify(shift.tenders) : shift[name])),
  );
};
