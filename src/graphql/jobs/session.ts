import type { DefaultConnectionArguments } from '@pothos/plugin-relay';
import type { EntityClass } from '../../data/columns.ts';
import type { Database } from '../../data/database.ts';
import { DownloadSession as DownloadRow, sessionsOfRuns, UploadSession as UploadRow } from '../../data/hq/session.ts';
import { countWhere, keysetPage, type Range, type Where } from '../../data/keyset-page.ts';
import { atMost } from '../arguments.ts';
import { builder } from '../builder.ts';
import { errorField } from '../failures.ts';
import {
  conditionsOf,
  DateTimeRange,
  keysetConnection,
  LARGEST_PAGE,
  orderInput,
  rangesOf,
  type Sorting,
  textKey,
} from '../keyset.ts';
import { loader } from '../loader.ts';
import { enumOf, oneByOne, operatorNode, type Types, textId, valueOrNull } from '../vocabulary.ts';
import { JobRun } from './job.ts';

const UploadStatus = enumOf('UploadSessionStatus', 'The status of an upload session.', {
  STARTED: 'In progress.',
  APPLIED: 'Every package has been applied at headquarters.',
  CANCELED: 'The run was canceled or interrupted. Packages already applied stay applied.',
  UPLOAD_FAILED: 'The channel database could not be read, or its log does not continue what headquarters has received.',
  APPLY_FAILED: 'Headquarters could not apply a package.',
});

const DownloadStatus = enumOf('DownloadSessionStatus', 'The status of a download session.', {
  STARTED: 'In progress.',
  APPLIED: 'Every package has been applied in the channel database.',
  CANCELED: 'The run was canceled or interrupted. Packages already applied stay applied.',
  CREATE_FAILED: 'A package could not be created.',
  APPLY_FAILED: 'The channel database could not apply a package.',
});

/** Fields of both uploads and downloads. */
const sessionFields = (t: PothosSchemaTypes.ObjectFieldBuilder<Types, UploadRow | DownloadRow>) => ({
  channelDatabase: t.exposeString('channelDatabase', { description: 'Name of the channel database.' }),
  packages: t.exposeInt('packages', { description: 'Number of packages applied; each is one transaction.' }),
  rows: t.expose('rowCount', { type: 'BigInt', description: 'Number of rows in these packages.' }),
  error: errorField(t, 'The error that ended the session; null unless it failed.'),
  startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When the session started.' }),
  finishedAt: valueOrNull(t, 'DateTime', 'finishedAt', 'When the session ended; null while it is in progress.'),
});

const UploadSession = operatorNode<UploadRow, string>('UploadSession', {
  parse: textId,
  keyOf: ({ id }) => id,
  read: oneByOne((db, id) => db.findOneBy(UploadRow, { id })),
});
UploadSession.implement({
  description: 'What one run of the P-job uploaded from one channel database.',
  fields: (t) => ({
    ...sessionFields(t),
    status: t.expose('status', { type: UploadStatus, description: 'The status of the session.' }),
    firstCounter: t.expose('firstCounter', {
      type: 'BigInt',
      nullable: true,
      description: 'Replication counter of the first row uploaded; null if there is none.',
    }),
    lastCounter: t.expose('lastCounter', {
      type: 'BigInt',
      nullable: true,
      description: 'Replication counter of the last row uploaded; null if there is none.',
    }),
  }),
});

const DownloadSession = operatorNode<DownloadRow, string>('DownloadSession', {
  parse: textId,
  keyOf: ({ id }) => id,
  read: oneByOne((db, id) => db.findOneBy(DownloadRow, { id })),
});
DownloadSession.implement({
  description: 'What one run of 1010 downloaded to one channel database.',
  fields: (t) => ({
    ...sessionFields(t),
    status: t.expose('status', { type: DownloadStatus, description: 'The status of the session.' }),
    fromVersion: t.expose('fromVersion', {
      type: 'BigInt',
      description: 'Change version the channel database had applied before the session.',
    }),
    toVersion: t.expose('toVersion', {
      type: 'BigInt',
      nullable: true,
      description: 'Change version it had applied after the session’s last package; null if there was none.',
    }),
  }),
});

const sessionsOf = loader(async (runs: readonly number[], { hq }) => {
  const [uploads, downloads] = await hq.read((db) => sessionsOfRuns(db, runs));
  return runs.map((run) => ({
    uploads: uploads.filter(({ runId }) => runId === run),
    downloads: downloads.filter(({ runId }) => runId === run),
  }));
});

builder.objectFields(JobRun, (t) => ({
  uploadSessions: t.field({
    type: [UploadSession],
    ...atMost(LARGEST_PAGE),
    description: 'The upload sessions of this run, at most one per channel database and attempt.',
    resolve: async ({ id }, _args, context) => (await sessionsOf(context).load(id)).uploads,
  }),
  downloadSessions: t.field({
    type: [DownloadSession],
    ...atMost(LARGEST_PAGE),
    description: 'The download sessions of this run, at most one per channel database and attempt.',
    resolve: async ({ id }, _args, context) => (await sessionsOf(context).load(id)).downloads,
  }),
}));

const SessionOrder = orderInput('Session', {
  STARTED_AT: { by: 'startedAt', description: 'When the session started.' },
});

const about = {
  filter: 'Limits a list of sessions to those that match every field.',
  filterArgument: 'The sessions to list. Default: all.',
  orderBy: 'The order of the sessions. Default: newest first.',
  channelDatabase: 'Only sessions of the channel database with this name.',
  statuses: 'Only sessions with one of these statuses.',
  startedAt: 'Only sessions that started in this period.',
};

const UploadSessionFilter = builder.inputType('UploadSessionFilter', {
  description: about.filter,
  fields: (t) => ({
    channelDatabase: t.string({ description: about.channelDatabase }),
    statuses: t.field({ type: [UploadStatus], description: about.statuses }),
    startedAt: t.field({ type: DateTimeRange, description: about.startedAt }),
  }),
});

const DownloadSessionFilter = builder.inputType('DownloadSessionFilter', {
  description: about.filter,
  fields: (t) => ({
    channelDatabase: t.string({ description: about.channelDatabase }),
    statuses: t.field({ type: [DownloadStatus], description: about.statuses }),
    startedAt: t.field({ type: DateTimeRange, description: about.startedAt }),
  }),
});

interface Listed<Status> extends DefaultConnectionArguments {
  filter?:
    | { channelDatabase?: string | null; statuses?: readonly Status[] | null; startedAt?: Range | null }
    | null
    | undefined;
  orderBy?: Sorting | null | undefined;
}

/** A connection over the sessions of one kind. */
function sessions<Row extends UploadRow | DownloadRow>(
  hq: Database,
  entity: EntityClass<Row>,
  args: Listed<Row['status']>,
) {
  const { channelDatabase, statuses, ...ranges } = conditionsOf(args.filter);
  const where = { channelDatabase, status: statuses, ...rangesOf(ranges, ['startedAt']) } as Where<Row>;
  return keysetConnection<string, Row>(
    {
      args,
      keyFrom: textKey,
      sort: 'startedAt',
      descending: args.orderBy?.direction !== 'ASC',
      count: () => hq.read((db) => countWhere(db, entity, where)),
    },
    ({ id }) => id,
    (page) => hq.read((db) => keysetPage(db, entity, 'id' as never, where, page)) as Promise<Row[]>,
  );
}

builder.queryFields((t) => ({
  uploadSessions: t.connection(
    {
      type: UploadSession,
      nullable: true,
      description: 'Upload sessions, newest first unless `orderBy` says otherwise.',
      args: {
        filter: t.arg({ type: UploadSessionFilter, description: about.filterArgument }),
        orderBy: t.arg({ type: SessionOrder, description: about.orderBy }),
      },
      authScopes: { operator: 'reading sessions' },
      resolve: (_root, args, { hq }) => sessions<UploadRow>(hq, UploadRow, args),
    },
    { name: 'UploadSessionConnection' },
    { name: 'UploadSessionEdge' },
  ),
  downloadSessions: t.connection(
    {
      type: DownloadSession,
      nullable: true,
      description: 'Download sessions, newest first unless `orderBy` says otherwise.',
      args: {
        filter: t.arg({ type: DownloadSessionFilter, description: about.filterArgument }),
        orderBy: t.arg({ type: SessionOrder, description: about.orderBy }),
      },
      authScopes: { operator: 'reading sessions' },
      resolve: (_root, args, { hq }) => sessions<DownloadRow>(hq, DownloadRow, args),
    },
    { name: 'DownloadSessionConnection' },
    { name: 'DownloadSessionEdge' },
  ),
}));
