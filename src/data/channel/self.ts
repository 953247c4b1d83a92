import { randomUUID } from 'node:crypto';
import { Column, Entity, type EntityManager, PrimaryColumn } from 'typeorm';
import { one, sql } from '../sql.ts';

/** The one row that says who a channel database is and how far it has come. Written with each operation and each download package. */
@Entity('self')
export class Self {
  /** 1. */
  @PrimaryColumn({ type: 'integer' }) id!: number;
  /** Names its feeds and its log. A new one is given when a restored database is adopted, so that old cursors are refused. */
  @Column({ type: 'text' }) epoch!: string;
  @Column({ type: 'bigint' }) lastCounter!: number;
  @Column({ type: 'bigint' }) appliedVersion!: number;
}

/** Writes the row of a new database. Does nothing to one that has it. */
export const introduce = (tx: EntityManager) =>
  sql(
    tx,
    'insert into self (id, epoch, last_counter, applied_version) values (1, $1, 0, 0) on conflict (id) do nothing',
    [newEpoch()],
  );

export async function self(db: EntityManager): Promise<Omit<Self, 'id'>> {
  const row = await one<{ epoch: string; last_counter: number; applied_version: number }>(
    db,
    'select epoch, last_counter, applied_version from self where id = 1',
  );
  return { epoch: row!.epoch, lastCounter: row!.last_counter, appliedVersion: row!.applied_version };
}

/** What a channel database knows of headquarters' doings: the newest change version and the largest account ID that reached it. */
export interface Known {
  appliedVersion: number;
  newestAccountId: string | null;
}

export async function known(db: EntityManager): Promise<Known> {
  const row = await one<{ applied_version: number; newest: string | null }>(
    db,
    'select applied_version, (select max(account_id) from customer where account_id is not null) as newest from self where id = 1',
  );
  return { appliedVersion: row!.applied_version, newestAccountId: row!.newest };
}

/** Moves the mark of what was applied, if it still stands where the caller read it. */
export async function advanceApplied(tx: EntityManager, from: number, to: number): Promise<boolean> {
  const row = await one(tx, 'update self set applied_version = $1 where id = 1 and applied_version = $2 returning id', [
    to,
    from,
  ]);
  return row !== undefined;
}

/** Invalidates every cursor issued so far, so that clients start their feed over, and makes 1010 send everything again. */
export const renewEpoch = (tx: EntityManager) =>
  sql(tx, 'update self set epoch = $1, applied_version = 0 where id = 1', [newEpoch()]);

const newEpoch = () => randomUUID().slice(0, 8);
