import { expect, test } from 'vitest';
import { changes } from '../../src/events/changes.ts';
import { inProcessNudges } from '../../src/events/nudges.ts';

/** Rows that a stream reads three at a time, and how often it did. */
function aTable() {
  const rows: number[] = [];
  const nudges = inProcessNudges();
  let cursor = 0;
  let reads = 0;
  return {
    nudges,
    rows,
    reads: () => reads,
    add(...more: number[]) {
      rows.push(...more);
      nudges.publish('rows');
    },
    read: async () => {
      reads++;
      const page = rows.slice(cursor, cursor + 3);
      cursor += page.length;
      return page.length === 0 ? undefined : page;
    },
  };
}

const never = 60_000;

test('what is there already comes first, page by page, and then what is added', async () => {
  const table = aTable();
  table.rows.push(1, 2, 3, 4);
  const stream = changes({ nudges: table.nudges, topic: 'rows', read: table.read, pollEvery: never });
  expect((await stream.next()).value).toEqual([1, 2, 3]);
  expect((await stream.next()).value).toEqual([4]);
  const next = stream.next();
  table.add(5);
  expect((await next).value).toEqual([5]);
  await stream.return?.();
});

test('nothing is missed that is added while the last rows are being read', async () => {
  const table = aTable();
  let added = false;
  const stream = changes({
    nudges: table.nudges,
    topic: 'rows',
    pollEvery: never,
    read: async () => {
      const page = await table.read();
      if (page === undefined && !added) {
        added = true;
        table.add(1);
      }
      return page;
    },
  });
  expect((await stream.next()).value).toEqual([1]);
  await stream.return?.();
});

test('ten thousand nudges to a client that does not read are one look', async () => {
  const table = aTable();
  table.rows.push(1);
  const stream = changes({ nudges: table.nudges, topic: 'rows', read: table.read, pollEvery: never });
  await stream.next();
  for (let count = 0; count < 10_000; count++) table.nudges.publish('rows');
  const next = stream.next();
  table.add(2);
  expect((await next).value).toEqual([2]);
  expect(table.reads()).toBeLessThan(5);
  await stream.return?.();
});

test('a lost nudge costs time and no row', async () => {
  const table = aTable();
  const stream = changes({ nudges: table.nudges, topic: 'rows', read: table.read, pollEvery: 10 });
  const next = stream.next();
  table.rows.push(1);
  expect((await next).value).toEqual([1]);
  await stream.return?.();
});

test('the stream ends after the value that is the last', async () => {
  const table = aTable();
  table.rows.push(1, 2, 3, 4);
  const seen: number[][] = [];
  for await (const page of changes({
    nudges: table.nudges,
    topic: 'rows',
    read: table.read,
    pollEvery: never,
    isLast: (page) => page.length < 3,
  }))
    seen.push(page);
  expect(seen).toEqual([[1, 2, 3], [4]]);
});

test('a client that leaves is listened for no more', async () => {
  const nudges = inProcessNudges();
  let listening = 0;
  const counted = {
    ...nudges,
    subscribe: (topic: string, listener: () => void) => {
      listening++;
      const unsubscribe = nudges.subscribe(topic, listener);
      return () => {
        listening--;
        unsubscribe();
      };
    },
  };
  const stream = changes({ nudges: counted, topic: 'rows', read: async () => undefined, pollEvery: never });
  const next = stream.next();
  await expect.poll(() => listening).toBe(1);
  await stream.return?.();
  expect((await next).done).toBe(true);
  await expect.poll(() => listening).toBe(0);
});

test('what reading throws reaches the client', async () => {
  const stream = changes({
    nudges: inProcessNudges(),
    topic: 'rows',
    read: () => Promise.reject(new Error('gone')),
    pollEvery: never,
  });
  await expect(stream.next()).rejects.toThrow('gone');
});

test('a nudge reaches the listeners of its topic and no others, until they leave', () => {
  const nudges = inProcessNudges();
  const heard: string[] = [];
  const leave = nudges.subscribe('a', () => heard.push('first of a'));
  nudges.subscribe('a', () => heard.push('second of a'));
  nudges.subscribe('b', () => heard.push('b'));
  nudges.publish('a');
  leave();
  leave();
  nudges.publish('a');
  nudges.publish('nobody');
  expect(heard).toEqual(['first of a', 'second of a', 'second of a']);
});

test('a read that fails after the client has left, such as on a closed database, reaches nobody', async () => {
  let fail = (_: Error) => {};
  const stream = changes({
    nudges: inProcessNudges(),
    topic: 'rows',
    read: () =>
      new Promise<never>((_, reject) => {
        fail = reject;
      }),
  });
  const next = stream.next();
  const left = stream.return?.();

  fail(new Error('the database is closed'));

  expect(await next).toEqual({ value: undefined, done: true });
  expect(await left).toEqual({ value: undefined, done: true });
});
