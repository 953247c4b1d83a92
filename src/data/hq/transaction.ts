import { Column, Entity, type EntityManager, PrimaryGeneratedColumn } from 'typeorm';
import { anyOf, countWhere, type KeysetPage, keysetPage, type Plan, rowsWhere, type Where } from '../keyset-page.ts';
import { type Family, ofFamily, type TransactionBody, type TransactionKind } from '../transaction-facts.ts';
import { statusesChanged } from './transaction-feed.ts';
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
 * statements. `lineCount`, totals, `isReturn`, and `pricesIncludeTax` are known once it was checked.
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
  @Column({ type: 'bigint', nullable: true }) lineCount!: number | null;
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
  keysetPage(db, RetailTransaction, 'sequence', filter, page, page.sort ? planOf(filter, family) : {});

export const countTransactions = (db: EntityManager, filter: TransactionFilter, family?: Family) =>
  countWhere(db, RetailTransaction, filter, planOf(filter, family));

const planOf = (filter: TransactionFilter, family: Family | undefined): Plan<RetailTransaction> => ({
  conditions: family ? [ofFamily(family)] : [],
  parts: family ? [] : [ofFamily('orders'), ofFamily('sales')],
  few: fewIn(filter, family),
});

/** What an index says of a filter: a customer, a shift, or statuses that few transactions have, or have for long. */
function fewIn({ customerUuid, shiftUuid, status }: TransactionFilter, family: Family | undefined) {
  if (customerUuid) return { where: { customerUuid } };
  if (shiftUuid) return { where: { shiftUuid } };
  if (!Array.isArray(status) || !family) return undefined;
  const groups: [readonly TransactionStatus[], string][] = [
    [trouble, inTrouble],
    [ended, hasEnded],
    [['NONE'], `status = 'NONE' and ${ofFamily(family)}`],
    ...(family === 'sales'
      ? [[['SUCCEEDED'], `status = 'SUCCEEDED' and ${ofFamily(family)}`] as [TransactionStatus[], string]]
      : []),
  ];
  const indexed = groups.filter(([statuses]) => statuses.some((one) => status.includes(one)));
  if (!status.every((one) => indexed.some(([statuses]) => statuses.includes(one)))) return undefined;
  return {
    conditions: [
      anyOf(
        indexed.map(([, condition]) => condition),
        'retail_transaction',
        'sequence',
      ),
    ],
  };
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
  if (affected === 1 && (change.status ?? status) !== status) statusesChanged(tx, [sequence]);
  return affected === 1;
}
