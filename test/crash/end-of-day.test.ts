import { scheduler } from 'node:timers/promises';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { calculationStates, postingStates } from '../../src/data/hq/statement.ts';
import { askedRuns, channels, createChannels, retryCrashedRuns, switchSchedulesOff } from './support/actions.ts';
import { askForEndOfDay, books, recordADay } from './support/books.ts';
import { expectToGoOn, runsUnderWay } from './support/checks.ts';
import type { Point, Transaction } from './support/messages.ts';
import { randomFor } from './support/random.ts';
import { newWorld, type World } from './support/world.ts';

/** Every state of a statement, in the order in which it is reached. */
const states = [...calculationStates, ...postingStates];
const MOST_TO_END = 40_000;

const uninterrupted = await anUninterruptedDay();
// Before and after the first ones; then after each COMMIT, so that what lies between it and the next one is met.
const points = uninterrupted.transactions.flatMap((transaction, index) =>
  index < 14 ? [pointAt(transaction, 'before'), pointAt(transaction, 'after')] : [pointAt(transaction, 'after')],
);
/** States in which statements were when their server died. */
const killedAt = new Set<string>();

test('an end of day posts every order and sale, and its books balance', () => {
  const { statements, transactions, unbalanced } = uninterrupted.books;
  expect(new Set(statements.map(({ state }) => state))).toEqual(new Set(['POSTED']));
  expect(new Set(transactions.map(({ status }) => status))).toEqual(new Set(['SUCCEEDED', 'POSTED']));
  expect(unbalanced).toEqual([]);
  expect(states).toHaveLength(13);
  expect(points.length).toBeGreaterThanOrEqual(26);
});

describe.concurrent('the books are the same when the server was killed', () => {
  // A loop, because test.for shortens names.
  for (const { name, ...point } of points)
    test(name, async ({ expect, onTestFinished }) => {
      const { world, close } = await aDay();
      onTestFinished(async ({ task }) => close(task.result?.state === 'fail' ? task.name : undefined));
      const server = await world.server();
      await server.watch(point);
      const asked = askForEndOfDay(world).catch(() => {});
      expect(await server.exited).toBe('SIGKILL');
      await asked;
      for (const { state } of await world.rows<{ state: string }>(
        'headquarters',
        'select distinct state from statement',
      ))
        killedAt.add(state);

      await goneOn(world);
      await ended(world);

      expect(await books(world)).toEqual(uninterrupted.books);
      expect(await world.errors(), 'errors in the logs').toEqual([]);
    });
});

afterAll(() => {
  // On its way a statement was killed in each of its states.
  expect([...killedAt].sort()).toEqual([...states].sort());
});

/** Starts another server, and waits until it works on what the dead one left. */
async function goneOn(world: World): Promise<void> {
  const interrupted = await runsUnderWay(world);
  const { readyAt } = await world.start();
  await expectToGoOn(world, interrupted, readyAt);
}

/** Resolves when the day has ended well; one that was never stored is asked for again. */
async function ended(world: World): Promise<void> {
  if ((await askedRuns(world)).length === 0) await askForEndOfDay(world);
  await vi.waitFor(
    async () => {
      await retryCrashedRuns(world);
      expect(await askedRuns(world)).toMatchObject([{ state: 'SUCCEEDED' }]);
    },
    { timeout: MOST_TO_END, interval: 100 },
  );
}

/** Its sales are more than one transaction takes through a step, so that it stops in each state. */
async function aDay() {
  const opened = await newWorld({ BATCH_SIZE: '14' });
  await opened.world.start();
  await createChannels(opened.world, { liveConversion: false });
  await switchSchedulesOff(opened.world);
  await recordADay(opened.world, channels);
  return opened;
}

/** The transactions of headquarters that move statements, of a day that nothing disturbs, and the books that come of it. */
async function anUninterruptedDay() {
  const { world, close } = await aDay();
  try {
    const server = await world.server();
    await server.watch();
    await askForEndOfDay(world);
    await ended(world);
    const moves = server.transactions.filter(
      ({ what }) => what === 'statements' || what === 'orders' || what === 'sales',
    );
    // Counted by what they do: others may come between them in another order.
    const counted = moves.map((move, index) => ({
      ...move,
      number: moves.slice(0, index + 1).filter(({ what }) => what === move.what).length,
    }));
    return { transactions: firstOfEach(counted), books: await books(world) };
  } finally {
    await close();
  }
}

/** Those that move statements all; of the others the first and the last. */
function firstOfEach(moves: Transaction[]): Transaction[] {
  return moves.filter((move) => {
    const same = moves.filter(({ what }) => what === move.what);
    return move.what === 'statements' || move === same[0] || move === same.at(-1);
  });
}

function pointAt({ what, database, number }: Transaction, moment: Point['moment']) {
  return { database, what, number, moment, name: `${moment} COMMIT ${number} of ${database} that moves ${what}` };
}

describe.concurrent('the books are the same when the server was killed at random moments', () => {
  for (const attempt of [1, 2, 3, 4, 5, 6])
    test(`again and again, day ${attempt}`, async ({ expect, onTestFinished }) => {
      const random = randomFor(`an end of day, ${attempt}`);
      const { world, close } = await aDay();
      onTestFinished(async ({ task }) => close(task.result?.state === 'fail' ? task.name : undefined));
      const asked = askForEndOfDay(world).catch(() => {});
      for (let kill = 1; kill <= 3; kill++) {
        const server = await world.server();
        await scheduler.wait(random.whole(20, 400));
        await server.kill();
        await asked;
        await goneOn(world);
      }
      await ended(world);
      expect(await books(world)).toEqual(uninterrupted.books);
    });
});
