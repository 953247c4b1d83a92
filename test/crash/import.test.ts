import { describe, expect, test, vi } from 'vitest';
import { ask, askedRuns, channels, createChannels, retryCrashedRuns, switchSchedulesOff } from './support/actions.ts';
import type { Point, Transaction } from './support/messages.ts';
import { newWorld, type World } from './support/world.ts';

/** Two customers for each channel: one with an account ID of the number sequence's format, and one with another or none. */
const lines = channels.flatMap(({ code }, index) => [
  { channel: code, uuid: uuid(2 * index), accountId: `C0000010${index}`, name: { last: 'Byron' } },
  {
    channel: code,
    uuid: uuid(2 * index + 1),
    ...(index === 0 ? {} : { accountId: `OLD-${index}` }),
    name: { last: 'B' },
  },
]);
const accountIds = ['C00000100', 'C00000101', 'C00000102', 'C00000103', 'OLD-1', 'OLD-2'];

const { transactions } = await anUninterruptedImport();
const points = transactions.flatMap((transaction) => [pointAt(transaction, 'before'), pointAt(transaction, 'after')]);

test('an import has transactions at headquarters and in each channel database', () => {
  expect(new Set(transactions.map(({ database }) => database))).toEqual(new Set(['headquarters', 'texas', 'berlin']));
});

describe.concurrent('customers keep their account IDs when the server of their import was killed', () => {
  // A loop, because test.for shortens names.
  for (const { name, ...point } of points)
    test(name, async ({ expect, onTestFinished }) => {
      const { world, close } = await aWorld();
      onTestFinished(async ({ task }) => close(task.result?.state === 'fail' ? task.name : undefined));
      const server = await world.server();
      await server.watch(point);
      await expect(importInto(world)).rejects.toThrow();
      expect(await server.exited).toBe('SIGKILL');

      await world.start();
      const { created, known, failed } = await importInto(world);
      expect({ all: created + known, failed }).toEqual({ all: lines.length, failed: 0 });
      await converted(world);
      expect(await stored(world)).toEqual(accountIds);
      expect(await importInto(world)).toMatchObject({ known: lines.length, failed: 0 });
      expect(await world.rows('headquarters', 'select account_id from reserved_account_id')).toEqual([]);
    });
});

function uuid(number: number): string {
  return `00000000-0000-4000-8000-00000000000${number}`;
}

async function importInto(world: World) {
  const { url } = await world.server();
  const response = await fetch(`${url}/import/customers`, {
    method: 'POST',
    headers: { 'content-type': 'application/jsonl' },
    body: lines.map((line) => JSON.stringify(line)).join('\n'),
  });
  return (await response.json()) as { created: number; known: number; failed: number };
}

async function converted(world: World): Promise<void> {
  await ask(world, 'CONVERSION');
  await vi.waitFor(
    async () => {
      await retryCrashedRuns(world);
      expect(await askedRuns(world)).toMatchObject([{ state: 'SUCCEEDED' }]);
    },
    { timeout: 30_000, interval: 50 },
  );
}

async function stored(world: World): Promise<string[]> {
  const rows = await world.rows<{ id: string }>('headquarters', 'select account_id as id from customer order by id');
  return rows.map(({ id }) => id);
}

async function aWorld() {
  const opened = await newWorld();
  await opened.world.start();
  await createChannels(opened.world, { liveConversion: false });
  await switchSchedulesOff(opened.world);
  return opened;
}

/** The transactions of an import that nothing disturbs. */
async function anUninterruptedImport() {
  const { world, close } = await aWorld();
  try {
    const server = await world.server();
    await server.watch();
    expect(await importInto(world)).toMatchObject({ created: lines.length, failed: 0 });
    const transactions = [...server.transactions];
    await converted(world);
    expect(await stored(world)).toEqual(accountIds);
    return { transactions };
  } finally {
    await close();
  }
}

function pointAt({ database, number, what }: Transaction, moment: Point['moment']) {
  return { database, number, moment, name: `${moment} COMMIT ${number} of ${database} (${what})` };
}
