import { DownloadSession as DownloadRow, sessionsOfRuns, UploadSession as UploadRow } from '../../data/hq/session.ts';
import { keysetPage } from '../../data/keyset-page.ts';
import { atMost } from '../bounded.ts';
import { builder } from '../builder.ts';
import { keysetConnection, LARGEST_PAGE, textKey } from '../keyset.ts';
import { loader } from '../loader.ts';
import { enumOf, oneByOne, operatorNode, type Types, textId } from '../vocabulary.ts';
import { JobRun } from './job.ts';

const UploadStatus = enumOf('UploadSessionStatus', 'Where an upload stands.', {
  STARTED: 'Packages are under way.',
  APPLIED: 'All packages are applied at headquarters.',
  CANCELED: 'The run was cancelled or interrupted; what was applied stays.',
  UPLOAD_FAILED: 'The channel database could not be read, or its log does not continue what was received.',
  APPLY_FAILED: 'Headquarters could not apply a package.',
});

const DownloadStatus = enumOf('DownloadSessionStatus', 'Where a download stands.', {
  STARTED: 'Packages are under way.',
  APPLIED: 'All packages are applied in the channel database.',
  CANCELED: 'The run was cancelled or interrupted; what was applied stays.',
  CREATE_FAILED: 'A package could not be made.',
  APPLY_FAILED: 'The channel database could not apply a package.',
});

/** What uploads and downloads have in common. */
const sessionFields = (t: PothosSchemaTypes.ObjectFieldBuilder<Types, UploadRow | DownloadRow>) => ({
  channelDatabase: t.exposeString('channelDatabase', { description: 'Which channel database.' }),
  packages: t.exposeInt('packages', { description: 'Packages applied; each is one transaction.' }),
  rows: t.expose('rowCount', { type: 'BigInt', description: 'Rows in them.' }),
  errorCode: t.exposeString('errorCode', { nullable: true, description: 'Why it failed, for programs.' }),
  error: t.exposeString('error', { nullable: true, description: 'Why it failed, for people.' }),
  startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it began.' }),
  finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true, description: 'When it ended.' }),
});

const UploadSession = operatorNode<UploadRow, string>('UploadSession', {
  parse: textId,
  keyOf: ({ id }) => id,
  read: oneByOne((db, id) => db.findOneBy(UploadRow, { id })),
});
UploadSession.implement({
  description: 'What one P-job run brought up from one channel database.',
  fields: (t) => ({
    ...sessionFields(t),
    status: t.expose('status', { type: UploadStatus, description: 'Where it stands.' }),
    firstCounter: t.expose('firstCounter', {
      type: 'BigInt',
      nullable: true,
      description: 'Replication counter of its first row.',
    }),
    lastCounter: t.expose('lastCounter', {
      type: 'BigInt',
      nullable: true,
      description: 'Replication counter of its last row.',
    }),
  }),
});

const DownloadSession = operatorNode<DownloadRow, string>('DownloadSession', {
  parse: textId,
  keyOf: ({ id }) => id,
  read: oneByOne((db, id) => db.findOneBy(DownloadRow, { id })),
});
DownloadSession.implement({
  description: 'What one 1010 run brought down to one channel database.',
  fields: (t) => ({
    ...sessionFields(t),
    status: t.expose('status', { type: DownloadStatus, description: 'Where it stands.' }),
    fromVersion: t.expose('fromVersion', {
      type: 'BigInt',
      description: 'Change version that the database had applied before.',
    }),
    toVersion: t.expose('toVersion', {
      type: 'BigInt',
      nullable: true,
      description: 'Change version that it has applied now.',
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
    description: 'Its uploads: at most one per channel database and attempt.',
    resolve: async ({ id }, _args, context) => (await sessionsOf(context).load(id)).uploads,
  }),
  downloadSessions: t.field({
    type: [DownloadSession],
    ...atMost(LARGEST_PAGE),
    description: 'Its downloads: at most one per channel database and attempt.',
    resolve: async ({ id }, _args, context) => (await sessionsOf(context).load(id)).downloads,
  }),
}));

builder.queryFields((t) => ({
  uploadSessions: t.connection(
    {
      type: UploadSession,
      nullable: true,
      description: 'Uploads from channel databases, newest first.',
      args: {
        channelDatabase: t.arg.string({ description: 'Only from this one.' }),
        status: t.arg({ type: UploadStatus, description: 'Only with this status.' }),
      },
      authScopes: { operator: 'reading sessions' },
      resolve: (_root, args, { hq }) => {
        const { channelDatabase, status } = args;
        const where = { channelDatabase: channelDatabase ?? undefined, status: status ?? undefined };
        return keysetConnection<string, UploadRow>(
          { args, keyFrom: textKey, descending: true },
          ({ id }) => id,
          (keyset) => hq.read((db) => keysetPage(db, UploadRow, 'id', where, keyset)),
        );
      },
    },
    { name: 'UploadSessionConnection' },
    { name: 'UploadSessionEdge' },
  ),
  downloadSessions: t.connection(
    {
      type: DownloadSession,
      nullable: true,
      description: 'Downloads to channel databases, newest first.',
      args: {
        channelDatabase: t.arg.string({ description: 'Only to this one.' }),
        status: t.arg({ type: DownloadStatus, description: 'Only with this status.' }),
      },
      authScopes: { operator: 'reading sessions' },
      resolve: (_root, args, { hq }) => {
        const { channelDatabase, status } = args;
        const where = { channelDatabase: channelDatabase ?? undefined, status: status ?? undefined };
        return keysetConnection<string, DownloadRow>(
          { args, keyFrom: textKey, descending: true },
          ({ id }) => id,
          (keyset) => hq.read((db) => keysetPage(db, DownloadRow, 'id', where, keyset)),
        );
      },
    },
    { name: 'DownloadSessionConnection' },
    { name: 'DownloadSessionEdge' },
  ),
}));
