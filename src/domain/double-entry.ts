import type { Amounts, JournalRule } from '../data/hq/journal.bulk.ts';
import type { Account } from '../data/hq/journal.ts';
import { type Tender, tenders } from '../data/transaction-facts.ts';

/*
 * Double entry: what posting writes to each journal. A posting debits its account with one amount and credits it with another; a negative
 * amount goes to the other side. Within each journal, debits equal credits (an invoice's gross is net + tax + charge).
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
  journal: 'SALES',
  postings: [
    { account: 'ACCOUNTS_RECEIVABLE', debit: 'gross' },
    { account: 'REVENUE', credit: 'net' },
    { account: 'SALES_TAX', credit: 'tax' },
    { account: 'CHARGES_CLEARING', credit: 'charge' },
  ],
};

/** Grosses revenue up to list prices. */
export const discounts: JournalRule<'invoice'> = {
  journal: 'DISCOUNTS',
  postings: [
    { account: 'DISCOUNTS', debit: 'discount' },
    { account: 'REVENUE', credit: 'discount' },
  ],
};

export const incomeAndExpense: JournalRule<'invoice'> = {
  journal: 'INCOME_EXPENSE',
  postings: [
    { account: 'CHARGES_CLEARING', debit: 'charge' },
    { account: 'CHARGE_INCOME', credit: 'charge' },
    { account: 'ROUNDING_DIFFERENCE', debit: 'gross', credit: 'paid' },
    { account: 'ACCOUNTS_RECEIVABLE', debit: 'paid', credit: 'gross' },
  ],
};

const settled: JournalRule<'settlement'>['postings'] = [
  { account: tenderAccounts, debit: 'amount' },
  { account: 'ACCOUNTS_RECEIVABLE', credit: 'amount' },
];

export const payments = {
  journal: 'PAYMENTS',
  tenders: tenders.filter((tender) => tender !== 'GIFT_CARD'),
  postings: settled,
} as const;

export const giftCards = { journal: 'GIFT_CARDS', tenders: ['GIFT_CARD'], postings: settled } as const;

export const countingDifferences: JournalRule<'tenderCount'> = {
  journal: 'DIFFERENCE',
  postings: [
    { account: tenderAccounts, debit: 'counted', credit: 'expected' },
    { account: 'CASH_OVER_SHORT', debit: 'expected', credit: 'counted' },
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
export const clearingAccounts: readonly Account[] = ['ACCOUNTS_RECEIVABLE', 'CHARGES_CLEARING'];
