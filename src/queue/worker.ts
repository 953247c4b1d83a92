import { setTimeout as delay } from 'node:timers/promises';
import type { EntityManager } from 'typeorm';
import { LONGEST_PAUSE, later } from '../data/clock.ts';
import { noteOutcomes } from '../data/hq/job-failure.bulk.ts';
import { hasParts } from '../data/hq/job-part.ts';
import { changeHeld, claimRun, dueRuns, forgetRuns } from '../data/hq/job-run.bulk.ts';
import { type Held, isScopeTaken, type JobRun, jobRunById, type Step, type StepFailure } from '../data/hq/job-run.ts';
import type { Interrupted } from '../data/hq/run-worker.ts';
import { cancelOpenSessions } from '../data/hq/session.ts';
import { DatabaseUnavailable, DomainError, RunCrashed } from '../errors.ts';
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
import { enqueue, type Request, scopeOf, stopped } from './queue.ts';
import { Sharing } from './sharing.ts';
import { type Turn, Turns } from './turns.ts';

interface WorkerOptions {
  surroundings: Surroundings;
  jobs: readonly Job[];
  /** What runs record as their worker. Others know by it which runs to take over when this process dies. */
  name: () => string;
  /** Number of days for which ended runs and their sessions are kept. */
  keepDays?: number;
}

/** How many times in a row a run may crash the process without progress before it fails. */
const MOST_CRASHES = 2;
/** How many attempts in a row may end with a transient failure, without progress, before a run fails. */
const MOST_ATTEMPTS = 5;
const KEPT_LIVE_RUNS = 1_000;
/** Ms between two attempts to settle a run or a part when headquarters does not answer. */
const GIVE_BACK_EVERY = 500;

/**
 * Runs jobs: claims a run, executes its steps, and settles it. If a worker dies, another one claims its run and continues where it stopped. A
 * worker that has lost its run can change nothing more, because every write of a run checks its fence.
 */
export class Worker {
  private readonly active = new Map<JobContext, Promise<unknown>>();
  private readonly jobs: Map<string, Job>;
  private readonly turns = new Turns();
  private readonly sharing: Sharing;

  constructor(private readonly options: WorkerOptions) {
    this.jobs = new Map(options.jobs.map((job) => [job.name, job]));
    this.sharing = new Sharing({
      ...options,
      turns: this.turns,
      mostCrashes: MOST_CRASHES,
      runStep: (context, step) => this.runStep(context, step, []),
      track: (context, work) => this.track(context, work),
      untilWritten,
    });
  }

  /**
   * Works on a run until it is settled, if it has not ended. Throws Released if another process holds it, or takes it meanwhile. A run whose
   * worker died may be what killed it, so it runs alone: no other run is taken for the culprit.
   */
  async take(id: number): Promise<void> {
    const { hq } = this.options.surroundings;
    const run = await hq.read((db) => jobRunById(db, id));
    if (!run || run.finishedAt !== null) return;
    await this.turns.take(run.orphaned || run.crashes > 0, async (turn) => {
      const claimed = await hq.write((tx) => this.claim(tx, id));
      if (claimed) return this.work(claimed, turn);
      const now = await hq.read((db) => jobRunById(db, id));
      if (now && now.finishedAt === null) throw new Released();
    });
  }

  /**
   * Queues a run, holds it from the start, and works on it until it is settled. Does nothing if the same is UNDER_WAY already, or WAITS for its
   * retry. If it is left over from a worker that died, or its retry is due, it goes first.
   */
  async runNow(request: Request): Promise<'DONE' | 'UNDER_WAY' | 'WAITS'> {
    const { hq, now } = this.options.surroundings;
    for (;;) {
      const joined = await this.turns.take(false, async (turn) => {
        const { run, joined } = await hq.write((tx) => enqueue(tx, request, now(), this.options.name()));
        if (joined) return run;
        await this.work({ run, takenFrom: null }, turn);
        return undefined;
      });
      if (!joined) return 'DONE';
      const isFree = joined.orphaned || (joined.state === 'QUEUED' && joined.dueAt <= now());
      if (!isFree) return joined.state === 'RUNNING' ? 'UNDER_WAY' : 'WAITS';
      await this.take(joined.id);
    }
  }

  /** Runs everything that is due, once, and resolves when it is done. For tests and cron jobs. */
  async drain(): Promise<void> {
    const { hq, now } = this.options.surroundings;
    for (;;) {
      const [id] = await hq.read((db) => dueRuns(db, now(), 1));
      if (id === undefined) return;
      await this.take(id).catch((error: unknown) => {
        if (!(error instanceof Released)) throw error;
      });
    }
  }

  /** Stops after the current batches. The runs are immediately available to the next worker. */
  async stop(): Promise<void> {
    this.release();
    await Promise.allSettled(this.active.values());
  }

  /** Stops working on runs and parts after their current batches. Returns what they are. */
  release(): Interrupted[] {
    this.sharing.release();
    const contexts = [...this.active.keys()];
    for (const context of contexts) context.release();
    return contexts.map(({ run, part }) => ({ runId: run.id, channelDatabase: part?.channelDatabase ?? null }));
  }

  /** Works on parts of a run until nobody has to take one. */
  help(runId: number): Promise<void> {
    return this.sharing.help(runId);
  }

  private async claim(tx: EntityManager, id: number) {
    const { name, surroundings } = this.options;
    const at = surroundings.now();
    const claimed = await claimRun(tx, id, name(), at);
    // Nobody else would ever end the sessions that a dead worker left open. Those of parts end with their parts.
    if (claimed && claimed.run.attempt > 1 && !(await hasParts(tx, id))) await cancelOpenSessions(tx, id, at);
    return claimed;
  }

  private async work({ run, takenFrom }: { run: JobRun; takenFrom: string | null }, turn: Turn): Promise<void> {
    const { nudges, log } = this.options.surroundings;
    const { channels, cause, attempt } = run;
    if (takenFrom === null) log.info({ ...named(run), channels, cause, attempt }, 'job run started');
    else log.warn({ ...named(run), channels, cause, attempt, takenFrom }, 'job run taken over: its worker died');
    announceRun(nudges, run.id);
    const context = new JobContext(this.options.surroundings, run);
    // Another process has the run now, or will take it.
    if (!(await this.track(context, () => this.workOn(context, turn)))) throw new Released();
  }

  private track<T>(context: JobContext, work: () => Promise<T>): Promise<T> {
    const tracked = work().finally(() => this.active.delete(context));
    this.active.set(context, tracked);
    return tracked;
  }

  /** Returns whether this worker has settled the run. */
  private async workOn(context: JobContext, turn: Turn): Promise<boolean> {
    const { run } = context;
    try {
      if (run.crashes >= MOST_CRASHES) throw new RunCrashed();
      const unknown = await context.lookUpChannels();
      await this.sharing.resume(context);
      for (let steps = this.nextSteps(run); steps.length > 0; steps = this.nextSteps(run)) {
        const failuresOf = (step: Step) => [...unknown, ...context.failuresToKeep(step)];
        if (await this.areShared(context, steps, failuresOf)) await this.sharing.finish(context, turn);
        else for (const step of steps) await this.runStep(context, step, failuresOf(step));
      }
      return await this.settleDone(context);
    } catch (error) {
      return await this.settleAfter(context, error);
    }
  }

  /** The next step that is not done or, if it works per channel database, all such steps that follow one another. */
  private nextSteps({ steps }: JobRun): Step[] {
    const isPerDatabase = ({ job }: Step) => this.jobs.get(job)?.perChannelDatabase === true;
    const left = steps.slice(steps.findIndex(isOpen));
    if (!steps.some(isOpen)) return [];
    const end = left.findIndex((step) => !isOpen(step) || !isPerDatabase(step));
    return left.slice(0, end === -1 ? left.length : Math.max(1, end));
  }

  /** Whether workers share these steps. Finds out which channel databases they are about. */
  private async areShared(
    context: JobContext,
    steps: readonly Step[],
    failuresOf: (step: Step) => StepFailure[],
  ): Promise<boolean> {
    context.includeIdle();
    const jobs = steps.flatMap(({ job }) => this.jobs.get(job) ?? []);
    if (!jobs.some(({ perChannelDatabase }) => perChannelDatabase)) return false;
    this.begin(context, steps[0]!);
    return this.sharing.split(context, jobs, steps, failuresOf);
  }

  private begin(context: JobContext, step: Step): void {
    step.state = 'RUNNING';
    step.startedAt ??= context.now();
    context.stopIfAsked();
  }

  /** Runs a step that is not done. `failures` are what is known to have failed. */
  private async runStep(context: JobContext, step: Step, failures: StepFailure[]): Promise<void> {
    this.begin(context, step);
    step.failures = failures;
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

  /** Settles a run whose steps are all done. If channel databases were unavailable, the run is retried later for only these. */
  private settleDone(context: JobContext): Promise<boolean> {
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
    return this.settle(context, { ...retry, steps, onlyDatabases }, failures[0]);
  }

  /** When to retry a run after a transient failure; undefined after too many attempts without progress. */
  private nextRetry(context: JobContext): (Held & { state: 'QUEUED' }) | undefined {
    const retries = context.hasMoved ? 1 : context.run.retries + 1;
    if (retries >= MOST_ATTEMPTS) return undefined;
    const dueAt = later(context.now(), Math.min(1_000 * 2 ** retries, LONGEST_PAUSE));
    return { state: 'QUEUED', retries, dueAt };
  }

  private async settleAfter(context: JobContext, error: unknown): Promise<boolean> {
    const { log, now } = this.options.surroundings;
    const { run } = context;
    try {
      if (error instanceof Released) {
        // Immediately available to the next worker. Has no effect if another worker already has it.
        return await this.settle(context, { state: 'QUEUED', steps: run.steps });
      } else if (error instanceof Canceled) {
        await this.sharing.fold(context);
        return await this.settle(context, {
          state: 'CANCELED',
          steps: stopped(run, 'CANCELED', now()),
          finishedAt: now(),
        });
      }
      const failure = failureOf(null, error);
      if (!(error instanceof DomainError)) log.error({ err: error, run: run.id }, 'unexpected error in a job run');
      const mayPass = !(error instanceof DomainError) || error instanceof DatabaseUnavailable;
      const retry = mayPass ? this.nextRetry(context) : undefined;
      if (retry) return await this.settle(context, { ...retry, steps: run.steps }, failure);
      await this.sharing.fold(context);
      return await this.settle(context, { ...failed(run, now()), errorCode: failure.code, error: failure.message });
    } catch (second) {
      log.error({ err: second, run: run.id }, 'could not settle a run');
      return this.giveBack(context);
    }
  }

  /** Queues a run that could not be settled, as soon as headquarters can be written: nobody else may take it before. */
  private async giveBack(context: JobContext): Promise<boolean> {
    const settle = () => this.settle(context, { state: 'QUEUED', steps: context.run.steps });
    return (await untilWritten(context, settle)) ?? false;
  }

  private async settle(context: JobContext, change: Held, reason?: StepFailure): Promise<boolean> {
    const { hq, nudges, now, dispatcher } = this.options.surroundings;
    const { run } = context;
    const at = change.state === 'QUEUED' ? {} : { finishedAt: now() };
    const held = await hq.write(async (tx) => {
      const scope = await this.scopeAfter(tx, run, change);
      const held = await changeHeld(tx, run, { ...change, ...at, scope });
      if (held && change.state === 'QUEUED') await dispatcher.dispatch(tx, { id: run.id, dueAt: run.dueAt, ...change });
      else if (held) await noteOutcomes(tx, run, change, now());
      return held;
    });
    if (held) this.note(context, change, reason);
    announceRun(nudges, run.id);
    if (held) dispatcher.wake();
    return held !== undefined;
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

  /** Removes old runs. */
  async keepHouse(): Promise<void> {
    const { hq, now, log } = this.options.surroundings;
    const before = later(now(), (this.options.keepDays ?? 30) * -86_400_000);
    await hq
      .write((tx) => forgetRuns(tx, before, KEPT_LIVE_RUNS))
      .catch((error: unknown) => log.error({ err: error }, 'could not remove old runs'));
  }
}

/**
 * Repeats `write` until headquarters answers. Undefined: this process stops, or has lost its session, and whoever takes over its work takes this,
 * too.
 */
async function untilWritten<T>({ released }: JobContext, write: () => Promise<T>): Promise<T | undefined> {
  for (;;) {
    await delay(GIVE_BACK_EVERY, undefined, { signal: released }).catch(() => {});
    if (released.aborted) return undefined;
    const written = await write().then(
      (result) => ({ result }),
      () => undefined,
    );
    if (written) return written.result;
  }
}

const isOpen = ({ state }: Step): boolean => state !== 'SUCCEEDED' && state !== 'FAILED';

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
