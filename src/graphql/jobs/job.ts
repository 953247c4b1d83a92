import {
  type causes,
  JobRun as JobRunRow,
  jobRunsById,
  type Progress,
  type runStates,
  type Step,
  type StepFailure,
  type stepStates,
} from '../../data/hq/job-run.ts';
import { keysetPage } from '../../data/keyset-page.ts';
import { ChannelNotFound, NotFound, WrongState } from '../../errors.ts';
import { enumValueOf, type JobName, jobNames, jobsAndChains, mutationOf, stepsOf } from '../../jobs/index.ts';
import { cancel, retry, start } from '../../queue/queue.ts';
import { atMost, MOST_CHANNELS } from '../bounded.ts';
import { builder } from '../builder.ts';
import { Channel, namedChannels } from '../channel/channel.ts';
import { LARGEST_PAGE, listById } from '../keyset.ts';
import { enumOf, idInput, numberId, operatorAction, operatorNode } from '../vocabulary.ts';

export const JobNameType = builder.enumType('JobName', {
  description: 'A job, or a chain of jobs.',
  values: Object.fromEntries(
    jobsAndChains.map(({ name, description }) => [enumValueOf(name), { value: name, description }]),
  ),
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

export const JobRun = operatorNode<JobRunRow, number>('JobRun', {
  parse: numberId,
  keyOf: ({ id }) => id,
  read: jobRunsById,
});
JobRun.implement({
  description:
    'A job or chain that was asked for once: its state, progress and result. It survives a crash and goes on where it stopped.',
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
    description: 'A run by its global ID; null when there is none.',
    authScopes: { operator: 'reading job runs' },
    args: { id: t.arg.globalID({ for: [JobRun], required: true, description: 'Its global ID.' }) },
    resolve: (_root, { id }) => id.id,
  }),
  jobRuns: t.connection(
    {
      type: JobRun,
      nullable: true,
      description: 'Runs, newest first.',
      authScopes: { operator: 'reading job runs' },
      args: {
        job: t.arg({ type: JobNameType, description: 'Only of this job or chain.' }),
        state: t.arg({ type: RunState, description: 'Only in this state.' }),
        cause: t.arg({ type: Cause, description: 'Only started for this reason.' }),
      },
      resolve: (_root, args, { hq }) => {
        const { job, state, cause } = args;
        const where = { job: job ?? undefined, state: state ?? undefined, cause: cause ?? undefined };
        return listById(hq, args, (db, page) => keysetPage(db, JobRunRow, 'id', where, page), 'newest first');
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

const joins =
  'When the same job waits or runs for the same channels already, that run is answered and none is started.';

for (const { name: job, starts } of jobsAndChains)
  if (starts)
    operatorAction(mutationOf(job), {
      type: JobRun,
      input: RunJobInput,
      inputDescription: 'For which channels.',
      description: `${starts} ${joins}`,
      may: 'running jobs',
      failures: [ChannelNotFound],
      async run({ channels, businessDate }, { actor }, context) {
        const { run } = await start(context, {
          job,
          steps: stepsOf(job),
          channels: namedChannels(context, channels),
          ...(businessDate ? { arguments: { businessDate } } : {}),
          requestedBy: actor,
          cause: 'OPERATOR',
        });
        return run;
      },
    });

const JobRunInput = idInput('JobRunInput', JobRun, 'Which run.');

operatorAction('cancelJobRun', {
  type: JobRun,
  input: JobRunInput,
  inputDescription: 'Which run.',
  description:
    'Cancels a run: one that waits or whose worker has died at once, a running one after the batch that is under way. What was committed stays, and `progress` says how much.',
  may: 'cancelling job runs',
  failures: [NotFound, WrongState],
  run: ({ id }, _who, context) => cancel(context, id.id),
});

operatorAction('retryJobRun', {
  type: JobRun,
  input: JobRunInput,
  inputDescription: 'Which run.',
  description: 'Queues a failed or cancelled run again. It goes on where it stopped.',
  may: 'retrying job runs',
  failures: [NotFound, WrongState],
  run: ({ id }, _who, context) => retry(context, id.id),
});
