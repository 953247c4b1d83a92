import { isDeepStrictEqual } from 'node:util';
import type { EntityManager } from 'typeorm';
import { busyDatabases } from '../data/busy.ts';
import type { Channels } from '../data/channels.ts';
import { later } from '../data/clock.ts';
import type { Database } from '../data/database.ts';
import type { Channel } from '../data/hq/channel.ts';
import { changeHeldPart } from '../data/hq/job-part.bulk.ts';
import type { JobPart } from '../data/hq/job-part.ts';
import { changeHeld } from '../data/hq/job-run.bulk.ts';
import type { JobRun, Progress, Step, StepFailure } from '../data/hq/job-run.ts';
import { ChannelNotFound, DatabaseUnavailable, DomainError } from '../errors.ts';
import { type Nudges, topics } from '../events/nudges.ts';
import type { Dispatcher } from './dispatcher.ts';

/** How a job or a chain is presented to operators in the API, on the command line, and in the documentation. */
interface Declaration<Name extends string = string> {
  /** Also the command. The API derives its value of JobName from it: `P_JOB` from `p-job`. */
  name: Name;
  title: string;
  description: string;
}

/** What jobs count. */
export const progressUnits = {
  OPERATIONS: 'Operations from the logs of channel databases.',
  CUSTOMERS: 'Customers with an account ID or a correction that their channel does not have yet.',
  ORDERS: 'Orders.',
  SALES: 'Sales and returns at registers.',
  STATEMENTS: 'Statements, however many sales or shifts each has.',
} as const;

/** The phases of every job, before and after its own. */
export const commonPhases = { WAITING: 'Not started.', DONE: 'Nothing is left to do.' } as const;

/** A job that operators run. `run` works in batches and may be called again at any time, because a query finds what is left to do. */
export interface Job<Name extends string = string> extends Declaration<Name> {
  /** What its progress counts. */
  unit: keyof typeof progressUnits;
  /** What it does, one after the other, as clients see it. */
  phases: Readonly<Record<string, string>>;
  /** Whether a run may be limited to business dates up to one. */
  takesBusinessDate?: true;
  /**
   * It works on one channel database at a time: uploads, synchronizes customers, or downloads. Those that have nothing to do are skipped, and
   * on PostgreSQL several workers share the others.
   */
  perChannelDatabase?: true;
  /** What concerns all its channel databases together, before workers share them. If it throws, they do not, and the job reports it. */
  beforeSharing?(context: JobContext): Promise<void>;
  run(context: JobContext): Promise<void>;
}

/** Jobs that run one after another. */
export interface Chain<Name extends string = string> extends Declaration<Name> {
  steps: string[];
}

/** Declares a job, keeping its name as a type. */
export const defineJob = <const Name extends string>(job: Job<Name>): Job<Name> => job;
export const defineChain = <const Name extends string>(chain: Chain<Name>): Chain<Name> => chain;

/** Shared dependencies of everything that runs jobs. */
export interface Surroundings {
  hq: Database;
  channels: Channels;
  nudges: Nudges;
  /** Hands out the runs. */
  dispatcher: Dispatcher;
  log: {
    error(fields: object, message: string): void;
    warn(fields: object, message: string): void;
    info(fields: object, message: string): void;
  };
  /** The current time, RFC 3339 in UTC with milliseconds. */
  now: () => string;
  /** Maximum number of rows that one transaction moves. */
  batchSize: number;
}

/** An operator canceled the run. What was committed stays. */
export class Canceled extends Error {}
/** Another worker has taken over the run, or this process is stopping. Nothing more may be written. */
export class Released extends Error {}

/** What a batch processed, set aside, and found waiting. `moved` says whether it changed anything, if the counts alone do not. */
interface Counts {
  done: number;
  failed?: number;
  waiting?: number;
  moved?: boolean;
  /** What it did of a later step of the run, which begins with it, and the phase of that step. */
  ahead?: { job: string; phase: string; done: number };
}
type Batch<T> = (tx: EntityManager) => Promise<Counts & { result: T }>;

const RATE_WINDOW = 5_000;
/** Channel databases of a live run, up to which it is not asked whether they have anything to do. */
const FEW_LIVE = 10;

/** A job's view of its run: fenced batches, progress, and failures. */
export class JobContext {
  /** How much was done when, by a monotonic clock. */
  private samples: { at: number; done: number }[] = [];
  cancelRequested: boolean;
  private turn: Promise<unknown> = Promise.resolve();
  private readonly stopping = new AbortController();
  private readonly begun = performance.now();
  /** Channel databases that have nothing to do in the steps that come next. */
  private idle: ReadonlySet<string> = new Set();
  /** Whether this attempt has made sure that numbers may be assigned (domain/rewound.ts). */
  isProven = false;
  /** Whether this attempt has made progress. */
  hasMoved = false;
  /** Whether the run has been split into parts, which are not done yet. */
  isShared = false;

  constructor(
    private readonly surroundings: Surroundings,
    readonly run: JobRun,
    /** What this is about, if it is only a part of the run. The run has the steps of the part. */
    readonly part?: JobPart,
  ) {
    // It may have been requested while the previous worker was dead or stopping.
    this.cancelRequested = run.cancelRequested;
  }

  get hq(): Database {
    return this.surroundings.hq;
  }
  get channels(): Channels {
    return this.surroundings.channels;
  }
  get nudges(): Nudges {
    return this.surroundings.nudges;
  }
  get batchSize(): number {
    return this.surroundings.batchSize;
  }
  get log() {
    return this.surroundings.log;
  }
  now(): string {
    return this.surroundings.now();
  }
  /** Ms since this attempt started. */
  get ms(): number {
    return Math.round(performance.now() - this.begun);
  }

  /**
   * Reads what other servers may have changed or created, unless there are none and this process knows all channels of the run. Returns a
   * failure for each named channel that does not exist.
   */
  async lookUpChannels(): Promise<StepFailure[]> {
    const named = this.run.channels;
    if (!this.hq.embedded || named === null || this.named().length < named.length) await this.channels.refresh();
    if (named === null) return [];
    const known = this.named().map(({ code }) => code);
    return named.filter((code) => !known.includes(code)).map((code) => failureOf(null, new ChannelNotFound(code)));
  }

  /** The failures of a step to keep when it is retried for only some channel databases: those the retry does not cover. */
  failuresToKeep({ failures }: Step): StepFailure[] {
    const { onlyDatabases: only } = this.run;
    if (only === null) return [];
    const again = (failure: StepFailure) =>
      isPassing(failure) || failure.code === 'CHANNEL_NOT_FOUND' || only.includes(failure.channelDatabase ?? '');
    return failures.filter((failure) => !again(failure));
  }

  /**
   * Finds the channel databases that have nothing to do, to leave them out of what follows. Whether a few have anything to do turns out as
   * fast by working on them, and live conversion knows which ones do, except after a start, when it is told of all. Returns the others, with
   * the number of operations that they have to upload, if it was worth looking.
   */
  async skipIdle(): Promise<ReadonlyMap<string, number> | undefined> {
    this.idle = new Set();
    const names = this.channelDatabases();
    if (names.length <= (this.run.cause === 'LIVE' ? FEW_LIVE : 1)) return undefined;
    const busy = await busyDatabases(this.surroundings, names, this.channelCodes());
    this.idle = new Set(names.filter((name) => !busy.has(name)));
    return busy;
  }

  /** Leaves out nothing any more. */
  includeIdle(): void {
    this.idle = new Set();
  }

  /**
   * The channels of this run, or in a retry those whose databases were unavailable. Channels that do not exist are left out; they have failed
   * the run already (`lookUpChannels`).
   */
  channelCodes(): string[] {
    const { onlyDatabases: only } = this.run;
    return this.named().flatMap(({ code, channelDatabase: name }) =>
      (only === null || only.includes(name)) && !this.idle.has(name) ? [code] : [],
    );
  }

  private named(): Channel[] {
    const { channels } = this.run;
    const all = this.channels.all();
    return channels === null ? all : all.filter(({ code }) => channels.includes(code));
  }

  /** The databases of these channels. */
  channelDatabases(): string[] {
    return [...new Set(this.channelCodes().map((code) => this.channels.get(code).channelDatabase))];
  }

  /** Wakes those who watch the channels of a database, after a commit that may have changed their statistics. */
  announceChannels(database: string): void {
    for (const { code, channelDatabase } of this.channels.all())
      if (channelDatabase === database) this.nudges.publish(topics.channelActivity(code));
  }

  private get step(): Step {
    return this.run.steps.find(({ state }) => state === 'RUNNING')!;
  }

  /** Sets the phase and how much is left. What was processed in earlier attempts stays counted; what was waiting is counted again. */
  expect(phase: string, left: number): void {
    const { progress } = this.step;
    this.step.progress = { ...progress, phase, total: progress.done + progress.failed + left, waiting: 0 };
  }

  /** Sets the phase, which the next batch stores. */
  enter(phase: string): void {
    this.step.progress = { ...this.step.progress, phase };
  }

  /** The progress after a batch. The total grows if there is more than expected. */
  private counted(progress: Progress, { done, failed = 0, waiting = 0 }: Counts): Progress {
    const next = {
      ...progress,
      done: progress.done + done,
      failed: progress.failed + failed,
      waiting: progress.waiting + waiting,
    };
    const total = Math.max(next.total - waiting, next.done + next.failed);
    const oldest = this.samples[0];
    const seconds = oldest ? (performance.now() - oldest.at) / 1_000 : 0;
    const ratePerSecond =
      oldest && seconds > 0.05 ? Math.round((next.done - oldest.done) / seconds) : progress.ratePerSecond;
    const left = total - next.done - next.failed;
    const eta = ratePerSecond ? later(this.now(), (left / ratePerSecond) * 1_000) : null;
    return { ...next, total, ratePerSecond, eta };
  }

  /**
   * Executes one headquarters transaction of this run. It takes effect only while this worker holds the run: checking the fence and storing the
   * progress are part of it. `work` may do nothing but SQL, because it is rerun if the database is busy.
   */
  batch<T>(work: Batch<T>): Promise<T> {
    // One at a time, because each batch adds to the progress stored by the one before it.
    const mine = this.turn.then(() => this.commit(work));
    this.turn = mine.catch(() => {});
    return mine;
  }

  private async commit<T>(work: Batch<T>): Promise<T> {
    this.stopIfAsked();
    const { step } = this;
    const { steps } = this.run;
    const before = steps.map((one) => ({ ...one }));
    const undo = () => {
      for (const [index, one] of steps.entries()) Object.assign(one, before[index]);
    };
    try {
      const { result, held, moved } = await this.hq.write(async (tx) => {
        undo();
        const { result, ahead, ...counts } = await work(tx);
        const { done, failed = 0, moved = done + failed + (ahead?.done ?? 0) > 0 } = counts;
        step.progress = this.counted(step.progress, counts);
        if (ahead && ahead.done > 0) this.countAhead(ahead);
        return { result, moved, held: await this.hold(tx, moved) };
      });
      this.hasMoved ||= moved;
      if (moved) this.run.crashes = 0;
      this.cancelRequested ||= held.cancelRequested;
      this.sample(step.progress.done);
      this.changed();
      return result;
    } catch (error) {
      undo();
      throw error;
    }
  }

  private countAhead({ job, phase, done }: NonNullable<Counts['ahead']>): void {
    const step = this.laterSteps().find((later) => later.job === job)!;
    const { progress } = step;
    const counted = { ...progress, phase, done: progress.done + done };
    const total = Math.max(progress.total, counted.done + counted.failed);
    Object.assign(step, { state: 'RUNNING', startedAt: step.startedAt ?? this.now(), progress: { ...counted, total } });
  }

  /** The steps of this run after the one that is under way. */
  private laterSteps(): Step[] {
    const { steps } = this.run;
    return steps.slice(steps.indexOf(this.step) + 1);
  }

  /** Whether the step that comes next is this job. */
  isBefore(job: string): boolean {
    return this.laterSteps()[0]?.job === job;
  }

  /**
   * Records a failure of one channel database, or (null) of the step as a whole, and lets the rest of the run continue. Rethrows requests to
   * stop, and errors because headquarters' own database is unavailable, after which the run is retried later.
   */
  async isolated(channelDatabase: string | null, work: () => Promise<void>): Promise<StepFailure | undefined> {
    try {
      await work();
      return undefined;
    } catch (error) {
      if (error instanceof Canceled || error instanceof Released) throw error;
      if (error instanceof DatabaseUnavailable && error.database === this.hq.name) throw error;
      if (!(error instanceof DomainError)) {
        this.log.error({ err: error, run: this.run.id, channelDatabase }, 'unexpected error in a job step');
      }
      const failure = failureOf(channelDatabase, error);
      // A failure of the whole step may have been kept from before a retry.
      if (!this.step.failures.some((known) => isDeepStrictEqual(known, failure))) this.step.failures.push(failure);
      return failure;
    }
  }

  /** Called between batches. */
  stopIfAsked(): void {
    if (this.stopping.signal.aborted) throw new Released();
    if (this.cancelRequested) throw new Canceled();
  }

  /** Aborted when this process is to stop working on the run. */
  get released(): AbortSignal {
    return this.stopping.signal;
  }

  /** Stops working on the run in this process after the current batch. */
  release(): void {
    this.stopping.abort();
  }

  /** Restarts the measurement of rows per second. */
  begin(): void {
    this.samples = [{ at: performance.now(), done: this.step.progress.done }];
  }

  private sample(done: number): void {
    const at = performance.now();
    this.samples.push({ at, done });
    while (this.samples.length > 2 && this.samples[0]!.at < at - RATE_WINDOW) this.samples.shift();
  }

  private async hold(tx: EntityManager, moved: boolean): Promise<{ cancelRequested: boolean }> {
    const crashes = moved ? 0 : this.run.crashes;
    const { run, part } = this;
    const held = part
      ? await changeHeldPart(tx, part, { state: 'RUNNING', steps: run.steps, crashes })
      : await changeHeld(tx, run, { steps: run.steps, crashes });
    if (!held) throw new Released();
    return held;
  }

  private changed(): void {
    announceRun(this.surroundings.nudges, this.run.id);
  }
}

/** How an error is reported to people. Details of unexpected errors go only to the log. */
export const failureOf = (channelDatabase: string | null, error: unknown): StepFailure =>
  error instanceof DomainError
    ? { channelDatabase, code: error.code, message: error.message }
    : { channelDatabase, code: 'INTERNAL', message: 'Unexpected error. See the headquarters log.' };

/** Whether a retry may help: a channel database was unavailable, or numbers could not be assigned because one was. */
export const isPassing = ({ channelDatabase, code }: StepFailure): boolean =>
  channelDatabase === null ? code === 'HEADQUARTERS_UNPROVEN' : code === 'DATABASE_UNAVAILABLE';

export function announceRun(nudges: Nudges, id: number): void {
  nudges.publish(topics.jobRun(String(id)));
  nudges.publish(topics.jobRuns);
}
