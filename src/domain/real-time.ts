import { channelStages } from '../data/channel/customer.bulk.ts';
import type { Channels } from '../data/channels.ts';
import type { Database } from '../data/database.ts';
import { lastFailure } from '../data/hq/job-failure.bulk.ts';
import { stagesOf } from '../data/hq/operation.bulk.ts';
import { uninterrupted } from '../data/interruption.ts';
import { CustomerRefused, DatabaseUnavailable } from '../errors.ts';
import { type Nudges, topics } from '../events/nudges.ts';

/** Ms between two looks at headquarters and the channel while somebody waits: account IDs are announced, refusals and failures are not. */
const LOOK_EVERY = 250;

export const fallbackReasons = ['MAINTENANCE', 'UNAVAILABLE', 'TIMEOUT', 'CONVERSION_FAILED'] as const;
export type FallbackReason = (typeof fallbackReasons)[number];

/** How a customer was created. */
export type Creation =
  | { mode: 'SYNCHRONOUS'; accountId: string }
  | { mode: 'FALLBACK'; fallbackReason: FallbackReason }
  | { mode: 'ASYNCHRONOUS' };

const fallback = (fallbackReason: FallbackReason): Creation => ({ mode: 'FALLBACK', fallbackReason });

interface RealTimeOptions {
  hq: Database;
  channels: Channels;
  nudges: Nudges;
  /** The jobs of the conversion. */
  steps: readonly string[];
}

/**
 * Synchronous creation is asynchronous creation, awaited: what waits here has been stored, live conversion has been told, and whoever converts the
 * channel does not know that somebody waits. So it makes no difference to a customer when its client goes away or this process dies.
 */
export class RealTime {
  /** By channel. */
  private readonly rooms = new Map<string, WaitingRoom>();
  private isStopped = false;

  constructor(private readonly options: RealTimeOptions) {}

  /**
   * What becomes of a customer that was stored at `since`, within `ms`. Throws CustomerRefused if headquarters has set its creation aside. A
   * conversion for its channel that ends without an account ID for it, because it could not assign any, is a reason to fall back at once.
   */
  outcome({ channel, uuid }: { channel: string; uuid: string }, since: string, ms: number): Promise<Creation> {
    if (this.options.channels.maintenance) return Promise.resolve(fallback('MAINTENANCE'));
    if (this.isStopped) return Promise.resolve(fallback('UNAVAILABLE'));
    const room =
      this.rooms.get(channel) ?? new WaitingRoom(channel, this.options, () => void this.rooms.delete(channel));
    this.rooms.set(channel, room);
    return room.wait(uuid, since, ms);
  }

  /** This process stops: nobody waits any longer. */
  stop(): void {
    this.isStopped = true;
    for (const room of this.rooms.values()) room.clear();
  }
}

interface Waiter {
  uuid: string;
  since: string;
  end(outcome: Creation | Error): void;
}

/** Those who wait for account IDs in one channel. However many they are, one statement looks for all of them. */
class WaitingRoom {
  private readonly waiters = new Set<Waiter>();
  private readonly leave: () => void;
  private readonly timer: NodeJS.Timeout;
  private readonly lookInChannel = oneAtATime(() => this.look(() => this.endConverted()));
  private readonly lookAtHeadquarters = oneAtATime(() => this.look(() => this.endRefused()));

  constructor(
    private readonly channel: string,
    private readonly options: RealTimeOptions,
    private readonly emptied: () => void,
  ) {
    this.leave = options.nudges.subscribe(topics.accountIds(channel), this.lookInChannel);
    this.timer = setInterval(() => {
      this.lookInChannel();
      this.lookAtHeadquarters();
    }, LOOK_EVERY);
  }

  wait(uuid: string, since: string, ms: number): Promise<Creation> {
    const waits = new Promise<Creation>((resolve, reject) => {
      const timer = setTimeout(() => waiter.end(fallback('TIMEOUT')), ms);
      const waiter: Waiter = {
        uuid,
        since,
        end: (outcome) => {
          if (!this.waiters.delete(waiter)) return;
          clearTimeout(timer);
          if (outcome instanceof Error) reject(outcome);
          else resolve(outcome);
          if (this.waiters.size === 0) this.close();
        },
      };
      this.waiters.add(waiter);
    });
    // It may have been refused earlier, and whether headquarters answers is soon known.
    this.lookAtHeadquarters();
    return waits;
  }

  clear(): void {
    for (const waiter of [...this.waiters]) waiter.end(fallback('UNAVAILABLE'));
  }

  private close(): void {
    clearInterval(this.timer);
    this.leave();
    this.emptied();
  }

  /** No client that goes away interrupts it, because others wait, too. */
  private async look(work: () => Promise<void>): Promise<void> {
    if (this.waiters.size === 0) return;
    try {
      await uninterrupted(work);
    } catch (error) {
      for (const waiter of [...this.waiters]) waiter.end(error as Error);
    }
  }

  private get uuids(): string[] {
    return [...this.waiters].map(({ uuid }) => uuid);
  }

  private async endConverted(): Promise<void> {
    const { channels } = this.options;
    const accountIds = new Map<string, string>();
    try {
      const database = await channels.databaseOf(this.channel);
      for (const { uuid, accountId } of await database.read((db) => channelStages(db, this.uuids)))
        if (accountId !== null) accountIds.set(uuid, accountId);
    } catch (error) {
      // It has stored them, and may answer again in time.
      if (!(error instanceof DatabaseUnavailable)) throw error;
    }
    for (const waiter of [...this.waiters]) {
      const accountId = accountIds.get(waiter.uuid);
      if (accountId !== undefined) waiter.end({ mode: 'SYNCHRONOUS', accountId });
    }
  }

  private async endRefused(): Promise<void> {
    const { hq, steps } = this.options;
    const asking = [...this.waiters];
    try {
      const stages = await hq.read((db) =>
        stagesOf(
          db,
          asking.map(({ uuid }) => uuid),
        ),
      );
      const failedAt = await hq.read((db) => lastFailure(db, this.channel, steps));
      const refused = new Map(
        stages
          .filter(({ state, channel }) => state === 'FAILED' && channel === this.channel)
          .map((stage) => [stage.customerUuid, stage]),
      );
      for (const waiter of asking) {
        const stage = refused.get(waiter.uuid);
        if (stage) waiter.end(new CustomerRefused(waiter.uuid, stage));
        else if (failedAt && failedAt >= waiter.since) waiter.end(fallback('CONVERSION_FAILED'));
      }
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable)) throw error;
      for (const waiter of asking) waiter.end(fallback('UNAVAILABLE'));
    }
  }
}

/** Calls `work` once at a time, and once more if it was asked for meanwhile. It must not throw. */
function oneAtATime(work: () => Promise<void>): () => void {
  let isWorking = false;
  let isWanted = false;
  const run = async () => {
    isWorking = true;
    while (isWanted) {
      isWanted = false;
      await work();
    }
    isWorking = false;
  };
  return () => {
    isWanted = true;
    if (!isWorking) void run();
  };
}
