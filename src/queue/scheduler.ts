import { changeSchedule, dueSchedules, type Schedule, scheduleById, takeDue } from '../data/hq/schedule.ts';
import { heldBack } from './crashes.ts';
import type { Chain, Job, Surroundings } from './job.ts';
import { announceQueued, enqueue } from './queue.ts';
import { correctNextRuns, nextRun } from './schedules.ts';

/** Ms after which a due run counts as missed, because the server was down. */
const MISSED_AFTER = 60_000;
/** Ms between corrections of times that are too far ahead. They are also corrected immediately when the clock goes back. */
const CORRECT_EVERY = 60_000;

/** Starts recurring jobs when they are due. */
export class Scheduler {
  private correctedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly surroundings: Surroundings,
    private readonly jobs: readonly (Job | Chain)[],
  ) {}

  /** Starts everything that is due, once, and returns the number of runs. */
  async runDue(): Promise<number> {
    const { hq, now } = this.surroundings;
    await this.correct();
    const due = await hq.read((db) => dueSchedules(db, now()));
    let started = 0;
    for (const schedule of due) if (await this.startRun(schedule)) started++;
    return started;
  }

  /** Starts the run of a schedule, if it is due. */
  async startScheduled(id: number): Promise<void> {
    const { hq, now, dispatcher } = this.surroundings;
    await this.correct();
    const schedule = await hq.read((db) => scheduleById(db, id));
    if (!schedule?.enabled || schedule.nextRunAt === null) return;
    if (schedule.nextRunAt <= now()) await this.startRun(schedule);
    else await hq.write((tx) => dispatcher.plan(tx, schedule));
  }

  private async correct(): Promise<void> {
    const { hq, now, dispatcher } = this.surroundings;
    const at = now();
    const sinceCorrected = Date.parse(at) - this.correctedAt;
    if (sinceCorrected >= 0 && sinceCorrected < CORRECT_EVERY) return;
    await hq.write((tx) => correctNextRuns(tx, dispatcher, at));
    this.correctedAt = Date.parse(at);
  }

  /** A run and its schedule's next time are stored in one transaction. Returns whether there is a run: a missed one may be skipped. */
  private async startRun(schedule: Schedule): Promise<boolean> {
    const { hq, now, log, dispatcher } = this.surroundings;
    const at = now();
    const missed = Date.parse(at) - Date.parse(schedule.nextRunAt!) > MISSED_AFTER;
    if (missed) {
      const { id, job, nextRunAt, missedRuns } = schedule;
      log.warn({ schedule: id, job, dueAt: nextRunAt, missedRuns }, 'missed a scheduled run');
    }
    const isHeldBack = (await heldBack(hq, schedule.job, at))(schedule.channels);
    if (isHeldBack)
      log.warn(
        { schedule: schedule.id, job: schedule.job },
        'held back a scheduled run because its job crashed the process',
      );
    const id = await hq.write(async (tx) => {
      const nextRunAt = nextRun(schedule.cron, schedule.timeZone, at);
      const isSkipped = isHeldBack || (missed && schedule.missedRuns === 'SKIP');
      if (!(await takeDue(tx, schedule, isSkipped ? { nextRunAt } : { nextRunAt, lastRunAt: at }))) return undefined;
      await dispatcher.plan(tx, { id: schedule.id, nextRunAt });
      if (isSkipped) return undefined;
      const job = this.jobs.find(({ name }) => name === schedule.job)!;
      const { run, joined } = await enqueue(
        tx,
        {
          job: job.name,
          steps: 'steps' in job ? job.steps : [job.name],
          channels: schedule.channels,
          requestedBy: `schedule ${schedule.id}`,
          cause: 'SCHEDULE',
        },
        at,
      );
      if (!joined) await dispatcher.dispatch(tx, run);
      await changeSchedule(tx, schedule.id, { lastRunId: run.id });
      return run.id;
    });
    if (id === undefined) return false;
    announceQueued(this.surroundings, id);
    return true;
  }
}
