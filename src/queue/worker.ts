import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { LONGEST_LEASE, LONGEST_PAUSE } from '../data/clock.ts';
import { noteOutcomes } from '../data/hq/job-failure.bulk.ts';
import { anyDue, changeHeld, claimRun, forgetRuns } from '../data/hq/job-run.bulk.ts';
import { endLeasesOfLastProcess, type Held, isScopeTaken, type JobRun, type StepFailure } from '../data/hq/job-run.ts';
import { cancelOpenSessions } from '../data/hq/session.ts';
import { DatabaseUnavailable, DomainError, RunCrashed } from '../errors.ts';
import { topics } from '../events/nudges.ts';
import {
  announceRun,
  Cancelled,
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
  /** Runs that are worked on at once. */
  concurrency?: number;
  /** Ms after which a run whose worker died is taken over; 5,000 at most. */
  leaseFor?: number;
  /** Days that ended runs and their sessions are kept. */
  keepDays?: number;
}

/** Times that a run may end its process, and move nothing in between, until it fails. */
const MOST_CRASHES = 2;
/** Attempts in a row that met a passing failure, and moved nothing, until a run fails. */
const MOST_ATTEMPTS = 5;
const KEPT_LIVE_RUNS = 1_000;
const HOUSEKEEPING_EVERY = 60_000;

/**
 * Runs jobs: claims a run, does its steps, settles it. A run whose worker died is claimed again when its lease ends, and goes on
 * where it stopped; a worker that lost its lease changes nothing more, because every write of a run checks its fence.
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
  /** Whether what the last process left is still to be taken up. */
  private starting = false;

  constructor(private readonly options: WorkerOptions) {
    this.outage = new Outage(options.surroundings.log, {
      failing: 'no run can be claimed',
      over: 'runs are claimed again',
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

  /** Ends after the batches that are under way; what they worked on is free for the next worker at once. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.unsubscribe();
    for (const timer of this.timers.splice(0)) clearInterval(timer);
    for (const context of this.active.keys()) context.release();
    await this.claiming;
    await Promise.all(this.active.values());
  }

  /** Runs everything that is due, once, and returns when it is done: what a test or a cron job calls. */
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
          const under = [...this.active.keys()];
          if (under.some(({ run }) => run.crashes > 0)) break;
          const run = await this.claim(under.length === 0);
          if (!run) break;
          this.begin(run);
        }
      }
      this.outage.worked();
    } catch (error) {
      // Headquarters' database does not answer; the timer looks again.
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
    const leaseUntil = new Date(Date.parse(at) + this.leaseFor).toISOString();
    if (!(await hq.read((db) => anyDue(db, at)))) return null;
    const claimed = await hq.write(async (tx) => {
      const claimed = await claimRun(tx, this.name, at, leaseUntil, alone);
      // Sessions that a dead worker left open: nobody else would ever end them.
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
        else log.warn({ err: error, run: run.id }, 'the lease of a run was not renewed');
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
        step.progress = { ...step.progress, phase: 'done', eta: null };
      }
      await this.settleDone(context);
    } catch (error) {
      await this.settleAfter(context, error);
    } finally {
      clearInterval(heart);
    }
  }

  /** All steps are done. What channel databases that were unavailable have kept from being done is tried again in a while, and only that. */
  private async settleDone(context: JobContext): Promise<void> {
    const { run } = context;
    const first = run.steps.findIndex(({ failures }) => failures.some(isPassing));
    const retry = first === -1 ? undefined : this.nextRetry(context);
    if (!retry) return this.settle(context, ended(run));
    const failures = run.steps.flatMap((step) => step.failures.filter(isPassing));
    const databases = failures.flatMap(({ channelDatabase }) => channelDatabase ?? []);
    const onlyDatabases = databases.length < failures.length ? run.onlyDatabases : [...new Set(databases)].sort();
    // What a later step did for the others stands. For these it may have more to do once an earlier one has gone through.
    const steps = run.steps.map((step, index) =>
      index < first ? step : { ...step, state: 'WAITING' as const, finishedAt: null },
    );
    await this.settle(context, { ...retry, steps, onlyDatabases }, failures[0]);
  }

  /** When a run is tried again after a passing failure; undefined when it was often enough, and none of it has moved anything. */
  private nextRetry(context: JobContext): (Held & { state: 'QUEUED' }) | undefined {
    const retries = context.hasMoved ? 1 : context.run.retries + 1;
    if (retries >= MOST_ATTEMPTS) return undefined;
    const dueAt = new Date(Date.parse(context.now()) + Math.min(1_000 * 2 ** retries, LONGEST_PAUSE)).toISOString();
    return { state: 'QUEUED', retries, dueAt, leaseUntil: null };
  }

  private async settleAfter(context: JobContext, error: unknown): Promise<void> {
    const { log, now } = this.options.surroundings;
    const { run } = context;
    try {
      if (error instanceof Released) {
        // Free at once for the next worker; nothing when another has it already.
        await this.settle(context, { state: 'QUEUED', steps: run.steps, leaseUntil: null });
      } else if (error instanceof Cancelled) {
        await this.settle(context, { state: 'CANCELLED', steps: stopped(run, 'CANCELLED', now()), finishedAt: now() });
      } else if (error instanceof DomainError && !(error instanceof DatabaseUnavailable)) {
        await this.settle(context, { ...failed(run, now()), errorCode: error.code, error: error.message });
      } else {
        if (!(error instanceof DomainError))
          log.error({ err: error, run: run.id }, 'a job run met an unexpected error');
        const failure = failureOf(null, error);
        const retry = this.nextRetry(context);
        if (retry) await this.settle(context, { ...retry, steps: run.steps }, failure);
        else await this.settle(context, { ...failed(run, now()), errorCode: failure.code, error: failure.message });
      }
    } catch (second) {
      // The lease ends by itself, and another worker goes on.
      log.error({ err: second, run: run.id }, 'a run could not be settled');
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
   * While a run waits for some channel databases, a request for their channels joins it, and one for others starts a run of its own: nobody
   * waits with it.
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

  /** Notes in the log how an attempt ended, with how long it took and what was done so far. */
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
    const before = new Date(Date.parse(now()) - (this.options.keepDays ?? 30) * 86_400_000).toISOString();
    await hq
      .write((tx) => forgetRuns(tx, before, KEPT_LIVE_RUNS))
      .catch((error: unknown) => log.error({ err: error }, 'old runs were not removed'));
  }
}

const named = ({ id, job }: JobRun) => ({ run: id, job });

function ended(run: JobRun): Held {
  const failures = run.steps.flatMap(({ failures }) => failures);
  if (failures.length === 0) return { state: 'SUCCEEDED', steps: run.steps };
  const databases = [...new Set(failures.flatMap(({ channelDatabase }) => channelDatabase ?? []))];
  const others =
    databases.length > 0 ? ` (Channel databases that failed: ${databases.join(', ')}; the others are done.)` : '';
  return {
    state: 'FAILED',
    steps: run.steps,
    errorCode: failures[0]!.code,
    error: failures[0]!.message + others,
  };
}

const failed = (run: JobRun, at: string): Held => ({ state: 'FAILED', steps: stopped(run, 'FAILED', at) });
