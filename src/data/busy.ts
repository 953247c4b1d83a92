import type { Mark } from './channel/mark.bulk.ts';
import type { Channels } from './channels.ts';
import type { Database } from './database.ts';
import { type ChannelWork, channelWork } from './hq/channel-work.bulk.ts';

/**
 * Which of these channel databases have something to upload, to synchronize for these channels, or to download, and how many operations they
 * have to upload, as far as it is known: one statement at headquarters, and one for many databases of a PostgreSQL server. What cannot be
 * read, or does not agree with headquarters, counts as busy: whoever works on it reports it. Headquarters is asked first, because everything
 * else only moves forward.
 */
export async function busyDatabases(
  { hq, channels, now }: { hq: Database; channels: Channels; now: () => string },
  names: readonly string[],
  codes: readonly string[],
): Promise<Map<string, number>> {
  const known = new Map((await hq.read((db) => channelWork(db, names, codes, now()))).map((work) => [work.name, work]));
  const marks = await channels.marks(
    new Map([...known.values()].map(({ name, lastReceived }) => [name, lastReceived])),
  );
  return new Map(
    names.flatMap((name) => {
      const [work, mark] = [known.get(name), marks.get(name)];
      if (!work || !mark) return [[name, 0]];
      return isIdle(work, mark) ? [] : [[name, Math.max(0, mark.lastCounter - work.lastReceived)]];
    }),
  );
}

/** A database that was restored may have the same counter as before, but another operation there. */
const isIdle = ({ isDue, lastReceived, lastOperationId, newestVersion, head }: ChannelWork, mark: Mark): boolean =>
  !isDue &&
  mark.lastCounter === lastReceived &&
  (lastReceived === 0 || mark.idAtCounter === lastOperationId) &&
  mark.appliedVersion >= newestVersion &&
  mark.appliedVersion <= head;
