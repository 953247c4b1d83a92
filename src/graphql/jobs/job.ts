import {
  type causes,
  JobRun as JobRunRow,
  type Progress,
  type runStates,
  type Step,
  type StepFailure,
  type stepStates,
} from '../../data/hq/job-run.ts';
import { jobRunsById, withProgress } from '../../data/hq/run-progress.ts';
import { countWhere, keysetPage } from '../../data/keyset-page.ts';
import type { ErrorCode as Code } from '../../errors.ts';
import { ChannelNotFound, InvalidInput, NotFound, WrongState } from '../../errors.ts';
import {
  enumValueOf,
  type JobName,
  jobNames,
  jobs,
  jobsAndChains,
  stepsOf,
  takesBusinessDate,
} from '../../jobs/index.ts';
import { commonPhases, progressUnits } from '../../queue/job.ts';
import { cancel, retry, start } from '../../queue/queue.ts';
import { atMost, MOST_CHANNELS, requiredId } from '../arguments.ts';
import { builder } from '../builder.ts';
import { channelsField } from '../channel/channel.ts';
import { ErrorCode, errorField } from '../failures.ts';
import { conditionsOf, DateTimeRange, LARGEST_PAGE, listById, newestFirst, orderInput, rangesOf } from '../keyset.ts';
import {
  enumOf,
  idInput,
  numberId,
  type OperatorMutation,
  operatorAction,
  operatorNode,
  valueOrNull,
} from '../vocabulary.ts';

export const JobNameType = builder.enumType('JobName', {
  description: 'A job, or a chain of jobs.',
  values: Object.fromEntries(
    jobsAndChains.map(({ name, description }) => [enumValueOf(name), { value: name, description }]),
  ),
});

const RunState = enumOf<(typeof runStates)[number]>('JobRunState', 'The state of a run.', {
  QUEUED:
    'Waiting for a worker, or for a retry. If channel databases were unavailable, `steps.failures` names them, and the retry covers only these.',
  RUNNING: 'A worker is executing it.',
  SUCCEEDED: 'Done. Records that were set aside do not fail a run; see `progress.failed`.',
  FAILED: 'Ended with an error. What was committed stays, and the run can be retried.',
  CANCELED: 'Canceled by an operator. What was committed stays, and the run can be retried.',
});

const StepState = enumOf<(typeof stepStates)[number]>('JobStepState', 'The state of a step.', {
  WAITING: 'Not started.',
  RUNNING: 'In progress.',
  SUCCEEDED: 'Done.',
  FAILED: 'Ended with failures; see `failures`.',
  CANCELED: 'Canceled before it was done.',
});

const Cause = enumOf<(typeof causes)[number]>('JobRunCause', 'Why a run was started.', {
  OPERATOR: 'An operator requested it.',
  SCHEDULE: 'A schedule was due.',
  LIVE: 'A channel had new data (live conversion).',
});

export const ProgressUnit = enumOf<keyof typeof progressUnits>('ProgressUnit', 'What a job counts.', progressUnits);

const JobPhase = enumOf<string>(
  'JobPhase',
  'What a step is doing.',
  Object.assign({ ...commonPhases }, ...jobs.map(({ phases }) => phases)),
);

/** Progress with the job that made it. */
type OfJob = Progress & { job: string };

const JobProgress = builder.objectRef<OfJob>('JobProgress').implement({
  description: 'The progress of a step. In a step that succeeded, `done` and `failed` add up to `total`.',
  fields: (t) => ({
    unit: t.field({
      type: ProgressUnit,
      description: 'What the numbers count. It is the same for every run of a job.',
      resolve: ({ job }) => jobs.find(({ name }) => name === job)!.unit,
    }),
    phase: t.expose('phase', { type: JobPhase, description: 'What the step is doing.' }),
    done: t.expose('done', { type: 'BigInt', description: 'How many are done, including earlier attempts.' }),
    total: t.expose('total', {
      type: 'BigInt',
      description:
        'How many there are, counted at the start. It grows if more arrive, and shrinks by those that wait or that another run has processed.',
    }),
    failed: t.expose('failed', {
      type: 'BigInt',
      description: 'How many were set aside with a reason. `attention` lists them.',
    }),
    waiting: t.expose('waiting', {
      type: 'BigInt',
      description:
        'How many turned out to be unable to continue yet, such as an order whose customer has not arrived. They are not part of `total`. A later run continues with them.',
    }),
    ratePerSecond: t.exposeInt('ratePerSecond', {
      nullable: true,
      description: 'How many were done per second over the last five seconds. Null until known.',
    }),
    eta: t.expose('eta', {
      type: 'DateTime',
      nullable: true,
      description: 'When the step will be done at this rate. Null if unknown, or if it is done.',
    }),
  }),
});

const progressOf = ({ job, progress }: Step): OfJob => ({ ...progress, job });

const Failures = builder.objectRef<StepFailure>('JobStepFailure').implement({
  description: 'A failure of one channel database, or of a step as a whole. The step continues for the others.',
  fields: (t) => ({
    channelDatabase: t.exposeString('channelDatabase', {
      nullable: true,
      description: 'Name of the channel database that failed; null for the step as a whole.',
    }),
    errorCode: t.field({
      type: ErrorCode,
      description: 'The kind of failure.',
      resolve: ({ code }) => code as Code,
    }),
    message: t.exposeString('message', { description: 'The error, for people.' }),
  }),
});

const JobStep = builder.objectRef<Step>('JobStep').implement({
  description: 'One job of a run.',
  fields: (t) => ({
    job: t.field({ type: JobNameType, description: 'The job this step runs.', resolve: ({ job }) => job as JobName }),
    state: t.expose('state', { type: StepState, description: 'The state of the step.' }),
    progress: t.field({ type: JobProgress, description: 'The progress of the step.', resolve: progressOf }),
    failures: t.expose('failures', {
      type: [Failures],
      ...atMost(LARGEST_PAGE),
      description: 'What failed, by channel database; empty if nothing has.',
    }),
    startedAt: valueOrNull(t, 'DateTime', 'startedAt', 'When the step first started; null if it has not.'),
    finishedAt: valueOrNull(t, 'DateTime', 'finishedAt', 'When the step ended; null if it has not.'),
  }),
});

export const JobRun = operatorNode<JobRunRow, number>('JobRun', {
  parse: numberId,
  keyOf: ({ id }) => id,
  read: jobRunsById,
});
JobRun.implement({
  description:
    'One run of a job or chain, with its state, progress, and result. It survives a crash and continues where it stopped.',
  fields: (t) => ({
    job: t.field({ type: JobNameType, description: 'The job or chain.', resolve: ({ job }) => job as JobName }),
    businessDate: t.field({
      type: 'LocalDate',
      nullable: true,
      description: 'For statements, the last business date included; null for today in each channel’s time zone.',
      resolve: ({ arguments: given }) => given?.businessDate ?? null,
    }),
    channels: channelsField(t),
    state: t.expose('state', { type: RunState, description: 'The state of the run.' }),
    steps: t.expose('steps', {
      type: [JobStep],
      ...atMost(jobNames.length),
      description: 'The jobs of the run, in order of execution.',
    }),
    progress: t.field({
      type: JobProgress,
      description: 'Progress of the step in progress or, between steps and at the end, of the latest step.',
      resolve: ({ steps }) =>
        progressOf(
          steps.find(({ state }) => state === 'RUNNING') ??
            steps.findLast(({ state }) => state !== 'WAITING') ??
            steps[0]!,
        ),
    }),
    cause: t.expose('cause', { type: Cause, description: 'Why the run was started.' }),
    requestedBy: t.exposeString('requestedBy', {
      description: 'The operator, schedule, or process that requested the run.',
    }),
    attempt: t.exposeInt('attempt', {
      description: 'How many times a worker has started it; more than 1 after a crash, a restart, or a retry.',
    }),
    cancelRequested: t.boolean({
      description: 'Whether an operator has asked to cancel it.',
      resolve: ({ cancelRequested }) => Boolean(cancelRequested),
    }),
    error: errorField(t, 'The error that ended the run; null unless it failed.'),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the run was requested.' }),
    startedAt: valueOrNull(t, 'DateTime', 'startedAt', 'When a worker first started it; null if none has.'),
    finishedAt: valueOrNull(t, 'DateTime', 'finishedAt', 'When the run ended; null until then.'),
  }),
});

const JobRunFilter = builder.inputType('JobRunFilter', {
  description: 'Limits a list of runs to those that match every field.',
  fields: (t) => ({
    jobs: t.field({ type: [JobNameType], description: 'Only runs of these jobs or chains.' }),
    states: t.field({ type: [RunState], description: 'Only runs in one of these states.' }),
    causes: t.field({ type: [Cause], description: 'Only runs started for one of these reasons.' }),
    createdAt: t.field({ type: DateTimeRange, description: 'Only runs requested in this period.' }),
  }),
});

const JobRunOrder = orderInput('JobRun', {
  CREATED_AT: { by: 'createdAt', description: 'When the run was requested.' },
});

builder.queryFields((t) => ({
  jobRun: t.field({
    type: JobRun,
    nullable: true,
    description: 'A run by its global ID; null if there is none.',
    authScopes: { operator: 'reading job runs' },
    args: { id: t.arg(requiredId(JobRun, 'Global ID of the run.')) },
    resolve: (_root, { id }) => id,
  }),
  jobRuns: t.connection(
    {
      type: JobRun,
      nullable: true,
      description:
        'Runs, newest first unless `orderBy` says otherwise. Ended runs are kept for 30 days (`KEEP_DAYS`), and of the live ones the newest 1,000.',
      authScopes: { operator: 'reading job runs' },
      args: {
        filter: t.arg({ type: JobRunFilter, description: 'The runs to list. Default: all.' }),
        orderBy: t.arg({ type: JobRunOrder, description: 'The order of the runs. Default: newest first.' }),
      },
      resolve: (_root, args, { hq }) => {
        const { jobs, states, causes, ...ranges } = conditionsOf(args.filter);
        const where = { job: jobs, state: states, cause: causes, ...rangesOf(ranges, ['createdAt']) };
        return listById(
          hq,
          args,
          async (db, page) => withProgress(db, await keysetPage(db, JobRunRow, 'id', where, page)),
          {
            orderBy: args.orderBy ?? newestFirst,
            count: (db) => countWhere(db, JobRunRow, where),
          },
        );
      },
    },
    { name: 'JobRunConnection' },
    { name: 'JobRunEdge' },
  ),
}));

const about = {
  channels:
    'Codes of the channels. Omit it, or pass null, for all channels. The P-job always uploads entire channel databases, including other channels that share one.',
  businessDate:
    'The last business date whose sales and shifts are included. Default: today in each channel’s time zone.',
  queued:
    'The run is only queued, and the result shows it as it is then: pass its `id` to the subscription `jobRun` to follow it to its end, or to the query `jobRun`. If the same job is already queued or running for the same channels and days, returns that run instead.',
};

const RunJobInput = builder.inputType('RunJobInput', {
  description: 'A job, and the channels and business dates to run it for.',
  fields: (t) => ({
    job: t.field({ type: JobNameType, required: true, description: 'The job or chain to run.' }),
    channels: t.stringList({ description: about.channels, ...atMost(MOST_CHANNELS) }),
    businessDate: t.field({
      type: 'LocalDate',
      description: `${about.businessDate} Only for ${jobNames.filter(takesBusinessDate).map(enumValueOf).join(', ')}.`,
    }),
  }),
});

const RunConversionInput = builder.inputType('RunConversionInput', {
  description: 'The channels to convert.',
  fields: (t) => ({ channels: t.stringList({ description: about.channels, ...atMost(MOST_CHANNELS) }) }),
});

const RunEndOfDayInput = builder.inputType('RunEndOfDayInput', {
  description: 'The channels and business dates to close.',
  fields: (t) => ({
    channels: t.stringList({ description: about.channels, ...atMost(MOST_CHANNELS) }),
    businessDate: t.field({ type: 'LocalDate', description: about.businessDate }),
  }),
});

interface Asked {
  channels?: readonly string[] | null | undefined;
  businessDate?: string | null | undefined;
}

/** A mutation that starts a job. */
function starter<Input extends Asked>(
  name: string,
  options: Pick<OperatorMutation<typeof JobRun, Input>, 'input' | 'inputDescription' | 'description'>,
  jobOf: (input: Input) => JobName,
): void {
  operatorAction(name, {
    ...options,
    type: JobRun,
    description: `${options.description} ${about.queued}`,
    may: 'running jobs',
    failures: [ChannelNotFound],
    async run(input, { actor }, context) {
      const job = jobOf(input);
      const { channels, businessDate } = input;
      if (businessDate && !takesBusinessDate(job))
        throw new InvalidInput(['businessDate'], `has no meaning for ${enumValueOf(job)}`, 'CONSISTENCY');
      for (const code of channels ?? []) await context.channels.lookUp(code);
      const { run } = await start(context, {
        job,
        steps: stepsOf(job),
        channels: channels ? [...channels] : null,
        arguments: businessDate ? { businessDate } : undefined,
        requestedBy: actor,
        cause: 'OPERATOR',
      });
      return run;
    },
  });
}

starter(
  'runJob',
  {
    input: RunJobInput,
    inputDescription: 'The job to run, and what to run it for.',
    description: 'Starts any job or chain; see `JobName` for what each does.',
  },
  ({ job }) => job,
);

starter(
  'runConversion',
  {
    input: RunConversionInput,
    inputDescription: 'The channels to convert.',
    description:
      'Gives pending customers their account IDs: runs the P-job, Synchronize customers and channel requests, and 1010. The same as `runJob` with CONVERSION.',
  },
  () => 'conversion',
);

starter(
  'runEndOfDay',
  {
    input: RunEndOfDayInput,
    inputDescription: 'The channels and business dates to close.',
    description:
      'Closes business dates: runs the P-job, customers, orders, validation, statement calculation and posting, and 1010. The same as `runJob` with END_OF_DAY.',
  },
  () => 'end-of-day',
);

const JobRunInput = idInput('JobRunInput', JobRun, 'Identifies a run.');

operatorAction('cancelJobRun', {
  type: JobRun,
  input: JobRunInput,
  inputDescription: 'The run to cancel.',
  description:
    'Cancels a run: immediately if it is queued or its worker has died, otherwise after the current batch. What was committed stays, and `progress` shows how much.',
  may: 'canceling job runs',
  failures: [NotFound, WrongState],
  run: ({ id }, who, context) => cancel(context, id, who),
});

operatorAction('retryJobRun', {
  type: JobRun,
  input: JobRunInput,
  inputDescription: 'The run to retry.',
  description: 'Queues a failed or canceled run again. It continues where it stopped.',
  may: 'retrying job runs',
  failures: [NotFound, WrongState],
  run: ({ id }, who, context) => retry(context, id, who),
});
