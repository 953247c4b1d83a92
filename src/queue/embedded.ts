import { setTimeout as delay } from 'node:timers/promises';
import type { EntityManager } from 'typeorm';
import { dueRuns, nextDueRun } from '../data/hq/job-run.bulk.ts';
import { orphanRuns } from '../data/hq/run-worker.ts';
import { dueSchedules, nextDueSchedule } from '../data/hq/schedule.ts';
import { Alarm } from './alarm.ts';
import type { Dispatcher, Work } from './dispatcher.ts';
import { Released, type Surroundings } from './job.ts';
import { Outage } from './outage.ts';

/** Ms until headquarters is asked again when it was unavailable. */
const RETRY_AFTER = 500;
/** Minimum ms between two live conversions, so that a busy register starts a few runs a second rather than a hundred. */
const BREATH = 50;

/**
 * The dispatcher of embedded databases. They belong to one process, so it needs no leases and no polling: what there is to do is in the rows,
 * a timer waits for the next run or schedule that becomes due, and a run that is RUNNING when the process starts has lost its worker.
 */
export class EmbeddedDispatcher implements Dispatcher {
  private work: Work | undefined;
  /** Whether the runs of the previous process are still to be taken over. */
  private starting = true;
  private readonly taken = new Map<number, Promise<void>>();
  private readonly changed = new Set<string>();
  private converting: Promise<void> | undefined;
  private readonly stopping = new AbortController();
  private readonly runs: Alarm;
  private readonly schedules: Alarm;

  constructor(
    private readonly surroundings: Pick<Surroundings, 'hq' | 'now' | 'log'>,
    /** Number of runs executed concurrently, besides live conversion. */
    private readonly concurrency: number,
  ) {
    const { log } = surroundings;
    this.runs = this.alarm(
      () => this.takeDue(),
      new Outage(log, { failing: 'could not claim runs', over: 'claiming runs works again' }),
    );
    this.schedules = this.alarm(
      () => this.startDue(),
      new Outage(log, { failing: 'could not check schedules', over: 'checking schedules works again' }),
    );
  }

  // The rows say everything, and `wake` follows the commit.
  async dispatch(_tx: EntityManager): Promise<void> {}
  async withdraw(_tx: EntityManager): Promise<void> {}
  async plan(_tx: EntityManager): Promise<void> {}
  // There is nobody else.
  async invite(): Promise<void> {}

  wake(): void {
    if (!this.work) return;
    this.runs.wake();
    this.schedules.wake();
  }

  notice(channel: string): void {
    if (!this.work) return;
    this.changed.add(channel);
    this.converting ??= this.convert(this.work).finally(() => {
      this.converting = undefined;
    });
  }

  async start(work: Work): Promise<void> {
    this.work = work;
    this.wake();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all([this.runs.stop(), this.schedules.stop()]);
    this.work?.release();
    await Promise.all([this.converting, ...this.taken.values()]);
  }

  private alarm(look: (now: string) => Promise<string | null | undefined>, outage: Outage): Alarm {
    const { now } = this.surroundings;
    return new Alarm(async () => {
      try {
        const next = await look(now());
        outage.worked();
        return next ? Date.parse(next) - Date.parse(now()) : undefined;
      } catch (error) {
        outage.failed(error);
        return RETRY_AFTER;
      }
    });
  }

  /** Takes the runs that are due, as many as there is room for. Returns when the next one is due. */
  private async takeDue(): Promise<string | null | undefined> {
    const { hq, now } = this.surroundings;
    if (this.starting) await hq.write((tx) => orphanRuns(tx));
    this.starting = false;
    // Those that it has taken may wait for others to end before they are claimed.
    const due = await hq.read((db) => dueRuns(db, now(), 2 * this.concurrency));
    for (const id of due.filter((id) => !this.taken.has(id))) {
      if (this.taken.size >= this.concurrency) return undefined;
      this.take(id);
    }
    return hq.read((db) => nextDueRun(db, now()));
  }

  private take(id: number): void {
    const { log } = this.surroundings;
    const taken = this.work!.take(id)
      .catch((error: unknown) => {
        if (!(error instanceof Released)) log.error({ err: error, run: id }, 'could not take a run');
        return delay(RETRY_AFTER, undefined, { signal: this.stopping.signal }).catch(() => {});
      })
      .finally(() => {
        this.taken.delete(id);
        this.runs.wake();
      });
    this.taken.set(id, taken);
  }

  /** Starts the runs of schedules that are due. Returns when the next one is due. */
  private async startDue(): Promise<string | null> {
    const { hq, now } = this.surroundings;
    for (const { id } of await hq.read((db) => dueSchedules(db, now()))) await this.work!.startScheduled(id);
    return hq.read((db) => nextDueSchedule(db));
  }

  private async convert(work: Work): Promise<void> {
    const { signal } = this.stopping;
    while (this.changed.size > 0 && !signal.aborted) {
      const channels = [...this.changed];
      this.changed.clear();
      const { again, after, orders } = await work.convert(channels);
      const later = again.length > 0 ? after : orders ? await work.synchronizeOrders() : undefined;
      if (later !== undefined) for (const code of channels) this.changed.add(code);
      await delay(later ?? BREATH, undefined, { signal }).catch(() => {});
    }
  }
}
