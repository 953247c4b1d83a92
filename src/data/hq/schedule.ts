import { type EntityManager, EntitySchema, LessThanOrEqual } from 'typeorm';

export const missedRunPolicies = ['RUN_ONCE', 'SKIP'] as const;
export type MissedRuns = (typeof missedRunPolicies)[number];

/** A job or chain that recurs. */
export interface Schedule {
  id: number;
  job: string;
  channels: string[] | null;
  cron: string;
  timeZone: string;
  enabled: boolean;
  missedRuns: MissedRuns;
  nextRunAt: string | null;
  lastRunId: number | null;
  lastRunAt: string | null;
  createdAt: string;
  updatedAt: string;
}

export const schedules = new EntitySchema<Schedule>({
  name: 'schedule',
  columns: {
    id: { type: 'bigint', primary: true, generated: true },
    job: { type: 'text' },
    channels: { type: 'simple-json', nullable: true },
    cron: { type: 'text' },
    timeZone: { type: 'text' },
    enabled: { type: 'boolean' },
    missedRuns: { type: 'text' },
    nextRunAt: { type: 'text', nullable: true },
    lastRunId: { type: 'bigint', nullable: true },
    lastRunAt: { type: 'text', nullable: true },
    createdAt: { type: 'text' },
    updatedAt: { type: 'text' },
  },
});

export const allSchedules = (db: EntityManager) => db.find(schedules, { order: { id: 'asc' } });

export const scheduleById = (db: EntityManager, id: number) => db.findOneBy(schedules, { id });

export const dueSchedules = (db: EntityManager, now: string) =>
  db.find(schedules, { where: { enabled: true, nextRunAt: LessThanOrEqual(now) }, order: { id: 'asc' } });

export const insertSchedule = (tx: EntityManager, schedule: Omit<Schedule, 'id'>): Promise<Schedule> =>
  tx.save(schedules, schedule as Schedule);

export const changeSchedule = (tx: EntityManager, id: number, change: Partial<Schedule>) =>
  tx.update(schedules, { id }, change);

/** Moves on to the next time only if nobody else has: so a due time starts one run, whoever looks. */
export async function takeDue(
  tx: EntityManager,
  { id, nextRunAt }: Schedule,
  change: Partial<Schedule>,
): Promise<boolean> {
  const { affected } = await tx.update(schedules, { id, nextRunAt: nextRunAt! }, change);
  return affected === 1;
}

export const deleteSchedule = (tx: EntityManager, id: number) => tx.delete(schedules, { id });
