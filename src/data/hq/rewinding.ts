import { Column, Entity, type EntityManager, In, PrimaryColumn } from 'typeorm';

/*
 * Whether headquarters was restored from a backup that is older than what its channels know. While a channel database is AHEAD no number
 * of any sequence is given. One that an operator has named as LOST is not waited for.
 */

/** A channel database that does not agree with headquarters. Written when it is found to be ahead, or when an operator gives it up. */
@Entity('rewinding')
export class Rewinding {
  @PrimaryColumn({ type: 'text' }) channelDatabase!: string;
  @Column({ type: 'text' }) verdict!: 'AHEAD' | 'LOST';
  @Column({ type: 'text' }) since!: string;
}

/** Lets numbers be given again; these channel databases are not waited for any more. */
export async function endRewinding(tx: EntityManager, lost: readonly string[], at: string): Promise<void> {
  await tx.delete(Rewinding, { verdict: 'AHEAD' });
  const values = lost.map((channelDatabase) => ({ channelDatabase, verdict: 'LOST' as const, since: at }));
  if (values.length > 0) await tx.createQueryBuilder().insert().into(Rewinding).values(values).orIgnore().execute();
}

/** One that was named as lost has answered after all. */
export const forgetLost = (tx: EntityManager, names: readonly string[]) =>
  tx.delete(Rewinding, { verdict: 'LOST', channelDatabase: In(names) });
