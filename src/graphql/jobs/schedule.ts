import {
  allSchedules,
  type missedRunPolicies,
  type Schedule as ScheduleRow,
  scheduleById,
} from '../../data/hq/schedule.ts';
import { ChannelNotFound, InvalidInput, NotFound } from '../../errors.ts';
import type { JobName } from '../../jobs/index.ts';
import { createSchedule, removeSchedule, updateSchedule } from '../../queue/schedules.ts';
import { atMost, MOST_CHANNELS } from '../bounded.ts';
import { builder } from '../builder.ts';
import { Channel, namedChannels } from '../channel/channel.ts';
import { LARGEST_PAGE } from '../keyset.ts';
import { enumOf, idInput, numberId, oneByOne, operatorMutation, operatorNode } from '../vocabulary.ts';
import { JobNameType, JobRun } from './job.ts';

const MissedRuns = enumOf<(typeof missedRunPolicies)[number]>(
  'MissedRuns',
  'What happens with times that passed while headquarters was down.',
  {
    RUN_ONCE: 'Run once at the next start, however many were missed.',
    SKIP: 'Wait for the next time.',
  },
);

const Schedule = operatorNode<ScheduleRow, number>('Schedule', {
  parse: numberId,
  keyOf: ({ id }) => id,
  read: oneByOne(scheduleById),
});
Schedule.implement({
  description:
    'A job or chain that recurs. A conversion every five minutes is there from the start, as the safety net of live conversion.',
  fields: (t) => ({
    job: t.field({ type: JobNameType, description: 'What recurs.', resolve: ({ job }) => job as JobName }),
    channels: t.field({
      type: [Channel],
      ...atMost(MOST_CHANNELS),
      nullable: true,
      description: 'For which channels; null for all.',
      resolve: ({ channels: codes }, _args, { channels }) =>
        codes && channels.all().filter(({ code }) => codes.includes(code)),
    }),
    cron: t.exposeString('cron', {
      description:
        'Cron pattern: minute, hour, day of month, month, day of week; with six parts the first is the second.',
    }),
    timeZone: t.exposeString('timeZone', { description: 'IANA time zone in which the pattern is read.' }),
    enabled: t.boolean({ description: 'Whether it runs.', resolve: ({ enabled }) => Boolean(enabled) }),
    missedRuns: t.expose('missedRuns', { type: MissedRuns, description: 'What happens with missed times.' }),
    nextRunAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it runs next; null when it is disabled.',
      resolve: ({ enabled, nextRunAt }) => (enabled ? nextRunAt : null),
    }),
    lastRunAt: t.expose('lastRunAt', { type: 'DateTime', nullable: true, description: 'When it ran last.' }),
    lastRun: t.field({
      type: JobRun,
      nullable: true,
      description: 'Its last run, while that is kept.',
      resolve: ({ lastRunId }) => lastRunId,
    }),
  }),
});

builder.queryField('schedules', (t) =>
  t.field({
    type: [Schedule],
    nullable: true,
    ...atMost(LARGEST_PAGE),
    description: 'All schedules. There are at most 100.',
    authScopes: { operator: 'reading schedules' },
    resolve: (_root, _args, { hq }) => hq.read(allSchedules),
  }),
);

const CreateScheduleInput = builder.inputType('CreateScheduleInput', {
  description: 'A new schedule.',
  fields: (t) => ({
    job: t.field({ type: JobNameType, required: true, description: 'What recurs.' }),
    channels: t.stringList({ description: 'Codes of channels; null or left out: all.', ...atMost(MOST_CHANNELS) }),
    cron: t.string({
      required: true,
      description: 'Cron pattern of five parts, e.g. `*/5 * * * *`, or six with seconds first.',
    }),
    timeZone: t.string({ required: true, defaultValue: 'UTC', description: 'IANA time zone.' }),
    enabled: t.boolean({ required: true, defaultValue: true, description: 'Whether it runs.' }),
    missedRuns: t.field({
      type: MissedRuns,
      required: true,
      defaultValue: 'RUN_ONCE',
      description: 'What happens with missed times.',
    }),
  }),
});

const UpdateScheduleInput = builder.inputType('UpdateScheduleInput', {
  description: 'What to change; what is left out stays.',
  fields: (t) => ({
    id: t.globalID({ for: [Schedule], required: true, description: 'Which schedule.' }),
    channels: t.stringList({ description: 'Codes of channels; null: all.', ...atMost(MOST_CHANNELS) }),
    cron: t.string({ description: 'Cron pattern.' }),
    timeZone: t.string({ description: 'IANA time zone.' }),
    enabled: t.boolean({ description: 'Whether it runs.' }),
    missedRuns: t.field({ type: MissedRuns, description: 'What happens with missed times.' }),
  }),
});

operatorMutation('createSchedule', {
  type: Schedule,
  input: CreateScheduleInput,
  inputDescription: 'The schedule.',
  description: 'Adds a schedule.',
  may: 'changing schedules',
  failures: [InvalidInput, ChannelNotFound],
  run: (tx, input, { at }, context) =>
    createSchedule(tx, { ...input, channels: namedChannels(context, input.channels) }, at),
});

operatorMutation('updateSchedule', {
  type: Schedule,
  input: UpdateScheduleInput,
  inputDescription: 'What to change.',
  description: 'Changes a schedule. Its next time is worked out anew.',
  may: 'changing schedules',
  failures: [InvalidInput, ChannelNotFound, NotFound],
  run: (tx, { id, channels, ...change }, { at }, context) => {
    const scope = channels === undefined ? {} : { channels: namedChannels(context, channels) };
    return updateSchedule(tx, id.id, { ...change, ...scope }, at);
  },
});

operatorMutation('deleteSchedule', {
  type: Schedule,
  input: idInput('DeleteScheduleInput', Schedule, 'Which schedule.'),
  description: 'Removes a schedule and answers what it was. Its runs stay.',
  may: 'changing schedules',
  failures: [NotFound],
  run: (tx, { id }) => removeSchedule(tx, id.id),
});
