import { applyAccountIds, outdated, storeDownloaded } from '../data/channel/customer.bulk.ts';
import { advanceApplied, self } from '../data/channel/self.ts';
import type { Database } from '../data/database.ts';
import {
  countFitting,
  customersChangedSince,
  type DownloadPackage,
  packageBefore,
  packedCustomers,
} from '../data/hq/customer.bulk.ts';
import { countChangedSince } from '../data/hq/customer.ts';
import { addDownloadPackage } from '../data/hq/session.bulk.ts';
import { endDownloadSession, type OpenSession } from '../data/hq/session.ts';
import { indexWords } from '../domain/search.ts';
import { topics } from '../events/nudges.ts';
import { defineJob, type JobContext } from '../queue/job.ts';
import { type Mark, type Route, transfer } from './transfer.ts';

/**
 * 1010: delivers account IDs and headquarters' corrections to the channels the customers came from.
 *
 * One transaction is one package in a channel database: account IDs, rows of the channels' feeds, and the applied version. After a crash,
 * the version matches the rows stored. The session at headquarters is written afterward and may lag by one package at most.
 */
export const download1010 = defineJob({
  name: 'download-1010',
  title: '1010',
  description: '1010 Customers: delivers account IDs to the channels.',
  unit: 'CUSTOMERS',
  perChannelDatabase: true,
  phases: { DOWNLOADING: 'Downloading account IDs and corrections to channel databases.' },
  run: (context) =>
    transfer(context, {
      phase: 'DOWNLOADING',
      // Each channel database has its own writer.
      atOnce: 2,
      always: false,
      async count(name) {
        const mark = await applied(await context.channels.open(name));
        return { waiting: await context.hq.read((db) => countChangedSince(db, name, mark.reached)), mark };
      },
      route: (session) => download(context, session),
      failedReading: 'CREATE_FAILED',
      endSession: endDownloadSession,
    }),
});

/** What a channel database has applied. */
async function applied(database: Database): Promise<Mark> {
  return { reached: (await database.read(self)).appliedVersion };
}

type Prepared = Awaited<ReturnType<typeof prepared>>;

async function download(context: JobContext, session: OpenSession): Promise<Route<DownloadPackage, Prepared>> {
  const { channelDatabase: name } = session;
  const database = await context.channels.open(name);
  return {
    mark: () => applied(database),
    read: ({ reached }, limit) => context.hq.read((db) => customersChangedSince(db, name, reached, limit)),
    prepare: async (read) => (read.count === 0 ? undefined : prepared(context, database, read)),
    async store({ rows, package: sent, whole, differing, lastReceived, to, isLast }, from) {
      const at = context.now();
      const channels = await database.write(async (tx) => {
        if (!(await advanceApplied(tx, from.reached, to.reached, at))) return undefined;
        if (whole) {
          await storeDownloaded(tx, whole, lastReceived);
          await indexWords(
            tx,
            differing.map(({ uuid }) => uuid),
          );
        }
        return applyAccountIds(tx, { package: sent, at });
      });
      if (channels === undefined) return false;
      for (const channel of channels) context.nudges.publish(topics.accountIds(channel), true);
      context.announceChannels(name);
      await context.batch(async (tx) => {
        const range = { from: from.reached, through: to.reached };
        await addDownloadPackage(tx, session, { rows, ...range }, isLast ? context.now() : null);
        return { done: rows, result: undefined };
      });
      return true;
    },
  };
}

/** Adds the full rows of customers that the channel has lost, or has in an older state, to a package. What does not fit goes into the next. */
async function prepared(context: JobContext, database: Database, read: DownloadPackage) {
  const differing = await database.read((db) => outdated(db, read));
  const fitting = differing.length === 0 ? 0 : await context.hq.read((db) => countFitting(db, differing));
  const isCut = fitting < differing.length;
  const { count, through, package: sent } = isCut ? packageBefore(read, differing[fitting]!.version) : read;
  const whole =
    fitting === 0 ? undefined : await context.hq.read((db) => packedCustomers(db, differing.slice(0, fitting)));
  const isLast = !isCut && count < context.batchSize;
  return {
    rows: count,
    package: sent,
    whole,
    differing: differing.slice(0, fitting),
    lastReceived: read.lastReceived,
    to: { reached: through },
    isLast,
  };
}
