import { applyAccountIds, outdated, storeDownloaded } from '../data/channel/customer.ts';
import { advanceApplied, self } from '../data/channel/self.ts';
import { channelDatabaseByName } from '../data/hq/channel.ts';
import {
  countChangedSince,
  countFitting,
  customersChangedSince,
  packageBefore,
  packedCustomers,
} from '../data/hq/customer.ts';
import { addDownloadPackage, type DownloadStatus, endDownloadSession } from '../data/hq/session.ts';
import { timeOrderedId } from '../data/ids.ts';
import { type Nudges, topics } from '../events/nudges.ts';
import type { Job, JobContext } from '../queue/job.ts';
import { mustHaveMovedOn } from './mark.ts';

/** Channel databases that are written at once: each has its own writer. */
const AT_ONCE = 2;

/**
 * 1010: brings account IDs, and what headquarters corrected, back to the channels that the customers came from.
 *
 * One transaction is one package in a channel database: account IDs, the rows of the channels' feeds, and the version that this
 * database has applied. A crash leaves the version where the rows end; the session at headquarters is written afterwards and may
 * lag one package behind, no more.
 */
export const download1010 = (nudges: Nudges): Job => ({
  name: 'download-1010',
  title: '1010 Customers',
  description: 'Brings new account IDs and corrections from headquarters back to the channels, and writes their feeds.',
  async run(context) {
    const databases = context.channelDatabases();
    const left = new Map<string, number>();
    await Promise.all(
      databases.map((name) =>
        context.isolated(name, async () => {
          const { appliedVersion } = await (await context.channels.open(name)).read(self);
          left.set(name, await context.hq.read((db) => countChangedSince(db, name, appliedVersion)));
        }),
      ),
    );
    context.expect(
      'downloading',
      [...left.values()].reduce((sum, count) => sum + count, 0),
    );
    const waiting = databases.filter((name) => left.get(name));
    const workers = Array.from({ length: AT_ONCE }, async () => {
      for (let name = waiting.shift(); name; name = waiting.shift()) await downloadTo(context, name, nudges);
    });
    // All end before an error is passed along: nothing goes on behind the back of a run that has ended.
    const settled = await Promise.allSettled(workers);
    for (const result of settled) if (result.status === 'rejected') throw result.reason;
  },
});

async function downloadTo(context: JobContext, name: string, nudges: Nudges): Promise<void> {
  const session = { id: timeOrderedId(context.now()), runId: context.run.id, channelDatabase: name, at: context.now() };
  let creating = true;
  /** Packages were applied, and the session is not ended. */
  let open = false;
  const end = (status: DownloadStatus, error?: { code: string; message: string }) =>
    open || error
      ? context.hq.write((tx) =>
          endDownloadSession(tx, session.id, { ...session, status, at: context.now(), ...(error ? { error } : {}) }),
        )
      : undefined;

  const failure = await context
    .isolated(name, async () => {
      const database = await context.channels.open(name);
      let { appliedVersion: applied } = await database.read(self);
      const next = (version: number) =>
        context.hq.read((db) => customersChangedSince(db, name, version, context.batchSize));
      let reads = next(applied);
      for (;;) {
        creating = true;
        let download = await reads;
        if (download.count === 0) break;
        const received = (await context.hq.read((db) => channelDatabaseByName(db, name)))!;
        const { package: sent } = download;
        let isLast = download.count < context.batchSize;
        let differing = await database.read((db) => outdated(db, sent, received));
        if (differing.length > 0) {
          const fitting = await context.hq.read((db) => countFitting(db, differing));
          if (fitting < differing.length) {
            // The rest comes with the packages that follow.
            download = packageBefore(download, differing[fitting]!.version);
            differing = differing.slice(0, fitting);
            isLast = false;
          }
        }
        const whole =
          differing.length === 0 ? undefined : await context.hq.read((db) => packedCustomers(db, differing));
        context.stopIfAsked();
        creating = false;
        if (!isLast) {
          reads = next(download.through);
          reads.catch(() => {});
        }
        const heads = await database.write(async (tx) => {
          if (!(await advanceApplied(tx, applied, download.through))) return undefined;
          if (whole) await storeDownloaded(tx, whole, received);
          return applyAccountIds(tx, { package: download.package, at: context.now() });
        });
        if (heads === undefined) {
          // Another run downloads to this database too: go on behind what it applied.
          const refused = applied;
          ({ appliedVersion: applied } = await database.read(self));
          mustHaveMovedOn(refused, applied);
          reads = next(applied);
          continue;
        }
        for (const { channel } of heads) nudges.publish(topics.accountIds(channel));
        open = true;
        const from = applied;
        applied = download.through;
        await context.batch(async (tx) => {
          await addDownloadPackage(tx, session, { rows: download.count, from, through: applied });
          if (isLast) await endDownloadSession(tx, session.id, { ...session, status: 'APPLIED', at: context.now() });
          return { done: download.count, result: undefined };
        });
        if (isLast) {
          open = false;
          break;
        }
      }
    })
    .catch(async (error: unknown) => {
      await end('CANCELED');
      throw error;
    });
  await end(!failure ? 'APPLIED' : creating ? 'CREATE_FAILED' : 'APPLY_FAILED', failure);
}
