import { self } from '../data/channel/self.ts';
import { headOf } from '../data/hq/number-sequence.ts';
import { HeadquartersRewound } from '../errors.ts';
import type { JobContext } from '../queue/job.ts';

/**
 * Stops a run when a channel has applied more than headquarters has done: headquarters was restored from a backup, and its number
 * sequence would give account IDs a second time. A channel database that does not answer is passed over.
 */
export async function refuseRewoundHeadquarters(context: JobContext): Promise<void> {
  const applied = await Promise.all(
    context.channelDatabases().map(async (name) => ({ name, version: await appliedBy(context, name) })),
  );
  if (applied.every(({ version }) => version === 0)) return;
  // Read afterwards: the head only grows.
  const head = await context.hq.read((db) => headOf(db, 'customer-version'));
  const ahead = applied.find(({ version }) => version > head);
  if (ahead) throw new HeadquartersRewound(ahead.name);
}

/** 0 when the channel database cannot be read, whatever the reason: the other channels go on, and the P-job and 1010 report it. */
async function appliedBy(context: JobContext, name: string): Promise<number> {
  try {
    return (await (await context.channels.open(name)).read(self)).appliedVersion;
  } catch (error) {
    context.log.warn(
      { err: error, channelDatabase: name },
      'a channel database could not be asked what it has applied',
    );
    return 0;
  }
}
