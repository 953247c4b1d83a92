import { Column, Entity, type EntityManager, IsNull, LessThanOrEqual, Not, PrimaryGeneratedColumn } from 'typeorm';

export const missedRunPolicies = ['RUN_ONCE', 'SKIP'] as const;
export type MissedRuns = (typeof missedRunPolicies)[number];

/** A job or chain that recurs. Written by operators; the scheduler notes what it started and when it is due again. */
@Entity('schedule')
export class Schedule {
  @PrimaryGeneratedColumn({ type: 'bigint' }) id!: number;
  @Column({ type: 'text' }) job!: string;
  /** Null means all channels. */
  @Column({ type: 'json', nullable: true }) channels!: string[] | null;
  @Column({ type: 'text' }) cron!: string;
  @Column({ type: 'text' }) timeZone!: string;
  @Column({ type: 'boolean' }) enabled!: boolean;
  @Column({ type: 'text' }) missedRuns!: MissedRuns;
  @Column({ type: 'text', nullable: true }) nextRunAt!: string | null;
  @Column({ type: 'bigint', nullable: true }) lastRunId!: number | null;
  @Column({ type: 'text', nullable: true }) lastRunAt!: string | null;
  @Column({ type: 'text' }) createdAt!: string;
  @Column({ type: 'text' }) updatedAt!: string;
}

export const allSchedules = (db: EntityManager) => db.find(Schedule, { order: { id: 'asc' } });

export const scheduleById = (db: EntityManager, id: number) => db.findOneBy(Schedule, { id });

export const dueSchedules = (db: EntityManager, now: string) =>
  db.find(Schedule, { where: { enabled: true, nextRunAt: LessThanOrEqual(now) }, order: { id: 'asc' } });

/** When the next schedule is due; null if there is none. */
export const nextDueSchedule = async (db: EntityManager): Promise<string | null> => {
  const next = await db.findOne(Schedule, {
    where: { enabled: true, nextRunAt: Not(IsNull()) },
    order: { nextRunAt: 'asc' },
  });
  return next?.nextRunAt ?? null;
};

export const insertSchedule = (tx: EntityManager, schedule: Omit<Schedule, 'id'>): Promise<Schedule> =>
  tx.save(Schedule, schedule as Schedule);

export const changeSchedule = (tx: EntityManager, id: number, change: Partial<Schedule>) =>
  tx.update(Schedule, { id }, change);

/** Moves on to the next time only if nobody else has: so a due time starts one run, whoever looks. */
export async function takeDue(
  tx: EntityManager,
  { id, nextRunAt }: Schedule,
  change: Partial<Schedule>,
): Promise<boolean> {
  const { affected } = await tx.update(Schedule, { id, nextRunAt: nextRunAt! }, change);
  return affected === 1;
}

export const deleteSchedule = (tx: EntityManager, id: number) => tx.delete(Schedule, { id });
