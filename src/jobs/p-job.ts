import { packageAfter, setAside, type UploadPackage } from '../data/channel/operation.bulk.ts';
import { self } from '../data/channel/self.ts';
import { advanceReceived, channelDatabaseByName } from '../data/hq/channel.ts';
import { addUploadPackage } from '../data/hq/session.bulk.ts';
import { endUploadSession, type OpenSession } from '../data/hq/session.ts';
import { arrivingIn, receiveAndResolve } from '../domain/resolve.ts';
import { proveHeadquarters } from '../domain/rewound.ts';
import { ChannelDatabaseRewound } from '../errors.ts';
import { defineJob, type JobContext } from '../queue/job.ts';
import { stopsRun } from './halves.ts';
import { assigning, noteNumbersLeft, synchronizeCustomers } from './synchronize-customers.ts';
import { type Package, type Route, transfer } from './transfer.ts';

/**
 * P-job: uploads channels' operations to headquarters, in the order of their replication counters.
 *
 * One transaction at headquarters is one package: its rows, the mark of what was received, and the session. After a crash, the mark matches
 * the rows received, so the next run continues there and sends nothing twice. Before Synchronize customers, this transaction also applies those
 * customer operations with which nothing is wrong, so that step has to do only the others. A log that does not continue what was received (a restored
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
  async run(context) {
    context.isProven = context.isBefore(synchronizeCustomers.name) && (await isProven(context));
    await transfer(context, {
      phase: 'UPLOADING',
      atOnce: 1,
      always: true,
      count: (name) => count(context, name),
      route: (session) => upload(context, session),
      failedReading: 'UPLOAD_FAILED',
      endSession: endUploadSession,
    });
  },
});

/** Whether numbers may be assigned. If not, Synchronize customers tells why. */
async function isProven(context: JobContext): Promise<boolean> {
  try {
    await proveHeadquarters(context, context.channelDatabases());
    return true;
  } catch (error) {
    if (stopsRun(error)) throw error;
    return false;
  }
}

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
      const arriving = context.isProven ? arrivingIn(sent, name, context.channelCodes(), at) : [];
      const receive = (some: typeof arriving) =>
        context.batch(async (tx) => {
          const to = { counter: sent.last, operationId: sent.lastId, at };
          const epoch = await advanceReceived(tx, name, from, to);
          if (epoch === undefined) return { done: 0, result: false };
          const origin = { channelDatabase: name, epoch, sessionId: session.id, at };
          const { synced, numbersLeft } = await receiveAndResolve(tx, sent, origin, some);
          noteNumbersLeft(context, numbersLeft);
          await addUploadPackage(tx, session, sent, sent.isLast ? at : null);
          return { done: sent.rows, ahead: { ...assigning, done: synced }, result: true };
        });
      const isStored = await receive(arriving).catch((error: unknown) => {
        if (arriving.length === 0 || stopsRun(error)) throw error;
        context.log.warn(
          { err: error, channelDatabase: name },
          'a package is received without applying anything of it',
        );
        return receive([]);
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
