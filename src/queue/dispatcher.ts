import type { EntityManager } from 'typeorm';
import type { JobRun } from '../data/hq/job-run.ts';
import type { Interrupted } from '../data/hq/run-worker.ts';
import type { Schedule } from '../data/hq/schedule.ts';

/**
 * Decides which process works on what, and when. Everything else about a run is its row: state, steps, fence, progress. Embedded databases
 * have a dispatcher in memory (embedded.ts); processes that share PostgreSQL have one in the database (graphile.ts). The suite
 * test/queue/dispatcher.test.ts holds for both.
 */
export interface Dispatcher {
  /** In the transaction that queues a run: it may be taken from `dueAt` on. Dispatching it again changes when. */
  dispatch(tx: EntityManager, run: Pick<JobRun, 'id' | 'dueAt'>): Promise<void>;
  /** In the transaction that cancels a queued run: nobody needs to take it. */
  withdraw(tx: EntityManager, runId: number): Promise<void>;
  /** In the transaction that changes a schedule: it is due at `nextRunAt`; null: never. */
  plan(tx: EntityManager, schedule: Pick<Schedule, 'id' | 'nextRunAt'>): Promise<void>;
  /** After a commit: something was dispatched or planned. */
  wake(): void;
  /** After a commit: so many workers may help with a run that was split. It is only a hint. */
  invite(runId: number, workers: number): Promise<void>;
  /** A channel has something new for live conversion. Notices that arrive together are merged. A notice is only a hint. */
  notice(channel: string): void;
  /** Begins to hand out work. Without `start`, a process only dispatches. */
  start(work: Work): Promise<void>;
  /** Hands out no more work. Resolves when the work in progress has ended. */
  stop(): Promise<void>;
}

/** What a dispatcher calls. Each call may be repeated: what there is to do is in the rows. */
export interface Work {
  /** Works on a run until it is settled. Throws Released if another process holds it. */
  take(runId: number): Promise<void>;
  /** Works on parts of a run until nobody has to take one. */
  help(runId: number): Promise<void>;
  /** Starts the run of a schedule that is due, and plans the next one. */
  startScheduled(scheduleId: number): Promise<void>;
  /** Converts channels that have something new, unless a conversion of the same lane is under way. */
  convert(channels: readonly string[], lane?: string): Promise<Converted>;
  /** Synchronizes the orders of all channels with live conversion. Returns when to try again, if it has to. */
  synchronizeOrders(): Promise<Ms | undefined>;
  /** Stops working on runs and parts, because others may take them: each writes nothing after its current batch. Returns what they are. */
  release(): Interrupted[];
}

export interface Converted {
  /** Channels that are to be converted again, `after` so many ms, because headquarters or a run stood in the way. */
  again: readonly string[];
  after: Ms;
  /** Whether there are orders to synchronize. */
  orders: boolean;
}

type Ms = number;

/** When live conversion tries again while the same run is under way, which takes a moment. */
export const LIVE_MOMENT: Ms = 30;
/** When it tries again while headquarters does not answer, or the run waits for its retry. */
export const LIVE_PATIENCE: Ms = 1_000;
