import { mustOperate } from '../../access/viewer.ts';
import { entityPage } from '../../data/entity-page.ts';
import {
  type causes,
  JobRun as JobRunRow,
  jobRunById,
  type Progress,
  type runStates,
  type Step,
  type StepFailure,
  type stepStates,
} from '../../data/hq/job-run.ts';
import { ChannelNotFound, NotFound, WrongState } from '../../errors.ts';
import { type JobName, jobNames, stepsOf } from '../../jobs/index.ts';
import { cancel, retry, start } from '../../queue/queue.ts';
import { atMost, MOST_CHANNELS } from '../bounded.ts';
import { builder } from '../builder.ts';
import { Channel, namedChannels } from '../channel/channel.ts';
import type { Context } from '../context.ts';
import { LARGEST_PAGE, listById, numberOf } from '../keyset.ts';
import { enumOf } from '../vocabulary.ts';

export const JobNameType = builder.enumType('JobName', {
  description: 'A job, or a chain of jobs.',
  values: {
    P_JOB: {
      value: 'p-job',
      description: 'Uploads to headquarters what channels did, in the order of their replication counters.',
    },
    SYNCHRONIZE_CUSTOMERS: {
      value: 'synchronize-customers',
      description: 'Synchronize customers and channel requests: gives uploaded customers their account IDs.',
    },
    SYNCHRONIZE_ORDERS: {
      value: 'synchronize-orders',
      description: 'Synchronize orders: makes sales orders of uploaded orders, their customers and addresses first.',
    },
    VALIDATE_TRANSACTIONS: {
      value: 'validate-transactions',
      description: 'Validate store transactions: checks uploaded sales, their customers and addresses first.',
    },
    CALCULATE_STATEMENTS: {
      value: 'calculate-statements',
      description: 'Makes statements of sales that passed validation and of shifts that are closed.',
    },
    POST_STATEMENTS: {
      value: 'post-statements',
      description: 'Posts calculated statements: sales orders, invoices and journals.',
    },
    DOWNLOAD_1010: { value: 'download-1010', description: '1010 Customers: brings account IDs back to the channels.' },
    CONVERSION: {
      value: 'conversion',
      description: 'P-job, Synchronize customers and channel requests, 1010: in this order.',
    },
    END_OF_DAY: {
      value: 'end-of-day',
      description:
        'P-job, customers, orders, validation, calculating and posting of statements, 1010: in this order, for every business day that is not posted yet.',
    },
  } satisfies Record<string, { value: JobName; description: string }>,
});

const RunState = enumOf<(typeof runStates)[number]>('JobRunState', 'Where a run stands.', {
  QUEUED:
    'Waiting for a worker, or for its next try; if channel databases were unavailable, `steps.failures` names them, and the next try is about these only.',
  RUNNING: 'A worker has it.',
  SUCCEEDED: 'Done. Records that were set aside do not fail a run; see `progress.failed`.',
  FAILED: 'Ended with an error. What was committed stays; it can be retried.',
  CANCELLED: 'Ended by an operator. What was committed stays; it can be retried.',
});

const StepState = enumOf<(typeof stepStates)[number]>('JobStepState', 'Where a step stands.', {
  WAITING: 'Not begun.',
  RUNNING: 'Under way.',
  SUCCEEDED: 'Done.',
  FAILED: 'Ended with failures; see `failures`.',
  CANCELLED: 'Cancelled.',
});

const Cause = enumOf<(typeof causes)[number]>('JobRunCause', 'Why a run was started.', {
  OPERATOR: 'Somebody asked for it.',
  SCHEDULE: 'It was due.',
  LIVE: 'A channel had something new.',
});

const JobProgress = builder.objectRef<Progress>('JobProgress').implement({
  description: 'How far a step is, in records.',
  fields: (t) => ({
    phase: t.exposeString('phase', { description: 'What is being done.' }),
    done: t.expose('done', { type: 'BigInt', description: 'Records done, earlier attempts included.' }),
    total: t.expose('total', {
      type: 'BigInt',
      description: 'Records to do, as counted at the start; it grows when more turn up.',
    }),
    failed: t.expose('failed', { type: 'BigInt', description: 'Records set aside with a reason.' }),
    ratePerSecond: t.exposeInt('ratePerSecond', {
      nullable: true,
      description: 'Records per second over the last five seconds; null until it is known.',
    }),
    eta: t.expose('eta', {
      type: 'DateTime',
      nullable: true,
      description: 'When it will be done at this rate; null when unknown or done.',
    }),
  }),
});

const Failures = builder.objectRef<StepFailure>('JobStepFailure').implement({
  description: 'What went wrong with one channel database while the others went on.',
  fields: (t) => ({
    channelDatabase: t.exposeString('channelDatabase', {
      nullable: true,
      description: 'Which one; null when it is about the step as a whole.',
    }),
    code: t.exposeString('code', { description: 'Why, for programs.' }),
    message: t.exposeString('message', { description: 'Why, for people.' }),
  }),
});

const JobStep = builder.objectRef<Step>('JobStep').implement({
  description: 'One job of a run.',
  fields: (t) => ({
    job: t.field({ type: JobNameType, description: 'Which job.', resolve: ({ job }) => job as JobName }),
    state: t.expose('state', { type: StepState, description: 'Where it stands.' }),
    progress: t.expose('progress', { type: JobProgress, description: 'How far it is.' }),
    failures: t.expose('failures', {
      type: [Failures],
      ...atMost(LARGEST_PAGE),
      description: 'Channel databases that failed.',
    }),
    startedAt: t.expose('startedAt', { type: 'DateTime', nullable: true, description: 'When it began.' }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true, description: 'When it ended.' }),
  }),
});

export const JobRun = builder.objectRef<JobRunRow>('JobRun');
builder.node(JobRun, {
  description:
    'A job or chain that was asked for once: its state, progress and result. It survives a crash and goes on where it stopped.',
  id: { resolve: ({ id }) => id },
  loadOne: async (id, { hq, viewer }) =>
    viewer.kind === 'operator' && /^\d{1,15}$/.test(id) ? hq.read((db) => jobRunById(db, Number(id))) : null,
  fields: (t) => ({
    job: t.field({ type: JobNameType, description: 'What runs.', resolve: ({ job }) => job as JobName }),
    businessDate: t.field({
      type: 'Date',
      nullable: true,
      description: 'For statements: up to which business day; null: up to the present one of each channel.',
      resolve: ({ arguments: given }) => given?.businessDate ?? null,
    }),
    channels: t.field({
      type: [Channel],
      ...atMost(MOST_CHANNELS),
      nullable: true,
      description: 'For which channels; null for all.',
      resolve: ({ channels: codes }, _args, { channels }) =>
        codes && channels.all().filter(({ code }) => codes.includes(code)),
    }),
    state: t.expose('state', { type: RunState, description: 'Where it stands.' }),
    steps: t.expose('steps', {
      type: [JobStep],
      ...atMost(jobNames.length),
      description: 'Its jobs, in their order.',
    }),
    progress: t.field({
      type: JobProgress,
      description: 'Progress of the step that is under way, or of the last one.',
      resolve: ({ steps }) =>
        (
          steps.find(({ state }) => state === 'RUNNING') ??
          steps.findLast(({ state }) => state !== 'WAITING') ??
          steps[0]!
        ).progress,
    }),
    cause: t.expose('cause', { type: Cause, description: 'Why it was started.' }),
    requestedBy: t.exposeString('requestedBy', { description: 'Who or what asked for it.' }),
    attempt: t.exposeInt('attempt', {
      description: 'How often a worker took it up; more than 1 after a crash, a restart or a retry.',
    }),
    cancelRequested: t.boolean({
      description: 'Whether somebody asked to cancel it.',
      resolve: ({ cancelRequested }) => Boolean(cancelRequested),
    }),
    errorCode: t.exposeString('errorCode', { nullable: true, description: 'Why it failed, for programs.' }),
    error: t.exposeString('error', { nullable: true, description: 'Why it failed, for people.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was asked for.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', nullable: true, description: 'When a worker first took it.' }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true, description: 'When it ended.' }),
  }),
});

builder.queryFields((t) => ({
  jobRun: t.field({
    type: JobRun,
    nullable: true,
    description: 'A run by its global ID; null when there is none (operators).',
    args: { id: t.arg.globalID({ for: [JobRun], required: true, description: 'Its global ID.' }) },
    resolve: (_root, { id }, { viewer, hq }) => {
      mustOperate(viewer, 'reading job runs');
      return hq.read((db) => jobRunById(db, numberOf(id)));
    },
  }),
  jobRuns: t.connection(
    {
      type: JobRun,
      nullable: true,
      description: 'Runs, newest first (operators).',
      args: {
        job: t.arg({ type: JobNameType, description: 'Only of this job or chain.' }),
        state: t.arg({ type: RunState, description: 'Only in this state.' }),
        cause: t.arg({ type: Cause, description: 'Only started for this reason.' }),
      },
      resolve: (_root, args, { viewer, hq }) => {
        mustOperate(viewer, 'reading job runs');
        const { job, state, cause } = args;
        const where = { ...(job ? { job } : {}), ...(state ? { state } : {}), ...(cause ? { cause } : {}) };
        return listById(hq, args, (db, page) => entityPage(db, JobRunRow, 'id', where, page), 'newest first');
      },
    },
    { name: 'JobRunConnection' },
    { name: 'JobRunEdge' },
  ),
}));

const RunJobInput = builder.inputType('RunJobInput', {
  description: 'For which channels.',
  fields: (t) => ({
    channels: t.stringList({
      description:
        'Codes of channels; null or left out: all. The P-job uploads the whole channel database that a channel lives in.',
      ...atMost(MOST_CHANNELS),
    }),
    businessDate: t.field({
      type: 'Date',
      description:
        'For statements: only sales and shifts up to this business day. Default: up to the day that it is in each channel’s time zone.',
    }),
  }),
});

const JobRunInput = builder.inputType('JobRunInput', {
  description: 'Which run.',
  fields: (t) => ({ id: t.globalID({ for: [JobRun], required: true, description: 'Its global ID.' }) }),
});

const joins =
  'When the same job waits or runs for the same channels already, that run is answered and none is started.';

async function startJob(
  job: JobName,
  { channels, businessDate }: { channels?: readonly string[] | null; businessDate?: string | null },
  context: Context,
): Promise<JobRunRow> {
  const { viewer } = context;
  mustOperate(viewer, 'running jobs');
  const { run } = await start(context, {
    job,
    steps: stepsOf(job),
    channels: namedChannels(context, channels),
    ...(businessDate ? { arguments: { businessDate } } : {}),
    requestedBy: viewer.name,
    cause: 'OPERATOR',
  });
  return run;
}

const starters = {
  runConversion: [
    'conversion',
    `Converts pending customers (operators): P-job, Synchronize customers and channel requests, 1010. ${joins}`,
  ],
  runPJob: ['p-job', `Starts the P-job (operators). ${joins}`],
  runSynchronizeCustomers: [
    'synchronize-customers',
    `Starts Synchronize customers and channel requests (operators). ${joins}`,
  ],
  runSynchronizeOrders: ['synchronize-orders', `Starts Synchronize orders (operators). ${joins}`],
  runValidateTransactions: ['validate-transactions', `Starts Validate store transactions (operators). ${joins}`],
  runCalculateStatements: ['calculate-statements', `Calculates statements (operators). ${joins}`],
  runPostStatements: [
    'post-statements',
    `Posts calculated statements, those included that stopped at an error (operators). ${joins}`,
  ],
  runEndOfDay: [
    'end-of-day',
    `Runs the end of day (operators): P-job, customers, orders, validation, calculating, posting, 1010. ${joins}`,
  ],
  runDownload1010: ['download-1010', `Starts 1010 (operators). ${joins}`],
} satisfies Record<string, [JobName, string]>;

for (const [field, [job, description]] of Object.entries(starters)) {
  builder.mutationField(field, (t) =>
    t.field({
      type: JobRun,
      description,
      errors: { types: [ChannelNotFound] },
      args: { input: t.arg({ type: RunJobInput, required: true, description: 'For which channels.' }) },
      resolve: (_root, { input }, context) => startJob(job, input, context),
    }),
  );
}

builder.mutationFields((t) => ({
  cancelJobRun: t.field({
    type: JobRun,
    description:
      'Cancels a run (operators): one that waits or whose worker has died at once, a running one after the batch that is under way. What was committed stays, and `progress` says how much.',
    errors: { types: [NotFound, WrongState] },
    args: { input: t.arg({ type: JobRunInput, required: true, description: 'Which run.' }) },
    resolve: (_root, { input }, context) => {
      mustOperate(context.viewer, 'cancelling job runs');
      return cancel(context, numberOf(input.id));
    },
  }),
  retryJobRun: t.field({
    type: JobRun,
    description: 'Queues a failed or cancelled run again (operators). It goes on where it stopped.',
    errors: { types: [NotFound, WrongState] },
    args: { input: t.arg({ type: JobRunInput, required: true, description: 'Which run.' }) },
    resolve: (_root, { input }, context) => {
      mustOperate(context.viewer, 'retrying job runs');
      return retry(context, numberOf(input.id));
    },
  }),
}));
