import type { EntityManager } from 'typeorm';
import { type Actor, audit, changesBetween } from '../data/hq/audit.ts';
import { takeParts } from '../data/hq/job-part.bulk.ts';
import { insertRun } from '../data/hq/job-run.bulk.ts';
import {
  type Cause,
  changeSteps,
  type JobArguments,
  type JobRun,
  jobRunById,
  requestCancel,
  requeue,
  type Step,
} from '../data/hq/job-run.ts';
import { withParts, withProgress } from '../data/hq/run-progress.ts';
import { cancelOpenSessions } from '../data/hq/session.ts';
import { NotFound, WrongState } from '../errors.ts';
import { announceRun, type Surroundings } from './job.ts';

export interface Request {
  job: string;
  /** The jobs to run: one, or those of a chain. */
  steps: string[];
  /** Codes of the channels; null for all channels. */
  channels: string[] | null;
  arguments?: JobArguments;
  requestedBy: string;
  cause: Cause;
}

/**
 * Adds a run, in the caller's transaction. If the same job is already queued or running for the same channels, that run is returned instead
 * (`joined`). The caller dispatches it, or names the `worker` that holds it from the start, and announces it after the commit.
 */
export function enqueue(
  tx: EntityManager,
  request: Request,
  now: string,
  worker: string | null = null,
): Promise<{ run: JobRun; joined: boolean }> {
  const channels = request.channels && [...new Set(request.channels)].sort();
  const run = {
    job: request.job,
    scope: scopeOf({ ...request, channels }),
    channels,
    arguments: request.arguments ?? null,
    requestedBy: request.requestedBy,
    cause: request.cause,
    steps: request.steps.map(waiting),
    createdAt: now,
  };
  return insertRun(tx, run, worker);
}

/**
 * The scope of a run. Only one run per scope is queued or running at a time. Live conversion is one run at a time in each lane, whatever its channels.
 * `onlyChannels` (sorted) are the only channels that a retry still has to process.
 */
export function scopeOf(
  run: Pick<Request, 'job' | 'channels' | 'cause'> & { arguments?: JobArguments | null | undefined },
  onlyChannels?: readonly string[],
): string {
  const about = onlyChannels ?? (run.cause === 'LIVE' ? ['live'] : (run.channels ?? ['*']));
  return [run.job, about.join(','), ...(run.arguments ? [JSON.stringify(run.arguments)] : [])].join(':');
}

/** A step that has not started. */
export const waiting = (job: string): Step => ({
  job,
  state: 'WAITING',
  startedAt: null,
  finishedAt: null,
  progress: { phase: 'WAITING', done: 0, total: 0, failed: 0, waiting: 0, ratePerSecond: null, eta: null },
  failures: [],
});

type QueueOptions = Pick<Surroundings, 'hq' | 'nudges' | 'now' | 'dispatcher'>;

/** After the commit that queued a run. */
export function announceQueued({ nudges, dispatcher }: Pick<Surroundings, 'nudges' | 'dispatcher'>, id: number): void {
  announceRun(nudges, id);
  dispatcher.wake();
}

/** Starts a job, or returns the run that is already queued or running. */
export async function start(options: QueueOptions, request: Request): Promise<{ run: JobRun; joined: boolean }> {
  const { hq, now, dispatcher } = options;
  const at = now();
  const started = await hq.write(async (tx) => {
    const queued = await enqueue(tx, request, at);
    if (queued.joined) return { ...queued, run: await shown(tx, queued.run) };
    await dispatcher.dispatch(tx, queued.run);
    if (request.cause === 'OPERATOR')
      await audit(tx, { actor: request.requestedBy, at }, 'RUN_JOB', subjectOf(queued.run));
    return queued;
  });
  announceQueued(options, started.run.id);
  return started;
}

/**
 * Cancels a run: immediately if it is queued or its worker has died, otherwise after the current batch. What was committed stays.
 */
export async function cancel(
  { hq, nudges, now, log, dispatcher }: QueueOptions & Pick<Surroundings, 'log'>,
  id: number,
  who: Actor,
): Promise<JobRun> {
  const at = now();
  const run = await hq.write(async (tx) => {
    const before = await jobRunById(tx, id);
    const asked = await requestCancel(tx, id, at);
    const run = await jobRunById(tx, id);
    if (!run) throw new NotFound('job run');
    if (!asked) throw new WrongState(`This run has already ended: it is ${run.state}.`);
    await audit(tx, who, 'CANCEL_JOB_RUN', subjectOf(run), changesBetween(before, run, ['state', 'cancelRequested']));
    if (run.state !== 'CANCELED') return shown(tx, run);
    // Nobody held the run, but others may work on its parts until now.
    const parts = run.attempt > 0 ? await takeParts(tx, id) : [];
    const ended = withParts(run, parts);
    const steps = stopped(ended, 'CANCELED', at);
    await changeSteps(tx, { ...ended, id, steps });
    await dispatcher.withdraw(tx, id);
    await cancelOpenSessions(tx, id, at);
    return { ...run, steps };
  });
  if (run.state === 'CANCELED') log.info({ run: run.id, job: run.job, state: run.state }, 'job run ended');
  announceRun(nudges, id);
  return run;
}

/** The steps of a run that ends before they are done. */
export const stopped = (run: Pick<JobRun, 'steps'>, state: 'FAILED' | 'CANCELED', at: string): Step[] =>
  run.steps.map((step) => (step.state === 'RUNNING' ? { ...step, state, finishedAt: at } : step));

/** Queues a failed or canceled run again. It continues with the first step that has not succeeded. */
export async function retry(options: QueueOptions, id: number, who: Actor): Promise<JobRun> {
  const { hq, now, dispatcher } = options;
  const run = await hq.write(async (tx) => {
    const run = await jobRunById(tx, id);
    if (!run) throw new NotFound('job run');
    const first = run.steps.findIndex(({ state }) => state !== 'SUCCEEDED');
    const steps = run.steps.map((step, index) =>
      index < first
        ? step
        : {
            ...step,
            state: 'WAITING' as const,
            finishedAt: null,
            failures: [],
            progress: { ...step.progress, phase: 'WAITING', failed: 0, waiting: 0 },
          },
    );
    if (!(await requeue(tx, { id, scope: scopeOf(run), steps }, now()))) {
      const ended = run.state === 'FAILED' || run.state === 'CANCELED';
      throw new WrongState(
        ended
          ? 'The same job is already queued or running for these channels.'
          : `Only a failed or canceled run can be retried: it is ${run.state}.`,
      );
    }
    await audit(tx, who, 'RETRY_JOB_RUN', subjectOf(run), [['state', run.state, 'QUEUED']]);
    const queued = (await jobRunById(tx, id))!;
    await dispatcher.dispatch(tx, queued);
    return queued;
  });
  announceQueued(options, id);
  return run;
}

/** A run with the progress of its parts. */
const shown = async (db: EntityManager, run: JobRun): Promise<JobRun> => (await withProgress(db, [run]))[0]!;

const subjectOf = ({ id, job }: JobRun) => ({ type: 'JobRun', key: id, name: `Run ${id} of ${job}` });
