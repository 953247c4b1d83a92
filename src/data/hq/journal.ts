import {
  Column,
  Entity,
  type EntityManager,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import { listed } from '../dialect/expressions.ts';
import { countWhere, firstOfEach, type KeysetPage, keysetPage, rowsWhere, type Where } from '../keyset-page.ts';
import { sql } from '../sql.ts';
import { TransactionTotals } from '../transaction-facts.ts';
import { Statement } from './statement.ts';

/** What posting writes in the books. The debits of each type equal its credits. */
export type PostingType = 'SALES' | 'DISCOUNTS' | 'INCOME_EXPENSE' | 'PAYMENTS' | 'GIFT_CARDS' | 'DIFFERENCE';

/** The accounts of the books, and what is on them. */
export const accounts = {
  CUSTOMER_RECEIVABLE:
    'What customers owe. Invoices debit it and payments credit it; a posted statement leaves a balance of zero.',
  REVENUE: 'Sales at list price, without tax.',
  DISCOUNTS: 'Discounts granted on sales.',
  SALES_TAX: 'Sales tax owed to the tax authorities.',
  CHARGES_CLEARING: 'Charges between invoice and income; a posted statement leaves a balance of zero.',
  CHARGE_INCOME: 'Income from charges such as freight, without tax.',
  ROUNDING_DIFFERENCE: 'Underpayments and overpayments within the allowed difference.',
  GIFT_CARD_LIABILITY: 'Outstanding gift card balances; a payment by gift card debits it.',
  OVER_SHORT: 'Differences between the amounts counted in registers and the amounts expected.',
  TENDER_CASH: 'Cash received.',
  TENDER_CARD: 'Card payments received.',
  TENDER_CHECK: 'Checks received.',
  TENDER_ONLINE: 'Online payments received.',
  TENDER_CUSTOMER_ACCOUNT: 'Amounts charged to customer accounts.',
  TENDER_OTHER: 'Other payments received.',
} as const;
export type Account = keyof typeof accounts;

/** A debit or a credit. Written by posting; those of one type and statement balance. */
@Entity('journal_entry')
export class JournalEntry {
  @PrimaryGeneratedColumn({ type: 'bigint' }) id!: number;
  @Column({ type: 'bigint' }) statementId!: number;
  @Column({ type: 'text' }) postingType!: PostingType;
  @Column({ type: 'text' }) account!: Account;
  @Column({ type: 'bigint' }) debit!: number;
  @Column({ type: 'bigint' }) credit!: number;
  @Column({ type: 'text' }) currency!: string;
  @Column({ type: 'text' }) businessDate!: string;
  @Column({ type: 'bigint', nullable: true }) aggregateId!: number | null;
  /** The `id` of an invoice. */
  @Column({ type: 'bigint', nullable: true }) invoice!: number | null;
  @Column({ type: 'bigint', nullable: true }) shiftId!: number | null;
  @Column({ type: 'text', nullable: true }) tender!: string | null;
  @Column({ type: 'text' }) createdAt!: string;
}

/** The invoice of a sales order that was made from an aggregate. Written by the posting of its statement. */
@Entity('invoice')
export class Invoice extends TransactionTotals {
  @PrimaryGeneratedColumn({ type: 'bigint' }) id!: number;
  /** From its number sequence, e.g. `INV000000042`. */
  @Column({ type: 'text' }) invoiceId!: string;
  /** The `id` of a sales order. */
  @Column({ type: 'bigint' }) salesOrder!: number;
  @Column({ type: 'bigint' }) aggregateId!: number;
  @Column({ type: 'bigint' }) statementId!: number;
  @Column({ type: 'text' }) channel!: string;
  @Column({ type: 'text', nullable: true }) customerUuid!: string | null;
  @Column({ type: 'text', nullable: true }) accountId!: string | null;
  @Column({ type: 'text' }) invoiceDate!: string;
  @Column({ type: 'text' }) currency!: string;
  @Column({ type: 'text' }) createdAt!: string;
  @ManyToOne(() => Statement, 'invoices', { createForeignKeyConstraints: false })
  @JoinColumn({ name: 'statement_id' })
  statement!: Relation<Statement>;
}

/** A payment that settles an invoice. Written by posting, once per payment of a sale. */
@Entity('settlement')
export class Settlement {
  @PrimaryColumn({ type: 'bigint' }) transactionSequence!: number;
  /** The number of the payment in its sale. */
  @PrimaryColumn({ type: 'integer' }) line!: number;
  @Column({ type: 'bigint' }) statementId!: number;
  @Column({ type: 'bigint' }) aggregateId!: number;
  /** The `id` of an invoice. */
  @Column({ type: 'bigint' }) invoice!: number;
  @Column({ type: 'text' }) tender!: string;
  @Column({ type: 'bigint' }) amount!: number;
}

export const journalEntryPage = (db: EntityManager, where: Where<JournalEntry>, page: KeysetPage) =>
  keysetPage(db, JournalEntry, 'id', where, page);

export const countJournalEntries = (db: EntityManager, where: Where<JournalEntry>) =>
  countWhere(db, JournalEntry, where);

export const invoiceNumbers = 'invoice';

export const invoicePage = (db: EntityManager, where: Where<Invoice>, page: KeysetPage) =>
  keysetPage(db, Invoice, 'id', where, page);

export const countInvoices = (db: EntityManager, where: Where<Invoice>) => countWhere(db, Invoice, where);

export const invoicesWhere = (db: EntityManager, where: Where<Invoice>) => rowsWhere(db, Invoice, 'id', where);

/** The newest invoices of each of these customers. */
export const newestInvoices = (
  db: EntityManager,
  customers: readonly string[],
  limit: number,
  channel: string | undefined,
) => firstOfEach(db, Invoice, 'id', 'customerUuid', customers, { limit, descending: true }, { where: { channel } });

export type JournalTotal = Pick<JournalEntry, 'statementId' | 'postingType' | 'account' | 'debit' | 'credit'>;

/** The total of each account and posting type of these statements. */
export const journalTotals = (db: EntityManager, statements: readonly number[]) =>
  sql<JournalTotal>(
    db,
    `select statement_id as "statementId", posting_type as "postingType", account, cast(sum(debit) as bigint) as debit, cast(sum(credit) as bigint) as credit from journal_entry
     where statement_id in ${listed(db, '$1', 'bigint')} group by statement_id, posting_type, account order by statement_id, min(id)`,
    [JSON.stringify(statements)],
  );
