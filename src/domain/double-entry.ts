import type { Amounts, JournalRule } from '../data/hq/journal.bulk.ts';
import type { Account } from '../data/hq/journal.ts';
import { type Tender, tenders } from '../data/transaction-facts.ts';

/*
 * Double entry: what each type of posting writes to the journal. A posting debits its account with one amount and credits it with another; a negative
 * amount goes to the other side. Within each type, debits equal credits (an invoice's gross is net + tax + charge).
 */

const tenderAccounts: Record<Tender, Account> = {
  CASH: 'TENDER_CASH',
  CARD: 'TENDER_CARD',
  CHECK: 'TENDER_CHECK',
  GIFT_CARD: 'GIFT_CARD_LIABILITY',
  ONLINE: 'TENDER_ONLINE',
  CUSTOMER_ACCOUNT: 'TENDER_CUSTOMER_ACCOUNT',
  OTHER: 'TENDER_OTHER',
};

export const sales: JournalRule<'invoice'> = {
  postingType: 'SALES',
  postings: [
    { account: 'CUSTOMER_RECEIVABLE', debit: 'gross' },
    { account: 'REVENUE', credit: 'net' },
    { account: 'SALES_TAX', credit: 'tax' },
    { account: 'CHARGES_CLEARING', credit: 'charge' },
  ],
};

/** Grosses revenue up to list prices. */
export const discounts: JournalRule<'invoice'> = {
  postingType: 'DISCOUNTS',
  postings: [
    { account: 'DISCOUNTS', debit: 'discount' },
    { account: 'REVENUE', credit: 'discount' },
  ],
};

export const incomeAndExpense: JournalRule<'invoice'> = {
  postingType: 'INCOME_EXPENSE',
  postings: [
    { account: 'CHARGES_CLEARING', debit: 'charge' },
    { account: 'CHARGE_INCOME', credit: 'charge' },
    { account: 'ROUNDING_DIFFERENCE', debit: 'gross', credit: 'paid' },
    { account: 'CUSTOMER_RECEIVABLE', debit: 'paid', credit: 'gross' },
  ],
};

const settled: JournalRule<'settlement'>['postings'] = [
  { account: tenderAccounts, debit: 'amount' },
  { account: 'CUSTOMER_RECEIVABLE', credit: 'amount' },
];

export const payments = {
  postingType: 'PAYMENTS',
  tenders: tenders.filter((tender) => tender !== 'GIFT_CARD'),
  postings: settled,
} as const;

export const giftCards = { postingType: 'GIFT_CARDS', tenders: ['GIFT_CARD'], postings: settled } as const;

export const countingDifferences: JournalRule<'tenderCount'> = {
  postingType: 'DIFFERENCE',
  postings: [
    { account: tenderAccounts, debit: 'counted', credit: 'expected' },
    { account: 'OVER_SHORT', debit: 'expected', credit: 'counted' },
  ],
};

export const journalRules: readonly JournalRule<keyof Amounts>[] = [
  sales,
  discounts,
  incomeAndExpense,
  payments,
  giftCards,
  countingDifferences,
];

/** A posted statement leaves these accounts at zero. */
export const clearingAccounts: readonly Account[] = ['CUSTOMER_RECEIVABLE', 'CHARGES_CLEARING'];
