import { JobRun } from '../../data/hq/job-run.ts';
import { countOfEach } from '../../data/keyset-page.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { loader } from '../loader.ts';
import { enumOf } from '../vocabulary.ts';
import { Maintenance } from './maintenance.ts';

const DatabaseKind = enumOf('DatabaseKind', 'The kind of database that headquarters runs on.', {
  SQLITE: 'A file that belongs to this server process alone.',
  POSTGRESQL: 'A PostgreSQL server.',
});

const activeStates = ['QUEUED', 'RUNNING'] as const;

const activeRuns = loader<(typeof activeStates)[number], number>(async (states, { hq }) => {
  const counts = await hq.read((db) => countOfEach(db, JobRun, 'state', states));
  return states.map((state) => counts.find(({ owner }) => owner === state)?.count ?? 0);
});

const operators = { authScopes: { operator: 'reading the state of the server' } };

const ServerInfo = builder.objectRef<Context['server']>('ServerInfo').implement({
  description: 'The server process that answers, and the state of headquarters.',
  fields: (t) => ({
    version: t.exposeString('version', { description: 'Version of the server, such as `1.2.0`.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When this process started.' }),
    currentTime: t.field({
      type: 'DateTime',
      description: 'The time on the server’s clock, to compare with your own.',
      resolve: (_server, _args, { now }) => now(),
    }),
    headquartersAvailable: t.boolean({
      description:
        'Whether headquarters’ database can be written, as `/health/ready` checks. If not, channels continue to work on their own.',
      resolve: async ({ unavailable }) => !(await unavailable()).includes('headquarters'),
    }),
    maintenance: t.field({
      type: Maintenance,
      description: 'Whether headquarters is in maintenance. Known while headquarters does not answer, too.',
      resolve: (_server, _args, { channels }) => channels.maintenance ?? {},
    }),
    databaseKind: t.field({
      ...operators,
      type: DatabaseKind,
      nullable: true,
      description: 'The kind of database that headquarters runs on.',
      resolve: (_server, _args, { hq }) => (hq.embedded ? 'SQLITE' : 'POSTGRESQL'),
    }),
    queuedRuns: t.int({
      ...operators,
      nullable: true,
      description: 'Number of job runs that are waiting for a worker or a retry.',
      resolve: (_server, _args, context) => activeRuns(context).load('QUEUED'),
    }),
    runningRuns: t.int({
      ...operators,
      nullable: true,
      description: 'Number of job runs that workers are executing.',
      resolve: (_server, _args, context) => activeRuns(context).load('RUNNING'),
    }),
  }),
});

builder.queryField('serverInfo', (t) =>
  t.field({
    type: ServerInfo,
    description: 'The server’s version and state. Any valid token may ask; some fields are for operators.',
    resolve: (_root, _args, { server }) => server,
  }),
);
