import {
  ChannelsDocument,
  type ChannelType,
  CreateChannelDocument,
  UpdateChannelDocument,
} from '../../schema/operations.ts';
import { type Client, orRefused } from './client.ts';

export interface ChannelOptions {
  name: string;
  type: ChannelType;
  currency: string;
  timeZone: string;
  country: string;
  database?: string;
  live: boolean;
}

/** `hq channel add` */
export async function addChannel(client: Client, code: string, options: ChannelOptions): Promise<void> {
  const { name, type, currency, timeZone, country, database, live } = options;
  const input = {
    code,
    name,
    type,
    currency,
    timeZone,
    country,
    liveConversion: live,
    ...(database ? { channelDatabase: database } : {}),
  };
  const channel = orRefused((await client.request(CreateChannelDocument, { input })).createChannel);
  console.log(`Channel ${channel.channelCode} is ready.`);
}

/** `hq channel live on|off` */
export async function setLive(client: Client, code: string, on: boolean): Promise<void> {
  const channel = orRefused(
    (await client.request(UpdateChannelDocument, { input: { code, liveConversion: on } })).updateChannel,
  );
  console.log(`Live conversion of ${channel.channelCode} is ${channel.liveConversion ? 'on' : 'off'}.`);
}

/** `hq channel list` */
export async function listChannels(client: Client): Promise<void> {
  let after: string | null | undefined;
  do {
    const { channels } = await client.request(ChannelsDocument, { first: 100, ...(after ? { after } : {}) });
    for (const { node } of channels.edges) {
      const live = node.liveConversion ? 'live' : 'not live';
      console.log(
        `${node.code.padEnd(20)} ${node.name.padEnd(24)} ${node.type.padEnd(12)} ${node.currency} ${node.country} ${node.timeZone.padEnd(20)} ${live.padEnd(8)} database ${node.channelDatabase.name}, received ${node.channelDatabase.lastReceived}`,
      );
    }
    after = channels.pageInfo.hasNextPage ? channels.pageInfo.endCursor : undefined;
  } while (after);
}
