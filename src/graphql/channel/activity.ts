import { channelStatistics, type ChannelStatistics as Statistics } from '../../domain/channel-statistics.ts';
import { topics } from '../../events/nudges.ts';
import { sharedChanges } from '../../events/shared-changes.ts';
import { builder } from '../builder.ts';
import { ofChannel } from '../scopes.ts';
import { ChannelStatistics } from './statistics.ts';

/** Minimum ms between two events: four a second are as many as an eye can follow. */
const AT_MOST_EVERY = 250;

builder.subscriptionField('channelActivity', (t) =>
  t.field({
    type: ChannelStatistics,
    description:
      'The statistics of a channel as they change: first the current ones, then changes, at most 4 a second. Each event has all of them, so a client that reconnects needs no cursor.',
    args: { channel: t.arg.string({ required: true, description: 'The code of the channel.' }) },
    authScopes: ofChannel,
    subscribe: async (_root, { channel }, { hq, channels, nudges }) => {
      const { code } = await channels.lookUp(channel);
      const topic = topics.channelActivity(code);
      let seen = '';
      return sharedChanges<Statistics>(topic, {
        nudges,
        topic,
        atMostEvery: AT_MOST_EVERY,
        read: async () => {
          const [statistics] = await channelStatistics({ hq, channels }, [code]);
          if (statistics instanceof Error) throw statistics;
          const now = JSON.stringify(statistics);
          if (now === seen) return undefined;
          seen = now;
          return statistics;
        },
      });
    },
    resolve: (statistics) => statistics,
  }),
);
