import type { EntityManager } from 'typeorm';
import { assignments, type EntityClass, insertRows, tableOf } from '../columns.ts';
import { sql } from '../sql.ts';
import { DownloadSession, type OpenSession, UploadSession } from './session.ts';

/**
 * Adds a package to an upload session, which its first package opens, and its last one, stored at `endedAt`, ends. One statement per package.
 */
export const addUploadPackage = (
  tx: EntityManager,
  session: OpenSession,
  { rows, first, last }: { rows: number; first: number; last: number },
  endedAt: string | null,
) =>
  addPackage(tx, UploadSession, session, endedAt, { rowCount: rows, firstCounter: first, lastCounter: last }, [
    'lastCounter',
  ]);

/** As `addUploadPackage`. */
export const addDownloadPackage = (
  tx: EntityManager,
  session: OpenSession,
  { rows, from, through }: { rows: number; from: number; through: number },
  endedAt: string | null,
) =>
  addPackage(tx, DownloadSession, session, endedAt, { rowCount: rows, fromVersion: from, toVersion: through }, [
    'toVersion',
  ]);

function addPackage<Session extends UploadSession | DownloadSession>(
  tx: EntityManager,
  sessions: EntityClass<Session>,
  { at, ...session }: OpenSession,
  endedAt: string | null,
  counts: Partial<Session>,
  newest: readonly (keyof Session & string)[],
) {
  const state = { status: endedAt === null ? 'STARTED' : 'APPLIED', finishedAt: endedAt };
  const opened = { ...session, ...state, packages: 1, startedAt: at, ...counts };
  const table = tableOf(tx, sessions);
  return sql(
    tx,
    `${insertRows(tx, sessions, Object.keys(opened) as (keyof Session & string)[])}
     on conflict (id) do update set packages = ${table}.packages + 1, row_count = ${table}.row_count + excluded.row_count,
       ${assignments(tx, sessions, ['status', 'finishedAt', ...newest])}`,
    [JSON.stringify([opened])],
  );
}
