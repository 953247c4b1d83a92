import { describe, expect, test, vi } from 'vitest';
import { ask, channels, createChannels, createCustomers, databases, newCustomers, newestRuns, switchSchedulesOff } from './support/actions.ts';
import { expectEverythingConverted, expectNothingLostOrRepeated } from './support/checks.ts';
import type { Point, Transaction } from './support/messages.ts';
import { newWorld, openWorld, type World } from './support/world.ts';

const CUSTOMERS = 100;
/** Ms from the moment a new server is ready to the end of what the old one had begun; the lease of a dead worker takes 5,000. */
const MOST_TO_GO_ON = 10_000;

const customersOfAll = async (world: World) => {
  await createChannels(world, { liveConversion: false });
  await switchSchedulesOff(world);
  const customers = newCustomers(CUSTOMERS);
  for (let from = 0; from < CUSTOMERS; from += 25) await createCustomers(world, customers.slice(from, from + 25));
  return customers.map(({ id }) => id);
};

const transactions = await transactionsOfOneConversion();
const points = transactions.flatMap((transaction) =>
  (['before', 'after'] as const).map((moment) => ({ ...pointAt(transaction, moment), name: nameOf(transaction, moment) })),
);

test('a conversion without a crash takes the transactions at which the others are killed', () => {
  const kinds = new Set(transactions.map(({ database, what }) => `${database}: ${what}`));
  expect(kinds).toEqual(
    new Set([
      ...['enqueue', 'claim', 'package of the P-job', 'end of an upload session', 'account IDs'].map((what) => `headquarters: ${what}`),
      ...databases.map((database) => `${database}: package of 1010`),
      ...['progress of 1010', 'end of a download session', 'settle'].map((what) => `headquarters: ${what}`),
    ]),
  );
  expect(points.length).toBeGreaterThanOrEqual(40);
});

describe.concurrent('a conversion goes on when its server was killed', () => {
  test.for(points)('$name', async ({ name: _, ...point }, { expect, onTestFinished }) => {
    const world = await openWorld(onTestFinished);
    const first = await world.start();
    const customers = await customersOfAll(world);
    await first.watch(point);
    const asked = ask(world, 'runConversion').catch(() => {});
    expect(await first.exited).toBe('SIGKILL');
    await asked;

    const second = await world.start();
    await expectNothingLostOrRepeated(world, customers);
    // The operator got no answer, and looks. Only a run that was never stored has to be asked for again.
    const [found] = await newestRuns(world);
    if (!found) await ask(world, 'runConversion');
    await vi.waitFor(async () => expect(await newestRuns(world)).toMatchObject([{ state: 'SUCCEEDED' }]), {
      timeout: MOST_TO_GO_ON - (performance.now() - second.readyAt),
      interval: 100,
    });

    await expectEverythingConverted(world, customers);
    const [run] = await newestRuns(world);
    const [uploaded, assigned, downloaded] = run!.steps.map(({ progress }) => progress.done);
    expect([uploaded, assigned]).toEqual([CUSTOMERS, CUSTOMERS]);
    // Of each channel database, one package may have been applied and not counted.
    expect(downloaded).toBeGreaterThanOrEqual(CUSTOMERS - databases.length * 20);
  });
});

/** Lists the transactions of a conversion that nothing disturbs. */
async function transactionsOfOneConversion(): Promise<Transaction[]> {
  const { world, close } = await newWorld();
  try {
    const server = await world.start();
    const customers = await customersOfAll(world);
    await server.watch();
    const { id } = await ask(world, 'runConversion');
    await vi.waitFor(async () => expect((await newestRuns(world))[0]).toMatchObject({ id, state: 'SUCCEEDED' }), {
      timeout: MOST_TO_GO_ON,
    });
    await expectEverythingConverted(world, customers);
    await server.kill();
    // A heartbeat is in time's hands and no boundary of its own.
    return server.transactions.filter(({ what }) => what !== 'something else');
  } finally {
    await close();
  }
}

const pointAt = ({ database, number }: Transaction, moment: Point['moment']): Point => ({ database, number, moment });

const nameOf = ({ database, number, what }: Transaction, moment: Point['moment']) =>
  `${moment} COMMIT ${number} of ${channels.some((channel) => channel.database === database) ? `channel database ${database}` : database} (${what})`;
