import { type EntityManager, In, MoreThanOrEqual } from 'typeorm';
import { JobPart } from './job-part.ts';
import { isActive, JobRun } from './job-run.ts';

/*
 * Runs and parts of runs whose worker has died or was interrupted.
 */

/** SQL: the worker of a run or part is not alive. Nodes that share PostgreSQL are listed; embedded databases have none. */
const isDead = `state = 'RUNNING' and not exists (select 1 from server_node node where node.id = worker)`;

/**
 * Lets other workers take the runs and parts whose worker is not alive: on an embedded database, which belongs to one process, all that are
 * under way when it starts. Returns the runs.
 */
export async function orphanRuns(tx: EntityManager): Promise<JobRun[]> {
  const orphaned = { orphaned: true };
  await tx.createQueryBuilder().update(JobPart).set(orphaned).where(isDead).execute();
  await tx.createQueryBuilder().update(JobRun).set(orphaned).where(`${isActive} and ${isDead}`).execute();
  return tx.findBy(JobRun, { state: 'RUNNING', orphaned: true });
}

/** What a process worked on: a run or, of a run that was split, the part of a channel database. */
export interface Interrupted {
  runId: number;
  channelDatabase: string | null;
}

/**
 * For a process that lost its session but did not crash: queues what it was working on again, unless a peer has taken it over. That counts one
 * crash less. `workers` are the names under which it worked.
 */
export async function requeueInterrupted(
  tx: EntityManager,
  interrupted: readonly Interrupted[],
  workers: string[],
): Promise<void> {
  for (const { runId, channelDatabase } of interrupted) {
    const running = { state: 'RUNNING' as const };
    const own = { ...running, worker: In(workers) };
    const taken = { ...running, crashes: MoreThanOrEqual(1) };
    const queued = { state: 'QUEUED' as const, orphaned: false };
    if (channelDatabase === null) {
      await tx.update(JobRun, { id: runId, ...own }, queued);
      await tx.decrement(JobRun, { id: runId, ...taken }, 'crashes', 1);
    } else {
      await tx.update(JobPart, { runId, channelDatabase, ...own }, queued);
      await tx.decrement(JobPart, { runId, channelDatabase, ...taken }, 'crashes', 1);
    }
  }
}
