import type { EntityManager } from 'typeorm';
import type { AddressFacts, CustomerFacts } from '../data/customer-facts.ts';
import { type Search, storeWords } from '../data/customer-search.ts';
import { customersByUuid } from '../data/customers.ts';
import type { Violation } from '../errors.ts';
import { isLikeAccountId, plainText } from './rules.ts';

/*
 * Customers are found by words. A customer's words are its names, email address, phone number, and the cities and postal codes of its active addresses;
 * a search finds the customers that have, for each of its words, one that begins with it.
 */

const MOST_WORDS = 5;
/** What the words are taken apart into: hyphenated names, and text without spaces. */
const MOST_PARTS = 20;
const LONGEST = 200;
/** Characters of a word that count. */
const LONGEST_WORD = 60;

/** The rule that a search breaks, if any. A search shorter than `shortest` would match too much; a character of Chinese, Japanese, or Korean counts twice. */
export function searchViolation(search: string, shortest: number): Omit<Violation, 'path'> | undefined {
  const text = search.trim();
  if (text.length > LONGEST) return { message: `must not be longer than ${LONGEST} characters`, rule: 'LENGTH' };
  if (!plainText(LONGEST).safeParse(text).success)
    return { message: 'must be text without control characters', rule: 'FORMAT' };
  if ([...text].length + (text.match(ideographs)?.join('').length ?? 0) < shortest)
    return { message: `must have at least ${shortest} characters`, rule: 'LENGTH' };
  const parts = wordsOf(text).length;
  if (typedWords(text).length > MOST_WORDS || parts > MOST_PARTS)
    return { message: `must not have more than ${MOST_WORDS} words`, rule: 'LENGTH' };
  if (parts === 0) return { message: 'must have a letter or digit', rule: 'FORMAT' };
  return undefined;
}

/** What to look for. A phone number is one word, whatever its punctuation. */
export function searchFor(text: string): Search {
  const words = wordsOf(text.trim());
  const accountId = isLikeAccountId(text.trim()) ? text.trim().toUpperCase() : undefined;
  return { words, accountId };
}

/** For each word of a search, what a word of a customer may begin with. */
function wordsOf(text: string): string[][] {
  return typedWords(text).flatMap((part) => {
    if (phoneNumber.test(part)) return numbersLike(part);
    // Email addresses are kept in one piece, so that "ada@example" finds one.
    if (part.includes('@')) return alternatives(squeezed(part));
    return piecesOf(withoutApostrophes(folded(part))).flatMap((piece) =>
      runsOf(piece).flatMap((run) => (ideograph.test(run) ? pairsToFind(run).map((pair) => [pair]) : [[run]])),
    );
  });
}

const typedWords = (text: string): string[] => (phoneNumber.test(text) ? [text] : text.split(/\s+/));

const alternatives = (...words: string[]): string[][] => {
  const found = words.filter((word) => word !== '').map(cut);
  return found.length > 0 ? [found] : [];
};

/** The number as it was typed, and the last digits of a phone number, with or without the code of its country or area. */
function numbersLike(text: string): string[][] {
  const digits = text.replace(/\D/g, '');
  const national = digits.replace(/^0+/, '').slice(-DIGITS_OF_A_PHONE);
  return alternatives(digits, national.length >= 3 ? backward(national) : '');
}

/** How many digits, from the end, tell a phone number from others: those before them may be missing, or be 0 or the code of a country. */
const DIGITS_OF_A_PHONE = 9;
const phoneNumber = /^(?=.*\d)[+\d\s().\-/#]+$/;
/** The digits of a phone number from its end, told apart from other numbers. */
const backward = (digits: string) => `r${[...digits].reverse().join('')}`;

/** The words by which a customer is found, separated by spaces. */
export function searchWords(customer: CustomerFacts, addresses: readonly Partial<AddressFacts>[]): string {
  const { firstName, middleName, lastName, organizationName, email, phone } = customer;
  const words = [firstName, middleName, lastName, organizationName].flatMap(wordsOfText);
  // Written without a space between them.
  if (firstName && lastName && !isAscii(lastName) && ideograph.test(lastName))
    words.push(...wordsOfText(lastName + firstName));
  if (email) {
    const local = piecesOf(folded(email.slice(0, email.indexOf('@'))));
    words.push(...local.filter(({ length }) => length > 1), squeezed(email));
  }
  // Without an extension.
  const digits = phone?.replace(/[x#].*$/i, '').replace(/\D/g, '');
  if (digits) words.push(digits, backward(digits));
  for (const { city, postalCode } of addresses.filter(({ deactivatedAt }) => !deactivatedAt))
    words.push(...wordsOfText(city), ...wordsOfText(postalCode));
  return [...new Set(words.map(cut))].join(' ');
}

function wordsOfText(text: string | null | undefined): string[] {
  if (!text) return [];
  if (/^[A-Za-z0-9]+$/.test(text)) return [text.toLowerCase()];
  return spellingsOf(text).flatMap((spelling) => {
    const pieces = piecesOf(withoutApostrophes(spelling));
    // "brien" of "o'brien"
    const parts = /['’ʼ`´]/.test(spelling) ? piecesOf(spelling).filter(({ length }) => length > 1) : [];
    const words = [...pieces, ...parts].flatMap((piece) =>
      isAscii(piece) ? [piece] : runsOf(piece).flatMap((run) => (ideograph.test(run) ? pairsToKeep(run) : [run])),
    );
    // "vanderberg"
    return pieces.length > 1 ? [...words, pieces.join('')] : words;
  });
}

/** Stores the words of customers after a change. */
export async function indexWords(tx: EntityManager, uuids: readonly string[]): Promise<void> {
  if (uuids.length === 0) return;
  const customers = await customersByUuid(tx, uuids, { addresses: true });
  await storeWords(
    tx,
    customers.map(({ uuid, addresses = [], ...facts }) => ({ uuid, words: searchWords(facts, addresses) })),
  );
}

const cut = (word: string): string => word.slice(0, LONGEST_WORD);
const squeezed = (text: string): string => piecesOf(folded(text)).join('');
const withoutApostrophes = (text: string): string => text.replace(/['’ʼ`´]/g, '');
const piecesOf = (text: string): string[] => text.match(isAscii(text) ? /[A-Za-z0-9]+/g : /[\p{L}\p{N}]+/gu) ?? [];
// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
const isAscii = (text: string): boolean => /^[\u0000-\u007f]*$/.test(text);

const ideograph = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}ー]/u;
const ideographs = new RegExp(`${ideograph.source}+`, 'gu');
/** Text of these scripts has no spaces, so it is found by any two neighboring characters. */
const runsOf = (piece: string): string[] =>
  ideograph.test(piece) ? piece.split(new RegExp(`(${ideograph.source}+)`, 'u')).filter((run) => run !== '') : [piece];
const pairsToKeep = (run: string): string[] => [...run].map((character, at, all) => character + (all[at + 1] ?? ''));
/** The pairs side by side; the last one may overlap the one before it. */
const pairsToFind = (run: string): string[] => {
  const all = [...run];
  if (all.length < 3) return [run];
  const starts = all.map((_, at) => at).filter((at) => at % 2 === 0 && at < all.length - 1);
  return [...new Set([...starts, all.length - 2])].map((at) => all[at]! + all[at + 1]!);
};

/** Lower case, without accents: `andres` for "Andrés", `strasse` for "Straße". */
function folded(text: string): string {
  const lower = text.toLowerCase();
  if (isAscii(lower)) return lower;
  const plain = lower.normalize('NFKD').replace(/\p{M}/gu, '').normalize('NFC');
  return plain.replace(/[^\x20-\x7e]/gu, (letter) => letters[letter] ?? letter);
}

/** Letters that Unicode does not take apart. */
const letters: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ı: 'i',
  ŋ: 'n',
  ŧ: 't',
  ς: 'σ',
};

/** A name is also found by how it is spelled without umlauts: `mueller` for "Müller". */
function spellingsOf(text: string): string[] {
  const plain = folded(text);
  if (isAscii(text)) return [plain];
  const spelled = text
    .toLowerCase()
    .normalize('NFC')
    .replace(/[äöüøå]/g, (letter) => umlauts[letter]!);
  return /[äöüøå]/.test(text.toLowerCase().normalize('NFC')) ? [plain, folded(spelled)] : [plain];
}

const umlauts: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', ø: 'oe', å: 'aa' };
