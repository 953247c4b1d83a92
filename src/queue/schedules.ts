import { Cron } from 'croner';
import type { EntityManager } from 'typeorm';
import { type Actor, audit, changesBetween } from '../data/hq/audit.ts';
import {
  allSchedules,
  changeSchedule,
  deleteSchedule,
  insertSchedule,
  type MissedRuns,
  type Schedule,
  scheduleById,
  takeDue,
} from '../data/hq/schedule.ts';
import { InvalidInput, NotFound } from '../errors.ts';
import type { Dispatcher } from './dispatcher.ts';

const MOST_SCHEDULES = 100;

type Planner = Pick<Dispatcher, 'plan'>;

/** A schedule that is switched off is never due. */
const plannedOf = ({ id, enabled, nextRunAt }: Pick<Schedule, 'id' | 'enabled' | 'nextRunAt'>) => ({
  id,
  nextRunAt: enabled ? nextRunAt : null,
});

/** What operators decide about a schedule. */
const settings = ['job', 'channels', 'cron', 'timeZone', 'enabled', 'missedRuns'] as const;

const subjectOf = ({ id, job }: Schedule) => ({ type: 'Schedule', key: id, name: `Schedule ${id} of ${job}` });

/** When a schedule is next due after `after`; null if never. Throws InvalidInput if the pattern or the time zone is invalid. */
export function nextRun(cron: string, timeZone: string, after: string): string | null {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch {
    throw new InvalidInput(['timeZone'], 'must be an IANA time zone such as America/Chicago', 'FORMAT');
  }
  let pattern: Cron;
  try {
    pattern = new Cron(cron, { timezone: timeZone, paused: true, mode: '5-or-6-parts' });
  } catch {
    throw new InvalidInput(['cron'], 'must be a cron pattern such as "*/5 * * * *"', 'FORMAT');
  }
  return pattern.nextRun(new Date(after))?.toISOString() ?? null;
}

export async function createSchedule(
  tx: EntityManager,
  input: {
    job: string;
    channels: string[] | null;
    cron: string;
    timeZone: string;
    enabled: boolean;
    missedRuns: MissedRuns;
  },
  who: Actor,
  dispatcher: Planner,
): Promise<Schedule> {
  const { at } = who;
  if ((await allSchedules(tx)).length >= MOST_SCHEDULES)
    throw new InvalidInput([], `there are already ${MOST_SCHEDULES} schedules`);
  const nextRunAt = nextRun(input.cron, input.timeZone, at);
  const times = { nextRunAt, lastRunId: null, lastRunAt: null, createdAt: at, updatedAt: at };
  const schedule = await insertSchedule(tx, { ...input, ...times });
  await dispatcher.plan(tx, plannedOf(schedule));
  await audit(tx, who, 'CREATE_SCHEDULE', subjectOf(schedule), changesBetween(null, schedule, settings));
  return schedule;
}

type ScheduleChange = { [field in 'cron' | 'timeZone' | 'enabled' | 'missedRuns']?: Schedule[field] | null } & {
  channels?: string[] | null;
};

export async function updateSchedule(
  tx: EntityManager,
  id: number,
  change: ScheduleChange,
  who: Actor,
  dispatcher: Planner,
): Promise<Schedule> {
  const { at } = who;
  const schedule = await scheduleById(tx, id);
  if (!schedule) throw new NotFound('schedule');
  const next = {
    job: schedule.job,
    channels: change.channels === undefined ? schedule.channels : change.channels,
    cron: change.cron ?? schedule.cron,
    timeZone: change.timeZone ?? schedule.timeZone,
    enabled: change.enabled ?? schedule.enabled,
    missedRuns: change.missedRuns ?? schedule.missedRuns,
  };
  const nextRunAt = nextRun(next.cron, next.timeZone, at);
  await changeSchedule(tx, id, { ...next, nextRunAt, updatedAt: at });
  await dispatcher.plan(tx, plannedOf({ id, enabled: next.enabled, nextRunAt }));
  await audit(tx, who, 'UPDATE_SCHEDULE', subjectOf(schedule), changesBetween(schedule, next, settings));
  return (await scheduleById(tx, id))!;
}

export async function removeSchedule(
  tx: EntityManager,
  id: number,
  who: Actor,
  dispatcher: Planner,
): Promise<Schedule> {
  const schedule = await scheduleById(tx, id);
  if (!schedule) throw new NotFound('schedule');
  await deleteSchedule(tx, id);
  await dispatcher.plan(tx, { id, nextRunAt: null });
  await audit(tx, who, 'DELETE_SCHEDULE', subjectOf(schedule), changesBetween(schedule, null, settings));
  return schedule;
}

/**
 * Corrects when schedules run next: if the time is missing, as in a new database, or later than the pattern says because the clock was ahead
 * when it was calculated.
 */
export async function correctNextRuns(tx: EntityManager, dispatcher: Planner, at: string): Promise<void> {
  for (const schedule of await allSchedules(tx)) {
    const { id, cron, timeZone, enabled, nextRunAt: planned } = schedule;
    const nextRunAt = enabled ? nextRun(cron, timeZone, at) : null;
    if (nextRunAt === null) continue;
    if (planned === null) await changeSchedule(tx, id, { nextRunAt });
    else if (planned <= nextRunAt || !(await takeDue(tx, schedule, { nextRunAt }))) continue;
    await dispatcher.plan(tx, { id, nextRunAt });
  }
}
