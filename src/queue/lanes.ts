import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { LIVE_PATIENCE, type Work } from './dispatcher.ts';
import type { Surroundings } from './job.ts';

/** Live conversions that may run side by side, over all processes. Each channel belongs to one lane. */
const LANES = 4;
/** The lane of orders: they are synchronized for all channels together. */
const ORDERS = 'orders';
/** The least ms between two jobs for notices. Those that arrive in between are collected. */
const COLLECTED_FOR = 10;

/** Lanes with the channels that were noticed in each. */
export type Noticed = readonly (readonly [lane: string, channels: readonly string[]])[];

interface LanesOptions extends Pick<Surroundings, 'log'> {
  /** Aborted when this process stops. */
  signal: AbortSignal;
  /** Adds a job for each lane. */
  tell: (noticed: Noticed) => Promise<void>;
}

/**
 * Live conversion of processes that share headquarters. Any process may notice a channel, and any may convert its lane. What arrives for a lane
 * before its job is taken is merged into it; what arrives while this process converts the lane follows.
 *
 * Lanes do not use the named queues of graphile-worker: it looks for the next job before the last one of the queue is completed, and then sleeps.
 * So between processes, the scope of their runs keeps the conversions of a lane apart, and whoever comes second tries again.
 */
export class Lanes {
  private readonly noticed = new Map<string, Set<string>>();
  /** Ms after which lanes were tried again the last time, if it was in vain. */
  private readonly pauses = new Map<string, number>();
  /** The lanes that this process is converting, each with the channels to convert next. */
  private readonly converting = new Map<string, Set<string>>();
  private telling: Promise<void> | undefined;

  constructor(private readonly options: LanesOptions) {
    // Every lane that pauses listens.
    setMaxListeners(0, options.signal);
  }

  notice(channel: string): void {
    this.collect(laneOf(channel), [channel]);
  }

  /** Resolves when what was being told is told. */
  async stop(): Promise<void> {
    await this.telling;
  }

  /** What the workers of graphile-worker execute, by the names of its tasks. */
  tasks(work: Work): Record<string, (channels: string[]) => Promise<void>> {
    const lanes = Array.from({ length: LANES }, (_, index) => String(index));
    return {
      ...Object.fromEntries(
        lanes.map((lane) => [taskOf(lane), (channels: string[]) => this.convert(work, lane, channels)]),
      ),
      [taskOf(ORDERS)]: async () => {
        const after = await work.synchronizeOrders();
        this.collectAgain(ORDERS, after === undefined ? [] : [''], after);
      },
    };
  }

  private async convert(work: Work, lane: string, channels: string[]): Promise<void> {
    const underWay = this.converting.get(lane);
    if (underWay) {
      for (const channel of channels) underWay.add(channel);
      return;
    }
    const waiting = new Set(channels);
    this.converting.set(lane, waiting);
    try {
      while (waiting.size > 0) {
        const next = [...waiting];
        waiting.clear();
        const { again, after, orders } = await work.convert(next, lane);
        if (orders) this.collect(ORDERS, ['']);
        this.collectAgain(lane, again, after);
      }
    } finally {
      this.converting.delete(lane);
      if (waiting.size > 0) this.collectAgain(lane, [...waiting]);
    }
  }

  /** The pause grows while the same stands in the way: it may be a long run. */
  private collectAgain(lane: string, channels: readonly string[], after = LIVE_PATIENCE): void {
    if (channels.length === 0) {
      this.pauses.delete(lane);
      return;
    }
    const pause = Math.min(2 * (this.pauses.get(lane) ?? after / 2), LIVE_PATIENCE);
    this.pauses.set(lane, pause);
    void delay(pause, undefined, { signal: this.options.signal }).then(
      () => this.collect(lane, channels),
      () => {},
    );
  }

  private collect(lane: string, channels: readonly string[]): void {
    const noticed = this.noticed.get(lane) ?? new Set();
    for (const channel of channels) noticed.add(channel);
    this.noticed.set(lane, noticed);
    this.telling ??= this.tell().finally(() => {
      this.telling = undefined;
    });
  }

  private async tell(): Promise<void> {
    const { log, signal, tell } = this.options;
    let wait = 0;
    while (this.noticed.size > 0) {
      await delay(wait, undefined, { signal }).catch(() => {});
      const noticed = [...this.noticed].map(([lane, channels]) => [lane, [...channels]] as const).sort();
      this.noticed.clear();
      try {
        await tell(noticed);
        wait = COLLECTED_FOR;
      } catch (error) {
        log.warn({ err: error }, 'could not ask for live conversion');
        // The schedules make up for what is lost when it stops.
        if (signal.aborted) return;
        for (const [lane, channels] of noticed)
          this.noticed.set(lane, new Set([...(this.noticed.get(lane) ?? []), ...channels]));
        wait = LIVE_PATIENCE;
      }
    }
  }
}

/** The name of a lane's task, which is also the key of its job. */
export const taskOf = (lane: string): string => `live ${lane}`;

function laneOf(channel: string): string {
  let hash = 0;
  for (const letter of channel) hash = (hash * 31 + letter.charCodeAt(0)) >>> 0;
  return String(hash % LANES);
}
