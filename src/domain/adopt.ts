import { renewEpoch } from '../data/channel/self.ts';
import type { Channels } from '../data/channels.ts';
import type { Database } from '../data/database.ts';
import { audit } from '../data/hq/audit.ts';
import { beginEpoch, type ChannelDatabase, channelDatabaseByName } from '../data/hq/channel.ts';
import { NotFound } from '../errors.ts';

/**
 * Starts a new epoch of a restored or replaced channel database. Its log is uploaded again from the beginning, its customers are downloaded
 * again, and the cursors of its feeds become invalid.
 * The channel database changes first. After a crash in between, clients only start their feeds over, which is harmless.
 */
export async function adoptChannelDatabase(
  { hq, channels }: { hq: Database; channels: Channels },
  name: string,
  actor: string,
  at: string,
): Promise<ChannelDatabase> {
  if (!(await hq.read((db) => channelDatabaseByName(db, name)))) throw new NotFound('channel database');
  const database = await channels.open(name);
  await database.write(renewEpoch);
  return hq.write(async (tx) => {
    const before = (await channelDatabaseByName(tx, name))!;
    await beginEpoch(tx, name);
    const subject = { name: `Channel database ${name}` };
    await audit(tx, { actor, at }, 'ADOPT_CHANNEL_DATABASE', subject, [
      ['epoch', before.epoch, before.epoch + 1],
      ['lastReceived', before.lastReceived, 0],
    ]);
    return (await channelDatabaseByName(tx, name))!;
  });
}
