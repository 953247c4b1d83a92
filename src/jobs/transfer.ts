import type { EntityManager } from 'typeorm';
import { isRefusal } from '../data/database.ts';
import type { Ending, OpenSession } from '../data/hq/session.ts';
import { timeOrderedId } from '../data/ids.ts';
import type { JobContext } from '../queue/job.ts';

/** How far a transfer has progressed. */
export interface Mark {
  reached: number;
  /** ID of the row at the mark, if the source must prove that it continues from that row. */
  id?: string | null;
}

/** Rows that one transaction stores in the target. */
export interface Package {
  rows: number;
  /** The mark after they are stored. */
  to: Mark;
  isLast: boolean;
}

/** How rows get from the source to the target. */
export interface Route<Read, Sent extends Package> {
  mark: () => Promise<Mark>;
  /** Reads what follows the mark, at most `limit` rows, while the target stores what comes before it. */
  read: (after: Mark, limit: number) => Promise<Read>;
  /** Builds the next package from what was read; undefined if nothing is left. */
  prepare: (read: Read, mark: Mark) => Promise<Sent | undefined>;
  /** Stores a package and moves the mark, in one transaction. Returns false if another run had moved the mark. */
  store: (sent: Sent, from: Mark) => Promise<boolean>;
  /** The package to store instead of a row the target refuses, found by halving its package. Without this, a refusal ends the transfer. */
  setAside?: (refused: Sent, error: unknown) => Sent;
}

interface Transfer<Read, Sent extends Package, Status extends string> {
  phase: string;
  /** Number of databases transferred concurrently. */
  atOnce: number;
  /** Transfers even if no rows are waiting, because reading checks the source. */
  always: boolean;
  /** How many rows are waiting, and the mark that they follow. */
  count: (channelDatabase: string) => Promise<{ waiting: number; mark: Mark }>;
  route: (session: OpenSession) => Promise<Route<Read, Sent>>;
  /** Status of a session that failed before its target was asked to store a package. */
  failedReading: Status;
  endSession: (
    tx: EntityManager,
    id: string,
    ending: Ending<Status | 'APPLIED' | 'CANCELED' | 'APPLY_FAILED'>,
  ) => Promise<void>;
}

/** Transfers to or from each channel database of a run. One that fails does not stop the others. */
export async function transfer<Read, Sent extends Package, Status extends string>(
  context: JobContext,
  kind: Transfer<Read, Sent, Status>,
): Promise<void> {
  const databases = context.channelDatabases();
  const counts = new Map<string, { waiting: number; mark: Mark }>();
  const count = async (name: string) => void counts.set(name, await kind.count(name));
  await Promise.all(databases.map((name) => context.isolated(name, () => count(name))));
  context.expect(
    kind.phase,
    [...counts.values()].reduce((sum, { waiting }) => sum + waiting, 0),
  );
  const due = databases.flatMap((name) => {
    const counted = counts.get(name);
    return counted && (kind.always || counted.waiting > 0) ? [{ name, mark: counted.mark }] : [];
  });
  const workers = Array.from({ length: kind.atOnce }, async () => {
    for (let next = due.shift(); next; next = due.shift()) await transferOne(context, next, kind);
  });
  // All workers end before an error is thrown, so that nothing keeps running after the run has ended.
  const settled = await Promise.allSettled(workers);
  for (const result of settled) if (result.status === 'rejected') throw result.reason;
}

async function transferOne<Read, Sent extends Package, Status extends string>(
  context: JobContext,
  { name: channelDatabase, mark: counted }: { name: string; mark: Mark },
  { route: routeOf, endSession, failedReading }: Transfer<Read, Sent, Status>,
): Promise<void> {
  const session = { id: timeOrderedId(context.now()), runId: context.run.id, channelDatabase, at: context.now() };
  let reading = true;
  /** Whether packages have been stored and the session has not ended. */
  let open = false;

  const end = (ending: Pick<Parameters<typeof endSession>[2], 'status' | 'error'>) =>
    context.hq.write((tx) => endSession(tx, session.id, { ...session, ...ending, at: context.now() }));

  const move = async () => {
    const route = await routeOf(session);
    let limit = context.batchSize;
    const readAfter = (after: Mark) => {
      const reads = route.read(after, limit);
      // The read may turn out to be unnecessary, and may fail before anyone awaits it.
      reads.catch(() => {});
      return reads;
    };
    // Another run may have moved it since the rows were counted: then the first package is refused.
    let mark = counted;
    let next = readAfter(mark);
    for (;;) {
      reading = true;
      const sent = await route.prepare(await next, mark);
      if (!sent) return;
      context.stopIfAsked();
      reading = false;
      if (!sent.isLast) next = readAfter(sent.to);
      let isStored: boolean;
      try {
        isStored = await route.store(sent, mark);
      } catch (error) {
        if (!route.setAside || !isRefusal(error)) throw error;
        if (sent.rows > 1) {
          limit = Math.ceil(sent.rows / 2);
          next = readAfter(mark);
          continue;
        }
        isStored = await route.store(route.setAside(sent, error), mark);
        limit = context.batchSize;
        if (!sent.isLast) next = readAfter(sent.to);
      }
      if (isStored) {
        open = !sent.isLast;
        if (sent.isLast) return;
        mark = sent.to;
      } else {
        const refused = mark;
        mark = await route.mark();
        // A file that was replaced under its open connections would refuse the same package forever.
        if (mark.reached === refused.reached)
          throw new Error(`A package after ${refused.reached} was refused, and the mark is now at ${mark.reached}.`);
        next = readAfter(mark);
      }
    }
  };

  const failure = await context.isolated(channelDatabase, move).catch(async (error: unknown) => {
    if (open) await end({ status: 'CANCELED' });
    throw error;
  });
  if (failure) await end({ status: reading ? failedReading : 'APPLY_FAILED', error: failure });
  else if (open) await end({ status: 'APPLIED' });
}
