import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { DocumentCache, documentSize } from '../../src/http/document-cache.ts';

const sized = (most: number) => new DocumentCache<string>(most, (text) => text.length);
const named = (index: number) => String(index).padStart(10, '0');

test('a document that is used again is known', () => {
  const cache = sized(100);
  cache.set('{ a }', 'a');
  cache.set('{ b }', 'b');
  for (let times = 0; times < 5; times++) expect(cache.get('{ a }')).toBe('a');
  expect(cache.get('{ b }')).toBe('b');
  expect(cache.get('{ c }')).toBeUndefined();
});

test('a million documents that are sent once push out none that has been sent three times', () => {
  const cache = sized(1_000);
  const proven = Array.from({ length: 30 }, (_, index) => `{ proven ${named(index)} }`);
  for (const text of proven) {
    cache.set(text, text);
    cache.get(text);
    cache.get(text);
  }
  for (let index = 0; index < 1_000_000; index++) cache.set(named(index), '');
  expect(proven.every((text) => cache.get(text) === text)).toBe(true);
});

test('it never holds more than it may, however documents are used', () => {
  const most = 500;
  const cache = sized(most);
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  const texts = Array.from({ length: 200 }, (_, index) => `${index} `.padEnd(1 + random(150), 'x'));
  for (let step = 0; step < 20_000; step++) {
    const text = texts[random(texts.length)]!;
    if (cache.get(text) === undefined) cache.set(text, text);
    if (step % 500 === 0) {
      const held = texts.filter((candidate) => cache.get(candidate) !== undefined);
      expect(held.reduce((sum, { length }) => sum + length, 0)).toBeLessThanOrEqual(most);
    }
  }
});

test('a document that is larger than all room for newcomers is not kept', () => {
  const cache = sized(100);
  cache.set('x'.repeat(26), 'x');
  expect(cache.get('x'.repeat(26))).toBeUndefined();
  cache.set('x'.repeat(25), 'x');
  expect(cache.get('x'.repeat(25))).toBe('x');
});

test('the size of a document grows with its tokens and its text', () => {
  const size = (text: string) => documentSize(text, parse(text));
  expect(size('{ a b c }') - size('{ a }')).toBeGreaterThan(900);
  expect(size(`{ a } #${'x'.repeat(50_000)}`)).toBeGreaterThan(50_000);
});
