import { anyToTry } from '../data/hq/transaction.bulk.ts';
import { DatabaseUnavailable } from '../errors.ts';
import { heldBack } from '../queue/crashes.ts';
import { type Converted, LIVE_MOMENT, LIVE_PATIENCE } from '../queue/dispatcher.ts';
import { Released, type Surroundings } from '../queue/job.ts';
import { Outage } from '../queue/outage.ts';
import type { Worker } from '../queue/worker.ts';
import { conversion } from './index.ts';
import { synchronizeOrders } from './synchronize-orders.ts';

/**
 * Live conversion: converts a channel as soon as it has something new, and makes sales orders of the orders that this uploads. The dispatcher
 * merges notices. One that is lost in a crash is made up for by the next start, or by the schedules.
 */
export class Live {
  private readonly outage: Outage;

  constructor(
    private readonly surroundings: Surroundings,
    private readonly worker: Worker,
  ) {
    this.outage = new Outage(surroundings.log, {
      failing: 'could not start live conversion',
      over: 'live conversion works again',
    });
  }

  /** Notices every channel that is converted live, to convert what was created while no process was listening. */
  noticeAll(): void {
    const { channels, dispatcher } = this.surroundings;
    for (const { code } of channels.all()) if (channels.convertsLive(code)) dispatcher.notice(code);
  }

  async convert(changed: readonly string[], lane?: string): Promise<Converted> {
    const { hq, now } = this.surroundings;
    const nothing: Converted = { again: [], after: LIVE_PATIENCE, orders: false };
    const unavailable: Converted = { ...nothing, again: changed };
    return this.tried({ unavailable, failed: nothing }, async () => {
      // Another server may have created a channel a moment ago.
      const known = await this.surroundings.channels.find(changed);
      const channels = known.map(({ code }) => code);
      if (channels.length === 0) return nothing;
      const after = await this.run(conversion.name, conversion.steps, channels, lane);
      // The run that was already in progress may have processed these channels before their change.
      if (after === LIVE_MOMENT) return { again: channels, after, orders: false };
      // The conversion may have uploaded orders, or what orders of other channels were waiting for.
      const orders = await hq.read((db) => anyToTry(db, 'orders', this.channels(), now()));
      return after === undefined ? { ...nothing, orders } : { again: channels, after, orders };
    });
  }

  async synchronizeOrders(): Promise<number | undefined> {
    const { name } = synchronizeOrders;
    return this.tried<number | undefined>({ unavailable: LIVE_PATIENCE, failed: undefined }, () =>
      this.run(name, [name], this.channels()),
    );
  }

  /** The channels with live conversion. */
  private channels(): string[] {
    return this.surroundings.channels.all().flatMap(({ code, liveConversion }) => (liveConversion ? [code] : []));
  }

  /** Live conversion is tried again soon when headquarters was unavailable, and after an unexpected error with the next notice or schedule. */
  private async tried<T>({ unavailable, failed }: { unavailable: T; failed: T }, work: () => Promise<T>): Promise<T> {
    try {
      const result = await work();
      this.outage.worked();
      return result;
    } catch (error) {
      // This process is stopping, or another one has the run.
      if (error instanceof Released) return unavailable;
      this.outage.failed(error);
      return error instanceof DatabaseUnavailable ? unavailable : failed;
    }
  }

  /**
   * Runs a job to its end. If the same was already in progress, returns after how many ms to try again. After a run for these channels has
   * crashed the process, each channel gets a run of its own: the channel at fault is held back, and the others continue.
   */
  private async run(job: string, steps: string[], channels: string[], lane?: string): Promise<number | undefined> {
    const { hq, now } = this.surroundings;
    const isHeldBack = await heldBack(hq, job, now());
    const groups = isHeldBack(channels) ? channels.map((code) => [code]) : [channels];
    let after: number | undefined;
    for (const group of groups) {
      if (isHeldBack(group)) continue;
      const request = { job, steps, channels: group, requestedBy: 'live conversion', cause: 'LIVE' as const };
      const ran = await this.worker.runNow({ ...request, ...(lane === undefined ? {} : { arguments: { lane } }) });
      if (ran === 'WAITS') after = LIVE_PATIENCE;
      else if (ran === 'UNDER_WAY') after ??= LIVE_MOMENT;
    }
    return after;
  }
}
