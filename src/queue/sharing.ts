import { setTimeout as delay } from 'node:timers/promises';
import { changeHeldPart, claimPart, insertParts, nextPart, sharingOf, takeParts } from '../data/hq/job-part.bulk.ts';
import { hasParts, type JobPart } from '../data/hq/job-part.ts';
import { changeHeld } from '../data/hq/job-run.bulk.ts';
import { type JobRun, jobRunById, type Step, type StepFailure } from '../data/hq/job-run.ts';
import { withParts } from '../data/hq/run-progress.ts';
import { cancelOpenSessions } from '../data/hq/session.ts';
import { DatabaseUnavailable, RunCrashed } from '../errors.ts';
import { topics } from '../events/nudges.ts';
import { announceRun, Canceled, failureOf, type Job, JobContext, Released, type Surroundings } from './job.ts';
import { waiting } from './queue.ts';
import type { Turn, Turns } from './turns.ts';

interface SharingOptions {
  surroundings: Surroundings;
  name: () => string;
  turns: Turns;
  /** Runs steps that are not done. */
  runStep: (context: JobContext, step: Step) => Promise<void>;
  /** Calls `work`, which ends soon when the context is released. */
  track: (context: JobContext, work: () => Promise<void>) => Promise<void>;
  /** Repeats `write` until headquarters answers. Undefined if this process stops before. */
  untilWritten: <T>(context: JobContext, write: () => Promise<T>) => Promise<T | undefined>;
  mostCrashes: number;
}

/** Workers that are invited to a run, over all processes. */
const MOST_HELPERS = 7;
/** Ms until the worker that holds a run looks again whether its parts are done. */
const LOOK_EVERY = 250;

/**
 * Lets several workers share a run on PostgreSQL. Whoever holds the run splits its next steps into parts, one for each channel database that
 * has something to do, and works on them like everybody else. A part is held, fenced, and taken over like a run. When all are done, their
 * progress and failures are added to the run, which goes on.
 */
export class Sharing {
  /** Aborted when this process is to stop helping. */
  private helping = new AbortController();

  constructor(private readonly options: SharingOptions) {}

  /** Splits these steps of a run unless it has been split already. Returns false if it is not worth it. */
  async split(
    context: JobContext,
    jobs: readonly Job[],
    steps: readonly Step[],
    failuresOf: (step: Step) => StepFailure[],
  ): Promise<boolean> {
    const { hq, run, isShared } = context;
    if (isShared) return true;
    const busy = await context.skipIdle();
    if (hq.embedded || run.cause === 'LIVE' || !busy || busy.size < 2) return false;
    try {
      for (const job of jobs) await job.beforeSharing?.(context);
    } catch (error) {
      if (error instanceof DatabaseUnavailable) throw error;
      return false;
    }
    for (const step of steps) {
      const { done, failed } = step.progress;
      step.progress = { ...step.progress, total: done + failed, waiting: 0 };
      step.failures = failuresOf(step);
    }
    const parts = [...busy].map(([channelDatabase, total]) => ({
      channelDatabase,
      steps: steps.map(({ job }) => expecting(waiting(job), total)),
    }));
    await hq.write(async (tx) => {
      const held = await changeHeld(tx, run, { steps: run.steps, crashes: 0 });
      if (!held) throw new Released();
      await insertParts(tx, run.id, parts);
    });
    run.crashes = 0;
    context.isShared = true;
    announceRun(context.nudges, run.id);
    await this.options.surroundings.dispatcher.invite(run.id, Math.min(parts.length - 1, MOST_HELPERS));
    return true;
  }

  /** Whether an earlier attempt has split the run. */
  async resume(context: JobContext): Promise<void> {
    const { hq, run } = context;
    context.isShared = run.attempt > 1 && !hq.embedded && (await hq.read((db) => hasParts(db, run.id)));
  }

  /** Works on the parts of a run that this worker holds, until all are done or the run is canceled. */
  async finish(context: JobContext, turn: Turn): Promise<void> {
    // A part that has to be worked on alone must not wait for this run, which waits for the part.
    await turn.leaveFor(() => this.workTogether(context));
    await this.fold(context);
    context.stopIfAsked();
  }

  /** Adds the parts of a run to it and ends them, whether or not they are done. */
  async fold(context: JobContext): Promise<void> {
    const { hq, run } = context;
    if (!context.isShared) return;
    const { steps, held, hasMoved } = await hq.write(async (tx) => {
      const parts = await takeParts(tx, run.id);
      const { steps, revision } = withParts(run, parts);
      const held = await changeHeld(tx, run, { steps, crashes: 0 }, 1 + revision - run.revision);
      if (!held) throw new Released();
      const hasMoved = parts.some((part) => part.steps.some(({ progress: { done, failed } }) => done + failed > 0));
      return { steps, held, hasMoved };
    });
    run.steps = steps;
    context.isShared = false;
    context.hasMoved ||= hasMoved;
    context.cancelRequested ||= held.cancelRequested;
    announceRun(context.nudges, run.id);
  }

  /** Works on parts of a run until nobody has to take one. */
  async help(runId: number): Promise<void> {
    const { hq, channels } = this.options.surroundings;
    const run = await hq.read((db) => jobRunById(db, runId));
    if (!run || run.finishedAt !== null) return;
    const { signal } = this.helping;
    // Another server may have created some of them.
    await channels.refresh();
    while (!signal.aborted && (await this.workOnOne(run, signal)));
  }

  /** Stops helping, after the current batch. */
  release(): void {
    this.helping.abort();
    this.helping = new AbortController();
  }

  private async workTogether(context: JobContext): Promise<void> {
    const { hq, run, released } = context;
    for (;;) {
      if (released.aborted) throw new Released();
      if (await this.workOnOne(run, released)) continue;
      const change = nextNudge(context);
      const now = await hq.read((db) => sharingOf(db, run.id));
      if (now?.state !== 'RUNNING' || now.fence !== run.fence) throw new Released();
      context.cancelRequested ||= now.cancelRequested;
      const isDone = now.held === 0 && (now.free === 0 || now.cancelRequested);
      if (!isDone && (now.free === 0 || now.cancelRequested)) await change.heard;
      change.forget();
      if (isDone) return;
    }
  }

  /** Works on a part that nobody holds, alone if it may be what killed its worker. Returns false if there is none. */
  private async workOnOne(run: JobRun, released: AbortSignal): Promise<boolean> {
    const { surroundings, turns, name } = this.options;
    const { hq, now } = surroundings;
    const next = await hq.read((db) => nextPart(db, run.id));
    if (!next) return false;
    const { isSuspicious } = next;
    await turns.take(isSuspicious, async () => {
      const part = await hq.write(async (tx) => {
        const part = await claimPart(tx, run.id, isSuspicious, name());
        // Nobody else would ever end the sessions that a dead worker left open.
        if (part && part.fence > 1) await cancelOpenSessions(tx, run.id, now(), part.channelDatabase);
        return part;
      });
      if (part) await this.work(run, part, released);
    });
    return true;
  }

  private async work(run: JobRun, part: JobPart, released: AbortSignal): Promise<void> {
    const { surroundings, mostCrashes, track } = this.options;
    const { steps, crashes, channelDatabase } = part;
    const context = new JobContext(surroundings, { ...run, steps, crashes, onlyDatabases: [channelDatabase] }, part);
    if (part.crashes > 0)
      surroundings.log.warn({ ...about(part), crashes }, 'part of a job run goes on: its worker died');
    announceRun(surroundings.nudges, run.id);
    // It was to stop while it took the part.
    if (released.aborted) context.release();
    await track(context, async () => {
      try {
        if (crashes >= mostCrashes) throw new RunCrashed();
        for (const step of steps) if (step.finishedAt === null) await this.options.runStep(context, step);
        await this.settle(context, part, 'ENDED');
      } catch (error) {
        await this.settleAfter(context, part, error);
      }
    });
  }

  private async settleAfter(context: JobContext, part: JobPart, error: unknown): Promise<void> {
    const { surroundings, untilWritten } = this.options;
    const isAway = error instanceof DatabaseUnavailable && error.database === context.hq.name;
    const isLeft = error instanceof Released || error instanceof Canceled || isAway;
    if (!isLeft) {
      const failure = failureOf(part.channelDatabase, error);
      if (failure.code === 'INTERNAL')
        surroundings.log.error({ err: error, ...about(part) }, 'unexpected error in a part of a job run');
      fail(part.steps, failure, context.now());
    }
    const state = isLeft ? 'QUEUED' : 'ENDED';
    const write = () => this.settle(context, part, state);
    await write().catch(() => untilWritten(context, write));
    if (isAway) throw error;
  }

  /** Has no effect if another worker has the part now, or if the run has ended. */
  private async settle(context: JobContext, part: JobPart, state: JobPart['state']): Promise<void> {
    const { crashes } = context.run;
    await context.hq.write((tx) => changeHeldPart(tx, part, { state, steps: part.steps, crashes }));
    announceRun(context.nudges, part.runId);
  }
}

const about = ({ runId, channelDatabase }: JobPart) => ({ run: runId, channelDatabase });

const expecting = (step: Step, total: number): Step => ({ ...step, progress: { ...step.progress, total } });

/** Ends the steps that are not done. */
function fail(steps: readonly Step[], failure: StepFailure, at: string): void {
  for (const step of steps) {
    if (step.finishedAt !== null) continue;
    step.failures.push(failure);
    Object.assign(step, { state: 'FAILED', startedAt: step.startedAt ?? at, finishedAt: at });
  }
}

/** `heard` resolves at the next change of the run, when it is released, or after a while. */
function nextNudge({ nudges, run, released }: JobContext): { heard: Promise<unknown>; forget: () => void } {
  const over = new AbortController();
  const unsubscribe = nudges.subscribe(topics.jobRun(String(run.id)), () => over.abort());
  const signal = AbortSignal.any([over.signal, released]);
  return { heard: delay(LOOK_EVERY, undefined, { signal }).catch(() => {}), forget: unsubscribe };
}
