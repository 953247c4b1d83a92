import { type JobFigures, jobFigures } from '../../data/hq/job-statistics.bulk.ts';
import { InvalidInput } from '../../errors.ts';
import { type JobName, jobNames, jobs } from '../../jobs/index.ts';
import { builder } from '../builder.ts';
import { loader } from '../loader.ts';
import { recordOf } from '../vocabulary.ts';
import { JobNameType, JobRun, ProgressUnit } from './job.ts';

const DAY = 86_400_000;
/** The longest period, in days, and the one if none is given. */
const MOST_DAYS = 7;
const DEFAULT_DAYS = 1;

type Statistics = JobFigures & { job: JobName };

const unitOf = (name: JobName) => jobs.find((job) => job.name === name)?.unit;
const chains = jobNames.filter((name) => unitOf(name) === undefined);
const seconds = (ms: number | null) => (ms === null ? null : ms / 1_000);

const nothing = {
  succeededRuns: 0,
  failedRuns: 0,
  canceledRuns: 0,
  medianDuration: null,
  percentile95Duration: null,
  lastSuccess: null,
  lastFailure: null,
};

const JobStatistics = builder.objectRef<Statistics>('JobStatistics').implement({
  description:
    'The outcomes and durations of the runs of a job or chain in a period. Only runs that have ended count. A job counts wherever it ran, alone or in a chain.',
  fields: (t) => ({
    job: t.expose('job', { type: JobNameType, description: 'The job or chain.' }),
    succeededRuns: t.exposeInt('succeededRuns', { description: 'Number of runs that succeeded.' }),
    failedRuns: t.exposeInt('failedRuns', { description: 'Number of runs that failed.' }),
    canceledRuns: t.exposeInt('canceledRuns', { description: 'Number of runs that were canceled.' }),
    medianSeconds: t.float({
      nullable: true,
      description:
        'Median duration of the successful runs, from first start to end, in seconds. Null if none succeeded.',
      resolve: ({ medianDuration }) => seconds(medianDuration),
    }),
    percentile95Seconds: t.float({
      nullable: true,
      description: 'Duration that 95% of the successful runs did not exceed, in seconds. Null if none succeeded.',
      resolve: ({ percentile95Duration }) => seconds(percentile95Duration),
    }),
    unit: t.field({
      type: ProgressUnit,
      nullable: true,
      description:
        'What `recordsProcessed` and `recordsFailed` count. Null for chains, whose jobs count different things.',
      resolve: ({ job }) => unitOf(job) ?? null,
    }),
    recordsProcessed: t.expose('recordsProcessed', {
      type: 'BigInt',
      nullable: true,
      description: 'Number of records that were processed. Null for chains.',
    }),
    recordsFailed: t.expose('recordsFailed', {
      type: 'BigInt',
      nullable: true,
      description: 'Number of records that were set aside with a reason. Null for chains.',
    }),
    lastSuccess: recordOf(
      t,
      JobRun,
      'lastSuccess',
      'The last run in which it succeeded; null if there is none in the period.',
    ),
    lastFailure: recordOf(
      t,
      JobRun,
      'lastFailure',
      'The last run in which it failed; null if there is none in the period.',
    ),
  }),
});

const figuresSince = loader<string, JobFigures[]>((times, { hq }) =>
  Promise.all(times.map((from) => hq.read((db) => jobFigures(db, from, chains)))),
);

builder.queryField('jobStatistics', (t) =>
  t.field({
    type: [JobStatistics],
    description:
      'The outcomes and durations of the recent runs of each job and chain. Runs are kept for `KEEP_DAYS`, and of successful live conversions only the newest 1,000, so a long period may lack some.',
    authScopes: { operator: 'reading job runs' },
    args: {
      since: t.arg({
        type: 'DateTime',
        description: `Only runs that ended at this time or later: at most ${MOST_DAYS} days ago. Default: 24 hours ago.`,
      }),
    },
    extensions: { most: jobNames.length, weight: 1_000 },
    resolve: async (_root, { since }, context) => {
      const daysAgo = (days: number) => new Date(Date.parse(context.now()) - days * DAY).toISOString();
      const from = since ?? daysAgo(DEFAULT_DAYS);
      if (from < daysAgo(MOST_DAYS))
        throw new InvalidInput(['since'], `must not be more than ${MOST_DAYS} days ago`, 'RANGE');
      const found = new Map((await figuresSince(context).load(from)).map((figures) => [figures.job, figures]));
      return jobNames.map((job) => {
        const records = chains.includes(job) ? null : 0;
        return { ...nothing, recordsProcessed: records, recordsFailed: records, ...found.get(job), job };
      });
    },
  }),
);
