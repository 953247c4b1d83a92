import { Column, Entity, type EntityManager, In, PrimaryColumn } from 'typeorm';
import { one, sql } from '../sql.ts';

export const uploadStatuses = ['STARTED', 'APPLIED', 'CANCELED', 'UPLOAD_FAILED', 'APPLY_FAILED'] as const;
export const downloadStatuses = ['STARTED', 'APPLIED', 'CANCELED', 'CREATE_FAILED', 'APPLY_FAILED'] as const;
export type UploadStatus = (typeof uploadStatuses)[number];
export type DownloadStatus = (typeof downloadStatuses)[number];

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

/** Adds a package to an upload session, which its first package opens. One statement per package. */
export const addUploadPackage = (
  tx: EntityManager,
  session: OpenSession,
  upload: { rows: number; first: number; last: number },
) =>
  sql(
    tx,
    `insert into upload_session (id, run_id, channel_database, status, packages, row_count, first_counter, last_counter, started_at)
     values ($1, $2, $3, 'STARTED', 1, $4, $5, $6, $7)
     on conflict (id) do update set packages = upload_session.packages + 1,
       row_count = upload_session.row_count + excluded.row_count, last_counter = excluded.last_counter`,
    [session.id, session.runId, session.channelDatabase, upload.rows, upload.first, upload.last, session.at],
  );

/** As `addUploadPackage`. `through` guards against counting a package twice after a crash between the two databases. */
export const addDownloadPackage = (
  tx: EntityManager,
  session: OpenSession,
  download: { rows: number; from: number; through: number },
) =>
  sql(
    tx,
    `insert into download_session (id, run_id, channel_database, status, packages, row_count, from_version, to_version, started_at)
     values ($1, $2, $3, 'STARTED', 1, $4, $5, $6, $7)
     on conflict (id) do update set packages = download_session.packages + 1,
       row_count = download_session.row_count + excluded.row_count, to_version = excluded.to_version
     where download_session.to_version < excluded.to_version`,
    [session.id, session.runId, session.channelDatabase, download.rows, download.from, download.through, session.at],
  );

export interface Ending<Status> {
  runId: number;
  channelDatabase: string;
  status: Status;
  at: string;
  error?: { code: string; message: string };
}

/** Ends the open session of a run for a database; a failure that opened none leaves a record of its own. */
export async function endUploadSession(tx: EntityManager, id: string, end: Ending<UploadStatus>): Promise<void> {
  if (await ended(tx, 'upload_session', id, end)) return;
  if (!end.error) return;
  await tx.insert(UploadSession, { ...blank(id, end), firstCounter: null, lastCounter: null });
}

/** As `endUploadSession`. */
export async function endDownloadSession(tx: EntityManager, id: string, end: Ending<DownloadStatus>): Promise<void> {
  if (await ended(tx, 'download_session', id, end)) return;
  if (!end.error) return;
  await tx.insert(DownloadSession, { ...blank(id, end), fromVersion: 0, toVersion: null });
}

async function ended(tx: EntityManager, table: string, id: string, end: Ending<string>): Promise<boolean> {
  const row = await one(
    tx,
    `update ${table} set status = $1, finished_at = $2, error_code = $3, error = $4 where id = $5 returning id`,
    [end.status, end.at, end.error?.code ?? null, end.error?.message ?? null, id],
  );
  return row !== undefined;
}

/** Ends what an earlier attempt of a run left open. */
export async function cancelOpenSessions(tx: EntityManager, runId: number, at: string): Promise<void> {
  for (const table of ['upload_session', 'download_session']) {
    await sql(
      tx,
      `update ${table} set status = 'CANCELED', finished_at = $1 where run_id = $2 and status = 'STARTED'`,
      [at, runId],
    );
  }
}

const blank = <Status>(id: string, end: Ending<Status>): Session<Status> => ({
  id,
  runId: end.runId,
  channelDatabase: end.channelDatabase,
  status: end.status,
  packages: 0,
  rowCount: 0,
  errorCode: end.error?.code ?? null,
  error: end.error?.message ?? null,
  startedAt: end.at,
  finishedAt: end.at,
});

export const sessionsOfRuns = (db: EntityManager, runIds: readonly number[]) =>
  Promise.all([
    db.find(UploadSession, { where: { runId: In([...runIds]) }, order: { id: 'asc' } }),
    db.find(DownloadSession, { where: { runId: In([...runIds]) }, order: { id: 'asc' } }),
  ]);
