import { Column, Entity, type EntityManager, PrimaryGeneratedColumn } from 'typeorm';

export const runStates = ['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELED'] as const;
type RunState = (typeof runStates)[number];
export const stepStates = ['WAITING', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELED'] as const;
type StepState = (typeof stepStates)[number];
export const causes = ['OPERATOR', 'SCHEDULE', 'LIVE'] as const;
export type Cause = (typeof causes)[number];

/** What a job counts is up to its declaration. */
export interface Progress {
  phase: string;
  done: number;
  /** What was found to be there to process. In a step that succeeded, everything is done or has failed. */
  total: number;
  failed: number;
  /** What cannot be processed yet. It is not part of the total. */
  waiting: number;
  ratePerSecond: number | null;
  eta: string | null;
}

/** What went wrong with one channel database, while the others went on. */
export interface StepFailure {
  /** Null: the step as a whole. */
  channelDatabase: string | null;
  code: string;
  message: string;
}

export interface Step {
  job: string;
  state: StepState;
  startedAt: string | null;
  finishedAt: string | null;
  progress: Progress;
  failures: StepFailure[];
}

/** What a run was asked beyond its channels. */
export interface JobArguments {
  /** Statements up to this business date; without it up to the day that it is in each channel. */
  businessDate?: string;
  /** Live conversion: the lane in which conversions follow one another. */
  lane?: string;
}

/** A job, or a chain of jobs, asked for once. Added by who asks for it, and changed by the worker that holds it. */
@Entity('job_run')
export class JobRun {
  @PrimaryGeneratedColumn({ type: 'bigint' }) id!: number;
  @Column({ type: 'text' }) job!: string;
  /** Two runs with the same scope never overlap: requesting one again returns the run in progress. */
  @Column({ type: 'text' }) scope!: string;
  /** Null means all channels. */
  @Column({ type: 'json', nullable: true }) channels!: string[] | null;
  @Column({ type: 'json', nullable: true }) arguments!: JobArguments | null;
  @Column({ type: 'text' }) requestedBy!: string;
  @Column({ type: 'text' }) cause!: Cause;
  @Column({ type: 'text' }) state!: RunState;
  @Column({ type: 'json' }) steps!: Step[];
  /** How often a worker took it up. */
  @Column({ type: 'integer' }) attempt!: number;
  /** How often it was retried since it last moved anything: after an unexpected error, or for a database that was unavailable. */
  @Column({ type: 'integer' }) retries!: number;
  /** How often its process died while it was under way, since it last moved anything. */
  @Column({ type: 'integer' }) crashes!: number;
  /** What remains to be done concerns only these channel databases, because they were unavailable; null: all. */
  @Column({ type: 'json', nullable: true }) onlyDatabases!: string[] | null;
  /** Counts the workers that held it. Only the newest may write. */
  @Column({ type: 'bigint' }) fence!: number;
  @Column({ type: 'text', nullable: true }) worker!: string | null;
  @Column({ type: 'text' }) dueAt!: string;
  /** Its worker has died, so that it waits for another one. */
  @Column({ type: 'boolean' }) orphaned!: boolean;
  @Column({ type: 'boolean' }) cancelRequested!: boolean;
  /** Grows with every change, so that a reader can tell whether it has seen this state. */
  @Column({ type: 'bigint' }) revision!: number;
  @Column({ type: 'text', nullable: true }) errorCode!: string | null;
  @Column({ type: 'text', nullable: true }) error!: string | null;
  @Column({ type: 'text' }) createdAt!: string;
  @Column({ type: 'text', nullable: true }) startedAt!: string | null;
  @Column({ type: 'text', nullable: true }) finishedAt!: string | null;
}

/** SQL: a run waits or is under way. Repeated word for word, the condition finds its indexes. */
export const isActive = `state in ('QUEUED', 'RUNNING')`;

/** SQL: nobody works on an active run, because it waits or its worker has died. */
export const isUnheld = `(state = 'QUEUED' or orphaned)`;

export const jobRunById = (db: EntityManager, id: number) => db.findOneBy(JobRun, { id });

/** The run with this scope that waits or is under way. */
export const activeRun = (db: EntityManager, scope: string): Promise<JobRun | null> =>
  db.createQueryBuilder(JobRun, 'run').where(`scope = :scope and ${isActive}`, { scope }).getOne();

/** Whether another run with this scope is waiting or under way. */
export const isScopeTaken = (tx: EntityManager, { id, scope }: Pick<JobRun, 'id' | 'scope'>): Promise<boolean> =>
  tx.createQueryBuilder(JobRun, 'run').where(`scope = :scope and id <> :id and ${isActive}`, { scope, id }).getExists();

/** What a worker may change about a run that it holds. */
export type Held = Partial<
  Pick<
    JobRun,
    | 'scope'
    | 'state'
    | 'steps'
    | 'retries'
    | 'crashes'
    | 'onlyDatabases'
    | 'dueAt'
    | 'errorCode'
    | 'error'
    | 'finishedAt'
  >
>;

/** Cancels a run without a worker immediately, and asks a running one to stop after its batch. False: it had already ended. */
export async function requestCancel(tx: EntityManager, id: number, now: string): Promise<boolean> {
  const { affected } = await tx
    .createQueryBuilder()
    .update(JobRun)
    .set({
      cancelRequested: true,
      revision: () => 'revision + 1',
      finishedAt: () => `case when ${isUnheld} then :now else finished_at end`,
      state: () => `case when ${isUnheld} then 'CANCELED' else state end`,
    })
    .where(`id = :id and ${isActive}`, { id, now })
    .execute();
  return affected === 1;
}

export const changeSteps = (tx: EntityManager, { id, steps, revision }: Pick<JobRun, 'id' | 'steps' | 'revision'>) =>
  tx.update(JobRun, { id }, { steps, revision });

/** Queues an ended run again; it goes on where it stopped. False when it is not FAILED or CANCELED, or a newer one is under way. */
export async function requeue(
  tx: EntityManager,
  { id, scope, steps }: Pick<JobRun, 'id' | 'scope' | 'steps'>,
  now: string,
): Promise<boolean> {
  const reset = { retries: 0, crashes: 0, onlyDatabases: null, errorCode: null, error: null, finishedAt: null };
  const { affected } = await tx
    .createQueryBuilder()
    .update(JobRun)
    .set({
      ...reset,
      state: 'QUEUED',
      scope,
      steps,
      dueAt: now,
      cancelRequested: false,
      revision: () => 'revision + 1',
    })
    .where(
      `id = :id and state in ('FAILED', 'CANCELED') and not exists (
         select 1 from job_run other where other.scope = :scope and other.${isActive})`,
      { id, scope },
    )
    .execute();
  return affected === 1;
}

export type CrashedRun = Pick<JobRun, 'channels' | 'finishedAt'>;

/** Runs of a job that have failed since `from` because they crashed the process. Repeated word for word, the condition finds its index. */
export const crashedRuns = (db: EntityManager, job: string, from: string): Promise<CrashedRun[]> =>
  db
    .createQueryBuilder(JobRun, 'run')
    .select(['run.id', 'run.channels', 'run.finishedAt'])
    .where(`run.errorCode = 'RUN_CRASHED' and run.job = :job and run.finishedAt >= :from`, { job, from })
    .getMany();
