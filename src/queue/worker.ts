import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { LONGEST_LEASE, LONGEST_PAUSE, later } from '../data/clock.ts';
import { noteOutcomes } from '../data/hq/job-failure.bulk.ts';
import { anyDue, changeHeld, claimRun, forgetRuns } from '../data/hq/job-run.bulk.ts';
import { endLeasesOfLastProcess, type Held, isScopeTaken, type JobRun, type StepFailure } from '../data/hq/job-run.ts';
import { cancelOpenSessions } from '../data/hq/session.ts';
import { DatabaseUnavailable, DomainError, RunCrashed } from '../errors.ts';
import { topics } from '../events/nudges.ts';
import {
  announceRun,
  Canceled,
  failureOf,
  isPassing,
  type Job,
  JobContext,
  Released,
  type Surroundings,
} from './job.ts';
import { Outage } from './outage.ts';
import { scopeOf, stopped } from './queue.ts';

interface WorkerOptions {
  surroundings: Surroundings;
  jobs: readonly Job[];
  /** Number of runs executed concurrently. */
  concurrency?: number;
  /** Ms after which a run is taken over if its worker died; at most 5,000. */
  leaseFor?: number;
  /** Number of days for which ended runs and their sessions are kept. */
  keepDays?: number;
}

/** How many times in a row a run may crash the process without progress before it fails. */
const MOST_CRASHES = 2;
/** How many attempts in a row may end with a transient failure, without progress, before a run fails. */
const MOST_ATTEMPTS = 5;
const KEPT_LIVE_RUNS = 1_000;
const HOUSEKEEPING_EVERY = 60_000;

/**
 * Runs jobs: claims a run, executes its steps, and settles it. If a worker dies, its run is claimed again when the lease expires and
 * continues where it stopped. A worker that lost its lease can change nothing more, because every write of a run checks its fence.
 */
export class Worker {
  private readonly name = randomUUID();
  private readonly active = new Map<JobContext, Promise<void>>();
  private readonly jobs: Map<string, Job>;
  private readonly timers: NodeJS.Timeout[] = [];
  private unsubscribe = () => {};
  private claiming: Promise<void> | undefined;
  private again = false;
  private stopped = true;
  private readonly outage: Outage;
  /** Whether the leases of the previous process have yet to be ended. */
  private starting = false;

  constructor(private readonly options: WorkerOptions) {
    this.outage = new Outage(options.surroundings.log, {
      failing: 'could not claim runs',
      over: 'claiming runs works again',
    });
    this.jobs = new Map(options.jobs.map((job) => [job.name, job]));
  }

  start(): void {
    this.stopped = false;
    this.starting = true;
    this.unsubscribe = this.options.surroundings.nudges.subscribe(topics.jobsDue, () => void this.look());
    this.timers.push(setInterval(() => void this.look(), 500));
    this.timers.push(setInterval(() => void this.keepHouse(), HOUSEKEEPING_EVERY));
    void this.look();
  }

  /** Stops after the current batches. Their runs are immediately available to the next worker. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.unsubscribe();
    for (const timer of this.timers.splice(0)) clearInterval(timer);
    for (const context of this.active.keys()) context.release();
    await this.claiming;
    await Promise.all(this.active.values());
  }

  /** Runs everything that is due, once, and resolves when it is done. For tests and cron jobs. */
  async drain(): Promise<void> {
    for (let run = await this.claim(true); run; run = await this.claim(true)) await this.work(run);
  }

  private look(): Promise<void> {
    this.again = true;
    this.claiming ??= this.claimAll().finally(() => {
      this.claiming = undefined;
    });
    return this.claiming;
  }

  private async claimAll(): Promise<void> {
    const { hq } = this.options.surroundings;
    try {
      if (this.starting && hq.embedded) await hq.write(endLeasesOfLastProcess);
      this.starting = false;
      while (this.again && !this.stopped) {
        this.again = false;
        while (this.active.size < (this.options.concurrency ?? 2) && !this.stopped) {
          const active = [...this.active.keys()];
          if (active.some(({ run }) => run.crashes > 0)) break;
          const run = await this.claim(active.length === 0);
          if (!run) break;
          this.begin(run);
        }
      }
      this.outage.worked();
    } catch (error) {
      // Headquarters' database is unavailable; the timer will try again.
      this.outage.failed(error);
    }
  }

  private begin(run: JobRun): void {
    const context = this.contextOf(run);
    const work = this.workOn(context).finally(() => {
      this.active.delete(context);
      if (!this.stopped) void this.look();
    });
    this.active.set(context, work);
  }

  private get leaseFor(): number {
    return this.options.leaseFor ?? LONGEST_LEASE;
  }

  private async claim(alone: boolean): Promise<JobRun | null> {
    const { hq, now, nudges, log } = this.options.surroundings;
    const at = now();
    const leaseUntil = later(at, this.leaseFor);
    if (!(await hq.read((db) => anyDue(db, at)))) return null;
    const claimed = await hq.write(async (tx) => {
      const claimed = await claimRun(tx, this.name, at, leaseUntil, alone);
      // Nobody else would ever end the sessions that a dead worker left open.
      if (claimed && claimed.run.attempt > 1) await cancelOpenSessions(tx, claimed.run.id, at);
      return claimed;
    });
    if (!claimed) return null;
    const { run, takenFrom } = claimed;
    const { channels, cause, attempt } = run;
    if (takenFrom === null) log.info({ ...named(run), channels, cause, attempt }, 'job run started');
    else log.warn({ ...named(run), channels, cause, attempt, takenFrom }, 'job run taken over: its worker died');
    announceRun(nudges, run.id);
    return run;
  }

  private contextOf(run: JobRun): JobContext {
    return new JobContext(this.options.surroundings, run, this.leaseFor);
  }

  private work(run: JobRun): Promise<void> {
    return this.workOn(this.contextOf(run));
  }

  private async workOn(context: JobContext): Promise<void> {
    const { log } = this.options.surroundings;
    const { run } = context;
    const heart = setInterval(() => {
      context.beat().catch((error: unknown) => {
        if (error instanceof Released) context.release();
        else log.warn({ err: error, run: run.id }, 'could not renew the lease of a run');
      });
    }, this.leaseFor / 3);
    try {
      if (run.crashes >= MOST_CRASHES) throw new RunCrashed();
      const unknown = await context.lookUpChannels();
      for (const step of run.steps) {
        if (step.state === 'SUCCEEDED' || step.state === 'FAILED') continue;
        step.state = 'RUNNING';
        step.startedAt ??= context.now();
        step.failures = [...unknown, ...context.failuresToKeep(step)];
        context.stopIfAsked();
        context.begin();
        const job = this.jobs.get(step.job);
        if (!job) throw new Error(`There is no job "${step.job}".`);
        await job.run(context);
        step.state = step.failures.length > 0 ? 'FAILED' : 'SUCCEEDED';
        step.finishedAt = context.now();
        const { done, failed, total } = step.progress;
        // Another run may have done part of what this one expected.
        const all = step.state === 'SUCCEEDED' ? done + failed : total;
        step.progress = { ...step.progress, phase: 'DONE', total: all, eta: null };
      }
      await this.settleDone(context);
    } catch (error) {
      await this.settleAfter(context, error);
    } finally {
      clearInterval(heart);
    }
  }

  /** Settles a run whose steps are all done. If channel databases were unavailable, the run is retried later for only these. */
  private async settleDone(context: JobContext): Promise<void> {
    const { run } = context;
    const first = run.steps.findIndex(({ failures }) => failures.some(isPassing));
    const retry = first === -1 ? undefined : this.nextRetry(context);
    if (!retry) return this.settle(context, ended(run));
    const failures = run.steps.flatMap((step) => step.failures.filter(isPassing));
    const databases = failures.flatMap(({ channelDatabase }) => channelDatabase ?? []);
    const onlyDatabases = databases.length < failures.length ? run.onlyDatabases : [...new Set(databases)].sort();
    // A later step keeps what it did for the others. For the unavailable ones, it may have more to do once an earlier step succeeds.
    const steps = run.steps.map((step, index) =>
      index < first ? step : { ...step, state: 'WAITING' as const, finishedAt: null },
    );
    await this.settle(context, { ...retry, steps, onlyDatabases }, failures[0]);
  }

  /** When to retry a run after a transient failure; undefined after too many attempts without progress. */
  private nextRetry(context: JobContext): (Held & { state: 'QUEUED' }) | undefined {
    const retries = context.hasMoved ? 1 : context.run.retries + 1;
    if (retries >= MOST_ATTEMPTS) return undefined;
    const dueAt = later(context.now(), Math.min(1_000 * 2 ** retries, LONGEST_PAUSE));
    return { state: 'QUEUED', retries, dueAt, leaseUntil: null };
  }

  private async settleAfter(context: JobContext, error: unknown): Promise<void> {
    const { log, now } = this.options.surroundings;
    const { run } = context;
    try {
      if (error instanceof Released) {
        // Immediately available to the next worker. Has no effect if another worker already has it.
        await this.settle(context, { state: 'QUEUED', steps: run.steps, leaseUntil: null });
      } else if (error instanceof Canceled) {
        await this.settle(context, { state: 'CANCELED', steps: stopped(run, 'CANCELED', now()), finishedAt: now() });
      } else if (error instanceof DomainError && !(error instanceof DatabaseUnavailable)) {
        await this.settle(context, { ...failed(run, now()), errorCode: error.code, error: error.message });
      } else {
        if (!(error instanceof DomainError)) log.error({ err: error, run: run.id }, 'unexpected error in a job run');
        const failure = failureOf(null, error);
        const retry = this.nextRetry(context);
        if (retry) await this.settle(context, { ...retry, steps: run.steps }, failure);
        else await this.settle(context, { ...failed(run, now()), errorCode: failure.code, error: failure.message });
      }
    } catch (second) {
      // The lease will expire, and another worker will continue.
      log.error({ err: second, run: run.id }, 'could not settle a run');
    }
  }

  private async settle(context: JobContext, change: Held, reason?: StepFailure): Promise<void> {
    const { hq, nudges, now } = this.options.surroundings;
    const { run } = context;
    const at = change.state === 'QUEUED' ? {} : { finishedAt: now() };
    const held = await hq.write(async (tx) => {
      const scope = await this.scopeAfter(tx, run, change);
      const held = await changeHeld(tx, run, { ...change, ...at, scope });
      if (held && change.state !== 'QUEUED') await noteOutcomes(tx, run, change, now());
      return held;
    });
    if (held) this.note(context, change, reason);
    announceRun(nudges, run.id);
  }

  /**
   * The scope of a run after a change. While a run waits for some channel databases, requests for their channels join it, and requests for
   * other channels start runs of their own and do not have to wait.
   */
  private async scopeAfter(tx: EntityManager, run: JobRun, { state, onlyDatabases: only }: Held): Promise<string> {
    if (state !== 'QUEUED') return scopeOf(run);
    if (!only) return run.scope;
    const { channels } = this.options.surroundings;
    const waiting = channels.all().filter(({ channelDatabase }) => only.includes(channelDatabase));
    const codes = waiting.map(({ code }) => code).filter((code) => run.channels?.includes(code) ?? true);
    const scope = scopeOf(run, codes.sort());
    return (await isScopeTaken(tx, { id: run.id, scope })) ? `${scope}:${run.id}` : scope;
  }

  /** Logs how an attempt ended, how long it took, and what has been done so far. */
  private note({ run, ms }: JobContext, { state, dueAt, errorCode, error }: Held, reason?: StepFailure): void {
    const { log } = this.options.surroundings;
    const steps = run.steps.map(({ job, progress: { done, failed } }) => ({ job, done, failed }));
    const fields = { ...named(run), ms, steps };
    if (state === 'FAILED') log.warn({ ...fields, code: errorCode, reason: error }, 'job run failed');
    else if (state !== 'QUEUED') log.info({ ...fields, state }, 'job run ended');
    else if (reason)
      log.warn({ ...fields, code: reason.code, reason: reason.message, dueAt }, 'job run will be retried');
    else log.info(fields, 'job run left to the next worker');
  }

  private async keepHouse(): Promise<void> {
    const { hq, now, log } = this.options.surroundings;
    const before = later(now(), (this.options.keepDays ?? 30) * -86_400_000);
    await hq
      .write((tx) => forgetRuns(tx, before, KEPT_LIVE_RUNS))
      .catch((error: unknown) => log.error({ err: error }, 'could not remove old runs'));
  }
}

const named = ({ id, job }: JobRun) => ({ run: id, job });

function ended(run: JobRun): Held {
  const failures = run.steps.flatMap(({ failures }) => failures);
  if (failures.length === 0) return { state: 'SUCCEEDED', steps: run.steps };
  const databases = [...new Set(failures.flatMap(({ channelDatabase }) => channelDatabase ?? []))];
  const others =
    databases.length > 0 ? ` (Failed channel databases: ${databases.join(', ')}; the others are done.)` : '';
  return {
    state: 'FAILED',
    steps: run.steps,
    errorCode: failures[0]!.code,
    error: failures[0]!.message + others,
  };
}

const failed = (run: JobRun, at: string): Held => ({ state: 'FAILED', steps: stopped(run, 'FAILED', at) });
