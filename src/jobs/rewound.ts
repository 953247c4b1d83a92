import { self } from '../data/channel/self.ts';
import { headOf } from '../data/hq/number-sequence.ts';
import { DatabaseUnavailable, HeadquartersRewound } from '../errors.ts';
import type { JobContext } from '../queue/job.ts';

/**
 * Stops a run when a channel has applied more than headquarters has done: headquarters was restored from a backup, and its number
 * sequence would give account IDs a second time. A channel database that does not answer is passed over.
 */
export async function refuseRewoundHeadquarters(context: JobContext): Promise<void> {
  for (const name of context.channelDatabases()) {
    try {
      const { appliedVersion } = await (await context.channels.open(name)).read(self);
      // Read afterwards: the head only grows.
      const head = await context.hq.read((db) => headOf(db, 'customer-version'));
      if (appliedVersion > head) throw new HeadquartersRewound(name);
    } catch (error) {
      if (error instanceof DatabaseUnavailable && error.database !== context.hq.name) continue;
      throw error;
    }
  }
}
