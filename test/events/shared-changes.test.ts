import { expect, test, vi } from 'vitest';
import { inProcessNudges } from '../../src/events/nudges.ts';
import { sharedChanges } from '../../src/events/shared-changes.ts';

/** A number that can be watched, and how often it was read. */
function aNumber() {
  const nudges = inProcessNudges();
  const state = { value: 1, reads: 0, broken: false };
  return {
    state,
    set(value: number) {
      state.value = value;
      nudges.publish('number');
    },
    changes: (key = 'number', isLast = (_value: number) => false) => {
      let seen: number | undefined;
      return sharedChanges<number>(key, {
        nudges,
        topic: 'number',
        pollEvery: 60_000,
        isLast,
        read: async () => {
          state.reads++;
          if (state.broken) throw new Error('cannot be read');
          if (state.value === seen) return undefined;
          seen = state.value;
          return state.value;
        },
      });
    },
  };
}

const next = async <T>(iterator: AsyncIterator<T>) => (await iterator.next()).value as T;

test('many who watch the same are told of every change by one reading', async () => {
  const number = aNumber();
  const all = Array.from({ length: 50 }, () => number.changes());
  expect(await Promise.all(all.map(next))).toEqual(Array(50).fill(1));
  const waiting = Promise.all(all.map(next));
  number.set(2);
  expect(await waiting).toEqual(Array(50).fill(2));
  expect(number.state.reads).toBeLessThan(6);
});

test('whoever joins later gets the latest value first, and another key is read by itself', async () => {
  const number = aNumber();
  const first = number.changes();
  expect(await next(first)).toBe(1);
  const { reads } = number.state;
  expect(await next(number.changes())).toBe(1);
  expect(number.state.reads).toBe(reads);
  expect(await next(number.changes('other'))).toBe(1);
  expect(number.state.reads).toBeGreaterThan(reads);
});

test('when the last one leaves, nothing is read any more, and the next one reads anew', async () => {
  const number = aNumber();
  const [one, other] = [number.changes(), number.changes()];
  expect([await next(one), await next(other)]).toEqual([1, 1]);
  await one.return?.();
  await other.return?.();
  await vi.waitFor(async () => {
    const { reads } = number.state;
    number.set(number.state.value + 1);
    await new Promise(setImmediate);
    expect(number.state.reads).toBe(reads);
  });
  expect(await next(number.changes())).toBe(number.state.value);
});

test('an error reaches all who watch, and those who come later begin anew', async () => {
  const number = aNumber();
  const [one, other] = [number.changes(), number.changes()];
  expect([await next(one), await next(other)]).toEqual([1, 1]);
  const failing = [
    expect(one.next()).rejects.toThrow('cannot be read'),
    expect(other.next()).rejects.toThrow('cannot'),
  ];
  number.state.broken = true;
  number.set(2);
  await Promise.all(failing);
  number.state.broken = false;
  expect(await next(number.changes())).toBe(2);
});

test('the last value ends all streams, and whoever comes later gets it too', async () => {
  const number = aNumber();
  const isLast = (value: number) => value === 2;
  const [one, other] = [number.changes('number', isLast), number.changes('number', isLast)];
  expect([await next(one), await next(other)]).toEqual([1, 1]);
  const waiting = Promise.all([next(one), next(other)]);
  number.set(2);
  expect(await waiting).toEqual([2, 2]);
  expect([(await one.next()).done, (await other.next()).done]).toEqual([true, true]);
  expect(await next(number.changes('number', isLast))).toBe(2);
});
