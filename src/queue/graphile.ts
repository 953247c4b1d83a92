import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Logger, type Runner, run, runMigrations } from 'graphile-worker';
import type { EntityManager } from 'typeorm';
import { later } from '../data/clock.ts';
import { addJob, freeJobs, removeJob, tellOthers } from '../data/hq/dispatch.bulk.ts';
import { dueRuns } from '../data/hq/job-run.bulk.ts';
import { type Interrupted, orphanRuns, requeueInterrupted } from '../data/hq/run-worker.ts';
import { allSchedules } from '../data/hq/schedule.ts';
import { addWorkerPools, removeNode } from '../data/hq/server-node.ts';
import type { LivenessListener } from '../data/liveness.ts';
import type { PlainPool } from '../data/plain-pool.ts';
import type { Dispatcher, Work } from './dispatcher.ts';
import type { Surroundings } from './job.ts';
import { Lanes, type Noticed, taskOf } from './lanes.ts';

/** Ms between two looks for jobs that no notification announced. */
const POLL_EVERY = 2_000;
/** Ms after which a run that is due and that nobody has taken is dispatched again. */
const OVERDUE = 30_000;
/** graphile-worker gives up a job after so many attempts. Ours end by themselves. */
const ATTEMPTS = 30_000;
/** The exit code that graphile-worker sets when its tables are migrated under it. */
const MIGRATED = 57;
/** Ms for which jobs in progress may hold up a stop. */
const MOST_FOR_ENDING = 5_000;

interface GraphileOptions extends Pick<Surroundings, 'hq' | 'now' | 'log'> {
  /** Opens a pool for graphile-worker. */
  openPool: (purpose: string, size: number) => PlainPool;
  /** The schema of graphile-worker's tables. */
  schema: string;
  /** Number of runs executed concurrently, besides live conversion. */
  concurrency: number;
  /** Ends the node's session and begins another. */
  renew: () => void;
  /** Notices all channels with live conversion. */
  noticeAll: () => void;
}

/**
 * The dispatcher of processes that share headquarters on PostgreSQL. graphile-worker hands out the work: each job is a hint in its tables, and
 * the row of the run decides. What a node held becomes free when it dies (data/liveness.ts).
 *
 * graphile-worker locks jobs in the name of a pool of workers, and does not check who completes one: so work that was taken away throws.
 */
export class GraphileDispatcher implements Dispatcher, LivenessListener {
  private work: Work | undefined;
  private workers: Workers | undefined;
  private employing: Promise<void> | undefined;
  /** The pools of this process that may hold jobs: those of `workers`, and of others that have not quite stopped. */
  private readonly pools = new Set<string>();
  private living = new Gate();
  /** What this process was working on when it lost a session, and the nodes that it has been. */
  private readonly interrupted = new Set<Interrupted>();
  private readonly formerNodes: string[] = [];
  private sweeping: NodeJS.Timeout | undefined;
  private readonly stopping = new AbortController();
  private readonly lanes: Lanes;
  /** The current node: what runs record as their worker. */
  node = '';

  constructor(private readonly options: GraphileOptions) {
    this.lanes = new Lanes({
      log: options.log,
      signal: this.stopping.signal,
      tell: (noticed) => this.tell(noticed),
    });
  }

  /** Makes or updates graphile-worker's tables. */
  static async migrate({ openPool, schema }: Pick<GraphileOptions, 'openPool' | 'schema'>): Promise<void> {
    const pool = openPool('migration of jobs', 2);
    try {
      await runMigrations({ pgPool: pool, schema, logger: silent });
    } finally {
      await pool.end();
    }
  }

  dispatch(tx: EntityManager, { id, dueAt }: { id: number; dueAt: string }): Promise<void> {
    return this.add(tx, 'run', { key: `run:${id}`, payload: { id }, dueAt });
  }

  withdraw(tx: EntityManager, id: number): Promise<void> {
    return removeJob(tx, this.options.schema, `run:${id}`);
  }

  async plan(tx: EntityManager, { id, nextRunAt }: { id: number; nextRunAt: string | null }): Promise<void> {
    const key = `schedule:${id}`;
    if (nextRunAt === null) await removeJob(tx, this.options.schema, key);
    else await this.add(tx, 'schedule', { key, payload: { id }, dueAt: nextRunAt });
  }

  /** A job that is added announces itself. */
  wake(): void {}

  async invite(runId: number, workers: number): Promise<void> {
    const { hq, log } = this.options;
    try {
      await hq.write(async (tx) => {
        await tellOthers(tx);
        for (let place = 1; place <= workers; place++)
          await this.add(tx, 'help', { key: `help:${runId}:${place}`, payload: { id: runId } });
      });
    } catch (error) {
      log.warn({ err: error, run: runId }, 'could not ask other workers for help');
    }
  }

  notice(channel: string): void {
    this.lanes.notice(channel);
  }

  async start(work: Work): Promise<void> {
    this.work = work;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.lanes.stop();
    await this.lost();
    if (!this.workers) return;
    // Jobs must not wait for a session that never comes.
    this.living.open();
    await Promise.race([dismissed(this.workers), delay(MOST_FOR_ENDING, undefined, { ref: false })]);
  }

  async alive(node: string): Promise<void> {
    this.node = node;
    const { work } = this;
    if (!work) return;
    const { hq, schema } = this.options;
    await this.employed(work);
    const interrupted = [...this.interrupted];
    await hq.write(async (tx) => {
      await addWorkerPools(tx, node, [...this.pools]);
      await freeJobs(tx, schema);
      await requeueInterrupted(tx, interrupted, this.formerNodes);
      for (const schedule of await allSchedules(tx)) if (schedule.enabled) await this.plan(tx, schedule);
    });
    for (const known of interrupted) this.interrupted.delete(known);
    this.formerNodes.push(node);
    await this.sweep(0);
    this.sweeping = setInterval(() => void this.sweep(OVERDUE), OVERDUE);
    this.living.open();
  }

  async lost(): Promise<void> {
    clearInterval(this.sweeping);
    // Jobs that wait at a gate that never opened keep waiting there.
    if (this.living.isOpen) this.living = new Gate();
    for (const work of this.work?.release() ?? []) this.interrupted.add(work);
  }

  async peerDied(node: string): Promise<void> {
    const { hq, schema, now, noticeAll } = this.options;
    await hq.write(async (tx) => {
      await removeNode(tx, node);
      await freeJobs(tx, schema);
      for (const { id } of await orphanRuns(tx)) await this.dispatch(tx, { id, dueAt: now() });
    });
    // It may have held notices that nobody else repeats.
    noticeAll();
  }

  /** Makes sure that graphile-worker runs. Those who ask while it starts wait for the same. */
  private async employed(work: Work): Promise<void> {
    // Those that have just started may have stopped.
    while (!this.workers && !this.stopping.signal.aborted) {
      this.employing ??= this.employ(work).finally(() => {
        this.employing = undefined;
      });
      await this.employing;
    }
  }

  /** Starts graphile-worker. It keeps running when the node loses its session, but jobs wait until there is a new one. */
  private async employ(work: Work): Promise<void> {
    const { concurrency, openPool, schema } = this.options;
    // One connection listens for each of the two; what else they ask is brief.
    const pool = openPool('dispatch', 5);
    const pools: string[] = [];
    const runners: Runner[] = [];
    // A long run must not hold up live conversion, so each has its own workers.
    for (const { tasks, workers } of [
      { tasks: this.runTasks(work), workers: concurrency },
      { tasks: this.lanes.tasks(work), workers: 2 },
    ]) {
      const events = new EventEmitter();
      events.on('pool:create', ({ workerPool }: { workerPool: { id: string } }) => {
        pools.push(workerPool.id);
        this.pools.add(workerPool.id);
      });
      const runner = await run({
        pgPool: pool,
        schema,
        concurrency: workers,
        events: events as never,
        noHandleSignals: true,
        pollInterval: POLL_EVERY,
        logger: silent,
        // Otherwise it does not wait until a job is completed when it stops, and nobody hears of a failure.
        preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
        taskList: Object.fromEntries(Object.entries(tasks).map(([name, task]) => [name, this.whileLiving(task)])),
      });
      runners.push(runner);
    }
    const all: Workers = { runners, pools, pool };
    // Before anybody hears of a runner that has stopped already.
    this.workers = all;
    for (const { promise } of runners)
      promise.then(
        () => void this.replace(all, undefined),
        (error: unknown) => void this.replace(all, error),
      );
  }

  /** If a node that is not alive held a job, no peer could free it. So jobs wait until the node is alive. */
  private whileLiving =
    (task: (payload: never) => Promise<unknown>) =>
    async (payload: unknown): Promise<void> => {
      await this.living.opened;
      if (this.stopping.signal.aborted) throw new Error('This process is stopping.');
      await task(payload as never);
    };

  /**
   * graphile-worker has stopped: it could not complete a job for minutes, or somebody has migrated its tables, in this schema or in another
   * one of the database.
   */
  private async replace(stopped: Workers, error: unknown): Promise<void> {
    const { hq, log, schema } = this.options;
    if (this.workers !== stopped || this.stopping.signal.aborted) return;
    log.warn({ err: error }, 'the workers of this node stopped; starting others');
    if (process.exitCode === MIGRATED) process.exitCode = undefined;
    this.workers = undefined;
    try {
      await this.employed(this.work!);
      await hq.write((tx) => addWorkerPools(tx, this.node, [...this.pools]));
    } catch (again) {
      log.error({ err: again }, 'could not start other workers');
      this.options.renew();
    }
    await dismissed(stopped);
    for (const pool of stopped.pools) this.pools.delete(pool);
    try {
      // A job that ended after its pool was told to stop is still locked, and with it the lane it belongs to.
      await hq.write(async (tx) => {
        await addWorkerPools(tx, this.node, [...this.pools]);
        await freeJobs(tx, schema);
      });
    } catch (again) {
      log.error({ err: again }, 'could not free the jobs of workers that stopped');
      this.options.renew();
    }
  }

  /** Asks whichever process is free. Channels of a lane whose job nobody has taken yet are added to it. */
  private async tell(noticed: Noticed): Promise<void> {
    await this.options.hq.write(async (tx) => {
      await tellOthers(tx);
      for (const [lane, payload] of noticed) await this.add(tx, taskOf(lane), { key: taskOf(lane), payload });
    });
  }

  private runTasks(work: Work) {
    return {
      run: ({ id }: { id: number }) => work.take(id),
      help: ({ id }: { id: number }) => work.help(id),
      schedule: ({ id }: { id: number }) => work.startScheduled(id),
    };
  }

  private add(
    tx: EntityManager,
    task: string,
    { key, payload, dueAt }: { key: string; payload: unknown; dueAt?: string },
  ): Promise<void> {
    // The database's clock decides, so it is told how long to wait and not until when.
    const wait = dueAt === undefined ? 0 : Math.max(0, Date.parse(dueAt) - Date.parse(this.options.now()));
    return addJob(tx, this.options.schema, { task, key, payload, wait, attempts: ATTEMPTS });
  }

  /** Dispatches runs that have been due for `ms` without anybody taking them, in case their job or their worker was lost. */
  private async sweep(ms: number): Promise<void> {
    const { hq, now, log } = this.options;
    try {
      await hq.write(async (tx) => {
        await orphanRuns(tx);
        for (const id of await dueRuns(tx, later(now(), -ms), 100)) await this.dispatch(tx, { id, dueAt: now() });
      });
    } catch (error) {
      log.warn({ err: error }, 'could not look for runs that nobody has taken');
    }
  }
}

/** graphile-worker at work in this process. */
interface Workers {
  runners: Runner[];
  /** In whose names it locks jobs. */
  pools: string[];
  pool: PlainPool;
}

/** Stops them when their jobs have ended. */
async function dismissed({ runners, pool }: Workers): Promise<void> {
  // A runner that is already stopping rejects `stop`, but still uses the pool.
  await Promise.allSettled(runners.map((runner) => runner.stop().catch(() => runner.promise)));
  await pool.end();
}

/** Closed until it is opened, once. */
class Gate {
  isOpen = false;
  private resolve = () => {};
  readonly opened = new Promise<void>((resolve) => {
    this.resolve = resolve;
  });

  open(): void {
    this.isOpen = true;
    this.resolve();
  }
}

const silent = new Logger(() => () => {});
