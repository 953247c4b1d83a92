import { expect, test } from 'vitest';
import type { Posting } from '../../src/data/hq/journal.bulk.ts';
import { clearingAccounts, journalRules } from '../../src/domain/double-entry.ts';

/** An invoice that was paid, one cent short, and a till in which something is missing. */
const amounts: Record<string, number> = {
  ...{ gross: 1_250, net: 1_000, tax: 100, charge: 150, discount: 75, paid: 1_249, quantity: 3_000 },
  ...{ amount: 1_249, counted: 480, expected: 500 },
};

const posted = ({ debit, credit }: Posting<string>) => (debit ? amounts[debit]! : 0) - (credit ? amounts[credit]! : 0);

test.each(journalRules)('$postingType debits what it credits', ({ postings }) => {
  expect(postings.reduce((sum, posting) => sum + posted(posting), 0)).toBe(0);
});

test.each(clearingAccounts)('%s is zero once a sale is posted', (account) => {
  // Payments and gift cards follow the same rule: one of them carries the whole payment.
  const postings = journalRules
    .filter(({ postingType }) => postingType !== 'GIFT_CARDS')
    .flatMap((rule) => rule.postings);
  const taken = postings.filter((posting) => posting.account === account);
  expect(taken.reduce((sum, posting) => sum + posted(posting), 0)).toBe(0);
});
