import { isDeepStrictEqual } from 'node:util';
import { type EntityManager, In, MoreThanOrEqual } from 'typeorm';
import { later } from '../clock.ts';
import { type JobPart, partsOf } from './job-part.ts';
import { JobRun, type Progress, type Step } from './job-run.ts';

/*
 * Runs as people see them. The progress of a run that has been split is its own and that of its parts.
 */

export const jobRunsById = async (db: EntityManager, ids: readonly number[]): Promise<JobRun[]> =>
  withProgress(db, await db.find(JobRun, { where: { id: In([...ids]) } }));

/** Runs that wait, run, or have ended since `from`; at most `limit`, oldest first. */
export const recentRuns = async (db: EntityManager, from: string, limit: number): Promise<JobRun[]> => {
  const [active, ended] = await Promise.all([
    db.find(JobRun, { where: { state: In(['QUEUED', 'RUNNING']) }, order: { id: 'desc' }, take: limit }),
    db.find(JobRun, { where: { finishedAt: MoreThanOrEqual(from) }, order: { id: 'desc' }, take: limit }),
  ]);
  const byId = new Map([...active, ...ended].map((run) => [run.id, run]));
  return withProgress(
    db,
    [...byId.values()].sort((one, other) => one.id - other.id),
  );
};

/** Runs with the progress of their parts: one more statement if any is under way on PostgreSQL. */
export async function withProgress(db: EntityManager, runs: JobRun[]): Promise<JobRun[]> {
  const parts = await partsOf(db, runs);
  if (parts.length === 0) return runs;
  return runs.map((run) =>
    Object.assign(
      run,
      withParts(
        run,
        parts.filter(({ runId }) => runId === run.id),
      ),
    ),
  );
}

/**
 * The steps and the revision of a run with its parts. The first of the steps that were split is the one that is RUNNING. A step of which no
 * part has begun counts what its parts expect.
 */
export function withParts(
  { steps, revision }: Pick<JobRun, 'steps' | 'revision'>,
  parts: readonly Pick<JobPart, 'steps' | 'revision'>[],
): Pick<JobRun, 'steps' | 'revision'> {
  const first = steps.findIndex(({ state }) => state === 'RUNNING');
  return {
    steps: steps.map((step, index) => {
      const shares = parts.flatMap((part) => part.steps[index - first] ?? []);
      return shares.length === 0 ? step : sum(step, shares);
    }),
    revision: parts.reduce((sum, part) => sum + part.revision, revision),
  };
}

function sum(step: Step, shares: readonly Step[]): Step {
  const failures: Step['failures'] = [];
  for (const failure of [step, ...shares].flatMap((share) => share.failures))
    if (!failures.some((known) => isDeepStrictEqual(known, failure))) failures.push(failure);
  const times = (name: 'startedAt' | 'finishedAt') => [step, ...shares].flatMap((share) => share[name] ?? []).sort();
  const begun = { failures, startedAt: times('startedAt')[0] ?? null };
  const progress = progressOf(step, shares);
  if (shares.some(({ finishedAt }) => finishedAt === null)) {
    const isRunning = step.state === 'RUNNING' || shares.some(({ state }) => state !== 'WAITING');
    return { ...step, ...begun, progress, state: isRunning ? 'RUNNING' : step.state };
  }
  const state = failures.length > 0 ? 'FAILED' : 'SUCCEEDED';
  const phase = { phase: 'DONE', ratePerSecond: null, eta: null };
  return { ...step, ...begun, state, finishedAt: times('finishedAt').at(-1)!, progress: { ...progress, ...phase } };
}

function progressOf(step: Step, shares: readonly Step[]): Progress {
  const all = [step, ...shares].map(({ progress }) => progress);
  const count = (name: 'done' | 'total' | 'failed' | 'waiting') => all.reduce((sum, share) => sum + share[name], 0);
  const [done, total, failed] = [count('done'), count('total'), count('failed')];
  const running = shares.flatMap(({ state, progress }) => (state === 'RUNNING' ? [progress] : []));
  const ratePerSecond = running.reduce((sum, share) => sum + (share.ratePerSecond ?? 0), 0) || null;
  const phase = (running[0] ?? all.find((share) => share.phase !== 'WAITING') ?? step.progress).phase;
  const at = running
    .flatMap((share) => estimatedAt(share) ?? [])
    .sort()
    .at(-1);
  const eta = at && ratePerSecond ? later(at, ((total - done - failed) / ratePerSecond) * 1_000) : null;
  return { phase, done, total, failed, waiting: count('waiting'), ratePerSecond, eta };
}

/** When a part estimated when it will be done. */
const estimatedAt = ({ done, total, failed, ratePerSecond, eta }: Progress): string | undefined =>
  eta && ratePerSecond ? later(eta, (-(total - done - failed) / ratePerSecond) * 1_000) : undefined;
