import { Column, Entity, type EntityManager, IsNull, Not, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';
import { rowsWhere, type Where } from '../keyset-page.ts';
import { ShiftFacts, type ShiftTender } from '../transaction-facts.ts';

/** A shift as headquarters received it. Written by the P-job; statements stamp it, and an operator can close it. */
@Entity('shift')
export class Shift extends ShiftFacts {
  @PrimaryGeneratedColumn({ type: 'bigint' }) id!: number;
  @Column({ type: 'text' }) uuid!: string;
  @Column({ type: 'text' }) channelDatabase!: string;
  @Column({ type: 'text' }) channel!: string;
  @Column({ type: 'text' }) receivedAt!: string;
  @Column({ type: 'bigint', nullable: true }) statementId!: number | null;
}

/** An operation of a shift that was received. Written by the P-job, which ignores one that a restored channel database sends again. */
@Entity('shift_operation')
export class ShiftOperation {
  @PrimaryColumn({ type: 'text' }) id!: string;
  @PrimaryColumn({ type: 'text' }) channelDatabase!: string;
}

/** What was in a till at the end of a shift against what should have been, of one tender. Written when its statement is calculated. */
@Entity('tender_count')
export class TenderCount {
  @PrimaryColumn({ type: 'bigint' }) statementId!: number;
  @PrimaryColumn({ type: 'bigint' }) shiftId!: number;
  @PrimaryColumn({ type: 'text' }) tender!: string;
  @Column({ type: 'bigint' }) starting!: number;
  @Column({ type: 'bigint' }) expected!: number;
  /** Null: nobody counted it, and there is no difference. */
  @Column({ type: 'bigint', nullable: true }) counted!: number | null;
}

export const shiftsWhere = (db: EntityManager, where: Where<Shift>) => rowsWhere(db, Shift, 'id', where);

/** Closes a shift with these tenders, unless it is closed already: false then. */
export async function closeReceivedShift(
  tx: EntityManager,
  id: number,
  tenders: ShiftTender[],
  at: string,
): Promise<boolean> {
  const { affected } = await tx.update(
    Shift,
    { id, state: Not('CLOSED'), statementId: IsNull() },
    { state: 'CLOSED', closedAt: at, tenders },
  );
  return affected === 1;
}
