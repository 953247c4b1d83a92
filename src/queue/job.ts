import { isDeepStrictEqual } from 'node:util';
import type { EntityManager } from 'typeorm';
import type { Channels } from '../data/channels.ts';
import type { Database } from '../data/database.ts';
import type { Channel } from '../data/hq/channel.ts';
import { changeHeld } from '../data/hq/job-run.bulk.ts';
import type { JobRun, Progress, Step, StepFailure } from '../data/hq/job-run.ts';
import { ChannelNotFound, DatabaseUnavailable, DomainError } from '../errors.ts';
import { type Nudges, topics } from '../events/nudges.ts';

/** What operators see of a job or a chain, everywhere: in the API, on the command line, in the documentation. */
export interface Declaration<Name extends string = string> {
  /** Also its command. The API derives its own names from it: `P_JOB` and `runPJob` from `p-job`. */
  name: Name;
  title: string;
  description: string;
  /** What the mutation does that starts it; without this there is none. */
  starts?: string;
}

/** Something that operators run. `run` moves sets in batches and may be called again at any time: what is left to do is a query. */
export interface Job<Name extends string = string> extends Declaration<Name> {
  run(context: JobContext): Promise<void>;
}

/** Jobs that run one after the other. */
export interface Chain<Name extends string = string> extends Declaration<Name> {
  steps: string[];
}

/** Declares a job, keeping its name as a type. */
export const defineJob = <const Name extends string>(job: Job<Name>): Job<Name> => job;
export const defineChain = <const Name extends string>(chain: Chain<Name>): Chain<Name> => chain;

/** What the parts of the system that run jobs share. */
export interface Surroundings {
  hq: Database;
  channels: Channels;
  nudges: Nudges;
  log: {
    error(fields: object, message: string): void;
    warn(fields: object, message: string): void;
    info(fields: object, message: string): void;
  };
  /** The time now, RFC 3339 in UTC with milliseconds. */
  now: () => string;
  /** Rows that one transaction moves. */
  batchSize: number;
}

/** The operator asked to stop; what was committed stays. */
export class Cancelled extends Error {}
/** Another worker has the run now, or this process is stopping: nothing more may be written. */
export class Released extends Error {}

/** Records that a batch did and set aside. `moved`: whether it changed anything, if that is more than these counts say. */
type Batch<T> = (tx: EntityManager) => Promise<{ done: number; failed?: number; moved?: boolean; result: T }>;

const RATE_WINDOW = 5_000;

/** What a job sees of its run: batches that are fenced, progress, and who failed. */
export class JobContext {
  /** When how much was done, by a clock that never jumps. */
  private samples: { at: number; done: number }[] = [];
  private cancelRequested: boolean;
  private turn: Promise<unknown> = Promise.resolve();
  private readonly stopping = new AbortController();
  private readonly begun = performance.now();
  /** Whether this attempt has committed anything that an earlier one had not. */
  hasMoved = false;

  constructor(
    private readonly surroundings: Surroundings,
    readonly run: JobRun,
    readonly leaseFor: number,
  ) {
    // Somebody may have asked while the worker before this one was dead or stopping.
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
  /** Ms since this attempt began. */
  get ms(): number {
    return Math.round(performance.now() - this.begun);
  }

  /**
   * Looks up channels that another server may have created: every time when the run is about all of them, otherwise when it names one
   * that this process does not know. Returns a failure for each named channel that does not exist.
   */
  async lookUpChannels(): Promise<StepFailure[]> {
    const named = this.run.channels;
    if (named === null || this.named().length < named.length) await this.channels.refresh();
    if (named === null) return [];
    const known = this.named().map(({ code }) => code);
    return named.filter((code) => !known.includes(code)).map((code) => failureOf(null, new ChannelNotFound(code)));
  }

  /** What failed when the step was done for all channel databases, and is not looked at again in a retry for some of them. */
  failuresToKeep({ failures }: Step): StepFailure[] {
    const { onlyDatabases: only } = this.run;
    if (only === null) return [];
    const again = (failure: StepFailure) =>
      isPassing(failure) || failure.code === 'CHANNEL_NOT_FOUND' || only.includes(failure.channelDatabase ?? '');
    return failures.filter((failure) => !again(failure));
  }

  /**
   * Channels that this run is about; a retry is about those whose databases were unavailable. One that does not exist has failed the run
   * (`lookUpChannels`) and is left out.
   */
  channelCodes(): string[] {
    const { onlyDatabases: only } = this.run;
    return this.named().flatMap(({ code, channelDatabase }) =>
      only === null || only.includes(channelDatabase) ? [code] : [],
    );
  }

  private named(): Channel[] {
    const { channels } = this.run;
    const all = this.channels.all();
    return channels === null ? all : all.filter(({ code }) => channels.includes(code));
  }

  /** The databases that those channels live in. */
  channelDatabases(): string[] {
    return [...new Set(this.channelCodes().map((code) => this.channels.get(code).channelDatabase))];
  }

  private get step(): Step {
    return this.run.steps.find(({ state }) => state === 'RUNNING')!;
  }

  /** Says what is done now and how many rows are left; what earlier attempts did counts on. */
  expect(phase: string, left: number): void {
    const { progress } = this.step;
    this.step.progress = { ...progress, phase, total: progress.done + progress.failed + left };
  }

  /** More rows turned up than were expected, or fewer. */
  private counted(progress: Progress, done: number, failed: number): Progress {
    const next = { ...progress, done: progress.done + done, failed: progress.failed + failed };
    const total = Math.max(next.total, next.done + next.failed);
    const oldest = this.samples[0];
    const seconds = oldest ? (performance.now() - oldest.at) / 1_000 : 0;
    const ratePerSecond =
      oldest && seconds > 0.05 ? Math.round((next.done - oldest.done) / seconds) : progress.ratePerSecond;
    const left = total - next.done - next.failed;
    const eta = ratePerSecond ? new Date(Date.parse(this.now()) + (left / ratePerSecond) * 1_000).toISOString() : null;
    return { ...next, total, ratePerSecond, eta };
  }

  /**
   * One headquarters transaction of this run. It takes effect only while this worker holds the run: the fence, the progress and the
   * lease are part of it. `work` does nothing but SQL, and may run again when the database was busy.
   */
  batch<T>(work: Batch<T>): Promise<T> {
    // One after the other: each counts on from the progress that the one before it stored.
    const mine = this.turn.then(() => this.commit(work));
    this.turn = mine.catch(() => {});
    return mine;
  }

  private async commit<T>(work: Batch<T>): Promise<T> {
    this.stopIfAsked();
    const { step } = this;
    const before = step.progress;
    try {
      const { result, held, moved } = await this.hq.write(async (tx) => {
        const { done, failed = 0, moved = done + failed > 0, result } = await work(tx);
        step.progress = this.counted(before, done, failed);
        return { result, moved, held: await this.hold(tx, moved) };
      });
      this.hasMoved ||= moved;
      if (moved) this.run.crashes = 0;
      this.cancelRequested ||= held.cancelRequested;
      this.sample(step.progress.done);
      this.changed();
      return result;
    } catch (error) {
      step.progress = before;
      throw error;
    }
  }

  /** Renews the lease and stores the steps as they are. */
  async beat(): Promise<void> {
    const held = await this.hq.write((tx) => this.hold(tx));
    this.cancelRequested ||= held.cancelRequested;
    this.changed();
  }

  /**
   * Notes what went wrong, with one channel database or (null) with this step, and lets the rest of the run go on. Asks to stop are
   * passed along, and so is headquarters' own database being away: the run is tried again later.
   */
  async isolated(channelDatabase: string | null, work: () => Promise<void>): Promise<StepFailure | undefined> {
    try {
      await work();
      return undefined;
    } catch (error) {
      if (error instanceof Cancelled || error instanceof Released) throw error;
      if (error instanceof DatabaseUnavailable && error.database === this.hq.name) throw error;
      if (!(error instanceof DomainError)) {
        this.log.error({ err: error, run: this.run.id, channelDatabase }, 'a channel database failed in a job');
      }
      const failure = failureOf(channelDatabase, error);
      // One about the whole step may have been kept from before a retry.
      if (!this.step.failures.some((known) => isDeepStrictEqual(known, failure))) this.step.failures.push(failure);
      return failure;
    }
  }

  /** Called between batches. */
  stopIfAsked(): void {
    if (this.stopping.signal.aborted) throw new Released();
    if (this.cancelRequested) throw new Cancelled();
  }

  /** Ends the run's work in this process after the batch that is under way. */
  release(): void {
    this.stopping.abort();
  }

  /** Begins the count of rows per second anew. */
  begin(): void {
    this.samples = [{ at: performance.now(), done: this.step.progress.done }];
  }

  private sample(done: number): void {
    const at = performance.now();
    this.samples.push({ at, done });
    while (this.samples.length > 2 && this.samples[0]!.at < at - RATE_WINDOW) this.samples.shift();
  }

  private async hold(tx: EntityManager, moved = false): Promise<{ cancelRequested: boolean }> {
    const leaseUntil = new Date(Date.parse(this.now()) + this.leaseFor).toISOString();
    const crashes = moved ? 0 : this.run.crashes;
    const held = await changeHeld(tx, this.run, { steps: this.run.steps, leaseUntil, crashes });
    if (!held) throw new Released();
    return held;
  }

  private changed(): void {
    announceRun(this.surroundings.nudges, this.run.id);
  }
}

/** What people are told about an error. One that is a bug keeps its details to the log. */
export const failureOf = (channelDatabase: string | null, error: unknown): StepFailure =>
  error instanceof DomainError
    ? { channelDatabase, code: error.code, message: error.message }
    : { channelDatabase, code: 'INTERNAL', message: 'An unexpected error; see the log of headquarters.' };

/** Whether trying again may mend it: a channel database was unavailable, or numbers could not be given because one was. */
export const isPassing = ({ channelDatabase, code }: StepFailure): boolean =>
  channelDatabase === null ? code === 'HEADQUARTERS_UNPROVEN' : code === 'DATABASE_UNAVAILABLE';

export function announceRun(nudges: Nudges, id: number): void {
  nudges.publish(topics.jobRun(String(id)));
  nudges.publish(topics.jobRuns);
}
