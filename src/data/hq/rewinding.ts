import { Column, Entity, type EntityManager, In, PrimaryColumn } from 'typeorm';
import { customerAccount, formatted, headOf, type NumberSequence, numberSequenceByName } from './number-sequence.ts';

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

/** How far headquarters has come, and what was found out about it. */
export interface Standing {
  version: number;
  accounts: NumberSequence;
  /** The next account ID. */
  nextAccountId: string;
  ahead: string[];
  lost: string[];
}

export async function standing(db: EntityManager): Promise<Standing> {
  const found = await db.find(Rewinding, { order: { channelDatabase: 'ASC' } });
  const having = (wanted: Rewinding['verdict']) =>
    found.filter(({ verdict }) => verdict === wanted).map(({ channelDatabase }) => channelDatabase);
  const accounts = (await numberSequenceByName(db, customerAccount))!;
  return {
    version: await headOf(db, 'customer-version'),
    accounts,
    nextAccountId: formatted(accounts, accounts.nextNumber),
    ahead: having('AHEAD'),
    lost: having('LOST'),
  };
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
