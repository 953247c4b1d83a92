import { changeSchedule, dueSchedules, type Schedule, takeDue } from '../data/hq/schedule.ts';
import { heldBack } from './crashes.ts';
import type { Chain, Job, Surroundings } from './job.ts';
import { Outage } from './outage.ts';
import { announceQueued, enqueue } from './queue.ts';
import { correctNextRuns, nextRun } from './schedules.ts';

/** Ms after which a due run counts as missed, because the server was down. */
const MISSED_AFTER = 60_000;
/** Ms between corrections of times that are too far ahead. They are also corrected immediately when the clock goes back. */
const CORRECT_EVERY = 60_000;

/** Starts recurring jobs when they are due. */
export class Scheduler {
  private timer: NodeJS.Timeout | undefined;
  private ticking: Promise<number> | undefined;
  private correctedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly surroundings: Surroundings,
    private readonly jobs: readonly (Job | Chain)[],
  ) {}

  start(): void {
    const outage = new Outage(this.surroundings.log, {
      failing: 'could not check schedules',
      over: 'checking schedules works again',
    });
    const tick = () => {
      this.ticking ??= this.runDue()
        .then((started) => {
          outage.worked();
          return started;
        })
        .catch((error: unknown) => {
          outage.failed(error);
          return 0;
        })
        .finally(() => {
          this.ticking = undefined;
        });
    };
    this.timer = setInterval(tick, 1_000);
    tick();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.ticking;
  }

  /** Starts everything that is due, once, and returns the number of runs. A run and its schedule's next time are stored in one transaction. */
  async runDue(): Promise<number> {
    const { hq, nudges, now, log } = this.surroundings;
    const at = now();
    const sinceCorrected = Date.parse(at) - this.correctedAt;
    if (sinceCorrected < 0 || sinceCorrected >= CORRECT_EVERY) {
      await hq.write((tx) => correctNextRuns(tx, at));
      this.correctedAt = Date.parse(at);
    }
    const due = await hq.read((db) => dueSchedules(db, at));
    let started = 0;
    for (const schedule of due) {
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
        const change: Partial<Schedule> = { nextRunAt: nextRun(schedule.cron, schedule.timeZone, at) };
        if (isHeldBack || (missed && schedule.missedRuns === 'SKIP')) {
          await takeDue(tx, schedule, change);
          return undefined;
        }
        if (!(await takeDue(tx, schedule, { ...change, lastRunAt: at }))) return undefined;
        const job = this.jobs.find(({ name }) => name === schedule.job)!;
        const steps = 'steps' in job ? job.steps : [job.name];
        const { run } = await enqueue(
          tx,
          {
            job: job.name,
            steps,
            channels: schedule.channels,
            requestedBy: `schedule ${schedule.id}`,
            cause: 'SCHEDULE',
          },
          at,
        );
        await changeSchedule(tx, schedule.id, { lastRunId: run.id });
        return run.id;
      });
      if (id === undefined) continue;
      announceQueued(nudges, id);
      started++;
    }
    return started;
  }
}
