import type { SearchTerm } from '../data/customers.ts';
import { InvalidInput } from '../errors.ts';
import { folded, plainText } from './rules.ts';

const MOST_WORDS = 5;

/**
 * The possible readings of a search: separate words in any order, the words split in two where a first name may end, or all words as one name
 * ("van der Berg", "Acme Trading Ltd"). A phone number is one word, whatever its punctuation.
 * Throws InvalidInput if the search is too short for an index.
 */
export function searchTerms(search: string, shortest: number): SearchTerm[][] {
  const text = search.trim();
  if (text.length < shortest) throw new InvalidInput(['search'], `must have at least ${shortest} characters`, 'LENGTH');
  if (!plainText(200).safeParse(text).success && text.length <= 200)
    throw new InvalidInput(['search'], 'must be text without control characters');
  if (text.length > 200) throw new InvalidInput(['search'], 'must not be longer than 200 characters');
  const words = phoneNumber.test(text) ? [text] : text.split(/\s+/);
  if (words.length > MOST_WORDS) throw new InvalidInput(['search'], `must not have more than ${MOST_WORDS} words`);
  const split = (at: number) =>
    [words.slice(0, at), words.slice(at)].filter((part) => part.length > 0).map((part) => termOf(part.join(' ')));
  const readings = [words.map(termOf), ...(words.length > 1 ? words.map((_, at) => split(at)) : [])];
  return words.length === 2 ? readings.slice(0, 2) : readings;
}

function termOf(word: string): SearchTerm {
  const digits = phoneNumber.test(word) ? word.replace(/\D/g, '') : '';
  return {
    key: folded(word),
    digits: digits.length >= 3 ? digits : null,
    accountId: word.includes(' ') ? null : word.toUpperCase(),
  };
}

const phoneNumber = /^[+\d\s().\-/]+$/;
