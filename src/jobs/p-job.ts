import { packageAfter, setAside, type UploadPackage } from '../data/channel/operation.bulk.ts';
import { self } from '../data/channel/self.ts';
import { advanceReceived, channelDatabaseByName } from '../data/hq/channel.ts';
import { addUploadPackage } from '../data/hq/session.bulk.ts';
import { endUploadSession, type OpenSession } from '../data/hq/session.ts';
import { receivePackage } from '../domain/operations/index.ts';
import { ChannelDatabaseRewound } from '../errors.ts';
import { defineJob, type JobContext } from '../queue/job.ts';
import { type Package, type Route, transfer } from './transfer.ts';

/**
 * P-job: brings what channels did up to headquarters, in the order of their replication counters.
 *
 * One transaction is one package: its rows, the mark of what was received and the session, at headquarters. A crash leaves the
 * mark where the rows end, so the next run goes on behind it and nothing is sent in vain or twice. A log that does not continue
 * what was received (a restored database) is reported and not skipped. An operation that is too large, or that makes headquarters refuse
 * its package, arrives as a failed one with the reason, and its neighbors go on.
 */
export const pJob = defineJob({
  name: 'p-job',
  title: 'P-job',
  description: 'Uploads to headquarters what channels did, in the order of their replication counters.',
  starts: 'Starts the P-job.',
  run: (context) =>
    transfer(context, {
      phase: 'uploading',
      atOnce: 1,
      always: true,
      countWaiting: (name) => countWaiting(context, name),
      route: (session) => upload(context, session),
      failedReading: 'UPLOAD_FAILED',
      endSession: endUploadSession,
    }),
});

const REFUSED = 'The database of headquarters refused this operation; see the log of headquarters.';

/** How far headquarters has the log of a channel database. */
async function received(context: JobContext, name: string) {
  const { lastReceived, lastOperationId } = (await context.hq.read((db) => channelDatabaseByName(db, name)))!;
  return { reached: lastReceived, id: lastOperationId };
}

async function countWaiting(context: JobContext, name: string): Promise<number> {
  const database = await context.channels.open(name);
  const [{ lastCounter }, { reached }] = await Promise.all([database.read(self), received(context, name)]);
  return Math.max(0, lastCounter - reached);
}

async function upload(
  context: JobContext,
  session: OpenSession,
): Promise<Route<Awaited<ReturnType<typeof packageAfter>>, UploadPackage & Package>> {
  const { channelDatabase: name } = session;
  const database = await context.channels.open(name);
  return {
    mark: () => received(context, name),
    read: ({ reached }, limit) => database.read((db) => packageAfter(db, reached, limit)),
    async prepare({ previousId, head, upload }, { reached, id }) {
      if (head < reached || (reached > 0 && previousId !== id)) throw new ChannelDatabaseRewound(name);
      return upload && { ...upload, to: { reached: upload.last, id: upload.lastId }, isLast: upload.last >= head };
    },
    store(sent, { reached: from }) {
      const at = context.now();
      return context.batch(async (tx) => {
        const to = { counter: sent.last, operationId: sent.lastId, at };
        if (!(await advanceReceived(tx, name, from, to))) return { done: 0, result: false };
        await receivePackage(tx, sent, { channelDatabase: name, sessionId: session.id, at });
        await addUploadPackage(tx, session, sent);
        if (sent.isLast) await endUploadSession(tx, session.id, { ...session, status: 'APPLIED', at });
        return { done: sent.rows, result: true };
      });
    },
    setAside(sent, error) {
      context.log.error({ err: error, channelDatabase: name, counter: sent.first }, 'an operation was refused');
      return { ...sent, ...setAside(sent, REFUSED) };
    },
  };
}
