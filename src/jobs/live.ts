import { AsyncResource } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { jobRunById } from '../data/hq/job-run.ts';
import { anyToTry } from '../data/hq/transaction.bulk.ts';
import { DatabaseUnavailable } from '../errors.ts';
import { topics } from '../events/nudges.ts';
import { heldBack } from '../queue/crashes.ts';
import type { Surroundings } from '../queue/job.ts';
import { Outage } from '../queue/outage.ts';
import { start } from '../queue/queue.ts';
import { conversion } from './index.ts';
import { synchronizeOrders } from './synchronize-orders.ts';

/** Minimum ms between two live conversions, so that a busy register starts a few runs a second rather than a hundred. */
const BREATH = 50;
/** Ms before checking again while a live conversion that this process did not start is running: after a crash, or between retries. */
const PATIENCE = 1_000;

/**
 * Live conversion: converts a channel as soon as it has something new. Nudges that arrive during a conversion are folded into the next one.
 * Orders uploaded by a conversion become sales orders right after it. A nudge lost in a crash is made up for by the next start or schedule.
 */
export class Live {
  private readonly dirty = new Set<string>();
  private converting: Promise<void> | undefined;
  private readonly stopping = new AbortController();

  private readonly outage: Outage;
  /** Leaves the async context of the request that sent the nudge, because the request's deadline must not apply to the conversion. */
  private readonly inBackground = AsyncResource.bind((work: () => Promise<void>) => work());

  constructor(private readonly surroundings: Surroundings) {
    this.outage = new Outage(surroundings.log, {
      failing: 'could not start live conversion',
      over: 'live conversion works again',
    });
  }

  /** Tells live conversion that a channel has something new. */
  notice(channel: string): void {
    this.dirty.add(channel);
    this.begin();
  }

  private begin(): void {
    this.converting ??= this.inBackground(() => this.convert()).finally(() => {
      this.converting = undefined;
      // Nudges that arrived after the last check.
      if (this.dirty.size > 0 && !this.stopping.signal.aborted) this.begin();
    });
  }

  /** Converts every channel, for what was created while nobody was listening. */
  noticeAll(): void {
    for (const { code } of this.surroundings.channels.all()) this.notice(code);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.converting;
  }

  private async convert(): Promise<void> {
    const { hq, channels, now } = this.surroundings;
    const { signal } = this.stopping;
    while (this.dirty.size > 0 && !signal.aborted) {
      const live = channels.all().filter(({ code, liveConversion }) => liveConversion && this.dirty.has(code));
      this.dirty.clear();
      let pause = BREATH;
      if (live.length === 0) continue;
      const codes = live.map(({ code }) => code);
      try {
        const joined = await this.run(conversion.name, conversion.steps, codes);
        this.outage.worked();
        // The conversion may have uploaded orders, or what orders of other channels were waiting for.
        const all = channels.all().flatMap(({ code, liveConversion }) => (liveConversion ? [code] : []));
        const orders = await hq.read((db) => anyToTry(db, 'orders', all, now()));
        if (orders && !signal.aborted) await this.run(synchronizeOrders.name, [synchronizeOrders.name], all);
        // The run that was already in progress may have processed these channels before their change.
        if (joined) {
          for (const code of codes) this.dirty.add(code);
          pause = PATIENCE;
        }
      } catch (error) {
        this.outage.failed(error);
        // Headquarters was unavailable, so these channels are still to be converted.
        if (error instanceof DatabaseUnavailable) for (const code of codes) this.dirty.add(code);
        pause = PATIENCE;
      }
      await delay(pause, undefined, { signal }).catch(() => {});
    }
  }

  /**
   * Runs a job to its end and returns whether it was already in progress. After a run for these channels has crashed the process, each
   * channel gets a run of its own: the channel at fault is held back, and the others continue.
   */
  private async run(job: string, steps: string[], channels: string[]): Promise<boolean> {
    const { hq, now } = this.surroundings;
    const isHeldBack = await heldBack(hq, job, now());
    const groups = isHeldBack(channels) ? channels.map((code) => [code]) : [channels];
    let anyJoined = false;
    for (const group of groups) {
      if (isHeldBack(group) || this.stopping.signal.aborted) continue;
      const request = { job, steps, channels: group, requestedBy: 'live conversion', cause: 'LIVE' as const };
      const { run, joined } = await start(this.surroundings, request);
      await this.ended(run.id, this.stopping.signal);
      anyJoined ||= joined;
    }
    return anyJoined;
  }

  /** Resolves when the run has ended, or when it has failed and will be retried, which is up to the queue. */
  private async ended(id: number, signal: AbortSignal): Promise<void> {
    const { hq, nudges } = this.surroundings;
    let wake = () => {};
    let changed = true;
    const noticed = () => {
      changed = true;
      wake();
    };
    const unsubscribe = nudges.subscribe(topics.jobRun(String(id)), noticed);
    signal.addEventListener('abort', noticed, { once: true });
    try {
      while (!signal.aborted) {
        if (changed) {
          changed = false;
          const run = await hq.read((db) => jobRunById(db, id));
          if (!run || run.finishedAt !== null || (run.state === 'QUEUED' && run.attempt > 0)) return;
          continue;
        }
        await new Promise<void>((resolve) => {
          const timer = setTimeout(noticed, 5_000);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    } finally {
      unsubscribe();
      signal.removeEventListener('abort', noticed);
    }
  }
}
