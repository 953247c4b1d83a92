import { packageAfter, setAside, type UploadPackage } from '../data/channel/operation.ts';
import { self } from '../data/channel/self.ts';
import { isRefusal } from '../data/database.ts';
import { advanceReceived, channelDatabaseByName } from '../data/hq/channel.ts';
import { addUploadPackage, endUploadSession, type UploadStatus } from '../data/hq/session.ts';
import { timeOrderedId } from '../data/ids.ts';
import { receivePackage } from '../domain/operations/index.ts';
import { ChannelDatabaseRewound } from '../errors.ts';
import type { Job, JobContext } from '../queue/job.ts';
import { mustHaveMovedOn } from './mark.ts';

/**
 * P-job: brings what channels did up to headquarters, in the order of their replication counters.
 *
 * One transaction is one package: its rows, the mark of what was received and the session, at headquarters. A crash leaves the
 * mark where the rows end, so the next run goes on behind it and nothing is sent in vain or twice. A log that does not continue
 * what was received (a restored database) is reported and not skipped. An operation that is too large, or that makes headquarters refuse
 * its package, arrives as a failed one with the reason, and its neighbors go on.
 */
export const pJob: Job = {
  name: 'p-job',
  title: 'P-job',
  description:
    'Uploads to headquarters what channels did since the last upload, in the order of their replication counters.',
  async run(context) {
    const databases = context.channelDatabases();
    const left = new Map<string, number>();
    await Promise.all(
      databases.map((name) =>
        context.isolated(name, async () => {
          left.set(name, await waitingIn(context, name));
        }),
      ),
    );
    context.expect(
      'uploading',
      [...left.values()].reduce((sum, count) => sum + count, 0),
    );
    for (const name of databases) if (left.has(name)) await uploadFrom(context, name);
  },
};

const REFUSED = 'The database of headquarters refused this operation; see the log of headquarters.';

/** How far headquarters has the log of a channel database. */
async function markOf(context: JobContext, name: string): Promise<{ counter: number; operationId: string | null }> {
  const received = await context.hq.read((db) => channelDatabaseByName(db, name));
  return { counter: received!.lastReceived, operationId: received!.lastOperationId };
}

async function waitingIn(context: JobContext, name: string): Promise<number> {
  const database = await context.channels.open(name);
  const [{ lastCounter }, { counter }] = await Promise.all([database.read(self), markOf(context, name)]);
  return Math.max(0, lastCounter - counter);
}

async function uploadFrom(context: JobContext, name: string): Promise<void> {
  const session = { id: timeOrderedId(context.now()), runId: context.run.id, channelDatabase: name, at: context.now() };
  let reading = true;
  /** Packages were sent, and the session is not ended. */
  let open = false;
  const end = (status: UploadStatus, error?: { code: string; message: string }) =>
    open || error
      ? context.hq.write((tx) =>
          endUploadSession(tx, session.id, { ...session, status, at: context.now(), ...(error ? { error } : {}) }),
        )
      : undefined;

  const failure = await context
    .isolated(name, async () => {
      const database = await context.channels.open(name);
      let mark = await markOf(context, name);
      let limit = context.batchSize;
      const next = (counter: number) => database.read((db) => packageAfter(db, counter, limit));
      let reads = next(mark.counter);
      for (;;) {
        reading = true;
        const { previousId, head, upload } = await reads;
        if (head < mark.counter || (mark.counter > 0 && previousId !== mark.operationId))
          throw new ChannelDatabaseRewound(name);
        if (!upload) break;
        reading = false;
        const isLast = upload.last >= head;
        // The next package is read while headquarters stores this one.
        if (!isLast) {
          reads = next(upload.last);
          reads.catch(() => {});
        }
        const at = context.now();
        const store = (sent: UploadPackage) =>
          context.batch(async (tx) => {
            const moved = await advanceReceived(tx, name, mark.counter, {
              counter: sent.last,
              operationId: sent.lastId,
              at,
            });
            if (!moved) return { done: 0, result: false };
            await receivePackage(tx, sent, { channelDatabase: name, sessionId: session.id, at });
            await addUploadPackage(tx, session, sent);
            if (isLast) await endUploadSession(tx, session.id, { ...session, status: 'APPLIED', at });
            return { done: sent.rows, result: true };
          });
        let moved: boolean;
        try {
          moved = await store(upload);
        } catch (error) {
          if (!isRefusal(error)) throw error;
          if (upload.rows > 1) {
            // One of them is at fault: it is found by halving.
            limit = Math.ceil(upload.rows / 2);
            reads = next(mark.counter);
            continue;
          }
          context.log.error({ err: error, channelDatabase: name, counter: upload.first }, 'an operation was refused');
          moved = await store(setAside(upload, REFUSED));
          limit = context.batchSize;
          if (!isLast) reads = next(upload.last);
        }
        if (moved) {
          open = !isLast;
          if (isLast) break;
          mark = { counter: upload.last, operationId: upload.lastId };
        } else {
          // Another run uploads this database too: go on behind what it sent.
          const refused = mark.counter;
          mark = await markOf(context, name);
          mustHaveMovedOn(refused, mark.counter);
          reads = next(mark.counter);
        }
      }
    })
    .catch(async (error: unknown) => {
      await end('CANCELED');
      throw error;
    });
  await end(!failure ? 'APPLIED' : reading ? 'UPLOAD_FAILED' : 'APPLY_FAILED', failure);
}
