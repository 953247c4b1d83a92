import type { Viewer } from '../access/viewer.ts';
import type { Channels } from '../data/channels.ts';
import type { Database } from '../data/database.ts';
import type { Backlogs } from '../domain/backlog.ts';
import type { RealTime } from '../domain/real-time.ts';
import type { Nudges } from '../events/nudges.ts';
import type { Dispatcher } from '../queue/dispatcher.ts';
import type { Surroundings } from '../queue/job.ts';

/** What resolvers use, shared by all operations. */
interface Parts {
  hq: Database;
  channels: Channels;
  nudges: Nudges;
  now: () => string;
  log: Surroundings['log'];
  /** What is waiting between channel databases and headquarters. */
  backlogs: Backlogs;
  /** Hands out runs and schedules. */
  dispatcher: Dispatcher;
  /** Waits for account IDs. */
  realTime: RealTime;
  /** Tells live conversion, and those who watch the channel, that it has something new. */
  notice: (channel: string) => void;
  /** The process that answers. */
  server: {
    version: string;
    startedAt: string;
    /** The names of what /health/ready reports as unavailable. */
    unavailable: () => Promise<string[]>;
  };
}

/** What resolvers use in one operation. Each operation has its own loaders, created on first use (loader.ts). */
export interface Context extends Parts {
  viewer: Viewer;
}

export const contextFor = (parts: Parts, viewer: Viewer): Context => ({ ...parts, viewer });
