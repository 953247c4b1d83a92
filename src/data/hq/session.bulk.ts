import type { EntityManager } from 'typeorm';
import { assignments, type EntityClass, insertRows, tableOf } from '../columns.ts';
import { sql } from '../sql.ts';
import { DownloadSession, type OpenSession, UploadSession } from './session.ts';

/** Adds a package to an upload session, which its first package opens. One statement per package. */
export const addUploadPackage = (
  tx: EntityManager,
  session: OpenSession,
  { rows, first, last }: { rows: number; first: number; last: number },
) =>
  addPackage(tx, UploadSession, session, { rowCount: rows, firstCounter: first, lastCounter: last }, ['lastCounter']);

/** As `addUploadPackage`. `through` guards against counting a package twice after a crash between the two databases. */
export const addDownloadPackage = (
  tx: EntityManager,
  session: OpenSession,
  { rows, from, through }: { rows: number; from: number; through: number },
) =>
  addPackage(
    tx,
    DownloadSession,
    session,
    { rowCount: rows, fromVersion: from, toVersion: through },
    ['toVersion'],
    'where download_session.to_version < excluded.to_version',
  );

function addPackage<Session extends UploadSession | DownloadSession>(
  tx: EntityManager,
  sessions: EntityClass<Session>,
  { at, ...session }: OpenSession,
  counts: Partial<Session>,
  newest: readonly (keyof Session & string)[],
  condition = '',
) {
  const opened = { ...session, status: 'STARTED', packages: 1, startedAt: at, ...counts };
  const table = tableOf(tx, sessions);
  return sql(
    tx,
    `${insertRows(tx, sessions, Object.keys(opened) as (keyof Session & string)[])}
     on conflict (id) do update set packages = ${table}.packages + 1, row_count = ${table}.row_count + excluded.row_count,
       ${assignments(tx, sessions, newest)} ${condition}`,
    [JSON.stringify([opened])],
  );
}
