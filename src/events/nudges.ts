import { AsyncResource } from 'node:async_hooks';

/**
 * "Something changed", and no more: a nudge carries no data and may be lost or repeated. Whoever is woken reads
 * rows; the table is the truth. Publish after commit.
 */
export interface Nudges {
  /** `urgent` if people wait for it: then other processes hear of it sooner. */
  publish(topic: string, urgent?: boolean): void;
  /**
   * Calls `listener` after each nudge on `topic`, in the asynchronous context of the subscriber: what a listener does is none of the request
   * that published. Returns the function that ends it.
   */
  subscribe(topic: string, listener: () => void): () => void;
}

export const topics = {
  /** New account IDs in a channel's feed. */
  accountIds: (channel: string) => `account-ids:${channel}`,
  /** New statuses in a channel's feed of transactions. */
  transactions: (channel: string) => `transactions:${channel}`,
  /** The statistics of a channel may have changed. Rare causes are left to polling. */
  channelActivity: (channel: string) => `channel-activity:${channel}`,
  /** A job run changed. */
  jobRun: (id: string) => `job-run:${id}`,
  /** Any job run changed. */
  jobRuns: 'job-runs',
  /** Settings that every process keeps in memory changed: of a channel, of a profile, or maintenance. */
  channels: 'channels',
};

/** Nudges within this process. `publishAll` calls every listener, when nudges on any topic may have been lost. */
export function inProcessNudges(): Nudges & { publishAll(): void } {
  const listeners = new Map<string, Set<() => void>>();
  const publish = (topic: string) => {
    for (const listener of [...(listeners.get(topic) ?? [])]) listener();
  };
  return {
    publish,
    publishAll() {
      for (const topic of [...listeners.keys()]) publish(topic);
    },
    subscribe(topic, listener) {
      const own = AsyncResource.bind(() => listener());
      const set = listeners.get(topic) ?? new Set();
      listeners.set(topic, set.add(own));
      return () => {
        set.delete(own);
        if (set.size === 0 && listeners.get(topic) === set) listeners.delete(topic);
      };
    },
  };
}
