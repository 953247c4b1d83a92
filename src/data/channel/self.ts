import { randomUUID } from 'node:crypto';
import { Column, Entity, type EntityManager, PrimaryColumn } from 'typeorm';

/** The one row that says who a channel database is and how far it has come. Written with each operation and each download package. */
@Entity('self')
export class Self {
  /** 1. */
  @PrimaryColumn({ type: 'integer' }) id!: number;
  /** Names its feeds and its log. A new one is given when a restored database is adopted, so that old cursors are refused. */
  @Column({ type: 'text' }) epoch!: string;
  @Column({ type: 'bigint' }) lastCounter!: number;
  @Column({ type: 'bigint' }) appliedVersion!: number;
  /** When job 1010 last stored a package here; null: never. */
  @Column({ type: 'text', nullable: true }) appliedAt!: string | null;
}

const id = 1;

/** Writes the row of a new database. Does nothing to one that has it. */
export const introduce = (tx: EntityManager) =>
  tx
    .createQueryBuilder()
    .insert()
    .into(Self)
    .values({ id, epoch: newEpoch(), lastCounter: 0, appliedVersion: 0 })
    .orIgnore()
    .execute();

export const self = (db: EntityManager): Promise<Self> => db.findOneByOrFail(Self, { id });

/** Moves the mark of what was applied, if it is still where the caller read it. */
export async function advanceApplied(tx: EntityManager, from: number, to: number, at: string): Promise<boolean> {
  const { affected } = await tx.update(Self, { id, appliedVersion: from }, { appliedVersion: to, appliedAt: at });
  return affected === 1;
}

/** Invalidates every cursor issued so far, so that clients start their feed over, and makes 1010 send everything again. */
export const renewEpoch = (tx: EntityManager) => tx.update(Self, { id }, { epoch: newEpoch(), appliedVersion: 0 });

const newEpoch = () => randomUUID().slice(0, 8);
