import { Column, getMetadataArgsStorage, PrimaryColumn } from 'typeorm';

/*
 * What a retail transaction and a shift say, in a channel, on the way and at headquarters: one shape, so that what a channel recorded
 * is what headquarters stores. Amounts are whole minor units of the currency, quantities whole thousandths.
 */

/** Orders become sales orders by Synchronize orders; cash-and-carry sales (and returns) are posted by statements. */
export const transactionKinds = ['ONLINE_ORDER', 'CUSTOMER_ORDER', 'CASH_AND_CARRY'] as const;
export type TransactionKind = (typeof transactionKinds)[number];

/** Orders become sales orders (Synchronize orders), sales are validated and posted (statements). */
export type Family = 'orders' | 'sales';

/** The condition for the transactions of a family, as indexes have it. */
export const ofFamily = (family: Family): string =>
  family === 'orders' ? `kind <> 'CASH_AND_CARRY'` : `kind = 'CASH_AND_CARRY'`;

export const tenders = ['CASH', 'CARD', 'CHECK', 'GIFT_CARD', 'ONLINE', 'CUSTOMER_ACCOUNT', 'OTHER'] as const;
export type Tender = (typeof tenders)[number];

/** What lies in a till, so that a person can count it. Other tenders are in the books of a bank or of headquarters: counting them is a choice. */
export const tendersInTill: readonly Tender[] = ['CASH', 'CHECK'];

/** A product that is sold or returned. */
export abstract class LineFacts {
  /** 1, 2, 3 … */
  @PrimaryColumn({ type: 'integer' }) line!: number;
  @Column({ type: 'text' }) sku!: string;
  @Column({ type: 'text', nullable: true }) name!: string | null;
  /** Thousandths; negative: a return. */
  @Column({ type: 'bigint' }) quantity!: number;
  @Column({ type: 'bigint' }) unitPrice!: number;
  /** What the whole line is reduced by. It has the sign of the quantity, as has the tax. */
  @Column({ type: 'bigint' }) discount!: number;
  @Column({ type: 'bigint' }) tax!: number;
  /** Without tax. */
  @Column({ type: 'bigint' }) net!: number;
  /** With tax. */
  @Column({ type: 'bigint' }) gross!: number;
}

export interface TransactionLine extends LineFacts {
  /** Taken back at the till: kept, and counted nowhere. */
  voided: boolean;
}

export interface TransactionCharge {
  line: number;
  /** E.g. `FREIGHT`. */
  code: string;
  /** Without tax. */
  amount: number;
  tax: number;
}

export interface TransactionPayment {
  line: number;
  tender: Tender;
  /** Negative: paid back, as change or for a return. */
  amount: number;
}

/** Sums of the lines and charges that are not voided. */
export abstract class TransactionTotals {
  /** Lines without tax. */
  @Column({ type: 'bigint' }) net!: number;
  @Column({ type: 'bigint' }) discount!: number;
  /** Of lines and charges. */
  @Column({ type: 'bigint' }) tax!: number;
  /** Without tax. */
  @Column({ type: 'bigint' }) charge!: number;
  /** net + tax + charge: what is to be paid. */
  @Column({ type: 'bigint' }) gross!: number;
  @Column({ type: 'bigint' }) paid!: number;
  /** Thousandths. */
  @Column({ type: 'bigint' }) quantity!: number;
}

/** The names of the totals, which are also those of their columns. */
export const totalNames = getMetadataArgsStorage()
  .columns.filter(({ target }) => target === TransactionTotals)
  .map(({ propertyName }) => propertyName) as readonly (keyof TransactionTotals)[];

/** The payload of a RECORD_TRANSACTION operation. */
export interface TransactionBody extends TransactionTotals {
  kind: TransactionKind;
  /** The confirmation number (channel reference ID), e.g. `7K3M-9QXT-2BFD`. */
  reference: string;
  customerUuid: string | null;
  deliveryAddressUuid: string | null;
  /** The day of the books, in the channel's time zone. */
  businessDate: string;
  currency: string;
  pricesIncludeTax: boolean;
  shiftUuid: string | null;
  register: string | null;
  staff: string | null;
  lines: TransactionLine[];
  charges: TransactionCharge[];
  payments: TransactionPayment[];
}

/** Payments in a payload as columns. */
export const paymentColumns = { line: 'bigint', tender: 'text', amount: 'bigint' } as const;

/**
 * OPEN: sells. SUSPENDED: the register is free for another shift, and this one can be resumed. BLIND_CLOSED: cannot be resumed, can still
 * be counted. CLOSED: final, and counted.
 */
export type ShiftState = 'OPEN' | 'SUSPENDED' | 'BLIND_CLOSED' | 'CLOSED';

export interface ShiftTender {
  tender: Tender;
  /** What was in the till at the beginning. */
  starting: number;
  /** What was counted at the end; null until it is counted. Only cash cannot be negative. */
  counted: number | null;
}

/** A shift at a register, the same in a channel and at headquarters. The payload of a RECORD_SHIFT operation is all of it. */
export abstract class ShiftFacts {
  @Column({ type: 'text' }) register!: string;
  @Column({ type: 'text' }) state!: ShiftState;
  @Column({ type: 'text' }) businessDate!: string;
  @Column({ type: 'text' }) currency!: string;
  @Column({ type: 'text', nullable: true }) openedBy!: string | null;
  @Column({ type: 'text' }) openedAt!: string;
  @Column({ type: 'text', nullable: true }) closedAt!: string | null;
  /** As the channel sent them: other software may have written anything. */
  @Column({ type: 'json' }) tenders!: ShiftTender[];
}
