import { Column, Entity, type EntityManager, PrimaryColumn } from 'typeorm';

/** How channels create customers; each channel has one, which it may share with others. Written by operators. */
@Entity('functionality_profile')
export class FunctionalityProfile {
  @PrimaryColumn({ type: 'text' }) code!: string;
  @Column({ type: 'text' }) name!: string;
  /** False: a creation waits for the account ID. */
  @Column({ type: 'boolean' }) createCustomerInAsyncMode!: boolean;
  /** How long it waits, in ms. */
  @Column({ type: 'integer' }) realTimeTimeoutMs!: number;
  /** The customer from which new ones take what they do not say; null: none. */
  @Column({ type: 'text', nullable: true }) defaultCustomerUuid!: string | null;
  @Column({ type: 'text' }) createdAt!: string;
  @Column({ type: 'text' }) updatedAt!: string;
}

/** The profile that exists from the start. */
export const defaultProfile = 'default';

export const profileByCode = (db: EntityManager, code: string) => db.findOneBy(FunctionalityProfile, { code });

export const insertProfile = (tx: EntityManager, profile: FunctionalityProfile) =>
  tx.insert(FunctionalityProfile, profile);

export const changeProfile = (tx: EntityManager, code: string, change: Partial<FunctionalityProfile>) =>
  tx.update(FunctionalityProfile, { code }, change);
