import { type ChannelFigures, channelFigures } from '../data/channel/statistics.bulk.ts';
import type { Channels } from '../data/channels.ts';
import type { Database } from '../data/database.ts';
import { type HeadquartersFigures, headquartersFigures } from '../data/hq/channel.bulk.ts';
import { DatabaseUnavailable } from '../errors.ts';
import { inTime } from './in-time.ts';

/** The figures of a channel from each of its two databases, or the reason why there are none. */
export interface ChannelStatistics {
  inChannel: ChannelFigures | DatabaseUnavailable;
  atHeadquarters: HeadquartersFigures | DatabaseUnavailable;
}

/**
 * The statistics of channels, in their order: one statement at headquarters and one in each channel database, all at once. A database that is
 * unavailable affects only its own figures; an unexpected error, which is returned, only the channels that it concerns.
 */
export async function channelStatistics(
  { hq, channels }: { hq: Database; channels: Channels },
  codes: readonly string[],
): Promise<(ChannelStatistics | Error)[]> {
  const databaseOf = (code: string) => channels.get(code).channelDatabase;
  const names = [...new Set(codes.map(databaseOf))];
  const [above, ...below] = await Promise.all([
    figuresOf(hq.name, codes, () => hq.read((db) => headquartersFigures(db, codes))),
    ...names.map((name) => {
      const some = codes.filter((code) => databaseOf(code) === name);
      return figuresOf(`channel database ${name}`, some, async () => {
        const database = await channels.open(name);
        return database.read((db) => channelFigures(db, some));
      });
    }),
  ]);
  const inChannels = new Map(below.flatMap((figures) => [...figures]));
  return codes.map((code) => {
    const [inChannel, atHeadquarters] = [inChannels.get(code)!, above.get(code)!];
    if (isUnexpected(inChannel)) return inChannel;
    return isUnexpected(atHeadquarters) ? atHeadquarters : { inChannel, atHeadquarters };
  });
}

const isUnexpected = <Figures>(figures: Figures | Error): figures is Exclude<Error, DatabaseUnavailable> =>
  figures instanceof Error && !(figures instanceof DatabaseUnavailable);

/** What a database says about each of these channels, or the error. */
async function figuresOf<Figures extends { channel: string }>(
  database: string,
  codes: readonly string[],
  read: () => Promise<Figures[]>,
): Promise<Map<string, Figures | Error>> {
  try {
    return new Map((await inTime(database, read)).map((figures) => [figures.channel, figures]));
  } catch (error) {
    return new Map(codes.map((code) => [code, error as Error]));
  }
}
