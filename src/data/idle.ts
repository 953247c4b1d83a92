import type { Mark } from './channel/mark.bulk.ts';
import type { Channels } from './channels.ts';
import type { Database } from './database.ts';
import { type ChannelWork, channelWork } from './hq/channel-work.bulk.ts';

/**
 * Which of these channel databases have nothing to upload, to synchronize for these channels, or to download: one statement at headquarters, and
 * one for many databases of a PostgreSQL server. What cannot be read, or does not agree with headquarters, is not idle: whoever works on it
 * reports it. Headquarters is asked first, because everything else only moves forward.
 */
export async function idleDatabases(
  { hq, channels, now }: { hq: Database; channels: Channels; now: () => string },
  names: readonly string[],
  codes: readonly string[],
): Promise<Set<string>> {
  const known = await hq.read((db) => channelWork(db, names, codes, now()));
  const resting = known.filter(({ isDue }) => !isDue);
  const marks = await channels.marks(new Map(resting.map(({ name, lastReceived }) => [name, lastReceived])));
  return new Set(resting.flatMap((work) => (isIdle(work, marks.get(work.name)) ? [work.name] : [])));
}

/** A database that was restored may have the same counter as before, but another operation there. */
const isIdle = ({ lastReceived, lastOperationId, newestVersion, head }: ChannelWork, mark: Mark | undefined): boolean =>
  mark !== undefined &&
  mark.lastCounter === lastReceived &&
  (lastReceived === 0 || mark.idAtCounter === lastOperationId) &&
  mark.appliedVersion >= newestVersion &&
  mark.appliedVersion <= head;
