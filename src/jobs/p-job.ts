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
 * P-job: uploads channels' operations to headquarters, in the order of their replication counters.
 *
 * One transaction at headquarters is one package: its rows, the mark of what was received, and the session. After a crash, the mark matches
 * the rows received, so the next run continues there and sends nothing twice. A log that does not continue what was received (a restored
 * database) is reported, never skipped. An operation that is too large, or that headquarters refuses, arrives as a failed operation with
 * the reason; the others continue.
 */
export const pJob = defineJob({
  name: 'p-job',
  title: 'P-job',
  description: 'Uploads channels’ operations to headquarters, in the order of their replication counters.',
  unit: 'OPERATIONS',
  perChannelDatabase: true,
  phases: { UPLOADING: 'Uploading operations to headquarters.' },
  run: (context) =>
    transfer(context, {
      phase: 'UPLOADING',
      atOnce: 1,
      always: true,
      count: (name) => count(context, name),
      route: (session) => upload(context, session),
      failedReading: 'UPLOAD_FAILED',
      endSession: endUploadSession,
    }),
});

const REFUSED = 'The headquarters database refused this operation. See the headquarters log.';

/** How much of a channel database's log headquarters has received. */
async function received(context: JobContext, name: string) {
  const { lastReceived, lastOperationId } = (await context.hq.read((db) => channelDatabaseByName(db, name)))!;
  return { reached: lastReceived, id: lastOperationId };
}

async function count(context: JobContext, name: string) {
  const database = await context.channels.open(name);
  const [{ lastCounter }, mark] = await Promise.all([database.read(self), received(context, name)]);
  return { waiting: Math.max(0, lastCounter - mark.reached), mark };
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
    async store(sent, { reached: from }) {
      const at = context.now();
      const isStored = await context.batch(async (tx) => {
        const to = { counter: sent.last, operationId: sent.lastId, at };
        const epoch = await advanceReceived(tx, name, from, to);
        if (epoch === undefined) return { done: 0, result: false };
        await receivePackage(tx, sent, { channelDatabase: name, epoch, sessionId: session.id, at });
        await addUploadPackage(tx, session, sent, sent.isLast ? at : null);
        return { done: sent.rows, result: true };
      });
      context.announceChannels(name);
      return isStored;
    },
    setAside(sent, error) {
      context.log.error(
        { err: error, channelDatabase: name, counter: sent.first },
        'the database refused an operation',
      );
      return { ...sent, ...setAside(sent, REFUSED) };
    },
  };
}
