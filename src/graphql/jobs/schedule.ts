import { type missedRunPolicies, Schedule as ScheduleRow, scheduleById } from '../../data/hq/schedule.ts';
import { countWhere, keysetPage } from '../../data/keyset-page.ts';
import { ChannelNotFound, InvalidInput, NotFound } from '../../errors.ts';
import type { JobName } from '../../jobs/index.ts';
import { createSchedule, removeSchedule, updateSchedule } from '../../queue/schedules.ts';
import { atMost, MOST_CHANNELS, requiredId } from '../arguments.ts';
import { builder } from '../builder.ts';
import { channelsField } from '../channel/channel.ts';
import type { Context } from '../context.ts';
import { byKey, conditionsOf, listById, orderInput } from '../keyset.ts';
import { enumOf, idInput, numberId, oneByOne, operatorMutation, operatorNode, valueOrNull } from '../vocabulary.ts';
import { JobNameType, JobRun } from './job.ts';

const MissedRuns = enumOf<(typeof missedRunPolicies)[number]>(
  'MissedRuns',
  'What to do about runs that were due while headquarters was down.',
  {
    RUN_ONCE: 'Run once when headquarters starts again, however many runs were missed.',
    SKIP: 'Skip the missed runs and wait for the next scheduled time.',
  },
);

const Schedule = operatorNode<ScheduleRow, number>('Schedule', {
  parse: numberId,
  keyOf: ({ id }) => id,
  read: oneByOne(scheduleById),
});
Schedule.implement({
  description:
    'A recurring job or chain. A new headquarters has one schedule: a conversion every five minutes, as a safety net for live conversion.',
  fields: (t) => ({
    job: t.field({ type: JobNameType, description: 'The job or chain to run.', resolve: ({ job }) => job as JobName }),
    channels: channelsField(t),
    cron: t.exposeString('cron', {
      description:
        'Cron pattern: minute, hour, day of month, month, and day of week. A pattern of six parts starts with the second.',
    }),
    timeZone: t.expose('timeZone', { type: 'TimeZone', description: 'Time zone of the pattern.' }),
    enabled: t.boolean({
      description: 'Whether the schedule starts runs.',
      resolve: ({ enabled }) => Boolean(enabled),
    }),
    missedRuns: t.expose('missedRuns', { type: MissedRuns, description: 'What to do about missed runs.' }),
    nextRunAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it runs next; null if it is disabled or never runs again.',
      resolve: ({ enabled, nextRunAt }) => (enabled ? nextRunAt : null),
    }),
    lastRunAt: valueOrNull(t, 'DateTime', 'lastRunAt', 'When it last started a run; null if it never has.'),
    lastRun: t.field({
      type: JobRun,
      nullable: true,
      description: 'The last run it started; null if there is none or it is no longer kept.',
      resolve: ({ lastRunId }) => lastRunId,
    }),
  }),
});

const ScheduleFilter = builder.inputType('ScheduleFilter', {
  description: 'Limits a list of schedules to those that match every field.',
  fields: (t) => ({
    jobs: t.field({ type: [JobNameType], description: 'Only schedules of these jobs or chains.' }),
    enabled: t.boolean({ description: 'Only schedules that start runs, or (false) only those that do not.' }),
  }),
});

const ScheduleOrder = orderInput('Schedule', {
  CREATED_AT: { by: byKey, description: 'When the schedule was created.' },
});

builder.queryField('schedules', (t) =>
  t.connection(
    {
      type: Schedule,
      nullable: true,
      description: 'Schedules, oldest first unless `orderBy` says otherwise. There can be at most 100.',
      args: {
        filter: t.arg({ type: ScheduleFilter, description: 'The schedules to list. Default: all.' }),
        orderBy: t.arg({ type: ScheduleOrder, description: 'The order of the schedules. Default: oldest first.' }),
      },
      authScopes: { operator: 'reading schedules' },
      resolve: (_root, args, { hq }) => {
        const { jobs, enabled } = conditionsOf(args.filter);
        const where = { job: jobs, enabled };
        return listById(hq, args, (db, page) => keysetPage(db, ScheduleRow, 'id', where, page), {
          orderBy: args.orderBy ?? 'ASC',
          count: (db) => countWhere(db, ScheduleRow, where),
        });
      },
    },
    { name: 'ScheduleConnection' },
    { name: 'ScheduleEdge' },
  ),
);

const CreateScheduleInput = builder.inputType('CreateScheduleInput', {
  description: 'The schedule to create.',
  fields: (t) => ({
    job: t.field({ type: JobNameType, required: true, description: 'The job or chain to run.' }),
    channels: t.stringList({
      description: 'Codes of the channels to run it for. Omit it, or pass null, for all channels.',
      ...atMost(MOST_CHANNELS),
    }),
    cron: t.string({
      required: true,
      description: 'Cron pattern of five parts, such as `*/5 * * * *`, or of six parts that start with the second.',
    }),
    timeZone: t.field({
      type: 'TimeZone',
      required: true,
      defaultValue: 'UTC',
      description: 'Time zone of the pattern, such as `America/Chicago`.',
    }),
    enabled: t.boolean({
      required: true,
      defaultValue: true,
      description: 'Whether the schedule starts runs.',
    }),
    missedRuns: t.field({
      type: MissedRuns,
      required: true,
      defaultValue: 'RUN_ONCE',
      description: 'What to do about missed runs.',
    }),
  }),
});

const UpdateScheduleInput = builder.inputType('UpdateScheduleInput', {
  description: 'The changes to a schedule; omitted fields keep their values.',
  fields: (t) => ({
    id: t.field(requiredId(Schedule, 'Global ID of the schedule.')),
    channels: t.stringList({
      description: 'Codes of the channels to run it for; null for all channels.',
      ...atMost(MOST_CHANNELS),
    }),
    cron: t.string({ description: 'Cron pattern of five parts, or of six parts that start with the second.' }),
    timeZone: t.field({ type: 'TimeZone', description: 'Time zone of the pattern, such as `America/Chicago`.' }),
    enabled: t.boolean({ description: 'Whether the schedule starts runs.' }),
    missedRuns: t.field({ type: MissedRuns, description: 'What to do about missed runs.' }),
  }),
});

const planned = (_schedule: unknown, { dispatcher }: Context) => dispatcher.wake();

operatorMutation('createSchedule', {
  type: Schedule,
  input: CreateScheduleInput,
  inputDescription: 'The schedule to create.',
  description: 'Creates a schedule. There can be at most 100.',
  may: 'changing schedules',
  failures: [InvalidInput, ChannelNotFound],
  channels: ({ channels }) => channels,
  run: (tx, { channels, ...input }, who, { dispatcher }) =>
    createSchedule(tx, { ...input, channels: channels ?? null }, who, dispatcher),
  afterCommit: planned,
});

operatorMutation('updateSchedule', {
  type: Schedule,
  input: UpdateScheduleInput,
  inputDescription: 'The schedule and the changes to it.',
  description: 'Changes a schedule and recalculates when it runs next.',
  may: 'changing schedules',
  failures: [InvalidInput, ChannelNotFound, NotFound],
  channels: ({ channels }) => channels,
  run: (tx, { id, ...change }, who, { dispatcher }) => updateSchedule(tx, id, change, who, dispatcher),
  afterCommit: planned,
});

operatorMutation('deleteSchedule', {
  type: Schedule,
  input: idInput('DeleteScheduleInput', Schedule, 'Identifies a schedule.'),
  inputDescription: 'The schedule to delete.',
  description: 'Deletes a schedule and returns it as it was. Runs it has started are kept.',
  may: 'changing schedules',
  failures: [NotFound],
  run: (tx, { id }, who, { dispatcher }) => removeSchedule(tx, id, who, dispatcher),
});
