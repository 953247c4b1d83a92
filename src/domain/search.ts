import type { SearchTerm } from '../data/customers.ts';
import type { Violation } from '../errors.ts';
import { folded, plainText } from './rules.ts';

const MOST_WORDS = 5;
const LONGEST = 200;

/** The rule that a search breaks, if any. A search shorter than `shortest` would match too much. */
export function searchViolation(search: string, shortest: number): Omit<Violation, 'path'> | undefined {
  const text = search.trim();
  if (text.length < shortest) return { message: `must have at least ${shortest} characters`, rule: 'LENGTH' };
  if (text.length > LONGEST) return { message: `must not be longer than ${LONGEST} characters`, rule: 'LENGTH' };
  if (!plainText(LONGEST).safeParse(text).success)
    return { message: 'must be text without control characters', rule: 'FORMAT' };
  if (wordsOf(text).length > MOST_WORDS)
    return { message: `must not have more than ${MOST_WORDS} words`, rule: 'LENGTH' };
  return undefined;
}

/**
 * The possible readings of a search: separate words in any order, the words split in two where a first name may end, or all words as one name
 * ("van der Berg", "Acme Trading Ltd"). A phone number is one word, whatever its punctuation.
 */
export function searchTerms(search: string): SearchTerm[][] {
  const words = wordsOf(search.trim());
  const split = (at: number) =>
    [words.slice(0, at), words.slice(at)].filter((part) => part.length > 0).map((part) => termOf(part.join(' ')));
  const readings = [words.map(termOf), ...(words.length > 1 ? words.map((_, at) => split(at)) : [])];
  return words.length === 2 ? readings.slice(0, 2) : readings;
}

const wordsOf = (text: string): string[] => (phoneNumber.test(text) ? [text] : text.split(/\s+/));

function termOf(word: string): SearchTerm {
  const digits = phoneNumber.test(word) ? word.replace(/\D/g, '') : '';
  return {
    key: folded(word),
    digits: digits.length >= 3 ? digits : null,
    accountId: word.includes(' ') ? null : word.toUpperCase(),
  };
}

const phoneNumber = /^[+\d\s().\-/]+$/;
