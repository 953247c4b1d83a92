import type { EntitySchema } from 'typeorm';
import { auditEntries } from './audit.ts';
import { channelDatabases, channels } from './channel.ts';
import { jobRuns } from './job-run.ts';
import { numberSequences } from './number-sequence.ts';
import { schedules } from './schedule.ts';
import { downloadSessions, uploadSessions } from './session.ts';

/** The tables that are read and written row by row. Those that jobs move in bulk have statements instead. */
export const hqEntities: EntitySchema[] = [
  auditEntries,
  channelDatabases,
  channels,
  downloadSessions,
  jobRuns,
  numberSequences,
  schedules,
  uploadSessions,
] as EntitySchema[];
