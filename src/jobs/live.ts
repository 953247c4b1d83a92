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

/** Ms between two live conversions at the least, so that a busy till starts a few runs a second and not a hundred. */
const BREATH = 50;
/** Ms until the next look when a live conversion is under way that this process did not start: after a crash, or between two tries. */
const PATIENCE = 1_000;

/**
 * Live conversion: a channel that has something new is converted at once. Nudges that come while a conversion runs are folded into
 * the next one. Orders that came up with them become sales orders right behind. A nudge lost in a crash costs no more than the next start or the schedule.
 */
export class Live {
  private readonly dirty = new Set<string>();
  private converting: Promise<void> | undefined;
  private readonly stopping = new AbortController();

  private readonly outage: Outage;
  /** Leaves the asynchronous context of the request that noticed something: its deadline is not that of the conversion. */
  private readonly inBackground = AsyncResource.bind((work: () => Promise<void>) => work());

  constructor(private readonly surroundings: Surroundings) {
    this.outage = new Outage(surroundings.log, {
      failing: 'live conversion cannot be started',
      over: 'live conversion is started again',
    });
  }

  /** A channel has something that headquarters has not. */
  notice(channel: string): void {
    this.dirty.add(channel);
    this.begin();
  }

  private begin(): void {
    this.converting ??= this.inBackground(() => this.convert()).finally(() => {
      this.converting = undefined;
      // What was noticed after the last look.
      if (this.dirty.size > 0 && !this.stopping.signal.aborted) this.begin();
    });
  }

  /** Looks at every channel: what was created while nobody listened. */
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
        // The P-job of the conversion brought orders up, or what orders of any channel waited for.
        const all = channels.all().flatMap(({ code, liveConversion }) => (liveConversion ? [code] : []));
        const orders = await hq.read((db) => anyToTry(db, 'orders', all, now()));
        if (orders && !signal.aborted) await this.run(synchronizeOrders.name, [synchronizeOrders.name], all);
        // The run that was under way may have passed these channels already.
        if (joined) {
          for (const code of codes) this.dirty.add(code);
          pause = PATIENCE;
        }
      } catch (error) {
        this.outage.failed(error);
        // Headquarters is away: these channels still have something that it has not.
        if (error instanceof DatabaseUnavailable) for (const code of codes) this.dirty.add(code);
        pause = PATIENCE;
      }
      await delay(pause, undefined, { signal }).catch(() => {});
    }
  }

  /**
   * Runs a job to its end; answers whether one was under way already. When a run for these channels has crashed the process, each gets a
   * run of its own: the one to blame is held back, and the others go on.
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

  /** Resolves when the run has ended, or needs longer because it failed and is retried: then the queue has it. */
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
