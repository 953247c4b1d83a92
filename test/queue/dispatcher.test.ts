import { expect, onTestFinished, test, vi } from 'vitest';
import { jobTablesOf } from '../../src/cluster.ts';
import { Liveness } from '../../src/data/liveness.ts';
import { DatabaseUnavailable } from '../../src/errors.ts';
import type { Converted, Dispatcher, Work } from '../../src/queue/dispatcher.ts';
import { EmbeddedDispatcher } from '../../src/queue/embedded.ts';
import { GraphileDispatcher } from '../../src/queue/graphile.ts';
import { defineJob, type JobContext } from '../../src/queue/job.ts';
import { cancel, start } from '../../src/queue/queue.ts';
import { Scheduler } from '../../src/queue/scheduler.ts';
import { createSchedule } from '../../src/queue/schedules.ts';
import { Worker } from '../../src/queue/worker.ts';
import { rowsOf, withChannels } from '../support/actions.ts';
import { deferred } from '../support/deferred.ts';
import { type Headquarters, onPostgres } from '../support/headquarters.ts';

/*
 * What holds for every dispatcher: the one in memory on SQLite, and the one in the database on PostgreSQL.
 */

const quiet = { info: () => {}, warn: () => {}, error: () => {} };
const now = () => new Date().toISOString();
const soon = { timeout: 10_000, interval: 20 };

/** A dispatcher with a job that does what the test says, and live conversion that notes what it is asked. */
async function dispatching({
  hq,
  work = async () => {},
  live = async () => {},
  log = quiet,
}: {
  hq: Headquarters;
  log?: typeof quiet;
  work?: (context: JobContext) => Promise<void>;
  /** What it returns is what became of the conversion, where it matters. */
  live?: (channels: readonly string[]) => Promise<unknown>;
}) {
  const base = { hq: hq.hq, now, log };
  const job = defineJob({ name: 'p-job', title: '', description: '', unit: 'OPERATIONS', phases: {}, run: work });
  let dispatcher: Dispatcher;
  let liveness: Liveness | undefined;
  let name = () => 'this process';
  if (onPostgres) {
    const tables = jobTablesOf(hq.config);
    await GraphileDispatcher.migrate(tables);
    const graphile = new GraphileDispatcher({
      ...{ ...base, ...tables },
      concurrency: 2,
      renew: () => liveness?.renew(),
      noticeAll: () => {},
    });
    liveness = new Liveness({ url: hq.config.databaseUrl, listener: graphile, log: quiet });
    name = () => graphile.node;
    dispatcher = graphile;
  } else dispatcher = new EmbeddedDispatcher(base, 2);

  const surroundings = { ...base, channels: hq.channels, nudges: hq.nudges, dispatcher, batchSize: 10 };
  const worker = new Worker({ surroundings, jobs: [job], name });
  const scheduler = new Scheduler(surroundings, [job]);
  const converted: string[][] = [];
  const taken: number[] = [];
  const tasks: Work = {
    take(id) {
      taken.push(id);
      return worker.take(id);
    },
    startScheduled: (id) => scheduler.startScheduled(id),
    async convert(channels) {
      converted.push([...channels]);
      const nothing: Converted = { again: [], after: 0, orders: false };
      return Object.assign(nothing, await live(channels));
    },
    synchronizeOrders: async () => undefined,
    release: () => worker.release(),
    help: (id) => worker.help(id),
  };
  const begin = async () => {
    await dispatcher.start(tasks);
    await liveness?.start();
  };
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= (async () => {
      await dispatcher.stop();
      await liveness?.stop();
    })();
    return stopped;
  };
  onTestFinished(stop);
  const ask = async (channels: string[] | null = null) => {
    const request = { job: 'p-job', steps: ['p-job'], channels, requestedBy: 'a test', cause: 'OPERATOR' as const };
    return (await start(surroundings, request)).run;
  };
  return { dispatcher, surroundings, begin, stop, ask, taken, converted };
}

const states = async (hq: Headquarters) =>
  (await rowsOf(hq.hq, 'select state from job_run order by id')).map(({ state }) => state);

test('a run is taken as soon as it is committed, and one that is rolled back is not', async () => {
  const hq = await withChannels([]);
  const { dispatcher, begin, ask, taken } = await dispatching({ hq });
  await begin();
  await hq.hq
    .write(async (tx) => {
      await dispatcher.dispatch(tx, { id: 1_000, dueAt: now() });
      throw new Error('rolled back');
    })
    .catch(() => {});
  const { id } = await ask();
  await vi.waitFor(async () => expect(await states(hq)).toEqual(['SUCCEEDED']), soon);
  expect(taken).toEqual([id]);
});

test('runs that waited before it was started are taken at the start', async () => {
  const hq = await withChannels(['houston', 'dallas']);
  const { begin, ask } = await dispatching({ hq });
  await ask(['houston']);
  await ask(['dallas']);
  await begin();
  await vi.waitFor(async () => expect(await states(hq)).toEqual(['SUCCEEDED', 'SUCCEEDED']), soon);
});

test('a run that is retried waits until it is due', async () => {
  const hq = await withChannels([]);
  let attempts = 0;
  const { begin, ask } = await dispatching({
    hq,
    work: async () => {
      if (++attempts === 1) throw new Error('not yet');
    },
  });
  await begin();
  await ask();
  await vi.waitFor(async () => expect(await states(hq)).toEqual(['SUCCEEDED']), soon);
  const [run] = await rowsOf(hq.hq, 'select due_at, finished_at from job_run');
  expect(attempts).toBe(2);
  expect(run!.finished_at >= run!.due_at).toBe(true);
});

test('a run that cannot be settled goes on when headquarters can be written again', async () => {
  const hq = await withChannels([]);
  const { write } = hq.hq;
  let refused = 0;
  const { begin, ask } = await dispatching({
    hq,
    work: async ({ run }) => {
      if (run.attempt > 1) return;
      hq.hq.write = ((change: Parameters<typeof write>[0]) => {
        if (++refused === 4) hq.hq.write = write;
        return refused < 4 ? Promise.reject(new DatabaseUnavailable('headquarters')) : write.call(hq.hq, change);
      }) as typeof write;
    },
  });
  await begin();
  await ask();
  await vi.waitFor(async () => expect(await states(hq)).toEqual(['SUCCEEDED']), soon);
  expect(await rowsOf(hq.hq, 'select attempt, crashes from job_run')).toEqual([{ attempt: 2, crashes: 0 }]);
});

test('a run that was canceled while it waited is not taken', async () => {
  const hq = await withChannels(['houston', 'dallas']);
  const taken: (string[] | null)[] = [];
  const { begin, ask, surroundings } = await dispatching({
    hq,
    work: async ({ run }) => void taken.push(run.channels),
  });
  const { id } = await ask(['houston']);
  await ask(['dallas']);
  await cancel(surroundings, id, { actor: 'a test', at: now() });
  await begin();
  await vi.waitFor(async () => expect(await states(hq)).toEqual(['CANCELED', 'SUCCEEDED']), soon);
  expect(taken).toEqual([['dallas']]);
});

test('as many runs as configured are worked on at once, and the others follow', async () => {
  const hq = await withChannels(['a', 'b', 'c', 'd', 'e']);
  let under = 0;
  let most = 0;
  let met = () => {};
  const meeting = new Promise<void>((resolve) => {
    met = resolve;
  });
  const { begin, ask } = await dispatching({
    hq,
    work: async ({ hq: database }) => {
      most = Math.max(most, ++under);
      if (under === 2) met();
      await meeting;
      await database.read((db) => db.query('select 1'));
      under--;
    },
  });
  for (const code of ['a', 'b', 'c', 'd', 'e']) await ask([code]);
  await begin();
  await vi.waitFor(async () => expect(await states(hq)).toEqual(Array(5).fill('SUCCEEDED')), soon);
  expect(most).toBe(2);
});

test('notices that arrive together are merged, and one that arrives during a conversion leads to another', async () => {
  const hq = await withChannels([]);
  const converting = deferred();
  const gone = deferred();
  const { dispatcher, begin, converted } = await dispatching({
    hq,
    live: async () => {
      converting.resolve();
      await gone.promise;
    },
  });
  await begin();
  for (let notice = 0; notice < 1_000; notice++) dispatcher.notice('houston');
  await converting.promise;
  dispatcher.notice('houston');
  gone.resolve();
  await vi.waitFor(() => expect(converted.length).toBeGreaterThan(1), soon);
  expect(converted.length).toBeLessThan(6);
  expect(new Set(converted.flat())).toEqual(new Set(['houston']));
});

test.runIf(onPostgres)(
  'channels whose lane is busy in another process are tried again less and less often',
  async () => {
    const hq = await withChannels([]);
    const tries: number[] = [];
    const { dispatcher, begin } = await dispatching({
      hq,
      live: async (again) => {
        tries.push(performance.now());
        return tries.length < 6 ? { again, after: 30 } : {};
      },
    });
    await begin();
    dispatcher.notice('houston');
    await vi.waitFor(() => expect(tries).toHaveLength(6), soon);
    // 30, 60, 120, 240, and 480 ms.
    expect(tries[5]! - tries[0]!).toBeGreaterThan(900);
  },
);

test('a schedule starts its run when it is due, and again when it is due the next time', async () => {
  const hq = await withChannels([]);
  const { dispatcher, begin } = await dispatching({ hq });
  await hq.hq.write((tx) => tx.query('update schedule set enabled = false'));
  await begin();
  const every = { job: 'p-job', channels: null, cron: '* * * * * *', timeZone: 'UTC', enabled: true };
  await hq.hq.write((tx) =>
    createSchedule(tx, { ...every, missedRuns: 'RUN_ONCE' }, { actor: 'a test', at: now() }, dispatcher),
  );
  dispatcher.wake();
  await vi.waitFor(async () => {
    const ended = (await states(hq)).filter((state) => state === 'SUCCEEDED');
    expect(ended.length).toBeGreaterThan(1);
  }, soon);
});

test('a run that is under way when it stops is left to the next one, which goes on', async () => {
  const hq = await withChannels([]);
  const under = deferred();
  const first = await dispatching({
    hq,
    work: async (context) => {
      for (;;) {
        await context.batch(async () => ({ done: 1, result: undefined }));
        under.resolve();
      }
    },
  });
  await first.begin();
  await first.ask();
  await under.promise;
  await first.stop();
  expect(await states(hq)).toEqual(['QUEUED']);

  const second = await dispatching({ hq });
  await second.begin();
  await vi.waitFor(async () => expect(await states(hq)).toEqual(['SUCCEEDED']), soon);
  expect(await rowsOf(hq.hq, 'select attempt, crashes from job_run')).toEqual([{ attempt: 2, crashes: 0 }]);
});

test.runIf(onPostgres)(
  'live conversion goes on after the tables of another system of the database were migrated in the middle of one',
  async () => {
    const hq = await withChannels([]);
    const converting = deferred();
    const gone = deferred();
    let replaced = 0;
    const { dispatcher, begin, converted } = await dispatching({
      hq,
      log: { ...quiet, warn: () => void replaced++ },
      live: async () => {
        converting.resolve();
        await gone.promise;
      },
    });
    await begin();
    dispatcher.notice('houston');
    await converting.promise;
    for (let migration = 1; migration <= 3; migration++) {
      // New workers may not listen yet.
      await vi.waitFor(
        async () => {
          await hq.hq.write((tx) => tx.query(`select pg_notify('worker:migrate', '{"breaking":true}')`));
          expect(replaced).toBeGreaterThanOrEqual(migration);
        },
        { timeout: 20_000, interval: 300 },
      );
    }
    gone.resolve();
    await vi.waitFor(
      () => {
        dispatcher.notice('houston');
        expect(converted.length).toBeGreaterThan(1);
      },
      { timeout: 20_000, interval: 300 },
    );
  },
  60_000,
);

test.runIf(onPostgres)(
  'runs are taken after the tables of other systems were migrated again and again while workers start',
  async () => {
    const hq = await withChannels([]);
    let replaced = 0;
    const { begin, ask } = await dispatching({ hq, log: { ...quiet, warn: () => void replaced++ } });
    await begin();
    const migrate = () => hq.hq.write((tx) => tx.query(`select pg_notify('worker:migrate', '{"breaking":true}')`));
    await vi.waitFor(
      async () => {
        for (let migration = 1; migration <= 20; migration++) await migrate();
        expect(replaced).toBeGreaterThan(20);
      },
      { timeout: 20_000, interval: 1 },
    );
    await ask();
    await vi.waitFor(async () => expect(await states(hq)).toEqual(['SUCCEEDED']), { timeout: 20_000, interval: 50 });
  },
  60_000,
);
