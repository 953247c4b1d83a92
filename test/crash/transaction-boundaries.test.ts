import { afterAll, describe, expect, type TestContext, test, vi } from 'vitest';
import {
  ask,
  askedRuns,
  createChannels,
  createCustomers,
  databases,
  newCustomer,
  switchSchedulesOff,
} from './support/actions.ts';
import {
  expectEverythingConverted,
  expectNothingLostOrRepeated,
  expectToGoOn,
  runsUnderWay,
} from './support/checks.ts';
import type { Point, Transaction } from './support/messages.ts';
import { newWorld, onPostgres, type World } from './support/world.ts';

/** Customers of each conversion. Packages have 20 operations; each channel database ends with one that is not full. */
const created = { houston: 35, dallas: 30, berlin: 40 };
const CUSTOMERS = 105;
/** Edits of customers that are in the same package: Synchronize customers applies them, one after the other. */
const EDITS = 6;
const MOST_TO_END = 30_000;

/** A world with its channels, in which one conversion after the other is killed. */
interface Stage {
  world: World;
  /** Every customer of it so far. */
  customers: string[];
  close: (failedTest?: string) => Promise<void>;
}

const unused: Stage[] = [];
afterAll(() => Promise.all(unused.map(({ close }) => close())));

const transactions = await transactionsOfOneConversion();
const points = transactions
  .filter(isFirstOrLastOfItsKind)
  .flatMap((transaction) => (['before', 'after'] as const).map((moment) => pointAt(transaction, moment)));

test('a conversion without a crash takes the transactions at which the others are killed', () => {
  const kinds = new Set(transactions.map(({ database, what }) => `${database}: ${what}`));
  expect(kinds).toEqual(
    new Set([
      'headquarters: enqueue',
      'headquarters: claim',
      'headquarters: account IDs',
      'headquarters: customer operations',
      ...databases.map((database) => `${database}: package of 1010`),
      'headquarters: progress of 1010',
      'headquarters: end of a download session',
      'headquarters: settle',
      // Workers share it only on PostgreSQL.
      ...(onPostgres ? ['split', 'end of a part', 'end of all parts'].map((what) => `headquarters: ${what}`) : []),
    ]),
  );
  expect(points.length).toBeGreaterThanOrEqual(28);
});

describe.concurrent('a conversion goes on when its server was killed', () => {
  // A loop, because test.for shortens names.
  for (const { name, ...point } of points)
    test(name, async ({ expect, onTestFinished }) => {
      const { world, customers } = await stage(onTestFinished);
      const server = await world.server();
      const [earlier] = await askedRuns(world);
      customers.push(...(await createSome(world)));
      await server.watch(point);
      const asked = ask(world, 'CONVERSION').catch(() => {});
      expect(await server.exited).toBe('SIGKILL');
      await asked;

      const interrupted = await runsUnderWay(world);
      const { readyAt } = await world.start();
      await expectToGoOn(world, interrupted, readyAt);
      await expectNothingLostOrRepeated(world, customers);
      // The operator got no answer, and looks. Only a run that was never stored has to be asked for again.
      const newest = async () => (await askedRuns(world))[0];
      const found = await newest();
      const { id } = found && found.id !== earlier?.id ? found : await ask(world, 'CONVERSION');
      await vi.waitFor(async () => expect(await newest()).toMatchObject({ id, state: 'SUCCEEDED' }), {
        timeout: MOST_TO_END,
        interval: 100,
      });

      await expectEverythingConverted(world, customers);
      const [uploaded, assigned, downloaded] = (await newest())!.steps.map(({ progress }) => progress.done);
      expect([uploaded, assigned]).toEqual([CUSTOMERS + EDITS, CUSTOMERS + EDITS]);
      // Of each channel database, one package may have been applied and not counted.
      expect(downloaded).toBeGreaterThanOrEqual(CUSTOMERS - databases.length * 20);
    });
});

/** A stage that no other test is using. It is used again when the test has passed, and kept when it has failed. */
async function stage(onTestFinished: TestContext['onTestFinished']): Promise<Stage> {
  const found = unused.pop() ?? (await newStage());
  onTestFinished(async ({ task }) => {
    if (task.result?.state === 'fail') await found.close(task.name);
    else unused.push(found);
  });
  return found;
}

async function newStage(): Promise<Stage> {
  const { world, close } = await newWorld();
  await world.start();
  await createChannels(world, { liveConversion: false });
  await switchSchedulesOff(world);
  return { world, customers: [], close };
}

async function createSome(world: World): Promise<string[]> {
  const customers = Object.entries(created).flatMap(([channel, count]) =>
    Array.from({ length: count }, () => newCustomer(channel)),
  );
  for (let from = 0; from < CUSTOMERS; from += 35) {
    const some = customers.slice(from, from + 35);
    await createCustomers(world, some);
    const { channel, uuid } = some.at(-1)!;
    for (const phone of ['555 0109', '555 0110'])
      await world.query('mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { __typename } }', {
        input: { channel, customer: { uuid }, phone },
      });
  }
  return customers.map(({ uuid }) => uuid);
}

/** Lists the transactions of a conversion that nothing disturbs. */
async function transactionsOfOneConversion(): Promise<Transaction[]> {
  const { world, close } = await newStage();
  try {
    const customers = await createSome(world);
    const server = await world.server();
    await server.watch();
    const { id } = await ask(world, 'CONVERSION');
    await vi.waitFor(async () => expect(await askedRuns(world)).toMatchObject([{ id, state: 'SUCCEEDED' }]), {
      timeout: MOST_TO_END,
    });
    await expectEverythingConverted(world, customers);
    return server.transactions;
  } finally {
    await close();
  }
}

/** Those in between are like these; all of them would take minutes. */
function isFirstOrLastOfItsKind(transaction: Transaction, _index: number, all: Transaction[]): boolean {
  const kind = all.filter(({ database, what }) => database === transaction.database && what === transaction.what);
  return transaction === kind[0] || transaction === kind.at(-1);
}

function pointAt({ database, number, what }: Transaction, moment: Point['moment']) {
  const where = database === 'headquarters' ? database : `channel database ${database}`;
  return { database, number, moment, name: `${moment} COMMIT ${number} of ${where} (${what})` };
}
