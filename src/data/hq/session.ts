import { Column, Entity, type EntityManager, type EntityTarget, In, PrimaryColumn } from 'typeorm';

type UploadStatus = 'STARTED' | 'APPLIED' | 'CANCELED' | 'UPLOAD_FAILED' | 'APPLY_FAILED';
type DownloadStatus = 'STARTED' | 'APPLIED' | 'CANCELED' | 'CREATE_FAILED' | 'APPLY_FAILED';

abstract class Session<Status> {
  @PrimaryColumn({ type: 'text' }) id!: string;
  @Column({ type: 'bigint' }) runId!: number;
  @Column({ type: 'text' }) channelDatabase!: string;
  @Column({ type: 'text' }) status!: Status;
  @Column({ type: 'integer' }) packages!: number;
  @Column({ type: 'bigint' }) rowCount!: number;
  @Column({ type: 'text', nullable: true }) errorCode!: string | null;
  @Column({ type: 'text', nullable: true }) error!: string | null;
  @Column({ type: 'text' }) startedAt!: string;
  @Column({ type: 'text', nullable: true }) finishedAt!: string | null;
}

/** What one P-job run brought up from one channel database. Written with each package. */
@Entity('upload_session')
export class UploadSession extends Session<UploadStatus> {
  @Column({ type: 'bigint', nullable: true }) firstCounter!: number | null;
  @Column({ type: 'bigint', nullable: true }) lastCounter!: number | null;
}

/** What one 1010 run brought down to one channel database. Written after each package. */
@Entity('download_session')
export class DownloadSession extends Session<DownloadStatus> {
  @Column({ type: 'bigint' }) fromVersion!: number;
  @Column({ type: 'bigint', nullable: true }) toVersion!: number | null;
}

/** A session as its packages know it: the first one stores it. */
export interface OpenSession {
  id: string;
  runId: number;
  channelDatabase: string;
  at: string;
}

export interface Ending<Status> {
  runId: number;
  channelDatabase: string;
  status: Status;
  at: string;
  error?: { code: string; message: string };
}

/** Ends the open session of a run for a database; a failure that opened none leaves a record of its own. */
export const endUploadSession = (tx: EntityManager, id: string, ending: Ending<UploadStatus>) =>
  endSession(tx, UploadSession, id, ending, { firstCounter: null, lastCounter: null });

/** As `endUploadSession`. */
export const endDownloadSession = (tx: EntityManager, id: string, ending: Ending<DownloadStatus>) =>
  endSession(tx, DownloadSession, id, ending, { fromVersion: 0, toVersion: null });

async function endSession(
  tx: EntityManager,
  sessions: EntityTarget<Session<string>>,
  id: string,
  { runId, channelDatabase, status, at, error }: Ending<string>,
  empty: object,
): Promise<void> {
  const end = { status, finishedAt: at, errorCode: error?.code ?? null, error: error?.message ?? null };
  const { affected } = await tx.update(sessions, { id }, end);
  if (affected || !error) return;
  await tx.insert(sessions, { id, runId, channelDatabase, packages: 0, rowCount: 0, startedAt: at, ...end, ...empty });
}

/** Ends what an earlier attempt of a run, or of its part for this channel database, left open. */
export async function cancelOpenSessions(
  tx: EntityManager,
  runId: number,
  at: string,
  channelDatabase?: string,
): Promise<void> {
  const open = { runId, status: 'STARTED', ...(channelDatabase === undefined ? {} : { channelDatabase }) };
  for (const sessions of [UploadSession, DownloadSession] as EntityTarget<Session<string>>[])
    await tx.update(sessions, open, { status: 'CANCELED', finishedAt: at });
}

export const sessionsOfRuns = (db: EntityManager, runIds: readonly number[]) =>
  Promise.all([
    db.find(UploadSession, { where: { runId: In([...runIds]) }, order: { id: 'asc' } }),
    db.find(DownloadSession, { where: { runId: In([...runIds]) }, order: { id: 'asc' } }),
  ]);
