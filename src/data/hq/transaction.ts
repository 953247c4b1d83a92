import { Column, Entity, type EntityManager, PrimaryGeneratedColumn } from 'typeorm';
import { countWhere, type KeysetPage, keysetPage, rowsWhere, type Where } from '../keyset-page.ts';
import { type Family, ofFamily, type TransactionBody, type TransactionKind } from '../transaction-facts.ts';
import type { RuleName } from './validation.ts';

export type TransactionStatus =
  | 'NONE'
  | 'WAITING'
  | 'FAILED'
  | 'EDITING'
  | 'SUCCEEDED'
  | 'POSTED'
  | 'VOIDED'
  | 'CANCELED';

/**
 * A transaction as headquarters received it, and where it stands. Added by the P-job; moved on by Synchronize orders, validation, and
 * statements. Totals, `isReturn`, and `pricesIncludeTax` are known once it was checked.
 */
@Entity('retail_transaction')
export class RetailTransaction {
  /** Order of arrival; the cursor. */
  @PrimaryGeneratedColumn({ type: 'bigint' }) sequence!: number;
  @Column({ type: 'text' }) uuid!: string;
  @Column({ type: 'text' }) channelDatabase!: string;
  @Column({ type: 'text' }) channel!: string;
  @Column({ type: 'bigint' }) counter!: number;
  @Column({ type: 'text' }) kind!: TransactionKind;
  @Column({ type: 'text' }) reference!: string;
  @Column({ type: 'text', nullable: true }) customerUuid!: string | null;
  @Column({ type: 'text', nullable: true }) deliveryAddressUuid!: string | null;
  @Column({ type: 'text' }) businessDate!: string;
  @Column({ type: 'text' }) currency!: string;
  @Column({ type: 'text', nullable: true }) shiftUuid!: string | null;
  @Column({ type: 'json' }) payload!: TransactionBody;
  @Column({ type: 'bigint', nullable: true }) net!: number | null;
  @Column({ type: 'bigint', nullable: true }) discount!: number | null;
  @Column({ type: 'bigint', nullable: true }) tax!: number | null;
  @Column({ type: 'bigint', nullable: true }) charge!: number | null;
  @Column({ type: 'bigint', nullable: true }) gross!: number | null;
  @Column({ type: 'bigint', nullable: true }) paid!: number | null;
  @Column({ type: 'bigint', nullable: true }) quantity!: number | null;
  /** True when an operator changed what the channel sent. */
  @Column({ type: 'boolean' }) corrected!: boolean;
  /** Its sales order is to be held. */
  @Column({ type: 'boolean' }) hold!: boolean;
  @Column({ type: 'text' }) status!: TransactionStatus;
  @Column({ type: 'text', nullable: true }) statusBeforeEditing!: TransactionStatus | null;
  @Column({ type: 'integer' }) tryCount!: number;
  @Column({ type: 'text', nullable: true }) nextTryAt!: string | null;
  @Column({ type: 'text', nullable: true }) errorCode!: string | null;
  @Column({ type: 'text', nullable: true }) error!: string | null;
  @Column({ type: 'json', nullable: true }) validationErrors!: { rule: RuleName; message: string }[] | null;
  @Column({ type: 'bigint', nullable: true }) statementId!: number | null;
  @Column({ type: 'bigint', nullable: true }) aggregateId!: number | null;
  @Column({ type: 'boolean', nullable: true }) isReturn!: boolean | null;
  @Column({ type: 'boolean', nullable: true }) pricesIncludeTax!: boolean | null;
  /** The upload session that brought it. */
  @Column({ type: 'text' }) sessionId!: string;
  @Column({ type: 'text' }) createdAt!: string;
  @Column({ type: 'text' }) receivedAt!: string;
  @Column({ type: 'text' }) modifiedAt!: string;
}

const trouble: readonly TransactionStatus[] = ['WAITING', 'FAILED', 'EDITING'];

const ended: readonly TransactionStatus[] = ['VOIDED', 'CANCELED'];

const isOneOf = (statuses: readonly TransactionStatus[]) =>
  `status in (${statuses.map((status) => `'${status}'`).join(', ')})`;

/** SQLite uses the index of transactions in trouble only where a statement has its condition literally. */
export const inTrouble = isOneOf(trouble);
const hasEnded = isOneOf(ended);

export type TransactionFilter = Where<RetailTransaction>;

/** A page of what headquarters received. By when they were recorded, orders and sales have an index each. */
export const transactionPage = (db: EntityManager, filter: TransactionFilter, page: KeysetPage, family?: Family) =>
  keysetPage(db, RetailTransaction, 'sequence', filter, page, {
    conditions: conditionsOf(filter, family),
    parts: page.sort && !family ? [ofFamily('orders'), ofFamily('sales')] : [],
  });

export const countTransactions = (db: EntityManager, filter: TransactionFilter, family?: Family) =>
  countWhere(db, RetailTransaction, filter, conditionsOf(filter, family));

/** Statuses of which few transactions have one have an index, which is used where a statement has its condition literally. */
function conditionsOf({ status }: TransactionFilter, family: Family | undefined): string[] {
  const within = (statuses: readonly TransactionStatus[]) =>
    Array.isArray(status) && status.every((one) => statuses.includes(one));
  return [
    ...(family ? [ofFamily(family)] : []),
    ...(within(trouble) ? [inTrouble] : []),
    ...(within(ended) ? [hasEnded] : []),
    ...(within(['NONE']) ? [`status = 'NONE'`] : []),
    ...(within(['SUCCEEDED']) ? [`status = 'SUCCEEDED'`] : []),
  ];
}

export const transactionsWhere = (db: EntityManager, where: TransactionFilter) =>
  rowsWhere(db, RetailTransaction, 'sequence', where);

/** Changes a transaction that is still as it was read; false when it is not. */
export async function changeTransaction(
  tx: EntityManager,
  { sequence, modifiedAt, status }: RetailTransaction,
  change: Partial<Omit<RetailTransaction, 'sequence'>>,
): Promise<boolean> {
  const { affected } = await tx.update(RetailTransaction, { sequence, modifiedAt, status }, change);
  return affected === 1;
}
