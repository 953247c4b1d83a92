import DataLoader from 'dataloader';
import { channelStages } from '../data/channel/customer.ts';
import type { Channels } from '../data/channels.ts';
import type { Database } from '../data/database.ts';
import { type ChannelDatabase, channelDatabasesByName } from '../data/hq/channel.ts';
import { type JobRun, jobRunsById } from '../data/hq/job-run.ts';
import { type CustomerOperation, firstOperations, stagesOf } from '../data/hq/operation.ts';
import { type DownloadSession, sessionsOfRuns, type UploadSession } from '../data/hq/session.ts';
import type { Viewer } from '../domain/viewer.ts';
import { DatabaseUnavailable } from '../errors.ts';
import type { Nudges } from '../events/nudges.ts';

/** What resolvers use; the same for every operation. */
export interface Parts {
  hq: Database;
  channels: Channels;
  nudges: Nudges;
  now: () => string;
  /** Tells live conversion that a channel has something new. */
  notice: (channel: string) => void;
}

export interface Context extends Parts {
  viewer: Viewer;
  loaders: Loaders;
}

export type HqStage = Awaited<ReturnType<typeof stagesOf>>[number];
export type ChannelStage = Awaited<ReturnType<typeof channelStages>>[number];

/** What one operation asks for again and again, asked once: a constant number of statements whatever the size of the answer. */
export interface Loaders {
  /** Where a customer stands at headquarters; null when it was not uploaded, or headquarters does not answer. */
  hqStage: DataLoader<{ channel: string; uuid: string }, HqStage | null, string>;
  /** Where a customer stands in its channel database. */
  channelStage: DataLoader<{ channel: string; uuid: string }, ChannelStage | null, string>;
  /** The first operations of a customer. */
  operations: DataLoader<{ channel: string; uuid: string; limit: number }, CustomerOperation[], string>;
  channelDatabase: DataLoader<string, ChannelDatabase>;
  jobRun: DataLoader<number, JobRun | null>;
  sessions: DataLoader<number, { uploads: UploadSession[]; downloads: DownloadSession[] }>;
}

export function contextFor(parts: Parts, viewer: Viewer): Context {
  const { hq, channels } = parts;
  return {
    ...parts,
    viewer,
    loaders: {
      hqStage: new DataLoader(
        async (keys) => {
          const uuids = [...new Set(keys.map(({ uuid }) => uuid))];
          const stages = await hq
            .read((db) => stagesOf(db, uuids))
            .catch((error: unknown) => {
              // A channel works while headquarters is down: what it knows itself is then all there is to say.
              if (error instanceof DatabaseUnavailable) return [];
              throw error;
            });
          const found = new Map(
            stages.map((stage) => [keyOf({ channel: stage.channel, uuid: stage.customer_uuid }), stage]),
          );
          return keys.map((key) => found.get(keyOf(key)) ?? null);
        },
        { cacheKeyFn: keyOf },
      ),
      channelStage: new DataLoader(
        async (keys) => {
          const found = new Map<string, ChannelStage>();
          const databases = new Map<string, string[]>();
          const known = new Set(channels.all().map(({ code }) => code));
          for (const { channel, uuid } of keys) {
            if (!known.has(channel)) continue;
            const { channelDatabase } = channels.get(channel);
            databases.set(channelDatabase, [...(databases.get(channelDatabase) ?? []), uuid]);
          }
          for (const [name, uuids] of databases) {
            const database = await channels.open(name);
            for (const stage of await database.read((db) => channelStages(db, uuids))) found.set(keyOf(stage), stage);
          }
          return keys.map((key) => found.get(keyOf(key)) ?? null);
        },
        { cacheKeyFn: keyOf },
      ),
      operations: new DataLoader(
        async (keys) => {
          const uuids = [...new Set(keys.map(({ uuid }) => uuid))];
          const most = Math.max(...keys.map(({ limit }) => limit));
          const found = new Map<string, CustomerOperation[]>();
          for (const operation of await hq.read((db) => firstOperations(db, uuids, most))) {
            const key = keyOf({ channel: operation.channel, uuid: operation.customer_uuid });
            found.set(key, [...(found.get(key) ?? []), operation]);
          }
          return keys.map((key) => (found.get(keyOf(key)) ?? []).slice(0, key.limit));
        },
        { cacheKeyFn: (key) => `${keyOf(key)}:${key.limit}` },
      ),
      channelDatabase: new DataLoader(async (names) => {
        const found = await hq.read((db) => channelDatabasesByName(db, names));
        return names.map((name) => found.find((database) => database.name === name)!);
      }),
      jobRun: new DataLoader(async (ids) => {
        const found = await hq.read((db) => jobRunsById(db, ids));
        return ids.map((id) => found.find((run) => run.id === id) ?? null);
      }),
      sessions: new DataLoader(async (runIds) => {
        const [uploads, downloads] = await hq.read((db) => sessionsOfRuns(db, runIds));
        return runIds.map((id) => ({
          uploads: uploads.filter(({ runId }) => runId === id),
          downloads: downloads.filter(({ runId }) => runId === id),
        }));
      }),
    },
  };
}

/** Two channel databases may hold the same UUID by mistake. */
const keyOf = ({ channel, uuid }: { channel: string; uuid: string }) => `${channel}:${uuid}`;
