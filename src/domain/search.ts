import type { SearchTerm } from '../data/customer-page.ts';
import { InvalidInput } from '../errors.ts';
import { folded } from './customer-rules.ts';

const MOST_WORDS = 5;

/**
 * The words of a search. A phone number is one word, with whatever punctuation; everything else is split at spaces.
 * Throws InvalidInput when the search is too short to be answered from an index.
 */
export function searchTerms(search: string, shortest: number): SearchTerm[] {
  const text = search.trim();
  if (text.length < shortest) throw new InvalidInput(['search'], `must have at least ${shortest} characters`);
  if (text.length > 200) throw new InvalidInput(['search'], 'must not be longer than 200 characters');
  const words = /^[+\d\s().\-/]+$/.test(text) ? [text] : text.split(/\s+/);
  if (words.length > MOST_WORDS) throw new InvalidInput(['search'], `must not have more than ${MOST_WORDS} words`);
  return words.map((word) => {
    const digits = /^[+\d\s().\-/]+$/.test(word) ? word.replace(/\D/g, '') : '';
    return { key: folded(word), digits: digits.length >= 3 ? digits : null, accountId: word.toUpperCase() };
  });
}
