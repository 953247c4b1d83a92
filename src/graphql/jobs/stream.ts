import { setTimeout as delay } from 'node:timers/promises';
import { type JobRun as JobRunRow, jobRunById } from '../../data/hq/job-run.ts';
import { jobRunsById, recentRuns } from '../../data/hq/run-progress.ts';
import { NotFound } from '../../errors.ts';
import { changes } from '../../events/changes.ts';
import { topics } from '../../events/nudges.ts';
import { sharedChanges } from '../../events/shared-changes.ts';
import { requiredId } from '../arguments.ts';
import { builder } from '../builder.ts';
import { JobRun } from './job.ts';

/** Minimum ms between two events of one run: four a second are as many as an eye can follow. */
const AT_MOST_EVERY = 250;

const hasEnded = ({ finishedAt, state }: JobRunRow) => finishedAt !== null && state !== 'QUEUED' && state !== 'RUNNING';

builder.subscriptionFields((t) => ({
  jobRun: t.field({
    type: JobRun,
    description:
      'A run as it progresses: first its current state, then changes, at most 4 a second. The final state is always sent and ends the stream.',
    args: { id: t.arg(requiredId(JobRun, 'Global ID of the run.')) },
    authScopes: { operator: 'reading job runs' },
    subscribe: async (_root, { id }, { hq, nudges }) => {
      if (!(await hq.read((db) => jobRunById(db, id)))) throw new NotFound('job run');
      let seen = 0;
      return sharedChanges<JobRunRow>(topics.jobRun(String(id)), {
        nudges,
        topic: topics.jobRun(String(id)),
        atMostEvery: AT_MOST_EVERY,
        isLast: hasEnded,
        read: async () => {
          const [run] = await hq.read((db) => jobRunsById(db, [id]));
          if (!run || run.revision === seen) return undefined;
          seen = run.revision;
          return run;
        },
      });
    },
    resolve: (run) => run,
  }),
  jobActivity: t.field({
    type: JobRun,
    description:
      'All runs as they progress: first the queued and running ones, then changes to any run, at most 4 a second per run.',
    authScopes: { operator: 'reading job runs' },
    subscribe: (_root, _args, { hq, nudges, now }) => {
      const seen = new Map<number, number>();
      const waiting: JobRunRow[] = [];
      let since = now();
      let rested: Promise<unknown> = Promise.resolve();
      return changes<JobRunRow>({
        nudges,
        topic: topics.jobRuns,
        read: async () => {
          if (waiting.length === 0) {
            await rested;
            rested = delay(AT_MOST_EVERY, undefined, { ref: false });
            // A little overlap, because the clocks of processes differ, and more if this clock was set back. Duplicates are filtered out below.
            const at = now();
            const from = new Date(Math.min(Date.parse(since), Date.parse(at)) - 5_000).toISOString();
            since = at;
            const runs = await hq.read((db) => recentRuns(db, from, 200));
            waiting.push(...runs.filter(({ id, revision }) => seen.get(id) !== revision));
            for (const { id, revision } of waiting) seen.set(id, revision);
            for (const id of seen.keys()) if (!runs.some((run) => run.id === id)) seen.delete(id);
          }
          return waiting.shift();
        },
      });
    },
    resolve: (run) => run,
  }),
}));
