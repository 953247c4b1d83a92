import { channelStatistics, type ChannelStatistics as Statistics } from '../../domain/channel-statistics.ts';
import { builder } from '../builder.ts';
import { cursorOf } from '../customer/feed.ts';
import { ProcessingError } from '../failures.ts';
import { loader } from '../loader.ts';
import type { Types } from '../vocabulary.ts';
import { Channel } from './channel.ts';

type Database = keyof Statistics;
type Figures<From extends Database> = Exclude<Statistics[From], Error>;

/** A figure from one of the two databases; null if that database is unavailable. */
const figure = <From extends Database, Value>(
  t: PothosSchemaTypes.ObjectFieldBuilder<Types, Statistics>,
  type: 'BigInt' | 'DateTime' | 'String',
  from: From,
  value: (figures: Figures<From>) => Value,
  description: string,
) =>
  t.field({
    type,
    nullable: true,
    description,
    resolve: ({ [from]: figures }: Statistics) =>
      (figures instanceof Error ? null : value(figures as Figures<From>)) as never,
  });

/** Why the figures from a database are null. */
const reason = (t: PothosSchemaTypes.ObjectFieldBuilder<Types, Statistics>, from: Database, description: string) =>
  t.field({
    type: ProcessingError,
    nullable: true,
    description,
    resolve: ({ [from]: figures }: Statistics) =>
      figures instanceof Error ? { errorCode: figures.code, error: figures.message } : null,
  });

export const ChannelStatistics = builder.objectRef<Statistics>('ChannelStatistics').implement({
  description:
    'How a channel is doing. Pending customers, downloads, and the feed come from the channel’s own database; operations and uploads come from headquarters. If one of them is unavailable, only its fields are null.',
  fields: (t) => ({
    pendingCustomers: figure(
      t,
      'BigInt',
      'inChannel',
      ({ pendingCustomers }) => pendingCustomers,
      'Number of customers in the channel’s own database that have no account ID yet.',
    ),
    oldestPendingSince: figure(
      t,
      'DateTime',
      'inChannel',
      ({ oldestPendingSince }) => oldestPendingSince,
      'When the oldest pending customer was created; null if none is pending.',
    ),
    failedOperations: figure(
      t,
      'BigInt',
      'atHeadquarters',
      ({ failedOperations }) => failedOperations,
      'Number of customer operations that headquarters has set aside (FAILED). `attention` lists them.',
    ),
    waitingOperations: figure(
      t,
      'BigInt',
      'atHeadquarters',
      ({ waitingOperations }) => waitingOperations,
      'Number of customer operations that wait behind a failed one of the same customer (WAITING).',
    ),
    lastUploadAt: figure(
      t,
      'DateTime',
      'atHeadquarters',
      ({ lastUploadAt }) => lastUploadAt,
      'When the P-job last uploaded anything from the channel’s database; null if it never has.',
    ),
    lastDownloadAt: figure(
      t,
      'DateTime',
      'inChannel',
      ({ lastDownloadAt }) => lastDownloadAt,
      'When 1010 last downloaded anything to the channel’s database; null if it never has.',
    ),
    feedSequence: figure(
      t,
      'BigInt',
      'inChannel',
      ({ feedSequence }) => feedSequence,
      'The `sequence` of the newest account ID in the channel’s feed; 0 if the feed is empty. A client that has applied it is up to date.',
    ),
    feedCursor: figure(
      t,
      'String',
      'inChannel',
      ({ epoch, feedSequence }) => cursorOf(epoch, feedSequence),
      'The cursor at `feedSequence`. As `after` of the subscription `accountIdsSynced`, it starts the feed with the first account ID that these statistics do not include.',
    ),
    channelDatabaseError: reason(
      t,
      'inChannel',
      'Why the fields from the channel’s own database are null: it is unavailable. Null if it answered.',
    ),
    headquartersError: reason(
      t,
      'atHeadquarters',
      'Why the fields from headquarters are null: its database is unavailable. Null if it answered.',
    ),
  }),
});

const statisticsOf = loader<string, Statistics | Error>((codes, context) => channelStatistics(context, codes));

builder.objectField(Channel, 'statistics', (t) =>
  t.field({
    type: ChannelStatistics,
    nullable: true,
    description: 'How the channel is doing, right now. Null only after an unexpected error.',
    // The loader rejects with the errors among its results.
    resolve: ({ code }, _args, context) => statisticsOf(context).load(code) as Promise<Statistics>,
  }),
);
