import { Column, Entity, type EntityManager, In, PrimaryColumn } from 'typeorm';
import { dialectOf } from '../dialect/dialect.ts';
import type { JobRun, Step } from './job-run.ts';

/**
 * What a run has to do for one channel database, for any worker to take: successive steps of it. Several workers share a run on PostgreSQL;
 * an embedded database belongs to one process and has no parts. Added by the worker that holds the run, changed by the worker that holds the
 * part, and deleted when all are done and their progress has been added to that of the run.
 */
@Entity('job_part')
export class JobPart {
  @PrimaryColumn({ type: 'bigint' }) runId!: number;
  @PrimaryColumn({ type: 'text' }) channelDatabase!: string;
  @Column({ type: 'text' }) state!: 'QUEUED' | 'RUNNING' | 'ENDED';
  /** Of these steps of the run, only what concerns this channel database. */
  @Column({ type: 'json' }) steps!: Step[];
  /** How often its process died while it was under way, since it last moved anything. */
  @Column({ type: 'integer' }) crashes!: number;
  /** Counts the workers that held it. Only the newest may write. */
  @Column({ type: 'bigint' }) fence!: number;
  @Column({ type: 'text', nullable: true }) worker!: string | null;
  /** Its worker has died, so that it waits for another one. */
  @Column({ type: 'boolean' }) orphaned!: boolean;
  /** Grows with every change, and adds to the revision of the run. */
  @Column({ type: 'bigint' }) revision!: number;
}

/** The parts of those of these runs that are under way. */
export async function partsOf(db: EntityManager, runs: readonly JobRun[]): Promise<JobPart[]> {
  const shared = runs.filter(({ cause, finishedAt }) => cause !== 'LIVE' && finishedAt === null);
  if (shared.length === 0 || dialectOf(db).embedded) return [];
  return db.findBy(JobPart, { runId: In(shared.map(({ id }) => id)) });
}

/** Whether a run has been split. */
export const hasParts = (db: EntityManager, runId: number): Promise<boolean> => db.existsBy(JobPart, { runId });
